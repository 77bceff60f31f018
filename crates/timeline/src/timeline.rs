//! A set of instants kept as sorted runs, and the questions asked of one set.

use crate::{Instant, Interval};

/// A set of instants: sorted runs, disjoint and never adjacent, so equal sets are equal values.
///
/// ```
/// use timeline::{Instant, Interval, Timeline};
/// let run = |from, until| Interval::new(Instant::from_nanos(from), Instant::from_nanos(until)).unwrap();
/// let down = Timeline::from_intervals([run(60, 90), run(10, 30), run(30, 40)]);
/// assert_eq!(down.runs(), [run(10, 40), run(60, 90)]);
/// assert_eq!(down.nanos(), Some(60));
/// assert_eq!(down.clip_nanos(run(35, 70)), 15);
/// assert_eq!(down.lasting(30, true), Timeline::empty());
/// assert_eq!(down.complement().intersect(&Timeline::of(run(0, 70))).runs(), [run(0, 10), run(40, 60)]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Timeline {
    runs: Vec<Interval>,
}

impl Timeline {
    /// No instant.
    pub fn empty() -> Timeline {
        Timeline::default()
    }

    /// Every instant.
    pub fn all() -> Timeline {
        Timeline::of(Interval::ALL)
    }

    /// The instants of one interval.
    pub fn of(interval: Interval) -> Timeline {
        Timeline { runs: vec![interval] }
    }

    /// The union of intervals in any order, overlapping or not. Sorts only when they are out of order.
    pub fn from_intervals(intervals: impl IntoIterator<Item = Interval>) -> Timeline {
        let mut runs: Vec<Interval> = intervals.into_iter().collect();
        if !runs.is_sorted_by(|left, right| left.from() <= right.from()) {
            runs.sort_unstable_by_key(Interval::from);
        }
        join_in_place(&mut runs, 0);
        Timeline { runs }
    }

    /// The union of intervals that come ordered by `from`, overlapping or not, holding only the joined runs in
    /// memory. The order is a hint: intervals out of order cost a sort and are never misread.
    pub fn from_sorted(intervals: impl IntoIterator<Item = Interval>) -> Timeline {
        let mut intervals = intervals.into_iter();
        let mut runs: Vec<Interval> = Vec::new();
        while let Some(next) = intervals.next() {
            if runs.last().is_some_and(|last| next.from() < last.from()) {
                return Timeline::from_intervals(runs.into_iter().chain([next]).chain(intervals));
            }
            push_joined(&mut runs, next, 0);
        }
        Timeline { runs }
    }

    /// The runs: sorted, disjoint, never adjacent.
    pub fn runs(&self) -> &[Interval] {
        &self.runs
    }

    /// The runs that share an instant with the window, not cut to it. Binary search.
    pub fn runs_in(&self, window: Interval) -> &[Interval] {
        runs_within(&self.runs, window)
    }

    /// Whether there is no instant.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Whether the set has a beginning and an end, or is empty.
    pub fn is_bounded(&self) -> bool {
        self.hull().is_none_or(|hull| hull.is_bounded())
    }

    /// Total length in nanoseconds; `None` when unbounded.
    pub fn nanos(&self) -> Option<i128> {
        self.is_bounded().then(|| i128::from(total_width(&self.runs)))
    }

    /// Whether the instant is in the set. Binary search.
    pub fn contains(&self, instant: Instant) -> bool {
        let after = self.runs.partition_point(|run| run.until() <= instant);
        self.runs.get(after).is_some_and(|run| run.from() <= instant)
    }

    /// The smallest interval that covers the set.
    pub fn hull(&self) -> Option<Interval> {
        Interval::new(self.runs.first()?.from(), self.runs.last()?.until())
    }

    /// The instants inside the window. Finds its edges by binary search and copies only what lies between.
    pub fn clip(&self, window: Interval) -> Timeline {
        let mut runs = Vec::new();
        push_clipped(&mut runs, &self.runs, window);
        Timeline { runs }
    }

    /// Length in nanoseconds of the part inside the window, without allocating. Where both the set and the
    /// window are unbounded, the end is counted as the last instant there is.
    pub fn clip_nanos(&self, window: Interval) -> i128 {
        nanos_within(self.runs_in(window), window)
    }

    /// The runs that last at least `min_nanos`, or longer than that when `strict`. An unbounded run lasts longer
    /// than anything.
    pub fn lasting(&self, min_nanos: i128, strict: bool) -> Timeline {
        let lasts = |run: &&Interval| {
            !run.is_bounded() || run.nanos() > min_nanos || (!strict && run.nanos() == min_nanos)
        };
        Timeline { runs: self.runs.iter().filter(lasts).copied().collect() }
    }

    /// The gaps between one run and the next: bounded, never before the first run or after the last.
    pub fn gaps(&self) -> Timeline {
        let gap = |pair: &[Interval]| match pair {
            [left, right] => Interval::new(left.until(), right.from()),
            _ => None,
        };
        Timeline { runs: self.runs.windows(2).filter_map(gap).collect() }
    }

    /// The set with every gap of at most `max_gap_nanos` filled.
    pub fn closing(&self, max_gap_nanos: i128) -> Timeline {
        let mut runs = self.runs.clone();
        join_in_place(&mut runs, max_gap_nanos);
        Timeline { runs }
    }

    /// Takes runs that already are sorted, disjoint and not adjacent.
    pub(crate) fn from_runs(runs: Vec<Interval>) -> Timeline {
        debug_assert!(runs.windows(2).all(|pair| pair[0].until() < pair[1].from()));
        Timeline { runs }
    }
}

/// The runs that share an instant with the window, found by binary search.
pub(crate) fn runs_within(runs: &[Interval], window: Interval) -> &[Interval] {
    let first = runs.partition_point(|run| run.until() <= window.from());
    let later = &runs[first..];
    &later[..later.partition_point(|run| run.from() < window.until())]
}

/// Appends the part of `runs` inside the window. What is already in `out` must end before the window.
pub(crate) fn push_clipped(out: &mut Vec<Interval>, runs: &[Interval], window: Interval) {
    match runs_within(runs, window) {
        [] => {}
        [only] => out.extend(only.intersect(&window)),
        [first, between @ .., last] => {
            out.reserve(between.len() + 2);
            out.extend(first.intersect(&window));
            out.extend_from_slice(between);
            out.extend(last.intersect(&window));
        }
    }
}

/// Appends a run whose `from` is not before that of the last one, joining the two when the gap between them is
/// at most `max_gap_nanos`.
pub(crate) fn push_joined(runs: &mut Vec<Interval>, next: Interval, max_gap_nanos: i128) {
    match runs.last_mut() {
        Some(last) if next.from().nanos_since(last.until()) <= max_gap_nanos => *last = last.hull(&next),
        _ => runs.push(next),
    }
}

/// Length inside the window of runs that all share an instant with it: whole runs, less what hangs over its two
/// edges.
pub(crate) fn nanos_within(runs: &[Interval], window: Interval) -> i128 {
    let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return 0 };
    let before = window.from().nanos_since(first.from()).max(0);
    let after = last.until().nanos_since(window.until()).max(0);
    i128::from(total_width(runs)) - before - after
}

/// Total length of disjoint runs. It cannot pass the width of all time, which is `u64::MAX`, so the sum needs
/// neither checks nor wider numbers.
fn total_width(runs: &[Interval]) -> u64 {
    runs.iter().fold(0, |total, run| total.wrapping_add(run.width()))
}

/// Joins neighbours separated by at most `max_gap_nanos` among intervals ordered by `from`.
fn join_in_place(runs: &mut Vec<Interval>, max_gap_nanos: i128) {
    let joins = |next: &mut Interval, last: &mut Interval| {
        let near = next.from().nanos_since(last.until()) <= max_gap_nanos;
        if near {
            *last = last.hull(next);
        }
        near
    };
    runs.dedup_by(joins);
    if runs.len() < runs.capacity() / 2 {
        runs.shrink_to_fit();
    }
}
