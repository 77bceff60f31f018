//! The syntax tree: what was written, before names and units are understood.

use calendar::CalendarUnit;
use quantity::Ratio;

use super::token::Span;

/// A name with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The word.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// An expression with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// Comparison operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Compare {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

impl Compare {
    /// The operator as written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }

    /// Whether two things that compare as `order` satisfy it.
    pub fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }
}

/// Binary operators other than comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binary {
    /// `or`: truth, or union of timelines.
    Or,
    /// `and`: truth, or intersection of timelines.
    And,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

/// One edge of a band: the value and whether it belongs to the band.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The value.
    pub value: Expr,
    /// The value itself is inside.
    pub inclusive: bool,
}

/// A band of a ladder: a range of the value looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    /// Lower edge; absent means unbounded.
    pub low: Option<Edge>,
    /// Upper edge; absent means unbounded.
    pub high: Option<Edge>,
    /// Where it stands.
    pub span: Span,
}

/// How a ladder chooses among matching rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LadderMode {
    /// Exactly one row must match; two rows with different results are ambiguous.
    Unique,
    /// The first matching row.
    First,
    /// The greatest result of the matching rows.
    Greatest,
}

/// A quantifier over a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quantifier {
    /// `for any`
    Any,
    /// `for all`
    All,
    /// `at least K of`
    AtLeast(Box<Expr>),
}

/// The value a `for … in …` runs over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Window {
    /// `history`: everything up to the end of the cycle.
    History,
    /// `previous cycle`
    PreviousCycle,
    /// `last N cycles`, the current one included.
    LastCycles(Box<Expr>),
    /// `previous N cycles`, the current one left out.
    PreviousCycles(Box<Expr>),
    /// `(FROM to UNTIL)`
    Between(Box<Expr>, Box<Expr>),
    /// A variable that holds a window.
    Bound(Box<Expr>),
}

/// Why a value may be absent, as an `expect … is …` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// No evidence speaks of it.
    NoData,
    /// Too few events to form the figure.
    NotEnoughEvents,
    /// The promise does not extend to this.
    NotCovered,
    /// The text or the arithmetic gives no value.
    NotComputable,
    /// Not known yet.
    Provisional,
    /// No row of the table matches.
    NoRow,
    /// Several rows of the table match with different results.
    Ambiguous,
}

/// A window of opening hours within days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoursWindow {
    /// Weekdays, Monday = 0, as a range that may wrap; every day when absent.
    pub days: Option<(u8, u8)>,
    /// Times `from..until`, as written.
    pub times: Vec<(String, String)>,
}

/// Which days the windows apply to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoursDays {
    /// The weekdays listed.
    Listed,
    /// The working days of a calendar, make-up days included.
    WorkingDays(Box<Expr>),
    /// The weekdays listed, but no holidays.
    ExceptHolidays(Box<Expr>),
}

/// `hours …`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoursSpec {
    /// `hours always`
    pub always: bool,
    /// The windows.
    pub windows: Vec<HoursWindow>,
    /// Which days count.
    pub days: HoursDays,
    /// The zone, when not the contract's.
    pub zone: Option<Name>,
}

/// An argument of a call: `E` or `E of ROWS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// The expression.
    pub value: Expr,
    /// The rows it is taken over.
    pub of: Option<Expr>,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExprKind {
    /// A number, or a percentage already divided.
    Number(Ratio),
    /// A number with units: `1 h 30 min`, `200 USD`, `5 working days`.
    Measure(Vec<(Ratio, Name)>),
    /// A text.
    Text(String),
    /// A truth.
    Truth(bool),
    /// A date as written.
    Date(String),
    /// A date and time as written, in the contract's zone.
    LocalInstant(String, String),
    /// An RFC 3339 instant as written.
    Instant(String),
    /// A name.
    Name(String),
    /// `X.field`
    Field(Box<Expr>, Name),
    /// `-X`
    Negate(Box<Expr>),
    /// `not X`
    Not(Box<Expr>),
    /// `A op B`
    Binary(Binary, Box<Expr>, Box<Expr>),
    /// `A < B`
    Compare(Compare, Box<Expr>, Box<Expr>),
    /// `X in BAND`
    InBand(Box<Expr>, Box<Band>),
    /// `X in Y`
    In(Box<Expr>, Box<Expr>),
    /// `A or B when none`
    Default(Box<Expr>, Box<Expr>),
    /// `X is no data`
    Is(Box<Expr>, Status),
    /// `P breached`, `P met`, and the pattern `in K of last N cycles`.
    Verdict {
        /// The promise.
        promise: Box<Expr>,
        /// True for `breached`, false for `met`.
        breached: bool,
        /// `in K of last N cycles`
        pattern: Option<(Box<Expr>, Box<Expr>)>,
    },
    /// `ROWS where P`
    Where(Box<Expr>, Box<Expr>),
    /// `X lasting >= D`
    Lasting(Box<Expr>, Compare, Box<Expr>),
    /// `X of Y`
    Of(Box<Expr>, Box<Expr>),
    /// `X over WINDOW`
    Over(Box<Expr>, Window),
    /// `DATE at 17:00`, the time as written.
    At(Box<Expr>, String),
    /// `ROWS distinct by (a, b)`
    Distinct(Box<Expr>, Vec<Name>),
    /// `ROWS ordered by E`, `ROWS ordered by E descending`
    Ordered {
        /// The rows.
        rows: Box<Expr>,
        /// What they are compared by.
        key: Box<Expr>,
        /// The greatest first.
        descending: bool,
    },
    /// `ROWS except ROWS`
    Except(Box<Expr>, Box<Expr>),
    /// `if C then A otherwise B`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `by X { … }`
    By(Box<Expr>, Vec<(Vec<Expr>, Expr)>, Option<Box<Expr>>),
    /// `ladder X { … }`
    Ladder(Box<Expr>, LadderMode, Vec<(Band, Expr)>, Option<Box<Expr>>),
    /// `as of D { … }`
    AsOf(Box<Expr>, Vec<(Expr, Expr)>),
    /// `hours …`
    Hours(Box<HoursSpec>),
    /// `holidays "name" covering 2025..2026 { 2025-08-01: off }`
    Holidays {
        /// The calendar's name.
        name: String,
        /// First and last covered year.
        years: (i32, i32),
        /// Days: date, and whether it is off (or a make-up working day).
        days: Vec<(Name, bool)>,
    },
    /// `for each V in LIST: E`
    ForEach(Name, Box<Expr>, Box<Expr>),
    /// `carry X from START for each V in LIST: E`
    Carry {
        /// The value carried.
        carried: Name,
        /// What it is at first.
        start: Box<Expr>,
        /// The variable.
        name: Name,
        /// What it runs over.
        list: Box<Expr>,
        /// What it becomes.
        body: Box<Expr>,
    },
    /// `for each 5 min of cycle: E`
    ForGrid(Box<Expr>, Box<Expr>),
    /// `for any V in LIST: E`
    Quantified(Quantifier, Name, Box<Expr>, Box<Expr>),
    /// `slices 1 min of cycle where P`
    Slices(Box<Expr>, Box<Expr>),
    /// `f(a, b of rows)`
    Call(Name, Vec<Argument>),
    /// `(a, b)`
    List(Vec<Expr>),
    /// A window written out: `last 12 cycles`, `previous cycle`, `(FROM to UNTIL)`.
    Windows(Window),
    /// `calendar weeks of WINDOW`
    CalendarParts(CalendarUnit, Window),
    /// Something that could not be read; an error was reported.
    Broken,
}

/// One reading of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Its name.
    pub name: Name,
    /// Why one may read it so.
    pub why: String,
    /// It is the one in force.
    pub in_force: bool,
    /// What it says.
    pub body: Expr,
}

/// The body of a definition: one expression, or several readings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// One expression.
    Plain(Expr),
    /// Several readings.
    Readings(Vec<Reading>),
}

/// A type as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeName {
    /// `a | b | c`, or one word.
    pub words: Vec<Name>,
    /// Followed by `?`.
    pub optional: bool,
}

/// An attribute of a fact as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeSyntax {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub kind: TypeName,
}

/// How cycles are cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CycleSyntax {
    /// `calendar month [starting month 4]`
    Calendar {
        /// month, quarter, year …
        unit: Name,
        /// First month of the year.
        starting: Option<Ratio>,
    },
    /// `service month`
    Service {
        /// How many months.
        months: Ratio,
    },
    /// `30 days`
    Fixed {
        /// How long.
        length: Expr,
    },
}

/// A sub-clause of a remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemedyPart {
    /// `when P`
    When(Expr),
    /// `pays E` or `pays S of B`
    Pays(Expr, Option<Expr>),
    /// `at most E`
    AtMost(Expr),
    /// `at least E`
    AtLeast(Expr),
    /// `nothing unless > E`
    NothingUnless(Compare, Expr),
    /// `rounded half_up to E`
    Rounded(Name, Expr),
    /// `discretionary "…"`
    Discretionary(String),
    /// `paid directly when P`
    PaidDirectly(Expr),
    /// `clause "…"`
    Clause(String),
}

/// A sub-clause of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimPart {
    /// `opens E`
    Opens(Expr),
    /// `closes E`
    Closes(Expr),
    /// `per ROWS`
    Per(Expr),
    /// `by "…"`
    By(String),
    /// `requires "…", "…"`
    Requires(Vec<String>),
    /// `automatic`
    Automatic,
}

/// What a statement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatementKind {
    /// `cycle …`
    Cycle {
        /// How cycles are cut.
        rule: CycleSyntax,
        /// `from since`: a subscription that starts inside it shortens it.
        from_since: bool,
    },
    /// `plan a | b`
    Plan(Vec<Name>),
    /// `param N : T = E`
    Param(Name, TypeName, Option<Expr>),
    /// `unit A`
    Unit(Name),
    /// `cause N "…" excluded clause "…"`
    Cause {
        /// Its name.
        name: Name,
        /// What it means.
        text: Option<String>,
        /// It removes what it caused.
        excluded: bool,
        /// The clause that says so.
        clause: Option<String>,
    },
    /// `fact N : span { … }`, `fact N : event in volume { … }`
    Fact {
        /// Its name.
        name: Name,
        /// `span`, `event` or `request`.
        kind: Name,
        /// Where it says `in volume`.
        volume: Option<Span>,
        /// What its records say.
        attributes: Vec<AttributeSyntax>,
    },
    /// `exclusion N : E clause "…"`
    Exclusion(Name, Option<Name>, Expr, Option<String>),
    /// `N = E`, `N per S = E`
    Definition(Name, Option<Name>, Body),
    /// `N of FACT = E`: an attribute that every record of the fact has by what else it says.
    Derived(Name, Name, Body),
    /// `subject N = LIST`
    Subject(Name, Expr),
    /// `level N per S shown to 2 decimals = E`
    Level {
        /// Its name.
        name: Name,
        /// Its subject.
        per: Option<Name>,
        /// Fraction digits shown.
        decimals: Option<Ratio>,
        /// What it is.
        body: Body,
    },
    /// `promise N per S: P applies when C`, or `duty`
    Promise {
        /// It is a duty.
        duty: bool,
        /// Its name.
        name: Name,
        /// Its subject.
        per: Option<Name>,
        /// What is promised.
        body: Body,
        /// When it applies.
        applies: Option<Expr>,
    },
    /// `remedy N per S : KIND …`
    Remedy(Name, Option<Name>, Name, Vec<(RemedyPart, Span)>),
    /// `only one of A, B by customer`
    OnlyOne(Vec<Name>, bool),
    /// `claim R …`
    Claim(Name, Vec<(ClaimPart, Span)>),
    /// `right N per S when P until E`
    Right(Name, Option<Name>, Expr, Option<Expr>),
    /// `undetermined "…"`
    Undetermined(String),
    /// `restated N = E`
    Restated(Name, Expr),
    /// `gaps count as up`
    Gaps(Name),
    /// `upstream N "url"`
    Upstream(Name, String),
}

/// A statement with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What it says.
    pub kind: StatementKind,
    /// Where it stands.
    pub span: Span,
    /// The clause it stands under.
    pub clause: String,
}

/// A line of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExampleLine {
    /// `cycle 2021-01`
    Cycle(String, Span),
    /// `given NAME = E`
    Value(Name, Expr),
    /// `given P breached for 2020-11`
    Verdict {
        /// The promise.
        promise: Name,
        /// Breached or met.
        breached: bool,
        /// The cycle's label; the current one when absent.
        cycle: Option<String>,
    },
    /// `given [N of] FACT …`
    Record(Box<ExampleRecord>),
    /// `expect [READING:] E`
    Expect(Option<Name>, Expr),
}

/// Records given in an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleRecord {
    /// How many.
    pub times: Option<Expr>,
    /// How far apart.
    pub every: Option<Expr>,
    /// The fact.
    pub fact: Name,
    /// The subject.
    pub subject: Option<Expr>,
    /// When it begins.
    pub from: Expr,
    /// When it ends.
    pub until: Option<Expr>,
    /// How long it is.
    pub lasting: Option<Expr>,
    /// Its attributes.
    pub attributes: Vec<(Name, Expr)>,
    /// Where it stands.
    pub span: Span,
}

/// A worked case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// What it shows.
    pub title: String,
    /// The provider's own printed example.
    pub printed: bool,
    /// Its lines.
    pub lines: Vec<(ExampleLine, Span)>,
    /// The clause it stands under.
    pub clause: String,
    /// Where it stands.
    pub span: Span,
}
