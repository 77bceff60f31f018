//! Which files there are: what stands, what stood when, and where the files of one statement are to be found again.

mod file;
mod line;
mod log;
mod logged;
mod snapshot;

use std::fmt;

use timeline::{Instant, Interval};

pub use file::{FileManifest, MANIFEST_NAME};
pub use log::{Log, Step};
pub use logged::Logged;
pub use snapshot::Snapshot;

use crate::place::{Day, Place};

/// One file of the lake.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileEntry {
    /// Tenant, stream and fact.
    pub place: Place,
    /// The UTC day of its rows.
    pub day: Day,
    /// Where it lies in the store of files.
    pub path: String,
    /// How many rows.
    pub rows: u64,
    /// How many bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// SHA-256 of its end, with which its counters are told from others: the footer, its length and the magic. `None` in entries
    /// that are older than this.
    pub footer: Option<[u8; 32]>,
    /// SHA-256 of the canonical bytes of its rows in order.
    pub content: [u8; 32],
    /// The least `at`.
    pub from: Instant,
    /// The greatest `at`.
    pub until: Instant,
    /// Whether it came of a merge of all that stood in its partition; a partition whose standing files all did shares no
    /// identity between them.
    pub settled: bool,
    /// Since when it stands.
    pub added_at: Instant,
    /// Until when it stood; `None` while it stands.
    pub removed_at: Option<Instant>,
}

/// Files that come and files that go, at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// New files; their `added_at` and `removed_at` are set by the commit.
    pub add: Vec<FileEntry>,
    /// Paths of files that stand.
    pub remove: Vec<String>,
    /// When.
    pub at: Instant,
}

/// Knows the files of a lake.
pub trait Manifest: Send + Sync {
    /// The files of a place whose day shares an instant with the window, that stand now or stood at `as_of`; by day and
    /// path.
    fn entries(
        &self,
        place: &Place,
        window: Interval,
        as_of: Option<Instant>,
    ) -> Result<Vec<FileEntry>, ManifestError>;

    /// Makes a change, whole or not at all; when this returns it survives a power failure. Refused when a file to be
    /// removed does not stand, or when a settled file would stand beside one it was not merged with.
    fn commit(&self, change: &Change) -> Result<(), ManifestError>;

    /// Every place there are files of, ascending.
    fn places(&self) -> Result<Vec<Place>, ManifestError>;

    /// Files that no longer stand, whatever their place.
    fn superseded(&self) -> Result<Vec<FileEntry>, ManifestError>;

    /// Forgets files that no longer stand and were deleted; a file that stands is never forgotten.
    fn forget(&self, entries: &[FileEntry]) -> Result<(), ManifestError>;
}

/// Why the manifest does not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManifestError {
    /// Somebody else changed the partition meanwhile; read it again.
    Conflict(String),
    /// The manifest is damaged in that line.
    Damaged {
        /// Where it is kept.
        path: String,
        /// 1-based.
        line: usize,
    },
    /// No space is left.
    Full(String),
    /// Where it is kept does not answer; it may later.
    Unreachable {
        /// Where it is kept.
        path: String,
        /// What was said.
        why: String,
    },
    /// It failed; nothing more is taken until the process begins anew.
    Failed {
        /// Where it is kept.
        path: String,
        /// What the machine said.
        why: String,
    },
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ManifestError::Conflict(path) => {
                write!(
                    f,
                    "the partition of `{path}` was changed by somebody else; read it again and try again"
                )
            }
            ManifestError::Damaged { path, line } => {
                write!(f, "the manifest `{path}` is damaged in line {line}; restore it from a copy")
            }
            ManifestError::Full(path) => write!(f, "no space is left for `{path}`; make room and try again"),
            ManifestError::Unreachable { path, why } => {
                write!(f, "the manifest `{path}` cannot be reached: {why}; try again when it can")
            }
            ManifestError::Failed { path, why } => {
                write!(f, "the manifest `{path}` failed: {why}; start the process anew")
            }
        }
    }
}

impl std::error::Error for ManifestError {}

impl FileEntry {
    /// Whether it stands now, or stood at `as_of`.
    pub fn stands(&self, as_of: Option<Instant>) -> bool {
        match as_of {
            None => self.removed_at.is_none(),
            Some(as_of) => self.added_at <= as_of && self.removed_at.is_none_or(|it| it > as_of),
        }
    }

    fn is_in_partition(&self, other: &FileEntry) -> bool {
        (self.day, &self.place) == (other.day, &other.place)
    }
}

/// Whether files that stand together share no identity.
pub fn is_settled(standing: &[FileEntry]) -> bool {
    standing.iter().all(|it| it.settled)
}
