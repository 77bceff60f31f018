//! The filter of a scan as the reader asks it: time as a window, every other column by what the engine itself says of
//! each of its different values.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::Result;
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::expressions::{BinaryExpr, Column, Literal};
use datafusion::physical_expr::utils::{collect_columns, reassign_expr_columns};
use datafusion::physical_expr::{PhysicalExpr, split_conjunction};
use datafusion::physical_expr_common::physical_expr::snapshot_generation;
use datafusion::scalar::ScalarValue;
use lake::kernel::{Check, Filter, Test, Time, Value};

use crate::column::{AT, SCALE};

/// Columns with a value of its own for nearly every row: asking about each is no gain.
const ALL_DIFFERENT: &str = "id";

/// What of a scan counts.
pub(super) struct Condition {
    pub(super) time: Time,
    pub(super) filter: Filter,
}

/// Reads the filter of a scan over `columns`; `None` when the reader could not ask it.
pub(super) fn condition(filter: Option<&Arc<dyn PhysicalExpr>>, columns: &SchemaRef) -> Option<Condition> {
    let time = Time { column: AT.to_owned(), from: i64::MIN, until: i64::MAX, slice: None };
    let mut found = Condition { time, filter: Filter::All };
    let mut tests = Vec::new();
    for conjunct in filter.map(split_conjunction).unwrap_or_default() {
        if snapshot_generation(conjunct) != 0 {
            return None;
        }
        let named = collect_columns(conjunct);
        match named.iter().next() {
            Some(column) if named.len() == 1 && column.name() == AT => {
                found.time = cut(&found.time, conjunct)?
            }
            Some(column) if named.len() == 1 && column.name() != ALL_DIFFERENT => {
                let field = columns.field_with_name(column.name()).ok()?;
                tests.push(Filter::Column(column.name().to_owned(), Test::Where(check(conjunct, field)?)));
            }
            _ => return None,
        }
    }
    if !tests.is_empty() {
        found.filter = Filter::And(tests);
    }
    Some(found)
}

/// The window, cut by one bound; half-open, so that the very last instant there is cannot be asked about.
fn cut(time: &Time, bound: &Arc<dyn PhysicalExpr>) -> Option<Time> {
    let bound = bound.downcast_ref::<BinaryExpr>()?;
    bound.left().downcast_ref::<Column>()?;
    let right = bound.right().downcast_ref::<Literal>()?;
    let ScalarValue::TimestampNanosecond(Some(at), _) = right.value() else { return None };
    let (from, until) = match bound.op() {
        Operator::GtEq => (*at, i64::MAX),
        Operator::Gt => (at.checked_add(1)?, i64::MAX),
        Operator::Lt => (i64::MIN, *at),
        Operator::LtEq => (i64::MIN, at.checked_add(1)?),
        Operator::Eq => (*at, at.checked_add(1)?),
        _ => return None,
    };
    Some(Time { from: time.from.max(from), until: time.until.min(until), ..time.clone() })
}

/// Asks the condition of one value at a time.
fn check(condition: &Arc<dyn PhysicalExpr>, field: &Field) -> Option<Check> {
    let kind = field.data_type().clone();
    let row: SchemaRef = Arc::new(Schema::new(vec![field.clone().with_nullable(true)]));
    let condition = reassign_expr_columns(Arc::clone(condition), &row).ok()?;
    // Once as a trial: what fails on an absent value would fail on others, and a check cannot say so.
    holds(&condition, &row, &kind, None).ok()?;
    Some(Arc::new(move |value| holds(&condition, &row, &kind, value).unwrap_or(false)))
}

fn holds(
    condition: &Arc<dyn PhysicalExpr>,
    row: &SchemaRef,
    kind: &DataType,
    value: Option<&Value>,
) -> Result<bool> {
    let value =
        scalar(kind, value).ok_or_else(|| datafusion::common::exec_datafusion_err!("a strange value"))?;
    let column: ArrayRef = value.to_array()?;
    let batch = RecordBatch::try_new(Arc::clone(row), vec![column])?;
    let answer = condition.evaluate(&batch)?.into_array(1)?;
    let answer = answer.as_any().downcast_ref::<BooleanArray>();
    Ok(answer.is_some_and(|it| it.iter().next() == Some(Some(true))))
}

/// A value the reader found, in a column of that type; `None` when the column holds something else.
pub(super) fn scalar(kind: &DataType, value: Option<&Value>) -> Option<ScalarValue> {
    let Some(value) = value else { return ScalarValue::try_from(kind).ok() };
    Some(match (kind, value) {
        (DataType::Utf8View, Value::Text(it)) => ScalarValue::Utf8View(Some(it.to_string())),
        (DataType::Boolean, Value::Int(it)) => ScalarValue::Boolean(Some(*it != 0)),
        (DataType::Date32, Value::Int(it)) => ScalarValue::Date32(Some(i32::try_from(*it).ok()?)),
        (DataType::Timestamp(_, zone), Value::Int(it)) => {
            ScalarValue::TimestampNanosecond(Some(i64::try_from(*it).ok()?), zone.clone())
        }
        (DataType::Decimal128(precision, SCALE), Value::Int(it)) => {
            ScalarValue::Decimal128(Some(*it), *precision, SCALE)
        }
        _ => return None,
    })
}
