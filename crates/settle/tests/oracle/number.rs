//! Exact fractions the school way: a numerator, a denominator, and rounding by looking at the remainder.

use std::cmp::Ordering;
use std::fmt;

use num_bigint::BigInt;

use crate::model::Rounding;

/// A fraction; the denominator is positive. Not reduced: equality crosses over.
#[derive(Clone)]
pub(crate) struct Fraction {
    top: BigInt,
    bottom: BigInt,
}

impl Fraction {
    pub(crate) fn new(top: i64, bottom: i64) -> Self {
        Self { top: BigInt::from(top), bottom: BigInt::from(bottom) }
    }

    pub(crate) fn whole(it: i64) -> Self {
        Self::new(it, 1)
    }

    /// `it` tenths of a percent.
    pub(crate) fn per_mille(it: i64) -> Self {
        Self::new(it, 1000)
    }

    /// What the engine prints as `7/3`, `-2` or `0`.
    pub(crate) fn parse(text: &str) -> Self {
        let (top, bottom) = text.split_once('/').unwrap_or((text, "1"));
        Self { top: top.parse().unwrap(), bottom: bottom.parse().unwrap() }
    }

    pub(crate) fn add(&self, other: &Self) -> Self {
        Self {
            top: &self.top * &other.bottom + &other.top * &self.bottom,
            bottom: &self.bottom * &other.bottom,
        }
    }

    pub(crate) fn sub(&self, other: &Self) -> Self {
        self.add(&other.times(&Self::whole(-1)))
    }

    pub(crate) fn times(&self, other: &Self) -> Self {
        Self { top: &self.top * &other.top, bottom: &self.bottom * &other.bottom }
    }

    /// Nothing when `other` is zero.
    pub(crate) fn over(&self, other: &Self) -> Option<Self> {
        let zero = BigInt::from(0);
        match other.top.cmp(&zero) {
            Ordering::Equal => None,
            Ordering::Greater => {
                Some(Self { top: &self.top * &other.bottom, bottom: &self.bottom * &other.top })
            }
            Ordering::Less => {
                Some(Self { top: -&self.top * &other.bottom, bottom: &self.bottom * -&other.top })
            }
        }
    }

    /// To a multiple of `step`.
    pub(crate) fn rounded(&self, how: Rounding, step: &Self) -> Self {
        let steps = self.over(step).unwrap();
        let mut floor = &steps.top / &steps.bottom;
        if &floor * &steps.bottom > steps.top {
            floor -= 1;
        }
        let rest = &steps.top - &floor * &steps.bottom;
        let up = rest != BigInt::from(0)
            && goes_up(how, &steps.top, &floor, BigInt::cmp(&(&rest + &rest), &steps.bottom));
        let chosen = if up { floor + 1 } else { floor };
        Self { top: chosen, bottom: BigInt::from(1) }.times(step)
    }

    /// In lowest terms, as it is printed.
    pub(crate) fn lowest(&self) -> Self {
        let (mut a, mut b) = (self.top.clone(), self.bottom.clone());
        while b != BigInt::from(0) {
            (a, b) = (b.clone(), a % b);
        }
        let common = if a < BigInt::from(0) { -a } else { a };
        Self { top: &self.top / &common, bottom: &self.bottom / &common }
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.top == BigInt::from(0)
    }

    pub(crate) fn is_negative(&self) -> bool {
        self.top < BigInt::from(0)
    }
}

/// Whether a number between `floor` and the next whole number goes to the next.
fn goes_up(how: Rounding, value: &BigInt, floor: &BigInt, half: Ordering) -> bool {
    let positive = *value > BigInt::from(0);
    match how {
        Rounding::Ceiling => true,
        Rounding::Floor => false,
        Rounding::Up => positive,
        Rounding::Down => !positive,
        Rounding::HalfUp => half == Ordering::Greater || (half == Ordering::Equal && positive),
        Rounding::HalfDown => half == Ordering::Greater || (half == Ordering::Equal && !positive),
        Rounding::HalfEven => {
            half == Ordering::Greater || (half == Ordering::Equal && floor % 2 != BigInt::from(0))
        }
    }
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Fraction {}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        (&self.top * &other.bottom).cmp(&(&other.top * &self.bottom))
    }
}

impl fmt::Debug for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.top, self.bottom)
    }
}
