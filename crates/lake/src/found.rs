//! Files found without a manifest, by what a statement says of them: whoever is given the files of a lake and a statement
//! needs nothing else to count again.

use std::sync::Arc;

use evidence::Partition;

use crate::answer::BlobSource;
use crate::blobs::Blobs;
use crate::error::LakeError;
use crate::kernel::{self, RowGroup};
use crate::layout::FIXED_COLUMNS;
use crate::manifest::FileEntry;
use crate::place::{Day, Place, segment};
use crate::read::digest;
use crate::write::hex;

/// The files of one tenant, by path.
pub struct Found {
    blobs: Arc<dyn Blobs>,
    tenant: String,
    paths: Vec<String>,
}

impl Found {
    /// Lists the files of a tenant.
    pub fn of(blobs: Arc<dyn Blobs>, tenant: &str) -> Result<Found, LakeError> {
        let paths = blobs.list(&segment(tenant))?;
        Ok(Found { blobs, tenant: tenant.to_owned(), paths })
    }

    /// The file whose path says that it holds a partition. What it says of itself is taken as it is: that its records are
    /// those of the partition, [`contents`](crate::contents) shows.
    pub fn entry(&self, partition: &Partition) -> Result<Option<FileEntry>, LakeError> {
        let day = Day::of_date(partition.day);
        let Some((path, stream)) = self.paths.iter().find_map(|it| Some((it, stream(it, partition, day)?)))
        else {
            return Ok(None);
        };
        let bytes = self.blobs.size(path)?;
        let source = BlobSource::new(Arc::clone(&self.blobs), path.clone(), bytes);
        let footer = kernel::footer(&source).map_err(|it| LakeError::corrupt(path, it))?;
        let reach = footer.column(AT).ok().and_then(|(at, _)| reach(&footer.groups, at));
        let (from, until) =
            reach.ok_or_else(|| LakeError::corrupt(path, "it does not say from when to when it reaches"))?;
        Ok(Some(FileEntry {
            place: Place::new(&self.tenant, stream, &partition.fact),
            day,
            path: path.clone(),
            rows: partition.rows,
            bytes,
            sha256: digest(self.blobs.as_ref(), path, bytes)?,
            footer: None,
            content: partition.content,
            from: timeline::Instant::from_nanos(from),
            until: timeline::Instant::from_nanos(until),
            settled: true,
            added_at: timeline::Instant::MIN,
            removed_at: None,
        }))
    }
}

/// The column of instants.
const AT: &str = FIXED_COLUMNS[0];

/// The stream of a path, if it is one of the partition's file.
fn stream<'p>(path: &'p str, partition: &Partition, day: Day) -> Option<&'p str> {
    let mut parts = path.rsplit('/');
    let (file, on, fact, stream) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let content = hex(partition.content.first_chunk::<8>().map_or(&[], |it| it));
    let is_named = file.strip_prefix(content.as_str()).is_some_and(|it| it.starts_with(['-', '.']));
    let fits = is_named && on == day.to_string() && fact == segment(&partition.fact);
    fits.then_some(stream)
}

/// The least and the greatest value of a column, as the statistics of the row groups say.
fn reach(groups: &[RowGroup], column: usize) -> Option<(i64, i64)> {
    let mut all = None;
    for group in groups {
        let chunk = group.chunks.get(column)?;
        let (min, max) = (chunk.min?, chunk.max?);
        all = Some(all.map_or((min, max), |(least, most): (i64, i64)| (least.min(min), most.max(max))));
    }
    all
}
