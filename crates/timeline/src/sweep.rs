//! Sweeps: one pass over the runs that answers for many windows, or for many timelines, at once.

use crate::timeline::nanos_within;
use crate::{Instant, Interval, Timeline};

impl Timeline {
    /// Nanoseconds inside each window, one number a window. Windows sorted and disjoint (the months of a year)
    /// cost one pass in all; any other order is answered as well, at a search each. Unbounded ends count as in
    /// [`clip_nanos`](Timeline::clip_nanos).
    ///
    /// ```
    /// use timeline::{Instant, Interval, Timeline};
    /// let run = |from, until| Interval::new(Instant::from_nanos(from), Instant::from_nanos(until)).unwrap();
    /// let down = Timeline::from_intervals([run(8, 12), run(15, 16)]);
    /// assert_eq!(down.lengths_in(&[run(0, 10), run(10, 20), run(20, 30)]), [2, 3, 0]);
    /// assert_eq!(down.counts_in(&[run(0, 10), run(10, 20), run(20, 30)]), [1, 2, 0]);
    /// ```
    pub fn lengths_in(&self, windows: &[Interval]) -> Vec<i128> {
        self.cells(windows).map(|(window, runs)| nanos_within(runs, window)).collect()
    }

    /// How many runs share an instant with each window, one number a window. A run over an edge counts on both
    /// sides of it.
    pub fn counts_in(&self, windows: &[Interval]) -> Vec<usize> {
        self.cells(windows).map(|(_, runs)| runs.len()).collect()
    }

    /// Each window with the runs that share an instant with it, not cut to it.
    pub fn cells<'a>(&'a self, windows: &'a [Interval]) -> impl Iterator<Item = (Interval, &'a [Interval])> {
        let runs = self.runs();
        let (mut first, mut previous) = (0, Instant::MIN);
        windows.iter().map(move |window| {
            let base = if window.from() < previous { 0 } else { first };
            first = base + gallop(&runs[base..], |run| run.until() <= window.from());
            previous = window.from();
            let later = &runs[first..];
            (*window, &later[..gallop(later, |run| run.from() < window.until())])
        })
    }

    /// The instants in at least `k` of the sets: every instant for `k` = 0, none when there are fewer sets.
    ///
    /// ```
    /// use timeline::{Instant, Interval, Timeline};
    /// let zone = |from, until| {
    ///     Timeline::from_intervals(Interval::new(Instant::from_nanos(from), Instant::from_nanos(until)))
    /// };
    /// let two_of_three_down = Timeline::at_least(2, &[zone(0, 10), zone(5, 20), zone(8, 30)]);
    /// assert_eq!(two_of_three_down, zone(5, 20));
    /// ```
    pub fn at_least(k: usize, timelines: &[Timeline]) -> Timeline {
        match k {
            0 => Timeline::all(),
            1 => Timeline::union_all(timelines),
            _ if k > timelines.len() => Timeline::empty(),
            _ if k == timelines.len() => Timeline::intersect_all(timelines),
            _ => Timeline::from_runs(runs_this_deep(k, timelines)),
        }
    }
}

/// How many leading items hold, given that those that hold come first: doubling steps, then a binary search, so
/// that the cost follows the distance and not the length.
fn gallop<T>(items: &[T], holds: impl Fn(&T) -> bool) -> usize {
    let mut reach = 1;
    while reach <= items.len() && holds(&items[reach - 1]) {
        reach *= 2;
    }
    let known = reach / 2;
    known + items[known..reach.min(items.len())].partition_point(holds)
}

/// Walks all edges in order of time; edges at one instant count together, so that a set ending where another
/// begins leaves no seam.
fn runs_this_deep(k: usize, timelines: &[Timeline]) -> Vec<Interval> {
    let opens = sorted_edges(timelines, Interval::from);
    let closes = sorted_edges(timelines, Interval::until);
    let (mut opened, mut closed) = (0, 0);
    let mut runs = Vec::new();
    let mut since = None;
    while let Some(&close) = closes.get(closed) {
        let edge = opens.get(opened).map_or(close, |&open| close.min(open));
        opened += gallop(&opens[opened..], |open| *open == edge);
        closed += gallop(&closes[closed..], |close| *close == edge);
        // Every interval opens before it closes, so `opened` is never less.
        match (since, opened - closed >= k) {
            (None, true) => since = Some(edge),
            (Some(from), false) => {
                runs.extend(Interval::new(from, edge));
                since = None;
            }
            _ => {}
        }
    }
    runs
}

/// One end of every run, sorted; the stable sort only merges the sorted stretches it finds.
fn sorted_edges(timelines: &[Timeline], end: impl Fn(&Interval) -> Instant) -> Vec<Instant> {
    let mut edges: Vec<Instant> = timelines.iter().flat_map(Timeline::runs).map(end).collect();
    edges.sort();
    edges
}
