//! Business hours: windows of the local clock on chosen days, as a timeline and as a clock that runs only then.

use std::fmt;

use timeline::{Instant, Interval, Timeline};

use crate::{Date, DayMark, HolidayCalendar, NotPublished, TimeOfDay, WeekdaySet, Zone};

/// Opening hours in a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    /// Where the clock hangs.
    pub zone: Zone,
    /// The windows of a day, in any order; they may overlap.
    pub windows: Vec<Window>,
    /// On which days the windows open.
    pub days: DayRule,
}

/// Part of a day, `[from, until)` by the local clock. `until <= from` runs into the next day (22:00 to 06:00), which
/// then need not be an open day itself. A boundary the clock skips is the moment of the change; one it shows twice
/// is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// The days on which the window begins.
    pub days: WeekdaySet,
    /// Opening.
    pub from: TimeOfDay,
    /// Closing.
    pub until: TimeOfDay,
}

/// Which days the windows open on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DayRule {
    /// The days each window lists.
    EveryListedDay,
    /// The calendar's working days, make-up days included; the windows' own days do not matter.
    WorkingDays(HolidayCalendar),
    /// The days each window lists, unless the calendar has them off; make-up days change nothing.
    ExceptHolidays(HolidayCalendar),
}

/// Why a clock cannot be run to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdvanceError {
    /// The clock would run into a year without a table.
    NotPublished(NotPublished),
    /// There is no open time, or none in ten years.
    NeverOpen,
    /// Less than no time.
    Negative,
    /// Beyond the years an instant reaches (1677 to 2262).
    OutOfRange,
}

impl fmt::Display for AdvanceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AdvanceError::NotPublished(missing) => missing.fmt(f),
            AdvanceError::NeverOpen => f.write_str("these hours are never open"),
            AdvanceError::Negative => f.write_str("a clock does not run backwards"),
            AdvanceError::OutOfRange => f.write_str("the deadline is beyond the years 1677 to 2262"),
        }
    }
}

impl std::error::Error for AdvanceError {}

impl From<NotPublished> for AdvanceError {
    fn from(missing: NotPublished) -> AdvanceError {
        AdvanceError::NotPublished(missing)
    }
}

/// Days without open time after which a clock is taken never to run again.
const IDLE_DAYS_MAX: u32 = 3660;

impl Hours {
    /// Around the clock, every day.
    pub fn always(zone: Zone) -> Hours {
        let window =
            Window { days: WeekdaySet::EVERY_DAY, from: TimeOfDay::MIDNIGHT, until: TimeOfDay::END_OF_DAY };
        Hours { zone, windows: vec![window], days: DayRule::EveryListedDay }
    }

    /// The open time within an interval. Only days whose windows reach into it are asked of the holiday calendar.
    pub fn timeline(&self, within: Interval) -> Result<Timeline, NotPublished> {
        if self.is_always() {
            return Ok(Timeline::of(within));
        }
        let last = self.zone.date(within.until());
        let mut open = Vec::new();
        // One day early for windows that run past midnight, one late for zones that turn the date back at midnight.
        let mut next = self.zone.date(within.from()).previous_day();
        while let Some(date) = next.filter(|date| last.days_until(*date) <= 1) {
            self.open_on(date, within, &mut open)?;
            next = date.next_day();
        }
        Ok(Timeline::from_intervals(open))
    }

    /// How much open time lies in an interval, in nanoseconds.
    pub fn open_nanos(&self, within: Interval) -> Result<i128, NotPublished> {
        Ok(self.timeline(within)?.clip_nanos(within))
    }

    /// The instant at which `nanos` of open time have passed since `from`: the earliest such, so that time which just
    /// fits ends with its window (10:00 and 5 h over 10–12 and 14–17 is 17:00 the same day). No time is `from` itself.
    pub fn advance(&self, from: Instant, nanos: i128) -> Result<Instant, AdvanceError> {
        match nanos {
            ..0 => return Err(AdvanceError::Negative),
            0 => return Ok(from),
            _ if !from.is_bounded() => return Err(AdvanceError::OutOfRange),
            _ => {}
        }
        if self.is_always() {
            return later(from, nanos);
        }
        self.run_day_by_day(from, nanos)
    }

    /// A day at a time, so that a deadline before the year's end never asks about the next year.
    fn run_day_by_day(&self, from: Instant, nanos: i128) -> Result<Instant, AdvanceError> {
        let (mut at, mut left, mut idle_days) = (from, nanos, 0_u32);
        let mut date = self.zone.date(from);
        while idle_days <= IDLE_DAYS_MAX {
            date = date.next_day().ok_or(AdvanceError::OutOfRange)?;
            let midnight = self.zone.start_of_day(date).ok_or(AdvanceError::OutOfRange)?;
            let Some(day) = Interval::new(at, midnight) else { continue };
            let open = self.timeline(day)?;
            idle_days = if open.is_empty() { idle_days + 1 } else { 0 };
            for run in open.runs() {
                if left <= run.nanos() {
                    return later(run.from(), left);
                }
                left -= run.nanos();
            }
            at = midnight;
        }
        Err(AdvanceError::NeverOpen)
    }

    fn open_on(&self, date: Date, within: Interval, open: &mut Vec<Interval>) -> Result<(), NotPublished> {
        for window in &self.windows {
            let reach = self.extent(window, date).and_then(|extent| extent.intersect(&within));
            if let Some(reach) = reach
                && self.opens(window, date)?
            {
                open.push(reach);
            }
        }
        Ok(())
    }

    /// The window that begins on `date`, `None` when the clock's changes leave nothing of it.
    fn extent(&self, window: &Window, date: Date) -> Option<Interval> {
        let closing = if window.until <= window.from { date.next_day()? } else { date };
        Interval::new(
            self.zone.first_at_or_after(date, window.from)?,
            self.zone.first_at_or_after(closing, window.until)?,
        )
    }

    fn opens(&self, window: &Window, date: Date) -> Result<bool, NotPublished> {
        let listed = window.days.contains(date.weekday());
        match &self.days {
            DayRule::EveryListedDay => Ok(listed),
            DayRule::WorkingDays(calendar) => calendar.working(date),
            DayRule::ExceptHolidays(calendar) => Ok(listed && calendar.mark(date)? != Some(DayMark::Off)),
        }
    }

    fn is_always(&self) -> bool {
        let whole_day = |window: &Window| {
            window.days == WeekdaySet::EVERY_DAY
                && window.from == TimeOfDay::MIDNIGHT
                && matches!(window.until, TimeOfDay::MIDNIGHT | TimeOfDay::END_OF_DAY)
        };
        self.days == DayRule::EveryListedDay && self.windows.iter().any(whole_day)
    }
}

fn later(from: Instant, nanos: i128) -> Result<Instant, AdvanceError> {
    let nanos = i64::try_from(nanos).map_err(|_| AdvanceError::OutOfRange)?;
    from.checked_add(nanos).ok_or(AdvanceError::OutOfRange)
}
