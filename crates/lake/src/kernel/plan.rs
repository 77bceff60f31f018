//! What is asked of a file: a question in terms of its columns.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::value::Value;

/// A question about the rows of files with the same columns.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// When rows count, and how time is sliced; `None`: at any time.
    pub time: Option<Time>,
    /// Which rows count.
    pub filter: Filter,
    /// One group for every combination of these columns' values that occurs.
    pub keys: Vec<Key>,
    /// What is asked of each group.
    pub measures: Vec<Measured>,
    /// Decimal places that a column's numbers are reported with; columns that are not named are reported as stored.
    pub scales: BTreeMap<String, u8>,
    /// Columns that a file need not have; where it has not, they are absent in every row.
    pub optional: BTreeSet<String>,
}

/// The name of a column grouped by.
pub type Key = String;

/// The column of instants, a whole number of any unit, and what of it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    /// Its name.
    pub column: String,
    /// Rows count from here on, in the column's unit.
    pub from: i64,
    /// Rows before here count.
    pub until: i64,
    /// Cuts time into slices.
    pub slice: Option<Slice>,
}

/// Slices of equal length; positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Where slice 0 begins.
    pub origin: i64,
    /// Length in the column's unit.
    pub length: i64,
}

/// Which rows count.
#[derive(Clone, Debug, Default)]
pub enum Filter {
    /// Every row.
    #[default]
    All,
    /// Those for which it does not hold.
    Not(Box<Filter>),
    /// All hold.
    And(Vec<Filter>),
    /// At least one holds.
    Or(Vec<Filter>),
    /// The value of the column passes.
    Column(String, Test),
    /// The instant of the row, by the plan's [`Time`], lies in one of these half-open spans, which are in order.
    During(Vec<(i64, i64)>),
}

/// What a value has to be; asked once for every different value of a row group, never for every row.
#[derive(Clone)]
pub enum Test {
    /// There is none.
    Absent,
    /// Exactly this.
    Is(Value),
    /// One of these.
    OneOf(Vec<Value>),
    /// Whatever the function says.
    Where(Check),
}

/// A function that says whether a value passes.
pub type Check = Arc<dyn Fn(Option<&Value>) -> bool + Send + Sync>;

impl fmt::Debug for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Test::Absent => f.write_str("Absent"),
            Test::Is(value) => write!(f, "Is({value:?})"),
            Test::OneOf(values) => write!(f, "OneOf({values:?})"),
            Test::Where(_) => f.write_str("Where"),
        }
    }
}

impl Test {
    /// Whether a value passes.
    pub fn passes(&self, value: Option<&Value>) -> bool {
        match self {
            Test::Absent => value.is_none(),
            Test::Is(wanted) => value == Some(wanted),
            Test::OneOf(wanted) => value.is_some_and(|it| wanted.contains(it)),
            Test::Where(check) => check(value),
        }
    }
}

/// A measure over those rows of a group that pass a filter of its own.
#[derive(Clone, Debug)]
pub struct Measured {
    /// What is measured.
    pub measure: Measure,
    /// Over which rows of the group.
    pub only: Filter,
}

impl Measured {
    /// Over all rows of the group.
    pub fn all(measure: Measure) -> Measured {
        Measured { measure, only: Filter::All }
    }
}

/// What is asked of a group; absent values are passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measure {
    /// How many rows.
    Count,
    /// Exact sum of a column.
    Sum(String),
    /// Exact sum of the products of two columns, of rows that have both.
    SumOfProducts(String, String),
    /// How often each value of a column occurs: least, greatest and every percentile are read off it.
    Values(String),
    /// Which different combinations of columns occur.
    Distinct(Vec<String>),
}
