//! What the fields of a fact are as columns, and what their values are as a `Datum`.

use std::sync::Arc;

use calendar::Date;
use datafusion::arrow::datatypes::{DataType, Field as Column, Schema, SchemaRef, TimeUnit};
use datafusion::scalar::ScalarValue;
use evidence::{AttributeKind, Datum, FactSchema, Field};
use quantity::Ratio;
use timeline::Instant;

/// Digits behind the point of every number column: the most that a file of the lake may have.
pub const SCALE: i8 = 9;
/// One more digit than a number of 18 digits can have at any scale, so that a bound beyond all of them fits too.
pub(crate) const PRECISION: u8 = 28;
/// Above every number a file can hold, in units of the last digit.
pub(crate) const UNSCALED_BOUND: i128 = 10i128.pow(27);
/// The units of the last digit in one.
pub(crate) const UNITS_PER_ONE: i128 = 10i128.pow(9);

/// The column of the instant a record happened at.
pub(crate) const AT: &str = "at";

/// What a field says, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Number,
    Money,
    Duration,
    Quantity,
    Instant,
    Date,
    Text,
    Truth,
}

impl Kind {
    fn of(kind: &AttributeKind) -> Kind {
        match kind {
            AttributeKind::Number => Kind::Number,
            AttributeKind::Money => Kind::Money,
            AttributeKind::Duration => Kind::Duration,
            AttributeKind::Unit(_) => Kind::Quantity,
            AttributeKind::Instant => Kind::Instant,
            AttributeKind::Date => Kind::Date,
            AttributeKind::Truth => Kind::Truth,
            AttributeKind::Text | AttributeKind::OneOf(_) | AttributeKind::Cause(_) => Kind::Text,
        }
    }

    /// Whether such values can be added up.
    pub(crate) fn adds_up(self) -> bool {
        matches!(self, Kind::Number | Kind::Money | Kind::Duration | Kind::Quantity)
    }

    pub(crate) fn data_type(self) -> DataType {
        match self {
            Kind::Number | Kind::Money | Kind::Duration | Kind::Quantity => number_type(),
            Kind::Instant => instant_type(),
            Kind::Date => DataType::Date32,
            Kind::Text => DataType::Utf8View,
            Kind::Truth => DataType::Boolean,
        }
    }

    fn number(self, ratio: Ratio) -> Option<Datum> {
        match self {
            Kind::Number => Some(Datum::Number(ratio)),
            Kind::Money => Some(Datum::Money(ratio)),
            Kind::Duration => Some(Datum::Duration(ratio)),
            Kind::Quantity => Some(Datum::Quantity(ratio)),
            _ => None,
        }
    }

    /// What a value of a column of this kind says; `None` when the column holds something else.
    pub(crate) fn datum(self, value: &ScalarValue) -> Option<Option<Datum>> {
        if value.is_null() {
            return Some(None);
        }
        let datum = match (self, value) {
            (Kind::Text, ScalarValue::Utf8View(Some(it)) | ScalarValue::Utf8(Some(it))) => {
                Datum::Text(Arc::from(it.as_str()))
            }
            (Kind::Truth, ScalarValue::Boolean(Some(it))) => Datum::Truth(*it),
            (Kind::Date, ScalarValue::Date32(Some(days))) => Datum::Date(epoch()?.add_days(*days)?),
            (Kind::Instant, ScalarValue::TimestampNanosecond(Some(nanos), _)) => {
                Datum::Instant(Instant::from_nanos(*nanos))
            }
            (kind, ScalarValue::Decimal128(Some(unscaled), _, scale)) => {
                let one = 10i128.checked_pow(u32::try_from(*scale).ok()?)?;
                kind.number(Ratio::new(*unscaled, one).ok()?)?
            }
            _ => return None,
        };
        Some(Some(datum))
    }

    /// The literal that a value of this kind is compared as; `None` for other kinds, and for numbers, whose bounds need
    /// rounding.
    pub(crate) fn literal(self, datum: &Datum) -> Option<ScalarValue> {
        match (self, datum) {
            (Kind::Text, Datum::Text(it)) => Some(ScalarValue::Utf8View(Some(it.to_string()))),
            (Kind::Truth, Datum::Truth(it)) => Some(ScalarValue::Boolean(Some(*it))),
            (Kind::Date, Datum::Date(it)) => Some(ScalarValue::Date32(Some(epoch()?.days_until(*it)))),
            (Kind::Instant, Datum::Instant(it)) => Some(instant(*it)),
            _ => None,
        }
    }

    /// The number, when the value is one of this kind.
    pub(crate) fn ratio(self, datum: &Datum) -> Option<&Ratio> {
        match (self, datum) {
            (Kind::Number, Datum::Number(it))
            | (Kind::Money, Datum::Money(it))
            | (Kind::Duration, Datum::Duration(it))
            | (Kind::Quantity, Datum::Quantity(it)) => Some(it),
            _ => None,
        }
    }
}

/// The columns of a fact: those every record has, then its attributes.
pub fn table_schema(fact: &FactSchema) -> SchemaRef {
    let fixed = [
        Column::new(AT, instant_type(), false),
        Column::new("recorded_at", instant_type(), true),
        Column::new("subject", DataType::Utf8View, true),
        Column::new("source", DataType::Utf8View, true),
        Column::new("id", DataType::Utf8View, false),
    ];
    let own =
        fact.attributes.iter().map(|it| Column::new(&it.name, Kind::of(&it.kind).data_type(), it.optional));
    Arc::new(Schema::new(fixed.into_iter().chain(own).collect::<Vec<_>>()))
}

/// The name and kind of a field; `None` when the fact does not have it.
pub(crate) fn field(fact: &FactSchema, field: Field) -> Option<(&str, Kind)> {
    match field {
        Field::Attribute(at) => fact.attributes.get(at).map(|it| (it.name.as_str(), Kind::of(&it.kind))),
        Field::Subject => Some(("subject", Kind::Text)),
        Field::Source => Some(("source", Kind::Text)),
        Field::Id => Some(("id", Kind::Text)),
    }
}

/// An instant as a literal.
pub(crate) fn instant(at: Instant) -> ScalarValue {
    ScalarValue::TimestampNanosecond(Some(at.nanos()), Some(Arc::from("UTC")))
}

/// The type of every column of numbers.
pub(crate) fn number_type() -> DataType {
    DataType::Decimal128(PRECISION, SCALE)
}

/// Whether every record of every fact has that column.
pub(crate) fn is_always_there(column: &str) -> bool {
    matches!(column, AT | "id")
}

/// The type of every column of instants.
pub(crate) fn instant_type() -> DataType {
    DataType::Timestamp(TimeUnit::Nanosecond, Some(Arc::from("UTC")))
}

fn epoch() -> Option<Date> {
    Date::new(1970, 1, 1)
}
