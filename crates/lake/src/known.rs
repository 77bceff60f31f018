//! Which identities the files of partitions hold, by hash. Equal identities have equal hashes: a row whose hash no standing
//! file holds is certainly new, and files whose hashes do not meet share no record. The reverse is not said of anything.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::blobs::BlobError;
use crate::error::LakeError;
use crate::gather::Pick;
use crate::lake::Lake;
use crate::manifest::FileEntry;
use crate::read::FileRows;
use crate::rows::Rows;
use crate::settle::push_hashes;

/// Hashes held at once, eight bytes each. Of files for which there is no room nothing is known.
const HASHES_MAX: usize = 16 << 20;
/// A file that was not wanted when others were so often makes room for them. Fewer, and files would be read again and again.
const WANTED_ELSEWHERE: u64 = 100_000;

/// What is known of files. Nothing in it is state of the business: what is forgotten is read again.
#[derive(Default)]
pub struct Known(Mutex<Held>);

/// The hashes of the identities in a file, ascending; there may be others among them.
type Hashes = Arc<Vec<u64>>;

#[derive(Default)]
struct Held {
    /// By path, with when they were wanted last.
    files: BTreeMap<String, (Hashes, u64)>,
    hashes: usize,
    turn: u64,
}

impl Known {
    /// Whether a file certainly shares no record with any of the others; all are of one partition.
    pub fn is_apart(&self, lake: &Lake, file: &FileEntry, others: &[FileEntry]) -> Result<bool, LakeError> {
        let Some(hashes) = self.of(lake, file)? else { return Ok(false) };
        for other in others {
            let Some(other) = self.of(lake, other)? else { return Ok(false) };
            if !common(&hashes, &other).is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What files hold together; `None` when that is not known of each without reading it.
    pub fn together(&self, files: &[FileEntry]) -> Option<Vec<u64>> {
        let all: Option<Vec<Hashes>> = {
            let held = self.lock();
            files.iter().map(|it| held.files.get(&it.path).map(|it| Arc::clone(&it.0))).collect()
        };
        let mut all = all?.iter().flat_map(|it| it.iter().copied()).collect::<Vec<u64>>();
        all.sort_unstable();
        all.dedup();
        Some(all)
    }

    /// Remembers of files that they hold nothing but what has these hashes, in the place of files that are gone.
    pub fn replace(&self, gone: &[String], files: &[FileEntry], hashes: Vec<u64>) {
        let hashes = Arc::new(hashes);
        gone.iter().for_each(|it| self.forget(it));
        files.iter().for_each(|it| self.lock().put(&it.path, Arc::clone(&hashes)));
    }

    /// Forgets a file.
    pub fn forget(&self, path: &str) {
        self.lock().remove(path);
    }

    /// The rows that are certainly new beside what stands, and the others.
    pub(crate) fn split(
        &self,
        lake: &Lake,
        standing: &[FileEntry],
        (rows, picks): (&Rows, &[Pick]),
    ) -> Result<(Vec<Pick>, Vec<Pick>), LakeError> {
        let files = standing.iter().map(|it| self.of(lake, it)).collect::<Result<Option<Vec<_>>, _>>()?;
        let Some(files) = files else { return Ok((Vec::new(), picks.to_vec())) };
        let hashes = of_rows(&rows.picked(picks)?);
        let mut sorted = hashes.clone();
        sorted.sort_unstable();
        let mut met: Vec<u64> = files.iter().flat_map(|it| common(&sorted, it)).collect();
        met.sort_unstable();
        let is_new = |hash: &u64| met.binary_search(hash).is_err();
        let (mut new, mut others) = (Vec::new(), Vec::new());
        for (pick, hash) in picks.iter().zip(&hashes) {
            if is_new(hash) { &mut new } else { &mut others }.push(*pick);
        }
        Ok((new, others))
    }

    /// Remembers what was just written.
    pub(crate) fn keep(&self, files: &[FileEntry], rows: &Rows) {
        let mut hashes = of_rows(rows);
        hashes.sort_unstable();
        self.replace(&[], files, hashes);
    }

    /// `None` where there is no room for it.
    fn of(&self, lake: &Lake, file: &FileEntry) -> Result<Option<Hashes>, LakeError> {
        if let Some(known) = self.lock().get(&file.path) {
            return Ok(Some(known));
        }
        if !self.lock().has_room(usize::try_from(file.rows).unwrap_or(usize::MAX)) {
            return Ok(None);
        }
        let hashes = match identities(lake, file) {
            Ok(hashes) => Arc::new(hashes),
            // A file that is damaged, gone or cannot be read is told by whoever merges or asks it. What comes is laid out all the same,
            // as not known to be new; where the whole store is away, that it cannot be put there is told.
            Err(
                LakeError::Corrupt { .. } | LakeError::Blob(BlobError::Missing(_) | BlobError::Failed { .. }),
            ) => return Ok(None),
            Err(other) => return Err(other),
        };
        self.lock().put(&file.path, Arc::clone(&hashes));
        Ok(Some(hashes))
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn get(&mut self, path: &str) -> Option<Hashes> {
        self.turn += 1;
        let (hashes, wanted) = self.files.get_mut(path)?;
        *wanted = self.turn;
        Some(Arc::clone(hashes))
    }

    fn put(&mut self, path: &str, hashes: Hashes) {
        self.remove(path);
        if self.has_room(hashes.len()) {
            self.hashes += hashes.len();
            self.turn += 1;
            self.files.insert(path.to_owned(), (hashes, self.turn));
        }
    }

    /// Makes room where files were not wanted for long.
    fn has_room(&mut self, count: usize) -> bool {
        if self.hashes.saturating_add(count) > HASHES_MAX {
            let since = self.turn.saturating_sub(WANTED_ELSEWHERE);
            self.files.retain(|_, it| it.1 > since);
            self.hashes = self.files.values().map(|it| it.0.len()).sum();
        }
        self.hashes.saturating_add(count) <= HASHES_MAX
    }

    fn remove(&mut self, path: &str) {
        if let Some((hashes, _)) = self.files.remove(path) {
            self.hashes -= hashes.len();
        }
    }
}

/// The hashes of the identities in a file, ascending; nothing else of it is read.
fn identities(lake: &Lake, file: &FileEntry) -> Result<Vec<u64>, LakeError> {
    let mut reader = FileRows::open_fixed(Arc::clone(&lake.blobs), &file.path, &file.place.fact)?;
    let mut hashes = Vec::new();
    while let Some(rows) = reader.next()? {
        push_hashes(&rows, &mut hashes);
    }
    hashes.sort_unstable();
    Ok(hashes)
}

/// The hashes of the shorter list that the longer one holds too; both ascending. Looks at few of the longer one.
fn common(left: &[u64], right: &[u64]) -> Vec<u64> {
    let (few, many) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    let (mut rest, mut found) = (many, Vec::new());
    for hash in few {
        let mut step = 1;
        while rest.get(step).is_some_and(|it| it < hash) {
            step *= 2;
        }
        let near = rest.get(..=step).unwrap_or(rest).partition_point(|it| it < hash);
        rest = rest.get(near..).unwrap_or_default();
        if rest.first() == Some(hash) {
            found.push(*hash);
        }
    }
    found
}

fn of_rows(rows: &Rows) -> Vec<u64> {
    let mut hashes = Vec::new();
    push_hashes(rows, &mut hashes);
    hashes
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_two_lists_have_in_common_is_found_however_long_they_are(
            few in proptest::collection::btree_set(0..400_u64, 0..20),
            many in proptest::collection::btree_set(0..400_u64, 0..300),
        ) {
            let both: Vec<u64> = few.intersection(&many).copied().collect();
            let list = |of: &BTreeSet<u64>| of.iter().copied().collect::<Vec<u64>>();
            prop_assert_eq!(common(&list(&few), &list(&many)), both.clone());
            prop_assert_eq!(common(&list(&many), &list(&few)), both);
        }
    }
}
