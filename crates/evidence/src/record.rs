//! One record: what is said to have happened, who says so, and since when it is known.

use std::cmp::Ordering;
use std::sync::Arc;

use calendar::Date;
use quantity::Ratio;
use timeline::Instant;

/// What one attribute of one record says. Ordered within a kind; between kinds the order only serves sorting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Datum {
    /// A plain number.
    Number(Ratio),
    /// Money, in the schema's currency.
    Money(Ratio),
    /// A length of time, in seconds.
    Duration(Ratio),
    /// A point in time.
    Instant(Instant),
    /// A calendar date.
    Date(Date),
    /// Text, or the chosen word of a one-of attribute.
    Text(Arc<str>),
    /// True or false.
    Truth(bool),
    /// A quantity, in the base units of the attribute's unit.
    Quantity(Ratio),
}

impl Datum {
    /// The order of two values of one kind; `None` across kinds.
    pub fn compare(&self, other: &Datum) -> Option<Ordering> {
        (std::mem::discriminant(self) == std::mem::discriminant(other)).then(|| self.cmp(other))
    }
}

/// Where a record was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordPlace {
    /// Position of the file among those given to [`read`](crate::read).
    pub file: u32,
    /// 1-based line.
    pub line: u32,
}

/// One record of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Position of the fact in the [`Schema`](crate::Schema).
    pub fact: usize,
    /// Its name among all records of the evidence.
    pub id: Option<Arc<str>>,
    /// Whom or what it is about.
    pub subject: Option<Arc<str>>,
    /// When it began, happened or was asked. [`Instant::MIN`] in a withdrawal that names no time.
    pub from: Instant,
    /// When it ended or was answered: `from` for events, [`Instant::MAX`] while still open.
    pub until: Instant,
    /// What it says, in the order of the schema's attributes.
    pub attributes: Vec<Option<Datum>>,
    /// Who says so.
    pub source: Option<Arc<str>>,
    /// Since when it is known; absent: always.
    pub recorded_at: Option<Instant>,
    /// The id of the record this one revises.
    pub supersedes: Option<Arc<str>>,
    /// Why it was revised or withdrawn.
    pub reason: Option<Arc<str>>,
    /// Where it was read; no part of what it says.
    pub place: RecordPlace,
    /// Takes the superseded record back without putting anything in its stead.
    pub withdrawn: bool,
}

impl Record {
    /// Whether both say the same, wherever they were read.
    pub fn says_the_same(&self, other: &Record) -> bool {
        order_by_content(self, other).is_eq()
    }

    /// Whether this is a further version of the record with the same id.
    pub fn revises_itself(&self) -> bool {
        self.supersedes.is_some() && self.supersedes == self.id
    }
}

/// By fact, `from`, `until`, `id`, then all that is left but the place: equal only for exact duplicates.
pub(crate) fn order_by_content(left: &Record, right: &Record) -> Ordering {
    let key = |it: &Record| (it.fact, it.from, it.until);
    key(left)
        .cmp(&key(right))
        .then_with(|| left.id.cmp(&right.id))
        .then_with(|| left.subject.cmp(&right.subject))
        .then_with(|| left.attributes.cmp(&right.attributes))
        .then_with(|| left.recorded_at.cmp(&right.recorded_at))
        .then_with(|| left.source.cmp(&right.source))
        .then_with(|| left.supersedes.cmp(&right.supersedes))
        .then_with(|| left.reason.cmp(&right.reason))
        .then_with(|| left.withdrawn.cmp(&right.withdrawn))
}

/// Exact duplicates in the order they were read.
pub(crate) fn order_by_content_then_place(left: &Record, right: &Record) -> Ordering {
    order_by_content(left, right).then_with(|| left.place.cmp(&right.place))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Change = fn(&mut Record, Option<Arc<str>>);

    #[test]
    fn only_the_place_is_no_part_of_what_a_record_says() {
        let plain = Record {
            fact: 0,
            id: None,
            subject: None,
            from: Instant::EPOCH,
            until: Instant::MAX,
            attributes: vec![None],
            source: None,
            recorded_at: None,
            supersedes: None,
            reason: None,
            place: RecordPlace { file: 1, line: 1 },
            withdrawn: false,
        };
        let x = || Some(Arc::from("x"));
        let changes: [Change; 11] = [
            |it, _| it.fact = 1,
            |it, x| it.id = x,
            |it, x| it.subject = x,
            |it, _| it.from = Instant::MIN,
            |it, _| it.until = Instant::EPOCH,
            |it, _| it.attributes = vec![Some(Datum::Truth(true))],
            |it, x| it.source = x,
            |it, _| it.recorded_at = Some(Instant::EPOCH),
            |it, x| it.supersedes = x,
            |it, x| it.reason = x,
            |it, _| it.withdrawn = true,
        ];
        for (index, change) in changes.iter().enumerate() {
            let mut changed = plain.clone();
            change(&mut changed, x());
            assert!(!changed.says_the_same(&plain), "change {index}");
        }
        assert!(Record { place: RecordPlace::default(), ..plain.clone() }.says_the_same(&plain));
    }

    #[test]
    fn values_of_different_kinds_do_not_compare() {
        let (number, money) = (Datum::Number(Ratio::ONE), Datum::Money(Ratio::ZERO));
        assert_eq!(number.compare(&money), None);
        assert_eq!(money.compare(&Datum::Money(Ratio::ONE)), Some(Ordering::Less));
    }
}
