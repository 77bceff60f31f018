//! Messages that come in volume, sent, settled and looked at.

use std::collections::BTreeMap;

use platform::intake::{self, Body, Receipt};
use platform::page::Page;
use platform::statements::{self, StatementView};
use platform::stream::Stream;
use platform::{Failure, cycles, jobs, volume};
use serde_json::{Value as Json, json};
use store::Fault;

use crate::support::{HOSTING, World, customer, owner, publish, subscribe, tenant};

pub const HANDLERS: [(&str, jobs::Handler); 5] = [
    ("cycle", cycles::open),
    (cycles::CLOSE_JOB, cycles::close),
    (cycles::LATE_JOB, cycles::late),
    (volume::JOB, volume::run),
    (volume::MERGE_JOB, volume::merge),
];

pub fn run_jobs(world: &World) {
    jobs::run_due(world, &HANDLERS).unwrap();
}

/// What kept jobs from being done.
pub fn troubles(world: &World) -> Vec<String> {
    let sql = "SELECT kind || ': ' || error FROM job WHERE error IS NOT NULL AND kind IN ('fold', 'merge', 'close', 'late') ORDER BY kind, key";
    world.read(|_, tx| Ok(tx.rows(sql, &[])?.iter().map(|it| it.get(0).unwrap()).collect())).unwrap()
}

/// The hosting contract, of messages that come in volume.
pub fn terms() -> String {
    let text = HOSTING.replace(
        "fact outage : span {}",
        "fact message : event in volume { outcome: delivered | failed, parts: number? }",
    );
    text.replace(
        "(length(cycle) - length(outage)) / length(cycle)",
        "share(outcome = delivered of message) or 1 when none",
    )
}

pub fn ready(world: &World) {
    publish(world, &terms()).unwrap();
    tenant(world, "acme");
    let since = json!({ "id": "sub_acme", "since": "2026-10-01T00:00:00+08:00" });
    subscribe(world, "acme", since).unwrap();
    run_jobs(world);
}

pub fn own() -> Stream {
    Stream::Subscription { tenant: "acme".into(), id: "sub_acme".into() }
}

pub fn try_send(world: &World, stream: &Stream, lines: &[Json], atomic: bool) -> Result<Receipt, Failure> {
    let text: Vec<String> = lines.iter().map(Json::to_string).collect();
    let shape = intake::shape("application/x-ndjson").unwrap();
    intake::receive(world, &owner(), stream, Body { shape, bytes: text.join("\n").into_bytes(), atomic })
}

pub fn send(world: &World, lines: &[Json]) -> Receipt {
    try_send(world, &own(), lines, false).unwrap()
}

pub fn message(id: usize, outcome: &str) -> Json {
    let (day, minute) = (1 + id % 28, id % 60);
    json!({ "fact": "message", "id": format!("m{id}"), "at": format!("2026-10-{day:02}T03:{minute:02}:00Z"), "outcome": outcome })
}

/// Hundred messages, of which as many failed.
pub fn messages(failed: usize) -> Vec<Json> {
    (0..100).map(|it| message(it, if it < failed { "failed" } else { "delivered" })).collect()
}

pub fn fee() -> Json {
    json!({ "fact": "fee", "id": "fee-10", "at": "2026-10-01T00:00:00+08:00", "amount": "1000.00 CNY" })
}

/// Does what is due, and nothing is in its way.
pub fn run_all(world: &World) {
    run_jobs(world);
    assert_eq!(troubles(world), [""; 0]);
}

pub fn close(world: &World) -> Result<StatementView, Failure> {
    statements::close(world, &owner(), "acme", "sub_acme", "2026-10", None)
}

pub fn all(world: &World) -> Vec<StatementView> {
    world.read(|_, tx| statements::list(tx, &customer("acme"), "acme", None, &Page::default())).unwrap().items
}

pub fn success(statement: &StatementView) -> Json {
    statement.summary["levels"][0]["exact"].clone()
}

pub fn files(world: &World, statement: &StatementView) -> BTreeMap<String, Vec<u8>> {
    let read = |platform: &platform::Platform, tx: &mut store::Tx<'_>| {
        statements::files(platform, tx, &customer("acme"), "acme", &statement.id)
    };
    proof::open(world.read(read).unwrap()).unwrap();
    world.read(read).unwrap()
}

/// The files that stand, but those of what messages said before.
pub fn kept(world: &World) -> Vec<volume::KeptFile> {
    let stream = ("acme", "sub_acme");
    let mut files = world.read(|_, tx| volume::list(tx, &customer("acme"), stream, None)).unwrap();
    files.retain(|it| it.fact != "message.superseded");
    files
}

pub fn why_unavailable(result: Result<StatementView, Failure>) -> String {
    match result {
        Err(Failure::Fault(Fault::Unavailable(why))) => why,
        other => unreachable!("{other:?}"),
    }
}

pub fn cycle(world: &World) -> cycles::CycleView {
    world.read(|_, tx| cycles::get(tx, "acme", "sub_acme", "2026-10")).unwrap()
}
