//! Worked cases of real contracts, each with the numbers its text gives.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail the test")]

use calendar::{
    CalendarUnit, CycleRule, Date, DayMark, DayRule, HolidayCalendar, Hours, Period, TimeOfDay, WeekdaySet,
    Window, Zone, add_working_days, cycle_named, nth_working_day, parse_instant, working_days_between,
};
use timeline::{Instant, Interval};

const MINUTE: i128 = 60_000_000_000;
const HOUR: i128 = 60 * MINUTE;

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn at(text: &str) -> Instant {
    parse_instant(text).unwrap()
}

fn time(text: &str) -> TimeOfDay {
    TimeOfDay::parse(text).unwrap()
}

fn cn() -> HolidayCalendar {
    HolidayCalendar::builtin("cn").unwrap()
}

/// "10:00–12:00 and 14:00–17:00", a penetration test's response clock.
fn expert_hours(days: DayRule) -> Hours {
    let window = |from, until| Window { days: WeekdaySet::WEEKDAYS, from: time(from), until: time(until) };
    let windows = vec![window("10:00", "12:00"), window("14:00", "17:00")];
    Hours { zone: Zone::named("Asia/Shanghai").unwrap(), windows, days }
}

#[test]
fn eight_expert_hours_run_over_lunch_nights_and_make_up_days() {
    let legal = expert_hours(DayRule::WorkingDays(cn()));
    let plain = expert_hours(DayRule::EveryListedDay);
    let table = [
        ("plain day", &legal, "2022-05-09T10:00:00+08:00", "2022-05-10T15:00:00+08:00"),
        ("lunch gap", &legal, "2022-05-09T12:30:00+08:00", "2022-05-10T17:00:00+08:00"),
        ("make-up Saturday", &legal, "2022-05-06T18:00:00+08:00", "2022-05-09T15:00:00+08:00"),
        ("without make-up", &plain, "2022-05-06T18:00:00+08:00", "2022-05-10T15:00:00+08:00"),
    ];
    for (case, hours, request, deadline) in table {
        assert_eq!(hours.advance(at(request), 8 * HOUR), Ok(at(deadline)), "{case}");
    }
}

#[test]
fn a_report_is_due_five_working_days_after_completion_the_make_up_saturday_counted() {
    let days: Vec<Date> = (1..=5).map(|n| add_working_days(&cn(), date("2022-05-05"), n).unwrap()).collect();
    assert_eq!(days, ["2022-05-06", "2022-05-07", "2022-05-09", "2022-05-10", "2022-05-11"].map(date));
}

#[test]
fn five_working_days_notice_depends_on_whether_the_window_day_counts() {
    let easter = [date("2026-04-03"), date("2026-04-06")].map(|day| (day, DayMark::Off));
    let sweden = HolidayCalendar::listed("se", easter, 2026..=2026);
    let window = date("2026-04-09");
    let announced = date("2026-03-31");
    assert_eq!(working_days_between(&sweden, announced, window), Ok(4));
    assert_eq!(add_working_days(&sweden, announced, 5), Ok(window), "counting the window's day: in time");
    assert_eq!(working_days_between(&sweden, date("2026-03-30"), window), Ok(5));
    assert_eq!(
        add_working_days(&sweden, window, -6),
        Ok(date("2026-03-30")),
        "latest for five full days between"
    );
}

#[test]
fn august_2025_has_twenty_swiss_business_days_of_nine_hours() {
    let national_day = HolidayCalendar::listed("ch", [(date("2025-08-01"), DayMark::Off)], 2025..=2025);
    let window = Window { days: WeekdaySet::WEEKDAYS, from: time("08:00"), until: time("17:00") };
    let zone = Zone::named("Europe/Zurich").unwrap();
    let hours = Hours { zone, windows: vec![window], days: DayRule::ExceptHolidays(national_day) };
    let month = CycleRule::Calendar(CalendarUnit::Month);
    let august = cycle_named(&month, &hours.zone, None, "2025-08").unwrap().whole;
    let open = hours.timeline(august).unwrap();
    assert_eq!(open.runs().len(), 20);
    assert_eq!(hours.open_nanos(august), Ok(10_800 * MINUTE));
    let down = |from, until| open.clip_nanos(Interval::new(at(from), at(until)).unwrap()) / MINUTE;
    assert_eq!(down("2025-08-05T17:00:00+02:00", "2025-08-06T08:00:00+02:00"), 0);
    assert_eq!(down("2025-08-05T16:00:00+02:00", "2025-08-06T10:40:00+02:00"), 220);
    assert_eq!(down("2025-08-06T07:00:00+02:00", "2025-08-06T08:00:00+02:00"), 0);
}

#[test]
fn standard_time_all_year_is_another_clock_in_summer() {
    let window = Window { days: WeekdaySet::WEEKDAYS, from: time("08:00"), until: time("17:00") };
    let zone = Zone::named("+01:00").unwrap();
    let hours = Hours { zone, windows: vec![window], days: DayRule::EveryListedDay };
    let open = |from, until| hours.open_nanos(Interval::new(at(from), at(until)).unwrap()).unwrap() / MINUTE;
    assert_eq!(open("2025-08-06T07:00:00+02:00", "2025-08-06T08:00:00+02:00"), 0);
    assert_eq!(open("2025-08-06T17:00:00+02:00", "2025-08-06T18:00:00+02:00"), 60);
}

#[test]
fn a_claim_window_is_half_open() {
    // "after the 5th working day of the month", "within two months after the end of the cycle"
    let zone = Zone::named("Asia/Shanghai").unwrap();
    let month = CycleRule::Calendar(CalendarUnit::Month);
    let september = cycle_named(&month, &zone, None, "2026-09").unwrap().whole;
    let fifth = nth_working_day(&cn(), 2026, 10, 5).unwrap().unwrap();
    let opens = zone.start_of_day(fifth.next_day().unwrap()).unwrap();
    let closes = Period::add(&zone, september.until(), Period::months(2)).unwrap();
    let window = Interval::new(opens, closes).unwrap();
    assert_eq!(zone.show(window.from()), "2026-10-14T00:00:00+08:00");
    assert_eq!(zone.show(window.until()), "2026-12-01T00:00:00+08:00");
    assert!(!window.contains(at("2026-10-13T23:59:59.999999999+08:00")));
    assert!(window.contains(at("2026-10-14T00:00:00+08:00")));
    assert!(window.contains(at("2026-11-30T23:59:59.999999999+08:00")));
    assert!(!window.contains(at("2026-12-01T00:00:00+08:00")));
}

#[test]
fn thirty_days_of_an_incident_end_with_the_thirtieth_day() {
    let zone = Zone::named("Europe/Zurich").unwrap();
    for (incident, last_day, closes) in [
        ("2025-08-02", "2025-09-01", "2025-09-02T00:00:00+02:00"),
        ("2025-08-28", "2025-09-27", "2025-09-28T00:00:00+02:00"),
        ("2025-10-01", "2025-10-31", "2025-11-01T00:00:00+01:00"),
    ] {
        let last = date(incident).add_days(30).unwrap();
        assert_eq!(last, date(last_day));
        assert_eq!(zone.first_at_or_after(last, TimeOfDay::END_OF_DAY), Some(at(closes)));
    }
}
