//! Where the rows of a merge come from: memory, files of the lake.

use std::slice::Chunks;
use std::sync::Arc;

use crate::blobs::Blobs;
use crate::error::LakeError;
use crate::gather::Pick;
use crate::layout::Layout;
use crate::manifest::FileEntry;
use crate::merge::{Input, Source};
use crate::read::FileRows;
use crate::rows::Rows;

/// Rows handed on at once.
pub(crate) const BLOCK_ROWS: usize = 32 * 1024;

/// Rows of one day in memory, picked in order.
pub(crate) struct Held<'a> {
    pub(crate) rows: &'a Rows,
    pub(crate) picks: &'a [Pick],
}

struct HeldSource<'a> {
    rows: &'a Rows,
    blocks: Chunks<'a, Pick>,
}

impl Input for Held<'_> {
    fn open(&self) -> Result<Box<dyn Source + '_>, LakeError> {
        Ok(Box::new(HeldSource { rows: self.rows, blocks: self.picks.chunks(BLOCK_ROWS) }))
    }

    fn rows(&self) -> u64 {
        self.picks.len() as u64
    }
}

impl Source for HeldSource<'_> {
    fn next(&mut self) -> Result<Option<Rows>, LakeError> {
        Ok(self.blocks.next().map(|picks| self.rows.picked(picks)).transpose()?)
    }
}

/// A file of the lake.
pub(crate) struct Stored<'a> {
    pub(crate) blobs: &'a Arc<dyn Blobs>,
    pub(crate) entry: &'a FileEntry,
    pub(crate) layout: &'a Layout,
    /// Bytes read ahead where the store is far away.
    pub(crate) ahead_bytes: u64,
}

impl Input for Stored<'_> {
    fn open(&self) -> Result<Box<dyn Source + '_>, LakeError> {
        Ok(Box::new(FileRows::open_ahead(
            Arc::clone(self.blobs),
            &self.entry.path,
            self.layout,
            self.ahead_bytes,
        )?))
    }

    fn rows(&self) -> u64 {
        self.entry.rows
    }
}

impl Source for FileRows {
    fn next(&mut self) -> Result<Option<Rows>, LakeError> {
        FileRows::next(self)
    }
}
