//! Batches of 1,000 rows from sixteen threads into the journal, each acknowledged after its flush; one row in twenty is
//! repeated from before. Without HTTP and without reading JSON: a thread has its rows as numbers and makes records, counts
//! those seen before, encodes and appends them.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use lake::journal::{Batch, Journal, JournalLimits, Seen};
use lake::{Rows, fold};
use measured::Fault;
use measured::clock::{Times, timed};
use timeline::Interval;

use crate::clock::Took;
use crate::made::made;
use crate::own::{NOW, Own};
use crate::row::{Row, Words};

const BATCH_ROWS: u64 = 1_000;
/// Of the rows of a batch, so many were sent before.
const REPEATED: u64 = 50;
/// Identities that are remembered.
const REMEMBERED: usize = 4 << 20;

/// What the journal did.
pub(crate) struct Journaled {
    pub(crate) rows: u64,
    pub(crate) took: Took,
    /// From the first batch until every row is once in files that are laid out, `took` included.
    pub(crate) settled: Took,
    /// From a batch made to its acknowledgement, nanoseconds.
    pub(crate) acks: Times,
    /// Batches flushed together, in hundredths.
    pub(crate) batches_per_flush_hundredths: u64,
    /// Whether exactly the rows that were sent are in the lake afterwards.
    pub(crate) is_equal: bool,
}

/// Appends batches to a journal in an empty folder, then folds and settles what it holds.
pub(crate) fn run(folder: &Path, threads: u64, batches: u64) -> Result<Journaled, Fault> {
    let own = Own::anew(folder)?;
    let segments = folder.join("journal");
    std::fs::create_dir_all(&segments)?;
    let journal = Journal::open(&segments, JournalLimits::default())?;
    let seen = Seen::new(REMEMBERED);
    let sender = Sender { own: &own, journal: &journal, seen: &seen, next: AtomicU64::new(0), batches };
    let acks = Mutex::new(Vec::new());
    let (done, settled) = Took::by(|| {
        let (sent, took) = Took::by(|| {
            std::thread::scope(|scope| {
                let threads: Vec<_> = (0..threads).map(|_| scope.spawn(|| sender.send(&acks))).collect();
                threads.into_iter().try_for_each(|it| it.join().map_err(|_| "a sender broke off")?)
            })
        });
        sent.and_then(|()| Ok((took, kept(&own, &journal)?)))
    });
    let (took, kept) = done?;
    let mut times = Times::default();
    let acks = acks.into_inner().map_err(|_| "a sender broke off")?;
    let groups = acks.iter().map(|(_, group)| *group).max().unwrap_or(0);
    acks.iter().for_each(|(nanos, _)| times.push(*nanos));
    Ok(Journaled {
        rows: batches * BATCH_ROWS,
        took,
        settled,
        acks: times,
        batches_per_flush_hundredths: (batches * 100).checked_div(groups).unwrap_or(0),
        is_equal: kept == batches * (BATCH_ROWS - REPEATED) + REPEATED,
    })
}

struct Sender<'s> {
    own: &'s Own,
    journal: &'s Journal,
    seen: &'s Seen,
    next: AtomicU64,
    batches: u64,
}

impl Sender<'_> {
    /// Sends batches as long as there are any; each with its time and its group.
    fn send(&self, acks: &Mutex<Vec<(u64, u64)>>) -> Result<(), Fault> {
        let words = Words::new();
        let mut mine = Vec::new();
        loop {
            let batch = self.next.fetch_add(1, Ordering::Relaxed);
            if batch >= self.batches {
                break;
            }
            let rows = batch_rows(batch, self.batches);
            let (group, nanos) = timed(|| self.append(&words, &rows));
            mine.push((nanos, group?));
        }
        acks.lock().map_err(|_| "a sender broke off")?.extend(mine);
        Ok(())
    }

    fn append(&self, words: &Words, sent: &[Row]) -> Result<u64, Fault> {
        let target = &self.own.target;
        let mut rows = Rows::new(target.layout.clone());
        for row in sent {
            words.with_view(row, |it| rows.push_row(it))?;
        }
        self.seen.count(&target.place, &rows);
        Ok(self.journal.append(&Batch::encode(&target.place, &rows))?.group)
    }
}

/// The rows of a batch: those of its own, and the last ones of the batch before, which the first batch does not have to be
/// told of: it repeats rows that nobody else sends.
fn batch_rows(batch: u64, batches: u64) -> Vec<Row> {
    let fresh = BATCH_ROWS - REPEATED;
    let all = batches * fresh + REPEATED;
    let from = batch * fresh;
    (from..from + BATCH_ROWS).map(|at| made(at, all)).collect()
}

/// How many different rows there are once everything is in settled files.
fn kept(own: &Own, journal: &Journal) -> Result<u64, Fault> {
    journal.rotate()?;
    fold(&own.lake, journal, &|_| Ok(own.target.standing.clone()), NOW)?;
    own.lake.settle_all(&own.target, Interval::ALL, NOW)?;
    Ok(own.entries()?.iter().map(|it| it.rows).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_in_twenty_was_sent_before() {
        let (first, second) = (batch_rows(0, 2), batch_rows(1, 2));
        assert_eq!((first.len(), second.len()), (1_000, 1_000));
        assert_eq!(first[950..], second[..50]);
        assert_ne!(first[949], second[0]);
    }

    #[test]
    fn what_was_acknowledged_is_kept_once() {
        let folder = tempfile::tempdir().unwrap();
        let journaled = run(folder.path(), 4, 20).unwrap();
        assert!(journaled.is_equal);
        assert_eq!(journaled.rows, 20_000);
        assert!(journaled.acks.at_per_mille(990) >= journaled.acks.median());
    }
}
