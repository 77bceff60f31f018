//! The files of a lake in an object store.

use std::fs::File;
use std::future::Future;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path as Folder;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::TryStreamExt;
use lake::BlobError;
use lake::blobs::{Blobs, Content};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart};

use crate::calls::Calls;
use crate::ranges::{Requests, fetch};

/// Bytes of a part of a file that is sent in parts.
const PART_BYTES: usize = 16 << 20;
/// Parts under way at once.
const PARTS_AT_ONCE: usize = 4;

/// Files of a store of objects. Calls wait for the store, on threads of its own, so that they can be made from anywhere.
#[derive(Debug)]
pub struct ObjectBlobs {
    store: Arc<dyn ObjectStore>,
    calls: Calls,
}

impl ObjectBlobs {
    /// Files below the root of `store`.
    /// Nobody else may use that very client: its connections live on the threads of this value, and end with them.
    pub fn new(store: Arc<dyn ObjectStore>) -> io::Result<ObjectBlobs> {
        Ok(ObjectBlobs { store, calls: Calls::new()? })
    }

    fn wait<T, F>(&self, path: &str, work: F) -> Result<T, BlobError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, object_store::Error>> + Send + 'static,
    {
        let gone =
            || BlobError::Failed { path: path.to_owned(), why: "the store stopped answering".to_owned() };
        self.calls.wait(work).ok_or_else(gone)?.map_err(|error| told(path, &error))
    }
}

impl Blobs for ObjectBlobs {
    fn put(&self, path: &str, content: Content<'_>) -> Result<(), BlobError> {
        let (store, location) = (Arc::clone(&self.store), located(path)?);
        match content {
            Content::Bytes(bytes) => {
                let bytes = Bytes::copy_from_slice(bytes);
                self.wait(path, async move { store.put(&location, bytes.into()).await.map(drop) })
            }
            Content::File(file) => {
                let file = open(path, file)?;
                self.wait(path, async move { send(store, location, file).await })
            }
        }
    }

    fn get_range(&self, path: &str, range: Range<u64>) -> Result<Bytes, BlobError> {
        if range.is_empty() {
            return self.size(path).map(|_| Bytes::new());
        }
        let (store, location) = (Arc::clone(&self.store), located(path)?);
        let wanted = range.end.saturating_sub(range.start);
        let bytes = self.wait(path, async move { store.get_range(&location, range).await })?;
        if u64::try_from(bytes.len()) == Ok(wanted) {
            return Ok(bytes);
        }
        Err(BlobError::Failed { path: path.to_owned(), why: "it is shorter than asked for".to_owned() })
    }

    fn get_ranges(&self, path: &str, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, BlobError> {
        let requests = Requests::of(ranges);
        let (store, location) = (Arc::clone(&self.store), located(path)?);
        let fetched = self.wait(path, fetch(store, location, requests.0.clone()))?;
        let short =
            || BlobError::Failed { path: path.to_owned(), why: "it is shorter than asked for".to_owned() };
        ranges.iter().map(|it| requests.cut(&fetched, it).ok_or_else(short)).collect()
    }

    fn is_far(&self) -> bool {
        true
    }

    fn size(&self, path: &str) -> Result<u64, BlobError> {
        let (store, location) = (Arc::clone(&self.store), located(path)?);
        self.wait(path, async move { store.head(&location).await.map(|it| it.size) })
    }

    fn delete(&self, path: &str) -> Result<(), BlobError> {
        let (store, location) = (Arc::clone(&self.store), located(path)?);
        match self.wait(path, async move { store.delete(&location).await }) {
            Err(BlobError::Missing(_)) => Ok(()),
            done => done,
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, BlobError> {
        let prefix = match folder.trim_end_matches('/') {
            "" => None,
            folder => Some(located(folder)?),
        };
        let store = Arc::clone(&self.store);
        let listed = async move { store.list(prefix.as_ref()).map_ok(|it| it.location).try_collect().await };
        let listed: Vec<Path> = self.wait(folder, listed)?;
        let mut paths: Vec<String> = listed.into_iter().map(String::from).collect();
        paths.sort();
        Ok(paths)
    }
}

/// The path in the store, which is the very text: nothing in it is escaped once more.
fn located(path: &str) -> Result<Path, BlobError> {
    match Path::parse(path) {
        Ok(location) if location.as_ref() == path && !path.is_empty() => Ok(location),
        _ => Err(BlobError::Path(path.to_owned())),
    }
}

fn open(path: &str, file: &Folder) -> Result<File, BlobError> {
    File::open(file).map_err(|error| BlobError::Failed { path: path.to_owned(), why: error.to_string() })
}

/// Sends a file: a small one at once, a large one in parts that count only when all are there.
async fn send(store: Arc<dyn ObjectStore>, location: Path, file: File) -> object_store::Result<()> {
    let (first, file) = next_part(file).await?;
    if first.len() < PART_BYTES {
        return store.put(&location, first.into()).await.map(drop);
    }
    let parts = store.put_multipart(&location).await?;
    let mut parts = WriteMultipart::new_with_chunk_size(parts, PART_BYTES);
    match send_parts(&mut parts, first, file).await {
        Ok(()) => parts.finish().await.map(drop),
        Err(error) => {
            parts.abort().await?;
            Err(error)
        }
    }
}

async fn send_parts(parts: &mut WriteMultipart, first: Bytes, file: File) -> object_store::Result<()> {
    let (mut part, mut file) = (first, file);
    while !part.is_empty() {
        parts.wait_for_capacity(PARTS_AT_ONCE).await?;
        parts.put(part);
        (part, file) = next_part(file).await?;
    }
    Ok(())
}

/// The next part of the file, shorter than a part only at its end.
async fn next_part(file: File) -> object_store::Result<(Bytes, File)> {
    let read = tokio::task::spawn_blocking(move || {
        let mut part = Vec::with_capacity(PART_BYTES);
        (&file).take(PART_BYTES as u64).read_to_end(&mut part).map(|_| (Bytes::from(part), file))
    });
    read.await?.map_err(|error| object_store::Error::Generic { store: "file", source: Box::new(error) })
}

fn told(path: &str, error: &object_store::Error) -> BlobError {
    match error {
        object_store::Error::NotFound { .. } => BlobError::Missing(path.to_owned()),
        object_store::Error::InvalidPath { .. } => BlobError::Path(path.to_owned()),
        _ if is_full(error) => BlobError::Full(path.to_owned()),
        _ => BlobError::Failed { path: path.to_owned(), why: error.to_string() },
    }
}

/// Whether a folder's disk has no space left; object stores never say so.
fn is_full(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(|it| it.kind() == io::ErrorKind::StorageFull) {
            return true;
        }
        cause = error.source();
    }
    false
}
