//! Questions about facts in volume get, from files, the answers that memory gives.

#![expect(clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

mod again;
mod combinations;
mod fixture;
mod recounts;
mod trust;

use evidence::{Datum, Facts, Field, Measure, Memory, Predicate, Question, Record};
use lake::kernel::{LocalFile, MemoryFile, ReadAt, footer};
use lake::write::COUNTERS_KEY;
use lake::{Counted, Counters, answer, answer_counted};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use timeline::{Instant, Interval, Timeline};

use fixture::{HOUR, datum, fact, records, write};

/// Instants in hours, quarters of hours and odd seconds, so that questions cut hours and do not.
fn instant() -> impl Strategy<Value = Instant> {
    prop_oneof![
        (-2_i64..50).prop_map(|it| it * HOUR),
        (-8_i64..200).prop_map(|it| it * HOUR / 4),
        (-7200_i64..180_000).prop_map(|it| it * 1_000_000_000),
    ]
    .prop_map(|it| Instant::from_nanos(fixture::ORIGIN + it))
}

fn interval() -> impl Strategy<Value = Interval> {
    (instant(), instant()).prop_filter_map("empty", |(a, b)| Interval::new(a.min(b), a.max(b)))
}

fn field() -> impl Strategy<Value = Field> {
    let attributes = (0..fact().attributes.len()).map(Field::Attribute);
    let all: Vec<Field> = [Field::Subject, Field::Source, Field::Id].into_iter().chain(attributes).collect();
    select(all)
}

/// A field and something it may be compared with, at times of another kind.
fn compared() -> impl Strategy<Value = (Field, Datum)> {
    (field(), field()).prop_flat_map(|(field, other)| {
        prop_oneof![9 => datum(field), 1 => datum(other)].prop_map(move |it| (field, it))
    })
}

fn predicate() -> impl Strategy<Value = Predicate> {
    let timeline = || prop::collection::vec(interval(), 0..4).prop_map(Timeline::from_intervals);
    let leaf = prop_oneof![
        Just(Predicate::All),
        field().prop_map(|it| Predicate::Equals(it, None)),
        compared().prop_map(|(field, it)| Predicate::Equals(field, Some(it))),
        compared().prop_map(|(field, it)| Predicate::Less(field, it)),
        compared().prop_map(|(field, it)| Predicate::LessOrEqual(field, it)),
        compared().prop_map(|(field, it)| Predicate::Greater(field, it)),
        compared().prop_map(|(field, it)| Predicate::GreaterOrEqual(field, it)),
        (compared(), compared()).prop_map(|((field, a), (_, b))| Predicate::OneOf(field, vec![a, b])),
        timeline().prop_map(Predicate::Inside),
        timeline().prop_map(Predicate::OutsideOf),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|it| Predicate::Not(Box::new(it))),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Predicate::And),
            prop::collection::vec(inner, 0..3).prop_map(Predicate::Or),
        ]
    })
}

fn measure() -> impl Strategy<Value = Measure> {
    prop_oneof![
        3 => Just(Measure::Count),
        3 => select(fixture::NUMBERS.to_vec()).prop_map(|it| Measure::Sum(Field::Attribute(it))),
        1 => field().prop_map(Measure::Min),
        1 => field().prop_map(Measure::Max),
        1 => prop::collection::vec(field(), 1..3).prop_map(Measure::CountDistinct),
        1 => (field(), 0_u32..=1000).prop_map(|(field, per_mille)| Measure::Percentile { field, per_mille }),
    ]
}

fn question() -> impl Strategy<Value = Question> {
    let slices = prop::option::of(select(vec![HOUR / 2, HOUR, 6 * HOUR, 24 * HOUR, 7 * HOUR + 1]));
    let keys = prop::collection::vec(field(), 0..3);
    (interval(), slices, predicate(), keys, prop::collection::vec(measure(), 0..4)).prop_map(
        |(within, slice_nanos, filter, group_by, measures)| Question {
            fact: 0,
            within,
            slice_nanos,
            filter,
            group_by,
            measures,
        },
    )
}

/// Questions that counters can answer.
fn countable() -> impl Strategy<Value = Question> {
    let keys: Vec<Field> =
        fixture::WORDS.iter().map(|it| Field::Attribute(*it)).chain([Field::Subject]).collect();
    let word = || select(keys.clone());
    let leaf = prop_oneof![
        Just(Predicate::All),
        word().prop_flat_map(|field| datum(field).prop_map(move |it| Predicate::Equals(field, Some(it)))),
        word().prop_map(|it| Predicate::Not(Box::new(Predicate::Equals(it, None)))),
        prop::collection::vec(interval(), 0..4)
            .prop_map(|it| Predicate::OutsideOf(Timeline::from_intervals(it))),
    ];
    let measures = prop_oneof![
        Just(Measure::Count),
        select(fixture::NUMBERS.to_vec()).prop_map(|it| Measure::Sum(Field::Attribute(it))),
    ];
    (
        question(),
        prop::collection::vec(leaf, 0..3).prop_map(Predicate::And),
        prop::collection::vec(word(), 0..3),
        prop::collection::vec(measures, 0..3),
    )
        .prop_map(|(question, filter, group_by, measures)| Question {
            filter,
            group_by,
            measures,
            ..question
        })
}

/// The same question put to memory, to rows and to counters.
fn check(parts: &[Vec<Record>], question: &Question) {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<LocalFile> =
        parts.iter().enumerate().map(|(at, it)| write(folder.path(), at, it)).collect();
    let memory = Memory::from_records(parts.concat()).aggregate(question);
    let sources: Vec<&dyn ReadAt> = files.iter().map(|it| it as &dyn ReadAt).collect();
    assert_eq!(answer(&sources, question, &fact()), memory, "by rows");
    let counters: Vec<Option<Counters>> = files.iter().map(counters).collect();
    let counted: Vec<Counted<'_>> = sources
        .iter()
        .zip(&counters)
        .map(|(source, counters)| Counted { source: *source, counters: counters.as_ref() })
        .collect();
    assert_eq!(answer_counted(&counted, question, &fact()), memory, "by counters");
}

fn counters(file: &LocalFile) -> Option<Counters> {
    let footer = footer(file).unwrap();
    let kept = footer.metadata.iter().find(|(key, _)| key == COUNTERS_KEY);
    kept.map(|(_, text)| Counters::decode(text).unwrap())
}

#[test]
fn whole_hours_and_counted_words_are_answered_without_a_look_at_the_rows() {
    let folder = tempfile::tempdir().unwrap();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let records = records().new_tree(&mut runner).unwrap().current().concat();
    let file = write(folder.path(), 0, &records);
    let counters = counters(&file).unwrap();
    let day =
        Interval::new(Instant::from_nanos(fixture::ORIGIN), Instant::from_nanos(fixture::ORIGIN + 48 * HOUR));
    let question = Question {
        slice_nanos: Some(6 * HOUR),
        filter: Predicate::Not(Box::new(Predicate::Equals(Field::Attribute(1), None))),
        group_by: vec![Field::Subject, Field::Attribute(0), Field::Attribute(2)],
        measures: vec![Measure::Count, Measure::Sum(Field::Attribute(4))],
        ..Question::about(0, day.unwrap())
    };
    let gone = MemoryFile::new("gone", Vec::new());
    let counted = [Counted { source: &gone, counters: Some(&counters) }];
    let memory = Memory::from_records(records).aggregate(&question);
    assert_eq!(answer_counted(&counted, &question, &fact()), memory);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_question_is_answered_as_from_memory(parts in records(), question in question()) {
        check(&parts, &question);
    }

    #[test]
    fn what_counters_decide_is_answered_as_from_memory(parts in records(), question in countable()) {
        check(&parts, &question);
    }
}
