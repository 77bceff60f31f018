//! Sum, difference, product and quotient: checked 128-bit arithmetic first, big integers on overflow.
//!
//! The small paths divide common factors out before multiplying (Knuth, TAOCP 4.5.1), so a result that
//! fits is found without a detour and needs no reduction afterwards.

use num_bigint::BigInt;

use super::gcd::{product, quotient, shared};
use super::{Ratio, RatioError, Repr};

impl Ratio {
    /// The sum; `TooLarge` beyond [`RATIO_BITS_MAX`](crate::RATIO_BITS_MAX).
    pub fn add(&self, other: &Ratio) -> Result<Ratio, RatioError> {
        if let (Repr::Small { num: a, den: b }, Repr::Small { num: c, den: d }) = (&self.0, &other.0)
            && let Some(sum) = add_small(*a, *b, *c, *d)
        {
            return Ok(sum);
        }
        self.sum_big(other, |left, right| left + right)
    }

    /// The difference `self - other`; `TooLarge` beyond [`RATIO_BITS_MAX`](crate::RATIO_BITS_MAX).
    pub fn sub(&self, other: &Ratio) -> Result<Ratio, RatioError> {
        if let (Repr::Small { num: a, den: b }, Repr::Small { num: c, den: d }) = (&self.0, &other.0)
            && let Some(difference) = c.checked_neg().and_then(|c| add_small(*a, *b, c, *d))
        {
            return Ok(difference);
        }
        self.sum_big(other, |left, right| left - right)
    }

    /// The product; `TooLarge` beyond [`RATIO_BITS_MAX`](crate::RATIO_BITS_MAX).
    pub fn mul(&self, other: &Ratio) -> Result<Ratio, RatioError> {
        if let (Repr::Small { num: a, den: b }, Repr::Small { num: c, den: d }) = (&self.0, &other.0)
            && let Some(result) = mul_small(*a, *b, *c, *d)
        {
            return Ok(result);
        }
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        Ratio::from_big(&*a * &*c, &*b * &*d)
    }

    /// The quotient `self / other`; `DivisionByZero` when `other` is zero, `TooLarge` beyond
    /// [`RATIO_BITS_MAX`](crate::RATIO_BITS_MAX).
    pub fn div(&self, other: &Ratio) -> Result<Ratio, RatioError> {
        if let (Repr::Small { num: a, den: b }, Repr::Small { num: c, den: d }) = (&self.0, &other.0)
            && let Some((c, d)) = reciprocal_small(*c, *d)
            && let Some(result) = mul_small(*a, *b, c, d)
        {
            return Ok(result);
        }
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        Ratio::from_big(&*a * &*d, &*b * &*c)
    }

    /// The number with its sign changed.
    pub fn neg(&self) -> Ratio {
        if let Repr::Small { num, den } = &self.0
            && let Some(num) = num.checked_neg()
        {
            return Ratio::small(num, *den);
        }
        let (num, den) = self.parts();
        Ratio::canonical(-num.into_owned(), den.into_owned())
    }

    fn sum_big(
        &self,
        other: &Ratio,
        combine: impl Fn(BigInt, BigInt) -> BigInt,
    ) -> Result<Ratio, RatioError> {
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        Ratio::from_big(combine(&*a * &*d, &*c * &*b), &*b * &*d)
    }
}

/// `a/b + c/d`, or `None` when a part overflows on the way.
fn add_small(a: i128, b: i128, c: i128, d: i128) -> Option<Ratio> {
    if b == d {
        let num = a.checked_add(c)?;
        return Some(if b == 1 { Ratio::int(num) } else { Ratio::reduced(num, b) });
    }
    let common = shared(b, d);
    let (left, right) = (quotient(b, common), quotient(d, common));
    let num = product(a, right)?.checked_add(product(c, left)?)?;
    // Any factor the sum still shares with the denominator divides `common`.
    let rest = shared(num, common);
    Some(Ratio::small(quotient(num, rest), product(left, quotient(d, rest))?))
}

/// `a/b * c/d`, or `None` when a part overflows.
fn mul_small(a: i128, b: i128, c: i128, d: i128) -> Option<Ratio> {
    if b == 1 && d == 1 {
        return product(a, c).map(Ratio::int);
    }
    let (across, back) = (shared(a, d), shared(c, b));
    let num = product(quotient(a, across), quotient(c, back))?;
    let den = product(quotient(b, back), quotient(d, across))?;
    Some(Ratio::small(num, den))
}

/// `d/c` with a positive denominator, or `None` when `c` is zero or cannot change its sign.
fn reciprocal_small(c: i128, d: i128) -> Option<(i128, i128)> {
    match c {
        0 => None,
        1.. => Some((d, c)),
        _ => Some((d.checked_neg()?, c.checked_neg()?)),
    }
}
