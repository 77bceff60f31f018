//! A server killed again and again under load: nothing acknowledged is lost, nothing is counted twice, no statement is half.
//!
//! `UPHELD_CRASH_ROUNDS` says how many rounds (20 when it is not set), `UPHELD_CRASH_SEED` where the pauses begin. After each
//! round what is new is looked at, and at the end everything.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

#[expect(dead_code, reason = "other tests use other parts of it")]
mod support;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use support::Running;
use support::load::{CLIENTS, House, Load, MONTHS, Place, Seen, Sent, Then, everything_once, must};

/// How long nothing may happen while cycles wait to be closed.
const STANDSTILL_MAX: Duration = Duration::from_secs(20);

#[test]
fn what_was_acknowledged_survives_and_what_is_retried_happens_once() {
    let rounds: u64 =
        std::env::var("UPHELD_CRASH_ROUNDS").map_or(20, |it| it.parse().expect("a number of rounds"));
    let mut chance: u64 = std::env::var("UPHELD_CRASH_SEED").map_or(7, |it| it.parse().expect("a seed"));
    println!("UPHELD_CRASH_ROUNDS={rounds} UPHELD_CRASH_SEED={chance}");
    let folder = tempfile::tempdir().expect("a folder");
    let place = Place::new(&folder.path().join("data"));
    let house = Arc::new(House::build(&place));
    let (sent, mut seen) = (Arc::<Mutex<Sent>>::default(), Seen::default());
    let begun = Instant::now();
    for round in 0..rounds {
        let server = place.start();
        seen.look(&server, &house, &sent);
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let pause = Duration::from_millis(20 + (chance >> 33) % 400);
        let load = Load::begin(&server.url, &house, round, &sent, |key, answer| match answer {
            None | Some((429 | 503, _)) => Then::Enough,
            Some((status, document)) => panic!("{key}: {status} {document}"),
        });
        thread::sleep(pause);
        server.stop("KILL");
        load.end();
    }
    println!("{rounds} rounds in {:.1?}", begun.elapsed());
    let server = place.start();
    seen.look(&server, &house, &sent);
    everything_once(&server, &house, &sent);
    every_cycle_is_closed(&server, &house.token);
    (0..CLIENTS).for_each(|client| statements(&server, &house.token, client));
    println!("everything looked at after {:.1?}", begun.elapsed());
}

fn sealed(server: &Running, token: &str, client: usize) -> Vec<Value> {
    let path = format!("/api/v1/tenants/t{client}/statements?limit=200");
    must(server.get(&path, Some(token)))["items"].as_array().cloned().expect("statements")
}

/// Waits for as long as there is progress.
fn every_cycle_is_closed(server: &Running, token: &str) {
    let (mut closed, mut progress) = (0, Instant::now());
    while closed < CLIENTS * MONTHS && progress.elapsed() < STANDSTILL_MAX {
        let now = (0..CLIENTS).map(|client| sealed(server, token, client).len()).sum();
        if now > closed {
            (closed, progress) = (now, Instant::now());
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// The past cycles are sealed, each once and whole.
fn statements(server: &Running, token: &str, client: usize) {
    let sealed = sealed(server, token, client);
    let mut labels: Vec<&str> = sealed.iter().filter_map(|it| it["label"].as_str()).collect();
    labels.sort_unstable();
    labels.dedup();
    let jobs = must(server.get("/api/v1/jobs?state=waiting&limit=200", Some(token)));
    assert_eq!(
        (sealed.len(), labels.len()),
        (MONTHS, MONTHS),
        "one statement a month: {labels:?}\nwaiting: {jobs}"
    );
    let failed = must(server.get("/api/v1/jobs?state=failed", Some(token)));
    assert_eq!(
        failed["items"].as_array().map(Vec::len),
        Some(0),
        "a process that dies has not tried: {failed}"
    );
    for it in &sealed {
        let id = it["id"].as_str().expect("an id");
        let files = server.get_bytes(&format!("/api/v1/tenants/t{client}/statements/{id}/package"), token);
        let package: BTreeMap<String, Vec<u8>> = untar(&files, id);
        proof::open(package).unwrap_or_else(|it| panic!("{id}: {it:?}"));
    }
}

fn untar(bytes: &[u8], id: &str) -> BTreeMap<String, Vec<u8>> {
    let mut archive = tar::Archive::new(bytes);
    let mut files = BTreeMap::new();
    for entry in archive.entries().expect("an archive") {
        let mut entry = entry.expect("an entry");
        let name = entry.path().expect("a name").to_string_lossy().into_owned();
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut content).expect("its bytes");
        files.insert(name.strip_prefix(&format!("{id}/")).expect("in its folder").to_owned(), content);
    }
    files
}
