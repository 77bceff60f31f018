//! The public status pages: what they show, and what they never do.
#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

mod support;

use platform::intake::{self, Body};
use platform::publishing::{self, Publish};
use platform::status::{self, Board, State};
use platform::stream::Stream;
use platform::text::Text;
use platform::{RefusalKind, agreements, subscriptions};
use serde_json::json;
use support::{World, actions, customer, each, kind, owner, tenant};

const CONTRACT: &str = include_str!("../../../contracts/mwe.md");

/// A published agreement, a customer with a subscription, and the component on the page.
fn prepare(world: &World) {
    let publish = |acknowledge| Publish {
        text: CONTRACT.to_owned(),
        kind: agreements::AgreementKind::Ours,
        acknowledge,
        annexes: Vec::new(),
    };
    let codes = match publishing::check(&owner(), publish(Vec::new())) {
        Err(platform::Failure::Refusal(it)) => it.findings.iter().map(|it| it.code.to_owned()).collect(),
        _ => Vec::new(),
    };
    let checked = publishing::check(&owner(), publish(codes)).unwrap();
    world
        .write(move |platform, tx| publishing::publish(platform, tx, &owner(), &checked).map(|_| ()))
        .unwrap();
    tenant(world, "acme");
    let input =
        json!({ "id": "acme-mwe", "agreement": "mwe", "plan": "basic", "since": "2026-10-01T00:00:00Z" });
    let input: subscriptions::NewSubscription = serde_json::from_value(input).unwrap();
    world
        .write(move |platform, tx| subscriptions::create(platform, tx, &owner(), "acme", &input).map(|_| ()))
        .unwrap();
}

fn publish(world: &World) {
    let name = Text::new("Hosting", "托管");
    world.write(move |platform, tx| status::publish(platform, tx, &owner(), "mwe", &name)).unwrap();
}

fn send(world: &World, stream: &Stream, line: &str) {
    let shape = intake::shape("application/x-ndjson").unwrap();
    let body = Body { shape, bytes: line.as_bytes().to_vec(), atomic: true };
    assert_eq!(intake::receive(world, &owner(), stream, body).unwrap().refused, 0, "{line}");
}

fn shared() -> Stream {
    Stream::Agreement("mwe".to_owned())
}

fn own() -> Stream {
    Stream::Subscription { tenant: "acme".to_owned(), id: "acme-mwe".to_owned() }
}

fn provider(world: &World) -> Board {
    world.read(status::of_provider).unwrap()
}

#[test]
fn a_component_is_down_while_the_agreements_stream_says_so() {
    each(|world| {
        prepare(world);
        assert_eq!(provider(world).state(), None, "nothing is published");
        publish(world);
        assert_eq!(provider(world).state(), Some(State::Up));
        world.set("2026-10-05T10:30:00Z");
        send(world, &shared(), r#"{"fact":"outage","id":"o1","from":"2026-10-05T10:00:00Z","cause":"dns"}"#);
        let board = provider(world);
        assert_eq!(board.state(), Some(State::Down));
        let cause = &board.components[0].outages[0].causes[0];
        assert!(cause.excluded && cause.clause.contains("5 (3)"), "{cause:?}");
        world.set("2026-10-05T11:30:00Z");
        let end = r#"{"fact":"outage","id":"o1","supersedes":"o1","reason":"over","from":"2026-10-05T10:00:00Z","until":"2026-10-05T11:00:00Z","cause":"dns"}"#;
        send(world, &shared(), end);
        let after = provider(world);
        assert_eq!(after.state(), Some(State::Up));
        assert_eq!(after.components[0].outages[0].id, board.components[0].outages[0].id, "the same incident");
    });
}

#[test]
fn nothing_of_a_customer_is_on_the_providers_page() {
    each(|world| {
        prepare(world);
        publish(world);
        world.set("2026-10-05T10:30:00Z");
        send(
            world,
            &own(),
            r#"{"fact":"outage","id":"secret-acme","from":"2026-10-05T10:00:00Z","cause":"platform"}"#,
        );
        let board = provider(world);
        assert_eq!(board.state(), Some(State::Up));
        assert!(!format!("{board:?}").contains("acme"), "{board:?}");
    });
}

#[test]
fn a_customers_page_is_there_only_while_it_is_open() {
    each(|world| {
        prepare(world);
        let page = |name: &str| world.read(|platform, tx| status::of_page(platform, tx, name));
        assert_eq!(kind(page("acme")), RefusalKind::NotFound);
        let opened = world.write(|_, tx| status::open_page(tx, &owner(), "acme", None)).unwrap();
        assert!(opened.name.len() >= 32, "nobody guesses {}", opened.name);
        world.set("2026-10-05T10:30:00Z");
        send(
            world,
            &own(),
            r#"{"fact":"outage","id":"o1","from":"2026-10-05T10:00:00Z","cause":"platform"}"#,
        );
        assert_eq!(page(&opened.name).unwrap().state(), Some(State::Down));
        world.write(|_, tx| status::open_page(tx, &owner(), "acme", Some("acme-status"))).unwrap();
        assert_eq!(kind(page(&opened.name)), RefusalKind::NotFound, "the name before leads nowhere");
        assert!(page("acme-status").is_ok());
        world.write(|_, tx| status::close_page(tx, &owner(), "acme")).unwrap();
        assert_eq!(kind(page("acme-status")), RefusalKind::NotFound);
        let done: Vec<String> =
            actions(world, "acme").into_iter().filter(|it| it.starts_with("status.")).collect();
        assert_eq!(done, ["status.page_opened", "status.page_opened", "status.page_closed"]);
    });
}

#[test]
fn only_the_provider_chooses_what_is_public_and_under_fitting_names() {
    each(|world| {
        prepare(world);
        let named = |who: platform::principal::Principal, en: &str, zh: &str| {
            let name = Text::new(en, zh);
            world.write(move |platform, tx| status::publish(platform, tx, &who, "mwe", &name))
        };
        assert_eq!(kind(named(customer("acme"), "a", "b")), RefusalKind::NotFound);
        assert_eq!(kind(named(owner(), "a", " ")), RefusalKind::Invalid);
        for name in ["api", "badge", "a", "Über", "a/b"] {
            let opened = world.write(move |_, tx| status::open_page(tx, &owner(), "acme", Some(name)));
            assert_eq!(kind(opened), RefusalKind::Invalid, "{name}");
        }
        let opened = world.write(|_, tx| status::open_page(tx, &customer("acme"), "acme", None));
        assert_eq!(kind(opened), RefusalKind::NotFound);
        let taken = world.write(|_, tx| status::unpublish(tx, &owner(), "mwe"));
        assert_eq!(kind(taken), RefusalKind::NotFound, "it is not on the page");
    });
}
