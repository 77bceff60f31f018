//! The audit log: what it holds can be proven, what was changed in it is found, and people can be forgotten.
#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

mod support;

use std::collections::BTreeMap;

use platform::audit::{self, Class, Entry, Erase, ExportLog, LogQuery, NewRetention, ROOT};
use platform::page::Page;
use platform::principal::{PROVIDER, Principal};
use platform::rights::Role;
use platform::{Failure, RefusalKind, Settings};
use proof::{
    Checkpoint, ConsistencyProof, Digest, Frontier, Note, SigningKey, TlogProof, Trust, VerifyingKey,
    WitnessSigningKey, leaf_hash, verify_consistency,
};
use serde_json::{Value as Json, json};
use store::{Fault, values};
use support::{World, customer, each, kind, member, ours, owner, refusal, tenant};

fn append(world: &World, house: &str, subjects: &[String]) {
    append_by(world, &owner(), house, subjects);
}

/// Those of somebody without an address are packed into runs.
fn append_by(world: &World, who: &Principal, house: &str, subjects: &[String]) {
    let (who, house, subjects) = (who.clone(), house.to_owned(), subjects.to_vec());
    let entry = |subject: String| Entry {
        action: "thing.changed",
        new: json!({ "name": subject, "of": ["下线", 1] }),
        subject,
        ..Entry::default()
    };
    let work = move |tx: &mut store::Tx<'_>| {
        let entries = subjects.into_iter().map(entry).collect();
        audit::append_many(tx, &who, &house, entries).map_err(Failure::from)
    };
    world.write(move |_, tx| work(tx)).unwrap();
}

/// Nobody's address: its entries have no personal data.
fn machine() -> Principal {
    Principal::system("machine")
}

fn names(from: usize, until: usize) -> Vec<String> {
    (from..until).map(|it| format!("thing-{it}")).collect()
}

/// All entries, as bundles hold them.
fn texts(world: &World, house: &str) -> Vec<String> {
    let look = |tx: &mut store::Tx<'_>| {
        let row = tx.row("SELECT size FROM audit_log WHERE log = $1", values![house])?;
        let size = row.map_or(Ok(0), |it| it.get::<i64>(0)).map(|it| u64::try_from(it).unwrap())?;
        let mut texts = Vec::new();
        for n in 0..size.div_ceil(256) {
            let width = u16::try_from((size - n * 256).min(256)).unwrap();
            let path = proof::BundlePath::new(n, width).unwrap().to_string();
            let bundle = match house {
                ROOT => audit::public_bundle(tx, &path)?,
                house => audit::bundle(tx, &owner(), house, &path)?,
            };
            let entries = proof::read_bundle(&bundle).unwrap();
            texts.extend(entries.into_iter().map(|it| String::from_utf8(it.to_vec()).unwrap()));
        }
        Ok(texts)
    };
    world.read(|_, tx| look(tx)).unwrap()
}

fn key(world: &World, log: &str) -> VerifyingKey {
    audit::verifying_key(world, log).unwrap().trim_end().parse().unwrap()
}

fn proof(world: &World, house: &str, seq: usize) -> Result<TlogProof, Failure> {
    let text =
        world.read(|platform, tx| audit::entry_proof(platform, tx, &owner(), house, &seq.to_string()))?;
    Ok(TlogProof::parse(text.as_bytes()).unwrap())
}

fn checkpoint(world: &World, house: &str) -> Checkpoint {
    let text = world.read(|platform, tx| audit::checkpoint(platform, tx, &owner(), house)).unwrap();
    Checkpoint::open(&Note::parse(text.as_bytes()).unwrap(), &key(world, house)).unwrap()
}

#[test]
fn an_entry_is_canonical_json_that_names_who_what_when_and_why() {
    each(|world| {
        let entry = Entry {
            action: "claim.rejected",
            subject: "clm_\"1\u{7}".to_owned(),
            old: json!({ "state": "open" }),
            new: json!({ "state": "rejected", "a": { "z": 1, "b": [true, null] } }),
            reason: Some("too late\n迟".to_owned()),
            personal: vec![("name", "张三".to_owned())],
        };
        world.write(|_, tx| Ok(audit::append(tx, &owner(), PROVIDER, entry)?)).unwrap();
        let text = texts(world, PROVIDER).pop().unwrap();
        let body: Json = serde_json::from_str(&text).unwrap();
        assert_eq!(proof::canonical_bytes(&body).unwrap(), text.as_bytes());
        assert_eq!(body["at"], "2026-10-01T00:00:00Z");
        assert_eq!(body["actor"], "person:owner");
        assert_eq!(body["subject"], "clm_\"1\u{7}");
        assert_eq!((&body["seq"], &body["log"]), (&json!(0), &json!("")));
        assert!(!text.contains("张三") && !text.contains("192.0.2.1"), "{text}");
        let listed = world
            .read(|_, tx| audit::entries(tx, &owner(), PROVIDER, &LogQuery::default(), &Page::default()))
            .unwrap();
        let shown: BTreeMap<String, String> =
            [("address", "192.0.2.1"), ("name", "张三")].map(|it| (it.0.to_owned(), it.1.to_owned())).into();
        assert_eq!(listed.items[0].personal, shown);
        assert_eq!(listed.items[0].commitments.len(), 2);
    });
}

#[test]
fn numbers_that_readers_do_not_keep_and_texts_without_end_are_logged_all_the_same() {
    each(|world| {
        let entry = |new: Json| Entry { action: "thing.changed", new, ..Entry::default() };
        let long = "x".repeat(100_000);
        let entries = vec![entry(json!({ "size": 0.5, "n": u64::MAX })), entry(json!({ "text": long }))];
        world.write(|_, tx| Ok(audit::append_many(tx, &owner(), PROVIDER, entries)?)).unwrap();
        let bodies: Vec<Json> =
            texts(world, PROVIDER).iter().map(|it| serde_json::from_str(it).unwrap()).collect();
        assert_eq!(bodies[0]["new"], r#"{"size":0.5,"n":18446744073709551615}"#);
        let sha256 = bodies[1]["new"]["object_sha256"].as_str().unwrap().to_owned();
        let kept = world.read(|_, tx| Ok(platform::objects::get(tx, &sha256)?)).unwrap().unwrap();
        assert_eq!(kept, format!("{{\"text\":\"{long}\"}}").into_bytes());
        assert!(proof(world, PROVIDER, 1).is_ok());
    });
}

#[test]
fn every_entry_can_be_proven_at_every_size_around_the_edges_of_tiles() {
    each(|world| {
        tenant(world, "acme");
        let mut size = texts(world, "acme").len();
        for until in [1, 2, 3, 7, 255, 256, 257, 511, 512, 700] {
            if until > size {
                append_by(world, &machine(), "acme", &names(size, until));
                size = until;
            }
            let entries = texts(world, "acme");
            let oracle =
                proof::root_of(&entries.iter().map(|it| leaf_hash(it.as_bytes())).collect::<Vec<_>>());
            assert_eq!(checkpoint(world, "acme").root, oracle, "size {size}");
            for seq in [0, 1, size / 2, 254, 255, 256, size - 1].into_iter().filter(|it| *it < size) {
                let included = proof(world, "acme", seq).unwrap().check(
                    entries[seq].as_bytes(),
                    &key(world, "acme"),
                    &[],
                );
                assert_eq!(included.unwrap().checkpoint.size, u64::try_from(size).unwrap());
            }
            assert_eq!(kind(proof(world, "acme", size)), RefusalKind::NotFound);
        }
        for (seq, entry) in texts(world, "acme").iter().enumerate() {
            assert!(
                proof(world, "acme", seq).unwrap().check(entry.as_bytes(), &key(world, "acme"), &[]).is_ok()
            );
        }
        assert!(world.read(|platform, tx| Ok(audit::check_log(platform, tx, "acme")?)).unwrap().sound);
    });
}

#[test]
fn a_large_log_has_two_levels_of_tiles_and_is_the_same_however_it_was_batched() {
    each(|world| {
        let sizes = [1, 255, 256, 257, 65_000, 300, 1_000, 3];
        let mut size = 0;
        for (nth, batch) in sizes.into_iter().enumerate() {
            let who = if nth % 2 == 0 { machine() } else { owner() };
            append_by(world, &who, PROVIDER, &names(size, size + batch));
            size += batch;
        }
        let checked = world.read(|platform, tx| Ok(audit::check_log(platform, tx, PROVIDER)?)).unwrap();
        assert_eq!(
            (checked.sound, checked.wrong.len(), checked.size),
            (true, 0, u64::try_from(size).unwrap())
        );
        let entries = texts(world, PROVIDER);
        let (at, key) = (checkpoint(world, PROVIDER), key(world, PROVIDER));
        assert_eq!(at.root.to_base64(), checked.root);
        for seq in [0, 255, 65_535, 65_536, 66_000, size - 1] {
            assert!(
                proof(world, PROVIDER, seq).unwrap().check(entries[seq].as_bytes(), &key, &[]).is_ok(),
                "{seq}"
            );
        }
        let tile = |path: &str| world.read(|_, tx| audit::tile(tx, &owner(), PROVIDER, path));
        assert_eq!(tile("tile/0/000").unwrap().len(), 8192);
        assert_eq!(tile("tile/1/000").unwrap().len(), 8192);
        assert_eq!(tile("tile/2/000.p/1").unwrap().len(), 32);
        assert_eq!(tile("tile/1/001.p/2").unwrap().len(), 64);
        assert_eq!(kind(tile("tile/1/002")), RefusalKind::NotFound);
        assert_eq!(kind(tile("tile/1/001.p/200")), RefusalKind::NotFound);
        let bundle =
            world.read(|_, tx| audit::bundle(tx, &owner(), PROVIDER, "tile/entries/001.p/3")).unwrap();
        let expected: Vec<&[u8]> = entries[256..259].iter().map(String::as_bytes).collect();
        assert_eq!(proof::read_bundle(&bundle).unwrap(), expected);
    });
}

#[test]
fn a_log_that_grew_continues_every_size_it_had() {
    each(|world| {
        append(world, PROVIDER, &names(0, 600));
        let mut frontier = Frontier::default();
        let mut roots: Vec<Digest> = vec![frontier.root()];
        for entry in texts(world, PROVIDER) {
            frontier.push(leaf_hash(entry.as_bytes()));
            roots.push(frontier.root());
        }
        let ask = |old: &str, new: Option<&str>| {
            world.read(|_, tx| audit::consistency(tx, &owner(), PROVIDER, Some(old), new))
        };
        for (old, new) in
            [(0, 600), (1, 2), (1, 600), (255, 256), (256, 600), (300, 513), (599, 600), (600, 600)]
        {
            let text = ask(&old.to_string(), Some(&new.to_string())).unwrap();
            let given = ConsistencyProof::parse(text.as_bytes()).unwrap();
            let (older, newer) = (u64::try_from(old).unwrap(), u64::try_from(new).unwrap());
            verify_consistency(older, roots[old], newer, roots[new], &given.hashes).unwrap();
        }
        assert_eq!(kind(ask("601", None)), RefusalKind::Invalid);
        assert_eq!(kind(ask("5", Some("4"))), RefusalKind::Invalid);
        assert_eq!(kind(ask("x", None)), RefusalKind::Invalid);
    });
}

#[test]
fn checkpoints_are_put_into_the_root_log_by_the_job_when_a_log_grew() {
    each(|world| {
        tenant(world, "acme");
        tenant(world, "zeta");
        append(world, PROVIDER, &names(0, 1));
        let run = || platform::jobs::run_due(world, &[(audit::JOB, audit::run)]).unwrap();
        assert_eq!(run(), 0, "not yet due");
        world.pass(10);
        assert_eq!(run(), 1);
        let entries = texts(world, ROOT);
        let origins: Vec<String> = entries.iter().map(|it| Checkpoint::parse(it).unwrap().origin).collect();
        assert_eq!(origins.len(), 3, "the provider's, and one of each tenant");
        let expected = [PROVIDER, "acme", "zeta"].map(|it| audit::origin_of(world, it));
        assert!(expected.iter().all(|it| origins.contains(it)), "{origins:?}");
        let shown = world.read(audit::public_checkpoint).unwrap();
        let root = Checkpoint::open(&Note::parse(shown.as_bytes()).unwrap(), &key(world, ROOT)).unwrap();
        assert_eq!(root.size, 3);
        let bundle = world.read(|_, tx| audit::public_bundle(tx, "tile/entries/000.p/3")).unwrap();
        let leaves: Vec<Digest> = proof::read_bundle(&bundle).unwrap().into_iter().map(leaf_hash).collect();
        assert_eq!(proof::root_of(&leaves), root.root);
        let tile = world.read(|_, tx| audit::public_tile(tx, "tile/0/000.p/3")).unwrap();
        assert_eq!(tile, leaves.iter().flat_map(|it| *it.bytes()).collect::<Vec<u8>>());
        world.pass(100);
        assert_eq!(run(), 0, "nothing grew");
        append(world, "acme", &names(0, 1));
        world.pass(10);
        assert_eq!(run(), 1);
        assert_eq!(texts(world, ROOT).len(), 4);
    });
}

#[test]
fn what_everybody_can_read_does_not_tell_who_the_customers_are() {
    each(|world| {
        tenant(world, "acme");
        audit::publish_all(world).unwrap();
        let entries = texts(world, ROOT);
        assert!(!entries.is_empty() && entries.iter().all(|it| !it.contains("acme")), "{entries:?}");
    });
}

#[test]
fn a_packages_proof_of_logging_is_found_sound_and_another_packages_is_not() {
    each(|world| {
        tenant(world, "acme");
        let package = |text: &[u8]| {
            let files = BTreeMap::from([("statement.json".to_owned(), text.to_vec())]);
            proof::seal(files, &world.platform.key).unwrap().into_files()
        };
        let (files, other) = (package(b"{}"), package(b"[]"));
        let seal = Digest::of(&files[proof::SEAL_FILE]).to_string();
        let entry = Entry {
            action: "statement.sealed",
            subject: "stm_1".to_owned(),
            new: json!({ "label": "2026-10", "seal_sha256": seal }),
            ..Entry::default()
        };
        let seq = world.write(|_, tx| Ok(audit::append(tx, &owner(), "acme", entry)?)).unwrap();
        append(world, "acme", &names(0, 5));
        let proofs =
            || world.read(|platform, tx| Ok(audit::package_proof(platform, tx, "acme", seq)?)).unwrap();
        let before = proofs();
        audit::publish_all(world).unwrap();
        append(world, "acme", &names(5, 9));
        for proofs in [before, proofs()] {
            let opened = |files: &BTreeMap<String, Vec<u8>>| {
                let mut all = files.clone();
                all.extend(proofs.clone());
                proof::open_trusting(all, &Trust { log: Some(key(world, "acme")), ..Trust::default() })
            };
            let logged = opened(&files).unwrap().log().cloned().unwrap();
            assert_eq!(logged.index, u64::try_from(seq).unwrap());
            assert!(opened(&other).is_err());
        }
    });
}

#[test]
fn what_is_changed_in_a_run_of_entries_is_found_by_counting_again() {
    let table = [
        "UPDATE audit_run SET entries = (SELECT r.entries FROM audit_run r WHERE r.log = 'zeta' AND r.seq = audit_run.seq) WHERE log = 'acme'",
        "UPDATE audit_run SET entries = marks WHERE log = 'acme' AND seq = 256",
        "UPDATE audit_run SET actor = 'person:nobody' WHERE log = 'acme' AND seq = 256",
        "UPDATE audit_run SET at = at + 1000000000 WHERE log = 'acme' AND seq = 256",
        "UPDATE audit_run SET count = count - 1 WHERE log = 'acme' AND seq = 256",
        "UPDATE audit_run SET seq = seq + 1 WHERE log = 'acme' AND seq = 256",
        "UPDATE audit_run SET marks = (SELECT r.marks FROM audit_run r WHERE r.log = 'zeta' AND r.seq = 256) WHERE log = 'acme' AND seq = 256",
        "DELETE FROM audit_run WHERE log = 'acme' AND seq = 256",
    ];
    for sql in table {
        each(|world| {
            for (house, from) in [("acme", 0), ("zeta", 1000)] {
                tenant(world, house);
                let size = texts(world, house).len();
                append_by(world, &machine(), house, &names(from + size, from + 300));
            }
            let checked = || world.read(|platform, tx| audit::checked(platform, tx, &owner(), "acme"));
            assert!(checked().unwrap().sound);
            if tamper(world, sql) {
                assert!(checked().map_or(true, |it| !it.sound), "{sql}");
            }
        });
    }
}

#[test]
fn entries_of_a_run_are_found_like_those_in_rows_of_their_own() {
    each(|world| {
        tenant(world, "acme");
        let first = texts(world, "acme").len();
        append_by(world, &machine(), "acme", &names(0, 300));
        append(world, "acme", &names(290, 310));
        append_by(world, &machine(), "acme", &names(305, 600));
        let all: Vec<i64> = (0..first + 300 + 20 + 295).rev().map(|it| i64::try_from(it).unwrap()).collect();
        let found = |query: LogQuery<'_>| {
            let (mut page, mut found) = (Page { after: None, limit: 100 }, Vec::new());
            loop {
                let listed = world.read(|_, tx| audit::entries(tx, &owner(), "acme", &query, &page)).unwrap();
                found.extend(listed.items);
                page.after = listed.next;
                if page.after.is_none() {
                    return found;
                }
            }
        };
        let seqs = |query| found(query).iter().map(|it| it.seq).collect::<Vec<_>>();
        assert_eq!(seqs(LogQuery::default()), all);
        let bodies: Vec<Json> =
            texts(world, "acme").iter().map(|it| serde_json::from_str(it).unwrap()).collect();
        for subject in ["thing-0", "thing-255", "thing-295", "thing-307", "thing-599", "thing-600"] {
            let oracle: Vec<i64> = all
                .iter()
                .copied()
                .filter(|it| bodies[usize::try_from(*it).unwrap()]["subject"] == subject)
                .collect();
            assert_eq!(seqs(LogQuery { subject: Some(subject), ..LogQuery::default() }), oracle, "{subject}");
        }
        let machines = found(LogQuery { actor: Some("system:machine"), ..LogQuery::default() });
        assert_eq!(machines.len(), 595);
        let last = &machines[0];
        let text = texts(world, "acme").pop().unwrap();
        assert_eq!(
            (last.subject.as_str(), last.leaf.clone()),
            ("thing-599", leaf_hash(text.as_bytes()).to_string())
        );
        assert_eq!(seqs(LogQuery { action: Some("thing."), ..LogQuery::default() }).len(), 615);
        assert_eq!(seqs(LogQuery { action: Some("thing.made"), ..LogQuery::default() }), [0; 0]);
    });
}

/// SQLite lets the file's owner do anything; PostgreSQL's application role may not even try.
fn tamper(world: &World, sql: &'static str) -> bool {
    world.write(move |_, tx| Ok(tx.housekeeping(sql, &[])?)).is_ok()
}

#[test]
fn whatever_is_changed_in_the_store_is_found_by_counting_again() {
    let table = [
        "UPDATE audit_entry SET entry = replace(entry, 'thing-7', 'thing-8') WHERE log = 'acme' AND subject = 'thing-7'",
        "UPDATE audit_entry SET actor = 'person:nobody' WHERE log = 'acme' AND seq = 3",
        "UPDATE audit_entry SET at = at + 1000000000 WHERE log = 'acme' AND seq = 3",
        "DELETE FROM audit_entry WHERE log = 'acme' AND seq = 5",
        "DELETE FROM audit_entry WHERE log = 'acme' AND seq >= 290",
        "UPDATE audit_tile SET hashes = (SELECT frontier FROM audit_log WHERE log = 'acme') WHERE log = 'acme' AND level = 1",
        "UPDATE audit_log SET checkpoint = replace(checkpoint, '300', '299') WHERE log = 'acme'",
        "UPDATE audit_personal SET value = 'nobody' WHERE log = 'acme' AND seq = 4",
    ];
    for sql in table {
        each(|world| {
            tenant(world, "acme");
            let size = texts(world, "acme").len();
            append(world, "acme", &names(size, 300));
            audit::publish_all(world).unwrap();
            let checked = || world.read(|platform, tx| audit::checked(platform, tx, &owner(), "acme"));
            assert!(checked().unwrap().sound);
            if tamper(world, sql) {
                assert!(checked().map_or(true, |it| !it.sound), "{sql}");
            }
        });
    }
}

#[test]
fn a_history_rewritten_with_its_hashes_does_not_have_the_root_that_was_signed() {
    each(|world| {
        append(world, PROVIDER, &names(0, 20));
        audit::publish_all(world).unwrap();
        let forged = world.write(|_, tx| {
            tx.housekeeping("DELETE FROM audit_entry WHERE log = ''", &[])?;
            tx.housekeeping("DELETE FROM audit_personal WHERE log = ''", &[])?;
            tx.housekeeping(
                "UPDATE audit_log SET frontier = $1, size = 0 WHERE log = ''",
                values![vec![0_u8; 8]],
            )?;
            Ok(())
        });
        if forged.is_ok() {
            append(world, PROVIDER, &names(1, 21));
            let checked =
                world.read(|platform, tx| audit::checked(platform, tx, &owner(), PROVIDER)).unwrap();
            let found: Vec<&str> = checked.wrong.iter().map(|it| it.what.en.as_str()).collect();
            assert_eq!(found, ["the log does not have the root that was signed"]);
        }
    });
}

#[test]
fn counting_again_is_put_on_record() {
    each(|world| {
        tenant(world, "acme");
        let counted =
            world.read(|platform, tx| audit::checked(platform, tx, &customer("acme"), "acme")).unwrap();
        world.write(|_, tx| audit::check(tx, &customer("acme"), "acme", counted)).unwrap();
        assert_eq!(support::actions(world, "acme").pop().as_deref(), Some("log.checked"));
    });
}

#[test]
fn tenants_that_write_at_once_each_have_a_whole_log() {
    each(|world| {
        let ids: Vec<String> = (0..6).map(|it| format!("tenant-{it}")).collect();
        ids.iter().for_each(|it| tenant(world, it));
        let before: Vec<usize> = ids.iter().map(|it| texts(world, it).len()).collect();
        std::thread::scope(|scope| {
            for id in &ids {
                scope.spawn(move || (0..40).for_each(|at| append(world, id, &names(at * 10, at * 10 + 10))));
            }
            scope.spawn(|| {
                for _ in 0..5 {
                    audit::publish_all(world).unwrap();
                }
            });
        });
        audit::publish_all(world).unwrap();
        for (id, before) in ids.iter().zip(before) {
            let checked = world.read(|platform, tx| Ok(audit::check_log(platform, tx, id)?)).unwrap();
            assert_eq!((checked.sound, checked.size), (true, u64::try_from(before + 400).unwrap()));
        }
        assert!(world.read(|platform, tx| Ok(audit::check_log(platform, tx, ROOT)?)).unwrap().sound);
    });
}

#[test]
fn a_write_that_is_refused_leaves_no_entry() {
    each(|world| {
        append(world, PROVIDER, &names(0, 3));
        let refused: Result<(), Failure> = world.write(|_, tx| {
            audit::append(tx, &owner(), PROVIDER, Entry { action: "thing.changed", ..Entry::default() })?;
            Err(Fault::broken("no").into())
        });
        assert!(refused.is_err());
        assert_eq!(texts(world, PROVIDER).len(), 3);
        assert!(world.read(|platform, tx| Ok(audit::check_log(platform, tx, PROVIDER)?)).unwrap().sound);
    });
}

fn seqs(world: &World, who: &Principal, query: &LogQuery<'_>, page: &Page) -> Result<Vec<i64>, Failure> {
    let listed = world.read(|_, tx| audit::entries(tx, who, "acme", query, page))?;
    Ok(listed.items.iter().map(|it| it.seq).collect())
}

#[test]
fn entries_are_found_by_who_what_which_and_when_newest_first_in_pages() {
    each(|world| {
        tenant(world, "acme");
        let first = i64::try_from(texts(world, "acme").len()).unwrap();
        for at in 0..6 {
            world.pass(60);
            let (action, who) =
                if at % 2 == 0 { ("claim.submitted", owner()) } else { ("claims.seen", customer("acme")) };
            let entry = Entry { action, subject: format!("clm_{}", at / 2), ..Entry::default() };
            world.write(move |_, tx| Ok(audit::append(tx, &who, "acme", entry)?)).unwrap();
        }
        let ask = |query: LogQuery<'_>| -> Vec<i64> {
            let found = seqs(world, &owner(), &query, &Page::default()).unwrap();
            found.into_iter().filter(|it| *it >= first).map(|it| it - first).collect()
        };
        let all = LogQuery::default();
        assert_eq!(ask(all.clone()), [5, 4, 3, 2, 1, 0]);
        assert_eq!(ask(LogQuery { actor: Some("person:acme-admin"), ..all.clone() }), [5, 3, 1]);
        assert_eq!(ask(LogQuery { action: Some("claim.submitted"), ..all.clone() }), [4, 2, 0]);
        assert_eq!(ask(LogQuery { action: Some("claim."), ..all.clone() }), [4, 2, 0]);
        assert_eq!(ask(LogQuery { subject: Some("clm_1"), ..all.clone() }), [3, 2]);
        let (from, until) = (Some("2026-10-01T00:02:00Z"), Some("2026-10-01T00:04:00Z"));
        assert_eq!(ask(LogQuery { from, until, ..all.clone() }), [2, 1]);
        assert_eq!(ask(LogQuery { from, until, subject: Some("clm_1"), ..all.clone() }), [2]);
        let (mut page, mut seen) = (Page { after: None, limit: 4 }, Vec::new());
        loop {
            let listed = world.read(|_, tx| audit::entries(tx, &owner(), "acme", &all, &page)).unwrap();
            seen.extend(listed.items.iter().map(|it| it.seq));
            page.after = listed.next;
            if page.after.is_none() {
                break;
            }
        }
        assert_eq!(seen, (0..first + 6).rev().collect::<Vec<_>>());
    });
}

#[test]
fn a_log_is_seen_by_those_who_may_and_its_people_by_fewer() {
    each(|world| {
        tenant(world, "acme");
        tenant(world, "zeta");
        append(world, "acme", &names(0, 1));
        let look = |who: &Principal| {
            world.read(|_, tx| audit::entries(tx, who, "acme", &LogQuery::default(), &Page::default()))
        };
        let people = |who: &Principal| !look(who).unwrap().items[0].personal.is_empty();
        assert!(people(&owner()) && people(&customer("acme")) && people(&ours(Role::Auditor)));
        assert!(!people(&ours(Role::Authority)));
        assert_eq!(kind(look(&customer("zeta"))), RefusalKind::NotFound);
        assert_eq!(kind(look(&member("acme"))), RefusalKind::Forbidden);
        assert_eq!(kind(look(&ours(Role::Support))), RefusalKind::Forbidden);
        let ours = world.read(|_, tx| {
            audit::entries(tx, &customer("acme"), PROVIDER, &LogQuery::default(), &Page::default())
        });
        assert_eq!(kind(ours), RefusalKind::NotFound);
        for path in ["tile/0/000.p/1", "tile/0/999"] {
            assert_eq!(
                kind(world.read(|_, tx| audit::tile(tx, &customer("zeta"), "acme", path))),
                RefusalKind::NotFound
            );
        }
    });
}

#[test]
fn personal_data_can_be_erased_after_their_time_and_every_proof_still_holds() {
    each(|world| {
        tenant(world, "acme");
        let entry = Entry {
            action: "person.created",
            subject: "per_1".to_owned(),
            personal: vec![("email", "zhang@example.com".to_owned()), ("name", "张三".to_owned())],
            ..Entry::default()
        };
        world.write(|_, tx| Ok(audit::append(tx, &customer("acme"), "acme", entry)?)).unwrap();
        let erase = |who: Principal, subject: &str| {
            let input = Erase { subject: subject.to_owned(), reason: "asked to be forgotten".to_owned() };
            world.write(move |_, tx| audit::erase_personal(tx, &who, "acme", input))
        };
        let retained = refusal(erase(customer("acme"), "per_1"));
        assert_eq!(retained.kind, RefusalKind::Retained);
        assert!(retained.detail.en.contains("2027-10-01T00:00:00Z"), "{}", retained.detail.en);
        world.set("2027-10-01T00:00:00Z");
        assert_eq!(kind(erase(member("acme"), "per_1")), RefusalKind::Forbidden);
        assert_eq!(kind(erase(customer("acme"), "per_2")), RefusalKind::NotFound);
        let before = checkpoint(world, "acme");
        let erased = erase(customer("acme"), "per_1").unwrap();
        assert_eq!((erased.erased, erased.retained), (2, 0));
        let query = LogQuery { subject: Some("per_1"), ..LogQuery::default() };
        let listed =
            world.read(|_, tx| audit::entries(tx, &owner(), "acme", &query, &Page::default())).unwrap();
        let seen: Vec<(&str, bool)> =
            listed.items.iter().map(|it| (it.action.as_str(), it.personal.contains_key("name"))).collect();
        assert_eq!(seen, [("personal.erased", false), ("person.created", false)]);
        let rows = texts(world, "acme");
        let leaves: Vec<Digest> = rows.iter().map(|it| leaf_hash(it.as_bytes())).collect();
        assert_eq!(proof::root_of(&leaves[..usize::try_from(before.size).unwrap()]), before.root);
        assert!(world.read(|platform, tx| Ok(audit::check_log(platform, tx, "acme")?)).unwrap().sound);
    });
}

#[test]
fn the_addresses_somebody_acted_from_are_erased_with_the_person() {
    each(|world| {
        append(world, PROVIDER, &names(0, 3));
        world.set("2030-01-01T00:00:00Z");
        let input = Erase { subject: "owner".to_owned(), reason: "left".to_owned() };
        let erased = world.write(|_, tx| audit::erase_personal(tx, &owner(), PROVIDER, input)).unwrap();
        assert_eq!(erased.erased, 3);
    });
}

#[test]
fn what_is_kept_can_be_kept_longer_and_never_shorter() {
    each(|world| {
        tenant(world, "acme");
        let retain = |who: Principal, action: &str, class: Class| {
            let input = NewRetention { action: action.to_owned(), class, reason: None };
            world.write(move |_, tx| audit::retain(tx, &who, "acme", input))
        };
        let until = |action: &str| {
            world
                .read(|_, tx| Ok(audit::kept_until(tx, "acme", action, support::at("2026-08-31T12:00:00Z"))?))
                .unwrap()
        };
        assert_eq!(until("session.begun"), support::at("2027-02-28T12:00:00Z"));
        assert_eq!(until("claim.submitted"), support::at("2036-08-31T12:00:00Z"));
        assert_eq!(kind(retain(owner(), "claim.", Class::SixYears)), RefusalKind::Retained);
        assert_eq!(kind(retain(customer("acme"), "session.", Class::TenYears)), RefusalKind::Forbidden);
        assert_eq!(kind(retain(customer("beta"), "session.", Class::TenYears)), RefusalKind::NotFound);
        assert_eq!(kind(retain(owner(), "", Class::TenYears)), RefusalKind::Invalid);
        retain(owner(), "session.", Class::ThreeYears).unwrap();
        assert_eq!(until("session.begun"), support::at("2029-08-31T12:00:00Z"));
        assert_eq!(kind(retain(owner(), "session.", Class::OneYear)), RefusalKind::Retained);
        assert_eq!(kind(retain(owner(), "session.begun", Class::OneYear)), RefusalKind::Retained);
        retain(owner(), "session.", Class::TenYears).unwrap();
        let listed = world.read(|_, tx| audit::retentions(tx, &customer("acme"), "acme")).unwrap();
        let session = listed.iter().find(|it| it.action == "session.").unwrap();
        assert_eq!(session.class, Class::TenYears);
        assert_eq!(support::actions(world, "acme").pop().as_deref(), Some("retention.extended"));
    });
}

#[test]
fn an_authoritys_copy_can_be_checked_offline_and_its_use_is_on_record() {
    each(|world| {
        tenant(world, "acme");
        append(world, "acme", &names(0, 4));
        let who = ours(Role::Authority);
        let input = ExportLog { from: 0, until: None, reason: "request 17".to_owned() };
        let copy = world.read(|platform, tx| audit::export(platform, tx, &who, "acme", &input)).unwrap();
        let clerk = who.clone();
        world.write(move |_, tx| audit::exported(tx, &clerk, "acme", input)).unwrap();
        let text = String::from_utf8(copy).unwrap();
        assert!(!text.contains("192.0.2.1"), "an authority does not see people here");
        let mut lines = text.lines().map(|it| serde_json::from_str::<Json>(it).unwrap());
        let head = lines.next().unwrap();
        let key: VerifyingKey = head["key"].as_str().unwrap().parse().unwrap();
        let note = Note::parse(head["checkpoint"].as_str().unwrap().as_bytes()).unwrap();
        let signed = Checkpoint::open(&note, &key).unwrap();
        let leaves: Vec<Digest> =
            lines.map(|it| leaf_hash(&proof::canonical_bytes(&it["entry"]).unwrap())).collect();
        assert_eq!(proof::root_of(&leaves), signed.root);
        let query = LogQuery { action: Some("log.exported"), ..LogQuery::default() };
        let listed =
            world.read(|_, tx| audit::entries(tx, &owner(), "acme", &query, &Page::default())).unwrap();
        assert_eq!(listed.items[0].actor, "person:authority");
        assert_eq!(listed.items[0].reason.as_deref(), Some("request 17"));
        let input = ExportLog { from: 0, until: Some(1_000), reason: String::new() };
        let beyond = world.read(|platform, tx| audit::export(platform, tx, &who, "acme", &input));
        assert_eq!(kind(beyond), RefusalKind::Invalid);
        let denied = world.read(|platform, tx| {
            let input = ExportLog { from: 0, until: None, reason: String::new() };
            audit::export(platform, tx, &ours(Role::ServiceManager), "acme", &input)
        });
        assert_eq!(kind(denied), RefusalKind::Forbidden);
    });
}

#[test]
fn cosignatures_of_known_witnesses_are_shown_with_the_checkpoint_and_others_are_refused() {
    each(|world| {
        let witness = WitnessSigningKey::from_seed("witness.example", [3; 32]).unwrap();
        let stranger = WitnessSigningKey::from_seed("stranger.example", [4; 32]).unwrap();
        let settings =
            Settings { witnesses: vec![witness.verifying_key().to_string()], ..Settings::default() };
        let mut platform = world.platform.clone();
        platform.settings = settings.into();
        append(world, PROVIDER, &names(0, 3));
        audit::publish_all(&platform).unwrap();
        let shown = || platform.read(audit::public_checkpoint).unwrap();
        let note = || Note::parse(shown().as_bytes()).unwrap();
        let send = |note: &Note| {
            let input = audit::Cosigned { checkpoint: note.to_string() };
            platform.write(move |platform, tx| audit::cosign(platform, tx, &owner(), &input))
        };
        let mut strange = note();
        strange.cosign(&stranger, 5).unwrap();
        assert_eq!(kind(send(&strange)), RefusalKind::Invalid);
        let mut forged =
            Checkpoint { origin: audit::origin_of(world, ROOT), size: 1, root: proof::EMPTY_ROOT }
                .sign(&SigningKey::from_seed(&audit::origin_of(world, ROOT), [9; 32]).unwrap())
                .unwrap();
        forged.cosign(&witness, 5).unwrap();
        assert_eq!(kind(send(&forged)), RefusalKind::Invalid);
        let mut cosigned = note();
        cosigned.cosign(&witness, 1_790_000_000).unwrap();
        cosigned.cosign(&stranger, 5).unwrap();
        let seen = send(&cosigned).unwrap();
        assert_eq!((seen.size, seen.witnesses), (1, vec!["witness.example".to_owned()]));
        let known = [witness.verifying_key().clone()];
        assert_eq!(note().cosignatures(&known).unwrap().len(), 1);
        assert_eq!(note().signers().count(), 2, "our own and the known witness's");
        append(world, PROVIDER, &names(3, 5));
        audit::publish_all(&platform).unwrap();
        assert_eq!(note().cosignatures(&known).unwrap().len(), 0, "nobody has seen this one yet");
    });
}

/// Between two publications the provider's log is signed for whoever asks; who cosigns that is seen too, and stays seen.
#[test]
fn a_cosignature_of_a_checkpoint_that_is_not_published_yet_is_shown_at_once_and_after_publication() {
    each(|world| {
        let witness = WitnessSigningKey::from_seed("witness.example", [3; 32]).unwrap();
        let known = [witness.verifying_key().clone()];
        let mut platform = world.platform.clone();
        platform.settings = Settings { witnesses: vec![known[0].to_string()], ..Settings::default() }.into();
        let cosign = |note: &str| {
            let mut note = Note::parse(note.as_bytes()).unwrap();
            note.cosign(&witness, 1_790_000_000).unwrap();
            let input = audit::Cosigned { checkpoint: note.to_string() };
            platform.write(move |platform, tx| audit::cosign(platform, tx, &owner(), &input)).unwrap()
        };
        let seen = |note: &str| Note::parse(note.as_bytes()).unwrap().cosignatures(&known).unwrap().len();
        let root = || platform.read(audit::public_checkpoint).unwrap();
        assert_eq!((cosign(&root()).size, seen(&root())), (0, 1), "the empty root log");

        append(world, PROVIDER, &names(0, 3));
        let ours =
            || platform.read(|platform, tx| audit::checkpoint(platform, tx, &owner(), PROVIDER)).unwrap();
        assert_eq!((seen(&ours()), cosign(&ours()).size, seen(&ours())), (0, 3, 1));
        audit::publish_all(&platform).unwrap();
        assert_eq!((seen(&ours()), seen(&root())), (1, 0), "nobody has seen what the root log says now");
    });
}
