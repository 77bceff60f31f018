//! What holds of every store: whole or not at all, durable when answered, one time, one process.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use store::{
    Clock, Context, Fault, Location, ManualClock, OpenError, Scope, SeededChance, Store, Tx, Value, values,
};
use tempfile::TempDir;
use timeline::Instant;

fn context(clock: &Arc<ManualClock>) -> Context {
    Context { clock: clock.clone(), chance: Arc::new(SeededChance::new(1)) }
}

fn open(dir: &TempDir) -> Store {
    let clock = Arc::new(ManualClock::new(Instant::from_nanos(1_000)));
    Store::open(&Location::Directory(dir.path().to_owned()), context(&clock)).unwrap()
}

/// A change that counts as one of the business, with its audit entry.
fn set(tx: &mut Tx<'_>, name: &str, value: &str) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2",
        values![name, value],
    )?;
    tx.mark_audited();
    Ok(())
}

fn get(store: &Store, name: &str) -> Option<String> {
    let found: Result<Option<String>, Fault> = store.read(Scope::Provider, |tx| {
        let row = tx.row("SELECT value FROM setting WHERE name = $1", values![name])?;
        row.map(|it| it.get(0)).transpose()
    });
    found.unwrap()
}

#[test]
fn a_write_that_fails_leaves_nothing_and_does_not_disturb_its_neighbours() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let threads: Vec<_> = (0..16)
        .map(|at| {
            let store = store.clone();
            thread::spawn(move || {
                for round in 0..20 {
                    let name = format!("{at}/{round}");
                    let outcome: Result<(), Fault> = store.write(Scope::Provider, move |tx| {
                        set(tx, &name, "kept")?;
                        if round % 3 == 0 { Err(Fault::broken("on purpose")) } else { Ok(()) }
                    });
                    assert_eq!(outcome.is_ok(), round % 3 != 0);
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|it| it.join().unwrap());
    for at in 0..16 {
        for round in 0..20 {
            assert_eq!(get(&store, &format!("{at}/{round}")).is_some(), round % 3 != 0, "{at}/{round}");
        }
    }
}

#[test]
fn a_change_without_an_audit_entry_is_not_kept() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let outcome: Result<u64, Fault> = store
        .write(Scope::Provider, |tx| tx.execute("INSERT INTO setting (name, value) VALUES ('a', 'b')", &[]));
    assert_eq!(outcome, Err(Fault::Unaudited));
    assert_eq!(get(&store, "a"), None);
    let outcome: Result<u64, Fault> = store.write(Scope::Provider, |tx| {
        tx.housekeeping("INSERT INTO setting (name, value) VALUES ('a', 'b')", &[])
    });
    assert_eq!((outcome, get(&store, "a").as_deref()), (Ok(1), Some("b")));
}

#[test]
fn a_write_that_panics_fails_alone() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let outcome: Result<(), Fault> = store.write(Scope::Provider, |tx| {
        set(tx, "a", "b")?;
        panic!("on purpose")
    });
    assert!(matches!(outcome, Err(Fault::Broken(_))), "{outcome:?}");
    assert_eq!(get(&store, "a"), None);
    store.write(Scope::Provider, |tx| set(tx, "a", "c")).unwrap();
    assert_eq!(get(&store, "a").as_deref(), Some("c"));
}

#[test]
fn time_never_goes_back_not_even_over_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(Instant::from_nanos(5_000)));
    let location = Location::Directory(dir.path().to_owned());
    let now =
        |store: &Store| -> Instant { store.write(Scope::Provider, |tx| Ok::<_, Fault>(tx.now())).unwrap() };
    {
        let store = Store::open(&location, context(&clock)).unwrap();
        assert_eq!(now(&store).nanos(), 5_000);
        clock.set(Instant::from_nanos(100));
        assert_eq!(now(&store).nanos(), 5_000);
        assert_eq!(store.now().nanos(), 5_000);
    }
    let store = Store::open(&location, context(&clock)).unwrap();
    assert_eq!((store.now().nanos(), now(&store).nanos(), clock.now().nanos()), (5_000, 5_000, 100));
    clock.set(Instant::from_nanos(6_000));
    assert_eq!(now(&store).nanos(), 6_000);
}

#[test]
fn a_time_that_was_told_is_not_taken_back() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(Instant::from_nanos(5_000)));
    let store = Store::open(&Location::Directory(dir.path().to_owned()), context(&clock)).unwrap();
    let read = || -> Result<Instant, Fault> { store.read(Scope::Provider, |tx| Ok(tx.now())) };
    assert_eq!(read().unwrap().nanos(), 5_000, "somebody saw this, and nothing was written");
    clock.set(Instant::from_nanos(100));
    assert_eq!(read().unwrap().nanos(), 5_000);
    let written: Result<Instant, Fault> = store.write(Scope::Provider, |tx| Ok(tx.now()));
    assert_eq!(written.unwrap().nanos(), 5_000);
}

#[test]
fn a_read_that_panics_costs_no_connection() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let (done, is_done) = std::sync::mpsc::channel();
    thread::spawn(move || {
        for _ in 0..50 {
            let panics = || -> Result<(), Fault> { store.read(Scope::Provider, |_| panic!("on purpose")) };
            assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
        }
        done.send(get(&store, "a")).unwrap();
    });
    let found = is_done.recv_timeout(std::time::Duration::from_secs(20));
    assert_eq!(found, Ok(None), "there is a connection left to look with");
}

#[test]
fn one_process_at_a_time_uses_a_directory() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let second = Store::open(&Location::Directory(dir.path().to_owned()), Context::default());
    assert!(matches!(second, Err(OpenError::InUse(_))));
    drop(store);
    assert!(Store::open(&Location::Directory(dir.path().to_owned()), Context::default()).is_ok());
}

#[test]
fn a_store_of_a_newer_program_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let newer: Result<u64, Fault> = store.write(Scope::Provider, |tx| {
        tx.housekeeping("INSERT INTO schema_version (version) VALUES (999)", &[])
    });
    newer.unwrap();
    drop(store);
    let again = Store::open(&Location::Directory(dir.path().to_owned()), Context::default());
    assert!(matches!(again, Err(OpenError::Newer { found: 999, .. })));
}

#[test]
fn a_read_sees_one_snapshot_and_may_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    store.write(Scope::Provider, |tx| set(tx, "a", "1")).unwrap();
    let other = store.clone();
    let seen: Result<(String, String), Fault> = store.read(Scope::Provider, |tx| {
        let value = |tx: &mut Tx<'_>| -> Result<String, Fault> {
            tx.row("SELECT value FROM setting WHERE name = 'a'", &[])?
                .map_or(Ok(String::new()), |it| it.get(0))
        };
        let first = value(tx)?;
        other.write(Scope::Provider, |tx| set(tx, "a", "2"))?;
        Ok((first, value(tx)?))
    });
    assert_eq!(seen.unwrap(), ("1".to_owned(), "1".to_owned()));
    let changed: Result<u64, Fault> =
        store.read(Scope::Provider, |tx| tx.housekeeping("UPDATE setting SET value = '3'", &[]));
    assert!(changed.is_err());
    assert_eq!(get(&store, "a").as_deref(), Some("2"));
}

#[test]
fn many_rows_are_inserted_at_once_and_known_keys_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let rows = |from: i64, until: i64| -> Vec<Vec<Value>> {
        (from..until).map(|it| vec![Value::from(format!("k{it}")), Value::from("v")]).collect()
    };
    let insert = move |from, until| -> Result<u64, Fault> {
        let rows = rows(from, until);
        store.write(Scope::Provider, move |tx| {
            let new = tx.insert_many("setting", &["name", "value"], &rows)?;
            tx.mark_audited();
            Ok(new)
        })
    };
    assert_eq!(insert(0, 1_000), Ok(1_000));
    assert_eq!(insert(900, 1_100), Ok(100));
    assert_eq!(insert(0, 0), Ok(0));
}

#[test]
fn a_full_disk_is_told_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    store.write(Scope::Provider, |tx| set(tx, "before", "kept")).unwrap();
    let limit: Result<(), Fault> = store.write(Scope::Provider, |tx| {
        // The database's own limit stands for the disk's: it ends in the same error.
        tx.rows("PRAGMA max_page_count = 1", &[]).map(|_| ())
    });
    limit.unwrap();
    let big = "x".repeat(4 << 20);
    let outcome: Result<(), Fault> = store.write(Scope::Provider, move |tx| set(tx, "big", &big));
    assert_eq!(outcome, Err(Fault::DiskFull));
    assert_eq!(get(&store, "before").as_deref(), Some("kept"), "reads go on");
    let more: Result<(), Fault> =
        store.write(Scope::Provider, |tx| tx.rows("PRAGMA max_page_count = 1073741823", &[]).map(|_| ()));
    more.unwrap();
    store.write(Scope::Provider, |tx| set(tx, "after", "kept")).unwrap();
    assert_eq!(get(&store, "after").as_deref(), Some("kept"), "and writes, when there is space again");
}
