//! United States federal holidays by rule: 5 U.S.C. 6103(a) and the observance rule of 6103(b).

use std::ops::RangeInclusive;

use super::{DayMark, HolidayCalendar};
use crate::{Date, Weekday};

const YEARS: RangeInclusive<i32> = 2015..=2040;
/// The first year in which 19 June is a holiday (Pub. L. 117-17, signed 17 June 2021).
const JUNETEENTH_FROM: i32 = 2021;
const PROVENANCE: &str = "5 U.S.C. 6103(a), computed by rule; 6103(b): a holiday on a Saturday is observed on the \
    Friday before, on a Sunday on the Monday after. Both the day itself and the observed day are off. \
    Inauguration Day and closures by executive order are not in it. ／ 美国法典第 5 编第 6103(a) 条，按规则推算；\
    第 6103(b) 条：假日逢周六者前移至周五，逢周日者后移至周一，当日与补休日均放假；\
    不含总统就职日与行政命令宣布的停工日";

pub(super) fn calendar() -> HolidayCalendar {
    // 1 January of the year after the last can be observed on 31 December of the last.
    let years = *YEARS.start()..=*YEARS.end() + 1;
    let days = years.flat_map(holidays).flat_map(with_observed).filter(|date| YEARS.contains(&date.year()));
    HolidayCalendar::with_provenance("us_federal", PROVENANCE, days.map(|date| (date, DayMark::Off)), YEARS)
}

/// The days named in 6103(a), in the order of the section.
fn holidays(year: i32) -> Vec<Date> {
    use Weekday::{Mon, Thu};
    let fixed = |month, day| Date::new(year, month, day);
    let days = [
        fixed(1, 1),
        nth_weekday(year, 1, Mon, 3),
        nth_weekday(year, 2, Mon, 3),
        last_weekday(year, 5, Mon),
        fixed(6, 19).filter(|_| year >= JUNETEENTH_FROM),
        fixed(7, 4),
        nth_weekday(year, 9, Mon, 1),
        nth_weekday(year, 10, Mon, 2),
        fixed(11, 11),
        nth_weekday(year, 11, Thu, 4),
        fixed(12, 25),
    ];
    days.into_iter().flatten().collect()
}

fn with_observed(date: Date) -> impl Iterator<Item = Date> {
    let observed = match date.weekday() {
        Weekday::Sat => date.previous_day(),
        Weekday::Sun => date.next_day(),
        _ => None,
    };
    std::iter::once(date).chain(observed)
}

fn nth_weekday(year: i32, month: u8, weekday: Weekday, n: usize) -> Option<Date> {
    days_of_month(year, month).filter(|date| date.weekday() == weekday).nth(n - 1)
}

fn last_weekday(year: i32, month: u8, weekday: Weekday) -> Option<Date> {
    days_of_month(year, month).filter(|date| date.weekday() == weekday).last()
}

fn days_of_month(year: i32, month: u8) -> impl Iterator<Item = Date> {
    (1..=31).filter_map(move |day| Date::new(year, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table which `data/holidays/check.py` compares with an independent package.
    #[test]
    fn the_rule_gives_the_table_that_is_checked_against_another_source() {
        let table = include_str!("../../../../data/holidays/us_federal.csv");
        let listed: Vec<&str> = table.lines().filter(|line| !line.starts_with('#')).collect();
        let computed: Vec<String> =
            calendar().marks().iter().map(|(date, _)| format!("{date},off")).collect();
        assert_eq!(computed, listed);
    }

    #[test]
    fn new_year_on_a_saturday_is_observed_in_the_year_before() {
        let off = |text: &str| calendar().mark(Date::parse(text).unwrap()).unwrap() == Some(DayMark::Off);
        assert!(off("2021-12-31") && off("2022-01-01"));
        assert!(!off("2022-12-30") && off("2023-01-01") && off("2023-01-02"));
    }

    #[test]
    fn juneteenth_begins_in_2021() {
        let working = |text: &str| calendar().working(Date::parse(text).unwrap()).unwrap();
        assert!(working("2020-06-19"));
        assert!(!working("2021-06-18"), "Saturday 19 June 2021 is observed on the Friday");
        assert!(!working("2024-06-19"));
    }
}
