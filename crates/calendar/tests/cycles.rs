//! Cycles: calendar units in zones, service months, fixed spans, and their names.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail the test")]

use calendar::{
    CalendarUnit, Cycle, CycleError, CycleRule, Date, Zone, cycle_at, cycle_named, next, parse_instant,
    previous,
};
use proptest::prelude::*;
use timeline::Instant;

const MONTH: CycleRule = CycleRule::Calendar(CalendarUnit::Month);
const CALENDAR_RULES: [CycleRule; 8] = [
    CycleRule::Calendar(CalendarUnit::Day),
    CycleRule::Calendar(CalendarUnit::Week),
    MONTH,
    CycleRule::Calendar(CalendarUnit::Quarter { year_starts: 1 }),
    CycleRule::Calendar(CalendarUnit::Quarter { year_starts: 4 }),
    CycleRule::Calendar(CalendarUnit::HalfYear { year_starts: 7 }),
    CycleRule::Calendar(CalendarUnit::Year { year_starts: 1 }),
    CycleRule::Calendar(CalendarUnit::Year { year_starts: 10 }),
];
const ANCHORED_RULES: [CycleRule; 6] = [
    CycleRule::Service { months: 1 },
    CycleRule::Service { months: 3 },
    CycleRule::Service { months: 12 },
    CycleRule::Fixed { days: 30 },
    CycleRule::Fixed { days: 1 },
    CycleRule::FixedNanos { nanos: 730 * 3_600_000_000_000 },
];
/// Zones that change their clocks at all hours, by 20, 30, 60 and 120 minutes, at midnight, in Ramadan, and by a day.
const ZONES: [&str; 40] = [
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/St_Johns",
    "America/Halifax",
    "America/Havana",
    "America/Santiago",
    "America/Asuncion",
    "America/Sao_Paulo",
    "America/Mexico_City",
    "America/Nuuk",
    "America/Scoresbysund",
    "Atlantic/Azores",
    "Europe/London",
    "Europe/Dublin",
    "Europe/Lisbon",
    "Europe/Berlin",
    "Europe/Zurich",
    "Europe/Stockholm",
    "Europe/Athens",
    "Europe/Istanbul",
    "Europe/Moscow",
    "Europe/Volgograd",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Jerusalem",
    "Asia/Tehran",
    "Asia/Amman",
    "Asia/Pyongyang",
    "Antarctica/Troll",
    "Australia/Sydney",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Apia",
];

fn zone(name: &str) -> Zone {
    Zone::named(name).unwrap()
}

fn at(text: &str) -> Instant {
    parse_instant(text).unwrap()
}

/// The extent of a cycle as dates, checked to be whole days.
fn dates(zone: &Zone, cycle: &Cycle) -> String {
    let day = |at| {
        let date = zone.date(at);
        assert_eq!(zone.start_of_day(date), Some(at));
        date
    };
    format!("{} {}", day(cycle.whole.from()), day(cycle.whole.until()))
}

#[test]
fn months_of_zones_that_change_their_clocks_sum_to_the_elapsed_time() {
    for name in ZONES {
        let zone = zone(name);
        let mut cycle = cycle_named(&MONTH, &zone, None, "2010-01").unwrap();
        let start = cycle.whole.from();
        let mut total = 0;
        for month in 0..28 * 12 {
            assert_eq!(cycle.label, format!("{}-{:02}", 2010 + month / 12, month % 12 + 1));
            total += cycle.whole.nanos();
            let following = next(&MONTH, &zone, None, &cycle, 1).unwrap();
            assert_eq!(following.whole.from(), cycle.whole.until(), "{name} {}", cycle.label);
            assert_eq!(previous(&MONTH, &zone, None, &following, 1).as_ref(), Ok(&cycle));
            cycle = following;
        }
        assert_eq!(total, cycle.whole.from().nanos_since(start), "{name}");
        let end = zone.start_of_day(Date::new(2038, 1, 1).unwrap()).unwrap();
        assert_eq!(cycle.whole.from(), end);
    }
}

#[test]
fn days_of_zones_that_change_their_clocks_leave_no_gap() {
    let rule = CycleRule::Calendar(CalendarUnit::Day);
    for name in ZONES {
        let zone = zone(name);
        let mut cycle = cycle_named(&rule, &zone, None, "2010-01-01").unwrap();
        for _ in 0..2000 {
            let following = next(&rule, &zone, None, &cycle, 1).unwrap();
            assert_eq!(following.whole.from(), cycle.whole.until(), "{name} {}", cycle.label);
            cycle = following;
        }
    }
}

#[test]
fn a_month_has_its_true_length_when_the_clock_changes() {
    let hours = |zone_name, label| {
        let cycle = cycle_named(&MONTH, &zone(zone_name), None, label).unwrap();
        cycle.whole.nanos() / 3_600_000_000_000
    };
    assert_eq!(hours("Asia/Shanghai", "2026-03"), 744);
    assert_eq!(hours("America/New_York", "2026-03"), 743);
    assert_eq!(hours("America/New_York", "2026-11"), 721);
    assert_eq!(hours("Asia/Shanghai", "2024-02"), 696);
}

#[test]
fn calendar_units_are_named_and_found_by_name() {
    let [day, week, month, quarter, fiscal_quarter, fiscal_half, year, fiscal_year] = CALENDAR_RULES;
    let table = [
        (day, "2026-10-05", "2026-10-05 2026-10-06"),
        (week, "2026-W05", "2026-01-26 2026-02-02"),
        (week, "2026-W01", "2025-12-29 2026-01-05"),
        (week, "2026-W53", "2026-12-28 2027-01-04"),
        (month, "2026-10", "2026-10-01 2026-11-01"),
        (month, "2026-12", "2026-12-01 2027-01-01"),
        (quarter, "2026-Q1", "2026-01-01 2026-04-01"),
        (quarter, "2026-Q4", "2026-10-01 2027-01-01"),
        (fiscal_quarter, "2026-Q1", "2026-04-01 2026-07-01"),
        (fiscal_quarter, "2026-Q4", "2027-01-01 2027-04-01"),
        (fiscal_half, "2026-H1", "2026-07-01 2027-01-01"),
        (fiscal_half, "2026-H2", "2027-01-01 2027-07-01"),
        (year, "2026", "2026-01-01 2027-01-01"),
        (fiscal_year, "2026", "2026-10-01 2027-10-01"),
    ];
    let shanghai = zone("Asia/Shanghai");
    for (rule, label, extent) in table {
        let cycle = cycle_named(&rule, &shanghai, None, label).unwrap();
        assert_eq!(dates(&shanghai, &cycle), extent, "{rule:?} {label}");
        assert_eq!(cycle.label, label);
        assert_eq!(cycle_at(&rule, &shanghai, None, cycle.whole.from()), Ok(cycle));
    }
}

#[test]
fn a_date_names_the_cycle_it_lies_in() {
    let shanghai = zone("Asia/Shanghai");
    let label = |rule| cycle_named(&rule, &shanghai, None, "2027-01-01").unwrap().label;
    let labels: Vec<String> = CALENDAR_RULES.into_iter().map(label).collect();
    assert_eq!(
        labels,
        ["2027-01-01", "2026-W53", "2027-01", "2027-Q1", "2026-Q4", "2026-H2", "2027", "2026"]
    );
}

#[test]
fn labels_of_another_form_are_refused_with_the_form_expected() {
    let shanghai = zone("Asia/Shanghai");
    let bad =
        |rule, label| matches!(cycle_named(&rule, &shanghai, None, label), Err(CycleError::BadLabel { .. }));
    let [day, week, month, quarter, _, half, year, _] = CALENDAR_RULES;
    let table = [
        (day, "2026-10"),
        (day, "2026-02-29"),
        (week, "2025-W53"),
        (week, "2026-W00"),
        (week, "2026-W5"),
        (month, "2026-13"),
        (month, "2026-00"),
        (month, "2026-1"),
        (month, "2026-Q1"),
        (month, "2026"),
        (quarter, "2026-Q5"),
        (quarter, "2026-Q0"),
        (half, "2026-H3"),
        (year, "2026-01"),
        (year, "26"),
        (month, ""),
        (month, "2026-11-01/2026-10-01"),
        (month, "2026-10-01/2026-10-01"),
        (month, "2026-10-01/"),
        (month, "2026-10/2026-11"),
        (month, "2026-10-01T00:00:00/2026-11-01"),
    ];
    for (rule, label) in table {
        assert!(bad(rule, label), "{rule:?} {label}");
    }
}

#[test]
fn from_and_until_name_any_span() {
    let shanghai = zone("Asia/Shanghai");
    for rule in CALENDAR_RULES.into_iter().chain(ANCHORED_RULES) {
        let cycle = cycle_named(&rule, &shanghai, None, "2026-10-15/2026-11-03").unwrap();
        assert_eq!(dates(&shanghai, &cycle), "2026-10-15 2026-11-03");
        assert_eq!(cycle.label, "2026-10-15/2026-11-03");
    }
    let exact =
        cycle_named(&MONTH, &shanghai, None, "2026-10-15T10:00:00+08:00/2026-10-15T04:00:00Z").unwrap();
    assert_eq!(exact.whole.nanos(), 2 * 3_600_000_000_000);
    let around = cycle_named(&MONTH, &shanghai, None, "2026-10-15/2026-12-03").unwrap();
    assert_eq!(previous(&MONTH, &shanghai, None, &around, 1).unwrap().label, "2026-09");
    assert_eq!(next(&MONTH, &shanghai, None, &around, 1).unwrap().label, "2027-01");
}

#[test]
fn service_months_are_clamped_each_from_the_original_anchor() {
    let shanghai = zone("Asia/Shanghai");
    let anchor = Some(at("2026-01-31T00:00:00+08:00"));
    let rule = CycleRule::Service { months: 1 };
    let mut cycle = cycle_named(&rule, &shanghai, anchor, "2026-01-31").unwrap();
    for extent in [
        "2026-01-31 2026-02-28",
        "2026-02-28 2026-03-31",
        "2026-03-31 2026-04-30",
        "2026-04-30 2026-05-31",
        "2026-05-31 2026-06-30",
    ] {
        assert_eq!(dates(&shanghai, &cycle), extent);
        assert_eq!(cycle.label, extent.replace(' ', "/"));
        cycle = next(&rule, &shanghai, anchor, &cycle, 1).unwrap();
    }
    assert_eq!(
        dates(&shanghai, &next(&rule, &shanghai, anchor, &cycle, 7).unwrap()),
        "2027-01-31 2027-02-28"
    );
    let quarter = CycleRule::Service { months: 3 };
    let second = cycle_named(&quarter, &shanghai, anchor, "2026-07-30").unwrap();
    assert_eq!(dates(&shanghai, &second), "2026-04-30 2026-07-31");
}

#[test]
fn a_thirty_day_month_from_31_january_2019_ends_before_2_march() {
    let shanghai = zone("Asia/Shanghai");
    let anchor = Some(at("2019-01-31T00:00:00+08:00"));
    let rule = CycleRule::Fixed { days: 30 };
    let first = cycle_at(&rule, &shanghai, anchor, at("2019-03-01T23:59:59+08:00")).unwrap();
    assert_eq!(dates(&shanghai, &first), "2019-01-31 2019-03-02");
    let second = cycle_at(&rule, &shanghai, anchor, at("2019-03-02T00:00:00+08:00")).unwrap();
    assert_eq!(dates(&shanghai, &second), "2019-03-02 2019-04-01");
    assert_eq!(previous(&rule, &shanghai, anchor, &second, 1), Ok(first));
}

#[test]
fn fixed_days_follow_the_local_clock_and_fixed_nanos_the_stopwatch() {
    let new_york = zone("America/New_York");
    let start = at("2026-03-01T00:00:00-05:00");
    let days = CycleRule::Fixed { days: 30 };
    let nanos = CycleRule::FixedNanos { nanos: 30 * 86_400_000_000_000 };
    let end = |rule| new_york.show(cycle_at(&rule, &new_york, Some(start), start).unwrap().whole.until());
    assert_eq!(end(days), "2026-03-31T00:00:00-04:00");
    assert_eq!(end(nanos), "2026-03-31T01:00:00-04:00");
}

#[test]
fn a_subscription_starting_at_noon_turns_its_cycles_at_noon() {
    let shanghai = zone("Asia/Shanghai");
    let anchor = Some(at("2026-01-31T12:00:00+08:00"));
    let rule = CycleRule::Service { months: 1 };
    let first = cycle_named(&rule, &shanghai, anchor, "2026-01-31").unwrap();
    assert_eq!(first.label, "2026-01-31T12:00:00+08:00/2026-02-28T12:00:00+08:00");
    let second = cycle_named(&rule, &shanghai, anchor, "2026-02-28").unwrap();
    assert_eq!(second.whole.from(), first.whole.until(), "of a day of change, the cycle that begins");
    let last = at("2026-02-28T11:59:59+08:00");
    assert_eq!(cycle_at(&rule, &shanghai, anchor, last), Ok(first));
}

#[test]
fn cycles_from_an_anchor_need_one_and_have_nothing_before_it() {
    let shanghai = zone("Asia/Shanghai");
    let start = at("2026-01-31T00:00:00+08:00");
    for rule in ANCHORED_RULES {
        assert_eq!(cycle_at(&rule, &shanghai, None, start), Err(CycleError::NeedsAnchor));
        let before = start.checked_sub(1).unwrap();
        assert_eq!(cycle_at(&rule, &shanghai, Some(start), before), Err(CycleError::BeforeAnchor));
        let first = cycle_at(&rule, &shanghai, Some(start), start).unwrap();
        assert_eq!(first.whole.from(), start);
        assert_eq!(previous(&rule, &shanghai, Some(start), &first, 1), Err(CycleError::BeforeAnchor));
    }
}

#[test]
fn cycles_without_length_and_instants_without_bounds_are_refused() {
    let shanghai = zone("Asia/Shanghai");
    let start = at("2026-01-31T00:00:00+08:00");
    for rule in [
        CycleRule::Service { months: 0 },
        CycleRule::Fixed { days: 0 },
        CycleRule::FixedNanos { nanos: 0 },
        CycleRule::FixedNanos { nanos: -1 },
        CycleRule::Calendar(CalendarUnit::Year { year_starts: 0 }),
        CycleRule::Calendar(CalendarUnit::Quarter { year_starts: 13 }),
    ] {
        assert_eq!(cycle_at(&rule, &shanghai, Some(start), start), Err(CycleError::BadRule), "{rule:?}");
    }
    for rule in CALENDAR_RULES.into_iter().chain(ANCHORED_RULES) {
        for end in [Instant::MIN, Instant::MAX, Instant::from_nanos(i64::MAX - 1)] {
            assert_eq!(
                cycle_at(&rule, &shanghai, Some(start), end),
                Err(CycleError::OutOfRange),
                "{rule:?} {end:?}"
            );
        }
    }
    let every_nano = CycleRule::FixedNanos { nanos: 1 };
    assert!(cycle_at(&every_nano, &shanghai, Some(start), start).is_ok());
    assert_eq!(cycle_at(&every_nano, &shanghai, Some(Instant::MIN), start), Err(CycleError::OutOfRange));
}

#[test]
fn a_local_day_that_never_happened_is_no_cycle_and_is_stepped_over() {
    let apia = zone("Pacific/Apia");
    let rule = CycleRule::Calendar(CalendarUnit::Day);
    assert!(matches!(cycle_named(&rule, &apia, None, "2011-12-30"), Err(CycleError::BadLabel { .. })));
    let before = cycle_named(&rule, &apia, None, "2011-12-29").unwrap();
    let after = next(&rule, &apia, None, &before, 1).unwrap();
    assert_eq!(after.label, "2011-12-31");
    assert_eq!(after.whole.from(), before.whole.until());
    assert_eq!(previous(&rule, &apia, None, &after, 1), Ok(before));
    let december = cycle_named(&MONTH, &apia, None, "2011-12").unwrap();
    assert_eq!(december.whole.nanos(), 30 * 86_400_000_000_000);
}

#[test]
fn a_date_turned_back_just_after_midnight_still_lies_in_one_cycle() {
    // St John's went from 00:01 on 7 November 2010 back to 23:01 on the 6th.
    let st_johns = zone("America/St_Johns");
    let rule = CycleRule::Calendar(CalendarUnit::Day);
    let again_the_sixth = at("2010-11-07T03:00:00Z");
    assert_eq!(st_johns.date(again_the_sixth), Date::new(2010, 11, 6).unwrap());
    let cycle = cycle_at(&rule, &st_johns, None, again_the_sixth).unwrap();
    assert_eq!(cycle.label, "2010-11-07");
    assert!(cycle.whole.contains(again_the_sixth));
}

fn any_rule() -> impl Strategy<Value = CycleRule> {
    proptest::sample::select(CALENDAR_RULES.into_iter().chain(ANCHORED_RULES).collect::<Vec<_>>())
}

fn any_second(years: std::ops::Range<i64>) -> impl Strategy<Value = Instant> {
    let second = |year: i64| (year - 1970) * 31_556_952;
    (second(years.start)..second(years.end)).prop_map(|second| Instant::from_seconds(second).unwrap())
}

proptest! {
    #[test]
    fn every_instant_lies_in_the_one_cycle_its_label_names(
        rule in any_rule(),
        name in proptest::sample::select(ZONES.to_vec()),
        anchor in any_second(2005..2010),
        at in any_second(2010..2040),
        n in 0_u32..30,
    ) {
        let zone = zone(name);
        let anchor = Some(anchor);
        let cycle = cycle_at(&rule, &zone, anchor, at).unwrap();
        prop_assert!(cycle.whole.contains(at));
        prop_assert_eq!(cycle_named(&rule, &zone, anchor, &cycle.label), Ok(cycle.clone()));
        let later = next(&rule, &zone, anchor, &cycle, n).unwrap();
        let mut stepped = cycle.clone();
        for _ in 0..n {
            let following = next(&rule, &zone, anchor, &stepped, 1).unwrap();
            prop_assert_eq!(following.whole.from(), stepped.whole.until());
            stepped = following;
        }
        if name != "Pacific/Apia" {
            prop_assert_eq!(&stepped, &later);
            prop_assert_eq!(previous(&rule, &zone, anchor, &later, n), Ok(cycle));
        }
    }
}
