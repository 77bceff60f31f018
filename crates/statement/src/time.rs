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
pub fn moment(zone: &Zone, at: Instant, lang: Lang) -> String {
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
pub fn day(date: Date, lang: Lang) -> String {
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

    pub(crate) fn zone(&self) -> &'a Zone {
        self.zone
    }

    pub(crate) fn show(&self, at: Instant) -> String {
        match self.offset(at) {
            Some(offset) => format!("{} {offset}", self.local(at)),
            None => self.local(at),
        }
    }

    /// From and until, date and offset written once when both share them.
    pub(crate) fn span(&self, from: Instant, until: Instant) -> String {
        let offset = self.offset(until);
        if !(from.is_bounded() && until.is_bounded()) || self.offset(from) != offset {
            return format!("{} – {}", self.show(from), self.show(until));
        }
        let one_day = self.zone.date(from) == self.zone.date(until);
        let end = if one_day { self.zone.time(until).to_string() } else { self.local(until) };
        let offset = offset.map(|offset| format!(" {offset}")).unwrap_or_default();
        format!("{} – {end}{offset}", self.local(from))
    }

    fn local(&self, at: Instant) -> String {
        if at.is_bounded() {
            format!("{} {}", self.zone.date(at), self.zone.time(at))
        } else {
            self.zone.show(at)
        }
    }

    fn offset(&self, at: Instant) -> Option<String> {
        (self.with_offset && at.is_bounded()).then(|| offset_text(self.zone.offset_seconds(at)))
    }
}

fn offset_text(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.unsigned_abs() / 60;
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
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
    fn a_span_writes_once_what_both_ends_share() {
        let new_york = Zone::named("America/New_York").unwrap();
        let stamps = |with_offset| Stamps { zone: &new_york, with_offset };
        let (one, two) = (at("2026-11-01T01:30:00-04:00"), at("2026-11-01T01:30:00-05:00"));
        let (three, four) = (at("2026-11-08T01:05:00-05:00"), at("2026-11-09T02:40:00-05:00"));
        assert_eq!(stamps(true).span(one, two), "2026-11-01 01:30 -04:00 – 2026-11-01 01:30 -05:00");
        assert_eq!(stamps(true).span(three, four), "2026-11-08 01:05 – 2026-11-09 02:40 -05:00");
        assert_eq!(stamps(false).span(three, four), "2026-11-08 01:05 – 2026-11-09 02:40");
        assert_eq!(stamps(true).span(two, two), "2026-11-01 01:30 – 01:30 -05:00");
        assert_eq!(stamps(true).span(Instant::MIN, two), "-∞ – 2026-11-01 01:30 -05:00");
    }

    #[test]
    fn the_day_that_ends_at_midnight_is_the_day_before() {
        let ends = day_ending(&shanghai(), at("2026-12-01T00:00:00+08:00"));
        assert_eq!(ends, Date::new(2026, 11, 30));
        assert_eq!(day_ending(&shanghai(), at("2026-12-01T00:00:01+08:00")), None);
        assert_eq!(day_ending(&shanghai(), Instant::MAX), None);
    }
}
