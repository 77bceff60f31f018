//! Q1-lite: the part of the question that SQL can answer as well. A million raw outages of 1,000 services over 24
//! months of UTC, less maintenance: downtime in each cell, in milliseconds.

use timeline::{Interval, Timeline};

use calendar::{CalendarUnit, CycleRule, Zone, cycle_named};

use crate::Fault;
use crate::rows::{Grouped, RawRow, millis, on_two_threads, rows_of, span_ms};
use crate::w1::draw::{draw, shuffle, within};

pub(crate) const SERVICES: u32 = 1_000;
pub(crate) const MONTHS: usize = 24;
const OUTAGES_PER_SERVICE: u64 = 1_000;
/// 2024-01-01T00:00:00Z.
const FROM_MS: i64 = 1_704_067_200_000;
const DAY_MS: i64 = 86_400_000;
/// 731 days, two years.
const SPAN_MS: u64 = 63_158_400_000;
/// Maintenance begins every 30.4 days.
const MAINTENANCE_EVERY_MS: i64 = DAY_MS / 10 * 304;
const MAINTENANCE_MS: i64 = DAY_MS / 6;

/// The rows as they lie in memory before a question is asked.
pub(crate) struct Lite {
    pub(crate) services: u32,
    /// In no useful order.
    pub(crate) outages: Vec<RawRow>,
    /// The same rows by service and begin.
    pub(crate) sorted_outages: Vec<RawRow>,
    /// By service and begin.
    pub(crate) maintenance: Vec<RawRow>,
    /// The months of 2024 and 2025.
    pub(crate) months: Vec<Interval>,
}

impl Lite {
    pub(crate) fn of(services: u32) -> Result<Lite, Fault> {
        let outages = outages(services);
        let mut sorted_outages = outages.clone();
        sorted_outages.sort_unstable();
        Ok(Lite { services, outages, sorted_outages, maintenance: maintenance(services), months: months()? })
    }

    /// Downtime in milliseconds by service and month, from rows in any order.
    pub(crate) fn cells_of_unsorted(&self) -> Vec<i64> {
        on_two_threads(self.services, |part| {
            let grouped = Grouped::by_service(&self.outages, part.clone());
            let cells = part.flat_map(|service| {
                self.downtime(service, Timeline::from_intervals(grouped.of(service).iter().copied()))
            });
            cells.collect()
        })
    }

    /// The same, from rows already in order.
    pub(crate) fn cells_of_sorted(&self) -> Vec<i64> {
        on_two_threads(self.services, |part| {
            let cells = part.flat_map(|service| {
                let rows = rows_of(&self.sorted_outages, service);
                self.downtime(service, Timeline::from_sorted(rows.iter().map(|row| row.span)))
            });
            cells.collect()
        })
    }

    /// Downtime of one service outside its maintenance, by month.
    fn downtime(&self, service: u32, outages: Timeline) -> Vec<i64> {
        let maintenance = rows_of(&self.maintenance, service).iter().map(|row| row.span);
        let down = outages.difference(&Timeline::from_sorted(maintenance));
        down.lengths_in(&self.months).into_iter().map(millis).collect()
    }
}

fn outages(services: u32) -> Vec<RawRow> {
    let of_service =
        |service: u32| (0..OUTAGES_PER_SERVICE).filter_map(move |number| outage(service, number));
    let mut rows: Vec<RawRow> = (0..services).flat_map(of_service).collect();
    shuffle(&mut rows, 7);
    rows
}

/// Ten seconds to ten minutes, anywhere in the two years.
fn outage(service: u32, number: u64) -> Option<RawRow> {
    let index = u64::from(service) * OUTAGES_PER_SERVICE + number;
    let from_ms = FROM_MS.checked_add_unsigned(within(draw(index, 0), SPAN_MS))?;
    let length_ms = 10_000_i64.checked_add_unsigned(within(draw(index, 2), 590_000))?;
    Some(RawRow { service, span: span_ms(from_ms, length_ms)? })
}

/// Four hours, 24 times.
fn maintenance(services: u32) -> Vec<RawRow> {
    let window = |service: u32, number: i64| {
        let span = span_ms(FROM_MS + number * MAINTENANCE_EVERY_MS, MAINTENANCE_MS)?;
        Some(RawRow { service, span })
    };
    (0..services).flat_map(|service| (0..24).filter_map(move |number| window(service, number))).collect()
}

fn months() -> Result<Vec<Interval>, Fault> {
    let rule = CycleRule::Calendar(CalendarUnit::Month);
    let labels = (0..MONTHS).map(|month| format!("{}-{:02}", 2024 + month / 12, month % 12 + 1));
    labels.map(|label| Ok(cycle_named(&rule, &Zone::utc(), None, &label)?.whole)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Second by second, for one service whose outages are cut to whole seconds.
    #[test]
    fn downtime_is_that_of_a_count_of_seconds() {
        let mut lite = Lite::of(2).unwrap();
        let second = |ms: i64| (ms - FROM_MS).div_euclid(1_000);
        let whole = |row: &RawRow| {
            let (from, until) =
                (millis(row.span.from().nanos().into()), millis(row.span.until().nanos().into()));
            let from_ms = FROM_MS + second(from) * 1_000;
            RawRow { span: span_ms(from_ms, (second(until) - second(from)) * 1_000).unwrap(), ..*row }
        };
        lite.outages = lite.outages.iter().map(whole).collect();
        let mut is_down = vec![false; 732 * 86_400];
        let mut mark = |rows: &[RawRow], down: bool| {
            for row in rows.iter().filter(|row| row.service == 1) {
                let from = second(millis(row.span.from().nanos().into()));
                let until = second(millis(row.span.until().nanos().into()));
                is_down[usize::try_from(from).unwrap()..usize::try_from(until).unwrap()].fill(down);
            }
        };
        mark(&lite.outages, true);
        mark(&lite.maintenance, false);
        let cells = lite.cells_of_unsorted();
        for (month, window) in lite.months.iter().enumerate() {
            let from = usize::try_from(second(millis(window.from().nanos().into()))).unwrap();
            let until = usize::try_from(second(millis(window.until().nanos().into()))).unwrap();
            let seconds = is_down[from..until].iter().filter(|down| **down).count();
            assert_eq!(cells[MONTHS + month], i64::try_from(seconds).unwrap() * 1_000, "month {month}");
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter() {
        let lite = Lite::of(3).unwrap();
        assert_eq!(lite.cells_of_unsorted(), lite.cells_of_sorted());
        assert_eq!(lite.cells_of_sorted().len(), 3 * MONTHS);
    }
}
