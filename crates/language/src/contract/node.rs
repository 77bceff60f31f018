//! Expressions that have been understood: what each computes, and the sort of its value.

use std::sync::Arc;

use calendar::{Date, HolidayCalendar, Hours, TimeOfDay};
use quantity::{Quantity, Rounding, Unit};
use timeline::Instant;

use super::{Compare, ItemId, LadderMode, Span, Status};

/// A row of a fact, or a run of a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowType {
    /// A record of the fact with this index.
    Fact(usize),
    /// A run or gap of a timeline: from, until, length.
    Run,
}

/// The sort of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// A number with a unit.
    Scalar(Unit),
    /// True or false.
    Truth,
    /// Text.
    Text,
    /// One of a fixed set of words.
    OneOf(Arc<[String]>),
    /// A moment.
    Instant,
    /// A civil date.
    Date,
    /// Months and days.
    Period,
    /// Records or runs.
    Rows(RowType),
    /// One record or run.
    Row(RowType),
    /// A set of instants.
    Timeline,
    /// A number that changes over time.
    Series(Unit),
    /// A list.
    List(Box<Type>),
    /// Opening hours.
    Hours,
    /// A holiday calendar.
    Calendar,
    /// A window of time.
    Window,
    /// A duration counted in opening hours.
    Clock,
    /// A number of working days of a calendar.
    WorkingDays,
    /// Not known because of an error already reported.
    Unknown,
}

/// A field of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowField {
    /// A declared attribute.
    Attribute(usize),
    /// Whom or what it is about.
    Subject,
    /// Its id.
    Id,
    /// Who reported it.
    Source,
    /// When it begins.
    From,
    /// When it ends.
    Until,
    /// How much of it falls in the window.
    Length,
    /// How long it is.
    FullLength,
}

/// A constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// A number with a unit.
    Quantity(Quantity),
    /// A truth.
    Truth(bool),
    /// A text or a word of a one-of.
    Text(Arc<str>),
    /// A moment.
    Instant(Instant),
    /// A civil date.
    Date(Date),
    /// Months and days.
    Period(calendar::Period),
    /// A number of working days, before its calendar is known.
    WorkingDays(i32),
}

/// Which window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowName {
    /// The one the expression is evaluated in.
    Cycle,
    /// The full period, before a subscription's start shortened it.
    WholeCycle,
    /// Everything up to the end of the cycle.
    History,
    /// The cycle before.
    PreviousCycle,
}

/// A number-valued aggregate over rows or a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aggregate {
    /// How many.
    Count,
    /// Their sum.
    Sum,
    /// Their mean.
    Mean,
    /// The smallest.
    Min,
    /// The greatest.
    Max,
    /// The earliest row's.
    First,
    /// The latest row's.
    Last,
    /// The share that satisfies a predicate.
    Share,
    /// The nearest-rank percentile.
    Percentile,
    /// The distinct values, sorted.
    Values,
}

impl Aggregate {
    /// The function's name in a contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::Min => "min",
            Self::Max => "max",
            Self::First => "first",
            Self::Last => "last",
            Self::Share => "share",
            Self::Percentile => "percentile",
            Self::Values => "values",
        }
    }
}

/// Functions of plain values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Function {
    /// Smallest of the arguments.
    Min,
    /// Greatest of the arguments.
    Max,
    /// Without its sign.
    Abs,
    /// To the nearest multiple.
    Round(Rounding),
    /// Length of a timeline in the window.
    Length,
    /// Runs of a timeline, as rows.
    Runs,
    /// Gaps between runs, as rows.
    Gaps,
    /// The first n rows.
    FirstRows,
    /// The last n rows.
    LastRows,
    /// Time-weighted mean of a series.
    SeriesMean,
    /// Integral of a series over time.
    Integral,
    /// A list without absent items.
    Known,
    /// The longest run of truths in a list.
    LongestRun,
    /// Working days strictly between two dates.
    WorkingDaysBetween,
    /// The n-th working day of a date's month.
    NthWorkingDay,
    /// Whether a date is a working day.
    WorkingDay,
    /// The date of an instant.
    DateOf,
    /// The first instant of a date.
    StartOfDay,
    /// The instant after a date.
    EndOfDay,
    /// The date of the moment just before an instant.
    LastDay,
    /// The instant after a date's month.
    EndOfMonth,
    /// Month of a date, 1 to 12.
    MonthOf,
    /// Year of a date.
    YearOf,
    /// Calendar days in a window.
    DaysIn,
    /// Distinct subjects of rows.
    Subjects,
    /// How much of a timeline passes between two instants.
    Elapsed,
    /// The parts of a window, each of one length or calendar period.
    Split,
    /// The first so much time of a timeline.
    FirstTime,
    /// The nearest-rank percentile of a list.
    Percentile,
    /// A date at a time of day.
    At(TimeOfDay),
}

/// A band with computed edges: value and whether it is inside.
#[derive(Debug, Clone)]
pub struct BandNode {
    /// Lower edge.
    pub low: Option<(Node, bool)>,
    /// Upper edge.
    pub high: Option<(Node, bool)>,
    /// Where it stands.
    pub span: Span,
}

/// An expression that has been understood.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it computes.
    pub op: Op,
    /// The sort of its value.
    pub ty: Type,
    /// Where it stands.
    pub span: Span,
}

/// How a quantifier over timelines or truths combines.
#[derive(Debug, Clone)]
pub enum Combine {
    /// Union.
    Any,
    /// Intersection.
    All,
    /// At least this many.
    AtLeast(Box<Node>),
}

/// Which cycles amounts are added up of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaidCycles {
    /// The last n, this one included.
    Last,
    /// The last n, this one included, of which this one has come to nothing yet: in the remedy's own terms.
    LastSoFar,
    /// The n before this one.
    Previous,
}

/// What an expression computes.
#[derive(Debug, Clone)]
pub enum Op {
    /// A constant.
    Literal(Literal),
    /// The value of an item; for an item per subject, the slot that holds the subject.
    Item(ItemId, Option<usize>),
    /// The value of an item for a subject that is named.
    ItemFor(ItemId, Box<Node>),
    /// The plan held.
    Plan,
    /// The subscription's start.
    Since,
    /// The tenant.
    Tenant,
    /// A window.
    Window(WindowName),
    /// The last n cycles, this one included, as a list of windows.
    LastCycles(Box<Node>),
    /// The hull of the last n cycles.
    LastCyclesWindow(Box<Node>),
    /// The n cycles before this one, as a list of windows.
    PreviousCycles(Box<Node>),
    /// The hull of the n cycles before this one.
    PreviousCyclesWindow(Box<Node>),
    /// The calendar's days, weeks, months … that end in a window, as a list of windows.
    CalendarParts(calendar::CalendarUnit, Box<Node>),
    /// A window from two instants.
    Between(Box<Node>, Box<Node>),
    /// A variable.
    Variable(usize),
    /// A field of the row in a slot.
    RowField(usize, RowField),
    /// A field of a row value.
    Field(Box<Node>, RowField),
    /// The beginning (`true`) or end of a window.
    WindowEdge(Box<Node>, bool),
    /// The opening (`true`) or closing of a remedy's claim.
    ClaimEdge(ItemId, bool),
    /// The rounded amount of a remedy.
    Paid(ItemId, Option<usize>),
    /// The sum of the rounded amounts a remedy came to in several cycles.
    PaidOver {
        /// The remedy.
        remedy: ItemId,
        /// The slot of its subject.
        slot: Option<usize>,
        /// How many cycles; all when absent.
        cycles: Option<Box<Node>>,
        /// Which ones.
        which: PaidCycles,
    },
    /// Sign change.
    Negate(Box<Node>),
    /// Truth negation.
    Not(Box<Node>),
    /// Sum, difference, product, quotient of scalars.
    Add(Box<Node>, Box<Node>),
    /// Difference.
    Subtract(Box<Node>, Box<Node>),
    /// Product.
    Multiply(Box<Node>, Box<Node>),
    /// Quotient.
    Divide(Box<Node>, Box<Node>),
    /// Instant or date plus (or minus, when `true`) a duration, period, clock or working days.
    Shift(Box<Node>, Box<Node>, bool),
    /// Time from the second to the first.
    Elapsed(Box<Node>, Box<Node>),
    /// Comparison.
    Compare(Compare, Box<Node>, Box<Node>),
    /// Both.
    And(Box<Node>, Box<Node>),
    /// Either.
    Or(Box<Node>, Box<Node>),
    /// Inside a band.
    InBand(Box<Node>, Box<BandNode>),
    /// Equal to an item of a list.
    InList(Box<Node>, Box<Node>),
    /// An instant inside a timeline.
    Inside(Box<Node>, Box<Node>),
    /// The second when the first is absent for lack of data.
    Default(Box<Node>, Box<Node>),
    /// Whether a value is absent for this reason.
    Is(Box<Node>, Status),
    /// Whether a promise was breached (or met) in at least k of the last n cycles.
    Pattern {
        /// The promise.
        promise: ItemId,
        /// The slot of its subject.
        slot: Option<usize>,
        /// Breached or met.
        breached: bool,
        /// At least so many.
        least: Box<Node>,
        /// Of so many.
        out_of: Box<Node>,
    },
    /// All records of a fact.
    Fact(usize),
    /// Rows that satisfy a predicate; the row is in the slot.
    Where(Box<Node>, usize, Box<Node>),
    /// Rows of one subject.
    OfSubject(Box<Node>, Box<Node>),
    /// Rows whose own length compares so.
    LastingRows(Box<Node>, Compare, Box<Node>),
    /// Runs whose length compares so.
    Lasting(Box<Node>, Compare, Box<Node>),
    /// One row per distinct key, the latest.
    Distinct(Box<Node>, Vec<RowField>),
    /// Rows put in order by a value of each; the row is in the slot. The greatest first when `descending`.
    Ordered {
        /// The rows.
        rows: Box<Node>,
        /// Where the row is.
        slot: usize,
        /// What they are compared by.
        key: Box<Node>,
        /// The greatest first.
        descending: bool,
    },
    /// Rows without some of them.
    Except(Box<Node>, Box<Node>),
    /// Without what is excluded: rows of events and requests.
    ExcludeRows(Box<Node>),
    /// Without what is excluded: timelines.
    Exclude(Box<Node>),
    /// Everything excluded.
    Excluded,
    /// What is excluded here is excluded for the subject in the slot.
    About(ItemId, usize, Box<Node>),
    /// The instants covered by rows.
    Cover(Box<Node>),
    /// The instants of opening hours.
    Open(Box<Node>),
    /// The instants of a window.
    WindowTimeline(Box<Node>),
    /// Union.
    Union(Box<Node>, Box<Node>),
    /// Intersection.
    Intersect(Box<Node>, Box<Node>),
    /// Difference.
    Minus(Box<Node>, Box<Node>),
    /// Complement.
    Complement(Box<Node>),
    /// Evaluated in another window.
    Over(Box<Node>, Box<Node>),
    /// Conditional.
    If(Box<Node>, Box<Node>, Box<Node>),
    /// Lookup by equality.
    By(Box<Node>, Vec<(Vec<Node>, Node)>, Option<Box<Node>>),
    /// Lookup by band.
    Ladder(Box<Node>, LadderMode, Vec<(BandNode, Node)>, Option<Box<Node>>),
    /// Lookup by date.
    AsOf(Box<Node>, Vec<(Date, Node)>),
    /// Opening hours.
    Hours(Arc<Hours>),
    /// A holiday calendar.
    Calendar(Arc<HolidayCalendar>),
    /// A duration counted in opening hours, or in any timeline.
    Clock(Box<Node>, Box<Node>),
    /// Working days of a calendar.
    Working(Box<Node>, Box<Node>),
    /// A list from a list; the variable is in the slot.
    ForEach(usize, Box<Node>, Box<Node>),
    /// A value that begins as the first, and becomes the last with each element of the list: it is in the slot, the
    /// element in the next.
    Carry(usize, Box<Node>, Box<Node>, Box<Node>),
    /// The elements of a list for which a truth holds; the element is in the slot.
    Filter(Box<Node>, usize, Box<Node>),
    /// A list from the slices of the window.
    ForGrid(Box<Node>, Box<Node>),
    /// Timelines combined over a list; truths when the node's type is truth.
    Quantified(Combine, usize, Box<Node>, Box<Node>),
    /// The slices of the window for which a truth holds.
    Slices(Box<Node>, Box<Node>),
    /// An aggregate over rows; the row is in the slot.
    Aggregate {
        /// Which.
        which: Aggregate,
        /// Over what rows.
        rows: Box<Node>,
        /// Where the row is.
        slot: usize,
        /// Of what; absent for a count.
        body: Option<Box<Node>>,
        /// The percentile.
        rank: Option<Box<Node>>,
    },
    /// An aggregate over a list.
    Fold(Aggregate, Box<Node>),
    /// A timeline from two instants of each row.
    SpansOf(Box<Node>, usize, Box<Node>, Box<Node>),
    /// From the first of n consecutive matching events to the next that does not match.
    Streak(Box<Node>, usize, Box<Node>, Box<Node>),
    /// From a matching event to the next event.
    Held(Box<Node>, usize, Box<Node>),
    /// How much covers each instant.
    Stack(Box<Node>, usize, Option<Box<Node>>),
    /// The greatest value of the rows that cover each instant.
    Highest(Box<Node>, usize, Box<Node>),
    /// A series where a timeline is; zero elsewhere.
    Within(Box<Node>, Box<Node>),
    /// When a series compares so with a scalar.
    SeriesCompare(Compare, Box<Node>, Box<Node>),
    /// A function of plain values.
    Call(Function, Vec<Node>),
    /// A list written out.
    List(Vec<Node>),
    /// An error was reported here.
    Broken,
}

impl Node {
    /// Calls `visit` with each direct part.
    pub fn parts(&self) -> Vec<&Node> {
        use Op::{
            Add, Aggregate, And, AsOf, Between, By, Call, Clock, Compare, Complement, Cover, Default,
            Distinct, Divide, Elapsed, Exclude, ExcludeRows, Field, Filter, Fold, ForEach, ForGrid, Held,
            Highest, If, InBand, InList, Inside, Intersect, Is, Ladder, LastCycles, LastCyclesWindow,
            Lasting, LastingRows, List, Minus, Multiply, Negate, Not, OfSubject, Open, Or, Over, Pattern,
            Quantified, SeriesCompare, Shift, Slices, SpansOf, Stack, Streak, Subtract, Union, Where,
            WindowEdge, WindowTimeline, Within, Working,
        };
        match &self.op {
            LastCycles(a)
            | LastCyclesWindow(a)
            | Op::PreviousCycles(a)
            | Op::PreviousCyclesWindow(a)
            | Op::CalendarParts(_, a)
            | Field(a, _)
            | WindowEdge(a, _)
            | Negate(a)
            | Not(a)
            | Is(a, _)
            | Distinct(a, _)
            | ExcludeRows(a)
            | Exclude(a)
            | Cover(a)
            | Open(a)
            | WindowTimeline(a)
            | Complement(a)
            | Fold(_, a)
            | Op::ItemFor(_, a)
            | Op::About(_, _, a) => vec![a],
            Between(a, b)
            | Add(a, b)
            | Subtract(a, b)
            | Multiply(a, b)
            | Divide(a, b)
            | Shift(a, b, _)
            | Elapsed(a, b)
            | Compare(_, a, b)
            | And(a, b)
            | Or(a, b)
            | InList(a, b)
            | Inside(a, b)
            | Default(a, b)
            | Where(a, _, b)
            | OfSubject(a, b)
            | LastingRows(a, _, b)
            | Lasting(a, _, b)
            | Union(a, b)
            | Intersect(a, b)
            | Minus(a, b)
            | Over(a, b)
            | Clock(a, b)
            | Working(a, b)
            | ForEach(_, a, b)
            | ForGrid(a, b)
            | Slices(a, b)
            | Held(a, _, b)
            | SeriesCompare(_, a, b)
            | Highest(a, _, b)
            | Filter(a, _, b)
            | Within(a, b) => vec![a, b],
            Op::Ordered { rows, key, .. } => vec![rows, key],
            Op::Except(a, b) => vec![a, b],
            Op::PaidOver { cycles, .. } => cycles.as_deref().into_iter().collect(),
            Pattern { least, out_of, .. } => vec![least, out_of],
            InBand(a, band) => std::iter::once(&**a).chain(band.edges()).collect(),
            If(a, b, c) | Op::Carry(_, a, b, c) | SpansOf(a, _, b, c) | Streak(a, _, b, c) => vec![a, b, c],
            By(key, entries, otherwise) => {
                let entries =
                    entries.iter().flat_map(|(keys, value)| keys.iter().chain(std::iter::once(value)));
                std::iter::once(&**key).chain(entries).chain(otherwise.as_deref()).collect()
            }
            Ladder(key, _, entries, otherwise) => {
                let entries =
                    entries.iter().flat_map(|(band, value)| band.edges().chain(std::iter::once(value)));
                std::iter::once(&**key).chain(entries).chain(otherwise.as_deref()).collect()
            }
            AsOf(date, entries) => std::iter::once(&**date).chain(entries.iter().map(|(_, it)| it)).collect(),
            Quantified(combine, _, a, b) => match combine {
                Combine::AtLeast(k) => vec![k, a, b],
                _ => vec![a, b],
            },
            Aggregate { rows, body, rank, .. } => {
                std::iter::once(&**rows).chain(body.as_deref()).chain(rank.as_deref()).collect()
            }
            Stack(a, _, b) => std::iter::once(&**a).chain(b.as_deref()).collect(),
            Call(_, items) | List(items) => items.iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Every item this expression names directly.
    pub fn items(&self) -> Vec<ItemId> {
        let mut found = Vec::new();
        self.collect_items(&mut found);
        found
    }

    fn collect_items(&self, found: &mut Vec<ItemId>) {
        match &self.op {
            Op::Item(id, _)
            | Op::ItemFor(id, _)
            | Op::Paid(id, _)
            | Op::PaidOver { remedy: id, .. }
            | Op::ClaimEdge(id, _)
            | Op::Pattern { promise: id, .. } => found.push(*id),
            _ => {}
        }
        for part in self.parts() {
            part.collect_items(found);
        }
    }
}

impl BandNode {
    /// Its edges, low first.
    pub fn edges(&self) -> impl Iterator<Item = &Node> {
        self.low.iter().chain(self.high.iter()).map(|(it, _)| it)
    }
}
