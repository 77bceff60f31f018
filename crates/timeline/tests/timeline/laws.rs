//! The laws of set algebra hold, also where one side is far longer than the other.

use super::bitmap::{any_interval, any_timeline};
use proptest::prelude::*;
use timeline::{Instant, Interval, Timeline};

/// Hundreds of runs, so that operations against a few runs take the path that looks runs up.
fn long_timeline() -> impl Strategy<Value = Timeline> {
    prop::collection::vec((1..9i64, 1..9i64), 200..400).prop_map(|steps| {
        let mut now = -500;
        Timeline::from_sorted(steps.into_iter().filter_map(move |(gap, width)| {
            let from = now + gap;
            now = from + width;
            Interval::new(Instant::from_nanos(from), Instant::from_nanos(now))
        }))
    })
}

fn any_sizes() -> impl Strategy<Value = (Timeline, Timeline, Timeline)> {
    let any = || prop_oneof![3 => any_timeline().boxed(), 1 => long_timeline().boxed()];
    (any(), any(), any())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn de_morgan((a, b, _) in any_sizes()) {
        prop_assert_eq!(a.union(&b).complement(), a.complement().intersect(&b.complement()));
        prop_assert_eq!(a.intersect(&b).complement(), a.complement().union(&b.complement()));
    }

    #[test]
    fn union_and_intersection_are_idempotent_and_commute((a, b, _) in any_sizes()) {
        prop_assert_eq!(a.union(&a), a.clone());
        prop_assert_eq!(a.intersect(&a), a.clone());
        prop_assert_eq!(a.union(&b), b.union(&a));
        prop_assert_eq!(a.intersect(&b), b.intersect(&a));
    }

    #[test]
    fn union_and_intersection_associate_distribute_and_absorb((a, b, c) in any_sizes()) {
        prop_assert_eq!(a.union(&b).union(&c), a.union(&b.union(&c)));
        prop_assert_eq!(a.intersect(&b).intersect(&c), a.intersect(&b.intersect(&c)));
        prop_assert_eq!(a.intersect(&b.union(&c)), a.intersect(&b).union(&a.intersect(&c)));
        prop_assert_eq!(a.union(&a.intersect(&b)), a.clone());
    }

    #[test]
    fn difference_is_intersection_with_the_complement((a, b, _) in any_sizes()) {
        prop_assert_eq!(a.difference(&b), a.intersect(&b.complement()));
        prop_assert_eq!(a.difference(&b).union(&a.intersect(&b)), a.clone());
    }

    #[test]
    fn complement_undoes_itself_and_splits_time((a, _, _) in any_sizes()) {
        prop_assert_eq!(a.complement().complement(), a.clone());
        prop_assert_eq!(a.union(&a.complement()), Timeline::all());
        prop_assert_eq!(a.intersect(&a.complement()), Timeline::empty());
    }

    #[test]
    fn lengths_of_parts_add_up((a, b, _) in any_sizes(), window in any_interval()) {
        let length = |timeline: &Timeline| timeline.clip_nanos(window);
        prop_assert_eq!(length(&a.union(&b)) + length(&a.intersect(&b)), length(&a) + length(&b));
        prop_assert_eq!(length(&a) + length(&a.complement()), window.nanos());
        prop_assert_eq!(a.clip(window), a.intersect(&Timeline::of(window)));
    }

    #[test]
    fn at_least_falls_as_k_rises((a, b, c) in any_sizes()) {
        let sets = [a.clone(), b.clone(), c.clone()];
        let pairs = [a.intersect(&b), a.intersect(&c), b.intersect(&c)];
        prop_assert_eq!(Timeline::at_least(2, &sets), Timeline::union_all(&pairs));
        let depth = |k| Timeline::at_least(k, &sets);
        prop_assert_eq!(depth(2).difference(&depth(1)), Timeline::empty());
        prop_assert_eq!(depth(3).difference(&depth(2)), Timeline::empty());
    }
}
