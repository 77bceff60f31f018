//! Where rows lie: the stream of a tenant and the fact they are of, and within it one UTC day.

use std::fmt::{self, Write};

use calendar::Date;
use serde::{Deserialize, Serialize};
use timeline::{Instant, Interval};

use crate::write::hex;

/// Nanoseconds of an hour.
pub const HOUR_NANOS: i64 = 3_600_000_000_000;
/// Nanoseconds of the six hours within which rows are ordered by whom they are about before they are ordered by time.
pub const BUCKET_NANOS: i64 = 6 * HOUR_NANOS;
/// Nanoseconds of a UTC day, which has no leap second here.
pub const DAY_NANOS: i64 = 24 * HOUR_NANOS;

/// Ends the name of the fact beside a fact. No fact of a contract has a point in its name.
const SUPERSEDED: &str = ".superseded";

/// One fact of one stream of one tenant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Whose evidence it is.
    pub tenant: String,
    /// The stream the evidence came in by.
    pub stream: String,
    /// The fact's name.
    pub fact: String,
}

impl Place {
    /// The place of that name.
    pub fn new(tenant: &str, stream: &str, fact: &str) -> Place {
        Place { tenant: tenant.to_owned(), stream: stream.to_owned(), fact: fact.to_owned() }
    }

    /// Where the rows of this fact are kept that did not stand against another of their identity: what was said once stays,
    /// whatever was said since. `None` of a fact beside another one, whose rows say nothing that others do not.
    pub fn superseded(&self) -> Option<Place> {
        let is_beside = self.fact.contains('.');
        (!is_beside).then(|| Place { fact: format!("{}{SUPERSEDED}", self.fact), ..self.clone() })
    }

    /// Whether this is such a place.
    pub fn is_superseded(&self) -> bool {
        self.fact.ends_with(SUPERSEDED)
    }

    /// The place whose rows are kept here; `None` where this is no such place.
    pub fn supersedes(&self) -> Option<Place> {
        let fact = self.fact.strip_suffix(SUPERSEDED)?;
        Some(Place { fact: fact.to_owned(), ..self.clone() })
    }

    /// The folder its files lie under, without a slash at the end.
    pub fn folder(&self) -> String {
        format!("{}/{}/{}", segment(&self.tenant), segment(&self.stream), segment(&self.fact))
    }

    /// The path of the file of that day with that content and that SHA-256 of its bytes: no other file ever has it, also where
    /// the same rows are written with other columns.
    pub fn path(&self, day: Day, content: &[u8; 32], sha256: &[u8; 32]) -> String {
        let short = |digest: &[u8; 32]| hex(digest.first_chunk::<8>().map_or(&[], |it| it));
        format!("{}/{day}/{}-{}.parquet", self.folder(), short(content), short(sha256))
    }
}

/// A name as one folder of a path: letters, digits, `-`, `_` and inner `.` stay, every other byte becomes `%XX`.
pub fn segment(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for (index, byte) in name.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => out.push(char::from(byte)),
            b'.' if index > 0 => out.push('.'),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    if out.is_empty() { "%".to_owned() } else { out }
}

/// The name that became this folder of a path; `None` when none does.
pub fn named(folder: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(folder.len());
    let mut rest = folder.bytes();
    while let Some(byte) = rest.next() {
        let mut digit =
            || rest.next().and_then(|it| char::from(it).to_digit(16)).and_then(|it| u8::try_from(it).ok());
        bytes.push(if byte == b'%' && folder.len() > 1 { digit()? << 4 | digit()? } else { byte });
    }
    let name = if folder == "%" { String::new() } else { String::from_utf8(bytes).ok()? };
    // Two names never share a folder, nor two folders a name.
    (segment(&name) == folder).then_some(name)
}

/// A UTC day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Day(pub i32);

impl Day {
    /// The day an instant lies in, nanoseconds since the epoch.
    pub fn of_nanos(at: i64) -> Day {
        // 2^63 nanoseconds are fewer than 107,000 days.
        Day(i32::try_from(at.div_euclid(DAY_NANOS)).unwrap_or_default())
    }

    /// `[from, until)` of the day; the first and the last day of the range are cut by it.
    pub fn window(self) -> Interval {
        let from = i64::from(self.0).saturating_mul(DAY_NANOS);
        let until = from.saturating_add(DAY_NANOS);
        Interval::new(Instant::from_nanos(from), Instant::from_nanos(until)).unwrap_or(Interval::ALL)
    }

    /// The day of that date.
    pub fn of_date(date: Date) -> Day {
        Day(Date::new(1970, 1, 1).map_or(0, |it| it.days_until(date)))
    }

    /// The day of the calendar.
    pub fn date(self) -> Option<Date> {
        Date::new(1970, 1, 1)?.add_days(self.0)
    }

    /// Reads `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Day> {
        Date::parse(text).map(Day::of_date)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.date() {
            Some(date) => date.fmt(f),
            None => write!(f, "day {}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_folder_and_never_leads_elsewhere() {
        for (name, folder) in [
            ("acme-1_B", "acme-1_B"),
            ("a.b", "a.b"),
            (".", "%2E"),
            ("..", "%2E."),
            ("a/b", "a%2Fb"),
            ("短信", "%E7%9F%AD%E4%BF%A1"),
            ("50%", "50%25"),
            ("", "%"),
        ] {
            assert_eq!(segment(name), folder);
            assert_eq!(named(folder).as_deref(), Some(name));
        }
        for none in ["", "%4", "%zz", "%E7", "%41", ".", "a b", "%e7%9f%ad", "/"] {
            assert_eq!(named(none), None, "{none}");
        }
    }

    #[test]
    fn days_begin_at_midnight_utc_before_and_after_the_epoch() {
        for (at, day, text) in [
            (0, 0, "1970-01-01"),
            (-1, -1, "1969-12-31"),
            (DAY_NANOS, 1, "1970-01-02"),
            (DAY_NANOS - 1, 0, "1970-01-01"),
            (i64::MAX, 106_751, "2262-04-11"),
            (i64::MIN, -106_752, "1677-09-21"),
        ] {
            assert_eq!((Day::of_nanos(at), Day::of_nanos(at).to_string().as_str()), (Day(day), text));
            assert_eq!(Day::parse(text), Some(Day(day)));
        }
    }

    #[test]
    fn the_path_names_the_content_and_the_bytes() {
        let place = Place::new("acme", "sms", "message");
        assert_eq!(
            place.path(Day(20_000), &[0xAB; 32], &[0x12; 32]),
            "acme/sms/message/2024-10-04/abababababababab-1212121212121212.parquet"
        );
    }
}
