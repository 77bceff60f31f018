//! Money as the store keeps it and the API writes it: whole minor units of a currency, `200.00 USD`.

use std::borrow::Cow;
use std::fmt;

use quantity::{Currency, Ratio, show_money};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use store::{Fault, Row};

use crate::refusal::Refusal;

/// An amount of money in whole minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money {
    /// The currency.
    pub currency: Currency,
    /// Cents of a dollar, yen of a yen.
    pub minor: i64,
}

impl Money {
    /// So many minor units.
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { currency, minor }
    }

    /// Reads `200.00 USD`: a decimal number, a space, a code of ISO 4217. Refused when it has more decimals than the
    /// currency or does not fit.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        parsed(text).ok_or_else(|| {
            Refusal::invalid(
                format!("`{text}` is no amount of money: write it like `200.00 USD`, with no more decimals than the currency has"),
                format!("`{text}` 不是金额：请写作 `200.00 USD`，小数位不得多于该货币的最小单位"),
            )
        })
    }

    /// From two columns of a row: the amount in minor units and the currency's code.
    pub fn of_row(row: &Row, amount: usize, currency: usize) -> Result<Self, Fault> {
        let code: String = row.get(currency)?;
        let currency = Currency::parse(&code).ok_or_else(|| Fault::broken(format!("no currency {code}")))?;
        Ok(Self { currency, minor: row.get(amount)? })
    }

    /// From an exact amount in the currency's major unit; `None` when it is no whole number of minor units or does not
    /// fit. Round first where the contract says so.
    pub fn exact(amount: &Ratio, currency: Currency) -> Option<Self> {
        let minor = amount.mul(&scale(currency)).ok()?.to_integer()?;
        Some(Self { currency, minor: i64::try_from(minor).ok()? })
    }

    /// The amount in the currency's major unit.
    pub fn ratio(self) -> Ratio {
        // A divisor that is a power of ten is never zero.
        Ratio::int(i128::from(self.minor)).div(&scale(self.currency)).unwrap_or(Ratio::ZERO)
    }

    /// The sum; `None` when the currencies differ or it does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let same = self.currency == other.currency;
        let minor = self.minor.checked_add(other.minor).filter(|_| same)?;
        Some(Self { minor, ..self })
    }

    /// The difference; `None` when the currencies differ or it does not fit.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.checked_add(Self { minor: other.minor.checked_neg()?, ..other })
    }
}

fn scale(currency: Currency) -> Ratio {
    Ratio::int(10_i128.saturating_pow(currency.minor_digits()))
}

fn parsed(text: &str) -> Option<Money> {
    let (number, code) = text.split_once(' ')?;
    Money::exact(&Ratio::parse_decimal(number)?, Currency::parse(code)?)
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", show_money(&self.ratio(), self.currency), self.currency)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        parsed(&text).ok_or_else(|| de::Error::custom("expected an amount of money like `200.00 USD`"))
    }
}

impl JsonSchema for Money {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Money".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)? [A-Z]{3}$", "examples": ["200.00 USD"]})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_whole_minor_units_of_its_currency() {
        let table = [
            ("200.00 USD", Some((20_000, "200.00 USD"))),
            ("200 USD", Some((20_000, "200.00 USD"))),
            ("-0.01 USD", Some((-1, "-0.01 USD"))),
            ("1234 JPY", Some((1234, "1234 JPY"))),
            ("0.125 KWD", Some((125, "0.125 KWD"))),
            ("92233720368547758.07 USD", Some((i64::MAX, "92233720368547758.07 USD"))),
            ("92233720368547758.08 USD", None),
            ("0.001 USD", None),
            ("1.5 JPY", None),
            ("1.00 usd", None),
            ("1.00", None),
            ("USD 1.00", None),
        ];
        for (text, expected) in table {
            let found = Money::parse(text).ok();
            let shown = found.map(|it| (it.minor, it.to_string()));
            assert_eq!(shown, expected.map(|(minor, shown)| (minor, shown.to_owned())), "{text}");
        }
    }

    #[test]
    fn amounts_of_different_currencies_do_not_add_up() {
        let money = |text| Money::parse(text).unwrap();
        assert_eq!(money("1.00 USD").checked_add(money("0.50 USD")), Some(money("1.50 USD")));
        assert_eq!(money("1.00 USD").checked_sub(money("1.50 USD")), Some(money("-0.50 USD")));
        assert_eq!(money("1.00 USD").checked_add(money("1.00 EUR")), None);
        assert_eq!(money("92233720368547758.07 USD").checked_add(money("0.01 USD")), None);
    }
}
