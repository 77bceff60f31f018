//! Notices of change.

use platform::notices;

use crate::parts::Parts;
use crate::route::{Nothing, Right, Route, read, write};
use platform::rights::{Resource, Verb};

pub(crate) fn routes() -> Vec<Route> {
    let mut routes = of_provider();
    routes.extend(of_customer());
    routes
}

fn of_provider() -> Vec<Route> {
    vec![
        write(
            "POST",
            "/agreements/{agreement}/notices",
            "sendNotice",
            "Tells the customers of a version that another replaces it",
            Right::Of(Resource::Notice, Verb::Create),
            |platform, tx, who, parts, input| {
                notices::create(platform, tx, who, parts.id("agreement"), &input)
            },
        )
        .created(),
        read(
            "/notices",
            "listNotices",
            "The notices sent",
            Right::Of(Resource::Notice, Verb::Read),
            |platform, tx, who, parts| {
                notices::list(platform, tx, who, parts.parameter("agreement"), &parts.page()?)
            },
        )
        .query("agreement", "Only of this agreement.")
        .paged(),
        read(
            "/notices/{notice}",
            "getNotice",
            "A notice",
            Right::Of(Resource::Notice, Verb::Read),
            |platform, tx, who, parts| notices::get(platform, tx, who, parts.id("notice")),
        ),
        write(
            "DELETE",
            "/notices/{notice}",
            "withdrawNotice",
            "Takes a notice back from whoever has not decided",
            Right::Of(Resource::Notice, Verb::Remove),
            |platform, tx, who, parts, Nothing {}| {
                notices::withdraw(platform, tx, who, parts.id("notice"), parts.expected)
            },
        ),
        read(
            "/notices/{notice}/deliveries",
            "listDeliveries",
            "How far each subscription is with a notice",
            Right::Of(Resource::Notice, Verb::Read),
            |platform, tx, who, parts| {
                notices::deliveries(platform, tx, who, parts.id("notice"), &parts.page()?)
            },
        )
        .paged(),
    ]
}

fn of_customer() -> Vec<Route> {
    vec![
        read(
            "/tenants/{tenant}/notices",
            "listTenantNotices",
            "The notices a customer has",
            Right::Of(Resource::Notice, Verb::Read),
            |platform, tx, who, parts| {
                notices::list_of(platform, tx, who, parts.id("tenant"), &parts.page()?)
            },
        )
        .paged(),
        read(
            "/tenants/{tenant}/notices/{notice}/subscriptions/{subscription}",
            "getTenantNotice",
            "A notice a customer has",
            Right::Of(Resource::Notice, Verb::Read),
            |platform, tx, who, parts| {
                let (tenant, notice, subscription) = names(parts);
                notices::get_of(platform, tx, who, tenant, notice, subscription)
            },
        ),
        write(
            "POST",
            "/tenants/{tenant}/notices/{notice}/subscriptions/{subscription}/seen",
            "seeNotice",
            "Notes that the customer has seen a notice",
            Right::Of(Resource::Notice, Verb::Read),
            |platform, tx, who, parts, Nothing {}| {
                let (tenant, notice, subscription) = names(parts);
                notices::seen(platform, tx, who, tenant, notice, subscription)
            },
        ),
        write(
            "POST",
            "/tenants/{tenant}/notices/{notice}/subscriptions/{subscription}/decision",
            "decideNotice",
            "Accepts or refuses a change",
            Right::Of(Resource::Notice, Verb::Decide),
            |platform, tx, who, parts, input| {
                let (tenant, notice, subscription) = names(parts);
                notices::decide(platform, tx, who, tenant, notice, subscription, &input, parts.expected)
            },
        ),
    ]
}

fn names(parts: &Parts) -> (&str, &str, &str) {
    (parts.id("tenant"), parts.id("notice"), parts.id("subscription"))
}
