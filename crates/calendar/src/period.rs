//! A span of the calendar: months, then days, then exact time.

use timeline::Instant;

use crate::{Date, Zone};

/// Months and days follow the local calendar, `nanos` the stopwatch; each part may be negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Period {
    /// Calendar months; a day the target month lacks becomes its last day.
    pub months: i32,
    /// Calendar days at the same local time, which is 23 or 25 hours across a clock change.
    pub days: i32,
    /// Exact nanoseconds.
    pub nanos: i64,
}

impl Period {
    /// So many calendar months.
    pub fn months(months: i32) -> Period {
        Period { months, ..Period::default() }
    }

    /// So many calendar days.
    pub fn days(days: i32) -> Period {
        Period { days, ..Period::default() }
    }

    /// So many nanoseconds.
    pub fn nanos(nanos: i64) -> Period {
        Period { nanos, ..Period::default() }
    }

    /// The instant this period after `at`: months (clamped to the month's end), then days at the same local time
    /// (see [`Zone::instant`] for skipped and repeated readings), then nanoseconds. The unbounded instants stay where
    /// they are. `None` out of range.
    pub fn add(zone: &Zone, at: Instant, period: Period) -> Option<Instant> {
        let local = period.months != 0 || period.days != 0;
        let at = if local && at.is_bounded() {
            zone.instant(add_date(zone.date(at), period.months, period.days)?, zone.time(at))?
        } else {
            at
        };
        at.checked_add(period.nanos)
    }
}

/// The date `months` later, clamped to the end of its month, then `days` later. 31 January and one month is the last
/// day of February; adding one month twice therefore differs from adding two. `None` outside the years 1..=9999.
pub fn add_date(date: Date, months: i32, days: i32) -> Option<Date> {
    let index = i64::from(date.year()) * 12 + i64::from(date.month()) - 1 + i64::from(months);
    let year = i32::try_from(index.div_euclid(12)).ok()?;
    let month = u8::try_from(index.rem_euclid(12) + 1).ok()?;
    let first = Date::new(year, month, 1)?;
    Date::new(year, month, date.day().min(first.days_in_month()))?.add_days(days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_instant;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn months_are_clamped_to_the_end_of_the_month_before_days_are_added() {
        let table = [
            ("2026-01-31", 1, 0, "2026-02-28"),
            ("2024-01-31", 1, 0, "2024-02-29"),
            ("2026-01-31", 2, 0, "2026-03-31"),
            ("2026-01-31", 1, 1, "2026-03-01"),
            ("2026-03-31", -1, 0, "2026-02-28"),
            ("2024-02-29", 12, 0, "2025-02-28"),
            ("2024-02-29", 48, 0, "2028-02-29"),
            ("2026-12-31", 2, 0, "2027-02-28"),
            ("2026-01-15", -13, 0, "2024-12-15"),
            ("2026-10-01", 0, 30, "2026-10-31"),
        ];
        for (from, months, days, to) in table {
            assert_eq!(add_date(date(from), months, days), Some(date(to)), "{from} {months} {days}");
        }
        assert_eq!(add_date(date("2026-01-31"), i32::MAX, 0), None);
        assert_eq!(add_date(date("2026-01-31"), 0, i32::MIN), None);
    }

    #[test]
    fn days_keep_the_local_time_and_nanos_the_stopwatch_across_a_clock_change() {
        let zone = Zone::named("America/New_York").unwrap();
        let at = |text| parse_instant(text).unwrap();
        let add = |from, period| zone.show(Period::add(&zone, at(from), period).unwrap());
        let noon = "2026-03-07T12:00:00-05:00";
        assert_eq!(add(noon, Period::days(1)), "2026-03-08T12:00:00-04:00");
        assert_eq!(add(noon, Period::nanos(24 * 3_600_000_000_000)), "2026-03-08T13:00:00-04:00");
        assert_eq!(add("2026-02-08T02:30:00-05:00", Period::months(1)), "2026-03-08T03:30:00-04:00");
        assert_eq!(add("2026-10-01T01:30:00-04:00", Period::months(1)), "2026-11-01T01:30:00-04:00");
    }

    #[test]
    fn no_months_and_no_days_leave_the_second_showing_of_an_hour_alone() {
        let zone = Zone::named("America/New_York").unwrap();
        let second = parse_instant("2026-11-01T01:30:00-05:00").unwrap();
        assert_eq!(Period::add(&zone, second, Period::default()), Some(second));
        assert_eq!(Period::add(&zone, Instant::MAX, Period::months(1)), Some(Instant::MAX));
    }
}
