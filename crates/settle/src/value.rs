//! Values while a contract is being evaluated.

use std::sync::Arc;

use calendar::{Date, HolidayCalendar, Hours, Period};
use diagnostic::Lang;
use language::contract::RowType;
use quantity::{Quantity, Unit};
use timeline::{Instant, Interval, Series, Timeline};

use crate::open::Open;
use crate::settlement::Outcome;
use crate::shown::Shown;

/// A value of any sort.
#[derive(Debug, Clone)]
pub enum Value {
    /// A number with a unit.
    Quantity(Quantity),
    /// A truth.
    Truth(bool),
    /// A text.
    Text(Arc<str>),
    /// A moment.
    Instant(Instant),
    /// What an open record leaves unknown: its end, its length, and what is computed from them.
    Open(Arc<Open>),
    /// A civil date.
    Date(Date),
    /// Months and days.
    Period(Period),
    /// A number of working days, with the calendar once it is known.
    WorkingDays(i32, Option<Arc<HolidayCalendar>>),
    /// A duration counted in opening hours, in nanoseconds.
    Clock(i128, Arc<Hours>),
    /// A duration counted in a timeline, in nanoseconds; the timeline by its place among the evaluation's clocks.
    Ticking(i128, usize),
    /// Records or runs.
    Rows(Rows),
    /// One record or run.
    Row(RowRef),
    /// A set of instants.
    Timeline(Arc<Timeline>),
    /// A number over time.
    Series(Arc<Series>, Unit),
    /// A list; items may be absent.
    List(Arc<Vec<Outcome<Value>>>),
    /// Opening hours.
    Hours(Arc<Hours>),
    /// A holiday calendar.
    Calendar(Arc<HolidayCalendar>),
    /// A window of time.
    Window(Span),
}

/// A window: the part that counts and the full period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The part that counts.
    pub counted: Interval,
    /// The full period.
    pub whole: Interval,
    /// Its name when it is a cycle.
    pub label: Option<Arc<str>>,
}

/// Rows of one kind, in order.
#[derive(Debug, Clone)]
pub struct Rows {
    /// What they are.
    pub kind: RowType,
    /// The rows.
    pub rows: Arc<Vec<RowRef>>,
}

/// A record by its place among the fact's rows, or a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowRef {
    /// Fact and position.
    Record(usize, usize),
    /// A run of a timeline.
    Run(Interval),
}

impl Value {
    /// The value in words of `lang`.
    pub fn show(&self, zone: &calendar::Zone, lang: Lang) -> String {
        Shown::of(self).in_words(zone, lang)
    }

    /// The value as a key and a name: one text whatever language is read.
    pub fn key(&self, zone: &calendar::Zone) -> String {
        self.show(zone, Lang::En)
    }

    /// The value as the name of a subject: a cycle or a week of the calendar by its label.
    pub fn name(&self, zone: &calendar::Zone) -> String {
        match self {
            Self::Window(Span { label: Some(label), .. }) => label.to_string(),
            it => it.key(zone),
        }
    }
}

/// Nanoseconds as seconds.
pub fn seconds(nanos: i128) -> quantity::Ratio {
    quantity::Ratio::new(nanos, 1_000_000_000).unwrap_or(quantity::Ratio::ZERO)
}
