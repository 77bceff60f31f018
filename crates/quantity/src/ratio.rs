//! The exact rational number: what it is, how it is made, compared and printed.

mod arithmetic;
mod decimal;
mod gcd;
mod integer;
mod parse;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// The longest numerator or denominator, in bits; an operation whose result is longer is
/// [`RatioError::TooLarge`].
pub const RATIO_BITS_MAX: u64 = 4096;

/// An exact rational number, always reduced, with a positive denominator.
///
/// Operations are fallible methods rather than operators: a number that outgrows
/// [`RATIO_BITS_MAX`] or a division by zero is a [`RatioError`], never a panic and never an
/// approximation.
///
/// ```
/// use quantity::Ratio;
///
/// let asked = Ratio::parse_decimal("4.0").unwrap();
/// let measured = Ratio::parse_decimal("3.9").unwrap();
/// assert_eq!(asked.sub(&measured), Ratio::new(1, 10));
/// assert!(measured < asked);
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Ratio(Repr);

/// Canonical: reduced, `den > 0`, and `Big` only when one part does not fit `i128`. Derived equality
/// and hashing rest on it.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Small { num: i128, den: i128 },
    Big(Box<(BigInt, BigInt)>),
}

/// Why an operation on ratios has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RatioError {
    /// The divisor (or the rounding step) is not usable: zero, or a step below zero.
    DivisionByZero,
    /// Numerator or denominator is longer than [`RATIO_BITS_MAX`] bits.
    TooLarge,
}

impl Ratio {
    /// Zero.
    pub const ZERO: Ratio = Ratio::small(0, 1);
    /// One.
    pub const ONE: Ratio = Ratio::small(1, 1);

    /// The whole number `n`.
    pub const fn int(n: i128) -> Ratio {
        Ratio::small(n, 1)
    }

    /// `num / den` in lowest terms; `DivisionByZero` when `den` is zero.
    ///
    /// ```
    /// use quantity::{Ratio, RatioError};
    ///
    /// assert_eq!(Ratio::new(20, -9).unwrap().fraction(), "-20/9");
    /// assert_eq!(Ratio::new(1, 0), Err(RatioError::DivisionByZero));
    /// ```
    pub fn new(num: i128, den: i128) -> Result<Ratio, RatioError> {
        if den > 0 {
            return Ok(Ratio::reduced(num, den));
        }
        match (num.checked_neg(), den.checked_neg()) {
            (Some(num), Some(den)) if den > 0 => Ok(Ratio::reduced(num, den)),
            _ => Ratio::from_big(num.into(), den.into()),
        }
    }

    /// The greater of zero and the number's distance from it.
    pub fn abs(&self) -> Ratio {
        if self.is_negative() { self.neg() } else { self.clone() }
    }

    /// Whether the number is zero.
    pub fn is_zero(&self) -> bool {
        matches!(self.0, Repr::Small { num: 0, .. })
    }

    /// Whether the number is below zero.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small { num, .. } => *num < 0,
            Repr::Big(parts) => parts.0.is_negative(),
        }
    }

    /// Whether the number is above zero.
    pub fn is_positive(&self) -> bool {
        match &self.0 {
            Repr::Small { num, .. } => *num > 0,
            Repr::Big(parts) => parts.0.is_positive(),
        }
    }

    /// Whether the number is whole.
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Small { den, .. } => *den == 1,
            Repr::Big(parts) => parts.1.is_one(),
        }
    }

    /// `num/den` with the denominator always written: `1/1`, `-20/9`. Read back by
    /// [`Ratio::parse_fraction`].
    pub fn fraction(&self) -> String {
        self.to_string()
    }

    const fn small(num: i128, den: i128) -> Ratio {
        Ratio(Repr::Small { num, den })
    }

    /// Reduces `num / den` for `den > 0`.
    fn reduced(num: i128, den: i128) -> Ratio {
        let shared = gcd::shared(num, den);
        Ratio::small(gcd::quotient(num, shared), gcd::quotient(den, shared))
    }

    /// Reduces and checks the length; the only way in for numbers of any size.
    fn from_big(num: BigInt, den: BigInt) -> Result<Ratio, RatioError> {
        if den.is_zero() {
            return Err(RatioError::DivisionByZero);
        }
        let ratio = Ratio::from_big_unlimited(num, den);
        match &ratio.0 {
            Repr::Big(parts) if parts.0.bits().max(parts.1.bits()) > RATIO_BITS_MAX => {
                Err(RatioError::TooLarge)
            }
            _ => Ok(ratio),
        }
    }

    /// Reduces without checking the length, for callers that cannot lengthen by more than a few bits;
    /// `den` must not be zero.
    fn from_big_unlimited(num: BigInt, den: BigInt) -> Ratio {
        let shared = num.gcd(&den);
        let (mut num, mut den) = if shared.is_one() { (num, den) } else { (num / &shared, den / &shared) };
        if den.is_negative() {
            (num, den) = (-num, -den);
        }
        Ratio::canonical(num, den)
    }

    /// Picks the representation of a fraction in lowest terms with `den > 0`.
    fn canonical(num: BigInt, den: BigInt) -> Ratio {
        match (num.to_i128(), den.to_i128()) {
            (Some(num), Some(den)) => Ratio::small(num, den),
            _ => Ratio(Repr::Big(Box::new((num, den)))),
        }
    }

    /// Numerator and denominator at any size.
    fn parts(&self) -> (Cow<'_, BigInt>, Cow<'_, BigInt>) {
        match &self.0 {
            Repr::Small { num, den } => (Cow::Owned((*num).into()), Cow::Owned((*den).into())),
            Repr::Big(parts) => (Cow::Borrowed(&parts.0), Cow::Borrowed(&parts.1)),
        }
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Ratio) -> Ordering {
        cmp_small(self, other).unwrap_or_else(|| cmp_big(self, other))
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Ratio) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Small { num, den } => write!(f, "{num}/{den}"),
            Repr::Big(parts) => write!(f, "{}/{}", parts.0, parts.1),
        }
    }
}

impl fmt::Debug for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ratio({self})")
    }
}

impl fmt::Display for RatioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RatioError::DivisionByZero => f.write_str("division by zero"),
            RatioError::TooLarge => write!(f, "a number is longer than {RATIO_BITS_MAX} bits"),
        }
    }
}

impl std::error::Error for RatioError {}

fn cmp_small(left: &Ratio, right: &Ratio) -> Option<Ordering> {
    let (Repr::Small { num: a, den: b }, Repr::Small { num: c, den: d }) = (&left.0, &right.0) else {
        return None;
    };
    if b == d {
        return Some(a.cmp(c));
    }
    match a.signum().cmp(&c.signum()) {
        Ordering::Equal => Some(gcd::product(*a, *d)?.cmp(&gcd::product(*c, *b)?)),
        unequal => Some(unequal),
    }
}

fn cmp_big(left: &Ratio, right: &Ratio) -> Ordering {
    let ((a, b), (c, d)) = (left.parts(), right.parts());
    (&*a * &*d).cmp(&(&*c * &*b))
}
