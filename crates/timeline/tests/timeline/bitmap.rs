//! The slow and obvious model: one truth for each small stretch of time.

use proptest::prelude::*;
use timeline::{Instant, Interval, Timeline};

/// Time is cut into `CELLS` stretches: everything before 0, then `[0, 1)`, `[1, 2)` and so on, then all the rest.
pub(crate) const CELLS: usize = 26;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bitmap(pub(crate) [bool; CELLS]);

/// The instant at which a cell begins; cell `CELLS` begins where time ends.
pub(crate) fn edge(cell: usize) -> Instant {
    match cell {
        0 => Instant::MIN,
        CELLS => Instant::MAX,
        _ => Instant::from_nanos(cell as i64 - 1),
    }
}

pub(crate) fn interval(from_cell: usize, until_cell: usize) -> Interval {
    Interval::new(edge(from_cell), edge(until_cell)).unwrap()
}

impl Bitmap {
    pub(crate) fn of(timeline: &Timeline) -> Bitmap {
        let inside = |cell: usize| timeline.runs().iter().any(|run| run.covers(&interval(cell, cell + 1)));
        Bitmap(std::array::from_fn(inside))
    }

    pub(crate) fn of_intervals(intervals: &[Interval]) -> Bitmap {
        let covered = |cell: usize| intervals.iter().any(|given| given.covers(&interval(cell, cell + 1)));
        Bitmap(std::array::from_fn(covered))
    }

    /// The one timeline that says the same.
    pub(crate) fn timeline(&self) -> Timeline {
        let cells = (0..CELLS).filter(|cell| self.0[*cell]).map(|cell| interval(cell, cell + 1));
        Timeline::from_intervals(cells)
    }

    pub(crate) fn map(&self, rule: impl Fn(bool) -> bool) -> Bitmap {
        Bitmap(self.0.map(rule))
    }

    pub(crate) fn zip(&self, other: &Bitmap, rule: impl Fn(bool, bool) -> bool) -> Bitmap {
        Bitmap(std::array::from_fn(|cell| rule(self.0[cell], other.0[cell])))
    }

    /// Maximal stretches of set cells, as `(first cell, cell after)`.
    pub(crate) fn stretches(&self) -> Vec<(usize, usize)> {
        let mut stretches: Vec<(usize, usize)> = Vec::new();
        for cell in (0..CELLS).filter(|cell| self.0[*cell]) {
            match stretches.last_mut() {
                Some(last) if last.1 == cell => last.1 += 1,
                _ => stretches.push((cell, cell + 1)),
            }
        }
        stretches
    }

    /// Cells set; each is a nanosecond long unless it is the first or the last.
    pub(crate) fn count(&self) -> usize {
        self.0.iter().filter(|set| **set).count()
    }
}

/// Any interval whose edges are edges of cells, unbounded ones among them.
pub(crate) fn any_interval() -> impl Strategy<Value = Interval> {
    (0..CELLS)
        .prop_flat_map(|from| (Just(from), from + 1..=CELLS))
        .prop_map(|(from, until)| interval(from, until))
}

/// Mostly short intervals with both ends, so that sets have many runs.
pub(crate) fn any_intervals() -> impl Strategy<Value = Vec<Interval>> {
    let short =
        (1..CELLS - 2, 1..4usize).prop_map(|(from, width)| interval(from, (from + width).min(CELLS - 1)));
    prop::collection::vec(prop_oneof![8 => short, 1 => any_interval()], 0..12)
}

pub(crate) fn any_timeline() -> impl Strategy<Value = Timeline> {
    prop_oneof![
        4 => any_intervals().prop_map(Timeline::from_intervals),
        4 => any::<[bool; CELLS]>().prop_map(|cells| Bitmap(cells).timeline()),
        1 => Just(Timeline::empty()),
        1 => Just(Timeline::all()),
    ]
}
