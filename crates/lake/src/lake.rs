//! A lake: files, the manifest that knows them, and a folder for files under way.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use timeline::{Instant, Interval};

use crate::blobs::{BlobError, Blobs, Content};
use crate::error::LakeError;
use crate::inputs::{Held, Stored, Subset};
use crate::layout::Layout;
use crate::manifest::{Change, FileEntry, Manifest, ManifestError, is_settled};
use crate::merge::Input;
use crate::place::{Day, Place};
use crate::read::{AHEAD_BYTES, verify};
use crate::settle::{Limits, Scratch, Settled, Settling};
use crate::standing::Standing;

/// How often a partition somebody else changes meanwhile is read again.
const ATTEMPTS_MAX: u32 = 8;

/// A lake of files.
#[derive(Clone)]
pub struct Lake {
    /// Where the files lie.
    pub blobs: Arc<dyn Blobs>,
    /// Which files there are.
    pub manifest: Arc<dyn Manifest>,
    /// A folder of this machine for files under way, best on the same disk as the files.
    pub scratch: PathBuf,
    /// Bounds.
    pub limits: Limits,
}

/// A fact and how its rows are told apart.
#[derive(Clone, Debug)]
pub struct Target {
    /// Tenant, stream and fact.
    pub place: Place,
    /// Its columns.
    pub layout: Layout,
    /// Which of two rows of one identity stands.
    pub standing: Standing,
}

/// What became of a partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Exact copies of other rows, those already in the lake among them.
    pub copies: u64,
    /// Rows that did not stand against another of their identity.
    pub superseded: u64,
    /// Files added.
    pub added: Vec<FileEntry>,
    /// Paths of files they stand in the place of.
    pub removed: Vec<String>,
}

/// How new rows join those that stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Joining {
    /// Beside them, to be merged later.
    Beside,
    /// Merged with them.
    Merged,
}

/// Numbers files under way within this process.
static UNDER_WAY: AtomicU64 = AtomicU64::new(0);

impl Lake {
    /// Settles one partition; nothing is done when it is.
    pub fn settle(&self, target: &Target, day: Day, at: Instant) -> Result<Outcome, LakeError> {
        let standing = self.standing(&target.place, day)?;
        if is_settled(&standing) {
            return Ok(Outcome::default());
        }
        self.take(target, day, &[], Joining::Merged, at)
    }

    /// Settles all partitions of a fact that share an instant with the window.
    pub fn settle_all(
        &self,
        target: &Target,
        window: Interval,
        at: Instant,
    ) -> Result<Vec<(Day, Outcome)>, LakeError> {
        let mut days: Vec<Day> = self
            .manifest
            .entries(&target.place, window, None)?
            .into_iter()
            .filter(|it| !it.settled)
            .map(|it| it.day)
            .collect();
        days.dedup();
        days.into_iter().map(|day| Ok((day, self.settle(target, day, at)?))).collect()
    }

    /// The columns of all these files of a fact; `None` when there are none.
    pub fn layout(&self, entries: &[FileEntry]) -> Result<Option<Layout>, LakeError> {
        Layout::of_files(&self.blobs, None, entries)
    }

    /// Takes new rows of a partition, each input in order.
    pub(crate) fn take(
        &self,
        target: &Target,
        day: Day,
        new: &[&dyn Input],
        joining: Joining,
        at: Instant,
    ) -> Result<Outcome, LakeError> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            match self.try_take(target, day, new, joining, at) {
                Err(LakeError::Manifest(ManifestError::Conflict(_))) if attempt < ATTEMPTS_MAX => {}
                done => return done,
            }
        }
    }

    fn try_take(
        &self,
        target: &Target,
        day: Day,
        new: &[&dyn Input],
        joining: Joining,
        at: Instant,
    ) -> Result<Outcome, LakeError> {
        let standing = self.standing(&target.place, day)?;
        let merged: &[FileEntry] = if joining == Joining::Merged { &standing } else { &[] };
        merged.iter().try_for_each(|it| verify(self.blobs.as_ref(), it))?;
        // A contract that changed has other columns, and what was said under an older one is not to be lost.
        let layout = Layout::of_files(&self.blobs, Some(target.layout.clone()), merged)?;
        let layout = layout.as_ref().unwrap_or(&target.layout);
        let ahead_bytes = AHEAD_BYTES / (merged.len() as u64).max(1);
        let stored = merged.iter();
        let stored = stored.map(|entry| Stored { blobs: &self.blobs, entry, layout, ahead_bytes });
        let stored: Vec<Stored<'_>> = stored.collect();
        let stored = stored.iter().map(|it| it as &dyn Input);
        let inputs: Vec<&dyn Input> = stored.chain(new.iter().copied()).collect();
        let name = format!("{}-{}", std::process::id(), UNDER_WAY.fetch_add(1, Ordering::Relaxed));
        let settling = Settling {
            layout,
            standing: &target.standing,
            limits: self.limits,
            scratch: &self.scratch,
            name: &name,
        };
        let settled = settling.settle(day, &inputs)?;
        let these = &settled.different;
        let lost = Subset { layout, day, inputs: &inputs, these, limits: self.limits };
        // First, for when the others are named in the manifest what they were told from may go.
        self.keep_beside(target, &lost, joining, at)?;
        self.commit(target, day, &settled, &standing, joining, at)
    }

    /// Keeps rows that do not stand.
    fn keep_beside(
        &self,
        of: &Target,
        lost: &Subset<'_>,
        joining: Joining,
        at: Instant,
    ) -> Result<(), LakeError> {
        let Some(place) = of.place.superseded().filter(|_| lost.these.count > 0) else { return Ok(()) };
        let target = Target { place, layout: lost.layout.clone(), standing: of.standing.of_superseded() };
        let few = lost.few()?;
        let few = few.as_ref().map(|(rows, picks)| Held { rows, picks });
        let day = lost.day;
        let new: &[&dyn Input] = &[few.as_ref().map_or(lost as &dyn Input, |it| it)];
        let taken = match self.take(&target, day, new, joining, at) {
            // What lay there keeps nothing that is asked about from being merged; it is named when it is merged itself.
            Err(
                LakeError::Corrupt { .. }
                | LakeError::Columns { .. }
                | LakeError::Blob(BlobError::Missing(_)),
            ) if joining == Joining::Merged => self.take(&target, day, new, Joining::Beside, at),
            taken => taken,
        };
        taken.map(drop)
    }

    /// Puts the files where they belong, then names them in the manifest.
    fn commit(
        &self,
        target: &Target,
        day: Day,
        settled: &Settled,
        standing: &[FileEntry],
        joining: Joining,
        at: Instant,
    ) -> Result<Outcome, LakeError> {
        let is_settled = joining == Joining::Merged || standing.is_empty();
        let mut add = settled.entries(&target.place, day, is_settled, at);
        let mut outcome =
            Outcome { copies: settled.copies, superseded: settled.superseded, ..Outcome::default() };
        // The same content stands already: nothing is to be done.
        let stands =
            |it: &FileEntry| standing.iter().any(|old| old.path == it.path && old.settled >= it.settled);
        if joining == Joining::Beside {
            add.retain(|it| !stands(it));
        } else if add.len() == standing.len() && add.iter().all(stands) {
            return Ok(outcome);
        }
        if add.is_empty() && standing.is_empty() {
            return Ok(outcome);
        }
        for (entry, scratch) in add.iter().filter_map(|it| Some((it, settled.part(it)?))) {
            self.blobs.put(&entry.path, Content::File(scratch.path()))?;
        }
        let merged = standing.iter().filter(|_| joining == Joining::Merged);
        let remove: Vec<String> = merged.map(|it| it.path.clone()).collect();
        let change = Change { add, remove, at };
        if !change.add.is_empty() || !change.remove.is_empty() {
            self.manifest.commit(&change)?;
        }
        (outcome.added, outcome.removed) = (change.add, change.remove);
        Ok(outcome)
    }

    /// The files of a partition that stand.
    pub fn standing(&self, place: &Place, day: Day) -> Result<Vec<FileEntry>, LakeError> {
        let mut entries = self.manifest.entries(place, day.window(), None)?;
        entries.retain(|it| it.day == day);
        Ok(entries)
    }
}

impl Settled {
    fn entries(&self, place: &Place, day: Day, settled: bool, at: Instant) -> Vec<FileEntry> {
        let entry = |written: &crate::write::Written| FileEntry {
            place: place.clone(),
            day,
            path: place.path(day, &written.content, &written.sha256),
            rows: written.rows,
            bytes: written.bytes,
            sha256: written.sha256,
            footer: Some(written.footer),
            content: written.content,
            from: Instant::from_nanos(written.from),
            until: Instant::from_nanos(written.until),
            settled,
            added_at: at,
            removed_at: None,
        };
        self.parts.iter().map(|(_, it)| entry(it)).collect()
    }

    fn part(&self, entry: &FileEntry) -> Option<&Scratch> {
        self.parts.iter().find(|(_, it)| it.content == entry.content).map(|(scratch, _)| scratch)
    }
}
