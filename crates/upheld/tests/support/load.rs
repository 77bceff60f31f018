//! A house under load: an agreement, customers with two years behind them, clients that send under keys; and what must hold
//! of all they sent, whatever became of the server meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use calendar::parse_instant;
use platform::time;
use serde_json::{Value, json};
use timeline::Instant;

use super::{Running, run, text, upheld};

/// Records of one body.
pub const RECORDS: usize = 40;
/// Clients that send at once, each to a subscription of its own.
pub const CLIENTS: usize = 4;
/// Cycles that were over before anything was sent.
pub const MONTHS: usize = 24;
/// Of so many things a client sends one is an attestation: it has no name of its own, and sent twice would be there twice.
const ATTESTED: usize = 4;
pub const PASSWORD: &str = "tr4mways are yellow";

pub const CONTRACT: &str = r#"---
id: pulse
version: "1"
title: Pulse
title_zh: 脉冲
effective: 2024-01-01
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

/// How the binary is started: its data, and what a test adds.
#[derive(Clone)]
pub struct Place {
    pub data: PathBuf,
    pub flags: Vec<String>,
    pub environment: Vec<(String, String)>,
}

impl Place {
    pub fn new(data: &Path) -> Self {
        Self { data: data.to_owned(), flags: Vec::new(), environment: Vec::new() }
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = upheld();
        command.args(words).arg("--data").arg(&self.data).args(&self.flags);
        // The limits are for others; here every body is to be taken. Cycles close when they end.
        for (name, value) in [
            ("UPHELD_RATES_WRITE_PER_SECOND", "100000"),
            ("UPHELD_RATES_WRITE_BURST", "100000"),
            ("UPHELD_RATES_READ_PER_SECOND", "100000"),
            ("UPHELD_RATES_READ_BURST", "100000"),
            ("UPHELD_RATES_ADDRESS_PER_SECOND", "100000"),
            ("UPHELD_RATES_ADDRESS_BURST", "100000"),
            ("UPHELD_TIMES_GRACE", "0 s"),
        ] {
            command.env(name, value);
        }
        command.envs(self.environment.iter().cloned());
        command
    }

    pub fn start(&self) -> Running {
        Running::start(&mut self.command(&["serve", "--listen", "127.0.0.1:0"]))
    }

    /// The first owner, made from the machine.
    pub fn create_owner(&self) {
        fs::create_dir_all(&self.data).expect("a folder");
        let password = self.data.with_extension("password");
        fs::write(&password, PASSWORD).expect("written");
        let mut command = upheld();
        command.args(["owner", "create", "--email", "a@example.com"]).arg("--data").arg(&self.data);
        command
            .arg("--password-file")
            .arg(&password)
            .args(&self.flags)
            .envs(self.environment.iter().cloned());
        let made = run(&mut command);
        assert!(made.status.success(), "{}", text(&made.stderr));
    }
}

/// The document of an answer that must be a good one.
pub fn must(answer: (u16, Value)) -> Value {
    assert!(answer.0 < 300, "{} {}", answer.0, answer.1);
    answer.1
}

/// A token of the owner's.
pub fn sign_in(server: &Running) -> String {
    let session = json!({ "email": "a@example.com", "password": PASSWORD });
    let session = must(server.post("/api/v1/sessions", None, &session));
    let session = session["token"].as_str().expect("a token").to_owned();
    let token = json!({ "name": "load", "role": "owner" });
    let token = must(server.post("/api/v1/tokens", Some(&session), &token));
    token["token"].as_str().expect("a token").to_owned()
}

/// Publishes a contract with all its findings acknowledged.
pub fn publish(server: &Running, token: &str, contract: &str) {
    let refused = server.post("/api/v1/agreements", Some(token), &json!({ "text": contract }));
    if refused.0 >= 300 {
        let found = refused.1["errors"].as_array().cloned().unwrap_or_default();
        let codes: Vec<Value> = found.iter().map(|it| it["code"].clone()).collect();
        must(server.post(
            "/api/v1/agreements",
            Some(token),
            &json!({ "text": contract, "acknowledge": codes }),
        ));
    }
}

/// The provider's house with its customers.
pub struct House {
    pub token: String,
    /// Where the present month begins, and how many seconds of it are over.
    month: (Instant, i64),
}

impl House {
    /// An owner, a token, an agreement, and a customer for each client whose past cycles wait to be closed.
    pub fn build(place: &Place) -> Self {
        place.create_owner();
        let server = place.start();
        let token = sign_in(&server);
        publish(&server, &token, CONTRACT);
        let house = Self { token, month: month() };
        for client in 0..CLIENTS {
            house.customer(&server, client);
        }
        server.stop("KILL");
        house
    }

    /// A customer who came two years ago, and what happened in those.
    pub fn customer(&self, server: &Running, client: usize) {
        let token = Some(self.token.as_str());
        let months: Vec<String> = (0..=MONTHS).rev().map(|ago| month_before(self.month.0, ago)).collect();
        must(server.post(
            "/api/v1/tenants",
            token,
            &json!({ "id": format!("t{client}"), "name": "Customer" }),
        ));
        let since = format!("{}-01T00:00:00+08:00", months[0]);
        let subscription = json!({ "id": format!("sub_{client}"), "agreement": "pulse", "since": since });
        must(server.post(&format!("/api/v1/tenants/t{client}/subscriptions"), token, &subscription));
        let mut past = String::new();
        for it in &months[..MONTHS] {
            let _ = writeln!(
                past,
                r#"{{"fact":"message","id":"past-{it}","at":"{it}-10T00:00:00Z","outcome":"failed"}}"#
            );
            let _ = writeln!(
                past,
                r#"{{"fact":"fee","id":"fee-{it}","at":"{it}-02T00:00:00Z","amount":"100.00 CNY"}}"#
            );
        }
        must(server.post_as(&evidence(client), &self.token, "application/x-ndjson", &past));
    }

    /// What a key stands for: where it is sent, as what, and the body, the same each time.
    fn request(&self, client: usize, key: &str) -> (String, &'static str, String) {
        if key.starts_with('a') {
            let (from, until) = ("2026-01-01T00:00:00Z", "2099-01-01T00:00:00Z");
            let body = json!({ "subject": "load", "title": key, "statement": key, "from": from, "expires_at": until });
            return ("/api/v1/attestations".to_owned(), "application/json", body.to_string());
        }
        let mut text = String::new();
        for at in 0..RECORDS {
            let outcome = if at % 7 == 0 { "failed" } else { "delivered" };
            let seconds = self.month.1 / RECORDS as i64 * at as i64;
            let when = time::show(time::after(self.month.0, seconds));
            let _ = writeln!(
                text,
                r#"{{"fact":"message","id":"{key}-{at}","at":"{when}","outcome":"{outcome}"}}"#
            );
        }
        (evidence(client), "application/x-ndjson", text)
    }

    /// Status and document of what is sent under a key; nothing when no whole answer came.
    pub fn send(&self, url: &str, client: usize, key: &str) -> Option<(u16, Value)> {
        let (path, media, body) = self.request(client, key);
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(40)))
            .build()
            .into();
        let request = agent.post(format!("{url}{path}")).header("content-type", media);
        let request = request.header("authorization", format!("Bearer {}", self.token));
        let mut answer = request.header("idempotency-key", key).send(body).ok()?;
        // Only an answer that arrived whole is an acknowledgement.
        let document = answer.body_mut().read_to_string().ok()?;
        Some((answer.status().as_u16(), serde_json::from_str(&document).unwrap_or(Value::Null)))
    }
}

pub fn evidence(client: usize) -> String {
    format!("/api/v1/tenants/t{client}/subscriptions/sub_{client}/evidence")
}

/// Where the present month begins in the contract's zone, and how many seconds ago that was.
pub fn month() -> (Instant, i64) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970");
    let now = time::after(Instant::from_nanos(0), i64::try_from(since.as_secs()).expect("seconds"));
    let name = month_before(now, 0);
    let begin = parse_instant(&format!("{name}-01T00:00:00+08:00")).expect("an instant");
    (begin, (now.nanos() - begin.nanos()) / 1_000_000_000)
}

/// The name of the month so many before the one with this instant: `2026-10`.
pub fn month_before(at: Instant, ago: usize) -> String {
    let local = time::show(time::after(at, 8 * 3600));
    let number = |range: std::ops::Range<usize>| local[range].parse::<usize>().expect("a number");
    let months = number(0..4) * 12 + number(5..7) - 1 - ago;
    format!("{:04}-{:02}", months / 12, months % 12 + 1)
}

/// What became of something that was sent.
pub struct Sending {
    client: usize,
    /// The answer that acknowledged it.
    receipt: Option<Value>,
    is_checked: bool,
}

/// Everything that was sent, by key.
#[derive(Default)]
pub struct Sent(BTreeMap<String, Sending>);

impl Sent {
    /// How many things were sent.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

/// Of fewer things nothing can be told.
pub const ENOUGH: usize = 20;

/// What a client does after an answer that is no acknowledgement.
pub enum Then {
    Again,
    Enough,
}

/// The clients of one round.
pub struct Load {
    stop: Arc<AtomicBool>,
    clients: Vec<JoinHandle<()>>,
}

impl Load {
    /// Each client sends first what was never acknowledged, under its old key; then new things, until told to stop.
    /// `refused` is asked about every other answer, and about none.
    pub fn begin(
        url: &str,
        house: &Arc<House>,
        round: u64,
        sent: &Arc<Mutex<Sent>>,
        refused: impl Fn(&str, Option<&(u16, Value)>) -> Then + Clone + Send + 'static,
    ) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let begin = |client| {
            let (url, house, sent, stop) = (url.to_owned(), house.clone(), sent.clone(), stop.clone());
            let refused = refused.clone();
            thread::spawn(move || client_sends(&url, &house, (client, round), &sent, &stop, refused))
        };
        let clients = (0..CLIENTS).map(begin).collect();
        Self { stop, clients }
    }

    /// Tells the clients to stop and waits until they have.
    pub fn end(self) {
        self.stop.store(true, Ordering::SeqCst);
        self.clients.into_iter().for_each(|it| it.join().expect("a client"));
    }
}

fn client_sends(
    url: &str,
    house: &House,
    (client, round): (usize, u64),
    sent: &Mutex<Sent>,
    stop: &AtomicBool,
    refused: impl Fn(&str, Option<&(u16, Value)>) -> Then,
) {
    let unknown: Vec<String> = {
        let sent = sent.lock().expect("a lock");
        let open = sent.0.iter().filter(|it| it.1.client == client && it.1.receipt.is_none());
        open.map(|it| it.0.clone()).collect()
    };
    let fresh = (0..).map(|at| {
        let sort = if at % ATTESTED == ATTESTED - 1 { 'a' } else { 'c' };
        format!("{sort}{client}r{round}b{at}")
    });
    for key in unknown.into_iter().chain(fresh) {
        loop {
            if stop.load(Ordering::SeqCst) {
                return;
            }
            let new = Sending { client, receipt: None, is_checked: false };
            sent.lock().expect("a lock").0.entry(key.clone()).or_insert(new);
            match house.send(url, client, &key) {
                Some((200 | 201, receipt)) => {
                    let mut sent = sent.lock().expect("a lock");
                    sent.0.get_mut(&key).expect("it was sent").receipt = Some(receipt);
                    break;
                }
                other => match refused(&key, other.as_ref()) {
                    Then::Again => thread::sleep(Duration::from_millis(20)),
                    Then::Enough => return,
                },
            }
        }
    }
}

/// How far what the server holds has been looked at.
#[derive(Default)]
pub struct Seen {
    /// By client: the latest batch of evidence.
    batches: BTreeMap<usize, i64>,
    attestation: String,
    /// What is there and was never acknowledged: by batch and digest, or by an attestation's id.
    loose: BTreeSet<(usize, String)>,
}

impl Seen {
    /// Looks at everything that is new on the server. What was acknowledged since the last time is there, word for word and once;
    /// and nothing else is, but what a client was never told of.
    pub fn look(&mut self, server: &Running, house: &House, sent: &Mutex<Sent>) {
        let mut found = std::mem::take(&mut self.loose);
        for client in 0..CLIENTS {
            found.extend(self.new_batches(server, house, client));
        }
        found.extend(self.new_attestations(server, house));
        let mut sent = sent.lock().expect("a lock");
        for (key, it) in sent.0.iter_mut().filter(|it| it.1.receipt.is_some() && !it.1.is_checked) {
            let receipt = it.receipt.as_ref().expect("a receipt");
            let name = if key.starts_with('a') {
                (CLIENTS, format!("{} {key}", receipt["id"].as_str().expect("an id")))
            } else {
                assert_eq!(receipt["accepted"], RECORDS, "{key}: {receipt}");
                (it.client, format!("{} {}", receipt["batch"], receipt["sha256"]))
            };
            assert!(found.remove(&name), "{key} was acknowledged and is lost: {receipt}");
            it.is_checked = true;
        }
        // A client waits for one answer at a time.
        let open = sent.0.values().filter(|it| it.receipt.is_none()).count();
        assert!(found.len() <= open, "of these {open} at most were sent: {found:?}");
        self.loose = found;
    }

    fn new_batches(&mut self, server: &Running, house: &House, client: usize) -> Vec<(usize, String)> {
        // The first one is the past.
        let latest = self.batches.entry(client).or_insert(1);
        let mut found = Vec::new();
        loop {
            let path = format!("{}?after={latest}&limit=200", evidence(client));
            let page = must(server.get(&path, Some(&house.token)));
            for it in page["items"].as_array().expect("batches") {
                assert_eq!(
                    (it["batch"].as_i64(), it["records"].as_u64()),
                    (Some(*latest + 1), Some(RECORDS as u64))
                );
                found.push((client, format!("{} {}", it["batch"], it["sha256"])));
                *latest += 1;
            }
            if page.get("next").is_none() {
                return found;
            }
        }
    }

    fn new_attestations(&mut self, server: &Running, house: &House) -> Vec<(usize, String)> {
        let all = attestations(server, house, &mut self.attestation);
        all.into_iter().map(|(id, title)| (CLIENTS, format!("{id} {title}"))).collect()
    }
}

/// Id and title of those after `latest`, which then is the last of them.
fn attestations(server: &Running, house: &House, latest: &mut String) -> Vec<(String, String)> {
    let mut found = Vec::new();
    loop {
        let path = format!("/api/v1/attestations?after={latest}&limit=200");
        let page = must(server.get(&path, Some(&house.token)));
        for it in page["items"].as_array().expect("attestations") {
            let text = |name: &str| it[name].as_str().expect("a text").to_owned();
            *latest = text("id");
            found.push((text("id"), text("title")));
        }
        if page.get("next").is_none() {
            return found;
        }
    }
}

/// At the end: everything is sent again under its key, and is there once, record for record, and nothing else; and the logs
/// count up.
pub fn everything_once(server: &Running, house: &House, sent: &Mutex<Sent>) {
    let sent = sent.lock().expect("a lock");
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let own: Vec<&String> = sent.0.iter().filter(|it| it.1.client == client).map(|it| it.0).collect();
            scope.spawn(move || {
                for key in &own {
                    let status = house.send(&server.url, client, key).map(|it| it.0);
                    assert!(matches!(status, Some(200 | 201)), "{key}: {status:?}");
                }
                let bodies: BTreeMap<String, usize> =
                    own.iter().filter(|it| it.starts_with('c')).map(|it| ((*it).clone(), RECORDS)).collect();
                let found = exported(server, house, client);
                let wrong = |it: &&String| found.get(*it) != bodies.get(*it);
                let all: BTreeSet<&String> = found.keys().chain(bodies.keys()).collect();
                assert_eq!(
                    all.into_iter().filter(wrong).collect::<Vec<_>>(),
                    Vec::<&String>::new(),
                    "every body once"
                );
            });
        }
    });
    let houses = (0..CLIENTS).map(|client| format!("/tenants/t{client}")).chain([String::new()]);
    for of in houses {
        let log = must(server.post(&format!("/api/v1{of}/log/check"), Some(&house.token), &json!({})));
        assert_eq!(log["sound"], true, "{of}: {log}");
    }
    let mut found: Vec<String> =
        attestations(server, house, &mut String::new()).into_iter().map(|it| it.1).collect();
    found.sort();
    let attested: Vec<&String> = sent.0.keys().filter(|it| it.starts_with('a')).collect();
    assert!(found.iter().eq(attested), "every attestation once: {found:?}");
    assert!(sent.count() > ENOUGH, "{} things were sent: too few to tell anything", sent.count());
    println!("{} bodies of {RECORDS} records, {} attestations", sent.0.len() - found.len(), found.len());
}

/// How many records of each body are there.
fn exported(server: &Running, house: &House, client: usize) -> BTreeMap<String, usize> {
    let lines = server.post_text(&format!("{}/export", evidence(client)), &house.token, "");
    let mut bodies = BTreeMap::new();
    for line in lines.lines() {
        let record: Value = serde_json::from_str(line).expect("a record");
        let id = record["id"].as_str().expect("an id");
        if let Some((key, _)) = id.rsplit_once('-').filter(|_| id.starts_with('c')) {
            *bodies.entry(key.to_owned()).or_insert(0) += 1;
        }
    }
    bodies
}
