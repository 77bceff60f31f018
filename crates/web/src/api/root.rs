//! What the API says about itself.

use schemars::JsonSchema;
use serde::Serialize;

use crate::route::{Right, Route, read};

/// The provider and the time.
#[derive(Debug, Serialize, JsonSchema)]
struct About {
    /// The provider's name.
    provider: String,
    /// The platform's time, which never goes back.
    now: String,
}

pub(crate) fn routes() -> Vec<Route> {
    vec![read(
        "",
        "about",
        "The provider's name and the platform's time",
        Right::Nothing,
        |platform, tx, _, _| {
            Ok(About {
                provider: platform.settings.provider.clone(),
                now: calendar::Zone::utc().show(tx.now()),
            })
        },
    )]
}
