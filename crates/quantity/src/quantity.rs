//! A ratio with its unit: what contracts reckon with.

use std::cmp::Ordering;
use std::fmt;

use crate::currency::Currency;
use crate::ratio::{Ratio, RatioError};
use crate::show;
use crate::unit::Unit;

/// A value and its unit, the value in base units (seconds, major units of money, bytes).
///
/// ```
/// use quantity::{Currency, Quantity, Ratio};
///
/// let usd = Currency::parse("USD").unwrap();
/// let fee = Quantity::money(Ratio::int(720), usd);
/// let month = Quantity::seconds(Ratio::int(30 * 86_400));
/// let outage = Quantity::seconds(Ratio::int(3_600));
/// let lost = fee.mul(&outage.div(&month).unwrap()).unwrap();
/// assert_eq!(lost.show(), "1.00 USD");
/// assert!(fee.add(&outage).is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Quantity {
    /// How many of the unit.
    pub value: Ratio,
    /// Of what.
    pub unit: Unit,
}

/// Why an operation on quantities has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuantityError {
    /// The values have no result.
    Ratio(RatioError),
    /// The operation needs equal units.
    Units {
        /// The left operand's unit.
        left: Unit,
        /// The right operand's unit.
        right: Unit,
    },
}

impl Quantity {
    /// A plain number.
    pub const fn number(value: Ratio) -> Quantity {
        Quantity { value, unit: Unit::NONE }
    }

    /// A duration in seconds.
    pub const fn seconds(value: Ratio) -> Quantity {
        Quantity { value, unit: Unit::time() }
    }

    /// An amount of money in the currency's major unit.
    pub const fn money(value: Ratio, currency: Currency) -> Quantity {
        Quantity { value, unit: Unit::money(currency) }
    }

    /// The sum; the units must be equal.
    pub fn add(&self, other: &Quantity) -> Result<Quantity, QuantityError> {
        let unit = self.common_unit(other)?.clone();
        Ok(Quantity { value: self.value.add(&other.value)?, unit })
    }

    /// The difference; the units must be equal.
    pub fn sub(&self, other: &Quantity) -> Result<Quantity, QuantityError> {
        let unit = self.common_unit(other)?.clone();
        Ok(Quantity { value: self.value.sub(&other.value)?, unit })
    }

    /// The product, in the product of the units.
    pub fn mul(&self, other: &Quantity) -> Result<Quantity, QuantityError> {
        Ok(Quantity { value: self.value.mul(&other.value)?, unit: self.unit.mul(&other.unit) })
    }

    /// The quotient, in the quotient of the units.
    pub fn div(&self, other: &Quantity) -> Result<Quantity, QuantityError> {
        Ok(Quantity { value: self.value.div(&other.value)?, unit: self.unit.div(&other.unit) })
    }

    /// The quantity with its sign changed.
    pub fn neg(&self) -> Quantity {
        Quantity { value: self.value.neg(), unit: self.unit.clone() }
    }

    /// How the quantities compare; the units must be equal.
    #[expect(
        clippy::should_implement_trait,
        reason = "quantities of different units have no order, so Ord cannot hold"
    )]
    pub fn cmp(&self, other: &Quantity) -> Result<Ordering, QuantityError> {
        self.common_unit(other)?;
        Ok(self.value.cmp(&other.value))
    }

    /// Text for people: `99.9`, `1 h 30 min`, `22.22 USD`, `1.5 GB`, `3.9 MOS`, `5/s`.
    pub fn show(&self) -> String {
        show::show_quantity(&self.value, &self.unit)
    }

    fn common_unit(&self, other: &Quantity) -> Result<&Unit, QuantityError> {
        if self.unit == other.unit {
            Ok(&self.unit)
        } else {
            Err(QuantityError::Units { left: self.unit.clone(), right: other.unit.clone() })
        }
    }
}

impl From<RatioError> for QuantityError {
    fn from(error: RatioError) -> QuantityError {
        QuantityError::Ratio(error)
    }
}

impl fmt::Display for QuantityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            QuantityError::Ratio(error) => error.fmt(f),
            QuantityError::Units { left, right } => {
                write!(f, "expected equal units, found {} and {}", unit_text(left), unit_text(right))
            }
        }
    }
}

impl std::error::Error for QuantityError {}

fn unit_text(unit: &Unit) -> String {
    if unit.is_none() { "a plain number".to_owned() } else { unit.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Ratio {
        Ratio::parse_decimal(text).unwrap()
    }

    fn cny(text: &str) -> Quantity {
        Quantity::money(number(text), Currency::parse("CNY").unwrap())
    }

    fn seconds(text: &str) -> Quantity {
        Quantity::seconds(number(text))
    }

    #[test]
    fn sums_differences_and_comparisons_need_equal_units() {
        let refused = QuantityError::Units { left: cny("1").unit, right: Unit::time() };
        assert_eq!(cny("1").add(&seconds("1")), Err(refused.clone()));
        assert_eq!(cny("1").sub(&seconds("1")), Err(refused.clone()));
        assert_eq!(cny("1").cmp(&seconds("1")), Err(refused.clone()));
        assert_eq!(refused.to_string(), "expected equal units, found CNY and s");
        assert_eq!(cny("1.10").add(&cny("2.20")), Ok(cny("3.3")));
        assert_eq!(cny("1.10").sub(&cny("2.20")), Ok(cny("-1.1")));
        assert_eq!(cny("1.10").cmp(&cny("2.20")), Ok(Ordering::Less));
    }

    #[test]
    fn two_currencies_never_add() {
        let usd = Quantity::money(Ratio::ONE, Currency::parse("USD").unwrap());
        assert!(matches!(cny("1").add(&usd), Err(QuantityError::Units { .. })));
    }

    #[test]
    fn products_and_quotients_carry_the_unit_along() {
        let rate = cny("6").div(&seconds("4")).unwrap();
        assert_eq!((rate.value.show().as_str(), rate.unit.to_string().as_str()), ("1.5", "CNY/s"));
        assert_eq!(rate.mul(&seconds("4")), Ok(cny("6")));
        assert_eq!(cny("6").div(&cny("4")), Ok(Quantity::number(number("1.5"))));
    }

    #[test]
    fn an_error_of_the_values_passes_through() {
        let error = cny("1").div(&seconds("0")).unwrap_err();
        assert_eq!(error, QuantityError::Ratio(RatioError::DivisionByZero));
        assert_eq!(error.to_string(), "division by zero");
    }

    #[test]
    fn the_sign_changes_and_the_unit_stays() {
        assert_eq!(cny("1.5").neg(), cny("-1.5"));
    }
}
