//! Where the rows of a merge come from: memory, files of the lake.

use std::slice::Chunks;
use std::sync::Arc;

use crate::blobs::Blobs;
use crate::error::LakeError;
use crate::gather::Pick;
use crate::layout::Layout;
use crate::manifest::FileEntry;
use crate::merge::{Input, Keep, Merge, Positions, Source};
use crate::place::Day;
use crate::read::FileRows;
use crate::rows::Rows;
use crate::settle::{Chosen, Limits};

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

/// Some rows of other inputs, those at these positions of their merge.
pub(crate) struct Subset<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) day: Day,
    pub(crate) inputs: &'a [&'a dyn Input],
    pub(crate) these: &'a Chosen,
    pub(crate) limits: Limits,
}

struct SubsetSource<'a> {
    merge: Merge<'a>,
    these: &'a Positions,
}

impl Subset<'_> {
    /// The rows themselves, with picks of all of them, where they are few enough to be handed on at once: whoever goes through
    /// them more than once need not go through all inputs each time.
    pub(crate) fn few(&self) -> Result<Option<(Rows, Vec<Pick>)>, LakeError> {
        let mut source = self.open()?;
        let Some(rows) = source.next()? else { return Ok(None) };
        if rows.len() as u64 != self.these.count {
            return Ok(None);
        }
        let picks = (0..rows.len()).filter_map(|it| Some(Pick { batch: 0, row: u32::try_from(it).ok()? }));
        Ok(Some((rows, picks.collect())))
    }
}

impl Input for Subset<'_> {
    fn open(&self) -> Result<Box<dyn Source + '_>, LakeError> {
        // What is handed on is held thrice on its way.
        let limits = Limits { group_rows: BLOCK_ROWS, group_rows_min: BLOCK_ROWS, ..self.limits };
        let merge = Merge::open(self.layout, self.day, self.inputs, limits)?;
        Ok(Box::new(SubsetSource { merge, these: &self.these.rows }))
    }

    fn rows(&self) -> u64 {
        self.these.count
    }
}

impl Source for SubsetSource<'_> {
    fn next(&mut self) -> Result<Option<Rows>, LakeError> {
        Ok(self.merge.next_group(Keep::Only(self.these), &mut Vec::new())?.cloned())
    }
}
