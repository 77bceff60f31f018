//! A file of the store as the reader of Parquet wants it. Where the store is far away, a row group is fetched whole, or columns
//! in large pieces when it is too large.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

use crate::blobs::{BlobError, Blobs};

/// Bytes read at once where it is not known how many are needed.
const READ_BYTES: u64 = 64 * 1024;
/// Bytes at the end of a file in which its footer mostly lies.
const TAIL_BYTES: u64 = 128 << 10;

/// A file, and what of it is held.
#[derive(Clone)]
pub(super) struct BlobFile(Arc<Held>);

/// A file of the store; where that is far away, with pieces of it.
pub(super) struct Held {
    blobs: Arc<dyn Blobs>,
    path: String,
    size: u64,
    ahead_bytes: u64,
    pieces: Mutex<Pieces>,
}

#[derive(Default)]
struct Pieces {
    /// Where each begins; the oldest first.
    held: Vec<(u64, Bytes)>,
    /// Pieces that are held at most.
    count_max: u64,
    /// Bytes of each, unless more are asked for.
    bytes: u64,
}

impl BlobFile {
    pub(super) fn open(
        blobs: Arc<dyn Blobs>,
        path: &str,
        ahead_bytes: u64,
    ) -> std::result::Result<BlobFile, BlobError> {
        let size = blobs.size(path)?;
        let pieces = Mutex::new(Pieces { held: Vec::new(), count_max: 1, bytes: TAIL_BYTES });
        Ok(BlobFile(Arc::new(Held { blobs, path: path.to_owned(), size, ahead_bytes, pieces })))
    }

    pub(super) fn held(&self) -> Arc<Held> {
        Arc::clone(&self.0)
    }
}

impl Held {
    /// Holds these chunks of columns, or makes ready to hold pieces of each; nothing when the store is near.
    pub(super) fn fetch(&self, chunks: &[Range<u64>]) -> Result<()> {
        if !self.blobs.is_far() {
            return Ok(());
        }
        let bytes = chunks.iter().map(|it| it.end.saturating_sub(it.start)).fold(0, u64::saturating_add);
        let mut pieces = self.pieces();
        pieces.held = Vec::new();
        if bytes > self.ahead_bytes || chunks.iter().any(|it| it.end > self.size) {
            // The reader goes through all columns side by side, and looks at the head of a page before it reads its body.
            let count = (2 * chunks.len() as u64).max(1);
            (pieces.count_max, pieces.bytes) = (count, (self.ahead_bytes / count).max(READ_BYTES));
            return Ok(());
        }
        let found = self.blobs.get_ranges(&self.path, chunks).map_err(external)?;
        pieces.held = chunks.iter().map(|it| it.start).zip(found).collect();
        (pieces.count_max, pieces.bytes) = (chunks.len() as u64 + 1, READ_BYTES);
        Ok(())
    }

    fn pieces(&self) -> MutexGuard<'_, Pieces> {
        self.pieces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bytes of the range, at least.
    fn range(&self, range: Range<u64>) -> Result<Bytes> {
        if range.end > self.size {
            return Err(ParquetError::EOF("the file is shorter than it says".into()));
        }
        if !self.blobs.is_far() {
            return self.blobs.get_range(&self.path, range).map_err(external);
        }
        let mut pieces = self.pieces();
        if let Some(found) = pieces.find(&range) {
            return Ok(found);
        }
        // The first that is read is the end of the file.
        let ahead = range.start.saturating_add(pieces.bytes).min(self.size);
        let behind =
            if range.end == self.size { self.size.saturating_sub(pieces.bytes) } else { range.start };
        let wanted = range.start.min(behind)..range.end.max(ahead);
        let bytes = self.blobs.get_range(&self.path, wanted.clone()).map_err(external)?;
        pieces.hold(wanted.start, bytes);
        pieces
            .find(&range)
            .ok_or_else(|| ParquetError::EOF("the store gave fewer bytes than asked for".into()))
    }

    /// Some bytes from a place on, not more than `length` unless they are held.
    fn some(&self, start: u64, length: u64) -> Result<Bytes> {
        if let Some(found) = self.pieces().from(start) {
            return Ok(found);
        }
        self.range(start..self.size.min(start.saturating_add(length)))
    }
}

impl Pieces {
    fn find(&self, range: &Range<u64>) -> Option<Bytes> {
        self.held.iter().find_map(|(start, bytes)| {
            let from = usize::try_from(range.start.checked_sub(*start)?).ok()?;
            let until = usize::try_from(range.end.checked_sub(*start)?).ok()?;
            (from <= until && until <= bytes.len()).then(|| bytes.slice(from..until))
        })
    }

    /// What is held from a place on.
    fn from(&self, place: u64) -> Option<Bytes> {
        self.held.iter().find_map(|(start, bytes)| {
            let from = usize::try_from(place.checked_sub(*start)?).ok()?;
            (from < bytes.len()).then(|| bytes.slice(from..))
        })
    }

    fn hold(&mut self, start: u64, bytes: Bytes) {
        while !self.held.is_empty() && self.held.len() as u64 >= self.count_max {
            self.held.remove(0);
        }
        self.held.push((start, bytes));
    }
}

impl Length for BlobFile {
    fn len(&self) -> u64 {
        self.0.size
    }
}

impl ChunkReader for BlobFile {
    type T = BlobRead;

    fn get_read(&self, start: u64) -> Result<BlobRead> {
        Ok(BlobRead { file: self.held(), next: start, buffer: Bytes::new() })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        self.0.range(start..start.saturating_add(length as u64))
    }
}

/// Reads on from some place of a file.
pub(super) struct BlobRead {
    file: Arc<Held>,
    next: u64,
    buffer: Bytes,
}

impl Read for BlobRead {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.buffer.is_empty() && self.next < self.file.size {
            let wanted = READ_BYTES.max(out.len() as u64);
            self.buffer = self.file.some(self.next, wanted).map_err(io::Error::other)?;
            self.next += self.buffer.len() as u64;
        }
        let taken = self.buffer.split_to(out.len().min(self.buffer.len()));
        if let Some(slot) = out.get_mut(..taken.len()) {
            slot.copy_from_slice(&taken);
        }
        Ok(taken.len())
    }
}

fn external(error: BlobError) -> ParquetError {
    ParquetError::External(Box::new(error))
}
