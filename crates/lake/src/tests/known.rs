//! What is counted before it is merged: never a record twice, and every record that was ever said.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::journal::{Batch, Journal, JournalLimits};
use crate::{Known, fold_knowing};

/// Day, subject and id.
type Identity = (i32, Option<String>, String);

fn identity(it: Told) -> Identity {
    let subject = (it.subject > 0).then(|| format!("account-{}", it.subject));
    (i32::try_from(it.day).unwrap(), subject, format!("id-{}", it.id))
}

/// The identities in files, each as often as it is there.
fn identities(lake: &Lake, files: &[FileEntry]) -> Vec<Identity> {
    let mut all = Vec::new();
    for file in files {
        let mut reader = FileRows::open(Arc::clone(&lake.blobs), &file.path, &layout()).unwrap();
        while let Some(rows) = reader.next().unwrap() {
            all.extend((0..rows.len()).map(|row| {
                let subject = rows.subject.get(row).map(str::to_owned);
                (file.day.0, subject, rows.id.get(row).unwrap().to_owned())
            }));
        }
    }
    all.sort();
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn files_that_are_apart_hold_every_identity_once_whatever_is_merged_or_forgotten_meanwhile(
        told in proptest::collection::vec(told(), 1..60),
        batch in 1..12_usize,
        steps in proptest::collection::vec(0..4_u8, 60),
    ) {
        let root = tempfile::tempdir().unwrap();
        let lake = open(root.path(), small());
        let journal = Journal::open(&root.path().join("journal"), JournalLimits { segment_bytes: 4096 }).unwrap();
        let (mut known, mut apart, mut said) = (Known::default(), BTreeSet::new(), BTreeSet::new());
        for ((now, part), step) in (1..).zip(told.chunks(batch)).zip(steps) {
            let mut rows = Rows::new(layout());
            part.iter().for_each(|it| push(&mut rows, *it));
            said.extend(part.iter().map(|it| identity(*it)));
            journal.append(&Batch::encode(&target().place, &rows)).unwrap();
            journal.rotate().unwrap();
            let now = Instant::from_nanos(now);
            let folded = fold_knowing(&lake, &journal, &|_| Ok(target().standing), (&known, now)).unwrap();
            for file in folded.new {
                let mut others = lake.standing(&file.place, file.day).unwrap();
                others.retain(|it| it.path != file.path);
                prop_assert!(known.is_apart(&lake, &file, &others).unwrap());
                apart.insert(file.path);
            }
            match step {
                0 => {
                    let before = lake.standing(&target().place, Day(1)).unwrap();
                    let hashes = known.together(&before);
                    let outcome = lake.settle(&target(), Day(1), now).unwrap();
                    match hashes {
                        Some(hashes) => known.replace(&outcome.removed, &outcome.added, hashes),
                        None => outcome.removed.iter().for_each(|it| known.forget(it)),
                    }
                }
                1 => known = Known::default(),
                _ => {}
            }
            let mut counted = standing(&lake);
            counted.retain(|it| it.settled || apart.contains(&it.path));
            prop_assert_eq!(identities(&lake, &counted), said.iter().cloned().collect::<Vec<_>>());
        }
        lake.settle_all(&target(), Interval::ALL, Instant::from_nanos(1001)).unwrap();
        prop_assert_eq!(rows_of(&lake), oracle(&told));
    }
}

/// Whoever merges or asks the day is told; what comes for it is laid out, and what comes for others too.
#[test]
fn a_file_that_is_gone_keeps_nothing_from_being_laid_out() {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path(), small());
    let one = Told { day: 0, minute: 3, subject: 1, id: 1, status: 3, fee: 2, recorded: 1 };
    import(&lake, &[one], 100, 10);
    std::fs::remove_file(root.path().join(&standing(&lake)[0].path)).unwrap();
    let journal = Journal::open(&root.path().join("journal"), JournalLimits { segment_bytes: 4096 }).unwrap();
    let mut rows = Rows::new(layout());
    push(&mut rows, Told { id: 2, ..one });
    journal.append(&Batch::encode(&target().place, &rows)).unwrap();
    journal.rotate().unwrap();
    let now = Instant::from_nanos(20);
    let known = Known::default();
    let folded = fold_knowing(&lake, &journal, &|_| Ok(target().standing), (&known, now)).unwrap();
    assert_eq!((folded.segments, folded.rows, folded.new.len()), (1, 1, 0), "not known to be new");
    assert_eq!(standing(&lake).len(), 2);
}
