//! From the journal into files, and partitions merged so that they can be asked: by a job soon after records came, and at once
//! before a cycle is closed.

use ::lake::kernel;
use ::lake::write::FACT_KEY;
use ::lake::{BlobSource, Day, FileEntry, FoldError, Layout, Place, Retention, Target, fold};
use serde_json::json;
use store::{Fault, Row, Scope, Tx, values};
use timeline::Instant;

use super::{Open, Volume, of_journal, rule, unreachable};
use crate::jobs::{self, Job};
use crate::platform::Platform;
use crate::principal::PROVIDER;
use crate::refusal::Failure;
use crate::time;

/// The kind of job.
pub const JOB: &str = "fold";

/// How long records gather in the journal before they are put into files.
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

/// Puts down that a batch's records in volume are safe in a journal, and the job that puts them into files.
pub(crate) fn wait(
    tx: &mut Tx<'_>,
    (tenant, stream): (&str, &str),
    (seq, first): (i64, Instant),
    journal: &str,
) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO lake_waiting (tenant_id, stream, seq, journal, first_at) VALUES ($1, $2, $3, $4, $5)",
        values![tenant, stream, seq, journal, first],
    )?;
    put_down(tx, journal, GATHER_SECONDS)
}

/// Puts the job down unless it waits already: it is not put off by those who come later.
fn put_down(tx: &mut Tx<'_>, journal: &str, seconds: i64) -> Result<(), Fault> {
    let waiting = tx.row(
        "SELECT id FROM job WHERE kind = $1 AND key = $2 AND state = 'waiting'",
        values![JOB, journal],
    )?;
    if waiting.is_some() {
        return Ok(());
    }
    jobs::enqueue(tx, JOB, journal, PROVIDER, time::after(tx.now(), seconds), &json!({}))
}

/// Puts the job down for what a process that died left in its journal.
pub fn schedule(platform: &Platform) -> Result<(), Failure> {
    if !platform.volume.has_journal() {
        return Ok(());
    }
    let name = platform.volume.open()?.name.clone();
    platform.write(move |_, tx| Ok(put_down(tx, &name, 0)?))
}

/// Handles `fold`: what is in this process's journal goes into files, and what has to be merged is.
pub fn run(platform: &Platform, job: &Job) -> Result<(), Failure> {
    let volume = &platform.volume;
    let open = volume.open()?;
    volume.fold()?;
    let now = platform.store.now();
    let unmerged = platform.store.read(Scope::Provider, |tx| unmerged(tx, ("", "")))?;
    let (due, later): (Vec<_>, Vec<_>) = unmerged.into_iter().partition(|it| it.is_due(now));
    let total = i64::try_from(due.len()).unwrap_or(i64::MAX);
    for (at, it) in due.iter().enumerate() {
        jobs::progress(platform, job, i64::try_from(at).unwrap_or(total), total)?;
        volume.merge(&open, it)?;
    }
    if !later.is_empty() {
        let name = open.name.clone();
        platform.write(move |_, tx| Ok(put_down(tx, &name, MERGE_SECONDS / 4)?))?;
    }
    if job.key == open.name { Ok(()) } else { Err(unreachable("they are in the journal of another process")) }
}

/// Puts everything acknowledged of a subscription's times before `until` into merged files.
pub(crate) fn gather(
    platform: &Platform,
    (tenant, subscription): (&str, &str),
    until: Instant,
) -> Result<(), Failure> {
    let volume = &platform.volume;
    let waits = || platform.store.read(Scope::Provider, |tx| waits(tx, (tenant, subscription), until));
    if waits()? {
        volume.fold()?;
        if waits()? {
            return Err(unreachable("some are in the journal of another process, or came just now"));
        }
    }
    let unmerged = platform.store.read(Scope::Provider, |tx| unmerged(tx, (tenant, subscription)))?;
    for it in unmerged.iter().filter(|it| it.day.window().from() < until) {
        volume.merge(&*volume.open()?, it)?;
    }
    Ok(())
}

/// Deletes files that stand no longer and that no statement is made again from.
pub(crate) fn forget(platform: &Platform) -> Result<(), Failure> {
    if !platform.volume.has_journal() {
        return Ok(());
    }
    let _turn = platform.volume.turn();
    let retention =
        Retention { superseded_nanos: SUPERSEDED_SECONDS.saturating_mul(NANOS), rows_nanos: None };
    let open = platform.volume.open()?;
    open.lake.retain(&|_| retention, platform.store.now()).map_err(unreachable)?;
    Ok(())
}

impl Volume {
    /// Puts what the journal has into files. What is acknowledged while it does so waits for the next time.
    fn fold(&self) -> Result<(), Failure> {
        let _turn = self.turn();
        let open = self.open()?;
        let waiting = self.store.read(Scope::Provider, |tx| {
            let sql = "SELECT tenant_id, stream, seq FROM lake_waiting WHERE journal = $1";
            tx.rows(sql, values![&open.name])?.iter().map(batch).collect::<Result<Vec<_>, Fault>>()
        })?;
        open.journal.rotate().map_err(|it| of_journal(&it))?;
        fold(&open.lake, &open.journal, &|_| rule(), self.store.now()).map_err(|it| of_fold(&it))?;
        self.store.write(Scope::Provider, move |tx| {
            for (tenant, stream, seq) in &waiting {
                tx.housekeeping(
                    "DELETE FROM lake_waiting WHERE tenant_id = $1 AND stream = $2 AND seq = $3",
                    values![tenant, stream, *seq],
                )?;
            }
            Ok(())
        })
    }

    /// Merges a partition. Its columns are those of the file that came last.
    fn merge(&self, open: &Open, it: &Unmerged) -> Result<(), Failure> {
        let _turn = self.turn();
        let entries = open.lake.manifest.entries(&it.place, it.day.window(), None).map_err(unreachable)?;
        let latest = entries.iter().filter(|entry| entry.day == it.day).max_by_key(|it| it.added_at);
        let Some(latest) = latest else { return Ok(()) };
        let target = Target { place: it.place.clone(), layout: layout(open, latest)?, standing: rule() };
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

/// The columns a file says it has.
fn layout(open: &Open, entry: &FileEntry) -> Result<Layout, Failure> {
    let source = BlobSource::new(open.lake.blobs.clone(), entry.path.clone(), entry.bytes);
    let footer = kernel::footer(&source).map_err(unreachable)?;
    let text = footer.metadata.iter().find(|it| it.0 == FACT_KEY).map(|it| it.1.as_str());
    let layout = text.and_then(Layout::parse);
    layout.ok_or_else(|| unreachable(format_args!("the file `{}` does not say what it holds", entry.path)))
}

fn waits(tx: &mut Tx<'_>, (tenant, stream): (&str, &str), until: Instant) -> Result<bool, Failure> {
    let row = tx.row(
        "SELECT seq FROM lake_waiting WHERE tenant_id = $1 AND stream = $2 AND first_at < $3 LIMIT 1",
        values![tenant, stream, until],
    )?;
    Ok(row.is_some())
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

fn batch(row: &Row) -> Result<(String, String, i64), Fault> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

fn of_fold(error: &FoldError) -> Failure {
    match error {
        FoldError::Journal(it) => of_journal(it),
        FoldError::Lake(it) => unreachable(it),
        FoldError::Batch { .. } => Fault::broken(error.to_string()).into(),
    }
}
