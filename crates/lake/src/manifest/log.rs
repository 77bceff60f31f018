//! What a log of changes says, wherever its lines are kept.

use std::collections::BTreeSet;

use timeline::{Instant, Interval};

use super::line::Line;
use super::{Change, FileEntry, ManifestError};
use crate::place::Place;

/// Every file that stands, and every one that stood and is not forgotten.
#[derive(Clone, Debug, Default)]
pub struct Log {
    entries: Vec<FileEntry>,
}

/// A change, or a forgetting, in the form a log keeps it.
#[derive(Debug)]
pub struct Step(Line);

impl Step {
    pub(super) fn of_change(change: &Change) -> Step {
        Step(Line::of_change(change))
    }

    /// The forgetting of those that stand no longer; `None` when all of them stand.
    pub fn of_forgotten(entries: &[FileEntry]) -> Option<Step> {
        let gone: Vec<FileEntry> = entries.iter().filter(|it| it.removed_at.is_some()).cloned().collect();
        (!gone.is_empty()).then(|| Step(Line::of_forgotten(&gone)))
    }

    /// One line with its line feed.
    pub fn text(&self) -> Option<String> {
        self.0.text()
    }
}

impl Log {
    /// Applies all whole lines and says how many bytes these are; the error is the number of a line that is damaged. A last
    /// line without its line feed is one whose commit never returned; so is one with zeros in it, whose end reached the disk
    /// before all that stands before it.
    pub fn replay(&mut self, bytes: &[u8]) -> Result<usize, usize> {
        let ended = bytes.iter().rposition(|it| *it == b'\n').map_or(0, |it| it.saturating_add(1));
        let mut lines = bytes.get(..ended).unwrap_or_default().split_inclusive(|it| *it == b'\n').peekable();
        let (mut whole, mut number) = (0_usize, 0_usize);
        while let Some(line) = lines.next() {
            number = number.saturating_add(1);
            let is_torn = lines.peek().is_none() && line.contains(&0);
            let parsed = std::str::from_utf8(line).ok().and_then(|it| Line::parse(it.trim_end_matches('\n')));
            match parsed {
                None if is_torn => break,
                parsed => parsed.and_then(|it| self.apply(&Step(it))).ok_or(number)?,
            }
            whole = whole.saturating_add(line.len());
        }
        Ok(whole)
    }

    /// Takes a step; `None` when it removes what does not stand or names no digest.
    pub fn apply(&mut self, Step(line): &Step) -> Option<()> {
        let at = Instant::from_nanos(line.at);
        for path in &line.remove {
            let standing = self.entries.iter_mut().find(|it| it.path == *path && it.removed_at.is_none());
            standing?.removed_at = Some(at);
        }
        self.entries.extend(line.added()?);
        if line.forget.is_empty() {
            return Some(());
        }
        let forgotten: BTreeSet<(&str, i64)> =
            line.forget.iter().map(|(path, at)| (path.as_str(), *at)).collect();
        self.entries.retain(|it| {
            it.removed_at.is_none() || !forgotten.contains(&(it.path.as_str(), it.added_at.nanos()))
        });
        Some(())
    }

    /// Refuses a change that would remove what does not stand, or put a settled file beside one it was not merged with.
    pub fn check(&self, change: &Change) -> Result<(), ManifestError> {
        let conflict = |path: &str| Err(ManifestError::Conflict(path.to_owned()));
        let removed: BTreeSet<&str> = change.remove.iter().map(String::as_str).collect();
        let standing: Vec<&FileEntry> = self.entries.iter().filter(|it| it.removed_at.is_none()).collect();
        let paths: BTreeSet<&str> = standing.iter().map(|it| it.path.as_str()).collect();
        if let Some(path) = removed.iter().find(|it| !paths.contains(*it)) {
            return conflict(path);
        }
        for added in &change.add {
            let stays = |it: &&&FileEntry| it.is_in_partition(added) && !removed.contains(it.path.as_str());
            if standing.iter().filter(stays).any(|it| added.settled || it.path == added.path) {
                return conflict(&added.path);
            }
        }
        Ok(())
    }

    /// The step of a change, if it may follow: see [`Log::check`]. It is no earlier than what was done before to its partitions,
    /// whatever the clock of whoever makes it says: what stood at a time is not to change behind those who asked.
    pub fn step(&self, change: &Change) -> Result<Step, ManifestError> {
        self.check(change)?;
        let is_removed = |it: &FileEntry| it.removed_at.is_none() && change.remove.contains(&it.path);
        let removed: Vec<&FileEntry> = self.entries.iter().filter(|it| is_removed(it)).collect();
        let touched = |it: &&FileEntry| {
            change.add.iter().any(|added| it.is_in_partition(added))
                || removed.iter().any(|gone| it.is_in_partition(gone))
        };
        let before = self.entries.iter().filter(touched);
        let latest = before.flat_map(|it| [Some(it.added_at), it.removed_at]).flatten().max();
        let at = latest.map_or(change.at, |it| it.max(change.at));
        Ok(Step::of_change(&Change { at, ..change.clone() }))
    }

    /// A log that says this of every file.
    pub(super) fn of_entries(entries: Vec<FileEntry>) -> Log {
        Log { entries }
    }

    /// Every file, those that stand no longer too.
    pub fn all(&self) -> &[FileEntry] {
        &self.entries
    }

    /// See [`Manifest::entries`](super::Manifest::entries).
    pub fn entries(&self, place: &Place, window: Interval, as_of: Option<Instant>) -> Vec<FileEntry> {
        let asked =
            |it: &&FileEntry| it.place == *place && it.stands(as_of) && it.day.window().overlaps(&window);
        let mut entries: Vec<FileEntry> = self.entries.iter().filter(asked).cloned().collect();
        entries.sort_unstable_by(|left, right| (left.day, &left.path).cmp(&(right.day, &right.path)));
        entries
    }

    /// See [`Manifest::places`](super::Manifest::places).
    pub fn places(&self) -> Vec<Place> {
        let places: BTreeSet<&Place> = self.entries.iter().map(|it| &it.place).collect();
        places.into_iter().cloned().collect()
    }

    /// See [`Manifest::superseded`](super::Manifest::superseded).
    pub fn superseded(&self) -> Vec<FileEntry> {
        self.entries.iter().filter(|it| it.removed_at.is_some()).cloned().collect()
    }
}
