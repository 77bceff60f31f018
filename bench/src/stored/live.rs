//! Live levels of 1,000 customers while evidence keeps coming in for them.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use evidence::Shape;
use platform::intake::{self, Body};
use platform::live::{self, Live};
use platform::stream::Stream;
use platform::subscriptions::NewSubscription;
use platform::{Platform, Settings};
use proof::SigningKey;
use serde_json::json;

use super::told;
use super::world::{World, customer_id, owner, subscription_id};
use crate::Fault;
use crate::clock::{Times, micros, timed};
use crate::engine::Effort;
use crate::report::{Goal, Item};
use crate::w1::draw::{draw, within};

const CONTRACT: &str = include_str!("../../../contracts/mwe.md");
const CUSTOMERS: u32 = 1_000;
const BEGIN: &str = "2026-10-01T04:00:00Z";
const NOW: &str = "2026-10-21T12:00:00Z";
/// Outages and tickets of each, before the first look.
const RECORDS: u64 = 60;
const GOAL_US: u64 = 50_000;
const P99: usize = 990;
/// Customers looked at a second time by a platform that remembers nothing.
const SAMPLE: u32 = 50;

pub(super) fn run(_: &Path, effort: &Effort) -> Result<Vec<Item>, Fault> {
    let looks: u64 = if effort.is_full { 20_000 } else { 4_000 };
    let world = World::at(BEGIN)?;
    world.publish(CONTRACT)?;
    world.fill(CUSTOMERS, 1, &subscription()?)?;
    world.clock.set(calendar::parse_instant(NOW).map_err(|error| error.to_string())?);
    let first = (0..CUSTOMERS).map(|customer| {
        move |platform: &Platform, tx: &mut store::Tx<'_>| {
            let opened = intake::open(platform, tx, &owner(), &stream(customer))?;
            let body = body((0..RECORDS).map(|number| record(customer, number)));
            intake::commit(platform, tx, &owner(), intake::prepare(opened, &owner(), body)?).map(drop)
        }
    });
    world.all(first)?;
    let (first, looked) = (look_once(&world)?, look_beside_writes(&world, looks)?);
    eprintln!("first looks: {} us; beside writes: {} us", first.range(), looked.range());
    let is_equal = is_right(&world)?;
    let item = |id, ours| Item { id, unit: "us", ours, rival: None, goal: Goal::AtMost(GOAL_US), is_equal };
    Ok(vec![item("live-first-p99", first.at_per_mille(P99)), item("live-p99", looked.at_per_mille(P99))])
}

fn subscription() -> Result<NewSubscription, Fault> {
    let since = "2026-10-01T00:00:00-04:00";
    Ok(serde_json::from_value(json!({ "agreement": "mwe", "plan": "professional", "since": since }))?)
}

fn stream(customer: u32) -> Stream {
    Stream::Subscription { tenant: customer_id(customer), id: subscription_id(customer, 0) }
}

fn body(lines: impl Iterator<Item = String>) -> Body {
    Body { shape: Shape::Lines, bytes: lines.collect::<Vec<_>>().join("\n").into_bytes(), atomic: true }
}

/// A fee, outages and tickets of the first twenty days.
fn record(customer: u32, number: u64) -> String {
    let below = |key, limit| within(draw(u64::from(customer) << 32 | number, key), limit);
    let (day, hour, minute) = (1 + below(1, 20), below(2, 23), below(3, 30));
    let at = |hour, minute| format!("2026-10-{day:02}T{hour:02}:{minute:02}:00-04:00");
    let (from, until) = (at(hour, minute), at(hour, minute + 1 + below(4, 29)));
    let id = format!("r{number}");
    let record = match number {
        0 => json!({ "fact": "fee", "id": id, "at": from, "amount": "500.00 USD" }),
        it if it % 3 == 0 => {
            json!({ "fact": "ticket", "id": id, "from": from, "until": until, "priority": "major" })
        }
        _ => json!({ "fact": "outage", "id": id, "from": from, "until": until, "cause": "platform" }),
    };
    record.to_string()
}

fn look(platform: &Platform, customer: u32) -> Result<Live, Fault> {
    let (tenant, subscription) = (customer_id(customer), subscription_id(customer, 0));
    platform
        .read(|platform, tx| live::of(platform, tx, &owner(), &tenant, &subscription))
        .map_err(|it| told(&it))
}

/// Every customer for the first time.
fn look_once(world: &World) -> Result<Times, Fault> {
    let mut times = Times::default();
    for customer in 0..CUSTOMERS {
        let (seen, nanos) = timed(|| look(&world.platform, customer));
        seen?;
        times.push(micros(nanos));
    }
    Ok(times)
}

/// Customers at random, while a sender adds one record after another to others at random.
fn look_beside_writes(world: &World, looks: u64) -> Result<Times, Fault> {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let sender = scope.spawn(|| {
            let mut number = RECORDS;
            while !is_over.load(Ordering::SeqCst) {
                number += 1;
                let customer = u32::try_from(within(draw(number, 8), CUSTOMERS.into()))?;
                let body = body(std::iter::once(record(customer, number)));
                intake::receive(&world.platform, &owner(), &stream(customer), body)
                    .map_err(|it| told(&it))?;
            }
            Ok::<u64, Fault>(number - RECORDS)
        });
        let mut times = Times::default();
        let looked = (0..looks).try_for_each(|nth| {
            let customer = u32::try_from(within(draw(nth, 9), CUSTOMERS.into()))?;
            let (seen, nanos) = timed(|| look(&world.platform, customer));
            times.push(micros(nanos));
            seen.map(drop)
        });
        is_over.store(true, Ordering::SeqCst);
        let sent = sender.join().map_err(|_| "the sender panicked")??;
        eprintln!("{sent} records sent meanwhile");
        looked.map(|()| times)
    })
}

/// Whether a platform that remembers nothing sees the same.
fn is_right(world: &World) -> Result<bool, Fault> {
    let key = SigningKey::from_seed("localhost/upheld", [7; 32]).map_err(|error| error.to_string())?;
    let fresh = Platform::new(world.platform.store.clone(), Settings::default(), key);
    for customer in (0..CUSTOMERS).step_by((CUSTOMERS / SAMPLE) as usize) {
        if look(&world.platform, customer)? != look(&fresh, customer)? {
            return Ok(false);
        }
    }
    Ok(true)
}
