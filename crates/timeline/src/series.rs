//! An exact number that changes in steps over time.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use quantity::{Ratio, RatioError};

use crate::{Instant, Interval, Timeline};

const NANOS_PER_SECOND: i128 = 1_000_000_000;

static ZERO: Ratio = Ratio::ZERO;

/// A step function of time: each step holds from its instant until the next; zero before the first step.
///
/// Zones down, the plan held, the price in force: stack weighted intervals, then ask where the value stands in
/// some relation to a number, or what it adds up to.
///
/// ```
/// use quantity::Ratio;
/// use timeline::{Instant, Interval, Series};
/// let run = |from, until| {
///     Interval::new(Instant::from_seconds(from).unwrap(), Instant::from_seconds(until).unwrap()).unwrap()
/// };
/// let zones_down = Series::stack([(run(0, 10), Ratio::ONE), (run(4, 20), Ratio::ONE)]).unwrap();
/// assert_eq!(zones_down.at_least(&Ratio::int(2)).runs(), [run(4, 10)]);
/// assert_eq!(zones_down.integral(run(0, 100)).unwrap(), Ratio::int(26));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Series {
    /// Sorted by instant; no value repeats that of the step before, and the first is not zero.
    steps: Vec<(Instant, Ratio)>,
}

impl Series {
    /// The same value always.
    pub fn constant(value: Ratio) -> Series {
        let mut series = Series::default();
        series.push(Instant::MIN, value);
        series
    }

    /// One inside the set, zero outside.
    pub fn of_timeline(timeline: &Timeline) -> Series {
        let mut series = Series::default();
        for run in timeline.runs() {
            series.push(run.from(), Ratio::ONE);
            series.push(run.until(), Ratio::ZERO);
        }
        series
    }

    /// At each instant the sum of the weights of the intervals that cover it.
    ///
    /// # Errors
    /// When a sum is too large a number.
    pub fn stack(items: impl IntoIterator<Item = (Interval, Ratio)>) -> Result<Series, RatioError> {
        let mut changes: Vec<(Instant, Ratio)> = Vec::new();
        for (interval, weight) in items {
            changes.push((interval.until(), weight.neg()));
            changes.push((interval.from(), weight));
        }
        // Ordered by value too, so that the order of the items cannot decide whether a sum on the way fits.
        changes.sort_unstable();
        let mut series = Series::default();
        let mut sum = Ratio::ZERO;
        for together in changes.chunk_by(|left, right| left.0 == right.0) {
            for (_, change) in together {
                sum = sum.add(change)?;
            }
            series.push(together[0].0, sum.clone());
        }
        Ok(series)
    }

    /// At each instant the greatest weight of the intervals that cover it; zero where none does.
    pub fn stack_max(items: impl IntoIterator<Item = (Interval, Ratio)>) -> Series {
        let mut changes: Vec<(Instant, bool, Ratio)> = Vec::new();
        for (interval, weight) in items {
            changes.push((interval.until(), false, weight.clone()));
            changes.push((interval.from(), true, weight));
        }
        changes.sort_unstable_by_key(|change| change.0);
        let mut series = Series::default();
        let mut covering = BTreeMap::new();
        for together in changes.chunk_by(|left, right| left.0 == right.0) {
            // All that begins counts before anything ends, so that no count passes below zero.
            for (_, _, weight) in together.iter().filter(|change| change.1) {
                *covering.entry(weight).or_insert(0_usize) += 1;
            }
            for (_, _, weight) in together.iter().filter(|change| !change.1) {
                take_one(&mut covering, weight);
            }
            let greatest = covering.last_key_value().map_or(Ratio::ZERO, |(weight, _)| (*weight).clone());
            series.push(together[0].0, greatest);
        }
        series
    }

    /// The steps: sorted, each holding until the next, never two of one value running; zero before the first.
    pub fn steps(&self) -> &[(Instant, Ratio)] {
        &self.steps
    }

    /// The stretches of constant value inside the window, in order and without gaps.
    pub fn pieces_in(&self, window: Interval) -> impl Iterator<Item = (Interval, &Ratio)> {
        let first = self.steps.partition_point(|step| step.0 <= window.from());
        let later = &self.steps[first..];
        let inside = &later[..later.partition_point(|step| step.0 < window.until())];
        let froms = std::iter::once((window.from(), self.value_after(first)))
            .chain(inside.iter().map(|(from, value)| (*from, value)));
        let untils = inside.iter().map(|step| step.0).chain([window.until()]);
        froms.zip(untils).filter_map(|((from, value), until)| Some((Interval::new(from, until)?, value)))
    }

    /// The value at an instant. Binary search.
    pub fn value_at(&self, instant: Instant) -> Ratio {
        self.value_after(self.steps.partition_point(|step| step.0 <= instant)).clone()
    }

    /// The sum, instant by instant.
    ///
    /// # Errors
    /// When a value is too large a number.
    pub fn add(&self, other: &Series) -> Result<Series, RatioError> {
        self.combine(other, Ratio::add)
    }

    /// The difference, instant by instant.
    ///
    /// # Errors
    /// When a value is too large a number.
    pub fn sub(&self, other: &Series) -> Result<Series, RatioError> {
        self.combine(other, Ratio::sub)
    }

    /// The product, instant by instant.
    ///
    /// # Errors
    /// When a value is too large a number.
    pub fn mul(&self, other: &Series) -> Result<Series, RatioError> {
        self.combine(other, Ratio::mul)
    }

    /// Every value times the factor.
    ///
    /// # Errors
    /// When a value is too large a number.
    pub fn scale(&self, factor: &Ratio) -> Result<Series, RatioError> {
        let mut scaled = Series::default();
        for (from, value) in &self.steps {
            scaled.push(*from, value.mul(factor)?);
        }
        Ok(scaled)
    }

    /// The instants at which the value compares to `bound` in a way that holds:
    /// `series.where_(Ordering::is_ge, &two)`.
    pub fn where_(&self, holds: impl Fn(Ordering) -> bool, bound: &Ratio) -> Timeline {
        let runs = self.pieces_in(Interval::ALL).filter(|(_, value)| holds((*value).cmp(bound)));
        Timeline::from_sorted(runs.map(|(interval, _)| interval))
    }

    /// The instants at which the value is `bound` or more.
    pub fn at_least(&self, bound: &Ratio) -> Timeline {
        self.where_(Ordering::is_ge, bound)
    }

    /// The instants at which the value is more than `bound`.
    pub fn more_than(&self, bound: &Ratio) -> Timeline {
        self.where_(Ordering::is_gt, bound)
    }

    /// The instants at which the value is `bound` or less.
    pub fn at_most(&self, bound: &Ratio) -> Timeline {
        self.where_(Ordering::is_le, bound)
    }

    /// The instants at which the value is less than `bound`.
    pub fn less_than(&self, bound: &Ratio) -> Timeline {
        self.where_(Ordering::is_lt, bound)
    }

    /// The instants at which the value is exactly `bound`.
    pub fn equal(&self, bound: &Ratio) -> Timeline {
        self.where_(Ordering::is_eq, bound)
    }

    /// The value added up over the window: value × seconds.
    ///
    /// # Errors
    /// When the sum is too large a number, which it also is where a value other than zero holds without end.
    pub fn integral(&self, window: Interval) -> Result<Ratio, RatioError> {
        let mut value_nanos = Ratio::ZERO;
        for (interval, value) in self.pieces_in(window).filter(|(_, value)| !value.is_zero()) {
            if !interval.is_bounded() {
                return Err(RatioError::TooLarge);
            }
            value_nanos = value_nanos.add(&value.mul(&Ratio::int(interval.nanos()))?)?;
        }
        value_nanos.div(&Ratio::int(NANOS_PER_SECOND))
    }

    /// The greatest value in the window.
    pub fn max_in(&self, window: Interval) -> Ratio {
        self.pieces_in(window).map(|(_, value)| value).max().cloned().unwrap_or(Ratio::ZERO)
    }

    /// The least value in the window.
    pub fn min_in(&self, window: Interval) -> Ratio {
        self.pieces_in(window).map(|(_, value)| value).min().cloned().unwrap_or(Ratio::ZERO)
    }

    /// The value once so many steps have been taken.
    fn value_after(&self, steps: usize) -> &Ratio {
        match steps {
            0 => &ZERO,
            _ => &self.steps[steps - 1].1,
        }
    }

    /// Walks the steps of both sides in order of time. Every rule must give zero for two zeros, which is the value
    /// before the first step.
    fn combine(
        &self,
        other: &Series,
        rule: impl Fn(&Ratio, &Ratio) -> Result<Ratio, RatioError>,
    ) -> Result<Series, RatioError> {
        let mut combined = Series::default();
        let (mut left, mut right) = (0, 0);
        while let Some(from) = next_step(self.steps.get(left), other.steps.get(right)) {
            left += usize::from(self.steps.get(left).is_some_and(|step| step.0 == from));
            right += usize::from(other.steps.get(right).is_some_and(|step| step.0 == from));
            combined.push(from, rule(self.value_after(left), other.value_after(right))?);
        }
        Ok(combined)
    }

    /// Appends a step unless it changes nothing. Nothing happens at the end of time.
    fn push(&mut self, from: Instant, value: Ratio) {
        if from != Instant::MAX && *self.value_after(self.steps.len()) != value {
            self.steps.push((from, value));
        }
    }
}

/// The instant of the earlier of two next steps.
fn next_step(left: Option<&(Instant, Ratio)>, right: Option<&(Instant, Ratio)>) -> Option<Instant> {
    [left, right].into_iter().flatten().map(|step| step.0).min()
}

/// Takes one of an equal weight out of a counted set.
fn take_one<'a>(counted: &mut BTreeMap<&'a Ratio, usize>, weight: &'a Ratio) {
    match counted.get_mut(weight) {
        Some(count) if *count > 1 => *count -= 1,
        _ => {
            counted.remove(weight);
        }
    }
}
