//! What a subscription sees of its own stream and its agreement's.

use platform::evidence::{batches, export};
use platform::page::Page;
use platform::rights::Role;
use platform::{Failure, RefusalKind};

use crate::support::{World, actions, at, customer, each, kind, member, ours, owner};
use crate::world::{
    OTHER, SUBSCRIPTION, TERMS, evidence, evidence_of, fill, others, outage, own, publish, send, shared,
    standing, standing_in,
};

#[test]
fn what_an_agreement_tells_concerns_all_its_subscriptions_but_other_tenants_records() {
    each(|world| {
        fill(world);
        let of = |tenant: &str, id: &str| {
            outage(id, 2, 10).replace(r#""id""#, &format!(r#""subject":"{tenant}","id""#))
        };
        send(world, &owner(), &shared(), &[outage("a", 1, 10), of("acme", "b"), of("beta", "c")]);
        send(world, &owner(), &own(), &[outage("a", 3, 10)]);
        let ids = |it: &[String]| -> Vec<String> {
            it.iter().map(|it| it.split(' ').next().unwrap().to_owned()).collect()
        };
        assert_eq!(ids(&standing(world)), ["shared/a", "shared/b", "a"]);
        let beta = evidence_of(world, "beta", OTHER);
        assert_eq!(ids(&standing_in(&beta, None)), ["shared/a", "shared/c"]);
    });
}

#[test]
fn evidence_is_read_once_and_only_what_is_added_is_read_again() {
    each(|world| {
        fill(world);
        send(world, &owner(), &own(), &[outage("a", 1, 10)]);
        let first = evidence(world);
        assert!(std::sync::Arc::ptr_eq(&first, &evidence(world)));
        send(world, &owner(), &others(), &[outage("a", 1, 10)]);
        assert!(
            std::sync::Arc::ptr_eq(&first, &evidence(world)),
            "another subscription's batch changes nothing"
        );
        for (stream, id) in [(own(), "b"), (shared(), "c"), (own(), "d")] {
            send(world, &owner(), &stream, &[outage(id, 2, 10)]);
            let seen = evidence(world);
            let again = platform::Platform::new(
                world.platform.store.clone(),
                platform::Settings::default(),
                proof::SigningKey::from_seed("x", [1; 32]).unwrap(),
            );
            let fresh = again
                .read(|platform, tx| platform::evidence::load(platform, tx, "acme", SUBSCRIPTION))
                .unwrap()
                .evidence;
            assert_eq!(seen.digest(), fresh.digest());
        }
    });
}

#[test]
fn what_was_seen_in_a_write_that_was_not_kept_is_forgotten() {
    each(|world| {
        fill(world);
        send(world, &owner(), &own(), &[outage("a", 1, 10)]);
        let body = |minutes| platform::intake::Body {
            shape: evidence::Shape::Lines,
            bytes: outage("b", 2, minutes).into_bytes(),
            atomic: false,
        };
        let undone: Result<(), Failure> = world.write(move |platform, tx| {
            let opened = platform::intake::open(platform, tx, &owner(), &own())?;
            let prepared = platform::intake::prepare(opened, &owner(), body(10))?;
            platform::intake::commit(platform, tx, &owner(), prepared)?;
            let seen = platform::evidence::load(platform, tx, "acme", SUBSCRIPTION)?;
            assert_eq!(seen.evidence.records().len(), 2);
            Err(platform::Refusal::not_found().into())
        });
        assert!(undone.is_err());
        assert_eq!(standing(world).len(), 1);
        send(world, &owner(), &own(), &[outage("b", 2, 20)]);
        assert_eq!(standing(world)[1], "b 2026-10-01T02:00:00Z 2026-10-01T02:20:00Z");
    });
}

#[test]
fn evidence_taken_in_under_one_version_is_seen_under_another() {
    each(|world| {
        fill(world);
        let caused = outage("a", 1, 10).replace(r#""id""#, r#""cause":"dns","id""#);
        send(world, &owner(), &own(), &[caused]);
        let text = TERMS.replace("version: 1", "version: 2").replace("{ cause: text? }", "{ grade: text }");
        publish(world, "2", &text);
        let (one, two) = world
            .read(|platform, tx| {
                let mut under = |version: &str| {
                    let published = platform.contracts.get(tx, "hosting", version)?;
                    platform::evidence::load_under(platform, tx, "acme", SUBSCRIPTION, &published)
                };
                Ok((under("1")?, under("2")?))
            })
            .unwrap();
        assert_eq!(one.evidence.records()[0].attributes.len(), 1);
        assert!(one.evidence.records()[0].attributes[0].is_some());
        assert_eq!(two.evidence.records()[0].attributes, [None]);
        assert_eq!((one.misunderstood, two.misunderstood), (0, 0));
    });
}

#[test]
fn batches_are_listed_in_order_with_what_they_speak_of() {
    each(|world| {
        fill(world);
        for id in ["a", "b", "c"] {
            send(world, &owner(), &own(), &[outage(id, 1, 10)]);
        }
        let page = |after: Option<&str>| Page { after: after.map(str::to_owned), limit: 2 };
        let list = |it: Page| {
            world.read(|platform, tx| batches(platform, tx, &member("acme"), &own(), &it)).unwrap()
        };
        let first = list(page(None));
        assert_eq!((first.items.len(), first.next.as_deref()), (2, Some("2")));
        let second = list(page(Some("2")));
        assert_eq!((second.items[0].batch, second.next), (3, None));
        assert_eq!(second.items[0].from.unwrap().0, at("2026-10-01T01:00:00Z"));
        let refused =
            world.read(|platform, tx| batches(platform, tx, &member("beta"), &own(), &Page::default()));
        assert_eq!(kind(refused), RefusalKind::NotFound);
        let refused =
            world.read(|platform, tx| batches(platform, tx, &member("acme"), &shared(), &Page::default()));
        assert_eq!(kind(refused), RefusalKind::NotFound);
    });
}

fn exported(world: &World, who: platform::principal::Principal) -> Result<Vec<u8>, Failure> {
    world.write(move |platform, tx| export(platform, tx, &who, ("acme", SUBSCRIPTION), None))
}

#[test]
fn a_copy_taken_out_is_the_lines_a_settlement_reads_and_is_on_the_record() {
    each(|world| {
        fill(world);
        send(world, &owner(), &own(), &[outage("a", 1, 10)]);
        send(world, &owner(), &shared(), &[outage("a", 2, 10)]);
        let bytes = exported(world, customer("acme")).unwrap();
        let file = evidence::SourceFile { name: "evidence.ndjson".to_owned(), bytes };
        let (contract, _) = language::read("terms.md", TERMS);
        let (read, problems) = evidence::read(&contract.unwrap().schema, &[file]);
        assert_eq!(problems, []);
        assert_eq!(read.digest(), evidence(world).digest());
        assert_eq!(actions(world, "acme").last().map(String::as_str), Some("evidence.exported"));
        assert_eq!(kind(exported(world, member("acme"))), RefusalKind::Forbidden);
        assert_eq!(kind(exported(world, ours(Role::Support))), RefusalKind::Forbidden);
        assert!(exported(world, ours(Role::Authority)).is_ok());
    });
}
