//! A manifest in a store of objects is what one in a file is, whoever else writes it.

#![expect(clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

mod support;

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
    fn a_manifest_of_objects_says_what_one_in_a_file_does(steps in proptest::collection::vec(step(), 1..12)) {
        let (folder, server) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let server_at = support::serve(server.path());
    let bucket = || support::bucket(server_at);
        let file = FileManifest::open(folder.path()).unwrap();
        let objects = ObjectManifest::open(bucket()).unwrap();
        for (at, step) in (1..).zip(&steps) {
            prop_assert_eq!(done(&file, step, at), done(&objects, step, at), "{:?}", step);
        }
        drop(file);
        let (file, objects) = (FileManifest::open(folder.path()).unwrap(), ObjectManifest::open(bucket()).unwrap());
        prop_assert_eq!(file.superseded(), objects.superseded());
        prop_assert_eq!(file.places(), objects.places());
    }
}

#[test]
fn changes_made_at_once_all_count() {
    let server = tempfile::tempdir().unwrap();
    let server_at = support::serve(server.path());
    let bucket = || support::bucket(server_at);
    std::thread::scope(|scope| {
        for writer in 0..4u8 {
            let manifest = ObjectManifest::open(bucket()).unwrap();
            scope.spawn(move || {
                for at in 0..8u8 {
                    let add = vec![entry(i32::from(writer), at, false)];
                    manifest.commit(&Change { add, remove: vec![], at: Instant::from_nanos(1) }).unwrap();
                }
            });
        }
    });
    let ever = Interval::new(Instant::MIN, Instant::MAX).unwrap();
    let manifest = ObjectManifest::open(bucket()).unwrap();
    assert_eq!(manifest.entries(&place(), ever, None).unwrap().len(), 32);
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
