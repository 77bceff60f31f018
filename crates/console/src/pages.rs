//! The table of pages: one file for each part.

use web::Route;

pub(crate) mod confirm;
mod agreements;
mod claims;
#[cfg(feature = "draft")]
pub(crate) mod customers;
pub(crate) mod error;
#[cfg(feature = "draft")]
mod evidence;
mod decisions;
mod money;
mod runs;
mod home;
mod log;
mod now;
mod preferences;
mod sign_in;
mod statements;
#[cfg(feature = "draft")]
pub(crate) mod subscription;
mod status;

/// Every page and form.
pub(crate) fn routes() -> Vec<Route> {
    [agreements::routes(), home::routes(), sign_in::routes(), preferences::routes(), now::routes(), statements::routes(),claims::routes(),runs::routes(),money::routes(),decisions::routes(), log::routes(), status::routes()].into_iter().flatten().collect()
}

#[cfg(feature = "draft")]
pub(crate) fn draft() -> Vec<Route> {
    [customers::routes(), subscription::routes(), evidence::routes()].into_iter().flatten().collect()
}

/// Addresses that machines read, outside the languages.
pub(crate) fn feeds() -> Vec<Route> {
    status::feeds()
}
