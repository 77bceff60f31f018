//! Subscriptions.

use platform::{subscriptions, time};

use crate::parts::Parts;
use crate::route::{Right, Route, read, write};
use platform::rights::{Resource, Verb};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        read(
            "/subscriptions",
            "listSubscriptions",
            "The subscriptions of all customers",
            Right::Of(Resource::Subscription, Verb::Read),
            |platform, tx, who, parts| {
                subscriptions::list_all(platform, tx, who, parts.parameter("agreement"), &parts.page()?)
            },
        )
        .query("agreement", "Only of this agreement.")
        .paged(),
        read(
            "/tenants/{tenant}/subscriptions",
            "listTenantSubscriptions",
            "The subscriptions of a customer",
            Right::Of(Resource::Subscription, Verb::Read),
            |platform, tx, who, parts| {
                subscriptions::list(platform, tx, who, parts.id("tenant"), &parts.page()?)
            },
        )
        .paged(),
        write(
            "POST",
            "/tenants/{tenant}/subscriptions",
            "createSubscription",
            "Makes a subscription",
            Right::Of(Resource::Subscription, Verb::Create),
            |platform, tx, who, parts, input| {
                subscriptions::create(platform, tx, who, parts.id("tenant"), &input)
            },
        )
        .created(),
        read(
            "/tenants/{tenant}/subscriptions/{subscription}",
            "getSubscription",
            "A subscription, with the terms in force now",
            Right::Of(Resource::Subscription, Verb::Read),
            |platform, tx, who, parts| {
                let (tenant, id) = names(parts);
                subscriptions::get(platform, tx, who, tenant, id)
            },
        ),
        read(
            "/tenants/{tenant}/subscriptions/{subscription}/documents",
            "getPrecedence",
            "The documents of a subscription, the prevailing first",
            Right::Of(Resource::Subscription, Verb::Read),
            |platform, tx, who, parts| {
                let (tenant, id) = names(parts);
                let at = parts.parameter("at").map(|it| time::read("at", it)).transpose()?;
                subscriptions::precedence(platform, tx, who, tenant, id, at)
            },
        )
        .query("at", "When; now when absent."),
        write(
            "POST",
            "/tenants/{tenant}/subscriptions/{subscription}/plan",
            "changePlan",
            "Changes plan or parameters from an instant on",
            Right::Of(Resource::Subscription, Verb::Change),
            |platform, tx, who, parts, input| {
                let (tenant, id) = names(parts);
                subscriptions::change_plan(platform, tx, who, tenant, id, &input, parts.expected)
            },
        ),
        write(
            "POST",
            "/tenants/{tenant}/subscriptions/{subscription}/suspend",
            "suspendSubscription",
            "Stops service from now on",
            Right::Of(Resource::Subscription, Verb::Change),
            |platform, tx, who, parts, input| {
                let (tenant, id) = names(parts);
                subscriptions::suspend(platform, tx, who, tenant, id, &input, parts.expected)
            },
        ),
        write(
            "POST",
            "/tenants/{tenant}/subscriptions/{subscription}/resume",
            "resumeSubscription",
            "Takes service up again",
            Right::Of(Resource::Subscription, Verb::Change),
            |platform, tx, who, parts, input| {
                let (tenant, id) = names(parts);
                subscriptions::resume(platform, tx, who, tenant, id, &input, parts.expected)
            },
        ),
        write(
            "POST",
            "/tenants/{tenant}/subscriptions/{subscription}/renew",
            "renewSubscription",
            "Gives a subscription a further term",
            Right::Of(Resource::Subscription, Verb::Change),
            |platform, tx, who, parts, input| {
                let (tenant, id) = names(parts);
                subscriptions::renew(platform, tx, who, tenant, id, &input, parts.expected)
            },
        ),
        write(
            "POST",
            "/tenants/{tenant}/subscriptions/{subscription}/end",
            "endSubscription",
            "Ends a subscription, now or later",
            Right::Of(Resource::Subscription, Verb::Remove),
            |platform, tx, who, parts, input| {
                let (tenant, id) = names(parts);
                subscriptions::end(platform, tx, who, tenant, id, &input, parts.expected)
            },
        ),
    ]
}

fn names(parts: &Parts) -> (&str, &str) {
    (parts.id("tenant"), parts.id("subscription"))
}
