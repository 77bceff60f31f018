//! Settlement runs with their progress, and all work that waits, runs or has failed.

mod jobs;
mod made;

use web::Route;

pub(crate) fn routes() -> Vec<Route> {
    [made::routes(), jobs::routes()].into_iter().flatten().collect()
}
