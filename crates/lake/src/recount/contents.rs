//! The content digest of every file taken again, from the canonical bytes of all its rows.

use std::sync::Arc;

use super::{Difference, Differs};
use crate::answer::BlobSource;
use crate::blobs::Blobs;
use crate::error::LakeError;
use crate::kernel;
use crate::layout::Layout;
use crate::manifest::FileEntry;
use crate::read::FileRows;
use crate::threads::{THREADS, THREADS_FAR, each_on};
use crate::write::{ContentHash, FACT_KEY};

/// Says which files do not hold the records that their content digests name, which is what a statement names. Several files at
/// once, some thousand rows of each in memory, or a row group where the store is far away. The error is a store that does not answer.
pub fn contents(
    blobs: &Arc<dyn Blobs>,
    entries: &[FileEntry],
    layout: &Layout,
) -> Result<Vec<Difference>, LakeError> {
    let mut differences = Vec::new();
    let threads = if blobs.is_far() { THREADS_FAR } else { THREADS };
    for (entry, found) in entries.iter().zip(each_on(threads, entries, |it| content(blobs, it, layout))) {
        let what = match found {
            Ok(found) if found == entry.content => continue,
            Ok(_) => Differs::Content,
            Err(LakeError::Corrupt { path, why }) => {
                Differs::File(LakeError::Corrupt { path, why }.to_string())
            }
            Err(other) => return Err(other),
        };
        differences.push(Difference { path: entry.path.clone(), what });
    }
    Ok(differences)
}

fn content(blobs: &Arc<dyn Blobs>, entry: &FileEntry, layout: &Layout) -> Result<[u8; 32], LakeError> {
    // Rows are hashed with the columns they were written with: a contract that grew has more.
    let source = BlobSource::new(Arc::clone(blobs), entry.path.clone(), entry.bytes);
    let footer = kernel::footer(&source).map_err(|it| LakeError::corrupt(&entry.path, it))?;
    let kept = footer.metadata.iter().find(|(key, _)| key == FACT_KEY);
    let written = kept.and_then(|(_, text)| Layout::parse(text));
    let layout = written.as_ref().unwrap_or(layout);
    let mut rows = FileRows::open(Arc::clone(blobs), &entry.path, layout)?;
    let mut hash = ContentHash::default();
    while let Some(some) = rows.next()? {
        hash.add(&some);
    }
    Ok(hash.finish())
}
