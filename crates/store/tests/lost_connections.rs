//! What becomes of reads and writes whose PostgreSQL goes away and comes back. The server is a private one; where PostgreSQL
//! is not installed there is nothing to test.
#![expect(clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use cluster::Server;
use store::{Context, Fault, Location, Scope, Store, Tx};

/// How long a write is held back for a database that is away.
const HELD_BACK: Duration = Duration::from_secs(12);
/// More readers than there are connections.
const READERS: usize = 6;

fn count(tx: &mut Tx<'_>) -> Result<u64, Fault> {
    Ok(tx.rows("SELECT name FROM setting", &[])?.len() as u64)
}

fn write(store: &Store) -> Result<u64, Fault> {
    store.write(Scope::Provider, |tx| {
        let name = tx.new_id("set")?;
        tx.housekeeping("INSERT INTO setting (name, value) VALUES ($1, 'kept')", &[name.into()])
    })
}

fn open() -> Option<(Server, Store)> {
    let server = Server::start(&cluster::newest_programs()?, &[]).unwrap();
    let store = Store::open(&Location::Postgres(server.url()), Context::default()).unwrap();
    Some((server, store))
}

#[test]
fn connections_lost_while_nobody_looked_cost_nobody_an_answer() {
    let Some((mut server, store)) = open() else { return };
    write(&store).unwrap();
    let all_at_once = Barrier::new(READERS);
    thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                let read: Result<u64, Fault> = store.read(Scope::Provider, |tx| {
                    all_at_once.wait();
                    count(tx)
                });
                assert_eq!(read, Ok(1));
            });
        }
    });
    server.stop_immediately().unwrap();
    server.start_again().unwrap();
    for _ in 0..READERS {
        let read: Result<u64, Fault> = store.read(Scope::Provider, count);
        assert_eq!(read, Ok(1));
    }
    assert_eq!(write(&store), Ok(1));
}

#[test]
fn a_write_is_held_back_for_a_database_that_is_away_and_refused_when_it_stays_away() {
    let Some((mut server, store)) = open() else { return };
    server.stop_immediately().unwrap();
    thread::scope(|scope| {
        let held_back = scope.spawn(|| write(&store));
        thread::sleep(Duration::from_secs(1));
        assert!(!held_back.is_finished(), "it is not refused at once");
        server.start_again().unwrap();
        assert_eq!(held_back.join().unwrap(), Ok(1));
    });

    server.stop_immediately().unwrap();
    let begun = Instant::now();
    assert!(matches!(write(&store), Err(Fault::Unavailable(_))));
    assert!(begun.elapsed() >= HELD_BACK && begun.elapsed() < HELD_BACK * 2, "{:?}", begun.elapsed());
    let begun = Instant::now();
    for _ in 0..10 {
        assert!(matches!(write(&store), Err(Fault::Unavailable(_))));
    }
    assert!(begun.elapsed() < HELD_BACK, "nobody else waits for it: {:?}", begun.elapsed());
    server.start_again().unwrap();
    assert_eq!(write(&store), Ok(1));
    let read: Result<u64, Fault> = store.read(Scope::Provider, count);
    assert_eq!(read, Ok(2));
}
