//! One file of the lake: groups of ordered rows in, a Parquet file with digests and counters out.

mod chunk;
mod columns;
mod encode;
mod schema;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnDescPtr;
use sha2::{Digest, Sha256};

pub(crate) use chunk::PAGE_ROWS;

use crate::counters::Counting;
use crate::error::LakeError;
use crate::layout::Layout;
use crate::rows::Rows;

/// Most rows of a row group.
pub const GROUP_ROWS: usize = 1024 * 1024;
/// A row group of at least so many rows ends where its bucket does.
pub const GROUP_ROWS_MIN: usize = 128 * 1024;
/// Most rows of a file.
pub const PART_ROWS: u64 = 50 * 1024 * 1024;
/// The footer's key for [`Layout::text`].
pub const FACT_KEY: &str = "upheld.fact";
/// The footer's key for the content digest, in hexadecimal.
pub const CONTENT_KEY: &str = "upheld.content";
/// The footer's key for the counters.
pub const COUNTERS_KEY: &str = "upheld.counters";
/// Named as the writer, so that no version of a library is part of the bytes.
const CREATED_BY: &str = "upheld lake version 1.0.0";

/// A file being written.
pub struct FileWriter {
    path: PathBuf,
    writer: SerializedFileWriter<Hashing<BufWriter<File>>>,
    layout: Layout,
    press: chunk::Press,
    content: ContentHash,
    counting: Counting,
    rows: u64,
    from: i64,
    until: i64,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// How many rows.
    pub rows: u64,
    /// How many bytes.
    pub bytes: u64,
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
    /// SHA-256 of the canonical bytes of the rows in order.
    pub content: [u8; 32],
    /// The least `at`, nanoseconds since the epoch.
    pub from: i64,
    /// The greatest `at`.
    pub until: i64,
}

/// What kept a file from being written: the disk, or what was to be written.
fn unwritten(path: &Path, error: ParquetError) -> LakeError {
    match &error {
        ParquetError::External(inner) => match inner.downcast_ref::<io::Error>() {
            Some(inner) => LakeError::io(path, inner),
            None => error.into(),
        },
        _ => error.into(),
    }
}

impl FileWriter {
    /// Begins a file of this machine.
    pub fn create(path: &Path, layout: &Layout) -> std::result::Result<FileWriter, LakeError> {
        let file = File::create(path).map_err(|error| LakeError::io(path, &error))?;
        let properties = WriterProperties::builder()
            .set_created_by(CREATED_BY.to_owned())
            .set_offset_index_disabled(true)
            .build();
        let sink = Hashing { inner: BufWriter::with_capacity(1 << 20, file), hash: Sha256::new(), bytes: 0 };
        Ok(FileWriter {
            path: path.to_owned(),
            writer: SerializedFileWriter::new(sink, schema::schema(layout)?, Arc::new(properties))?,
            layout: layout.clone(),
            press: chunk::Press::new()?,
            content: ContentHash::default(),
            counting: Counting::new(layout),
            rows: 0,
            from: i64::MAX,
            until: i64::MIN,
        })
    }

    /// Writes rows in order as one row group.
    pub fn write_group(&mut self, rows: &Rows) -> std::result::Result<(), LakeError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.content.add(rows);
        self.counting.add(rows);
        self.rows += rows.len() as u64;
        self.from = rows.at.iter().copied().fold(self.from, i64::min);
        self.until = rows.at.iter().copied().fold(self.until, i64::max);
        self.append(rows).map_err(|error| unwritten(&self.path, error))
    }

    fn append(&mut self, rows: &Rows) -> Result<()> {
        let columns = self.writer.schema_descr().columns().to_vec();
        let mut group = self.writer.next_row_group()?;
        for (index, descriptor) in columns.into_iter().enumerate() {
            let chunk = encode(index, descriptor, rows, &mut self.press)?;
            group.append_column(&chunk.bytes, chunk.close)?;
        }
        group.close().map(drop)
    }

    /// How many rows were written.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Ends the file. Its bytes are with the operating system, not yet safe from a power failure.
    pub fn finish(mut self) -> std::result::Result<Written, LakeError> {
        let content = self.content.finish();
        let mut say = |key: &str, value: String| {
            self.writer.append_key_value_metadata(KeyValue::new(key.to_owned(), value));
        };
        say(FACT_KEY, self.layout.text());
        say(CONTENT_KEY, hex(&content));
        if let Some(counters) = self.counting.finish() {
            say(COUNTERS_KEY, counters.encode()?);
        }
        // Taking the sink back writes the footer.
        let mut sink = self.writer.into_inner().map_err(|error| unwritten(&self.path, error))?;
        sink.flush().map_err(|error| LakeError::io(&self.path, &error))?;
        Ok(Written {
            rows: self.rows,
            bytes: sink.bytes,
            sha256: sink.hash.finalize().into(),
            content,
            from: self.from,
            until: self.until,
        })
    }
}

/// SHA-256 over the canonical bytes of rows, one after another.
#[derive(Default)]
pub(crate) struct ContentHash {
    hash: Sha256,
    canonical: Vec<u8>,
}

impl ContentHash {
    pub(crate) fn add(&mut self, rows: &Rows) {
        const HASHED_BYTES: usize = 1 << 16;
        for row in 0..rows.len() {
            rows.push_canonical(row, &mut self.canonical);
            if self.canonical.len() >= HASHED_BYTES {
                self.hash.update(&self.canonical);
                self.canonical.clear();
            }
        }
        self.hash.update(&self.canonical);
        self.canonical.clear();
    }

    pub(crate) fn finish(self) -> [u8; 32] {
        self.hash.finalize().into()
    }
}

/// The column at that position of the file.
fn encode(
    index: usize,
    descriptor: ColumnDescPtr,
    rows: &Rows,
    press: &mut chunk::Press,
) -> Result<chunk::Chunk> {
    match index {
        0 => columns::instants(descriptor, &rows.at, press),
        1 => columns::instants(descriptor, &rows.recorded_at, press),
        2 => columns::words(descriptor, &rows.subject, press),
        3 => columns::words(descriptor, &rows.source, press),
        4 => columns::ids(descriptor, &rows.id, press),
        _ => {
            let missing = || ParquetError::General(format!("there is no column {index}"));
            columns::values(descriptor, rows.columns.get(index - 5).ok_or_else(missing)?, press)
        }
    }
}

/// Takes the digest of what passes.
struct Hashing<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = std::fmt::Write::write_fmt(&mut text, format_args!("{byte:02x}"));
        text
    })
}
