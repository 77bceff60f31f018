//! Processes killed at any moment while they append, fold and settle: nothing acknowledged is lost, nothing counts twice.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

#[cfg(feature = "power")]
mod power;

use super::*;
use crate::fold;
use crate::journal::{Batch, Journal, JournalLimits};

/// Set in the child: the folder it works in and the number of its round.
const FOLDER: &str = "LAKE_TEST_FOLDER";
const ROUND: &str = "LAKE_TEST_ROUND";
/// Set to kill more often than [`ROUNDS`].
const MANY: &str = "UPHELD_CRASH_ROUNDS";
const ROUNDS: u32 = 10;
const THREADS: u32 = 4;
const ROWS: u32 = 5;

fn journal(root: &Path) -> Journal {
    Journal::open(&root.join("journal"), JournalLimits { segment_bytes: 64 << 10 }).unwrap()
}

fn lake(root: &Path) -> Lake {
    open(root, Limits::default())
}

fn fold_and_settle(lake: &Lake, journal: &Journal, now: i64) {
    journal.rotate().unwrap();
    fold(lake, journal, &|_| Ok(target().standing), Instant::from_nanos(now)).unwrap();
    lake.settle_all(&target(), Interval::ALL, Instant::from_nanos(now)).unwrap();
}

fn id(round: &str, thread: u32, batch: u32, row: u32) -> String {
    format!("{round} {thread} {batch} {row}")
}

fn batch(round: &str, thread: u32, batch: u32) -> Vec<u8> {
    let mut rows = Rows::new(layout());
    for row in 0..ROWS {
        let id = id(round, thread, batch, row);
        let told = Told {
            day: i64::from(batch % 2),
            minute: i64::from(row),
            subject: 1,
            id: 1,
            status: 1,
            fee: 1,
            recorded: 0,
        };
        view(told, |view| rows.push_row(RowView { id: &id, ..view })).unwrap();
    }
    Batch::encode(&target().place, &rows)
}

/// What the child does until it is killed; without a folder there is nothing to do.
#[test]
fn child() {
    let (Ok(root), Ok(round)) = (std::env::var(FOLDER), std::env::var(ROUND)) else { return };
    let root = Path::new(&root);
    let (lake, journal) = (lake(root), journal(root));
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (journal, round) = (&journal, &round);
            scope.spawn(move || {
                for number in 0..100_000 {
                    journal.append(&batch(round, thread, number)).unwrap();
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "\nacknowledged {round} {thread} {number} .").unwrap();
                    out.flush().unwrap();
                }
            });
        }
        scope.spawn(|| (0..100_000).for_each(|now| fold_and_settle(&lake, &journal, now)));
    });
}

fn rounds() -> u32 {
    std::env::var(MANY).map_or(ROUNDS, |it| it.parse().unwrap())
}

/// Batches after which a round ends: another number each time.
fn batches(round: u32) -> usize {
    usize::try_from(20 + round * 97 % 211).unwrap()
}

/// Runs a child until it has acknowledged so many batches, does that to it, and says which it acknowledged until then.
fn ended_after(root: &Path, round: u32, batches: usize, end: impl FnOnce(&mut Child)) -> Vec<(u32, u32)> {
    let mut end = Some(end);
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tests::crash::child", "--nocapture", "--test-threads=1"])
        .env(FOLDER, root)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut acknowledged = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok) {
        if let ["acknowledged", _, thread, number, "."] = line.split(' ').collect::<Vec<_>>()[..] {
            acknowledged.push((thread.parse().unwrap(), number.parse().unwrap()));
        }
        if acknowledged.len() == batches
            && let Some(end) = end.take()
        {
            end(&mut child);
        }
    }
    child.wait().unwrap();
    acknowledged
}

/// Folds what is there and looks for everything that was acknowledged, once.
fn nothing_is_lost_or_twice(root: &Path, expected: &BTreeSet<String>, round: u32) {
    let (lake, journal) = (lake(root), journal(root));
    fold_and_settle(&lake, &journal, 1_000_000);
    assert_eq!(journal.closed(), Vec::<u64>::new());
    let counted = counted(&lake);
    assert_eq!(counted.values().filter(|it| **it != 1).count(), 0, "round {round}");
    let lost: Vec<&String> = expected.iter().filter(|it| !counted.contains_key(*it)).collect();
    assert_eq!(lost, Vec::<&String>::new(), "round {round}");
}

fn ids(round: u32, acknowledged: &[(u32, u32)]) -> impl Iterator<Item = String> {
    let id = move |&(thread, batch): &(u32, u32)| {
        (0..ROWS).map(move |row| id(&round.to_string(), thread, batch, row))
    };
    acknowledged.iter().flat_map(id)
}

#[test]
fn a_killed_process_loses_nothing_it_acknowledged_and_counts_nothing_twice() {
    let root = tempfile::tempdir().unwrap();
    let mut expected = BTreeSet::new();
    for round in 0..rounds() {
        let acknowledged = ended_after(root.path(), round, batches(round), |it| it.kill().unwrap());
        assert!(acknowledged.len() >= batches(round));
        expected.extend(ids(round, &acknowledged));
        nothing_is_lost_or_twice(root.path(), &expected, round);
    }
}

/// How often each id stands.
fn counted(lake: &Lake) -> BTreeMap<String, u32> {
    let mut counted = BTreeMap::new();
    for entry in standing(lake) {
        crate::verify(lake.blobs.as_ref(), &entry).unwrap();
        let mut reader = FileRows::open(Arc::clone(&lake.blobs), &entry.path, &layout()).unwrap();
        while let Some(rows) = reader.next().unwrap() {
            for row in 0..rows.len() {
                *counted.entry(rows.id.get(row).unwrap().to_owned()).or_default() += 1;
            }
        }
    }
    counted
}
