//! A server whose machine fails: the disk cannot flush, the disk is full, the clock is set back. The faults come from a library
//! between the real program and the kernel (`support/faults.c`).

#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

#[expect(dead_code, reason = "other tests use other parts of it")]
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use support::load::{
    CONTRACT, ENOUGH, House, Load, Place, Seen, Sent, Then, everything_once, evidence, must, publish, sign_in,
};
use support::{Running, text};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// What the process is ended by when it stops itself.
const SIGABRT: i32 = 6;

/// A machine whose faults can be switched on and off.
struct Machine {
    folder: tempfile::TempDir,
    place: Place,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let library = folder.path().join("faults.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/faults.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-O1", "-shared", "-fPIC", "-o"]).arg(&library).arg(source);
        assert!(compiler.status().expect("a C compiler").success());
        let mut place = Place::new(&folder.path().join("data"));
        let faults = folder.path().join("faults");
        fs::create_dir(&faults).expect("a folder");
        for (name, value) in [("LD_PRELOAD", &library), ("FAULTS", &faults), ("FAULTS_UNDER", &place.data)] {
            place.environment.push((name.to_owned(), value.display().to_string()));
        }
        Self { folder, place }
    }

    fn fault(&self, name: &str) -> PathBuf {
        self.folder.path().join("faults").join(name)
    }

    /// In one step, so that no half text is read.
    fn begin(&self, name: &str, text: &str) {
        fs::write(self.fault("next"), text).expect("written");
        fs::rename(self.fault("next"), self.fault(name)).expect("renamed");
    }

    fn end(&self, name: &str) {
        fs::remove_file(self.fault(name)).expect("removed");
    }

    /// From now on the machine says that it is this time.
    fn set_clock(&self, to: &str) {
        let to = calendar::parse_instant(to).expect("an instant").nanos() / 1_000_000_000;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970").as_secs();
        self.begin("clock", &(to - i64::try_from(now).expect("seconds")).to_string());
    }
}

fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// While clients send, flushes of files whose name ends so fail: the process ends and says why, and nobody was told wrongly.
fn a_failed_flush_ends_the_process(of: &str) {
    let machine = Machine::new();
    let house = Arc::new(House::build(&machine.place));
    let (sent, mut seen) = (Arc::<Mutex<Sent>>::default(), Seen::default());
    let server = machine.place.start();
    let load = Load::begin(&server.url, &house, 0, &sent, |key, answer| match answer {
        None => Then::Enough,
        Some((status, document)) => panic!("{key}: {status} {document}"),
    });
    eventually("enough is sent to tell something", || {
        sent.lock().expect("no client panicked").count() > ENOUGH
    });
    machine.begin("flush", of);
    let ended = server.ended(PATIENCE);
    load.end();
    assert_eq!(ended.status.signal(), Some(SIGABRT), "{of}: {}", ended.status);
    let told = text(&ended.stderr);
    assert!(told.contains("the disk failed while state was being made durable"), "{of}: {told}");
    assert!(told.contains("recovers from the journal"), "{told}");
    machine.end("flush");
    let server = machine.place.start();
    seen.look(&server, &house, &sent);
    everything_once(&server, &house, &sent);
    assert_eq!(server.stop("TERM").status.code(), Some(0));
}

#[test]
fn a_journal_that_cannot_be_flushed_ends_the_process_and_nothing_acknowledged_is_lost() {
    a_failed_flush_ends_the_process("-wal");
}

#[test]
fn a_file_that_cannot_be_flushed_when_the_journal_is_copied_ends_the_process() {
    a_failed_flush_ends_the_process(".sqlite");
}

#[test]
fn a_full_disk_is_answered_507_reads_go_on_and_writes_come_back() {
    let machine = Machine::new();
    let house = Arc::new(House::build(&machine.place));
    let (sent, mut seen) = (Arc::<Mutex<Sent>>::default(), Seen::default());
    // The log is on the same disk.
    let log = fs::File::create(machine.place.data.join("server.log")).expect("a file");
    let mut command = machine.place.command(&["serve", "--listen", "127.0.0.1:0"]);
    let server = Running::start(command.env("UPHELD_LOG", "true").stderr(log));
    let token = Some(house.token.as_str());
    let refused: Arc<Mutex<BTreeMap<u16, usize>>> = Arc::default();
    let count = refused.clone();
    let load = Load::begin(&server.url, &house, 0, &sent, move |key, answer| match answer {
        Some((507, document)) => {
            assert_eq!(
                (&document["code"], &document["status"]),
                (&json!("storage-full"), &json!(507)),
                "{key}"
            );
            *count.lock().expect("a lock").entry(507).or_default() += 1;
            Then::Again
        }
        other => panic!("{key}: {other:?}"),
    });
    let answered_507 =
        |it: usize| refused.lock().expect("a lock").get(&507).copied().unwrap_or_default() >= it;
    for times in 1..=3 {
        thread::sleep(Duration::from_millis(300));
        machine.begin("full", "");
        eventually("the disk is full", || answered_507(times * 40));
        // What fits into the journal as it is may still be kept; sooner or later a write does not.
        let (mut tries, path) = (0, "/api/v1/tenants");
        let (id, document) = loop {
            let id = format!("late{times}-{tries}");
            let (status, media, document) =
                server.post_whole(path, token, &json!({ "id": id, "name": "Late" }));
            if status != 201 {
                assert_eq!((status, media.as_str()), (507, "application/problem+json"), "{document}");
                break (id, document);
            }
            tries += 1;
            assert!(tries < 1_000, "a full disk takes everything");
        };
        assert_eq!(document["type"], "/problems/storage-full");
        for path in ["/readyz", "/metrics", path, "/api/v1/me", &evidence(0), "/api/v1/tenants/t0/statements"]
        {
            assert_eq!(server.get(path, token).0, 200, "{path}: reads go on");
        }
        assert_eq!(server.get(&format!("{path}/{id}"), token).0, 404, "nothing of it was kept");
        machine.end("full");
        let tenant = json!({ "id": id, "name": "Late" });
        eventually("there is space", || server.post(path, token, &tenant).0 == 201);
    }
    thread::sleep(Duration::from_millis(300));
    load.end();
    seen.look(&server, &house, &sent);
    everything_once(&server, &house, &sent);
    println!("{:?} answers", refused.lock().expect("a lock"));
    nothing_was_given_up(&server, &house.token);
    assert_eq!(server.stop("TERM").status.code(), Some(0));
    let server = machine.place.start();
    everything_once(&server, &house, &sent);
}

/// Every cycle that is over was closed, and no job waits for a person.
fn nothing_was_given_up(server: &Running, token: &str) {
    for client in 0..support::load::CLIENTS {
        let path = format!("/api/v1/tenants/t{client}/statements?limit=200");
        eventually("the cycles are closed", || {
            let sealed = must(server.get(&path, Some(token)));
            sealed["items"].as_array().is_some_and(|it| it.len() == support::load::MONTHS)
        });
    }
    let failed = must(server.get("/api/v1/jobs?state=failed", Some(token)));
    assert_eq!(failed["items"], json!([]));
}

#[test]
fn a_clock_set_back_reopens_neither_a_claim_window_nor_a_cycle() {
    let machine = Machine::new();
    machine.set_clock("2026-11-05T00:00:00Z");
    machine.place.create_owner();
    let server = machine.place.start();
    let owner = sign_in(&server);
    let token = Some(owner.as_str());
    publish(&server, &owner, CONTRACT);
    must(server.post("/api/v1/tenants", token, &json!({ "id": "t0", "name": "Customer" })));
    let subscription = json!({ "id": "sub_0", "agreement": "pulse", "since": "2026-10-01T00:00:00+08:00" });
    must(server.post("/api/v1/tenants/t0/subscriptions", token, &subscription));
    let lines = [
        r#"{"fact":"message","id":"m","at":"2026-10-10T00:00:00Z","outcome":"failed"}"#,
        r#"{"fact":"fee","id":"f","at":"2026-10-02T00:00:00Z","amount":"100.00 CNY"}"#,
    ];
    must(server.post_as(&evidence(0), &owner, "application/x-ndjson", &lines.join("\n")));
    let items = |server: &Running, path: &str| {
        must(server.get(path, token))["items"].as_array().cloned().expect("a list")
    };
    let (statements, claimable, cycles) = (
        "/api/v1/tenants/t0/statements",
        "/api/v1/tenants/t0/claimable",
        "/api/v1/tenants/t0/subscriptions/sub_0/cycles",
    );
    eventually("October is closed", || items(&server, statements).len() == 1);
    assert_eq!(items(&server, claimable).len(), 1, "and its credit may be claimed");
    let claim = |server: &Running| {
        let statement = items(server, statements)[0]["id"].clone();
        server.post(
            "/api/v1/tenants/t0/claims",
            token,
            &json!({ "statement": statement, "remedy": "credit" }),
        )
    };
    let labels = |server: &Running| -> Vec<Value> {
        items(server, cycles).into_iter().map(|it| json!([it["label"], it["state"]])).collect()
    };

    machine.set_clock("2027-01-05T00:00:00Z");
    eventually("the window is over", || items(&server, claimable).is_empty());
    let expected = vec![
        json!(["2026-10", "sealed"]),
        json!(["2026-11", "blocked"]),
        json!(["2026-12", "blocked"]),
        json!(["2027-01", "open"]),
    ];
    eventually("November and December are over", || labels(&server) == expected);

    machine.set_clock("2026-11-05T00:00:00Z");
    let is_still_over = |server: &Running| {
        assert_eq!(items(server, claimable), Vec::<Value>::new());
        let (status, document) = claim(server);
        assert_eq!((status, &document["code"]), (409, &json!("window-closed")), "{document}");
        assert_eq!(labels(server), expected);
        let live = must(server.get("/api/v1/tenants/t0/subscriptions/sub_0/live", token));
        assert_eq!(live["label"], "2027-01");
    };
    is_still_over(&server);
    server.stop("KILL");
    let server = machine.place.start();
    is_still_over(&server);
    let close = json!({ "accept_incomplete": "nothing was sent" });
    let path = format!("{cycles}/2026-12/close");
    must(server.post(&path, token, &close));
    assert_eq!(items(&server, statements).len(), 2, "what was over can be closed");
    assert_eq!(server.stop("TERM").status.code(), Some(0));
}
