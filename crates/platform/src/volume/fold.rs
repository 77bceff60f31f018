//! From where batches wait into files, and partitions merged so that they can be asked: by jobs soon after records came, and at
//! once before a cycle is closed.

use std::collections::BTreeSet;

use ::lake::{Day, FoldError, Place, Retention, Target};
use serde_json::json;
use store::{Fault, Row, Scope, Tx, values};
use timeline::Instant;

use super::local::of_journal;
use super::{Kept, Open, Volume, rule, unreachable};
use crate::jobs::{self, Job};
use crate::platform::Platform;
use crate::principal::PROVIDER;
use crate::refusal::Failure;
use crate::time;

/// The kind of job.
pub const JOB: &str = "fold";

/// The key of the job that merges partitions; the other keys are names under which batches wait.
const MERGE: &str = "merge";
/// The key of the job that looks for what processes left behind that ended before anybody was told of it.
const LEFT: &str = "left";
/// How long batches gather before they are put into files.
const GATHER_SECONDS: i64 = 10;
/// A partition of so few records is merged whenever it got new ones.
const SMALL_RECORDS: i64 = 1_000_000;
/// A larger one is merged when this part of it is new, so that the work grows with what came and not with what there is …
const NEW_PART: i64 = 8;
/// … or when new records have waited so long.
const MERGE_SECONDS: i64 = 3_600;
/// How long files are kept that stand no longer, so that a statement can be made again as of then: as long as the record of evidence.
const SUPERSEDED_SECONDS: i64 = 3 * 366 * 86_400;
const NANOS: i64 = 1_000_000_000;

/// A partition with files that may share records.
struct Unmerged {
    place: Place,
    day: Day,
    records: i64,
    new: i64,
    since: Instant,
}

/// Puts the job down that puts what waits under a name into files.
pub(super) fn put_down_soon(tx: &mut Tx<'_>, name: &str) -> Result<(), Fault> {
    put_down(tx, name, GATHER_SECONDS)
}

/// Puts a job down unless it waits already and is due no later: it is not put off by those who come after.
fn put_down(tx: &mut Tx<'_>, key: &str, seconds: i64) -> Result<(), Fault> {
    let due = time::after(tx.now(), seconds);
    let waiting = tx.row(
        "SELECT id FROM job WHERE kind = $1 AND key = $2 AND state = 'waiting' AND due_at <= $3",
        values![JOB, key, due],
    )?;
    if waiting.is_some() {
        return Ok(());
    }
    jobs::enqueue(tx, JOB, key, PROVIDER, due, &json!({}))
}

/// Puts the jobs down for what processes left that died.
pub fn schedule(platform: &Platform) -> Result<(), Failure> {
    let volume = &platform.volume;
    match &volume.kept {
        // That the store does not answer keeps nobody from starting.
        Some(Kept::Shared(..)) => platform.write(|_, tx| Ok(put_down(tx, LEFT, 0)?)),
        Some(Kept::Here(_)) if volume.is_used() => look_for_left(platform),
        _ => Ok(()),
    }
}

fn look_for_left(platform: &Platform) -> Result<(), Failure> {
    let names = platform.volume.open()?.waiting.names()?;
    platform.write(move |_, tx| Ok(names.iter().try_for_each(|it| put_down(tx, it, 0))?))
}

/// Handles `fold`: what waits under a name goes into files, and what has to be merged is.
pub fn run(platform: &Platform, job: &Job) -> Result<(), Failure> {
    match job.key.as_str() {
        MERGE => merge_due(platform, job),
        LEFT => look_for_left(platform),
        name => {
            let folded = platform.volume.fold(name, &|| jobs::progress(platform, job, 0, 0));
            // What is in files is merged also where something else could not be put there.
            platform.write(|_, tx| Ok(put_down(tx, MERGE, 0)?))?;
            folded
        }
    }
}

/// Merges what is due, and comes back for the rest.
fn merge_due(platform: &Platform, job: &Job) -> Result<(), Failure> {
    let volume = &platform.volume;
    let open = volume.open()?;
    let now = platform.store.now();
    let unmerged = platform.store.read(Scope::Provider, |tx| unmerged(tx, ("", "")))?;
    let (due, later): (Vec<_>, Vec<_>) = unmerged.into_iter().partition(|it| it.is_due(now));
    let total = i64::try_from(due.len()).unwrap_or(i64::MAX);
    let mut merged = Ok(());
    for (at, it) in due.iter().enumerate() {
        jobs::progress(platform, job, i64::try_from(at).unwrap_or(total), total)?;
        // A partition that cannot be merged keeps no other from being.
        merged = merged.and(volume.merge(&open, it));
    }
    if !later.is_empty() {
        platform.write(|_, tx| Ok(put_down(tx, MERGE, MERGE_SECONDS / 4)?))?;
    }
    merged
}

/// Puts everything acknowledged of a subscription's times before `until` into merged files.
pub(crate) fn gather(
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
    for it in unmerged.iter().filter(|it| it.day.window().from() < until) {
        volume.merge(&*volume.open()?, it)?;
    }
    Ok(())
}

/// Deletes files that stand no longer and that no statement is made again from, and looks for what was left behind.
pub(crate) fn forget(platform: &Platform) -> Result<(), Failure> {
    if !platform.volume.is_used() {
        return Ok(());
    }
    schedule(platform)?;
    let _turn = platform.volume.turn();
    let retention =
        Retention { superseded_nanos: SUPERSEDED_SECONDS.saturating_mul(NANOS), rows_nanos: None };
    let open = platform.volume.open()?;
    open.lake.retain(&|_| retention, platform.store.now()).map_err(unreachable)?;
    Ok(())
}

impl Volume {
    /// Merges a partition. Its columns are those of all its files: a contract that changed has others than before.
    fn merge(&self, open: &Open, it: &Unmerged) -> Result<(), Failure> {
        let _turn = self.turn();
        let mut entries =
            open.lake.manifest.entries(&it.place, it.day.window(), None).map_err(unreachable)?;
        entries.retain(|entry| entry.day == it.day);
        let Some(layout) = open.lake.layout(&entries).map_err(unreachable)? else { return Ok(()) };
        let target = Target { place: it.place.clone(), layout, standing: rule() };
        open.lake.settle(&target, it.day, self.store.now()).map_err(unreachable)?;
        Ok(())
    }
}

impl Unmerged {
    fn is_due(&self, now: Instant) -> bool {
        self.records <= SMALL_RECORDS
            || self.new.saturating_mul(NEW_PART) >= self.records
            || time::after(self.since, MERGE_SECONDS) <= now
    }
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

/// The partitions of a stream that have files to be merged; of all streams where none is named.
fn unmerged(tx: &mut Tx<'_>, (tenant, stream): (&str, &str)) -> Result<Vec<Unmerged>, Failure> {
    let rows = tx.rows(
        "SELECT tenant_id, stream, fact, day, CAST(sum(records) AS BIGINT),
           CAST(sum(CASE WHEN settled = 0 THEN records ELSE 0 END) AS BIGINT), min(CASE WHEN settled = 0 THEN added_at END)
         FROM lake_file WHERE removed_at IS NULL AND ($2 = '' OR (tenant_id = $1 AND stream = $2))
         GROUP BY tenant_id, stream, fact, day HAVING min(settled) = 0 ORDER BY tenant_id, stream, fact, day",
        values![tenant, stream],
    )?;
    Ok(rows.iter().map(partition).collect::<Result<Vec<_>, Fault>>()?)
}

fn partition(row: &Row) -> Result<Unmerged, Fault> {
    let (tenant, stream, fact): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let day = i32::try_from(row.get::<i64>(3)?).map_err(|_| Fault::broken("a day out of range"))?;
    let place = Place { tenant, stream, fact };
    Ok(Unmerged { place, day: Day(day), records: row.get(4)?, new: row.get(5)?, since: row.get(6)? })
}

/// Why batches could not be put into files.
pub(super) fn failed(error: &FoldError) -> Failure {
    match error {
        FoldError::Journal(it) => of_journal(it),
        FoldError::Lake(it) => unreachable(it),
        FoldError::Batch { .. } => Fault::broken(error.to_string()).into(),
    }
}
