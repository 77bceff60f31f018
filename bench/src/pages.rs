//! `bench pages`: how soon pages come, asked at a fixed pace whether or not the one before has come.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::Fault;
use crate::clock::{Times, micros};
use crate::engine::{Effort, load};
use crate::report::{Goal, Item};
use crate::stored::client::Client;

/// Pages a second, of all connections together.
const PACE: u64 = 200;
const CONNECTIONS: u64 = 8;
const GOAL_US: u64 = 20_000;
const P99: usize = 990;
/// Of the demonstration, which is what is served.
const OWNER: (&str, &str) = ("owner@polaris.example", "try it and see");
const PAGES: [(&str, &str); 5] = [
    ("now", "/en/now"),
    ("customer", "/zh/customers/northfield-clinic"),
    ("subscription", "/en/customers/northfield-clinic/subscriptions/northfield-clinic-mwe"),
    ("claims", "/en/claims"),
    ("status", "/en/status"),
];

/// Asks the demonstration served at `address` for each page.
pub(crate) fn run(address: SocketAddr, effort: &Effort) -> Result<Vec<Item>, Fault> {
    let seconds = if effort.is_full { 20 } else { 5 };
    eprintln!("load before: {}", load());
    let token = sign_in(address)?;
    let mut items = Vec::new();
    for (name, path) in PAGES {
        let request = get(path, &token);
        // Once, so that what is kept in memory is there.
        let first = Client::connect(address)?.send(&request)?;
        let times = at_a_pace(address, &request, seconds)?;
        eprintln!("{name}: {} bytes compressed, {} us", first.len(), times.range());
        items.push(Item {
            id: name,
            unit: "us",
            ours: times.at_per_mille(P99),
            rival: None,
            goal: Goal::AtMost(GOAL_US),
            is_equal: !first.is_empty(),
        });
    }
    eprintln!("load after: {}", load());
    Ok(items)
}

fn sign_in(address: SocketAddr) -> Result<String, Fault> {
    let body = json!({ "email": OWNER.0, "password": OWNER.1 }).to_string();
    let length = body.len();
    let request = format!(
        "POST /api/v1/sessions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    let answer = Client::connect(address)?.send(request.as_bytes())?;
    let session: serde_json::Value = serde_json::from_slice(&answer)?;
    Ok(session.get("token").and_then(serde_json::Value::as_str).ok_or("no token")?.to_owned())
}

fn get(path: &str, token: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nhost: localhost\r\ncookie: __Host-upheld={token}\r\naccept-encoding: gzip\r\n\r\n"
    )
    .into_bytes()
}

/// Each connection asks at its own beats; a time counts from the beat on, also when the answer before was late.
fn at_a_pace(address: SocketAddr, request: &[u8], seconds: u64) -> Result<Times, Fault> {
    let beat = Duration::from_micros(1_000_000 * CONNECTIONS / PACE);
    let each = PACE * seconds / CONNECTIONS;
    let begun = Instant::now() + Duration::from_millis(50);
    let all: Result<Vec<Vec<u64>>, Fault> = thread::scope(|scope| {
        let asking: Vec<_> = (0..CONNECTIONS)
            .map(|number| {
                scope.spawn(move || {
                    let mut client = Client::connect(address)?;
                    let offset = beat * u32::try_from(number)? / u32::try_from(CONNECTIONS)?;
                    let mut times = Vec::new();
                    for nth in 0..each {
                        let due = begun + offset + beat * u32::try_from(nth)?;
                        thread::sleep(due.saturating_duration_since(Instant::now()));
                        client.send(request)?;
                        times.push(micros(u64::try_from(due.elapsed().as_nanos())?));
                    }
                    Ok(times)
                })
            })
            .collect();
        asking.into_iter().map(|it| it.join().unwrap_or_else(|_| Err("a connection broke".into()))).collect()
    });
    let mut times = Times::default();
    all?.into_iter().flatten().for_each(|it| times.push(it));
    Ok(times)
}
