//! From where batches wait into the lake: their rows into files, the files into the manifest, then a segment of the journal goes.
//!
//! A crash in between leaves the segments, and folding them again gives the same rows, in the same files where it is the same
//! segments; rows that stand twice by then are told apart when the partition is settled.

use std::collections::BTreeMap;
use std::fmt;

use timeline::Instant;

use crate::error::LakeError;
use crate::gather::Pick;
use crate::inputs::Held;
use crate::journal::{Batch, Journal, JournalError};
use crate::known::Known;
use crate::lake::{Joining, Lake, Target};
use crate::manifest::FileEntry;
use crate::order::sorted;
use crate::place::{Day, Place};
use crate::rows::Rows;
use crate::run::by_day;
use crate::standing::Standing;

/// Why a segment could not be folded; it stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoldError {
    /// The journal failed.
    Journal(JournalError),
    /// The lake failed.
    Lake(LakeError),
    /// A batch holds no rows that can be read.
    Batch {
        /// Which segment of the journal, or which file, it is in.
        of: String,
        /// Which of its batches, from zero.
        batch: usize,
    },
}

impl fmt::Display for FoldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FoldError::Journal(error) => error.fmt(f),
            FoldError::Lake(error) => error.fmt(f),
            FoldError::Batch { of, batch } => {
                write!(f, "batch {batch} of {of} holds no rows that can be read; restore it from a copy")
            }
        }
    }
}

impl std::error::Error for FoldError {}

impl From<JournalError> for FoldError {
    fn from(error: JournalError) -> FoldError {
        FoldError::Journal(error)
    }
}

impl From<LakeError> for FoldError {
    fn from(error: LakeError) -> FoldError {
        FoldError::Lake(error)
    }
}

/// Batches, and where they were read from.
type Group = (String, Vec<Vec<u8>>);

/// Most bytes of batches in the segments that are folded at once; a single segment may have more.
const FOLDED_BYTES: usize = 32 << 20;

/// What folding came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// Segments that are gone.
    pub segments: u64,
    /// Rows in them.
    pub rows: u64,
    /// Partitions that got new files.
    pub partitions: Vec<(Place, Day)>,
    /// Files not merged yet of rows whose identities no file held when they were written, where that was looked at.
    pub new: Vec<FileEntry>,
}

/// Folds all closed segments, oldest first. `standing` is how rows of a place are told apart.
pub fn fold(
    lake: &Lake,
    journal: &Journal,
    standing: &dyn Fn(&Place) -> Result<Standing, LakeError>,
    at: Instant,
) -> Result<Folded, FoldError> {
    fold_closed(lake, journal, standing, (None, at))
}

/// The same; rows that are certainly new go to files of their own.
pub fn fold_knowing(
    lake: &Lake,
    journal: &Journal,
    standing: &dyn Fn(&Place) -> Result<Standing, LakeError>,
    (known, at): (&Known, Instant),
) -> Result<Folded, FoldError> {
    fold_closed(lake, journal, standing, (Some(known), at))
}

fn fold_closed(
    lake: &Lake,
    journal: &Journal,
    standing: &dyn Fn(&Place) -> Result<Standing, LakeError>,
    (known, at): (Option<&Known>, Instant),
) -> Result<Folded, FoldError> {
    let mut folded = Folded::default();
    let fold_groups = |groups: &[Group]| fold_groups(lake, groups, standing, (known, at));
    let mut waiting = Segments::default();
    for number in journal.closed() {
        let read = journal.read(number);
        let bytes = read.iter().flatten().map(Vec::len).sum();
        // What came before goes into files also when this one cannot be read.
        if read.is_err() || !waiting.has_room(bytes) {
            std::mem::take(&mut waiting).fold(journal, &fold_groups, &mut folded)?;
        }
        waiting.bytes += bytes;
        waiting.all.push((number, (format!("segment {number} of the journal"), read?)));
    }
    waiting.fold(journal, &fold_groups, &mut folded)?;
    Ok(folded)
}

/// Segments that are folded at once: a process that was ended again and again leaves many small ones, and each alone would come
/// to files of its own.
#[derive(Default)]
struct Segments {
    all: Vec<(u64, Group)>,
    bytes: usize,
}

impl Segments {
    fn has_room(&self, bytes: usize) -> bool {
        self.all.is_empty() || self.bytes.saturating_add(bytes) <= FOLDED_BYTES
    }

    fn fold(
        self,
        journal: &Journal,
        fold_groups: &dyn Fn(&[Group]) -> Result<Folded, FoldError>,
        folded: &mut Folded,
    ) -> Result<(), FoldError> {
        let (numbers, groups): (Vec<u64>, Vec<Group>) = self.all.into_iter().unzip();
        let mut take = |numbers: &[u64], groups: &[Group]| {
            folded.add(fold_groups(groups)?);
            for number in numbers {
                journal.delete(*number)?;
                folded.segments += 1;
            }
            Ok(())
        };
        match take(&numbers, &groups) {
            // Nothing of them was put into files yet, and what comes before the one that it is about may go.
            Err(FoldError::Batch { .. }) => {
                numbers.chunks(1).zip(groups.chunks(1)).try_for_each(|(number, group)| take(number, group))
            }
            done => done,
        }
    }
}

/// Puts the rows of batches into files and these into the manifest: what holds the batches may go when this returns. They
/// come in groups, each with where it was read from.
pub fn fold_batches(
    lake: &Lake,
    groups: &[(String, Vec<Vec<u8>>)],
    standing: &dyn Fn(&Place) -> Result<Standing, LakeError>,
    at: Instant,
) -> Result<Folded, FoldError> {
    fold_groups(lake, groups, standing, (None, at))
}

/// The same; rows that are certainly new go to files of their own.
pub fn fold_batches_knowing(
    lake: &Lake,
    groups: &[(String, Vec<Vec<u8>>)],
    standing: &dyn Fn(&Place) -> Result<Standing, LakeError>,
    (known, at): (&Known, Instant),
) -> Result<Folded, FoldError> {
    fold_groups(lake, groups, standing, (Some(known), at))
}

fn fold_groups(
    lake: &Lake,
    groups: &[(String, Vec<Vec<u8>>)],
    standing: &dyn Fn(&Place) -> Result<Standing, LakeError>,
    (known, at): (Option<&Known>, Instant),
) -> Result<Folded, FoldError> {
    let mut folded = Folded::default();
    for ((place, _), rows) in rows_of(groups)? {
        folded.rows += rows.len() as u64;
        let target = Target { standing: standing(&place)?, layout: rows.layout.clone(), place };
        fold_rows(lake, &target, &rows, (known, at), &mut folded)?;
    }
    Ok(folded)
}

impl Folded {
    fn add(&mut self, other: Folded) {
        self.rows += other.rows;
        self.partitions.extend(other.partitions);
        self.partitions.sort_unstable();
        self.partitions.dedup();
        self.new.extend(other.new);
    }
}

/// The rows of all groups by where they belong and by layout.
fn rows_of(groups: &[(String, Vec<Vec<u8>>)]) -> Result<BTreeMap<(Place, String), Rows>, FoldError> {
    let mut all: BTreeMap<(Place, String), Rows> = BTreeMap::new();
    for (of, batches) in groups {
        for (batch, bytes) in batches.iter().enumerate() {
            let unreadable = |_| FoldError::Batch { of: of.clone(), batch };
            let mut bytes = bytes.as_slice();
            let (place, layout) = Batch::head(&mut bytes).map_err(unreadable)?;
            let rows = all.entry((place, layout.text())).or_insert_with(|| Rows::new(layout));
            Batch::rows(bytes, rows).map_err(unreadable)?;
        }
    }
    Ok(all)
}

fn fold_rows(
    lake: &Lake,
    target: &Target,
    rows: &Rows,
    (known, at): (Option<&Known>, Instant),
    folded: &mut Folded,
) -> Result<(), LakeError> {
    let picks = sorted(rows);
    for (day, picks) in by_day(rows, &picks) {
        let mut take = |picks: &[Pick]| {
            let outcome = lake.take(target, day, &[&Held { rows, picks }], Joining::Beside, at)?;
            if !outcome.added.is_empty() {
                folded.partitions.push((target.place.clone(), day));
            }
            Ok::<_, LakeError>(outcome.added)
        };
        let Some(known) = known else {
            take(picks)?;
            continue;
        };
        let (new, others) = known.split(lake, &lake.standing(&target.place, day)?, (rows, picks))?;
        let mut written = Vec::new();
        for (picks, is_new) in [(new, true), (others, false)] {
            if picks.is_empty() {
                continue;
            }
            let added = take(&picks)?;
            known.keep(&added, &rows.picked(&picks)?);
            written.extend(added.into_iter().filter(|it| is_new && !it.settled));
        }
        folded.new.extend(written);
    }
    Ok(())
}
