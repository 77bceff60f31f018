//! Rows of one fact as columns in memory.

mod canonical;
mod intake;
mod texts;
mod words;

use std::fmt;

pub use canonical::{CanonicalError, push_canonical, read_canonical};
pub use texts::Texts;
pub use words::{Dictionary, Words};

use crate::layout::{Column, Kind, Layout};

/// Stands for what is absent in columns of instants and numbers.
pub const ABSENT: i64 = i64::MIN;
/// Stands for what is absent in columns of dates.
pub const ABSENT_DATE: i32 = i32::MIN;
/// Stands for what is absent in columns of words and texts.
pub const ABSENT_WORD: u32 = u32::MAX;
/// Stands for what is absent in columns of truths, which are 0 and 1.
pub const ABSENT_TRUTH: u8 = 2;
/// Longest id, subject, source, word or text, in bytes.
pub const TEXT_BYTES_MAX: usize = 64 * 1024;
/// Numbers lie strictly between -10^18 and 10^18 at the scale of their kind.
pub const UNSCALED_LIMIT: i64 = 1_000_000_000_000_000_000;

/// Rows of one fact as columns.
#[derive(Clone, Debug)]
pub struct Rows {
    /// Which columns there are.
    pub layout: Layout,
    /// When it happened, nanoseconds since the epoch.
    pub at: Vec<i64>,
    /// Since when it is known, nanoseconds since the epoch, or [`ABSENT`].
    pub recorded_at: Vec<i64>,
    /// Whom it is about.
    pub subject: Words,
    /// Who says so.
    pub source: Words,
    /// The name of each row for its subject.
    pub id: Texts,
    /// The attributes, in the order of the layout.
    pub columns: Vec<Values>,
}

/// The values of one attribute.
#[derive(Clone, Debug)]
pub enum Values {
    /// Of [`Kind::Word`].
    Words(Words),
    /// Of [`Kind::Text`].
    Texts(Texts),
    /// Of [`Kind::Truth`]: 0, 1 or [`ABSENT_TRUTH`].
    Truths(Vec<u8>),
    /// Of [`Kind::Number`], at the scale of its kind, or [`ABSENT`].
    Numbers(Vec<i64>),
    /// Of [`Kind::Instant`], nanoseconds since the epoch, or [`ABSENT`].
    Instants(Vec<i64>),
    /// Of [`Kind::Date`], days since the epoch, or [`ABSENT_DATE`].
    Dates(Vec<i32>),
}

/// What one attribute of one row says, on its way in or out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing.
    Absent,
    /// A word or a text.
    Word(&'a str),
    /// `unscaled · 10^-scale`.
    Number {
        /// All digits.
        unscaled: i64,
        /// How many of them stand after the point.
        scale: u8,
    },
    /// True or false.
    Truth(bool),
    /// Nanoseconds since the epoch.
    Instant(i64),
    /// Days since 1970-01-01.
    Date(i32),
}

/// One row on its way in or out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowView<'a> {
    /// When it happened, nanoseconds since the epoch.
    pub at: i64,
    /// Since when it is known.
    pub recorded_at: Option<i64>,
    /// Whom it is about.
    pub subject: Option<&'a str>,
    /// Who says so.
    pub source: Option<&'a str>,
    /// Its name for its subject.
    pub id: &'a str,
    /// The attributes in the order of the layout.
    pub cells: &'a [Cell<'a>],
}

/// Why a row is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowError {
    /// A fact in volume needs an id.
    NoId,
    /// `at` or another time is unbounded.
    Unbounded,
    /// Facts in volume are neither superseded nor withdrawn.
    Revision,
    /// The row has that many attributes, the layout another number.
    Width {
        /// Attributes of the row.
        found: usize,
        /// Columns of the layout.
        expected: usize,
    },
    /// A required attribute is absent.
    Missing(String),
    /// An attribute is of another kind than the layout says.
    WrongKind(String),
    /// A number has too many digits before or after the point for that attribute, or is no finite decimal.
    Digits {
        /// The attribute.
        column: String,
        /// Digits kept after the point.
        scale: u8,
    },
    /// Longer than [`TEXT_BYTES_MAX`].
    Long(String),
    /// The batch holds as much as a batch can; begin another.
    Full,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RowError::NoId => f.write_str("a record of a fact in volume needs an id; give it one"),
            RowError::Unbounded => f.write_str("a time is missing or out of range; give a point in time"),
            RowError::Revision => f.write_str(
                "a record of a fact in volume supersedes or withdraws nothing; send it again with the same id",
            ),
            RowError::Width { found, expected } => {
                write!(f, "the record has {found} attributes and the fact {expected}")
            }
            RowError::Missing(column) => write!(f, "the attribute `{column}` is missing"),
            RowError::WrongKind(column) => write!(f, "the attribute `{column}` is of another kind"),
            RowError::Digits { column, scale } => write!(
                f,
                "the number `{column}` has more than {} digits before the point, more than {scale} after it, or no end",
                18 - scale
            ),
            RowError::Long(column) => write!(f, "`{column}` is longer than {TEXT_BYTES_MAX} bytes"),
            RowError::Full => f.write_str("the batch is full"),
        }
    }
}

impl std::error::Error for RowError {}

impl Rows {
    /// No rows.
    pub fn new(layout: Layout) -> Rows {
        let columns = layout.columns.iter().map(Values::new).collect();
        Rows {
            layout,
            at: Vec::new(),
            recorded_at: Vec::new(),
            subject: Words::default(),
            source: Words::default(),
            id: Texts::default(),
            columns,
        }
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// What one attribute of one row says; absent, too, where there is no such row or attribute.
    pub fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        self.columns.get(column).map_or(Cell::Absent, |it| it.cell(row, self.scale(column)))
    }

    /// One row, its cells put into `cells`; `None` when there is no such row.
    pub fn view<'a: 'c, 'c>(&'a self, row: usize, cells: &'c mut Vec<Cell<'a>>) -> Option<RowView<'c>> {
        cells.clear();
        cells.extend((0..self.columns.len()).map(|column| self.cell(row, column)));
        Some(RowView { cells, ..self.view_without_cells(row)? })
    }

    fn view_without_cells(&self, row: usize) -> Option<RowView<'_>> {
        Some(RowView {
            at: *self.at.get(row)?,
            recorded_at: self.recorded_at.get(row).copied().filter(|it| *it != ABSENT),
            subject: self.subject.get(row),
            source: self.source.get(row),
            id: self.id.get(row)?,
            cells: &[],
        })
    }

    /// Forgets the rows and keeps the words and the memory.
    pub fn clear(&mut self) {
        self.at.clear();
        self.recorded_at.clear();
        self.subject.clear();
        self.source.clear();
        self.id.clear();
        self.columns.iter_mut().for_each(Values::clear);
    }

    fn scale(&self, column: usize) -> u8 {
        match self.layout.columns.get(column).map(|it| it.kind) {
            Some(Kind::Number(kind)) => kind.scale(),
            _ => 0,
        }
    }
}

impl Values {
    /// No values of that column.
    pub fn new(column: &Column) -> Values {
        match column.kind {
            Kind::Word => Values::Words(Words::default()),
            Kind::Text => Values::Texts(Texts::default()),
            Kind::Truth => Values::Truths(Vec::new()),
            Kind::Number(_) => Values::Numbers(Vec::new()),
            Kind::Instant => Values::Instants(Vec::new()),
            Kind::Date => Values::Dates(Vec::new()),
        }
    }

    fn cell(&self, row: usize, scale: u8) -> Cell<'_> {
        let number = |unscaled: i64| Cell::Number { unscaled, scale };
        let present = |values: &[i64]| values.get(row).copied().filter(|it| *it != ABSENT);
        let cell = match self {
            Values::Words(words) => words.get(row).map(Cell::Word),
            Values::Texts(texts) => texts.get(row).map(Cell::Word),
            Values::Truths(truths) => {
                truths.get(row).filter(|it| **it != ABSENT_TRUTH).map(|it| Cell::Truth(*it == 1))
            }
            Values::Numbers(values) => present(values).map(number),
            Values::Instants(values) => present(values).map(Cell::Instant),
            Values::Dates(values) => {
                values.get(row).filter(|it| **it != ABSENT_DATE).map(|it| Cell::Date(*it))
            }
        };
        cell.unwrap_or(Cell::Absent)
    }

    fn clear(&mut self) {
        match self {
            Values::Words(words) => words.clear(),
            Values::Texts(texts) => texts.clear(),
            Values::Truths(truths) => truths.clear(),
            Values::Numbers(values) | Values::Instants(values) => values.clear(),
            Values::Dates(dates) => dates.clear(),
        }
    }
}
