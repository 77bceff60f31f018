//! Whole numbers out of ratios: floor, ceiling, and rounding to a multiple of a step.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, Zero};

use super::gcd::{floor, product};
use super::{Ratio, RatioError, Repr};
use crate::rounding::Rounding;

impl Ratio {
    /// The multiple of `step` that `how` picks. `DivisionByZero` unless `step` is above zero;
    /// `TooLarge` when the quotient or the result is.
    ///
    /// ```
    /// use quantity::{Ratio, Rounding};
    ///
    /// let outage = Ratio::int(90);
    /// let minute = Ratio::int(60);
    /// assert_eq!(outage.round_to(&minute, Rounding::Up), Ok(Ratio::int(120)));
    /// assert_eq!(outage.round_to(&minute, Rounding::HalfEven), Ok(Ratio::int(120)));
    /// assert_eq!(outage.round_to(&minute, Rounding::Floor), Ok(Ratio::int(60)));
    /// ```
    pub fn round_to(&self, step: &Ratio, how: Rounding) -> Result<Ratio, RatioError> {
        if !step.is_positive() {
            return Err(RatioError::DivisionByZero);
        }
        self.div(step)?.rounded(how).mul(step)
    }

    /// The number itself when it is whole and fits.
    pub fn to_integer(&self) -> Option<i128> {
        match &self.0 {
            Repr::Small { num, den: 1 } => Some(*num),
            _ => None,
        }
    }

    /// The greatest whole number not above this one, when it fits.
    pub fn floor_i128(&self) -> Option<i128> {
        self.rounded(Rounding::Floor).to_integer()
    }

    /// The least whole number not below this one, when it fits.
    pub fn ceil_i128(&self) -> Option<i128> {
        self.rounded(Rounding::Ceiling).to_integer()
    }

    /// The nearest number with that many decimal places. May be longer than the limit by the few bits
    /// of the power of ten; the next operation says so.
    pub(crate) fn round_places(&self, places: u32, how: Rounding) -> Ratio {
        if let Repr::Small { num, den } = &self.0
            && let Some(power) = 10_i128.checked_pow(places)
            && let Some(scaled) = product(*num, power)
        {
            return Ratio::reduced(round_small(scaled, *den, how), power);
        }
        Ratio::from_big_unlimited(self.scaled_big(places, how), power_of_ten(places))
    }

    /// `self * 10^places`, rounded, at any size.
    pub(super) fn scaled_big(&self, places: u32, how: Rounding) -> BigInt {
        let (num, den) = self.parts();
        round_big(&(&*num * power_of_ten(places)), &den, how)
    }

    /// `self * 10^places`, rounded, when no step overflows.
    pub(super) fn scaled_small(&self, places: u32, how: Rounding) -> Option<i128> {
        match &self.0 {
            Repr::Small { num, den } => {
                let scaled = product(*num, 10_i128.checked_pow(places)?)?;
                Some(round_small(scaled, *den, how))
            }
            Repr::Big(_) => None,
        }
    }

    fn rounded(&self, how: Rounding) -> Ratio {
        match &self.0 {
            Repr::Small { num, den } => Ratio::int(round_small(*num, *den, how)),
            Repr::Big(parts) => Ratio::canonical(round_big(&parts.0, &parts.1, how), BigInt::from(1)),
        }
    }
}

/// `num / den` to a whole number, for a positive `den`.
fn round_small(num: i128, den: i128, how: Rounding) -> i128 {
    let (lower, rest) = floor(num, den);
    if rest == 0 {
        return lower;
    }
    let rises = how.rises(num < 0, lower & 1 == 0, rest.cmp(&(den - rest)));
    // A remainder means `den >= 2`, so `lower` is at most half of what fits.
    lower + i128::from(rises)
}

fn round_big(num: &BigInt, den: &BigInt, how: Rounding) -> BigInt {
    let (lower, rest) = num.div_mod_floor(den);
    if rest.is_zero() {
        return lower;
    }
    let half = rest.cmp(&(den - &rest));
    if how.rises(num.is_negative(), lower.is_even(), half) { lower + 1 } else { lower }
}

fn power_of_ten(places: u32) -> BigInt {
    BigInt::from(10).pow(places)
}
