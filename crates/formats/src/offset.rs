//! Times as vendors write them, most of them local and without a zone.

use std::fmt;

use calendar::parse_instant;
use timeline::Instant;

const HOURS_MAX: i16 = 18;
const MINUTES_PER_HOUR: i16 = 60;

/// How far local time is ahead of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offset([u8; 6]);

impl Offset {
    /// UTC+8, which Chinese vendors mean when they write no zone.
    pub const CHINA: Offset = Offset(*b"+08:00");
    /// No difference.
    pub const UTC: Offset = Offset(*b"+00:00");

    /// The offset of so many minutes, east positive; `None` beyond 18 hours.
    pub fn minutes(minutes: i16) -> Option<Offset> {
        let (hours, rest) = (minutes.abs() / MINUTES_PER_HOUR, minutes.abs() % MINUTES_PER_HOUR);
        if hours > HOURS_MAX || (hours == HOURS_MAX && rest > 0) {
            return None;
        }
        let sign = if minutes < 0 { '-' } else { '+' };
        format!("{sign}{hours:02}:{rest:02}").into_bytes().try_into().ok().map(Offset)
    }

    /// Reads `+08:00`, `-03:30`, `Z` or `UTC`.
    pub fn parse(text: &str) -> Option<Offset> {
        if matches!(text, "Z" | "UTC") {
            return Some(Offset::UTC);
        }
        let (sign, rest) = match text.split_at_checked(1)? {
            ("+", rest) => (1, rest),
            ("-", rest) => (-1, rest),
            _ => return None,
        };
        let is_two = |it: &str| it.len() == 2 && it.bytes().all(|it| it.is_ascii_digit());
        let two = |it: &str| it.parse::<i16>().ok().filter(|_| is_two(it));
        let (hours, minutes) = rest.split_once(':')?;
        let minutes = two(minutes).filter(|it| *it < MINUTES_PER_HOUR)?;
        Offset::minutes(sign * (two(hours)? * MINUTES_PER_HOUR + minutes))
    }

    /// Reads `2017-01-01 00:00:00` here, or RFC 3339 with its own offset.
    pub fn instant(self, text: &str) -> Option<Instant> {
        const LOCAL: usize = "2017-01-01 00:00:00".len();
        let text = text.trim();
        if text.len() > LOCAL && text.as_bytes().get(LOCAL) != Some(&b'.') {
            return parse_instant(text).ok();
        }
        self.zoned(text).or_else(|| parse_instant(text).ok())
    }

    fn zoned(self, local: &str) -> Option<Instant> {
        let mut buffer = [0; 40];
        let length = local.len() + self.0.len();
        buffer.get_mut(..local.len())?.copy_from_slice(local.as_bytes());
        buffer.get_mut(local.len()..length)?.copy_from_slice(&self.0);
        parse_instant(str::from_utf8(buffer.get(..length)?).ok()?).ok()
    }

    /// Reads digits without signs, `YYMMDDhhmm` or `YYMMDDhhmmss` of this century, or with the year in four digits.
    pub(crate) fn compact(self, digits: &str) -> Option<Instant> {
        let (year, rest) = match digits.len() {
            10 | 12 if digits.is_ascii() => (format!("20{}", &digits[..2]), &digits[2..]),
            14 if digits.is_ascii() => (digits[..4].to_owned(), &digits[4..]),
            _ => return None,
        };
        let part = |from: usize| rest.get(from..from + 2);
        let (month, day, hour, minute) = (part(0)?, part(2)?, part(4)?, part(6)?);
        let second = part(8).unwrap_or("00");
        self.zoned(&format!("{year}-{month}-{day} {hour}:{minute}:{second}"))
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(str::from_utf8(&self.0).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_a_zone_is_the_vendors_and_one_with_a_zone_its_own() {
        let noon = parse_instant("2026-10-01T04:00:00Z").ok();
        assert!(noon.is_some());
        for text in [
            "2026-10-01 12:00:00",
            "2026-10-01T12:00:00",
            " 2026-10-01 12:00:00.000 ",
            "2026-10-01T04:00:00Z",
        ] {
            assert_eq!(Offset::CHINA.instant(text), noon, "{text}");
        }
        assert_eq!(Offset::UTC.instant("2026-10-01 04:00:00"), noon);
        assert_eq!(Offset::CHINA.compact("2610011200"), noon);
        assert_eq!(Offset::CHINA.compact("261001120000"), noon);
        assert_eq!(Offset::CHINA.compact("20261001120000"), noon);
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in
            ["", "null", "2026-10-01", "2026-02-30 12:00:00", "2026-10-01 24:00:00", "0000-00-00 00:00:00"]
        {
            assert_eq!(Offset::CHINA.instant(text), None, "{text}");
        }
        for text in ["", "26100112", "26100112xx", "二零二六年"] {
            assert_eq!(Offset::CHINA.compact(text), None, "{text}");
        }
    }

    #[test]
    fn an_offset_is_at_most_eighteen_hours() {
        let shown = |minutes| Offset::minutes(minutes).map(|it| it.to_string());
        assert_eq!(shown(480).as_deref(), Some("+08:00"));
        assert_eq!(shown(-210).as_deref(), Some("-03:30"));
        assert_eq!((shown(1081), shown(-1081), shown(i16::MAX)), (None, None, None));
        let read = |text| Offset::parse(text).map(|it| it.to_string());
        for text in ["+08:00", "-03:30", "+00:00", "+18:00"] {
            assert_eq!(read(text).as_deref(), Some(text));
        }
        assert_eq!((read("Z"), read("UTC")), (read("+00:00"), read("+00:00")));
        for text in
            ["", "08:00", "+8:00", "+08", "+0800", "+08:60", "+19:00", "++8:00", "+-8:00", "Asia/Shanghai"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
