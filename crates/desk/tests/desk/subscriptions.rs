//! Subscriptions: suspension, renewal under the text then current, and the end.

use desk::subscription::{Act, Event, PinnedTerms, State, Step, Subscription, Term, begin, step};
use desk::{Actor, Deadline, Effect};
use proptest::prelude::*;
use timeline::Instant;

use super::some::{customer, day, provider, why};

fn text(version: &str) -> PinnedTerms {
    PinnedTerms {
        contract: "hosting".to_owned(),
        version: version.to_owned(),
        sha256: "ab".repeat(32),
        plan: Some("premium".to_owned()),
        parameters: Vec::new(),
    }
}

fn term(from: i64, until: Option<i64>) -> Term {
    Term { from: day(from), until: until.map(day), terms: text("1") }
}

fn begun(until: Option<i64>) -> Subscription {
    begin("acme".to_owned(), term(10, until), day(5)).unwrap().0
}

fn act(subscription: &Subscription, on: i64, by: Actor, act: Act) -> Step {
    step(subscription, &Event { at: day(on), by, act })
}

fn suspend() -> Act {
    Act::Suspend { reason: why("forbidden content"), clause: "6 Use".to_owned() }
}

fn renew(until: Option<i64>) -> Act {
    Act::Renew { until: until.map(day), terms: text("2") }
}

fn end() -> Act {
    Act::End { reason: why("moved elsewhere") }
}

#[test]
fn a_subscription_keeps_its_text_until_it_is_renewed() {
    let subscription = begun(Some(100));
    let (renewed, effects) = act(&subscription, 50, customer(), renew(Some(200))).unwrap();
    assert_eq!(effects[0], Effect::Schedule { deadline: Deadline::Term, at: day(200) });
    let version = |on: i64| renewed.terms_at(day(on)).map(|it| it.version.as_str());
    let table = [
        (9, None),
        (10, Some("1")),
        (50, Some("1")),
        (99, Some("1")),
        (100, Some("2")),
        (199, Some("2")),
        (200, None),
    ];
    for (on, expected) in table {
        assert_eq!(version(on), expected, "day {on}");
    }
}

#[test]
fn a_renewal_lengthens() {
    let subscription = begun(Some(100));
    for until in [99, 100] {
        assert_eq!(act(&subscription, 50, provider(), renew(Some(until))).unwrap_err().code(), "D0130");
    }
    let (open, effects) = act(&subscription, 50, provider(), renew(None)).unwrap();
    assert_eq!(effects[0], Effect::Cancel { deadline: Deadline::Term });
    assert_eq!(act(&open, 51, provider(), renew(Some(300))).unwrap_err().code(), "D0131");
    assert_eq!(act(&subscription, 50, Actor::Platform, renew(None)).unwrap_err().code(), "D0112");
    assert_eq!(begin("x".to_owned(), term(10, Some(10)), day(1)).unwrap_err().code(), "D0130");
}

#[test]
fn only_the_provider_suspends_and_resumes() {
    let subscription = begun(None);
    assert_eq!(act(&subscription, 11, customer(), suspend()).unwrap_err().code(), "D0111");
    let (suspended, _) = act(&subscription, 11, provider(), suspend()).unwrap();
    assert!(matches!(suspended.state(), State::Suspended { clause, .. } if clause == "6 Use"));
    assert_eq!(act(&suspended, 12, provider(), suspend()).unwrap_err().code(), "D0110");
    assert_eq!(act(&suspended, 12, customer(), Act::Resume).unwrap_err().code(), "D0111");
    let (active, _) = act(&suspended, 12, provider(), Act::Resume).unwrap();
    assert_eq!(active.state(), &State::Active);
    assert_eq!(act(&active, 12, provider(), Act::Resume).unwrap_err().code(), "D0110");
    assert!(suspended.terms_at(day(12)).is_some(), "a suspended subscription still has its terms");
}

#[test]
fn a_term_ends_at_its_own_end_however_late_the_platform_says_so() {
    let subscription = begun(Some(100));
    assert_eq!(act(&subscription, 99, Actor::Platform, Act::TermOver).unwrap_err().code(), "D0126");
    assert_eq!(act(&subscription, 100, provider(), Act::TermOver).unwrap_err().code(), "D0113");
    assert_eq!(act(&subscription, 100, provider(), renew(Some(200))).unwrap_err().code(), "D0129");
    let (ended, _) = act(&subscription, 130, Actor::Platform, Act::TermOver).unwrap();
    assert!(matches!(ended.state(), State::Ended { at, reason: None, .. } if *at == day(100)));
    assert_eq!(act(&begun(None), 100, Actor::Platform, Act::TermOver).unwrap_err().code(), "D0125");
}

#[test]
fn an_ended_subscription_stays_ended() {
    for by in [provider(), customer()] {
        let (ended, _) = act(&begun(Some(100)), 50, by, end()).unwrap();
        assert!(ended.terms_at(day(49)).is_some() && ended.terms_at(day(50)).is_none());
        for what in [suspend(), Act::Resume, renew(None), end(), Act::TermOver] {
            assert_eq!(act(&ended, 200, Actor::Platform, what).unwrap_err().code(), "D0109");
        }
    }
    assert_eq!(act(&begun(None), 50, Actor::Platform, end()).unwrap_err().code(), "D0112");
    let (later, _) = act(&begun(None), 50, provider(), suspend()).unwrap();
    assert_eq!(act(&later, 49, provider(), Act::Resume).unwrap_err().code(), "D0108");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn terms_follow_each_other_without_gaps_and_bind_one_text(
        story in prop::collection::vec((0..30i64, 0..5usize, prop::option::weighted(0.9, 0..200i64)), 0..20),
    ) {
        let mut subscription = begun(Some(40));
        let mut on = 10;
        for (days, which, until) in story {
            on += days;
            let (by, what) = match which {
                0 => (provider(), suspend()),
                1 => (provider(), Act::Resume),
                2 => (customer(), end()),
                3 => (Actor::Platform, Act::TermOver),
                _ => (customer(), renew(until)),
            };
            let Ok((next, _)) = act(&subscription, on, by, what) else { continue };
            prop_assert!(subscription.state().word() != "ended");
            subscription = next;
        }
        for pair in subscription.terms().windows(2) {
            prop_assert_eq!(pair[0].until, Some(pair[1].from));
        }
        let first_day_without = (10..).find(|on| subscription.terms_at(day(*on)).is_none() || *on > 500).unwrap();
        let none_after = (first_day_without..520).all(|on| subscription.terms_at(day(on)).is_none() || on > 500);
        prop_assert!(none_after, "once over, it stays over");
        let holding = |at: Instant| {
            let holds = |term: &&Term| term.from <= at && term.until.is_none_or(|end| at < end);
            subscription.terms().iter().filter(holds).count()
        };
        prop_assert!((10..500).all(|on| holding(day(on)) <= 1), "one text at a time");
    }
}
