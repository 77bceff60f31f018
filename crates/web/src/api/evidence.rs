//! Evidence: sent, seen, taken out.

use axum::body::Bytes;
use platform::evidence::{self, Batch};
use platform::intake::unseen::{self, UnseenCode};
use platform::intake::{self, BODY_BYTES_MAX, Body, Receipt, Sent, Vendor};
use platform::page::Listed;
use platform::principal::Principal;
use platform::stream::{Opened, Stream};
use platform::time::{self, Moment};
use platform::volume::{self, KeptFile};
use platform::{Failure, Platform};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

use crate::parts::Parts;
use crate::reply::Reply;
use crate::route::{Commit, Nothing, Right, Route, Todo, read, write_bytes};
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
    "application/x-www-form-urlencoded",
    "text/plain",
];

/// What all that is known comes to.
#[derive(Debug, Serialize, JsonSchema)]
struct Digest {
    /// SHA-256 over the canonical lines of all records, sorted.
    sha256: String,
}

/// What receipts said that is in no class.
#[derive(Debug, Serialize, JsonSchema)]
struct Unseen {
    /// The most frequent first.
    items: Vec<UnseenCode>,
}

/// Where records in volume lie.
#[derive(Debug, Serialize, JsonSchema)]
struct Files {
    /// By fact and day.
    items: Vec<KeptFile>,
}

pub(crate) fn routes() -> Vec<Route> {
    vec![
        send(OWN, "sendEvidence", "Sends evidence of a subscription")
            .query("from", "Whose delivery receipts they are: aliyun, aliyun-international, tencent, huawei, baidu, smpp-text, cloudevents, csv or ndjson. Absent, the body holds records of the contract's facts. Receipts are put into classes by the annex of the contract; the answer has what the vendor wants to read in it.")
            .query("fact", "With `from`: the fact they are records of, where several have an annex.")
            .query("provider", "With `from`: who reports, where receipts do not say so.")
            .query("token", "With `from`: an API token, for vendors that send no `Authorization` header. Whoever sees the address sees it: let it be allowed nothing but `evidence:create`.")
            .called_back(),
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
        .query("as_of", "Those that stood at this time: one at which a statement was made, or one of the last ten minutes. Of other times files are missing."),
        read(
            "/tenants/{tenant}/subscriptions/{subscription}/evidence/unseen-codes",
            "listUnseenCodes",
            "Codes of receipts that the contract's annex does not list, so that nothing was counted",
            Right::Of(Resource::Evidence, Verb::Read),
            |platform, tx, who, parts| {
                let of = (parts.id("tenant"), parts.id("subscription"));
                Ok(Unseen { items: unseen::list(platform, tx, who, of)? })
            },
        ),
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
        let open = || platform.read(|platform, tx| intake::open(platform, tx, who, &stream(parts)));
        let atomic = parts.parameter("atomic") == Some("true");
        let (prepared, wanted) = match parts.parameter("from") {
            None => {
                let shape = intake::shape(&parts.media)?;
                (intake::prepare(open()?, who, Body { shape, bytes: bytes.into(), atomic })?, None)
            }
            Some(name) => receipts(platform, who, parts, (open()?, name, bytes, atomic))?,
        };
        // With a key the answer is kept in the very write.
        let ready =
            if parts.is_keyed { Err(Box::new(prepared)) } else { intake::ready(platform, who, prepared) };
        let prepared = match ready {
            Ok(waiting) => {
                let platform = platform.clone();
                return Ok(Todo::Together(Box::new(move |told| {
                    let done =
                        move |it: Result<Receipt, Failure>| told(it.and_then(|it| answered(&it, wanted)));
                    intake::submit(&platform, waiting, done);
                })));
            }
            Err(prepared) => intake::secure(platform, who, *prepared)?,
        };
        let commit: Commit = Box::new(move |platform, tx, who, _| {
            let receipt = intake::commit(platform, tx, who, prepared)?;
            answered(&receipt, wanted)
        });
        Ok(Todo::Alone(commit))
    };
    let right = Right::Of(Resource::Evidence, Verb::Create);
    write_bytes::<Receipt>("POST", path, id, summary, right, MEDIA, prepare)
        .query("atomic", "`true`: keep nothing when any line is bad.")
        .intake()
        .body_bytes_max(BODY_BYTES_MAX)
}

/// Receipts read and put into classes, and what their vendor wants to be answered.
fn receipts(
    platform: &Platform,
    who: &Principal,
    parts: &Parts,
    (opened, name, bytes, atomic): (Opened, &str, Bytes, bool),
) -> Result<(intake::Prepared, Option<Json>), Failure> {
    let vendor = Vendor::named(name)?;
    let text = |name| parts.parameter(name).map(str::to_owned);
    let sent = Sent { vendor, fact: text("fact"), provider: text("provider"), bytes: bytes.into(), atomic };
    Ok((intake::prepare_receipts(platform, opened, who, sent)?, vendor.acknowledgement()))
}

/// What became of a body, and beside it what the vendor wants to read.
fn answered(receipt: &Receipt, wanted: Option<Json>) -> Result<Reply, Failure> {
    let Some(Json::Object(mut answer)) = wanted else { return Reply::json(receipt) };
    if let Ok(Json::Object(told)) = serde_json::to_value(receipt) {
        answer.extend(told);
    }
    Reply::json(&answer)
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
        Ok(Todo::Alone(commit))
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
