//! Processes with one part each over a database and a lake they share: two that take records, one that works, one for the web. What
//! any of them acknowledged is counted once, whichever is killed.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

#[expect(dead_code, reason = "other tests use other parts of it")]
mod support;

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use cluster::Server;
use serde_json::{Value, json};
use support::load::{CONTRACT, Place, evidence, month, month_before, must, publish, sign_in};
use support::volume::rests;
use support::{Running, run, text, upheld};

/// Records of one body.
const RECORDS: usize = 50;
/// Bodies that are acknowledged before anything is killed again.
const BODIES: usize = 12;
const ROUNDS: usize = 3;
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// So many times as long merging may rest.
const RESTS: u32 = 9;

/// A house of several processes.
struct House {
    folder: tempfile::TempDir,
    database: Server,
}

impl House {
    fn new(programs: &Path) -> Self {
        let database =
            Server::start(programs, &["max_connections=200", "fsync=off"]).expect("PostgreSQL starts");
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("lake")).expect("a folder");
        Self { folder, database }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Where a process of this name keeps what is its own.
    fn place(&self, name: &str) -> Place {
        let mut place = Place::new(&self.folder.path().join(name));
        place.flags = ["--database", &self.database.url(), "--key", &self.path("sealing.key")]
            .map(str::to_owned)
            .to_vec();
        // The cycle is closed by hand.
        place.environment.push(("UPHELD_TIMES_GRACE".to_owned(), "90 d".to_owned()));
        place
    }

    fn start(&self, name: &str, role: &str) -> Running {
        let mut place = self.place(name);
        place.flags.extend(["--role", role, "--lake", &self.path("lake")].map(str::to_owned));
        place.start()
    }

    /// The objects that wait; what a process that was killed had begun to write is none.
    fn waiting(&self) -> usize {
        let entries = |it: &Path| fs::read_dir(it).expect("a folder").map(|it| it.expect("an entry").path());
        let folders = entries(&self.folder.path().join("lake/.waiting"));
        folders
            .flat_map(|it| entries(&it))
            .filter(|it| it.extension().is_some_and(|it| it == "batches"))
            .count()
    }
}

/// Sends bodies to the process whose address is in `url` until it is told to stop; each until it is acknowledged.
struct Client {
    url: Arc<Mutex<String>>,
    stop: Arc<AtomicBool>,
    acknowledged: Arc<AtomicUsize>,
    thread: JoinHandle<usize>,
}

impl Client {
    fn start(number: usize, token: &str, url: &str, day: &str) -> Self {
        let url = Arc::new(Mutex::new(url.to_owned()));
        let (stop, acknowledged) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let (to, ends, count, token) = (url.clone(), stop.clone(), acknowledged.clone(), token.to_owned());
        let day = day.to_owned();
        let thread = thread::spawn(move || {
            let mut body = 0;
            while !ends.load(Ordering::SeqCst) {
                let lines = messages(&format!("c{number}b{body}"), &day);
                while !is_acknowledged(&to, &token, &lines) {
                    thread::sleep(Duration::from_millis(20));
                }
                body += 1;
                count.store(body, Ordering::SeqCst);
            }
            body
        });
        Self { url, stop, acknowledged, thread }
    }
}

/// One of ten failed.
fn messages(name: &str, day: &str) -> String {
    let mut lines = String::new();
    for at in 0..RECORDS {
        let outcome = if at % 10 == 0 { "failed" } else { "delivered" };
        let line = json!({ "fact": "message", "id": format!("{name}-{at}"), "at": format!("{day}T03:{at:02}:00Z"), "outcome": outcome });
        writeln!(lines, "{line}").expect("text");
    }
    lines
}

fn is_acknowledged(url: &Mutex<String>, token: &str, lines: &str) -> bool {
    let url = url.lock().expect("a lock").clone();
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE))
        .build()
        .into();
    let request = agent.post(format!("{url}{}", evidence(0))).header("content-type", "application/x-ndjson");
    let Ok(mut answer) = request.header("authorization", format!("Bearer {token}")).send(lines) else {
        return false;
    };
    let Ok(document) = answer.body_mut().read_to_string() else { return false };
    let status = answer.status().as_u16();
    assert!(matches!(status, 200 | 503), "{status} {document}");
    if status == 503 {
        assert!(answer.headers().contains_key("retry-after"), "{document}");
    }
    let receipt: Value = serde_json::from_str(&document).unwrap_or_default();
    status == 200 && receipt["in_volume"] == RECORDS
}

fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until all records are in merged files; longer while merging rests, but not without end.
fn everything_merged(web: &Running, token: &str, records: u64) {
    let (begun, mut worked) = (Instant::now(), Instant::now());
    while counted(web, token) != (records, true) {
        let jobs = must(web.get("/api/v1/jobs?limit=200", Some(token)));
        if rests(&jobs) && begun.elapsed() < PATIENCE * RESTS {
            worked = Instant::now();
        }
        assert!(worked.elapsed() < PATIENCE, "everything is in files: {:?}, {jobs}", counted(web, token));
        thread::sleep(Duration::from_millis(50));
    }
}

/// How many records are in files, and whether all of these are merged.
fn counted(web: &Running, token: &str) -> (u64, bool) {
    let files = must(web.get(&format!("{}/files", evidence(0)), Some(token)));
    let files = files["items"].as_array().cloned().expect("files");
    let records = files.iter().map(|it| it["records"].as_u64().expect("a count")).sum();
    (records, files.iter().all(|it| it["merged"] == true))
}

#[test]
fn whoever_is_killed_what_was_acknowledged_is_counted_once() {
    let Some(programs) = cluster::newest_programs() else {
        println!("PostgreSQL is not installed");
        return;
    };
    let begun = Instant::now();
    let told = |what: &str| println!("{what} after {:.1?}", begun.elapsed());
    let house = House::new(&programs);
    house.place("owner").create_owner();
    let (web, mut worker) = (house.start("web", "web"), house.start("worker", "worker"));
    let mut nodes = ["first", "second"].map(|it| Some(house.start(it, "intake")));
    let token = sign_in(&web);
    publish(&web, &token, &CONTRACT.replace("fact message : event {", "fact message : event in volume {"));
    let label = month_before(month().0, 1);
    must(web.post("/api/v1/tenants", Some(&token), &json!({ "id": "t0", "name": "Customer" })));
    let since = json!({ "id": "sub_0", "agreement": "pulse", "since": format!("{label}-01T00:00:00+08:00") });
    must(web.post("/api/v1/tenants/t0/subscriptions", Some(&token), &since));
    let fee =
        json!({ "fact": "fee", "id": "fee", "at": format!("{label}-02T00:00:00Z"), "amount": "100.00 CNY" });
    must(web.post_as(&evidence(0), &token, "application/x-ndjson", &fee.to_string()));

    told("everybody is there");
    let day = format!("{label}-10");
    let url = |it: &Option<Running>| it.as_ref().expect("it runs").url.clone();
    let clients: Vec<Client> =
        (0..4).map(|it| Client::start(it, &token, &url(&nodes[it % 2]), &day)).collect();
    let acknowledged = || clients.iter().map(|it| it.acknowledged.load(Ordering::SeqCst)).sum::<usize>();
    for round in 0..ROUNDS {
        let before = acknowledged();
        eventually("bodies are acknowledged", || acknowledged() >= before + BODIES);
        // Everybody else goes on.
        worker.stop("KILL");
        let killed = round % nodes.len();
        nodes[killed].take().expect("it runs").stop("KILL");
        let (starts, started) = mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(|| starts.send(house.start("worker", "worker")).expect("sent"));
            nodes[killed] = Some(house.start(["first", "second"][killed], "intake"));
        });
        worker = started.recv().expect("a worker");
        let new = url(&nodes[killed]);
        clients
            .iter()
            .skip(killed)
            .step_by(2)
            .for_each(|it| new.clone_into(&mut it.url.lock().expect("a lock")));
    }
    clients.iter().for_each(|it| it.stop.store(true, Ordering::SeqCst));
    let bodies: usize = clients.into_iter().map(|it| it.thread.join().expect("a client")).sum();

    told("all was sent");
    // The nodes have done their part; what they accepted is the workers'.
    nodes.into_iter().flatten().for_each(|it| drop(it.stop("KILL")));
    worker.stop("KILL");
    let workers = ["worker", "another"].map(|it| house.start(it, "worker"));
    let records = (bodies * RECORDS) as u64;
    everything_merged(&web, &token, records);
    eventually("nothing waits", || house.waiting() == 0);
    told("all was counted");
    let close = format!("/api/v1/tenants/t0/subscriptions/sub_0/cycles/{label}/close");
    let statement = must(web.post(&close, Some(&token), &json!({})));
    assert_eq!(statement["summary"]["levels"][0]["exact"], "9/10", "{statement}");
    assert_eq!(counted(&web, &token), (records, true));
    let failed = must(web.get("/api/v1/jobs?state=failed", Some(&token)));
    assert_eq!(failed["items"], json!([]), "no job needs a person");
    println!("{bodies} bodies, {records} records, {ROUNDS} times two processes killed");
    for it in workers.into_iter().chain([web]) {
        let ended = it.stop("TERM");
        assert_eq!(ended.status.code(), Some(0), "{}", text(&ended.stderr));
    }
}

#[test]
fn each_part_serves_its_own_and_says_where_the_rest_is() {
    let Some(programs) = cluster::newest_programs() else {
        println!("PostgreSQL is not installed");
        return;
    };
    let house = House::new(&programs);
    house.place("owner").create_owner();
    let (web, intake, worker) =
        (house.start("web", "web"), house.start("intake", "intake"), house.start("worker", "worker"));
    let token = sign_in(&web);
    for it in [&web, &intake, &worker] {
        for path in ["/livez", "/readyz", "/metrics"] {
            assert_eq!(it.get(path, Some(&token)).0, 200, "{path}");
        }
    }
    for (path, statuses) in [
        ("/api/v1/tenants", [200, 404, 404]),
        ("/api/v1/openapi.json", [200, 404, 404]),
        ("/en/sign-in", [200, 404, 404]),
        // Known to the web: the tenant is not there.
        ("/api/v1/tenants/x/subscriptions/y/evidence", [404, 404, 404]),
    ] {
        let found = [&web, &intake, &worker].map(|it| it.get(path, Some(&token)).0);
        assert_eq!(found, statuses, "{path}");
    }
    let said = |it: &Running| it.get("/api/v1/tenants", Some(&token)).1["detail"].to_string();
    assert!(said(&intake).contains("role intake"), "{}", said(&intake));
    assert!(said(&worker).contains("role worker"), "{}", said(&worker));
    let posted =
        |it: &Running| it.post_as(&evidence(0), &token, "application/x-ndjson", "").1["detail"].clone();
    assert!(posted(&worker).to_string().contains("role worker"));
    assert_eq!(posted(&intake), posted(&web), "there is no such tenant");
}

#[test]
fn a_part_alone_is_refused_on_sqlite_in_both_languages() {
    let folder = tempfile::tempdir().expect("a folder");
    for role in ["intake", "worker", "web"] {
        let refused = run(upheld().args(["serve", "--role", role, "--data"]).arg(folder.path()));
        assert_eq!(refused.status.code(), Some(2), "{role}");
        let told = text(&refused.stderr);
        assert!(told.contains("a SQLite file belongs to one alone"), "{told}");
        assert!(told.contains("只能由一个进程使用"), "{told}");
    }
}

#[test]
fn a_lake_that_is_not_there_or_cannot_be_opened_is_told_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let start = |lake: &str| {
        run(upheld().args(["serve", "--listen", "127.0.0.1:0", "--lake", lake, "--data"]).arg(folder.path()))
    };
    let nowhere = folder.path().join("nowhere").display().to_string();
    let told = text(&start(&nowhere).stderr);
    assert!(told.contains("there is no such folder for the lake"), "{told}");
    assert!(!folder.path().join("nowhere").exists());
    if cfg!(not(feature = "s3")) {
        let refused = start("s3://bucket/lake");
        assert_eq!(refused.status.code(), Some(2));
        let told = text(&refused.stderr);
        assert!(told.contains("--features s3") && told.contains("未包含对象存储"), "{told}");
    }
}
