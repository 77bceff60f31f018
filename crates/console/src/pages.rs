//! The table of pages: one file for each part.

use web::Route;

pub(crate) mod error;
mod home;
mod now;
mod preferences;
mod sign_in;

/// Every page and form.
pub(crate) fn routes() -> Vec<Route> {
    [home::routes(), sign_in::routes(), preferences::routes(), now::routes()].into_iter().flatten().collect()
}
