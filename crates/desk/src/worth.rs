//! What is awarded: money, or something in kind – service time, data, a count – in whole units.

use std::fmt;

use ledger::Money;
use quantity::{Currency, Quantity, Ratio, Unit, unit_named};
use serde::{Deserialize, Serialize};

/// An amount of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Worth {
    /// How many: minor units of money, seconds, bytes, or pieces.
    pub minor: i64,
    /// Of what.
    pub of: Of,
}

/// What an amount is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Of {
    /// Money of a currency.
    Money(Currency),
    /// Service time, in seconds.
    Time,
    /// Data, in bytes.
    Data,
    /// A number of pieces.
    Count,
    /// All that the statement names, in a unit of the contract's own or no whole number of one: it is given or not.
    Whole,
}

/// How it is written where it is stored: as the ledger writes money, or with a unit.
#[derive(Serialize, Deserialize)]
struct Wire {
    minor: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
}

impl Worth {
    /// So many of something.
    pub const fn new(minor: i64, of: Of) -> Self {
        Self { minor, of }
    }

    /// What a settlement gives in kind. What is no whole number of seconds, bytes or pieces is one whole.
    pub fn in_kind(amount: &Quantity) -> Self {
        let of = match &amount.unit {
            it if it.is_time() => Of::Time,
            it if *it == Unit::data() => Of::Data,
            it if it.is_none() => Of::Count,
            _ => Of::Whole,
        };
        let whole = amount.value.to_integer().and_then(|it| i64::try_from(it).ok());
        match (of, whole) {
            (Of::Whole, _) | (_, None) => Self::new(1, Of::Whole),
            (of, Some(minor)) => Self::new(minor, of),
        }
    }

    /// Reads `1 d 12 h`, `500 MB` or `3`, for something of the same kind; `None` when it is none or no whole number of units.
    pub fn parse(text: &str, of: Of) -> Option<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (numbers, unit): (Vec<&[&str]>, Option<Unit>) = match of {
            Of::Time => (words.chunks(2).collect(), Some(Unit::time())),
            Of::Data => (words.chunks(2).collect(), Some(Unit::data())),
            Of::Count => (words.chunks(1).collect(), None),
            Of::Money(_) | Of::Whole => return None,
        };
        let mut sum = Ratio::ZERO;
        for it in numbers {
            let scale = match (it, &unit) {
                ([_], None) => Ratio::ONE,
                ([_, name], Some(unit)) => unit_named(name).filter(|it| it.0 == *unit)?.1,
                _ => return None,
            };
            sum = sum.add(&Ratio::parse_decimal(it.first()?)?.mul(&scale).ok()?).ok()?;
        }
        let minor = i64::try_from(sum.to_integer()?).ok()?;
        (!words.is_empty()).then_some(Self::new(minor, of))
    }

    /// The money, when it is money.
    pub const fn money(self) -> Option<Money> {
        match self.of {
            Of::Money(currency) => Some(Money::new(self.minor, currency)),
            _ => None,
        }
    }

    /// Whether it fits where it is kept.
    pub(crate) fn is_in_range(self) -> bool {
        self.money().is_none_or(Money::is_in_range)
    }
}

impl Of {
    /// The stable word tables write: a currency's code, or a unit.
    pub fn word(self) -> &'static str {
        match self {
            Self::Money(currency) => currency.code(),
            Self::Time => "s",
            Self::Data => "B",
            Self::Count => "count",
            Self::Whole => "whole",
        }
    }

    /// The other way round.
    pub fn parse(word: &str) -> Option<Self> {
        let known = [Self::Time, Self::Data, Self::Count, Self::Whole];
        let found = known.into_iter().find(|it| it.word() == word);
        found.or_else(|| Currency::parse(word).map(Self::Money))
    }
}

impl From<Money> for Worth {
    fn from(it: Money) -> Self {
        Self::new(it.minor, Of::Money(it.currency))
    }
}

impl fmt::Display for Worth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = Ratio::int(i128::from(self.minor));
        match self.of {
            Of::Money(currency) => f.write_str(&Money::new(self.minor, currency).show()),
            Of::Time => f.write_str(&Quantity { value, unit: Unit::time() }.show()),
            Of::Data => f.write_str(&Quantity { value, unit: Unit::data() }.show()),
            Of::Count => write!(f, "{}", self.minor),
            Of::Whole => f.write_str(if self.minor == 0 { "nothing" } else { "all of it" }),
        }
    }
}

impl From<Worth> for Wire {
    fn from(it: Worth) -> Self {
        let word = Some(it.of.word().to_owned());
        match it.of {
            Of::Money(_) => Self { minor: it.minor, currency: word, unit: None },
            _ => Self { minor: it.minor, currency: None, unit: word },
        }
    }
}

impl TryFrom<Wire> for Worth {
    type Error = String;

    fn try_from(it: Wire) -> Result<Self, String> {
        let of = match (&it.currency, &it.unit) {
            (Some(code), None) => Currency::parse(code).map(Of::Money),
            (None, Some(unit)) => Of::parse(unit).filter(|it| !matches!(it, Of::Money(_))),
            _ => None,
        };
        Ok(Self::new(it.minor, of.ok_or("an amount of nothing that is known")?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_in_kind_is_whole_units_or_one_whole() {
        let of = |text: &str, unit: Unit| {
            Worth::in_kind(&Quantity { value: Ratio::parse_fraction(text).unwrap(), unit })
        };
        assert_eq!(of("172800", Unit::time()), Worth::new(172_800, Of::Time));
        assert_eq!(of("3", Unit::none()), Worth::new(3, Of::Count));
        assert_eq!(of("500000000", Unit::data()), Worth::new(500_000_000, Of::Data));
        assert_eq!(of("1/3", Unit::time()), Worth::new(1, Of::Whole));
        assert_eq!(of("3", Unit::named("points")), Worth::new(1, Of::Whole));
    }

    #[test]
    fn an_amount_in_kind_is_read_in_the_kind_that_is_due() {
        for (text, of, minor) in [
            ("2 d", Of::Time, Some(172_800)),
            ("1 d 12 h", Of::Time, Some(129_600)),
            ("0.5 h", Of::Time, Some(1_800)),
            ("500 MB", Of::Data, Some(500_000_000)),
            ("3", Of::Count, Some(3)),
            ("2 d", Of::Data, None),
            ("2", Of::Time, None),
            ("3 4", Of::Count, Some(7)),
            ("", Of::Count, None),
            ("1", Of::Whole, None),
        ] {
            assert_eq!(Worth::parse(text, of).map(|it| it.minor), minor, "{text}");
        }
    }

    #[test]
    fn money_is_stored_as_the_ledger_stores_it_and_the_rest_with_its_unit() {
        let cny = Currency::parse("CNY").unwrap();
        for (worth, json) in [
            (Worth::from(Money::new(5, cny)), r#"{"minor":5,"currency":"CNY"}"#),
            (Worth::new(172_800, Of::Time), r#"{"minor":172800,"unit":"s"}"#),
            (Worth::new(1, Of::Whole), r#"{"minor":1,"unit":"whole"}"#),
        ] {
            assert_eq!(serde_json::to_string(&worth).unwrap(), json);
            assert_eq!(serde_json::from_str::<Worth>(json).unwrap(), worth);
        }
        assert_eq!(serde_json::to_string(&Money::new(5, cny)).unwrap(), r#"{"minor":5,"currency":"CNY"}"#);
        assert!(serde_json::from_str::<Worth>(r#"{"minor":5}"#).is_err());
        assert_eq!(Worth::new(172_800, Of::Time).to_string(), "2 d");
    }
}
