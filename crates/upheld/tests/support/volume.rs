//! A house whose messages come in volume, and clients that send them, some again: word for word, or with another outcome; and
//! what must hold of all that was acknowledged, whatever became of the servers meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use calendar::parse_instant;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;
use platform::time;
use serde_json::{Value, json};

use super::load::{CONTRACT, evidence, month, month_before, must, publish, sign_in};
use super::{Running, run, text, upheld};

/// Records of one body.
pub const RECORDS: usize = 40;
/// Clients that send at once, each to a subscription of its own: every second one of the month that is over, which is closed by
/// hand, the others of the present one.
pub const CLIENTS: usize = 4;
/// Records of a body that came before, half of them with another outcome than then.
const AGAIN: usize = 4;
/// Ids come again when so many are newer: what was said later is also known later.
const SETTLED: usize = 3 * RECORDS;
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// So many times in a row merging may rest for as long.
const RESTS_MAX: u32 = 8;

/// The agreement of the load, of messages that come in volume.
pub fn contract() -> String {
    CONTRACT.replace("fact message : event {", "fact message : event in volume {")
}

/// An agreement and a customer for each client.
pub struct House {
    pub token: String,
    /// The month that is over.
    label: String,
    /// Where the months of messages begin, and how far apart in seconds a client's slots are.
    slots: [(timeline::Instant, i64); 2],
}

impl House {
    /// Has everything made by a server that serves the API.
    pub fn build(server: &Running) -> Self {
        let token = sign_in(server);
        publish(server, &token, &contract());
        let (present, seconds) = month();
        let label = month_before(present, 1);
        let past = parse_instant(&format!("{label}-10T00:00:00Z")).expect("an instant");
        let slots = [(past, 3_600), (present, (seconds / RECORDS as i64).min(3_600))];
        let house = Self { token, label, slots };
        (0..CLIENTS).for_each(|client| house.customer(server, client));
        house
    }

    fn customer(&self, server: &Running, client: usize) {
        let token = Some(self.token.as_str());
        let tenant = json!({ "id": format!("t{client}"), "name": "Customer" });
        must(server.post("/api/v1/tenants", token, &tenant));
        let since = format!("{}-01T00:00:00+08:00", self.label);
        let subscription = json!({ "id": format!("sub_{client}"), "agreement": "pulse", "since": since });
        must(server.post(&format!("/api/v1/tenants/t{client}/subscriptions"), token, &subscription));
        let at = format!("{}-02T00:00:00Z", self.label);
        let fee = json!({ "fact": "fee", "id": "fee", "at": at, "amount": "100.00 CNY" });
        must(server.post_as(&evidence(client), &self.token, "application/x-ndjson", &fee.to_string()));
    }

    fn line(&self, client: usize, id: &str, says: Says) -> String {
        let (begin, seconds) = self.slots[client % 2];
        let at = time::show(time::after(begin, seconds * i64::try_from(says.slot).expect("a slot")));
        let outcome = if says.delivered { "delivered" } else { "failed" };
        json!({ "fact": "message", "id": id, "at": at, "outcome": outcome }).to_string()
    }
}

/// What a record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Says {
    slot: usize,
    delivered: bool,
}

/// What came of a body that was sent.
#[derive(Debug)]
pub enum Came {
    Acknowledged,
    /// Status, seconds after which to try again, and document.
    Refused(u16, Option<u64>, Value),
    /// No whole answer.
    Nothing,
}

/// What a client does after an answer that is no acknowledgement.
pub enum Then {
    Again,
    Enough,
}

/// A client, and what it knows to be acknowledged.
pub struct Client {
    number: usize,
    bodies: usize,
    /// Sent and not acknowledged: sent again until it is, before anything else.
    open: Option<Vec<(String, Says)>>,
    /// What each id says that was acknowledged.
    says: BTreeMap<String, Says>,
    /// These ids, in the order they came.
    ids: Vec<String>,
}

impl Client {
    pub fn new(number: usize) -> Self {
        Self { number, bodies: 0, open: None, says: BTreeMap::new(), ids: Vec::new() }
    }

    /// New messages, and some that came before.
    fn body(&self) -> Vec<(String, Says)> {
        let fresh = (0..RECORDS - AGAIN).map(|slot| {
            (format!("c{}b{}-{slot}", self.number, self.bodies), Says { slot, delivered: slot % 7 != 0 })
        });
        let mut body: Vec<(String, Says)> = fresh.collect();
        let old = self.ids.len().saturating_sub(SETTLED);
        let chosen =
            (0..AGAIN).filter(|_| old > 0).map(|at| (self.bodies * 7_919 + at * 104_729) % old.max(1));
        for (at, chosen) in chosen.collect::<BTreeSet<usize>>().into_iter().enumerate() {
            let (id, says) = (&self.ids[chosen], self.says[&self.ids[chosen]]);
            body.push((id.clone(), Says { delivered: says.delivered ^ (at % 2 == 1), ..says }));
        }
        while body.len() < RECORDS {
            let (slot, id) = (body.len(), format!("c{}b{}-{}", self.number, self.bodies, body.len()));
            body.push((id, Says { slot, delivered: true }));
        }
        body
    }

    /// Sends what is open, or else something new.
    pub fn send(&mut self, url: &str, house: &House) -> Came {
        let body = self.open.take().unwrap_or_else(|| self.body());
        let mut lines = String::new();
        for (id, says) in &body {
            writeln!(lines, "{}", house.line(self.number, id, *says)).expect("text");
        }
        let came = self.posted(url, house, &lines);
        if let Came::Acknowledged = came {
            for (id, says) in body {
                if self.says.insert(id.clone(), says).is_none() {
                    self.ids.push(id);
                }
            }
            self.bodies += 1;
        } else {
            self.open = Some(body);
        }
        came
    }

    fn posted(&self, url: &str, house: &House, lines: &str) -> Came {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .build()
            .into();
        let mut request = agent.post(format!("{url}{}", evidence(self.number)));
        // With a key and without.
        if self.bodies.is_multiple_of(2) {
            request = request.header("idempotency-key", format!("c{}b{}", self.number, self.bodies));
        }
        let request = request.header("content-type", "application/x-ndjson");
        let Ok(mut answer) = request.header("authorization", format!("Bearer {}", house.token)).send(lines)
        else {
            return Came::Nothing;
        };
        let after = answer.headers().get("retry-after").and_then(|it| it.to_str().ok()?.parse().ok());
        let Ok(document) = answer.body_mut().read_to_string() else { return Came::Nothing };
        let document: Value = serde_json::from_str(&document).unwrap_or_default();
        match answer.status().as_u16() {
            200 => {
                assert_eq!(document["in_volume"], RECORDS, "{document}");
                Came::Acknowledged
            }
            status => Came::Refused(status, after, document),
        }
    }

    /// Sends until nothing is open; whatever is not acknowledged is sent again.
    pub fn finish(&mut self, url: &str, house: &House) {
        let begun = Instant::now();
        while self.open.is_some() {
            let came = self.send(url, house);
            assert!(begun.elapsed() < PATIENCE, "client {}: {came:?}", self.number);
        }
    }

    /// Bodies that were acknowledged.
    pub fn bodies(&self) -> usize {
        self.bodies
    }

    /// Messages, and how many of them were delivered.
    fn counts(&self) -> (u64, u64) {
        let delivered = self.says.values().filter(|it| it.delivered).count();
        (self.says.len() as u64, delivered as u64)
    }

    fn exact(&self) -> String {
        let (all, delivered) = self.counts();
        let by = gcd(all, delivered);
        format!("{}/{}", delivered / by, all / by)
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Clients that send until they are told to stop, or to send no more.
pub struct Load {
    stop: Arc<AtomicBool>,
    pub acknowledged: Arc<AtomicUsize>,
    clients: Vec<JoinHandle<Client>>,
}

impl Load {
    /// `refused` is asked about everything that is no acknowledgement.
    pub fn begin(
        url: &str,
        house: &Arc<House>,
        clients: Vec<Client>,
        refused: impl Fn(usize, &Came) -> Then + Clone + Send + 'static,
    ) -> Self {
        let (stop, acknowledged) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let begin = |mut client: Client| {
            let (url, house, refused) = (url.to_owned(), house.clone(), refused.clone());
            let (stop, acknowledged) = (stop.clone(), acknowledged.clone());
            thread::spawn(move || {
                while !stop.load(Ordering::SeqCst) {
                    match client.send(&url, &house) {
                        Came::Acknowledged => drop(acknowledged.fetch_add(1, Ordering::SeqCst)),
                        came => match refused(client.number, &came) {
                            Then::Again => thread::sleep(Duration::from_millis(20)),
                            Then::Enough => break,
                        },
                    }
                }
                client
            })
        };
        let clients = clients.into_iter().map(begin).collect();
        Self { stop, acknowledged, clients }
    }

    /// Tells them to stop and waits until they have.
    pub fn end(self) -> Vec<Client> {
        self.stop.store(true, Ordering::SeqCst);
        self.clients.into_iter().map(|it| it.join().expect("a client")).collect()
    }
}

pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        thread::sleep(Duration::from_millis(50));
    }
}

fn files(server: &Running, house: &House, client: usize) -> Vec<Value> {
    let files = must(server.get(&format!("{}/files", evidence(client)), Some(&house.token)));
    let mut files = files["items"].as_array().cloned().expect("files");
    files.retain(|it| it["fact"] == "message");
    files
}

/// Whether merging rests: it does so nine times as long as it worked, which on a busy machine is long.
pub fn rests(jobs: &Value) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is right").as_nanos();
    let is_later = |it: &Value| {
        let due = it["due_at"].as_str().and_then(|it| parse_instant(it).ok());
        due.is_some_and(|it| i128::from(it.nanos()) > now.cast_signed())
    };
    let waits = |it: &Value| it["kind"] == "merge" && it["state"] == "waiting";
    jobs["items"].as_array().expect("jobs").iter().any(|it| waits(it) && is_later(it))
}

/// Waits for as long as there is progress with anybody's records, or merging rests.
fn everything_merged(server: &Running, house: &House, client: usize, volume: &str) {
    let (mut before, mut progress, mut rested) = (Value::Null, Instant::now(), 0);
    loop {
        let all: Vec<Vec<Value>> = (0..CLIENTS).map(|it| files(server, house, it)).collect();
        let waiting = must(server.get(volume, Some(&house.token)))["waiting"]["batches"].clone();
        let ours = &all[client];
        if waiting == 0 && !ours.is_empty() && ours.iter().all(|it| it["merged"] == true) {
            return;
        }
        let now = json!([waiting, all]);
        if now != before {
            (before, progress, rested) = (now, Instant::now(), 0);
        }
        if progress.elapsed() > PATIENCE {
            let jobs = must(server.get("/api/v1/jobs?limit=200", Some(&house.token)));
            rested += 1;
            assert!(
                rests(&jobs) && rested <= RESTS_MAX,
                "client {client}: nothing is merged any more: {before} {jobs}"
            );
            progress = Instant::now();
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// Waits until everything acknowledged is in merged files, and asks what these say: at a glance, live, and closed. Whatever was
/// acknowledged counts once, as it was said last, and nothing else does. The statements, by client.
pub fn everything_once(server: &Running, house: &House, clients: &[Client]) -> BTreeMap<usize, String> {
    let token = Some(house.token.as_str());
    let mut statements = BTreeMap::new();
    for client in clients {
        let of = client.number;
        let subscription = format!("/api/v1/tenants/t{of}/subscriptions/sub_{of}");
        let volume = match of % 2 {
            0 => format!("{subscription}/volume?cycle={}", house.label),
            _ => format!("{subscription}/volume"),
        };
        // A worker puts cycles on record some time after the subscription.
        eventually("its cycle is on record", || server.get(&volume, token).0 == 200);
        everything_merged(server, house, of, &volume);
        let (all, delivered) = client.counts();
        let whole = must(server.get(&volume, token))["whole"].clone();
        let found = ["submitted", "counted", "succeeded"].map(|it| whole[it].as_u64());
        assert_eq!(found, [Some(all), Some(all), Some(delivered)], "client {of}: {whole}");
        if of % 2 == 1 {
            let live = must(server.get(&format!("{subscription}/live"), token));
            assert_eq!(live["if_nothing_more"]["levels"][0]["exact"], client.exact(), "client {of}: {live}");
        } else {
            let close = format!("{subscription}/cycles/{}/close", house.label);
            let statement = must(server.post(&close, token, &json!({})));
            assert_eq!(statement["summary"]["levels"][0]["exact"], client.exact(), "{statement}");
            statements.insert(of, statement["id"].as_str().expect("an id").to_owned());
        }
    }
    let failed = must(server.get("/api/v1/jobs?state=failed", token));
    assert_eq!(failed["items"], json!([]), "no job needs a person");
    statements
}

/// Reads every record of every file that counts, beside the program: each id is there once and says what was said last.
pub fn every_record_once(server: &Running, house: &House, clients: &[Client], lake: &Path) {
    for client in clients {
        let mut found: BTreeMap<String, Vec<bool>> = BTreeMap::new();
        for file in files(server, house, client.number) {
            let path = lake.join(file["path"].as_str().expect("a path"));
            let reader = SerializedFileReader::new(File::open(path).expect("a file")).expect("Parquet");
            let names: Vec<String> = reader
                .metadata()
                .file_metadata()
                .schema_descr()
                .columns()
                .iter()
                .map(|it| it.name().to_owned())
                .collect();
            let column = |name: &str| names.iter().position(|it| it == name).expect("a column");
            let (id, outcome) = (column("id"), column("outcome"));
            for row in reader.get_row_iter(None).expect("rows") {
                let row = row.expect("a row");
                let says = row.get_string(outcome).expect("a word") == "delivered";
                found.entry(row.get_string(id).expect("an id").clone()).or_default().push(says);
            }
        }
        let expected: BTreeMap<String, Vec<bool>> =
            client.says.iter().map(|(id, it)| (id.clone(), vec![it.delivered])).collect();
        let wrong: Vec<_> = expected.iter().filter(|it| found.get(it.0) != Some(it.1)).take(5).collect();
        assert_eq!(wrong, [], "client {}: of what was acknowledged this is lost or otherwise", client.number);
        let more: Vec<_> = found.iter().filter(|it| !expected.contains_key(it.0)).take(5).collect();
        assert_eq!(more, [], "client {}: nobody sent this", client.number);
    }
}

/// Has `upheld recount` count each statement again from the files of the lake.
pub fn recounted(
    server: &Running,
    house: &House,
    statements: &BTreeMap<usize, String>,
    lake: &Path,
    folder: &Path,
) {
    for (client, id) in statements {
        let archive =
            server.get_bytes(&format!("/api/v1/tenants/t{client}/statements/{id}/package"), &house.token);
        tar::Archive::new(&archive[..]).unpack(folder).expect("an archive");
        let files = files(server, house, *client);
        let records: u64 = files.iter().map(|it| it["records"].as_u64().expect("a count")).sum();
        let added = files.len();
        let counted = run(upheld()
            .arg("recount")
            .arg(folder.join(id))
            .args(["--tenant", &format!("t{client}"), "--lake"])
            .arg(lake));
        assert_eq!(counted.status.code(), Some(0), "{}", text(&counted.stderr));
        let told = text(&counted.stdout);
        assert!(told.contains(&format!("{records} rows in {added} files")), "{told}");
    }
}
