//! The content digest of every file taken again, from the canonical bytes of all its rows; and what else answers rest on: the times of
//! rows, by which files and row groups are passed over, and that no record is there twice.

use std::path::Path;
use std::sync::Arc;

use super::{Difference, Differs};
use crate::answer::BlobSource;
use crate::blobs::Blobs;
use crate::error::LakeError;
use crate::inputs::{BLOCK_ROWS, Stored};
use crate::kernel::{self, RowGroup};
use crate::layout::Layout;
use crate::manifest::{FileEntry, is_settled};
use crate::merge::Input;
use crate::read::{AHEAD_BYTES, FileRows};
use crate::settle::{Limits, Settling};
use crate::standing::Standing;
use crate::threads::{THREADS_FAR, each_on, threads};
use crate::write::{ContentHash, FACT_KEY};

/// Says which files do not hold the records that their content digests name, which is what a statement names, or hold them at other
/// times or more than once. Several files at once, some thousand rows of each in memory, or a row group where the store is far
/// away. The error is a store that does not answer.
pub fn contents(
    blobs: &Arc<dyn Blobs>,
    entries: &[FileEntry],
    layout: &Layout,
) -> Result<Vec<Difference>, LakeError> {
    let mut differences = Vec::new();
    let threads = if blobs.is_far() { THREADS_FAR } else { threads() };
    for (entry, found) in entries.iter().zip(each_on(threads, entries, |it| differing(blobs, it, layout))) {
        let found = match found {
            Err(error @ LakeError::Corrupt { .. }) => vec![Differs::File(error.to_string())],
            other => other?,
        };
        differences.extend(found.into_iter().map(|what| Difference { path: entry.path.clone(), what }));
    }
    if differences.is_empty() {
        let days = days(entries);
        for (day, rows) in days.iter().zip(each_on(threads, &days, |it| repeated(blobs, it, threads))) {
            let first = day.first().map_or_else(String::new, |it| it.path.clone());
            match rows? {
                0 => {}
                rows => differences.push(Difference { path: first, what: Differs::Repeated { rows } }),
            }
        }
    }
    Ok(differences)
}

/// The files of each day that is settled.
fn days(entries: &[FileEntry]) -> Vec<Vec<FileEntry>> {
    let mut sorted = entries.to_vec();
    sorted.sort_unstable();
    let days = sorted.chunk_by(|a, b| (&a.place, a.day) == (&b.place, b.day));
    days.filter(|it| is_settled(it)).map(<[FileEntry]>::to_vec).collect()
}

/// How many records there are too many in the files of a day, looked at beside so many others that memory is shared with.
fn repeated(blobs: &Arc<dyn Blobs>, day: &[FileEntry], beside: usize) -> Result<u64, LakeError> {
    let (Some(layout), Some(first)) = (Layout::of_files(blobs, None, day)?, day.first()) else {
        return Ok(0);
    };
    let ahead_bytes = AHEAD_BYTES / (day.len() as u64).max(1);
    let stored = day.iter().map(|entry| Stored { blobs, entry, layout: &layout, ahead_bytes });
    let stored: Vec<Stored<'_>> = stored.collect();
    let inputs: Vec<&dyn Input> = stored.iter().map(|it| it as &dyn Input).collect();
    let standing = Standing::default();
    let all = Limits::default();
    let shared = |most: usize| (most / beside.max(1)).max(1);
    // Nothing is written, so that groups need not be those of files.
    let limits = Limits {
        hashes: shared(all.hashes),
        contested: shared(all.contested),
        group_rows: BLOCK_ROWS,
        group_rows_min: BLOCK_ROWS,
        ..all
    };
    let (scratch, name) = (Path::new(""), "");
    let settling = Settling { layout: &layout, standing: &standing, limits, scratch, name };
    settling.repeated(first.day, &inputs)
}

fn differing(blobs: &Arc<dyn Blobs>, entry: &FileEntry, layout: &Layout) -> Result<Vec<Differs>, LakeError> {
    // Rows are hashed with the columns they were written with: a contract that grew has more.
    let source = BlobSource::new(Arc::clone(blobs), entry.path.clone(), entry.bytes);
    let footer = kernel::footer(&source).map_err(|it| LakeError::corrupt(&entry.path, it))?;
    let kept = footer.metadata.iter().find(|(key, _)| key == FACT_KEY);
    let written = kept.and_then(|(_, text)| Layout::parse(text));
    let layout = written.as_ref().unwrap_or(layout);
    let mut rows = FileRows::open(Arc::clone(blobs), &entry.path, layout)?;
    let (mut hash, mut times) = (ContentHash::default(), Times::of(&footer.groups));
    while let Some(some) = rows.next()? {
        hash.add(&some);
        times.add(&some.at);
    }
    let mut differ = Vec::new();
    differ.extend((hash.finish() != entry.content).then_some(Differs::Content));
    let bounds = (entry.from.nanos(), entry.until.nanos());
    differ.extend((!times.agree(bounds)).then_some(Differs::Times));
    Ok(differ)
}

/// The times of rows beside what the row groups say of them.
struct Times<'f> {
    groups: std::slice::Iter<'f, RowGroup>,
    /// The group the last rows were of, and how many of it are still to come.
    group: Option<&'f RowGroup>,
    left: u64,
    /// Least and greatest of that group, and of the file.
    here: (i64, i64),
    all: (i64, i64),
    agree: bool,
}

const NOTHING: (i64, i64) = (i64::MAX, i64::MIN);

impl<'f> Times<'f> {
    fn of(groups: &'f [RowGroup]) -> Times<'f> {
        Times { groups: groups.iter(), group: None, left: 0, here: NOTHING, all: NOTHING, agree: true }
    }

    /// Rows in the order of the file, never of two groups at once.
    fn add(&mut self, at: &[i64]) {
        if self.left == 0 {
            self.end_group();
            self.group = self.groups.find(|it| it.rows > 0);
            self.left = self.group.map_or(0, |it| it.rows);
        }
        self.left = self.left.saturating_sub(at.len() as u64);
        for at in at {
            self.here = (self.here.0.min(*at), self.here.1.max(*at));
        }
    }

    fn end_group(&mut self) {
        let said = self.group.and_then(|it| it.chunks.first()).and_then(|it| it.min.zip(it.max));
        self.agree &= said.is_none_or(|it| it == self.here);
        self.all = (self.all.0.min(self.here.0), self.all.1.max(self.here.1));
        self.here = NOTHING;
    }

    /// Whether all groups are of the times they say, and the file of those from the first to the second.
    fn agree(mut self, bounds: (i64, i64)) -> bool {
        self.end_group();
        self.agree && self.all == bounds
    }
}
