//! Reading an instant written down as RFC 3339: a date, a time and an offset, nothing left to guess.

use std::fmt;
use std::ops::RangeInclusive;

use timeline::Instant;

use crate::Date;
use crate::date::{number, two_digits};

/// Years accepted, so that every instant read is far from the ends of [`Instant`].
const YEARS: RangeInclusive<i32> = 1900..=2200;
const FRACTION_DIGITS_MAX: usize = 9;

/// Why a text is not an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstantError {
    /// Not of the form `2026-10-01T00:00:00+08:00`.
    Malformed,
    /// A date and a time without `Z` or an offset: many instants, depending on the place.
    NaiveLocalTime,
    /// No such day, hour, minute, second or offset.
    NoSuchTime,
    /// Second 60. The clocks contracts are measured with do not have it.
    LeapSecond,
    /// More than nine digits after the second.
    FractionTooLong,
    /// Outside the years 1900 to 2200.
    YearOutOfRange,
}

impl fmt::Display for InstantError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            InstantError::Malformed => "expected a time like 2026-10-01T00:00:00+08:00",
            InstantError::NaiveLocalTime => {
                "the time has no offset: write Z or an offset like +08:00 after it"
            }
            InstantError::NoSuchTime => "no calendar or clock shows this date, time or offset",
            InstantError::LeapSecond => {
                "second 60 is a leap second, which has no instant: write 59 or the next 00"
            }
            InstantError::FractionTooLong => "a second has at most nine digits after the point",
            InstantError::YearOutOfRange => "the year is outside 1900 to 2200",
        })
    }
}

impl std::error::Error for InstantError {}

/// Reads RFC 3339: `2026-10-01T00:00:00+08:00`, `2026-10-01t00:00:00.25z`, a space for the `T`.
pub fn parse_instant(text: &str) -> Result<Instant, InstantError> {
    let bytes = text.as_bytes();
    let (date, rest) = bytes.split_at_checked(10).ok_or(InstantError::Malformed)?;
    let day = parse_day(date)?;
    let [b'T' | b't' | b' ', h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = rest else {
        return Err(InstantError::Malformed);
    };
    let part = |tens: &u8, ones: &u8| two_digits(*tens, *ones).ok_or(InstantError::Malformed);
    let (hour, minute, second) = (part(h1, h2)?, part(m1, m2)?, part(s1, s2)?);
    let (fraction_nanos, rest) = parse_fraction(rest)?;
    let offset_s = parse_offset(rest)?;
    if hour > 23 || minute > 59 || second > 60 {
        return Err(InstantError::NoSuchTime);
    }
    if second == 60 {
        return Err(InstantError::LeapSecond);
    }
    if !YEARS.contains(&day.year()) {
        return Err(InstantError::YearOutOfRange);
    }
    let clock_s = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    let seconds = i64::from(epoch().days_until(day)) * 86_400 + clock_s - offset_s;
    Instant::from_seconds(seconds)
        .and_then(|at| at.checked_add(fraction_nanos))
        .ok_or(InstantError::YearOutOfRange)
}

fn epoch() -> Date {
    Date::from_civil(jiff::civil::Date::constant(1970, 1, 1))
}

fn parse_day(text: &[u8]) -> Result<Date, InstantError> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text else { return Err(InstantError::Malformed) };
    let year = number(&[y1, y2, y3, y4]).ok_or(InstantError::Malformed)?;
    let month = two_digits(m1, m2).ok_or(InstantError::Malformed)?;
    let day = two_digits(d1, d2).ok_or(InstantError::Malformed)?;
    Date::new(i32::from(year), month, day).ok_or(InstantError::NoSuchTime)
}

/// The nanoseconds after the point, and what follows them.
fn parse_fraction(text: &[u8]) -> Result<(i64, &[u8]), InstantError> {
    let Some((b'.', rest)) = text.split_first() else { return Ok((0, text)) };
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = rest.split_at(length);
    match length {
        0 => Err(InstantError::Malformed),
        1..=FRACTION_DIGITS_MAX => {
            let padding = [b'0'; FRACTION_DIGITS_MAX];
            let padded = digits.iter().chain(&padding).take(FRACTION_DIGITS_MAX);
            Ok((padded.fold(0, |nanos, digit| nanos * 10 + i64::from(digit - b'0')), rest))
        }
        _ => Err(InstantError::FractionTooLong),
    }
}

/// Seconds east of UTC. `-00:00` is RFC 3339's "UTC, local offset unknown".
fn parse_offset(text: &[u8]) -> Result<i64, InstantError> {
    match *text {
        [] => Err(InstantError::NaiveLocalTime),
        [b'Z' | b'z'] => Ok(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let hours = two_digits(h1, h2).ok_or(InstantError::Malformed)?;
            let minutes = two_digits(m1, m2).ok_or(InstantError::Malformed)?;
            if hours > 23 || minutes > 59 {
                return Err(InstantError::NoSuchTime);
            }
            let seconds = i64::from(hours) * 3600 + i64::from(minutes) * 60;
            Ok(if sign == b'-' { -seconds } else { seconds })
        }
        _ => Err(InstantError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_needs_its_offset_and_a_time_that_exists() {
        use InstantError::*;
        let table = [
            ("1970-01-01T00:00:00Z", Ok(0)),
            ("1970-01-01t00:00:00z", Ok(0)),
            ("1970-01-01 08:00:00+08:00", Ok(0)),
            ("1970-01-01T00:00:00-00:00", Ok(0)),
            ("1969-12-31T19:00:01-05:00", Ok(1_000_000_000)),
            ("1970-01-01T00:00:00.5Z", Ok(500_000_000)),
            ("1970-01-01T00:00:00.000000001Z", Ok(1)),
            ("1969-12-31T23:59:59.999999999Z", Ok(-1)),
            ("2026-10-01T00:00:00+08:00", Ok(1_790_784_000_000_000_000)),
            ("2026-10-01T00:00:00", Err(NaiveLocalTime)),
            ("2026-10-01T00:00:00.25", Err(NaiveLocalTime)),
            ("2016-12-31T23:59:60Z", Err(LeapSecond)),
            ("2016-12-31T23:59:61Z", Err(NoSuchTime)),
            ("2026-10-01T24:00:00Z", Err(NoSuchTime)),
            ("2026-10-01T23:60:00Z", Err(NoSuchTime)),
            ("2026-02-29T00:00:00Z", Err(NoSuchTime)),
            ("2026-10-01T00:00:00+24:00", Err(NoSuchTime)),
            ("2026-10-01T00:00:00+08:60", Err(NoSuchTime)),
            ("2026-10-01T00:00:00.1234567890Z", Err(FractionTooLong)),
            ("1899-12-31T23:59:59Z", Err(YearOutOfRange)),
            ("2201-01-01T00:00:00Z", Err(YearOutOfRange)),
            ("2026-10-01", Err(Malformed)),
            ("2026-10-01T00:00Z", Err(Malformed)),
            ("2026-10-01T00:00:00.Z", Err(Malformed)),
            ("2026-10-01T00:00:00+0800", Err(Malformed)),
            ("2026-10-01T00:00:00Z ", Err(Malformed)),
            ("2026-10-01T00:00:00+08:00[Asia/Shanghai]", Err(Malformed)),
            ("+26-10-01T00:00:00Z", Err(Malformed)),
            ("２026-10-01T00:00:00Z", Err(Malformed)),
            ("", Err(Malformed)),
        ];
        for (text, expected) in table {
            assert_eq!(parse_instant(text).map(Instant::nanos), expected, "{text}");
        }
    }

    #[test]
    fn the_first_and_last_instants_of_the_years_allowed_are_read() {
        for text in ["1900-01-01T00:00:00+23:59", "2200-12-31T23:59:59.999999999-23:59"] {
            assert!(parse_instant(text).is_ok(), "{text}");
        }
    }
}
