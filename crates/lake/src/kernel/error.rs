//! Why a file cannot be read or a plan cannot be run.

use std::fmt;

/// A problem and the file it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// The name of the source, [`ReadAt::name`](super::ReadAt::name).
    pub file: String,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a file, or with a plan when put to that file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The bytes could not be fetched.
    Io(String),
    /// The file is no Parquet file.
    NotParquet,
    /// The bytes contradict themselves; the text says where.
    Corrupt(&'static str),
    /// The file uses what this reader does not read.
    Unsupported(String),
    /// The file has no column of that name.
    NoColumn(String),
    /// A sum over a column that holds no whole numbers.
    NotSummable(String),
    /// A part of the file claims more than this reader takes into memory.
    TooLarge {
        /// Which part.
        what: &'static str,
        /// How much it claims.
        found: u64,
        /// How much is taken at most.
        max: u64,
    },
    /// More groups than an answer may have.
    TooManyGroups {
        /// How many an answer may have.
        max: usize,
    },
    /// A sum left the range of 128 bits.
    Overflow,
    /// The column keeps more decimal places than the plan asked for.
    Scale(String),
}

impl Problem {
    /// Names the file.
    pub(crate) fn of(self, file: &str) -> ReadError {
        ReadError { file: file.to_owned(), problem: self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Io(why) => write!(f, "cannot be read: {why}"),
            Problem::NotParquet => f.write_str("is no Parquet file"),
            Problem::Corrupt(place) => write!(f, "is damaged: {place}; fetch it again or restore it"),
            Problem::Unsupported(what) => write!(f, "uses {what}, which is not supported; write it without"),
            Problem::NoColumn(name) => write!(f, "has no column `{name}`"),
            Problem::NotSummable(name) => write!(f, "keeps no whole numbers in column `{name}`"),
            Problem::TooLarge { what, found, max } => {
                write!(f, "claims {found} for {what}, at most {max} are read; write smaller row groups")
            }
            Problem::TooManyGroups { max } => {
                write!(f, "has more than {max} groups; group by fewer columns or ask for a shorter window")
            }
            Problem::Overflow => f.write_str("has a sum beyond 128 bits"),
            Problem::Scale(name) => write!(f, "keeps more decimal places in `{name}` than asked for"),
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.file, self.problem)
    }
}

impl std::error::Error for ReadError {}
