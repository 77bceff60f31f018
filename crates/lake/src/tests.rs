//! The write side as a whole: any order, any number of copies, any way in, one truth.

mod bounds;
mod clocks;
mod columns;
mod crash;
mod far;
mod files;
#[cfg(target_os = "linux")]
mod full;
mod known;
mod truth;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use timeline::{Instant, Interval};

use crate::layout::{Column, Kind, Layout, NumberKind};
use crate::place::{DAY_NANOS, Day, HOUR_NANOS, Place};
use crate::read::FileRows;
use crate::rows::{Cell, RowView, Rows};
use crate::standing::{Preference, Standing};
use crate::{FileEntry, FileManifest, ImportLimits, Importer, Lake, Limits, LocalBlobs, Target};

/// One row, told in small numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) day: i64,
    pub(crate) minute: i64,
    pub(crate) subject: u8,
    pub(crate) id: u8,
    pub(crate) status: u8,
    pub(crate) fee: i64,
    pub(crate) recorded: u8,
}

pub(crate) fn told() -> impl Strategy<Value = Told> {
    let day = prop_oneof![Just(0_i64), Just(1), Just(75)];
    (day, 0..1440_i64, 0..4_u8, 0..12_u8, 0..5_u8, 0..3_i64, 0..4_u8).prop_map(
        |(day, minute, subject, id, status, fee, recorded)| Told {
            day,
            minute,
            subject,
            id,
            status,
            fee,
            recorded,
        },
    )
}

pub(crate) fn layout() -> Layout {
    let column = |name: &str, kind, optional| Column { name: name.into(), kind, optional };
    Layout {
        fact: "message".into(),
        columns: vec![
            column("status", Kind::Word, true),
            column("fee", Kind::Number(NumberKind::Money), true),
            column("note", Kind::Text, true),
            column("roaming", Kind::Truth, true),
            column("seen_at", Kind::Instant, true),
            column("billed_on", Kind::Date, false),
            column("parts", Kind::Number(NumberKind::Number), false),
        ],
    }
}

pub(crate) fn push(rows: &mut Rows, told: Told) {
    view(told, |view| rows.push_row(view).unwrap());
}

/// Calls with the row that is told.
pub(crate) fn view<T>(told: Told, call: impl FnOnce(RowView<'_>) -> T) -> T {
    let subject = format!("account-{}", told.subject);
    let id = format!("id-{}", told.id);
    let note = format!("note {}", told.fee);
    let at = told.day * DAY_NANOS + told.minute * 60_000_000_000;
    let words = ["", "delivered", "failed", "expired", "unknown"];
    let status = words[usize::from(told.status)];
    let there = |it: bool, cell| if it { cell } else { Cell::Absent };
    let cells = [
        there(!status.is_empty(), Cell::Word(status)),
        there(told.fee > 0, Cell::Number { unscaled: told.fee * 35, scale: 4 }),
        there(told.fee > 1, Cell::Word(&note)),
        there(told.status > 1, Cell::Truth(told.status == 2)),
        there(told.recorded > 1, Cell::Instant(at + 5)),
        Cell::Date(i32::try_from(told.day).unwrap()),
        Cell::Number { unscaled: i64::from(told.id), scale: 0 },
    ];
    call(RowView {
        at,
        recorded_at: (told.recorded > 0).then(|| at + i64::from(told.recorded) * HOUR_NANOS),
        subject: (told.subject > 0).then_some(subject.as_str()),
        source: (told.status > 2).then_some("carrier"),
        id: &id,
        cells: &cells,
    })
}

pub(crate) fn target() -> Target {
    let words = vec!["delivered".into(), "failed".into()];
    Target {
        place: Place::new("acme", "sms", "message"),
        layout: layout(),
        standing: Standing {
            preferences: vec![
                Preference::Rank {
                    attribute: "status".into(),
                    words: words.into_iter().map(|it| vec![it]).collect(),
                },
                Preference::Latest,
            ],
        },
    }
}

/// Bounds so small that every one of them matters.
pub(crate) fn small() -> Limits {
    Limits { hashes: 16, contested: 2, part_rows: 9, group_rows: 4, group_rows_min: 2, group_bytes: 20 }
}

pub(crate) fn open(root: &Path, limits: Limits) -> Lake {
    let scratch = root.join("scratch");
    std::fs::create_dir_all(&scratch).unwrap();
    let blobs = LocalBlobs::open(root).unwrap();
    let manifest = FileManifest::open(root).unwrap();
    Lake { blobs: Arc::new(blobs), manifest: Arc::new(manifest), scratch, limits }
}

pub(crate) fn import(lake: &Lake, rows: &[Told], batch_rows: usize, at: i64) {
    let limits = ImportLimits { batch_rows, ..ImportLimits::default() };
    let mut importer = Importer::open(lake.clone(), target(), lake.scratch.join("import"), limits).unwrap();
    rows.iter().for_each(|it| view(*it, |view| importer.push_row(view)).unwrap());
    importer.finish(Instant::from_nanos(at)).unwrap();
}

/// What stands, by day and in the order of the rows.
pub(crate) fn standing(lake: &Lake) -> Vec<FileEntry> {
    files_of(lake, &target().place)
}

/// The files of a place that stand.
fn files_of(lake: &Lake, place: &Place) -> Vec<FileEntry> {
    let mut entries = lake.manifest.entries(place, Interval::ALL, None).unwrap();
    entries.sort_unstable_by_key(|it| (it.day, it.from, it.path.clone()));
    entries
}

/// The content digests that stand.
pub(crate) fn contents(lake: &Lake) -> Vec<(Day, [u8; 32], [u8; 32])> {
    standing(lake).into_iter().map(|it| (it.day, it.content, it.sha256)).collect()
}

/// The canonical bytes of all rows that stand, sorted.
pub(crate) fn rows_of(lake: &Lake) -> Vec<Vec<u8>> {
    rows_in(lake, standing(lake))
}

/// How the rows are kept that do not stand.
pub(crate) fn beside() -> Target {
    Target {
        place: target().place.superseded().unwrap(),
        standing: target().standing.of_superseded(),
        ..target()
    }
}

/// The canonical bytes of all rows that are kept and do not stand, sorted.
pub(crate) fn superseded_of(lake: &Lake) -> Vec<Vec<u8>> {
    rows_in(lake, files_of(lake, &beside().place))
}

fn rows_in(lake: &Lake, files: Vec<FileEntry>) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for entry in files {
        let mut reader = FileRows::open(Arc::clone(&lake.blobs), &entry.path, &layout()).unwrap();
        while let Some(rows) = reader.next().unwrap() {
            all.extend((0..rows.len()).map(|row| canonical(&rows, row)));
        }
    }
    all.sort_unstable();
    all
}

pub(crate) fn canonical(rows: &Rows, row: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    rows.push_canonical(row, &mut bytes);
    bytes
}

/// What was ever told, whenever it was recorded.
pub(crate) fn words(told: &[Told]) -> BTreeSet<Vec<u8>> {
    let mut rows = Rows::new(layout());
    told.iter().for_each(|it| push(&mut rows, *it));
    (0..rows.len()).map(|row| word(&canonical(&rows, row))).collect()
}

/// What a row says, whenever it was recorded: its canonical bytes without that.
pub(crate) fn word(canonical: &[u8]) -> Vec<u8> {
    let (at, rest) = canonical.split_at(8);
    let recorded_bytes = if rest[0] == 0 { 1 } else { 9 };
    [at, &rest[recorded_bytes..]].concat()
}

/// What a lake has kept of what it was told: all of it, in what stands or beside it, and nothing beside it twice.
pub(crate) fn assert_keeps(lake: &Lake, told: &[Told]) {
    let standing: BTreeSet<Vec<u8>> = rows_of(lake).iter().map(|it| word(it)).collect();
    let superseded = superseded_of(lake);
    let beside: BTreeSet<Vec<u8>> = superseded.iter().map(|it| word(it)).collect();
    assert_eq!(superseded.len(), beside.len(), "said twice");
    assert_eq!(&standing | &beside, words(told));
}

/// The slow and obvious way to say what stands: one row for each day, subject and id.
pub(crate) fn oracle(told: &[Told]) -> Vec<Vec<u8>> {
    let mut best: BTreeMap<(i64, u8, u8), Told> = BTreeMap::new();
    for new in told {
        let key = (new.day, new.subject, new.id);
        let stands = best.get(&key).is_none_or(|old| rank(*new) > rank(*old));
        if stands {
            best.insert(key, *new);
        }
    }
    let mut rows = Rows::new(layout());
    best.values().for_each(|it| push(&mut rows, *it));
    let mut all: Vec<Vec<u8>> = (0..rows.len()).map(|row| canonical(&rows, row)).collect();
    all.sort_unstable();
    all
}

/// The greater stands.
fn rank(told: Told) -> (u8, i64, Vec<u8>) {
    let preferred = match told.status {
        1 => 3,
        2 => 2,
        0 => 0,
        _ => 1,
    };
    let at = told.day * DAY_NANOS + told.minute * 60_000_000_000;
    let recorded = if told.recorded > 0 { at + i64::from(told.recorded) * HOUR_NANOS } else { i64::MIN };
    let mut rows = Rows::new(layout());
    push(&mut rows, told);
    (preferred, recorded, canonical(&rows, 0))
}
