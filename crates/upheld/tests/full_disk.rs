//! A server whose disk is really full, again and again, while records in volume come and are laid out: a file system in memory of
//! a certain size. Where none may be mounted, which takes the rights of root, nothing is shown.

#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

#[expect(dead_code, reason = "other tests use other parts of it")]
mod support;

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use support::load::Place;
use support::text;
use support::volume::{CLIENTS, Came, Client, House, Load, Then};
use support::volume::{eventually, every_record_once, everything_once};

const DISK: &str = "size=256m";
/// How often the disk is full.
const ROUNDS: usize = 3;
/// Bodies that are acknowledged, or refused, before anything happens.
const BODIES: usize = 8;

/// A file system in memory.
struct Disk(PathBuf);

impl Disk {
    /// Nothing where this process may not mount one.
    fn new(at: PathBuf) -> Option<Self> {
        fs::create_dir_all(&at).expect("a folder");
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", DISK, "tmpfs"]).arg(&at).output().expect("mount runs");
        if !mounted.status.success() {
            println!("this process may not mount a file system: {}", text(&mounted.stderr));
        }
        mounted.status.success().then_some(Self(at))
    }

    /// Takes all space there is.
    fn fill(&self) {
        let mut ballast = File::create(self.0.join("ballast")).expect("a file");
        for piece in [1 << 20, 4 << 10] {
            while ballast.write_all(&vec![b'x'; piece]).is_ok() {}
        }
    }

    fn empty(&self) {
        fs::remove_file(self.0.join("ballast")).expect("removed");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // A test that already fails says why itself.
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_of_everything_refuses_and_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let Some(disk) = Disk::new(data.clone()) else { return };
    let mut place = Place::new(&data);
    // Cycles are closed by hand.
    place.environment.push(("UPHELD_TIMES_GRACE".to_owned(), "90 d".to_owned()));
    place.create_owner();
    let server = place.start();
    let house = Arc::new(House::build(&server));
    let refused = Arc::<AtomicUsize>::default();
    let count = refused.clone();
    let clients = (0..CLIENTS).map(Client::new).collect();
    let load = Load::begin(&server.url, &house, clients, move |_, came| match came {
        Came::Refused(507, _, document) => {
            assert_eq!(document["code"], json!("storage-full"), "{document}");
            count.fetch_add(1, Ordering::SeqCst);
            Then::Again
        }
        other => panic!("{other:?}"),
    });
    let (acknowledged, refusals) =
        (|| load.acknowledged.load(Ordering::SeqCst), || refused.load(Ordering::SeqCst));
    for _ in 0..ROUNDS {
        let before = acknowledged();
        eventually("bodies are acknowledged", || acknowledged() >= before + BODIES);
        disk.fill();
        let before = refusals();
        eventually("bodies are refused", || refusals() >= before + BODIES);
        assert_eq!(server.get("/readyz", None).0, 200, "reads go on");
        disk.empty();
        let before = acknowledged();
        eventually("bodies are acknowledged again", || acknowledged() >= before + BODIES);
    }
    let mut clients = load.end();
    clients.iter_mut().for_each(|it| it.finish(&server.url, &house));
    everything_once(&server, &house, &clients);
    every_record_once(&server, &house, &clients, &place.data.join("lake"));
    let bodies: usize = clients.iter().map(Client::bodies).sum();
    println!("{bodies} bodies acknowledged, {} refused", refusals());
    let ended = server.stop("TERM");
    assert_eq!(ended.status.code(), Some(0), "{}", text(&ended.stderr));
}
