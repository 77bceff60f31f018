//! Amounts the contract leaves to a person.

use desk::decision::{Act, Decision, Event, Matter, open, step};
use desk::{Actor, CreditKind, Effect, Flow, Notice, Side};

use super::some::{cny, customer, day, money, posted, provider, usd, why};

fn matter(at_most: Option<i64>) -> Matter {
    Matter {
        id: "decision 1".to_owned(),
        subscription: "acme".to_owned(),
        cycle: "2026-10".to_owned(),
        remedy: "compensation".to_owned(),
        subject: None,
        statement: "ab".repeat(32),
        clause: "8 Compensation".to_owned(),
        currency: cny(),
        at_most: at_most.map(money),
        kind: CreditKind::Payment,
    }
}

fn opened(at_most: Option<i64>) -> Decision {
    open(matter(at_most), day(1)).unwrap().0
}

fn decide(minor: i64) -> Act {
    Act::Decide { amount: money(minor), reason: why("as in August") }
}

fn decline() -> Act {
    Act::Decline { reason: why("no harm was done") }
}

fn event(on: i64, by: Actor, act: Act) -> Event {
    Event { at: day(on), by, act }
}

#[test]
fn an_open_decision_is_told_to_the_provider() {
    let effects = open(matter(None), day(1)).unwrap().1;
    assert_eq!(effects, [Effect::Notify { to: Side::Provider, notice: Notice::DecisionNeeded }]);
    assert_eq!(open(matter(Some(-1)), day(1)).unwrap_err().code(), "D0116");
    let dollars = Matter { at_most: Some(usd(5)), ..matter(None) };
    assert_eq!(open(dollars, day(1)).unwrap_err().code(), "D0117");
}

#[test]
fn what_a_person_decides_is_posted_once() {
    let (decision, effects) = step(&opened(None), &event(2, provider(), decide(900))).unwrap();
    assert_eq!(decision.state().word(), "decided");
    let expected =
        Effect::PostCredit { amount: money(900), kind: CreditKind::Payment, flow: Flow::ToCustomer };
    assert!(effects.contains(&expected));
    for again in [decide(900), decline()] {
        assert_eq!(step(&decision, &event(3, provider(), again)).unwrap_err().code(), "D0109");
    }
}

#[test]
fn a_person_may_give_nothing() {
    let (decision, effects) = step(&opened(None), &event(2, provider(), decline())).unwrap();
    assert_eq!((decision.state().word(), posted(&effects)), ("declined", vec![]));
    assert_eq!(step(&decision, &event(3, provider(), decide(1))).unwrap_err().code(), "D0109");
}

#[test]
fn who_decides_and_how_much_is_limited() {
    let table = [
        (event(2, Actor::Platform, decide(1)), "D0112"),
        (event(2, customer(), decide(1)), "D0111"),
        (event(2, customer(), decline()), "D0111"),
        (event(0, provider(), decide(1)), "D0108"),
        (event(2, provider(), decide(0)), "D0116"),
        (event(2, provider(), decide(-5)), "D0116"),
        (event(2, provider(), decide(101)), "D0115"),
        (event(2, provider(), Act::Decide { amount: usd(1), reason: why("x") }), "D0117"),
    ];
    for (event, code) in table {
        assert_eq!(step(&opened(Some(100)), &event).unwrap_err().code(), code, "{event:?}");
    }
    assert!(step(&opened(Some(100)), &event(2, provider(), decide(100))).is_ok());
}
