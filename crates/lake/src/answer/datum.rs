//! Values of columns as the data of records.

use calendar::Date;
use evidence::{AttributeKind, Datum};
use quantity::Ratio;
use timeline::Instant;

use crate::kernel::Value;
use crate::layout::{Kind, NumberKind};

/// What the values of a column mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Meaning(pub(super) Kind);

impl Meaning {
    pub(super) fn of(kind: &AttributeKind) -> Meaning {
        Meaning(Kind::of(kind))
    }

    /// Decimal places of a number.
    pub(super) fn scale(self) -> Option<u8> {
        match self.0 {
            Kind::Number(kind) => Some(kind.scale()),
            _ => None,
        }
    }

    /// The value as a datum; `None` for what such a column never holds.
    pub(super) fn datum(self, value: &Value) -> Option<Datum> {
        match (self.0, value) {
            (Kind::Word | Kind::Text, Value::Text(text)) => Some(Datum::Text(text.clone())),
            (Kind::Truth, Value::Int(truth)) => Some(Datum::Truth(*truth != 0)),
            (Kind::Instant, Value::Int(nanos)) => {
                i64::try_from(*nanos).ok().map(|it| Datum::Instant(Instant::from_nanos(it)))
            }
            (Kind::Date, Value::Int(days)) => {
                let days = i32::try_from(*days).ok()?;
                Date::new(1970, 1, 1)?.add_days(days).map(Datum::Date)
            }
            (Kind::Number(_), Value::Int(unscaled)) => self.number(*unscaled),
            _ => None,
        }
    }

    /// The number of so many units of the last decimal place.
    pub(super) fn number(self, unscaled: i128) -> Option<Datum> {
        let Kind::Number(kind) = self.0 else { return None };
        let ratio = Ratio::new(unscaled, 10_i128.checked_pow(u32::from(kind.scale()))?).ok()?;
        Some(match kind {
            NumberKind::Number => Datum::Number(ratio),
            NumberKind::Money => Datum::Money(ratio),
            NumberKind::Duration => Datum::Duration(ratio),
            NumberKind::Quantity => Datum::Quantity(ratio),
        })
    }
}
