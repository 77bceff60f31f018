//! The engine agrees with a slow oracle that asks every second of a short cycle, on random contracts and evidence.
//!
//! The oracle is written from the language reference and shares no code with the engine: plain arrays of truths, the
//! clock changes of 2026 by hand, fractions of big integers.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

mod generate;
mod model;
mod number;
mod outcome;
mod place;
mod seconds;
mod value;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use evidence::{Memory, SourceFile};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngSeed, TestRunner};
use quantity::Quantity;
use settle::absent::status_word;
use settle::settlement::{ExcludedMeasure, Outcome};
use settle::{Inputs, Settlement};
use timeline::Instant;

use model::{Case, Number};
use number::Fraction;
use outcome::Expected;
use seconds::Seconds;
use value::Value;

fn config(seed: u64, cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(1, 1200))]
    #[test]
    fn spans_of_time_are_counted_second_by_second(case in generate::case(generate::time_level(), 14)) {
        agrees(&case)?;
    }
}

proptest! {
    #![proptest_config(config(2, 1200))]
    #[test]
    fn events_and_requests_are_counted_one_by_one(case in generate::case(generate::count_level(), 20)) {
        agrees(&case)?;
    }
}

proptest! {
    #![proptest_config(config(3, 600))]
    #[test]
    fn slices_streaks_and_quorums_are_counted_second_by_second(case in generate::case(generate::slice_level(), 16)) {
        agrees(&case)?;
    }
}

#[test]
fn the_generator_reaches_every_outcome() {
    let mut runner = TestRunner::new(config(4, 1));
    let strategy = generate::case(generate::time_level(), 14);
    let mut met: BTreeSet<String> = BTreeSet::new();
    for _ in 0..1_000 {
        let case = strategy.new_tree(&mut runner).unwrap().current();
        let expected = Seconds::new(&case, true).expected();
        met.extend(kinds(&expected).map(str::to_owned));
    }
    let wanted = [
        "met",
        "breached",
        "not_covered",
        "no_data",
        "not_computable",
        "due",
        "not_due",
        "negative",
        "no_row",
        "ambiguous",
        "suppressed",
        "capped",
        "rounded",
        "per machine",
        "excluded by announced",
        "excluded by quiet",
        "excluded by dns",
        "excluded by client",
    ];
    let missing: Vec<_> = wanted.into_iter().filter(|it| !met.contains(*it)).collect();
    assert!(missing.is_empty(), "never met: {missing:?}");
}

#[test]
fn open_requests_leave_verdicts_certain_and_uncertain() {
    let mut runner = TestRunner::new(config(5, 1));
    let strategy = generate::case(generate::count_level(), 20);
    let mut met: BTreeSet<(&str, &str)> = BTreeSet::new();
    for _ in 0..2_000 {
        let case = strategy.new_tree(&mut runner).unwrap().current();
        if let Number::Lengths(..) | Number::Exceeds(..) | Number::Share(..) = &case.levels[0] {
            let expected = Seconds::new(&case, true).expected();
            let shown = expected.levels[0].as_ref().map_or_else(|it| it.word(), |_| "a number");
            met.insert((shown, expected.verdict));
        }
    }
    for wanted in [
        ("a number", "met"),
        ("a number", "breached"),
        ("no_data", "met"),
        ("no_data", "provisional"),
        ("no_data", "no_data"),
        ("provisional", "provisional"),
    ] {
        assert!(met.contains(&wanted), "never met: {wanted:?}");
    }
}

/// What a case is an instance of.
fn kinds(expected: &Expected) -> impl Iterator<Item = &'static str> {
    let excluded = expected.excluded.iter().map(|(cause, ..)| match *cause {
        "announced" => "excluded by announced",
        "quiet" => "excluded by quiet",
        "dns" => "excluded by dns",
        _ => "excluded by client",
    });
    let also = [
        expected.capped.then_some("capped"),
        (expected.rounded != expected.amount).then_some("rounded"),
        (!expected.machines.is_empty()).then_some("per machine"),
    ];
    [expected.verdict, expected.status]
        .into_iter()
        .chain(also.into_iter().flatten())
        .chain(excluded.collect::<Vec<_>>())
}

fn agrees(case: &Case) -> Result<(), TestCaseError> {
    let settled = settled(case);
    let expected = Seconds::new(case, true).expected();
    let bare = Seconds::new(case, false).expected();
    let wrong = differences(&settled, &expected, &bare);
    prop_assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

fn settled(case: &Case) -> Settlement {
    let text = write::contract(case);
    let (contract, found) = language::read("generated.md", &text);
    let contract = contract.unwrap_or_else(|| panic!("{found:#?}\n{text}"));
    let file = SourceFile { name: "generated.ndjson".to_owned(), bytes: write::evidence(case).into_bytes() };
    let (evidence, found) = evidence::read(&contract.schema, &[file]);
    assert!(found.is_empty(), "{found:#?}\n{}", write::evidence(case));
    let as_of = case.as_of.and_then(Instant::from_seconds);
    let inputs = Inputs { as_of, ..Inputs::default() };
    let cycle = settle::cycle_span(&contract, &inputs, &write::label(case)).unwrap();
    let overrides = settle::parameters(&contract, &inputs, &cycle).unwrap();
    settle::settle(&contract, &Memory::new(evidence.as_of(None)), &cycle, &inputs, &overrides)
}

/// Everything in which the two do not agree, in words.
fn differences(settled: &Settlement, expected: &Expected, bare: &Expected) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut same = |what: &str, found: String, wanted: String| {
        if found != wanted {
            wrong.push(format!("{what}: the engine says {found}, the oracle {wanted}"));
        }
    };
    let (plain, machines): (Vec<_>, Vec<_>) = settled.levels.iter().partition(|it| it.subject.is_none());
    for (at, level) in plain.iter().enumerate() {
        same(&level.name, engine(&level.value), oracle(&expected.levels[at]));
        let without = level.without_exclusions.as_ref().unwrap_or(&level.value);
        same("without exclusions", engine(without), oracle(&bare.levels[at]));
    }
    let found =
        machines.iter().map(|it| format!("{:?} {}", it.subject, engine(&it.value))).collect::<Vec<_>>();
    let wanted = expected
        .machines
        .iter()
        .map(|(name, it)| format!("{:?} {}", Some(name), oracle(it)))
        .collect::<Vec<_>>();
    same("machines", found.join(", "), wanted.join(", "));
    let promise = &settled.promises[0];
    same("promise", promise.verdict.word().to_owned(), expected.verdict.to_owned());
    same(
        "promise, bare",
        promise.without_exclusions.unwrap_or(promise.verdict).word().to_owned(),
        bare.verdict.to_owned(),
    );
    let remedy = &settled.remedies[0];
    same("remedy", remedy.status.word().to_owned(), expected.status.to_owned());
    same("literal", amount(remedy.literal.as_ref()), shown(expected.literal.as_ref()));
    same("amount", amount(remedy.amount.as_ref()), shown(expected.amount.as_ref()));
    same("paid", amount(remedy.rounded.as_ref()), shown(expected.rounded.as_ref()));
    same("capped", remedy.capped.to_string(), expected.capped.to_string());
    if bare.rounded.is_some() {
        let without = remedy.without_exclusions.as_ref().or(remedy.rounded.as_ref());
        same("paid, bare", amount(without), shown(bare.rounded.as_ref()));
    }
    same("excluded time", excluded_time(settled), wanted_time(expected));
    same("excluded records", excluded_records(settled), format!("{:?}", counted(&expected.excluded_records)));
    wrong
}

fn engine(value: &Outcome<Quantity>) -> String {
    match value {
        Ok(it) => format!("{:?}", Fraction::parse(&it.value.fraction()).lowest()),
        Err(absent) => status_word(absent.status).to_owned(),
    }
}

fn oracle(value: &Value) -> String {
    match value {
        Ok(it) => format!("{:?}", it.lowest()),
        Err(absent) => absent.word().to_owned(),
    }
}

fn amount(it: Option<&Quantity>) -> String {
    it.map_or_else(
        || "nothing".to_owned(),
        |it| format!("{:?}", Fraction::parse(&it.value.fraction()).lowest()),
    )
}

fn shown(it: Option<&Fraction>) -> String {
    it.map_or_else(|| "nothing".to_owned(), |it| format!("{:?}", it.lowest()))
}

fn excluded_time(settled: &Settlement) -> String {
    let mut found = BTreeMap::new();
    for it in &settled.excluded {
        if let ExcludedMeasure::Seconds(seconds) = &it.measure {
            let runs: &mut Vec<(i64, i64)> = found.entry(it.cause.clone()).or_default();
            let (from, until) = (it.from.nanos() / 1_000_000_000, it.until.nanos() / 1_000_000_000);
            assert_eq!(Fraction::parse(&seconds.fraction()), Fraction::whole(until - from));
            runs.push((from, until));
        }
    }
    format!("{found:?}")
}

fn wanted_time(expected: &Expected) -> String {
    let mut wanted: BTreeMap<String, Vec<(i64, i64)>> = BTreeMap::new();
    for (cause, from, until) in &expected.excluded {
        wanted.entry((*cause).to_owned()).or_default().push((*from, *until));
    }
    format!("{wanted:?}")
}

fn excluded_records(settled: &Settlement) -> String {
    let counts = settled.excluded.iter().filter_map(|it| match it.measure {
        ExcludedMeasure::Count(count) => Some((it.cause.as_str(), usize::try_from(count).unwrap())),
        ExcludedMeasure::Seconds(_) => None,
    });
    format!("{:?}", counts.collect::<BTreeMap<_, _>>())
}

fn counted<'a>(records: &[(&'a str, usize)]) -> BTreeMap<&'a str, usize> {
    records.iter().copied().collect()
}
