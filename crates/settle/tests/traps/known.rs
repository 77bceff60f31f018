//! Wrong numbers of others that became known.

use std::fmt::Write;

use crate::support::{Case, word};
use crate::{event, settle, span};

const UPTIME: &str = "fact outage : span {}\nfact maintenance : span {}\nexclusion planned : maintenance
level uptime = 1 - length(outage - excluded) / length(cycle)\n";

/// 1, icingaweb2-module-idoreports#24: more than 100 %.
#[test]
fn exclusions_never_lift_a_level_above_one() {
    let rules = format!("{UPTIME}level both = 1 - length(outage - excluded) / length(cycle - excluded)");
    let mut evidence = span("maintenance", "2026-09-01T00:00:00Z", "2026-10-31T00:00:00Z", "");
    evidence += &span("maintenance", "2026-10-02T00:00:00Z", "2026-10-20T00:00:00Z", "");
    evidence += &span("outage", "2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z", "");
    let settled = settle(&rules, &evidence);
    assert_eq!((word(&settled, "uptime"), word(&settled, "both")), ("1/1".to_owned(), "1/1".to_owned()));
    evidence += &span("maintenance", "2026-10-30T00:00:00Z", "2026-11-02T00:00:00Z", "");
    let settled = settle(&rules, &evidence);
    assert_eq!(
        (word(&settled, "uptime"), word(&settled, "both")),
        ("1/1".to_owned(), "not_computable".to_owned())
    );
}

/// 2, icinga-reports#78: 100 % while it was down all the time.
#[test]
fn an_outage_that_began_before_and_still_lasts_takes_the_whole_month() {
    let settled = settle(UPTIME, "{\"fact\":\"outage\",\"from\":\"2026-08-05T00:00:00Z\"}\n");
    assert_eq!(word(&settled, "uptime"), "0/1");
}

/// 3, icingadb#834: the denominator begins with the first record.
#[test]
fn the_denominator_is_the_period_not_what_was_recorded() {
    let settled = settle(UPTIME, &span("outage", "2026-10-31T12:00:00Z", "2026-10-31T18:00:00Z", ""));
    assert_eq!(word(&settled, "uptime"), "123/124");
}

/// 4, icingadb#647: degraded states are not counted. Here the text gives them their weight.
#[test]
fn a_degraded_state_counts_with_the_weight_the_text_gives_it() {
    let rules = "cycle calendar day\nfact fault : span { kind: down | degraded }
weight = integral(stack((by kind { down: 1, degraded: 25% }) of fault))\nlevel uptime = 1 - weight / length(cycle)";
    let evidence = span("fault", "2026-10-05T00:00:00Z", "2026-10-05T06:00:00Z", ",\"kind\":\"degraded\"")
        + &span("fault", "2026-10-05T10:00:00Z", "2026-10-05T11:30:00Z", ",\"kind\":\"down\"");
    let settled =
        Case { rules: rules.to_owned(), evidence, cycle: "2026-10-05".to_owned(), ..Case::default() }
            .settle();
    // A quarter of six hours and one and a half: three of twenty-four.
    assert_eq!(word(&settled, "uptime"), "7/8");
}

/// 5, module-reporting#71: a lost "up" event; 7, checkmk werk 20009: computed on the rest in silence.
#[test]
fn time_nobody_observed_is_told_and_may_bar_the_level() {
    let evidence = span("outage", "2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z", "");
    let observed = span("coverage", "2026-10-01T00:00:00Z", "2026-10-20T00:00:00Z", "");
    let silent = settle(UPTIME, &evidence);
    assert!(
        silent
            .lints
            .iter()
            .any(|it| it.code == "N0304" && it.message.en.contains("taken as without incident"))
    );
    let told = settle(&format!("{UPTIME}fact coverage : span {{}}"), &(observed.clone() + &evidence));
    assert_eq!(word(&told, "uptime"), "30/31");
    assert!(
        told.lints.iter().any(|it| it.code == "N0304" && it.message.en.contains("12 d")),
        "{:?}",
        told.lints
    );
    let barred =
        settle(&format!("{UPTIME}fact coverage : span {{}}\ngaps count as no data"), &(observed + &evidence));
    assert_eq!(word(&barred, "uptime"), "no_data");
}

/// 6, icingadb-web#1403: a percentage without its outages.
#[test]
fn every_figure_names_its_records() {
    let evidence = span("outage", "2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z", ",\"id\":\"o-1\"")
        + &span("outage", "2026-09-05T00:00:00Z", "2026-09-06T00:00:00Z", ",\"id\":\"o-0\"");
    let settled = settle(UPTIME, &evidence);
    let derived = settled.derivation.iter().find(|it| it.name == "uptime").unwrap();
    let outages = derived.evidence.iter().find(|it| it.fact == "outage").unwrap();
    assert_eq!((outages.count, outages.records.as_slice()), (1, ["o-1".to_owned()].as_slice()));
}

/// 8, checkmk werk 20009: a limit of rows cuts history off.
#[test]
fn twenty_five_thousand_records_all_count() {
    let mut evidence = String::new();
    for at in 0..25_000 {
        let (day, hour, minute, second) =
            (at / 1_440 % 28 + 1, at / 60 % 24, at % 60, at / 40_320 * 30 + at / 1_440 % 30);
        let time = format!("2026-10-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
        writeln!(
            evidence,
            "{{\"fact\":\"check\",\"id\":\"c{at}\",\"at\":\"{time}\",\"ok\":{}}}",
            at % 10 != 0
        )
        .unwrap();
    }
    let settled = settle(
        "fact check : event { ok: truth }\nlevel all = count(check)\nlevel good = share(ok of check)",
        &evidence,
    );
    assert_eq!((word(&settled, "all"), word(&settled, "good")), ("25000/1".to_owned(), "9/10".to_owned()));
}

/// 9, sloth#332: the mean of the days' means.
#[test]
fn the_mean_of_means_and_the_ratio_of_sums_are_two_things_and_both_can_be_said() {
    let rules = "cycle 2 d from since\nfact hour : event { good: number, all: number }
level of_sums = sum(good of hour) / sum(all of hour)
level of_means = mean(for each day in split(cycle, 1 day): (sum(good of hour) / sum(all of hour)) over day)";
    let evidence = event("hour", "2026-10-05T10:00:00Z", ",\"good\":90,\"all\":100")
        + &event("hour", "2026-10-06T10:00:00Z", ",\"good\":1,\"all\":2");
    let cycle = "2026-10-05/2026-10-07".to_owned();
    let settled = Case { rules: rules.to_owned(), evidence, cycle, ..Case::default() }.settle();
    assert_eq!(
        (word(&settled, "of_sums"), word(&settled, "of_means")),
        ("91/102".to_owned(), "7/10".to_owned())
    );
}

/// 11: 0.9971200000000011 for 0.99712.
#[test]
fn a_decimal_is_that_decimal() {
    let cycle = "2026-10-05T00:00:00Z/2026-10-06T03:46:40Z".to_owned();
    let evidence = span("outage", "2026-10-05T10:00:00Z", "2026-10-05T10:04:48Z", "");
    let settled = Case { rules: UPTIME.to_owned(), evidence, cycle, ..Case::default() }.settle();
    assert_eq!(
        settled.levels[0].value.as_ref().unwrap().value,
        quantity::Ratio::parse_decimal("0.99712").unwrap()
    );
}

/// 12, Zabbix: whole seconds and a hundred periods.
#[test]
fn half_seconds_count_and_a_hundred_and_twenty_months_are_looked_back_over() {
    let rules = format!(
        "{UPTIME}level down = length(outage)\nlevel bad_months = count(for each m in last 120 cycles: length(outage) over m > 0 s)"
    );
    let evidence = span("outage", "2026-10-05T10:00:00.25Z", "2026-10-05T10:00:00.75Z", "")
        + &span("outage", "2016-11-05T10:00:00Z", "2016-11-05T10:00:01Z", "");
    let settled = settle(&rules, &evidence);
    assert_eq!((word(&settled, "down"), word(&settled, "bad_months")), ("1/2".to_owned(), "2/1".to_owned()));
}

/// 13, pg-boss: the queue replays after a crash.
#[test]
fn what_is_delivered_again_counts_once() {
    let once = event("fee", "2026-10-05T10:00:00Z", ",\"id\":\"f\",\"amount\":\"10.00 EUR\"");
    let rules = "fact fee : event { amount: money }\nlevel fees = count(fee)\nremedy back : cash\n  pays 50% of sum(amount of fee)";
    let (one, three) = (settle(rules, &once), settle(rules, &once.repeat(3)));
    assert_eq!(word(&three, "back"), "due 5.00 EUR");
    assert_eq!(one, three);
}
