//! Notices of change, by each contract's own rule.
#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

mod support;

use platform::notices::{self, Answer, Decide, Delivery, DeliveryState, NewNotice, Notice};
use platform::page::Page;
use platform::principal::Principal;
use platform::subscriptions::{self, Subscription};
use platform::tenants::Reason;
use platform::{Failure, RefusalKind, jobs};
use serde_json::json;
use support::{World, actions, at, customer, each, hosting, kind, member, owner, publish, subscribe, tenant};

const EFFECTIVE: &str = "2026-11-01T00:00:00Z";

/// Two versions under a rule, and a customer subscribed to the first.
fn with(rule: &str, test: impl Fn(&World, &Subscription)) {
    each(|world| {
        tenant(world, "acme");
        publish(world, &hosting("1", rule)).unwrap();
        let made = subscribe(world, "acme", json!({"id": "web", "until": "2027-01-01T00:00:00Z"})).unwrap();
        publish(world, &hosting("2", rule)).unwrap();
        test(world, &made);
    });
}

fn send(world: &World, from: &str, to: &str, effective_at: &str) -> Result<Notice, Failure> {
    let input =
        json!({"from_version": from, "to_version": to, "effective_at": effective_at, "text": "We change."});
    let input: NewNotice = serde_json::from_value(input).unwrap();
    world.write(move |platform, tx| notices::create(platform, tx, &owner(), "hosting", &input))
}

fn decide(
    world: &World,
    who: Principal,
    id: &str,
    answer: Answer,
    expected: Option<i64>,
) -> Result<Delivery, Failure> {
    let id = id.to_owned();
    let input = Decide { answer, reason: String::new() };
    world.write(move |platform, tx| notices::decide(platform, tx, &who, "acme", &id, "web", &input, expected))
}

fn delivery(world: &World, id: &str) -> Delivery {
    world.read(|platform, tx| notices::get_of(platform, tx, &owner(), "acme", id, "web")).unwrap()
}

/// Does the work of notices that is due.
fn run_jobs(world: &World) {
    let handlers: [(&'static str, jobs::Handler); 3] = [
        (subscriptions::CYCLE_JOB, |_, _| Ok(())),
        (subscriptions::TERM_JOB, |_, _| Ok(())),
        (notices::NOTICE_JOB, notices::run),
    ];
    jobs::run_due(world, &handlers).unwrap();
}

/// Puts the work of a notice down once more and does it: at least once may be twice.
fn again(world: &World, id: &str) {
    let id = id.to_owned();
    world
        .write(move |_, tx| {
            Ok(jobs::enqueue(tx, notices::NOTICE_JOB, &id, "", tx.now(), &json!({ "notice": id }))?)
        })
        .unwrap();
    run_jobs(world);
}

fn version_at(world: &World, instant: &str) -> String {
    let it = world.read(|platform, tx| subscriptions::get(platform, tx, &owner(), "acme", "web")).unwrap();
    it.terms_at(at(instant), timeline::Instant::MAX).unwrap().version
}

#[test]
fn a_notice_goes_to_every_subscription_the_version_left_governs() {
    with("notice", |world, _| {
        tenant(world, "beta");
        subscribe(world, "beta", json!({"id": "beta-new"})).unwrap();
        subscribe(world, "beta", json!({"id": "beta-old", "version": "1"})).unwrap();
        subscribe(world, "beta", json!({"id": "beta-over", "version": "1", "until": "2026-10-01T00:00:01Z"}))
            .unwrap();
        world.pass(1);
        let sent = send(world, "1", "2", EFFECTIVE).unwrap();
        assert!(sent.comparison.materially_worse, "what is told is kept with the notice");
        let all = world
            .read(|platform, tx| notices::deliveries(platform, tx, &owner(), &sent.id, &Page::default()))
            .unwrap();
        let told: Vec<&str> = all.items.iter().map(|it| it.subscription.as_str()).collect();
        assert_eq!(told, ["beta-old", "web"]);
        assert!(all.items.iter().all(|it| it.state == DeliveryState::Sent && it.channel == "portal"));
        assert_eq!(actions(world, "").last().unwrap(), "notice.sent");
    });
}

#[test]
fn a_notice_tells_of_a_change_to_come_between_versions_that_are_there() {
    with("notice", |world, _| {
        assert_eq!(kind(send(world, "1", "1", EFFECTIVE)), RefusalKind::Invalid);
        assert_eq!(kind(send(world, "1", "2", "2026-09-30T23:59:59Z")), RefusalKind::Invalid);
        assert_eq!(kind(send(world, "1", "9", EFFECTIVE)), RefusalKind::NotFound);
        let input: NewNotice = serde_json::from_value(
            json!({"from_version": "1", "to_version": "2", "effective_at": EFFECTIVE}),
        )
        .unwrap();
        let theirs = world
            .write(move |platform, tx| notices::create(platform, tx, &customer("acme"), "hosting", &input));
        assert_eq!(kind(theirs), RefusalKind::NotFound);
    });
}

#[test]
fn a_version_without_somebodys_plan_cannot_be_announced_to_them() {
    with("notice", |world, _| {
        let text = hosting("3", "notice")
            .replace("plan basic | pro", "plan pro")
            .replace("{ basic: target, pro: 99.5% }", "{ pro: target }");
        publish(world, &text).unwrap();
        let refused = support::refusal(send(world, "1", "3", EFFECTIVE));
        assert_eq!(refused.kind, RefusalKind::Invalid);
        assert!(refused.detail.en.contains("subscription web"), "{}", refused.detail.en);
    });
}

#[test]
fn notice_suffices_where_the_contract_says_so() {
    with("notice", |world, _| {
        let sent = send(world, "1", "2", EFFECTIVE).unwrap();
        assert_eq!(
            kind(decide(world, customer("acme"), &sent.id, Answer::Refuse, None)),
            RefusalKind::UnfitState
        );
        run_jobs(world);
        assert_eq!(delivery(world, &sent.id).state, DeliveryState::Sent, "not yet effective");
        world.set("2026-11-03T00:00:00Z");
        run_jobs(world);
        again(world, &sent.id);
        assert_eq!(delivery(world, &sent.id).state, DeliveryState::Applied);
        assert_eq!(version_at(world, "2026-10-31T23:59:59Z"), "1");
        assert_eq!(version_at(world, EFFECTIVE), "2", "from the day told, however late the job ran");
        let done: Vec<String> = actions(world, "acme").split_off(2);
        assert_eq!(done, ["notice.applied", "subscription.version_changed"], "once");
    });
}

#[test]
fn whoever_goes_on_using_the_service_has_accepted() {
    with("continued_use", |world, _| {
        let sent = send(world, "1", "2", EFFECTIVE).unwrap();
        world.set("2026-11-03T00:00:00Z");
        run_jobs(world);
        assert_eq!(delivery(world, &sent.id).state, DeliveryState::AcceptedByUse);
        assert_eq!(version_at(world, EFFECTIVE), "2");
        assert_eq!(
            kind(decide(world, customer("acme"), &sent.id, Answer::Refuse, None)),
            RefusalKind::UnfitState
        );
    });
}

#[test]
fn a_suspended_subscription_accepts_by_use_when_it_is_served_again() {
    with("continued_use", |world, _| {
        let reason = || Reason { reason: "unpaid".to_owned() };
        let sent = send(world, "1", "2", EFFECTIVE).unwrap();
        world
            .write(move |platform, tx| {
                subscriptions::suspend(platform, tx, &owner(), "acme", "web", &reason(), None)
            })
            .unwrap();
        world.set("2026-11-03T00:00:00Z");
        run_jobs(world);
        assert_eq!(delivery(world, &sent.id).state, DeliveryState::Sent);
        world.set("2026-11-10T00:00:00Z");
        world
            .write(move |platform, tx| {
                subscriptions::resume(platform, tx, &owner(), "acme", "web", &reason(), None)
            })
            .unwrap();
        run_jobs(world);
        assert_eq!(delivery(world, &sent.id).state, DeliveryState::AcceptedByUse);
        assert_eq!(version_at(world, "2026-11-09T23:59:59Z"), "1");
        assert_eq!(version_at(world, "2026-11-10T00:00:00Z"), "2");
    });
}

#[test]
fn what_was_refused_in_time_never_takes_hold() {
    for rule in ["continued_use", "mutual", "pinned_until_renewal"] {
        with(rule, |world, _| {
            let sent = send(world, "1", "2", EFFECTIVE).unwrap();
            let refused = decide(world, customer("acme"), &sent.id, Answer::Refuse, Some(1)).unwrap();
            assert_eq!(
                (refused.state, refused.decided_by.as_deref()),
                (DeliveryState::Refused, Some("person:acme-admin"))
            );
            assert_eq!(
                kind(decide(world, customer("acme"), &sent.id, Answer::Accept, None)),
                RefusalKind::UnfitState
            );
            world.set("2026-11-03T00:00:00Z");
            run_jobs(world);
            renew(world);
            assert_eq!(version_at(world, "2027-06-01T00:00:00Z"), "1", "{rule}");
        });
    }
}

#[test]
fn after_it_is_effective_a_change_by_use_cannot_be_refused() {
    with("continued_use", |world, _| {
        let sent = send(world, "1", "2", EFFECTIVE).unwrap();
        world.set(EFFECTIVE);
        assert_eq!(
            kind(decide(world, customer("acme"), &sent.id, Answer::Refuse, None)),
            RefusalKind::WindowClosed
        );
    });
}

#[test]
fn a_mutual_change_waits_for_the_customer_however_long() {
    with("mutual", |world, _| {
        let sent = send(world, "1", "2", EFFECTIVE).unwrap();
        world.set("2026-11-20T00:00:00Z");
        run_jobs(world);
        assert_eq!(delivery(world, &sent.id).state, DeliveryState::Sent);
        let accepted = decide(world, customer("acme"), &sent.id, Answer::Accept, None).unwrap();
        assert_eq!(accepted.state, DeliveryState::Accepted);
        let again = decide(world, customer("acme"), &sent.id, Answer::Accept, None).unwrap();
        assert_eq!(again.revision, accepted.revision, "the same answer again changes nothing");
        assert_eq!(version_at(world, "2026-11-19T23:59:59Z"), "1");
        assert_eq!(version_at(world, "2026-11-20T00:00:00Z"), "2");
    });
}

#[test]
fn an_early_acceptance_takes_hold_on_the_day_told() {
    for rule in ["mutual", "continued_use", "notice"] {
        with(rule, |world, _| {
            let sent = send(world, "1", "2", EFFECTIVE).unwrap();
            decide(world, customer("acme"), &sent.id, Answer::Accept, None).unwrap();
            assert_eq!(
                (version_at(world, "2026-10-31T23:59:59Z"), version_at(world, EFFECTIVE)),
                ("1".to_owned(), "2".to_owned()),
                "{rule}"
            );
            world.set(EFFECTIVE);
            run_jobs(world);
            assert_eq!(delivery(world, &sent.id).state, DeliveryState::Accepted, "{rule}");
        });
    }
}

fn renew(world: &World) {
    let input = serde_json::from_value(json!({"until": "2028-01-01T00:00:00Z", "reason": "stays"})).unwrap();
    world
        .write(move |platform, tx| subscriptions::renew(platform, tx, &owner(), "acme", "web", &input, None))
        .unwrap();
}

#[test]
fn a_pinned_version_stays_until_the_subscription_is_renewed() {
    with("pinned_until_renewal", |world, _| {
        let sent = send(world, "1", "2", EFFECTIVE).unwrap();
        world.set("2026-11-03T00:00:00Z");
        run_jobs(world);
        assert_eq!(version_at(world, "2026-12-31T23:59:59Z"), "1");
        renew(world);
        assert_eq!(delivery(world, &sent.id).state, DeliveryState::Applied);
        assert_eq!(version_at(world, "2026-12-31T23:59:59Z"), "1");
        assert_eq!(version_at(world, "2027-01-01T00:00:00Z"), "2");
    });
}

#[test]
fn a_pinned_change_that_is_effective_only_after_the_renewal_waits_for_the_next() {
    with("pinned_until_renewal", |world, _| {
        let sent = send(world, "1", "2", "2027-03-01T00:00:00Z").unwrap();
        decide(world, customer("acme"), &sent.id, Answer::Accept, None).unwrap();
        renew(world);
        assert_eq!(version_at(world, "2027-12-31T00:00:00Z"), "1");
        let input =
            serde_json::from_value(json!({"until": "2029-01-01T00:00:00Z", "reason": "stays"})).unwrap();
        world
            .write(move |platform, tx| {
                subscriptions::renew(platform, tx, &owner(), "acme", "web", &input, None)
            })
            .unwrap();
        assert_eq!(version_at(world, "2028-01-01T00:00:00Z"), "2");
        assert_eq!(delivery(world, &sent.id).state, DeliveryState::Accepted);
    });
}

#[test]
fn only_the_customers_administrator_decides() {
    with("mutual", |world, _| {
        tenant(world, "beta");
        let sent = send(world, "1", "2", EFFECTIVE).unwrap();
        assert_eq!(
            kind(decide(world, member("acme"), &sent.id, Answer::Accept, None)),
            RefusalKind::Forbidden
        );
        assert_eq!(kind(decide(world, owner(), &sent.id, Answer::Accept, None)), RefusalKind::Forbidden);
        assert_eq!(
            kind(decide(world, customer("beta"), &sent.id, Answer::Accept, None)),
            RefusalKind::NotFound
        );
        assert_eq!(
            kind(decide(world, customer("acme"), "ntc_none", Answer::Accept, None)),
            RefusalKind::NotFound
        );
        assert_eq!(
            kind(decide(world, customer("acme"), &sent.id, Answer::Accept, Some(9))),
            RefusalKind::Outdated
        );
        let theirs = world
            .read(|platform, tx| notices::get_of(platform, tx, &customer("beta"), "beta", &sent.id, "web"));
        assert_eq!(kind(theirs), RefusalKind::NotFound);
    });
}

#[test]
fn a_notice_is_delivered_when_the_customer_has_seen_it() {
    with("mutual", |world, _| {
        let sent = send(world, "1", "2", EFFECTIVE).unwrap();
        let see = |who: Principal| {
            let id = sent.id.clone();
            world.write(move |platform, tx| notices::seen(platform, tx, &who, "acme", &id, "web"))
        };
        assert_eq!(kind(see(owner())), RefusalKind::Forbidden);
        world.set("2026-10-02T00:00:00Z");
        let seen = see(member("acme")).unwrap();
        assert_eq!(
            (seen.state, seen.delivered_at.unwrap().to_string()),
            (DeliveryState::Delivered, "2026-10-02T00:00:00Z".to_owned())
        );
        world.set("2026-10-03T00:00:00Z");
        assert_eq!(see(customer("acme")).unwrap(), seen, "the first time counts");
        let inbox = world
            .read(|platform, tx| notices::list_of(platform, tx, &customer("acme"), "acme", &Page::default()))
            .unwrap();
        assert_eq!(inbox.items, [seen]);
    });
}

#[test]
fn a_notice_is_withdrawn_from_whoever_has_not_accepted() {
    with("mutual", |world, _| {
        subscribe(world, "acme", json!({"id": "second", "version": "1"})).unwrap();
        let sent = send(world, "1", "2", EFFECTIVE).unwrap();
        decide(world, customer("acme"), &sent.id, Answer::Accept, None).unwrap();
        let withdraw = |expected| {
            let id = sent.id.clone();
            world.write(move |platform, tx| notices::withdraw(platform, tx, &owner(), &id, expected))
        };
        assert_eq!(kind(withdraw(Some(7))), RefusalKind::Outdated);
        assert!(withdraw(Some(1)).unwrap().withdrawn_at.is_some());
        assert_eq!(kind(withdraw(None)), RefusalKind::UnfitState);
        let all = world
            .read(|platform, tx| notices::deliveries(platform, tx, &owner(), &sent.id, &Page::default()))
            .unwrap();
        let states: Vec<_> = all.items.iter().map(|it| (it.subscription.as_str(), it.state)).collect();
        assert_eq!(states, [("second", DeliveryState::Withdrawn), ("web", DeliveryState::Accepted)]);
        assert_eq!(version_at(world, EFFECTIVE), "2");
    });
}

#[test]
fn an_effective_change_is_not_withdrawn() {
    with("notice", |world, _| {
        let sent = send(world, "1", "2", EFFECTIVE).unwrap();
        world.set(EFFECTIVE);
        let withdrawn =
            world.write(move |platform, tx| notices::withdraw(platform, tx, &owner(), &sent.id, None));
        assert_eq!(kind(withdrawn), RefusalKind::WindowClosed);
    });
}
