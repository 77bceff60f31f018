//! The edge cases a reader asks about, one rule each.

use timeline::{Instant, Interval, Timeline};

fn run(from: i64, until: i64) -> Interval {
    Interval::new(Instant::from_nanos(from), Instant::from_nanos(until)).unwrap()
}

fn runs(ends: &[(i64, i64)]) -> Timeline {
    Timeline::from_intervals(ends.iter().map(|(from, until)| run(*from, *until)))
}

#[test]
fn adjacent_intervals_become_one_run() {
    assert_eq!(runs(&[(5, 9), (0, 5)]).runs(), [run(0, 9)]);
    assert_eq!(runs(&[(0, 5)]).union(&runs(&[(5, 9)])).runs(), [run(0, 9)]);
    assert_eq!(runs(&[(0, 5), (6, 9)]).runs().len(), 2);
}

#[test]
fn k_of_n_leaves_no_seam_where_one_set_hands_over_to_another() {
    let sets = [runs(&[(0, 10)]), runs(&[(0, 5)]), runs(&[(5, 10)])];
    assert_eq!(Timeline::at_least(2, &sets).runs(), [run(0, 10)]);
}

#[test]
fn k_of_n_at_its_ends() {
    let sets = [runs(&[(0, 10)]), runs(&[(5, 20)])];
    assert_eq!(Timeline::at_least(0, &sets), Timeline::all());
    assert_eq!(Timeline::at_least(0, &[]), Timeline::all());
    assert_eq!(Timeline::at_least(1, &[]), Timeline::empty());
    assert_eq!(Timeline::at_least(3, &sets), Timeline::empty());
    assert_eq!(Timeline::at_least(2, &sets), runs(&[(5, 10)]));
}

#[test]
fn lasting_is_exact_to_the_nanosecond() {
    let down = runs(&[(0, 59), (100, 160), (200, 261)]);
    assert_eq!(down.lasting(60, false), runs(&[(100, 160), (200, 261)]));
    assert_eq!(down.lasting(60, true), runs(&[(200, 261)]));
}

#[test]
fn an_unbounded_run_lasts_longer_than_anything() {
    let open = Timeline::of(Interval::new(Instant::from_nanos(7), Instant::MAX).unwrap());
    assert_eq!(open.lasting(i128::MAX, true), open);
    assert_eq!(open.nanos(), None);
    assert_eq!(open.clip_nanos(run(0, 10)), 3);
    assert_eq!(open.complement().hull().map(|hull| hull.until()), Some(Instant::from_nanos(7)));
}

#[test]
fn gaps_lie_between_runs_only() {
    let open = Timeline::of(Interval::new(Instant::from_nanos(20), Instant::MAX).unwrap());
    assert_eq!(runs(&[(0, 5), (8, 9)]).union(&open).gaps(), runs(&[(5, 8), (9, 20)]));
    assert_eq!(Timeline::all().gaps(), Timeline::empty());
    assert_eq!(Timeline::empty().gaps(), Timeline::empty());
}

#[test]
fn closing_fills_gaps_up_to_and_including_the_limit() {
    let flapping = runs(&[(0, 5), (8, 9), (13, 14)]);
    assert_eq!(flapping.closing(3), runs(&[(0, 9), (13, 14)]));
    assert_eq!(flapping.closing(4), runs(&[(0, 14)]));
    assert_eq!(flapping.closing(0), flapping);
}

#[test]
fn nothing_and_everything_are_the_ends_of_the_algebra() {
    let some = runs(&[(0, 5)]);
    assert_eq!(Timeline::empty().complement(), Timeline::all());
    assert_eq!(Timeline::all().complement(), Timeline::empty());
    assert_eq!(some.union(&Timeline::all()), Timeline::all());
    assert_eq!(some.intersect(&Timeline::all()), some);
    assert_eq!(Timeline::all().difference(&some).nanos(), None);
    assert_eq!(Timeline::empty().nanos(), Some(0));
    assert_eq!(Timeline::intersect_all(&[]), Timeline::all());
}

#[test]
fn a_million_unsorted_overlapping_intervals_make_the_runs_a_sweep_would() {
    let mut seed = 7_u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(seed >> 40).unwrap()
    };
    let intervals: Vec<Interval> = (0..1_000_000).map(|_| next()).map(|from| run(from, from + 8)).collect();
    let mut covered = vec![false; (1 << 24) + 8];
    for interval in &intervals {
        let (from, until) = (interval.from().nanos() as usize, interval.until().nanos() as usize);
        covered[from..until].fill(true);
    }
    let timeline = Timeline::from_intervals(intervals);
    let begins = (0..covered.len()).filter(|at| covered[*at] && (*at == 0 || !covered[*at - 1])).count();
    assert_eq!(timeline.runs().len(), begins);
    assert_eq!(timeline.nanos(), Some(covered.iter().filter(|set| **set).count() as i128));
}
