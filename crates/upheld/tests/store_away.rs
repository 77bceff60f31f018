//! The store that several processes share for records in volume is away for a while, again and again: what was acknowledged is
//! kept, everything else is refused and told when to come again, and when the store is back everything counts once. A folder; and
//! with the feature `s3` a bucket of a real server, which has to be built: `cargo build -p objects --example s3`.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

#[expect(dead_code, reason = "other tests use other parts of it")]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cluster::Server;
use support::load::{Place, evidence};
use support::volume::{CLIENTS, Came, Client, House, Load, Then};
use support::volume::{eventually, every_record_once, everything_once};
use support::{Running, text};

/// How often the store goes.
const ROUNDS: usize = 2;
/// Bodies that are acknowledged, or refused, before anything happens.
const BODIES: usize = 8;

/// Processes over one database and one lake.
struct Processes {
    folder: tempfile::TempDir,
    database: Server,
    lake: String,
    environment: Vec<(String, String)>,
}

impl Processes {
    /// Nothing where there is no PostgreSQL.
    fn new() -> Option<Self> {
        let Some(programs) = cluster::newest_programs() else {
            println!("PostgreSQL is not installed");
            return None;
        };
        let database =
            Server::start(&programs, &["max_connections=200", "fsync=off"]).expect("PostgreSQL starts");
        let folder = tempfile::tempdir().expect("a folder");
        Some(Self { folder, database, lake: String::new(), environment: Vec::new() })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn place(&self, name: &str) -> Place {
        let mut place = Place::new(&self.path(name));
        let key = self.path("sealing.key").display().to_string();
        place.flags = ["--database", &self.database.url(), "--key", &key].map(str::to_owned).to_vec();
        // Cycles are closed by hand.
        place.environment.push(("UPHELD_TIMES_GRACE".to_owned(), "90 d".to_owned()));
        place.environment.extend(self.environment.iter().cloned());
        place
    }

    fn start(&self, role: &str) -> Running {
        let mut place = self.place(role);
        place.flags.extend(["--role", role, "--lake", &self.lake].map(str::to_owned));
        place.start()
    }

    /// The store goes and comes back while clients send.
    fn survive(&self, mut goes: impl FnMut(), mut comes: impl FnMut(), lake: &Path) {
        self.place("owner").create_owner();
        let (web, worker, intake) = (self.start("web"), self.start("worker"), self.start("intake"));
        let house = Arc::new(House::build(&web));
        let refused = Arc::<[AtomicUsize; CLIENTS]>::default();
        let count = refused.clone();
        let clients = (0..CLIENTS).map(Client::new).collect();
        let load = Load::begin(&intake.url, &house, clients, move |client, came| match came {
            Came::Refused(503, Some(_), document) => {
                assert_eq!(document["code"], "unavailable", "{document}");
                count[client].fetch_add(1, Ordering::SeqCst);
                Then::Again
            }
            other => panic!("{other:?}"),
        });
        let acknowledged = || load.acknowledged.load(Ordering::SeqCst);
        let refusals = || refused.each_ref().map(|it| it.load(Ordering::SeqCst));
        let each_is_refused_again = || {
            let before = refusals();
            eventually("bodies are refused", || refusals().iter().zip(before).all(|(now, then)| *now > then));
        };
        for round in 1..=ROUNDS {
            let before = acknowledged();
            eventually("bodies are acknowledged", || acknowledged() >= before + BODIES);
            goes();
            // Each client may have had an answer on its way.
            each_is_refused_again();
            let kept = acknowledged();
            each_is_refused_again();
            assert_eq!(acknowledged(), kept, "round {round}: nothing is acknowledged while nothing is kept");
            for server in [&web, &intake, &worker] {
                assert_eq!(server.get("/livez", None).0, 200);
            }
            assert_eq!(web.get(&evidence(0), Some(&house.token)).0, 200, "reads go on");
            comes();
            eventually("bodies are acknowledged again", || acknowledged() >= kept + BODIES);
        }
        let mut clients = load.end();
        clients.iter_mut().for_each(|it| it.finish(&intake.url, &house));
        everything_once(&web, &house, &clients);
        every_record_once(&web, &house, &clients, lake);
        let bodies: usize = clients.iter().map(Client::bodies).sum();
        println!("{bodies} bodies acknowledged, {} refused", refusals().iter().sum::<usize>());
        for it in [worker, intake, web] {
            let ended = it.stop("TERM");
            assert_eq!(ended.status.code(), Some(0), "{}", text(&ended.stderr));
        }
    }
}

#[test]
fn a_shared_folder_that_is_away_refuses_and_loses_nothing() {
    let Some(mut processes) = Processes::new() else { return };
    let (lake, away) = (processes.path("lake"), processes.path("away"));
    fs::create_dir(&lake).expect("a folder");
    processes.lake = lake.display().to_string();
    let goes = || fs::rename(&lake, &away).expect("moved");
    let comes = || fs::rename(&away, &lake).expect("moved back");
    processes.survive(goes, comes, &lake);
}

#[cfg(feature = "s3")]
mod bucket {
    //! The store is a process of its own.

    use std::cell::RefCell;
    use std::io::{BufRead, BufReader};
    use std::net::TcpListener;
    use std::process::{Child, Command, Stdio};

    use super::*;

    /// What it says to be found: address, region, whether without TLS, and a key of two parts.
    const VARIABLES: usize = 5;

    /// A server over a folder; dropped, it is killed.
    struct Store(Child);

    impl Store {
        /// Starts it, and what the environment has to say for it to be found.
        fn start(folder: &Path, address: &str) -> (Self, Vec<(String, String)>) {
            let program = Path::new(env!("CARGO_BIN_EXE_upheld")).with_file_name("examples").join("s3");
            assert!(program.is_file(), "build it: cargo build -p objects --example s3");
            let mut command = Command::new(program);
            let mut child =
                command.arg(folder).arg(address).stdout(Stdio::piped()).spawn().expect("it starts");
            // One variable a line, and then it says no more.
            let told = BufReader::new(child.stdout.take().expect("its output")).lines();
            let variable = |line: std::io::Result<String>| {
                let line = line.expect("text");
                let said = line.strip_prefix("export ").expect("a variable");
                let (name, value) = said.split_once('=').expect("a variable");
                (name.to_owned(), value.trim_matches('\'').to_owned())
            };
            let environment = told.take(VARIABLES).map(variable).collect();
            (Self(child), environment)
        }
    }

    impl Drop for Store {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    #[test]
    fn a_bucket_whose_server_is_killed_refuses_and_loses_nothing() {
        let Some(mut processes) = Processes::new() else { return };
        let folder = processes.path("s3");
        let free =
            TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").to_string();
        let (store, environment) = Store::start(&folder, &free);
        processes.lake = "s3://lake/upheld".to_owned();
        processes.environment = environment;
        let store = RefCell::new(Some(store));
        let goes = || drop(store.take());
        let comes = || drop(store.replace(Some(Store::start(&folder, &free).0)));
        processes.survive(goes, comes, &folder.join("lake/upheld"));
    }
}
