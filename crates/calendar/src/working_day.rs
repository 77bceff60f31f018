//! Counting working days: the n-th after a date, the n-th of a month, those between two dates.

use crate::{Date, HolidayCalendar, NotPublished};

/// The `n`-th working day after `from` (before it when `n` is negative). The day of start is not counted and need
/// not be a working day; `n = 0` is `from` itself.
pub fn add_working_days(cal: &HolidayCalendar, from: Date, n: i32) -> Result<Date, NotPublished> {
    let step = n.signum();
    let mut left = n.unsigned_abs();
    let mut date = from;
    while left > 0 {
        date = date.add_days(step).ok_or_else(|| cal.not_published(date.year() + step))?;
        if cal.working(date)? {
            left -= 1;
        }
    }
    Ok(date)
}

/// The `n`-th working day of a month (the first is 1); `None` when the month has fewer, or is no month.
pub fn nth_working_day(
    cal: &HolidayCalendar,
    year: i32,
    month: u8,
    n: u32,
) -> Result<Option<Date>, NotPublished> {
    let mut seen = 0_u32;
    for day in 1..=31 {
        let Some(date) = Date::new(year, month, day) else { break };
        if cal.working(date)? {
            seen += 1;
            if seen == n {
                return Ok(Some(date));
            }
        }
    }
    Ok(None)
}

/// How many working days lie strictly between two dates, neither of them counted; 0 when there is no day between.
pub fn working_days_between(cal: &HolidayCalendar, after: Date, before: Date) -> Result<i64, NotPublished> {
    let mut count = 0;
    let mut date = after;
    while let Some(next) = date.next_day().filter(|next| *next < before) {
        count += i64::from(cal.working(next)?);
        date = next;
    }
    Ok(count)
}
