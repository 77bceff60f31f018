//! Step functions agree with a table of one value for each cell of time.

use super::bitmap::{Bitmap, CELLS, any_interval, any_timeline, edge, interval};
use proptest::prelude::*;
use quantity::{Ratio, RatioError};
use std::cmp::Ordering;
use timeline::{Instant, Interval, Series, Timeline};

type Table = [Ratio; CELLS];
type Items = Vec<(Interval, Ratio)>;

fn any_weight() -> impl Strategy<Value = Ratio> {
    (-4..5i128, 1..4i128).prop_map(|(num, den)| Ratio::new(num, den).unwrap())
}

fn any_items() -> impl Strategy<Value = Items> {
    prop::collection::vec((any_interval(), any_weight()), 0..8)
}

fn any_series() -> impl Strategy<Value = Series> {
    any_items().prop_map(|items| Series::stack(items).unwrap())
}

/// A window with both ends.
fn any_window() -> impl Strategy<Value = Interval> {
    (1..CELLS - 1, 1..CELLS).prop_map(|(from, width)| interval(from, (from + width).min(CELLS - 1)))
}

fn table(series: &Series) -> Table {
    std::array::from_fn(|cell| series.value_at(edge(cell)))
}

/// The weights that cover a cell.
fn covering(items: &Items, cell: usize) -> Vec<Ratio> {
    let inside = items.iter().filter(|item| item.0.covers(&interval(cell, cell + 1)));
    inside.map(|item| item.1.clone()).collect()
}

/// The series has its one true form and the values of the table.
fn assert_same(series: &Series, expected: Table) {
    assert_eq!(table(series), expected);
    let mut before = (Instant::MIN, Ratio::ZERO);
    for (position, step) in series.steps().iter().enumerate() {
        assert!(position == 0 || step.0 > before.0, "steps out of order: {series:?}");
        assert!(step.1 != before.1 && step.0 != Instant::MAX, "a step that changes nothing: {series:?}");
        before = step.clone();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_stack_is_the_sum_of_what_covers_each_cell(items in any_items()) {
        let sum = |cell| covering(&items, cell).iter().fold(Ratio::ZERO, |sum, weight| sum.add(weight).unwrap());
        assert_same(&Series::stack(items.clone()).unwrap(), std::array::from_fn(sum));
    }

    #[test]
    fn a_max_stack_is_the_greatest_of_what_covers_each_cell(items in any_items()) {
        let greatest = |cell| covering(&items, cell).into_iter().max().unwrap_or(Ratio::ZERO);
        assert_same(&Series::stack_max(items.clone()), std::array::from_fn(greatest));
    }

    #[test]
    fn the_order_of_items_does_not_matter(items in any_items()) {
        let reversed: Items = items.iter().rev().cloned().collect();
        prop_assert_eq!(Series::stack(items.clone()), Series::stack(reversed.clone()));
        prop_assert_eq!(Series::stack_max(items), Series::stack_max(reversed));
    }

    #[test]
    fn arithmetic_works_cell_by_cell(left in any_series(), right in any_series(), factor in any_weight()) {
        let (a, b) = (table(&left), table(&right));
        assert_same(&left.add(&right).unwrap(), std::array::from_fn(|cell| a[cell].add(&b[cell]).unwrap()));
        assert_same(&left.sub(&right).unwrap(), std::array::from_fn(|cell| a[cell].sub(&b[cell]).unwrap()));
        assert_same(&left.mul(&right).unwrap(), std::array::from_fn(|cell| a[cell].mul(&b[cell]).unwrap()));
        assert_same(&left.scale(&factor).unwrap(), std::array::from_fn(|cell| a[cell].mul(&factor).unwrap()));
    }

    #[test]
    fn relations_hold_cell_by_cell(series in any_series(), bound in any_weight()) {
        let values = table(&series);
        let cells = |holds: fn(Ordering) -> bool| {
            Bitmap(std::array::from_fn(|cell| holds(values[cell].cmp(&bound)))).timeline()
        };
        prop_assert_eq!(series.at_least(&bound), cells(Ordering::is_ge));
        prop_assert_eq!(series.more_than(&bound), cells(Ordering::is_gt));
        prop_assert_eq!(series.at_most(&bound), cells(Ordering::is_le));
        prop_assert_eq!(series.less_than(&bound), cells(Ordering::is_lt));
        prop_assert_eq!(series.equal(&bound), cells(Ordering::is_eq));
        prop_assert_eq!(series.where_(Ordering::is_ne, &bound), cells(Ordering::is_ne));
    }

    #[test]
    fn a_window_sees_its_cells(series in any_series(), window in any_window()) {
        let values = table(&series);
        let seen: Vec<&Ratio> =
            (0..CELLS).filter(|cell| window.covers(&interval(*cell, cell + 1))).map(|cell| &values[cell]).collect();
        prop_assert_eq!(&series.max_in(window), *seen.iter().max().unwrap());
        prop_assert_eq!(&series.min_in(window), *seen.iter().min().unwrap());
        let sum = seen.iter().fold(Ratio::ZERO, |sum, value| sum.add(value).unwrap());
        let seconds = sum.div(&Ratio::int(1_000_000_000)).unwrap();
        prop_assert_eq!(series.integral(window).unwrap(), seconds);
    }

    #[test]
    fn pieces_tile_the_window(series in any_series(), window in any_interval()) {
        let pieces: Vec<(Interval, &Ratio)> = series.pieces_in(window).collect();
        prop_assert_eq!(pieces[0].0.from(), window.from());
        prop_assert_eq!(pieces[pieces.len() - 1].0.until(), window.until());
        for pair in pieces.windows(2) {
            prop_assert_eq!(pair[0].0.until(), pair[1].0.from());
            prop_assert_ne!(pair[0].1, pair[1].1);
        }
        for (piece, value) in pieces {
            prop_assert_eq!(&series.value_at(piece.from()), value);
        }
    }

    #[test]
    fn a_timeline_is_a_series_of_truth(timeline in any_timeline(), window in any_window()) {
        let truth = Series::of_timeline(&timeline);
        prop_assert_eq!(truth.equal(&Ratio::ONE), timeline.clone());
        prop_assert_eq!(truth.equal(&Ratio::ZERO), timeline.complement());
        let seconds = Ratio::new(timeline.clip_nanos(window), 1_000_000_000).unwrap();
        prop_assert_eq!(truth.integral(window).unwrap(), seconds);
    }

    #[test]
    fn stacked_truths_count_k_of_n(sets in prop::collection::vec(any_timeline(), 1..5), k in 1..5usize) {
        let items = sets.iter().flat_map(|set| set.runs().iter().map(|run| (*run, Ratio::ONE)));
        let depth = Series::stack(items).unwrap();
        prop_assert_eq!(depth.at_least(&Ratio::int(k as i128)), Timeline::at_least(k, &sets));
    }
}

#[test]
fn a_value_without_end_has_no_integral() {
    let one = Series::constant(Ratio::ONE);
    assert_eq!(one.integral(Interval::ALL), Err(RatioError::TooLarge));
    assert_eq!(one.integral(interval(1, 5)), Ratio::new(4, 1_000_000_000));
    assert_eq!(Series::constant(Ratio::ZERO).integral(Interval::ALL), Ok(Ratio::ZERO));
}

#[test]
fn zero_everywhere_has_one_form() {
    assert_eq!(Series::constant(Ratio::ZERO), Series::default());
    assert_eq!(Series::of_timeline(&Timeline::empty()), Series::default());
    let opposed = [(interval(2, 5), Ratio::ONE), (interval(2, 5), Ratio::ONE.neg())];
    assert_eq!(Series::stack(opposed), Ok(Series::default()));
    assert_eq!(Series::of_timeline(&Timeline::all()), Series::constant(Ratio::ONE));
}

#[test]
fn a_negative_weight_alone_is_the_greatest_where_it_stands() {
    let series = Series::stack_max([(interval(2, 5), Ratio::ONE.neg())]);
    assert_eq!(series.value_at(edge(3)), Ratio::ONE.neg());
    assert_eq!(series.max_in(interval(1, 9)), Ratio::ZERO);
}
