//! A store far away is asked for much at once, and says what one nearby does.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;

use super::*;
use crate::blobs::{Blobs, Content};
use crate::kernel::{Measure, Measured, Plan, ReadAt, Time, run_all};
use crate::{BlobError, BlobSource};

/// A folder that is far away, and counts how often it is asked.
struct Far {
    folder: LocalBlobs,
    asked: AtomicUsize,
}

impl Far {
    fn open(root: &Path) -> Arc<Far> {
        Arc::new(Far { folder: LocalBlobs::open(root).unwrap(), asked: AtomicUsize::new(0) })
    }

    fn asked(&self) -> usize {
        self.asked.swap(0, Ordering::Relaxed)
    }

    fn ask(&self) -> &LocalBlobs {
        self.asked.fetch_add(1, Ordering::Relaxed);
        &self.folder
    }
}

impl Blobs for Far {
    fn put(&self, path: &str, content: Content<'_>) -> Result<(), BlobError> {
        self.ask().put(path, content)
    }

    fn get_range(&self, path: &str, range: Range<u64>) -> Result<Bytes, BlobError> {
        self.ask().get_range(path, range)
    }

    fn get_ranges(&self, path: &str, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, BlobError> {
        self.ask().get_ranges(path, ranges)
    }

    fn is_far(&self) -> bool {
        true
    }

    fn size(&self, path: &str) -> Result<u64, BlobError> {
        self.ask().size(path)
    }

    fn delete(&self, path: &str) -> Result<(), BlobError> {
        self.ask().delete(path)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, BlobError> {
        self.ask().list(folder)
    }
}

/// Three days of some thousand rows each, in files of several row groups.
fn lake(root: &Path) -> Lake {
    let limits = Limits { group_rows: 1 << 12, group_rows_min: 1 << 10, ..Limits::default() };
    let lake = open(root, limits);
    let row = |it: u32| Told {
        day: i64::from(it % 3),
        minute: i64::from(it) * 7 % 1440,
        subject: (it / 256 % 64) as u8,
        id: (it % 256) as u8,
        status: (it % 5) as u8,
        fee: i64::from(it % 3),
        recorded: (it % 4) as u8,
    };
    import(&lake, &(0..16_000).map(row).collect::<Vec<_>>(), 1 << 16, 1);
    lake
}

#[test]
fn a_recount_asks_a_store_far_away_a_few_times_for_each_row_group() {
    let root = tempfile::tempdir().unwrap();
    let lake = lake(root.path());
    let entries = standing(&lake);
    let far = Far::open(root.path());
    let blobs: Arc<dyn Blobs> = far.clone();
    let groups: usize = entries.iter().map(|it| groups(&lake.blobs, it)).sum();
    assert!(groups >= 2 * entries.len(), "{groups} row groups");
    let counted = crate::recount(&blobs, &entries, &layout()).unwrap();
    // Its size, its bytes, its footer, and each row group.
    assert!(far.asked() <= 3 * entries.len() + groups);
    assert_eq!(counted, crate::recount(&lake.blobs, &entries, &layout()).unwrap());
    assert_eq!((counted.rows, counted.differences.len()), (16_000, 0));
    assert_eq!(crate::contents(&blobs, &entries, &layout()).unwrap(), vec![]);
    // Its footer for the columns it was written with, its size, its footer once more, and each row group; and all of it again, to
    // see whether a record is there twice.
    let asked = far.asked();
    assert!(
        asked <= 2 * (3 * entries.len() + groups),
        "{asked} of {} files, {groups} row groups",
        entries.len()
    );
}

#[test]
fn a_question_asks_a_store_far_away_at_most_twice_for_each_row_group() {
    let root = tempfile::tempdir().unwrap();
    let lake = lake(root.path());
    let entries = standing(&lake);
    let far = Far::open(root.path());
    let source = |blobs: Arc<dyn Blobs>| {
        let of = move |it: &FileEntry| BlobSource::new(Arc::clone(&blobs), it.path.clone(), it.bytes);
        entries.iter().map(of).collect::<Vec<_>>()
    };
    let groups: usize = entries.iter().map(|it| groups(&lake.blobs, it)).sum();
    let from = DAY_NANOS / 2;
    let time = Time { column: "at".into(), from, until: 2 * DAY_NANOS, slice: None };
    let plan = Plan {
        time: Some(time),
        keys: vec!["subject".into(), "status".into()],
        measures: vec![Measured::all(Measure::Count), Measured::all(Measure::Sum("parts".into()))],
        ..Plan::default()
    };
    let asked = |sources: &[BlobSource]| {
        let sources: Vec<&dyn ReadAt> = sources.iter().map(|it| it as &dyn ReadAt).collect();
        run_all(&plan, &sources).unwrap()
    };
    let found = asked(&source(far.clone()));
    assert!(far.asked() <= entries.len() + 2 * groups);
    assert_eq!(found.groups, asked(&source(Arc::clone(&lake.blobs))).groups);
    assert!(found.groups.len() > 100);
}

#[test]
fn rows_are_the_same_however_many_bytes_are_read_ahead() {
    let root = tempfile::tempdir().unwrap();
    let lake = lake(root.path());
    let far: Arc<dyn Blobs> = Far::open(root.path());
    for entry in standing(&lake) {
        let rows = |blobs: &Arc<dyn Blobs>, ahead| {
            let mut reader = FileRows::open_ahead(Arc::clone(blobs), &entry.path, &layout(), ahead).unwrap();
            let mut all = Vec::new();
            while let Some(rows) = reader.next().unwrap() {
                all.extend((0..rows.len()).map(|row| canonical(&rows, row)));
            }
            all
        };
        let near = rows(&lake.blobs, 0);
        for ahead in [0, 1 << 10, 20 << 10, 64 << 20] {
            assert!(rows(&far, ahead) == near, "{ahead} bytes ahead");
        }
    }
}

fn groups(blobs: &Arc<dyn Blobs>, entry: &FileEntry) -> usize {
    let source = BlobSource::new(Arc::clone(blobs), entry.path.clone(), entry.bytes);
    crate::kernel::footer(&source).unwrap().groups.len()
}
