//! Maintenance windows of a subscription or an agreement.

use platform::maintenance;
use platform::rights::{Resource, Verb};

use crate::api::evidence::stream;
use crate::route::{Right, Route, read, write};

/// The paths of one sort of stream, with the names of its operations.
struct Place {
    all: &'static str,
    one: &'static str,
    cancellation: &'static str,
    ids: [&'static str; 5],
}

const OWN: Place = Place {
    all: "/tenants/{tenant}/subscriptions/{subscription}/maintenance",
    one: "/tenants/{tenant}/subscriptions/{subscription}/maintenance/{window}",
    cancellation: "/tenants/{tenant}/subscriptions/{subscription}/maintenance/{window}/cancellation",
    ids: ["announceWindow", "listWindows", "getWindow", "changeWindow", "cancelWindow"],
};
const SHARED: Place = Place {
    all: "/agreements/{agreement}/maintenance",
    one: "/agreements/{agreement}/maintenance/{window}",
    cancellation: "/agreements/{agreement}/maintenance/{window}/cancellation",
    ids: [
        "announceSharedWindow",
        "listSharedWindows",
        "getSharedWindow",
        "changeSharedWindow",
        "cancelSharedWindow",
    ],
};

pub(crate) fn routes() -> Vec<Route> {
    [OWN, SHARED].into_iter().flat_map(of).collect()
}

fn of(place: Place) -> Vec<Route> {
    let [announce, list, get, change, cancel] = place.ids;
    vec![
        write(
            "POST",
            place.all,
            announce,
            "Announces a maintenance window now",
            Right::Of(Resource::Maintenance, Verb::Create),
            |platform, tx, who, parts, input| {
                maintenance::announce(platform, tx, who, &stream(parts), &input)
            },
        )
        .created(),
        read(
            place.all,
            list,
            "Maintenance windows",
            Right::Of(Resource::Maintenance, Verb::Read),
            |platform, tx, who, parts| {
                let shared = parts.parameter("shared") == Some("true");
                maintenance::list(platform, tx, who, &stream(parts), shared, &parts.page()?)
            },
        )
        .query("shared", "`true`: those of the subscription's agreement.")
        .paged(),
        read(
            place.one,
            get,
            "A maintenance window",
            Right::Of(Resource::Maintenance, Verb::Read),
            |platform, tx, who, parts| {
                maintenance::get(platform, tx, who, &stream(parts), parts.id("window"))
            },
        ),
        write(
            "PATCH",
            place.one,
            change,
            "Changes a maintenance window",
            Right::Of(Resource::Maintenance, Verb::Change),
            |platform, tx, who, parts, input| {
                let of = stream(parts);
                maintenance::change(platform, tx, who, (&of, parts.id("window")), &input, parts.expected)
            },
        ),
        write(
            "POST",
            place.cancellation,
            cancel,
            "Cancels a maintenance window",
            Right::Of(Resource::Maintenance, Verb::Remove),
            |platform, tx, who, parts, input| {
                let of = stream(parts);
                maintenance::cancel(platform, tx, who, (&of, parts.id("window")), &input, parts.expected)
            },
        ),
    ]
}
