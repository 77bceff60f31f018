//! Instants and wall clocks: skipped and repeated readings, skipped days, text and back.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail the test")]

use calendar::{Date, TimeOfDay, Zone, parse_instant, tzdb_version};
use proptest::prelude::*;
use timeline::{Instant, Interval};

fn zone(name: &str) -> Zone {
    Zone::named(name).unwrap()
}

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn time(text: &str) -> TimeOfDay {
    TimeOfDay::parse(text).unwrap()
}

fn at(text: &str) -> Instant {
    parse_instant(text).unwrap()
}

#[test]
fn a_skipped_reading_moves_on_by_the_gap_and_a_repeated_one_is_the_first() {
    let table = [
        ("America/New_York", "2026-03-08", "01:59:59", "2026-03-08T01:59:59-05:00"),
        ("America/New_York", "2026-03-08", "02:00", "2026-03-08T03:00:00-04:00"),
        ("America/New_York", "2026-03-08", "02:30", "2026-03-08T03:30:00-04:00"),
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01T01:30:00-04:00"),
        ("America/New_York", "2026-11-01", "02:00", "2026-11-01T02:00:00-05:00"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-04T02:45:00+11:00"),
        ("Asia/Shanghai", "2026-09-30", "24:00", "2026-10-01T00:00:00+08:00"),
        ("Asia/Kathmandu", "2026-10-01", "00:00", "2026-10-01T00:00:00+05:45"),
        ("+05:30", "2026-10-01", "09:00", "2026-10-01T09:00:00+05:30"),
        ("-09:30", "2026-10-01", "09:00", "2026-10-01T09:00:00-09:30"),
        ("UTC", "2026-10-01", "09:00", "2026-10-01T09:00:00Z"),
    ];
    for (name, day, clock, shown) in table {
        let zone = zone(name);
        let instant = zone.instant(date(day), time(clock)).unwrap();
        assert_eq!(zone.show(instant), shown, "{name} {day} {clock}");
        assert_eq!(instant, at(shown));
    }
}

#[test]
fn the_first_instant_at_or_after_a_skipped_reading_is_the_change() {
    let new_york = zone("America/New_York");
    for clock in ["02:00", "02:30", "02:59:59", "03:00"] {
        let first = new_york.first_at_or_after(date("2026-03-08"), time(clock)).unwrap();
        assert_eq!(new_york.show(first), "2026-03-08T03:00:00-04:00", "{clock}");
    }
}

#[test]
fn a_day_starts_with_its_first_instant_even_without_a_midnight() {
    let table = [
        ("America/Santiago", "2026-09-06", "2026-09-06T01:00:00-03:00"),
        ("Asia/Beirut", "2026-03-29", "2026-03-29T01:00:00+03:00"),
        ("America/Havana", "2026-11-01", "2026-11-01T00:00:00-04:00"),
        ("Africa/Cairo", "2026-04-24", "2026-04-24T01:00:00+03:00"),
        ("Asia/Shanghai", "2026-10-01", "2026-10-01T00:00:00+08:00"),
    ];
    for (name, day, shown) in table {
        let zone = zone(name);
        assert_eq!(zone.show(zone.start_of_day(date(day)).unwrap()), shown, "{name}");
    }
}

#[test]
fn a_date_the_zone_jumped_over_starts_and_ends_at_the_jump() {
    let apia = zone("Pacific/Apia");
    let jump = apia.start_of_day(date("2011-12-30")).unwrap();
    assert_eq!(apia.start_of_day(date("2011-12-31")), Some(jump));
    assert_eq!(apia.date(jump), date("2011-12-31"));
    assert_eq!(apia.date(jump.checked_sub(1).unwrap()), date("2011-12-29"));
}

#[test]
fn only_exact_names_and_offsets_are_zones_and_slips_are_helped() {
    for name in ["Asia/Shanghai", "UTC", "Etc/UTC", "+08:00", "-03:30", "+00:00", "America/Argentina/Ushuaia"]
    {
        assert_eq!(zone(name).name(), name);
    }
    let table = [
        ("asia/shanghai", Some("Asia/Shanghai")),
        ("shanghai", Some("Asia/Shanghai")),
        ("New York", Some("America/New_York")),
        ("utc", Some("UTC")),
        ("Asia/Beijing", None),
        ("+8:00", None),
        ("+0800", None),
        ("-00:00", None),
        ("+08:60", None),
        ("+19:00", None),
        ("", None),
    ];
    for (name, nearest) in table {
        let error = Zone::named(name).unwrap_err();
        assert_eq!(error.nearest.as_deref(), nearest, "{name}");
        assert_eq!(error.name, name);
    }
}

#[test]
fn the_unbounded_instants_have_a_date_and_no_rfc_3339() {
    let shanghai = zone("Asia/Shanghai");
    assert_eq!(shanghai.show(Instant::MIN), "-∞");
    assert_eq!(shanghai.show(Instant::MAX), "∞");
    assert_eq!(shanghai.date(Instant::MIN).year(), 1677);
    assert_eq!(shanghai.date(Instant::MAX).year(), 2262);
    assert_eq!(shanghai.start_of_day(date("1677-01-01")), None);
    assert_eq!(shanghai.start_of_day(date("9999-12-31")), None);
    assert_eq!(shanghai.instant(date("9999-12-31"), TimeOfDay::END_OF_DAY), None);
}

#[test]
fn local_mean_time_with_seconds_is_shown_in_utc() {
    let amsterdam = zone("Europe/Paris");
    assert_eq!(amsterdam.show(at("1905-01-01T00:00:00Z")), "1905-01-01T00:00:00Z");
    assert_eq!(amsterdam.offset_seconds(at("1905-01-01T00:00:00Z")), 561);
}

#[test]
fn the_database_says_its_version() {
    let version = tzdb_version();
    assert!(version.len() == 5 && version.starts_with("20"), "{version}");
}

#[test]
fn transitions_are_the_changes_of_offset_and_none_other() {
    let new_york = zone("America/New_York");
    let year = Interval::new(at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z")).unwrap();
    let changes: Vec<_> = new_york
        .transitions(year)
        .iter()
        .map(|change| (new_york.show(change.at), change.offset_seconds))
        .collect();
    assert_eq!(
        changes,
        [
            ("2026-03-08T03:00:00-04:00".to_owned(), -14_400),
            ("2026-11-01T01:00:00-05:00".to_owned(), -18_000)
        ]
    );
    assert_eq!(zone("+08:00").transitions(year), []);
    let edge = at("2026-03-08T07:00:00Z");
    let from_edge = Interval::new(edge, edge.checked_add(1).unwrap()).unwrap();
    assert_eq!(new_york.transitions(from_edge).len(), 1, "a change at the first instant is within");
    let to_edge = Interval::new(edge.checked_sub(1).unwrap(), edge).unwrap();
    assert_eq!(new_york.transitions(to_edge), []);
}

fn any_zone() -> impl Strategy<Value = Zone> {
    let mut names: Vec<&str> = Zone::names().collect();
    names.sort_unstable();
    prop_oneof![
        4 => proptest::sample::select(names).prop_map(zone),
        1 => Just(Zone::utc()),
        1 => Just(zone("+13:45")),
    ]
}

fn seconds(from: &str, until: &str) -> std::ops::Range<i64> {
    at(from).nanos() / 1_000_000_000..at(until).nanos() / 1_000_000_000
}

fn any_instant() -> impl Strategy<Value = Instant> {
    (seconds("1901-01-01T00:00:00Z", "2200-12-01T00:00:00Z"), 0..1_000_000_000_i64)
        .prop_map(|(second, nanos)| Instant::from_nanos(second * 1_000_000_000 + nanos))
}

proptest! {
    #[test]
    fn reading_what_was_shown_gives_the_instant_back(zone in any_zone(), at in any_instant()) {
        prop_assert_eq!(parse_instant(&zone.show(at)), Ok(at));
    }

    #[test]
    fn the_clock_reading_of_an_instant_leads_back_to_it_or_to_its_first_showing(zone in any_zone(), at in any_instant()) {
        let (day, clock) = (zone.date(at), zone.time(at));
        let back = zone.instant(day, clock).unwrap();
        prop_assert!(back <= at);
        prop_assert_eq!((zone.date(back), zone.time(back)), (day, clock));
        prop_assert_eq!(zone.first_at_or_after(day, clock), Some(back));
    }

    #[test]
    fn later_readings_are_never_earlier_instants(
        zone in any_zone(),
        at in any_instant(),
        step_minutes in 0..2880_i64,
    ) {
        let (day, clock) = (zone.date(at), zone.time(at));
        let minutes = clock.nanos() / 60_000_000_000 + step_minutes;
        let later_day = day.add_days(i32::try_from(minutes / 1440).unwrap()).unwrap();
        let later_clock = TimeOfDay::from_nanos(minutes % 1440 * 60_000_000_000 + clock.nanos() % 60_000_000_000).unwrap();
        let first = zone.first_at_or_after(day, clock).unwrap();
        let second = zone.first_at_or_after(later_day, later_clock).unwrap();
        prop_assert!(first <= second, "{first:?} {second:?}");
    }

    #[test]
    fn no_bytes_make_reading_an_instant_panic(text in "\\PC{0,40}") {
        let _ = parse_instant(&text);
        let _ = Zone::named(&text);
        let _ = Date::parse(&text);
        let _ = TimeOfDay::parse(&text);
    }
}
