//! Settlement runs.

use platform::runs;

use crate::route::{Route, write};

pub(crate) fn routes() -> Vec<Route> {
    let about = "Closes every due cycle of an agreement with one label; its progress is in the list of jobs";
    let start = write(
        "POST",
        "/agreements/{agreement}/runs",
        "startRun",
        about,
        |platform, tx, who, parts, input| runs::start(platform, tx, who, parts.id("agreement"), &input),
    );
    vec![start.created()]
}
