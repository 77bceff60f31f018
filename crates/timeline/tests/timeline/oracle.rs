//! Every operation agrees with a bitmap over small instants, unbounded ends included.

use super::bitmap::{Bitmap, CELLS, any_interval, any_intervals, any_timeline, edge, interval};
use proptest::prelude::*;
use timeline::{Instant, Interval, Timeline};

fn assert_canonical(timeline: &Timeline) {
    let apart = timeline.runs().windows(2).all(|pair| pair[0].until() < pair[1].from());
    assert!(apart, "runs are unsorted, overlapping or adjacent: {timeline:?}");
}

/// The timeline is in its one true form and says what the bitmap says.
fn assert_same(timeline: &Timeline, expected: &Bitmap) {
    assert_canonical(timeline);
    assert_eq!(&Bitmap::of(timeline), expected);
    assert_eq!(timeline, &expected.timeline());
}

/// Nanoseconds of one stretch; `None` when it has no end.
fn nanos(stretch: (usize, usize)) -> Option<i128> {
    let bounded = stretch.0 > 0 && stretch.1 < CELLS;
    bounded.then_some((stretch.1 - stretch.0) as i128)
}

/// A bounded window, so that lengths are plain counts of cells.
fn any_window() -> impl Strategy<Value = Interval> {
    (1..CELLS - 1)
        .prop_flat_map(|from| (Just(from), from + 1..CELLS))
        .prop_map(|(from, until)| interval(from, until))
}

fn within(timeline: &Timeline, window: Interval) -> Bitmap {
    Bitmap::of(timeline).zip(&Bitmap::of_intervals(&[window]), |inside, seen| inside && seen)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn intervals_in_any_order_make_their_union(intervals in any_intervals()) {
        let expected = Bitmap::of_intervals(&intervals);
        assert_same(&Timeline::from_intervals(intervals.iter().copied()), &expected);
        assert_same(&Timeline::from_sorted(intervals.iter().copied()), &expected);
        let mut sorted = intervals;
        sorted.sort();
        assert_same(&Timeline::from_intervals(sorted.iter().copied()), &expected);
        assert_same(&Timeline::from_sorted(sorted), &expected);
    }

    #[test]
    fn set_operations_work_cell_by_cell(left in any_timeline(), right in any_timeline()) {
        let (a, b) = (Bitmap::of(&left), Bitmap::of(&right));
        assert_same(&left.union(&right), &a.zip(&b, |a, b| a || b));
        assert_same(&left.intersect(&right), &a.zip(&b, |a, b| a && b));
        assert_same(&left.difference(&right), &a.zip(&b, |a, b| a && !b));
        assert_same(&left.complement(), &a.map(|a| !a));
    }

    #[test]
    fn k_of_n_counts_in_every_cell(sets in prop::collection::vec(any_timeline(), 0..6), k in 0..7usize) {
        let bitmaps: Vec<Bitmap> = sets.iter().map(Bitmap::of).collect();
        let depth = |cell: usize| bitmaps.iter().filter(|bitmap| bitmap.0[cell]).count();
        let deep = |k: usize| Bitmap(std::array::from_fn(|cell| depth(cell) >= k));
        assert_same(&Timeline::at_least(k, &sets), &deep(k));
        assert_same(&Timeline::union_all(&sets), &deep(1));
        assert_same(&Timeline::intersect_all(&sets), &deep(sets.len()));
    }

    #[test]
    fn clip_keeps_the_cells_of_the_window(timeline in any_timeline(), window in any_interval()) {
        assert_same(&timeline.clip(window), &within(&timeline, window));
        let met = timeline.runs().iter().filter(|run| run.overlaps(&window)).copied().collect::<Vec<_>>();
        prop_assert_eq!(timeline.runs_in(window), met);
    }

    #[test]
    fn lengths_count_cells(timeline in any_timeline(), window in any_window()) {
        let bitmap = Bitmap::of(&timeline);
        let bounded = !bitmap.0[0] && !bitmap.0[CELLS - 1];
        prop_assert_eq!(timeline.is_bounded(), bounded);
        prop_assert_eq!(timeline.nanos(), bounded.then_some(bitmap.count() as i128));
        prop_assert_eq!(timeline.clip_nanos(window), within(&timeline, window).count() as i128);
    }

    #[test]
    fn many_windows_answer_as_each_alone(
        timeline in any_timeline(),
        windows in prop::collection::vec(any_interval(), 0..8),
        cuts in prop::collection::btree_set(1..CELLS, 0..10),
    ) {
        let cuts: Vec<usize> = cuts.into_iter().collect();
        let months: Vec<Interval> = cuts.windows(2).map(|pair| interval(pair[0], pair[1])).collect();
        for windows in [windows, months] {
            let lengths: Vec<i128> = windows.iter().map(|window| timeline.clip_nanos(*window)).collect();
            let counts: Vec<usize> = windows.iter().map(|window| timeline.clip(*window).runs().len()).collect();
            prop_assert_eq!(timeline.lengths_in(&windows), lengths);
            prop_assert_eq!(timeline.counts_in(&windows), counts);
        }
    }

    #[test]
    fn contains_reads_the_cell(timeline in any_timeline(), cell in 0..CELLS) {
        prop_assert_eq!(timeline.contains(edge(cell)), Bitmap::of(&timeline).0[cell]);
        prop_assert!(!timeline.contains(Instant::MAX));
    }

    #[test]
    fn lasting_keeps_long_stretches(timeline in any_timeline(), min_nanos in 0..6i128, strict: bool) {
        let lasts = |stretch: &(usize, usize)| {
            nanos(*stretch).is_none_or(|length| if strict { length > min_nanos } else { length >= min_nanos })
        };
        let kept: Vec<Interval> =
            Bitmap::of(&timeline).stretches().into_iter().filter(lasts).map(|(from, until)| interval(from, until)).collect();
        assert_same(&timeline.lasting(min_nanos, strict), &Bitmap::of_intervals(&kept));
    }

    #[test]
    fn gaps_are_the_clear_cells_between_stretches(timeline in any_timeline(), max_gap_nanos in 0..5i128) {
        let stretches = Bitmap::of(&timeline).stretches();
        let gaps: Vec<(usize, usize)> = stretches.windows(2).map(|pair| (pair[0].1, pair[1].0)).collect();
        let cells = |gaps: &[(usize, usize)]| {
            Bitmap::of_intervals(&gaps.iter().map(|(from, until)| interval(*from, *until)).collect::<Vec<_>>())
        };
        assert_same(&timeline.gaps(), &cells(&gaps));
        let short: Vec<(usize, usize)> =
            gaps.into_iter().filter(|gap| (gap.1 - gap.0) as i128 <= max_gap_nanos).collect();
        let closed = Bitmap::of(&timeline).zip(&cells(&short), |set, filled| set || filled);
        assert_same(&timeline.closing(max_gap_nanos), &closed);
    }

    #[test]
    fn hull_runs_from_first_to_last_cell(timeline in any_timeline()) {
        let stretches = Bitmap::of(&timeline).stretches();
        let hull = stretches.first().zip(stretches.last()).map(|(first, last)| interval(first.0, last.1));
        prop_assert_eq!(timeline.hull(), hull);
        prop_assert_eq!(timeline.is_empty(), hull.is_none());
    }
}
