//! A lake asked one question after another answers each as memory does, whatever it keeps from one to the next.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use evidence::{
    Attribute, AttributeKind, FactSchema, Facts, Field, Measure, Memory, Predicate, Question, Record, Schema,
};
use lake::write::{FileWriter, Written};
use lake::{Blobs, Day, FileEntry, LakeFacts, Layout, LocalBlobs, Place, Rows};
use proptest::prelude::*;
use timeline::{Instant, Interval};

use crate::fixture::{HOUR, ORIGIN, fact, records};
use crate::{countable, question};

/// A file for each day there are records of.
pub(crate) fn days(folder: &Path, records: &[Record]) -> (Arc<dyn Blobs>, Vec<FileEntry>) {
    let day = |it: &Record| Day::of_nanos(it.from.nanos());
    let mut days: Vec<Day> = records.iter().map(day).collect();
    days.sort_unstable();
    days.dedup();
    let entries = days.into_iter().map(|of| {
        let of_day: Vec<&Record> = records.iter().filter(|it| day(it) == of).collect();
        file(folder, of, &of_day)
    });
    let entries = entries.collect();
    (Arc::new(LocalBlobs::open(folder).unwrap()), entries)
}

fn file(folder: &Path, day: Day, records: &[&Record]) -> FileEntry {
    let place = Place::new("acme", "sms", "message");
    let name = place.path(day, &[0; 32], &[0; 32]);
    let path = folder.join(&name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let layout = Layout::of(&fact());
    let mut writer = FileWriter::create(&path, &layout).unwrap();
    for records in records.chunks(100) {
        let mut rows = Rows::new(layout.clone());
        records.iter().for_each(|it| rows.push(it).unwrap());
        writer.write_group(&rows).unwrap();
    }
    entry(place, day, name, &writer.finish().unwrap())
}

fn entry(place: Place, day: Day, path: String, written: &Written) -> FileEntry {
    FileEntry {
        place,
        day,
        path,
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

pub(crate) fn open(folder: &Path, records: &[Record], fact: FactSchema) -> LakeFacts {
    let (blobs, entries) = days(folder, records);
    let schema = Schema { facts: vec![fact], ..Schema::default() };
    LakeFacts::open(Memory::from_records(Vec::new()), blobs, entries, &schema, Interval::ALL).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn questions_one_after_another_are_answered_as_from_memory(
        parts in records(),
        questions in prop::collection::vec(prop_oneof![4 => countable(), 1 => question()], 1..8),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let facts = open(folder.path(), &parts.concat(), fact());
        let memory = Memory::from_records(parts.concat());
        for question in questions {
            prop_assert_eq!(facts.aggregate(&question), memory.aggregate(&question), "{:?}", question);
        }
    }

    #[test]
    fn one_question_for_each_hour_is_one_question_by_hours(parts in records(), question in countable()) {
        let folder = tempfile::tempdir().unwrap();
        let facts = open(folder.path(), &parts.concat(), fact());
        let hour = |at: i64| Instant::from_nanos(ORIGIN + at * HOUR);
        let within = Interval::new(hour(0), hour(48)).unwrap();
        let mut by_hour = facts.aggregate(&Question { within, slice_nanos: Some(HOUR), ..question.clone() }).unwrap();
        for at in 0..48 {
            let within = Interval::new(hour(at), hour(at + 1)).unwrap();
            let whole = Question { within, slice_nanos: Some(HOUR), ..question.clone() };
            let mut one = facts.aggregate(&whole).unwrap();
            one.iter_mut().for_each(|it| it.slice = it.slice.map(|it| it + u64::try_from(at).unwrap()));
            let rest = by_hour.split_off(one.len().min(by_hour.len()));
            prop_assert_eq!(one, by_hour);
            by_hour = rest;
        }
        prop_assert_eq!(by_hour, []);
    }
}

/// Counters name attributes by position, and a contract that grew has them elsewhere.
#[test]
fn counters_of_an_older_contract_are_not_taken_for_other_attributes() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let drawn = (0..40).map(|_| records().new_tree(&mut runner).unwrap().current().concat());
    let written = drawn.max_by_key(Vec::len).unwrap();
    let mut newer = fact();
    let added = AttributeKind::OneOf(vec!["delivered".to_owned()]);
    newer.attributes.insert(0, Attribute { name: "route".to_owned(), kind: added, optional: true });
    let folder = tempfile::tempdir().unwrap();
    let facts = open(folder.path(), &written, newer);
    let memory = Memory::from_records(
        written
            .into_iter()
            .map(|mut it| {
                it.attributes.insert(0, None);
                it
            })
            .collect(),
    );
    let whole = Question {
        measures: vec![Measure::Count, Measure::Sum(Field::Attribute(5))],
        ..Question::about(0, Interval::ALL)
    };
    for at in 0..4 {
        let by = Question { group_by: vec![Field::Attribute(at), Field::Subject], ..whole.clone() };
        assert_eq!(facts.aggregate(&by), memory.aggregate(&by));
        let absent = Predicate::Equals(Field::Attribute(at), None);
        let by = Question { filter: Predicate::Not(Box::new(absent)), ..whole.clone() };
        assert_eq!(facts.aggregate(&by), memory.aggregate(&by));
    }
}
