//! Questions about many records whose answer is a few numbers: filter, slice, group, measure.

use timeline::{Instant, Interval, Timeline};

use crate::{Datum, Record};

/// An aggregate question about the records of one fact whose `from` lies within a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Position of the fact in the schema.
    pub fact: usize,
    /// Records count by their `from` alone: when the span began, the event happened, the request was asked.
    pub within: Interval,
    /// Cuts the window into slices of this length, the first from the window's `from`; must be positive.
    pub slice_nanos: Option<i64>,
    /// Which records count.
    pub filter: Predicate,
    /// One group for every combination of these that occurs.
    pub group_by: Vec<Field>,
    /// What is asked of each group.
    pub measures: Vec<Measure>,
}

impl Question {
    /// Asks for nothing yet: no filter, slices, groups or measures.
    pub fn about(fact: usize, within: Interval) -> Question {
        Question {
            fact,
            within,
            slice_nanos: None,
            filter: Predicate::All,
            group_by: Vec::new(),
            measures: Vec::new(),
        }
    }
}

/// Which records count. What is absent compares with nothing, so a comparison with it does not hold (and its `Not`
/// does); values of different kinds do not compare either.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Predicate {
    /// Every record.
    All,
    /// Those for which it does not hold.
    Not(Box<Predicate>),
    /// All hold; without any, every record.
    And(Vec<Predicate>),
    /// At least one holds; without any, no record.
    Or(Vec<Predicate>),
    /// The field says exactly this; `None`: it is absent.
    Equals(Field, Option<Datum>),
    /// The field says less.
    Less(Field, Datum),
    /// The field says less or the same.
    LessOrEqual(Field, Datum),
    /// The field says more.
    Greater(Field, Datum),
    /// The field says more or the same.
    GreaterOrEqual(Field, Datum),
    /// The field says one of these.
    OneOf(Field, Vec<Datum>),
    /// `from` lies in none of the runs.
    OutsideOf(Timeline),
    /// `from` lies in one of the runs.
    Inside(Timeline),
}

/// What a record says that can be compared, grouped by or measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The attribute at that position of the fact's schema.
    Attribute(usize),
    /// Whom or what it is about.
    Subject,
    /// Who says so.
    Source,
    /// Its id.
    Id,
}

/// What is asked of a group. Absent values are passed over, except where it says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measure {
    /// How many records; always a number.
    Count,
    /// Exact sum of numbers of one kind, of which kind it is too; `None` without any.
    Sum(Field),
    /// The least value; `None` without any.
    Min(Field),
    /// The greatest value; `None` without any.
    Max(Field),
    /// How many different combinations; a record with one of the fields absent is a combination of its own, for nothing
    /// shows that it is said twice. Always a number.
    CountDistinct(Vec<Field>),
    /// The value at rank ⌈n · per_mille / 1000⌉ of the n values in ascending order (nearest rank, at least the
    /// first); `None` without any. At most 1000.
    Percentile {
        /// What is ranked.
        field: Field,
        /// The share below or at the value, in thousandths: 950 for the 95th percentile.
        per_mille: u32,
    },
}

/// The answers for one group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// Which slice, counted from zero; `None` when no slices were asked for.
    pub slice: Option<u64>,
    /// The values grouped by, in the order asked.
    pub keys: Vec<Option<Datum>>,
    /// The measures, in the order asked.
    pub values: Vec<Option<Datum>>,
}

impl Field {
    /// What the record says there; the outer `None` when the fact has no such attribute.
    pub fn of(self, record: &Record) -> Option<Option<Datum>> {
        Some(match self {
            Field::Attribute(at) => record.attributes.get(at)?.clone(),
            Field::Subject => record.subject.clone().map(Datum::Text),
            Field::Source => record.source.clone().map(Datum::Text),
            Field::Id => record.id.clone().map(Datum::Text),
        })
    }
}

impl Predicate {
    /// Whether it holds; the error is the field the fact does not have.
    pub fn holds(&self, record: &Record) -> Result<bool, Field> {
        let found = |field: &Field| field.of(record).ok_or(*field);
        let compared = |field: &Field, datum: &Datum| Ok(found(field)?.and_then(|it| it.compare(datum)));
        Ok(match self {
            Predicate::All => true,
            Predicate::Not(inner) => !inner.holds(record)?,
            Predicate::And(all) => all_hold(all, record)?,
            Predicate::Or(any) => any_holds(any, record)?,
            Predicate::Equals(field, datum) => found(field)? == *datum,
            Predicate::Less(field, datum) => compared(field, datum)?.is_some_and(|it| it.is_lt()),
            Predicate::LessOrEqual(field, datum) => compared(field, datum)?.is_some_and(|it| it.is_le()),
            Predicate::Greater(field, datum) => compared(field, datum)?.is_some_and(|it| it.is_gt()),
            Predicate::GreaterOrEqual(field, datum) => compared(field, datum)?.is_some_and(|it| it.is_ge()),
            Predicate::OneOf(field, data) => found(field)?.is_some_and(|it| data.contains(&it)),
            Predicate::OutsideOf(timeline) => !timeline.contains(record.from),
            Predicate::Inside(timeline) => timeline.contains(record.from),
        })
    }
}

fn all_hold(predicates: &[Predicate], record: &Record) -> Result<bool, Field> {
    predicates.iter().try_fold(true, |all, it| Ok(all && it.holds(record)?))
}

fn any_holds(predicates: &[Predicate], record: &Record) -> Result<bool, Field> {
    predicates.iter().try_fold(false, |any, it| Ok(any || it.holds(record)?))
}

/// The slice an instant of the window lies in.
pub(crate) fn slice_of(at: Instant, from: Instant, slice_nanos: i64) -> Option<u64> {
    u64::try_from(at.nanos_since(from).checked_div(i128::from(slice_nanos))?).ok()
}
