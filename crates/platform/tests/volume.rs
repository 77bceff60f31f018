//! Facts in volume: kept in files, asked by settlements, named in packages; nothing acknowledged is lost and nothing counts twice.
#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::str::from_utf8;

use evidence::{Answered, Answers, Memory, Partition, SourceFile};
use platform::intake::{self, Body, Receipt};
use platform::page::Page;
use platform::statements::{self, StatementView};
use platform::stream::Stream;
use platform::{Failure, RefusalKind, cycles, jobs, live, volume};
use serde_json::{Value as Json, json};
use store::{Fault, Location};
use support::{HOSTING, World, actions, customer, each, kind, owner, publish, subscribe, tenant};

const HANDLERS: [(&str, jobs::Handler); 4] = [
    ("cycle", cycles::open),
    (cycles::CLOSE_JOB, cycles::close),
    (cycles::LATE_JOB, cycles::late),
    (volume::JOB, volume::run),
];

fn run_jobs(world: &World) {
    jobs::run_due(world, &HANDLERS).unwrap();
}

/// What kept jobs from being done.
fn troubles(world: &World) -> Vec<String> {
    let sql = "SELECT kind || ': ' || error FROM job WHERE error IS NOT NULL AND kind IN ('fold', 'close', 'late') ORDER BY kind, key";
    world.read(|_, tx| Ok(tx.rows(sql, &[])?.iter().map(|it| it.get(0).unwrap()).collect())).unwrap()
}

/// The hosting contract, of messages that come in volume.
fn terms() -> String {
    let text = HOSTING.replace(
        "fact outage : span {}",
        "fact message : event in volume { outcome: delivered | failed, parts: number? }",
    );
    text.replace(
        "(length(cycle) - length(outage)) / length(cycle)",
        "share(outcome = delivered of message) or 1 when none",
    )
}

fn ready(world: &World) {
    publish(world, &terms()).unwrap();
    tenant(world, "acme");
    let since = json!({ "id": "sub_acme", "since": "2026-10-01T00:00:00+08:00" });
    subscribe(world, "acme", since).unwrap();
    run_jobs(world);
}

fn own() -> Stream {
    Stream::Subscription { tenant: "acme".into(), id: "sub_acme".into() }
}

fn try_send(world: &World, stream: &Stream, lines: &[Json], atomic: bool) -> Result<Receipt, Failure> {
    let text: Vec<String> = lines.iter().map(Json::to_string).collect();
    let shape = intake::shape("application/x-ndjson").unwrap();
    intake::receive(world, &owner(), stream, Body { shape, bytes: text.join("\n").into_bytes(), atomic })
}

fn send(world: &World, lines: &[Json]) -> Receipt {
    try_send(world, &own(), lines, false).unwrap()
}

fn message(id: usize, outcome: &str) -> Json {
    let (day, minute) = (1 + id % 28, id % 60);
    json!({ "fact": "message", "id": format!("m{id}"), "at": format!("2026-10-{day:02}T03:{minute:02}:00Z"), "outcome": outcome })
}

/// Hundred messages, of which as many failed.
fn messages(failed: usize) -> Vec<Json> {
    (0..100).map(|it| message(it, if it < failed { "failed" } else { "delivered" })).collect()
}

fn fee() -> Json {
    json!({ "fact": "fee", "id": "fee-10", "at": "2026-10-01T00:00:00+08:00", "amount": "1000.00 CNY" })
}

/// Does what is due, and nothing is in its way.
fn run_all(world: &World) {
    run_jobs(world);
    assert_eq!(troubles(world), [""; 0]);
}

fn close(world: &World) -> Result<StatementView, Failure> {
    statements::close(world, &owner(), "acme", "sub_acme", "2026-10", None)
}

fn all(world: &World) -> Vec<StatementView> {
    world.read(|_, tx| statements::list(tx, &customer("acme"), "acme", None, &Page::default())).unwrap().items
}

fn success(statement: &StatementView) -> Json {
    statement.summary["levels"][0]["exact"].clone()
}

fn files(world: &World, statement: &StatementView) -> BTreeMap<String, Vec<u8>> {
    let read = |platform: &platform::Platform, tx: &mut store::Tx<'_>| {
        statements::files(platform, tx, &customer("acme"), "acme", &statement.id)
    };
    proof::open(world.read(read).unwrap()).unwrap();
    world.read(read).unwrap()
}

fn kept(world: &World) -> Vec<volume::KeptFile> {
    world.read(|_, tx| volume::list(tx, &customer("acme"), ("acme", "sub_acme"), None)).unwrap()
}

fn why_unavailable(result: Result<StatementView, Failure>) -> String {
    match result {
        Err(Failure::Fault(Fault::Unavailable(why))) => why,
        other => unreachable!("{other:?}"),
    }
}

fn cycle(world: &World) -> cycles::CycleView {
    world.read(|_, tx| cycles::get(tx, "acme", "sub_acme", "2026-10")).unwrap()
}

#[test]
fn records_in_volume_are_settled_and_their_package_can_be_settled_again_without_them() {
    each(|world| {
        ready(world);
        let receipt = send(world, &[messages(3), vec![fee()]].concat());
        assert_eq!((receipt.accepted, receipt.in_volume, receipt.refused), (101, Some(100), 0));
        world.set("2026-11-05T00:00:00Z");
        run_all(world);
        let statement = all(world).remove(0);
        assert_eq!(success(&statement), json!("97/100"), "{}", statement.summary);
        assert_eq!(statement.summary["remedies"][0]["amount"]["rounded"], "100.00");
        let files = files(world, &statement);
        let text = |name: &str| from_utf8(&files[name]).unwrap();
        let evidence = "evidence/001-evidence.ndjson";
        assert!(!text(evidence).contains("message"), "the records stay where they are");
        let partitions: Vec<Partition> =
            text(proof::PARTITIONS_FILE).lines().map(|it| Partition::parse(it).unwrap()).collect();
        assert_eq!(partitions.iter().map(|it| it.rows).sum::<u64>(), 100);
        let answers = Answers::parse(text(proof::ANSWERS_FILE)).unwrap();
        assert!(!answers.is_empty());
        let (contract, _) = language::read("contract.md", text("contract.md"));
        let contract = contract.unwrap();
        let source = SourceFile { name: evidence.to_owned(), bytes: files[evidence].clone() };
        let (listed, _) = evidence::read(&contract.schema, &[source]);
        let inputs = settle::Inputs {
            plan: Some("basic".to_owned()),
            tenant: Some("acme".to_owned()),
            since: Some(support::at("2026-10-01T00:00:00+08:00")),
            as_of: Some(statement.as_of.0),
            parameters: Vec::new(),
        };
        let cycle = settle::cycle_span(&contract, &inputs, "2026-10").unwrap();
        let overrides = settle::parameters(&contract, &inputs, &cycle).unwrap();
        let listed = Memory::new(listed.as_of(inputs.as_of));
        let facts = Answered::new(listed, &contract.schema, partitions, answers);
        let again = settle::settle(&contract, &facts, &cycle, &inputs, &overrides);
        let sealed: Json = serde_json::from_slice(&files["statement.json"]).unwrap();
        assert_eq!(statement::json(&again), sealed);
        let replayed = world
            .read(|platform, tx| statements::replay(platform, tx, &owner(), "acme", &statement.id))
            .unwrap();
        assert!(replayed.same, "{replayed:?}");
    });
}

#[test]
fn what_is_sent_again_counts_once_and_what_is_sent_last_stands() {
    each(|world| {
        ready(world);
        send(world, &messages(3));
        world.pass(60);
        send(world, &messages(3));
        run_all(world);
        world.pass(60);
        send(world, &[message(0, "delivered"), fee()]);
        world.set("2026-11-05T00:00:00Z");
        run_all(world);
        let statement = all(world).remove(0);
        assert_eq!(success(&statement), json!("49/50"));
        let kept = kept(world);
        assert!(kept.iter().all(|it| it.merged));
        assert_eq!(kept.iter().map(|it| it.records).sum::<u64>(), 100);
    });
}

#[test]
fn a_late_record_supersedes_the_statement_and_both_can_be_made_again() {
    each(|world| {
        ready(world);
        send(world, &[messages(0), vec![fee()]].concat());
        world.set("2026-11-05T00:00:00Z");
        run_all(world);
        let first = all(world).remove(0);
        assert_eq!(first.summary["promises"][0]["verdict"], "met");
        world.set("2026-11-09T00:00:00Z");
        send(world, &(0..5).map(|it| message(it, "failed")).collect::<Vec<_>>());
        run_all(world);
        let sealed = all(world);
        assert_eq!(sealed.len(), 2, "{sealed:?}");
        assert_eq!(sealed[1].supersedes.as_deref(), Some(first.id.as_str()));
        assert_eq!((success(&sealed[0]), success(&sealed[1])), (json!("1/1"), json!("19/20")));
        for it in &sealed {
            let again = world
                .read(|platform, tx| statements::replay(platform, tx, &owner(), "acme", &it.id))
                .unwrap();
            assert!(again.same, "{again:?}");
        }
    });
}

#[test]
fn what_cannot_be_kept_in_volume_is_refused_by_line_and_the_rest_is_kept() {
    each(|world| {
        ready(world);
        let mut nameless = message(1, "failed");
        nameless.as_object_mut().unwrap().remove("id");
        let mut revised = message(2, "failed");
        revised["supersedes"] = json!("m1");
        revised["reason"] = json!("counted again");
        let mut endless = message(3, "failed");
        endless["parts"] = json!(0.123_456_789);
        let receipt = send(world, &[message(0, "failed"), nameless, revised, endless, fee()]);
        assert_eq!((receipt.accepted, receipt.in_volume, receipt.refused), (2, Some(1), 3));
        let found: Vec<(u64, &str)> = receipt.rejected.iter().map(|it| (it.line, it.code.as_str())).collect();
        assert_eq!(found, [(2, "V0146"), (3, "V0146"), (4, "V0146")]);
        assert!(receipt.rejected.iter().all(|it| !it.message.zh.is_empty() && !it.help.zh.is_empty()));
        let shared = try_send(world, &Stream::Agreement("hosting".into()), &[message(0, "failed")], false);
        assert_eq!(shared.unwrap().rejected[0].code, "V0146");
        let mixed = try_send(world, &own(), &[message(9, "failed"), fee()], true);
        assert_eq!(kind(mixed), RefusalKind::Invalid);
        world.set("2026-11-05T00:00:00Z");
        run_all(world);
        assert_eq!(kept(world).iter().map(|it| it.records).sum::<u64>(), 1);
    });
}

#[test]
fn the_cycle_in_progress_counts_what_is_in_files() {
    each(|world| {
        ready(world);
        send(world, &messages(10));
        world.set("2026-10-29T00:00:00Z");
        run_all(world);
        let now =
            world.read(|platform, tx| live::of(platform, tx, &customer("acme"), "acme", "sub_acme")).unwrap();
        assert_eq!(now.if_nothing_more["levels"][0]["exact"], "9/10");
        assert_eq!(now.if_it_goes_on["levels"][0]["exact"], "9/10");
    });
}

#[test]
fn files_that_cannot_be_read_block_the_seal_and_say_why_until_they_are_back() {
    each(|world| {
        ready(world);
        send(world, &[messages(0), vec![fee()]].concat());
        world.pass(60);
        run_jobs(world);
        let (lake, away) = (world.data.join("lake/acme"), world.data.join("away"));
        fs::rename(&lake, &away).unwrap();
        world.set("2026-11-05T00:00:00Z");
        run_jobs(world);
        assert_eq!(all(world), []);
        let blocked = cycle(world);
        assert_eq!(blocked.state, "blocked");
        let why = blocked.reasons.to_string();
        assert!(why.contains("is not there") && why.contains("无法读取大量记录"), "{why}");
        assert!(why_unavailable(close(world)).contains("is not there"));
        assert!(actions(world, "acme").contains(&"cycle.blocked".to_owned()));
        fs::rename(&away, &lake).unwrap();
        world.pass(10);
        run_jobs(world);
        assert_eq!(all(world).len(), 1, "the job was put off and not given up");
        assert_eq!(cycle(world).state, "sealed");
    });
}

#[test]
fn records_in_the_journal_of_another_process_are_waited_for() {
    each(|world| {
        ready(world);
        send(world, &[messages(0), vec![fee()]].concat());
        world.set("2026-11-02T00:00:00Z");
        let elsewhere = tempfile::tempdir().unwrap();
        let other = world.platform.clone().with_data(elsewhere.path());
        let closed = statements::close(&other, &owner(), "acme", "sub_acme", "2026-10", None);
        assert!(why_unavailable(closed).contains("the journal of another process"));
        assert!(close(world).is_ok());
    });
}

#[test]
fn what_was_acknowledged_is_there_when_the_process_ended_before_it_was_in_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let open = || World::open(&Location::Directory(directory.path().to_owned()), directory.path());
    {
        let world = open();
        ready(&world);
        send(&world, &[messages(1), vec![fee()]].concat());
        assert_eq!(kept(&world), []);
    }
    let world = open();
    volume::schedule(&world).unwrap();
    world.set("2026-11-05T00:00:00Z");
    run_all(&world);
    assert_eq!(success(&all(&world)[0]), json!("99/100"));
}
