//! The place several processes share for records in volume.

use std::path::Path;
use std::sync::Arc;

use ::lake::{Blobs, LocalBlobs};

use crate::config::S3;
use crate::failure::Failure;

/// A folder that is there, or a store of objects.
pub(crate) fn open(address: &str) -> Result<Arc<dyn Blobs>, Failure> {
    if address.starts_with(S3) {
        return store_of_objects(address);
    }
    let folder = Path::new(address);
    // Made here, a folder that was not mounted would be another one on each machine.
    if !folder.is_dir() {
        return Err(Failure::Fault(format!(
            "{address}: there is no such folder for the lake: make it, or mount it where all processes see it"
        )));
    }
    let blobs = LocalBlobs::open(folder).map_err(|it| Failure::Fault(it.to_string()))?;
    Ok(Arc::new(blobs))
}

#[cfg(feature = "s3")]
fn store_of_objects(address: &str) -> Result<Arc<dyn Blobs>, Failure> {
    let opened = objects::open(address).map_err(|it| Failure::Fault(it.to_string()))?;
    let blobs =
        objects::ObjectBlobs::new(opened.store).map_err(|it| Failure::Fault(format!("{address}: {it}")))?;
    Ok(Arc::new(blobs))
}

#[cfg(not(feature = "s3"))]
fn store_of_objects(address: &str) -> Result<Arc<dyn Blobs>, Failure> {
    Err(Failure::Usage(format!(
        "{address}: this program was built without stores of objects: build it with `cargo build --release --features s3`, or name a folder\nupheld: {address}：本程序构建时未包含对象存储：请用 `cargo build --release --features s3` 构建，或指定目录"
    )))
}
