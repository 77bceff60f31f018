//! Civil time for contracts: dates, zones, cycles, holidays with make-up days, business hours, working days.
//!
//! Local time enters and leaves through [`Zone`]; everything else is [`Instant`](timeline::Instant)s and half-open
//! intervals. The time zone database is the one compiled in (see [`tzdb_version`]), never the machine's, so that
//! a settlement is the same everywhere. No clock is read here.

mod cycle;
mod cycle_label;
mod date;
mod holiday;
mod hours;
mod instant_text;
mod period;
mod time_of_day;
mod weekday;
mod working_day;
mod zone;

pub use cycle::{CalendarUnit, Cycle, CycleError, CycleRule, cycle_at, next, previous};
pub use cycle_label::cycle_named;
pub use date::Date;
pub use holiday::{DayKind, DayMark, HolidayCalendar, NotPublished};
pub use hours::{AdvanceError, DayRule, Hours, Window};
pub use instant_text::{InstantError, parse_instant};
pub use period::{Period, add_date};
pub use time_of_day::TimeOfDay;
pub use weekday::{Weekday, WeekdaySet};
pub use working_day::{add_working_days, nth_working_day, working_days_between};
pub use zone::{Transition, UnknownZone, Zone, tzdb_version};
