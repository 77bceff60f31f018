//! Looking at what was taken in: the batches of a stream, and all records of a subscription as canonical lines.

use schemars::JsonSchema;
use serde::Serialize;
use store::{Fault, Row, Tx, values};
use timeline::Instant;

use super::load;
use crate::audit::{self, Entry};
use crate::page::{Listed, Page};
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal};
use crate::rights::{Resource, Verb};
use crate::stream::{Side, Stream};
use crate::time::Moment;
use crate::volume;

/// A body that was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Batch {
    /// Its number in the stream, from 1.
    pub batch: i64,
    /// When it was recorded.
    pub recorded_at: Moment,
    /// Who sent it.
    pub actor: String,
    /// Which party.
    pub side: Side,
    /// How many records it holds.
    pub records: i64,
    /// The earliest time it speaks of; absent when it has no bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Moment>,
    /// The latest time it speaks of; absent while something in it is still open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// SHA-256 of its lines.
    pub sha256: String,
}

/// The batches of a stream, in their order.
pub fn batches(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    stream: &Stream,
    page: &Page,
) -> Result<Listed<Batch>, Failure> {
    let house = stream.enter(tx, who, Resource::Evidence, Verb::Read)?;
    stream.governed(tx, &house)?;
    let after = match page.after() {
        "" => 0,
        it => it.parse().map_err(|_| Refusal::invalid("after: no batch's number", "after：不是批次号"))?,
    };
    let after: i64 = after;
    let rows = tx.rows(
        "SELECT seq, at, actor, side, records, first_at, last_at, sha256 FROM evidence_batch
         WHERE tenant_id = $1 AND stream = $2 AND seq > $3 ORDER BY seq LIMIT $4",
        values![&house, stream.name(), after, page.rows()?],
    )?;
    Ok(page.listed(&rows, batch, |it: &Batch| it.batch.to_string())?)
}

fn batch(row: &Row) -> Result<Batch, Fault> {
    let bounded = |at: Instant| at.is_bounded().then_some(Moment(at));
    Ok(Batch {
        batch: row.get(0)?,
        recorded_at: row.get(1)?,
        actor: row.get(2)?,
        side: Side::named(&row.get::<String>(3)?),
        records: row.get(4)?,
        from: bounded(row.get(5)?),
        until: bounded(row.get(6)?),
        sha256: row.get(7)?,
    })
}

/// All records of a subscription known at `as_of` (now when absent), as canonical NDJSON: what `upheld settle` reads. A copy
/// is taken out of the system, so the use is on the record: this writes.
pub fn export(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    (tenant, subscription): (&str, &str),
    as_of: Option<Moment>,
) -> Result<Vec<u8>, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Evidence, Verb::Export)?;
    let loaded = load(platform, tx, tenant.id(), subscription)?;
    let mut text = loaded.evidence.lines(as_of.map(|it| it.0)).join("\n");
    if !text.is_empty() {
        text.push('\n');
    }
    let entry = Entry { action: "evidence.exported", subject: subscription.to_owned(), ..Entry::default() };
    audit::append(tx, who, tenant.id(), entry)?;
    Ok(text.into_bytes())
}

/// SHA-256 over the canonical lines of all records of a subscription known at `as_of`.
pub fn digest(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    (tenant, subscription): (&str, &str),
    as_of: Option<Moment>,
) -> Result<String, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Evidence, Verb::Read)?;
    let loaded = load(platform, tx, tenant.id(), subscription)?;
    let at = as_of.map(|it| it.0);
    let files = volume::standing(tx, tenant.id(), subscription, at.unwrap_or(Instant::MAX))?;
    Ok(settle::hex(&volume::digest(loaded.evidence.as_of(at).digest(), &files)))
}
