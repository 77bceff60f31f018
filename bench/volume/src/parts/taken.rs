//! Batches taken durably: our journal, PostgreSQL and chDB, and the flush of the disk itself in the same minute.

use measured::Fault;
use measured::report::{Goal, Item};

use super::{Volume, alone, beside};
use crate::clock::per_second;
use crate::disk::flushes;
use crate::journal;
use crate::peer::Peer;
use crate::postgres::Postgres;

const THREADS: u64 = 16;
const BATCHES: u64 = 10_000;
const BATCHES_QUICK: u64 = 1_000;
const CLIENTS: [u32; 2] = [8, 16];
const SECONDS: u64 = 10;
const SECONDS_QUICK: u64 = 4;
/// An acknowledgement should take at most so many of the disk's slowest hundredth.
const P99_TIMES: u64 = 3;

pub(super) fn run(volume: &Volume) -> Result<Vec<Item>, Fault> {
    let is_quick = volume.rows < crate::ROWS;
    let (batches, seconds) = if is_quick { (BATCHES_QUICK, SECONDS_QUICK) } else { (BATCHES, SECONDS) };
    let folder = tempfile::Builder::new().prefix("journal-").tempdir_in(&volume.data)?;
    let flushes = flushes(folder.path())?;
    let ours = journal::run(&folder.path().join("lake"), THREADS, batches)?;
    let rate = per_second(ours.rows, ours.took.wall);
    let postgres = Postgres::start(&volume.postgres)?;
    let mut best = 0;
    for clients in CLIENTS {
        best = best.max(postgres.insert(clients, seconds)?);
    }
    let mut chdb = Peer::start(&volume.python, "chdb")?;
    let (rows, took) = chdb.insert(folder.path(), seconds)?;
    let equal = ours.is_equal;
    let (disk_p50, disk_p99) = (flushes.median() / 1_000, flushes.at_per_mille(990) / 1_000);
    let ack = |per_mille| ours.acks.at_per_mille(per_mille) / 1_000;
    Ok(vec![
        beside("journal-rows", "rows/s", rate, (&postgres.name, best), Goal::RateHundredths(300), equal),
        beside(
            "journal-rows",
            "rows/s",
            rate,
            (&chdb.name, per_second(rows, took.wall)),
            Goal::RateHundredths(500),
            equal,
        ),
        beside(
            "journal-settled-rows",
            "rows/s",
            per_second(ours.rows, ours.settled.wall),
            (&postgres.name, best),
            Goal::RateHundredths(300),
            equal,
        ),
        alone("journal-cpu", "rows/core-s", per_second(ours.rows, ours.took.cpu), Goal::Open, equal),
        alone("journal-ack-p50", "us", ack(500), Goal::AtMost(2 * disk_p50), equal),
        alone("journal-ack-p99", "us", ack(990), Goal::AtMost(P99_TIMES * disk_p99), equal),
        alone(
            "journal-batches-per-flush",
            "hundredths",
            ours.batches_per_flush_hundredths,
            Goal::Open,
            equal,
        ),
        alone("disk-flush-p50", "us", disk_p50, Goal::Open, true),
        alone("disk-flush-p99", "us", disk_p99, Goal::Open, true),
    ])
}
