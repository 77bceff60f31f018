//! Clocks of several machines: what stood at a time is what whoever asked then was told.

use super::*;
use crate::{Change, Manifest};

fn entry(day: i32, name: u8) -> FileEntry {
    let (place, day, at) = (target().place, Day(day), Instant::EPOCH);
    let path = place.path(day, &[name; 32], &[name; 32]);
    let digest = [name; 32];
    FileEntry {
        place,
        day,
        path,
        rows: 1,
        bytes: 1,
        sha256: digest,
        footer: None,
        content: digest,
        from: at,
        until: at,
        settled: true,
        added_at: at,
        removed_at: None,
    }
}

#[test]
fn a_change_by_a_clock_that_is_behind_is_no_earlier_than_what_its_partition_has_seen() {
    let root = tempfile::tempdir().unwrap();
    let manifest = FileManifest::open(root.path()).unwrap();
    let at = Instant::from_nanos;
    let commit = |add: FileEntry, remove: &[&FileEntry], nanos: i64| {
        let remove = remove.iter().map(|it| it.path.clone()).collect();
        manifest.commit(&Change { add: vec![add], remove, at: at(nanos) }).unwrap();
    };
    let (first, second, third, other) = (entry(0, 1), entry(0, 2), entry(0, 3), entry(1, 4));
    commit(first.clone(), &[], 10);
    commit(second.clone(), &[&first], 4);
    commit(third.clone(), &[&second], 20);
    commit(other.clone(), &[], 5);
    drop(manifest);
    let manifest = FileManifest::open(root.path()).unwrap();
    let stood = |nanos: i64| {
        let entries = manifest.entries(&target().place, Interval::ALL, Some(at(nanos))).unwrap();
        entries.into_iter().map(|it| it.path).collect::<Vec<_>>()
    };
    for nanos in 0..5 {
        assert!(stood(nanos).is_empty(), "{nanos}");
    }
    for nanos in 5..10 {
        assert_eq!(stood(nanos), std::slice::from_ref(&other.path), "{nanos}");
    }
    assert_eq!(stood(10), [second.path.clone(), other.path.clone()]);
    assert_eq!(stood(19), [second.path.clone(), other.path.clone()]);
    assert_eq!(stood(20), [third.path.clone(), other.path.clone()]);
    let gone = manifest.superseded().unwrap();
    assert!(gone.iter().all(|it| it.removed_at.is_some_and(|removed| it.added_at <= removed)), "{gone:?}");
}
