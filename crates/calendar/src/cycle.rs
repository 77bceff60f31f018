//! Settlement cycles: calendar units in a zone, service months from an anchor, fixed spans.

use std::fmt;

use timeline::{Instant, Interval};

use crate::{Date, Period, Zone, cycle_label};

/// A unit of the calendar. `year_starts` is the month (1 to 12) in which the fiscal year begins; a fiscal year is
/// named by the calendar year in which it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the units")]
pub enum CalendarUnit {
    Day,
    /// From Monday (ISO 8601).
    Week,
    Month,
    Quarter {
        year_starts: u8,
    },
    HalfYear {
        year_starts: u8,
    },
    Year {
        year_starts: u8,
    },
}

/// How time is cut into cycles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CycleRule {
    /// Natural units of the calendar in the zone.
    Calendar(CalendarUnit),
    /// So many months from the anchor, each boundary counted from the anchor itself: 31 January, 28 February, 31 March.
    Service {
        /// Length in calendar months.
        months: u32,
    },
    /// So many local days from the anchor, at the anchor's time of day.
    Fixed {
        /// Length in calendar days.
        days: u32,
    },
    /// So much exact time from the anchor.
    FixedNanos {
        /// Length in nanoseconds.
        nanos: i64,
    },
}

/// One cycle, before any clipping to a subscription's start or end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// The full period, from the start of the cycle until the start of the next.
    pub whole: Interval,
    /// The cycle's name, which [`cycle_named`](crate::cycle_named) reads back: `2026-10`, `2026-Q4`,
    /// `2019-01-31/2019-03-02`.
    pub label: String,
}

/// Why there is no such cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CycleError {
    /// Service months and fixed spans need to know when the subscription started.
    NeedsAnchor,
    /// Before the subscription started.
    BeforeAnchor,
    /// A cycle of no length, or a year that starts in no month.
    BadRule,
    /// A name that is no cycle of this rule.
    BadLabel {
        /// The name.
        label: String,
        /// A name that would do, as in `2026-10`.
        expected: &'static str,
    },
    /// Beyond the years an instant reaches (1677 to 2262).
    OutOfRange,
}

impl fmt::Display for CycleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CycleError::NeedsAnchor => f.write_str("this cycle counts from the start of the subscription"),
            CycleError::BeforeAnchor => f.write_str("before the start of the subscription there is no cycle"),
            CycleError::BadRule => {
                f.write_str("a cycle must have a length, and a year must start in month 1 to 12")
            }
            CycleError::BadLabel { label, expected } => {
                write!(f, "`{label}` names no cycle here; expected {expected} or FROM/UNTIL")
            }
            CycleError::OutOfRange => f.write_str("the cycle is beyond the years 1677 to 2262"),
        }
    }
}

impl std::error::Error for CycleError {}

/// The cycle containing `at`. `anchor` is the start of the subscription; calendar units do without.
pub fn cycle_at(
    rule: &CycleRule,
    zone: &Zone,
    anchor: Option<Instant>,
    at: Instant,
) -> Result<Cycle, CycleError> {
    let grid = Grid::new(rule, zone, anchor)?;
    grid.cycle(grid.index_at(at)?)?.ok_or(CycleError::OutOfRange)
}

/// The cycle `n` before the one in which `cycle` begins.
pub fn previous(
    rule: &CycleRule,
    zone: &Zone,
    anchor: Option<Instant>,
    cycle: &Cycle,
    n: u32,
) -> Result<Cycle, CycleError> {
    let grid = Grid::new(rule, zone, anchor)?;
    grid.walk(grid.index_at(cycle.whole.from())?, -i64::from(n))
}

/// The cycle `n` after the one in which `cycle` ends.
pub fn next(
    rule: &CycleRule,
    zone: &Zone,
    anchor: Option<Instant>,
    cycle: &Cycle,
    n: u32,
) -> Result<Cycle, CycleError> {
    let grid = Grid::new(rule, zone, anchor)?;
    let last = cycle.whole.until().checked_sub(1).ok_or(CycleError::OutOfRange)?;
    grid.walk(grid.index_at(last)?, i64::from(n))
}

/// The cycles of one rule, numbered: cycle `k` runs from `start(k)` until `start(k + 1)`.
pub(crate) struct Grid<'a> {
    step: Step,
    zone: &'a Zone,
}

/// What lies between the starts of two consecutive cycles.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    Days { length: i64, origin: Date },
    Months { length: i64, year_starts: i64 },
    AnchoredMonths { length: i64, anchor: Instant },
    AnchoredDays { length: i64, anchor: Instant },
    AnchoredNanos { length: i64, anchor: Instant },
}

impl<'a> Grid<'a> {
    pub(crate) fn new(
        rule: &CycleRule,
        zone: &'a Zone,
        anchor: Option<Instant>,
    ) -> Result<Grid<'a>, CycleError> {
        let anchored = || match anchor {
            Some(anchor) if !anchor.is_bounded() => Err(CycleError::OutOfRange),
            anchor => anchor.ok_or(CycleError::NeedsAnchor),
        };
        let positive = |length: i64| if length > 0 { Ok(length) } else { Err(CycleError::BadRule) };
        let step = match *rule {
            CycleRule::Calendar(unit) => calendar_step(unit)?,
            CycleRule::Service { months } => {
                Step::AnchoredMonths { length: positive(months.into())?, anchor: anchored()? }
            }
            CycleRule::Fixed { days } => {
                Step::AnchoredDays { length: positive(days.into())?, anchor: anchored()? }
            }
            CycleRule::FixedNanos { nanos } => {
                Step::AnchoredNanos { length: positive(nanos)?, anchor: anchored()? }
            }
        };
        Ok(Grid { step, zone })
    }

    pub(crate) fn step(&self) -> Step {
        self.step
    }

    pub(crate) fn zone(&self) -> &Zone {
        self.zone
    }

    /// The number of the cycle containing `at`.
    pub(crate) fn index_at(&self, at: Instant) -> Result<i64, CycleError> {
        let mut index = self.estimate(at)?;
        while at < self.start(index)? {
            index = moved(index, -1)?;
        }
        while at >= self.start(moved(index, 1)?)? {
            index = moved(index, 1)?;
        }
        self.checked(index)
    }

    /// Cycle `index`, or `None` when it never happened: a local day the zone jumped over (Apia, 2011-12-30).
    pub(crate) fn cycle(&self, index: i64) -> Result<Option<Cycle>, CycleError> {
        let index = self.checked(index)?;
        let whole = Interval::new(self.start(index)?, self.start(moved(index, 1)?)?);
        Ok(whole.map(|whole| Cycle { whole, label: cycle_label::label(self, index, whole) }))
    }

    /// The cycle `by` cycles from `index`, stepping over those that never happened.
    fn walk(&self, index: i64, by: i64) -> Result<Cycle, CycleError> {
        let mut index = moved(index, by)?;
        loop {
            if let Some(cycle) = self.cycle(index)? {
                return Ok(cycle);
            }
            index = moved(index, if by < 0 { -1 } else { 1 })?;
        }
    }

    fn checked(&self, index: i64) -> Result<i64, CycleError> {
        let anchored = !matches!(self.step, Step::Days { .. } | Step::Months { .. });
        if anchored && index < 0 { Err(CycleError::BeforeAnchor) } else { Ok(index) }
    }

    /// A cycle number at most a few steps from the one containing `at`.
    fn estimate(&self, at: Instant) -> Result<i64, CycleError> {
        if !at.is_bounded() {
            return Err(CycleError::OutOfRange);
        }
        let date = self.zone.date(at);
        Ok(match self.step {
            Step::Days { length, origin } => i64::from(origin.days_until(date)).div_euclid(length),
            Step::Months { length, year_starts } => (month_number(date) - year_starts).div_euclid(length),
            Step::AnchoredMonths { length, anchor } => {
                (month_number(date) - month_number(self.zone.date(anchor))).div_euclid(length)
            }
            Step::AnchoredDays { length, anchor } => {
                i64::from(self.zone.date(anchor).days_until(date)).div_euclid(length)
            }
            Step::AnchoredNanos { length, anchor } => {
                let passed = at.nanos_since(anchor).div_euclid(i128::from(length));
                i64::try_from(passed).map_err(|_| CycleError::OutOfRange)?
            }
        })
    }

    /// The first instant of cycle `index`, which may lie before the anchor.
    fn start(&self, index: i64) -> Result<Instant, CycleError> {
        self.start_in_range(index).ok_or(CycleError::OutOfRange)
    }

    fn start_in_range(&self, index: i64) -> Option<Instant> {
        let whole = |length: i64| i32::try_from(index.checked_mul(length)?).ok();
        match self.step {
            Step::Days { length, origin } => self.zone.start_of_day(origin.add_days(whole(length)?)?),
            Step::Months { .. } => self.zone.start_of_day(self.first_date(index)?),
            Step::AnchoredMonths { length, anchor } => {
                Period::add(self.zone, anchor, Period::months(whole(length)?))
            }
            Step::AnchoredDays { length, anchor } => {
                Period::add(self.zone, anchor, Period::days(whole(length)?))
            }
            Step::AnchoredNanos { length, anchor } => anchor.checked_add(index.checked_mul(length)?),
        }
    }

    /// The first date of cycle `index` of a calendar unit; `None` for cycles that count from an anchor.
    pub(crate) fn first_date(&self, index: i64) -> Option<Date> {
        match self.step {
            Step::Days { length, origin } => origin.add_days(i32::try_from(index.checked_mul(length)?).ok()?),
            Step::Months { length, year_starts } => {
                let month = index.checked_mul(length)?.checked_add(year_starts)?;
                let year = i32::try_from(month.div_euclid(12)).ok()?;
                Date::new(year, u8::try_from(month.rem_euclid(12) + 1).ok()?, 1)
            }
            _ => None,
        }
    }

    /// The number of the calendar unit that begins on or before `date`, counting dates only.
    pub(crate) fn index_of_date(&self, date: Date) -> Option<i64> {
        match self.step {
            Step::Days { length, origin } => Some(i64::from(origin.days_until(date)).div_euclid(length)),
            Step::Months { length, year_starts } => {
                Some((month_number(date) - year_starts).div_euclid(length))
            }
            _ => None,
        }
    }
}

fn moved(index: i64, by: i64) -> Result<i64, CycleError> {
    index.checked_add(by).ok_or(CycleError::OutOfRange)
}

fn calendar_step(unit: CalendarUnit) -> Result<Step, CycleError> {
    // 1970-01-05 was a Monday.
    let origin = Date::new(1970, 1, 5).ok_or(CycleError::OutOfRange)?;
    let months = |length: i64, year_starts: u8| match year_starts {
        1..=12 => Ok(Step::Months { length, year_starts: i64::from(year_starts) - 1 }),
        _ => Err(CycleError::BadRule),
    };
    match unit {
        CalendarUnit::Day => Ok(Step::Days { length: 1, origin }),
        CalendarUnit::Week => Ok(Step::Days { length: 7, origin }),
        CalendarUnit::Month => months(1, 1),
        CalendarUnit::Quarter { year_starts } => months(3, year_starts),
        CalendarUnit::HalfYear { year_starts } => months(6, year_starts),
        CalendarUnit::Year { year_starts } => months(12, year_starts),
    }
}

/// Months since January of year 0.
fn month_number(date: Date) -> i64 {
    i64::from(date.year()) * 12 + i64::from(date.month()) - 1
}
