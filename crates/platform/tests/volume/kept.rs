//! What holds wherever records in volume wait: in a journal of the process or in a store that several share.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::from_utf8;
use std::thread;
use std::time::{Duration, Instant};

use evidence::{Answered, Answers, Memory, Partition, SourceFile};
use platform::audit::{self, LogQuery};
use platform::jobs::{self, Runner};
use platform::page::Page;
use platform::stream::Stream;
use platform::{RefusalKind, housekeeping, live, statements, volume};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use store::{Location, values};

use crate::support::{self, World, actions, customer, each, each_way, kind, owner, publish};
use crate::world::{
    HANDLERS, all, close, cycle, fee, files, kept, message, messages, own, ready, run_all, run_jobs, send,
    success, terms, troubles, try_send, why_unavailable,
};

#[test]
fn records_in_volume_are_settled_and_their_package_can_be_settled_again_without_them() {
    each_way(|world| {
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
    each_way(|world| {
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
    each_way(|world| {
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
    each_way(|world| {
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
fn the_digest_of_a_body_is_that_of_the_lines_that_were_kept() {
    each_way(|world| {
        ready(world);
        let mut lines: Vec<Json> = (0..900).map(|it| message(it, "failed")).collect();
        for line in lines.iter_mut().step_by(7) {
            line["parts"] = json!(0.123_456_789);
        }
        let receipt = send(world, &lines);
        // The line of a record has its keys in order.
        let line = |it: &Json| {
            let text = |key: &str| it[key].as_str().unwrap().to_owned();
            let (at, id, outcome) = (text("at"), text("id"), text("outcome"));
            format!("{{\"at\":\"{at}\",\"fact\":\"message\",\"id\":\"{id}\",\"outcome\":\"{outcome}\"}}\n")
        };
        let kept: String = lines.iter().filter(|it| it.get("parts").is_none()).map(line).collect();
        let all = format!("in volume 771 {}\n", settle::hex(&Sha256::digest(&kept)));
        assert_eq!((receipt.in_volume, receipt.refused), (Some(771), 129));
        assert_eq!(receipt.sha256, Some(settle::hex(&Sha256::digest(&all))));
    });
}

#[test]
fn the_cycle_in_progress_counts_what_is_in_files() {
    each_way(|world| {
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

fn level(world: &World) -> Json {
    let live = world.read(|platform, tx| live::of(platform, tx, &customer("acme"), "acme", "sub_acme"));
    live.unwrap().if_nothing_more["levels"][0]["exact"].clone()
}

/// Waits until the cycle in progress has that level.
fn comes_to(world: &World, exact: &str) {
    let begun = Instant::now();
    while level(world) != exact {
        assert!(begun.elapsed() < Duration::from_secs(60), "{exact}: {} {:?}", level(world), troubles(world));
        thread::yield_now();
    }
}

#[test]
fn a_record_is_counted_in_the_cycle_in_progress_soon_and_nobody_asks_for_it() {
    each_way(|world| {
        ready(world);
        world.set("2026-10-29T00:00:00Z");
        let runner = Runner::start((**world).clone(), HANDLERS.to_vec(), Duration::from_millis(1)).unwrap();
        let within_a_second = || world.pass(1);
        send(world, &messages(10));
        within_a_second();
        comes_to(world, "9/10");
        send(world, &[message(200, "failed")]);
        within_a_second();
        comes_to(world, "90/101");
        send(world, &[message(0, "delivered")]);
        within_a_second();
        comes_to(world, "91/101");
        drop(runner);
    });
}

#[test]
fn a_new_record_is_counted_before_files_are_merged_and_one_said_again_when_they_are() {
    each_way(|world| {
        ready(world);
        send(world, &messages(10));
        world.set("2026-10-29T00:00:00Z");
        run_all(world);
        let more: Vec<Json> = (100..110).map(|it| message(it, "delivered")).collect();
        send(world, &[more, vec![message(0, "delivered")]].concat());
        world.pass(1);
        jobs::run_due(world, &[(volume::JOB, volume::run), (volume::MERGE_JOB, |_, _| Ok(()))]).unwrap();
        assert_eq!(level(world), "10/11", "the one said again counts as it was");
        send(world, &[message(110, "failed")]);
        world.pass(1);
        run_all(world);
        assert_eq!(level(world), "101/111");
        assert!(kept(world).iter().all(|it| it.merged));
    });
}

#[test]
fn files_no_statement_rests_on_go_soon_and_those_of_statements_stay() {
    each_way(|world| {
        ready(world);
        send(world, &[messages(0), vec![fee()]].concat());
        world.set("2026-11-05T00:00:00Z");
        run_all(world);
        let first = all(world).remove(0);
        world.set("2026-11-09T00:00:00Z");
        send(world, &(0..5).map(|it| message(it, "failed")).collect::<Vec<_>>());
        run_all(world);
        let gone = || {
            let sql = "SELECT count(*) FROM lake_file WHERE removed_at IS NOT NULL";
            world.read(|_, tx| Ok(tx.row(sql, &[])?.unwrap().get::<i64>(0)?)).unwrap()
        };
        assert!(gone() > 5, "what was merged, and the files it was merged from: {}", gone());
        world.pass(1_000);
        send(world, &[message(0, "delivered")]);
        world.pass(1);
        run_all(world);
        world.pass(1_000);
        send(world, &[message(0, "failed")]);
        world.pass(1);
        run_all(world);
        for it in all(world) {
            let again = world.read(|platform, tx| statements::replay(platform, tx, &owner(), "acme", &it.id));
            assert!(again.unwrap().same, "{first:?} {it:?}");
        }
        let within = |folder: &Path| -> Vec<PathBuf> {
            fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect()
        };
        let facts = within(&world.data.join("lake/acme/sub_acme"));
        let days: Vec<PathBuf> = facts.iter().flat_map(|it| within(it)).collect();
        let lying: usize = days.iter().map(|it| within(it).len()).sum();
        let known: i64 = world
            .read(|_, tx| Ok(tx.row("SELECT count(DISTINCT path) FROM lake_file", &[])?.unwrap().get(0)?))
            .unwrap();
        assert_eq!(i64::try_from(lying).unwrap(), known, "no file without an entry and no entry without one");
    });
}

#[test]
fn what_a_record_said_before_is_kept_beside_it_whatever_is_merged_and_deleted() {
    each_way(|world| {
        ready(world);
        for (id, outcome) in
            [(0, "delivered"), (1, "delivered"), (0, "failed"), (1, "delivered"), (0, "delivered")]
        {
            send(world, &[message(id, outcome)]);
            world.pass(1_000);
            run_all(world);
        }
        send(world, &[message(0, "failed")]);
        run_all(world);
        let records = |fact: &str| -> i64 {
            let sql =
                "SELECT CAST(sum(records) AS BIGINT) FROM lake_file WHERE fact = $1 AND removed_at IS NULL";
            world.read(|_, tx| Ok(tx.row(sql, values![fact])?.unwrap().get(0)?)).unwrap()
        };
        assert_eq!(records("message"), 2);
        // That it was delivered, said twice; and that it failed, which was superseded once before it stood again.
        assert_eq!(records("message.superseded"), 2);
        world.pass(1_000);
        run_all(world);
        let beside = world.data.join("lake/acme/sub_acme/message.superseded");
        let days: Vec<_> = fs::read_dir(beside).unwrap().map(|it| it.unwrap().path()).collect();
        let files: usize = days.iter().map(|it| fs::read_dir(it).unwrap().count()).sum();
        assert_eq!((days.len(), files), (1, 1), "merged, and what it was merged from is gone");
    });
}

#[test]
fn files_that_cannot_be_read_block_the_seal_and_say_why_until_they_are_back() {
    each_way(|world| {
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
fn a_day_that_cannot_be_merged_is_named_and_keeps_no_other_from_being() {
    each_way(|world| {
        ready(world);
        let of_two_days = |from: usize| [message(28 * from, "delivered"), message(28 * from + 1, "failed")];
        send(world, &of_two_days(0));
        world.pass(60);
        run_all(world);
        let first = kept(world).remove(0);
        assert!(first.merged && first.day == "2026-10-01", "{first:?}");
        let path = world.data.join("lake").join(&first.path);
        let whole = fs::read(&path).unwrap();
        let mut damaged = whole.clone();
        damaged[40] ^= 1;
        fs::write(&path, damaged).unwrap();
        // The same again, and otherwise: that counts when it is merged.
        send(world, &[message(0, "failed"), message(1, "delivered")]);
        world.pass(60);
        run_jobs(world);
        assert!(troubles(world).iter().any(|it| it.contains(&first.path)), "{:?}", troubles(world));
        let merged: Vec<(String, bool)> = kept(world).into_iter().map(|it| (it.day, it.merged)).collect();
        let day = |it: &str, merged| (format!("2026-10-{it}"), merged);
        assert_eq!(merged[..merged.len() - 1].iter().filter(|it| !it.1).count(), 1, "{merged:?}");
        assert_eq!(merged.last(), Some(&day("02", true)));
        fs::write(&path, whole).unwrap();
        world.pass(3600);
        run_jobs(world);
        let merged: Vec<(String, bool)> = kept(world).into_iter().map(|it| (it.day, it.merged)).collect();
        assert_eq!(merged, [day("01", true), day("02", true)]);
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
    for shares in [false, true] {
        let directory = tempfile::tempdir().unwrap();
        let open = || {
            let world = World::open(&Location::Directory(directory.path().to_owned()), directory.path());
            if shares { world.sharing(directory.path()) } else { world }
        };
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
}

#[test]
fn a_fact_that_came_in_volume_is_not_listed_by_a_later_version() {
    each(|world| {
        ready(world);
        send(world, &messages(3));
        let listed = terms().replace("version: \"1\"", "version: \"2\"").replace("event in volume", "event");
        assert_eq!(kind(publish(world, &listed)), RefusalKind::Invalid);
        let renamed =
            listed.replace("fact message", "fact text_message").replace("of message", "of text_message");
        publish(world, &renamed).unwrap();
    });
}

#[test]
fn files_deleted_when_their_time_is_over_are_named_on_their_tenants_record() {
    each_way(|world| {
        ready(world);
        send(world, &[messages(3), vec![fee()]].concat());
        // A statement rests on these files; those that none rests on go much sooner.
        world.set("2026-11-05T00:00:00Z");
        run_all(world);
        let before = kept(world);
        // Every partition gets another record, and so another file.
        send(world, &(0..28).map(|it| message(1_000 + it, "delivered")).collect::<Vec<_>>());
        world.pass(60);
        run_all(world);
        world.pass(60);
        run_all(world);
        let after = kept(world);
        let sql = "SELECT path FROM lake_file WHERE removed_at IS NOT NULL ORDER BY path";
        let superseded: Vec<String> =
            world.read(|_, tx| Ok(tx.rows(sql, &[])?.iter().map(|it| it.get(0).unwrap()).collect())).unwrap();
        let deleted = |world: &World| {
            let query = LogQuery { action: Some("evidence.deleted"), ..LogQuery::default() };
            world.read(|_, tx| audit::entries(tx, &owner(), "acme", &query, &Page::default())).unwrap().items
        };
        let housekeeping = || {
            housekeeping::schedule(world).unwrap();
            jobs::run_due(world, &[(housekeeping::JOB, housekeeping::run)]).unwrap();
        };
        housekeeping();
        assert!(deleted(world).is_empty(), "their time is not over");
        let file = |it: &volume::KeptFile| world.data.join("lake").join(&it.path);
        assert!(before.iter().all(|it| file(it).is_file()));
        // Three years and a day later, twice.
        for days in [1_100, 2] {
            world.pass(days * 86_400);
            housekeeping();
        }
        let entries = deleted(world);
        let named: Vec<&Json> = entries.iter().flat_map(|it| it.new["files"].as_array().unwrap()).collect();
        let mut paths: Vec<&str> = named.iter().map(|it| it["path"].as_str().unwrap()).collect();
        paths.sort_unstable();
        assert_eq!(paths, superseded, "each once");
        assert!(before.iter().all(|it| paths.contains(&it.path.as_str())));
        assert!(named.iter().all(|it| it["records"].as_u64() > Some(0) && it["removed_at"].is_string()));
        assert!(
            entries
                .iter()
                .all(|it| (it.subject.as_str(), it.actor.as_str()) == ("sub_acme", "system:housekeeping"))
        );
        assert!(before.iter().all(|it| !file(it).exists()) && after.iter().all(|it| file(it).is_file()));
        assert_eq!(kept(world), after, "what stands stays");
    });
}
