//! An amount in whole minor units of one currency.

use std::fmt;

use quantity::{Currency, Quantity, Ratio, show_money};
use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;

/// The largest amount, in minor units, either side of zero: ten trillion of a currency with cents. It fits into
/// 53 bits, so that no reader of JSON loses a digit.
pub const AMOUNT_MINOR_MAX: i64 = 1_000_000_000_000_000;

/// Minor units of a currency: cents, fen, whole yen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Money {
    /// How many minor units.
    pub minor: i64,
    /// Of what.
    pub currency: Currency,
}

/// How money is written where it is stored.
#[derive(Serialize, Deserialize)]
struct Wire {
    minor: i64,
    currency: String,
}

impl Money {
    /// So many minor units.
    pub const fn new(minor: i64, currency: Currency) -> Money {
        Money { minor, currency }
    }

    /// Nothing of that currency.
    pub const fn zero(currency: Currency) -> Money {
        Money { minor: 0, currency }
    }

    /// The minor units of an exact quantity; `None` when it is no money, not a whole number of minor units, or
    /// beyond [`AMOUNT_MINOR_MAX`]. A settlement's rounded amount is whole when its text rounds to the minor unit.
    pub fn of_quantity(amount: &Quantity) -> Option<Money> {
        let currency = amount.unit.currency()?;
        let scale = Ratio::int(10_i128.checked_pow(currency.minor_digits())?);
        let minor = i64::try_from(amount.value.mul(&scale).ok()?.to_integer()?).ok()?;
        Money::new(minor, currency).is_in_range().then_some(Money::new(minor, currency))
    }

    /// The exact quantity, in major units.
    pub fn quantity(self) -> Quantity {
        Quantity::money(self.major(), self.currency)
    }

    /// Digits and currency, as statements print them: `300.00 CNY`.
    pub fn show(self) -> String {
        format!("{} {}", show_money(&self.major(), self.currency), self.currency)
    }

    /// Whether the amount is at most [`AMOUNT_MINOR_MAX`] either side of zero.
    pub const fn is_in_range(self) -> bool {
        -AMOUNT_MINOR_MAX <= self.minor && self.minor <= AMOUNT_MINOR_MAX
    }

    /// `self − other`.
    ///
    /// # Errors
    /// Different currencies, or a difference out of range.
    pub fn less(self, other: Money) -> Result<Money, Refusal> {
        self.combined(other, i64::checked_sub)
    }

    /// `self + other`.
    ///
    /// # Errors
    /// Different currencies, or a sum out of range.
    pub fn plus(self, other: Money) -> Result<Money, Refusal> {
        self.combined(other, i64::checked_add)
    }

    /// The amount itself when it is more than nothing and within range.
    pub(crate) fn positive(self) -> Result<Money, Refusal> {
        if self.minor > 0 && self.is_in_range() { Ok(self) } else { Err(Refusal::Amount { amount: self }) }
    }

    /// Refuses an amount of another currency.
    pub(crate) fn same_currency(self, other: Money) -> Result<(), Refusal> {
        let (left, right) = (self.currency, other.currency);
        if left == right { Ok(()) } else { Err(Refusal::Currencies { left, right }) }
    }

    fn combined(self, other: Money, how: fn(i64, i64) -> Option<i64>) -> Result<Money, Refusal> {
        self.same_currency(other)?;
        let minor = how(self.minor, other.minor).ok_or(Refusal::Amount { amount: self })?;
        let result = Money::new(minor, self.currency);
        if result.is_in_range() { Ok(result) } else { Err(Refusal::Amount { amount: result }) }
    }

    fn major(self) -> Ratio {
        let minor = i128::from(self.minor);
        let scale = 10_i128.checked_pow(self.currency.minor_digits()).unwrap_or(1);
        Ratio::new(minor, scale).unwrap_or_else(|_| Ratio::int(minor))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.show())
    }
}

impl From<Money> for Wire {
    fn from(money: Money) -> Wire {
        Wire { minor: money.minor, currency: money.currency.code().to_owned() }
    }
}

impl TryFrom<Wire> for Money {
    type Error = String;

    fn try_from(wire: Wire) -> Result<Money, String> {
        let currency =
            Currency::parse(&wire.currency).ok_or_else(|| format!("no currency {}", wire.currency))?;
        let money = Money::new(wire.minor, currency);
        if money.is_in_range() { Ok(money) } else { Err(format!("{} is out of range", wire.minor)) }
    }
}
