//! A reading of the wall clock within one day, from 00:00 to 24:00.

use std::fmt;

use crate::date::two_digits;

/// Time since midnight as a clock shows it; 24:00 is the end of the day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(i64);

const SECOND_NANOS: i64 = 1_000_000_000;
const DAY_NANOS: i64 = 86_400 * SECOND_NANOS;

impl TimeOfDay {
    /// 00:00, the start of the day.
    pub const MIDNIGHT: TimeOfDay = TimeOfDay(0);
    /// 24:00, the end of the day.
    pub const END_OF_DAY: TimeOfDay = TimeOfDay(DAY_NANOS);

    /// Hours, minutes and seconds; 24:00:00 is the only time of hour 24.
    pub fn new(hour: u8, minute: u8, second: u8) -> Option<TimeOfDay> {
        let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        (minute < 60 && second < 60).then(|| TimeOfDay::from_nanos(seconds * SECOND_NANOS)).flatten()
    }

    /// Nanoseconds since midnight as the clock counts them, 0 to 24 h inclusive.
    pub fn from_nanos(nanos: i64) -> Option<TimeOfDay> {
        (0..=DAY_NANOS).contains(&nanos).then_some(TimeOfDay(nanos))
    }

    /// Reads `HH:MM` or `HH:MM:SS`, up to `24:00`.
    pub fn parse(text: &str) -> Option<TimeOfDay> {
        match *text.as_bytes() {
            [h1, h2, b':', m1, m2] => TimeOfDay::new(two_digits(h1, h2)?, two_digits(m1, m2)?, 0),
            [h1, h2, b':', m1, m2, b':', s1, s2] => {
                TimeOfDay::new(two_digits(h1, h2)?, two_digits(m1, m2)?, two_digits(s1, s2)?)
            }
            _ => None,
        }
    }

    /// Nanoseconds since midnight as the clock counts them.
    pub fn nanos(self) -> i64 {
        self.0
    }

    /// Whether this is 24:00.
    pub fn is_end_of_day(self) -> bool {
        self == TimeOfDay::END_OF_DAY
    }

    /// The clock's reading, `None` at 24:00, which belongs to the next day's clock.
    pub(crate) fn civil(self) -> Option<jiff::civil::Time> {
        let seconds = self.0 / SECOND_NANOS;
        let part = |value: i64| i8::try_from(value).ok();
        let fraction = i32::try_from(self.0 % SECOND_NANOS).ok()?;
        jiff::civil::Time::new(part(seconds / 3600)?, part(seconds / 60 % 60)?, part(seconds % 60)?, fraction)
            .ok()
    }

    pub(crate) fn from_civil(time: jiff::civil::Time) -> TimeOfDay {
        let seconds =
            i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
        TimeOfDay(seconds * SECOND_NANOS + i64::from(time.subsec_nanosecond()))
    }
}

impl fmt::Display for TimeOfDay {
    /// `09:00`, `09:00:30`, `09:00:30.25`: no more than needed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, fraction) = (self.0 / SECOND_NANOS, self.0 % SECOND_NANOS);
        write!(f, "{:02}:{:02}", seconds / 3600, seconds / 60 % 60)?;
        if seconds % 60 != 0 || fraction != 0 {
            write!(f, ":{:02}", seconds % 60)?;
        }
        write_fraction(f, fraction)
    }
}

impl fmt::Debug for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `.25` for 250,000,000 nanoseconds, nothing for none.
pub(crate) fn write_fraction(out: &mut impl fmt::Write, nanos: i64) -> fmt::Result {
    if nanos == 0 {
        return Ok(());
    }
    write!(out, ".{}", format!("{nanos:09}").trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_four_hundred_is_the_only_time_of_hour_24() {
        let table = [
            ("00:00", Some(0)),
            ("09:00", Some(9 * 3600)),
            ("23:59:59", Some(86_399)),
            ("24:00", Some(86_400)),
            ("24:00:00", Some(86_400)),
            ("24:00:01", None),
            ("24:01", None),
            ("25:00", None),
            ("12:60", None),
            ("12:00:60", None),
            ("9:00", None),
            ("09.00", None),
            ("09:00 ", None),
        ];
        for (text, seconds) in table {
            let nanos = TimeOfDay::parse(text).map(TimeOfDay::nanos);
            assert_eq!(nanos, seconds.map(|seconds: i64| seconds * SECOND_NANOS), "{text}");
        }
    }

    #[test]
    fn a_time_is_shown_with_no_more_than_it_needs() {
        for text in ["00:00", "09:05", "23:59:59", "24:00"] {
            assert_eq!(TimeOfDay::parse(text).unwrap().to_string(), text);
        }
        let quarter = TimeOfDay::from_nanos(9 * 3600 * SECOND_NANOS + SECOND_NANOS / 4).unwrap();
        assert_eq!(quarter.to_string(), "09:00:00.25");
    }

    #[test]
    fn the_clock_reading_survives_the_library_below() {
        for nanos in [0, 1, 999_999_999, 3600 * SECOND_NANOS, DAY_NANOS - 1] {
            let time = TimeOfDay::from_nanos(nanos).unwrap();
            assert_eq!(TimeOfDay::from_civil(time.civil().unwrap()), time);
        }
        assert_eq!(TimeOfDay::END_OF_DAY.civil(), None);
    }
}
