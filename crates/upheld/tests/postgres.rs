//! A server whose PostgreSQL is stopped at once and started again under load, again and again: it answers again within ten
//! seconds, nothing acknowledged is lost, and nothing happens twice.
//!
//! The server of the database is a private one. Where PostgreSQL is not installed there is nothing to test;
//! `UPHELD_RESTART_ROUNDS` says how many rounds (3 when it is not set).

#![cfg(unix)]
#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

#[expect(dead_code, reason = "other tests use other parts of it")]
mod support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use cluster::Server;
use support::Running;
use support::load::{CLIENTS, House, Load, MONTHS, Place, Seen, Sent, Then, everything_once, must};

/// How soon after its database the server answers.
const BACK_MAX: Duration = Duration::from_secs(10);
/// How long nothing may happen while cycles wait to be closed.
const STANDSTILL_MAX: Duration = Duration::from_secs(20);
/// How long the database is away, in turn: not worth telling, and longer than a write is held back for.
const AWAY: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(14)];

#[test]
fn a_database_started_again_under_load_is_back_in_ten_seconds_and_nothing_happens_twice() {
    let Some(programs) = cluster::newest_programs() else {
        println!("PostgreSQL is not installed");
        return;
    };
    let rounds: u64 =
        std::env::var("UPHELD_RESTART_ROUNDS").map_or(3, |it| it.parse().expect("a number of rounds"));
    let mut database = Server::start(&programs, &[]).expect("PostgreSQL starts");
    let folder = tempfile::tempdir().expect("a folder");
    let mut place = Place::new(&folder.path().join("data"));
    place.flags = vec!["--database".to_owned(), database.url()];
    let house = Arc::new(House::build(&place));
    let (sent, mut seen) = (Arc::<Mutex<Sent>>::default(), Seen::default());
    let mut server = place.start();
    let was_refused = Arc::new(AtomicBool::new(false));
    for round in 0..rounds {
        let told = was_refused.clone();
        let load = Load::begin(&server.url, &house, round, &sent, move |key, answer| match answer {
            Some((503, document)) => {
                assert_eq!(document["code"], "unavailable", "{key}: {document}");
                told.store(true, Ordering::SeqCst);
                Then::Again
            }
            other => panic!("{key}: {other:?}"),
        });
        thread::sleep(Duration::from_millis(400 + 130 * (round % 5)));
        database.stop_immediately().expect("it stops");
        let away = AWAY[usize::try_from(round).unwrap_or_default() % AWAY.len()];
        let lost = Instant::now();
        while lost.elapsed() < away {
            assert_eq!(server.get("/livez", None).0, 200, "the process lives");
            thread::sleep(Duration::from_millis(100));
        }
        database.start_again().expect("PostgreSQL starts again");
        let back = Instant::now();
        let reads = after(back, "reads", || server.get("/readyz", None).0 == 200);
        let customer = CLIENTS + usize::try_from(round).unwrap_or_default();
        let tenant = serde_json::json!({ "id": format!("new{round}"), "name": "New" });
        let writes = after(back, "writes", || {
            matches!(server.post("/api/v1/tenants", Some(&house.token), &tenant).0, 201 | 409)
        });
        house.customer(&server, customer);
        let cycles = format!("/api/v1/tenants/t{customer}/subscriptions/sub_{customer}/cycles");
        let jobs = after(Instant::now(), "jobs", || {
            let opened = must(server.get(&cycles, Some(&house.token)));
            opened["items"].as_array().is_some_and(|it| it.len() > MONTHS)
        });
        println!(
            "away {away:.1?}: reads after {reads:.2?}, writes after {writes:.2?}, a job within {jobs:.2?}"
        );
        load.end();
        seen.look(&server, &house, &sent);
        assert!(server.runs(), "the process is the one that was started");
    }
    assert!(was_refused.load(Ordering::SeqCst) || rounds < 2, "a loss that lasts is told");
    everything_once(&server, &house, &sent);
    every_cycle_is_closed(&server, &house.token);
    let failed = must(server.get("/api/v1/jobs?state=failed", Some(&house.token)));
    assert_eq!(failed["items"], serde_json::json!([]), "no job needs a person");
    assert_eq!(server.stop("TERM").status.code(), Some(0));
}

/// How long after `begun` it is so: at most [`BACK_MAX`].
fn after(begun: Instant, what: &str, is_so: impl Fn() -> bool) -> Duration {
    while !is_so() {
        assert!(begun.elapsed() < BACK_MAX, "{what}: not within {BACK_MAX:?}");
        thread::sleep(Duration::from_millis(10));
    }
    begun.elapsed()
}

/// Waits for as long as there is progress.
fn every_cycle_is_closed(server: &Running, token: &str) {
    let closed_of = |client| {
        let path = format!("/api/v1/tenants/t{client}/statements?limit=200");
        must(server.get(&path, Some(token)))["items"].as_array().map_or(0, Vec::len)
    };
    let (mut closed, mut progress) = (0, Instant::now());
    while closed < CLIENTS * MONTHS {
        let now = (0..CLIENTS).map(closed_of).sum();
        if now > closed {
            (closed, progress) = (now, Instant::now());
        }
        assert!(progress.elapsed() < STANDSTILL_MAX, "{closed} cycles are closed and no more");
        thread::sleep(Duration::from_millis(100));
    }
}
