//! Files of an object store, read from threads that wait.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use lake::kernel::ReadAt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use tokio::runtime::Handle;

use super::kept::Kept;

/// One file.
pub(super) struct StoredFile {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) location: Path,
    pub(super) bytes: u64,
    /// Whether the store is so far away that much is to be asked for at once.
    pub(super) is_far: bool,
    /// What was fetched of it before.
    pub(super) kept: Option<Arc<Kept>>,
    /// Where the store's work is done meanwhile.
    pub(super) runtime: Handle,
}

impl StoredFile {
    fn fetch(&self, ranges: &[Range<u64>]) -> io::Result<Vec<Bytes>> {
        if ranges.is_empty() {
            return Ok(Vec::new());
        }
        let found = self.runtime.block_on(self.store.get_ranges(&self.location, ranges))?;
        let whole = |(bytes, range): (&Bytes, &Range<u64>)| bytes.len() as u64 == range.end - range.start;
        if found.len() != ranges.len() || !found.iter().zip(ranges).all(whole) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(found)
    }
}

impl ReadAt for StoredFile {
    fn name(&self) -> &str {
        self.location.as_ref()
    }

    fn size(&self) -> u64 {
        self.bytes
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let end = offset.saturating_add(into.len() as u64);
        let found = self.runtime.block_on(self.store.get_range(&self.location, offset..end))?;
        if found.len() != into.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        into.copy_from_slice(&found);
        Ok(())
    }

    fn read_ranges(&self, ranges: &[Range<u64>]) -> io::Result<Vec<Bytes>> {
        let Some(kept) = &self.kept else { return self.fetch(ranges) };
        let mut found: Vec<Option<Bytes>> = ranges.iter().map(|it| kept.get(&self.location, it)).collect();
        let missing = ranges.iter().zip(&found).filter(|(_, it)| it.is_none());
        let missing: Vec<Range<u64>> = missing.map(|(range, _)| range.clone()).collect();
        let fetched = self.fetch(&missing)?;
        missing.iter().zip(&fetched).for_each(|(range, it)| kept.keep(&self.location, range, it));
        let mut fetched = fetched.into_iter();
        found.iter_mut().filter(|it| it.is_none()).for_each(|it| *it = fetched.next());
        Ok(found.into_iter().flatten().collect())
    }

    fn is_far(&self) -> bool {
        self.is_far
    }
}
