//! Aggregates against a slow and obvious oracle, and the errors of questions without an answer.

use evidence::{Datum, Facts, FactsError, Field, Group, Measure, Memory, Predicate, Question, Record};
use proptest::prelude::*;
use quantity::Ratio;
use timeline::{Instant, Interval, Timeline};

use crate::made::{at, record};

fn window(from: i64, until: i64) -> Interval {
    Interval::new(at(from), at(until)).unwrap()
}

fn number(value: i128) -> Datum {
    Datum::Number(Ratio::int(value))
}

/// Answers by the definitions, scanning all rows for every group.
fn oracle(rows: &[Record], question: &Question) -> Vec<Group> {
    let chosen: Vec<&Record> = rows
        .iter()
        .filter(|it| {
            it.fact == question.fact && question.within.contains(it.from) && holds(&question.filter, it)
        })
        .collect();
    let key = |it: &Record| {
        let slice = question
            .slice_nanos
            .map(|nanos| u64::try_from((it.from.nanos() - question.within.from().nanos()) / nanos).unwrap());
        (slice, question.group_by.iter().map(|field| get(*field, it)).collect::<Vec<_>>())
    };
    let mut keys: Vec<_> = chosen.iter().map(|it| key(it)).collect();
    if question.slice_nanos.is_none() && question.group_by.is_empty() {
        keys = vec![(None, vec![])];
    }
    keys.sort();
    keys.dedup();
    let group = |wanted: &(Option<u64>, Vec<Option<Datum>>)| {
        let members: Vec<&Record> = chosen.iter().copied().filter(|it| key(it) == *wanted).collect();
        let values = question.measures.iter().map(|it| measured(it, &members)).collect();
        Group { slice: wanted.0, keys: wanted.1.clone(), values }
    };
    keys.iter().map(group).collect()
}

fn get(field: Field, row: &Record) -> Option<Datum> {
    match field {
        Field::Attribute(index) => row.attributes[index].clone(),
        Field::Subject => row.subject.clone().map(Datum::Text),
        Field::Source => row.source.clone().map(Datum::Text),
        Field::Id => row.id.clone().map(Datum::Text),
    }
}

fn ratio(datum: &Datum) -> Ratio {
    match datum {
        Datum::Number(it) | Datum::Money(it) | Datum::Duration(it) | Datum::Quantity(it) => it.clone(),
        other => panic!("{other:?} is no number"),
    }
}

fn measured(measure: &Measure, rows: &[&Record]) -> Option<Datum> {
    let values = |field: Field| rows.iter().filter_map(|row| get(field, row)).collect::<Vec<_>>();
    match measure {
        Measure::Count => Some(number(rows.len() as i128)),
        Measure::Sum(field) => {
            let mut total = Ratio::ZERO;
            for value in values(*field) {
                total = total.add(&ratio(&value)).unwrap();
            }
            (!values(*field).is_empty()).then_some(Datum::Number(total))
        }
        Measure::Min(field) => values(*field).into_iter().reduce(|a, b| if b < a { b } else { a }),
        Measure::Max(field) => values(*field).into_iter().reduce(|a, b| if b > a { b } else { a }),
        Measure::CountDistinct(fields) => {
            let mut seen: Vec<Vec<Datum>> = Vec::new();
            let mut lacking = 0;
            for row in rows {
                let tuple: Vec<Datum> = fields.iter().filter_map(|field| get(*field, row)).collect();
                if tuple.len() < fields.len() {
                    lacking += 1;
                } else if !seen.contains(&tuple) {
                    seen.push(tuple);
                }
            }
            Some(number(seen.len() as i128 + lacking))
        }
        Measure::Percentile { field, per_mille } => {
            let all = values(*field);
            let reaches = |value: &&Datum| {
                let at_most = all.iter().filter(|it| it <= value).count();
                at_most * 1000 >= all.len() * *per_mille as usize
            };
            all.iter().filter(reaches).min().cloned()
        }
    }
}

fn holds(predicate: &Predicate, row: &Record) -> bool {
    let number_of = |field: &Field| get(*field, row).map(|it| ratio(&it));
    match predicate {
        Predicate::All => true,
        Predicate::Not(it) => !holds(it, row),
        Predicate::And(all) => all.iter().all(|it| holds(it, row)),
        Predicate::Or(any) => any.iter().any(|it| holds(it, row)),
        Predicate::Equals(field, datum) => get(*field, row) == *datum,
        Predicate::Less(field, than) => number_of(field).is_some_and(|it| it < ratio(than)),
        Predicate::LessOrEqual(field, than) => number_of(field).is_some_and(|it| it <= ratio(than)),
        Predicate::Greater(field, than) => number_of(field).is_some_and(|it| it > ratio(than)),
        Predicate::GreaterOrEqual(field, than) => number_of(field).is_some_and(|it| it >= ratio(than)),
        Predicate::OneOf(field, data) => get(*field, row).is_some_and(|it| data.contains(&it)),
        Predicate::OutsideOf(it) => it.runs().iter().all(|run| !run.contains(row.from)),
        Predicate::Inside(it) => it.runs().iter().any(|run| run.contains(row.from)),
    }
}

/// Of fact 0: attribute 0 is a word, 1 a number that may be absent.
fn predicate() -> impl Strategy<Value = Predicate> {
    let weight = (-2..3_i128).prop_map(number);
    let word = prop_oneof![Just("dns"), Just("network")].prop_map(|it| Datum::Text(it.into()));
    let timeline = prop::collection::vec((0..48_i64, 1..6_i64), 0..4).prop_map(|it| {
        Timeline::from_intervals(it.into_iter().map(|(from, length)| window(from, from + length)))
    });
    let leaf = prop_oneof![
        Just(Predicate::All),
        Just(Predicate::Equals(Field::Attribute(1), None)),
        word.clone().prop_map(|it| Predicate::Equals(Field::Attribute(0), Some(it))),
        prop::collection::vec(word, 0..3).prop_map(|it| Predicate::OneOf(Field::Attribute(0), it)),
        weight.clone().prop_map(|it| Predicate::Less(Field::Attribute(1), it)),
        weight.clone().prop_map(|it| Predicate::LessOrEqual(Field::Attribute(1), it)),
        weight.clone().prop_map(|it| Predicate::Greater(Field::Attribute(1), it)),
        weight.prop_map(|it| Predicate::GreaterOrEqual(Field::Attribute(1), it)),
        timeline.clone().prop_map(Predicate::Inside),
        timeline.prop_map(Predicate::OutsideOf),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|it| Predicate::Not(Box::new(it))),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Predicate::And),
            prop::collection::vec(inner, 0..3).prop_map(Predicate::Or),
        ]
    })
}

fn question() -> impl Strategy<Value = Question> {
    let field =
        || prop_oneof![Just(Field::Attribute(0)), Just(Field::Subject), Just(Field::Source), Just(Field::Id)];
    let measure = prop_oneof![
        Just(Measure::Count),
        Just(Measure::Sum(Field::Attribute(1))),
        field().prop_map(Measure::Min),
        Just(Measure::Max(Field::Attribute(1))),
        prop::collection::vec(field(), 0..3).prop_map(Measure::CountDistinct),
        (0..=1000_u32).prop_map(|per_mille| Measure::Percentile { field: Field::Attribute(1), per_mille }),
    ];
    let shape = (0..40_i64, 1..60_i64, prop::option::of(1..20_i64));
    let lists = (prop::collection::vec(field(), 0..3), prop::collection::vec(measure, 0..4));
    (shape, predicate(), lists).prop_map(|((from, length, slice), filter, (group_by, measures))| Question {
        fact: 0,
        within: window(from, from + length),
        slice_nanos: slice.map(|it| at(it).nanos() / 3),
        filter,
        group_by,
        measures,
    })
}

proptest! {
    #[test]
    fn aggregates_agree_with_the_oracle(rows in prop::collection::vec(record(), 0..60), question in question()) {
        let facts = Memory::from_records(rows);
        let distinct: Vec<Record> = (0..3).flat_map(|fact| facts.rows(fact).to_vec()).collect();
        prop_assert_eq!(facts.aggregate(&question), Ok(oracle(&distinct, &question)));
    }
}

#[test]
fn a_percentile_is_a_value_that_was_measured() {
    let waits = [15_i128, 20, 35, 40, 50];
    let rows = waits.iter().enumerate().map(|(index, wait)| ticket(index as i64, *wait)).collect();
    let facts = Memory::from_records(rows);
    for (per_mille, expected) in
        [(0, 15), (50, 15), (200, 15), (201, 20), (400, 20), (500, 35), (950, 50), (1000, 50)]
    {
        let measures = vec![Measure::Percentile { field: Field::Attribute(1), per_mille }];
        let answer = facts.aggregate(&Question { measures, ..Question::about(2, window(0, 10)) }).unwrap();
        assert_eq!(answer[0].values, [Some(Datum::Duration(Ratio::int(expected)))], "{per_mille}");
    }
}

#[test]
fn of_records_without_the_key_none_is_a_copy_of_another() {
    let named = |step, id: Option<&str>| Record { id: id.map(Into::into), ..ticket(step, 5) };
    let facts = Memory::from_records(vec![named(0, None), named(1, None), named(2, Some("a"))]);
    let distinct = |fields: &[Field]| {
        let measures = vec![Measure::CountDistinct(fields.to_vec())];
        facts.aggregate(&Question { measures, ..Question::about(2, window(0, 9)) }).unwrap()[0].values[0]
            .clone()
    };
    assert_eq!(distinct(&[Field::Id]), Some(number(3)));
    assert_eq!(distinct(&[Field::Attribute(0), Field::Subject]), Some(number(3)));
    assert_eq!(distinct(&[Field::Attribute(0), Field::Attribute(1)]), Some(number(1)));
    assert_eq!(distinct(&[]), Some(number(1)));
}

fn ticket(step: i64, wait: i128) -> Record {
    Record {
        fact: 2,
        id: None,
        subject: None,
        from: at(step),
        until: Instant::MAX,
        attributes: vec![Some(Datum::Text("high".into())), Some(Datum::Duration(Ratio::int(wait)))],
        source: None,
        recorded_at: None,
        supersedes: None,
        reason: None,
        place: Default::default(),
        withdrawn: false,
    }
}

#[test]
fn nothing_to_count_is_one_group_without_slices_and_none_with() {
    let facts = Memory::from_records(vec![]);
    let measures = vec![Measure::Count, Measure::Sum(Field::Attribute(9)), Measure::Min(Field::Id)];
    let question = Question { measures, ..Question::about(7, window(0, 9)) };
    let empty = Group { slice: None, keys: vec![], values: vec![Some(number(0)), None, None] };
    assert_eq!(facts.aggregate(&question), Ok(vec![empty]));
    assert_eq!(facts.aggregate(&Question { slice_nanos: Some(1), ..question }), Ok(vec![]));
}

#[test]
fn questions_without_an_answer_say_why() {
    let facts = Memory::from_records(vec![ticket(0, 5)]);
    let ask = |change: &dyn Fn(&mut Question)| {
        let mut question = Question::about(2, window(0, 9));
        change(&mut question);
        facts.aggregate(&question).unwrap_err()
    };
    let nowhere = Field::Attribute(9);
    let word = Field::Attribute(0);
    let all_time = Interval::new(Instant::MIN, Instant::MAX).unwrap();
    assert_eq!(ask(&|it| it.group_by = vec![nowhere]), FactsError::UnknownField(nowhere));
    assert_eq!(ask(&|it| it.filter = Predicate::Equals(nowhere, None)), FactsError::UnknownField(nowhere));
    assert_eq!(ask(&|it| it.measures = vec![Measure::Max(nowhere)]), FactsError::UnknownField(nowhere));
    assert_eq!(ask(&|it| it.measures = vec![Measure::Sum(word)]), FactsError::NotSummable(word));
    assert_eq!(ask(&|it| it.slice_nanos = Some(0)), FactsError::NoSlices);
    assert_eq!(ask(&|it| (it.slice_nanos, it.within) = (Some(1), all_time)), FactsError::NoSlices);
    let percentile = Measure::Percentile { field: word, per_mille: 1001 };
    assert_eq!(ask(&|it| it.measures = vec![percentile.clone()]), FactsError::NoSuchPercentile(1001));
}
