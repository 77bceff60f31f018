//! Rows of a file of the lake, some thousand at a time and in order.

mod file;

use std::ops::Range;
use std::sync::Arc;

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;
use sha2::{Digest, Sha256};

use crate::blobs::Blobs;
use crate::error::{LakeError, Misfit};
use crate::layout::{Column, FIXED_COLUMNS, Kind, Layout};
use crate::manifest::FileEntry;
use crate::rows::{ABSENT, ABSENT_DATE, ABSENT_TRUTH, Rows, Texts, Values, Words};
use crate::write::{PAGE_ROWS, is_written_as};

use file::{BlobFile, Held};

/// Bytes a digest is taken of at once.
const HASHED_BYTES: u64 = 8 << 20;
/// As many such pieces are fetched together from a store far away.
const HASHED_AT_ONCE: u64 = 4;
/// Bytes that readers of files far away hold ahead, together.
pub(crate) const AHEAD_BYTES: u64 = 64 << 20;

/// Reads the rows of one file in order.
pub(crate) struct FileRows {
    reader: SerializedFileReader<BlobFile>,
    held: Arc<Held>,
    path: String,
    layout: Layout,
    /// For each column of the layout, its position in the file.
    positions: Vec<Option<usize>>,
    group: usize,
    columns: Vec<ColumnReader>,
    left_in_group: usize,
}

/// Refuses a file whose bytes are not those the manifest names.
pub fn verify(blobs: &dyn Blobs, entry: &FileEntry) -> std::result::Result<(), LakeError> {
    let size = blobs.size(&entry.path)?;
    if size != entry.bytes {
        return Err(LakeError::corrupt(
            &entry.path,
            format_args!("it has {size} bytes instead of {}", entry.bytes),
        ));
    }
    let found = digest(blobs, &entry.path, size)?;
    if found == entry.sha256 { Ok(()) } else { Err(LakeError::corrupt(&entry.path, "its SHA-256 differs")) }
}

/// SHA-256 of a file of so many bytes.
pub(crate) fn digest(blobs: &dyn Blobs, path: &str, size: u64) -> std::result::Result<[u8; 32], LakeError> {
    let mut hash = Sha256::new();
    let at_once = if blobs.is_far() { HASHED_AT_ONCE } else { 1 };
    let mut from = 0;
    while from < size {
        let until = size.min(from + HASHED_BYTES * at_once);
        let piece = |start| start..until.min(start + HASHED_BYTES);
        let pieces: Vec<Range<u64>> = (0..at_once).map(|it| piece(from + it * HASHED_BYTES)).collect();
        let pieces: Vec<Range<u64>> = pieces.into_iter().filter(|it| !it.is_empty()).collect();
        blobs.get_ranges(path, &pieces)?.iter().for_each(|it| hash.update(it));
        from = until;
    }
    Ok(hash.finalize().into())
}

impl FileRows {
    /// Opens a file. Columns the layout has and the file has not are absent in every row, if they may be.
    pub(crate) fn open(
        blobs: Arc<dyn Blobs>,
        path: &str,
        layout: &Layout,
    ) -> std::result::Result<FileRows, LakeError> {
        FileRows::open_ahead(blobs, path, layout, AHEAD_BYTES)
    }

    /// Opens a file for what every row has, whatever else the file holds: times, subject, source and id.
    pub(crate) fn open_fixed(
        blobs: Arc<dyn Blobs>,
        path: &str,
        fact: &str,
    ) -> std::result::Result<FileRows, LakeError> {
        let layout = Layout { fact: fact.to_owned(), columns: Vec::new() };
        FileRows::open_some(blobs, path, &layout, AHEAD_BYTES)
    }

    /// As [`FileRows::open`], with so many bytes read ahead at most where the store is far away. Refused when the file has a
    /// column that would be left out.
    pub(crate) fn open_ahead(
        blobs: Arc<dyn Blobs>,
        path: &str,
        layout: &Layout,
        ahead_bytes: u64,
    ) -> std::result::Result<FileRows, LakeError> {
        let rows = FileRows::open_some(blobs, path, layout, ahead_bytes)?;
        let schema = rows.reader.metadata().file_metadata().schema_descr();
        let attributes = schema.columns().iter().skip(FIXED_COLUMNS.len()).map(|it| it.name());
        match attributes.into_iter().find(|it| layout.column(it).is_none()) {
            Some(name) => {
                Err(LakeError::Columns { path: path.to_owned(), why: Misfit::Dropped(name.to_owned()) })
            }
            None => Ok(rows),
        }
    }

    fn open_some(
        blobs: Arc<dyn Blobs>,
        path: &str,
        layout: &Layout,
        ahead_bytes: u64,
    ) -> std::result::Result<FileRows, LakeError> {
        let damaged = |error: ParquetError| LakeError::corrupt(path, error);
        let file = BlobFile::open(blobs, path, ahead_bytes)?;
        let held = file.held();
        let reader = SerializedFileReader::new(file).map_err(damaged)?;
        let schema = reader.metadata().file_metadata().schema_descr();
        let names: Vec<&str> = schema.columns().iter().map(|it| it.name()).collect();
        let position = |name: &str| names.iter().position(|it| *it == name);
        if FIXED_COLUMNS.iter().enumerate().any(|(at, name)| position(name) != Some(at)) {
            return Err(LakeError::corrupt(path, "it has not the columns of a lake"));
        }
        let positions: Vec<Option<usize>> = layout.columns.iter().map(|it| position(&it.name)).collect();
        let misfit = |why| LakeError::Columns { path: path.to_owned(), why };
        for (column, at) in layout.columns.iter().zip(&positions) {
            match at.map(|it| schema.column(it)) {
                Some(found) => fits(&found, column).map_err(misfit)?,
                None if column.optional => {}
                None => {
                    return Err(LakeError::corrupt(path, format_args!("it has no column `{}`", column.name)));
                }
            }
        }
        Ok(FileRows {
            reader,
            held,
            path: path.to_owned(),
            layout: layout.clone(),
            positions,
            group: 0,
            columns: Vec::new(),
            left_in_group: 0,
        })
    }

    /// The next rows; `None` behind the last.
    pub(crate) fn next(&mut self) -> std::result::Result<Option<Rows>, LakeError> {
        self.read().map_err(|error| LakeError::corrupt(&self.path, error))
    }

    fn read(&mut self) -> Result<Option<Rows>> {
        while self.left_in_group == 0 {
            if self.group >= self.reader.num_row_groups() {
                return Ok(None);
            }
            let chunks = self.reader.metadata().row_group(self.group).columns().iter();
            self.held.fetch(&chunks.map(place).collect::<Vec<_>>())?;
            let group = self.reader.get_row_group(self.group)?;
            self.left_in_group = usize::try_from(group.metadata().num_rows()).unwrap_or_default();
            let columns = (0..group.num_columns()).map(|it| group.get_column_reader(it));
            self.columns = columns.collect::<Result<_>>()?;
            self.group += 1;
        }
        let count = self.left_in_group.min(PAGE_ROWS);
        self.left_in_group -= count;
        self.rows(count).map(Some)
    }

    fn rows(&mut self, count: usize) -> Result<Rows> {
        let mut rows = Rows::new(self.layout.clone());
        let [at, recorded_at, subject, source, id, ..] = self.columns.as_mut_slice() else {
            return Err(ParquetError::General("columns are missing".into()));
        };
        rows.at = instants(at, count)?;
        rows.recorded_at = instants(recorded_at, count)?;
        rows.subject = words(subject, count)?;
        rows.source = words(source, count)?;
        rows.id = texts(id, count)?;
        for ((values, column), position) in
            rows.columns.iter_mut().zip(&self.layout.columns).zip(&self.positions)
        {
            match position.and_then(|it| self.columns.get_mut(it)) {
                Some(reader) => *values = read_values(reader, column.kind, count)?,
                None => values.push_absent(count),
            }
        }
        Ok(rows)
    }
}

/// Refuses a column of a file that would be read as something else than was written.
fn fits(found: &ColumnDescriptor, column: &Column) -> std::result::Result<(), Misfit> {
    if !is_written_as(found, column.kind) {
        return Err(Misfit::Kind(column.name.clone()));
    }
    if found.self_type().is_optional() && !column.optional {
        return Err(Misfit::Absent(column.name.clone()));
    }
    Ok(())
}

/// Where the pages of a column lie.
fn place(chunk: &ColumnChunkMetaData) -> Range<u64> {
    let start = chunk.dictionary_page_offset().unwrap_or_else(|| chunk.data_page_offset());
    let start = u64::try_from(start).unwrap_or_default();
    start..start.saturating_add(u64::try_from(chunk.compressed_size()).unwrap_or_default())
}

impl Values {
    pub(crate) fn push_absent(&mut self, count: usize) {
        match self {
            Values::Words(words) => (0..count).for_each(|_| words.push(None)),
            Values::Texts(texts) => (0..count).for_each(|_| texts.push_absent()),
            Values::Truths(truths) => truths.resize(count, ABSENT_TRUTH),
            Values::Numbers(values) | Values::Instants(values) => values.resize(count, ABSENT),
            Values::Dates(dates) => dates.resize(count, ABSENT_DATE),
        }
    }
}

fn read_values(reader: &mut ColumnReader, kind: Kind, count: usize) -> Result<Values> {
    Ok(match (kind, reader) {
        (Kind::Word, reader) => Values::Words(words(reader, count)?),
        (Kind::Text, reader) => Values::Texts(texts(reader, count)?),
        (Kind::Truth, ColumnReader::BoolColumnReader(it)) => {
            let truths = column(it, count)?.into_iter().map(|it| it.map_or(ABSENT_TRUTH, u8::from));
            Values::Truths(truths.collect())
        }
        (Kind::Number(_), reader) => Values::Numbers(instants(reader, count)?),
        (Kind::Instant, reader) => Values::Instants(instants(reader, count)?),
        (Kind::Date, ColumnReader::Int32ColumnReader(it)) => {
            Values::Dates(column(it, count)?.into_iter().map(|it| it.unwrap_or(ABSENT_DATE)).collect())
        }
        _ => return Err(wrong_kind()),
    })
}

fn instants(reader: &mut ColumnReader, count: usize) -> Result<Vec<i64>> {
    let ColumnReader::Int64ColumnReader(it) = reader else { return Err(wrong_kind()) };
    Ok(column(it, count)?.into_iter().map(|it| it.unwrap_or(ABSENT)).collect())
}

fn words(reader: &mut ColumnReader, count: usize) -> Result<Words> {
    let mut words = Words::default();
    strings(reader, count, |it| {
        words.push(it);
        Ok(())
    })?;
    Ok(words)
}

fn texts(reader: &mut ColumnReader, count: usize) -> Result<Texts> {
    let mut texts = Texts::default();
    strings(reader, count, |it| texts.push(it).map_err(|error| ParquetError::General(error.to_string())))?;
    Ok(texts)
}

fn strings(
    reader: &mut ColumnReader,
    count: usize,
    mut push: impl FnMut(Option<&str>) -> Result<()>,
) -> Result<()> {
    let ColumnReader::ByteArrayColumnReader(it) = reader else { return Err(wrong_kind()) };
    for value in column(it, count)? {
        match &value {
            None => push(None)?,
            Some(bytes) => push(Some(ByteArray::as_utf8(bytes)?))?,
        }
    }
    Ok(())
}

/// The next `count` values of a column, `None` for what is absent.
fn column<T: DataType>(reader: &mut ColumnReaderImpl<T>, count: usize) -> Result<Vec<Option<T::T>>> {
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    let mut rows = 0;
    while rows < count {
        let (read, _, _) = reader.read_records(count - rows, Some(&mut levels), None, &mut values)?;
        if read == 0 {
            return Err(ParquetError::EOF("a column is shorter than its row group".into()));
        }
        rows += read;
    }
    let mut values = values.into_iter();
    if levels.is_empty() {
        return Ok(values.map(Some).collect());
    }
    Ok(levels.into_iter().map(|level| if level > 0 { values.next() } else { None }).collect())
}

fn wrong_kind() -> ParquetError {
    ParquetError::General("a column is of another kind".into())
}
