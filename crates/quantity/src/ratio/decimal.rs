//! Ratios as decimal text: with fixed places, exactly when possible, and for people.

use num_bigint::BigInt;
use num_traits::One;

use super::{Ratio, Repr};
use crate::rounding::Rounding;

/// The most decimal places shown to people before the rest becomes an ellipsis.
const SHOWN_PLACES_MAX: u32 = 12;

impl Ratio {
    /// The number with exactly `digits` decimal places, rounded by `how`; never `-0.00`.
    ///
    /// ```
    /// use quantity::{Ratio, Rounding};
    ///
    /// let third = Ratio::new(-2, 3).unwrap();
    /// assert_eq!(third.decimal(2, Rounding::HalfUp), "-0.67");
    /// assert_eq!(third.decimal(2, Rounding::Ceiling), "-0.66");
    /// ```
    pub fn decimal(&self, digits: u32, how: Rounding) -> String {
        match self.scaled_small(digits, how) {
            Some(scaled) => place_point(scaled < 0, scaled.unsigned_abs().to_string(), digits),
            None => {
                let scaled = self.scaled_big(digits, how);
                place_point(scaled < BigInt::ZERO, scaled.magnitude().to_string(), digits)
            }
        }
    }

    /// The decimal with as many places as it takes, such as `99.9` or `-3`; `None` when none suffice.
    pub fn exact_decimal(&self) -> Option<String> {
        self.places().map(|places| self.decimal(places, Rounding::Down))
    }

    /// Text for people: the exact decimal when it has at most 12 places, else the first 12 and `…`.
    ///
    /// ```
    /// use quantity::Ratio;
    ///
    /// assert_eq!(Ratio::new(999, 10).unwrap().show(), "99.9");
    /// assert_eq!(Ratio::new(1, 9).unwrap().show(), "0.111111111111…");
    /// ```
    pub fn show(&self) -> String {
        match self.places() {
            Some(places) if places <= SHOWN_PLACES_MAX => self.decimal(places, Rounding::Down),
            _ => {
                let sign = if self.is_negative() { "-" } else { "" };
                format!("{sign}{}…", self.abs().decimal(SHOWN_PLACES_MAX, Rounding::Down))
            }
        }
    }

    /// How many decimal places write the number exactly; `None` when no number does.
    pub(crate) fn places(&self) -> Option<u32> {
        match &self.0 {
            Repr::Small { den: 1, .. } => Some(0),
            Repr::Small { den, .. } => places_small(den.unsigned_abs()),
            Repr::Big(parts) => places_big(&parts.1),
        }
    }

    /// Whether [`Ratio::show`] shows every digit.
    pub(crate) fn shows_exactly(&self) -> bool {
        self.places().is_some_and(|places| places <= SHOWN_PLACES_MAX)
    }
}

/// The greater exponent of `den = 2^twos * 5^fives`.
fn places_small(den: u128) -> Option<u32> {
    let twos = den.trailing_zeros();
    let mut rest = den >> twos;
    let mut fives = 0;
    while rest.is_multiple_of(5) {
        rest /= 5;
        fives += 1;
    }
    (rest == 1).then_some(twos.max(fives))
}

fn places_big(den: &BigInt) -> Option<u32> {
    let twos = den.trailing_zeros()?;
    let mut rest = den >> twos;
    let mut fives = 0;
    while (&rest % 5_u32) == BigInt::ZERO {
        rest /= 5_u32;
        fives += 1;
    }
    if rest.is_one() { u32::try_from(twos).ok().map(|twos| twos.max(fives)) } else { None }
}

fn place_point(negative: bool, digits: String, places: u32) -> String {
    let sign = if negative { "-" } else { "" };
    let places = places as usize;
    if places == 0 {
        return format!("{sign}{digits}");
    }
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = padded.split_at(padded.len() - places);
    format!("{sign}{whole}.{fraction}")
}
