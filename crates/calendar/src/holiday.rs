//! Which days are worked: Monday to Friday, corrected by published days off and make-up working days.

mod cn;
mod us;

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::Date;

/// Whether a day is worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DayKind {
    /// A working day (工作日).
    Working,
    /// A day of rest (休息日).
    Rest,
}

/// What a calendar says about one date, over and above its weekday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DayMark {
    /// A holiday, or a day off in lieu of one (放假).
    Off,
    /// A make-up day: a weekend day that is worked (补班).
    Work,
}

/// Published holidays for a range of years. Asking about any other year is an error, never a guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolidayCalendar(Arc<Listing>);

#[derive(Debug, PartialEq, Eq)]
struct Listing {
    name: String,
    provenance: String,
    years: RangeInclusive<i32>,
    /// Sorted by date, each date once.
    marks: Vec<(Date, DayMark)>,
}

/// The holidays of a year that was asked for have not been published (or not been listed).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotPublished {
    /// The calendar's name, as in `cn`.
    pub calendar: String,
    /// The year it has no table for.
    pub year: i32,
}

impl fmt::Display for NotPublished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the holidays of {} are not published in calendar `{}`", self.year, self.calendar)
    }
}

impl std::error::Error for NotPublished {}

impl HolidayCalendar {
    /// The names [`HolidayCalendar::builtin`] knows.
    pub const BUILTIN: [&'static str; 2] = ["cn", "us_federal"];

    /// A calendar that comes with the program: `cn` (State Council notices) or `us_federal` (5 U.S.C. 6103).
    pub fn builtin(name: &str) -> Option<HolidayCalendar> {
        match name {
            "cn" => cn::calendar(),
            "us_federal" => Some(us::calendar()),
            _ => None,
        }
    }

    /// A calendar listed by its author, complete for `years`. Of two marks on one date the later in the list holds.
    /// Marks outside `years` are kept but can never be asked for.
    pub fn listed(
        name: impl Into<String>,
        days: impl IntoIterator<Item = (Date, DayMark)>,
        years: RangeInclusive<i32>,
    ) -> HolidayCalendar {
        HolidayCalendar::with_provenance(name, "listed in the contract ／ 合同所列", days, years)
    }

    /// As [`HolidayCalendar::listed`], saying where the days were taken from.
    pub fn with_provenance(
        name: impl Into<String>,
        provenance: impl Into<String>,
        days: impl IntoIterator<Item = (Date, DayMark)>,
        years: RangeInclusive<i32>,
    ) -> HolidayCalendar {
        let marks: std::collections::BTreeMap<Date, DayMark> = days.into_iter().collect();
        HolidayCalendar(Arc::new(Listing {
            name: name.into(),
            provenance: provenance.into(),
            years,
            marks: marks.into_iter().collect(),
        }))
    }

    /// The calendar's name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The years for which the calendar is complete.
    pub fn years(&self) -> RangeInclusive<i32> {
        self.0.years.clone()
    }

    /// Where the days were taken from, for the reader of a statement.
    pub fn provenance(&self) -> &str {
        &self.0.provenance
    }

    /// Every marked date, in order.
    pub fn marks(&self) -> &[(Date, DayMark)] {
        &self.0.marks
    }

    /// What the calendar says about `date`; `None` when only its weekday counts.
    pub fn mark(&self, date: Date) -> Result<Option<DayMark>, NotPublished> {
        if !self.0.years.contains(&date.year()) {
            return Err(self.not_published(date.year()));
        }
        let found = self.0.marks.binary_search_by_key(&date, |(day, _)| *day);
        Ok(found.ok().and_then(|index| self.0.marks.get(index)).map(|(_, mark)| *mark))
    }

    /// Whether `date` is worked: Monday to Friday unless off, Saturday and Sunday only as a make-up day.
    pub fn working(&self, date: Date) -> Result<bool, NotPublished> {
        Ok(match self.mark(date)? {
            Some(DayMark::Off) => false,
            Some(DayMark::Work) => true,
            None => !date.weekday().is_weekend(),
        })
    }

    /// [`HolidayCalendar::working`] as a kind of day.
    pub fn kind(&self, date: Date) -> Result<DayKind, NotPublished> {
        Ok(if self.working(date)? { DayKind::Working } else { DayKind::Rest })
    }

    pub(crate) fn not_published(&self, year: i32) -> NotPublished {
        NotPublished { calendar: self.0.name.clone(), year }
    }
}
