//! Traps seen in the code of peers.

use settle::settlement::SettlementStatus;

use crate::support::{Case, word};
use crate::{event, settle, settle_as_of, settle_in, span};

const UPTIME: &str = "fact outage : span {}\nlevel uptime = 1 - length(outage) / length(cycle)\n";

/// 1, Zabbix: a weekly schedule stepped by 604 800 s is an hour off after the clocks change.
#[test]
fn a_weekly_window_follows_the_wall_clock_across_the_change() {
    let rules = "fact outage : span {}\noffice = hours Mon..Fri 09:00..17:00\nlevel open = length(office)\nlevel down = length(outage and office)";
    let before = span("outage", "2026-10-23T07:00:00Z", "2026-10-23T08:00:00Z", "");
    let after = span("outage", "2026-10-26T07:00:00Z", "2026-10-26T08:30:00Z", "");
    let settled = settle_in("Europe/Berlin", rules, &(before + &after));
    // 22 weekdays of 8 hours; an hour from nine on the 23rd, half an hour from nine on the 26th.
    assert_eq!(word(&settled, "open"), format!("{}/1", 22 * 8 * 3600));
    assert_eq!(word(&settled, "down"), "5400/1");
}

/// 2, Icinga: the rows of a breakdown lose a second each.
#[test]
fn the_days_of_a_month_add_up_to_the_second() {
    let rules = format!(
        "{UPTIME}level down = length(outage)\nlevel by_day = sum(for each day in split(cycle, 1 day): length(outage) over day)"
    );
    let evidence = span("outage", "2026-10-03T22:59:59Z", "2026-10-06T00:00:01Z", "");
    let settled = settle(&rules, &evidence);
    assert_eq!(word(&settled, "down"), format!("{}/1", 49 * 3600 + 2));
    assert_eq!(word(&settled, "by_day"), word(&settled, "down"));
}

/// 2, Icinga: downtime that is taken out stays in the denominator. Here the text says which.
#[test]
fn excluded_time_leaves_the_numerator_or_both_as_the_text_says() {
    let rules = "cycle calendar day\nfact outage : span {}\nfact maintenance : span {}\nexclusion planned : maintenance
level numerator = 1 - length(outage - excluded) / length(cycle)
level both = 1 - length(outage - excluded) / length(cycle - excluded)";
    let evidence = span("maintenance", "2026-10-05T00:00:00Z", "2026-10-05T06:00:00Z", "")
        + &span("outage", "2026-10-05T05:00:00Z", "2026-10-05T07:00:00Z", "");
    let case = Case { rules: rules.to_owned(), evidence, cycle: "2026-10-05".to_owned(), ..Case::default() };
    let settled = case.settle();
    assert_eq!(word(&settled, "numerator"), "23/24");
    assert_eq!(word(&settled, "both"), "17/18");
}

/// 2, Icinga: unknown history counts as OK.
#[test]
fn unknown_history_is_not_good_history() {
    let rules = format!("{UPTIME}fact coverage : span {{}}\ngaps count as no data\npromise p: uptime >= 99%");
    let half = span("coverage", "2026-10-01T00:00:00Z", "2026-10-20T00:00:00Z", "");
    let whole = span("coverage", "2026-09-01T00:00:00Z", "2026-12-01T00:00:00Z", "");
    assert_eq!(word(&settle(&rules, ""), "p"), "no_data");
    let part = settle(&rules, &half);
    assert_eq!((word(&part, "uptime"), word(&part, "p")), ("no_data".to_owned(), "met".to_owned()));
    assert_eq!(word(&settle(&rules, &whole), "uptime"), "1/1");
}

/// 3, Uptime Kuma and Sentry: counting checks, a changed interval reweights the month.
#[test]
fn checking_more_often_does_not_reweight_the_month() {
    let rules = "fact check : event { ok: truth }\nlevel by_time = length(held(not ok of check))\nlevel by_count = share(ok of check)";
    let check = |minute: u32, ok: bool| {
        event("check", &format!("2026-10-05T10:{minute:02}:00Z"), &format!(",\"ok\":{ok}"))
    };
    let sparse = check(0, true) + &check(10, false) + &check(20, true);
    let dense = sparse.clone() + &(11..20).map(|it| check(it, false)).collect::<String>();
    let (sparse, dense) = (settle(rules, &sparse), settle(rules, &dense));
    assert_eq!(word(&sparse, "by_time"), "600/1");
    assert_eq!(word(&dense, "by_time"), "600/1");
    assert_eq!((word(&sparse, "by_count"), word(&dense, "by_count")), ("2/3".to_owned(), "1/6".to_owned()));
}

/// 3, Uptime Kuma: PENDING counts as DOWN. Here it is a word of its own.
#[test]
fn what_is_pending_is_neither_good_nor_bad_until_the_text_says_so() {
    let rules = "fact message : event { outcome: ok | failed | pending }
level delivered = share(outcome = ok of message)\nlevel not_failed = 1 - share(outcome = failed of message)";
    let outcomes = ["ok", "ok", "failed", "pending"].iter().enumerate();
    let evidence: String = outcomes
        .map(|(at, it)| {
            event("message", &format!("2026-10-05T10:0{at}:00Z"), &format!(",\"outcome\":\"{it}\""))
        })
        .collect();
    let settled = settle(rules, &evidence);
    assert_eq!(
        (word(&settled, "delivered"), word(&settled, "not_failed")),
        ("1/2".to_owned(), "3/4".to_owned())
    );
}

/// 3, Uptime Kuma: an empty range shows the last bucket. 16, breeze#4562: report cards with invented numbers.
#[test]
fn an_empty_month_has_no_figure_at_all() {
    let rules = format!(
        "{UPTIME}fact check : event {{ ok: truth, ms: number }}\nlevel good = share(ok of check)\nlevel p95 = percentile(95, ms of check)
level mean_ms = mean(ms of check)\npromise p: uptime >= 99%\nremedy credit : cash\n  when p breached\n  pays 5.00 EUR"
    );
    let september = event("check", "2026-09-30T23:59:59Z", ",\"ok\":true,\"ms\":7");
    for evidence in ["", &september] {
        let settled = settle(&rules, evidence);
        for name in ["uptime", "good", "p95", "mean_ms", "p", "credit"] {
            assert_eq!(word(&settled, name), "no_data", "{name}");
        }
    }
    assert_eq!(settle(&rules, "").status, SettlementStatus::NoData);
}

/// 4, OneUptime: minutes of an SLA are wall-clock minutes, and parts of one are lost.
#[test]
fn seconds_count_as_seconds() {
    let settled = settle(
        &format!("{UPTIME}level down = length(outage)"),
        &span("outage", "2026-10-05T10:00:59Z", "2026-10-05T10:01:01Z", ""),
    );
    assert_eq!(word(&settled, "down"), "2/1");
}

/// 4, OneUptime: the clock of an incident runs through the night.
#[test]
fn a_clock_in_office_hours_rests_over_the_weekend() {
    let rules = "fact ticket : request {}\noffice = hours Mon..Fri 09:00..17:00
level in_office = share((until <= from + 2 min of office) of ticket)\nlevel on_the_wall = share((until <= from + 2 min) of ticket)";
    let friday_to_monday = span("ticket", "2026-10-09T16:59:00Z", "2026-10-12T09:01:00Z", "");
    let settled = settle(rules, &friday_to_monday);
    assert_eq!(
        (word(&settled, "in_office"), word(&settled, "on_the_wall")),
        ("1/1".to_owned(), "0/1".to_owned())
    );
}

/// 4, OneUptime: maintenance counts as downtime. Here it counts unless the text excludes it.
#[test]
fn maintenance_counts_until_the_text_takes_it_out() {
    let rules = |exclusion: &str| {
        format!(
            "fact outage : span {{}}\nfact maintenance : span {{}}\n{exclusion}level down = length(outage - excluded)"
        )
    };
    let evidence = span("maintenance", "2026-10-05T10:00:00Z", "2026-10-05T11:00:00Z", "")
        + &span("outage", "2026-10-05T10:30:00Z", "2026-10-05T11:30:00Z", "");
    assert_eq!(word(&settle(&rules(""), &evidence), "down"), "3600/1");
    assert_eq!(word(&settle(&rules("exclusion planned : maintenance\n"), &evidence), "down"), "1800/1");
}

/// 5, openstatus: months are UTC months.
#[test]
fn a_month_begins_at_midnight_of_the_contracts_zone() {
    let rules = format!("{UPTIME}level down = length(outage)");
    // 23:00 on 30 September to 01:00 on 1 October in Shanghai, both in September by UTC.
    let evidence = span("outage", "2026-09-30T15:00:00Z", "2026-09-30T17:00:00Z", "");
    assert_eq!(word(&settle_in("Asia/Shanghai", &rules, &evidence), "down"), "3600/1");
    assert_eq!(word(&settle_in("UTC", &rules, &evidence), "down"), "no_data");
}

/// 5, openstatus: what is frozen cannot be corrected; 6, Nobl9: nothing older than thirty days can.
#[test]
fn a_correction_of_any_age_counts_and_the_old_settlement_can_be_had_again() {
    let rules = format!("{UPTIME}level down = length(outage)");
    let evidence = "{\"fact\":\"outage\",\"id\":\"o\",\"from\":\"2026-10-05T10:00:00Z\",\"until\":\"2026-10-05T12:00:00Z\",\"recorded_at\":\"2026-10-05T12:00:00Z\"}
{\"fact\":\"outage\",\"id\":\"o2\",\"supersedes\":\"o\",\"reason\":\"the log was read again\",\"from\":\"2026-10-05T10:00:00Z\",\"until\":\"2026-10-05T10:30:00Z\",\"recorded_at\":\"2027-01-19T09:00:00Z\"}\n";
    assert_eq!(word(&settle_as_of(&rules, evidence, "2026-11-02T00:00:00Z"), "down"), "7200/1");
    assert_eq!(word(&settle(&rules, evidence), "down"), "1800/1");
}

/// 6, Grafana: a window entered late is never back-filled; entered in time or not, notice decides.
#[test]
fn late_maintenance_is_excluded_only_when_it_was_announced_in_time() {
    let rules = "fact outage : span {}\nfact maintenance : span { announced_at: instant }
exclusion planned : maintenance where announced_at + 48 h <= from\nlevel down = length(outage - excluded)";
    let maintenance = |announced: &str| {
        let rest = format!(",\"announced_at\":\"{announced}\",\"recorded_at\":\"2026-11-10T00:00:00Z\"");
        span("outage", "2026-10-05T10:00:00Z", "2026-10-05T11:00:00Z", "")
            + &span("maintenance", "2026-10-05T10:00:00Z", "2026-10-05T11:00:00Z", &rest)
    };
    let (in_time, afterwards) = (maintenance("2026-10-03T10:00:00Z"), maintenance("2026-10-06T09:00:00Z"));
    assert_eq!(word(&settle_as_of(rules, &in_time, "2026-11-02T00:00:00Z"), "down"), "3600/1");
    assert_eq!(word(&settle(rules, &in_time), "down"), "0/1");
    assert_eq!(word(&settle(rules, &afterwards), "down"), "3600/1");
}

/// 7, osTicket, Frappe, Chatwoot: one interval a day.
#[test]
fn a_day_may_open_several_times() {
    let rules = "cycle calendar day\nfact outage : span {}\nshop = hours Mon..Fri 09:00..12:00, 13:00..17:00, 18:00..19:00 and Mon 21:00..22:00
level open = length(shop)\nlevel down = length(outage and shop)";
    let evidence = span("outage", "2026-10-05T11:30:00Z", "2026-10-05T21:30:00Z", "");
    let settled =
        Case { rules: rules.to_owned(), evidence, cycle: "2026-10-05".to_owned(), ..Case::default() }
            .settle();
    assert_eq!(word(&settled, "open"), format!("{}/1", 9 * 3600));
    assert_eq!(word(&settled, "down"), format!("{}/1", 6 * 3600));
}

/// 8, Frappe: naive times of day.
#[test]
fn a_time_without_its_offset_is_refused() {
    let contract = language::read("t.md", "---\nid: t\nversion: \"1\"\nzone: UTC\n---\n# 1\n```sla\ncycle calendar month\nfact outage : span {}\n```\n").0.unwrap();
    let bytes = span("outage", "2026-10-05T10:00:00", "2026-10-05 11:00:00", "").into_bytes();
    let (evidence, found) =
        evidence::read(&contract.schema, &[evidence::SourceFile { name: "e.ndjson".to_owned(), bytes }]);
    assert!(diagnostic::has_errors(&found) && evidence.records().is_empty(), "{found:?}");
}

/// 8, Dynamics and Jira: the clock pauses on holidays nobody agreed on.
#[test]
fn a_clock_pauses_on_holidays_only_where_the_text_says_so() {
    let rules = "fact ticket : request {}\nweekdays = hours Mon..Fri 09:00..17:00\nbusiness = hours Mon..Fri 09:00..17:00 except holidays of us_federal
level plain = share((until <= from + 2 h of weekdays) of ticket)\nlevel federal = share((until <= from + 2 h of business) of ticket)";
    // Monday 12 October 2026 is Columbus Day.
    let settled = settle(rules, &span("ticket", "2026-10-12T10:00:00Z", "2026-10-13T11:00:00Z", ""));
    assert_eq!((word(&settled, "plain"), word(&settled, "federal")), ("0/1".to_owned(), "1/1".to_owned()));
}

/// 9, GLPI: time spent waiting is lost when the target changes.
#[test]
fn waiting_time_is_kept_whatever_the_target() {
    let rules = "plan quick | slow\nfact ticket : request {}\nfact waiting : span {}\noffice = hours Mon..Fri 09:00..17:00
target = by plan { quick: 4 h, slow: 8 h }\nasked = first(from of ticket)\nlevel due_after = asked + target of (office - waiting) - asked";
    let evidence = span("ticket", "2026-10-05T10:00:00Z", "2026-10-06T10:00:00Z", "")
        + &span("waiting", "2026-10-05T12:00:00Z", "2026-10-05T14:00:00Z", "");
    let due = |plan: &str| {
        let inputs = settle::Inputs { plan: Some(plan.to_owned()), ..settle::Inputs::default() };
        word(
            &Case { rules: rules.to_owned(), evidence: evidence.clone(), inputs, ..Case::default() }.settle(),
            "due_after",
        )
    };
    assert_eq!(
        (due("quick"), due("slow"), due("quick")),
        (format!("{}/1", 6 * 3600), format!("{}/1", 26 * 3600), format!("{}/1", 6 * 3600))
    );
}

/// 10, Jira: reconstructing overwrites history with today's goals.
#[test]
fn an_old_cycle_is_settled_by_the_terms_of_its_time() {
    let rules = format!(
        "{UPTIME}promise p: uptime >= as of date(cycle.from) {{\n  2026-01-01: 99%\n  2026-07-01: 99.9%\n}}"
    );
    let evidence = span("outage", "2026-06-05T10:00:00Z", "2026-06-05T15:00:00Z", "")
        + &span("outage", "2026-10-05T10:00:00Z", "2026-10-05T15:00:00Z", "");
    let verdict = |cycle: &str| {
        word(
            &Case {
                rules: rules.clone(),
                evidence: evidence.clone(),
                cycle: cycle.to_owned(),
                ..Case::default()
            }
            .settle(),
            "p",
        )
    };
    assert_eq!((verdict("2026-06"), verdict("2026-10")), ("met".to_owned(), "breached".to_owned()));
}

/// 11, Accord: a percentage typed as money.
#[test]
fn a_percentage_is_no_money() {
    let text = |cap: &str| {
        format!(
            "---\nid: t\nversion: \"1\"\nzone: UTC\ncurrency: EUR\nrounding: half_up\n---\n# 1\n```sla\ncycle calendar month\nfact fee : event {{ amount: money }}\nremedy credit : cash\n  pays 10% of sum(amount of fee)\n  at most {cap}\n```\n"
        )
    };
    assert!(language::read("t.md", &text("50.00 EUR")).0.is_some());
    assert!(language::read("t.md", &text("50%")).0.is_none());
}

/// 11, Accord: the answer is rounded, the obligation is not; and both are binary fractions.
#[test]
fn what_is_owed_is_exact_and_what_is_paid_is_rounded_once() {
    let rules = "fact fee : event { amount: money }\nremedy credit : cash\n  pays (1 / 3) of sum(amount of fee)\nlevel owed = credit / 1.00 EUR
level paid_out = paid(credit) / 1.00 EUR";
    let fees: String = ["0.10", "0.20"]
        .iter()
        .map(|it| event("fee", "2026-10-05T00:00:00Z", &format!(",\"amount\":\"{it} EUR\"")))
        .collect();
    let settled = settle(rules, &fees);
    assert_eq!(
        (word(&settled, "owed"), word(&settled, "paid_out"), word(&settled, "credit")),
        ("1/10".to_owned(), "1/10".to_owned(), "due 0.10 EUR".to_owned())
    );
    let settled = settle(rules, &event("fee", "2026-10-05T00:00:00Z", ",\"amount\":\"0.20 EUR\""));
    assert_eq!((word(&settled, "owed"), word(&settled, "paid_out")), ("1/15".to_owned(), "7/100".to_owned()));
}

/// 12, Governify: a deleted override leaves no trace.
#[test]
fn a_withdrawn_record_stays_in_the_evidence() {
    let rules = format!("{UPTIME}level down = length(outage)");
    let other = span("outage", "2026-10-06T10:00:00Z", "2026-10-06T11:00:00Z", ",\"id\":\"p\"");
    let withdrawn = span("outage", "2026-10-05T10:00:00Z", "2026-10-05T11:00:00Z", ",\"id\":\"o\"")
        + "{\"fact\":\"outage\",\"supersedes\":\"o\",\"withdrawn\":true,\"reason\":\"false alarm\"}\n";
    let (never, withdrawn) = (settle(&rules, &other), settle(&rules, &(withdrawn + &other)));
    assert_eq!((word(&never, "down"), word(&withdrawn, "down")), ("3600/1".to_owned(), "3600/1".to_owned()));
    assert_ne!(never.evidence.sha256, withdrawn.evidence.sha256);
}

/// 13, Zammad#390 and GLPI#467: feeds list days that are no holidays and miss the days made up for.
#[test]
fn a_make_up_saturday_is_open_and_the_holiday_week_is_not() {
    let rules = "fact outage : span {}\noffice = hours on working days of cn 09:00..17:00\nlevel open = length(office)\nlevel down = length(outage and office)";
    // Saturday 10 October 2026 makes up for the first week of October.
    let evidence = span("outage", "2026-10-10T08:00:00+08:00", "2026-10-10T10:00:00+08:00", "")
        + &span("outage", "2026-10-07T08:00:00+08:00", "2026-10-07T18:00:00+08:00", "");
    let settled = settle_in("Asia/Shanghai", rules, &evidence);
    assert_eq!(word(&settled, "open"), format!("{}/1", 18 * 8 * 3600));
    assert_eq!(word(&settled, "down"), "3600/1");
}

/// 14, smscgateway#305: late and contradictory receipts; jsmpp#47: the same receipt again.
#[test]
fn of_contradictory_receipts_the_latest_counts_and_copies_count_once() {
    let rules = "fact receipt : event { msg: text, ok: truth }\nlast_word = receipt distinct by (msg)
level messages = count(last_word)\nlevel delivered = share(ok of last_word)\nlevel receipts = count(receipt)";
    let receipt = |at: &str, msg: &str, ok: bool| {
        event("receipt", &format!("2026-10-05T{at}:00Z"), &format!(",\"msg\":\"{msg}\",\"ok\":{ok}"))
    };
    let evidence = receipt("10:05", "a", true)
        + &receipt("10:00", "a", false)
        + &receipt("10:01", "b", false)
        + &receipt("10:01", "b", false);
    let settled = settle(rules, &evidence);
    assert_eq!(
        (word(&settled, "messages"), word(&settled, "delivered"), word(&settled, "receipts")),
        ("2/1".to_owned(), "1/2".to_owned(), "3/1".to_owned())
    );
}

/// 15, c8y-docs#4430 and the seed MWE: tables with a gap, an overlap, a formula that turns negative.
#[test]
fn a_wrong_table_is_told_and_pays_nothing_by_guess() {
    let credit = |rows: &str| {
        let rules = format!(
            "{UPTIME}fact fee : event {{ amount: money }}\nremedy credit : cash\n  when uptime < 99%\n  pays ladder uptime {{\n{rows}\n  }} of sum(amount of fee)"
        );
        // 14.88 hours of 744 are two per cent.
        let evidence = span("outage", "2026-10-05T00:00:00Z", "2026-10-05T14:52:48Z", "")
            + &event("fee", "2026-10-01T00:00:00Z", ",\"amount\":\"100.00 EUR\"");
        word(&settle(&rules, &evidence), "credit")
    };
    assert_eq!(credit("    (98%, 99%): 10%\n    < 98%: 30%"), "no_row 0.00 EUR");
    assert_eq!(credit("    [98%, 99%): 10%\n    <= 98%: 30%"), "ambiguous");
    assert_eq!(credit("    [98%, 99%): ((97% - uptime) / 0.9%) * 50%"), "negative 0.00 EUR");
    assert_eq!(credit("    [98%, 99%): 10%\n    < 98%: 30%"), "due 10.00 EUR");
}
