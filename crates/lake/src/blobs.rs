//! Where files lie: a folder of this machine or a store of objects.

mod local;

use std::fmt;
use std::ops::Range;
use std::path::Path;

use bytes::Bytes;

pub use local::LocalBlobs;
pub(crate) use local::make_folders;

/// What is to be put.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// These bytes.
    Bytes(&'a [u8]),
    /// A finished file of this machine, which may be moved away.
    File(&'a Path),
}

/// Files by path: whole, never changed once they are there.
pub trait Blobs: Send + Sync {
    /// Puts a file; when this returns it survives a power failure. A file already there is replaced whole.
    fn put(&self, path: &str, content: Content<'_>) -> Result<(), BlobError>;

    /// The bytes `[start, end)` of a file.
    fn get_range(&self, path: &str, range: Range<u64>) -> Result<Bytes, BlobError>;

    /// The bytes of several ranges of a file, in the order asked for. A store far away fetches them together.
    fn get_ranges(&self, path: &str, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, BlobError> {
        ranges.iter().map(|it| self.get_range(path, it.clone())).collect()
    }

    /// Whether every answer is waited for so long that it is better to ask for much at once.
    fn is_far(&self) -> bool {
        false
    }

    /// How many bytes the file has.
    fn size(&self, path: &str) -> Result<u64, BlobError>;

    /// Deletes a file; one that is not there is deleted already.
    fn delete(&self, path: &str) -> Result<(), BlobError>;

    /// The paths that begin with that folder, ascending.
    fn list(&self, folder: &str) -> Result<Vec<String>, BlobError>;

    /// Removes what processes that ended had begun to put, and nothing that anybody still puts; how many. A store that shows
    /// nothing half done has none.
    fn sweep(&self) -> Result<usize, BlobError> {
        Ok(0)
    }
}

/// Why a file could not be put, read or deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlobError {
    /// There is no such file.
    Missing(String),
    /// The path leads out of the store or is empty.
    Path(String),
    /// No space is left.
    Full(String),
    /// The store failed; the text says how.
    Failed {
        /// Which file.
        path: String,
        /// What the store said.
        why: String,
    },
}

impl fmt::Display for BlobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BlobError::Missing(path) => write!(f, "the file `{path}` is not there; restore it from a copy"),
            BlobError::Path(path) => write!(f, "`{path}` is no path of a file of the lake"),
            BlobError::Full(path) => write!(f, "no space is left for `{path}`; make room and try again"),
            BlobError::Failed { path, why } => write!(f, "the file `{path}` failed: {why}"),
        }
    }
}

impl std::error::Error for BlobError {}
