//! Why something could not be written to the lake.

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::blobs::BlobError;
use crate::layout::MixedKinds;
use crate::manifest::ManifestError;
use crate::rows::RowError;

/// Why something could not be written to the lake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LakeError {
    /// A row is refused.
    Row(RowError),
    /// A file could not be put or read.
    Blob(BlobError),
    /// The manifest refused or failed.
    Manifest(ManifestError),
    /// A file of the lake is not what the manifest says, or no file of the lake.
    Corrupt {
        /// Which file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// Files of a day may share records: it is not settled yet.
    Unsettled {
        /// One of the files.
        path: String,
    },
    /// The columns of a file are not those it was to be read with.
    Columns {
        /// Which file.
        path: String,
        /// Which column, and what is the matter with it.
        why: Misfit,
    },
    /// No space is left for a file of this machine.
    Full(String),
    /// A file of this machine failed.
    Io {
        /// Which file.
        path: String,
        /// What the machine said.
        why: String,
    },
    /// The writer of Parquet refused.
    Parquet(String),
}

/// Why a column of a file does not fit those it was to be read with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The file has the column and it would be left out.
    Dropped(String),
    /// It is of another kind in the file, or its numbers have another scale.
    Kind(String),
    /// The file says nothing there in some rows although something has to be said.
    Absent(String),
    /// The attribute is of two kinds.
    Mixed(MixedKinds),
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Misfit::Dropped(name) => {
                write!(
                    f,
                    "its column `{name}` would be lost; read it with the columns of all files of its day"
                )
            }
            Misfit::Kind(name) => {
                write!(
                    f,
                    "its column `{name}` is of another kind or scale; give the attribute another name in the newer contract"
                )
            }
            Misfit::Absent(name) => {
                write!(f, "its column `{name}` is absent in some rows; let the attribute be optional")
            }
            Misfit::Mixed(it) => it.fmt(f),
        }
    }
}

impl LakeError {
    pub(crate) fn io(path: &Path, error: &io::Error) -> LakeError {
        let path = path.to_string_lossy().into_owned();
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                LakeError::Full(path)
            }
            _ => LakeError::Io { path, why: error.to_string() },
        }
    }

    pub(crate) fn corrupt(path: &str, why: impl fmt::Display) -> LakeError {
        LakeError::Corrupt { path: path.to_owned(), why: why.to_string() }
    }
}

impl fmt::Display for LakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LakeError::Row(error) => error.fmt(f),
            LakeError::Blob(error) => error.fmt(f),
            LakeError::Manifest(error) => error.fmt(f),
            LakeError::Corrupt { path, why } => {
                write!(f, "the file `{path}` is damaged: {why}; restore it from a copy")
            }
            LakeError::Unsettled { path } => {
                write!(f, "the day of the file `{path}` is not settled yet; merge it, then ask again")
            }
            LakeError::Columns { path, why } => write!(f, "the file `{path}` does not fit: {why}"),
            LakeError::Full(path) => write!(f, "no space is left for `{path}`; make room and try again"),
            LakeError::Io { path, why } => write!(f, "the file `{path}` failed: {why}"),
            LakeError::Parquet(why) => write!(f, "the rows could not be written as Parquet: {why}"),
        }
    }
}

impl std::error::Error for LakeError {}

impl From<RowError> for LakeError {
    fn from(error: RowError) -> LakeError {
        LakeError::Row(error)
    }
}

impl From<BlobError> for LakeError {
    fn from(error: BlobError) -> LakeError {
        LakeError::Blob(error)
    }
}

impl From<ManifestError> for LakeError {
    fn from(error: ManifestError) -> LakeError {
        LakeError::Manifest(error)
    }
}

impl From<parquet::errors::ParquetError> for LakeError {
    fn from(error: parquet::errors::ParquetError) -> LakeError {
        LakeError::Parquet(error.to_string())
    }
}
