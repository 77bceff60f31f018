//! The eight places services run at: a zone with its local months, opening hours and maintenance.

use calendar::{
    CalendarUnit, CycleRule, Date, DayMark, DayRule, HolidayCalendar, Hours, TimeOfDay, Weekday, WeekdaySet,
    Window, Zone, cycle_named,
};
use timeline::{Interval, Timeline};

use crate::Fault;

pub(crate) const ZONES: [&str; 8] = [
    "UTC",
    "America/New_York",
    "Europe/London",
    "Asia/Shanghai",
    "Asia/Kolkata",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
];

/// January 2023 to December 2025.
pub(crate) const MONTHS: usize = 36;
const FIRST_YEAR: i32 = 2023;
const MONTHS_PER_YEAR: usize = 12;

/// Month and day of the holidays of every year.
pub(crate) const HOLIDAYS: [(u8, u8); 10] =
    [(1, 1), (2, 17), (3, 8), (4, 5), (5, 1), (6, 10), (7, 4), (9, 7), (10, 1), (12, 25)];

/// Opening and closing at sites with business hours.
pub(crate) const OPENS: u8 = 9;
pub(crate) const CLOSES: u8 = 17;
/// Begin and end of maintenance on the second Sunday of a month.
pub(crate) const MAINTENANCE_FROM: u8 = 2;
pub(crate) const MAINTENANCE_UNTIL: u8 = 6;

/// One zone's share of a settlement, the same for every service there.
pub(crate) struct Site {
    pub(crate) zone: Zone,
    pub(crate) has_business_hours: bool,
    /// The local months, in order, without gaps.
    pub(crate) months: Vec<Interval>,
    /// Agreed time, before exclusions.
    pub(crate) hours: Timeline,
    /// Length of the agreed time in each month.
    pub(crate) agreed_nanos: Vec<i128>,
    pub(crate) maintenance: Timeline,
}

/// All sites; every second one is open in business hours only.
pub(crate) fn sites() -> Result<Vec<Site>, Fault> {
    let holidays = holidays();
    let site = |(index, name): (usize, &&str)| site(Zone::named(name)?, index % 2 == 1, &holidays);
    ZONES.iter().enumerate().map(site).collect()
}

fn site(zone: Zone, has_business_hours: bool, holidays: &HolidayCalendar) -> Result<Site, Fault> {
    let months = (0..MONTHS).map(|month| local_month(&zone, month)).collect::<Result<Vec<_>, _>>()?;
    let span = whole(&months).ok_or("there are months")?;
    let opening = if has_business_hours { business(&zone, holidays)? } else { Hours::always(zone.clone()) };
    let hours = opening.timeline(span)?;
    let agreed_nanos = hours.lengths_in(&months);
    let windows = (0..MONTHS).map(|month| maintenance(&zone, month).ok_or("maintenance has a date"));
    let maintenance = Timeline::from_sorted(windows.collect::<Result<Vec<_>, _>>()?);
    Ok(Site { zone, has_business_hours, months, hours, agreed_nanos, maintenance })
}

/// From the first month's beginning to the last one's end.
pub(crate) fn whole(months: &[Interval]) -> Option<Interval> {
    Some(months.first()?.hull(months.last()?))
}

/// Year and month of the year of the month with this index.
pub(crate) fn year_and_month(index: usize) -> (i32, u8) {
    let year = i32::try_from(index / MONTHS_PER_YEAR).unwrap_or(0);
    let month = u8::try_from(index % MONTHS_PER_YEAR).unwrap_or(0);
    (FIRST_YEAR + year, month + 1)
}

fn local_month(zone: &Zone, index: usize) -> Result<Interval, Fault> {
    let (year, month) = year_and_month(index);
    let rule = CycleRule::Calendar(CalendarUnit::Month);
    Ok(cycle_named(&rule, zone, None, &format!("{year}-{month:02}"))?.whole)
}

fn holidays() -> HolidayCalendar {
    let years = FIRST_YEAR - 1..=FIRST_YEAR + 3;
    let of_year = |year| HOLIDAYS.iter().filter_map(move |(month, day)| Date::new(year, *month, *day));
    let days = years.clone().flat_map(of_year).map(|date| (date, DayMark::Off));
    HolidayCalendar::listed("w1", days, years)
}

fn business(zone: &Zone, holidays: &HolidayCalendar) -> Result<Hours, Fault> {
    let window = Window { days: WeekdaySet::WEEKDAYS, from: hour(OPENS)?, until: hour(CLOSES)? };
    Ok(Hours { zone: zone.clone(), windows: vec![window], days: DayRule::ExceptHolidays(holidays.clone()) })
}

fn hour(hour: u8) -> Result<TimeOfDay, Fault> {
    TimeOfDay::new(hour, 0, 0).ok_or_else(|| "no such hour".into())
}

fn maintenance(zone: &Zone, index: usize) -> Option<Interval> {
    let (year, month) = year_and_month(index);
    let day = second_sunday(year, month)?;
    let at = |hour| zone.first_at_or_after(day, TimeOfDay::new(hour, 0, 0)?);
    Interval::new(at(MAINTENANCE_FROM)?, at(MAINTENANCE_UNTIL)?)
}

fn second_sunday(year: i32, month: u8) -> Option<Date> {
    let candidates = (8..=14).filter_map(|day| Date::new(year, month, day));
    candidates.into_iter().find(|date| date.weekday() == Weekday::Sun)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_each_other_in_every_zone() {
        for site in sites().unwrap() {
            assert_eq!(site.months.len(), MONTHS);
            assert!(site.months.windows(2).all(|pair| pair[0].until() == pair[1].from()), "{}", site.zone);
        }
    }

    #[test]
    fn a_skipped_hour_is_taken_from_maintenance() {
        let new_york = Zone::named("America/New_York").unwrap();
        // 12 March 2023: 02:00 becomes 03:00.
        assert_eq!(maintenance(&new_york, 2).unwrap().nanos(), 3 * 3_600_000_000_000);
        assert_eq!(maintenance(&new_york, 3).unwrap().nanos(), 4 * 3_600_000_000_000);
    }

    #[test]
    fn the_second_sunday_may_be_the_eighth_and_the_fourteenth() {
        assert_eq!(second_sunday(2023, 1), Date::new(2023, 1, 8));
        assert_eq!(second_sunday(2023, 5), Date::new(2023, 5, 14));
    }

    #[test]
    fn a_holiday_on_a_working_day_is_not_agreed_time() {
        let sites = sites().unwrap();
        // May 2023 in Shanghai has 23 weekdays; the 1st, a Monday, is off.
        assert_eq!(sites[3].agreed_nanos[4], 22 * 8 * 3_600_000_000_000);
        assert_eq!(sites[0].agreed_nanos[4], 31 * 24 * 3_600_000_000_000);
    }
}
