//! Receipts as vendors send them, under the annex of the contract: what they come to is what an import of them comes to, in
//! whatever order and pieces they come; and what is in no class is told and never guessed.

use std::collections::BTreeMap;
use std::sync::Arc;

use evidence::FactSchema;
use formats::{Classifier, Codes, Format, Key, Limits, Receipts};
use lake::{
    Cell, FileManifest, ImportLimits, Importer, Lake, Layout, LocalBlobs, Place, Preference, RowView,
    Standing, Target,
};
use platform::agreements::{self, AgreementKind, Version};
use platform::annexes::{self, Annex};
use platform::intake::{self, Receipt, Sent, Vendor, unseen};
use platform::publishing::{self, Publish};
use platform::{Failure, RefusalKind};
use serde_json::json;
use timeline::Interval;

use crate::support::{HOSTING, World, actions, at, customer, each, each_way, kind, owner, subscribe, tenant};
use crate::world::{all, fee, kept, own, run_all, run_jobs, send, success};

pub const ANNEX: &str = "---
id: codes
version: \"1\"
for: hosting
fact: message
zone: Asia/Shanghai
standing: final before temporary, then latest
---
# What codes mean

| `class` | `stage` | `outcome` |
|---|---|---|
| `delivered` | `final` | `delivered` |
| `unreachable` | `final` | `failed` |
| `ambiguous` | `final` | |
| `no_receipt` | `temporary` | |

| `case` | `outcome` |
|---|---|
| `ambiguous` | `failed` |
| `no_receipt` | `pending` |

| `provider` | `carrier` | `code` | `from` | `class` | `words` |
|---|---|---|---|---|---|
| `aliyun` | `*` | `DELIVERED` | 2020-01-01 | `delivered` | ok |
| `aliyun` | `*` | `REQUEST_SUCCESS` | 2020-01-01 | `no_receipt` | on its way |
| `aliyun` | `*` | `NO_ROUTE` | 2020-01-01 | `unreachable` | no route |
| `aliyun` | `*` | `LATER` | 2026-10-15 | `unreachable` | from the middle of the month on |
| `*` | `*` | `DELIVRD` | 2020-01-01 | `delivered` | ok |
";

fn terms(version: &str) -> String {
    let text = HOSTING.replace(
        "fact outage : span {}",
        "fact message : event in volume { outcome: delivered | failed | pending, parts: number?, code: text? }",
    );
    let text = text.replace("version: \"1\"", &format!("version: \"{version}\""));
    text.replace(
        "(length(cycle) - length(outage)) / length(cycle)",
        "share(outcome = delivered of message) or 1 when none",
    )
}

pub fn try_publish(world: &World, version: &str, annexes: &[&str]) -> Result<Version, Failure> {
    let input = Publish {
        text: terms(version),
        kind: AgreementKind::Ours,
        acknowledge: Vec::new(),
        annexes: annexes.iter().map(|it| (*it).to_owned()).collect(),
    };
    let checked = publishing::check(&owner(), input)?;
    world.write(move |platform, tx| publishing::publish(platform, tx, &owner(), &checked))
}

/// Published with its annex, and subscribed to.
pub fn ready(world: &World) {
    try_publish(world, "1", &[ANNEX]).unwrap();
    tenant(world, "acme");
    subscribe(world, "acme", json!({ "id": "sub_acme", "since": "2026-10-01T00:00:00+08:00" })).unwrap();
    run_jobs(world);
}

pub fn receipt(message: usize, code: &str, reported: &str) -> String {
    let day = 1 + message % 20;
    format!(
        r#"{{"phone_number":"138{message:08}","send_time":"2026-10-{day:02} 12:00:00","report_time":"2026-10-{day:02} {reported}","success":true,"err_code":"{code}","err_msg":"-","sms_size":"2","biz_id":"{message}","out_id":"shop"}}"#
    )
}

/// Two hundred messages: most were first on their way and then delivered; some are told twice, some failed after all; of some a
/// temporary receipt is dated after the final one.
fn month() -> Vec<String> {
    let mut all = Vec::new();
    for it in 0..200 {
        all.push(receipt(it, "REQUEST_SUCCESS", "12:00:01"));
        all.push(receipt(it, "DELIVERED", "12:00:05"));
        if it % 5 == 0 {
            all.push(receipt(it, "DELIVERED", "12:00:05"));
        }
        if it % 10 == 0 {
            all.push(receipt(it, "NO_ROUTE", "12:00:09"));
        }
        if it % 10 == 5 {
            all.push(receipt(it, "REQUEST_SUCCESS", "12:30:00"));
        }
    }
    all
}

fn mixed(mut all: Vec<String>, seed: u64) -> Vec<String> {
    let mut state = seed;
    for at in (1..all.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let other = usize::try_from((state >> 33) % (at as u64 + 1)).unwrap();
        all.swap(at, other);
    }
    all
}

fn sent(receipts: &[String]) -> Sent {
    let bytes = format!("[{}]", receipts.join(",\n")).into_bytes();
    Sent { vendor: Vendor::Aliyun, fact: None, provider: None, bytes, atomic: false }
}

fn try_push(world: &World, sent: Sent) -> Result<Receipt, Failure> {
    let opened = world.read(|platform, tx| intake::open(platform, tx, &owner(), &own()))?;
    let prepared = intake::prepare_receipts(world, opened, &owner(), sent)?;
    let prepared = intake::secure(world, &owner(), prepared)?;
    world.write(move |platform, tx| intake::commit(platform, tx, &owner(), prepared))
}

pub fn push(world: &World, receipts: &[String]) -> Receipt {
    try_push(world, sent(receipts)).unwrap()
}

/// The partitions an import of these receipts comes to, as a statement names them: day, rows and digest.
fn imported(world: &World, receipts: &[String]) -> Vec<(String, u64, String)> {
    let folder = tempfile::tempdir().unwrap();
    let (contract, _) = language::read("hosting.md", &terms("1"));
    let contract = contract.unwrap();
    let (_, fact) = contract.schema.fact("message").unwrap();
    let codes = Codes::read("codes.md", ANNEX, fact).unwrap();
    let lake = Lake {
        blobs: Arc::new(LocalBlobs::open(folder.path()).unwrap()),
        manifest: Arc::new(FileManifest::open(folder.path()).unwrap()),
        scratch: folder.path().to_owned(),
        limits: lake::Limits::default(),
    };
    let rank = Preference::Rank {
        attribute: "outcome".to_owned(),
        words: vec![vec!["delivered".to_owned(), "failed".to_owned()], vec!["pending".to_owned()]],
    };
    let standing = Standing { preferences: vec![rank, Preference::Latest] };
    let place = Place::new("acme", "sub_acme", "message");
    let target = Target { place: place.clone(), layout: Layout::of(fact), standing };
    let work = folder.path().join("work");
    let mut importer = Importer::open(lake.clone(), target, work, ImportLimits::default()).unwrap();
    let key = Key::new(annexes::phone_secret(&world.key, "acme").as_bytes());
    push_all(&mut importer, fact, (&codes, &key), receipts);
    importer.finish(at("2026-11-01T00:00:00Z")).unwrap();
    let entries = lake.manifest.entries(&place, Interval::ALL, None).unwrap();
    partitions(entries.into_iter().map(|it| {
        let day = it.day.date().unwrap().to_string();
        (day, it.rows, it.content.iter().map(|it| format!("{it:02x}")).collect())
    }))
}

fn push_all(importer: &mut Importer, fact: &FactSchema, (codes, key): (&Codes, &Key), receipts: &[String]) {
    let classifier = Classifier::new(codes, fact, key);
    let text = receipts.join("\n");
    let mut bytes = text.as_bytes();
    let mut reader = Receipts::new(&mut bytes, Format::Aliyun, Limits::default());
    let mut take = |it: Result<formats::Receipt<'_>, formats::Reject>| {
        let receipt = it.unwrap();
        let made = classifier.classify(&receipt).unwrap();
        let source = format!("{}, {} {}", made.source, codes.id(), codes.version());
        let cells: Vec<Cell<'_>> = made.cells.iter().map(cell).collect();
        let row = RowView {
            at: made.at.nanos(),
            recorded_at: made.recorded_at.map(timeline::Instant::nanos),
            subject: made.subject,
            source: Some(&source),
            id: &made.id,
            cells: &cells,
        };
        importer.push_row(row).unwrap();
    };
    reader.for_each(&mut take).unwrap();
}

fn cell<'a>(it: &'a formats::Cell<'a>) -> Cell<'a> {
    match it {
        formats::Cell::Absent => Cell::Absent,
        formats::Cell::Word(word) => Cell::Word(word),
        formats::Cell::Number { unscaled, scale } => Cell::Number { unscaled: *unscaled, scale: *scale },
        formats::Cell::Truth(truth) => Cell::Truth(*truth),
    }
}

fn partitions(all: impl Iterator<Item = (String, u64, String)>) -> Vec<(String, u64, String)> {
    let mut all: Vec<_> = all.collect();
    all.sort();
    all
}

#[test]
fn receipts_in_any_order_and_pieces_come_to_the_partitions_an_import_of_them_comes_to() {
    let seed = std::cell::Cell::new(1);
    each_way(|world| {
        ready(world);
        let expected = imported(world, &month());
        assert_eq!(expected.iter().map(|it| it.1).sum::<u64>(), 200);
        let order = mixed(month(), seed.replace(seed.get() + 1));
        let (early, late) = order.split_at(order.len() - 40);
        for piece in early.chunks(90) {
            assert_eq!(push(world, piece).refused, 0);
            world.pass(60);
            run_all(world);
        }
        send(world, &[fee()]);
        world.set("2026-11-05T00:00:00Z");
        run_all(world);
        world.set("2026-12-20T00:00:00Z");
        push(world, late);
        push(world, &order[..50]);
        run_all(world);
        world.pass(7_200);
        run_all(world);
        let files = kept(world);
        assert!(files.iter().all(|it| it.merged), "{files:?}");
        assert_eq!(partitions(files.into_iter().map(|it| (it.day, it.records, it.content))), expected);
        // Every tenth failed after all; no temporary receipt stands before a final one, however late it was made.
        assert_eq!(success(all(world).last().unwrap()), json!("9/10"));
    });
}

#[test]
fn the_answer_says_what_was_taken_and_every_reason_once_with_its_first_line() {
    each(|world| {
        ready(world);
        let mut receipts = vec![receipt(1, "DELIVERED", "12:00:05"), receipt(2, "NO_ROUTE", "12:00:05")];
        receipts.extend((3..6).map(|it| receipt(it, "XA:0001", "12:00:05")));
        receipts.push(receipt(6, "LATER", "12:00:05"));
        receipts.push(r#"{"phone_number":"13800000000"}"#.to_owned());
        let answer = push(world, &receipts);
        assert_eq!((answer.accepted, answer.in_volume, answer.refused), (2, Some(2), 5));
        let classes = [("delivered", 1), ("unreachable", 1)].map(|it| (it.0.to_owned(), it.1));
        assert_eq!(answer.classes, BTreeMap::from(classes));
        let told: Vec<_> = answer.rejected.iter().map(|it| (it.line, it.code.as_str(), it.count)).collect();
        assert_eq!(told, [(3, "V0149", Some(3)), (6, "V0149", Some(1)), (7, "V0148", Some(1))]);
        assert!(answer.rejected[0].message.en.contains("`aliyun * XA:0001`"));
        assert!(answer.rejected.iter().all(|it| !it.message.zh.is_empty() && !it.help.zh.is_empty()));
        let text = serde_json::to_string(&answer).unwrap();
        assert!(!text.contains("1380000"), "no phone number is repeated: {text}");
        let atomic = Sent { atomic: true, ..sent(&receipts) };
        assert_eq!(kind(try_push(world, atomic)), RefusalKind::Invalid);
        assert_eq!(answer.unclassified, Some(4));
        let told = push(world, &receipts[2..5]);
        assert_eq!((told.accepted, told.unclassified), (0, Some(3)));
        let nothing = push(world, &receipts[6..]);
        assert_eq!((nothing.accepted, nothing.unclassified, nothing.batch), (0, None, None));
    });
}

#[test]
fn codes_in_no_class_are_kept_as_findings_until_a_version_lists_them() {
    each(|world| {
        ready(world);
        let receipts: Vec<String> = (3..6).map(|it| receipt(it, "XA:0001", "12:00:05")).collect();
        push(world, &receipts);
        world.pass(60);
        push(world, &[receipt(6, "LATER", "12:00:05"), receipts[0].clone()]);
        let found = |world: &World| {
            let of = ("acme", "sub_acme");
            let all = world.read(|platform, tx| unseen::list(platform, tx, &customer("acme"), of)).unwrap();
            all.into_iter().map(|it| (it.code, it.receipts, it.listed)).collect::<Vec<_>>()
        };
        let of = |code: &str, count, listed| (code.to_owned(), count, listed);
        assert_eq!(found(world), [of("XA:0001", 4, false), of("LATER", 1, true)]);
        assert_eq!(kept(world), [], "none of them is a message");
        let listing = "| `aliyun` | `*` | `XA:0001` | 2020-01-01 | `unreachable` | agreed |\n";
        try_publish(world, "2", &[&format!("{ANNEX}{listing}")]).unwrap();
        tenant(world, "beta");
        subscribe(world, "beta", json!({ "id": "sub_beta", "since": "2026-10-01T00:00:00+08:00" })).unwrap();
        assert_eq!(found(world)[0], of("XA:0001", 4, false), "a subscription holds the version it holds");
        let beta = platform::stream::Stream::Subscription { tenant: "beta".into(), id: "sub_beta".into() };
        let opened = world.read(|platform, tx| intake::open(platform, tx, &owner(), &beta)).unwrap();
        let prepared = intake::prepare_receipts(world, opened, &owner(), sent(&receipts)).unwrap();
        let prepared = intake::secure(world, &owner(), prepared).unwrap();
        let answer = world.write(move |platform, tx| intake::commit(platform, tx, &owner(), prepared));
        assert_eq!(answer.unwrap().classes, BTreeMap::from([("unreachable".to_owned(), 3)]));
    });
}

/// Publishes a version with that annex, in a version of the same name, and has the subscription hold it.
pub fn hold(world: &World, version: &'static str, annex: &str) {
    let own = format!("version: \"{version}\"");
    try_publish(world, version, &[&annex.replace("version: \"1\"", &own)]).unwrap();
    let hold = "UPDATE subscription SET version = $1 WHERE id = 'sub_acme'";
    world
        .write(move |_, tx| {
            tx.enter(store::Scope::Provider)?;
            Ok(tx.housekeeping(hold, store::values![version])?)
        })
        .unwrap();
}

#[test]
fn receipts_sent_again_under_a_corrected_annex_are_what_it_says() {
    each_way(|world| {
        ready(world);
        let receipts: Vec<String> = (0..10).map(|it| receipt(it, "NO_ROUTE", "12:00:05")).collect();
        push(world, &receipts);
        let route = "| `aliyun` | `*` | `NO_ROUTE` | 2020-01-01 | `unreachable` |";
        let corrected = ANNEX.replace(route, &route.replace("unreachable", "delivered"));
        for version in ["9", "10"] {
            hold(world, version, &corrected);
            push(world, &receipts);
            world.pass(60);
            run_all(world);
        }
        send(world, &[fee()]);
        world.set("2026-11-05T00:00:00Z");
        run_all(world);
        assert_eq!(kept(world).iter().map(|it| it.records).sum::<u64>(), 10);
        assert_eq!(success(&all(world)[0]), json!("1/1"));
    });
}

#[test]
fn each_tenants_phone_numbers_are_hidden_under_a_key_of_its_own() {
    each(|world| {
        let secret = |tenant: &str| annexes::phone_secret(&world.key, tenant);
        assert_ne!(secret("acme"), secret("beta"));
        assert_eq!((secret("acme"), secret("acme").len()), (secret("acme"), 64));
    });
}

#[test]
fn a_version_is_published_with_its_annex_and_neither_changes() {
    each(|world| {
        let version = try_publish(world, "1", &[ANNEX]).unwrap();
        let [Annex { id, version: own, fact, sha256 }] = version.annexes.as_slice() else {
            unreachable!("{:?}", version.annexes)
        };
        assert_eq!((id.as_str(), own.as_str(), fact.as_str(), sha256.len()), ("codes", "1", "message", 64));
        assert_eq!(try_publish(world, "1", &[ANNEX]).unwrap(), version);
        let other = ANNEX.replace("no route", "no way");
        for annexes in [&[][..], &[other.as_str()]] {
            assert_eq!(kind(try_publish(world, "1", annexes)), RefusalKind::Exists);
        }
        let text = |annex: &str| {
            world.read(|platform, tx| agreements::annex_text(platform, tx, &owner(), ("hosting", "1"), annex))
        };
        assert_eq!(text("codes").unwrap(), ANNEX);
        assert_eq!(kind(text("other")), RefusalKind::NotFound);
        assert!(actions(world, "").contains(&"agreement.published".to_owned()));
    });
}

#[test]
fn an_annex_that_does_not_fit_its_contract_is_refused_with_its_places() {
    each(|world| {
        let found = |annexes: &[&str]| match try_publish(world, "1", annexes) {
            Err(Failure::Refusal(it)) => it,
            other => unreachable!("{other:?}"),
        };
        let wrong = ANNEX.replace("for: hosting", "for: housing").replace("| `failed` |", "| `fallen` |");
        let refusal = found(&[&wrong]);
        let places: Vec<_> = refusal
            .findings
            .iter()
            .map(|it| (it.code, it.place.as_ref().map(|at| (at.file.as_str(), at.line))))
            .collect();
        assert_eq!(places[0], ("V0147", Some(("annexes[0]", 4))));
        assert!(places.len() > 1 && places.iter().all(|it| it.0 == "V0147"), "{places:?}");
        assert!(refusal.findings.iter().all(|it| !it.message.zh.is_empty() && !it.help.zh.is_empty()));
        let twice = found(&[ANNEX, &ANNEX.replace("id: codes", "id: more")]);
        assert_eq!(twice.findings[0].message.en, "two annexes are for the fact `message`");
        let named = found(&[&ANNEX.replace("id: codes", "id: a/b")]);
        assert_eq!(named.findings[0].message.en, "the id `a/b` fits into no address");
    });
}

#[test]
fn receipts_without_an_annex_are_refused_and_records_stand_as_they_did() {
    each(|world| {
        crate::world::ready(world);
        let refused = try_push(world, sent(&month()));
        assert_eq!(kind(refused), RefusalKind::Invalid);
        assert_eq!(kind(Vendor::named("smpp-pdus")), RefusalKind::Invalid);
        assert!(Vendor::ALL.iter().all(|it| Vendor::named(it.name()).is_ok_and(|found| found == *it)));
    });
}
