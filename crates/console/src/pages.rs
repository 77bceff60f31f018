//! The table of pages: one file for each part.

use web::Route;

mod agreements;
mod claims;
pub(crate) mod confirm;
pub(crate) mod customers;
mod decisions;
pub(crate) mod error;
mod evidence;
mod home;
mod log;
mod me;
mod money;
mod now;
mod people;
mod preferences;
mod runs;
mod search;
pub(crate) mod settings;
mod sign_in;
mod statements;
mod status;
mod style;
pub(crate) mod subscription;

/// Every page and form.
pub(crate) fn routes() -> Vec<Route> {
    [
        agreements::routes(),
        customers::routes(),
        evidence::routes(),
        subscription::routes(),
        home::routes(),
        sign_in::routes(),
        preferences::routes(),
        now::routes(),
        statements::routes(),
        claims::routes(),
        runs::routes(),
        money::routes(),
        decisions::routes(),
        log::routes(),
        status::routes(),
        people::routes(),
        me::routes(),
        settings::routes(),
        search::routes(),
        style::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Addresses that machines read, outside the languages.
pub(crate) fn feeds() -> Vec<Route> {
    status::feeds()
}
