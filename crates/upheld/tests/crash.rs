//! A server killed again and again under load: nothing acknowledged is lost, nothing is counted twice, no statement is half.
//!
//! `UPHELD_CRASH_ROUNDS` says how many rounds (20 when it is not set), `UPHELD_CRASH_SEED` where the pauses begin.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

#[expect(dead_code, reason = "other tests use other parts of it")]
mod support;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{fs, thread};

use serde_json::{Value, json};
use support::{Running, run, upheld};

/// Records of one body.
const RECORDS: usize = 40;
/// Clients that send at once, each to a subscription of its own.
const CLIENTS: usize = 4;
const PASSWORD: &str = "tr4mways are yellow";

const CONTRACT: &str = r#"---
id: pulse
version: "1"
title: Pulse
title_zh: 脉冲
effective: 2026-01-01
zone: Asia/Shanghai
currency: CNY
rounding: half_up
provider: Provider
amendment: notice
---

# Pulse · 脉冲

## 1 Success · 成功率

```sla
cycle calendar month
fact message : event { outcome: delivered | failed }
fact fee : event { amount: money }
level success = share(outcome = delivered of message)
promise delivery: success >= 99%
remedy credit : voucher
  when delivery breached
  pays 10% of sum(amount of fee)
claim credit
  closes cycle.until + 60 days
  by "mail"
```
"#;

/// What became of the bodies sent: by key, and whether it was acknowledged.
#[derive(Default)]
struct Sent {
    bodies: BTreeMap<String, (usize, bool)>,
}

fn start(data: &Path) -> Running {
    let mut command = upheld();
    command.arg("serve").arg("--data").arg(data).args(["--listen", "127.0.0.1:0"]);
    // The limits are for others; here every body is to be taken.
    Running::start(
        command.env("UPHELD_RATES_WRITE_PER_SECOND", "100000").env("UPHELD_RATES_WRITE_BURST", "100000"),
    )
}

fn body(key: &str) -> String {
    let mut text = String::new();
    for at in 0..RECORDS {
        let outcome = if at % 7 == 0 { "failed" } else { "delivered" };
        let _ = writeln!(
            text,
            r#"{{"fact":"message","id":"{key}-{at}","at":"2026-11-{:02}T0{}:00:00Z","outcome":"{outcome}"}}"#,
            at % 20 + 1,
            at % 10
        );
    }
    text
}

fn send(url: &str, token: &str, client: usize, key: &str) -> Option<u16> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(20)))
        .build()
        .into();
    let path = format!("{url}/api/v1/tenants/t{client}/subscriptions/sub_{client}/evidence");
    let request = agent.post(path).header("content-type", "application/x-ndjson");
    let request = request.header("authorization", format!("Bearer {token}")).header("idempotency-key", key);
    let mut answer = request.send(body(key)).ok()?;
    // Only an answer that arrived whole is an acknowledgement.
    answer.body_mut().read_to_string().ok()?;
    Some(answer.status().as_u16())
}

fn exported(server: &Running, token: &str, client: usize) -> BTreeMap<String, usize> {
    let path = format!("/api/v1/tenants/t{client}/subscriptions/sub_{client}/evidence/export");
    let lines = server.post_text(&path, token, "");
    let mut bodies = BTreeMap::new();
    for line in lines.lines() {
        let record: Value = serde_json::from_str(line).expect("a record");
        let id = record["id"].as_str().expect("an id");
        if let Some((key, _)) = id.rsplit_once('-').filter(|_| record["fact"] == "message") {
            *bodies.entry(key.to_owned()).or_insert(0) += 1;
        }
    }
    bodies
}

fn must(answer: (u16, Value)) -> Value {
    assert!(answer.0 < 300, "{} {}", answer.0, answer.1);
    answer.1
}

/// An owner, a token, an agreement, and a customer with two years of past cycles for each client.
fn prepare(data: &Path) -> String {
    let password = data.join("password");
    fs::create_dir_all(data).expect("a folder");
    fs::write(&password, PASSWORD).expect("written");
    let made = run(upheld()
        .args(["owner", "create", "--email", "a@example.com"])
        .arg("--data")
        .arg(data)
        .arg("--password-file")
        .arg(&password));
    assert!(made.status.success(), "{}", support::text(&made.stderr));
    let server = start(data);
    let session = must(server.post(
        "/api/v1/sessions",
        None,
        &json!({ "email": "a@example.com", "password": PASSWORD }),
    ));
    let session = session["token"].as_str().expect("a token").to_owned();
    let token =
        must(server.post("/api/v1/tokens", Some(&session), &json!({ "name": "load", "role": "owner" })));
    let token = token["token"].as_str().expect("a token").to_owned();
    let publish = json!({ "text": CONTRACT, "acknowledge": [] });
    let refused = server.post("/api/v1/agreements", Some(&token), &publish);
    let found = refused.1["errors"].as_array().cloned().unwrap_or_default();
    let codes: Vec<Value> = found.iter().map(|it| it["code"].clone()).collect();
    if refused.0 >= 300 {
        must(server.post(
            "/api/v1/agreements",
            Some(&token),
            &json!({ "text": CONTRACT, "acknowledge": codes }),
        ));
    }
    for client in 0..CLIENTS {
        must(server.post(
            "/api/v1/tenants",
            Some(&token),
            &json!({ "id": format!("t{client}"), "name": "Customer" }),
        ));
        let subscription = json!({ "id": format!("sub_{client}"), "agreement": "pulse", "since": "2024-11-01T00:00:00+08:00" });
        must(server.post(&format!("/api/v1/tenants/t{client}/subscriptions"), Some(&token), &subscription));
        let mut past = String::new();
        for month in 0..24 {
            let (year, month) = (2024 + (month + 10) / 12, (month + 10) % 12 + 1);
            let _ = writeln!(
                past,
                r#"{{"fact":"message","id":"past-{year}-{month}","at":"{year}-{month:02}-10T00:00:00Z","outcome":"failed"}}"#
            );
            let _ = writeln!(
                past,
                r#"{{"fact":"fee","id":"fee-{year}-{month}","at":"{year}-{month:02}-02T00:00:00Z","amount":"100.00 CNY"}}"#
            );
        }
        let path = format!("/api/v1/tenants/t{client}/subscriptions/sub_{client}/evidence");
        server.post_as(&path, &token, "application/x-ndjson", &past);
    }
    server.stop("KILL");
    token
}

#[test]
fn what_was_acknowledged_survives_and_what_is_retried_happens_once() {
    let rounds: u64 =
        std::env::var("UPHELD_CRASH_ROUNDS").map_or(20, |it| it.parse().expect("a number of rounds"));
    let mut chance: u64 = std::env::var("UPHELD_CRASH_SEED").map_or(7, |it| it.parse().expect("a seed"));
    println!("UPHELD_CRASH_ROUNDS={rounds} UPHELD_CRASH_SEED={chance}");
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let token = prepare(&data);
    let sent: Arc<Mutex<Sent>> = Arc::default();
    for round in 0..=rounds {
        let server = start(&data);
        check(&server, &token, &sent);
        if round == rounds {
            settle_down(&server, &token, &sent);
            break;
        }
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let pause = Duration::from_millis(20 + (chance >> 33) % 400);
        let stop = Arc::new(AtomicBool::new(false));
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (url, token, sent, stop) =
                    (server.url.clone(), token.clone(), sent.clone(), stop.clone());
                thread::spawn(move || load(&url, &token, client, round, &sent, &stop))
            })
            .collect();
        thread::sleep(pause);
        server.stop("KILL");
        stop.store(true, Ordering::SeqCst);
        clients.into_iter().for_each(|it| it.join().expect("a client"));
    }
}

/// First what was never acknowledged, under its old key; then new bodies.
fn load(url: &str, token: &str, client: usize, round: u64, sent: &Mutex<Sent>, stop: &AtomicBool) {
    let unknown: Vec<String> = {
        let sent = sent.lock().expect("a lock");
        sent.bodies.iter().filter(|it| it.1.0 == client && !it.1.1).map(|it| it.0.clone()).collect()
    };
    let fresh = (0..).map(|at| format!("c{client}r{round}b{at}"));
    for key in unknown.into_iter().chain(fresh) {
        if stop.load(Ordering::SeqCst) {
            return;
        }
        sent.lock().expect("a lock").bodies.entry(key.clone()).or_insert((client, false));
        match send(url, token, client, &key) {
            Some(200 | 201) => {
                sent.lock().expect("a lock").bodies.insert(key, (client, true));
            }
            Some(429 | 503) | None => return,
            Some(status) => panic!("{key}: {status}"),
        }
    }
}

fn check(server: &Running, token: &str, sent: &Mutex<Sent>) {
    let sent = sent.lock().expect("a lock");
    for client in 0..CLIENTS {
        let found = exported(server, token, client);
        for (key, (_, acknowledged)) in sent.bodies.iter().filter(|it| it.1.0 == client) {
            match found.get(key) {
                Some(count) => assert_eq!(*count, RECORDS, "{key} is half there, or twice"),
                None => assert!(!acknowledged, "{key} was acknowledged and is lost"),
            }
        }
    }
}

/// At the end every body is there once, every statement is whole, and the log checks.
fn settle_down(server: &Running, token: &str, sent: &Mutex<Sent>) {
    let keys: Vec<(String, usize)> =
        sent.lock().expect("a lock").bodies.iter().map(|it| (it.0.clone(), it.1.0)).collect();
    assert!(keys.len() > 20, "{} bodies were sent: too few to tell anything", keys.len());
    for (key, client) in &keys {
        assert_eq!(send(&server.url, token, *client, key), Some(200), "{key}");
    }
    for client in 0..CLIENTS {
        let found = exported(server, token, client);
        let own = keys.iter().filter(|it| it.1 == client);
        assert!(own.clone().all(|it| found.get(&it.0) == Some(&RECORDS)), "every body once");
        assert_eq!(found.keys().filter(|it| it.starts_with('c')).count(), own.count(), "and nothing else");
        statements(server, token, client);
    }
    println!("{} bodies, {} records", keys.len(), keys.len() * RECORDS);
}

/// Waits until the past cycles are sealed, each once, and opens each package.
fn statements(server: &Running, token: &str, client: usize) {
    let path = format!("/api/v1/tenants/t{client}/statements?limit=200");
    let mut sealed = Vec::new();
    for _ in 0..200 {
        sealed = must(server.get(&path, Some(token)))["items"].as_array().cloned().expect("statements");
        if sealed.len() >= 24 {
            break;
        }
        thread::sleep(Duration::from_millis(100));
    }
    let mut labels: Vec<&str> = sealed.iter().filter_map(|it| it["label"].as_str()).collect();
    labels.sort_unstable();
    labels.dedup();
    let jobs = must(server.get("/api/v1/jobs?state=waiting&limit=200", Some(token)));
    assert_eq!((sealed.len(), labels.len()), (24, 24), "one statement a month: {labels:?}\nwaiting: {jobs}");
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
