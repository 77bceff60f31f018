//! From the journal into the lake: the rows of a segment into files, the files into the manifest, then the segment goes.
//!
//! A crash in between leaves the segment, and folding it again gives the same files; rows that by then stand in merged
//! files are told apart when the partition is settled.

use std::collections::BTreeMap;
use std::fmt;

use timeline::Instant;

use crate::error::LakeError;
use crate::inputs::Held;
use crate::journal::{Batch, Journal, JournalError};
use crate::lake::{Joining, Lake, Target};
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
    /// A batch of that segment holds no rows that can be read.
    Batch {
        /// Which segment.
        segment: u64,
        /// Which of its batches, from zero.
        batch: usize,
    },
}

impl fmt::Display for FoldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FoldError::Journal(error) => error.fmt(f),
            FoldError::Lake(error) => error.fmt(f),
            FoldError::Batch { segment, batch } => {
                write!(f, "batch {batch} of segment {segment} of the journal holds no rows that can be read")
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

/// What folding came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// Segments that are gone.
    pub segments: u64,
    /// Rows in them.
    pub rows: u64,
    /// Partitions that got new files.
    pub partitions: Vec<(Place, Day)>,
}

/// Folds all closed segments, oldest first. `standing` is how rows of a place are told apart.
pub fn fold(
    lake: &Lake,
    journal: &Journal,
    standing: &dyn Fn(&Place) -> Standing,
    at: Instant,
) -> Result<Folded, FoldError> {
    let mut folded = Folded::default();
    for segment in journal.closed() {
        for ((place, _), rows) in rows_of(journal, segment)? {
            folded.rows += rows.len() as u64;
            let target = Target { standing: standing(&place), layout: rows.layout.clone(), place };
            fold_rows(lake, &target, &rows, at, &mut folded)?;
        }
        journal.delete(segment)?;
        folded.segments += 1;
    }
    folded.partitions.sort_unstable();
    folded.partitions.dedup();
    Ok(folded)
}

/// The rows of a segment by where they belong and by layout.
fn rows_of(journal: &Journal, segment: u64) -> Result<BTreeMap<(Place, String), Rows>, FoldError> {
    let mut all: BTreeMap<(Place, String), Rows> = BTreeMap::new();
    for (batch, bytes) in journal.read(segment)?.iter().enumerate() {
        let unreadable = |_| FoldError::Batch { segment, batch };
        let mut bytes = bytes.as_slice();
        let (place, layout) = Batch::head(&mut bytes).map_err(unreadable)?;
        let rows = all.entry((place, layout.text())).or_insert_with(|| Rows::new(layout));
        Batch::rows(bytes, rows).map_err(unreadable)?;
    }
    Ok(all)
}

fn fold_rows(
    lake: &Lake,
    target: &Target,
    rows: &Rows,
    at: Instant,
    folded: &mut Folded,
) -> Result<(), LakeError> {
    let picks = sorted(rows);
    for (day, picks) in by_day(rows, &picks) {
        let outcome = lake.take(target, day, &[&Held { rows, picks }], Joining::Beside, at)?;
        if !outcome.added.is_empty() {
            folded.partitions.push((target.place.clone(), day));
        }
    }
    Ok(())
}
