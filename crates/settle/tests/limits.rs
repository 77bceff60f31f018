//! Limits are told: a value that is not computable and says why, or a refusal with a code. None is applied in silence.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

mod support;

use std::fmt::Write;

use settle::Settlement;

use support::{Case, word};

const DAY: &str = "cycle calendar day\nfact outage : span {}\nfact check : event { n: number }\n";

/// A day with these rules and one outage of an hour.
fn settle(rules: &str) -> Settlement {
    let evidence =
        "{\"fact\":\"outage\",\"from\":\"2026-10-05T10:00:00Z\",\"until\":\"2026-10-05T11:00:00Z\"}\n";
    Case {
        rules: format!("{DAY}{rules}"),
        evidence: evidence.to_owned(),
        cycle: "2026-10-05".to_owned(),
        ..Case::default()
    }
    .settle()
}

/// Why a level has no value.
fn why(settled: &Settlement, name: &str) -> String {
    let level = settled.levels.iter().find(|it| it.name == name).unwrap();
    let absent = level.value.as_ref().unwrap_err();
    assert_eq!(settle::absent::status_word(absent.status), "not_computable");
    assert!(!absent.reason.zh.is_empty());
    absent.reason.en.clone()
}

/// What is wrong with a contract of these rules.
fn codes(rules: &str) -> Vec<String> {
    let text = format!(
        "---\nid: l\nversion: \"1\"\nzone: UTC\ncurrency: EUR\nrounding: half_up\n---\n# 1\n\n```sla\n{DAY}{rules}\n```\n"
    );
    let (contract, found) = language::read("l.md", &text);
    let errors: Vec<String> = found
        .iter()
        .filter(|it| it.severity == diagnostic::Severity::Error)
        .map(|it| it.code.to_string())
        .collect();
    assert_eq!(contract.is_none(), !errors.is_empty());
    errors
}

#[test]
fn more_steps_than_there_is_fuel_for_are_refused() {
    let mut evidence = String::new();
    let clock = |at: u32| format!("2026-10-05T{:02}:{:02}:{:02}Z", at / 3600, at / 60 % 60, at % 60);
    for at in 0..20_000 {
        let (fact, from, until) = (["outage", "pause"][at as usize % 2], clock(at * 4), clock(at * 4 + 1));
        writeln!(evidence, "{{\"fact\":\"{fact}\",\"from\":\"{from}\",\"until\":\"{until}\"}}").unwrap();
    }
    // Each of 10 800 slices joins 10 000 runs with 10 000 others.
    let rules = format!(
        "{DAY}fact pause : span {{}}\nlevel modest = length(outage or pause)\nlevel greedy = sum(for each 8 s of cycle: length(outage or pause))\nlevel later = 1 + 1"
    );
    let settled = Case { rules, evidence, cycle: "2026-10-05".to_owned(), ..Case::default() }.settle();
    assert_eq!(word(&settled, "modest"), "20000/1");
    assert!(why(&settled, "greedy").contains("more than 200000000 steps"));
    assert!(why(&settled, "later").contains("more than 200000000 steps"));
}

#[test]
fn a_grid_of_more_than_five_million_slices_is_refused() {
    let settled = settle(
        "level fine = count(for each 1 s of cycle: length(outage))\nlevel too_fine = count(for each 10 ms of cycle: length(outage))\nlevel too_fine_too = length(slices 1 us of cycle where length(outage) > 0 s)",
    );
    assert_eq!(word(&settled, "fine"), "86400/1");
    assert!(why(&settled, "too_fine").contains("more than 5000000 slices"));
    assert!(why(&settled, "too_fine_too").contains("more than 5000000 slices"));
}

#[test]
fn a_number_of_more_than_4096_bits_is_refused_and_no_default_hides_it() {
    let mut rules = "s0 = length(outage) / 7 h\n".to_owned();
    for at in 0..12 {
        writeln!(rules, "s{} = s{at} * s{at}", at + 1).unwrap();
    }
    // The denominator of s10 is 7 to the power of 1024, 2875 bits; that of s11 has twice as many.
    let settled = settle(&format!(
        "{rules}level fits = s10\nlevel large = s11\nlevel larger = s12 or 100% when none\npromise p: s12 >= 1\nremedy credit : cash\n  when s0 < 1\n  pays s11 of 100.00 EUR"
    ));
    assert_eq!(word(&settled, "fits"), format!("1/{}", power_of_seven(1024)));
    assert!(why(&settled, "large").contains("more than 4096 bits"));
    assert!(why(&settled, "larger").contains("more than 4096 bits"));
    assert_eq!(
        (word(&settled, "p"), word(&settled, "credit")),
        ("not_computable".to_owned(), "not_computable".to_owned())
    );
}

fn power_of_seven(exponent: u32) -> String {
    num_bigint::BigInt::from(7).pow(exponent).to_string()
}

#[test]
fn deep_expressions_and_long_chains_are_refused_before_anything_is_computed() {
    let nested = |depth: usize| format!("level x = {}1{}", "(1 + ".repeat(depth), ")".repeat(depth));
    assert_eq!(codes(&nested(20)), Vec::<String>::new());
    assert_eq!(codes(&nested(10_000)), ["E0005"]);
    assert_eq!(codes(&format!("level x = 1{}", " + 1".repeat(10_000))), ["E0005"]);
    let chain = |length: usize| {
        (0..length).map(|at| format!("d{at} = d{} + 1\n", at + 1)).collect::<String>()
            + &format!("d{length} = 1\nlevel x = d0")
    };
    assert_eq!(codes(&chain(40)), Vec::<String>::new());
    assert!(codes(&chain(500)).contains(&"E0109".to_owned()));
    let circle = codes("a = b + 1\nb = c + 1\nc = a + 1");
    assert!(circle.contains(&"E0108".to_owned()), "{circle:?}");
}

#[test]
fn a_chain_at_its_limit_is_still_computed() {
    let length = 60;
    let chain: String = (0..length).map(|at| format!("d{at} = d{} + 1\n", at + 1)).collect();
    assert_eq!(word(&settle(&format!("{chain}d{length} = 1\nlevel x = d0")), "x"), "61/1");
}

#[test]
fn division_by_zero_is_not_computable_and_a_default_may_take_its_place() {
    let settled = settle(
        "ratio = count(check where n > 1) / count(check)\nlevel bare = ratio\nlevel caught = ratio or 100% when none\nlevel by_zero = 1 / 0
level zero_by_zero = 0 / 0 or 1 when none\npromise p: ratio >= 99%\nremedy credit : cash\n  when ratio < 99%\n  pays 5.00 EUR",
    );
    assert!(why(&settled, "bare").contains("divides by zero"));
    assert!(why(&settled, "by_zero").contains("`1 / 0` divides by zero"));
    assert_eq!(
        (word(&settled, "caught"), word(&settled, "zero_by_zero")),
        ("1/1".to_owned(), "1/1".to_owned())
    );
    assert_eq!(
        (word(&settled, "p"), word(&settled, "credit")),
        ("not_computable".to_owned(), "not_computable".to_owned())
    );
}

#[test]
fn a_default_does_not_catch_what_the_text_leaves_out() {
    let settled = settle(
        "param x : number\nlevel missing = x or 1 when none\nlevel hole = (ladder 5 { > 6: 1 }) or 1 when none\nlevel torn = (ladder 5 {\n  > 1: 1\n  > 2: 2\n  }) or 1 when none",
    );
    let words = ["missing", "hole", "torn"].map(|it| word(&settled, it));
    assert_eq!(words, ["not_computable", "no_row", "ambiguous"]);
}

#[test]
fn rounding_to_nothing_is_not_computable() {
    let settled = settle(
        "level x = round(length(outage), length(outage) - 1 h)\nremedy credit : cash\n  pays 5.00 EUR\n  rounded half_up to (5.00 EUR * (length(outage) / 1 h - 1))",
    );
    assert!(why(&settled, "x").contains("divides by zero"), "{}", why(&settled, "x"));
    assert_eq!(word(&settled, "credit"), "not_computable");
}

#[test]
fn more_than_1200_cycles_are_not_looked_back_over() {
    let settled = settle(
        "level some = count(for each d in last 1200 cycles: length(outage) over d)\nlevel many = count(for each d in last 1201 cycles: length(outage) over d)\nlevel none_at_all = length(outage) over last (1 - 1) cycles",
    );
    assert_eq!(word(&settled, "some"), "1200/1");
    assert!(why(&settled, "many").contains("between 1 and 1200"));
    assert!(why(&settled, "none_at_all").contains("between 1 and 1200"));
}

#[test]
fn what_is_finer_than_a_nanosecond_or_beyond_the_years_is_refused() {
    let settled = settle(
        "level fine = length((outage or outage) lasting >= 1 s / 3)\nlevel far = (cycle.until + 1000 years) - cycle.until\nlevel farther = (cycle.until + 100000000000 h) - cycle.until",
    );
    assert!(why(&settled, "fine").contains("finer than a nanosecond"));
    assert!(why(&settled, "far").contains("outside the years"));
    assert!(why(&settled, "farther").contains("outside the years"));
}

#[test]
fn an_example_line_states_a_million_records_at_most() {
    let outcome = |times: &str| {
        let text = format!(
            "---\nid: l\nversion: \"1\"\nzone: UTC\n---\n# 1\n\n```sla\n{DAY}level seen = count(check)\n```\n```example\n\"many\"\ncycle 2026-10-05\ngiven {times} of check every 1 ms from 2026-10-05 00:00 {{ n: 1 }}\nexpect seen = {times}\n```\n"
        );
        let contract = language::read("l.md", &text).0.unwrap();
        let result = settle::examples(&contract).pop().unwrap();
        (result.passed(), result.failures.first().map(|it| it.message.en.clone()).unwrap_or_default())
    };
    assert_eq!(outcome("100000"), (true, String::new()));
    assert_eq!(
        outcome("1000001"),
        (false, format!("an example may state {} records", settle::example::RECORDS_MAX))
    );
}

#[test]
fn numbers_of_28_digits_add_up_exactly() {
    let line = |n: &str| format!("{{\"fact\":\"check\",\"at\":\"2026-10-05T10:00:00Z\",\"n\":\"{n}\"}}\n");
    let evidence = line("0.123456789012345678901234567")
        + &line("9999999999999999999999999999")
        + &line("-9999999999999999999999999999");
    let settled = Case {
        rules: format!("{DAY}level all = sum(n of check)"),
        evidence,
        cycle: "2026-10-05".to_owned(),
        ..Case::default()
    }
    .settle();
    assert_eq!(
        settled.levels[0].value.as_ref().unwrap().value.exact_decimal().unwrap(),
        "0.123456789012345678901234567"
    );
}
