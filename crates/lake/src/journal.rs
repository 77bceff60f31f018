//! A durable log of batches: what was appended and acknowledged is there after any crash.
//!
//! Batches of many threads are flushed together: while one flush is under way the next group gathers, so a group is as long
//! as the disk is slow. A flush that failed says nothing about what the disk holds, so after one the journal takes nothing
//! more and the process has to begin anew.

mod batch;
mod disk;
mod group;
mod recovery;
mod seen;
mod segment;

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

pub use batch::{Batch, BatchError, Part};
pub use seen::Seen;

use disk::{Disk, RealDisk};
use group::Gathering;
use segment::Writer;

/// Bytes a group may gather while another is flushed; whoever comes then waits.
const GATHERED_BYTES_MAX: usize = 16 << 20;
/// Longest batch, in bytes.
pub const BATCH_BYTES_MAX: usize = 16 << 20;

/// Bounds of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalLimits {
    /// Bytes of a segment, set aside when it is begun.
    pub segment_bytes: u64,
}

impl Default for JournalLimits {
    fn default() -> JournalLimits {
        JournalLimits { segment_bytes: 128 << 20 }
    }
}

/// A batch that is safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Receipt {
    /// The group it was flushed with, counted from 1 over the life of the journal.
    pub group: u64,
    /// SHA-256 over this group and all before it.
    pub chain: [u8; 32],
}

/// Why a batch is not in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JournalError {
    /// No space is left; nothing was taken, and later batches may be.
    Full(String),
    /// Longer than [`BATCH_BYTES_MAX`], or empty.
    Length(usize),
    /// A write or a flush failed: whether the batch is there shows at the next start. Nothing more is taken.
    Poisoned(String),
    /// A segment is damaged where it had been flushed; restore it from a copy.
    Damaged {
        /// Which segment.
        path: String,
        /// Where in it.
        offset: u64,
    },
    /// The folder cannot be used.
    Io {
        /// Which file.
        path: String,
        /// What the machine said.
        why: String,
    },
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JournalError::Full(path) => write!(f, "no space is left for `{path}`; make room and try again"),
            JournalError::Length(bytes) => {
                write!(f, "a batch has 1 to {BATCH_BYTES_MAX} bytes and not {bytes}; send several")
            }
            JournalError::Poisoned(why) => write!(f, "the journal failed ({why}); start the process anew"),
            JournalError::Damaged { path, offset } => {
                write!(f, "the journal `{path}` is damaged at byte {offset}; restore it from a copy")
            }
            JournalError::Io { path, why } => write!(f, "the journal `{path}` failed: {why}"),
        }
    }
}

impl std::error::Error for JournalError {}

/// A durable log of batches in a folder. One process at a time may have it open: it is locked.
pub struct Journal {
    folder: PathBuf,
    state: Mutex<State>,
    flushed: Condvar,
    writer: Mutex<Writer>,
}

struct State {
    gathering: Gathering,
    is_flushing: bool,
    poisoned: Option<String>,
}

/// What became of a group, once it is known.
type Outcome = Arc<OnceLock<Result<Receipt, JournalError>>>;

impl Journal {
    /// Opens a folder. What a crash left half written was never acknowledged and is cut off; all else is in the closed
    /// segments.
    pub fn open(folder: &Path, limits: JournalLimits) -> Result<Journal, JournalError> {
        Journal::open_on(Box::new(RealDisk), folder, limits)
    }

    fn open_on(disk: Box<dyn Disk>, folder: &Path, limits: JournalLimits) -> Result<Journal, JournalError> {
        let recovered = recovery::recover(folder)?;
        Ok(Journal {
            folder: folder.to_owned(),
            state: Mutex::new(State { gathering: Gathering::default(), is_flushing: false, poisoned: None }),
            flushed: Condvar::new(),
            writer: Mutex::new(Writer::new(disk, folder, limits, recovered)),
        })
    }

    /// Appends a batch; returns after the flush that made it safe.
    pub fn append(&self, batch: &[u8]) -> Result<Receipt, JournalError> {
        self.append_all(&[batch])
    }

    /// Appends several batches, at least one; returns after the one flush that made them all safe.
    pub fn append_all(&self, batches: &[impl AsRef<[u8]>]) -> Result<Receipt, JournalError> {
        let batches = batches.iter().map(AsRef::as_ref);
        let wrong = batches.clone().map(<[u8]>::len).find(|it| *it == 0 || *it > BATCH_BYTES_MAX);
        if let Some(bytes) = wrong.or((batches.len() == 0).then_some(0)) {
            return Err(JournalError::Length(bytes));
        }
        let framed: Vec<_> = batches.map(|it| (group::frame(it), it)).collect();
        let mut state = self.lock();
        while state.gathering.len() > GATHERED_BYTES_MAX && state.poisoned.is_none() {
            state = self.flush_or_wait(state);
        }
        if let Some(why) = &state.poisoned {
            return Err(JournalError::Poisoned(why.clone()));
        }
        framed.into_iter().for_each(|(frame, batch)| state.gathering.push(frame, batch));
        let outcome = state.gathering.outcome();
        loop {
            if let Some(known) = outcome.get() {
                return known.clone();
            }
            state = self.flush_or_wait(state);
        }
    }

    /// Ends the segment batches are written to, so that it can be folded; nothing when it holds none.
    pub fn rotate(&self) -> Result<(), JournalError> {
        let closed = self.writer.lock().unwrap_or_else(PoisonError::into_inner).close();
        closed.map_err(|error| {
            self.lock().poisoned.get_or_insert_with(|| error.to_string());
            segment::failed(&self.folder, &error)
        })
    }

    /// The closed segments, oldest first.
    pub fn closed(&self) -> Vec<u64> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).closed().to_vec()
    }

    /// The batches of a closed segment, in the order they were appended.
    pub fn read(&self, segment: u64) -> Result<Vec<Vec<u8>>, JournalError> {
        recovery::batches(&segment::path(&self.folder, segment))
    }

    /// Deletes a closed segment whose batches are safe elsewhere. Segments go in the order they came.
    pub fn delete(&self, segment: u64) -> Result<(), JournalError> {
        let deleted = self.writer.lock().unwrap_or_else(PoisonError::into_inner).delete(segment);
        if let Err(JournalError::Poisoned(why)) = &deleted {
            self.lock().poisoned.get_or_insert_with(|| why.clone());
        }
        deleted
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Flushes what has gathered, or waits for whoever is flushing.
    fn flush_or_wait<'s>(&'s self, mut state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        if state.is_flushing {
            return self.flushed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.is_flushing = true;
        let gathered = std::mem::take(&mut state.gathering);
        let poisoned = state.poisoned.clone();
        drop(state);
        let outcome = match poisoned {
            Some(why) => Err(JournalError::Poisoned(why)),
            None => self.writer.lock().unwrap_or_else(PoisonError::into_inner).write(&gathered),
        };
        let mut state = self.lock();
        state.is_flushing = false;
        if let Err(JournalError::Poisoned(why)) = &outcome {
            state.poisoned.get_or_insert_with(|| why.clone());
        }
        gathered.settle(outcome);
        self.flushed.notify_all();
        state
    }
}
