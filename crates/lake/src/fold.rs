//! From where batches wait into the lake: their rows into files, the files into the manifest, then a segment of the journal goes.
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
    standing: &dyn Fn(&Place) -> Result<Standing, LakeError>,
    at: Instant,
) -> Result<Folded, FoldError> {
    let mut folded = Folded::default();
    for segment in journal.closed() {
        let of = format!("segment {segment} of the journal");
        folded.add(fold_batches(lake, &[(of, journal.read(segment)?)], standing, at)?);
        journal.delete(segment)?;
        folded.segments += 1;
    }
    Ok(folded)
}

/// Puts the rows of batches into files and these into the manifest: what holds the batches may go when this returns. They
/// come in groups, each with where it was read from.
pub fn fold_batches(
    lake: &Lake,
    groups: &[(String, Vec<Vec<u8>>)],
    standing: &dyn Fn(&Place) -> Result<Standing, LakeError>,
    at: Instant,
) -> Result<Folded, FoldError> {
    let mut folded = Folded::default();
    for ((place, _), rows) in rows_of(groups)? {
        folded.rows += rows.len() as u64;
        let target = Target { standing: standing(&place)?, layout: rows.layout.clone(), place };
        fold_rows(lake, &target, &rows, at, &mut folded)?;
    }
    Ok(folded)
}

impl Folded {
    fn add(&mut self, other: Folded) {
        self.rows += other.rows;
        self.partitions.extend(other.partitions);
        self.partitions.sort_unstable();
        self.partitions.dedup();
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
