//! What is kept between settlements: joined outages by service and the cells settled so far. Answers for one cell,
//! and takes an outage that comes late.

use std::fmt;
use std::ops::Range;

use timeline::{Interval, Timeline};

use super::cell::{Cell, Service};
use super::site::{self, MONTHS, Site};
use super::site_of;
use crate::Fault;
use crate::rows::{Grouped, RawRow};

pub(crate) struct Store {
    sites: Vec<Site>,
    outages: Vec<Timeline>,
    excluded: Vec<Timeline>,
    /// By service and month.
    cells: Vec<Cell>,
}

/// A cell that was settled before and reads otherwise now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) before: Cell,
    pub(crate) after: Cell,
}

impl fmt::Display for Change {
    /// The cell before and after, a line each.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "-{}", self.before)?;
        writeln!(f, "+{}", self.after)
    }
}

/// What a late outage did.
pub(crate) struct Late {
    /// How many cells were settled again.
    pub(crate) touched: usize,
    pub(crate) changes: Vec<Change>,
}

impl Store {
    pub(crate) fn of(services: u32, outages: &[RawRow], excluded: &[RawRow]) -> Result<Store, Fault> {
        let joined = |rows: &[RawRow]| -> Vec<Timeline> {
            let grouped = Grouped::by_service(rows, 0..services);
            let of_service = |service| Timeline::from_intervals(grouped.of(service).iter().copied());
            (0..services).map(of_service).collect()
        };
        let mut store = Store {
            sites: site::sites()?,
            outages: joined(outages),
            excluded: joined(excluded),
            cells: Vec::new(),
        };
        store.cells = (0..services).flat_map(|service| store.settle(service, 0..MONTHS)).collect();
        Ok(store)
    }

    /// All cells, as settled last.
    pub(crate) fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The zone, months and hours of a service.
    pub(crate) fn site(&self, service: u32) -> &Site {
        site_of(&self.sites, service)
    }

    /// Q2: one cell, worked out from the outages.
    pub(crate) fn one_cell(&self, service: u32, month: usize) -> Option<Cell> {
        self.settle(service, month..month + 1).pop()
    }

    /// Q3: joins an outage to what is known and settles again the months that the outage it becomes part of reaches
    /// into.
    pub(crate) fn add(&mut self, service: u32, outage: Interval) -> Late {
        let known = &mut self.outages[service as usize];
        *known = known.union(&Timeline::of(outage));
        let joined = known.runs_in(outage).first().copied().unwrap_or(outage);
        let months = months_within(&self.site(service).months, joined);
        let touched = months.len();
        let settled = self.settle(service, months.clone());
        let changes = settled.into_iter().filter_map(|after| self.replace(after)).collect();
        Late { touched, changes }
    }

    fn replace(&mut self, after: Cell) -> Option<Change> {
        let kept = &mut self.cells[after.service as usize * MONTHS + after.month];
        if *kept == after {
            return None;
        }
        let before = std::mem::replace(kept, after.clone());
        Some(Change { before, after })
    }

    fn settle(&self, service: u32, months: Range<usize>) -> Vec<Cell> {
        let excluded = &self.excluded[service as usize];
        let settled = Service { number: service, site: self.site(service), excluded };
        settled.settle(&self.outages[service as usize], months)
    }
}

/// The months that share an instant with the span.
fn months_within(months: &[Interval], span: Interval) -> Range<usize> {
    let first = months.partition_point(|month| month.until() <= span.from());
    let after = months.partition_point(|month| month.from() < span.until());
    first..after.max(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::w1::{data, every_cell};

    const SERVICES: u32 = 8;

    fn store() -> Store {
        Store::of(SERVICES, &data::outages(SERVICES), &data::excluded(SERVICES)).unwrap()
    }

    #[test]
    fn one_cell_is_the_cell_of_the_whole_settlement() {
        let store = store();
        let (outages, excluded) = (data::outages(SERVICES), data::excluded(SERVICES));
        let all = every_cell(SERVICES, &outages, &excluded).unwrap();
        assert_eq!(store.cells(), all);
        for cell in all {
            assert_eq!(store.one_cell(cell.service, cell.month), Some(cell));
        }
    }

    #[test]
    fn late_outages_leave_the_cells_of_a_settlement_that_knew_them() {
        let mut store = store();
        let mut outages = data::outages(SERVICES);
        for row in data::outages(SERVICES + 1).into_iter().filter(|row| row.service == SERVICES).take(200) {
            let late = RawRow { service: u32::try_from(outages.len()).unwrap() % SERVICES, ..row };
            store.add(late.service, late.span);
            outages.push(late);
        }
        let all = every_cell(SERVICES, &outages, &data::excluded(SERVICES)).unwrap();
        assert_eq!(store.cells(), all);
    }

    #[test]
    fn an_outage_already_known_changes_nothing() {
        let mut store = store();
        let known = store.outages[2].runs()[5];
        let late = store.add(2, known);
        assert!(late.changes.is_empty() && late.touched >= 1);
    }
}
