//! The table of routes: one file for each part of the platform.

use crate::route::Route;

mod attestations;
mod corrections;
mod cycles;
mod evidence;
mod maintenance;
mod people;
mod root;

/// What all paths begin with.
pub(crate) const PREFIX: &str = "/api/v1";

/// Every route of the API.
pub(crate) fn routes() -> Vec<Route> {
    [root::routes(), people::routes(), cycles::routes(), evidence::routes(), corrections::routes(), maintenance::routes(), attestations::routes()].into_iter().flatten().collect()
}
