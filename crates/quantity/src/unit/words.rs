//! The words for durations and data sizes, each with its size in base units.

use super::Unit;
use crate::ratio::Ratio;

/// What a word measures.
#[derive(Clone, Copy)]
enum Measure {
    Time,
    Data,
}

/// Words of one size: what they measure, then the size in base units as a fraction.
type Row = (&'static [&'static str], Measure, i128, i128);

const ROWS: &[Row] = &[
    (&["ns"], Measure::Time, 1, 1_000_000_000),
    (&["us"], Measure::Time, 1, 1_000_000),
    (&["ms"], Measure::Time, 1, 1_000),
    (&["s", "sec", "second", "seconds"], Measure::Time, 1, 1),
    (&["min", "minute", "minutes"], Measure::Time, 60, 1),
    (&["h", "hour", "hours"], Measure::Time, 3_600, 1),
    (&["d", "day", "days"], Measure::Time, 86_400, 1),
    (&["week", "weeks"], Measure::Time, 604_800, 1),
    (&["B"], Measure::Data, 1, 1),
    (&["KB"], Measure::Data, 1_000, 1),
    (&["MB"], Measure::Data, 1_000_000, 1),
    (&["GB"], Measure::Data, 1_000_000_000, 1),
    (&["TB"], Measure::Data, 1_000_000_000_000, 1),
    (&["KiB"], Measure::Data, 1 << 10, 1),
    (&["MiB"], Measure::Data, 1 << 20, 1),
    (&["GiB"], Measure::Data, 1 << 30, 1),
    (&["TiB"], Measure::Data, 1 << 40, 1),
];

/// The unit a word stands for and how many base units (seconds, bytes) one of it is. A day is 86 400
/// seconds and a week seven of them; calendar days are another matter. Letter case counts.
///
/// ```
/// use quantity::{Ratio, Unit, unit_named};
///
/// assert_eq!(unit_named("min"), Some((Unit::time(), Ratio::int(60))));
/// assert_eq!(unit_named("KiB"), Some((Unit::data(), Ratio::int(1024))));
/// assert_eq!(unit_named("fortnight"), None);
/// ```
pub fn unit_named(word: &str) -> Option<(Unit, Ratio)> {
    let (_, measure, num, den) = ROWS.iter().find(|row| row.0.contains(&word))?;
    let unit = match measure {
        Measure::Time => Unit::time(),
        Measure::Data => Unit::data(),
    };
    Some((unit, Ratio::new(*num, *den).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_names_its_unit_once() {
        let mut seen = Vec::new();
        for word in ROWS.iter().flat_map(|row| row.0) {
            assert!(!seen.contains(word), "{word} twice");
            assert!(unit_named(word).is_some_and(|(_, size)| size.is_positive()), "{word}");
            seen.push(word);
        }
    }

    #[test]
    fn sizes_in_base_units() {
        for (word, unit, size) in [
            ("ns", "s", "1/1000000000"),
            ("us", "s", "1/1000000"),
            ("ms", "s", "1/1000"),
            ("sec", "s", "1/1"),
            ("hours", "s", "3600/1"),
            ("day", "s", "86400/1"),
            ("week", "s", "604800/1"),
            ("B", "B", "1/1"),
            ("TB", "B", "1000000000000/1"),
            ("TiB", "B", "1099511627776/1"),
        ] {
            let found = unit_named(word).map(|(unit, size)| (unit.to_string(), size.fraction()));
            assert_eq!(found, Some((unit.to_owned(), size.to_owned())), "{word}");
        }
    }

    #[test]
    fn other_words_are_not_units() {
        for word in ["", "S", "kb", "Min", "month", "year", "weekday", "b"] {
            assert_eq!(unit_named(word), None, "{word}");
        }
    }
}
