//! Forms of the language where one thing is measured beside another: clocks, windows, records within records.

use diagnostic::{Lang, render};

const FRONT: &str =
    "---\nid: forms\nversion: \"1\"\nzone: Europe/London\ncurrency: EUR\nrounding: half_up\n---\n# Forms\n";

/// Reads a contract of these rules and runs these cases; whatever does not come out as expected.
fn wrong(rules: &str, cases: &str) -> String {
    let text =
        format!("{FRONT}```sla\ncycle calendar month\n{rules}\n```\n\n```example\n\"case\"\n{cases}\n```\n");
    let (contract, problems) = language::read("forms.md", &text);
    let Some(contract) = contract else {
        return problems.iter().map(|it| render(it, Some(&text), Lang::En)).collect();
    };
    let results = settle::examples(&contract);
    results.iter().flat_map(|it| &it.failures).map(|it| render(it, Some(&text), Lang::En)).collect()
}

#[track_caller]
fn holds(rules: &str, cases: &str) {
    assert_eq!(wrong(rules, cases), "");
}

#[test]
fn a_case_that_is_not_so_is_reported() {
    assert!(wrong("fact down : span {}", "cycle 2026-06\nexpect length(down) = 1 s").contains("found 0 s"));
}

const DESK: &str = "
fact ticket : request { line: text }
fact pause : span { line: text }
office = hours Mon..Fri 09:00..17:00
due of ticket = from + 4 h of (office - (pause where line = this.line))
spent of ticket = elapsed(from, until of office - (pause where line = this.line))";

#[test]
fn each_record_sees_its_own_pauses() {
    holds(
        DESK,
        "cycle 2026-06
given ticket 2026-06-09 09:00 to 2026-06-09 15:00 { line: \"a\" }
given ticket 2026-06-10 09:00 to 2026-06-10 15:00 { line: \"b\" }
given pause 2026-06-09 10:00 to 2026-06-09 11:00 { line: \"a\" }
given pause 2026-06-10 10:00 to 2026-06-10 10:30 { line: \"b\" }
given pause 2026-06-09 11:00 to 2026-06-09 13:00 { line: \"b\" }
expect first(due of ticket) = 2026-06-09 14:00
expect last(due of ticket) = 2026-06-10 13:30
expect first(spent of ticket) = 5 h
expect last(spent of ticket) = 5 h 30 min
expect sum(length((from to until) - (pause where line = this.line)) of ticket) = 10 h 30 min",
    );
}

#[test]
fn a_clock_runs_beyond_the_end_of_the_cycle() {
    holds(
        DESK,
        "cycle 2026-07
given ticket 2026-07-31 15:00 to 2026-08-03 15:00 { line: \"a\" }
given pause 2026-08-03 09:30 to 2026-08-03 10:30 { line: \"a\" }
expect first(due of ticket) = 2026-08-03 12:00
expect first(spent of ticket) = 7 h",
    );
}

#[test]
fn an_answer_before_the_clock_begins_takes_no_time_and_none_yet_takes_the_time_so_far() {
    holds(
        DESK,
        "cycle 2026-06
given ticket 2026-06-30 15:00 { line: \"a\" }
expect first(spent of ticket) = 2 h
expect elapsed(2026-06-10 12:00, 2026-06-10 09:00 of office) = 0 s",
    );
}

#[test]
fn a_deadline_before_the_years_end_never_asks_for_the_next_years_holidays() {
    let rules = "
ours = holidays \"Ours\" covering 2026 { 2026-12-28: off }
fact ticket : request {}
office = (hours Mon..Fri 09:00..17:00 except holidays of ours) - (2026-12-31 12:00 to 2027-01-01 00:00)
due of ticket = from + 24 h of office";
    holds(
        rules,
        "cycle 2026-12
given ticket 2026-12-23 13:00 to 2026-12-31 10:00 {}
given ticket 2026-12-30 09:00 to 2026-12-31 10:00 {}
expect first(due of ticket) = 2026-12-29 13:00
expect last(due of ticket) is provisional",
    );
}

#[test]
fn a_clock_that_never_runs_gives_no_deadline() {
    holds(
        "fact down : span {}",
        "cycle 2026-06\nexpect (2026-06-01 00:00 + 1 h of down) is not computable\nexpect 2026-06-01 00:00 + 0 h of down = 2026-06-01",
    );
}

#[test]
fn an_allowance_takes_the_first_time_of_the_window_and_nothing_after() {
    holds(
        "
fact down : span {}
allowed = first(4 h, down)
left = down - allowed",
        "cycle 2026-06
given down 2026-05-31 22:00 to 2026-06-01 01:00 {}
given down 2026-06-10 10:00 to 2026-06-10 12:30 {}
given down 2026-06-11 10:00 to 2026-06-11 12:00 {}
expect length(allowed) = 4 h
expect length(left) = 1 h 30 min
expect count(left) = 1
expect length(first(100 h, down)) = 5 h 30 min
expect length(first(0 s, down)) = 0 s",
    );
}

#[test]
fn the_parts_of_a_window_follow_the_calendar_and_keep_its_day_of_the_month() {
    holds(
        "
ends = for each part in split((2026-01-31 00:00 to 2026-05-31 00:00), 1 month): part.until
hours_of = for each day in split(cycle, 1 day): length(cycle) over day",
        "cycle 2026-03
expect min(hours_of) = 23 h
expect count(hours_of) = 31
expect count(ends) = 4
expect min(ends) = 2026-02-28 00:00
expect (for all part in split((2026-01-31 00:00 to 2026-05-31 00:00), 1 month): date(part.until) in (2026-02-28, 2026-03-31, 2026-04-30, 2026-05-31))
expect count(split(cycle, 10 d)) = 4
expect split(cycle, 0 d) is not computable",
    );
}

#[test]
fn a_reversed_window_holds_nothing() {
    holds(
        "fact down : span {}",
        "cycle 2026-06
given down 2026-06-10 10:00 to 2026-06-10 12:00 {}
expect length(down and (2026-06-10 11:00 to 2026-06-10 09:00)) = 0 s
expect not (2026-06-10 10:00 in (2026-06-10 11:00 to 2026-06-10 09:00))",
    );
}

#[test]
fn what_is_excluded_for_one_subject_counts_for_the_others() {
    let rules = "
fact down : span {}
fact works : span {}
fact failure : request {}
subject line = (\"a\", \"b\")
exclusion planned per line : works of line
lost per line = length(down of line - excluded)
failures per line = count(failure of line - excluded)
all_lost = length((for all line: down of line) - excluded)
nothing_lost = length((for any line: down of line) - excluded)";
    holds(
        rules,
        "cycle 2026-06
given down of \"a\" 2026-06-10 10:00 to 2026-06-10 12:00 {}
given down of \"b\" 2026-06-10 10:00 to 2026-06-10 13:00 {}
given works of \"a\" 2026-06-10 11:00 to 2026-06-10 12:00 {}
given failure of \"a\" 2026-06-10 11:30 to 2026-06-10 11:45 {}
given failure of \"b\" 2026-06-10 11:30 to 2026-06-10 11:45 {}
expect lost of \"a\" = 1 h
expect lost of \"b\" = 3 h
expect failures of \"a\" = 0
expect failures of \"b\" = 1
expect sum(for each line: lost) = 4 h
expect all_lost = 1 h
expect nothing_lost = 2 h",
    );
}

#[test]
fn a_series_is_limited_and_cut_instant_by_instant() {
    holds(
        "
fact load : span { weight: number }
sum_of = stack(weight of load)
office = hours Mon..Fri 09:00..17:00",
        "cycle 2026-06
given load 2026-06-10 08:00 to 2026-06-10 12:00 { weight: 60% }
given load 2026-06-10 10:00 to 2026-06-10 11:00 { weight: 80% }
expect integral(sum_of) = 3.2 h
expect integral(min(sum_of, 1)) = 2.8 h
expect integral(max(sum_of and office, 50%) and (2026-06-10 08:00 to 2026-06-10 12:00)) = 0.5 h + 1.2 h + 1.4 h
expect integral(highest(weight of load)) = 2.6 h
expect integral(sum_of - office) = 0.6 h
expect max(sum_of) = 140%
expect min(sum_of) = 0",
    );
}

#[test]
fn of_belongs_to_the_clock_where_values_are_compared_and_to_the_rows_where_one_is_taken() {
    holds(
        "
fact ticket : request {}
office = hours Mon..Fri 09:00..17:00
due of ticket = min(from + 4 h of office, date(from) at 12:00)",
        "cycle 2026-06
given ticket 2026-06-10 07:00 to 2026-06-10 08:00 {}
given ticket 2026-06-10 09:00 to 2026-06-10 10:00 {}
expect min(due of ticket) = 2026-06-10 12:00",
    );
}

#[test]
fn a_list_gives_a_share_and_a_percentile() {
    holds(
        "fact sample : event { value: number }",
        "cycle 2026-06
given 10 of sample every 1 d from 2026-06-01 12:00 { value: 3 }
expect share(for each day in split(cycle, 1 day): (count(sample) > 0) over day) = 1/3
expect percentile(66, for each 1 d of cycle: sum(value of sample)) = 0
expect percentile(67, for each 1 d of cycle: sum(value of sample)) = 3
expect mean(for each day in split(cycle, 1 day) where day.from < 2026-06-06: sum(value of sample) over day) = 3",
    );
}

#[test]
fn a_value_is_carried_in_the_order_of_the_list() {
    holds(
        "
fact step : event { value: number }
folded = carry so_far from 1 for each s in step: so_far * 2 + s.value
kept = carry so_far from 1 for each n in (5, 1, 3) where n > 1: so_far * 10 + n",
        "cycle 2026-06
given step at 2026-06-02 10:00 { value: 7 }
given step at 2026-06-01 10:00 { value: 3 }
expect folded = 17
expect kept = 153
expect (carry x from 4 for each s in step where value > 9: 0) = 4",
    );
}

#[test]
fn joined_texts_do_not_grow_without_end() {
    let doubled: String = (1..20).map(|it| format!("t{it} = t{} + t{}\n", it - 1, it - 1)).collect();
    holds(
        &format!("t0 = \"ab\"\n{doubled}"),
        "cycle 2026-06\nexpect t2 = \"abababab\"\nexpect t19 is not computable",
    );
}

#[test]
fn an_over_that_changes_nothing_is_pointed_out() {
    let text = format!(
        "{FRONT}```sla\ncycle calendar month\nfact order : request {{ due: instant }}\nlate = count(order where until > due over history)\nsure = count((order over history) where until > due)\n```\n"
    );
    let (_, problems) = language::read("forms.md", &text);
    let codes: Vec<&str> = problems.iter().map(|it| it.code).filter(|it| *it == "W0203").collect();
    assert_eq!(codes, ["W0203"]);
}
