//! A machine that loses power: what the kernel has and the disk has not is gone. The lake lies on a file system in a file;
//! that file is what the disk has. It is copied at some moment, and the copy is what the machine finds when it starts again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use super::{batches, ended_after, ids, nothing_is_lost_or_twice, rounds};

const IMAGE_BYTES: u64 = 192 << 20;
/// Copies are made until two are alike, so that nothing was written to the disk between them.
const COPIES_MAX: u32 = 50;

/// A file system that is there as long as this is.
struct Mounted(PathBuf);

impl Mounted {
    fn new(image: &Path, at: PathBuf) -> Mounted {
        std::fs::create_dir_all(&at).unwrap();
        run(Command::new("mount").args(["-o", "loop"]).arg(image).arg(&at));
        Mounted(at)
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // Not `run`: a test that already fails says why itself.
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn signal(child: &Child, name: &str) {
    run(Command::new("kill").args(["-s", name]).arg(child.id().to_string()));
}

/// What the disk has at one moment.
fn copied(disk: &Path, to: &Path) {
    let mut last = std::fs::read(disk).unwrap();
    for _ in 0..COPIES_MAX {
        let now = std::fs::read(disk).unwrap();
        if now == last {
            return std::fs::write(to, now).unwrap();
        }
        last = now;
    }
    panic!("the disk is never at rest");
}

#[test]
fn a_machine_that_lost_power_lost_nothing_it_acknowledged_and_counts_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (disk, after) = (path("disk"), path("after"));
    std::fs::File::create(&disk).unwrap().set_len(IMAGE_BYTES).unwrap();
    run(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(&disk));
    let mut expected = BTreeSet::new();
    let mut lost_by_the_kernel = 0;
    for round in 0..rounds() {
        let running = Mounted::new(&disk, path("running"));
        let acknowledged = ended_after(&running.0, round, batches(round), |child| {
            signal(child, "STOP");
            copied(&disk, &after);
            signal(child, "KILL");
        });
        expected.extend(ids(round, &acknowledged[..batches(round)]));
        let there = bytes_below(&running.0);
        drop(running);
        std::fs::rename(&after, &disk).unwrap();
        let restarted = Mounted::new(&disk, path("restarted"));
        lost_by_the_kernel += u32::from(bytes_below(&restarted.0) != there);
        nothing_is_lost_or_twice(&restarted.0, &expected, round);
    }
    // Were nothing ever lost, the copies would show no power failure.
    assert!(lost_by_the_kernel > 0);
}

/// The bytes of every file, by its path.
fn bytes_below(folder: &Path) -> BTreeSet<(PathBuf, Vec<u8>)> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()) {
        if entry.is_dir() {
            found.extend(bytes_below(&entry));
        } else {
            found.insert((PathBuf::from(entry.file_name().unwrap()), std::fs::read(&entry).unwrap()));
        }
    }
    found
}
