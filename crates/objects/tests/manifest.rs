//! A manifest in a store of objects is what one in a file is, whoever else writes it.

#![expect(clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

#[expect(dead_code, reason = "other tests use other parts of it")]
mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use lake::{Change, Day, FileEntry, FileManifest, Manifest, ManifestError, Place};
use objects::ObjectManifest;
use proptest::prelude::*;
use timeline::{Instant, Interval};

fn place() -> Place {
    Place::new("acme", "短信", "message")
}

fn entry(day: i32, name: u8, settled: bool) -> FileEntry {
    let (place, day) = (place(), Day(day));
    let content = [name; 32];
    let path = place.path(day, &content, &[name ^ 0xff; 32]);
    let from = day.window().from();
    FileEntry {
        place,
        day,
        path,
        rows: u64::from(name),
        bytes: 100,
        sha256: [name ^ 0xff; 32],
        footer: settled.then_some([name ^ 0x55; 32]),
        content,
        from,
        until: from,
        settled,
        added_at: Instant::from_nanos(0),
        removed_at: None,
    }
}

#[derive(Clone, Debug)]
enum Step {
    Change { add: Vec<(i32, u8, bool)>, remove: Vec<(i32, u8)> },
    Forget,
}

fn step() -> impl Strategy<Value = Step> {
    let file = || (0..3i32, 0..4u8);
    let added = (file(), any::<bool>()).prop_map(|((day, name), settled)| (day, name, settled));
    let change = (proptest::collection::vec(added, 0..3), proptest::collection::vec(file(), 0..2));
    prop_oneof![
        6 => change.prop_map(|(add, remove)| Step::Change { add, remove }),
        1 => Just(Step::Forget),
    ]
}

/// What a step says, and what stands after it, now and as of each step before.
fn done(manifest: &dyn Manifest, step: &Step, at: i64) -> String {
    let said = match step {
        Step::Change { add, remove } => manifest.commit(&Change {
            add: add.iter().map(|(day, name, settled)| entry(*day, *name, *settled)).collect(),
            remove: remove.iter().map(|(day, name)| entry(*day, *name, true).path).collect(),
            at: Instant::from_nanos(at),
        }),
        Step::Forget => manifest.forget(&manifest.superseded().unwrap()),
    };
    let ever = Interval::new(Instant::MIN, Instant::MAX).unwrap();
    let standing =
        (0..=at).map(|it| manifest.entries(&place(), ever, Some(Instant::from_nanos(it))).unwrap());
    format!("{said:?} {:?} {:?} {:?}", standing.collect::<Vec<_>>(), manifest.places(), manifest.superseded())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn a_manifest_of_objects_says_what_one_in_a_file_does(steps in proptest::collection::vec(step(), 1..12), every in 0..4u64) {
        let (folder, server) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let server_at = support::serve(server.path());
        let bucket = || support::bucket(server_at);
        let file = FileManifest::open(folder.path()).unwrap();
        let objects = ObjectManifest::open_with(bucket(), every).unwrap();
        for (at, step) in (1..).zip(&steps) {
            prop_assert_eq!(done(&file, step, at), done(&objects, step, at), "{:?}", step);
        }
        drop(file);
        let (file, objects) = (FileManifest::open(folder.path()).unwrap(), ObjectManifest::open(bucket()).unwrap());
        prop_assert_eq!(file.superseded(), objects.superseded());
        prop_assert_eq!(file.places(), objects.places());
    }
}

/// Makes as many changes, each of one file of that day.
fn change(manifest: &ObjectManifest, day: i32, changes: u8) {
    for name in 0..changes {
        let add = vec![entry(day, name, false)];
        manifest.commit(&Change { add, remove: vec![], at: Instant::from_nanos(1) }).unwrap();
    }
}

fn standing(manifest: &ObjectManifest) -> Vec<FileEntry> {
    let ever = Interval::new(Instant::MIN, Instant::MAX).unwrap();
    manifest.entries(&place(), ever, None).unwrap()
}

/// The numbers of the objects in a folder of the bucket.
fn numbers(server: &Path, folder: &str) -> Vec<u64> {
    let Ok(listed) = std::fs::read_dir(server.join(support::BUCKET).join(folder)) else { return vec![] };
    let names = listed.map(|it| it.unwrap().file_name().into_string().unwrap());
    let mut numbers: Vec<u64> = names.filter_map(|it| it.strip_suffix(".ndjson")?.parse().ok()).collect();
    numbers.sort_unstable();
    numbers
}

fn object(server: &Path, folder: &str, number: u64) -> PathBuf {
    server.join(support::BUCKET).join(folder).join(format!("{number:020}.ndjson"))
}

#[test]
fn changes_made_at_once_all_count() {
    let server = tempfile::tempdir().unwrap();
    let server_at = support::serve(server.path());
    let bucket = || support::bucket(server_at);
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let manifest = ObjectManifest::open_with(bucket(), 5).unwrap();
            scope.spawn(move || change(&manifest, writer, 8));
        }
    });
    assert_eq!(standing(&ObjectManifest::open(bucket()).unwrap()).len(), 32);
}

/// Not a test of its own: what the processes of the next one do.
#[test]
fn writer() {
    let Ok(at) = std::env::var("MANIFEST_WRITER") else { return };
    let (server, day) = at.split_once(' ').unwrap();
    let manifest = ObjectManifest::open_with(support::bucket(server.parse().unwrap()), 4).unwrap();
    change(&manifest, day.parse().unwrap(), 9);
}

#[test]
fn processes_that_change_it_at_once_make_snapshots_from_which_all_say_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let server = folder.path();
    let server_at = support::serve(server);
    let bucket = || support::bucket(server_at);
    let process = |day: i32| {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "writer"])
            .env("MANIFEST_WRITER", format!("{server_at} {day}"))
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let mut processes: Vec<_> = (0..4).map(process).collect();
    assert!(processes.iter_mut().all(|it| it.wait().unwrap().success()));
    assert_eq!(numbers(server, "manifest"), (1..=36).collect::<Vec<_>>());
    let snapshots = numbers(server, ".snapshots");
    assert!(!snapshots.is_empty() && snapshots.iter().all(|it| it % 4 == 0), "{snapshots:?}");
    let opened = || standing(&ObjectManifest::open(bucket()).unwrap());
    let all = opened();
    assert_eq!(all.len(), 36);
    // Whichever snapshot it begins with, and without any, it says the same.
    for number in snapshots.into_iter().rev() {
        std::fs::remove_file(object(server, ".snapshots", number)).unwrap();
        assert_eq!(opened(), all, "before {number}");
    }
}

#[test]
fn whoever_opens_it_reads_the_newest_snapshot_and_no_change_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = folder.path();
    let server_at = support::serve(server);
    let bucket = || support::bucket(server_at);
    let manifest = ObjectManifest::open_with(bucket(), 10).unwrap();
    change(&manifest, 0, 20);
    // The snapshot after the twentieth is made by whoever changes it next.
    assert_eq!(numbers(server, ".snapshots"), [10]);
    change(&ObjectManifest::open_with(bucket(), 10).unwrap(), 1, 5);
    assert_eq!(numbers(server, ".snapshots"), [10, 20]);
    let all = standing(&ObjectManifest::open(bucket()).unwrap());
    assert_eq!(all.len(), 25);
    (1..=20).for_each(|it| std::fs::remove_file(object(server, "manifest", it)).unwrap());
    let again = ObjectManifest::open_with(bucket(), 10).unwrap();
    assert_eq!(standing(&again), all);
    change(&again, 2, 5);
    assert_eq!(standing(&ObjectManifest::open(bucket()).unwrap()).len(), 30);
}

#[test]
fn a_snapshot_that_is_damaged_or_half_written_is_named_and_may_be_removed() {
    let folder = tempfile::tempdir().unwrap();
    let server = folder.path();
    let server_at = support::serve(server);
    let bucket = || support::bucket(server_at);
    change(&ObjectManifest::open_with(bucket(), 3).unwrap(), 0, 4);
    let file = object(server, ".snapshots", 3);
    let whole = std::fs::read(&file).unwrap();
    let opened = || ObjectManifest::open(bucket()).map(|it| standing(&it).len());
    let named = |line| Err(ManifestError::Damaged { path: format!(".snapshots/{:020}.ndjson", 3), line });
    assert_eq!(opened(), Ok(4));
    let head = whole.iter().position(|it| *it == b'\n').unwrap() + 1;
    let damages = [(&whole[..0], 1), (&whole[1..], 1), (&whole[..head], 2), (&whole[..whole.len() - 1], 4)];
    for (damaged, line) in damages {
        std::fs::write(&file, damaged).unwrap();
        assert_eq!(opened(), named(line));
    }
    // One of another number is none of this one.
    std::fs::write(&file, &whole).unwrap();
    let other = object(server, ".snapshots", 4);
    std::fs::copy(&file, &other).unwrap();
    assert!(matches!(opened(), Err(ManifestError::Damaged { line: 1, .. })));
    std::fs::remove_file(other).unwrap();
    std::fs::remove_file(&file).unwrap();
    assert_eq!(opened(), Ok(4));
}

#[test]
fn of_two_who_remove_one_file_at_once_one_is_refused() {
    let server = tempfile::tempdir().unwrap();
    let server_at = support::serve(server.path());
    let bucket = || support::bucket(server_at);
    let first = ObjectManifest::open(bucket()).unwrap();
    let second = ObjectManifest::open(bucket()).unwrap();
    let at = Instant::from_nanos(1);
    first.commit(&Change { add: vec![entry(0, 1, true)], remove: vec![], at }).unwrap();
    let path = entry(0, 1, true).path;
    let instead = |name| Change { add: vec![entry(0, name, true)], remove: vec![path.clone()], at };
    second.commit(&instead(2)).unwrap();
    assert_eq!(first.commit(&instead(3)), Err(ManifestError::Conflict(path.clone())));
}

#[test]
fn a_change_that_is_damaged_or_missing_is_named() {
    let server = tempfile::tempdir().unwrap();
    let server_at = support::serve(server.path());
    let bucket = || support::bucket(server_at);
    let manifest = ObjectManifest::open(bucket()).unwrap();
    for name in 1..=3u8 {
        let add = vec![entry(0, name, false)];
        manifest.commit(&Change { add, remove: vec![], at: Instant::from_nanos(1) }).unwrap();
    }
    let second = "manifest/00000000000000000002.ndjson";
    let file = server.path().join(support::BUCKET).join(second);
    let whole = std::fs::read(&file).unwrap();
    let opened = || ObjectManifest::open(bucket()).err();
    let named = Some(ManifestError::Damaged { path: second.to_owned(), line: 1 });
    assert_eq!(opened(), None);
    for damaged in [&whole[..whole.len() - 1], &whole[1..], &whole[..0]] {
        std::fs::write(&file, damaged).unwrap();
        assert_eq!(opened(), named);
    }
    std::fs::remove_file(&file).unwrap();
    assert_eq!(opened(), named);
}
