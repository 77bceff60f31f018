//! The length limit: 4096 bits pass, 4097 do not.

use super::*;
use crate::rounding::Rounding;

/// `2^exponent`.
fn power_of_two(exponent: u32) -> Ratio {
    Ratio::from_big(BigInt::one() << exponent, BigInt::one()).unwrap()
}

#[test]
fn a_number_of_4096_bits_is_the_longest() {
    let longest = power_of_two(4095);
    let two = Ratio::int(2);
    assert_eq!(longest.parts().0.bits(), RATIO_BITS_MAX);
    assert_eq!(longest.mul(&two), Err(RatioError::TooLarge));
    assert_eq!(longest.add(&longest), Err(RatioError::TooLarge));
    assert_eq!(longest.neg().sub(&longest), Err(RatioError::TooLarge));
    assert_eq!(longest.div(&ratio("1/2")), Err(RatioError::TooLarge));
    assert!(longest.add(&Ratio::ONE).is_ok());
}

#[test]
fn a_denominator_of_4096_bits_is_the_longest() {
    let least = Ratio::ONE.div(&power_of_two(4095)).unwrap();
    assert_eq!(least.parts().1.bits(), RATIO_BITS_MAX);
    assert_eq!(least.div(&Ratio::int(2)), Err(RatioError::TooLarge));
    assert_eq!(least.mul(&ratio("1/2")), Err(RatioError::TooLarge));
    assert_eq!(least.mul(&Ratio::int(2)).unwrap().parts().1.bits(), RATIO_BITS_MAX - 1);
}

#[test]
fn only_the_reduced_result_counts() {
    let longest = power_of_two(4095);
    assert_eq!(longest.div(&longest), Ok(Ratio::ONE));
    assert_eq!(longest.sub(&longest), Ok(Ratio::ZERO));
    let back = longest.mul(&Ratio::ONE.div(&longest).unwrap());
    assert!(matches!(back, Ok(Ratio(Repr::Small { num: 1, den: 1 }))));
}

#[test]
fn rounding_to_a_step_too_fine_for_the_limit_is_refused() {
    let longest = power_of_two(4095);
    assert_eq!(longest.round_to(&ratio("1/100"), Rounding::HalfUp), Err(RatioError::TooLarge));
    assert_eq!(longest.round_to(&Ratio::ONE, Rounding::HalfUp), Ok(longest));
}

#[test]
fn the_longest_fraction_reads_back_and_a_longer_one_does_not() {
    let longest = (BigInt::one() << 4096) - 1;
    let text = format!("-{longest}/7");
    assert_eq!(ratio(&text).fraction(), text);
    assert_eq!(Ratio::parse_fraction(&format!("{}/7", longest + 1)), None);
    assert_eq!(Ratio::parse_fraction(&"9".repeat(1235)), None);
    assert_eq!(Ratio::parse_fraction(&format!("1/{}", "9".repeat(100_000))), None);
}

#[test]
fn the_longest_numbers_compare_and_print() {
    let longest = power_of_two(4095);
    let least = Ratio::ONE.div(&longest).unwrap();
    assert!(longest.neg() < least && least < longest && least > Ratio::ZERO);
    assert_eq!(least.show(), "0.000000000000…");
    assert_eq!(least.exact_decimal().unwrap().len(), 4097);
}

#[test]
fn squaring_again_and_again_ends_in_an_error_and_stays_bounded() {
    let mut value = ratio("3/2");
    let squarings = std::iter::from_fn(|| {
        value = value.mul(&value).ok()?;
        Some(value.parts().0.bits())
    });
    let bits: Vec<u64> = squarings.collect();
    assert!(bits.len() == 11 && bits.iter().all(|bits| *bits <= RATIO_BITS_MAX), "{bits:?}");
}
