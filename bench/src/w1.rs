//! Workload W1: availability of many services over three years, by local month, with zones, business hours, holidays,
//! maintenance, exclusions and the counting rules of real contracts.
//!
//! The intervals are on `[2023-01-01Z, 2026-01-01Z)`; each service has 1,000 raw outages that may overlap and three
//! excluded spans.

pub(crate) mod cell;
pub(crate) mod data;
pub(crate) mod draw;
pub(crate) mod oracle;
pub(crate) mod site;
pub(crate) mod store;

use timeline::Timeline;

use crate::Fault;
use crate::rows::{Grouped, RawRow, on_two_threads};
use cell::{Cell, Service};
use site::{MONTHS, Site};

/// Q1: every cell from raw rows, nothing prepared: the calendars are made, the rows grouped, sorted and joined.
pub(crate) fn every_cell(services: u32, outages: &[RawRow], excluded: &[RawRow]) -> Result<Vec<Cell>, Fault> {
    let sites = site::sites()?;
    Ok(on_two_threads(services, |part| {
        let outages = Grouped::by_service(outages, part.clone());
        let excluded = Grouped::by_service(excluded, part.clone());
        let cells = part.flat_map(|number| {
            let down = Timeline::from_intervals(outages.of(number).iter().copied());
            let excluded = Timeline::from_intervals(excluded.of(number).iter().copied());
            Service { number, site: site_of(&sites, number), excluded: &excluded }.settle(&down, 0..MONTHS)
        });
        cells.collect()
    }))
}

/// Services take the sites in turn.
pub(crate) fn site_of(sites: &[Site], service: u32) -> &Site {
    &sites[service as usize % sites.len()]
}
