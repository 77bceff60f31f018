//! An agreement with two customers, each with one subscription.

use std::sync::Arc;

use evidence::{Evidence, Shape};
use platform::intake::{self, Body, Receipt};
use platform::principal::Principal;
use platform::stream::Stream;
use platform::{Failure, objects};
use store::values;

use crate::support::World;

/// The agreement, in its version 1.
pub const TERMS: &str = r#"---
id: hosting
version: 1
zone: Asia/Shanghai
currency: CNY
rounding: half_up
records: tenant
---
```sla
cycle calendar month
fact outage : span { cause: text? }
fact maintenance : span { announced_at: instant, kind: planned | urgent }
fact probe : event { reached: truth }
fact fee : event { amount: money }
level uptime = 1 - length(outage) / length(cycle)
promise availability: uptime >= 99.9%
```
"#;

pub const SUBSCRIPTION: &str = "sub_1";
pub const OTHER: &str = "sub_2";

/// Puts the agreement, tenants `acme` and `beta` and their subscriptions into the store.
pub fn fill(world: &World) {
    publish(world, "1", TERMS);
    world
        .write(|_, tx| {
            for (tenant, subscription) in [("acme", SUBSCRIPTION), ("beta", OTHER)] {
                tx.housekeeping(
                    "INSERT INTO tenant (id, name, state, created_at, revision) VALUES ($1, $1, 'active', 0, 1)",
                    values![tenant],
                )?;
                tx.housekeeping(
                    "INSERT INTO subscription (tenant_id, id, agreement_id, version, parameters, since_at, renewal, state, reason,
                       history, documents, created_at, revision)
                     VALUES ($1, $2, 'hosting', '1', '[]', 0, '{}', 'active', '', '[]', '[]', 0, 1)",
                    values![tenant, subscription],
                )?;
            }
            Ok(())
        })
        .unwrap();
}

/// Puts a version of the agreement into the store.
pub fn publish(world: &World, version: &'static str, text: &str) {
    let (contract, problems) = language::read("terms.md", text);
    assert!(contract.is_some(), "{problems:?}");
    let text = text.to_owned();
    world
        .write(move |_, tx| {
            let sha256 = objects::put(tx, text.as_bytes())?;
            let seq: i64 = version.parse().unwrap();
            tx.housekeeping(
                "INSERT INTO agreement (id, kind, title, title_zh, documents, created_at, revision)
                 VALUES ('hosting', 'ours', 'Hosting', '', '[]', 0, 1) ON CONFLICT DO NOTHING",
                &[],
            )?;
            tx.housekeeping(
                "INSERT INTO agreement_version (agreement_id, version, seq, sha256, effective, amendment, published_at, published_by,
                   acknowledged, findings) VALUES ('hosting', $1, $2, $3, '', '', 0, '', '[]', '[]')",
                values![version, seq, sha256],
            )?;
            Ok(())
        })
        .unwrap();
}

/// The stream of acme's subscription.
pub fn own() -> Stream {
    Stream::Subscription { tenant: "acme".to_owned(), id: SUBSCRIPTION.to_owned() }
}

/// The stream of beta's subscription.
pub fn others() -> Stream {
    Stream::Subscription { tenant: "beta".to_owned(), id: OTHER.to_owned() }
}

/// The agreement's stream.
pub fn shared() -> Stream {
    Stream::Agreement("hosting".to_owned())
}

/// An outage on 1 October, of so many minutes from the hour.
pub fn outage(id: &str, hour: u32, minutes: u32) -> String {
    format!(
        r#"{{"fact":"outage","id":"{id}","from":"2026-10-01T{hour:02}:00:00Z","until":"2026-10-01T{hour:02}:{minutes:02}:00Z"}}"#
    )
}

/// A correction of `line`, under the id `id`.
pub fn correction(line: &str, id: &str, supersedes: &str) -> String {
    let body = line.split_once(r#""from""#).unwrap().1;
    format!(
        r#"{{"fact":"outage","id":"{id}","supersedes":"{supersedes}","reason":"measured again","from"{body}"#
    )
}

/// Sends lines.
pub fn send(world: &World, who: &Principal, stream: &Stream, lines: &[String]) -> Receipt {
    try_send(world, who, stream, lines, false).unwrap()
}

/// Sends lines, all or none if they are to be.
pub fn try_send(
    world: &World,
    who: &Principal,
    stream: &Stream,
    lines: &[String],
    atomic: bool,
) -> Result<Receipt, Failure> {
    post(world, who, stream, Shape::Lines, &lines.join("\n"), atomic)
}

/// Sends a body.
pub fn post(
    world: &World,
    who: &Principal,
    stream: &Stream,
    shape: Shape,
    text: &str,
    atomic: bool,
) -> Result<Receipt, Failure> {
    intake::receive(world, who, stream, Body { shape, bytes: text.as_bytes().to_vec(), atomic })
}

/// Accepted, duplicates, refused.
pub fn counts(receipt: &Receipt) -> (u64, u64, u64) {
    (receipt.accepted, receipt.duplicates, receipt.refused)
}

/// Of each rejected line its number and code.
pub fn rejected(receipt: &Receipt) -> Vec<(u64, &str)> {
    receipt.rejected.iter().map(|it| (it.line, it.code.as_str())).collect()
}

/// The evidence of acme's subscription.
pub fn evidence(world: &World) -> Arc<Evidence> {
    evidence_of(world, "acme", SUBSCRIPTION)
}

/// The evidence of a subscription.
pub fn evidence_of(world: &World, tenant: &str, subscription: &str) -> Arc<Evidence> {
    world.read(|platform, tx| platform::evidence::load(platform, tx, tenant, subscription)).unwrap().evidence
}

/// What stands for acme, as `id from until`, with all that is known.
pub fn standing(world: &World) -> Vec<String> {
    standing_in(&evidence(world), None)
}

/// What stood as of then.
pub fn standing_in(evidence: &Evidence, as_of: Option<&str>) -> Vec<String> {
    let as_of = as_of.map(crate::support::at);
    let show = platform::time::show;
    let records = evidence.as_of(as_of).into_records();
    records
        .iter()
        .map(|it| format!("{} {} {}", it.id.as_deref().unwrap_or("-"), show(it.from), show(it.until)))
        .collect()
}
