//! The workload's rows, read from the Parquet file that DuckDB wrote.

use std::fs::File;
use std::path::Path;

use measured::Fault;
use parquet::column::reader::ColumnReader;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};

use crate::row::Row;

const COLUMNS: [&str; 9] =
    ["account_id", "ts_us", "kind", "carrier", "status", "err", "parts", "price_e4", "msg_id"];
const BLOCK: usize = 64 * 1024;

/// Hands every row on, in the order of the file; how many there were.
pub(crate) fn each_row(file: &Path, mut take: impl FnMut(&Row) -> Result<(), Fault>) -> Result<u64, Fault> {
    let reader = SerializedFileReader::new(File::open(file)?)?;
    let mut taken = 0;
    for at in 0..reader.num_row_groups() {
        let group = reader.get_row_group(at)?;
        let mut columns = Columns::of(group.as_ref())?;
        while let Some(rows) = columns.next()? {
            for row in rows {
                take(&row?)?;
                taken += 1;
            }
        }
    }
    Ok(taken)
}

struct Columns {
    readers: Vec<ColumnReader>,
    values: [Vec<i64>; COLUMNS.len()],
    levels: Vec<i16>,
    narrow: Vec<i32>,
}

impl Columns {
    fn of(group: &dyn RowGroupReader) -> Result<Columns, Fault> {
        let schema = group.metadata().schema_descr_ptr();
        let reader = |name: &str| {
            let at = schema.columns().iter().position(|it| it.name() == name);
            Ok::<_, Fault>(
                group.get_column_reader(at.ok_or_else(|| format!("the file has no column {name}"))?)?,
            )
        };
        let readers = COLUMNS.iter().map(|it| reader(it)).collect::<Result<_, _>>()?;
        Ok(Columns { readers, values: Default::default(), levels: Vec::new(), narrow: Vec::new() })
    }

    /// The next block; `None` after the last.
    fn next(&mut self) -> Result<Option<impl Iterator<Item = Result<Row, Fault>>>, Fault> {
        for (reader, values) in self.readers.iter_mut().zip(&mut self.values) {
            values.clear();
            self.levels.clear();
            match reader {
                ColumnReader::Int64ColumnReader(it) => {
                    it.read_records(BLOCK, Some(&mut self.levels), None, values)?;
                }
                ColumnReader::Int32ColumnReader(it) => {
                    self.narrow.clear();
                    it.read_records(BLOCK, Some(&mut self.levels), None, &mut self.narrow)?;
                    values.extend(self.narrow.iter().map(|it| i64::from(*it)));
                }
                _ => return Err("the file has a column that holds no whole numbers".into()),
            }
        }
        let rows = self.values.first().map_or(0, Vec::len);
        if self.values.iter().any(|it| it.len() != rows) {
            return Err("the file has a row without a value".into());
        }
        let row = |at: usize| row(&self.values.each_ref().map(|it| it.get(at).copied().unwrap_or(0)));
        Ok((rows > 0).then(|| (0..rows).map(row)))
    }
}

fn row(values: &[i64; COLUMNS.len()]) -> Result<Row, Fault> {
    let [account, ts_us, kind, carrier, status, err, parts, price_e4, msg_id] = *values;
    Ok(Row {
        account: account.try_into()?,
        ts_us,
        kind: kind.try_into()?,
        carrier: carrier.try_into()?,
        status: status.try_into()?,
        err: err.try_into()?,
        parts: parts.try_into()?,
        price_e4: price_e4.try_into()?,
        msg_id: msg_id.cast_unsigned(),
    })
}
