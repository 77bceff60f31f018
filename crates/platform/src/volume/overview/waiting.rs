//! What was sent and cannot be counted yet: batches in the journal, and files that may share records with others.

use ::lake::FileEntry;
use store::{Fault, Tx, values};
use timeline::{Instant, Interval};

use super::view::Waiting;

/// The batches of a stream that are in no file and may touch the window; those of receipts in no class alone make no record.
pub(super) fn batches(
    tx: &mut Tx<'_>,
    (tenant, stream): (&str, &str),
    window: Interval,
) -> Result<Waiting, Fault> {
    let row = tx.row(
        "SELECT count(*), CAST(coalesce(sum(b.records), 0) AS BIGINT), min(b.at) FROM lake_waiting w
         JOIN evidence_batch b ON b.tenant_id = w.tenant_id AND b.stream = w.stream AND b.seq = w.seq
         WHERE w.tenant_id = $1 AND w.stream = $2 AND w.first_at < $3 AND b.last_at >= $4 AND b.records > 0",
        values![tenant, stream, window.until(), window.from()],
    )?;
    let Some(row) = row else { return Ok(Waiting::default()) };
    let count = |it: i64| u64::try_from(it).unwrap_or_default();
    let since: Option<Instant> = row.get(2)?;
    Ok(Waiting {
        batches: count(row.get(0)?),
        batch_records: count(row.get(1)?),
        since: since.map(Into::into),
        ..Waiting::default()
    })
}

/// With the files of the fact that are not merged.
pub(super) fn files(mut waiting: Waiting, files: &[FileEntry], fact: &str, window: Interval) -> Waiting {
    let unmerged = files.iter().filter(|it| {
        !it.settled && it.place.fact == fact && it.from < window.until() && it.until >= window.from()
    });
    for it in unmerged {
        waiting.files = waiting.files.saturating_add(1);
        waiting.file_records = waiting.file_records.saturating_add(it.rows);
        let since = waiting.since.map_or(it.added_at, |known| known.0.min(it.added_at));
        waiting.since = Some(since.into());
    }
    waiting
}
