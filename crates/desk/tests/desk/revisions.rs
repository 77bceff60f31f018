//! Revisions of evidence: proposed by one side, answered by the other.

use desk::revision::{Act, Event, Proposal, Revision, Step, propose, step};
use desk::{Actor, Deadline, Effect, Notice, Side};
use proptest::prelude::*;

use super::some::{customer, day, provider, why};

fn proposal() -> Proposal {
    Proposal {
        id: "revision 1".to_owned(),
        subscription: "acme".to_owned(),
        supersedes: Some("outage 5".to_owned()),
        record: Some(r#"{"fact":"outage"}"#.to_owned()),
        reason: why("the probe's clock was wrong"),
        expires_at: day(10),
    }
}

fn proposed(by: &Actor) -> Revision {
    propose(proposal(), by, day(1)).unwrap().0
}

fn act(revision: &Revision, on: i64, by: Actor, act: Act) -> Step {
    step(revision, &Event { at: day(on), by, act })
}

fn refuse() -> Act {
    Act::Refuse { reason: why("the clock was right") }
}

#[test]
fn only_the_other_side_answers() {
    for (own, other) in [(provider(), customer()), (customer(), provider())] {
        let revision = proposed(&own);
        for answer in [Act::Consent, refuse()] {
            assert_eq!(act(&revision, 2, own.clone(), answer.clone()).unwrap_err().code(), "D0111");
            assert_eq!(act(&revision, 2, Actor::Platform, answer.clone()).unwrap_err().code(), "D0112");
            assert!(act(&revision, 2, other.clone(), answer).is_ok());
        }
        assert_eq!(act(&revision, 2, other.clone(), Act::Withdraw).unwrap_err().code(), "D0111");
        assert_eq!(act(&revision, 2, own, Act::Withdraw).unwrap().0.state().word(), "withdrawn");
    }
    let colleague = Actor::person(Side::Provider, "another");
    let refused = act(&proposed(&provider()), 2, colleague, Act::Consent).unwrap_err();
    assert_eq!(refused.code(), "D0111", "a colleague is the same side");
}

#[test]
fn evidence_is_revised_on_consent_alone() {
    let revision = proposed(&provider());
    let revises = |step: Step| step.unwrap().1.contains(&Effect::ReviseEvidence);
    assert!(revises(act(&revision, 2, customer(), Act::Consent)));
    assert!(!revises(act(&revision, 2, customer(), refuse())));
    assert!(!revises(act(&revision, 2, provider(), Act::Withdraw)));
    assert!(!revises(act(&revision, 10, Actor::Platform, Act::Lapse)), "silence is no consent");
}

#[test]
fn a_proposal_is_answered_until_and_not_at_its_expiry() {
    let revision = proposed(&provider());
    assert!(act(&revision, 9, customer(), Act::Consent).is_ok());
    for answer in [Act::Consent, refuse()] {
        assert_eq!(act(&revision, 10, customer(), answer).unwrap_err().code(), "D0128");
    }
    assert_eq!(act(&revision, 9, Actor::Platform, Act::Lapse).unwrap_err().code(), "D0126");
    assert_eq!(act(&revision, 10, customer(), Act::Lapse).unwrap_err().code(), "D0113");
    assert_eq!(act(&revision, 10, Actor::Platform, Act::Lapse).unwrap().0.state().word(), "expired");
}

#[test]
fn a_proposal_names_a_record_or_brings_one() {
    let table = [(None, None, Some("D0127")), (Some("a"), None, None), (None, Some("b"), None)];
    for (supersedes, record, code) in table {
        let proposal = Proposal {
            supersedes: supersedes.map(str::to_owned),
            record: record.map(str::to_owned),
            ..proposal()
        };
        assert_eq!(propose(proposal, &provider(), day(1)).err().map(|it| it.code()), code);
    }
    assert_eq!(propose(proposal(), &Actor::Platform, day(1)).unwrap_err().code(), "D0112");
    assert_eq!(propose(proposal(), &provider(), day(10)).unwrap_err().code(), "D0128");
}

#[test]
fn the_other_side_is_told_and_the_deadline_scheduled() {
    let effects = propose(proposal(), &customer(), day(1)).unwrap().1;
    let told = Effect::Notify { to: Side::Provider, notice: Notice::RevisionProposed };
    assert_eq!(effects, [Effect::Schedule { deadline: Deadline::Consent, at: day(10) }, told]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_revision_is_answered_once_and_revises_at_most_once(
        by_provider in any::<bool>(),
        story in prop::collection::vec((0..4i64, 0..4usize, 0..3usize), 0..15),
    ) {
        let own = if by_provider { provider() } else { customer() };
        let mut revision = proposed(&own);
        let (mut on, mut taken, mut revised) = (1, 0, 0);
        for (days, who, what) in story {
            on += days;
            let by = [provider(), customer(), Actor::Platform][who % 3].clone();
            let what = [Act::Consent, refuse(), Act::Withdraw, Act::Lapse][(what + who) % 4].clone();
            let Ok((next, effects)) = act(&revision, on, by.clone(), what.clone()) else { continue };
            if what == Act::Consent {
                prop_assert!(by.side() == own.side().map(Side::other) && on < 10);
            }
            taken += 1;
            revised += effects.iter().filter(|it| **it == Effect::ReviseEvidence).count();
            revision = next;
        }
        prop_assert!(taken <= 1 && revised <= taken);
        prop_assert_eq!(revised == 1, revision.state().word() == "consented");
    }
}
