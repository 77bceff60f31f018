//! Witnesses: those who look at a log from outside and say with their signature when they saw it at which size.

use proof::{Note, WitnessKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{Fault, Tx, values};
use timeline::Instant;

use super::publish::{WITNESSED, published, root_in, sign};
use super::tree::tenant_of;
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal};
use crate::rights::{Resource, Verb};
use crate::time::Moment;

/// A checkpoint with the cosignatures of witnesses.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cosigned {
    /// The whole signed note: the log's own signature and the witnesses'.
    pub checkpoint: String,
}

/// Who saw a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Witnessed {
    /// The log's origin.
    pub origin: String,
    /// The number of entries it had.
    pub size: u64,
    /// The names of the witnesses.
    pub witnesses: Vec<String>,
    /// When the last of them saw it.
    pub seen_at: Option<Moment>,
}

/// Takes cosignatures of a checkpoint that the root log or the provider's own has signed, of witnesses that the settings
/// name. Those of others are left out; one that is wrong refuses all.
pub fn cosign(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    input: &Cosigned,
) -> Result<Witnessed, Failure> {
    who.provider(tx, Resource::AuditLog, Verb::Read)?;
    let note = Note::parse(input.checkpoint.as_bytes()).map_err(|it| {
        let why = it.problem.reason();
        Refusal::invalid(
            format!("checkpoint, line {}: {}", it.line, why.en),
            format!("checkpoint 第 {} 行：{}", it.line, why.zh),
        )
    })?;
    let (log, checkpoint) = signed_by_us(platform, &note)?;
    let size = i64::try_from(checkpoint.size).map_err(|_| Refusal::not_found())?;
    let mut kept = sign(platform, tx, log, &checkpoint)?;
    let lines = input.checkpoint.rsplit_once("\n\n").map_or("", |it| it.1);
    let seen = kept.accept_cosignatures(lines, &witnesses(platform)?).map_err(|it| {
        let why = it.reason();
        Refusal::invalid(format!("checkpoint: {}", why.en), format!("checkpoint：{}", why.zh))
    })?;
    let Some(last) = seen.iter().map(|it| it.time_s).max() else { return Err(nobody()) };
    keep(tx, log, size, &kept)?;
    let seconds = i64::try_from(last).unwrap_or(i64::MAX);
    Ok(Witnessed {
        origin: checkpoint.origin,
        size: checkpoint.size,
        witnesses: seen.into_iter().map(|it| it.name).collect(),
        seen_at: Some(Instant::from_nanos(seconds.saturating_mul(1_000_000_000)).into()),
    })
}

/// Our signature says that the log once was so.
fn signed_by_us(platform: &Platform, note: &Note) -> Result<(&'static str, proof::Checkpoint), Failure> {
    for log in WITNESSED {
        if let Some(it) = root_in(log, note, platform)? {
            return Ok((log, it));
        }
    }
    Err(Refusal::invalid(
        "checkpoint: neither the root log nor the provider's has signed it",
        "checkpoint：根日志与提供方日志均未签署",
    )
    .into())
}

/// The log's own record of itself: no entry, which would be one more thing to cosign.
fn keep(tx: &mut Tx<'_>, log: &str, size: i64, note: &Note) -> Result<(), Fault> {
    tx.housekeeping(
        "INSERT INTO audit_cosigned (tenant_id, log, size, note) VALUES ($1, $2, $3, $4)
         ON CONFLICT (log, size) DO UPDATE SET note = $4",
        values![tenant_of(log), log, size, note.to_string()],
    )?;
    if published(tx, log)?.is_some_and(|it| i64::try_from(it.size) == Ok(size)) {
        tx.housekeeping(
            "UPDATE audit_log SET checkpoint = $2 WHERE log = $1",
            values![log, note.to_string()],
        )?;
    }
    Ok(())
}

fn witnesses(platform: &Platform) -> Result<Vec<WitnessKey>, Fault> {
    let read =
        |it: &String| it.parse().map_err(|why| Fault::broken(format!("setting `witnesses`: `{it}`: {why}")));
    platform.settings.witnesses.iter().map(read).collect()
}

fn nobody() -> Failure {
    Refusal::invalid(
        "checkpoint: no cosignature of a witness that the settings name",
        "checkpoint：没有设置中所列见证人的副署",
    )
    .into()
}
