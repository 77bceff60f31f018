//! Settlement runs.

use platform::runs;

use crate::route::{Right, Route, write};
use platform::rights::{Resource, Verb};

pub(crate) fn routes() -> Vec<Route> {
    let about = "Closes every due cycle of an agreement with one label; its progress is in the list of jobs";
    let start = write(
        "POST",
        "/agreements/{agreement}/runs",
        "startRun",
        about,
        Right::Of(Resource::Cycle, Verb::Decide),
        |platform, tx, who, parts, input| runs::start(platform, tx, who, parts.id("agreement"), &input),
    );
    vec![start.created()]
}
