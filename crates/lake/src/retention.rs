//! What is kept how long: files that no longer stand, and rows of days long past.

use std::collections::BTreeSet;

use timeline::{Instant, Interval};

use crate::error::LakeError;
use crate::lake::Lake;
use crate::manifest::{Change, FileEntry};
use crate::place::Place;

/// How long files are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Nanoseconds a file is kept after it no longer stands, so that what stood then can be asked again.
    pub superseded_nanos: i64,
    /// Nanoseconds rows are kept after their day has ended; `None`: for ever.
    pub rows_nanos: Option<i64>,
}

/// What went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Files of days long past, which no longer stand.
    pub expired: Vec<FileEntry>,
    /// Files that are deleted.
    pub deleted: Vec<FileEntry>,
    /// How many files were left half written.
    pub swept: usize,
}

impl Lake {
    /// Takes files of days long past away from what stands, then deletes files that have not stood for long enough, and what
    /// processes that ended left half written.
    pub fn retain(&self, rule: &dyn Fn(&Place) -> Retention, now: Instant) -> Result<Removed, LakeError> {
        let mut removed = Removed::default();
        for place in self.manifest.places()? {
            removed.expired.extend(self.expire(&place, rule(&place), now)?);
        }
        removed.deleted = self.delete_superseded(rule, now)?;
        removed.swept = self.blobs.sweep()?;
        Ok(removed)
    }

    fn expire(&self, place: &Place, rule: Retention, now: Instant) -> Result<Vec<FileEntry>, LakeError> {
        let Some(rows_nanos) = rule.rows_nanos else { return Ok(Vec::new()) };
        let mut expired = self.manifest.entries(place, Interval::ALL, None)?;
        expired.retain(|it| is_past(it.day.window().until(), rows_nanos, now));
        if !expired.is_empty() {
            let remove = expired.iter().map(|it| it.path.clone()).collect();
            self.manifest.commit(&Change { add: Vec::new(), remove, at: now })?;
        }
        Ok(expired)
    }

    /// The file goes before its entry: an entry without a file is tried again, a file without an entry is forgotten.
    fn delete_superseded(
        &self,
        rule: &dyn Fn(&Place) -> Retention,
        now: Instant,
    ) -> Result<Vec<FileEntry>, LakeError> {
        let superseded = self.manifest.superseded()?;
        let is_due = |it: &&FileEntry| {
            it.removed_at.is_some_and(|at| is_past(at, rule(&it.place).superseded_nanos, now))
        };
        let due: Vec<FileEntry> = superseded.iter().filter(is_due).cloned().collect();
        let mut kept: BTreeSet<String> =
            superseded.iter().filter(|it| !is_due(it)).map(|it| it.path.clone()).collect();
        for place in due.iter().map(|it| &it.place).collect::<BTreeSet<_>>() {
            kept.extend(self.manifest.entries(place, Interval::ALL, None)?.into_iter().map(|it| it.path));
        }
        // The same content may have come again: its file stays for the entry that still needs it.
        due.iter().filter(|it| !kept.contains(&it.path)).try_for_each(|it| self.blobs.delete(&it.path))?;
        self.manifest.forget(&due)?;
        Ok(due)
    }
}

fn is_past(since: Instant, nanos: i64, now: Instant) -> bool {
    since.checked_add(nanos).is_some_and(|it| it <= now)
}
