//! How a claim ends, and what happens to it without anybody's doing.

use timeline::Instant;

use super::submit::automatic;
use super::terms::{Terms, later};
use super::{Act, Award, Claim, Due, Event, Next, State, Step};
use crate::effect::{Deadline, Effect, Flow, Notice};
use crate::party::Side;
use crate::refusal::Refusal;
use crate::worth::Worth;

pub(super) fn step(claim: &Claim, event: &Event, terms: &Terms) -> Step {
    match (&claim.state, &event.act) {
        (_, Act::Withdraw) => {
            claim.moved(event.at, State::Withdrawn).notify(Side::Provider, Notice::ClaimWithdrawn).done()
        }
        (State::Accepted { award } | State::PartAccepted { award }, Act::Settle) => {
            match claim.deadlines.get(&Deadline::Appeal) {
                Some(until) if event.at < *until => Err(Refusal::AppealOpen { until: *until }),
                _ => settled(claim, event.at, award, terms),
            }
        }
        (_, Act::DeadlinePassed { deadline }) => passed(claim, event.at, *deadline, terms),
        (_, Act::Restate { statement, due }) => restated(claim, event.at, statement, *due, terms),
        (_, act) => Err(claim.unknown(act)),
    }
}

/// The claim is over and its award is posted.
pub(super) fn settled(claim: &Claim, at: Instant, award: &Award, terms: &Terms) -> Step {
    let amount = award.amount;
    claim
        .moved(at, State::Settled { award: award.clone() })
        .effect(posted(claim, amount, terms))
        .notify(Side::Customer, Notice::ClaimSettled { amount })
        .done()
}

/// The posting of an award, from whoever owes it.
pub(super) fn posted(claim: &Claim, amount: Worth, terms: &Terms) -> Effect {
    let flow = match claim.filing.ours {
        Side::Provider => Flow::ToCustomer,
        Side::Customer => Flow::FromProvider,
    };
    match amount.money() {
        Some(amount) => Effect::PostCredit { amount, kind: terms.kind, flow },
        None => Effect::GiveInKind { amount, flow },
    }
}

fn passed(claim: &Claim, at: Instant, deadline: Deadline, terms: &Terms) -> Step {
    match claim.deadlines.get(&deadline) {
        None => return Err(Refusal::NoSuchDeadline { deadline }),
        Some(due_at) if at < *due_at => return Err(Refusal::DeadlineAhead { deadline, at: *due_at }),
        Some(_) => {}
    }
    match (&claim.state, deadline) {
        (State::NeedsInformation { .. }, Deadline::Information) => claim
            .moved(at, State::Expired)
            .notify(Side::Customer, Notice::ClaimExpired)
            .notify(Side::Provider, Notice::ClaimExpired)
            .done(),
        (State::Accepted { award } | State::PartAccepted { award }, Deadline::Appeal) => {
            settled(claim, at, award, terms)
        }
        _ => overdue(claim, at, deadline),
    }
}

/// Nobody decides for a person who is late: both sides are told, and the claim stays where it is.
fn overdue(claim: &Claim, at: Instant, deadline: Deadline) -> Step {
    let mut claim = Claim { changed_at: at, ..claim.clone() };
    claim.deadlines.remove(&deadline);
    Next { claim, effects: Vec::new() }
        .notify(Side::Provider, Notice::Overdue { deadline })
        .notify(Side::Customer, Notice::Overdue { deadline })
        .done()
}

/// A decision rests on what was due; when that changes, it is made again. Before a decision only the figure changes.
fn restated(claim: &Claim, at: Instant, statement: &str, due: Due, terms: &Terms) -> Step {
    due.check()?;
    let undecided =
        matches!(claim.state, State::Submitted | State::NeedsInformation { .. } | State::UnderReview);
    let mut next = if undecided {
        Next { claim: Claim { changed_at: at, ..claim.clone() }, effects: Vec::new() }
    } else {
        decided_again(claim, at, due, terms)?
    };
    next.claim.filing.due = due;
    statement.clone_into(&mut next.claim.filing.statement);
    next.notify(Side::Provider, Notice::ClaimRestated).notify(Side::Customer, Notice::ClaimRestated).done()
}

/// By the platform where the contract pays without a claim and a figure is due, else by a person.
fn decided_again(claim: &Claim, at: Instant, due: Due, terms: &Terms) -> Result<Next, Refusal> {
    match due {
        Due::Amount { amount } if terms.automatic && amount.minor > 0 => {
            Ok(claim.moved(at, State::Accepted { award: automatic(amount, at, terms)? }))
        }
        _ => Ok(claim
            .moved(at, State::UnderReview)
            .wait(Deadline::Adjudication, later(at, terms.adjudicate_within))),
    }
}
