//! Business hours: windows against a minute-by-minute oracle, clock changes, midnight, and clocks that run in them.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail the test")]

use calendar::{
    AdvanceError, Date, DayMark, DayRule, HolidayCalendar, Hours, NotPublished, TimeOfDay, Weekday,
    WeekdaySet, Window, Zone, parse_instant,
};
use proptest::prelude::*;
use timeline::{Instant, Interval, Timeline};

const MINUTE: i64 = 60_000_000_000;
const HOUR: i128 = 3_600_000_000_000;

fn zone(name: &str) -> Zone {
    Zone::named(name).unwrap()
}

fn at(text: &str) -> Instant {
    parse_instant(text).unwrap()
}

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn window(days: WeekdaySet, from: &str, until: &str) -> Window {
    Window { days, from: TimeOfDay::parse(from).unwrap(), until: TimeOfDay::parse(until).unwrap() }
}

fn hours(zone_name: &str, days: DayRule, windows: &[Window]) -> Hours {
    Hours { zone: zone(zone_name), windows: windows.to_vec(), days }
}

fn cn() -> HolidayCalendar {
    HolidayCalendar::builtin("cn").unwrap()
}

/// The local days `[from, until)`.
fn days(hours: &Hours, from: &str, until: &str) -> Interval {
    let start = |text| hours.zone.start_of_day(date(text)).unwrap();
    Interval::new(start(from), start(until)).unwrap()
}

fn open_hours(hours: &Hours, from: &str, until: &str) -> i128 {
    hours.open_nanos(days(hours, from, until)).unwrap() / HOUR
}

/// The runs of the open time as local clock readings.
fn shown(hours: &Hours, timeline: &Timeline) -> Vec<String> {
    let run = |run: &Interval| format!("{} {}", hours.zone.show(run.from()), hours.zone.show(run.until()));
    timeline.runs().iter().map(run).collect()
}

#[test]
fn make_up_days_are_open_and_days_off_closed_when_working_days_count() {
    let office = hours(
        "Asia/Shanghai",
        DayRule::WorkingDays(cn()),
        &[window(WeekdaySet::EMPTY, "09:00", "12:00"), window(WeekdaySet::EMPTY, "14:00", "18:00")],
    );
    let open = office.timeline(days(&office, "2026-10-07", "2026-10-12")).unwrap();
    assert_eq!(
        shown(&office, &open),
        [
            "2026-10-08T09:00:00+08:00 2026-10-08T12:00:00+08:00",
            "2026-10-08T14:00:00+08:00 2026-10-08T18:00:00+08:00",
            "2026-10-09T09:00:00+08:00 2026-10-09T12:00:00+08:00",
            "2026-10-09T14:00:00+08:00 2026-10-09T18:00:00+08:00",
            "2026-10-10T09:00:00+08:00 2026-10-10T12:00:00+08:00",
            "2026-10-10T14:00:00+08:00 2026-10-10T18:00:00+08:00",
        ]
    );
}

#[test]
fn holidays_close_listed_days_and_make_up_days_change_nothing_when_holidays_are_excepted() {
    let desk = hours(
        "Asia/Shanghai",
        DayRule::ExceptHolidays(cn()),
        &[window(WeekdaySet::WEEKDAYS, "09:00", "18:00")],
    );
    assert_eq!(open_hours(&desk, "2026-10-01", "2026-10-08"), 0);
    assert_eq!(open_hours(&desk, "2026-10-08", "2026-10-12"), 18, "Saturday 10 October is not listed");
    let weekend = hours(
        "Asia/Shanghai",
        DayRule::ExceptHolidays(cn()),
        &[window(WeekdaySet::WEEKEND, "09:00", "18:00")],
    );
    assert_eq!(
        open_hours(&weekend, "2026-10-03", "2026-10-12"),
        18,
        "3 and 4 October are off, 10 and 11 not"
    );
}

#[test]
fn a_window_over_midnight_opens_on_its_own_day_only() {
    let friday_night = hours(
        "Asia/Shanghai",
        DayRule::EveryListedDay,
        &[window([Weekday::Fri].into_iter().collect(), "22:00", "06:00")],
    );
    let week = days(&friday_night, "2026-10-05", "2026-10-12");
    assert_eq!(
        shown(&friday_night, &friday_night.timeline(week).unwrap()),
        ["2026-10-09T22:00:00+08:00 2026-10-10T06:00:00+08:00"]
    );
    let saturday = days(&friday_night, "2026-10-10", "2026-10-11");
    assert_eq!(
        shown(&friday_night, &friday_night.timeline(saturday).unwrap()),
        ["2026-10-10T00:00:00+08:00 2026-10-10T06:00:00+08:00"]
    );
}

#[test]
fn twenty_four_hundred_and_midnight_both_end_the_day_and_join_the_next() {
    for end in ["24:00", "00:00"] {
        let evening =
            hours("Asia/Shanghai", DayRule::EveryListedDay, &[window(WeekdaySet::EVERY_DAY, "20:00", end)]);
        assert_eq!(open_hours(&evening, "2026-10-01", "2026-10-03"), 8, "{end}");
        let whole =
            hours("Asia/Shanghai", DayRule::EveryListedDay, &[window(WeekdaySet::WEEKEND, "00:00", end)]);
        let open = whole.timeline(days(&whole, "2026-10-01", "2026-10-08")).unwrap();
        assert_eq!(shown(&whole, &open), ["2026-10-03T00:00:00+08:00 2026-10-05T00:00:00+08:00"], "{end}");
    }
}

#[test]
fn hours_are_those_that_really_pass_when_the_clock_changes() {
    let night = hours(
        "America/New_York",
        DayRule::EveryListedDay,
        &[window(WeekdaySet::EVERY_DAY, "22:00", "06:00")],
    );
    let night_of = |from: &str, until: &str| {
        night.open_nanos(Interval::new(at(from), at(until)).unwrap()).unwrap() / HOUR
    };
    assert_eq!(night_of("2026-03-07T12:00:00-05:00", "2026-03-08T12:00:00-04:00"), 7);
    assert_eq!(night_of("2026-10-31T12:00:00-04:00", "2026-11-01T12:00:00-05:00"), 9);
    let always = Hours::always(zone("America/New_York"));
    assert_eq!(open_hours(&always, "2026-03-08", "2026-03-09"), 23);
    assert_eq!(open_hours(&always, "2026-11-01", "2026-11-02"), 25);
    let skipped = hours(
        "America/New_York",
        DayRule::EveryListedDay,
        &[window(WeekdaySet::EVERY_DAY, "02:00", "03:00")],
    );
    assert_eq!(open_hours(&skipped, "2026-03-08", "2026-03-09"), 0, "the hour from 2 to 3 does not happen");
    assert_eq!(open_hours(&skipped, "2026-03-09", "2026-03-10"), 1);
}

#[test]
fn a_window_and_the_rest_of_the_day_share_it_without_gap_or_overlap() {
    for name in
        ["America/New_York", "Australia/Lord_Howe", "America/Santiago", "Pacific/Apia", "America/St_Johns"]
    {
        for (from, until) in [("02:15", "02:45"), ("00:00", "01:30"), ("01:30", "01:45"), ("23:30", "00:30")]
        {
            let inside = hours(name, DayRule::EveryListedDay, &[window(WeekdaySet::EVERY_DAY, from, until)]);
            let outside = hours(name, DayRule::EveryListedDay, &[window(WeekdaySet::EVERY_DAY, until, from)]);
            let years = days(&inside, "2010-01-01", "2012-03-01");
            let (inside, outside) = (inside.timeline(years).unwrap(), outside.timeline(years).unwrap());
            assert!(inside.intersect(&outside).is_empty(), "{name} {from} {until}");
            assert_eq!(inside.union(&outside), Timeline::of(years), "{name} {from} {until}");
        }
    }
}

#[test]
fn any_whole_published_range_can_be_asked_and_only_what_reaches_out_of_it_cannot() {
    let office =
        hours("Asia/Shanghai", DayRule::WorkingDays(cn()), &[window(WeekdaySet::EMPTY, "09:00", "18:00")]);
    let published = days(&office, "2015-01-01", "2027-01-01");
    assert!(office.timeline(published).is_ok());
    let missing = |year| Err(NotPublished { calendar: "cn".to_owned(), year });
    assert_eq!(office.timeline(days(&office, "2014-12-31", "2015-01-02")), missing(2014));
    assert_eq!(office.timeline(days(&office, "2026-12-31", "2027-01-02")), missing(2027));
    let before_opening = Interval::new(published.from(), at("2027-01-01T09:00:00+08:00")).unwrap();
    assert!(office.timeline(before_opening).is_ok(), "no window of 2027 is touched");
    let night =
        hours("Asia/Shanghai", DayRule::WorkingDays(cn()), &[window(WeekdaySet::EMPTY, "22:00", "06:00")]);
    assert_eq!(night.timeline(published), missing(2014), "the night into 2015 began in 2014");
    assert!(night.timeline(days(&night, "2015-01-02", "2027-01-01")).is_ok());
}

#[test]
fn a_deadline_at_the_end_of_the_last_published_day_does_not_ask_about_the_next_year() {
    let office = hours(
        "Asia/Shanghai",
        DayRule::WorkingDays(cn()),
        &[window(WeekdaySet::EMPTY, "10:00", "12:00"), window(WeekdaySet::EMPTY, "14:00", "17:00")],
    );
    let from = at("2026-12-31T16:00:00+08:00");
    assert_eq!(office.advance(from, HOUR), Ok(at("2026-12-31T17:00:00+08:00")));
    let missing = NotPublished { calendar: "cn".to_owned(), year: 2027 };
    assert_eq!(office.advance(from, HOUR + 1), Err(AdvanceError::NotPublished(missing)));
}

#[test]
fn time_that_just_fits_ends_with_its_window() {
    let split = hours(
        "Asia/Shanghai",
        DayRule::EveryListedDay,
        &[window(WeekdaySet::EVERY_DAY, "10:00", "12:00"), window(WeekdaySet::EVERY_DAY, "14:00", "17:00")],
    );
    let table = [
        ("2026-10-12T10:00:00+08:00", 5 * HOUR, "2026-10-12T17:00:00+08:00"),
        ("2026-10-12T10:00:00+08:00", 2 * HOUR, "2026-10-12T12:00:00+08:00"),
        ("2026-10-12T10:00:00+08:00", 2 * HOUR + 1, "2026-10-12T14:00:00.000000001+08:00"),
        ("2026-10-12T12:30:00+08:00", HOUR, "2026-10-12T15:00:00+08:00"),
        ("2026-10-12T17:00:00+08:00", HOUR, "2026-10-13T11:00:00+08:00"),
        ("2026-10-12T12:30:00+08:00", 0, "2026-10-12T12:30:00+08:00"),
        ("2026-10-12T16:59:59.999999999+08:00", 1, "2026-10-12T17:00:00+08:00"),
    ];
    for (from, nanos, until) in table {
        assert_eq!(split.advance(at(from), nanos), Ok(at(until)), "{from} {nanos}");
    }
}

#[test]
fn a_clock_in_a_night_window_runs_through_midnight() {
    let night =
        hours("Asia/Shanghai", DayRule::EveryListedDay, &[window(WeekdaySet::EVERY_DAY, "22:00", "06:00")]);
    let from = at("2026-10-12T23:00:00+08:00");
    assert_eq!(night.advance(from, HOUR), Ok(at("2026-10-13T00:00:00+08:00")));
    assert_eq!(night.advance(from, 7 * HOUR), Ok(at("2026-10-13T06:00:00+08:00")));
    assert_eq!(night.advance(from, 8 * HOUR), Ok(at("2026-10-13T23:00:00+08:00")));
}

#[test]
fn clocks_that_never_run_are_refused() {
    let from = at("2026-10-12T23:00:00+08:00");
    let closed = hours("Asia/Shanghai", DayRule::EveryListedDay, &[]);
    assert_eq!(closed.advance(from, 1), Err(AdvanceError::NeverOpen));
    assert_eq!(closed.advance(from, 0), Ok(from));
    assert_eq!(closed.advance(from, -1), Err(AdvanceError::Negative));
    let no_day =
        hours("Asia/Shanghai", DayRule::EveryListedDay, &[window(WeekdaySet::EMPTY, "09:00", "18:00")]);
    assert_eq!(no_day.advance(from, 1), Err(AdvanceError::NeverOpen));
    let always = Hours::always(zone("Asia/Shanghai"));
    assert_eq!(always.advance(from, 24 * HOUR), Ok(at("2026-10-13T23:00:00+08:00")));
    assert_eq!(always.advance(from, i128::MAX), Err(AdvanceError::OutOfRange));
    assert_eq!(always.advance(Instant::MAX, 1), Err(AdvanceError::OutOfRange));
}

#[test]
fn hours_over_all_time_are_those_of_the_representable_years() {
    let always = Hours::always(zone("Asia/Shanghai"));
    assert_eq!(always.timeline(Interval::ALL), Ok(Timeline::all()));
    let weekly = hours(
        "Asia/Shanghai",
        DayRule::EveryListedDay,
        &[window([Weekday::Mon].into_iter().collect(), "09:00", "18:00")],
    );
    let runs = weekly.timeline(Interval::ALL).unwrap().runs().len();
    assert!((30_000..31_000).contains(&runs), "{runs} Mondays in 585 years");
}

/// Open minutes by walking the clock: a window is open from the first minute the clock has shown its opening (or
/// later) until the first at which it has shown its closing.
fn walked(hours: &Hours, within: Interval) -> Vec<bool> {
    let reading = |at| (hours.zone.date(at), hours.zone.time(at));
    let lead = within.from().checked_sub(3 * 1440 * MINUTE).unwrap();
    let minutes = (within.until().nanos() - lead.nanos()) / MINUTE;
    let mut furthest = reading(lead);
    let mut open = Vec::new();
    for minute in 0..minutes {
        let at = lead.checked_add(minute * MINUTE).unwrap();
        furthest = furthest.max(reading(at));
        if at >= within.from() {
            open.push(hours.windows.iter().any(|window| open_by(hours, window, furthest)));
        }
    }
    open
}

fn open_by(hours: &Hours, window: &Window, (day, clock): (Date, TimeOfDay)) -> bool {
    let listed = |day: Date| match &hours.days {
        DayRule::EveryListedDay => window.days.contains(day.weekday()),
        DayRule::WorkingDays(calendar) => calendar.working(day).unwrap(),
        DayRule::ExceptHolidays(calendar) => {
            window.days.contains(day.weekday()) && calendar.mark(day).unwrap() != Some(DayMark::Off)
        }
    };
    let overnight = window.until <= window.from;
    let today = listed(day) && clock >= window.from && (overnight || clock < window.until);
    today || (overnight && clock < window.until && listed(day.previous_day().unwrap()))
}

fn any_hours() -> impl Strategy<Value = (Hours, Interval)> {
    let quarter = (0..=96_i64).prop_map(|quarter| TimeOfDay::from_nanos(quarter * 15 * MINUTE).unwrap());
    let before_midnight =
        (0..96_i64).prop_map(|quarter| TimeOfDay::from_nanos(quarter * 15 * MINUTE).unwrap());
    let days = proptest::sample::subsequence(Weekday::ALL.to_vec(), 0..=7)
        .prop_map(|days| days.into_iter().collect::<WeekdaySet>());
    let window =
        (days, before_midnight, quarter).prop_map(|(days, from, until)| Window { days, from, until });
    let rule = prop_oneof![
        Just(DayRule::EveryListedDay),
        Just(DayRule::WorkingDays(cn())),
        Just(DayRule::ExceptHolidays(cn())),
    ];
    // Days on which clocks changed, and ordinary ones around Chinese holidays.
    let place = proptest::sample::select(vec![
        ("America/New_York", "2026-03-07"),
        ("America/New_York", "2026-10-31"),
        ("America/Havana", "2026-10-31"),
        ("America/Santiago", "2026-09-05"),
        ("America/St_Johns", "2018-03-10"),
        ("Australia/Lord_Howe", "2026-04-04"),
        ("Australia/Lord_Howe", "2026-10-03"),
        ("Antarctica/Troll", "2026-03-28"),
        ("Africa/Cairo", "2026-04-23"),
        ("Asia/Shanghai", "2026-09-30"),
        ("Asia/Shanghai", "2026-02-13"),
    ]);
    (proptest::collection::vec(window, 1..4), rule, place, 0..1440_i64, 1..4 * 1440_i64).prop_map(
        |(windows, days, (name, day), start_minute, length_minutes)| {
            let hours = Hours { zone: zone(name), windows, days };
            let from =
                hours.zone.start_of_day(date(day)).unwrap().checked_add(start_minute * MINUTE).unwrap();
            let until = from.checked_add(length_minutes * MINUTE).unwrap();
            (hours, Interval::new(from, until).unwrap())
        },
    )
}

proptest! {
    #[test]
    fn open_minutes_are_those_a_walk_along_the_clock_finds((hours, within) in any_hours()) {
        let open = hours.timeline(within).unwrap();
        let found: Vec<bool> = (0..within.nanos() / i128::from(MINUTE))
            .map(|minute| open.contains(within.from().checked_add(i64::try_from(minute).unwrap() * MINUTE).unwrap()))
            .collect();
        prop_assert_eq!(found, walked(&hours, within));
        prop_assert_eq!(open.nanos(), hours.open_nanos(within).ok());
    }

    #[test]
    fn a_clock_stops_at_the_first_instant_by_which_its_time_has_passed(
        (hours, within) in any_hours(),
        nanos in 1..100 * HOUR,
    ) {
        match hours.advance(within.from(), nanos) {
            Ok(until) => {
                let run = Interval::new(within.from(), until).unwrap();
                prop_assert_eq!(hours.open_nanos(run), Ok(nanos));
                let last = Interval::new(until.checked_sub(1).unwrap(), until).unwrap();
                prop_assert_eq!(hours.open_nanos(last), Ok(1), "the clock was running when it stopped");
            }
            Err(error) => {
                let shut = hours.windows.iter().all(|window| window.days.is_empty());
                let at_year_end = matches!(&error, AdvanceError::NotPublished(missing) if missing.year == 2027);
                prop_assert!(shut || at_year_end, "{error:?}");
            }
        }
    }

    #[test]
    fn asking_in_parts_adds_up_to_asking_at_once((hours, within) in any_hours(), cut in 0..4 * 1440_i64) {
        let cut = within.from().checked_add(cut * MINUTE).unwrap();
        let parts = [Interval::new(within.from(), cut.min(within.until())), Interval::new(cut, within.until())];
        let open: Vec<Timeline> = parts.into_iter().flatten().map(|part| hours.timeline(part).unwrap()).collect();
        prop_assert_eq!(Timeline::union_all(&open), hours.timeline(within).unwrap());
    }
}
