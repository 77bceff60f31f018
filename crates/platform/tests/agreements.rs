//! Publishing, looking at and comparing agreements.
#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

mod support;

use platform::agreements::{self, Agreement, AgreementKind, Amendment, SetDocuments};
use platform::page::Page;
use platform::principal::Principal;
use platform::publishing::{self, Publish};
use platform::rights::Role;
use platform::{Failure, RefusalKind};
use serde_json::json;
use support::{
    HOSTING, World, actions, customer, each, hosting, kind, ours, owner, publish, publish_as, refusal,
    subscribe, tenant,
};

fn get(world: &World, who: &Principal, id: &str) -> Result<Agreement, Failure> {
    world.read(|platform, tx| agreements::get(platform, tx, who, id))
}

fn versions(world: &World, who: &Principal, id: &str) -> Vec<String> {
    let found = world.read(|platform, tx| agreements::versions(platform, tx, who, id)).unwrap();
    found.items.into_iter().map(|it| it.version).collect()
}

#[test]
fn a_published_version_is_what_its_front_matter_says() {
    each(|world| {
        let made = publish(world, HOSTING).unwrap();
        assert_eq!((made.agreement.as_str(), made.version.as_str()), ("hosting", "1"));
        assert_eq!((made.amendment, made.effective.as_deref()), (Amendment::Mutual, Some("2026-01-01")));
        assert_eq!(made.findings.iter().map(|it| it.code.as_str()).collect::<Vec<_>>(), ["R0420"]);
        let it = get(world, &owner(), "hosting").unwrap();
        assert_eq!(
            (it.kind, it.title.zh.as_str(), it.latest.as_deref()),
            (AgreementKind::Ours, "托管", Some("1"))
        );
        let text =
            world.read(|platform, tx| agreements::text(platform, tx, &owner(), "hosting", "1")).unwrap();
        assert_eq!(text, HOSTING);
        assert_eq!(actions(world, ""), ["agreement.published"]);
    });
}

#[test]
fn a_version_never_changes() {
    each(|world| {
        let first = publish(world, HOSTING).unwrap();
        world.pass(60);
        assert_eq!(publish(world, HOSTING).unwrap(), first);
        assert_eq!(actions(world, "").len(), 1, "the same text again is no change");
        let other = HOSTING.replace("10% of", "11% of");
        assert_eq!(kind(publish(world, &other)), RefusalKind::Exists);
        assert_eq!(publish(world, &hosting("2", "mutual")).unwrap().version, "2");
        assert_eq!(versions(world, &owner(), "hosting"), ["2", "1"]);
        assert_eq!(get(world, &owner(), "hosting").unwrap().latest.as_deref(), Some("2"));
    });
}

#[test]
fn a_text_with_errors_is_refused_with_everything_that_is_wrong() {
    each(|world| {
        let wrong = HOSTING
            .replace("sum(amount of fee)", "sum(nothing of fees)")
            .replace("basic: target", "basic: tgt");
        let refused = refusal(publish(world, &wrong));
        assert_eq!(refused.kind, RefusalKind::Invalid);
        assert!(refused.findings.len() >= 2, "{:?}", refused.findings);
        assert!(refused.findings.iter().all(|it| it.place.is_some()));
        assert_eq!(kind(publish(world, "no contract at all")), RefusalKind::Invalid);
        assert_eq!(
            kind(publish(world, &HOSTING.replace("version: \"1\"", "version: \"1/2\""))),
            RefusalKind::Invalid
        );
    });
}

#[test]
fn a_text_longer_than_256_kib_is_too_large() {
    each(|world| {
        let long = format!("{HOSTING}\n{}", "word ".repeat(60_000));
        assert_eq!(kind(publish(world, &long)), RefusalKind::TooLarge);
    });
}

#[test]
fn a_worked_case_that_fails_refuses_the_text() {
    each(|world| {
        let wrong = HOSTING.replace("expect availability met", "expect availability breached");
        let refused = refusal(publish(world, &wrong));
        assert_eq!(refused.kind, RefusalKind::Invalid);
        assert_eq!(refused.findings.iter().map(|it| it.code).collect::<Vec<_>>(), ["X0101"]);
    });
}

#[test]
fn warnings_are_acknowledged_by_name() {
    each(|world| {
        // Without its rounding the text has one warning, before the first heading.
        let text = HOSTING.replace("rounding: half_up\n", "");
        let try_with = |names: &[&str]| publish_as(world, &text, AgreementKind::Ours, names);
        for names in [&[][..], &["R0405"], &["W0202@2"]] {
            let refused = refusal(try_with(names));
            assert_eq!(refused.kind, RefusalKind::FindingsOpen, "{names:?}");
            assert_eq!(refused.findings.iter().map(|it| it.code).collect::<Vec<_>>(), ["W0202"]);
        }
        let made = try_with(&["W0202"]).unwrap();
        assert_eq!(made.acknowledged, ["W0202"]);
        assert!(made.findings.iter().any(|it| it.code == "W0202"));
    });
}

#[test]
fn an_agreement_keeps_its_kind() {
    each(|world| {
        publish(world, HOSTING).unwrap();
        let other = publish_as(world, &hosting("2", "mutual"), AgreementKind::Upstream, &[]);
        assert_eq!(kind(other), RefusalKind::Exists);
    });
}

#[test]
fn only_owner_and_service_manager_publish() {
    each(|world| {
        for role in Role::ALL.into_iter().filter(|it| it.is_provider()) {
            let input = || Publish {
                text: HOSTING.to_owned(),
                kind: AgreementKind::Ours,
                acknowledge: Vec::new(),
                annexes: Vec::new(),
            };
            let may = matches!(role, Role::Owner | Role::ServiceManager);
            assert_eq!(publishing::check(&ours(role), input()).is_ok(), may, "{role}");
            let checked = publishing::check(&owner(), input()).unwrap();
            let made =
                world.write(move |platform, tx| publishing::publish(platform, tx, &ours(role), &checked));
            assert_eq!(made.is_ok(), may, "{role}");
        }
    });
}

#[test]
fn a_comparison_shows_the_value_at_which_the_customer_gets_less() {
    each(|world| {
        publish(world, HOSTING).unwrap();
        publish(world, &hosting("2", "mutual")).unwrap();
        let compare = |from: &str, to: &str| {
            world.read(|platform, tx| agreements::compare(platform, tx, &owner(), "hosting", from, to))
        };
        let found = compare("1", "2").unwrap();
        assert!(found.materially_worse);
        let pays = found.changes.iter().find(|it| it.aspect == "pays").unwrap();
        let witness = pays.witness.as_ref().unwrap();
        assert_eq!((pays.effect.as_str(), pays.name.as_str()), ("worse", "credit"));
        assert_eq!(
            (witness.old.as_str(), witness.new.as_str()),
            ("10% of sum(amount of fee)", "5% of sum(amount of fee)")
        );
        assert!(!compare("2", "1").unwrap().materially_worse);
        assert_eq!(kind(compare("1", "3")), RefusalKind::NotFound);
    });
}

#[test]
fn a_customer_sees_the_versions_that_govern_it_and_nothing_else() {
    each(|world| {
        publish(world, HOSTING).unwrap();
        publish(world, &HOSTING.replace("id: hosting", "id: secret")).unwrap();
        for id in ["acme", "beta"] {
            tenant(world, id);
        }
        subscribe(world, "acme", json!({})).unwrap();
        publish(world, &hosting("2", "mutual")).unwrap();
        assert_eq!(get(world, &customer("acme"), "hosting").unwrap().latest.as_deref(), Some("1"));
        assert_eq!(versions(world, &customer("acme"), "hosting"), ["1"]);
        for (who, id) in [("acme", "secret"), ("beta", "hosting"), ("beta", "nothing")] {
            assert_eq!(kind(get(world, &customer(who), id)), RefusalKind::NotFound, "{who} {id}");
        }
        let text = |who: &str, version: &str| {
            world.read(|platform, tx| agreements::text(platform, tx, &customer(who), "hosting", version))
        };
        assert!(text("acme", "1").is_ok());
        assert_eq!(kind(text("acme", "2")), RefusalKind::NotFound);
        assert_eq!(kind(text("beta", "1")), RefusalKind::NotFound);
        let list = |who: Principal| {
            let found =
                world.read(|platform, tx| agreements::list(platform, tx, &who, &Page::default())).unwrap();
            found.items.into_iter().map(|it| it.id).collect::<Vec<_>>()
        };
        assert_eq!(list(owner()), ["hosting", "secret"]);
        assert_eq!(list(customer("acme")), ["hosting"]);
        assert_eq!(list(customer("beta")), Vec::<String>::new());
    });
}

#[test]
fn documents_prevail_in_an_order_that_is_shown_with_its_contradictions() {
    each(|world| {
        publish(world, HOSTING).unwrap();
        tenant(world, "acme");
        let documents = json!({"documents": [
            {"kind": "click_through", "title": "Web terms", "rank": 1},
            {"kind": "sla", "title": "SLA", "rank": 2},
        ]});
        let input: SetDocuments = serde_json::from_value(documents).unwrap();
        let set = |expected| {
            let input = input.clone();
            world.write(move |platform, tx| {
                agreements::set_documents(platform, tx, &owner(), "hosting", &input, expected)
            })
        };
        assert_eq!(set(Some(1)).unwrap().revision, 2);
        assert_eq!(kind(set(Some(1))), RefusalKind::Outdated);
        let own =
            json!([{"kind": "sealed", "title": "Signed contract", "rank": 3, "sha256": "b".repeat(64)}]);
        let made = subscribe(world, "acme", json!({ "documents": own })).unwrap();
        let seen = world.read(|platform, tx| {
            platform::subscriptions::precedence(platform, tx, &customer("acme"), "acme", &made.id, None)
        });
        let seen = seen.unwrap();
        let titles: Vec<&str> = seen.order.iter().map(|it| it.document.title.as_str()).collect();
        assert_eq!(titles, ["Signed contract", "SLA", "Web terms"]);
        let version = publish(world, HOSTING).unwrap();
        assert_eq!(
            seen.order[1].document.sha256,
            Some(version.sha256),
            "the contract itself is the version in force"
        );
        assert_eq!(seen.contradictions.len(), 3, "{:?}", seen.contradictions);
    });
}
