//! Where a lake is: a folder, or `s3://bucket/prefix`.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lake::blobs::Blobs;
use lake::{FileManifest, LocalBlobs, Manifest};

use crate::failure::Failure;

/// The address of a lake.
pub(super) enum Address {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A prefix in a bucket, as it was written.
    Bucket(String),
}

/// Its files, and what knows them.
type Opened = (Arc<dyn Blobs>, Arc<dyn Manifest>);

impl Address {
    pub(super) fn of(text: &str) -> Address {
        if text.starts_with("s3://") {
            Address::Bucket(text.to_owned())
        } else {
            Address::Folder(PathBuf::from(text))
        }
    }

    /// The folder, if it is one.
    pub(super) fn folder(&self) -> Option<&Path> {
        match self {
            Address::Folder(folder) => Some(folder),
            Address::Bucket(_) => None,
        }
    }

    /// Whether anything was ever put there.
    pub(super) fn has_lake(&self) -> Result<bool, Failure> {
        match self {
            Address::Folder(folder) => Ok(folder.join(lake::manifest::MANIFEST_NAME).is_file()),
            Address::Bucket(address) => bucket::has_lake(address),
        }
    }

    /// Opens what is there; a folder is made when there is none.
    pub(super) fn open(&self) -> Result<Opened, Failure> {
        match self {
            Address::Folder(folder) => {
                let fault = |why: &dyn Display| fault(&folder.to_string_lossy(), why);
                let blobs = LocalBlobs::open(folder).map_err(|it| fault(&it))?;
                let manifest = FileManifest::open(folder).map_err(|it| fault(&it))?;
                Ok((Arc::new(blobs), Arc::new(manifest)))
            }
            Address::Bucket(address) => bucket::open(address),
        }
    }

    /// The files that are there, whether or not something knows which of them stand; there are none where there is no folder.
    pub(super) fn files(&self) -> Result<Option<Arc<dyn Blobs>>, Failure> {
        match self {
            Address::Folder(folder) if !folder.is_dir() => Ok(None),
            Address::Folder(folder) => {
                let blobs = LocalBlobs::open(folder).map_err(|it| fault(&folder.to_string_lossy(), &it))?;
                Ok(Some(Arc::new(blobs)))
            }
            Address::Bucket(address) => bucket::files(address).map(Some),
        }
    }
}

fn fault(address: &str, why: &dyn Display) -> Failure {
    Failure::Fault(format!("--lake {address}: {why}"))
}

#[cfg(feature = "s3")]
mod bucket {
    //! A lake in an object store.

    use std::sync::Arc;

    use lake::blobs::Blobs;
    use objects::{ObjectBlobs, ObjectManifest};

    use super::{Opened, fault};
    use crate::failure::Failure;

    pub(super) fn has_lake(address: &str) -> Result<bool, Failure> {
        let manifest = manifest(address)?;
        manifest.is_empty().map(|it| !it).map_err(|it| fault(address, &it))
    }

    pub(super) fn open(address: &str) -> Result<Opened, Failure> {
        Ok((files(address)?, Arc::new(manifest(address)?)))
    }

    pub(super) fn files(address: &str) -> Result<Arc<dyn Blobs>, Failure> {
        let found = objects::open(address).map_err(|it| fault(address, &it))?;
        Ok(Arc::new(ObjectBlobs::new(found.store).map_err(|it| fault(address, &it))?))
    }

    fn manifest(address: &str) -> Result<ObjectManifest, Failure> {
        let found = objects::open(address).map_err(|it| fault(address, &it))?;
        ObjectManifest::open(found.store).map_err(|it| fault(address, &it))
    }
}

#[cfg(not(feature = "s3"))]
mod bucket {
    //! This program was built without object stores.

    use std::sync::Arc;

    use lake::blobs::Blobs;

    use super::Opened;
    use crate::failure::Failure;

    pub(super) fn has_lake(address: &str) -> Result<bool, Failure> {
        Err(without(address))
    }

    pub(super) fn open(address: &str) -> Result<Opened, Failure> {
        Err(without(address))
    }

    pub(super) fn files(address: &str) -> Result<Arc<dyn Blobs>, Failure> {
        Err(without(address))
    }

    fn without(address: &str) -> Failure {
        Failure::Usage(format!(
            "--lake {address}: this program was built without object stores; build it with `cargo build --release --features s3`"
        ))
    }
}
