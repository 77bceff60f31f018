//! A file whose bytes are not those the manifest names answers nothing, and is named.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use evidence::{Facts, FactsError, Field, Group, Measure, Memory, Question, Record, Schema};
use lake::{BlobError, Blobs, Content, FileEntry, LakeFacts, LocalBlobs};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use timeline::{Instant, Interval};

use crate::again::days;
use crate::fixture::{HOUR, ORIGIN, fact, records};

/// A folder that counts the bytes read of it, and remembers of which files anything was wanted.
struct Counting {
    folder: LocalBlobs,
    bytes: AtomicU64,
    wanted: Mutex<BTreeSet<String>>,
}

impl Counting {
    fn open(folder: &Path) -> Arc<Counting> {
        let folder = LocalBlobs::open(folder).unwrap();
        Arc::new(Counting { folder, bytes: AtomicU64::new(0), wanted: Mutex::default() })
    }

    /// The files of which anything was wanted since this was asked last.
    fn wanted(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.wanted.lock().unwrap())
    }

    /// Bytes read since this was asked last.
    fn read(&self) -> u64 {
        self.bytes.swap(0, Ordering::Relaxed)
    }
}

impl Blobs for Counting {
    fn put(&self, path: &str, content: Content<'_>) -> Result<(), BlobError> {
        self.folder.put(path, content)
    }

    fn get_range(&self, path: &str, range: Range<u64>) -> Result<bytes::Bytes, BlobError> {
        self.bytes.fetch_add(range.end - range.start, Ordering::Relaxed);
        self.wanted.lock().unwrap().insert(path.to_owned());
        self.folder.get_range(path, range)
    }

    fn size(&self, path: &str) -> Result<u64, BlobError> {
        self.wanted.lock().unwrap().insert(path.to_owned());
        self.folder.size(path)
    }

    fn delete(&self, path: &str) -> Result<(), BlobError> {
        self.folder.delete(path)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, BlobError> {
        self.folder.list(folder)
    }
}

/// A lake with one file of some hundred records.
fn one_file(folder: &Path) -> FileEntry {
    let mut runner = TestRunner::deterministic();
    let drawn = (0..40).map(|_| records().new_tree(&mut runner).unwrap().current().concat());
    let all: Vec<Record> = drawn.max_by_key(Vec::len).unwrap();
    let (_, mut entries) = days(folder, &all);
    entries.sort_unstable_by_key(|it| it.rows);
    entries.pop().unwrap()
}

fn facts(blobs: Arc<dyn Blobs>, entry: &FileEntry) -> LakeFacts {
    let schema = Schema { facts: vec![fact()], ..Schema::default() };
    let memory = Memory::from_records(Vec::new());
    LakeFacts::open(memory, blobs, vec![entry.clone()], &schema, Interval::ALL).unwrap()
}

/// What counters decide.
fn counted() -> Question {
    Question { measures: vec![Measure::Count], ..Question::about(0, Interval::ALL) }
}

/// What needs a look at the rows.
fn looked_at() -> Question {
    let measures = vec![Measure::Count, Measure::CountDistinct(vec![Field::Subject])];
    Question { measures, group_by: vec![Field::Attribute(0)], ..Question::about(0, Interval::ALL) }
}

fn ask(folder: &Path, entry: &FileEntry, question: &Question) -> Result<Vec<Group>, FactsError> {
    facts(Arc::new(LocalBlobs::open(folder).unwrap()), entry).aggregate(question)
}

/// Whether it was refused with the file's name.
fn is_named(answer: &Result<Vec<Group>, FactsError>, entry: &FileEntry) -> bool {
    matches!(answer, Err(FactsError::Unavailable(why)) if why.contains(&entry.path))
}

#[test]
fn a_bit_flipped_anywhere_in_a_file_is_named_before_a_row_of_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let entry = one_file(folder.path());
    let path = folder.path().join(&entry.path);
    let bytes = fs::read(&path).unwrap();
    let length = u32::from_le_bytes(*bytes[bytes.len() - 8..].first_chunk().unwrap()) as usize;
    let footer_from = bytes.len() - 8 - length;
    let (by_counters, by_rows) =
        (ask(folder.path(), &entry, &counted()), ask(folder.path(), &entry, &looked_at()));
    assert!(by_counters.is_ok() && by_rows.is_ok());
    let older = FileEntry { footer: None, ..entry.clone() };
    for at in (0..bytes.len()).step_by(29) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        fs::write(&path, damaged).unwrap();
        let answer = ask(folder.path(), &entry, &looked_at());
        assert!(is_named(&answer, &entry), "byte {at}: {answer:?}");
        // Counters are told from the footer alone, or from the whole file where no digest of its footer was kept.
        let answer = ask(folder.path(), &entry, &counted());
        let expected = if at < footer_from { answer == by_counters } else { is_named(&answer, &entry) };
        assert!(expected, "byte {at}: {answer:?}");
        let answer = ask(folder.path(), &older, &counted());
        assert!(is_named(&answer, &entry), "byte {at}: {answer:?}");
    }
}

#[test]
fn a_file_is_looked_at_once_in_the_life_of_a_process_and_a_file_of_another_store_for_itself() {
    let folder = tempfile::tempdir().unwrap();
    let entry = one_file(folder.path());
    let blobs = Counting::open(folder.path());
    let ask = |question: &Question| facts(blobs.clone(), &entry).aggregate(question);
    ask(&counted()).unwrap();
    assert!(blobs.read() < entry.bytes, "counters are told without the rows");
    ask(&looked_at()).unwrap();
    assert!(blobs.read() > entry.bytes, "the whole file, then the rows");
    ask(&looked_at()).unwrap();
    assert!(blobs.read() < entry.bytes, "the rows alone");
    let path = folder.path().join(&entry.path);
    let mut bytes = fs::read(&path).unwrap();
    bytes[100] ^= 1;
    fs::write(&path, bytes).unwrap();
    let elsewhere = facts(Counting::open(folder.path()), &entry).aggregate(&looked_at());
    assert!(is_named(&elsewhere, &entry), "{elsewhere:?}");
}

#[test]
fn only_files_of_the_days_that_are_asked_for_are_opened() {
    let folder = tempfile::tempdir().unwrap();
    let record = |day: i64| {
        let mut runner = TestRunner::deterministic();
        let drawn = (0..40).map(|_| records().new_tree(&mut runner).unwrap().current().concat());
        let at = Instant::from_nanos(ORIGIN + day * 24 * HOUR + HOUR / 2);
        Record { from: at, until: at, ..drawn.flatten().next().unwrap() }
    };
    let all: Vec<Record> = (0..12).map(record).collect();
    let (_, entries) = days(folder.path(), &all);
    let memory = Memory::from_records(all);
    let blobs = Counting::open(folder.path());
    let schema = Schema { facts: vec![fact()], ..Schema::default() };
    let nothing = Memory::from_records(Vec::new());
    let facts = LakeFacts::open(nothing, blobs.clone(), entries.clone(), &schema, Interval::ALL).unwrap();
    assert_eq!(blobs.wanted().len(), 0);
    // A file that is gone is in the way of its own day alone.
    fs::remove_file(folder.path().join(&entries[0].path)).unwrap();
    for (from, until) in [(5, 7), (5, 7), (9, 10), (4, 8), (6, 9), (2, 3)] {
        let day = |it: i64| Instant::from_nanos(ORIGIN + it * 24 * HOUR);
        let within = Interval::new(day(from), day(until)).unwrap();
        for question in [counted(), looked_at()] {
            let question = Question { within, ..question };
            assert_eq!(facts.aggregate(&question), memory.aggregate(&question), "days {from} to {until}");
        }
        if (from, until) == (5, 7) {
            let asked = entries[5..7].iter().map(|it| it.path.clone()).collect();
            assert!(blobs.wanted().is_subset(&asked));
        }
        assert!(!blobs.wanted().contains(&entries[0].path));
    }
    let ever = facts.aggregate(&counted());
    assert!(is_named(&ever, &entries[0]), "{ever:?}");
}
