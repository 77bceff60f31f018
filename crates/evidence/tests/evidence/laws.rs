//! Order, copies, files and formats change nothing; what is written is read back; the past does not change.

use evidence::{Datum, Evidence, Facts, Field, Measure, Memory, Question, Record, SourceFile, read};
use proptest::prelude::*;
use timeline::Interval;

use crate::bad_lines::file;
use crate::fixture::{check, schema};
use crate::made::{at, records};

/// What a settlement may see of evidence.
fn seen(evidence: &Evidence) -> impl PartialEq + std::fmt::Debug + use<> {
    let facts = Memory::new(evidence.as_of(None));
    let rows: Vec<Vec<Record>> = (0..3).map(|fact| without_places(facts.rows(fact))).collect();
    let question = Question {
        slice_nanos: Some(at(5).nanos()),
        group_by: vec![Field::Subject],
        measures: vec![Measure::Count, Measure::Sum(Field::Attribute(1)), Measure::Max(Field::Id)],
        ..Question::about(0, Interval::new(at(0), at(100)).unwrap())
    };
    (evidence.digest(), facts.digest(), facts.count_all(), rows, facts.aggregate(&question))
}

fn without_places(records: &[Record]) -> Vec<Record> {
    records.iter().map(|it| Record { place: Default::default(), ..it.clone() }).collect()
}

fn evidence_of(files: &[SourceFile]) -> Evidence {
    let (evidence, diagnostics) = read(&schema(), files);
    assert!(!diagnostic::has_errors(&diagnostics), "{diagnostics:?}");
    evidence
}

/// The records as CSV, with the columns that any of them needs.
fn csv(lines: &[String]) -> Vec<u8> {
    let keys = [
        "fact",
        "id",
        "subject",
        "at",
        "from",
        "until",
        "source",
        "recorded_at",
        "supersedes",
        "reason",
        "withdrawn",
        "cause",
        "weight",
        "announced",
        "note",
        "planned",
        "amount",
        "due",
        "used",
        "current",
        "优先级",
        "waited",
    ];
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(keys).unwrap();
    for line in lines {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        let cell = |key: &&str| match &object[*key] {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        writer.write_record(keys.iter().map(cell)).unwrap();
    }
    writer.into_inner().unwrap()
}

/// CSV cannot tell an empty text from an absent one.
fn has_empty_text(record: &Record) -> bool {
    record.attributes.iter().flatten().any(|it| matches!(it, Datum::Text(text) if text.is_empty()))
}

proptest! {
    #[test]
    fn lines_written_one_by_one_are_the_lines_of_the_evidence(records in records()) {
        let schema = schema();
        let writer = evidence::LineWriter::new(&schema);
        let evidence = Evidence::of(&schema, records);
        let mut lines: Vec<String> = Vec::new();
        for record in evidence.records() {
            let mut line = String::new();
            writer.push(&mut line, record);
            lines.push(line);
        }
        lines.sort_unstable();
        prop_assert_eq!(lines, evidence.lines(None));
    }

    #[test]
    fn what_is_written_is_read_back(records in records()) {
        let written = Evidence::of(&schema(), records);
        let again = evidence_of(&[file("a.ndjson", written.lines(None).join("\n"))]);
        prop_assert_eq!(without_places(again.records()), without_places(written.records()));
        prop_assert_eq!(again.digest(), written.digest());
    }

    #[test]
    fn order_copies_and_files_change_nothing(
        (records, shuffled, copies) in records().prop_flat_map(|it| {
            let shuffled = Just(it.clone()).prop_shuffle();
            (Just(it.clone()), shuffled, prop::sample::subsequence(it.clone(), 0..=it.len()))
        }),
    ) {
        let schema = schema();
        let line = |it: &Record| Evidence::of(&schema, vec![it.clone()]).lines(None).join("");
        let lines = |it: &[Record]| it.iter().map(line).collect::<Vec<_>>().join("\r\n\n");
        let plain = evidence_of(&[file("a.ndjson", lines(&records))]);
        let mixed = evidence_of(&[file("b.ndjson", lines(&copies)), file("c.ndjson", lines(&shuffled))]);
        prop_assert_eq!(seen(&plain), seen(&mixed));
        prop_assert_eq!(seen(&plain), seen(&Evidence::of(&schema, [shuffled, copies].concat())));
    }

    #[test]
    fn csv_and_ndjson_say_the_same(records in records()) {
        let records: Vec<Record> = records.into_iter().filter(|it| !has_empty_text(it)).map(|it| {
            // A record it revises may have been filtered out.
            Record { supersedes: None, withdrawn: false, ..it }
        }).collect();
        let written = Evidence::of(&schema(), records);
        let from_csv = evidence_of(&[file("a.csv", csv(&written.lines(None)))]);
        prop_assert_eq!(seen(&from_csv), seen(&written));
    }

    #[test]
    fn what_is_recorded_later_does_not_change_what_was_known(records in records(), now in 0..20_i64) {
        let now = at(now);
        let known = records.iter().filter(|it| it.recorded_at.is_none_or(|at| at <= now)).cloned().collect();
        let (all, known) = (Evidence::from_records(records), Evidence::from_records(known));
        prop_assert_eq!(all.as_of(Some(now)), known.as_of(None));
    }

    #[test]
    fn any_bytes_are_read_or_refused_in_place(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check("a.ndjson", &bytes);
        check("a.csv", &bytes);
    }

    #[test]
    fn any_text_of_the_right_characters_is_read_or_refused_in_place(
        text in "(fact,at,note\n)?([{}\\[\\]\",:\\\\ue019.\\-\n\r 客a-z]{0,6}|\"fact\":\"fee\"|NaN|\\\\ud8){0,12}",
    ) {
        check("a.ndjson", text.as_bytes());
        check("a.csv", text.as_bytes());
    }
}
