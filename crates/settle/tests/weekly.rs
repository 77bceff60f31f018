//! A promise for each week of the calendar beside a settlement by quarter: whole weeks, each with its own verdict.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail the test")]

use diagnostic::{Lang, render};
use evidence::{Memory, SourceFile};
use settle::{Inputs, Settlement};

fn contract(cycle: &str, rules: &str, case: &str) -> String {
    format!(
        "---\nid: weekly\nversion: \"1\"\nzone: Europe/Berlin\ncurrency: EUR\nrounding: half_up\n---\n# Weekly\n```sla\n{cycle}\n{rules}\n```\n\n```example\n\"case\"\n{case}\n```\n"
    )
}

#[track_caller]
fn holds(cycle: &str, rules: &str, case: &str) {
    let text = contract(cycle, rules, case);
    let (contract, problems) = language::read("weekly.md", &text);
    let wrong: String = problems.iter().map(|it| render(it, Some(&text), Lang::En)).collect();
    assert!(contract.is_some(), "{wrong}");
    let results = settle::examples(&contract.unwrap());
    let wrong: String =
        results.iter().flat_map(|it| &it.failures).map(|it| render(it, Some(&text), Lang::En)).collect();
    assert_eq!(wrong, "");
}

const REPORTS: &str = "
fact report : event {}
subject week = calendar weeks of cycle
sent per week = count(report) over week
promise reported per week: sent >= 1
remedy credit per week : service_credit
  when reported breached
  pays 10 EUR";

#[test]
fn a_week_belongs_to_the_cycle_in_which_it_ends_and_is_counted_whole() {
    holds(
        "cycle calendar quarter",
        REPORTS,
        "cycle 2026-Q4
given report at 2026-09-28 09:00 {}
given report at 2026-12-31 09:00 {}
expect count(week) = 13
expect first(week).from = 2026-09-28 00:00
expect last(week).until = 2026-12-28 00:00
expect reported of \"2026-W40\" met
expect reported of \"2026-W41\" breached
expect paid(credit of \"2026-W40\") = 0 EUR
expect credit of \"2026-W52\" = 10 EUR
expect sum(for each week: paid(credit)) = 120 EUR
expect count(for each w in week where reported of w breached: w) = 12
expect (reported of \"2026-W53\") is no data
expect (sent of \"2027-W01\") is no data",
    );
    holds(
        "cycle calendar quarter",
        REPORTS,
        "cycle 2027-Q1\ngiven report at 2026-12-31 09:00 {}\nexpect reported of \"2026-W53\" met",
    );
}

#[test]
fn every_week_of_a_year_belongs_to_exactly_one_month() {
    let months: String = (1..=12)
        .map(|it| {
            format!(
                ", (2026-{it:02}-01 to {})",
                if it == 12 { "2027-01-01".to_owned() } else { format!("2026-{:02}-01", it + 1) }
            )
        })
        .collect();
    holds(
        "cycle calendar year",
        &format!(
            "fact report : event {{}}\nmonths = ({})\nby_month = for each m in months: count(calendar weeks of m)",
            months.trim_start_matches(", ")
        ),
        "cycle 2026
expect count(calendar weeks of cycle) = 52
expect sum(by_month) = 52
expect min(by_month) = 4
expect max(by_month) = 5",
    );
}

#[test]
fn days_and_months_of_the_calendar_have_their_true_length() {
    holds(
        "cycle calendar quarter",
        "fact report : event {}
day_lengths = for each d in calendar days of cycle: length(cycle) over d
month_lengths = for each m in calendar months of cycle: length(cycle) over m",
        "cycle 2026-Q4
expect count(day_lengths) = 92
expect max(day_lengths) = 25 h
expect first(month_lengths) = 745 h
expect count(month_lengths) = 3
expect count(calendar quarters of cycle) = 1
expect count(calendar years of cycle) = 1
expect count(calendar years of previous cycle) = 0
expect count(calendar weeks of (2026-10-05 to 2026-10-12)) = 1
expect count(calendar weeks of (2026-10-05 00:01 to 2026-10-12)) = 1
expect count(calendar weeks of (2026-10-05 to 2026-10-11 23:59)) = 0",
    );
}

#[test]
fn a_week_that_began_before_the_subscription_is_left_out() {
    holds(
        "cycle calendar quarter from since",
        REPORTS,
        "given since = 2026-10-14 00:00
cycle 2026-Q4
given report at 2026-10-20 09:00 {}
expect first(week).from = 2026-10-19 00:00
expect count(week) = 10
expect reported of \"2026-W43\" met",
    );
}

fn settled() -> Settlement {
    let text = contract("cycle calendar month", REPORTS, "cycle 2026-10");
    let contract = language::read("weekly.md", &text).0.unwrap();
    let bytes = b"{\"fact\":\"report\",\"at\":\"2026-10-06T09:00:00+02:00\"}\n".to_vec();
    let (evidence, _) =
        evidence::read(&contract.schema, &[SourceFile { name: "e.ndjson".to_owned(), bytes }]);
    let inputs = Inputs::default();
    let cycle = settle::cycle_span(&contract, &inputs, "2026-10").unwrap();
    let overrides = settle::parameters(&contract, &inputs, &cycle).unwrap();
    settle::settle(&contract, &Memory::new(evidence.as_of(None)), &cycle, &inputs, &overrides)
}

#[test]
fn a_statement_names_each_week_with_its_verdict() {
    let settled = settled();
    let verdicts: Vec<(&str, &str)> =
        settled.promises.iter().map(|it| (it.subject.as_deref().unwrap(), it.verdict.word())).collect();
    assert_eq!(
        verdicts,
        [("2026-W40", "breached"), ("2026-W41", "met"), ("2026-W42", "breached"), ("2026-W43", "breached")]
    );
    let remedies: Vec<&str> = settled.remedies.iter().filter_map(|it| it.subject.as_deref()).collect();
    assert_eq!(remedies, ["2026-W40", "2026-W41", "2026-W42", "2026-W43"]);
}
