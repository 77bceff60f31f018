//! Answers as a table for reading, as CSV and as JSON. Decimals stay text, digit for digit.

use std::collections::BTreeSet;
use std::fmt::Write;

use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use serde_json::{Map, Value};

use crate::refused::Refused;
use crate::sql::Answer;

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Columns side by side.
    Table,
    /// RFC 4180, with a line of names.
    Csv,
    /// One array of objects; decimals and times are strings, absent values `null`.
    Json,
}

/// The answer in that format, with a line break at its end. Refused where the format cannot say it.
pub fn show(answer: &Answer, format: Format) -> Result<String, Refused> {
    let rows = rows(answer).map_err(|error| Refused::Unreadable(error.to_string()))?;
    match format {
        Format::Table => Ok(table(answer, &rows)),
        Format::Csv => Ok(csv(answer, &rows)),
        Format::Json => {
            // An object has one value under a name.
            let mut seen = BTreeSet::new();
            let twice = names(answer).into_iter().find(|it| !seen.insert(*it));
            twice.map_or_else(|| Ok(json(answer, &rows)), |it| Err(Refused::SameName(it.to_owned())))
        }
    }
}

/// The cells as text, row by row; `None` where nothing is.
type Row = Vec<Option<String>>;

fn rows(answer: &Answer) -> Result<Vec<Row>, ArrowError> {
    let options = FormatOptions::default();
    let mut rows = Vec::new();
    for batch in &answer.batches {
        let columns = batch.columns().iter().map(|column| {
            ArrayFormatter::try_new(column.as_ref(), &options).map(|formatter| (column, formatter))
        });
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            rows.push(columns.iter().map(|(column, formatter)| cell(column, formatter, row)).collect());
        }
    }
    Ok(rows)
}

fn cell(column: &ArrayRef, formatter: &ArrayFormatter<'_>, row: usize) -> Option<String> {
    let present = column.is_valid(row) && *column.data_type() != DataType::Null;
    present.then(|| {
        let text = formatter.value(row).to_string();
        if is_decimal(column.data_type()) { trimmed(&text).to_owned() } else { text }
    })
}

fn is_decimal(kind: &DataType) -> bool {
    use DataType::{Decimal32, Decimal64, Decimal128, Decimal256};
    matches!(kind, Decimal32(..) | Decimal64(..) | Decimal128(..) | Decimal256(..))
}

/// Without the zeros that only say how many digits the column has.
fn trimmed(decimal: &str) -> &str {
    if decimal.contains('.') { decimal.trim_end_matches('0').trim_end_matches('.') } else { decimal }
}

fn names(answer: &Answer) -> Vec<&str> {
    answer.columns.fields().iter().map(|it| it.name().as_str()).collect()
}

fn table(answer: &Answer, rows: &[Row]) -> String {
    let names = names(answer);
    let width = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at)?.as_deref());
        cells.chain(names.get(at).copied()).map(|it| it.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..names.len()).map(width).collect();
    let mut out = String::new();
    line(&mut out, names.iter().copied(), &widths);
    line(&mut out, widths.iter().map(|it| "-".repeat(*it)), &widths);
    for row in rows {
        line(&mut out, row.iter().map(|it| it.as_deref().unwrap_or_default()), &widths);
    }
    out
}

fn line<T: AsRef<str>>(out: &mut String, cells: impl Iterator<Item = T>, widths: &[usize]) {
    let start = out.len();
    for (at, (cell, width)) in cells.zip(widths).enumerate() {
        let gap = if at == 0 { "" } else { "  " };
        let _ = write!(out, "{gap}{:width$}", printable(cell.as_ref()), width = *width);
    }
    let end = out.get(start..).unwrap_or_default().trim_end().len();
    out.truncate(start.saturating_add(end));
    out.push('\n');
}

/// A cell cannot move the cursor or begin a line.
fn printable(cell: &str) -> String {
    cell.chars().map(|it| if it.is_control() { '\u{fffd}' } else { it }).collect()
}

fn csv(answer: &Answer, rows: &[Row]) -> String {
    let mut out = String::new();
    record(&mut out, names(answer).into_iter());
    for row in rows {
        record(&mut out, row.iter().map(|it| it.as_deref().unwrap_or_default()));
    }
    out
}

fn record<'a>(out: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            let _ = write!(out, "\"{}\"", cell.replace('"', "\"\""));
        } else {
            out.push_str(cell);
        }
    }
    out.push('\n');
}

fn json(answer: &Answer, rows: &[Row]) -> String {
    let fields = answer.columns.fields();
    let objects = rows.iter().map(|row| {
        let values = fields.iter().zip(row).map(|(field, cell)| {
            let value = cell.as_deref().map_or(Value::Null, |it| value(field.data_type(), it));
            (field.name().clone(), value)
        });
        Value::Object(values.collect::<Map<_, _>>())
    });
    format!("{}\n", Value::Array(objects.collect()))
}

fn value(kind: &DataType, text: &str) -> Value {
    if kind.is_integer() {
        return text
            .parse::<i64>()
            .map(Value::from)
            .or_else(|_| text.parse::<u64>().map(Value::from))
            .unwrap_or_else(|_| text.into());
    }
    match (kind, text) {
        (DataType::Boolean, "true") => Value::Bool(true),
        (DataType::Boolean, "false") => Value::Bool(false),
        _ => text.into(),
    }
}
