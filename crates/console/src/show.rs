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
