//! What can go wrong below the application. Never the user's fault, except [`Fault::Duplicate`].

use std::fmt;

/// The world failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The disk is full: nothing was written; reads go on. Try again when there is space.
    DiskFull,
    /// The database cannot be reached now. Whether the last commit happened is unknown: retry with the same key.
    Unavailable(String),
    /// A row with this key is there already.
    Duplicate(String),
    /// A statement, a row or the file is not as it should be.
    Broken(String),
    /// State was changed and no audit entry written; nothing was kept.
    Unaudited,
}

impl Fault {
    /// A fault that only a programmer or a damaged file causes.
    pub fn broken(what: impl Into<String>) -> Self {
        Self::Broken(what.into())
    }

    /// Whether it passes without anybody changing what was asked: the same may succeed later.
    pub fn is_of_the_world(&self) -> bool {
        matches!(self, Self::DiskFull | Self::Unavailable(_))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DiskFull => f.write_str("the disk is full; nothing was written"),
            Self::Unavailable(why) => write!(f, "the database cannot be reached: {why}"),
            Self::Duplicate(what) => write!(f, "there is already a row with this key: {what}"),
            Self::Broken(what) => write!(f, "the store is not as it should be: {what}"),
            Self::Unaudited => f.write_str("state was changed without an audit entry; nothing was kept"),
        }
    }
}

impl std::error::Error for Fault {}
