//! The columns that files were written with, and those of several files together.

use std::sync::Arc;

use crate::answer::BlobSource;
use crate::blobs::Blobs;
use crate::error::{LakeError, Misfit};
use crate::kernel;
use crate::layout::Layout;
use crate::manifest::FileEntry;
use crate::write::FACT_KEY;

impl Layout {
    /// The columns of all these files of a fact and of `first`; `None` when there is neither.
    pub(crate) fn of_files(
        blobs: &Arc<dyn Blobs>,
        first: Option<Layout>,
        entries: &[FileEntry],
    ) -> Result<Option<Layout>, LakeError> {
        let mut all = first;
        for entry in entries {
            let written = written(blobs, entry)?;
            let mixed = |it| LakeError::Columns { path: entry.path.clone(), why: Misfit::Mixed(it) };
            all = Some(all.map_or(Ok(written.clone()), |it| it.union(&written)).map_err(mixed)?);
        }
        Ok(all)
    }
}

/// The columns a file says it was written with.
fn written(blobs: &Arc<dyn Blobs>, entry: &FileEntry) -> Result<Layout, LakeError> {
    let source = BlobSource::new(Arc::clone(blobs), entry.path.clone(), entry.bytes);
    let footer = kernel::footer(&source).map_err(|it| LakeError::corrupt(&entry.path, it))?;
    let text = footer.metadata.iter().find(|(key, _)| key == FACT_KEY).map(|(_, it)| it.as_str());
    let silent = || LakeError::corrupt(&entry.path, "it does not say what it holds");
    text.and_then(Layout::parse).ok_or_else(silent)
}
