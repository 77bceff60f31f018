//! Tests of ratios: tables for the rules, big-integer oracles for the arithmetic.

mod limits;
mod oracle;
mod rounding;
mod text;

use super::*;

/// The ratio a fraction such as `-20/9` writes.
fn ratio(text: &str) -> Ratio {
    Ratio::parse_fraction(text).unwrap()
}

/// The ratio a decimal such as `3.9` writes.
fn decimal(text: &str) -> Ratio {
    Ratio::parse_decimal(text).unwrap()
}

#[test]
fn a_mean_opinion_score_of_4_0_less_3_9_is_one_tenth_exactly() {
    let shortfall = decimal("4.0").sub(&decimal("3.9")).unwrap();
    assert_eq!(shortfall, ratio("1/10"));
    assert_eq!(shortfall.div(&decimal("0.1")), Ok(Ratio::ONE));
}

#[test]
fn ten_tenths_are_one() {
    let sum = (0..10).try_fold(Ratio::ZERO, |sum, _| sum.add(&decimal("0.1")));
    assert_eq!(sum, Ok(Ratio::ONE));
}

#[test]
fn new_reduces_and_moves_the_sign_to_the_numerator() {
    for (num, den, text) in [
        (6, 4, "3/2"),
        (-6, 4, "-3/2"),
        (6, -4, "-3/2"),
        (-6, -4, "3/2"),
        (0, -7, "0/1"),
        (i128::MIN, i128::MIN, "1/1"),
        (i128::MAX, i128::MAX, "1/1"),
        (i128::MIN, 2, "-85070591730234615865843651857942052864/1"),
        (i128::MIN, -1, "170141183460469231731687303715884105728/1"),
        (0, i128::MIN, "0/1"),
        (1, i128::MIN, "-1/170141183460469231731687303715884105728"),
    ] {
        assert_eq!(Ratio::new(num, den).unwrap().fraction(), text, "{num}/{den}");
    }
    assert_eq!(Ratio::new(i128::MIN, 0), Err(RatioError::DivisionByZero));
    assert_eq!(Ratio::new(0, 0), Err(RatioError::DivisionByZero));
}

#[test]
fn the_sign_of_the_least_128_bit_number_changes_both_ways() {
    let least = Ratio::int(i128::MIN);
    assert_eq!(least.neg().fraction(), "170141183460469231731687303715884105728/1");
    assert_eq!(least.neg().neg(), least);
    assert_eq!(least.abs(), least.neg());
    assert_eq!(least.to_integer(), Some(i128::MIN));
    assert_eq!(least.neg().to_integer(), None);
    assert_eq!(Ratio::ZERO.sub(&least), Ok(least.neg()));
    assert_eq!(Ratio::ONE.div(&least).unwrap().fraction(), "-1/170141183460469231731687303715884105728");
}

#[test]
fn division_by_zero_is_an_error_at_every_size() {
    for text in ["0/1", "1/1", "-7/3"] {
        assert_eq!(ratio(text).div(&Ratio::ZERO), Err(RatioError::DivisionByZero));
    }
    let long = Ratio::int(i128::MIN).neg();
    assert_eq!(long.div(&Ratio::ZERO), Err(RatioError::DivisionByZero));
}

#[test]
fn sign_and_wholeness_hold_at_every_size() {
    let two_pow_200 = Ratio::from_big(BigInt::one() << 200, BigInt::one()).unwrap();
    let third = two_pow_200.div(&Ratio::int(3)).unwrap();
    for (number, positive, negative, whole) in [
        (Ratio::ZERO, false, false, true),
        (Ratio::ONE, true, false, true),
        (ratio("-1/2"), false, true, false),
        (two_pow_200.clone(), true, false, true),
        (two_pow_200.neg(), false, true, true),
        (third.clone(), true, false, false),
        (third.neg(), false, true, false),
    ] {
        assert_eq!(number.is_positive(), positive, "{number}");
        assert_eq!(number.is_negative(), negative, "{number}");
        assert_eq!(number.is_zero(), !positive && !negative, "{number}");
        assert_eq!(number.is_integer(), whole, "{number}");
    }
}

#[test]
fn min_and_max_come_with_the_order() {
    let (low, high) = (ratio("1/3"), ratio("1/2"));
    assert_eq!(low.clone().max(high.clone()), high);
    assert_eq!(high.min(low.clone()), low);
}
