//! The names of cycles: `2026-10`, `2026-Q4`, `2026-W05`, `2026-10-05`, `2019-01-31/2019-03-02`.

use jiff::civil::ISOWeekDate;
use timeline::{Instant, Interval};

use crate::cycle::{Grid, Step};
use crate::date::number;
use crate::{Cycle, CycleError, CycleRule, Date, TimeOfDay, Zone, parse_instant};

/// The cycle a label names. Understood are the rule's own labels (`2026-10` for months, `2026-Q1`, `2026-H1`,
/// `2026-W05`, `2026`), a date `2026-10-05` for the cycle it lies in, and for every rule `FROM/UNTIL`: two dates
/// (until exclusive) or two RFC 3339 instants, which need not be a cycle of the rule.
pub fn cycle_named(
    rule: &CycleRule,
    zone: &Zone,
    anchor: Option<Instant>,
    label: &str,
) -> Result<Cycle, CycleError> {
    let bad = |expected| CycleError::BadLabel { label: label.to_owned(), expected };
    if let Some((from, until)) = label.split_once('/') {
        let whole = boundary(zone, from).zip(boundary(zone, until));
        let whole = whole.and_then(|(from, until)| Interval::new(from, until));
        let whole = whole.ok_or_else(|| bad("2026-10-01/2026-11-01"))?;
        return Ok(Cycle { whole, label: label.to_owned() });
    }
    let grid = Grid::new(rule, zone, anchor)?;
    let expected = expected_form(grid.step());
    let index = match Date::parse(label) {
        Some(date) => index_of_day(&grid, date)?,
        None => grid.index_of_date(first_date(grid.step(), label).ok_or_else(|| bad(expected))?),
    };
    let cycle = grid.cycle(index.ok_or_else(|| bad(expected))?)?;
    cycle.ok_or_else(|| bad("a day that happened in this zone"))
}

/// The label of cycle `index`, whose extent is `whole`.
pub(crate) fn label(grid: &Grid<'_>, index: i64, whole: Interval) -> String {
    match (grid.step(), grid.first_date(index)) {
        (Step::Days { length: 7, .. }, Some(date)) => {
            let week = date.civil().iso_week_date();
            format!("{:04}-W{:02}", week.year(), week.week())
        }
        (Step::Months { length, year_starts }, Some(date)) => month_label(date, length, year_starts),
        (_, Some(date)) => date.to_string(),
        (_, None) => extent(grid.zone(), whole),
    }
}

fn month_label(first: Date, length: i64, year_starts: i64) -> String {
    let month = i64::from(first.year()) * 12 + i64::from(first.month()) - 1 - year_starts;
    let (year, part) = (month.div_euclid(12), month.rem_euclid(12) / length + 1);
    match length {
        1 => format!("{year:04}-{part:02}"),
        3 => format!("{year:04}-Q{part}"),
        6 => format!("{year:04}-H{part}"),
        _ => format!("{year:04}"),
    }
}

/// `FROM/UNTIL` as dates when both are the starts of days.
fn extent(zone: &Zone, whole: Interval) -> String {
    let day = |at| Some(zone.date(at)).filter(|date| zone.start_of_day(*date) == Some(at));
    match (day(whole.from()), day(whole.until())) {
        (Some(from), Some(until)) => format!("{from}/{until}"),
        _ => format!("{}/{}", zone.show(whole.from()), zone.show(whole.until())),
    }
}

fn boundary(zone: &Zone, text: &str) -> Option<Instant> {
    match Date::parse(text) {
        Some(date) => zone.start_of_day(date),
        None => parse_instant(text).ok(),
    }
}

/// The cycle a day lies in; of a day on which a cycle changes (an anchor at noon), the one that begins.
fn index_of_day(grid: &Grid<'_>, date: Date) -> Result<Option<i64>, CycleError> {
    if let Some(index) = grid.index_of_date(date) {
        return Ok(Some(index));
    }
    let end = grid.zone().first_at_or_after(date, TimeOfDay::END_OF_DAY);
    let last = end.and_then(|end| end.checked_sub(1)).ok_or(CycleError::OutOfRange)?;
    grid.index_at(last).map(Some)
}

/// The first date of the calendar unit a label names, if the label is of that unit's form.
fn first_date(step: Step, label: &str) -> Option<Date> {
    let (year, part) = match label.as_bytes() {
        [y1, y2, y3, y4] => (number(&[*y1, *y2, *y3, *y4])?, None),
        [y1, y2, y3, y4, b'-', part @ ..] => (number(&[*y1, *y2, *y3, *y4])?, Some(part)),
        _ => return None,
    };
    match step {
        Step::Days { length: 7, .. } => week_start(year, numbered(part?, b"W", 2)?),
        Step::Months { length, year_starts } => {
            let parts = 12 / length;
            let part = match length {
                1 => numbered(part?, b"", 2)?,
                3 => numbered(part?, b"Q", 1)?,
                6 => numbered(part?, b"H", 1)?,
                _ => part.is_none().then_some(1)?,
            };
            let nth = Some(i64::from(part) - 1).filter(|nth| (0..parts).contains(nth))?;
            let month = i64::from(year) * 12 + nth * length + year_starts;
            let year = i32::try_from(month / 12).ok()?;
            Date::new(year, u8::try_from(month % 12 + 1).ok()?, 1)
        }
        _ => None,
    }
}

/// `W05` as 5: a prefix, then exactly so many digits.
fn numbered(part: &[u8], prefix: &[u8], digits: usize) -> Option<u16> {
    part.strip_prefix(prefix).filter(|rest| rest.len() == digits).and_then(number)
}

fn week_start(year: u16, week: u16) -> Option<Date> {
    let (year, week) = (i16::try_from(year).ok()?, i8::try_from(week).ok()?);
    let monday = ISOWeekDate::new(year, week, jiff::civil::Weekday::Monday).ok()?.date();
    Date::new(i32::from(monday.year()), monday.month().unsigned_abs(), monday.day().unsigned_abs())
}

fn expected_form(step: Step) -> &'static str {
    match step {
        Step::Days { length: 7, .. } => "2026-W05, 2026-10-05",
        Step::Days { .. } => "2026-10-05",
        Step::Months { length: 1, .. } => "2026-10, 2026-10-05",
        Step::Months { length: 3, .. } => "2026-Q4, 2026-10-05",
        Step::Months { length: 6, .. } => "2026-H2, 2026-10-05",
        Step::Months { .. } => "2026, 2026-10-05",
        _ => "2026-10-05 (a day of the cycle)",
    }
}
