//! Durable intake of evidence over HTTP: bodies of 1,000 records on 16 connections.

use std::fmt::Write;
use std::path::Path;
use std::thread;
use std::time::Instant;

use platform::people::{self, NewToken};
use platform::principal::PROVIDER;
use platform::subscriptions::NewSubscription;
use serde_json::{Value as Json, json};

use super::client::{Client, Served, post};
use super::world::{World, customer_id, owner, subscription_id};
use super::{rate, told};
use crate::Fault;
use crate::engine::Effort;
use crate::report::{Goal, Item};
use crate::w1::draw::draw;

pub(super) const CONTRACT: &str = include_str!("../../../contracts/pingan-sms.md");
const CONNECTIONS: u32 = 16;
const RECORDS: u64 = 1_000;
const GOAL: u64 = 150_000;
pub(super) const MEDIA: &str = "application/x-ndjson";

pub(super) fn run(_: &Path, effort: &Effort) -> Result<Vec<Item>, Fault> {
    let bodies = if effort.is_full { 120 } else { 40 };
    let world = World::now()?;
    world.publish(CONTRACT)?;
    world.fill(CONNECTIONS, 1, &subscription()?)?;
    let token = token(&world)?;
    let served = Served::start(world.platform.clone())?;
    let requests: Vec<Vec<Vec<u8>>> = (0..CONNECTIONS)
        .map(|connection| (0..=bodies).map(|number| request(connection, number, &token)).collect())
        .collect();
    let mut clients = Vec::new();
    for of_one in &requests {
        let mut client = Client::connect(served.address)?;
        // The first of each connection is not measured.
        of_one.first().map(|it| client.send(it)).transpose()?;
        clients.push((client, of_one.get(1..).unwrap_or_default()));
    }
    let begun = Instant::now();
    let accepted = send_all(clients)?;
    let nanos = u64::try_from(begun.elapsed().as_nanos())?;
    let sent = u64::from(CONNECTIONS) * bodies * RECORDS;
    let kept = u64::try_from(kept(&world)?)?;
    let is_equal = accepted == sent && kept == sent + u64::from(CONNECTIONS) * RECORDS;
    Ok(vec![Item {
        id: "intake-http",
        unit: "records/s",
        ours: rate(accepted, nanos),
        rival: None,
        goal: Goal::AtLeast(GOAL),
        is_equal,
    }])
}

pub(super) fn subscription() -> Result<NewSubscription, Fault> {
    let since = "2026-10-01T00:00:00+08:00";
    Ok(serde_json::from_value(json!({ "agreement": "pingan-sms", "since": since }))?)
}

pub(super) fn token(world: &World) -> Result<String, Fault> {
    let input = NewToken {
        name: "bench".to_owned(),
        role: "service_manager".to_owned(),
        scopes: Some(vec!["evidence:create".to_owned()]),
        expires_at: None,
    };
    let made = world
        .platform
        .write(move |platform, tx| people::create_token(platform, tx, &owner(), PROVIDER, input));
    Ok(made.map_err(|it| told(&it))?.token)
}

/// Sends everything, each connection one body after another; how many records were accepted.
fn send_all(clients: Vec<(Client, &[Vec<u8>])>) -> Result<u64, Fault> {
    thread::scope(|scope| {
        let each = clients.into_iter().map(|(mut client, requests)| {
            scope.spawn(move || {
                requests.iter().try_fold(0, |sum, it| Ok::<_, Fault>(sum + accepted(&client.send(it)?)?))
            })
        });
        let senders: Vec<_> = each.collect();
        senders.into_iter().try_fold(0, |sum, it| Ok(sum + it.join().map_err(|_| "a client panicked")??))
    })
}

pub(super) fn accepted(receipt: &[u8]) -> Result<u64, Fault> {
    let receipt: Json = serde_json::from_slice(receipt)?;
    receipt.get("accepted").and_then(Json::as_u64).ok_or_else(|| format!("a receipt says {receipt}").into())
}

/// A body of messages with ids nobody else uses.
fn request(connection: u32, number: u64, token: &str) -> Vec<u8> {
    let mut body = String::new();
    for nth in 0..RECORDS {
        let id = number * RECORDS + nth;
        let (hour, minute, second) = (id / 3_600 % 24, id / 60 % 60, id % 60);
        let outcome = if draw(id, connection.into()).is_multiple_of(50) { "failed" } else { "delivered" };
        let line = writeln!(
            body,
            "{{\"fact\":\"message\",\"id\":\"c{connection:02}-{id:09}\",\"at\":\"2026-11-05T{hour:02}:{minute:02}:{second:02}+08:00\",\
             \"outcome\":\"{outcome}\",\"number\":\"valid\"}}"
        );
        // Writing to a text cannot fail.
        let _ = line;
    }
    let (customer, subscription) = (customer_id(connection), subscription_id(connection, 0));
    post(&format!("/api/v1/tenants/{customer}/subscriptions/{subscription}/evidence"), token, MEDIA, &body)
}

/// Records in the store.
fn kept(world: &World) -> Result<i64, Fault> {
    let count = world.platform.read(|_, tx| {
        let row = tx.row("SELECT count(*) FROM evidence_id", &[])?;
        Ok(row.map_or(Ok(0), |row| row.get(0))?)
    });
    count.map_err(|it| told(&it))
}
