//! What happens by itself when the world fails, and when the machine's clock is set back.
#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

#[path = "support/credits.rs"]
#[expect(dead_code, reason = "other tests use other parts of it")]
mod credits;
mod support;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use credits::{breached, claimable, run_jobs, submit};
use platform::jobs::{self, Handler, Job, JobView, Runner};
use platform::page::Page;
use platform::{Failure, Platform, RefusalKind, Settings, cycles, runs, statements};
use serde_json::json;
use store::{Context, Fault, Location, ManualClock, SeededChance, Store};
use support::{World, customer, each, kind, owner};

/// Longer than a write is held back for a database that is away.
const HELD_BACK: Duration = Duration::from_secs(13);
/// More than a job that fails is given.
const MANY: u32 = 40;

fn put_down(world: &World, kind: &'static str) {
    world.write(move |_, tx| Ok(jobs::enqueue(tx, kind, "it", "", tx.now(), &json!({}))?)).unwrap();
}

fn job(world: &World) -> JobView {
    world.read(|_, tx| jobs::list(tx, &owner(), None, &Page::default())).unwrap().items.remove(0)
}

static AWAY: AtomicU32 = AtomicU32::new(0);

fn needs_the_world(_: &Platform, _: &Job) -> Result<(), Failure> {
    match AWAY.load(Ordering::SeqCst) {
        0 => Ok(()),
        it if it % 2 == 0 => Err(Fault::DiskFull.into()),
        _ => Err(Fault::Unavailable("evidence keeps arriving".to_owned()).into()),
    }
}

#[test]
fn what_the_world_keeps_from_being_done_is_put_off_and_not_given_up() {
    each(|world| {
        put_down(world, "needy");
        for left in (0..MANY).rev() {
            AWAY.store(left + 1, Ordering::SeqCst);
            assert_eq!(jobs::run_due(world, &[("needy", needs_the_world)]).unwrap(), 1);
            let told = job(world);
            assert_eq!((told.state.as_str(), told.attempts), ("waiting", 0), "{told:?}");
            assert!(told.error.is_some(), "what it waits for is told");
            let at_once = jobs::run_due(world, &[("needy", needs_the_world)]).unwrap();
            assert_eq!(at_once, 0, "it is tried after a while and not in a circle");
            world.pass(5);
        }
        AWAY.store(0, Ordering::SeqCst);
        assert_eq!(jobs::run_due(world, &[("needy", needs_the_world)]).unwrap(), 1);
        let told = job(world);
        assert_eq!((told.state.as_str(), told.attempts, told.error), ("done", 1, None));
    });
}

fn fails_itself(_: &Platform, _: &Job) -> Result<(), Failure> {
    Err(Fault::broken("on purpose").into())
}

#[test]
fn what_fails_itself_is_given_up_after_eight_attempts() {
    each(|world| {
        put_down(world, "bad");
        let mut tried = 0;
        for _ in 0..MANY {
            tried += jobs::run_due(world, &[("bad", fails_itself)]).unwrap();
            world.pass(3_600);
        }
        let told = job(world);
        assert_eq!((tried, told.attempts, told.state.as_str()), (8, 8, "failed"), "{told:?}");
        let id = told.id;
        world.write(move |_, tx| jobs::retry(tx, &owner(), &id)).unwrap();
        assert_eq!(jobs::run_due(world, &[("bad", fails_itself)]).unwrap(), 1, "a person may try it again");
    });
}

static LONG_HAS_BEGUN: AtomicBool = AtomicBool::new(false);
static SHORT_IS_DONE: AtomicBool = AtomicBool::new(false);
static WAS_IN_TIME: AtomicBool = AtomicBool::new(false);

fn eventually(what: impl Fn() -> bool) -> bool {
    let begun = Instant::now();
    while !what() && begun.elapsed() < Duration::from_secs(10) {
        std::thread::yield_now();
    }
    what()
}

/// Goes on until a short piece of work was done beside it.
fn long(_: &Platform, _: &Job) -> Result<(), Failure> {
    LONG_HAS_BEGUN.store(true, Ordering::SeqCst);
    WAS_IN_TIME.store(eventually(|| SHORT_IS_DONE.load(Ordering::SeqCst)), Ordering::SeqCst);
    Ok(())
}

fn short(_: &Platform, _: &Job) -> Result<(), Failure> {
    SHORT_IS_DONE.store(true, Ordering::SeqCst);
    Ok(())
}

#[test]
fn work_that_takes_long_holds_up_no_other() {
    each(|world| {
        for kind in [runs::RUN_JOB, cycles::LATE_JOB] {
            for it in [&LONG_HAS_BEGUN, &SHORT_IS_DONE, &WAS_IN_TIME] {
                it.store(false, Ordering::SeqCst);
            }
            let handlers: Vec<(&'static str, Handler)> = vec![(kind, long), ("short", short)];
            let runner = Runner::start((**world).clone(), handlers, Duration::from_millis(1)).unwrap();
            put_down(world, kind);
            assert!(eventually(|| LONG_HAS_BEGUN.load(Ordering::SeqCst)), "{kind} has begun");
            put_down(world, "short");
            assert!(eventually(|| SHORT_IS_DONE.load(Ordering::SeqCst)));
            drop(runner);
            assert!(WAS_IN_TIME.load(Ordering::SeqCst), "while {kind} went on");
        }
    });
}

static SERVER: Mutex<Option<cluster::Server>> = Mutex::new(None);
static TIMES_DONE: AtomicU32 = AtomicU32::new(0);

/// Done at once; but the first time the database goes away before that can be written down.
fn loses_the_store(_: &Platform, _: &Job) -> Result<(), Failure> {
    if TIMES_DONE.fetch_add(1, Ordering::SeqCst) == 0 {
        SERVER.lock().unwrap().as_mut().unwrap().stop_immediately().unwrap();
    }
    Ok(())
}

/// The clock stands, so that no lease ends. Where PostgreSQL is not installed there is nothing to test.
#[test]
fn work_whose_end_could_not_be_written_down_is_done_again_when_the_store_is_back() {
    let Some(programs) = cluster::newest_programs() else { return };
    let server = cluster::Server::start(&programs, &[]).unwrap();
    let clock = Arc::new(ManualClock::new(support::at(support::BEGIN)));
    let context = Context { clock, chance: Arc::new(SeededChance::new(1)) };
    let store = Store::open(&Location::Postgres(server.url()), context).unwrap();
    *SERVER.lock().unwrap() = Some(server);
    let key = proof::SigningKey::from_seed("localhost/upheld", [7; 32]).unwrap();
    let platform = Platform::new(store, Settings::default(), key);
    platform.write(|_, tx| Ok(jobs::enqueue(tx, "short", "it", "", tx.now(), &json!({}))?)).unwrap();
    let handlers: Vec<(&'static str, Handler)> = vec![("short", loses_the_store)];
    let runner = Runner::start(platform.clone(), handlers, Duration::from_millis(1)).unwrap();
    assert!(eventually(|| TIMES_DONE.load(Ordering::SeqCst) == 1));
    // A write that is refused so late was put down after that of the work's end: that one has been refused too.
    let lost = Instant::now();
    let is_refused = || {
        let write = platform.write(|_, tx| Ok(tx.housekeeping("UPDATE clock SET latest = latest", &[])?));
        matches!(write, Err(Failure::Fault(Fault::Unavailable(_))))
    };
    while lost.elapsed() < HELD_BACK || !is_refused() {
        std::thread::yield_now();
    }
    SERVER.lock().unwrap().as_mut().unwrap().start_again().unwrap();
    assert!(eventually(|| TIMES_DONE.load(Ordering::SeqCst) == 2), "it is done again");
    drop(runner);
    let told = platform.read(|_, tx| jobs::list(tx, &owner(), None, &Page::default())).unwrap();
    assert_eq!((told.items[0].state.as_str(), told.items[0].attempts), ("done", 1));
    *SERVER.lock().unwrap() = None;
}

#[test]
fn a_claim_window_that_was_seen_closed_stays_closed_when_the_clock_is_set_back() {
    each(|world| {
        let statement = breached(world, "acme");
        assert_ne!(claimable(world, "acme"), []);
        world.set("2026-12-01T00:00:00+08:00");
        assert_eq!(claimable(world, "acme"), [], "the window is over; nothing was written at that time");
        world.set("2026-11-15T00:00:00+08:00");
        assert_eq!(claimable(world, "acme"), []);
        assert_eq!(kind(submit(world, "acme", &statement.id, "credit")), RefusalKind::WindowClosed);
    });
}

#[test]
fn a_cycle_that_is_over_stays_over_when_the_clock_is_set_back() {
    each(|world| {
        breached(world, "acme");
        let list = || {
            let page = Page::default();
            world.read(|_, tx| cycles::list(tx, &customer("acme"), "acme", "sub_acme", &page)).unwrap().items
        };
        let close = |label: &str| {
            statements::close(world, &owner(), "acme", "sub_acme", label, Some("as it is".to_owned()))
        };
        assert_eq!(kind(close("2026-11")), RefusalKind::WindowClosed, "it is not over yet");
        world.set("2026-12-01T00:00:00+08:00");
        run_jobs(world);
        let before = list();
        world.set("2026-10-15T00:00:00+08:00");
        run_jobs(world);
        assert_eq!(list(), before, "no cycle opens again, none is opened twice");
        assert_eq!(kind(close("2026-10")), RefusalKind::UnfitState, "what is sealed stays sealed");
        let sealed = close("2026-11").unwrap();
        assert_eq!(sealed.label, "2026-11", "and what was over is over");
    });
}
