//! A month imported into an object store and settled by a fleet: a scheduler and two executors, processes of their own, over
//! a real S3 server. Statement and answers have the bytes they have on one machine.
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

    /// The statement and what it rests on, as bytes.
    fn settled(&self, package: &str, words: &[&str]) -> [Vec<u8>; 3] {
        let package = self.folder.path().join(package);
        done(
            program("upheld", self.s3)
                .arg("settle")
                .arg(contract("pingan-sms.md"))
                .args(["--cycle", "2026-10", "--since", "2026-01-01"])
                .args(words)
                .arg("--seal")
                .arg(&package)
                .env("XDG_CONFIG_HOME", self.folder.path()),
        );
        ["statement.json", "volume/answers.txt", "volume/partitions.txt"]
            .map(|it| fs::read(package.join(it)).expect("a file of the package"))
    }
}

#[test]
fn a_fleet_over_an_object_store_settles_to_the_bytes_of_one_machine_and_a_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("receipts.json"), receipts()).expect("written");
    fs::write(folder.path().join("phone.key"), "0123456789abcdef0123456789abcdef\n").expect("written");
    let s3 = server::serve(&folder.path().join("s3"));
    let place = Place { folder, s3 };
    let local = place.folder.path().join("lake").display().to_string();
    let remote = "s3://lake/evidence";
    place.import(&local);
    place.import(remote);
    let fleet = || program("upheld-fleet", s3);
    let mut scheduler =
        Process::start(fleet().args(["scheduler", "--listen", "127.0.0.1:0", "--lake", remote]));
    let scheduler_at = scheduler.line().strip_prefix("listening on ").expect("an address").to_owned();
    let executor = |name: &str| {
        let work = place.folder.path().join(name);
        fs::create_dir(&work).expect("made");
        let (port, control) = (free_port(), free_port());
        let words = ["--scheduler", &scheduler_at, "--port", &port, "--control-port", &control];
        Process::start(fleet().args(["executor", "--lake", remote]).args(words).arg("--work-dir").arg(work))
    };
    let _executors = [executor("first"), executor("second")];
    let alone = place.settled("alone", &["--lake", &local]);
    assert!(!alone[1].is_empty());
    assert_eq!(place.settled("alone-remote", &["--lake", remote]), alone, "one machine over the store");
    assert_eq!(place.settled("fleet", &["--lake", remote, "--fleet", &scheduler_at]), alone, "the fleet");
}
