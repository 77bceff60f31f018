//! The columns of a file off its footer, once the footer is found to be what the manifest says.

use std::sync::Arc;

use datafusion::arrow::datatypes::Schema;
use datafusion::parquet::arrow::parquet_to_arrow_schema;
use datafusion::parquet::file::metadata::ParquetMetaDataReader;
use lake::FileEntry;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};

use crate::refused::Refused;
use crate::verified::{self, Verified};

/// Bytes behind the footer: its length and the magic.
const TAIL_BYTES: u64 = 8;
/// A file that claims a longer footer is damaged.
const FOOTER_BYTES_MAX: u64 = 256 << 20;

/// The columns of the file, which lies at `path` in the store.
pub(crate) async fn columns(
    store: &Arc<dyn ObjectStore>,
    path: &str,
    entry: &FileEntry,
) -> Result<Schema, Refused> {
    let footer = match entry.footer {
        Some(digest) => {
            let footer = fetched(store.as_ref(), path, path, entry.bytes).await?;
            let is_right = <[u8; 32]>::from(Sha256::digest(&footer)) == digest;
            is_right.then_some(footer).ok_or_else(|| damaged(path))?
        }
        // An older manifest kept no digest of the footer alone: the whole file is looked through.
        None => {
            let whole = Verified::new(Arc::clone(store));
            fetched(&whole, &verified::name(&entry.sha256, path), path, entry.bytes).await?
        }
    };
    let length = footer.len().saturating_sub(usize::try_from(TAIL_BYTES).unwrap_or(usize::MAX));
    let thrift = footer.get(..length).unwrap_or_default();
    let metadata = ParquetMetaDataReader::decode_metadata(thrift).map_err(unreadable)?;
    let file = metadata.file_metadata();
    parquet_to_arrow_schema(file.schema_descr(), file.key_value_metadata()).map_err(unreadable)
}

/// The footer, its length and the magic.
async fn fetched(
    store: &dyn ObjectStore,
    name: &str,
    path: &str,
    bytes: u64,
) -> Result<bytes::Bytes, Refused> {
    let name = Path::parse(name).map_err(unreadable)?;
    let tail_from = bytes.checked_sub(TAIL_BYTES).ok_or_else(|| damaged(path))?;
    let tail = store.get_range(&name, tail_from..bytes).await.map_err(unreadable)?;
    let length = tail.first_chunk().map_or(0, |it| u64::from(u32::from_le_bytes(*it)));
    let from = tail_from.checked_sub(length).filter(|_| length <= FOOTER_BYTES_MAX);
    let from = from.ok_or_else(|| damaged(path))?;
    store.get_range(&name, from..bytes).await.map_err(unreadable)
}

fn damaged(path: &str) -> Refused {
    Refused::Damaged(vec![path.to_owned()])
}

fn unreadable(error: impl std::fmt::Display) -> Refused {
    Refused::from_reading(error.to_string())
}
