//! A contract and its evidence as plain data: what the generator makes, the writer prints and the oracle counts.

/// Everything one case consists of.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) place: usize,
    /// The cycle in Unix seconds, `[from, until)`.
    pub(crate) cycle: (i64, i64),
    /// As of when it is settled; the end of the cycle when nothing is said.
    pub(crate) as_of: Option<i64>,
    pub(crate) office: Office,
    /// An exclusion besides announced maintenance.
    pub(crate) quiet: Option<Area>,
    pub(crate) levels: Vec<Number>,
    pub(crate) per_vm: bool,
    pub(crate) promise: Promise,
    pub(crate) money: Money,
    pub(crate) records: Vec<Record>,
}

/// The facts every generated contract declares. Outages, probes and tickets have the same attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fact {
    Outage,
    Maintenance,
    Running,
    Probe,
    Ticket,
    Fee,
}

/// One record; times in Unix seconds.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) fact: Fact,
    pub(crate) from: i64,
    /// Absent while it lasts, or for events.
    pub(crate) until: Option<i64>,
    pub(crate) subject: Option<&'static str>,
    pub(crate) cause: Option<Cause>,
    pub(crate) n: Option<i64>,
    pub(crate) flag: bool,
    pub(crate) announced_at: Option<i64>,
    /// In hundredths.
    pub(crate) amount: i64,
    /// Which offset its times are written with.
    pub(crate) written: u8,
}

/// Causes; the first two are excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause {
    Dns,
    Client,
    Power,
}

impl Cause {
    pub(crate) const ALL: [Self; 3] = [Self::Dns, Self::Client, Self::Power];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Client => "client",
            Self::Power => "power",
        }
    }
}

/// Windows of a day in minutes; one that does not end after it begins runs into the next day.
pub(crate) type Times = Vec<(i64, i64)>;

/// Opening hours by weekday range (Monday is 0), every day when there is none.
#[derive(Debug, Clone)]
pub(crate) struct Office {
    pub(crate) groups: Vec<(Option<(u8, u8)>, Times)>,
    pub(crate) days: Days,
    /// Days counted from the day of the cycle's beginning, off or made up.
    pub(crate) marks: Vec<(i64, bool)>,
}

/// Which days open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Days {
    Listed,
    Except,
    Working,
}

/// A timeline.
#[derive(Debug, Clone)]
pub(crate) enum Area {
    Rows(Rows),
    Lasting(Box<Area>, Least),
    Or(Box<Area>, Box<Area>),
    And(Box<Area>, Box<Area>),
    Minus(Box<Area>, Box<Area>),
    Not(Box<Area>),
    Excluding(Box<Area>),
    Office,
    /// At least so many of the machines.
    Machines(Quorum, Rows),
    Slices(i64, Box<Test>),
    Streak(i64, Predicate),
    Held(Predicate),
    Stacked(Rows, i64),
}

/// How many of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Quorum {
    Any,
    All,
    AtLeast(i64),
}

/// A shortest length in seconds, itself included or not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Least {
    pub(crate) seconds: i64,
    pub(crate) strict: bool,
}

/// Records of one fact.
#[derive(Debug, Clone)]
pub(crate) enum Rows {
    Fact(Fact),
    Where(Box<Rows>, Predicate),
    Lasting(Box<Rows>, Least),
    Of(Box<Rows>, &'static str),
    DistinctBySubject(Box<Rows>),
    Ranked(Box<Rows>, Rank),
    /// Events and requests only.
    Excluding(Box<Rows>),
}

/// Of spans of the window by their length: so many, or all others. What still lasts is longest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rank {
    pub(crate) count: usize,
    pub(crate) descending: bool,
    pub(crate) others: bool,
}

/// What is asked of one record.
#[derive(Debug, Clone)]
pub(crate) enum Predicate {
    CauseIs(Cause),
    CauseIsNot(Cause),
    CauseIn(Cause, Cause),
    AtLeast(i64),
    AtLeastOrZero(i64),
    Flag,
    LongerThan(i64),
    StartsInOffice,
    /// Requests only: answered so many seconds after they were asked. Of one still open it is not known before then.
    AnsweredWithin(i64),
    /// Requests only: seconds of office time.
    AnsweredInOffice(i64),
    Not(Box<Predicate>),
    And(Box<Predicate>, Box<Predicate>),
    Or(Box<Predicate>, Box<Predicate>),
}

/// What is asked of one slice.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    Covered(Area, i64),
    Events(Rows, i64),
    Share(Predicate, Rows, i64),
}

/// A duration in seconds.
#[derive(Debug, Clone)]
pub(crate) enum Duration {
    Length(Area),
    Cycle,
    Sum(Rows),
    Longest(Rows),
    Stack(Rows),
    Constant(i64),
    Round(Rounding, Box<Duration>, i64),
    Add(Box<Duration>, Box<Duration>),
    Subtract(Box<Duration>, Box<Duration>),
    Smaller(Box<Duration>, Box<Duration>),
    Greater(Box<Duration>, Box<Duration>),
}

/// A plain number.
#[derive(Debug, Clone)]
pub(crate) enum Number {
    /// `(length(cycle) - D) / length(cycle)`
    Up(Duration),
    /// `(length(cycle) - 2 * D) / length(cycle)`
    Literal(Duration),
    Ratio(Duration, Duration),
    Share(Predicate, Rows),
    Counts(Rows, Rows),
    Runs(Area),
    MeanStack(Rows),
    /// The lengths of requests, in hours.
    Lengths(Measure, Rows),
    /// 1 where that is more than so many seconds, else 0.
    Exceeds(Measure, i64, Rows),
    MeanOfMachines,
    Round(Rounding, Box<Number>),
    /// Tenths of a percent.
    OrElse(Box<Number>, i64),
    OneMinus(Box<Number>),
}

/// What is asked of the lengths of requests.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Measure {
    Sum,
    Mean,
    Least,
    Greatest,
    Percentile(i64),
}

/// The seven ways to round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rounding {
    HalfUp,
    HalfEven,
    HalfDown,
    Up,
    Down,
    Ceiling,
    Floor,
}

impl Rounding {
    pub(crate) const ALL: [Self; 7] =
        [Self::HalfUp, Self::HalfEven, Self::HalfDown, Self::Up, Self::Down, Self::Ceiling, Self::Floor];

    pub(crate) fn word(self) -> &'static str {
        ["half_up", "half_even", "half_down", "up", "down", "ceiling", "floor"][self as usize]
    }
}

/// The promise on the first level.
#[derive(Debug, Clone)]
pub(crate) struct Promise {
    /// Tenths of a percent.
    pub(crate) target: i64,
    pub(crate) strict: bool,
    /// Applies only when there are so many probes.
    pub(crate) applies: Option<i64>,
}

/// What is paid when the promise is broken.
#[derive(Debug, Clone)]
pub(crate) struct Money {
    pub(crate) currency: &'static str,
    /// Digits of the minor unit.
    pub(crate) digits: u32,
    pub(crate) rounding: Rounding,
    pub(crate) pays: Pays,
    /// Tenths of a percent of the fee.
    pub(crate) cap: Option<i64>,
    /// Hundredths of the currency.
    pub(crate) least: Option<i64>,
    pub(crate) unless_above: Option<i64>,
    pub(crate) step: Option<(Rounding, i64)>,
}

/// How the amount is computed.
#[derive(Debug, Clone)]
pub(crate) enum Pays {
    Ladder(Ladder),
    /// Hundredths an hour of downtime.
    PerHour(i64, Area),
    /// Hundredths for each record.
    PerRow(i64, Rows),
}

/// A table by the first level; numbers in tenths of a percent.
#[derive(Debug, Clone)]
pub(crate) struct Ladder {
    pub(crate) mode: Mode,
    pub(crate) rows: Vec<(Band, Share)>,
    pub(crate) otherwise: Option<Share>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Unique,
    First,
    Greatest,
}

/// Edges, each with whether it belongs to the band.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Band {
    From(i64, bool),
    To(i64, bool),
    Between(i64, bool, i64, bool),
    Exactly(i64),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Share {
    Flat(i64),
    /// `((from - level) / per) * times`
    Linear {
        from: i64,
        per: i64,
        times: i64,
    },
}
