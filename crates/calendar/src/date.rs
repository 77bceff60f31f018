//! A civil date of the proleptic Gregorian calendar, without a zone.

use std::fmt;

use crate::Weekday;

/// A day of the calendar, years 1 to 9999. Ordered by time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(jiff::civil::Date);

const YEARS: std::ops::RangeInclusive<i16> = 1..=9999;

impl Date {
    /// The date, or `None` when the calendar has no such day or the year is outside 1..=9999.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Date> {
        let year = i16::try_from(year).ok().filter(|year| YEARS.contains(year))?;
        let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        jiff::civil::Date::new(year, month, day).ok().map(Date)
    }

    /// Reads `YYYY-MM-DD` (exactly ten characters).
    pub fn parse(text: &str) -> Option<Date> {
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text.as_bytes() else { return None };
        let year = number(&[y1, y2, y3, y4])?;
        Date::new(i32::from(year), two_digits(m1, m2)?, two_digits(d1, d2)?)
    }

    /// The year, 1 to 9999.
    pub fn year(self) -> i32 {
        i32::from(self.0.year())
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u8 {
        self.0.month().unsigned_abs()
    }

    /// The day of the month, 1 to 31.
    pub fn day(self) -> u8 {
        self.0.day().unsigned_abs()
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        Weekday::from_civil(self.0.weekday())
    }

    /// The date `days` later (earlier when negative); `None` outside the years 1..=9999.
    pub fn add_days(self, days: i32) -> Option<Date> {
        let span = jiff::SignedDuration::from_hours(i64::from(days).checked_mul(24)?);
        let date = self.0.checked_add(span).ok()?;
        YEARS.contains(&date.year()).then_some(Date(date))
    }

    /// The following day.
    pub fn next_day(self) -> Option<Date> {
        self.add_days(1)
    }

    /// The day before.
    pub fn previous_day(self) -> Option<Date> {
        self.add_days(-1)
    }

    /// How many days `other` lies after `self` (negative when before).
    pub fn days_until(self, other: Date) -> i32 {
        let days = self.0.duration_until(other.0).as_hours() / 24;
        i32::try_from(days).unwrap_or(i32::MAX)
    }

    /// How many days the month of this date has.
    pub fn days_in_month(self) -> u8 {
        self.0.days_in_month().unsigned_abs()
    }

    /// The first day of this date's month.
    pub fn first_of_month(self) -> Date {
        Date(self.0.first_of_month())
    }

    pub(crate) fn civil(self) -> jiff::civil::Date {
        self.0
    }

    /// Callers pass dates of representable instants only, which all lie in 1677..=2262.
    pub(crate) fn from_civil(date: jiff::civil::Date) -> Date {
        Date(date)
    }
}

impl fmt::Display for Date {
    /// ISO 8601: `2026-10-01`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year(), self.month(), self.day())
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The value of ASCII digits; `None` on anything else or when it does not fit.
pub(crate) fn number(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0_u16, |value, digit| {
        let digit = digit.is_ascii_digit().then(|| u16::from(digit - b'0'))?;
        value.checked_mul(10)?.checked_add(digit)
    })
}

/// The value of two ASCII digits.
pub(crate) fn two_digits(tens: u8, ones: u8) -> Option<u8> {
    number(&[tens, ones]).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_the_calendar_has_are_dates() {
        let table = [
            ("2024-02-29", true),
            ("2023-02-29", false),
            ("2100-02-29", false),
            ("2000-02-29", true),
            ("2026-04-31", false),
            ("2026-00-10", false),
            ("2026-13-10", false),
            ("0000-01-01", false),
            ("9999-12-31", true),
            ("2026-1-01", false),
            ("+2026-01-1", false),
            ("2026-01-01 ", false),
            ("２026-01-01", false),
        ];
        for (text, exists) in table {
            assert_eq!(Date::parse(text).is_some(), exists, "{text}");
        }
    }

    #[test]
    fn parsing_is_the_inverse_of_showing() {
        let mut date = Date::new(1999, 12, 1).unwrap();
        for _ in 0..2000 {
            assert_eq!(Date::parse(&date.to_string()), Some(date));
            date = date.next_day().unwrap();
        }
    }

    #[test]
    fn days_are_counted_across_months_years_and_leap_days() {
        let date = |text| Date::parse(text).unwrap();
        assert_eq!(date("2024-02-28").add_days(2), Some(date("2024-03-01")));
        assert_eq!(date("2026-01-01").add_days(-1), Some(date("2025-12-31")));
        assert_eq!(date("2015-01-01").days_until(date("2027-01-01")), 4383);
        assert_eq!(date("2027-01-01").days_until(date("2015-01-01")), -4383);
        assert_eq!(date("9999-12-31").add_days(1), None);
        assert_eq!(date("0001-01-01").add_days(-1), None);
        assert_eq!(date("2026-01-01").add_days(i32::MAX), None);
        assert_eq!(date("2026-01-01").add_days(i32::MIN), None);
    }
}
