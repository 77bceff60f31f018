//! Units as products of powers of base units: seconds, money, bytes, and names of one's own.

mod words;

use std::cmp::Ordering;
use std::fmt;
use std::slice;
use std::sync::Arc;

use crate::currency::Currency;

pub use words::unit_named;

/// What a unit is built from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Base {
    /// Time, in seconds.
    Time,
    /// Money of one currency, in its major unit.
    Money(Currency),
    /// Data, in bytes.
    Data,
    /// Any other unit, by the contract's own name: `°F`, `A`, `MOS`.
    Named(Arc<str>),
}

/// A product of powers of base units; without any, the unit of plain numbers.
///
/// ```
/// use quantity::{Currency, Unit};
///
/// let cny = Unit::money(Currency::parse("CNY").unwrap());
/// let rate = cny.div(&Unit::time());
/// assert_eq!(rate.to_string(), "CNY/s");
/// assert_eq!(rate.mul(&Unit::time()), cny);
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unit(Powers);

/// A base unit and its exponent, never zero.
type Power = (Base, i32);

/// Canonical by count, so that the common units of no or one base are copied without allocating.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Powers {
    None,
    One(Power),
    /// Two or more, sorted by base.
    Many(Vec<Power>),
}

impl Unit {
    /// The unit of plain numbers.
    pub const NONE: Unit = Unit::none();

    /// The unit of plain numbers.
    pub const fn none() -> Unit {
        Unit(Powers::None)
    }

    /// Seconds.
    pub const fn time() -> Unit {
        Unit::base(Base::Time)
    }

    /// The major unit of a currency.
    pub const fn money(currency: Currency) -> Unit {
        Unit::base(Base::Money(currency))
    }

    /// Bytes.
    pub const fn data() -> Unit {
        Unit::base(Base::Data)
    }

    /// A unit of that name, different from every other name's.
    pub fn named(name: &str) -> Unit {
        Unit::base(Base::Named(name.into()))
    }

    /// The unit of a product. Exponents stop at the ends of `i32`.
    pub fn mul(&self, other: &Unit) -> Unit {
        self.combined(other, 1)
    }

    /// The unit of a quotient. Exponents stop at the ends of `i32`.
    pub fn div(&self, other: &Unit) -> Unit {
        self.combined(other, -1)
    }

    /// Whether this is the unit of plain numbers.
    pub fn is_none(&self) -> bool {
        matches!(self.0, Powers::None)
    }

    /// Whether this is seconds, to the first power.
    pub fn is_time(&self) -> bool {
        matches!(self.0, Powers::One((Base::Time, 1)))
    }

    /// The currency, when this is exactly money to the first power.
    pub fn currency(&self) -> Option<Currency> {
        match &self.0 {
            Powers::One((Base::Money(currency), 1)) => Some(*currency),
            _ => None,
        }
    }

    /// The base units with their exponents, sorted by base, none zero.
    pub fn powers(&self) -> &[(Base, i32)] {
        match &self.0 {
            Powers::None => &[],
            Powers::One(power) => slice::from_ref(power),
            Powers::Many(powers) => powers,
        }
    }

    const fn base(base: Base) -> Unit {
        Unit(Powers::One((base, 1)))
    }

    fn combined(&self, other: &Unit, sign: i32) -> Unit {
        if other.is_none() {
            return self.clone();
        }
        if self.is_none() && sign == 1 {
            return other.clone();
        }
        Unit::from_sorted(merge(self.powers(), other.powers(), sign))
    }

    fn from_sorted(mut powers: Vec<Power>) -> Unit {
        match powers.len() {
            0 | 1 => powers.pop().map_or(Unit::NONE, |power| Unit(Powers::One(power))),
            _ => Unit(Powers::Many(powers)),
        }
    }
}

/// Adds the exponents of `right`, times `sign`, to those of `left`; both sorted.
fn merge(left: &[Power], right: &[Power], sign: i32) -> Vec<Power> {
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    loop {
        let order = match (left.peek(), right.peek()) {
            (Some(l), Some(r)) => l.0.cmp(&r.0),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return merged,
        };
        let own = if order.is_le() { left.next() } else { None };
        let added = if order.is_ge() { right.next() } else { None };
        let exponent = own
            .map_or(0, |power| power.1)
            .saturating_add(added.map_or(0, |power| power.1.saturating_mul(sign)));
        if let (Some((base, _)), true) = (own.or(added), exponent != 0) {
            merged.push((base.clone(), exponent));
        }
    }
}

impl Default for Unit {
    fn default() -> Unit {
        Unit::NONE
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Base::Time => f.write_str("s"),
            Base::Money(currency) => currency.fmt(f),
            Base::Data => f.write_str("B"),
            Base::Named(name) => f.write_str(name),
        }
    }
}

/// `s`, `CNY`, `CNY/s`, `1/s`, `B^2/(s·CNY)`; empty for plain numbers.
impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (above, below): (Vec<&Power>, Vec<&Power>) = self.powers().iter().partition(|power| power.1 > 0);
        match (above.is_empty(), below.len()) {
            (_, 0) => f.write_str(&product_text(&above)),
            (true, 1) => write!(f, "1/{}", product_text(&below)),
            (false, 1) => write!(f, "{}/{}", product_text(&above), product_text(&below)),
            (true, _) => write!(f, "1/({})", product_text(&below)),
            (false, _) => write!(f, "{}/({})", product_text(&above), product_text(&below)),
        }
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unit({self})")
    }
}

fn product_text(powers: &[&Power]) -> String {
    let factors: Vec<String> = powers
        .iter()
        .map(|(base, exponent)| match exponent.unsigned_abs() {
            1 => base.to_string(),
            power => format!("{base}^{power}"),
        })
        .collect();
    factors.join("·")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(code: &str) -> Unit {
        Unit::money(Currency::parse(code).unwrap())
    }

    #[test]
    fn units_are_shown_as_a_fraction_of_products() {
        let (s, cny, byte, mos) = (Unit::time(), money("CNY"), Unit::data(), Unit::named("MOS"));
        for (unit, text) in [
            (Unit::NONE, ""),
            (s.clone(), "s"),
            (cny.clone(), "CNY"),
            (mos.clone(), "MOS"),
            (cny.div(&s), "CNY/s"),
            (Unit::NONE.div(&s), "1/s"),
            (Unit::NONE.div(&s).div(&byte), "1/(s·B)"),
            (byte.mul(&byte).div(&cny.mul(&s)), "B^2/(s·CNY)"),
            (cny.mul(&s), "s·CNY"),
            (mos.div(&s.mul(&s)), "MOS/s^2"),
        ] {
            assert_eq!(unit.to_string(), text);
        }
    }

    #[test]
    fn a_product_divided_by_one_factor_is_the_other() {
        let units = [
            Unit::NONE,
            Unit::time(),
            money("CNY"),
            money("USD"),
            Unit::data(),
            Unit::named("A"),
            money("CNY").div(&Unit::time()),
            Unit::NONE.div(&Unit::named("A").mul(&Unit::data())),
        ];
        for left in &units {
            for right in &units {
                assert_eq!(left.mul(right), right.mul(left));
                assert_eq!(left.mul(right).div(right), *left);
                assert_eq!(left.div(right).mul(right), *left);
                assert_eq!(left.div(right), Unit::NONE.div(right).mul(left));
                assert_eq!(left == right, left.div(right).is_none());
            }
        }
    }

    #[test]
    fn only_money_to_the_first_power_has_a_currency() {
        let cny = money("CNY");
        assert_eq!(cny.currency().map(Currency::code), Some("CNY"));
        for other in [Unit::NONE, Unit::time(), cny.mul(&cny), cny.div(&Unit::time()), Unit::named("CNY")] {
            assert_eq!(other.currency(), None, "{other:?}");
        }
        assert!(Unit::time().is_time() && !Unit::time().mul(&Unit::time()).is_time());
    }

    #[test]
    fn two_currencies_and_two_names_are_different_units() {
        assert_ne!(money("CNY"), money("USD"));
        assert_ne!(Unit::named("°F"), Unit::named("°C"));
    }

    #[test]
    fn exponents_stop_at_the_end_instead_of_wrapping() {
        let mut unit = Unit::time();
        for _ in 0..40 {
            unit = unit.mul(&unit);
        }
        assert_eq!(unit.powers(), [(Base::Time, i32::MAX)]);
    }
}
