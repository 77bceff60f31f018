//! Evidence: sent, seen, taken out.

use axum::body::Bytes;
use platform::evidence::{self, Batch};
use platform::intake::{self, BODY_BYTES_MAX, Body, Receipt};
use platform::page::Listed;
use platform::principal::Principal;
use platform::stream::Stream;
use platform::time::{self, Moment};
use platform::volume::{self, KeptFile};
use platform::{Failure, Platform};
use schemars::JsonSchema;
use serde::Serialize;

use crate::parts::Parts;
use crate::reply::Reply;
use crate::route::{Commit, Nothing, Right, Route, read, write_bytes};
use platform::rights::{Resource, Verb};

const OWN: &str = "/tenants/{tenant}/subscriptions/{subscription}/evidence";
const SHARED: &str = "/agreements/{agreement}/evidence";
/// Media types of a body.
const MEDIA: &[&str] = &[
    "application/x-ndjson",
    "text/csv",
    "application/json",
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
];

/// What all that is known comes to.
#[derive(Debug, Serialize, JsonSchema)]
struct Digest {
    /// SHA-256 over the canonical lines of all records, sorted.
    sha256: String,
}

/// Where records in volume lie.
#[derive(Debug, Serialize, JsonSchema)]
struct Files {
    /// By fact and day.
    items: Vec<KeptFile>,
}

pub(crate) fn routes() -> Vec<Route> {
    vec![
        send(OWN, "sendEvidence", "Sends evidence of a subscription"),
        send(SHARED, "sendSharedEvidence", "Sends evidence that concerns all subscriptions of an agreement"),
        read(
            OWN,
            "listEvidence",
            "The batches of evidence of a subscription",
            Right::Of(Resource::Evidence, Verb::Read),
            batches,
        )
        .paged(),
        read(
            SHARED,
            "listSharedEvidence",
            "The batches of evidence of an agreement",
            Right::Of(Resource::Evidence, Verb::Read),
            batches,
        )
        .paged(),
        read(
            "/tenants/{tenant}/subscriptions/{subscription}/evidence/digest",
            "digestEvidence",
            "The digest of all evidence of a subscription, its agreement's included",
            Right::Of(Resource::Evidence, Verb::Read),
            |platform, tx, who, parts| {
                let of = (parts.id("tenant"), parts.id("subscription"));
                let sha256 = evidence::digest(platform, tx, who, of, as_of(parts)?)?;
                Ok(Digest { sha256 })
            },
        )
        .query("as_of", "As it was known at this time."),
        read(
            "/tenants/{tenant}/subscriptions/{subscription}/evidence/files",
            "listEvidenceFiles",
            "The files with a subscription's records of facts in volume",
            Right::Of(Resource::Evidence, Verb::Read),
            |_, tx, who, parts| {
                let of = (parts.id("tenant"), parts.id("subscription"));
                Ok(Files { items: volume::list(tx, who, of, as_of(parts)?)? })
            },
        )
        .query("as_of", "Those that stood at this time."),
        export(),
    ]
}

/// The stream that a path names.
pub(super) fn stream(parts: &Parts) -> Stream {
    match parts.id("agreement") {
        "" => Stream::Subscription {
            tenant: parts.id("tenant").to_owned(),
            id: parts.id("subscription").to_owned(),
        },
        it => Stream::Agreement(it.to_owned()),
    }
}

fn as_of(parts: &Parts) -> Result<Option<Moment>, Failure> {
    Ok(parts.parameter("as_of").map(|it| time::read("as_of", it).map(Moment)).transpose()?)
}

fn batches(
    platform: &Platform,
    tx: &mut store::Tx<'_>,
    who: &Principal,
    parts: &Parts,
) -> Result<Listed<Batch>, Failure> {
    evidence::batches(platform, tx, who, &stream(parts), &parts.page()?)
}

/// The body is read and checked here; only what is right goes to the writing thread.
fn send(path: &'static str, id: &'static str, summary: &'static str) -> Route {
    let prepare = |platform: &Platform, who: &Principal, parts: &Parts, bytes: Bytes| {
        let shape = intake::shape(&parts.media)?;
        let opened = platform.read(|platform, tx| intake::open(platform, tx, who, &stream(parts)))?;
        let atomic = parts.parameter("atomic") == Some("true");
        let prepared = intake::prepare(opened, who, Body { shape, bytes: bytes.into(), atomic })?;
        let prepared = intake::secure(platform, who, prepared)?;
        let commit: Commit = Box::new(move |platform, tx, who, _| {
            intake::commit(platform, tx, who, prepared).and_then(|it| Reply::json(&it))
        });
        Ok(commit)
    };
    let right = Right::Of(Resource::Evidence, Verb::Create);
    write_bytes::<Receipt>("POST", path, id, summary, right, MEDIA, prepare)
        .query("atomic", "`true`: keep nothing when any line is bad.")
        .intake()
        .body_bytes_max(BODY_BYTES_MAX)
}

/// Every copy taken out is on the record, so this is no reading.
fn export() -> Route {
    let prepare = |_: &Platform, _: &Principal, parts: &Parts, _: Bytes| {
        let as_of = as_of(parts)?;
        let commit: Commit = Box::new(move |platform, tx, who, parts| {
            let of = (parts.id("tenant"), parts.id("subscription"));
            let lines = evidence::export(platform, tx, who, of, as_of)?;
            Ok(Reply::bytes("application/x-ndjson", lines).file(&format!("{}.ndjson", of.1)))
        });
        Ok(commit)
    };
    let path = "/tenants/{tenant}/subscriptions/{subscription}/evidence/export";
    let about = "Takes a copy of all evidence of a subscription, as `upheld settle` reads it";
    write_bytes::<Nothing>(
        "POST",
        path,
        "exportEvidence",
        about,
        Right::Of(Resource::Evidence, Verb::Export),
        &[],
        prepare,
    )
    .answers("application/x-ndjson")
    .query("as_of", "As it was known at this time.")
}
