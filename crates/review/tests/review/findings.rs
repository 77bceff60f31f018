//! Each finding on the smallest contract that earns it, and its absence beside it.

use crate::support::{codes, contract, rules};

/// A fee, a level and a promise of 99 %.
const BASE: &str = "cycle calendar month
fact fee : event { amount: money }
fact outage : span {}
level uptime = 1 - length(outage) / length(cycle)
promise availability: uptime >= 99%
";

/// A remedy by the ladder `rows`, due when the promise is broken.
fn paying(rows: &str) -> language::Contract {
    rules(&format!(
        "{BASE}remedy credit : service_credit\n  when availability breached\n  pays ladder uptime {{\n{rows}\n  }} of sum(amount of fee)\n  at most sum(amount of fee)"
    ))
}

fn only(contract: &language::Contract, code: &str) -> diagnostic::Diagnostic {
    let found: Vec<diagnostic::Diagnostic> =
        review::review(contract).into_iter().filter(|it| it.code == code).collect();
    let [one] = found.as_slice() else { panic!("expected one {code}, found {found:#?}") };
    one.clone()
}

#[test]
fn a_sound_ladder_earns_no_finding() {
    assert_eq!(codes(&paying("    [95%, 99%): 10%\n    < 95%: 30%")), Vec::<&str>::new());
}

#[test]
fn a_value_between_rows_is_a_hole_with_its_witness() {
    let found = only(&paying("    [95%, 98.99%]: 10%\n    < 95%: 30%"), "R0401");
    assert_eq!(found.message.en, "no row of this table holds uptime = 98.999%");
    assert_eq!(found.place.unwrap().line, 20);
}

#[test]
fn a_hole_where_the_promise_is_kept_is_no_hole() {
    let kept = paying("    [95%, 99%): 10%\n    < 95%: 30%");
    assert!(!codes(&kept).contains(&"R0401"));
}

#[test]
fn rows_that_overlap_and_disagree_are_named() {
    let found = only(&paying("    [95%, 99%): 10%\n    < 96%: 30%"), "R0402");
    assert_eq!(found.notes[0].en, "at uptime = 95%, both `[95%, 99%)` and `< 96%` match");
}

#[test]
fn rows_that_overlap_and_agree_are_left_alone() {
    assert!(!codes(&paying("    [95%, 99%): 10%\n    [94%, 96%): 10%\n    < 94%: 30%")).contains(&"R0402"));
}

#[test]
fn a_target_by_size_is_read_between_its_edges() {
    let by_size = |rows: &str| {
        rules(&format!(
            "cycle calendar month\nfact outage : span {{}}\nparam machines : number = 1\nlevel downtime = length(outage)\npromise short: downtime <= ladder machines {{\n{rows}\n  }}\nright leave when short breached"
        ))
    };
    assert_eq!(codes(&by_size("    <= 50: 1 h\n    [51, 100]: 2 h\n    >= 101: 3 h")), Vec::<&str>::new());
    let hole = only(&by_size("    <= 50: 1 h\n    >= 60: 2 h"), "R0401");
    assert_eq!(hole.message.en, "no row of this table holds machines = 51");
    let overlap = only(&by_size("    <= 50: 1 h\n    >= 50: 2 h"), "R0402");
    assert_eq!(overlap.notes[0].en, "`<= 50` and `>= 50` match");
}

#[test]
fn a_negative_amount_is_shown_with_level_and_share() {
    let found = only(&paying("    [95%, 99%): (98% - uptime) * 5\n    < 95%: 30%"), "R0403");
    assert!(
        found.message.en.contains("-4.5% of sum(amount of fee) at uptime = 98.9%"),
        "{}",
        found.message.en
    );
}

#[test]
fn a_formula_that_does_not_meet_the_next_row_is_a_cliff() {
    let found = only(&paying("    [95%, 99%): (99% - uptime) * 5\n    < 95%: 100%"), "R0404");
    assert_eq!(found.severity, diagnostic::Severity::Warning);
    assert!(
        found
            .message
            .en
            .contains("uptime = 95%: 100% of sum(amount of fee) below, 20% of sum(amount of fee) above"),
        "{}",
        found.message.en
    );
}

#[test]
fn a_formula_that_meets_the_next_row_is_no_cliff() {
    assert!(!codes(&paying("    [95%, 99%): (99% - uptime) * 5\n    < 95%: 20%")).contains(&"R0404"));
}

#[test]
fn steps_of_a_ladder_are_cliffs_only_when_they_take_half_the_base() {
    assert!(!codes(&paying("    [95%, 99%): 10%\n    < 95%: 50%")).contains(&"R0404"));
    let found = only(&paying("    [95%, 99%): 10%\n    < 95%: 100%"), "R0404");
    assert_eq!(found.severity, diagnostic::Severity::Note);
}

#[test]
fn worse_service_that_pays_less_has_two_witnesses() {
    let found = only(&paying("    [95%, 99%): 30%\n    < 95%: 10%"), "R0405");
    assert!(
        found.message.en.contains("30% of sum(amount of fee)")
            && found.message.en.contains("10% of sum(amount of fee)")
    );
    assert!(found.message.zh.contains("少付"));
}

#[test]
fn a_row_inside_the_promise_is_never_reached() {
    let found = only(&paying("    [99%, 99.9%): 5%\n    [95%, 99%): 10%\n    < 95%: 30%"), "R0406");
    assert!(found.message.en.contains("`[99%, 99.9%)` of `credit`"), "{}", found.message.en);
}

#[test]
fn a_row_behind_another_is_never_reached() {
    let body = format!(
        "{BASE}remedy credit : service_credit\n  when availability breached\n  pays ladder uptime first {{\n    < 99%: 10%\n    < 95%: 30%\n  }} of sum(amount of fee)"
    );
    assert_eq!(only(&rules(&body), "R0406").message.en, "the row `< 95%` of `credit` is never reached");
}

#[test]
fn a_credit_for_each_incident_needs_a_cap() {
    let counted = |cap: &str| {
        rules(&format!(
            "cycle calendar month
fact fee : event {{ amount: money }}
fact ticket : request {{}}
level missed = count(ticket lasting > 1 h)
promise response: missed = 0
remedy credit : voucher
  when response breached
  pays 5% * missed of sum(amount of fee){cap}"
        ))
    };
    let found = only(&counted(""), "R0407");
    assert!(
        found.message.en.contains("105% of sum(amount of fee) at missed = 21, and no cap is stated"),
        "{}",
        found.message.en
    );
    assert_eq!(codes(&counted("\n  at most sum(amount of fee)")), Vec::<&str>::new());
}

#[test]
fn a_kept_promise_that_is_credited_disagrees_with_its_table() {
    let body = format!(
        "{BASE}share = ladder uptime {{\n  > 99%: 0%\n  (95%, 99%]: 10%\n  <= 95%: 30%\n  }}\nremedy credit : service_credit\n  when share > 0%\n  pays share of sum(amount of fee)"
    );
    let found = only(&rules(&body), "R0408");
    assert!(
        found.message.en.starts_with("`availability` is kept at uptime = 99% and `credit` still pays 10%"),
        "{}",
        found.message.en
    );
}

#[test]
fn a_bonus_for_kept_promises_is_no_contradiction() {
    let body =
        format!("{BASE}remedy reward : bonus\n  when availability met\n  pays 1% of sum(amount of fee)");
    assert_eq!(codes(&rules(&body)), ["R0409"]);
}

#[test]
fn other_levels_of_a_remedy_are_held_where_they_keep_their_promises() {
    let body = format!(
        "{BASE}fact probe : event {{ lost: number, sent: number }}
level loss = sum(lost of probe) / sum(sent of probe) or 0 when none
promise quality: loss <= 0.1%
broken = count((availability breached, quality breached))
remedy credit : service_credit
  when broken > 0
  pays 5% * broken of sum(amount of fee)"
    );
    assert_eq!(codes(&rules(&body)), Vec::<&str>::new());
}

#[test]
fn what_only_makes_a_remedy_due_is_not_taken_for_its_amount() {
    let body = format!(
        "{BASE}worst = max(length of outage) or 0 h when none
remedy credit : service_credit
  when availability breached
  pays min(1% * round_up(worst, 1 h) / 1 h, 50%) of sum(amount of fee)"
    );
    assert_eq!(codes(&rules(&body)), Vec::<&str>::new());
}

#[test]
fn a_broken_promise_without_credit_is_a_dead_band() {
    let found = only(&paying("    [98%, 99%): 0%\n    < 98%: 10%"), "R0409");
    assert!(
        found.message.en.starts_with("`availability` is broken at uptime = 98% and nothing is paid"),
        "{}",
        found.message.en
    );
}

#[test]
fn a_printed_example_that_does_not_come_out_is_reported_and_others_are_not() {
    let with = |mark: &str| {
        let rules = format!(
            "```sla\ngaps count as up\n{BASE}remedy credit : cash\n  when availability breached\n  pays 10% of sum(amount of fee)\n```"
        );
        let example = format!(
            "```example\n\"one day\"{mark}\ncycle 2026-10\ngiven uptime = 98%\ngiven fee at 2026-10-01 09:00 {{ amount: 100 CNY }}\nexpect credit = 12 CNY\n```"
        );
        contract(&format!("{rules}\n\n{example}"))
    };
    let found = only(&with(" [printed]"), "R0410");
    assert!(found.notes[0].en.contains("expected 12.00 CNY"), "{}", found.notes[0].en);
    assert!(!codes(&with("")).contains(&"R0410"));
}

#[test]
fn hours_stated_twice_are_compared_over_a_fortnight() {
    let with = |second: &str| {
        rules(&format!(
            "cycle calendar month\noffice = hours Mon..Fri 09:00..17:00\nrestated office = hours {second}"
        ))
    };
    let found = only(&with("Mon..Sat 09:00..17:00"), "R0411");
    assert!(
        found.message.en.contains("Sat 2026-10-03 09:00–17:00 is open here, closed there"),
        "{}",
        found.message.en
    );
    assert!(!codes(&with("Mon..Thu 09:00..17:00 and Fri 09:00..17:00")).contains(&"R0411"));
}

#[test]
fn numbers_stated_twice_are_compared_for_each_plan() {
    let found = only(
        &rules(
            "cycle calendar month\nplan a | b\ntarget = by plan { a: 2 h, b: 10 min }\nrestated target = 10 min",
        ),
        "R0411",
    );
    assert!(found.message.en.contains("2 h there, 10 min here (plan = a)"), "{}", found.message.en);
}

#[test]
fn a_promise_alone_and_a_discretionary_remedy_are_noted() {
    let alone = rules(BASE);
    assert_eq!(codes(&alone), ["R0412"]);
    let open = rules(&format!(
        "{BASE}remedy credit : cash\n  when availability breached\n  discretionary \"as the provider sees fit\""
    ));
    assert_eq!(codes(&open), ["R0413"]);
    assert!(only(&open, "R0413").message.en.contains("as the provider sees fit"));
}

#[test]
fn readings_that_part_over_a_promise_are_a_warning() {
    let found = only(
        &rules(
            "cycle calendar month
fact outage : span {}
downtime = length(outage)
level uptime =
  reading twice \"as printed\" in force: (length(cycle) - 2 * downtime) / length(cycle)
  reading once \"as usual\": (length(cycle) - downtime) / length(cycle)
promise availability: uptime >= 99.9%
right leave when availability breached",
        ),
        "R0414",
    );
    assert_eq!(found.severity, diagnostic::Severity::Warning);
    assert!(found.notes.iter().any(|it| it.en.contains("at downtime = 30 min they disagree about `availability`: `twice` 99.86…% (breached), `once` 99.93…% (met)")), "{:#?}", found.notes);
}

#[test]
fn a_missing_formula_is_told_from_other_readings() {
    let found = only(
        &rules(
            "cycle calendar month
fact call : event { good: truth }
level rate =
  reading a \"the formula is missing in the text\" in force: share(good of call) or 100% when none
  reading b \"failures only\": 1 - share(not good of call) or 100% when none
promise quality: rate >= 95%
right leave when quality breached",
        ),
        "R0416",
    );
    assert!(found.message.en.contains("`rate`"));
}

#[test]
fn claims_that_close_too_soon_are_found() {
    let with = |window: &str| {
        rules(&format!(
            "{BASE}remedy credit : cash\n  when availability breached\n  pays 10% of sum(amount of fee)\nclaim credit\n{window}"
        ))
    };
    let inverted = only(&with("  opens cycle.until + 31 days\n  closes cycle.until + 30 days"), "R0417");
    assert!(inverted.message.en.contains("closes before it opens"));
    let early = only(&with("  per outage\n  opens from\n  closes from + 30 days"), "R0417");
    assert!(early.message.en.contains("before the cycle ends"));
    assert!(codes(&with("  opens cycle.until\n  closes cycle.until + 30 days")).is_empty());
    let unknown = only(
        &with(
            "  opens end_of_day(nth_working_day(5, date(cycle.until), cn))\n  closes cycle.until + 2 months",
        ),
        "R0418",
    );
    assert!(unknown.notes[0].en.contains("not published"), "{:#?}", unknown.notes);
}

#[test]
fn a_rate_without_traffic_needs_a_rule() {
    let with = |guard: &str| {
        rules(&format!(
            "cycle calendar month
fact request : event {{ total: number, errors: number }}
level rate = sum(errors of request) / sum(total of request){guard}
promise quality: rate <= 1%
right leave when quality breached"
        ))
    };
    assert_eq!(codes(&with("")), ["R0419"]);
    assert_eq!(codes(&with(" or 0 when none")), Vec::<&str>::new());
}

#[test]
fn silence_about_gaps_is_noted_only_where_nothing_is_said() {
    let silent = contract(&format!("```sla\n{BASE}right leave when availability breached\n```"));
    assert_eq!(codes(&silent), ["R0420"]);
}

#[test]
fn links_that_lead_elsewhere_or_nowhere_are_found() {
    let with = |links: &str| contract(&format!("{links}\n\n```sla\ncycle calendar month\n```"));
    let astray =
        only(&with("[Acme SLA](https://acme.example/sla) [Bolt SLA](https://acme.example/sla)"), "R0421");
    assert_eq!(astray.message.en, "mismatched link: `Bolt SLA` leads to https://acme.example/sla");
    let astray =
        only(&with("[华为云协议](https://a.example/sla) [腾讯云协议](https://a.example/sla/)"), "R0421");
    assert!(astray.message.zh.contains("腾讯云协议"));
    assert_eq!(
        codes(&with(
            "[tickets](https://a.example/t) [工单](https://a.example/t) [our Tickets](https://a.example/t)"
        )),
        Vec::<&str>::new()
    );
    assert_eq!(codes(&with("[the terms]()")), ["R0422"]);
}
