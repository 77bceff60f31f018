//! The four seed agreements, settled from outside: evidence in, the figures of the statement out, worked out beforehand
//! in exact fractions by another program.
//!
//! The cases stand in `seeds/*.txt`. A case is its name, a line of what is settled, the evidence, and lines `= PLACE VALUE`
//! of what the statement's JSON says there; members of lists go by their name.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use evidence::AttributeKind;
use serde_json::Value;

/// One case, as written.
struct Case<'t> {
    name: &'t str,
    /// The contract, the cycle, options; `csv` when the evidence is CSV.
    settled: &'t str,
    evidence: String,
    expected: Vec<(&'t str, &'t str)>,
}

#[test]
fn a_hosting_month_settles_as_worked_out_beforehand() {
    agree(include_str!("seeds/mwe.txt"));
}

#[test]
fn a_tenants_month_settles_as_worked_out_beforehand() {
    agree(include_str!("seeds/taimei.txt"));
}

#[test]
fn a_month_of_messages_settles_as_worked_out_beforehand() {
    agree(include_str!("seeds/pingan-sms.txt"));
}

#[test]
fn a_month_of_tickets_settles_as_worked_out_beforehand() {
    agree(include_str!("seeds/websoft9.txt"));
}

#[test]
fn derivations_in_chinese_say_in_latin_letters_only_what_the_contract_names() {
    let seeds = [
        include_str!("seeds/mwe.txt"),
        include_str!("seeds/taimei.txt"),
        include_str!("seeds/pingan-sms.txt"),
        include_str!("seeds/websoft9.txt"),
    ];
    let (mut said, mut foreign) = (0, Vec::new());
    for case in seeds.iter().flat_map(|it| it.split("\n## ").skip(1).map(case)) {
        let output = settle(&case);
        let statement: Value = serde_json::from_slice(&output.stdout).expect("a statement");
        let names = names(&contract(case.settled));
        for text in derived_in_chinese(&statement) {
            said += 1;
            let wrong = latin_words(&text).into_iter().find(|it| !names.iter().any(|name| name == it));
            foreign.extend(wrong.map(|it| format!("{}: {it} in {text}", case.name)));
        }
    }
    assert!(said > 2000, "only {said} values were found");
    assert!(foreign.is_empty(), "{}", foreign.join("\n"));
}

/// Values and steps of the derivation as a Chinese reader sees them.
fn derived_in_chinese(statement: &Value) -> Vec<String> {
    let derivations = statement.get("derivation").and_then(Value::as_array).into_iter().flatten();
    let steps = |it: &Value| it.get("steps").and_then(Value::as_array).cloned().unwrap_or_default();
    let values = derivations.flat_map(|it| std::iter::once(it.clone()).chain(steps(it)));
    values.filter_map(|it| Some(it.get("value_zh").or(it.get("value"))?.as_str()?.to_owned())).collect()
}

/// Words that begin with a Latin letter, outside quoted code.
fn latin_words(text: &str) -> Vec<String> {
    let prose: String = text.split('`').step_by(2).collect();
    let words = prose.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|it| it.starts_with(|c: char| c.is_ascii_alphabetic())).map(str::to_owned).collect()
}

fn contract(settled: &str) -> language::contract::Contract {
    let name = settled.split_whitespace().next().expect("a contract");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../contracts/{name}.md"));
    language::read(name, &fs::read_to_string(file).expect("the contract")).0.expect("it is understood")
}

/// What a contract calls by name: rules, facts, attributes and their words, plans, its currency.
fn names(contract: &language::contract::Contract) -> Vec<String> {
    let words = |it: &AttributeKind| match it {
        AttributeKind::OneOf(words) | AttributeKind::Cause(words) => words.clone(),
        _ => Vec::new(),
    };
    let facts = contract.schema.facts.iter();
    let attributes = facts.clone().flat_map(|it| &it.attributes);
    let rules = contract.items.iter().map(|it| it.name.clone());
    let currency = contract.currency.iter().map(ToString::to_string);
    rules
        .chain(facts.map(|it| it.name.clone()))
        .chain(attributes.flat_map(|it| std::iter::once(it.name.clone()).chain(words(&it.kind))))
        .chain(contract.plans.clone())
        .chain(currency)
        .collect()
}

fn agree(text: &str) {
    let cases: Vec<Case<'_>> = text.split("\n## ").skip(1).map(case).collect();
    assert!(cases.len() >= 18, "only {} cases were found", cases.len());
    let wrong: Vec<String> = cases.iter().flat_map(faults).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn case(text: &str) -> Case<'_> {
    let mut lines = text.lines().filter(|it| !it.is_empty());
    let name = lines.next().expect("a name");
    let settled = lines.next().expect("what is settled");
    let (expected, evidence): (Vec<&str>, Vec<&str>) = lines.partition(|it| it.starts_with("= "));
    let expected: Vec<_> = expected.iter().filter_map(|it| it.get(2..)?.split_once(' ')).collect();
    assert!(!expected.is_empty(), "{name} expects nothing");
    Case { name, settled, evidence: evidence.into_iter().map(repeated).collect(), expected }
}

/// `5 x {"id":"a#"}` is five records, `#` being the number of each.
fn repeated(line: &str) -> String {
    let times = line.split_once(" x ").and_then(|(count, record)| Some((count.parse::<u32>().ok()?, record)));
    match times {
        Some((count, record)) => {
            (0..count).map(|at| format!("{}\n", record.replace('#', &at.to_string()))).collect()
        }
        None => format!("{line}\n"),
    }
}

/// Where a case does not come out as expected.
fn faults(case: &Case<'_>) -> Vec<String> {
    let output = settle(case);
    let statement: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|it| panic!("{}: {it}: {}", case.name, String::from_utf8_lossy(&output.stderr)));
    let refusal = case.expected.iter().any(|(place, _)| *place == "exit");
    let mut faults = Vec::new();
    if !refusal && !output.status.success() {
        faults.push(format!("{}: refused: {statement}", case.name));
    }
    for (place, value) in &case.expected {
        let found = found(&output, &statement, place, value);
        if found != *value {
            faults.push(format!("{}: {place} is {found}, expected {value}", case.name));
        }
    }
    faults
}

fn found(output: &Output, statement: &Value, place: &str, expected: &str) -> String {
    match place {
        "exit" => output.status.code().unwrap_or(-1).to_string(),
        "lint" => {
            let lints = statement.get("lints").and_then(Value::as_array).into_iter().flatten();
            let mut codes = lints.filter_map(|it| it.get("code")?.as_str());
            codes.find(|it| *it == expected).unwrap_or("absent").to_owned()
        }
        _ => match place.split('/').fold(statement, member) {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        },
    }
}

/// The member of an object, or of a list by its number or by what it is of.
fn member<'v>(of: &'v Value, name: &str) -> &'v Value {
    let Value::Array(items) = of else { return of.get(name).unwrap_or(&Value::Null) };
    let named = |it: &&Value| ["name", "remedy"].iter().any(|key| it.get(key).is_some_and(|it| it == name));
    let numbered = name.parse::<usize>().ok().and_then(|at| items.get(at));
    numbered.or_else(|| items.iter().find(named)).unwrap_or(&Value::Null)
}

fn settle(case: &Case<'_>) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let mut words = case.settled.split_whitespace();
    let contract = format!("contracts/{}.md", words.next().expect("a contract"));
    let cycle = words.next().expect("a cycle");
    let (csv, options): (Vec<&str>, Vec<&str>) = words.partition(|it| *it == "csv");
    let file = folder.path().join(if csv.is_empty() { "evidence.ndjson" } else { "evidence.csv" });
    fs::write(&file, &case.evidence).expect("written");
    Command::new(env!("CARGO_BIN_EXE_upheld"))
        .args(["settle", &contract, "--cycle", cycle, "--format", "json", "--evidence"])
        .arg(&file)
        .args(options)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .env("HOME", folder.path())
        .output()
        .expect("the binary runs")
}
