//! Working days of China and the United States, and arithmetic that never guesses an unpublished year.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail the test")]

use calendar::{
    Date, DayKind, DayMark, HolidayCalendar, NotPublished, add_working_days, nth_working_day,
    working_days_between,
};

fn builtin(name: &str) -> HolidayCalendar {
    HolidayCalendar::builtin(name).unwrap()
}

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn missing<T>(calendar: &str, year: i32) -> Result<T, NotPublished> {
    Err(NotPublished { calendar: calendar.to_owned(), year })
}

fn days_of(year: i32) -> impl Iterator<Item = Date> {
    let first = Date::new(year, 1, 1).unwrap();
    (0..366).filter_map(move |n| first.add_days(n)).filter(move |day| day.year() == year)
}

#[test]
fn every_day_of_a_published_year_can_be_asked_and_no_other() {
    for (name, years) in [("cn", 2015..=2026), ("us_federal", 2015..=2040)] {
        let calendar = builtin(name);
        assert_eq!(calendar.years(), years);
        for year in years.clone() {
            assert!(days_of(year).all(|day| calendar.mark(day).is_ok()), "{name} {year}");
        }
        for year in [years.start() - 1, years.end() + 1] {
            assert!(days_of(year).all(|day| calendar.mark(day) == missing(name, year)), "{name} {year}");
        }
    }
    assert_eq!(HolidayCalendar::builtin("CN"), None);
}

#[test]
fn working_days_of_a_year_are_as_many_as_the_notices_leave() {
    let cn = builtin("cn");
    let worked = |year| days_of(year).filter(|day| cn.working(*day).unwrap()).count();
    // The same counts as PyPI chinesecalendar 1.11.0 and holidays 0.108 give.
    let counts: Vec<usize> = (2015..=2026).map(worked).collect();
    assert_eq!(counts, [249, 250, 249, 250, 250, 249, 250, 249, 249, 251, 248, 248]);
}

#[test]
fn a_make_up_day_is_worked_and_a_day_in_lieu_is_not() {
    let cn = builtin("cn");
    let table = [
        ("2026-10-10", Some(DayMark::Work), DayKind::Working),
        ("2026-10-11", None, DayKind::Rest),
        ("2026-10-07", Some(DayMark::Off), DayKind::Rest),
        ("2026-10-08", None, DayKind::Working),
        ("2018-12-29", Some(DayMark::Work), DayKind::Working),
        ("2018-12-31", Some(DayMark::Off), DayKind::Rest),
        ("2015-09-04", Some(DayMark::Off), DayKind::Rest),
        ("2015-09-06", Some(DayMark::Work), DayKind::Working),
        ("2020-01-31", Some(DayMark::Off), DayKind::Rest),
    ];
    for (day, mark, kind) in table {
        assert_eq!(cn.mark(date(day)), Ok(mark), "{day}");
        assert_eq!(cn.kind(date(day)), Ok(kind), "{day}");
    }
}

#[test]
fn the_fifth_working_day_of_october_2026_in_china_is_the_13th() {
    let nth = |n| nth_working_day(&builtin("cn"), 2026, 10, n).unwrap().map(Date::day);
    assert_eq!([1, 2, 3, 4, 5].map(nth), [8, 9, 10, 12, 13].map(Some));
    assert_eq!(nth(18), Some(30));
    assert_eq!(nth(19), None);
    assert_eq!(nth(0), None);
    assert_eq!(nth_working_day(&builtin("cn"), 2026, 13, 1), Ok(None));
    assert_eq!(nth_working_day(&builtin("cn"), 2027, 1, 1), missing("cn", 2027));
}

#[test]
fn working_days_are_added_without_the_day_of_start() {
    let table = [
        ("cn", "2022-05-05", 5, "2022-05-11"),
        ("cn", "2026-09-30", 1, "2026-10-08"),
        ("cn", "2026-10-01", 1, "2026-10-08"),
        ("cn", "2026-10-08", -1, "2026-09-30"),
        ("cn", "2026-10-10", -3, "2026-09-30"),
        ("cn", "2026-10-03", 0, "2026-10-03"),
        ("us_federal", "2021-12-30", 1, "2022-01-03"),
        ("us_federal", "2026-07-02", 1, "2026-07-06"),
        ("us_federal", "2026-11-25", 1, "2026-11-27"),
    ];
    for (name, from, n, to) in table {
        assert_eq!(add_working_days(&builtin(name), date(from), n), Ok(date(to)), "{name} {from} {n}");
    }
}

#[test]
fn a_search_that_runs_into_an_unpublished_year_is_not_published() {
    let cn = builtin("cn");
    assert_eq!(add_working_days(&cn, date("2026-12-30"), 1), Ok(date("2026-12-31")));
    assert_eq!(add_working_days(&cn, date("2026-12-31"), 1), missing("cn", 2027));
    assert_eq!(add_working_days(&cn, date("2015-01-04"), -1), missing("cn", 2014));
    assert_eq!(add_working_days(&cn, date("2026-06-01"), i32::MAX), missing("cn", 2027));
    assert_eq!(working_days_between(&cn, date("2026-12-30"), date("2027-01-01")), Ok(1));
    assert_eq!(working_days_between(&cn, date("2026-12-30"), date("2027-01-02")), missing("cn", 2027));
    let forever = HolidayCalendar::listed("none", [], 1..=9999);
    assert_eq!(add_working_days(&forever, date("9999-12-31"), 1), missing("none", 10_000));
}

#[test]
fn days_strictly_between_count_neither_end() {
    let cn = builtin("cn");
    let between = |after, before| working_days_between(&cn, date(after), date(before)).unwrap();
    assert_eq!(between("2026-10-08", "2026-10-13"), 3, "9, 10 and 12 October");
    assert_eq!(between("2026-10-08", "2026-10-09"), 0);
    assert_eq!(between("2026-10-08", "2026-10-08"), 0);
    assert_eq!(between("2026-10-13", "2026-10-08"), 0);
}

#[test]
fn counting_and_adding_agree() {
    let cn = builtin("cn");
    for start in days_of(2025) {
        for n in 1..40 {
            let end = add_working_days(&cn, start, n).unwrap();
            assert!(cn.working(end).unwrap());
            assert_eq!(working_days_between(&cn, start, end), Ok(i64::from(n) - 1), "{start} {n}");
            let back = add_working_days(&cn, end, -n).unwrap();
            assert!(back <= start, "{start} {n}");
        }
    }
}

#[test]
fn a_listed_calendar_keeps_the_later_of_two_marks_and_its_own_years() {
    let days = [
        (date("2026-01-06"), DayMark::Off),
        (date("2026-01-03"), DayMark::Off),
        (date("2026-01-03"), DayMark::Work),
    ];
    let listed = HolidayCalendar::listed("se", days, 2026..=2026);
    assert_eq!(listed.marks().len(), 2);
    assert_eq!(listed.working(date("2026-01-03")), Ok(true));
    assert_eq!(listed.working(date("2026-01-06")), Ok(false));
    assert_eq!(listed.working(date("2025-12-31")), missing("se", 2025));
    assert_eq!(listed.name(), "se");
}
