//! The table of routes: one file for each part of the platform.

use crate::route::Route;

mod agreements;
mod attestations;
mod claims;
mod corrections;
mod cycles;
mod evidence;
mod ledger;
mod log;
mod maintenance;
mod notices;
mod people;
mod root;
mod runs;
mod subscriptions;
mod tenants;
mod volume;

pub use cycles::tarball;

/// What all paths begin with.
pub(crate) const PREFIX: &str = "/api/v1";

/// Every route of the API.
pub(crate) fn routes() -> Vec<Route> {
    [
        root::routes(),
        people::routes(),
        cycles::routes(),
        evidence::routes(),
        volume::routes(),
        corrections::routes(),
        maintenance::routes(),
        attestations::routes(),
        tenants::routes(),
        agreements::routes(),
        notices::routes(),
        subscriptions::routes(),
        runs::routes(),
        log::routes(),
        claims::routes(),
        ledger::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
