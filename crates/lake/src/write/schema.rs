//! The columns of a file: names, physical and logical kinds, whether they may be absent.

use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::errors::Result;
use parquet::schema::types::{ColumnDescriptor, Type, TypePtr};

use crate::layout::{FIXED_COLUMNS, Kind, Layout};

/// Precision of every number: what fits a 64-bit integer.
const PRECISION: i32 = 18;

/// The schema of the files of that layout.
pub(crate) fn schema(layout: &Layout) -> Result<TypePtr> {
    let [at, recorded_at, subject, source, id] = FIXED_COLUMNS;
    let mut fields = vec![
        field(at, Kind::Instant, false)?,
        field(recorded_at, Kind::Instant, true)?,
        field(subject, Kind::Word, true)?,
        field(source, Kind::Word, true)?,
        field(id, Kind::Text, false)?,
    ];
    for column in &layout.columns {
        fields.push(field(&column.name, column.kind, column.optional)?);
    }
    Type::group_type_builder("row").with_fields(fields).build().map(Arc::new)
}

fn field(name: &str, kind: Kind, optional: bool) -> Result<TypePtr> {
    let repetition = if optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
    let (physical, logical) = types(kind);
    let builder = Type::primitive_type_builder(name, physical).with_repetition(repetition);
    let builder = match kind {
        Kind::Number(number) => builder.with_precision(PRECISION).with_scale(i32::from(number.scale())),
        _ => builder,
    };
    builder.with_logical_type(logical).build().map(Arc::new)
}

/// Whether values of that kind are what a column of a file holds.
pub(crate) fn is_written_as(column: &ColumnDescriptor, kind: Kind) -> bool {
    let (physical, logical) = types(kind);
    column.physical_type() == physical && column.logical_type_ref() == logical.as_ref()
}

fn types(kind: Kind) -> (Physical, Option<LogicalType>) {
    let instant = LogicalType::timestamp(true, TimeUnit::NANOS);
    match kind {
        Kind::Word | Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Truth => (Physical::BOOLEAN, None),
        Kind::Number(number) => {
            (Physical::INT64, Some(LogicalType::decimal(i32::from(number.scale()), PRECISION)))
        }
        Kind::Instant => (Physical::INT64, Some(instant)),
        Kind::Date => (Physical::INT32, Some(LogicalType::Date)),
    }
}
