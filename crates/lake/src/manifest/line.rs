//! One line of the manifest's log: a change or a forgetting, as JSON with a checksum before it.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use timeline::Instant;

use super::{Change, FileEntry};
use crate::place::{Day, Place};
use crate::write::hex;

/// What one line says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Line {
    pub(super) at: i64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    add: Vec<Added>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) remove: Vec<String>,
    /// Paths and when they were added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) forget: Vec<(String, i64)>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Added {
    place: Place,
    day: Day,
    path: String,
    rows: u64,
    bytes: u64,
    sha256: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    footer: Option<String>,
    content: String,
    from: i64,
    until: i64,
    settled: bool,
}

impl Line {
    pub(super) fn of_change(change: &Change) -> Line {
        Line {
            at: change.at.nanos(),
            add: change.add.iter().map(Added::of).collect(),
            remove: change.remove.clone(),
            forget: Vec::new(),
        }
    }

    pub(super) fn of_forgotten(entries: &[FileEntry]) -> Line {
        let forget = entries.iter().map(|it| (it.path.clone(), it.added_at.nanos())).collect();
        Line { at: 0, add: Vec::new(), remove: Vec::new(), forget }
    }

    /// The files added; `None` when a digest is none.
    pub(super) fn added(&self) -> Option<Vec<FileEntry>> {
        self.add.iter().map(|it| it.entry(self.at)).collect()
    }

    /// `checksum json`, with a line feed.
    pub(super) fn text(&self) -> Option<String> {
        checked(self)
    }

    /// Reads a line without its line feed.
    pub(super) fn parse(line: &str) -> Option<Line> {
        unchecked(line)
    }
}

/// `checksum json`, with a line feed.
pub(super) fn checked(value: &impl Serialize) -> Option<String> {
    let json = serde_json::to_string(value).ok()?;
    Some(format!("{:08x} {json}\n", crc32c::crc32c(json.as_bytes())))
}

/// Reads a line without its line feed; `None` when it is not what was written.
pub(super) fn unchecked<T: DeserializeOwned>(line: &str) -> Option<T> {
    let (checksum, json) = line.split_once(' ')?;
    let agrees = u32::from_str_radix(checksum, 16) == Ok(crc32c::crc32c(json.as_bytes()));
    if agrees { serde_json::from_str(json).ok() } else { None }
}

impl Added {
    pub(super) fn of(entry: &FileEntry) -> Added {
        Added {
            place: entry.place.clone(),
            day: entry.day,
            path: entry.path.clone(),
            rows: entry.rows,
            bytes: entry.bytes,
            sha256: hex(&entry.sha256),
            footer: entry.footer.as_ref().map(|it| hex(it)),
            content: hex(&entry.content),
            from: entry.from.nanos(),
            until: entry.until.nanos(),
            settled: entry.settled,
        }
    }

    /// The file, added at that instant; `None` when a digest is none.
    pub(super) fn entry(&self, at: i64) -> Option<FileEntry> {
        let footer = match &self.footer {
            Some(text) => Some(unhex(text)?),
            None => None,
        };
        Some(FileEntry {
            place: self.place.clone(),
            day: self.day,
            path: self.path.clone(),
            rows: self.rows,
            bytes: self.bytes,
            sha256: unhex(&self.sha256)?,
            footer,
            content: unhex(&self.content)?,
            from: Instant::from_nanos(self.from),
            until: Instant::from_nanos(self.until),
            settled: self.settled,
            added_at: Instant::from_nanos(at),
            removed_at: None,
        })
    }
}

/// Reads the hexadecimal form of a digest.
pub(super) fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (index, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(digest)
}
