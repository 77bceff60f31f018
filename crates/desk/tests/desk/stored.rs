//! What is stored is read back as it was, and as text people can read.

use desk::claim::{Act, Claim, Event};
use desk::{Actor, Deadline, Effect};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::some::{
    accept, act, amount, appeal, award, customer, day, discretionary, fields, follow, money, provider,
    reject, reject_appeal, terms, uphold, why,
};

fn read_back<T: Serialize + DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

fn ask() -> Act {
    Act::RequestInformation { question: why("which instance?") }
}

#[test]
fn a_claim_in_any_state_is_read_back() {
    let stories: [&[(i64, Actor, Act)]; 9] = [
        &[],
        &[(13, provider(), ask())],
        &[(13, provider(), accept())],
        &[(13, provider(), award(5))],
        &[(13, provider(), reject())],
        &[(13, provider(), award(5)), (14, customer(), appeal())],
        &[(13, provider(), award(5)), (14, customer(), appeal()), (15, provider(), uphold(6))],
        &[(13, provider(), reject()), (14, customer(), appeal()), (15, provider(), reject_appeal())],
        &[(13, customer(), Act::Withdraw)],
    ];
    for story in stories {
        for due in [amount(100), discretionary(Some(100))] {
            if story.iter().any(|it| it.2 == accept()) && due != amount(100) {
                continue;
            }
            let (claim, _) = follow(due, &terms(), story);
            assert_eq!(read_back(&claim), claim, "{}", claim.state().word());
        }
    }
    assert_eq!(read_back(&terms()), terms());
}

#[test]
fn events_and_effects_are_read_back() {
    let acts = [
        Act::TakeUp,
        ask(),
        Act::SupplyInformation { fields: fields(&[("instance", "db-1")]) },
        accept(),
        award(5),
        appeal(),
        Act::AcceptAward,
        Act::DeadlinePassed { deadline: Deadline::Appeal },
        Act::Restate { statement: "cd".to_owned(), due: discretionary(None) },
    ];
    for what in acts {
        for by in [provider(), Actor::Platform] {
            let event = Event { at: day(13).checked_add(5).unwrap(), by, act: what.clone() };
            assert_eq!(read_back(&event), event);
        }
    }
    let (claim, _) = follow(amount(100), &terms(), &[(13, provider(), award(5))]);
    let effects: Vec<Effect> = act(&claim, 14, customer(), Act::AcceptAward, &terms()).unwrap().1;
    assert_eq!(read_back(&effects), effects);
}

#[test]
fn what_is_stored_can_be_read_by_people() {
    let event = Event { at: day(13), by: provider(), act: award(5) };
    assert_eq!(
        serde_json::to_string(&event).unwrap(),
        concat!(
            r#"{"at":"1970-01-14T00:00:00Z","by":{"actor":"person","side":"provider","id":"finance"},"#,
            r#""act":{"act":"award","amount":{"minor":5,"currency":"CNY"},"reason":"a part of it"}}"#
        )
    );
}

#[test]
fn a_stored_reason_is_checked_and_a_stored_claim_goes_on() {
    let blank =
        r#"{"at":"1970-01-14T00:00:00Z","by":{"actor":"platform"},"act":{"act":"reject","reason":" "}}"#;
    assert!(serde_json::from_str::<Event>(blank).is_err());
    let (claim, _) = follow(amount(100), &terms(), &[(13, provider(), Act::TakeUp)]);
    let stored: Claim = read_back(&claim);
    let (claim, _) = act(&stored, 14, provider(), accept(), &terms()).unwrap();
    assert_eq!(claim.award().and_then(|it| it.amount.money()), Some(money(100)));
}
