//! The rows of somebody's Parquet file as lines of JSON, one object a row, so that whatever reads lines reads them.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use lake::kernel::{self, LocalFile};
use parquet::basic::{LogicalType, TimeUnit, Type as Physical};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor};
use timeline::Instant;

const DAY_NANOS: i128 = 86_400_000_000_000;

/// The file's rows.
struct Rows {
    rows: RowIter<'static>,
    columns: Vec<Column>,
}

/// One column: its name as JSON, and what its whole numbers mean.
struct Column {
    name: String,
    unit: Option<Unit>,
}

/// What a whole number counts from 1970 on.
#[derive(Clone, Copy)]
struct Unit {
    nanos: i128,
    /// Whether it is UTC; else it is a time of day somewhere.
    utc: bool,
}

/// Writes every row as a line.
pub(super) fn write_lines(path: &Path, to: &mut dyn Write) -> io::Result<()> {
    let mut rows = Rows::open(path)?;
    while let Some(line) = rows.next_line()? {
        to.write_all(line.as_bytes())?;
    }
    to.flush()
}

impl Rows {
    /// Opens a file whose columns are all plain: no lists, no structures, no floating-point numbers, which are not exact.
    fn open(path: &Path) -> io::Result<Rows> {
        // Our own reader names what is wrong with a footer; the one of rows trusts it.
        kernel::footer(&LocalFile::open(path)?).map_err(|error| invalid(&error))?;
        guarded(|| {
            let reader = SerializedFileReader::new(File::open(path)?).map_err(|error| invalid(&error))?;
            let columns = columns(reader.metadata().file_metadata().schema_descr())?;
            Ok(Rows { rows: RowIter::from_file_into(Box::new(reader)), columns })
        })
    }

    fn next_line(&mut self) -> io::Result<Option<String>> {
        let row = guarded(|| self.rows.next().transpose().map_err(|it: ParquetError| invalid(&it)))?;
        row.map(|row| text(&self.columns, &row)).transpose()
    }
}

/// A damaged file may break the reader off in the middle.
fn guarded<T>(read: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(invalid(&"the file is damaged")))
}

fn columns(schema: &SchemaDescriptor) -> io::Result<Vec<Column>> {
    schema.columns().iter().map(Column::of).collect()
}

impl Column {
    fn of(described: &ColumnDescPtr) -> io::Result<Column> {
        let name = described.name();
        if described.path().parts().len() > 1 || described.max_rep_level() > 0 {
            let why = "a list or a structure; write its parts as columns of their own";
            return Err(invalid(&format_args!("column `{name}` is {why}")));
        }
        let float = matches!(described.physical_type(), Physical::FLOAT | Physical::DOUBLE)
            || described.logical_type_ref() == Some(&LogicalType::Float16);
        if float {
            let why =
                "floating-point numbers, which are not exact; leave it out or write it as decimals or text";
            return Err(invalid(&format_args!("column `{name}` holds {why}")));
        }
        let unit = match described.logical_type_ref() {
            Some(LogicalType::Timestamp(it)) => {
                Some(Unit { nanos: nanos(&it.unit), utc: it.is_adjusted_to_u_t_c })
            }
            _ => None,
        };
        Ok(Column { name: serde_json::Value::from(name).to_string(), unit })
    }
}

fn nanos(unit: &TimeUnit) -> i128 {
    match unit {
        TimeUnit::MILLIS => 1_000_000,
        TimeUnit::MICROS => 1_000,
        TimeUnit::NANOS => 1,
    }
}

/// A row as an object on a line; what is absent is left out.
fn text(columns: &[Column], row: &Row) -> io::Result<String> {
    let mut line = String::from("{");
    for (column, (_, field)) in columns.iter().zip(row.get_column_iter()) {
        let Some(value) = value(column, field)? else { continue };
        let comma = if line.len() > 1 { "," } else { "" };
        // Writing to a text never fails.
        let _ = write!(line, "{comma}{}:{value}", column.name);
    }
    line.push_str("}\n");
    Ok(line)
}

/// A value as JSON.
fn value(column: &Column, field: &Field) -> io::Result<Option<String>> {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let moment = |count: i64, unit: Unit| instant(count, unit).map(|it| quoted(&it));
    Ok(Some(match (field, column.unit) {
        (Field::Null, _) => return Ok(None),
        (Field::Long(it), Some(unit)) => moment(*it, unit)?,
        (Field::TimestampMillis(it), unit) => {
            moment(*it, Unit { nanos: 1_000_000, utc: unit.is_none_or(|it| it.utc) })?
        }
        (Field::TimestampMicros(it), unit) => {
            moment(*it, Unit { nanos: 1_000, utc: unit.is_none_or(|it| it.utc) })?
        }
        (Field::Str(it), _) => quoted(it),
        (Field::Bytes(it), _) => quoted(
            std::str::from_utf8(it.data())
                .map_err(|_| invalid(&format_args!("column {} holds bytes that are no text", column.name)))?,
        ),
        (Field::Date(days), _) => {
            let at = instant_of(i128::from(*days).saturating_mul(DAY_NANOS))?;
            quoted(at.get(..10).unwrap_or(&at))
        }
        (Field::Bool(it), _) => it.to_string(),
        (Field::Byte(_) | Field::Short(_) | Field::Int(_) | Field::Long(_), _)
        | (Field::UByte(_) | Field::UShort(_) | Field::UInt(_) | Field::ULong(_) | Field::Decimal(_), _) => {
            field.to_string()
        }
        _ => return Err(invalid(&format_args!("column {} is of a kind that is not read", column.name))),
    }))
}

fn instant(count: i64, unit: Unit) -> io::Result<String> {
    let mut text = instant_of(i128::from(count).saturating_mul(unit.nanos))?;
    if !unit.utc {
        // A time somewhere names no zone.
        text = text.trim_end_matches('Z').replace('T', " ");
    }
    Ok(text)
}

fn instant_of(nanos: i128) -> io::Result<String> {
    let nanos = i64::try_from(nanos).map_err(|_| invalid(&"a time is out of range"))?;
    Ok(platform::time::show(Instant::from_nanos(nanos)))
}

fn invalid(why: &dyn std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_string())
}
