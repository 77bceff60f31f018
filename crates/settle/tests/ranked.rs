//! Rows in an order of their own: the longest, the dearest, the first so many, and all but these.

use diagnostic::{Lang, render};
use proptest::prelude::*;

const FRONT: &str =
    "---\nid: ranked\nversion: \"1\"\nzone: UTC\ncurrency: EUR\nrounding: half_up\n---\n# Ranked\n";

/// Reads a contract of these rules and runs this case; whatever does not come out as expected.
fn wrong(rules: &str, case: &str) -> String {
    let text =
        format!("{FRONT}```sla\ncycle calendar month\n{rules}\n```\n\n```example\n\"case\"\n{case}\n```\n");
    let (contract, problems) = language::read("ranked.md", &text);
    let Some(contract) = contract else {
        return problems.iter().map(|it| render(it, Some(&text), Lang::En)).collect();
    };
    let results = settle::examples(&contract);
    results.iter().flat_map(|it| &it.failures).map(|it| render(it, Some(&text), Lang::En)).collect()
}

#[track_caller]
fn holds(rules: &str, case: &str) {
    assert_eq!(wrong(rules, case), "");
}

const OUTAGES: &str = "
fact outage : span { cause: dns | power }
by_length = outage ordered by full_length descending";

#[test]
fn the_greatest_come_first_when_descending_and_the_least_otherwise() {
    holds(
        OUTAGES,
        "cycle 2026-06
given outage 2026-06-01 10:00 to 2026-06-01 11:00 { cause: dns }
given outage 2026-06-02 10:00 to 2026-06-02 13:00 { cause: power }
given outage 2026-06-03 10:00 to 2026-06-03 12:00 { cause: dns }
expect first(full_length of by_length) = 3 h
expect last(full_length of by_length) = 1 h
expect first(by_length).from = 2026-06-02 10:00
expect sum(length of first(2, by_length)) = 5 h
expect sum(length of last(2, by_length)) = 3 h
expect first(full_length of outage ordered by full_length ascending) = 1 h
expect first(full_length of outage ordered by full_length) = 1 h
expect first(from of outage ordered by from descending) = 2026-06-03 10:00
expect (carry n from 0 for each o in by_length: n * 10 + o.full_length / 1 h) = 321
expect (carry n from 0 for each o in outage ordered by full_length: n * 10 + o.full_length / 1 h) = 123
expect first(for each o in outage where cause = dns ordered by full_length descending: o.full_length) = 2 h
expect count(first(9, by_length)) = 3
expect count(first(0, by_length)) = 0",
    );
}

#[test]
fn an_order_stands_after_a_filter_and_before_one() {
    holds(
        OUTAGES,
        "cycle 2026-06
given outage 2026-06-01 10:00 to 2026-06-01 11:00 { cause: dns }
given outage 2026-06-02 10:00 to 2026-06-02 13:00 { cause: power }
given outage 2026-06-03 10:00 to 2026-06-03 12:00 { cause: dns }
expect sum(length of first(1, outage where cause = dns ordered by full_length descending)) = 2 h
expect sum(length of first(1, outage ordered by full_length descending where cause = dns)) = 2 h
expect sum(length of first(1, outage lasting < 2 h ordered by full_length descending)) = 1 h
expect sum(length of first(1, by_length where cause = dns)) = 2 h
expect sum(length of outage except first(1, outage ordered by full_length descending)) = 3 h
expect sum(length of first(1, outage except outage where cause = power ordered by full_length descending)) = 2 h",
    );
}

#[test]
fn equal_rows_stand_in_the_order_of_from_then_subject() {
    holds(
        "fact item : event { price: money }
dearest = item ordered by price descending",
        "cycle 2026-06
given item of \"c\" at 2026-06-02 10:00 { price: 5 EUR }
given item of \"b\" at 2026-06-01 10:00 { price: 5 EUR }
given item of \"a\" at 2026-06-02 10:00 { price: 5 EUR }
given item of \"d\" at 2026-06-09 10:00 { price: 6 EUR }
expect first(subject of dearest) = \"d\"
expect last(subject of first(2, dearest)) = \"b\"
expect last(subject of first(3, dearest)) = \"a\"
expect last(subject of dearest) = \"c\"
expect first(subject of item ordered by price) = \"b\"",
    );
}

#[test]
fn where_a_row_has_no_key_there_is_no_order() {
    holds(
        "fact item : event { price: money? }
dearest = first(1, item ordered by price descending)
known_first = first(1, item ordered by (price or 0 EUR when none) descending)",
        "cycle 2026-06
given item at 2026-06-02 10:00 { price: 5 EUR }
given item at 2026-06-03 10:00 {}
expect count(dearest) is no data
expect sum(price of known_first) = 5 EUR",
    );
}

#[test]
fn the_longest_are_left_out_as_time_as_records_and_as_an_exclusion() {
    holds(
        "fact outage : span {}
longest = first(2, outage ordered by length descending)
exclusion spared : longest
left_of_time = length(outage - longest)
left_of_records = length(outage except longest)
counted = length(outage - excluded)",
        "cycle 2026-06
given outage 2026-06-01 10:00 to 2026-06-01 14:00 {}
given outage 2026-06-01 13:00 to 2026-06-01 15:00 {}
given outage 2026-06-02 10:00 to 2026-06-02 13:00 {}
expect left_of_time = 1 h
expect left_of_records = 2 h
expect counted = 1 h",
    );
}

#[test]
fn events_and_requests_are_left_out_one_by_one() {
    holds(
        "fact ticket : request {}
slowest = first(1, ticket ordered by full_length descending)
exclusion spared : slowest
rest = ticket except slowest",
        "cycle 2026-06
given ticket 2026-06-01 10:00 to 2026-06-01 14:00 {}
given ticket 2026-06-01 10:00 to 2026-06-01 11:00 {}
given ticket 2026-06-01 10:00 to 2026-06-01 12:00 {}
expect max(full_length of rest) = 2 h
expect count(ticket - excluded) = 2
expect max(full_length of ticket - excluded) = 2 h",
    );
}

#[test]
fn an_order_is_that_of_the_window_it_is_asked_in() {
    holds(
        "fact outage : span {}
worst = sum(length of first(1, outage ordered by length descending))
by_week = for each part in split(cycle, 10 days): worst over part",
        "cycle 2026-06
given outage 2026-05-31 12:00 to 2026-06-01 01:00 {}
given outage 2026-06-02 10:00 to 2026-06-02 13:00 {}
given outage 2026-06-12 10:00 to 2026-06-12 11:00 {}
expect worst = 3 h
expect worst over previous cycle = 12 h
expect sum(by_week) = 4 h
expect first(full_length of outage ordered by full_length descending) = 13 h",
    );
}

#[test]
fn what_still_lasts_is_longer_than_all_that_ended() {
    holds(
        OUTAGES,
        "cycle 2026-06
given outage 2026-06-02 10:00 { cause: dns }
given outage 2026-06-01 10:00 to 2026-06-01 11:00 { cause: dns }
given outage 2026-06-03 10:00 { cause: power }
expect first(from of by_length) = 2026-06-02 10:00
expect first(from of last(2, by_length)) = 2026-06-03 10:00
expect last(from of by_length) = 2026-06-01 10:00
expect first(from of outage ordered by full_length) = 2026-06-01 10:00",
    );
}

#[test]
fn runs_have_an_order_too_and_streaks_follow_time_whatever_the_order() {
    holds(
        "fact outage : span {}
fact check : event { ok: truth, n: number }
rest = runs(outage) except first(1, runs(outage) ordered by length descending)",
        "cycle 2026-06
given outage 2026-06-01 10:00 to 2026-06-01 14:00 {}
given outage 2026-06-02 10:00 to 2026-06-02 11:00 {}
given check at 2026-06-03 10:00 { ok: false, n: 1 }
given check at 2026-06-03 10:05 { ok: false, n: 3 }
given check at 2026-06-03 10:10 { ok: true, n: 2 }
expect sum(length of rest) = 1 h
expect length(streak(2, not ok of check ordered by n)) = 10 min
expect length(streak(2, not ok of first(3, check ordered by n))) = 10 min
expect length(held(not ok of first(3, check ordered by n))) = 10 min",
    );
}

/// Start in minutes of the month, length in minutes, subject.
fn records() -> impl Strategy<Value = Vec<(u32, u32, u8)>> {
    let all = prop::collection::btree_set((0..40_u32, 1..6_u32, 0..3_u8), 0..9);
    all.prop_map(|it| it.into_iter().collect::<Vec<_>>()).prop_shuffle()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_first_and_the_rest_are_those_of_a_plain_sort(records in records(), count in 0..10_usize, down: bool) {
        let mut sorted = records.clone();
        sorted.sort_by_key(|(from, length, subject)| {
            let length = i64::from(*length);
            (if down { -length } else { length }, *from, *subject)
        });
        let code = |all: &[(u32, u32, u8)]| all.iter().fold(0, |sum, it| (sum * 31 + u64::from(it.0 * 3) + u64::from(it.2)) % 100_003);
        let (first, rest) = sorted.split_at(count.min(sorted.len()));
        let given: String = records.iter().map(|(from, length, subject)| {
            let at = |minute: u32| format!("2026-06-01 {:02}:{:02}", minute / 60, minute % 60);
            format!("given ticket of \"s{subject}\" {} to {} {{ code: {} }}\n", at(*from), at(from + length), from * 3 + u32::from(*subject))
        }).collect();
        let word = if down { "descending" } else { "ascending" };
        let folded = |rows: &str| format!("(carry sum from 0 for each t in ({rows}): sum * 31 + t.code - 100003 * round_down((sum * 31 + t.code) / 100003, 1))");
        let ranked = format!("ticket ordered by full_length {word}");
        let case = format!(
            "cycle 2026-06\n{given}expect {} = {}\nexpect {} = {}",
            folded(&format!("first({count}, {ranked})")), code(first),
            folded(&format!("{ranked} except first({count}, {ranked})")), code(rest),
        );
        let found = wrong("fact ticket : request { code: number }", &case);
        prop_assert!(found.is_empty(), "{}", found);
    }
}
