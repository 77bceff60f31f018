//! Hours in which no part of a question that asks for the time changes its mind.

use std::ops::Range;

use crate::kernel::{Time, counts, during};
use crate::place::HOUR_NANOS;

/// Half-open spans of instants, in order.
pub(super) type Spans<'p> = &'p [(i64, i64)];

/// Whole hours of the window, without those that the question cuts.
pub(super) struct Stretches {
    /// In order, none touching the next.
    all: Vec<Stretch>,
    /// What each of the filters by time says, for every combination that occurs.
    pub(super) classes: Vec<Vec<bool>>,
}

/// Hours from one until another.
pub(super) struct Stretch {
    pub(super) from: i64,
    pub(super) until: i64,
    /// Position among the classes.
    pub(super) class: usize,
}

impl Stretches {
    /// The stretches of `reach`, in hours, for filters by time that name those spans.
    pub(super) fn of(time: &Time, filters: &[Spans<'_>], cut: &[(i64, i64)], reach: Range<i64>) -> Stretches {
        let ends =
            |spans: Spans<'_>| spans.iter().flat_map(|(from, until)| [*from, *until]).collect::<Vec<_>>();
        let mut bounds: Vec<i64> = filters.iter().copied().chain([cut]).flat_map(ends).collect();
        bounds.extend([time.from, time.until]);
        // What lies within an hour lies within one that is cut.
        bounds.retain(|it| it % HOUR_NANOS == 0);
        let mut hours: Vec<i64> = bounds.into_iter().map(|it| it / HOUR_NANOS).collect();
        hours.extend([reach.start, reach.end]);
        hours.retain(|it| reach.start <= *it && *it <= reach.end);
        hours.sort_unstable();
        hours.dedup();
        let mut stretches = Stretches { all: Vec::new(), classes: Vec::new() };
        for pair in hours.windows(2) {
            let [from, until] = *pair else { continue };
            let at = from.saturating_mul(HOUR_NANOS);
            if counts(time, at) && !during(cut, at) {
                let class = stretches.class(filters.iter().map(|it| during(it, at)).collect());
                stretches.all.push(Stretch { from, until, class });
            }
        }
        stretches
    }

    /// The stretch with that hour, or the first behind it.
    pub(super) fn at_or_after(&self, hour: i64) -> Option<&Stretch> {
        self.all.get(self.all.partition_point(|it| it.until <= hour))
    }

    fn class(&mut self, says: Vec<bool>) -> usize {
        self.classes.iter().position(|it| *it == says).unwrap_or_else(|| {
            self.classes.push(says);
            self.classes.len() - 1
        })
    }
}
