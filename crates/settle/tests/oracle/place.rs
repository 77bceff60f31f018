//! Places with their clock changes of 2026 written down by hand, and opening hours read off the local clock.

use crate::model::{Days, Office};

const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;

/// A zone in 2026: the offset the year begins with, then changes, in seconds.
pub(crate) struct Place {
    pub(crate) name: &'static str,
    first: i64,
    changes: [(i64, i64); 2],
}

/// Where contracts are settled. Lord Howe moves its clock by half an hour only.
pub(crate) const PLACES: [Place; 4] = [
    Place {
        name: "America/New_York",
        first: -5 * HOUR,
        changes: [(utc(2026, 3, 8) + 7 * HOUR, -4 * HOUR), (utc(2026, 11, 1) + 6 * HOUR, -5 * HOUR)],
    },
    Place {
        name: "Europe/Berlin",
        first: HOUR,
        changes: [(utc(2026, 3, 29) + HOUR, 2 * HOUR), (utc(2026, 10, 25) + HOUR, HOUR)],
    },
    Place {
        name: "Australia/Lord_Howe",
        first: 11 * HOUR,
        changes: [
            (utc(2026, 4, 4) + 15 * HOUR, 10 * HOUR + 1800),
            (utc(2026, 10, 3) + 15 * HOUR + 1800, 11 * HOUR),
        ],
    },
    Place {
        name: "Asia/Shanghai",
        first: 8 * HOUR,
        changes: [(utc(2026, 5, 1), 8 * HOUR), (utc(2026, 9, 1), 8 * HOUR)],
    },
];

impl Place {
    /// The instants around which cycles are laid.
    pub(crate) fn change(&self, which: usize) -> i64 {
        self.changes[which].0
    }

    /// What the wall clock shows, as seconds since its own 1970.
    pub(crate) fn local(&self, at: i64) -> i64 {
        let offset =
            self.changes.iter().rev().find(|(from, _)| *from <= at).map_or(self.first, |(_, offset)| *offset);
        at + offset
    }
}

/// Unix seconds of a day in UTC.
pub(crate) const fn utc(year: i64, month: i64, day: i64) -> i64 {
    days(year, month, day) * DAY
}

/// Days since 1970-01-01, by counting in years that begin in March.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let since_march = (month + 9) % 12;
    let day_of_year = (153 * since_march + 2) / 5 + day - 1;
    365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

/// A day number as `2026-10-05`.
pub(crate) fn date(day: i64) -> String {
    let mut month = 12;
    let mut year = 2027;
    while days(year, 1, 1) > day {
        year -= 1;
    }
    while days(year, month, 1) > day {
        month -= 1;
    }
    format!("{year:04}-{month:02}-{:02}", day - days(year, month, 1) + 1)
}

/// An instant as `2026-10-05T08:00:00` by a clock that is `offset` seconds ahead of UTC, with that offset.
pub(crate) fn instant(at: i64, offset: i64) -> String {
    let local = at + offset;
    let (day, second) = (local.div_euclid(DAY), local.rem_euclid(DAY));
    let clock = format!("{:02}:{:02}:{:02}", second / HOUR, second / 60 % 60, second % 60);
    let zone = match offset {
        0 => "Z".to_owned(),
        _ => format!(
            "{}{:02}:{:02}",
            if offset < 0 { '-' } else { '+' },
            offset.abs() / HOUR,
            offset.abs() / 60 % 60
        ),
    };
    format!("{}T{clock}{zone}", date(day))
}

/// For each second of `[from, until)` whether the office is open. A window opens at the first second whose wall clock
/// is at or after its beginning and closes at the first at or after its end.
pub(crate) fn open(office: &Office, place: &Place, marks_from: i64, from: i64, until: i64) -> Vec<bool> {
    // Two days early, so that a window of the day before is seen from its beginning.
    let early = from - 2 * DAY;
    let windows = windows(office, place, marks_from, early, until);
    let mut edges: Vec<i64> = windows.iter().flat_map(|(from, until)| [*from, *until]).collect();
    edges.sort_unstable();
    edges.dedup();
    let met = first_seconds(&edges, place, early, until);
    let second = |edge: i64| met[edges.binary_search(&edge).unwrap()];
    let mut open = vec![false; usize::try_from(until - from).unwrap()];
    for (begin, end) in windows {
        for at in second(begin).max(from)..second(end).min(until) {
            open[usize::try_from(at - from).unwrap()] = true;
        }
    }
    open
}

/// Windows by the wall clock.
fn windows(office: &Office, place: &Place, marks_from: i64, from: i64, until: i64) -> Vec<(i64, i64)> {
    let base = place.local(marks_from).div_euclid(DAY);
    let mut found = Vec::new();
    for day in place.local(from).div_euclid(DAY)..=place.local(until).div_euclid(DAY) {
        let mark = office.marks.iter().find(|(at, _)| base + at == day).map(|(_, off)| *off);
        for (days, times) in &office.groups {
            if !opens(office.days, *days, (day + 3).rem_euclid(7), mark) {
                continue;
            }
            for (opens, closes) in times {
                let closing = if closes <= opens { day + 1 } else { day };
                found.push((day * DAY + opens * 60, closing * DAY + closes * 60));
            }
        }
    }
    found
}

fn opens(rule: Days, range: Option<(u8, u8)>, weekday: i64, off: Option<bool>) -> bool {
    let listed = range.is_none_or(|(first, last)| {
        let (first, last) = (i64::from(first), i64::from(last));
        if first <= last { (first..=last).contains(&weekday) } else { weekday >= first || weekday <= last }
    });
    match rule {
        Days::Listed => listed,
        Days::Except => listed && off != Some(true),
        Days::Working => off.map_or(weekday < 5, |off| !off),
    }
}

/// For each edge, in order, the first second whose wall clock is at or after it.
fn first_seconds(edges: &[i64], place: &Place, from: i64, until: i64) -> Vec<i64> {
    let mut met = Vec::new();
    for at in from..until {
        while met.len() < edges.len() && place.local(at) >= edges[met.len()] {
            met.push(at);
        }
    }
    met.resize(edges.len(), until);
    met
}
