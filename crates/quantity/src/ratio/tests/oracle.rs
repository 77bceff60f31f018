//! Every operation agrees with plain fractions of big integers that are never reduced.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use proptest::prelude::*;

use super::super::*;
use crate::rounding::Rounding;

/// A fraction as schoolbooks reckon it; not reduced, not limited.
#[derive(Clone, Debug)]
struct Plain {
    num: BigInt,
    den: BigInt,
}

impl Plain {
    fn of(ratio: &Ratio) -> Plain {
        let (num, den) = ratio.parts();
        Plain { num: num.into_owned(), den: den.into_owned() }
    }

    fn cmp(&self, other: &Plain) -> Ordering {
        (&self.num * &other.den).cmp(&(&other.num * &self.den))
    }
}

/// Whole numbers of every length, with those at the borders of 64 and 128 bits often.
fn whole() -> impl Strategy<Value = i128> {
    let border = prop::sample::select(vec![
        i128::MIN,
        i128::MIN + 1,
        i128::MAX,
        i128::MAX - 1,
        i128::from(i64::MIN),
        i128::from(i64::MAX),
        i128::from(u64::MAX),
        i128::from(u64::MAX) + 1,
        0,
        1,
        -1,
    ]);
    prop_oneof![
        3 => -1000_i128..1000,
        2 => any::<i64>().prop_map(i128::from),
        2 => (any::<i128>(), 0_u32..127).prop_map(|(n, shift)| n >> shift),
        2 => border,
    ]
}

/// Ratios of both representations.
fn any_ratio() -> impl Strategy<Value = Ratio> {
    let small = (whole(), whole().prop_filter("denominator", |den| *den != 0))
        .prop_map(|(num, den)| Ratio::new(num, den).unwrap());
    let big = (whole(), 0_u32..200, 1..=i128::MAX, 0_u32..200).prop_map(|(num, up, den, down)| {
        Ratio::from_big(BigInt::from(num) << up, BigInt::from(den) << down).unwrap()
    });
    prop_oneof![3 => small, 1 => big]
}

fn hash(ratio: &Ratio) -> u64 {
    let mut hasher = DefaultHasher::new();
    ratio.hash(&mut hasher);
    hasher.finish()
}

/// The ratio has the oracle's value and is in canonical form.
fn check(found: &Ratio, expected: &Plain) {
    assert_eq!(Plain::of(found).cmp(expected), Ordering::Equal, "{found} is not {expected:?}");
    let (num, den) = found.parts();
    assert!(den.is_positive() && num.gcd(&den).is_one(), "{found} is not reduced");
    let fits = num.to_i128().is_some() && den.to_i128().is_some();
    assert_eq!(matches!(found.0, Repr::Small { .. }), fits, "{found} has the wrong size");
}

/// Rounding by the definition: pick among the two neighbouring whole numbers.
fn round_plainly(value: &Plain, how: Rounding) -> BigInt {
    let lower = value.num.div_floor(&value.den);
    let upper = if (&lower * &value.den) == value.num { lower.clone() } else { &lower + 1 };
    let below = &value.num - &lower * &value.den;
    let above = &upper * &value.den - &value.num;
    let (toward, away) =
        if value.num.is_negative() { (upper.clone(), lower.clone()) } else { (lower.clone(), upper.clone()) };
    let nearest = |tie: BigInt| match below.cmp(&above) {
        Ordering::Less => lower.clone(),
        Ordering::Equal => tie,
        Ordering::Greater => upper.clone(),
    };
    match how {
        Rounding::Floor => lower,
        Rounding::Ceiling => upper,
        Rounding::Down => toward,
        Rounding::Up => away,
        Rounding::HalfUp => nearest(away),
        Rounding::HalfDown => nearest(toward),
        Rounding::HalfEven => nearest(if lower.is_even() { lower.clone() } else { upper.clone() }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn arithmetic_equals_plain_fractions(left in any_ratio(), right in any_ratio()) {
        let (a, b) = (Plain::of(&left), Plain::of(&right));
        let over = |num: BigInt| Plain { num, den: &a.den * &b.den };
        check(&left.add(&right).unwrap(), &over(&a.num * &b.den + &b.num * &a.den));
        check(&left.sub(&right).unwrap(), &over(&a.num * &b.den - &b.num * &a.den));
        check(&left.mul(&right).unwrap(), &over(&a.num * &b.num));
        check(&left.neg(), &Plain { num: -&a.num, den: a.den.clone() });
        check(&left.abs(), &Plain { num: a.num.abs(), den: a.den.clone() });
        if right.is_zero() {
            prop_assert_eq!(left.div(&right), Err(RatioError::DivisionByZero));
        } else {
            check(&left.div(&right).unwrap(), &Plain { num: &a.num * &b.den, den: &a.den * &b.num });
        }
    }

    #[test]
    fn order_equality_and_hash_agree_with_plain_fractions(left in any_ratio(), right in any_ratio()) {
        let expected = Plain::of(&left).cmp(&Plain::of(&right));
        prop_assert_eq!(left.cmp(&right), expected);
        prop_assert_eq!(left == right, expected == Ordering::Equal);
        if let Ok(again) = left.add(&right).unwrap().sub(&right) {
            prop_assert_eq!(&again, &left);
            prop_assert_eq!(hash(&again), hash(&left));
        }
    }

    #[test]
    fn rounding_equals_its_definition(value in any_ratio(), step in any_ratio()) {
        prop_assume!(!step.is_zero());
        let step = step.abs();
        let (a, b) = (Plain::of(&value), Plain::of(&step));
        let steps = Plain { num: &a.num * &b.den, den: &a.den * &b.num };
        for how in Rounding::ALL {
            let expected = Plain { num: round_plainly(&steps, how) * &b.num, den: b.den.clone() };
            check(&value.round_to(&step, how).unwrap(), &expected);
        }
    }

    #[test]
    fn decimals_are_rounded_whole_numbers_of_the_last_place(value in any_ratio(), places in 0_u32..45) {
        let power = BigInt::from(10).pow(places);
        let plain = Plain::of(&value);
        let scaled = Plain { num: &plain.num * &power, den: plain.den };
        for how in Rounding::ALL {
            let expected = round_plainly(&scaled, how);
            let text = value.decimal(places, how);
            prop_assert_eq!(text.replace('.', "").parse::<BigInt>().unwrap(), expected.clone());
            prop_assert_eq!(text.split_once('.').map_or(0, |(_, digits)| digits.len()), places as usize);
            prop_assert_eq!(text.starts_with('-'), expected.is_negative());
            check(&value.round_places(places, how), &Plain { num: expected, den: power.clone() });
        }
    }

    #[test]
    fn floor_and_ceiling_are_the_nearest_whole_numbers_that_fit(value in any_ratio()) {
        let plain = Plain::of(&value);
        prop_assert_eq!(value.floor_i128(), round_plainly(&plain, Rounding::Floor).to_i128());
        prop_assert_eq!(value.ceil_i128(), round_plainly(&plain, Rounding::Ceiling).to_i128());
        let whole = plain.den.is_one().then(|| plain.num.to_i128()).flatten();
        prop_assert_eq!(value.to_integer(), whole);
    }

    #[test]
    fn fractions_read_back_as_written(value in any_ratio()) {
        prop_assert_eq!(Ratio::parse_fraction(&value.fraction()), Some(value));
    }

    #[test]
    fn exact_decimals_read_back_as_written_and_end_in_no_zero(num in whole(), twos in 0_u32..9, fives in 0_u32..9) {
        let den = 2_i128.pow(twos) * 5_i128.pow(fives);
        let value = Ratio::new(num >> 66, den).unwrap();
        let text = value.exact_decimal().unwrap();
        prop_assert!(!text.contains('.') || !text.ends_with('0'), "{}", text);
        prop_assert_eq!(Ratio::parse_decimal(&text), Some(value.clone()));
        prop_assert_eq!(value.show(), text);
    }

    #[test]
    fn a_decimal_is_exact_only_when_the_denominator_has_no_other_prime(value in any_ratio()) {
        let mut rest = Plain::of(&value).den;
        for prime in [2_u32, 5] {
            while (&rest % prime).is_zero() {
                rest /= prime;
            }
        }
        prop_assert_eq!(value.exact_decimal().is_some(), rest.is_one());
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in "[-+0-9_./e ]{0,45}") {
        if let Some(value) = Ratio::parse_decimal(&text) {
            let plain = text.replace('_', "");
            let places = plain.split_once('.').map_or(0, |(_, digits)| digits.len());
            let shown = value.decimal(u32::try_from(places).unwrap(), Rounding::Down);
            let trimmed = |text: &str| text.trim_start_matches(['-', '0']).to_owned();
            prop_assert_eq!(trimmed(&shown), trimmed(&plain));
        }
        if let Some(value) = Ratio::parse_fraction(&text) {
            prop_assert_eq!(Ratio::parse_fraction(&value.fraction()), Some(value));
        }
    }
}
