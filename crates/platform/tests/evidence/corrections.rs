//! Corrections one party proposes and the other answers.

use platform::corrections::{self, Answer, Correction, NewCorrection, State};
use platform::page::Page;
use platform::principal::Principal;
use platform::rights::Role;
use platform::{Failure, RefusalKind};
use serde_json::json;

use crate::support::{World, actions, customer, each, kind, member, ours, owner};
use crate::world::{SUBSCRIPTION, evidence, fill, outage, own, send, shared, standing, standing_in};

fn input(supersedes: &str) -> NewCorrection {
    let record = json!({ "from": "2026-10-01T01:00:00Z", "until": "2026-10-01T01:05:00Z" });
    NewCorrection {
        supersedes: supersedes.to_owned(),
        record: record.as_object().cloned(),
        reason: "our probe saw less".to_owned(),
    }
}

fn propose(world: &World, who: &Principal, input: NewCorrection) -> Result<Correction, Failure> {
    let who = who.clone();
    world.write(move |platform, tx| corrections::propose(platform, tx, &who, ("acme", SUBSCRIPTION), &input))
}

fn consent(world: &World, who: &Principal, id: &str, expected: Option<i64>) -> Result<Correction, Failure> {
    let (who, id) = (who.clone(), id.to_owned());
    let answer = Answer { reason: None };
    world
        .write(move |platform, tx| corrections::consent(platform, tx, &who, ("acme", &id), &answer, expected))
}

fn refuse(world: &World, who: &Principal, id: &str, reason: Option<&str>) -> Result<Correction, Failure> {
    let (who, id) = (who.clone(), id.to_owned());
    let answer = Answer { reason: reason.map(str::to_owned) };
    world.write(move |platform, tx| corrections::refuse(platform, tx, &who, ("acme", &id), &answer, None))
}

fn withdraw(world: &World, who: &Principal, id: &str) -> Result<Correction, Failure> {
    let (who, id) = (who.clone(), id.to_owned());
    world.write(move |platform, tx| corrections::withdraw(platform, tx, &who, ("acme", &id), None))
}

#[test]
fn a_correction_is_on_record_only_when_the_other_party_consents_and_names_both() {
    each(|world| {
        fill(world);
        send(world, &owner(), &own(), &[outage("a", 1, 30)]);
        world.pass(60);
        let it = propose(world, &owner(), input("a")).unwrap();
        assert_eq!((it.state, it.revision), (State::Proposed, 1));
        assert_eq!(standing(world), ["a 2026-10-01T01:00:00Z 2026-10-01T01:30:00Z"]);
        world.pass(60);
        let done = consent(world, &customer("acme"), &it.id, Some(1)).unwrap();
        assert_eq!((done.state, done.decided_by.as_deref()), (State::Consented, Some("person:acme-admin")));
        assert_eq!(standing(world), [format!("{} 2026-10-01T01:00:00Z 2026-10-01T01:05:00Z", it.id)]);
        let before = standing_in(&evidence(world), Some("2026-10-01T00:01:30Z"));
        assert_eq!(before, ["a 2026-10-01T01:00:00Z 2026-10-01T01:30:00Z"]);
        let found = evidence(world);
        let record = found.records().iter().find(|it| it.supersedes.is_some()).unwrap();
        let reason = record.reason.as_deref().unwrap();
        assert!(reason.contains("our probe saw less"), "{reason}");
        assert!(reason.contains("person:owner") && reason.contains("person:acme-admin"), "{reason}");
        assert_eq!(record.source.as_deref(), Some("agreed"));
        let log = actions(world, "acme");
        assert_eq!(log[1..], ["correction.proposed", "evidence.accepted", "correction.consented"]);
    });
}

#[test]
fn only_the_other_party_answers() {
    each(|world| {
        fill(world);
        send(world, &owner(), &own(), &[outage("a", 1, 30)]);
        let ours_first = propose(world, &ours(Role::Support), input("a")).unwrap();
        assert_eq!(kind(consent(world, &owner(), &ours_first.id, None)), RefusalKind::Forbidden);
        assert_eq!(kind(consent(world, &member("acme"), &ours_first.id, None)), RefusalKind::Forbidden);
        assert_eq!(kind(consent(world, &customer("beta"), &ours_first.id, None)), RefusalKind::NotFound);
        assert_eq!(kind(withdraw(world, &customer("acme"), &ours_first.id)), RefusalKind::Forbidden);
        let theirs = propose(world, &customer("acme"), input("a")).unwrap();
        assert_eq!(kind(consent(world, &customer("acme"), &theirs.id, None)), RefusalKind::Forbidden);
        assert_eq!(consent(world, &owner(), &theirs.id, None).unwrap().state, State::Consented);
        assert_eq!(withdraw(world, &owner(), &ours_first.id).unwrap().state, State::Withdrawn);
    });
}

#[test]
fn a_refusal_has_a_reason_and_changes_no_evidence() {
    each(|world| {
        fill(world);
        send(world, &owner(), &own(), &[outage("a", 1, 30)]);
        let it = propose(world, &owner(), input("a")).unwrap();
        assert_eq!(kind(refuse(world, &customer("acme"), &it.id, None)), RefusalKind::Invalid);
        let refused = refuse(world, &customer("acme"), &it.id, Some("we saw it too")).unwrap();
        assert_eq!((refused.state, refused.decision.as_deref()), (State::Refused, Some("we saw it too")));
        assert_eq!(kind(consent(world, &customer("acme"), &it.id, None)), RefusalKind::UnfitState);
        assert_eq!(standing(world).len(), 1);
    });
}

#[test]
fn an_answer_to_another_revision_is_refused() {
    each(|world| {
        fill(world);
        send(world, &owner(), &own(), &[outage("a", 1, 30)]);
        let it = propose(world, &owner(), input("a")).unwrap();
        assert_eq!(kind(consent(world, &customer("acme"), &it.id, Some(7))), RefusalKind::Outdated);
    });
}

#[test]
fn a_proposal_nobody_answers_expires() {
    each(|world| {
        fill(world);
        send(world, &owner(), &own(), &[outage("a", 1, 30)]);
        let it = propose(world, &owner(), input("a")).unwrap();
        world.pass(world.settings.consent_seconds);
        assert_eq!(kind(consent(world, &customer("acme"), &it.id, None)), RefusalKind::WindowClosed);
        platform::jobs::run_due(world, &[(corrections::EXPIRY_JOB, corrections::run)]).unwrap();
        let get = world
            .read(|platform, tx| corrections::get(platform, tx, &member("acme"), "acme", &it.id))
            .unwrap();
        assert_eq!(
            (get.state, get.decided_by.as_deref()),
            (State::Expired, Some("system:correction_expiry"))
        );
    });
}

#[test]
fn what_could_not_stand_is_not_proposed() {
    each(|world| {
        fill(world);
        send(world, &owner(), &own(), &[outage("a", 1, 30)]);
        assert_eq!(kind(propose(world, &owner(), input("unknown"))), RefusalKind::Invalid);
        let mut wrong = input("a");
        wrong.record = json!({ "from": "yesterday" }).as_object().cloned();
        assert_eq!(kind(propose(world, &owner(), wrong)), RefusalKind::Invalid);
        let mut wrong = input("a");
        wrong.record.as_mut().unwrap().insert("recorded_at".to_owned(), json!("2020-01-01T00:00:00Z"));
        assert_eq!(kind(propose(world, &owner(), wrong)), RefusalKind::Invalid);
        let mut wrong = input("a");
        wrong.reason = " ".to_owned();
        assert_eq!(kind(propose(world, &owner(), wrong)), RefusalKind::Invalid);
    });
}

#[test]
fn a_record_taken_back_by_consent_stands_no_more_even_a_shared_one() {
    each(|world| {
        fill(world);
        send(world, &owner(), &shared(), &[outage("a", 1, 30)]);
        let back = NewCorrection { record: None, ..input("shared/a") };
        let it = propose(world, &customer("acme"), back).unwrap();
        assert_eq!(it.record, None);
        consent(world, &owner(), &it.id, None).unwrap();
        assert_eq!(standing(world), Vec::<String>::new());
    });
}

#[test]
fn corrections_are_listed_for_their_tenant() {
    each(|world| {
        fill(world);
        send(world, &owner(), &own(), &[outage("a", 1, 30)]);
        let it = propose(world, &owner(), input("a")).unwrap();
        let list = |who: Principal, tenant: &str, of: Option<&str>| {
            world.read(|platform, tx| corrections::list(platform, tx, &who, tenant, of, &Page::default()))
        };
        assert_eq!(list(member("acme"), "acme", None).unwrap().items, std::slice::from_ref(&it));
        assert_eq!(list(owner(), "acme", Some(SUBSCRIPTION)).unwrap().items.len(), 1);
        assert_eq!(list(owner(), "acme", Some("sub_9")).unwrap().items.len(), 0);
        assert_eq!(list(owner(), "beta", None).unwrap().items.len(), 0);
        assert_eq!(kind(list(member("beta"), "acme", None)), RefusalKind::NotFound);
    });
}
