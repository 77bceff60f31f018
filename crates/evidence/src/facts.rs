//! The one door through which a settlement learns what happened.

use std::fmt;

use quantity::RatioError;
use timeline::Interval;

use crate::{Field, Group, Question, Record};

/// Records of one fact that are listed one by one in a derivation; more are asked about as a whole.
pub const LISTED_MAX: usize = 10_000;

/// Answers questions about what happened, from memory, a database or a cluster.
pub trait Facts {
    /// Records of one fact, sorted by (`from`, `until`, `id`), revisions applied; none for a fact that is unknown.
    fn rows(&self, fact: usize) -> &[Record];

    /// The groups that occur, ordered by slice, then keys, each with its measures. Without slices and `group_by` the
    /// answer is exactly one group, of no records if need be.
    fn aggregate(&self, question: &Question) -> Result<Vec<Group>, FactsError>;

    /// Whether the records of a fact are few enough to be listed. Facts in volume say no: they are asked aggregate
    /// questions only, and their records never leave the place they are kept.
    fn lists(&self, fact: usize) -> bool {
        self.rows(fact).len() <= LISTED_MAX
    }

    /// How many records stand, over all facts.
    fn count_all(&self) -> usize;

    /// SHA-256 that commits to everything known, see [`Evidence::lines`](crate::Evidence::lines).
    fn digest(&self) -> [u8; 32];

    /// The records whose `from` lies in the window. Binary search.
    fn starting_in(&self, fact: usize, window: Interval) -> &[Record] {
        starting_in(self.rows(fact), window)
    }

    /// The records that share an instant with the window, in order. An event, and a request answered at once, count
    /// as the instant they happen at.
    fn touching(&self, fact: usize, window: Interval) -> Touching<'_> {
        Touching::new(self.rows(fact), window)
    }
}

/// The records of sorted `rows` whose `from` lies in the window. Binary search.
pub fn starting_in(rows: &[Record], window: Interval) -> &[Record] {
    let first = rows.partition_point(|it| it.from < window.from());
    let until = rows.partition_point(|it| it.from < window.until());
    rows.get(first..until).unwrap_or_default()
}

/// Walks the records that share an instant with a window.
#[derive(Clone, Debug)]
pub struct Touching<'f> {
    rows: std::slice::Iter<'f, Record>,
    window: Interval,
}

impl<'f> Touching<'f> {
    /// `rows` must be sorted by `from`; those that begin after the window are cut off by binary search.
    pub fn new(rows: &'f [Record], window: Interval) -> Touching<'f> {
        let until = rows.partition_point(|it| it.from < window.until());
        Touching { rows: rows.get(..until).unwrap_or_default().iter(), window }
    }
}

impl<'f> Iterator for Touching<'f> {
    type Item = &'f Record;

    fn next(&mut self) -> Option<&'f Record> {
        let window = self.window;
        self.rows.find(|it| it.until > window.from() || it.from >= window.from())
    }
}

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactsError {
    /// The fact has no such field.
    UnknownField(Field),
    /// A sum over what is no number, or over numbers of different kinds.
    NotSummable(Field),
    /// Slices without a positive length, or of a window without a beginning.
    NoSlices,
    /// A percentile above 1000 thousandths.
    NoSuchPercentile(u32),
    /// A sum grew too long.
    Ratio(RatioError),
    /// The place the records are kept cannot answer now; the text says why.
    Unavailable(String),
}

impl fmt::Display for FactsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FactsError::UnknownField(field) => write!(f, "the fact has no field {field:?}"),
            FactsError::NotSummable(field) => write!(f, "the values of {field:?} cannot be added up"),
            FactsError::NoSlices => {
                f.write_str("slices need a positive length and a window with a beginning")
            }
            FactsError::NoSuchPercentile(it) => write!(f, "there is no percentile of {it} thousandths"),
            FactsError::Ratio(error) => error.fmt(f),
            FactsError::Unavailable(why) => write!(f, "the records cannot be asked: {why}"),
        }
    }
}

impl std::error::Error for FactsError {}
