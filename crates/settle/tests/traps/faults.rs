//! Faults of clocks, zones and deliveries, F8 to F12.

use settle::settlement::SettlementStatus;

use crate::support::{Case, word};
use crate::{event, settle, settle_as_of, span};

const MONTHS: [&str; 12] = ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"];

/// F8: no clock is read; what the caller calls now decides.
#[test]
fn before_the_cycle_is_over_every_verdict_is_provisional() {
    let rules =
        "fact outage : span {}\nlevel uptime = 1 - length(outage) / length(cycle)\npromise p: uptime >= 99%";
    let evidence = span("outage", "2026-10-05T10:00:00Z", "2026-10-05T11:00:00Z", "");
    let early = settle_as_of(rules, &evidence, "2026-10-31T23:59:59Z");
    assert_eq!((word(&early, "p"), early.status), ("provisional".to_owned(), SettlementStatus::Provisional));
    let over = settle_as_of(rules, &evidence, "2026-11-01T00:00:00Z");
    assert_eq!((word(&over, "p"), over.status), ("met".to_owned(), SettlementStatus::Final));
    assert_eq!(settle(rules, &evidence).status, SettlementStatus::Final);
}

/// F9: half an hour of summer time, negative summer time, Ramadan time, and plain zones.
#[test]
fn the_months_of_a_year_add_up_to_the_year_in_every_zone() {
    for zone in [
        "Australia/Lord_Howe",
        "Europe/Dublin",
        "Africa/Casablanca",
        "America/New_York",
        "Asia/Shanghai",
        "Asia/Kathmandu",
    ] {
        let length = |rule: &str, cycle: &str| {
            let rules = format!(
                "cycle calendar {rule}\nfact fee : event {{ amount: money }}\nlevel all = length(cycle)\nlevel open = length(hours every day 00:00..12:00 or hours every day 12:00..24:00)"
            );
            let evidence = MONTHS
                .map(|it| event("fee", &format!("2026-{it}-10T00:00:00Z"), ",\"amount\":\"1 EUR\""))
                .concat();
            let settled = Case { zone, rules, evidence, cycle: cycle.to_owned(), ..Case::default() }.settle();
            assert_eq!(word(&settled, "all"), word(&settled, "open"), "{zone} {cycle}");
            settled.cycle.counted.nanos()
        };
        let months: i128 = MONTHS.iter().map(|it| length("month", &format!("2026-{it}"))).sum();
        assert_eq!(months, length("year", "2026"), "{zone}");
        // Morocco's clock does not end the year as it began it.
        assert!(zone == "Africa/Casablanca" || months == 365 * 86_400_000_000_000, "{zone}");
    }
}

/// F9: the hour that is shown twice, and the half hour.
#[test]
fn the_hour_that_is_shown_twice_is_counted_twice() {
    let night = |zone, cycle: &str| {
        let rules = "cycle calendar day\nfact outage : span {}\nlevel night = length(outage and hours every day 00:00..06:00)";
        let evidence = span("outage", "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z", "");
        word(
            &Case { zone, rules: rules.to_owned(), evidence, cycle: cycle.to_owned(), ..Case::default() }
                .settle(),
            "night",
        )
    };
    assert_eq!(night("Europe/Berlin", "2026-10-25"), format!("{}/1", 7 * 3600));
    assert_eq!(night("Europe/Berlin", "2026-03-29"), format!("{}/1", 5 * 3600));
    assert_eq!(night("Australia/Lord_Howe", "2026-04-05"), format!("{}/1", 6 * 3600 + 1800));
    assert_eq!(night("Australia/Lord_Howe", "2026-10-04"), format!("{}/1", 5 * 3600 + 1800));
    assert_eq!(night("Asia/Shanghai", "2026-10-25"), format!("{}/1", 6 * 3600));
}

/// F9: Samoa went from 29 to 31 December 2011.
#[test]
fn a_day_that_never_happened_has_no_office_hours() {
    let rules = "fact outage : span {}\nlevel all = length(cycle)\nlevel open = length(hours every day 09:00..10:00)\nlevel down = length(outage)";
    let evidence = span("outage", "2011-12-30T09:00:00Z", "2011-12-30T11:00:00Z", "");
    let settled = Case {
        zone: "Pacific/Apia",
        rules: rules.to_owned(),
        evidence,
        cycle: "2011-12".to_owned(),
        ..Case::default()
    }
    .settle();
    assert_eq!(word(&settled, "all"), format!("{}/1", 30 * 86_400));
    assert_eq!(word(&settled, "open"), format!("{}/1", 30 * 3_600));
    // An hour before midnight of the 29th and an hour of the 31st.
    assert_eq!(word(&settled, "down"), "7200/1");
}

/// F10: 2016-12-31T23:59:60Z. A day has 86 400 seconds; whoever writes the leap second is told what to write.
#[test]
fn a_leap_second_makes_no_minute_of_sixty_one_seconds() {
    let rules = "cycle calendar year\nfact outage : span {}\nlevel down = length(outage)".to_owned();
    let evidence = span("outage", "2016-12-31T23:59:00Z", "2017-01-01T00:00:00Z", "");
    let settled = Case { rules, evidence, cycle: "2016".to_owned(), ..Case::default() }.settle();
    assert_eq!(word(&settled, "down"), "60/1");
    let refused = calendar::parse_instant("2016-12-31T23:59:60Z").unwrap_err().to_string();
    assert!(refused.contains("leap second"), "{refused}");
}

/// F11: figures depend on the zone rules, so a settlement names them.
#[test]
fn a_settlement_names_the_version_of_its_zone_rules() {
    let settled = settle("fact outage : span {}\nlevel down = length(outage)", "");
    assert!(settled.tzdb.starts_with("20") && settled.tzdb.len() == 5, "{}", settled.tzdb);
}

/// F12: three copies, any order, late by up to 75 days, and a status corrected from failed to delivered.
#[test]
fn late_copied_and_corrected_receipts_count_once_as_they_are_known_last() {
    let rules = "fact receipt : event { ok: truth }\nlevel delivered = share(ok of receipt)\nlevel all = count(receipt)";
    let receipt =
        |id: &str, rest: &str| event("receipt", "2026-10-05T10:00:00Z", &format!(",\"id\":\"{id}\"{rest}"));
    let lines = [
        receipt("a", ",\"ok\":false,\"recorded_at\":\"2026-10-05T10:00:01Z\""),
        receipt(
            "a2",
            ",\"ok\":true,\"supersedes\":\"a\",\"reason\":\"late receipt\",\"recorded_at\":\"2026-12-19T00:00:00Z\"",
        ),
        receipt("b", ",\"ok\":true,\"recorded_at\":\"2026-12-15T00:00:00Z\""),
        receipt("c", ",\"ok\":false,\"recorded_at\":\"2026-10-05T10:00:01Z\""),
    ];
    let reversed: String = lines.iter().rev().map(String::as_str).collect();
    let settled = settle(rules, &(lines.concat().repeat(2) + &reversed));
    assert_eq!((word(&settled, "delivered"), word(&settled, "all")), ("2/3".to_owned(), "3/1".to_owned()));
    let sealed = settle_as_of(rules, &(lines.concat().repeat(2) + &reversed), "2026-11-02T00:00:00Z");
    assert_eq!((word(&sealed, "delivered"), word(&sealed, "all")), ("0/1".to_owned(), "2/1".to_owned()));
}
