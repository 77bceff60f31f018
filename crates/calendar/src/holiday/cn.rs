//! Chinese statutory holidays with make-up working days, as published each year by the State Council.

use super::{DayMark, HolidayCalendar};
use crate::Date;

/// One file a year, `YYYY-MM-DD,off|work,name`, opened by `#` lines that say where the days come from.
const TABLES: [(i32, &str); 12] = [
    (2015, include_str!("../../../../data/holidays/cn/2015.csv")),
    (2016, include_str!("../../../../data/holidays/cn/2016.csv")),
    (2017, include_str!("../../../../data/holidays/cn/2017.csv")),
    (2018, include_str!("../../../../data/holidays/cn/2018.csv")),
    (2019, include_str!("../../../../data/holidays/cn/2019.csv")),
    (2020, include_str!("../../../../data/holidays/cn/2020.csv")),
    (2021, include_str!("../../../../data/holidays/cn/2021.csv")),
    (2022, include_str!("../../../../data/holidays/cn/2022.csv")),
    (2023, include_str!("../../../../data/holidays/cn/2023.csv")),
    (2024, include_str!("../../../../data/holidays/cn/2024.csv")),
    (2025, include_str!("../../../../data/holidays/cn/2025.csv")),
    (2026, include_str!("../../../../data/holidays/cn/2026.csv")),
];
const PROVENANCE: &str = "State Council notices on holiday arrangements (国务院办公厅关于部分节假日安排的通知), \
    one for each year; the notice and the sources of each table are named in data/holidays/cn/YYYY.csv ／ \
    国务院办公厅关于部分节假日安排的通知，逐年一份；各表所据通知与来源载于 data/holidays/cn/YYYY.csv";

/// `None` only when an embedded table is malformed, which a test rules out: a calendar with a hole is never served.
pub(super) fn calendar() -> Option<HolidayCalendar> {
    let (first, last) = (TABLES.first()?.0, TABLES.last()?.0);
    let mut marks = Vec::new();
    for (_, table) in TABLES {
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            marks.push(parse_line(line)?);
        }
    }
    Some(HolidayCalendar::with_provenance("cn", PROVENANCE, marks, first..=last))
}

fn parse_line(line: &str) -> Option<(Date, DayMark)> {
    let mut cells = line.split(',');
    let date = Date::parse(cells.next()?)?;
    let mark = match cells.next()? {
        "off" => DayMark::Off,
        "work" => DayMark::Work,
        _ => return None,
    };
    Some((date, mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_table_is_whole_and_keeps_to_its_year() {
        assert!(calendar().is_some());
        for (year, table) in TABLES {
            let rows = table.lines().filter(|line| !line.starts_with('#'));
            let days: Vec<_> = rows.map(|line| parse_line(line).expect(line)).collect();
            assert!(days.is_sorted_by(|a, b| a.0 < b.0), "{year}");
            assert!(days.iter().all(|(date, _)| date.year() == year), "{year}");
            assert!(table.starts_with("# "), "{year} names its source");
        }
    }

    #[test]
    fn only_weekend_days_are_made_up() {
        for (date, mark) in calendar().unwrap().marks() {
            assert!(*mark == DayMark::Off || date.weekday().is_weekend(), "{date}");
        }
    }

    #[test]
    fn the_years_have_no_hole() {
        assert!(TABLES.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1));
    }
}
