//! Partitions merged, so that every record in them is there once and can be asked about: by a job, the more seldom the longer it
//! takes, and at once before a cycle is closed.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use ::lake::{Day, Place, Target};
use store::{Fault, Row, Scope, Tx, values};
use timeline::Instant;

use super::fold::put_down;
use super::{Open, Volume, rule, unreachable};
use crate::jobs::{self, Job};
use crate::platform::Platform;
use crate::refusal::Failure;
use crate::time;

/// The kind of job.
pub const MERGE_JOB: &str = "merge";

/// Its only key: one process at a time merges what is due.
const KEY: &str = "all";
/// A partition of so few records is merged whenever it got some that are not counted before, and has rested.
const SMALL_RECORDS: i64 = 1_000_000;
/// A larger one is merged when this part of it is new, so that the work grows with what came and not with what there is …
const NEW_PART: i64 = 8;
/// … or when it is in so many files …
const FILES_MAX: i64 = 64;
/// … or when new records have waited so long.
const MERGE_SECONDS: i64 = 3_600;
/// What has been merged at once rests so many times as long as that took.
const RESTS: i64 = 9;
/// After so long, what is still due is left to the next turn.
const TURN_NANOS: i64 = NANOS;
const NANOS: i64 = 1_000_000_000;

/// A partition with files that may share records.
pub(super) struct Unmerged {
    place: Place,
    pub(super) day: Day,
    records: i64,
    new: i64,
    files: i64,
    /// Records that are not counted before they are merged.
    uncounted: i64,
    since: Instant,
}

/// Until when partitions rest that this process has merged.
#[derive(Default)]
pub(super) struct Rests(Mutex<BTreeMap<(Place, Day), Instant>>);

/// Puts the job down that merges what is due.
pub(super) fn put_down_now(tx: &mut Tx<'_>) -> Result<(), Fault> {
    put_down(tx, (MERGE_JOB, KEY), 0)
}

/// Handles `merge`: merges what is due, first what is overdue and then the smallest, and comes back for the rest.
pub fn run(platform: &Platform, job: &Job) -> Result<(), Failure> {
    let volume = &platform.volume;
    let open = volume.open()?;
    let begun = platform.store.now();
    volume.rests.end(begun);
    let mut left = platform.store.read(Scope::Provider, |tx| unmerged(tx, ("", "")))?;
    left.sort_by_key(|it| (!it.is_overdue(begun), it.records));
    let (mut merged, mut worked, mut failed) = (Vec::new(), 0_i64, Ok(()));
    while let Some(at) = left.iter().position(|it| volume.rests.left(it, begun) == 0 && it.is_due(begun)) {
        let took = platform.store.now().nanos().saturating_sub(begun.nanos());
        if took >= TURN_NANOS {
            break;
        }
        jobs::progress(platform, job, count(merged.len()), count(merged.len() + left.len()))?;
        let it = left.remove(at);
        // A partition that cannot be merged keeps no other from being, and rests like one that was.
        let (outcome, nanos) = volume.merge(&open, &it);
        (failed, worked) = (failed.and(outcome), worked.saturating_add(nanos));
        merged.push(it);
    }
    volume.rests.begin(merged, worked, platform.store.now());
    let swept = volume.sweep(&open);
    let next = left.iter().map(|it| it.due_in(volume.rests.left(it, begun), begun)).min();
    next.map_or(Ok(()), |nanos| platform.write(move |_, tx| Ok(put_down(tx, (MERGE_JOB, KEY), nanos)?)))?;
    failed.and(swept)
}

fn count(of: usize) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}

impl Volume {
    /// Merges a partition when its turn has come; also for how many nanoseconds that went on, without the wait for others.
    pub(super) fn merge(&self, open: &Open, it: &Unmerged) -> (Result<(), Failure>, i64) {
        let _turn = self.merging();
        let begun = self.store.now();
        let outcome = self.merge_now(open, it);
        (outcome, self.store.now().nanos().saturating_sub(begun.nanos()).max(0))
    }

    /// Its columns are those of all its files: a contract that changed has others than before.
    fn merge_now(&self, open: &Open, it: &Unmerged) -> Result<(), Failure> {
        let before = open.lake.standing(&it.place, it.day).map_err(unreachable)?;
        let Some(layout) = open.lake.layout(&before).map_err(unreachable)? else { return Ok(()) };
        let standing = rule(&self.store, &it.place).map_err(unreachable)?;
        let target = Target { place: it.place.clone(), layout, standing };
        let hashes = self.known.together(&before);
        let outcome = open.lake.settle(&target, it.day, self.store.now()).map_err(unreachable)?;
        // What came since is not among the hashes.
        let was_there = |path: &String| before.iter().any(|it| it.path == *path);
        match hashes.filter(|_| outcome.removed.iter().all(was_there)) {
            Some(hashes) => self.known.replace(&outcome.removed, &outcome.added, hashes),
            None => outcome.removed.iter().for_each(|it| self.known.forget(it)),
        }
        Ok(())
    }
}

impl Rests {
    fn with<T>(&self, see: impl FnOnce(&mut BTreeMap<(Place, Day), Instant>) -> T) -> T {
        see(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How long a partition still rests, in nanoseconds.
    fn left(&self, it: &Unmerged, now: Instant) -> i64 {
        let until = self.with(|all| all.get(&(it.place.clone(), it.day)).copied());
        until.map_or(0, |it| it.nanos().saturating_sub(now.nanos()).max(0))
    }

    /// What was merged until now in so many nanoseconds of work rests.
    fn begin(&self, merged: Vec<Unmerged>, worked: i64, until: Instant) {
        // A clock that was set meanwhile keeps nothing waiting for long.
        let rest = worked.saturating_mul(RESTS).min(MERGE_SECONDS * NANOS);
        let until = Instant::from_nanos(until.nanos().saturating_add(rest));
        self.with(|all| all.extend(merged.into_iter().map(|it| ((it.place, it.day), until))));
    }

    /// Forgets what has rested; or rests longer than anything may, because the clock was set back.
    fn end(&self, now: Instant) {
        self.with(|all| all.retain(|_, until| *until > now && *until <= time::after(now, MERGE_SECONDS)));
    }
}

impl Unmerged {
    /// Whether a cycle may rest on it; what lies beside is merged in its own time.
    pub(super) fn is_asked(&self) -> bool {
        !self.place.is_superseded()
    }

    fn is_due(&self, now: Instant) -> bool {
        (self.uncounted > 0 && self.records <= SMALL_RECORDS)
            || self.new.saturating_mul(NEW_PART) >= self.records
            || self.is_overdue(now)
    }

    /// Whether it has waited so long that no smaller one goes before it.
    fn is_overdue(&self, now: Instant) -> bool {
        self.files >= FILES_MAX || time::after(self.since, MERGE_SECONDS) <= now
    }

    /// After how many nanoseconds it is looked at again that rests so long.
    fn due_in(&self, rest: i64, now: Instant) -> i64 {
        if self.is_due(now) { rest } else { MERGE_SECONDS / 4 * NANOS }
    }
}

/// The partitions of a stream that have files to be merged; of all streams where none is named.
pub(super) fn unmerged(tx: &mut Tx<'_>, (tenant, stream): (&str, &str)) -> Result<Vec<Unmerged>, Failure> {
    let rows = tx.rows(
        "SELECT tenant_id, stream, fact, day, CAST(sum(records) AS BIGINT),
           CAST(sum(CASE WHEN settled = 0 THEN records ELSE 0 END) AS BIGINT), min(CASE WHEN settled = 0 THEN added_at END),
           CAST(sum(CASE WHEN settled = 0 AND apart = 0 THEN records ELSE 0 END) AS BIGINT), count(*)
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
    let (records, new, since) = (row.get(4)?, row.get(5)?, row.get(6)?);
    Ok(Unmerged { place, day: Day(day), records, new, since, uncounted: row.get(7)?, files: row.get(8)? })
}
