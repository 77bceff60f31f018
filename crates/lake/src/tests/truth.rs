//! Any order, three copies of everything, any number of imports, seventy-five days late: the same files.

use proptest::prelude::*;
use timeline::{Instant, Interval};

use super::*;
use crate::journal::{Batch, Journal, JournalLimits, Part};
use crate::{FoldError, Place, Retention, fold, verify};

fn at(nanos: i64) -> Instant {
    Instant::from_nanos(nanos)
}

/// The rows three times over in an order decided by `seed`.
fn shuffled(told: &[Told], seed: u64) -> Vec<Told> {
    let mut all: Vec<(u64, Told)> = Vec::new();
    for (index, it) in told.iter().chain(told).chain(told).enumerate() {
        let key =
            (index as u64 ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29).wrapping_mul(seed | 1);
        all.push((key, *it));
    }
    all.sort_by_key(|(key, _)| *key);
    all.into_iter().map(|(_, it)| it).collect()
}

fn fold_all(lake: &Lake, journal: &Journal, now: i64) {
    journal.rotate().unwrap();
    fold(lake, journal, &|_| Ok(target().standing), at(now)).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn neither_order_nor_copies_nor_imports_change_what_stands(
        told in proptest::collection::vec(told(), 1..80),
        seed in any::<u64>(),
        imports in 1..5_usize,
        batch_rows in 1..40_usize,
    ) {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (plain, mixed) = (open(one.path(), small()), open(other.path(), small()));
        import(&plain, &told, 1000, 1);
        let shuffled = shuffled(&told, seed);
        for (now, part) in (1..).zip(shuffled.chunks(shuffled.len().div_ceil(imports))) {
            import(&mixed, part, batch_rows, now);
        }
        prop_assert_eq!(rows_of(&plain), oracle(&told));
        let stands = rows_of(&plain);
        prop_assert_eq!(stands.len() + superseded_of(&plain).len(), words(&told).len());
        assert_keeps(&plain, &told);
        assert_keeps(&mixed, &told);
        prop_assert_eq!(contents(&plain), contents(&mixed));
        prop_assert!(standing(&mixed).iter().all(|it| it.settled));
    }

    #[test]
    fn what_comes_through_the_journal_is_what_is_imported(
        told in proptest::collection::vec(told(), 1..60),
        seed in any::<u64>(),
        batch in 1..20_usize,
    ) {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (plain, mixed) = (open(one.path(), small()), open(other.path(), small()));
        import(&plain, &told, 1000, 1);
        let limits = JournalLimits { segment_bytes: 4096 };
        let journal = Journal::open(&other.path().join("journal"), limits).unwrap();
        for (now, part) in (1..).zip(shuffled(&told, seed).chunks(batch)) {
            let mut rows = Rows::new(layout());
            part.iter().for_each(|it| push(&mut rows, *it));
            journal.append(&Batch::encode(&target().place, &rows)).unwrap();
            if now % 3 == 0 {
                fold_all(&mixed, &journal, now);
            }
        }
        fold_all(&mixed, &journal, 1000);
        mixed.settle_all(&target(), Interval::ALL, at(1001)).unwrap();
        mixed.settle_all(&beside(), Interval::ALL, at(1001)).unwrap();
        assert_keeps(&mixed, &told);
        prop_assert_eq!(contents(&plain), contents(&mixed));
    }
}

#[test]
fn an_import_that_was_interrupted_goes_on_without_loss_or_copies() {
    let told: Vec<Told> = (0..60_u8)
        .map(|it| Told {
            day: 1,
            minute: i64::from(it),
            subject: it % 4,
            id: it % 50,
            status: 1,
            fee: 1,
            recorded: it % 3,
        })
        .collect();
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path(), small());
    let begin = || {
        let limits = ImportLimits { batch_rows: 7, ..ImportLimits::default() };
        Importer::open(lake.clone(), target(), lake.scratch.join("import"), limits).unwrap()
    };
    let progress = |offset: u64| crate::Progress {
        source: "messages.ndjson".into(),
        size: 60,
        prefix_sha256: String::new(),
        offset,
        line: offset + 1,
        finished: false,
        told: String::new(),
    };
    let mut first = begin();
    assert_eq!(first.reached(), []);
    for (offset, it) in (1..=30).zip(&told) {
        view(*it, |view| first.push_row(view)).unwrap();
        first.note(progress(offset)).unwrap();
    }
    first.checkpoint().unwrap();
    for it in &told[30..40] {
        view(*it, |view| first.push_row(view)).unwrap();
    }
    drop(first);
    let mut second = begin();
    // Rows behind the last note may be safe as well; they are read again and told apart.
    assert_eq!(second.reached(), [progress(30)]);
    for it in &told[30..] {
        view(*it, |view| second.push_row(view)).unwrap();
    }
    second.finish(at(9)).unwrap();
    assert_eq!(rows_of(&lake), oracle(&told));
    assert_eq!(begin().reached(), []);
}

#[test]
fn a_segment_folded_twice_counts_once() {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path(), small());
    let told: Vec<Told> = (0..20)
        .map(|id| Told { day: 0, minute: 3, subject: 1, id, status: 1, fee: 2, recorded: 1 })
        .collect();
    let mut rows = Rows::new(layout());
    told.iter().for_each(|it| push(&mut rows, *it));
    let folder = root.path().join("journal");
    let journal = Journal::open(&folder, JournalLimits::default()).unwrap();
    journal.append(&Batch::encode(&target().place, &rows)).unwrap();
    journal.rotate().unwrap();
    let segment = folder.join("0000000000000000.journal");
    let copy = std::fs::read(&segment).unwrap();
    fold_all(&lake, &journal, 1);
    let once = contents(&lake);
    drop(journal);
    // As after a crash between the manifest and the deletion.
    std::fs::read_dir(&folder).unwrap().for_each(|it| std::fs::remove_file(it.unwrap().path()).unwrap());
    std::fs::write(&segment, copy).unwrap();
    let journal = Journal::open(&folder, JournalLimits::default()).unwrap();
    fold_all(&lake, &journal, 2);
    assert_eq!(contents(&lake), once);
    lake.settle_all(&target(), Interval::ALL, at(3)).unwrap();
    assert_eq!(rows_of(&lake), oracle(&told));
}

#[test]
fn many_small_segments_come_to_one_file_and_an_unreadable_one_keeps_none_before_it() {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path(), small());
    let journal = Journal::open(&root.path().join("journal"), JournalLimits::default()).unwrap();
    let told: Vec<Told> =
        (0..9).map(|id| Told { day: 0, minute: 3, subject: 1, id, status: 1, fee: 2, recorded: 1 }).collect();
    let append = |told: &[Told]| {
        for it in told {
            let mut rows = Rows::new(layout());
            push(&mut rows, *it);
            journal.append(&Batch::encode(&target().place, &rows)).unwrap();
            journal.rotate().unwrap();
        }
    };
    append(&told[..5]);
    let folded = fold(&lake, &journal, &|_| Ok(target().standing), at(1)).unwrap();
    assert_eq!((folded.segments, folded.rows, standing(&lake).len()), (5, 5, 1));
    append(&told[5..7]);
    journal.append(b"no rows").unwrap();
    journal.rotate().unwrap();
    append(&told[7..]);
    let refused = fold(&lake, &journal, &|_| Ok(target().standing), at(2)).unwrap_err();
    let unreadable = FoldError::Batch { of: "segment 7 of the journal".to_owned(), batch: 0 };
    assert_eq!((refused, journal.closed()), (unreadable, vec![7, 8, 9]));
    lake.settle_all(&target(), Interval::ALL, at(3)).unwrap();
    assert_eq!(rows_of(&lake), oracle(&told[..7]));
}

#[test]
fn what_a_newer_edition_says_again_is_not_kept_again() {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path(), small());
    let mut editions = target();
    editions.standing.preferences.push(Preference::Edition);
    let delivered = Told { day: 0, minute: 3, subject: 1, id: 1, status: 1, fee: 2, recorded: 1 };
    let failed = Told { status: 2, recorded: 2, ..delivered };
    for (now, edition) in (1..).zip(["aliyun, codes 1", "aliyun, codes 2"]) {
        let folder = lake.scratch.join("import");
        let mut importer =
            Importer::open(lake.clone(), editions.clone(), folder, ImportLimits::default()).unwrap();
        for told in [delivered, failed] {
            view(told, |row| importer.push_row(RowView { source: Some(edition), ..row })).unwrap();
        }
        importer.finish(at(now)).unwrap();
    }
    assert_eq!((rows_of(&lake).len(), superseded_of(&lake).len()), (1, 1));
}

#[test]
fn a_file_with_one_flipped_bit_is_refused_and_named() {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path(), small());
    let told: Vec<Told> =
        (0..5).map(|id| Told { day: 0, minute: 3, subject: 1, id, status: 1, fee: 2, recorded: 1 }).collect();
    import(&lake, &told, 100, 1);
    let entry = standing(&lake).remove(0);
    let file = root.path().join(&entry.path);
    let whole = std::fs::read(&file).unwrap();
    for bit in (0..whole.len() * 8).step_by(61) {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&file, &bytes).unwrap();
        let refused = verify(lake.blobs.as_ref(), &entry).unwrap_err();
        assert!(refused.to_string().contains(&entry.path), "{refused}");
    }
    let more = Told { id: 9, ..told[0] };
    let mut importer =
        Importer::open(lake.clone(), target(), lake.scratch.join("import"), ImportLimits::default()).unwrap();
    view(more, |view| importer.push_row(view)).unwrap();
    assert!(importer.finish(at(2)).is_err());
    assert_eq!(standing(&lake), [entry]);
}

#[test]
fn what_stood_then_can_be_asked_until_it_is_let_go() {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path(), small());
    let one = Told { day: 0, minute: 3, subject: 1, id: 1, status: 2, fee: 2, recorded: 1 };
    import(&lake, &[one], 100, 10);
    let before = standing(&lake);
    import(&lake, &[Told { status: 1, ..one }], 100, 20);
    let asked =
        |as_of: i64| lake.manifest.entries(&target().place, Interval::ALL, Some(at(as_of))).unwrap().len();
    assert_eq!((asked(9), asked(10), asked(19), asked(20)), (0, 1, 1, 1));
    let rule = Retention { superseded_nanos: 5, rows_nanos: Some(100 * DAY_NANOS) };
    assert_eq!(lake.retain(&|_| rule, at(24)).unwrap(), crate::Removed::default());
    let removed = lake.retain(&|_| rule, at(25)).unwrap();
    assert_eq!(removed.deleted.iter().map(|it| &it.path).collect::<Vec<_>>(), [&before[0].path]);
    assert!(!root.path().join(&before[0].path).exists());
    let late = at(101 * DAY_NANOS);
    let removed = lake.retain(&|_| rule, late).unwrap();
    assert_eq!(
        (removed.expired.len(), standing(&lake).len()),
        (2, 0),
        "the row that stood, and the one beside it"
    );
    assert_eq!(lake.retain(&|_| rule, late.checked_add(5).unwrap()).unwrap().deleted.len(), 2);
    assert_eq!(lake.blobs.list("acme").unwrap(), Vec::<String>::new());
}

#[test]
fn a_damaged_file_beside_keeps_nothing_that_stands_from_being_merged() {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path(), small());
    let one = Told { day: 0, minute: 3, subject: 1, id: 1, status: 3, fee: 2, recorded: 1 };
    let told = [one, Told { status: 4, recorded: 2, ..one }, Told { status: 1, recorded: 3, ..one }];
    import(&lake, &told[..1], 100, 10);
    import(&lake, &told[1..2], 100, 20);
    let damaged = files_of(&lake, &beside().place).remove(0);
    let path = root.path().join(&damaged.path);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[9] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    import(&lake, &told[2..], 100, 30);
    assert_eq!(rows_of(&lake), oracle(&told));
    let refused = lake.settle(&beside(), damaged.day, at(40));
    assert!(
        matches!(&refused, Err(crate::LakeError::Corrupt { path, .. }) if *path == damaged.path),
        "{refused:?}"
    );
    bytes[9] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    lake.settle(&beside(), damaged.day, at(50)).unwrap();
    assert_keeps(&lake, &told);
}

#[test]
fn parts_of_one_place_that_follow_one_another_are_one_batch() {
    let rows = |ids: std::ops::Range<u8>| {
        let mut rows = Rows::new(layout());
        let told = |id| Told { day: 1, minute: 2, subject: 3, id, status: 4, fee: 5, recorded: 6 };
        ids.for_each(|id| push(&mut rows, told(id)));
        rows
    };
    let (here, there) = (target().place, Place::new("acme", "other", "message"));
    let part = |place: &Place, ids| Part::of(place, &rows(ids));
    let joined = Part::join([part(&here, 0..3), part(&here, 3..4), part(&there, 4..6), part(&here, 6..7)]);
    let expected = [(&here, rows(0..4)), (&there, rows(4..6)), (&here, rows(6..7))];
    assert_eq!(joined, expected.map(|(place, rows)| Batch::encode(place, &rows)));
    assert_eq!(Part::join([]), [[0_u8; 0]; 0]);
}
