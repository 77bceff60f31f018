//! Bytes fetched together before they are read, from files whose every answer is waited for.

use std::io;
use std::ops::Range;

use bytes::Bytes;

use super::error::Problem;
use super::footer::{Chunk, Footer};
use super::source::ReadAt;

/// Bytes held at once for one reader; what is larger is read piece by piece.
const AHEAD_BYTES_MAX: u64 = 32 << 20;
/// Bytes at the end of a file in which its footer mostly lies.
const TAIL_BYTES: u64 = 128 << 10;

/// A file of which some bytes are held; the others are read when they are wanted.
pub(super) struct Ahead<'s> {
    source: &'s dyn ReadAt,
    held: Vec<(u64, Bytes)>,
}

impl<'s> Ahead<'s> {
    /// Holds the end of a file.
    pub(super) fn tail(source: &'s dyn ReadAt) -> Result<Ahead<'s>, Problem> {
        let size = source.size();
        let tail = size.saturating_sub(TAIL_BYTES)..size;
        Ahead::ranges(source, || vec![tail])
    }

    /// Holds chunks of columns.
    pub(super) fn chunks<'c>(
        source: &'s dyn ReadAt,
        chunks: impl Iterator<Item = &'c Chunk>,
    ) -> Result<Ahead<'s>, Problem> {
        Ahead::ranges(source, || chunks.map(|it| it.offset..it.offset.saturating_add(it.bytes)).collect())
    }

    fn ranges(
        source: &'s dyn ReadAt,
        ranges: impl FnOnce() -> Vec<Range<u64>>,
    ) -> Result<Ahead<'s>, Problem> {
        let mut held = Vec::new();
        if source.is_far() {
            let mut ranges = ranges();
            ranges.retain(|it| !it.is_empty());
            ranges.sort_unstable_by_key(|it| (it.start, it.end));
            ranges.dedup();
            let bytes = ranges.iter().fold(0_u64, |all, it| all.saturating_add(it.end - it.start));
            if (1..=AHEAD_BYTES_MAX).contains(&bytes) {
                let found = source.read_ranges(&ranges).map_err(|it| Problem::Io(it.to_string()))?;
                held = ranges.iter().map(|it| it.start).zip(found).collect();
            }
        }
        Ok(Ahead { source, held })
    }

    fn find(&self, offset: u64, length: usize) -> Option<&[u8]> {
        self.held.iter().find_map(|(start, bytes)| {
            let from = usize::try_from(offset.checked_sub(*start)?).ok()?;
            bytes.get(from..from.checked_add(length)?)
        })
    }
}

impl ReadAt for Ahead<'_> {
    fn name(&self) -> &str {
        self.source.name()
    }

    fn size(&self) -> u64 {
        self.source.size()
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        match self.find(offset, into.len()) {
            Some(found) => {
                into.copy_from_slice(found);
                Ok(())
            }
            None => self.source.read_at(offset, into),
        }
    }
}

/// Reads the footer of every file, of those far away several at once.
pub(super) fn footers<E: Send>(
    sources: &[&dyn ReadAt],
    threads: usize,
    read: impl Fn(&dyn ReadAt) -> Result<Footer, E> + Sync,
) -> Result<Vec<Footer>, E> {
    let share = sources.len().div_ceil(threads.max(1)).max(1);
    let of = |sources: &[&dyn ReadAt]| sources.iter().map(|it| read(*it)).collect::<Vec<_>>();
    let (read, of) = (&read, &of);
    if share == sources.len() || sources.is_empty() {
        return sources.iter().map(|it| read(*it)).collect();
    }
    std::thread::scope(|scope| {
        let parts: Vec<_> = sources.chunks(share).map(|it| (it, scope.spawn(move || of(it)))).collect();
        let joined = parts.into_iter().flat_map(|(part, it)| it.join().unwrap_or_else(|_| of(part)));
        joined.collect()
    })
}
