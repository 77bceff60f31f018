//! Bodies of records in volume that wait at the same time share a flush and a write, and nobody suffers for another's.

use std::collections::BTreeSet;
use std::sync::mpsc::channel;

use platform::intake::{self, Body, Receipt, Waiting};
use platform::principal::Principal;
use platform::stream::Stream;
use platform::{Failure, RefusalKind};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use store::values;

use crate::support::{World, actions, customer, each_way, kind, owner, publish, subscribe, tenant};
use crate::world::{all, fee, kept, message, own, ready, run_all, run_jobs, send, success, terms};

/// A body read and checked for `who`, sent by `sender`.
fn waiting(
    world: &World,
    stream: &Stream,
    (who, sender): (&Principal, &Principal),
    lines: &[Json],
) -> Waiting {
    let lines: Vec<String> = lines.iter().map(Json::to_string).collect();
    let shape = intake::shape("application/x-ndjson").unwrap();
    let opened = world.read(|platform, tx| intake::open(platform, tx, who, stream)).unwrap();
    let body = Body { shape, bytes: lines.join("\n").into_bytes(), atomic: false };
    let prepared = intake::prepare(opened, who, body).unwrap();
    intake::ready(world, sender, prepared).map_err(|_| "more than records in volume").unwrap()
}

/// Hands all in at once; what became of each.
fn submit(world: &World, all: Vec<Waiting>) -> Vec<Result<Receipt, Failure>> {
    let (done, told) = channel();
    let count = all.len();
    for (at, it) in all.into_iter().enumerate() {
        let done = done.clone();
        intake::submit(world, it, move |outcome| done.send((at, outcome)).unwrap());
    }
    let mut outcomes: Vec<_> = told.iter().take(count).collect();
    outcomes.sort_by_key(|it| it.0);
    outcomes.into_iter().map(|it| it.1).collect()
}

/// Number, SHA-256, head, records and side of a stream's batches, in order.
fn batches(world: &World, of: (&str, &str)) -> Vec<(i64, String, String, i64, String)> {
    let sql = "SELECT seq, sha256, head, records, side FROM evidence_batch WHERE tenant_id = $1 AND stream = $2 ORDER BY seq";
    let rows = world.read(|_, tx| Ok(tx.rows(sql, values![of.0, of.1])?)).unwrap();
    let row =
        |it: &store::Row| Ok::<_, store::Fault>((it.get(0)?, it.get(1)?, it.get(2)?, it.get(3)?, it.get(4)?));
    rows.iter().map(|it| row(it).unwrap()).collect()
}

#[test]
fn bodies_that_wait_together_are_kept_each_as_its_own_batch() {
    each_way(|world| {
        ready(world);
        tenant(world, "beta");
        subscribe(world, "beta", json!({ "id": "sub_beta", "since": "2026-10-01T00:00:00+08:00" })).unwrap();
        run_jobs(world);
        let other = Stream::Subscription { tenant: "beta".into(), id: "sub_beta".into() };
        let (house, acme) = (owner(), customer("acme"));
        let before = actions(world, "acme").len();
        let body = |at: usize| {
            let stream = if at.is_multiple_of(4) { &other } else { &own() };
            let who = if at % 4 == 1 { &acme } else { &house };
            waiting(world, stream, (who, who), &[message(at, "delivered"), message(100 + at, "failed")])
        };
        let receipts = submit(world, (0..64).map(body).collect());
        let mut numbers: [BTreeSet<i64>; 2] = Default::default();
        for (at, receipt) in receipts.into_iter().enumerate() {
            let receipt = receipt.unwrap();
            assert_eq!((receipt.accepted, receipt.in_volume, receipt.refused), (2, Some(2), 0));
            assert_eq!(receipt.stream, if at.is_multiple_of(4) { "sub_beta" } else { "sub_acme" });
            numbers[usize::from(at.is_multiple_of(4))].insert(receipt.batch.unwrap());
        }
        assert_eq!(numbers[0], (1..=48).collect());
        assert_eq!(numbers[1], (1..=16).collect());
        for (of, count) in [(("acme", "sub_acme"), 48), (("beta", "sub_beta"), 16)] {
            let mut head = String::new();
            for (seq, sha256, said, records, _) in batches(world, of) {
                let digest = Sha256::digest(format!("{head}{sha256}"));
                head = digest.iter().map(|it| format!("{it:02x}")).collect();
                assert_eq!((said, records), (head.clone(), 2), "{of:?} {seq}");
            }
            assert_eq!(batches(world, of).len(), count);
        }
        let by_customer = batches(world, ("acme", "sub_acme")).into_iter().filter(|it| it.4 == "customer");
        assert_eq!(by_customer.count(), 16);
        let accepted = actions(world, "acme").into_iter().skip(before).filter(|it| it == "evidence.accepted");
        assert_eq!(accepted.count(), 48);
        // All of them are in files, once.
        send(world, &[fee()]);
        world.set("2026-11-05T00:00:00Z");
        run_jobs(world);
        world.pass(60);
        run_all(world);
        assert_eq!(kept(world).iter().map(|it| it.records).sum::<u64>(), 96);
        assert_eq!(success(&all(world)[0]), json!("1/2"));
    });
}

#[test]
fn who_may_not_send_or_comes_with_an_outdated_contract_is_refused_alone() {
    each_way(|world| {
        ready(world);
        let (house, stranger) = (owner(), customer("rival"));
        let old = waiting(world, &own(), (&house, &house), &[message(0, "failed")]);
        publish(world, &terms().replace("version: \"1\"", "version: \"2\"")).unwrap();
        let moved = "UPDATE subscription SET version = '2' WHERE id = 'sub_acme'";
        world.write(move |_, tx| Ok(tx.housekeeping(moved, &[])?)).unwrap();
        let of =
            |sender: &Principal, at| waiting(world, &own(), (&house, sender), &[message(at, "delivered")]);
        let told = submit(world, vec![of(&house, 1), old, of(&stranger, 2), of(&house, 3)]);
        let [first, old, strange, last] = <[_; 4]>::try_from(told).unwrap();
        assert_eq!((first.unwrap().accepted, last.unwrap().accepted), (1, 1));
        assert_eq!(kind(old), RefusalKind::Outdated);
        assert_eq!(kind(strange), RefusalKind::NotFound);
        assert_eq!(batches(world, ("acme", "sub_acme")).len(), 2);
        world.set("2026-11-05T00:00:00Z");
        run_all(world);
        assert_eq!(kept(world).iter().map(|it| it.records).sum::<u64>(), 2);
    });
}

#[test]
fn a_body_of_other_records_is_given_back() {
    each_way(|world| {
        ready(world);
        let lines = format!("{}\n{}", message(0, "failed"), fee());
        let opened = world.read(|platform, tx| intake::open(platform, tx, &owner(), &own())).unwrap();
        let shape = intake::shape("application/x-ndjson").unwrap();
        let prepared =
            intake::prepare(opened, &owner(), Body { shape, bytes: lines.into_bytes(), atomic: false })
                .unwrap();
        let Err(prepared) = intake::ready(world, &owner(), prepared) else { panic!("it was taken") };
        let secured = intake::secure(world, &owner(), *prepared).unwrap();
        let receipt = world.write(|platform, tx| intake::commit(platform, tx, &owner(), secured)).unwrap();
        assert_eq!((receipt.accepted, receipt.in_volume), (2, Some(1)));
    });
}

#[test]
fn a_thread_that_breaks_off_keeps_nobody_from_being_answered() {
    each_way(|world| {
        ready(world);
        let (house, stranger) = (owner(), customer("rival"));
        let (done, ended) = channel::<()>();
        let strange = waiting(world, &own(), (&house, &stranger), &[message(0, "failed")]);
        // Its sender is let go when the thread ends.
        intake::submit(world, strange, move |_| {
            let _done = done;
            panic!("told on the thread that takes what waits");
        });
        assert!(ended.recv().is_err());
        let told = submit(world, vec![waiting(world, &own(), (&house, &house), &[message(1, "delivered")])]);
        assert_eq!(told.into_iter().next().unwrap().unwrap().accepted, 1);
    });
}
