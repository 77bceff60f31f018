//! Subscriptions and the terms that govern them.
#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

mod support;

use platform::agreements::AgreementKind;
use platform::page::Page;
use platform::principal::Principal;
use platform::rights::{Resource, Role, Verb};
use platform::subscriptions::{self, ChangePlan, End, Renew, Subscription};
use platform::tenants::{self, Reason};
use platform::terms::{SubscriptionState, Terms};
use platform::time::Moment;
use platform::{Failure, RefusalKind, jobs};
use serde_json::{Value as Json, json};
use support::{
    HOSTING, World, actions, at, customer, each, hosting, kind, ours, owner, publish, publish_as, subscribe,
    tenant,
};

/// A customer, an agreement, and what a test is about.
fn with(test: impl Fn(&World)) {
    each(|world| {
        tenant(world, "acme");
        publish(world, HOSTING).unwrap();
        test(world);
    });
}

type Verbs<T> = fn(
    &platform::Platform,
    &mut store::Tx<'_>,
    &Principal,
    &str,
    &str,
    &T,
    Option<i64>,
) -> Result<Subscription, Failure>;

/// Does something to a subscription of acme.
fn act<T>(
    world: &World,
    who: Principal,
    verb: Verbs<T>,
    id: &str,
    input: Json,
    expected: Option<i64>,
) -> Result<Subscription, Failure>
where
    T: serde::de::DeserializeOwned + Send + 'static,
{
    let (id, input): (String, T) = (id.to_owned(), serde_json::from_value(input).unwrap());
    world.write(move |platform, tx| verb(platform, tx, &who, "acme", &id, &input, expected))
}

fn terms_at(world: &World, id: &str, instant: &str) -> Terms {
    world
        .read(|_, tx| {
            let tenant = owner().tenant(tx, "acme", Resource::Subscription, Verb::Read)?;
            subscriptions::terms_at(tx, &tenant, id, at(instant))
        })
        .unwrap()
}

fn get(world: &World, who: Principal, tenant: &str, id: &str) -> Result<Subscription, Failure> {
    world.read(|platform, tx| subscriptions::get(platform, tx, &who, tenant, id))
}

/// The jobs of subscriptions that wait: kind, key and when they are due.
fn waiting(world: &World) -> Vec<(String, String, String)> {
    world
        .read(|_, tx| {
            let rows =
                tx.rows("SELECT kind, key, due_at FROM job WHERE state = 'waiting' AND kind IN ('cycle', 'term') ORDER BY kind, key", &[])?;
            let job = |it: &store::Row| Ok((it.get(0)?, it.get(1)?, it.get::<Moment>(2)?.to_string()));
            rows.iter().map(job).collect::<Result<Vec<_>, Failure>>()
        })
        .unwrap()
}

/// Does the work that is due.
fn run_jobs(world: &World) {
    let handlers: [(&'static str, jobs::Handler); 2] =
        [(subscriptions::CYCLE_JOB, |_, _| Ok(())), (subscriptions::TERM_JOB, subscriptions::run)];
    jobs::run_due(world, &handlers).unwrap();
}

/// Puts the end of the term down once more and does it: at least once may be twice.
fn again(world: &World, id: &str) {
    let id = id.to_owned();
    world
        .write(move |_, tx| {
            let payload = json!({ "tenant": "acme", "subscription": id });
            Ok(jobs::enqueue(tx, subscriptions::TERM_JOB, &id, "acme", tx.now(), &payload)?)
        })
        .unwrap();
    run_jobs(world);
}

#[test]
fn a_subscription_pins_the_newest_version_and_its_cycles_are_due() {
    with(|world| {
        publish(world, &hosting("2", "mutual")).unwrap();
        let made = subscribe(world, "acme", json!({"id": "acme-web", "until": "2027-10-01T00:00:00+08:00"}))
            .unwrap();
        assert_eq!((made.id.as_str(), made.terms.version.as_str()), ("acme-web", "2"));
        assert_eq!(
            (made.since.to_string(), made.terms.state),
            (support::BEGIN.to_owned(), SubscriptionState::Active)
        );
        let older = subscribe(world, "acme", json!({"id": "acme-old", "version": "1"})).unwrap();
        assert_eq!(older.terms.version, "1");
        let due = |kind: &str, key: &str, at: &str| (kind.to_owned(), key.to_owned(), at.to_owned());
        assert_eq!(
            waiting(world),
            [
                due("cycle", "acme-old", support::BEGIN),
                due("cycle", "acme-web", support::BEGIN),
                due("term", "acme-web", "2027-09-30T16:00:00Z"),
            ]
        );
        assert_eq!(
            actions(world, "acme"),
            ["tenant.created", "subscription.created", "subscription.created"]
        );
    });
}

#[test]
fn plan_and_parameters_must_be_the_contracts_own() {
    with(|world| {
        for wrong in [
            json!({"plan": "gold"}),
            json!({"plan": null}),
            json!({"parameters": {"nothing": "1"}}),
            json!({"parameters": {"target": "3 h"}}),
            json!({"parameters": {"target": "("}}),
            json!({"parameters": {"target": "1 / 0"}}),
            json!({"parameters": {"contact": "x".repeat(1_001)}}),
            json!({"until": "2026-09-01T00:00:00Z"}),
            json!({"renewal": {"rule": "automatic", "months": 12}}),
            json!({"until": "2027-01-01T00:00:00Z", "renewal": {"rule": "automatic", "months": 0}}),
            json!({"id": "Acme Web"}),
            json!({"documents": [{"kind": "order", "title": "", "rank": 1}]}),
        ] {
            assert_eq!(kind(subscribe(world, "acme", wrong.clone())), RefusalKind::Invalid, "{wrong}");
        }
        for unknown in [json!({"agreement": "nothing"}), json!({"version": "9"})] {
            assert_eq!(kind(subscribe(world, "acme", unknown.clone())), RefusalKind::NotFound, "{unknown}");
        }
        let made =
            subscribe(world, "acme", json!({"parameters": {"target": "98.5%", "contact": "\"night desk\""}}))
                .unwrap();
        assert_eq!(made.terms.parameters["target"], "98.5%");
    });
}

#[test]
fn an_id_is_taken_once_over_all_customers() {
    with(|world| {
        tenant(world, "beta");
        subscribe(world, "acme", json!({"id": "web"})).unwrap();
        assert_eq!(kind(subscribe(world, "acme", json!({"id": "web"}))), RefusalKind::Exists);
        assert_eq!(kind(subscribe(world, "beta", json!({"id": "web"}))), RefusalKind::Exists);
        let (one, two) =
            (subscribe(world, "beta", json!({})).unwrap(), subscribe(world, "beta", json!({})).unwrap());
        assert!(one.id != two.id && one.id.starts_with("sub_"));
    });
}

#[test]
fn a_plan_changes_from_an_instant_on_and_never_in_the_past() {
    with(|world| {
        let made = subscribe(world, "acme", json!({"since": "2026-08-01T00:00:00Z"})).unwrap();
        let change = |input, expected| {
            act::<ChangePlan>(world, owner(), subscriptions::change_plan, &made.id, input, expected)
        };
        let later = json!({"plan": "pro", "from": "2026-11-01T00:00:00Z", "reason": "grows"});
        let changed = change(later, Some(1)).unwrap();
        assert_eq!((changed.terms.plan.as_deref(), changed.revision), (Some("basic"), 2));
        assert_eq!(terms_at(world, &made.id, "2026-10-31T23:59:59Z").plan.as_deref(), Some("basic"));
        assert_eq!(terms_at(world, &made.id, "2026-11-01T00:00:00Z").plan.as_deref(), Some("pro"));
        let parameters = json!({"parameters": {"target": "97%"}, "reason": "agreed"});
        let now = change(parameters, None).unwrap();
        assert_eq!(
            (now.terms.plan.as_deref(), now.terms.parameters["target"].as_str()),
            (Some("basic"), "97%")
        );
        let november = terms_at(world, &made.id, "2026-11-05T00:00:00Z");
        assert_eq!((november.plan.as_deref(), november.parameters["target"].as_str()), (Some("pro"), "97%"));
        let wrong = [
            (json!({"plan": "gold", "reason": "x"}), None, RefusalKind::Invalid),
            (json!({"plan": "pro", "reason": " "}), None, RefusalKind::Invalid),
            (
                json!({"plan": "pro", "reason": "x", "from": "2026-09-30T23:59:59Z"}),
                None,
                RefusalKind::Invalid,
            ),
            (json!({"plan": "pro", "reason": "x"}), Some(1), RefusalKind::Outdated),
        ];
        for (input, expected, refused) in wrong {
            assert_eq!(kind(change(input.clone(), expected)), refused, "{input}");
        }
    });
}

#[test]
fn terms_can_be_asked_as_they_were_known_then() {
    with(|world| {
        let made = subscribe(world, "acme", json!({})).unwrap();
        world.set("2026-10-10T00:00:00Z");
        let input = json!({"plan": "pro", "reason": "grows"});
        let changed =
            act::<ChangePlan>(world, owner(), subscriptions::change_plan, &made.id, input, None).unwrap();
        let plan =
            |known: &str| changed.terms_at(at("2026-12-01T00:00:00Z"), at(known)).unwrap().plan.unwrap();
        assert_eq!(plan("2026-10-09T00:00:00Z"), "basic");
        assert_eq!(plan("2026-10-10T00:00:00Z"), "pro");
    });
}

#[test]
fn service_is_suspended_with_a_reason_and_resumed() {
    with(|world| {
        let made = subscribe(world, "acme", json!({})).unwrap();
        world.set("2026-10-05T00:00:00Z");
        let suspend = |reason: &str| {
            act::<Reason>(world, owner(), subscriptions::suspend, &made.id, json!({ "reason": reason }), None)
        };
        let resume = || {
            act::<Reason>(world, owner(), subscriptions::resume, &made.id, json!({"reason": "paid"}), None)
        };
        assert_eq!(kind(suspend("")), RefusalKind::Invalid);
        assert_eq!(kind(resume()), RefusalKind::UnfitState);
        let suspended = suspend("unpaid").unwrap().terms;
        assert_eq!((suspended.state, suspended.reason.as_str()), (SubscriptionState::Suspended, "unpaid"));
        assert_eq!(kind(suspend("again")), RefusalKind::UnfitState);
        world.set("2026-10-08T00:00:00Z");
        assert_eq!(resume().unwrap().terms.state, SubscriptionState::Active);
        let state = |instant| terms_at(world, &made.id, instant).state;
        assert_eq!(state("2026-10-04T00:00:00Z"), SubscriptionState::Active);
        assert_eq!(state("2026-10-06T00:00:00Z"), SubscriptionState::Suspended);
        assert_eq!(actions(world, "acme")[2..], ["subscription.suspended", "subscription.resumed"]);
    });
}

#[test]
fn an_end_is_set_once_it_is_over_nothing_changes_any_more() {
    with(|world| {
        let made = subscribe(
            world,
            "acme",
            json!({"until": "2027-10-01T00:00:00Z", "renewal": {"rule": "automatic", "months": 12}}),
        )
        .unwrap();
        let end = |input| act::<End>(world, owner(), subscriptions::end, &made.id, input, None);
        assert_eq!(kind(end(json!({"at": "2026-09-01T00:00:00Z", "reason": "x"}))), RefusalKind::Invalid);
        let ending = end(json!({"at": "2026-12-01T00:00:00Z", "reason": "moves away"})).unwrap();
        assert_eq!(
            (ending.terms.state, ending.renewal),
            (SubscriptionState::Active, subscriptions::Renewal::None)
        );
        world.set("2026-12-01T00:00:00Z");
        run_jobs(world);
        again(world, &made.id);
        assert_eq!(get(world, owner(), "acme", &made.id).unwrap().terms.state, SubscriptionState::Ended);
        assert_eq!(kind(end(json!({"reason": "again"}))), RefusalKind::UnfitState);
        assert_eq!(
            actions(world, "acme")[2..],
            ["subscription.ended", "subscription.over"],
            "the second run changes nothing"
        );
    });
}

#[test]
fn a_term_is_renewed_by_itself_as_often_as_it_has_passed() {
    with(|world| {
        let terms =
            json!({"until": "2026-10-31T00:00:00+08:00", "renewal": {"rule": "automatic", "months": 1}});
        let made = subscribe(world, "acme", terms).unwrap();
        run_jobs(world);
        assert_eq!(get(world, owner(), "acme", &made.id).unwrap().revision, 1, "not due yet");
        world.set("2027-01-01T00:00:00Z");
        run_jobs(world);
        again(world, &made.id);
        let renewed = get(world, owner(), "acme", &made.id).unwrap();
        let ends: Vec<String> =
            renewed.history.iter().filter_map(|it| it.until).map(|it| it.to_string()).collect();
        assert_eq!(
            ends,
            ["2026-10-30T16:00:00Z", "2026-11-29T16:00:00Z", "2026-12-30T16:00:00Z", "2027-01-30T16:00:00Z"],
            "30 November, then the 31st again"
        );
        assert_eq!(renewed.terms.state, SubscriptionState::Active);
    });
}

#[test]
fn a_person_renews_a_term_to_a_later_end() {
    with(|world| {
        let made = subscribe(world, "acme", json!({"until": "2026-12-01T00:00:00Z"})).unwrap();
        let renew = |input| act::<Renew>(world, owner(), subscriptions::renew, &made.id, input, None);
        assert_eq!(kind(renew(json!({"reason": "x"}))), RefusalKind::Invalid);
        assert_eq!(
            kind(renew(json!({"until": "2026-12-01T00:00:00Z", "reason": "x"}))),
            RefusalKind::Invalid
        );
        let renewed = renew(json!({"until": "2027-12-01T00:00:00Z", "reason": "stays"})).unwrap();
        assert_eq!(renewed.terms.until.unwrap().to_string(), "2027-12-01T00:00:00Z");
        let open = subscribe(world, "acme", json!({})).unwrap();
        let endless = act::<Renew>(
            world,
            owner(),
            subscriptions::renew,
            &open.id,
            json!({"until": "2027-12-01T00:00:00Z", "reason": "x"}),
            None,
        );
        assert_eq!(kind(endless), RefusalKind::Invalid);
    });
}

#[test]
fn a_customer_sees_its_own_subscriptions_and_changes_none() {
    with(|world| {
        tenant(world, "beta");
        let ours_ = subscribe(world, "acme", json!({})).unwrap();
        let theirs = subscribe(world, "beta", json!({})).unwrap();
        assert_eq!(get(world, customer("acme"), "acme", &ours_.id).unwrap().id, ours_.id);
        for (house, id) in [
            ("acme", theirs.id.as_str()),
            ("beta", &theirs.id),
            ("beta", "x"),
            ("acme", "x"),
            ("", &ours_.id),
        ] {
            assert_eq!(kind(get(world, customer("acme"), house, id)), RefusalKind::NotFound, "{house} {id}");
        }
        assert_eq!(
            kind(get(world, owner(), "acme", &theirs.id)),
            RefusalKind::NotFound,
            "not of this customer"
        );
        let list = |who: Principal, house: &str| {
            let found =
                world.read(|platform, tx| subscriptions::list(platform, tx, &who, house, &Page::default()));
            found.map(|it| it.items.into_iter().map(|it| it.id).collect::<Vec<_>>())
        };
        assert_eq!(list(customer("acme"), "acme").unwrap(), [ours_.id.as_str()]);
        assert_eq!(kind(list(customer("acme"), "beta")), RefusalKind::NotFound);
        let all = |who: Principal| {
            world.read(|platform, tx| {
                subscriptions::list_all(platform, tx, &who, Some("hosting"), &Page::default())
            })
        };
        assert_eq!(all(owner()).unwrap().items.len(), 2);
        assert_eq!(kind(all(customer("acme"))), RefusalKind::NotFound);
        let mine = act::<Reason>(
            world,
            customer("acme"),
            subscriptions::suspend,
            &ours_.id,
            json!({"reason": "x"}),
            None,
        );
        assert_eq!(kind(mine), RefusalKind::Forbidden);
        let finance = act::<Reason>(
            world,
            ours(Role::Finance),
            subscriptions::suspend,
            &ours_.id,
            json!({"reason": "x"}),
            None,
        );
        assert_eq!(kind(finance), RefusalKind::Forbidden);
    });
}

#[test]
fn our_own_house_subscribes_to_upstream_agreements_and_nobody_else_does() {
    with(|world| {
        let text = HOSTING.replace("id: hosting", "id: carrier");
        publish_as(world, &text, AgreementKind::Upstream, &[]).unwrap();
        assert_eq!(kind(subscribe(world, "acme", json!({"agreement": "carrier"}))), RefusalKind::Invalid);
        assert_eq!(kind(subscribe(world, tenants::UPSTREAM, json!({}))), RefusalKind::Invalid);
        let made = subscribe(world, tenants::UPSTREAM, json!({"agreement": "carrier"})).unwrap();
        assert_eq!(made.tenant, "upstream");
        assert_eq!(kind(get(world, customer("acme"), "upstream", &made.id)), RefusalKind::NotFound);
    });
}
