//! Records that are still open: no number is made up of their end, and comparisons say what is certain already.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

mod support;

use diagnostic::{Bilingual, Lang, render};
use settle::{Inputs, Settlement};

use support::{Case, word};

/// Runs a case of June; whatever does not come out as expected.
fn wrong(rules: &str, lines: &str) -> String {
    let text = format!(
        "---\nid: open\nversion: \"1\"\nzone: UTC\ncurrency: EUR\nrounding: half_up\n---\n# Open\n```sla\ncycle calendar month\n{rules}\n```\n\n```example\n\"case\"\ncycle 2026-06\n{lines}\n```\n"
    );
    let (contract, problems) = language::read("open.md", &text);
    let Some(contract) = contract else {
        return problems.iter().map(|it| render(it, Some(&text), Lang::En)).collect();
    };
    let results = settle::examples(&contract);
    results.iter().flat_map(|it| &it.failures).map(|it| render(it, Some(&text), Lang::En)).collect()
}

#[track_caller]
fn holds(rules: &str, lines: &str) {
    assert_eq!(wrong(rules, lines), "");
}

/// Two tickets of one and of two hours, one that nobody answered since the 20th.
const THREE: &str = "given ticket 2026-06-10 10:00 to 2026-06-10 11:00 {}
given ticket 2026-06-11 10:00 to 2026-06-11 12:00 {}
given ticket 2026-06-20 00:00 {}
";

/// June with these rules and NDJSON lines of tickets, as of a moment.
fn settle(rules: &str, tickets: &[(&str, Option<&str>)], as_of: Option<&str>) -> Settlement {
    let line = |(from, until): &(&str, Option<&str>)| {
        let until = until.map(|it| format!(",\"until\":\"{it}\"")).unwrap_or_default();
        format!("{{\"fact\":\"ticket\",\"from\":\"{from}\"{until}}}\n")
    };
    let as_of = as_of.map(|it| calendar::parse_instant(it).unwrap());
    Case {
        rules: format!("fact ticket : request {{}}\n{rules}"),
        evidence: tickets.iter().map(line).collect(),
        cycle: "2026-06".to_owned(),
        inputs: Inputs { as_of, ..Inputs::default() },
        ..Case::default()
    }
    .settle()
}

#[test]
fn no_number_is_made_of_an_end_that_has_not_come() {
    holds(
        "fact ticket : request {}\nwait of ticket = until - from\nlengths = for each t in ticket: t.full_length",
        &format!(
            "{THREE}expect mean(full_length of ticket) is no data
expect sum(length of ticket) is no data
expect sum(wait of ticket) is no data
expect max(wait of ticket) is no data
expect percentile(67, full_length of ticket) is no data
expect last(full_length of ticket) is no data
expect last(until of ticket) is no data
expect max(until of ticket) is no data
expect max(lengths) is no data
expect mean(lengths) is no data
expect last(ticket).full_length is no data
expect last(full_length of ticket) - 1 h is no data
expect last(full_length of ticket) / 1 h is no data
expect 1 h / last(full_length of ticket) is no data
expect last(full_length of ticket) - last(full_length of ticket) is no data
expect abs(last(full_length of ticket)) is no data
expect round_up(last(full_length of ticket), 1 h) is no data
expect date(last(until of ticket)) is no data
expect month_of(date(last(until of ticket))) is no data
expect max(full_length of ticket) * 2 EUR / 1 h is no data
expect count(values(full_length of ticket)) = 2
expect count(known(lengths)) = 2
expect count(lengths) = 3
expect max(full_length of ticket where until < 2026-06-15) = 2 h"
        ),
    );
}

#[test]
fn a_value_is_known_where_it_is_the_same_however_long_the_open_ones_last() {
    holds(
        "fact ticket : request {}",
        &format!(
            "{THREE}expect min(full_length of ticket) = 1 h
expect percentile(33, full_length of ticket) = 1 h
expect percentile(50, full_length of ticket) = 2 h
expect percentile(66, full_length of ticket) = 2 h
expect min(until of ticket) = 2026-06-10 11:00
expect first(full_length of ticket) = 1 h
expect min(last(full_length of ticket), 8 h) = 8 h
expect min(12 d, last(full_length of ticket)) is no data
expect last(full_length of ticket) * 0 = 0 h
expect sum(min(full_length, 4 h) of ticket) = 7 h"
        ),
    );
    // Half an hour old, it may yet turn out the shortest.
    holds(
        "fact ticket : request {}",
        "given ticket 2026-06-10 10:00 to 2026-06-10 11:00 {}
given ticket 2026-06-30 23:30 {}
expect min(full_length of ticket) is no data
expect percentile(50, full_length of ticket) is no data",
    );
}

#[test]
fn comparisons_go_on_counting_an_open_request_once_its_time_is_over() {
    holds(
        "fact ticket : request {}
late of ticket = until > from + 4 h
points of ticket = ladder full_length {
  < 4 h: 0
  [4 h, 10 d): 1
  >= 10 d: 5
  }",
        &format!(
            "{THREE}expect count(ticket where late) = 1
expect share(not late of ticket) = 2/3
expect count(ticket where full_length > 10 d) = 1
expect count(ticket where not (full_length <= 10 d)) = 1
expect count(ticket where full_length = 5 h) = 0
expect count(ticket where full_length != 5 h) = 3
expect count(ticket where 4 h < full_length) = 1
expect count(ticket where full_length in [0 h, 4 h]) = 2
expect count(ticket where full_length in (1 h, 2 h)) = 2
expect count(ticket where until - from - 30 min > 4 h) = 1
expect count(ticket where from - until < -4 h) = 1
expect count(ticket where 4 h - full_length < 0 h) = 1
expect count(ticket where -full_length < -4 h) = 1
expect count(ticket where full_length / 1 h > 4) = 1
expect count(ticket where 2 * full_length > 8 h) = 1
expect count(ticket where round_up(full_length, 1 h) > 4 h) = 1
expect count(ticket where abs(full_length) > 4 h) = 1
expect count(ticket where max(full_length, 3 h) > 4 h) = 1
expect count(ticket where until + 1 h > from + 5 h) = 1
expect count(ticket where end_of_day(date(until)) > from + 3 d) = 1
expect count(ticket where date(until) > 2026-06-25) = 1
expect count(ticket lasting > 4 h) = 1
expect count(ticket where until in cycle) = 2
expect count(ticket where until in (from to from + 4 h)) = 2
expect sum(points of ticket) = 5
expect max(full_length of ticket) > 4 h
expect mean(full_length of ticket) > 3 d
expect not (percentile(95, full_length of ticket) <= 4 h)
expect max(until of ticket) >= cycle.until
expect for any t in ticket: t.full_length > 4 h"
        ),
    );
}

#[test]
fn what_an_open_request_may_still_decide_is_provisional() {
    holds(
        "fact ticket : request { n: number? }\nlate = ticket where until > from + 4 h",
        "given ticket 2026-06-10 10:00 to 2026-06-10 11:00 { n: 5 }
given ticket 2026-06-30 20:01 {}
expect count(late) is provisional
expect share(until <= from + 4 h of ticket) is provisional
expect count(ticket where full_length > 4 h) is provisional
expect count(ticket lasting > 4 h) is provisional
expect count(ticket where until in (from to from + 4 h)) is provisional
expect count(ticket where from < 2026-06-15 and until > from + 4 h) = 0
expect count(ticket where (from > 2026-06-15 or until > from + 4 h)) = 1
expect count(ticket where (n > 3 or until > from + 4 h)) is provisional
expect (count(late) or 0 when none) is provisional
expect max(full_length of ticket) > 3 h
expect max(full_length of ticket) > 4 h is provisional
expect mean(full_length of ticket) > 2 h
expect first(until of ticket) < last(until of ticket)",
    );
}

#[test]
fn a_moment_later_than_the_cycle_decides_more_and_one_within_it_less() {
    let rules = "level in_time = share(until <= from + 4 h of ticket)\npromise p: in_time >= 90%";
    let tickets = [("2026-06-10T10:00:00Z", Some("2026-06-10T11:00:00Z")), ("2026-06-30T22:00:00Z", None)];
    let words = |as_of| {
        let settled = settle(rules, &tickets, as_of);
        [word(&settled, "in_time"), word(&settled, "p")]
    };
    assert_eq!(words(None), ["provisional", "provisional"]);
    assert_eq!(words(Some("2026-07-01T01:59:59Z")), ["provisional", "provisional"]);
    assert_eq!(words(Some("2026-07-01T02:00:00Z")), ["1/2", "breached"]);
    assert_eq!(words(Some("2026-06-30T23:00:00Z")), ["provisional", "provisional"]);
}

#[test]
fn a_promise_that_is_certainly_broken_is_broken_while_its_level_has_no_number() {
    let rules = "level longest = max(full_length of ticket)\npromise quick: longest <= 4 h\npromise patient: longest <= 60 d
remedy late_fee : service_credit\n  when quick breached\n  pays 1 EUR * (longest / 1 h)
remedy flat_fee : service_credit\n  when quick breached\n  pays min(1 EUR * (longest / 1 h), 20 EUR)";
    let settled = settle(rules, &[("2026-06-20T00:00:00Z", None), ("2026-06-25T00:00:00Z", None)], None);
    let found = ["longest", "quick", "patient", "late_fee", "flat_fee"].map(|it| word(&settled, it));
    assert_eq!(found, ["no_data", "breached", "provisional", "no_data", "due 20.00 EUR"]);
    let why = settled.levels[0].value.as_ref().unwrap_err().reason.clone();
    assert_eq!(
        why,
        Bilingual::new(
            "2 requests are still open; so far it is more than 11 d",
            "有 2 个请求仍未结束；目前已超过 11 天"
        )
    );
    let patient = settled.promises.iter().find(|it| it.name == "patient").unwrap();
    assert_eq!(
        patient.reason.as_ref().unwrap().reason,
        Bilingual::new("not decided yet: 2 requests are still open", "尚无定论：有 2 个请求仍未结束")
    );
}

#[test]
fn a_contract_may_say_what_an_open_end_counts_as() {
    holds(
        "fact ticket : request {}\nended of ticket = until or cycle.until when none",
        &format!(
            "{THREE}expect count(ticket where until is no data) = 1
expect last(until of ticket) is no data
expect max(ended - from of ticket) = 11 d
expect (max(full_length of ticket) or 5 d when none) = 5 d"
        ),
    );
}

#[test]
fn what_lasts_is_longer_than_any_length_and_its_part_in_the_window_is_a_number() {
    holds(
        "fact outage : span {}",
        "given outage 2026-06-10 10:00 to 2026-06-10 11:00 {}
given outage 2026-06-30 23:59 {}
expect sum(length of outage) = 1 h 1 min
expect length(outage) = 1 h 1 min
expect length(outage lasting >= 2 min) = 1 h 1 min
expect count(outage where full_length > 30 d) = 1
expect count(outage where until <= cycle.until) = 1
expect max(full_length of outage) is no data
expect max(full_length of outage) > 30 d
expect last(until of outage) is no data
expect (last(until of outage) in cycle) = false",
    );
}

#[test]
fn a_request_of_a_later_cycle_leaves_nothing_undecided() {
    holds(
        "fact ticket : request {}\nlong = ticket where full_length > 4 h",
        "given ticket 2026-06-10 10:00 to 2026-06-10 15:00 {}
given ticket 2026-07-02 10:00 {}
expect length(long) = 5 h
expect count(long) = 1",
    );
}

#[test]
fn time_so_far_is_a_number_and_goes_no_further_than_what_is_known() {
    let rules =
        "office = hours every day 08:00..18:00\nlevel worked = sum(elapsed(from, until of office) of ticket)
level covered = length(ticket)\nlevel own = sum(length((from to until)) of ticket)";
    let words = |as_of| {
        let settled = settle(rules, &[("2026-06-29T12:00:00Z", None)], as_of);
        ["worked", "covered", "own"].map(|it| word(&settled, it))
    };
    assert_eq!(words(None), ["57600/1", "129600/1", "129600/1"]);
    assert_eq!(words(Some("2026-07-09T00:00:00Z"))[0], "57600/1");
    assert_eq!(words(Some("2026-06-29T20:00:00Z"))[0], "21600/1");
}

#[test]
fn a_claim_window_of_an_open_request_has_no_dates_yet() {
    let rules = "remedy sorry : apology\n  pays 1 EUR\nclaim sorry\n  opens until\n  closes until + 30 days\n  per ticket";
    let settled = settle(rules, &[("2026-06-20T00:00:00Z", None)], None);
    assert_eq!(settled.claims.len(), 1);
    let closes = settled.claims[0].closes.clone().unwrap();
    for edge in [&settled.claims[0].opens, &closes] {
        assert_eq!(edge.as_ref().unwrap_err().reason.en, "1 request is still open");
    }
}

#[test]
fn a_window_without_beginning_has_no_length_to_show() {
    holds(
        "fact ticket : request {}",
        &format!(
            "{THREE}expect history.until - history.from is no data
expect history.from < 1900-01-01
expect count(ticket over (history.from to cycle.until)) = 3"
        ),
    );
}

#[test]
fn a_record_without_the_key_is_a_row_of_its_own() {
    holds(
        "fact receipt : event { message: text?, part: number?, ok: truth }
latest = receipt distinct by (message)",
        "given receipt at 2026-06-10 10:00 { message: \"a\", part: 1, ok: false }
given receipt at 2026-06-10 10:01 { message: \"a\", part: 1, ok: true }
given receipt at 2026-06-10 10:02 { ok: false }
given receipt at 2026-06-10 10:03 { ok: false }
given receipt at 2026-06-10 10:04 { message: \"b\", ok: true }
given receipt at 2026-06-10 10:05 { message: \"b\", ok: true }
expect count(latest) = 4
expect share(ok of latest) = 50%
expect first(latest).at = 2026-06-10 10:01
expect count(receipt distinct by (message, part)) = 5
expect count(receipt distinct by (ok)) = 2",
    );
}

#[test]
fn keys_that_look_alike_are_told_apart() {
    holds(
        "fact sample : event { n: number }",
        "given sample at 2026-06-10 10:00 { n: 1.00000000000000000000000001 }
given sample at 2026-06-10 10:01 { n: 1.00000000000000000000000002 }
given sample at 2026-06-10 10:02 { n: 1.00000000000000000000000001 }
expect count(sample distinct by (n)) = 2",
    );
}

#[test]
fn open_requests_have_no_common_end() {
    holds(
        "fact ticket : request {}",
        "given ticket of \"a\" 2026-06-10 10:00 {}
given ticket of \"b\" 2026-06-10 10:00 {}
expect count(ticket distinct by (until)) = 2
expect count(ticket distinct by (from)) = 1",
    );
}
