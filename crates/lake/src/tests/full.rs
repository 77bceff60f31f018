//! A disk with no space left: an import told so at any point of its way loses nothing, and goes on when there is space.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use super::*;
use crate::{BlobError, LakeError, ManifestError};

const PAGE_BYTES: usize = 4096;
const DISK_BYTES: usize = 16 << 20;
const ROWS: i64 = 600;

/// A file system in memory with so much space and no more.
struct Disk(PathBuf);

impl Disk {
    /// Nothing where this process may not mount one.
    fn new(at: PathBuf) -> Option<Disk> {
        fs::create_dir_all(&at).unwrap();
        let size = format!("size={DISK_BYTES}");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&at).output().unwrap();
        mounted.status.success().then_some(Disk(at))
    }

    /// Takes all space but so many pages.
    fn fill(&self, free_pages: usize) {
        let mut ballast = File::create(self.0.join("ballast")).unwrap();
        let page = [b'x'; PAGE_BYTES];
        while ballast.write_all(&page).is_ok() {}
        let taken = usize::try_from(ballast.metadata().unwrap().len()).unwrap();
        ballast.set_len(taken.saturating_sub(free_pages * PAGE_BYTES) as u64).unwrap();
    }

    fn empty(&self) {
        fs::remove_file(self.0.join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Not unwrapped: a test that already fails says why itself.
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

fn rows() -> Vec<Told> {
    let row = |it: i64| Told {
        day: it % 2,
        minute: it % 1_440,
        subject: u8::try_from(it % 251).unwrap(),
        id: u8::try_from(it % 253).unwrap(),
        status: u8::try_from(it % 5).unwrap(),
        fee: it % 3,
        recorded: 1,
    };
    (0..ROWS).map(row).collect()
}

fn imported(lake: &Lake) -> Result<(), LakeError> {
    let limits = ImportLimits { batch_rows: 150, ..ImportLimits::default() };
    let mut importer = Importer::open(lake.clone(), target(), lake.scratch.join("import"), limits)?;
    rows().iter().try_for_each(|it| view(*it, |view| importer.push_row(view)))?;
    importer.finish(Instant::from_nanos(10)).map(drop)
}

/// The end of the name of what no space was left for.
fn what(error: &LakeError) -> String {
    let (LakeError::Full(path)
    | LakeError::Blob(BlobError::Full(path))
    | LakeError::Manifest(ManifestError::Full(path))) = error
    else {
        panic!("{error}");
    };
    assert_eq!(error.to_string(), format!("no space is left for `{path}`; make room and try again"));
    let name = path.rsplit('/').next().unwrap();
    name.trim_start_matches(|it: char| it.is_ascii_hexdigit() || it == '-' || it == '.').to_owned()
}

#[test]
fn an_import_told_at_any_point_that_the_disk_is_full_loses_nothing_and_goes_on_when_there_is_space() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::new(folder.path().join("disk")) else {
        println!("this process may not mount a file system");
        return;
    };
    let expected = oracle(&rows());
    let mut found = BTreeSet::new();
    for free_pages in 0.. {
        let root = disk.0.join("lake");
        let lake = open(&root, Limits::default());
        disk.fill(free_pages);
        let refused = imported(&lake).err();
        let standing_then = standing(&lake);
        let left = fs::read_dir(&lake.scratch).unwrap().filter(|it| it.as_ref().unwrap().path().is_file());
        assert_eq!(left.count(), 0, "{free_pages} pages: nothing is left half written");
        disk.empty();
        drop(lake);
        let lake = open(&root, Limits::default());
        assert_eq!(standing(&lake), standing_then, "{free_pages} pages: what was told to stand stands");
        imported(&lake).unwrap();
        assert_eq!(rows_of(&lake), expected, "{free_pages} pages");
        drop(lake);
        fs::remove_dir_all(&root).unwrap();
        match refused {
            Some(error) => found.insert(what(&error)),
            None => break,
        };
    }
    println!("{found:?}");
    // Rows put aside and the note of them; files of the lake.
    for name in ["run", "json", "parquet"] {
        assert!(found.iter().any(|it| it.contains(name)), "{name}: {found:?}");
    }
}
