//! Numbers, money, times and shares as a person reads them. Templates get text from here and compute nothing.

use calendar::Zone;
use diagnostic::Lang;
use platform::money::Money;
use platform::time::Moment;
use quantity::{Ratio, Rounding};
use statement::display;
use timeline::Instant;

/// Figures in one language; times of day in one zone.
#[derive(Debug, Clone)]
pub(crate) struct Show {
    pub(crate) lang: Lang,
    pub(crate) zone: Zone,
}

impl Show {
    pub(crate) fn new(lang: Lang, zone: Zone) -> Self {
        Self { lang, zone }
    }

    /// `1 November 2026 09:30`.
    pub(crate) fn moment(&self, at: impl Into<Moment>) -> String {
        display::moment(&self.zone, at.into().0, self.lang)
    }

    /// To the minute, seconds left out: for lists and charts.
    pub(crate) fn minute(&self, at: impl Into<Moment>) -> String {
        let minute = 60_000_000_000;
        let nanos = at.into().0.nanos();
        display::moment(&self.zone, Instant::from_nanos(nanos - nanos.rem_euclid(minute)), self.lang)
    }

    /// The day on which `at` lies.
    pub(crate) fn day(&self, at: impl Into<Moment>) -> String {
        display::day(self.zone.date(at.into().0), self.lang)
    }

    /// RFC 3339, for `<time datetime>`.
    pub(crate) fn stamp(&self, at: impl Into<Moment>) -> String {
        at.into().to_string()
    }

    /// How long from one instant to a later one, in its two largest units; whole minutes, cut off.
    pub(crate) fn span(&self, from: impl Into<Moment>, until: impl Into<Moment>) -> String {
        let nanos = until.into().0.nanos_since(from.into().0).max(0);
        let minutes = nanos / 60_000_000_000;
        let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
        let unit = |number: i128, en: &str, zh: &str| match self.lang {
            Lang::En => format!("{number} {en}"),
            Lang::Zh => format!("{number} {zh}"),
        };
        let (large, small) = match (days, hours) {
            (0, 0) => (unit(rest, "min", "分钟"), None),
            (0, _) => (unit(hours, "h", "小时"), (rest > 0).then(|| unit(rest, "min", "分"))),
            _ => (unit(days, "d", "天"), (hours > 0).then(|| unit(hours, "h", "小时"))),
        };
        small.map_or(large.clone(), |small| format!("{large} {small}"))
    }

    /// `72.66 USD`, as statements write it.
    pub(crate) fn money(&self, money: Money) -> String {
        money.to_string()
    }

    /// A share as a whole percentage, cut off: for progress, never for a level.
    pub(crate) fn percent(&self, share: &Ratio) -> String {
        let hundred = share.mul(&Ratio::int(100)).unwrap_or(Ratio::ZERO);
        format!("{}%", hundred.decimal(0, Rounding::Floor))
    }

    /// A count with its thousands apart.
    pub(crate) fn count(&self, number: i64) -> String {
        let digits = number.unsigned_abs().to_string();
        let mut out = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        if number < 0 { format!("−{out}") } else { out }
    }

    /// The half of `English · 中文` in this language.
    pub(crate) fn half(&self, text: &str) -> String {
        display::half(text, self.lang)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(lang: Lang) -> Show {
        Show::new(lang, Zone::named("Asia/Shanghai").unwrap())
    }

    fn at(text: &str) -> Instant {
        calendar::parse_instant(text).unwrap()
    }

    #[test]
    fn a_span_has_its_two_largest_units_and_never_more_than_is_left() {
        let from = at("2026-11-01T00:00:00Z");
        for (until, en, zh) in [
            ("2026-11-01T00:00:59Z", "0 min", "0 分钟"),
            ("2026-11-01T00:59:00Z", "59 min", "59 分钟"),
            ("2026-11-01T02:09:30Z", "2 h 9 min", "2 小时 9 分"),
            ("2026-11-02T00:00:00Z", "1 d", "1 天"),
            ("2026-11-09T07:59:00Z", "8 d 7 h", "8 天 7 小时"),
            ("2026-10-01T00:00:00Z", "0 min", "0 分钟"),
        ] {
            assert_eq!(show(Lang::En).span(from, at(until)), en);
            assert_eq!(show(Lang::Zh).span(from, at(until)), zh);
        }
    }

    #[test]
    fn progress_is_cut_off_so_that_it_is_never_ahead() {
        let share = |num, den| show(Lang::En).percent(&Ratio::new(num, den).unwrap());
        assert_eq!(share(999, 1000), "99%");
        assert_eq!(share(1, 1), "100%");
        assert_eq!(share(7, 4), "175%");
    }

    #[test]
    fn counts_have_their_thousands_apart() {
        let count = |number| show(Lang::En).count(number);
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_000), "1,000");
        assert_eq!(count(12_345_678), "12,345,678");
        assert_eq!(count(-4_200), "−4,200");
    }

    #[test]
    fn a_moment_is_told_in_the_zone_of_the_contract_and_the_reader_s_words() {
        let moment = at("2026-11-01T01:30:45Z");
        assert_eq!(show(Lang::En).minute(moment), "1 November 2026 09:30");
        assert_eq!(show(Lang::Zh).day(moment), "2026 年 11 月 1 日");
    }
}
