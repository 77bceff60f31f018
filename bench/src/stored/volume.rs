//! Records in volume over HTTP, and how soon the level of the cycle in progress counts them.

use std::fmt::Write;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use evidence::Shape;
use platform::intake::{self, Body};
use platform::jobs::{Handler, Runner};
use platform::stream::Stream;
use platform::{Platform, live, volume};

use super::client::{Client, Served, post};
use super::intake::{CONTRACT, MEDIA, accepted, subscription, token};
use super::messages::Messages;
use super::world::{World, customer_id, owner, subscription_id};
use super::{rate, told};
use crate::Fault;
use crate::clock::{Times, micros};
use crate::engine::{Effort, load};
use crate::report::{Goal, Item, Rival};

const CONNECTIONS: u64 = 16;
const RECORDS: u64 = 1_000;
/// One in so many records of a body was in the body before.
const REPEATED: u64 = 20;
const SINGLE_CONNECTIONS: u64 = 256;
/// Threads that send single records, each over as many connections.
const SENDERS: u64 = 4;
const HANDLERS: [(&str, Handler); 2] = [(volume::JOB, volume::run), (volume::MERGE_JOB, volume::merge)];
/// How often the program looks for jobs, as `upheld serve` does.
const PAUSE: Duration = Duration::from_secs(1);
const PEER_SECONDS: u64 = 10;
const BODIES_GOAL_HUNDREDTHS: u64 = 300;
const SINGLES_GOAL_HUNDREDTHS: u64 = 500;
const SEEN_GOAL_US: u64 = 1_000_000;
/// The steady load: a body of so many records every so often.
const STEADY_RECORDS: u64 = 100;
const STEADY_PAUSE: Duration = Duration::from_millis(100);
const LOOK_PAUSE: Duration = Duration::from_millis(20);
const P99: usize = 990;
/// Whatever takes longer will never be.
const PATIENCE: Duration = Duration::from_secs(300);

/// A platform that takes records in volume, with a customer.
struct Lake {
    platform: Platform,
    world: World,
    _folder: tempfile::TempDir,
}

impl Lake {
    fn new() -> Result<Self, Fault> {
        let world = World::now()?;
        let folder = tempfile::Builder::new().prefix("bench-lake-").tempdir()?;
        world.publish(CONTRACT)?;
        world.fill(1, 1, &subscription()?)?;
        let platform = world.platform.clone().with_data(folder.path());
        platform.volume.prepare()?;
        Ok(Self { platform, world, _folder: folder })
    }

    fn work(&self) -> Result<Runner, Fault> {
        Ok(Runner::start(self.platform.clone(), HANDLERS.to_vec(), PAUSE)?)
    }

    /// Records in merged files once nothing waits any more.
    fn counted(&self) -> Result<u64, Fault> {
        let (customer, subscription) = (customer_id(0), subscription_id(0, 0));
        let of = (customer.as_str(), subscription.as_str());
        volume::gather(&self.platform, of, timeline::Instant::MAX).map_err(|it| told(&it))?;
        let files = self.platform.read(|_, tx| volume::list(tx, &owner(), of, None));
        let files = files.map_err(|it| told(&it))?;
        if files.iter().any(|it| !it.merged) {
            return Err("records came after the last".into());
        }
        Ok(files.iter().map(|it| it.records).sum())
    }
}

/// Bodies of a thousand records on sixteen connections, one in twenty of them sent before.
pub(super) fn bodies(programs: &Path, effort: &Effort) -> Result<Vec<Item>, Fault> {
    let bodies = if effort.is_full { 400 } else { 40 };
    let lake = Lake::new()?;
    let token = token(&lake.world)?;
    let fresh = RECORDS - RECORDS / REPEATED;
    let request = |connection: u64, number: u64| {
        let ids = (0..RECORDS).map(|nth| match (number, nth) {
            (1.., nth) if nth < RECORDS / REPEATED => (number - 1) * RECORDS + nth + RECORDS / REPEATED,
            _ => number * RECORDS + nth,
        });
        wire(&token, &ids.map(|it| line(connection, it, "2026-11-05")).collect::<String>())
    };
    let requests: Vec<Vec<Vec<u8>>> =
        (0..CONNECTIONS).map(|it| (0..=bodies).map(|number| request(it, number)).collect()).collect();
    let sent = measured(&lake, &requests, 1)?;
    let rival = Messages::start(programs)?;
    let unique = CONNECTIONS * (RECORDS + bodies * fresh);
    let peer = Rival { value: rival.batches(PEER_SECONDS)?, name: rival.name };
    Ok(vec![Item {
        id: "volume-intake-http",
        unit: "records/s",
        ours: rate(CONNECTIONS * bodies * RECORDS, sent.nanos),
        rival: Some(peer),
        goal: Goal::RateHundredths(BODIES_GOAL_HUNDREDTHS),
        is_equal: sent.accepted == CONNECTIONS * (bodies + 1) * RECORDS && sent.counted == unique,
    }])
}

/// Bodies of one record on 256 connections.
pub(super) fn singles(programs: &Path, effort: &Effort) -> Result<Vec<Item>, Fault> {
    let each = if effort.is_full { 400 } else { 40 };
    let lake = Lake::new()?;
    let token = token(&lake.world)?;
    let request = |connection: u64, number: u64| wire(&token, &line(connection, number, "2026-11-05"));
    let requests: Vec<Vec<Vec<u8>>> =
        (0..SINGLE_CONNECTIONS).map(|it| (0..=each).map(|number| request(it, number)).collect()).collect();
    let sent = measured(&lake, &requests, SINGLE_CONNECTIONS / SENDERS)?;
    let rival = Messages::start(programs)?;
    let peer = Rival { value: rival.singles(PEER_SECONDS)?, name: rival.name };
    let all = SINGLE_CONNECTIONS * (each + 1);
    Ok(vec![Item {
        id: "volume-single-http",
        unit: "records/s",
        ours: rate(SINGLE_CONNECTIONS * each, sent.nanos),
        rival: Some(peer),
        goal: Goal::RateHundredths(SINGLES_GOAL_HUNDREDTHS),
        is_equal: sent.accepted == all && sent.counted == all,
    }])
}

/// What came of sending.
struct Sent {
    nanos: u64,
    /// Records acknowledged, the first of each connection included.
    accepted: u64,
    /// Records in merged files at the end.
    counted: u64,
}

/// Sends the requests of each connection one after the other, so many connections by a thread; the first of each is not timed.
/// Files are made and merged meanwhile.
fn measured(lake: &Lake, requests: &[Vec<Vec<u8>>], by_thread: u64) -> Result<Sent, Fault> {
    let work = lake.work()?;
    let served = Served::start(lake.platform.clone())?;
    let (mut clients, mut first) = (Vec::new(), 0);
    for of_one in requests {
        let mut client = Client::connect(served.address)?;
        if let Some(it) = of_one.first() {
            first += accepted(&client.send(it)?)?;
        }
        clients.push((client, of_one.get(1..).unwrap_or_default()));
    }
    let begun = Instant::now();
    let groups = clients.chunks_mut(usize::try_from(by_thread)?);
    let timed = thread::scope(|scope| {
        let senders: Vec<_> = groups.map(|it| scope.spawn(|| in_turn(it))).collect();
        senders
            .into_iter()
            .try_fold(0, |sum, it| Ok::<u64, Fault>(sum + it.join().map_err(|_| "a sender panicked")??))
    })?;
    let nanos = u64::try_from(begun.elapsed().as_nanos())?;
    eprintln!("sent; load {}", load());
    drop(served);
    let counted = lake.counted()?;
    drop(work);
    Ok(Sent { nanos, accepted: first + timed, counted })
}

/// Each connection's next request, then each one's answer, until all are through; how many records were acknowledged.
fn in_turn(clients: &mut [(Client, &[Vec<u8>])]) -> Result<u64, Fault> {
    let mut sum = 0;
    let rounds = clients.iter().map(|it| it.1.len()).max().unwrap_or(0);
    for round in 0..rounds {
        for (client, requests) in clients.iter_mut() {
            requests.get(round).map(|it| client.ask(it)).transpose()?;
        }
        for (client, requests) in clients.iter_mut() {
            if requests.len() > round {
                sum += accepted(&client.answer()?)?;
            }
        }
    }
    Ok(sum)
}

/// A message with an id nobody else uses.
fn line(connection: u64, id: u64, day: &str) -> String {
    let (hour, minute, second) = (id / 3_600 % 24, id / 60 % 60, id % 60);
    message(
        &format!("c{connection:03}-{id:09}"),
        &format!("{day}T{hour:02}:{minute:02}:{second:02}+08:00"),
        "delivered",
    )
}

fn message(id: &str, at: &str, outcome: &str) -> String {
    let mut line = String::new();
    let written = writeln!(
        line,
        "{{\"fact\":\"message\",\"id\":\"{id}\",\"at\":\"{at}\",\"outcome\":\"{outcome}\",\"number\":\"valid\"}}"
    );
    // Writing to a text cannot fail.
    let _ = written;
    line
}

fn wire(token: &str, body: &str) -> Vec<u8> {
    let (customer, subscription) = (customer_id(0), subscription_id(0, 0));
    post(&format!("/api/v1/tenants/{customer}/subscriptions/{subscription}/evidence"), token, MEDIA, body)
}

/// From the moment a body is sent until the level of the cycle in progress counts it, while one comes after another into a day
/// that holds many already.
pub(super) fn seen(_: &Path, effort: &Effort) -> Result<Vec<Item>, Fault> {
    let (before, bodies) = if effort.is_full { (1_000_000, 600) } else { (100_000, 150) };
    let lake = Lake::new()?;
    let _work = lake.work()?;
    let now = || platform::time::show(lake.platform.store.now());
    // One that failed, so that the level says how many there are.
    send(&lake, &message("failed", &now(), "failed"))?;
    for block in 0..before / 10_000 {
        let ids = block * 10_000..(block + 1) * 10_000;
        let at = now();
        send(&lake, &ids.map(|it| message(&format!("b{it:09}"), &at, "delivered")).collect::<String>())?;
    }
    let begun = lake.counted()?;
    let sent: Mutex<Vec<(u64, Instant)>> = Mutex::default();
    let is_over = AtomicBool::new(false);
    let (times, looks) = thread::scope(|scope| {
        let sender = scope.spawn(|| steadily(&lake, (begun, bodies), &sent));
        let looker = scope.spawn(|| look_until(&lake, begun + bodies * STEADY_RECORDS, &sent, &is_over));
        let sent = sender.join().map_err(|_| "the sender panicked")?;
        is_over.store(sent.is_err(), Ordering::SeqCst);
        let looked = looker.join().map_err(|_| "the looker panicked")?;
        sent.and(looked)
    })?;
    let counted = lake.counted()?;
    eprintln!(
        "{} records/s into a day of {begun}; load {}; sent to counted: median {} us, {} us; a look takes {} us",
        STEADY_RECORDS * 1_000 / u64::try_from(STEADY_PAUSE.as_millis())?,
        load(),
        times.median(),
        times.range(),
        looks.median(),
    );
    Ok(vec![Item {
        id: "volume-live-p99",
        unit: "us",
        ours: times.at_per_mille(P99),
        rival: None,
        goal: Goal::AtMost(SEEN_GOAL_US),
        is_equal: counted == begun + bodies * STEADY_RECORDS,
    }])
}

fn send(lake: &Lake, lines: &str) -> Result<(), Fault> {
    let stream = Stream::Subscription { tenant: customer_id(0), id: subscription_id(0, 0) };
    let body = Body { shape: Shape::Lines, bytes: lines.as_bytes().to_vec(), atomic: true };
    intake::receive(&lake.platform, &owner(), &stream, body).map(drop).map_err(|it| told(&it))
}

/// Sends bodies at a steady pace, and tells of each how many records there are with it and when it was sent.
fn steadily(
    lake: &Lake,
    (before, bodies): (u64, u64),
    sent: &Mutex<Vec<(u64, Instant)>>,
) -> Result<(), Fault> {
    let begun = Instant::now();
    for body in 0..bodies {
        let due = STEADY_PAUSE * u32::try_from(body)?;
        thread::sleep(due.saturating_sub(begun.elapsed()));
        let at = platform::time::show(lake.platform.store.now());
        let ids = body * STEADY_RECORDS..(body + 1) * STEADY_RECORDS;
        let lines: String = ids.map(|it| message(&format!("s{it:09}"), &at, "delivered")).collect();
        let told = (before + (body + 1) * STEADY_RECORDS, Instant::now());
        sent.lock().map_err(|_| "the looker panicked")?.push(told);
        send(lake, &lines)?;
    }
    Ok(())
}

/// Looks at the level until it counts all; how long each body took to be counted, and how long looks took.
fn look_until(
    lake: &Lake,
    all: u64,
    sent: &Mutex<Vec<(u64, Instant)>>,
    is_over: &AtomicBool,
) -> Result<(Times, Times), Fault> {
    let (mut times, mut looks, mut known, begun) = (Times::default(), Times::default(), 0, Instant::now());
    loop {
        let look = Instant::now();
        let count = counted_in(lake)?;
        looks.push(micros(u64::try_from(look.elapsed().as_nanos())?));
        let sent = sent.lock().map_err(|_| "the sender panicked")?;
        while let Some((_, at)) = sent.get(known).filter(|it| it.0 <= count) {
            times.push(micros(u64::try_from(at.elapsed().as_nanos())?));
            known += 1;
        }
        drop(sent);
        if count == all {
            return Ok((times, looks));
        }
        if is_over.load(Ordering::SeqCst) || begun.elapsed() > PATIENCE {
            return Err(format!("the level counts {count} of {all}").into());
        }
        thread::sleep(LOOK_PAUSE);
    }
}

/// How many records the level counts: of so many exactly one failed, so the share is a fraction in lowest terms.
fn counted_in(lake: &Lake) -> Result<u64, Fault> {
    let (customer, subscription) = (customer_id(0), subscription_id(0, 0));
    let live = lake.platform.read(|platform, tx| live::of(platform, tx, &owner(), &customer, &subscription));
    let live = live.map_err(|it| told(&it))?;
    let exact = live.if_nothing_more["levels"][0]["exact"].as_str().unwrap_or_default().to_owned();
    let (_, all) = exact.split_once('/').ok_or_else(|| format!("the level is `{exact}`"))?;
    Ok(all.parse()?)
}
