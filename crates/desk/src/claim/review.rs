//! Looking at a claim and deciding it.

use std::collections::BTreeMap;

use timeline::Instant;

use super::submit::{FIELDS_MAX, check_fields};
use super::terms::{Terms, later};
use super::{Act, Award, Claim, Due, Event, State, Step};
use crate::effect::{Deadline, Notice};
use crate::party::Side;
use crate::reason::Reason;
use crate::refusal::Refusal;
use crate::worth::Worth;

pub(super) fn step(claim: &Claim, event: &Event, terms: &Terms) -> Step {
    match (&claim.state, &event.act) {
        (State::Submitted, Act::TakeUp) => taken_up(claim, event.at),
        (State::Submitted | State::UnderReview, Act::RequestInformation { question }) => {
            asked(claim, event.at, question, terms)
        }
        (State::NeedsInformation { adjudication_left_nanos, .. }, Act::SupplyInformation { fields }) => {
            answered(claim, event.at, fields, *adjudication_left_nanos)
        }
        (State::Submitted | State::UnderReview, Act::Accept { reason }) => {
            accepted(claim, event, reason, terms)
        }
        (State::Submitted | State::UnderReview, Act::Award { amount, reason }) => {
            awarded(claim, event, *amount, reason, terms)
        }
        (State::Submitted | State::UnderReview, Act::Reject { reason }) => {
            rejected(claim, event.at, reason, terms)
        }
        (_, act) => Err(claim.unknown(act)),
    }
}

/// The time to decide keeps running.
fn taken_up(claim: &Claim, at: Instant) -> Step {
    Ok((Claim { state: State::UnderReview, changed_at: at, ..claim.clone() }, Vec::new()))
}

/// While the claimant is asked, the time to decide stands still: asking must not be a way to gain time.
fn asked(claim: &Claim, at: Instant, question: &Reason, terms: &Terms) -> Step {
    let due_at = claim.deadlines.get(&Deadline::Adjudication);
    let left = due_at.and_then(|due_at| i64::try_from(due_at.nanos_since(at).max(0)).ok());
    let state = State::NeedsInformation { question: question.clone(), adjudication_left_nanos: left };
    claim
        .moved(at, state)
        .wait(Deadline::Information, later(at, terms.answer_within))
        .notify(Side::Customer, Notice::InformationNeeded { question: question.clone() })
        .done()
}

fn answered(claim: &Claim, at: Instant, fields: &BTreeMap<String, String>, left: Option<i64>) -> Step {
    if let Some(until) = claim.deadlines.get(&Deadline::Information).filter(|until| **until <= at) {
        return Err(Refusal::AnswerLate { until: *until });
    }
    if fields.values().all(|text| text.trim().is_empty()) {
        return Err(Refusal::AnswerEmpty);
    }
    check_fields(fields)?;
    let mut next = claim.moved(at, State::UnderReview);
    next.claim.filing.fields.extend(fields.clone());
    if next.claim.filing.fields.len() > FIELDS_MAX {
        return Err(Refusal::FieldsTooLarge);
    }
    next.wait(Deadline::Adjudication, left.and_then(|nanos| at.checked_add(nanos)))
        .notify(Side::Provider, Notice::InformationSupplied)
        .done()
}

/// Exactly what is due; what the text leaves to a person has to be named.
fn accepted(claim: &Claim, event: &Event, reason: &Reason, terms: &Terms) -> Step {
    match claim.filing.due {
        Due::Amount { amount } if amount.minor == 0 => Err(Refusal::NothingDue),
        Due::Amount { amount } => awarded(claim, event, amount, reason, terms),
        Due::Discretionary { .. } => Err(Refusal::AmountLeftToPerson),
    }
}

/// What a person found right under a discretionary remedy is accepted, and can be appealed like a part.
fn awarded(claim: &Claim, event: &Event, amount: Worth, reason: &Reason, terms: &Terms) -> Step {
    claim.filing.due.allows(amount)?;
    let award = Award { amount, reason: reason.clone(), by: event.by.clone(), at: event.at };
    let until = later(event.at, terms.appeal_within);
    match claim.filing.due {
        Due::Amount { amount: due } if amount == due => claim
            .moved(event.at, State::Accepted { award })
            .notify(Side::Customer, Notice::ClaimAccepted { amount })
            .done(),
        Due::Amount { .. } => claim
            .moved(event.at, State::PartAccepted { award })
            .wait(Deadline::Appeal, until)
            .notify(Side::Customer, Notice::ClaimPartAccepted { amount })
            .done(),
        Due::Discretionary { .. } => claim
            .moved(event.at, State::Accepted { award })
            .wait(Deadline::Appeal, until)
            .notify(Side::Customer, Notice::ClaimAccepted { amount })
            .done(),
    }
}

/// The end of the appeal window is kept but not scheduled: the claim is final from then on without anybody's doing.
fn rejected(claim: &Claim, at: Instant, reason: &Reason, terms: &Terms) -> Step {
    let mut next = claim.moved(at, State::Rejected { reason: reason.clone() });
    next.claim.deadlines.extend(later(at, terms.appeal_within).map(|until| (Deadline::Appeal, until)));
    next.notify(Side::Customer, Notice::ClaimRejected { reason: reason.clone() }).done()
}
