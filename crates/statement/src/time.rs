//! Instants as people write them: dates in sentences, stamps in tables.

use calendar::{Date, TimeOfDay, Zone};
use diagnostic::Lang;
use settle::Settlement;
use timeline::Instant;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The date and, unless it is midnight, the time: `1 November 2026`, `2026 年 11 月 1 日 09:30`.
pub(crate) fn moment(zone: &Zone, at: Instant, lang: Lang) -> String {
    if !at.is_bounded() {
        return zone.show(at);
    }
    let day = day(zone.date(at), lang);
    match zone.time(at) {
        TimeOfDay::MIDNIGHT => day,
        time => format!("{day} {time}"),
    }
}

/// `1 November 2026`, `2026 年 11 月 1 日`.
pub(crate) fn day(date: Date, lang: Lang) -> String {
    match lang {
        Lang::En => {
            let month = MONTHS.get(usize::from(date.month()).saturating_sub(1)).copied().unwrap_or_default();
            format!("{} {month} {}", date.day(), date.year())
        }
        Lang::Zh => format!("{} 年 {} 月 {} 日", date.year(), date.month(), date.day()),
    }
}

/// The day that ends at `until`, when that is midnight.
pub(crate) fn day_ending(zone: &Zone, until: Instant) -> Option<Date> {
    let whole_day = until.is_bounded() && zone.time(until) == TimeOfDay::MIDNIGHT;
    whole_day.then(|| zone.date(until).previous_day()).flatten()
}

/// Instants of one settlement in tables: `2026-10-07 09:00`, with the offset when the cycle has more than one.
pub(crate) struct Stamps<'a> {
    zone: &'a Zone,
    with_offset: bool,
}

impl<'a> Stamps<'a> {
    pub(crate) fn new(settlement: &'a Settlement) -> Self {
        let zone = &settlement.contract.zone;
        let whole = settlement.cycle.whole;
        Self { zone, with_offset: whole.is_bounded() && !zone.transitions(whole).is_empty() }
    }

    pub(crate) fn show(&self, at: Instant) -> String {
        if !at.is_bounded() {
            return self.zone.show(at);
        }
        let stamp = format!("{} {}", self.zone.date(at), self.zone.time(at));
        if self.with_offset { format!("{stamp} {}", self.offset(at)) } else { stamp }
    }

    /// From and until, the date written once when both are on it.
    pub(crate) fn span(&self, from: Instant, until: Instant) -> String {
        let one_day = from.is_bounded() && until.is_bounded() && self.zone.date(from) == self.zone.date(until);
        if one_day && !self.with_offset {
            return format!("{} – {}", self.show(from), self.zone.time(until));
        }
        format!("{} – {}", self.show(from), self.show(until))
    }

    fn offset(&self, at: Instant) -> String {
        let seconds = self.zone.offset_seconds(at);
        let sign = if seconds < 0 { '-' } else { '+' };
        let minutes = seconds.unsigned_abs() / 60;
        format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shanghai() -> Zone {
        Zone::named("Asia/Shanghai").unwrap()
    }

    fn at(text: &str) -> Instant {
        calendar::parse_instant(text).unwrap()
    }

    #[test]
    fn midnight_is_a_day_and_other_times_are_written_out() {
        for (text, en, zh) in [
            ("2026-11-01T00:00:00+08:00", "1 November 2026", "2026 年 11 月 1 日"),
            ("2026-11-01T09:30:00+08:00", "1 November 2026 09:30", "2026 年 11 月 1 日 09:30"),
            ("2026-11-01T09:30:05+08:00", "1 November 2026 09:30:05", "2026 年 11 月 1 日 09:30:05"),
        ] {
            assert_eq!(moment(&shanghai(), at(text), Lang::En), en);
            assert_eq!(moment(&shanghai(), at(text), Lang::Zh), zh);
        }
    }

    #[test]
    fn an_unbounded_end_is_a_sign() {
        assert_eq!(moment(&shanghai(), Instant::MAX, Lang::En), "∞");
    }

    #[test]
    fn the_day_that_ends_at_midnight_is_the_day_before() {
        let ends = day_ending(&shanghai(), at("2026-12-01T00:00:00+08:00"));
        assert_eq!(ends, Date::new(2026, 11, 30));
        assert_eq!(day_ending(&shanghai(), at("2026-12-01T00:00:01+08:00")), None);
        assert_eq!(day_ending(&shanghai(), Instant::MAX), None);
    }
}
