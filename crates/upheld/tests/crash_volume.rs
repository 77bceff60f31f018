//! A server killed again and again while it takes records in volume, lays them out and merges them: whatever was acknowledged is
//! counted once, as it was said last.
//!
//! `UPHELD_CRASH_ROUNDS` says how many rounds (10 when it is not set), `UPHELD_CRASH_SEED` where the pauses begin. A round begins
//! with what the one before left: the server folds that at once, while new bodies come.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

#[expect(dead_code, reason = "other tests use other parts of it")]
mod support;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use support::load::Place;
use support::volume::{CLIENTS, Came, Client, House, Load, RECORDS, Then};
use support::volume::{eventually, every_record_once, everything_once, recounted};

/// In what a process was when it was killed.
#[derive(Debug, Default)]
struct Killed {
    /// Files were being written.
    writing: usize,
    /// A segment of the journal was in files already and not deleted yet, or waited to be put into files.
    folding: usize,
}

impl Killed {
    fn look(&mut self, data: &Path) {
        let entries = |it: &Path| fs::read_dir(it).map_or(0, Iterator::count);
        self.writing += usize::from(entries(&data.join("lake/.under-way")) > 0);
        let segments = fs::read_dir(data.join("journal")).map_or(0, |it| {
            it.filter(|it| {
                it.as_ref().is_ok_and(|it| it.path().extension().is_some_and(|it| it == "journal"))
            })
            .count()
        });
        self.folding += usize::from(segments > 1);
    }
}

#[test]
fn what_was_acknowledged_in_volume_is_counted_once_however_often_the_server_is_killed() {
    let rounds: u64 =
        std::env::var("UPHELD_CRASH_ROUNDS").map_or(10, |it| it.parse().expect("a number of rounds"));
    let mut chance: u64 = std::env::var("UPHELD_CRASH_SEED").map_or(7, |it| it.parse().expect("a seed"));
    println!("UPHELD_CRASH_ROUNDS={rounds} UPHELD_CRASH_SEED={chance}");
    let folder = tempfile::tempdir().expect("a folder");
    let mut place = Place::new(&folder.path().join("data"));
    // Cycles are closed by hand.
    place.environment.push(("UPHELD_TIMES_GRACE".to_owned(), "90 d".to_owned()));
    place.create_owner();
    let server = place.start();
    let house = Arc::new(House::build(&server));
    server.stop("KILL");
    let mut clients: Vec<Client> = (0..CLIENTS).map(Client::new).collect();
    let (begun, mut killed) = (Instant::now(), Killed::default());
    for _ in 0..rounds {
        let server = place.start();
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let pause = Duration::from_millis(20 + (chance >> 33) % 400);
        let load = Load::begin(&server.url, &house, clients, |_, came| match came {
            Came::Nothing => Then::Enough,
            other => panic!("{other:?}"),
        });
        // However slow the machine is, most rounds come to something; some end before.
        let bodies = usize::try_from((chance >> 20) % 8).expect("a number");
        eventually("bodies are acknowledged", || load.acknowledged.load(Ordering::SeqCst) >= bodies);
        thread::sleep(pause);
        server.stop("KILL");
        clients = load.end();
        killed.look(&place.data);
    }
    println!("{rounds} rounds in {:.1?}, {killed:?}", begun.elapsed());
    let server = place.start();
    clients.iter_mut().for_each(|it| it.finish(&server.url, &house));
    let statements = everything_once(&server, &house, &clients);
    let lake = place.data.join("lake");
    every_record_once(&server, &house, &clients, &lake);
    recounted(&server, &house, &statements, &lake, folder.path());
    let bodies: usize = clients.iter().map(Client::bodies).sum();
    assert!(bodies > 20, "{bodies} bodies: too few to tell anything");
    println!("{bodies} bodies of {RECORDS} records, all looked at after {:.1?}", begun.elapsed());
    assert_eq!(server.stop("TERM").status.code(), Some(0));
}
