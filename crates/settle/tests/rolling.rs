//! What a remedy came to in several cycles: each under its own caps and rounding, oldest first, back to the beginning.

use diagnostic::{Lang, Severity, render};
use proptest::prelude::*;

const FRONT: &str = "---\nid: rolling\nversion: \"1\"\nzone: UTC\ncurrency: EUR\nrounding: half_up\n";

fn contract(front: &str, rules: &str, case: &str) -> String {
    format!("{FRONT}{front}---\n# Rolling\n```sla\n{rules}\n```\n\n```example\n\"case\"\n{case}\n```\n")
}

/// Runs this case of a contract of these rules; whatever does not come out as expected.
fn wrong(front: &str, rules: &str, case: &str) -> String {
    let text = contract(front, rules, case);
    let (contract, problems) = language::read("rolling.md", &text);
    let Some(contract) = contract else {
        return problems.iter().map(|it| render(it, Some(&text), Lang::En)).collect();
    };
    let results = settle::examples(&contract);
    results.iter().flat_map(|it| &it.failures).map(|it| render(it, Some(&text), Lang::En)).collect()
}

#[track_caller]
fn holds(rules: &str, case: &str) {
    assert_eq!(wrong("", &format!("cycle calendar month\n{rules}"), case), "");
}

fn codes(rules: &str) -> Vec<String> {
    let text = contract("", &format!("cycle calendar month\n{rules}"), "cycle 2026-06");
    let found = language::read("rolling.md", &text).1;
    found.iter().filter(|it| it.severity == Severity::Error).map(|it| it.code.to_owned()).collect()
}

/// Every month asks for what was lost in it; three months together come to 100 EUR at most.
const CAPPED: &str = "
fact loss : event { amount: money }
lost = sum(amount of loss)
remedy credit : service_credit
  when lost > 0 EUR
  pays lost
  at most 100 EUR - paid(credit) over last 3 cycles
last_three = paid(credit) over last 3 cycles
three_before = paid(credit) over previous 3 cycles
the_one_before = paid(credit) over previous cycle
so_far = paid(credit) over history";

#[test]
fn a_cap_over_a_rolling_period_counts_earlier_amounts_as_they_were_capped() {
    let losses = "
given loss at 2026-01-10 10:00 { amount: 60 EUR }
given loss at 2026-02-10 10:00 { amount: 70 EUR }
given loss at 2026-03-10 10:00 { amount: 80 EUR }
given loss at 2026-04-10 10:00 { amount: 30 EUR }
given loss at 2026-05-10 10:00 { amount: 90 EUR }
given loss at 2026-06-10 10:00 { amount: 90 EUR }";
    // January 60; February 40 of 70; March nothing of 80; April 30 of 60 left; May 70 of 100 - 0 - 30; June 0.
    for (month, paid, three, before, one, all) in [
        ("01", 60, 60, 0, 0, 60),
        ("02", 40, 100, 60, 60, 100),
        ("03", 0, 100, 100, 40, 100),
        ("04", 30, 70, 100, 0, 130),
        ("05", 70, 100, 70, 30, 200),
        ("06", 0, 100, 100, 70, 200),
        ("07", 0, 70, 100, 0, 200),
    ] {
        holds(
            CAPPED,
            &format!(
                "cycle 2026-{month}{losses}
expect paid(credit) = {paid} EUR
expect last_three = {three} EUR
expect three_before = {before} EUR
expect the_one_before = {one} EUR
expect so_far = {all} EUR"
            ),
        );
    }
}

#[test]
fn the_cycles_before_may_be_named_without_this_one() {
    let rules = |cap: &str| format!("{CAPPED}\nremedy other : cash\n  pays lost\n  at most 100 EUR - {cap}");
    let case = "cycle 2026-04
given loss at 2026-01-10 10:00 { amount: 60 EUR }
given loss at 2026-02-10 10:00 { amount: 30 EUR }
given loss at 2026-03-10 10:00 { amount: 80 EUR }
given loss at 2026-04-10 10:00 { amount: 50 EUR }
expect paid(other) = paid(credit)
expect paid(other) over previous cycle = 10 EUR";
    for cap in [
        "paid(other) over last 3 cycles",
        "paid(other) over last (1 + 2) cycles",
        "paid(other) over previous 2 cycles",
        "(paid(other) over previous cycle + paid(other) over previous 2 cycles - paid(other) over previous cycle)",
        "before",
    ] {
        let before = if cap == "before" { "\nbefore = paid(other) over previous 2 cycles" } else { "" };
        holds(&format!("{}{before}", rules(cap)), case);
    }
}

#[test]
fn rounding_is_that_of_each_cycle() {
    holds(
        "fact loss : event { amount: money }
remedy credit : service_credit
  pays sum(amount of loss) / 3
  at most 1 EUR - paid(credit) over last 4 cycles",
        "cycle 2026-04
given loss at 2026-01-10 10:00 { amount: 1 EUR }
given loss at 2026-02-10 10:00 { amount: 1 EUR }
given loss at 2026-03-10 10:00 { amount: 1 EUR }
given loss at 2026-04-10 10:00 { amount: 1 EUR }
expect paid(credit) over previous 3 cycles = 0.99 EUR
expect paid(credit) = 0.01 EUR",
    );
}

#[test]
fn cycles_before_the_agreement_or_the_evidence_pay_nothing() {
    let rules = "cycle calendar month
fact visit : event {}
remedy credit : service_credit
  when count(visit) < 1
  pays 10 EUR
  at most 35 EUR - paid(credit) over last 12 cycles";
    let visit = "cycle 2026-06\ngiven visit at 2026-02-10 10:00 {}\n";
    for (front, case) in [
        // March, April and May had no visit; June is the fourth.
        ("", "expect paid(credit) over previous 12 cycles = 30 EUR\nexpect paid(credit) = 5 EUR"),
        ("effective: 2026-04-01\n", "expect paid(credit) over previous 12 cycles = 20 EUR"),
        ("effective: 2026-04-02\n", "expect paid(credit) over previous 12 cycles = 20 EUR"),
        ("", "given since = 2026-05-01 00:00\nexpect paid(credit) over previous 12 cycles = 10 EUR"),
        (
            "effective: 2026-05-01\n",
            "given since = 2026-04-01 00:00\nexpect paid(credit) over history = 30 EUR",
        ),
    ] {
        assert_eq!(wrong(front, rules, &format!("{visit}{case}")), "", "{front}{case}");
    }
    let silent =
        "cycle 2026-06\nexpect paid(credit) over previous 12 cycles = 0 EUR\nexpect paid(credit) = 10 EUR";
    assert_eq!(wrong("", rules, silent), "");
}

#[test]
fn where_the_evidence_is_silent_nothing_was_paid_and_what_cannot_be_computed_stays_so() {
    holds(
        "fact probe : event { ok: truth }
param rate : money
remedy credit : service_credit
  when share(ok of probe) < 50%
  pays 10 EUR
remedy other : cash
  pays rate",
        "cycle 2026-06
given probe at 2026-03-10 10:00 { ok: false }
given probe at 2026-05-10 10:00 { ok: false }
expect paid(credit) is no data
expect paid(credit) over last 12 cycles = 20 EUR
expect paid(credit) over previous cycle = 10 EUR
expect paid(other) over previous 2 cycles is not computable",
    );
}

#[test]
fn each_subject_has_a_past_of_its_own_and_none_before_it_was_there() {
    holds(
        "fact loss : event { amount: money }
subject line = subjects(loss)
remedy credit per line : service_credit
  pays sum(amount of loss where subject = line)
  at most 100 EUR - paid(credit) over last 3 cycles
total = sum(for each line: paid(credit))
past = sum(for each line: paid(credit) over previous 2 cycles)",
        "cycle 2026-03
given loss of \"a\" at 2026-01-10 10:00 { amount: 70 EUR }
given loss of \"a\" at 2026-03-10 10:00 { amount: 70 EUR }
given loss of \"b\" at 2026-02-10 10:00 { amount: 20 EUR }
given loss of \"b\" at 2026-03-10 10:00 { amount: 70 EUR }
expect paid(credit of \"a\") = 30 EUR
expect paid(credit of \"b\") = 70 EUR
expect total = 100 EUR
expect past = 90 EUR
expect paid(credit of \"b\") over previous 2 cycles = 20 EUR
expect paid(credit of \"c\") over last 3 cycles = 0 EUR",
    );
}

#[test]
fn two_remedies_share_one_cap_when_one_of_them_comes_first() {
    holds(
        "fact loss : event { amount: money, fine: money }
before = paid(credit) over previous 2 cycles + paid(penalty) over previous 2 cycles
remedy credit : service_credit
  pays sum(amount of loss)
  at most 100 EUR - before
remedy penalty : cash
  pays sum(fine of loss)
  at most 100 EUR - before - paid(credit)",
        "cycle 2026-03
given loss at 2026-01-10 10:00 { amount: 30 EUR, fine: 20 EUR }
given loss at 2026-02-10 10:00 { amount: 40 EUR, fine: 20 EUR }
given loss at 2026-03-10 10:00 { amount: 0 EUR, fine: 20 EUR }
expect paid(penalty) over previous cycle = 10 EUR
expect before = 100 EUR
expect paid(penalty) = 0 EUR",
    );
}

#[test]
fn of_remedies_that_exclude_each_other_only_the_greatest_was_paid() {
    holds(
        "fact loss : event { amount: money }
remedy credit : service_credit
  pays sum(amount of loss)
remedy flat : cash
  when count(loss) > 0
  pays 10 EUR
only one of credit, flat the greatest",
        "cycle 2026-04
given loss at 2026-01-10 10:00 { amount: 30 EUR }
given loss at 2026-02-10 10:00 { amount: 5 EUR }
given loss at 2026-03-10 10:00 { amount: 10 EUR }
expect paid(credit) over previous 3 cycles = 40 EUR
expect paid(flat) over previous 3 cycles = 10 EUR",
    );
}

#[test]
fn a_remedy_may_ask_whether_it_was_paid_before() {
    holds(
        "fact loss : event {}
remedy credit : service_credit
  when count(loss) > 0 and paid(credit) over previous cycle = 0 EUR
  pays min(10 EUR, 25 EUR - paid(credit) over last 12 cycles)",
        "cycle 2026-05
given loss at 2026-01-10 10:00 {}
given loss at 2026-02-10 10:00 {}
given loss at 2026-03-10 10:00 {}
given loss at 2026-04-10 10:00 {}
given loss at 2026-05-10 10:00 {}
expect paid(credit) over previous 4 cycles = 20 EUR
expect paid(credit) = 5 EUR",
    );
}

#[test]
fn what_is_left_may_be_a_definition() {
    holds(
        "fact loss : event {}
remedy credit : service_credit
  pays min(10 EUR * count(loss), left)
left = 25 EUR - paid(credit) over previous 2 cycles",
        "cycle 2026-03
given 2 of loss every 1 d from 2026-01-10 10:00 {}
given loss at 2026-02-10 10:00 {}
given loss at 2026-03-10 10:00 {}
expect paid(credit) over previous cycle = 5 EUR
expect left = 0 EUR
expect paid(credit) = 0 EUR
expect left over previous cycle = 5 EUR",
    );
}

#[test]
fn a_calendar_year_is_so_many_cycles_back() {
    holds(
        "fact loss : event {}
remedy credit : service_credit
  when count(loss) > 0
  pays 10 EUR
  at most 25 EUR - paid(credit) over previous (month_of(date(cycle.from)) - 1) cycles",
        "cycle 2026-03
given loss at 2025-11-10 10:00 {}
given loss at 2025-12-10 10:00 {}
given loss at 2026-01-10 10:00 {}
given loss at 2026-02-10 10:00 {}
given loss at 2026-03-10 10:00 {}
expect paid(credit) = 5 EUR
expect paid(credit) over history = 45 EUR",
    );
}

#[test]
fn cycles_before_this_one_are_windows_too() {
    holds(
        "fact loss : event {}
by_month = for each m in previous 3 cycles: count(loss) over m",
        "cycle 2026-05
given 2 of loss every 1 d from 2026-02-10 10:00 {}
given loss at 2026-04-10 10:00 {}
given loss at 2026-05-10 10:00 {}
expect count(loss) over previous 3 cycles = 3
expect sum(by_month) = 3
expect count(by_month) = 3
expect count(previous 0 cycles) = 0
expect (count(loss) over previous 0 cycles) is not computable
expect count(loss) over last 3 cycles = 2",
    );
}

#[test]
fn within_one_cycle_nothing_needs_itself() {
    let remedy = |terms: &str| {
        format!(
            "fact loss : event {{}}\nx = paid(credit) + 1 EUR\nremedy credit : cash\n  pays 10 EUR\n  {terms}\nclaim credit\n  closes cycle.until + 1 day"
        )
    };
    for terms in [
        "at most paid(credit)",
        "at most 10 EUR - credit",
        "at most x",
        "when x > 5 EUR",
        "at least x over previous cycle",
        "nothing unless > x",
        "rounded up to (x)",
        "at most sum(for each m in last 3 cycles: paid(credit) over m)",
        "at most (paid(credit) over previous cycle) over (cycle.until to cycle.until + 40 days)",
        "at most (x over previous cycle)",
    ] {
        assert_eq!(codes(&remedy(terms)), ["E0108"], "{terms}");
    }
    for terms in ["at most 5 EUR - paid(credit) over last 3 cycles", "when credit.closes > cycle.until"] {
        assert_eq!(codes(&remedy(terms)), Vec::<String>::new(), "{terms}");
    }
    let crossed =
        "remedy a : cash\n  pays 1 EUR\n  at most paid(b)\nremedy b : cash\n  pays 1 EUR\n  at most paid(a)";
    assert_eq!(codes(crossed), ["E0108", "E0108"]);
    let past = "remedy a : cash\n  pays 1 EUR\n  at most 3 EUR - paid(b) over previous cycle\nremedy b : cash\n  pays 1 EUR\n  at most 9 EUR - paid(a)";
    assert_eq!(codes(past), Vec::<String>::new());
}

#[test]
fn a_long_chain_of_remedies_is_refused_before_anything_is_computed() {
    let chain = |length: usize, window: &str| {
        let links = (0..length).map(|it| {
            format!("remedy r{it} : cash\n  pays 9 EUR\n  at most 5 EUR - paid(r{}){window}\n", it + 1)
        });
        links.collect::<String>() + &format!("remedy r{length} : cash\n  pays 1 EUR")
    };
    for window in ["", " over previous cycle", " over last 2 cycles"] {
        assert_eq!(codes(&chain(20, window)), Vec::<String>::new());
        assert_eq!(codes(&chain(400, window)), ["E0109"], "{window}");
    }
    let case = "cycle 2026-06\nexpect paid(r0) = 4 EUR";
    holds(&chain(1, ""), case);
    holds(&chain(29, ""), case);
}

#[test]
fn ten_years_of_days_are_carried_forward_and_more_than_1200_cycles_are_not() {
    let rules = "cycle calendar day
fact loss : event {}
remedy credit : service_credit
  pays 1 EUR
  at most 7 EUR - paid(credit) over last 10 cycles";
    let case = |first: &str, expect: &str| {
        format!("cycle 2026-06-01\ngiven loss at {first} 10:00 {{}}\nexpect {expect}")
    };
    assert_eq!(wrong("", rules, &case("2023-03-01", "paid(credit) over last 10 cycles = 7 EUR")), "");
    assert_eq!(wrong("", rules, &case("2022-03-01", "paid(credit) is not computable")), "");
    assert_eq!(
        wrong("", rules, &case("2026-05-01", "paid(credit) over last 1201 cycles is not computable")),
        ""
    );
    assert_eq!(
        wrong("", rules, &case("2026-05-01", "paid(credit) over last 0 cycles is not computable")),
        ""
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_rolling_cap_is_that_of_a_plain_loop(
        losses in prop::collection::vec(0..9_000_i64, 1..16),
        cap in 0..20_000_i64,
        cycles in 1..8_usize,
    ) {
        let mut paid: Vec<i64> = Vec::new();
        for loss in &losses {
            let before: i64 = paid.iter().rev().take(cycles - 1).sum();
            // A third of the loss in cents, half up, after the cap.
            let capped = (*loss).min(3 * (cap - before).max(0));
            paid.push((2 * capped + 3) / 6);
        }
        let month = |at: usize| format!("{}-{:02}", 2025 + at / 12, at % 12 + 1);
        let given: String = losses.iter().enumerate().map(|(at, it)| {
            format!("given loss at {}-10 10:00 {{ amount: {}.{:02} EUR }}\n", month(at), it / 100, it % 100)
        }).collect();
        let rules = format!("cycle calendar month
fact loss : event {{ amount: money }}
remedy credit : service_credit
  pays sum(amount of loss) / 3
  at most {}.{:02} EUR - paid(credit) over last {cycles} cycles", cap / 100, cap % 100);
        let last = paid.len() - 1;
        let all: i64 = paid.iter().sum();
        let case = format!(
            "cycle {}\n{given}expect paid(credit) = {}.{:02} EUR\nexpect paid(credit) over history = {}.{:02} EUR",
            month(last), paid[last] / 100, paid[last] % 100, all / 100, all % 100,
        );
        let found = wrong("", &rules, &case);
        prop_assert!(found.is_empty(), "{}", found);
    }
}
