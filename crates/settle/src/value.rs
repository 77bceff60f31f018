//! Values while a contract is being evaluated.

use std::sync::Arc;

use calendar::{Date, HolidayCalendar, Hours, Period};
use language::contract::RowType;
use quantity::{Quantity, Unit, show_duration};
use timeline::{Instant, Interval, Series, Timeline};

use crate::settlement::Outcome;

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
    /// The value in words, for derivations and keys.
    pub fn show(&self, zone: &calendar::Zone) -> String {
        match self {
            Self::Quantity(it) => show_quantity(it),
            Self::Truth(it) => it.to_string(),
            Self::Text(it) => it.to_string(),
            Self::Instant(it) => zone.show(*it),
            Self::Date(it) => it.to_string(),
            Self::Period(it) => format!("{} months {} days", it.months, it.days),
            Self::WorkingDays(days, _) => format!("{days} working days"),
            Self::Clock(nanos, _) | Self::Ticking(nanos, _) => {
                format!("{} in hours", show_duration(&seconds(*nanos)))
            }
            Self::Rows(it) => format!("{} rows", it.rows.len()),
            Self::Row(RowRef::Record(_, at)) => format!("record {}", at + 1),
            Self::Row(RowRef::Run(run)) => format!("{} … {}", zone.show(run.from()), zone.show(run.until())),
            Self::Timeline(it) => match it.nanos() {
                Some(nanos) if it.runs().len() < 2 => show_duration(&seconds(nanos)),
                Some(nanos) => format!("{} ({} runs)", show_duration(&seconds(nanos)), it.runs().len()),
                None => "unbounded".to_owned(),
            },
            Self::Series(..) => "a series".to_owned(),
            Self::List(items) => show_list(items, zone),
            Self::Hours(_) => "hours".to_owned(),
            Self::Calendar(it) => it.name().to_owned(),
            Self::Window(it) => {
                format!("{} … {}", zone.show(it.counted.from()), zone.show(it.counted.until()))
            }
        }
    }
}

fn show_list(items: &[Outcome<Value>], zone: &calendar::Zone) -> String {
    const SHOWN: usize = 6;
    let shown: Vec<String> = items
        .iter()
        .take(SHOWN)
        .map(|it| it.as_ref().map_or_else(|absent| absent.reason.en.clone(), |it| it.show(zone)))
        .collect();
    let more = if items.len() > SHOWN { format!(", … {} in all", items.len()) } else { String::new() };
    format!("({}{more})", shown.join(", "))
}

/// A number with its unit; a plain number also as a percentage when it lies between 0 and 1.
pub fn show_quantity(it: &Quantity) -> String {
    if it.unit.is_time() { show_duration(&it.value) } else { it.show() }
}

/// Nanoseconds as seconds.
pub fn seconds(nanos: i128) -> quantity::Ratio {
    quantity::Ratio::new(nanos, 1_000_000_000).unwrap_or(quantity::Ratio::ZERO)
}
