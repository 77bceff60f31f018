//! A month imported into an object store and settled by a fleet: a scheduler and two executors, processes of their own, over
//! a real S3 server. Statement and answers have the bytes they have on one machine, and a file of other bytes is named.
//! The program `upheld` has to be built with its feature `fleet`, beside this crate's own.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "helpers of tests stand outside the test functions"
)]

#[expect(dead_code, reason = "other tests use other parts of it")]
#[path = "../../objects/tests/support/mod.rs"]
mod server;

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use lake::kernel::{Answer, LocalFile, Measure, Measured, Plan, run};

const RECEIPTS: usize = 2_000;

/// A process that ends with the test, and what it prints.
struct Process(Child, Lines<BufReader<ChildStdout>>);

impl Process {
    fn start(command: &mut Command) -> Process {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let said = BufReader::new(child.stdout.take().expect("its output")).lines();
        Process(child, said)
    }

    fn line(&mut self) -> String {
        self.1.next().expect("a line").expect("text")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A program beside this crate's own, which finds the store.
fn program(name: &str, s3: SocketAddr) -> Command {
    let found = Path::new(env!("CARGO_BIN_EXE_upheld-fleet")).with_file_name(name);
    assert!(found.is_file(), "{}: build it with `cargo build -p upheld --features fleet`", found.display());
    let mut command = Command::new(found);
    command.envs(server::environment(s3));
    command
}

fn done(command: &mut Command) -> Output {
    let output = command.output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

fn free_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port().to_string()
}

fn receipts() -> String {
    let code = |i: usize| match i % 50 {
        0 => "NO_ROUTE",
        7 => "MK:0001",
        9 => "IB:0008",
        _ => "DELIVERED",
    };
    let receipt = |i: usize| {
        let (day, code) = (1 + i % 31, code(i));
        format!(
            r#"{{"phone_number":"138{i:08}","send_time":"2026-10-{day:02} {:02}:00:00","report_time":"2026-10-{day:02} 23:59:00","success":{},"err_code":"{code}","err_msg":"-","sms_size":"1","biz_id":"{i}","out_id":"shop-{}"}}"#,
            i % 24,
            code == "DELIVERED",
            i % 7
        )
    };
    (0..RECEIPTS).map(receipt).collect::<Vec<_>>().join("\n")
}

fn contract(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts").join(name)
}

struct Place {
    folder: tempfile::TempDir,
    s3: SocketAddr,
}

impl Place {
    fn import(&self, lake: &str) {
        done(
            program("upheld", self.s3)
                .arg("import")
                .arg(self.folder.path().join("receipts.json"))
                .args(["--from", "aliyun", "--lake", lake, "--contract"])
                .arg(contract("pingan-sms.md"))
                .arg("--codes")
                .arg(contract("codes/pingan-sms.md"))
                .arg("--phone-key")
                .arg(self.folder.path().join("phone.key"))
                .arg("--work")
                .arg(self.folder.path().join("work")),
        );
    }

    fn settle(&self, package: &Path, words: &[&str]) -> Command {
        let mut command = program("upheld", self.s3);
        command
            .arg("settle")
            .arg(contract("pingan-sms.md"))
            .args(["--cycle", "2026-10", "--since", "2026-01-01"])
            .args(words)
            .arg("--seal")
            .arg(package)
            .env("XDG_CONFIG_HOME", self.folder.path())
            .env("LC_ALL", "C");
        command
    }

    /// The statement and what it rests on, as bytes.
    fn settled(&self, package: &str, words: &[&str]) -> [Vec<u8>; 3] {
        let package = self.folder.path().join(package);
        done(&mut self.settle(&package, words));
        ["statement.json", "volume/answers.txt", "volume/partitions.txt"]
            .map(|it| fs::read(package.join(it)).expect("a file of the package"))
    }

    /// Why there is no statement; nothing is left of the attempt.
    fn refused(&self, words: &[&str]) -> String {
        let package = self.folder.path().join("refused");
        let output = self.settle(&package, words).output().expect("it runs");
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout.is_empty() && !package.exists());
        String::from_utf8(output.stderr).expect("text")
    }
}

/// A scheduler and executors, which end with the test.
struct Running {
    scheduler: String,
    _processes: Vec<Process>,
}

fn running(place: &Place, lake: &str, executors: &[&str]) -> Running {
    let fleet = || program("upheld-fleet", place.s3);
    let mut scheduler =
        Process::start(fleet().args(["scheduler", "--listen", "127.0.0.1:0", "--lake", lake]));
    let scheduler_at = scheduler.line().strip_prefix("listening on ").expect("an address").to_owned();
    let executor = |name: &&str| {
        let work = place.folder.path().join(name);
        fs::create_dir(&work).expect("made");
        let (port, control) = (free_port(), free_port());
        let words = ["--scheduler", &scheduler_at, "--port", &port, "--control-port", &control];
        Process::start(fleet().args(["executor", "--lake", lake]).args(words).arg("--work-dir").arg(work))
    };
    let mut processes: Vec<Process> = executors.iter().map(executor).collect();
    processes.push(scheduler);
    Running { scheduler: scheduler_at, _processes: processes }
}

fn place() -> Place {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("receipts.json"), receipts()).expect("written");
    fs::write(folder.path().join("phone.key"), "0123456789abcdef0123456789abcdef\n").expect("written");
    let s3 = server::serve(&folder.path().join("s3"));
    Place { folder, s3 }
}

/// The files of messages below a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(it) if it == "parquet" => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    files
}

fn flip(bytes: &[u8], at: usize, bit: usize) -> Vec<u8> {
    let mut other = bytes.to_vec();
    other[at] ^= 1 << bit;
    other
}

const REMOTE: &str = "s3://lake/evidence";

#[test]
fn a_fleet_over_an_object_store_settles_to_the_bytes_of_one_machine_and_a_folder() {
    let place = place();
    let local = place.folder.path().join("lake").display().to_string();
    place.import(&local);
    place.import(REMOTE);
    let fleet = running(&place, REMOTE, &["first", "second"]);
    let alone = place.settled("alone", &["--lake", &local]);
    assert!(!alone[1].is_empty());
    assert_eq!(place.settled("alone-remote", &["--lake", REMOTE]), alone, "one machine over the store");
    assert_eq!(place.settled("fleet", &["--lake", REMOTE, "--fleet", &fleet.scheduler]), alone, "the fleet");
}

#[test]
fn a_flipped_bit_in_a_file_the_fleet_reads_is_refused_and_named_until_it_is_restored() {
    let place = place();
    place.import(REMOTE);
    let fleet = running(&place, REMOTE, &["first", "second"]);
    let root = place.folder.path().join("s3/lake/evidence");
    let files = files(&root);
    let file = &files[files.len() / 2];
    let name = file.strip_prefix(&root).expect("below it").to_str().expect("text");
    let (tenant, name_of_tenant) = name.split_once('/').expect("a tenant's folder");
    let bytes = fs::read(file).expect("it is there");
    let words = ["--lake", REMOTE, "--fleet", &fleet.scheduler];
    // The magic, pages, and the footer, which whoever settles looks at before the fleet is asked.
    for (at, bit) in [(0, 0), (40, 3), (bytes.len() / 4, 7), (bytes.len() - 100, 1)] {
        fs::write(file, flip(&bytes, at, bit)).expect("written");
        let why = place.refused(&words);
        assert!(why.contains(name), "byte {at}: {why}");
        let by_fleet = format!("{name} is not what the manifest says; restore it from a copy");
        assert!(why.contains(&by_fleet) || at > bytes.len() / 2, "byte {at}: {why}");
    }
    for statement in ["SELECT outcome, count(*) FROM message GROUP BY outcome", "SELECT max(id) FROM message"]
    {
        let mut ask = program("upheld-fleet", place.s3);
        ask.args(["ask", "--scheduler", &fleet.scheduler, "--lake", REMOTE, "--lang", "en"]);
        let asked = ask.args(["--tenant", tenant, statement]).output().expect("it runs");
        let why = String::from_utf8(asked.stderr).expect("text");
        assert_eq!((asked.status.code(), asked.stdout.len()), (Some(3), 0), "{why}");
        let named = format!("upheld-query: {name_of_tenant} is not what the manifest says; ");
        assert!(why.contains(&named), "{statement}: {why}");
    }
    fs::write(file, &bytes).expect("written");
    let alone = place.settled("alone", &["--lake", REMOTE]);
    assert_eq!(place.settled("restored", &words), alone);
}

/// How many messages there are of each kind, read without looking at digests.
fn counted(file: &Path) -> Option<Answer> {
    let plan = Plan {
        keys: vec!["outcome".to_owned(), "number".to_owned()],
        measures: vec![Measured::all(Measure::Count)],
        ..Plan::default()
    };
    run(&plan, &LocalFile::open(file).expect("it is there")).ok()
}

#[test]
fn bytes_that_turn_after_an_executor_has_checked_them_are_told_by_the_counters() {
    let place = place();
    let local = place.folder.path().join("lake");
    let lake = local.display().to_string();
    place.import(&lake);
    // One, so that whoever reads the file has checked it before.
    let fleet = running(&place, &lake, &["only"]);
    let words = ["--lake", &lake, "--fleet", &fleet.scheduler];
    let alone = place.settled("alone", &["--lake", &lake]);
    assert_eq!(place.settled("before", &words), alone);
    let files = files(&local);
    let file = &files[files.len() / 2];
    let bytes = fs::read(file).expect("it is there");
    let right = counted(file).expect("it is read");
    let trial = place.folder.path().join("trial.parquet");
    let turned = (4..bytes.len() * 8).map(|it| flip(&bytes, it / 8, it % 8)).find(|other| {
        fs::write(&trial, other).expect("written");
        counted(&trial).is_some_and(|it| it != right)
    });
    fs::write(file, turned.expect("a bit that makes another number")).expect("written");
    let why = place.refused(&words);
    assert!(why.contains("the fleet answers otherwise than the counters of the files"), "{why}");
}
