//! One cell of the answer: a service in a local month.

use std::fmt;
use std::ops::Range;

use timeline::{Interval, Timeline};

use super::site::{Site, whole, year_and_month};
use crate::rows::millis;

const SECOND_NANOS: i64 = 1_000_000_000;
const SHORTEST_NANOS: i128 = 120 * SECOND_NANOS as i128;
const MINUTE_NANOS: i64 = 60 * SECOND_NANOS;

/// What the contract of a service says about counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// An outage shorter than 120 s does not count; one that does counts whole.
    FromTwoMinutes,
    /// Each downtime of a month is rounded to the nearest minute, half a minute upwards.
    WholeMinutes,
    /// To the millisecond.
    Exact,
}

impl Rule {
    pub(crate) fn of(service: u32) -> Rule {
        match service % 4 {
            0 => Rule::FromTwoMinutes,
            1 => Rule::WholeMinutes,
            _ => Rule::Exact,
        }
    }

    fn counted(self, outages: Timeline) -> Timeline {
        match self {
            Rule::FromTwoMinutes => outages.lasting(SHORTEST_NANOS, false),
            _ => outages,
        }
    }

    /// How long a piece of downtime is taken to be, in nanoseconds.
    pub(crate) fn booked(self, nanos: i64) -> i64 {
        match self {
            Rule::WholeMinutes => (nanos + MINUTE_NANOS / 2) / MINUTE_NANOS * MINUTE_NANOS,
            _ => nanos,
        }
    }
}

/// What the statement of a month says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) service: u32,
    /// Index of the local month, 0 for January 2023.
    pub(crate) month: usize,
    /// Opening hours of the month, before exclusions.
    pub(crate) agreed_ms: i64,
    /// What of them maintenance and exclusions take away.
    pub(crate) excluded_ms: i64,
    /// Downtime in what is left, as the rule books it.
    pub(crate) down_ms: i64,
    /// Pieces of downtime.
    pub(crate) outages: u32,
    /// Uptime over what is left of the agreed time, in lowest terms; `None` when nothing is left.
    pub(crate) uptime: Option<(i64, i64)>,
    /// Uptime divided by outages, cut to the millisecond; `None` without an outage.
    pub(crate) mtbf_ms: Option<i64>,
}

impl Cell {
    pub(crate) fn new(
        (service, month): (u32, usize),
        agreed_ms: i64,
        excluded_ms: i64,
        down_ms: i64,
        outages: u32,
    ) -> Cell {
        let served_ms = agreed_ms - excluded_ms;
        // Rounding can book more than there was time.
        let up_ms = (served_ms - down_ms).max(0);
        let mtbf_ms = up_ms.checked_div(i64::from(outages));
        let uptime = lowest_terms(up_ms, served_ms);
        Cell { service, month, agreed_ms, excluded_ms, down_ms, outages, uptime, mtbf_ms }
    }
}

impl fmt::Display for Cell {
    /// `17 2024-03 2678400000 14400000 1023000 3 887497/888000 887497000`, `-` for what there is not.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = year_and_month(self.month);
        write!(f, "{} {year}-{month:02} {} {}", self.service, self.agreed_ms, self.excluded_ms)?;
        write!(f, " {} {} ", self.down_ms, self.outages)?;
        match self.uptime {
            Some((num, den)) => write!(f, "{num}/{den} ")?,
            None => f.write_str("- ")?,
        }
        match self.mtbf_ms {
            Some(ms) => write!(f, "{ms}"),
            None => f.write_str("-"),
        }
    }
}

/// A service and what is fixed about it before any outage.
pub(crate) struct Service<'a> {
    pub(crate) number: u32,
    pub(crate) site: &'a Site,
    pub(crate) excluded: &'a Timeline,
}

impl Service<'_> {
    /// The cells of some months, given all outages of the service.
    pub(crate) fn settle(&self, outages: &Timeline, months: Range<usize>) -> Vec<Cell> {
        let windows = &self.site.months[months.clone()];
        let Some(span) = whole(windows) else { return Vec::new() };
        let rule = Rule::of(self.number);
        let served = self.served(span);
        let down = rule.counted(reaching_into(outages, span)).intersect(&served);
        let served_nanos = served.lengths_in(windows);
        let cells = months.zip(down.cells(windows)).zip(served_nanos);
        let cell = |((month, (window, runs)), served)| self.cell(rule, month, window, runs, served);
        cells.map(cell).collect()
    }

    /// Agreed time less maintenance and exclusions.
    fn served(&self, span: Interval) -> Timeline {
        let barred = self.site.maintenance.clip(span).union(&self.excluded.clip(span));
        self.site.hours.clip(span).difference(&barred)
    }

    fn cell(&self, rule: Rule, month: usize, window: Interval, runs: &[Interval], served: i128) -> Cell {
        let pieces = runs.iter().filter_map(|run| run.intersect(&window));
        let booked_nanos: i64 = pieces.map(|piece| rule.booked(nanos(piece))).sum();
        let agreed = self.site.agreed_nanos[month];
        let outages = u32::try_from(runs.len()).unwrap_or(u32::MAX);
        Cell::new(
            (self.number, month),
            millis(agreed),
            millis(agreed - served),
            millis(i128::from(booked_nanos)),
            outages,
        )
    }
}

/// The outages that reach into the span, whole: how long one lasted decides whether it counts.
fn reaching_into(outages: &Timeline, span: Interval) -> Timeline {
    Timeline::from_sorted(outages.runs_in(span).iter().copied())
}

/// Length of a piece of a month, which is far below the limit.
fn nanos(piece: Interval) -> i64 {
    piece.until().nanos() - piece.from().nanos()
}

fn lowest_terms(num: i64, den: i64) -> Option<(i64, i64)> {
    let divisor = common_divisor(num, den);
    Some((num.checked_div(divisor)?, den.checked_div(divisor)?)).filter(|_| den > 0)
}

/// Euclid's.
fn common_divisor(left: i64, right: i64) -> i64 {
    if right == 0 { left } else { common_divisor(right, left % right) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_minute_is_rounded_up() {
        let seconds = |nanos: i64| Rule::WholeMinutes.booked(nanos * SECOND_NANOS) / SECOND_NANOS;
        assert_eq!([0, 29, 30, 89, 90, 91].map(seconds), [0, 0, 60, 60, 120, 120]);
        assert_eq!(Rule::Exact.booked(29), 29);
    }

    #[test]
    fn two_minutes_count_and_less_does_not() {
        let run = |from, until| {
            Interval::new(timeline::Instant::from_nanos(from), timeline::Instant::from_nanos(until)).unwrap()
        };
        let short = run(0, 120 * SECOND_NANOS - 1);
        let long = run(500 * SECOND_NANOS, 620 * SECOND_NANOS);
        let counted = Rule::FromTwoMinutes.counted(Timeline::from_intervals([short, long]));
        assert_eq!(counted.runs(), [long]);
    }

    #[test]
    fn fractions_are_in_lowest_terms() {
        let table = [
            ((6, 4), Some((3, 2))),
            ((0, 7), Some((0, 1))),
            ((7, 7), Some((1, 1))),
            ((5, 0), None),
            ((0, 0), None),
        ];
        for ((num, den), expected) in table {
            assert_eq!(lowest_terms(num, den), expected, "{num}/{den}");
        }
    }

    #[test]
    fn a_month_without_outage_has_no_time_between_them() {
        let cell = Cell::new((3, 14), 1_000, 200, 0, 0);
        assert_eq!(cell.to_string(), "3 2024-03 1000 200 0 0 1/1 -");
        let cell = Cell::new((3, 0), 1_000, 200, 100, 3);
        assert_eq!(cell.to_string(), "3 2023-01 1000 200 100 3 7/8 233");
        let booked_too_much = Cell::new((1, 0), 1_000, 0, 60_000, 1);
        assert_eq!(booked_too_much.to_string(), "1 2023-01 1000 0 60000 1 0/1 0");
    }
}
