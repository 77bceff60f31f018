//! Files of an object store, read from threads that wait.

use std::io;
use std::sync::Arc;

use lake::kernel::ReadAt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use tokio::runtime::Handle;

/// One file.
pub(super) struct StoredFile {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) location: Path,
    pub(super) bytes: u64,
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
}
