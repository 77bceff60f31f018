//! Files of an object store, read from threads that wait.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use lake::kernel::ReadAt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use tokio::runtime::Handle;

/// One file.
pub(super) struct StoredFile {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) location: Path,
    pub(super) bytes: u64,
    /// Whether the store is so far away that much is to be asked for at once.
    pub(super) is_far: bool,
    /// Where the store's work is done meanwhile.
    pub(super) runtime: Handle,
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
        let found = self.runtime.block_on(self.store.get_ranges(&self.location, ranges))?;
        let whole = |(bytes, range): (&Bytes, &Range<u64>)| bytes.len() as u64 == range.end - range.start;
        if found.len() != ranges.len() || !found.iter().zip(ranges).all(whole) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(found)
    }

    fn is_far(&self) -> bool {
        self.is_far
    }
}
