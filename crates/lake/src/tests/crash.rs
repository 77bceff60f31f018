//! Processes killed at any moment while they append, fold and settle: nothing acknowledged is lost, nothing counts twice.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use super::*;
use crate::fold;
use crate::journal::{Batch, Journal, JournalLimits};

/// Set in the child: the folder it works in and the number of its round.
const FOLDER: &str = "LAKE_TEST_FOLDER";
const ROUND: &str = "LAKE_TEST_ROUND";
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
    fold(lake, journal, &|_| target().standing, Instant::from_nanos(now)).unwrap();
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

/// Runs a child until it has acknowledged so many batches, kills it, and says which it acknowledged.
fn killed_after(root: &Path, round: u32, batches: usize) -> Vec<(u32, u32)> {
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
        if acknowledged.len() == batches {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    acknowledged
}

#[test]
fn a_killed_process_loses_nothing_it_acknowledged_and_counts_nothing_twice() {
    let root = tempfile::tempdir().unwrap();
    let mut expected = BTreeSet::new();
    for round in 0..ROUNDS {
        let batches = usize::try_from(20 + round * 97 % 211).unwrap();
        let acknowledged = killed_after(root.path(), round, batches);
        assert!(acknowledged.len() >= batches);
        for (thread, batch) in acknowledged {
            expected.extend((0..ROWS).map(|row| id(&round.to_string(), thread, batch, row)));
        }
        let (lake, journal) = (lake(root.path()), journal(root.path()));
        fold_and_settle(&lake, &journal, 1_000_000);
        assert_eq!(journal.closed(), Vec::<u64>::new());
        let counted = counted(&lake);
        assert_eq!(counted.values().filter(|it| **it != 1).count(), 0, "round {round}");
        let lost: Vec<&String> = expected.iter().filter(|it| !counted.contains_key(*it)).collect();
        assert_eq!(lost, Vec::<&String>::new(), "round {round}");
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
