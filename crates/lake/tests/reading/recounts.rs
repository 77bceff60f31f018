//! Files counted again.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use evidence::{Facts, FactsError, Field, Measure, Memory, Predicate, Question, Schema};
use lake::write::{FileWriter, Written};
use lake::{Blobs, Day, Differs, FileEntry, LakeFacts, Layout, LocalBlobs, Place, Rows, recount};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use timeline::{Instant, Interval};

use crate::fixture::{ORIGIN, fact, records};

const PATH: &str = "acme/sms/message/2026-10-01/a.parquet";

fn some_records() -> Vec<evidence::Record> {
    let mut runner = TestRunner::deterministic();
    let drawn = (0..40).map(|_| records().new_tree(&mut runner).unwrap().current().concat());
    let mut all = drawn.max_by_key(Vec::len).unwrap();
    all.retain(|it| it.from.nanos() < ORIGIN + 24 * crate::fixture::HOUR);
    all
}

fn lake(folder: &Path, records: &[evidence::Record]) -> (Arc<dyn Blobs>, FileEntry) {
    let path = folder.join(PATH);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let layout = Layout::of(&fact());
    let mut writer = FileWriter::create(&path, &layout).unwrap();
    let mut rows = Rows::new(layout);
    records.iter().for_each(|it| rows.push(it).unwrap());
    writer.write_group(&rows).unwrap();
    let written = writer.finish().unwrap();
    (Arc::new(LocalBlobs::open(folder).unwrap()), entry(&written))
}

fn entry(written: &Written) -> FileEntry {
    FileEntry {
        place: Place::new("acme", "sms", "message"),
        day: Day::of_nanos(ORIGIN),
        path: PATH.to_owned(),
        rows: written.rows,
        bytes: written.bytes,
        sha256: written.sha256,
        footer: Some(written.footer),
        content: written.content,
        from: Instant::from_nanos(written.from),
        until: Instant::from_nanos(written.until),
        settled: true,
        added_at: Instant::EPOCH,
        removed_at: None,
    }
}

fn schema() -> Schema {
    Schema { facts: vec![fact()], ..Schema::default() }
}

fn day() -> Interval {
    Day::of_nanos(ORIGIN).window()
}

#[test]
fn counters_agree_with_the_rows_they_count() {
    let folder = tempfile::tempdir().unwrap();
    let records = some_records();
    let (blobs, entry) = lake(folder.path(), &records);
    let found = recount(&blobs, &[entry], &Layout::of(&fact())).unwrap();
    assert_eq!(found.differences, []);
    assert_eq!((found.files, found.rows, found.without_counters), (1, records.len() as u64, 0));
}

#[test]
fn a_file_with_one_changed_byte_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (blobs, entry) = lake(folder.path(), &some_records());
    let path = folder.path().join(PATH);
    let mut bytes = fs::read(&path).unwrap();
    bytes[100] ^= 1;
    fs::write(&path, bytes).unwrap();
    let found = recount(&blobs, &[entry], &Layout::of(&fact())).unwrap();
    let [difference] = &found.differences[..] else { panic!("{found:?}") };
    assert_eq!(difference.path, PATH);
    assert!(matches!(difference.what, Differs::File(_)), "{difference}");
}

#[test]
fn a_manifest_that_says_another_number_of_rows_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let (blobs, mut entry) = lake(folder.path(), &some_records());
    entry.rows += 1;
    let found = recount(&blobs, &[entry.clone()], &Layout::of(&fact())).unwrap();
    assert_eq!(found.differences[0].what, Differs::Rows { said: entry.rows, found: entry.rows - 1 });
}

#[test]
fn facts_of_a_window_answer_as_memory_does_and_commit_to_their_partitions() {
    let folder = tempfile::tempdir().unwrap();
    let records = some_records();
    let (blobs, entry) = lake(folder.path(), &records);
    let nothing = || Memory::from_records(Vec::new());
    let facts =
        LakeFacts::open(nothing(), Arc::clone(&blobs), vec![entry.clone()], &schema(), day()).unwrap();
    let question = Question {
        group_by: vec![Field::Subject, Field::Attribute(0)],
        measures: vec![Measure::Count, Measure::Sum(Field::Attribute(4)), Measure::Max(Field::Id)],
        filter: Predicate::Not(Box::new(Predicate::Equals(Field::Attribute(1), None))),
        ..Question::about(0, day())
    };
    let count = Question { measures: vec![Measure::Count], ..Question::about(0, day()) };
    let memory = Memory::from_records(records.clone());
    for question in [&question, &count] {
        assert_eq!(facts.aggregate(question), memory.aggregate(question));
    }
    // Nobody counted the greatest id beforehand.
    assert_eq!(facts.aggregate_from_counters(&question), Ok(None));
    assert_eq!(facts.aggregate_from_counters(&count), memory.aggregate(&count).map(Some));
    assert!(!facts.lists(0) && facts.rows(0).is_empty());
    assert_eq!(facts.count_all(), records.len());
    assert_ne!(facts.digest(), nothing().digest());
    let none = LakeFacts::open(nothing(), blobs, Vec::new(), &schema(), day()).unwrap();
    assert_eq!(none.digest(), nothing().digest());
}

#[test]
fn days_that_are_not_settled_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (blobs, entry) = lake(folder.path(), &some_records());
    let memory = Memory::from_records(Vec::new());
    let unsettled = FileEntry { settled: false, ..entry };
    let error = LakeFacts::open(memory, blobs, vec![unsettled], &schema(), day()).unwrap_err();
    assert!(error.to_string().contains("not settled"), "{error}");
    assert!(!error.to_string().contains("damaged"), "{error}");
}

#[test]
fn a_file_that_is_gone_or_cut_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (blobs, entry) = lake(folder.path(), &some_records());
    let count = Question { measures: vec![Measure::Count], ..Question::about(0, day()) };
    let looked_at = Question { measures: vec![Measure::Max(Field::Id)], ..count.clone() };
    let path = folder.path().join(PATH);
    let bytes = fs::read(&path).unwrap();
    let named = |facts: &LakeFacts| {
        for question in [&count, &looked_at] {
            let Err(FactsError::Unavailable(why)) = facts.aggregate(question) else { panic!("it answered") };
            assert!(why.contains(PATH), "{why}");
        }
    };
    let open = || {
        let memory = Memory::from_records(Vec::new());
        LakeFacts::open(memory, Arc::clone(&blobs), vec![entry.clone()], &schema(), day()).unwrap()
    };
    let before = open();
    fs::write(&path, &bytes[..bytes.len() - 9]).unwrap();
    named(&before);
    named(&open());
    fs::write(&path, [bytes.as_slice(), b"more"].concat()).unwrap();
    named(&open());
    fs::remove_file(&path).unwrap();
    named(&open());
}
