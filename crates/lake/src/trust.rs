//! Nothing is told from a file before its bytes are found to be those the manifest names: the whole file before a row of it is
//! looked at, its footer before a counter is. Each is done once in the life of a process.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use evidence::FactsError;
use sha2::{Digest, Sha256};

use crate::answer::BlobSource;
use crate::blobs::Blobs;
use crate::error::LakeError;
use crate::kernel::{self, Footer, ReadAt};
use crate::manifest::FileEntry;
use crate::read::verify;

/// Bytes behind the footer: its length and the magic.
const TAIL_BYTES: u64 = 8;
/// A file that claims a longer footer is damaged.
const FOOTER_BYTES_MAX: u64 = 256 << 20;

/// What was found right in one store, by path and digest.
struct Trusted {
    blobs: Weak<dyn Blobs>,
    found: BTreeSet<(String, [u8; 32])>,
}

/// By store; two stores may have different files of one path.
static TRUSTED: Mutex<Vec<Trusted>> = Mutex::new(Vec::new());

/// Refuses a file whose bytes are not those the manifest names.
pub(crate) fn check(blobs: &Arc<dyn Blobs>, entry: &FileEntry) -> Result<(), LakeError> {
    if is_trusted(blobs, entry, &entry.sha256) {
        return Ok(());
    }
    verify(blobs.as_ref(), entry)?;
    trust(blobs, entry, &entry.sha256);
    Ok(())
}

/// The footer, counters and all, once it is found to be what was written.
pub(crate) fn footer(blobs: &Arc<dyn Blobs>, entry: &FileEntry) -> Result<Footer, FactsError> {
    let source = BlobSource::new(Arc::clone(blobs), entry.path.clone(), entry.bytes);
    let Some(digest) = &entry.footer else {
        // An older manifest kept no digest of the footer alone.
        check(blobs, entry).map_err(unavailable)?;
        return kernel::footer(&source).map_err(unavailable);
    };
    if is_trusted(blobs, entry, digest) {
        return kernel::footer(&source).map_err(unavailable);
    }
    let end = End::fetch(blobs.as_ref(), entry).map_err(unavailable)?;
    if end.digest() != *digest {
        let error = LakeError::corrupt(&entry.path, "the SHA-256 of its footer differs");
        return Err(unavailable(error));
    }
    let footer = kernel::footer(&end).map_err(unavailable)?;
    trust(blobs, entry, digest);
    Ok(footer)
}

fn unavailable(why: impl fmt::Display) -> FactsError {
    FactsError::Unavailable(why.to_string())
}

fn is_trusted(blobs: &Arc<dyn Blobs>, entry: &FileEntry, digest: &[u8; 32]) -> bool {
    let here = Arc::downgrade(blobs);
    let key = (entry.path.clone(), *digest);
    trusted().iter().any(|it| it.blobs.ptr_eq(&here) && it.found.contains(&key))
}

fn trust(blobs: &Arc<dyn Blobs>, entry: &FileEntry, digest: &[u8; 32]) {
    let here = Arc::downgrade(blobs);
    let key = (entry.path.clone(), *digest);
    let mut all = trusted();
    // A store that nobody has open any more is another one when it is opened again.
    all.retain(|it| it.blobs.strong_count() > 0);
    match all.iter_mut().find(|it| it.blobs.ptr_eq(&here)) {
        Some(it) => drop(it.found.insert(key)),
        None => all.push(Trusted { blobs: here, found: BTreeSet::from([key]) }),
    }
}

fn trusted() -> MutexGuard<'static, Vec<Trusted>> {
    TRUSTED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The end of a file in memory: its footer, its length and the magic.
struct End<'a> {
    entry: &'a FileEntry,
    from: u64,
    bytes: Vec<u8>,
}

impl<'a> End<'a> {
    fn fetch(blobs: &dyn Blobs, entry: &'a FileEntry) -> Result<End<'a>, LakeError> {
        let size = blobs.size(&entry.path)?;
        if size != entry.bytes {
            let why = format!("it has {size} bytes instead of {}", entry.bytes);
            return Err(LakeError::corrupt(&entry.path, why));
        }
        let cut = || LakeError::corrupt(&entry.path, "its footer is longer than it may be");
        let tail_from = size.checked_sub(TAIL_BYTES).ok_or_else(cut)?;
        let tail = blobs.get_range(&entry.path, tail_from..size)?;
        let length = tail.first_chunk().map_or(0, |it| u64::from(u32::from_le_bytes(*it)));
        let from = tail_from.checked_sub(length).filter(|_| length <= FOOTER_BYTES_MAX).ok_or_else(cut)?;
        let bytes = blobs.get_range(&entry.path, from..size)?.to_vec();
        Ok(End { entry, from, bytes })
    }

    fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }
}

impl ReadAt for End<'_> {
    fn name(&self) -> &str {
        &self.entry.path
    }

    fn size(&self) -> u64 {
        self.entry.bytes
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> std::io::Result<()> {
        let from = offset.checked_sub(self.from).and_then(|it| usize::try_from(it).ok());
        let found = from.and_then(|it| self.bytes.get(it..)).and_then(|it| it.get(..into.len()));
        into.copy_from_slice(found.ok_or(std::io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}
