//! Subscriptions.

use platform::preview::{self, OtherTerms};
use platform::{Failure, Refusal, subscriptions, time};

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
            "PUT",
            "/tenants/{tenant}/subscriptions/{subscription}/documents",
            "setSubscriptionDocuments",
            "Changes the documents of a subscription alone",
            Right::Of(Resource::Subscription, Verb::Change),
            |platform, tx, who, parts, input| {
                subscriptions::set_documents(platform, tx, who, names(parts), &input, parts.expected)
            },
        ),
        write(
            "PUT",
            "/tenants/{tenant}/subscriptions/{subscription}/renewal",
            "setRenewal",
            "Changes what happens at the end of the term",
            Right::Of(Resource::Subscription, Verb::Change),
            |platform, tx, who, parts, input| {
                subscriptions::set_renewal(platform, tx, who, names(parts), &input, parts.expected)
            },
        ),
        read(
            "/tenants/{tenant}/subscriptions/{subscription}/preview",
            "previewTerms",
            "What another plan or other parameters would have come to in the latest settled cycle",
            Right::Of(Resource::Statement, Verb::Read),
            |platform, tx, who, parts| preview::of(platform, tx, who, names(parts), other_terms(parts)?),
        )
        .query("plan", "The plan; the present one when absent.")
        .query("parameters", "All parameters, as a JSON object of texts; the present ones when absent."),
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

fn other_terms(parts: &Parts) -> Result<OtherTerms, Failure> {
    let parameters = parts.parameter("parameters").map(|it| {
        serde_json::from_str(it).map_err(|it| {
            Refusal::invalid(
                format!("parameters: no JSON object of texts: {it}"),
                format!("parameters：须为值为文本的 JSON 对象：{it}"),
            )
        })
    });
    let plan = parts.parameter("plan").filter(|it| !it.is_empty()).map(str::to_owned);
    Ok(OtherTerms { plan, parameters: parameters.transpose()? })
}

fn names(parts: &Parts) -> (&str, &str) {
    (parts.id("tenant"), parts.id("subscription"))
}
