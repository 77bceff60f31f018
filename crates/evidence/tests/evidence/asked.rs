//! What was asked and told, written down, gives the same answers again; what was not asked has none.

use std::collections::BTreeSet;

use evidence::{
    Answered, Answers, Asked, Datum, Facts, FactsError, Field, Group, Measure, Memory, Predicate, Question,
    Record, Schema, digest_with,
};
use proptest::collection::vec;
use proptest::prelude::*;
use timeline::{Interval, Timeline};

use crate::fixture;
use crate::made::{at, record};

/// The fixture's schema, in which fees come in volume.
fn schema() -> Schema {
    let mut schema = fixture::schema();
    schema.facts[1].volume = true;
    schema
}

fn window(from: i64, until: i64) -> Interval {
    Interval::new(at(from), at(until)).unwrap()
}

/// Questions that differ in one thing each.
fn questions() -> Vec<Question> {
    let plain = Question { measures: vec![Measure::Count], ..Question::about(1, window(0, 48)) };
    let filtered = |filter| Question { filter, ..plain.clone() };
    let measured = |it| Question { measures: vec![it], ..plain.clone() };
    let text = |it: &str| Datum::Text(it.into());
    let subject = |it: &str| Predicate::Equals(Field::Subject, Some(text(it)));
    let run = |from, until| Timeline::of(window(from, until));
    vec![
        Question { within: window(0, 24), ..plain.clone() },
        Question { slice_nanos: Some(3_600_000_000_000), ..plain.clone() },
        Question { slice_nanos: Some(7_200_000_000_000), ..plain.clone() },
        Question { group_by: vec![Field::Subject], ..plain.clone() },
        Question { group_by: vec![Field::Source], ..plain.clone() },
        Question { group_by: vec![Field::Subject, Field::Attribute(1)], ..plain.clone() },
        Question {
            group_by: vec![Field::Attribute(1)],
            measures: vec![Measure::Max(Field::Id)],
            ..plain.clone()
        },
        measured(Measure::Sum(Field::Attribute(0))),
        measured(Measure::Min(Field::Attribute(0))),
        measured(Measure::Max(Field::Attribute(0))),
        measured(Measure::Max(Field::Attribute(1))),
        measured(Measure::CountDistinct(vec![Field::Subject])),
        measured(Measure::CountDistinct(vec![Field::Subject, Field::Id])),
        measured(Measure::Percentile { field: Field::Attribute(0), per_mille: 950 }),
        measured(Measure::Percentile { field: Field::Attribute(0), per_mille: 95 }),
        filtered(subject("vm1")),
        filtered(subject("vm2")),
        filtered(subject("vm1; @subject = text vm2")),
        filtered(subject("a\tb\n\\")),
        filtered(Predicate::Equals(Field::Subject, None)),
        filtered(Predicate::Equals(Field::Subject, Some(text("-")))),
        filtered(Predicate::Not(Box::new(subject("vm1")))),
        filtered(Predicate::And(vec![subject("vm1"), subject("vm2")])),
        filtered(Predicate::Or(vec![subject("vm1"), subject("vm2")])),
        filtered(Predicate::And(Vec::new())),
        filtered(Predicate::Or(Vec::new())),
        filtered(Predicate::Less(Field::Attribute(0), Datum::Money(quantity::Ratio::ONE))),
        filtered(Predicate::LessOrEqual(Field::Attribute(0), Datum::Money(quantity::Ratio::ONE))),
        filtered(Predicate::Greater(Field::Attribute(0), Datum::Money(quantity::Ratio::ONE))),
        filtered(Predicate::GreaterOrEqual(Field::Attribute(0), Datum::Money(quantity::Ratio::ONE))),
        filtered(Predicate::OneOf(Field::Subject, vec![text("vm1"), text("vm2")])),
        filtered(Predicate::OneOf(Field::Subject, vec![text("vm1; text vm2")])),
        filtered(Predicate::And(vec![subject("vm1; @subject = text vm2")])),
        filtered(Predicate::And(vec![subject("vm1\\"), subject("vm2")])),
        filtered(Predicate::And(vec![subject("vm1\\; @subject = text vm2")])),
        filtered(Predicate::Not(Box::new(subject("vm1); not(@subject = text vm2")))),
        filtered(Predicate::OutsideOf(run(3, 9))),
        filtered(Predicate::Inside(run(3, 9))),
        filtered(Predicate::Inside(run(3, 10))),
        plain,
    ]
}

fn heard(memory: &Memory, schema: &Schema, asked: &[Question]) -> Answers {
    let asking = Asked::of(memory, schema);
    for it in asked {
        assert_eq!(asking.aggregate(it), memory.aggregate(it));
    }
    asking.answers().unwrap()
}

proptest! {
    #[test]
    fn answers_written_down_are_the_answers_given(records in vec(record(), 0..60)) {
        let (schema, questions) = (schema(), questions());
        let memory = Memory::from_records(records.clone());
        let written = heard(&memory, &schema, &questions).text();
        let answers = Answers::parse(&written).unwrap();
        prop_assert_eq!(answers.text(), written);
        let listed: Vec<Record> = records.into_iter().filter(|it| it.fact != 1).collect();
        let elsewhere = Answered::new(Memory::from_records(listed), &schema, Vec::new(), answers);
        for it in &questions {
            prop_assert_eq!(elsewhere.aggregate(it), memory.aggregate(it));
            let about_outages = Question { fact: 0, filter: Predicate::All, measures: vec![Measure::Count], group_by: Vec::new(), ..it.clone() };
            prop_assert_eq!(elsewhere.aggregate(&about_outages), memory.aggregate(&about_outages));
        }
    }

    #[test]
    fn any_text_is_read_or_refused_with_its_line(text in "(\\? |= |)[-0-9a-z/\t\\\\ ]{0,12}\n{0,2}(= 1\t0\tnumber 1/1\n)?") {
        match Answers::parse(&text) {
            Ok(it) => prop_assert_eq!(Answers::parse(&it.text()).unwrap(), it),
            Err(it) => prop_assert!(it.line >= 1 && it.line <= text.lines().count()),
        }
    }
}

#[test]
fn different_questions_are_kept_apart() {
    let (schema, questions) = (schema(), questions());
    let written = heard(&Memory::from_records(Vec::new()), &schema, &questions).text();
    let texts: BTreeSet<&str> = written.lines().filter(|it| it.starts_with("? ")).collect();
    assert_eq!(texts.len(), questions.len(), "{written}");
}

#[test]
fn what_parts_conditions_is_escaped_in_texts_and_ordinary_words_stand_as_they_are() {
    let subject = |it: &str| Predicate::Equals(Field::Subject, Some(Datum::Text(it.into())));
    let question = |filter| Question {
        measures: vec![Measure::Count],
        filter,
        group_by: vec![Field::Subject],
        ..Question::about(1, window(0, 1))
    };
    let asked = [question(subject("a, b/c = 短信")), question(subject("a; (b)"))];
    let written = heard(&Memory::from_records(Vec::new()), &schema(), &asked).text();
    let conditions: Vec<&str> =
        written.lines().filter_map(|it| it.split_once("where ")).map(|it| it.1).collect();
    assert_eq!(conditions, ["@subject = text a, b/c = 短信", "@subject = text a\\; \\(b\\)"]);
}

#[test]
fn a_question_that_was_not_asked_has_no_answer() {
    let schema = schema();
    let answers = heard(&Memory::from_records(Vec::new()), &schema, &questions()[..1]);
    let facts = Answered::new(Memory::from_records(Vec::new()), &schema, Vec::new(), answers);
    assert!(facts.aggregate(&questions()[0]).is_ok());
    assert!(matches!(facts.aggregate(&questions()[1]), Err(FactsError::Unavailable(_))));
}

#[test]
fn a_question_that_could_not_be_asked_spoils_all_answers() {
    struct Away(Memory);
    impl Facts for Away {
        fn rows(&self, fact: usize) -> &[Record] {
            self.0.rows(fact)
        }
        fn aggregate(&self, _: &Question) -> Result<Vec<Group>, FactsError> {
            Err(FactsError::Unavailable("the disk is gone".to_owned()))
        }
        fn count_all(&self) -> usize {
            0
        }
        fn digest(&self) -> [u8; 32] {
            self.0.digest()
        }
    }
    let (schema, away) = (schema(), Away(Memory::from_records(Vec::new())));
    let asking = Asked::of(&away, &schema);
    assert!(asking.aggregate(&questions()[0]).is_err());
    assert_eq!(asking.answers(), Err(FactsError::Unavailable("the disk is gone".to_owned())));
}

#[test]
fn two_bodies_of_answers_are_told_apart_by_the_question_that_differs() {
    let schema = schema();
    let one = heard(&Memory::from_records(Vec::new()), &schema, &questions()[..3]);
    let fewer = heard(&Memory::from_records(Vec::new()), &schema, &questions()[..2]);
    assert_eq!(one.differing(&one), Vec::<&str>::new());
    assert_eq!((one.differing(&fewer).len(), fewer.differing(&one).len(), one.len()), (1, 1, 3));
    let changed = Answers::parse(&one.text().replacen("number 0/1", "number 1/1", 1)).unwrap();
    assert_eq!(one.differing(&changed).len(), 1);
}

#[test]
fn the_digest_is_that_of_the_listed_records_and_the_partitions() {
    let schema = schema();
    let memory = Memory::from_records(Vec::new());
    let partition = evidence::Partition {
        fact: "fee".to_owned(),
        day: calendar::Date::parse("2026-10-03").unwrap(),
        rows: 7,
        content: [1; 32],
    };
    let facts = Answered::new(memory.clone(), &schema, vec![partition.clone()], Answers::default());
    assert_eq!(facts.digest(), digest_with(memory.digest(), &[partition]));
    assert_eq!(facts.count_all(), 7);
}
