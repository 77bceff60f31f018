//! All that a log says after so many changes, as lines with checksums, so that whoever reads the log need not begin with its
//! first change.

use serde::{Deserialize, Serialize};
use timeline::Instant;

use super::FileEntry;
use super::line::{Added, checked, unchecked};
use super::log::Log;

/// What a log says after some number of changes.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// How many changes.
    pub changes: u64,
    /// What they come to.
    pub log: Log,
}

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    /// Changes before it.
    changes: u64,
    /// Lines after it.
    files: u64,
}

/// One file, whether it stands or stood.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<i64>,
    file: Added,
}

impl Snapshot {
    /// The lines, which depend on the changes alone; `None` when they have no text.
    pub fn text(&self) -> Option<String> {
        let files = self.log.all();
        let mut text = checked(&Head { changes: self.changes, files: files.len() as u64 })?;
        for file in files {
            text.push_str(&checked(&Kept::of(file))?);
        }
        Some(text)
    }

    /// Reads the lines again; the error is the number of the one that is damaged or missing.
    pub fn parse(bytes: &[u8]) -> Result<Snapshot, usize> {
        let mut lines = bytes.split_inclusive(|it| *it == b'\n').map(whole);
        let head = lines.next().flatten().and_then(unchecked::<Head>).ok_or(1_usize)?;
        let mut files = Vec::new();
        for (number, line) in (2_usize..).zip(lines) {
            let kept = line.and_then(unchecked::<Kept>).and_then(|it| it.entry());
            files.push(kept.ok_or(number)?);
        }
        if files.len() as u64 != head.files {
            return Err(files.len().saturating_add(2));
        }
        Ok(Snapshot { changes: head.changes, log: Log::of_entries(files) })
    }
}

/// A line without its line feed; one that has none was cut off.
fn whole(line: &[u8]) -> Option<&str> {
    std::str::from_utf8(line).ok()?.strip_suffix('\n')
}

impl Kept {
    fn of(file: &FileEntry) -> Kept {
        let until = file.removed_at.map(|it| it.nanos());
        Kept { at: file.added_at.nanos(), until, file: Added::of(file) }
    }

    fn entry(&self) -> Option<FileEntry> {
        let entry = self.file.entry(self.at)?;
        Some(FileEntry { removed_at: self.until.map(Instant::from_nanos), ..entry })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Change, Step};
    use crate::place::{Day, Place};

    fn log() -> Log {
        let place = Place::new("acme", "短信", "message");
        let entry = |name: u8| FileEntry {
            path: place.path(Day(3), &[name; 32], &[name; 32]),
            place: place.clone(),
            day: Day(3),
            rows: 7,
            bytes: 9,
            sha256: [name; 32],
            footer: (name > 1).then_some([name; 32]),
            content: [name; 32],
            from: Instant::from_nanos(5),
            until: Instant::from_nanos(8),
            settled: true,
            added_at: Instant::from_nanos(0),
            removed_at: None,
        };
        let mut log = Log::default();
        let changes = [(vec![1, 2], vec![]), (vec![3], vec![1, 2]), (vec![1], vec![3])];
        for (at, (add, remove)) in (10..).zip(changes) {
            let add = add.into_iter().map(entry).collect();
            let remove = remove.into_iter().map(|it| entry(it).path).collect();
            let change = Change { add, remove, at: Instant::from_nanos(at) };
            log.apply(&Step::of_change(&change)).unwrap();
        }
        log
    }

    #[test]
    fn a_snapshot_read_again_says_what_the_log_does() {
        let snapshot = Snapshot { changes: 3, log: log() };
        let text = snapshot.text().unwrap();
        let read = Snapshot::parse(text.as_bytes()).unwrap();
        assert_eq!((read.changes, read.log.all()), (3, snapshot.log.all()));
        assert_eq!(read.log.superseded().len(), 3);
        assert_eq!(read.text(), Some(text));
        let empty = Snapshot::default();
        assert_eq!(Snapshot::parse(empty.text().unwrap().as_bytes()).unwrap().log.all(), []);
    }

    #[test]
    fn every_byte_that_is_missing_or_another_is_noticed() {
        let text = Snapshot { changes: 3, log: log() }.text().unwrap();
        let bytes = text.as_bytes();
        for cut in 0..bytes.len() {
            assert!(Snapshot::parse(&bytes[..cut]).is_err(), "cut at {cut}");
            let mut flipped = bytes.to_vec();
            flipped[cut] ^= 1;
            let line = bytes[..cut].iter().filter(|it| **it == b'\n').count() + 1;
            assert_eq!(Snapshot::parse(&flipped).err().map(|it| it.min(line)), Some(line), "byte {cut}");
        }
        assert_eq!(Snapshot::parse(&[bytes, b"more\n"].concat()).err(), Some(6));
    }
}
