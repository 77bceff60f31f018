//! Success over time: by hour of the day, by day, and where failures gather.

use std::collections::BTreeMap;

use calendar::Date;
use platform::volume::overview::Tally;
use timeline::Instant;

use super::Told;
use super::figures::Figures;
use crate::chart::{Cell, Column, Heat, Stacks, Svg};

const HOURS: usize = 24;
const HOUR_NANOS: i64 = 3_600_000_000_000;
/// More days than these are too many for cells of hours.
const HEAT_DAYS_MAX: usize = 62;
/// More days than these are no columns.
const DAYS_MAX: usize = 400;

/// The charts, with their figures.
pub(super) struct Times {
    pub(super) hours: Svg,
    pub(super) days: Option<Svg>,
    pub(super) heat: Option<Svg>,
    pub(super) first_day: String,
    pub(super) last_day: String,
    /// What they are by, and the figures.
    pub(super) figures: [(&'static str, Vec<Row>); 2],
    pub(super) has_share: bool,
}

/// The figures of a part of the time.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) figures: Figures,
}

impl Told<'_> {
    pub(super) fn times(&self) -> Times {
        let it = self.overview;
        let days = self.days();
        let by_day: BTreeMap<&str, &Tally> = it.days.iter().map(|it| (it.date.as_str(), &it.tally)).collect();
        let by_hour: BTreeMap<u8, &Tally> = it.hours.iter().map(|it| (it.hour, &it.tally)).collect();
        let hours = (0_u8..24).map(|hour| self.column(&format!("{hour:02}:00"), by_hour.get(&hour).copied()));
        let columns = days
            .iter()
            .map(|day| self.column(&self.day(*day), by_day.get(day.to_string().as_str()).copied()));
        let day_chart = Stacks { title: self.w.volume_days().to_owned(), columns: columns.collect() };
        let row = |name: String, tally: &Tally| Row { name, figures: self.figures(tally) };
        let hour_rows = it.hours.iter().map(|it| row(format!("{:02}:00", it.hour), &it.tally)).collect();
        let date = |it: &str| Date::parse(it).map_or_else(|| it.to_owned(), |at| self.day(at));
        let day_rows = it.days.iter().map(|it| row(date(&it.date), &it.tally)).collect();
        Times {
            hours: Stacks { title: self.w.volume_hours().to_owned(), columns: hours.collect() }.draw(),
            days: (days.len() <= DAYS_MAX).then(|| day_chart.draw()),
            heat: self.heat(&days),
            first_day: days.first().map_or_else(String::new, |it| self.day(*it)),
            last_day: days.last().map_or_else(String::new, |it| self.day(*it)),
            figures: [(self.w.volume_hour(), hour_rows), (self.w.volume_day(), day_rows)],
            has_share: it.whole.succeeded.is_some(),
        }
    }

    /// The days of the cycle, as far as they have begun.
    fn days(&self) -> Vec<Date> {
        let it = self.overview;
        let zone = &self.contract.zone;
        let last = Instant::from_nanos(it.until.0.min(it.as_of.0).nanos().saturating_sub(1)).max(it.from.0);
        let first = zone.date(it.from.0);
        let begun = u32::try_from(first.days_until(zone.date(last))).unwrap_or_default();
        let days = (0..=begun).take(DAYS_MAX + 1);
        days.filter_map(|it| first.add_days(i32::try_from(it).ok()?)).collect()
    }

    fn day(&self, it: Date) -> String {
        statement::display::day(it, self.lang())
    }

    fn column(&self, name: &str, tally: Option<&Tally>) -> Column {
        let Some(it) = tally else {
            return Column { title: format!("{name}: {}", self.w.customers_no_data()), ..Column::default() };
        };
        let figures = self.figures(it);
        let (succeeded, failed) = it.succeeded.zip(it.failed).unwrap_or_default();
        let share =
            if figures.success.is_empty() { String::new() } else { format!(" · {}", figures.success) };
        Column {
            title: format!("{name}: {}{share}", self.w.volume_records(figures.submitted)),
            succeeded,
            failed,
            apart: it.submitted.saturating_sub(succeeded).saturating_sub(failed),
        }
    }

    /// Where the rule takes a share, and the days are few enough.
    fn heat(&self, days: &[Date]) -> Option<Svg> {
        let first = *days.first()?;
        if days.len() > HEAT_DAYS_MAX || days.len() < 2 || self.overview.whole.succeeded.is_none() {
            return None;
        }
        let zone = &self.contract.zone;
        let cell = |from: Instant, tally: &Tally| {
            let column = usize::try_from(first.days_until(zone.date(from))).ok()?;
            let row = usize::try_from(zone.time(from).nanos() / HOUR_NANOS).ok()?;
            let grade = grade(tally);
            let title = match grade {
                Some(1..) => self.w.volume_failed_of(
                    self.show.minute(from),
                    self.number(tally.failed.unwrap_or_default()),
                    self.number(tally.counted.unwrap_or_default()),
                ),
                _ => String::new(),
            };
            Some(Cell { column, row, grade, title })
        };
        let cells = self.overview.slices.iter().filter_map(|it| cell(it.from.0, &it.tally)).collect();
        Some(Heat { title: self.w.volume_heat().to_owned(), columns: days.len(), rows: HOURS, cells }.draw())
    }
}

/// 0: nothing failed; up to one in a hundred, in twenty, in four, more. `None`: nothing was counted.
fn grade(it: &Tally) -> Option<u8> {
    let (counted, failed) = (it.counted.filter(|it| *it > 0)?, it.failed?);
    let at_most = |part: u64| u128::from(failed) * u128::from(part) <= u128::from(counted);
    Some(match failed {
        0 => 0,
        _ if at_most(100) => 1,
        _ if at_most(20) => 2,
        _ if at_most(4) => 3,
        _ => 4,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_in_which_nothing_counts_has_no_grade() {
        let tally =
            |counted, failed| Tally { counted: Some(counted), failed: Some(failed), ..Tally::default() };
        for (counted, failed, expected) in [
            (0, 0, None),
            (9, 0, Some(0)),
            (100, 1, Some(1)),
            (99, 1, Some(2)),
            (20, 1, Some(2)),
            (19, 1, Some(3)),
            (4, 1, Some(3)),
            (3, 1, Some(4)),
            (3, 3, Some(4)),
        ] {
            assert_eq!(grade(&tally(counted, failed)), expected, "{failed} of {counted}");
        }
        assert_eq!(grade(&Tally::default()), None);
    }
}
