//! A scheduler and two executors, processes of their own, answer over a real S3 server as memory and one process do.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests stand outside the test functions"
)]

#[path = "../../query/tests/lake/support.rs"]
mod records;
#[path = "../../objects/tests/support/mod.rs"]
mod server;

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use datafusion::prelude::SessionContext;
use evidence::{FactSchema, Facts, FactsError, Memory, Question, Record};
use object_store::path::Path as Location;
use object_store::{ObjectStore, ObjectStoreExt};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use query::{Bounds, File, Table};

/// Processes that end with the test.
struct Fleet {
    scheduler: String,
    processes: Vec<Child>,
}

impl Drop for Fleet {
    fn drop(&mut self) {
        for process in &mut self.processes {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn command(s3: SocketAddr, name: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_upheld-fleet"));
    command.args([name, "--lake", "s3://lake/evidence"]).envs(server::environment(s3));
    command
}

fn free_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port().to_string()
}

fn fleet(s3: SocketAddr, work: &Path) -> Fleet {
    let mut scheduler =
        command(s3, "scheduler").args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(scheduler.stdout.take().unwrap()).read_line(&mut said).unwrap();
    let address =
        said.trim().strip_prefix("listening on ").expect("the scheduler says where it listens").to_owned();
    let mut processes = vec![scheduler];
    for executor in 0..2 {
        let work = work.join(executor.to_string());
        std::fs::create_dir(&work).unwrap();
        let mut command = command(s3, "executor");
        command.args(["--scheduler", &address, "--threads", "2", "--port", &free_port()]);
        command.args(["--control-port", &free_port(), "--work-dir"]).arg(work);
        processes.push(command.spawn().unwrap());
    }
    Fleet { scheduler: address, processes }
}

/// Something a strategy gives, always the same.
fn some<S: Strategy>(runner: &mut TestRunner, strategy: S) -> S::Value {
    strategy.new_tree(runner).unwrap().current()
}

/// Puts the records into files of the lake.
async fn put(lake: &dyn ObjectStore, fact: &FactSchema, records: &[Record]) -> Table {
    let mut files = Vec::new();
    for (at, records) in records::files(records).iter().enumerate() {
        let bytes = records::parquet(fact, records);
        let path = format!("acme/%E7%9F%AD/message/{at}.parquet");
        let instants = || records.iter().map(|it| it.from.nanos());
        files.push(File {
            path: path.clone(),
            bytes: bytes.len() as u64,
            sha256: records::sha256(&bytes),
            rows: records.len() as u64,
            stream: "短".into(),
            first: instants().min().unwrap(),
            last: instants().max().unwrap(),
        });
        lake.put(&Location::parse(path).unwrap(), bytes.into()).await.unwrap();
    }
    Table::new(query::table_schema(fact), query::store_url().unwrap(), files)
}

async fn asked(
    session: &SessionContext,
    table: &Table,
    fact: &FactSchema,
    question: &Question,
) -> Result<Vec<evidence::Group>, FactsError> {
    query::aggregate(session.read_table(Arc::new(table.clone())).unwrap(), fact, question).await
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_one_process_and_a_fleet_over_s3_answer_alike() {
    let folder = tempfile::tempdir().unwrap();
    let s3 = server::serve(&folder.path().join("s3"));
    let work = folder.path().join("work");
    std::fs::create_dir(&work).unwrap();
    let fleet = fleet(s3, &work);
    let lake: Arc<dyn ObjectStore> =
        Arc::new(object_store::prefix::PrefixStore::new(server::bucket(s3), Location::from("evidence")));
    let local = query::session(Arc::clone(&lake), Bounds::default()).unwrap();
    let distributed = fleet::connect(&fleet.scheduler, 4).await.unwrap();
    let mut runner = TestRunner::deterministic();
    let mut answered = 0;
    for _ in 0..6 {
        let fact = some(&mut runner, records::fact());
        let records = some(&mut runner, records::records(&fact));
        let table = put(lake.as_ref(), &fact, &records).await;
        let memory = Memory::from_records(records);
        for _ in 0..4 {
            let question = some(&mut runner, records::question(&fact));
            let expected = memory.aggregate(&question);
            assert_eq!(
                asked(&local, &table, &fact, &question).await,
                expected,
                "in one process: {question:#?}"
            );
            assert_eq!(
                asked(&distributed, &table, &fact, &question).await,
                expected,
                "by the fleet: {question:#?}"
            );
            answered += usize::from(expected.is_ok());
        }
    }
    assert!(answered >= 12, "only {answered} questions had answers");
}
