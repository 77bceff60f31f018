//! What can be claimed, and claims.

use axum::body::Bytes;
use platform::claims::{self, ClaimView, Named};
use platform::files;
use platform::objects::OBJECT_BYTES_MAX;
use platform::principal::Principal;
use platform::{Platform, entitlements};

use crate::parts::Parts;
use crate::reply::Reply;
use crate::route::{Commit, Nothing, Right, Route, Todo, read, read_bytes, write, write_bytes};
use platform::rights::{Resource, Verb};

const STATES: &str = "Only in this state: submitted, needs_information, under_review, accepted, part_accepted, rejected, appealed, upheld_on_appeal, rejected_on_appeal, withdrawn, expired, settled.";

pub(crate) fn routes() -> Vec<Route> {
    looking().into_iter().chain(deciding()).chain(claiming()).collect()
}

fn looking() -> Vec<Route> {
    vec![
        read(
            "/tenants/{tenant}/entitlements",
            "listEntitlements",
            "The remedies that came about, as the latest statements have them",
            Right::Of(Resource::Claim, Verb::Read),
            |_, tx, who, parts| entitlements::list(tx, who, parts.id("tenant"), &parts.page()?),
        )
        .paged(),
        read(
            "/tenants/{tenant}/claimable",
            "listClaimable",
            "What can be claimed now",
            Right::Of(Resource::Claim, Verb::Read),
            |platform, tx, who, parts| entitlements::claimable(platform, tx, who, parts.id("tenant")),
        ),
        read(
            "/claims",
            "claimQueue",
            "Claims of all tenants that wait for us, the next deadline first",
            Right::Of(Resource::Claim, Verb::Read),
            |_, tx, who, parts| claims::queue(tx, who, parts.parameter("state"), &parts.page()?),
        )
        .query("state", STATES)
        .paged(),
        read(
            "/tenants/{tenant}/claims",
            "listClaims",
            "The claims of a tenant",
            Right::Of(Resource::Claim, Verb::Read),
            |_, tx, who, parts| {
                claims::list(tx, who, parts.id("tenant"), parts.parameter("state"), &parts.page()?)
            },
        )
        .query("state", STATES)
        .paged(),
        read(
            "/tenants/{tenant}/claims/{claim}",
            "getClaim",
            "A claim",
            Right::Of(Resource::Claim, Verb::Read),
            |_, tx, who, parts| claims::get(tx, who, parts.id("tenant"), parts.id("claim")),
        ),
        read(
            "/tenants/{tenant}/claims/{claim}/events",
            "listClaimEvents",
            "What happened to a claim",
            Right::Of(Resource::Claim, Verb::Read),
            |_, tx, who, parts| claims::events(tx, who, parts.id("tenant"), parts.id("claim")),
        ),
        read_bytes(
            "/tenants/{tenant}/claims/{claim}/files/{sha256}",
            "downloadClaimFile",
            "A file of a claim",
            Right::Of(Resource::Claim, Verb::Read),
            "application/octet-stream",
            |_, tx, who, parts| {
                let (file, bytes) =
                    claims::file(tx, who, parts.id("tenant"), parts.id("claim"), parts.id("sha256"))?;
                Ok(Reply::bytes(&file.media, bytes).file(&file.name))
            },
        ),
    ]
}

fn claiming() -> Vec<Route> {
    vec![
        write(
            "POST",
            "/tenants/{tenant}/claims",
            "submitClaim",
            "Makes a claim, for oneself or on the customer's behalf",
            Right::Of(Resource::Claim, Verb::Create),
            |platform, tx, who, parts, input| claims::submit(platform, tx, who, parts.id("tenant"), input),
        )
        .created(),
        attach(),
        write(
            "POST",
            "/tenants/{tenant}/claims/{claim}/information",
            "supplyInformation",
            "Answers what the claimant was asked",
            Right::Of(Resource::Claim, Verb::Create),
            |platform, tx, who, parts, input| claims::supply(platform, tx, who, named(parts), input),
        ),
        write(
            "POST",
            "/tenants/{tenant}/claims/{claim}/award/acceptance",
            "acceptAward",
            "Is content with a partial award and gives up an appeal",
            Right::Of(Resource::Claim, Verb::Change),
            |platform, tx, who, parts, Nothing {}| claims::accept_award(platform, tx, who, named(parts)),
        ),
        write(
            "POST",
            "/tenants/{tenant}/claims/{claim}/appeal",
            "appealClaim",
            "Contests a decision",
            Right::Of(Resource::Claim, Verb::Create),
            |platform, tx, who, parts, input| claims::appeal(platform, tx, who, named(parts), &input),
        ),
        write(
            "POST",
            "/tenants/{tenant}/claims/{claim}/withdrawal",
            "withdrawClaim",
            "Takes a claim back",
            Right::Of(Resource::Claim, Verb::Remove),
            |platform, tx, who, parts, Nothing {}| claims::withdraw(platform, tx, who, named(parts)),
        ),
    ]
}

fn deciding() -> Vec<Route> {
    vec![
        write(
            "POST",
            "/tenants/{tenant}/claims/{claim}/review",
            "takeUpClaim",
            "Begins to look at a claim",
            Right::OfProvider(Resource::Claim, Verb::Change),
            |platform, tx, who, parts, Nothing {}| claims::take_up(platform, tx, who, named(parts)),
        ),
        write(
            "POST",
            "/tenants/{tenant}/claims/{claim}/question",
            "requestInformation",
            "Asks the claimant for more",
            Right::OfProvider(Resource::Claim, Verb::Change),
            |platform, tx, who, parts, input| {
                claims::request_information(platform, tx, who, named(parts), &input)
            },
        ),
        write(
            "POST",
            "/tenants/{tenant}/claims/{claim}/decision",
            "decideClaim",
            "Accepts a claim, a part of it, or rejects it",
            Right::OfProvider(Resource::Claim, Verb::Decide),
            |platform, tx, who, parts, input| claims::decide(platform, tx, who, named(parts), &input),
        ),
        write(
            "POST",
            "/tenants/{tenant}/claims/{claim}/appeal/decision",
            "decideAppeal",
            "Decides an appeal",
            Right::OfProvider(Resource::Claim, Verb::Decide),
            |platform, tx, who, parts, input| claims::decide_appeal(platform, tx, who, named(parts), &input),
        ),
    ]
}

fn named(parts: &Parts) -> Named<'_> {
    Named { tenant: parts.id("tenant"), id: parts.id("claim"), expected: parts.expected }
}

/// The file is named and packed here, beside the writing thread.
fn attach() -> Route {
    let prepare = |_: &Platform, _: &Principal, parts: &Parts, bytes: Bytes| {
        let file = files::prepare(parts.parameter("name").unwrap_or_default(), &parts.media, &bytes)?;
        let commit: Commit = Box::new(move |_, tx, who, parts| {
            Reply::json(&claims::attach(tx, who, parts.id("tenant"), parts.id("claim"), file)?)
        });
        Ok(Todo::Alone(commit))
    };
    let path = "/tenants/{tenant}/claims/{claim}/files";
    write_bytes::<ClaimView>(
        "POST",
        path,
        "attachClaimFile",
        "Attaches a file to a claim",
        Right::Of(Resource::Claim, Verb::Create),
        &["application/octet-stream"],
        prepare,
    )
    .created()
    .query("name", "The file's name.")
    .body_bytes_max(OBJECT_BYTES_MAX)
}
