//! Set algebra over timelines: each operation is one merge over sorted runs.

use crate::timeline::{push_clipped, push_joined};
use crate::{Instant, Interval, Timeline};

/// From this ratio of sizes on, looking up each run of the short side in the long side beats walking both.
const PROBE_RATIO: usize = 16;

impl Timeline {
    /// The instants in either set.
    pub fn union(&self, other: &Timeline) -> Timeline {
        let (mut left, mut right) = (self.runs(), other.runs());
        let mut runs = Vec::with_capacity(left.len() + right.len());
        loop {
            let next = match (left, right) {
                ([run, rest @ ..], [rival, ..]) if run.from() <= rival.from() => {
                    left = rest;
                    run
                }
                (_, [run, rest @ ..]) => {
                    right = rest;
                    run
                }
                ([run, rest @ ..], []) => {
                    left = rest;
                    run
                }
                ([], []) => return Timeline::from_runs(runs),
            };
            push_joined(&mut runs, *next, 0);
        }
    }

    /// The instants in both sets.
    pub fn intersect(&self, other: &Timeline) -> Timeline {
        let (short, long) =
            if self.runs().len() <= other.runs().len() { (self, other) } else { (other, self) };
        let runs = if is_far_shorter(short, long) {
            probe(short.runs(), long.runs())
        } else {
            intersect_runs(short.runs(), long.runs())
        };
        Timeline::from_runs(runs)
    }

    /// The instants in this set and not in the other.
    pub fn difference(&self, other: &Timeline) -> Timeline {
        if is_far_shorter(other, self) {
            return Timeline::from_runs(probe(other.complement().runs(), self.runs()));
        }
        Timeline::from_runs(subtract_runs(self.runs(), other.runs()))
    }

    /// The instants not in the set.
    pub fn complement(&self) -> Timeline {
        let mut runs = Vec::with_capacity(self.runs().len() + 1);
        let mut from = Instant::MIN;
        for run in self.runs() {
            runs.extend(Interval::new(from, run.from()));
            from = run.until();
        }
        runs.extend(Interval::new(from, Instant::MAX));
        Timeline::from_runs(runs)
    }

    /// The instants in at least one of the sets; none for no sets.
    pub fn union_all(timelines: &[Timeline]) -> Timeline {
        match timelines {
            [] => Timeline::empty(),
            [only] => only.clone(),
            [left, right] => left.union(right),
            _ => {
                let (left, right) = timelines.split_at(timelines.len() / 2);
                Timeline::union_all(left).union(&Timeline::union_all(right))
            }
        }
    }

    /// The instants in every one of the sets; every instant for no sets.
    pub fn intersect_all(timelines: &[Timeline]) -> Timeline {
        let mut shortest_first: Vec<&Timeline> = timelines.iter().collect();
        shortest_first.sort_by_key(|timeline| timeline.runs().len());
        match shortest_first.as_slice() {
            [] => Timeline::all(),
            [first, rest @ ..] => {
                rest.iter().fold((*first).clone(), |shared, timeline| shared.intersect(timeline))
            }
        }
    }
}

fn is_far_shorter(short: &Timeline, long: &Timeline) -> bool {
    short.runs().len().saturating_mul(PROBE_RATIO) < long.runs().len()
}

/// The part of `runs` inside any of the windows, each looked up by binary search.
fn probe(windows: &[Interval], runs: &[Interval]) -> Vec<Interval> {
    let mut shared = Vec::new();
    for window in windows {
        push_clipped(&mut shared, runs, *window);
    }
    shared
}

/// The results need no joining: one of two neighbours ends where its own side has a gap.
fn intersect_runs(mut left: &[Interval], mut right: &[Interval]) -> Vec<Interval> {
    let mut shared = Vec::with_capacity(left.len().min(right.len()));
    while let ([run, left_rest @ ..], [rival, right_rest @ ..]) = (left, right) {
        shared.extend(run.intersect(rival));
        if run.until() <= rival.until() {
            left = left_rest;
        } else {
            right = right_rest;
        }
    }
    shared
}

fn subtract_runs(left: &[Interval], mut right: &[Interval]) -> Vec<Interval> {
    let mut kept = Vec::with_capacity(left.len());
    for run in left {
        let mut from = run.from();
        while let [cut, rest @ ..] = right
            && cut.from() < run.until()
        {
            kept.extend(Interval::new(from, cut.from()));
            from = from.max(cut.until());
            if cut.until() > run.until() {
                break;
            }
            right = rest;
        }
        kept.extend(Interval::new(from, run.until()));
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_runs(len: std::ops::Range<usize>) -> impl Strategy<Value = Timeline> {
        let interval = (0..300i64, 1..6i64).prop_filter_map("empty", |(from, width)| {
            Interval::new(Instant::from_nanos(from), Instant::from_nanos(from + width))
        });
        prop::collection::vec(interval, len).prop_map(Timeline::from_intervals)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn looking_runs_up_agrees_with_walking_both_sides(short in any_runs(0..4), long in any_runs(0..80)) {
            let (few, many) = (short.runs(), long.runs());
            prop_assert_eq!(probe(few, many), intersect_runs(few, many));
            prop_assert_eq!(probe(many, few), intersect_runs(few, many));
            prop_assert_eq!(probe(short.complement().runs(), many), subtract_runs(many, few));
            prop_assert_eq!(probe(long.complement().runs(), few), subtract_runs(few, many));
        }
    }
}
