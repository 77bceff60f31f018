//! Receipts in no class are part of the evidence: a cycle that has some says so and is not final, until they come again and are
//! in a class; and where none is open nothing is other than if none had ever been.

use std::collections::BTreeMap;
use std::str::from_utf8;

use evidence::{Answered, Answers, FactSchema, Memory, Partition, SourceFile};
use platform::statements::{self, StatementView};
use platform::{RefusalKind, live};
use serde_json::{Value as Json, json};
use store::Location;

use crate::receipts::{ANNEX, hold, push, ready, receipt};
use crate::support::{self, World, each, each_way, kind, owner};
use crate::world::{all, close, cycle, fee, files, kept, run_all, send, success};

/// The annex with one more row, and with the code that it lists for later listed from the beginning.
fn listing(codes: &str) -> String {
    let annex = ANNEX.replace("| 2026-10-15 |", "| 2020-01-01 |");
    format!("{annex}| `aliyun` | `*` | {codes} | 2020-01-01 | `unreachable` | agreed |\n")
}

fn delivered(count: usize) -> Vec<String> {
    (0..count).map(|it| receipt(it, "DELIVERED", "12:00:05")).collect()
}

/// Two with a code that nobody listed, and one with a code that is listed for later only.
fn open() -> Vec<String> {
    let code = |it| if it == 102 { "LATER" } else { "XA:0001" };
    (100..103).map(|it| receipt(it, code(it), "12:00:05")).collect()
}

fn findings(of: &Json) -> Vec<&Json> {
    of["lints"].as_array().unwrap().iter().filter(|it| it["code"] == "N0306").collect()
}

fn accept(world: &World) -> StatementView {
    let why = Some("the codes are being agreed".to_owned());
    statements::close(world, &owner(), "acme", "sub_acme", "2026-10", why).unwrap()
}

fn rows(files: &BTreeMap<String, Vec<u8>>, fact: &str) -> u64 {
    let text = from_utf8(&files[proof::PARTITIONS_FILE]).unwrap();
    let all = text.lines().map(|it| Partition::parse(it).unwrap());
    all.filter(|it| it.fact == fact).map(|it| it.rows).sum()
}

/// The statement that is settled from a package alone.
fn again(statement: &StatementView, files: &BTreeMap<String, Vec<u8>>) -> Json {
    let text = |name: &str| from_utf8(&files[name]).unwrap();
    let (contract, _) = language::read("contract.md", text("contract.md"));
    let mut contract = contract.unwrap();
    let beside = contract.schema.fact("message").map(|it| FactSchema::unclassified(it.1)).unwrap();
    contract.schema.facts.push(beside);
    let name = "evidence/001-evidence.ndjson";
    let source = SourceFile { name: name.to_owned(), bytes: files[name].clone() };
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
    let partitions = text(proof::PARTITIONS_FILE).lines().map(|it| Partition::parse(it).unwrap()).collect();
    let answers = Answers::parse(text(proof::ANSWERS_FILE)).unwrap();
    let facts = Answered::new(listed, &contract.schema, partitions, answers);
    statement::json(&settle::settle(&contract, &facts, &cycle, &inputs, &overrides))
}

#[test]
fn a_cycle_with_receipts_in_no_class_is_provisional_until_they_come_again_and_are_in_one() {
    each_way(|world| {
        ready(world);
        let answer = push(world, &[delivered(20), open()].concat());
        assert_eq!((answer.accepted, answer.refused, answer.unclassified), (20, 3, Some(3)));
        world.pass(60);
        // Told twice they are not open twice, and alone they are kept as well.
        assert_eq!(push(world, &open()).unclassified, Some(3));
        send(world, &[fee()]);
        world.set("2026-11-01T00:00:00Z");
        run_all(world);
        assert_eq!(kind(close(world)), RefusalKind::Incomplete);
        let blocked = cycle(world);
        assert_eq!(blocked.state, "blocked");
        let reasons = blocked.reasons.as_array().unwrap();
        assert_eq!(reasons.len(), 1, "{reasons:?}");
        for (lang, said) in [("en", "3 receipts of `message`"), ("zh", "3 条回执")] {
            assert!(reasons[0][lang].as_str().unwrap().contains(said), "{reasons:?}");
        }
        let first = accept(world);
        assert_eq!((first.status.as_str(), success(&first)), ("provisional", json!("1/1")));
        let found = findings(&first.summary)[0].to_string();
        for said in ["3 receipts of `message`", "`aliyun * XA:0001` × 2", "`aliyun * LATER` × 1"] {
            assert!(found.contains(said), "{said}: {found}");
        }
        let package = files(world, &first);
        assert_eq!((rows(&package, "message"), rows(&package, "message.unclassified")), (20, 3));
        let sealed: Json = serde_json::from_slice(&package["statement.json"]).unwrap();
        assert_eq!(again(&first, &package), sealed);
        assert!(from_utf8(&package["statement.html"]).unwrap().contains("XA:0001"));
        hold(world, "2", &listing("`XA:0001`"));
        world.pass(60);
        assert_eq!(push(world, &open()).unclassified, None);
        run_all(world);
        let sealed = all(world);
        let [before, last] = &sealed[..] else { panic!("{sealed:?}") };
        assert_eq!(last.supersedes.as_ref(), Some(&before.id));
        assert_eq!((last.status.as_str(), success(last)), ("final", json!("20/23")));
        assert!(findings(&last.summary).is_empty());
        let package = files(world, last);
        assert_eq!((rows(&package, "message"), rows(&package, "message.unclassified")), (23, 0));
        for it in [before, last] {
            let replayed = world
                .read(|platform, tx| statements::replay(platform, tx, &owner(), "acme", &it.id))
                .unwrap();
            assert!(replayed.same, "{replayed:?}");
        }
    });
}

#[test]
fn a_blocked_cycle_is_sealed_by_itself_once_nothing_is_open() {
    each_way(|world| {
        ready(world);
        push(world, &[delivered(20), open()].concat());
        send(world, &[fee()]);
        world.set("2026-11-05T00:00:00Z");
        run_all(world);
        assert_eq!((cycle(world).state.as_str(), all(world).len()), ("blocked", 0));
        hold(world, "2", &listing("`XA:0001`"));
        push(world, &open()[..2]);
        run_all(world);
        assert_eq!((cycle(world).state.as_str(), all(world).len()), ("blocked", 0));
        assert!(cycle(world).reasons[0]["en"].as_str().unwrap().contains("1 receipts of `message`"));
        push(world, &open()[2..]);
        run_all(world);
        assert_eq!((cycle(world).state.as_str(), all(world)[0].status.as_str()), ("sealed", "final"));
    });
}

#[test]
fn the_cycle_in_progress_names_what_is_open() {
    each_way(|world| {
        ready(world);
        push(world, &[delivered(20), open()].concat());
        world.set("2026-10-25T00:00:00Z");
        run_all(world);
        let told = |world: &World| {
            let now =
                world.read(|platform, tx| live::of(platform, tx, &owner(), "acme", "sub_acme")).unwrap();
            [now.if_nothing_more, now.if_it_goes_on].map(|it| findings(&it).len())
        };
        assert_eq!(told(world), [1, 1]);
        hold(world, "2", &listing("`XA:0001`"));
        push(world, &open());
        world.pass(60);
        run_all(world);
        assert_eq!(told(world), [0, 0]);
    });
}

#[test]
fn once_classified_the_package_is_that_of_receipts_that_were_never_open() {
    let sealed = |world: &World, first: &[String]| -> BTreeMap<String, Vec<u8>> {
        ready(world);
        push(world, &delivered(20));
        world.pass(1);
        if !first.is_empty() {
            push(world, first);
        }
        // No two batches are of one instant.
        world.pass(1);
        send(world, &[fee()]);
        world.pass(60);
        run_all(world);
        hold(world, "2", &listing("`XA:0001`"));
        push(world, &open());
        // Nothing else is written of them than if they had never been in no class.
        push(world, &delivered(20));
        world.set("2026-11-05T00:00:00Z");
        run_all(world);
        let package = files(world, &all(world)[0]);
        // The log has an entry for each batch, and its proof is another.
        let is_settled =
            |name: &str| name.starts_with("volume/") || ["statement.json", "statement.html"].contains(&name);
        package.into_iter().filter(|it| is_settled(&it.0)).collect()
    };
    each(|world| {
        let other = tempfile::tempdir().unwrap();
        let other = World::open(&Location::Directory(other.path().to_owned()), other.path());
        let (open, never) = (sealed(world, &open()), sealed(&other, &[]));
        assert!(open.len() >= 4, "{:?}", open.keys());
        let other_than: Vec<_> =
            open.iter().filter(|it| never.get(it.0) != Some(it.1)).map(|it| it.0).collect();
        assert_eq!((open.len(), other_than), (never.len(), Vec::<&String>::new()), "the same bytes");
        assert!(kept(&other).iter().all(|it| it.fact == "message"));
        assert_eq!(kept(world).iter().filter(|it| it.fact != "message").map(|it| it.records).sum::<u64>(), 3);
    });
}

/// Codes beyond those that are told apart, and characters that no database keeps.
#[test]
fn however_many_codes_are_open_none_stays_so_once_it_is_listed() {
    each(|world| {
        ready(world);
        let code = |it: usize| format!("XB:{it:04}");
        let mut receipts: Vec<String> = (0..1_003).map(|it| receipt(it, &code(it), "12:00:05")).collect();
        let zero = receipt(2_000, "X\\u0000Y", "12:00:05");
        assert!(zero.contains("u0000"));
        let answer = push(world, &[receipts.as_slice(), std::slice::from_ref(&zero)].concat());
        assert_eq!((answer.accepted, answer.unclassified), (0, Some(1_004)));
        receipts.extend(delivered(1));
        let listed: Vec<String> = (0..1_003).map(|it| format!("`{}`", code(it))).collect();
        hold(world, "2", &listing(&listed.join(" ")));
        world.pass(60);
        assert_eq!(push(world, &receipts).refused, 0);
        send(world, &[fee()]);
        world.set("2026-11-05T00:00:00Z");
        run_all(world);
        let reasons = cycle(world).reasons.to_string();
        assert!(reasons.contains("1 receipts of `message`"), "the one with the zero: {reasons}");
    });
}
