//! From where batches wait into files: by jobs soon after records came, and at once before a cycle is closed.

use std::collections::BTreeSet;

use ::lake::{FoldError, Retention};
use serde_json::json;
use store::{Fault, Scope, Tx, values};
use timeline::Instant;

use super::local::of_journal;
use super::merge::{self, unmerged};
use super::{Kept, unreachable};
use crate::jobs::{self, Job};
use crate::platform::Platform;
use crate::principal::PROVIDER;
use crate::refusal::Failure;

/// The kind of job.
pub const JOB: &str = "fold";

/// The key of the job that looks for what processes left behind that ended before anybody was told of it; other keys are
/// names under which batches wait.
const LEFT: &str = "left";
/// The key under which versions before this one put merging down.
const MERGE: &str = "merge";
/// How long batches gather before they are put into files.
const GATHER_NANOS: i64 = 300_000_000;
/// How long files are kept that stand no longer, so that a statement can be made again as of then: as long as the record of evidence.
const SUPERSEDED_SECONDS: i64 = 3 * 366 * 86_400;
const NANOS: i64 = 1_000_000_000;

/// Puts the job down that puts what waits under a name into files.
pub(super) fn put_down_soon(tx: &mut Tx<'_>, name: &str) -> Result<(), Fault> {
    put_down(tx, (JOB, name), GATHER_NANOS)
}

/// Puts a job down unless it waits already and is due no later: it is not put off by those who come after.
pub(super) fn put_down(tx: &mut Tx<'_>, (kind, key): (&'static str, &str), nanos: i64) -> Result<(), Fault> {
    let due = Instant::from_nanos(tx.now().nanos().saturating_add(nanos));
    let waiting = tx.row(
        "SELECT id FROM job WHERE kind = $1 AND key = $2 AND state = 'waiting' AND due_at <= $3",
        values![kind, key, due],
    )?;
    if waiting.is_some() {
        return Ok(());
    }
    jobs::enqueue(tx, kind, key, PROVIDER, due, &json!({}))
}

/// Puts the jobs down for what processes left that died.
pub fn schedule(platform: &Platform) -> Result<(), Failure> {
    let volume = &platform.volume;
    match &volume.kept {
        // That the store does not answer keeps nobody from starting.
        Some(Kept::Shared(..)) => platform.write(|_, tx| Ok(put_down(tx, (JOB, LEFT), 0)?)),
        Some(Kept::Here(_)) if volume.is_used() => look_for_left(platform),
        _ => Ok(()),
    }
}

fn look_for_left(platform: &Platform) -> Result<(), Failure> {
    let names = platform.volume.open()?.waiting.names()?;
    platform.write(move |_, tx| Ok(names.iter().try_for_each(|it| put_down(tx, (JOB, it), 0))?))
}

/// Handles `fold`: what waits under a name goes into files.
pub fn run(platform: &Platform, job: &Job) -> Result<(), Failure> {
    match job.key.as_str() {
        MERGE => platform.write(|_, tx| Ok(merge::put_down_now(tx)?)),
        LEFT => look_for_left(platform),
        name => {
            let folded = platform.volume.fold(name, &|| jobs::progress(platform, job, 0, 0));
            // What is in files is merged also where something else could not be put there.
            platform.write(|_, tx| Ok(merge::put_down_now(tx)?))?;
            folded
        }
    }
}

/// Puts everything acknowledged of a subscription's times before `until` into merged files.
pub fn gather(
    platform: &Platform,
    (tenant, subscription): (&str, &str),
    until: Instant,
) -> Result<(), Failure> {
    let volume = &platform.volume;
    let waits = || platform.store.read(Scope::Provider, |tx| waits(tx, (tenant, subscription), until));
    for name in waits()? {
        volume.fold(&name, &|| Ok(()))?;
    }
    if !waits()?.is_empty() {
        return Err(unreachable("some came just now"));
    }
    let unmerged = platform.store.read(Scope::Provider, |tx| unmerged(tx, (tenant, subscription)))?;
    for it in unmerged.iter().filter(|it| it.is_asked() && it.day.window().from() < until) {
        volume.merge(&*volume.open()?, it).0?;
    }
    Ok(())
}

/// Deletes files that stand no longer and that no statement is made again from, and looks for what was left behind.
pub(crate) fn forget(platform: &Platform) -> Result<(), Failure> {
    if !platform.volume.is_used() {
        return Ok(());
    }
    schedule(platform)?;
    let (_folding, _merging) = (platform.volume.turn(), platform.volume.merging());
    let retention =
        Retention { superseded_nanos: SUPERSEDED_SECONDS.saturating_mul(NANOS), rows_nanos: None };
    let open = platform.volume.open()?;
    open.lake.retain(&|_| retention, platform.store.now()).map_err(unreachable)?;
    Ok(())
}

/// The names under which batches of a subscription wait that speak of times before `until`.
fn waits(
    tx: &mut Tx<'_>,
    (tenant, stream): (&str, &str),
    until: Instant,
) -> Result<BTreeSet<String>, Failure> {
    let rows = tx.rows(
        "SELECT DISTINCT journal FROM lake_waiting WHERE tenant_id = $1 AND stream = $2 AND first_at < $3",
        values![tenant, stream, until],
    )?;
    Ok(rows.iter().map(|it| it.get(0)).collect::<Result<_, Fault>>()?)
}

/// Why batches could not be put into files.
pub(super) fn failed(error: &FoldError) -> Failure {
    match error {
        FoldError::Journal(it) => of_journal(it),
        FoldError::Lake(it) => unreachable(it),
        FoldError::Batch { .. } => Fault::broken(error.to_string()).into(),
    }
}
