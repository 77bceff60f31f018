//! Contesting a decision, or being content with it.

use super::finish::{posted, settled};
use super::terms::{Terms, later};
use super::{Act, Award, Claim, Event, State, Step};
use crate::effect::{Deadline, Notice};
use crate::party::Side;
use crate::reason::Reason;
use crate::refusal::Refusal;
use crate::worth::Worth;

pub(super) fn step(claim: &Claim, event: &Event, terms: &Terms) -> Step {
    match (&claim.state, &event.act) {
        (State::Accepted { award } | State::PartAccepted { award }, Act::AcceptAward) => {
            settled(claim, event.at, award, terms)
        }
        (
            State::Accepted { .. } | State::PartAccepted { .. } | State::Rejected { .. },
            Act::Appeal { grounds },
        ) => appealed(claim, event, grounds, terms),
        (State::Appealed { earlier, .. }, Act::UpholdAppeal { amount, reason }) => {
            upheld(claim, event, earlier.as_ref(), *amount, reason, terms)
        }
        (State::Appealed { earlier, .. }, Act::RejectAppeal { reason }) => {
            rejected(claim, event, earlier.as_ref(), reason, terms)
        }
        (_, act) => Err(claim.unknown(act)),
    }
}

/// The window is `[decided, decided + appeal_within)`. Without one there is nothing to appeal to, and whoever was
/// awarded all that is due has nothing to appeal.
fn appealed(claim: &Claim, event: &Event, grounds: &Reason, terms: &Terms) -> Step {
    match claim.deadlines.get(&Deadline::Appeal) {
        None => return Err(Refusal::NoAppeal),
        Some(until) if *until <= event.at => return Err(Refusal::AppealLate { until: *until }),
        Some(_) => {}
    }
    let state = State::Appealed { grounds: grounds.clone(), earlier: claim.award().cloned() };
    claim
        .moved(event.at, state)
        .wait(Deadline::AppealAdjudication, later(event.at, terms.adjudicate_within))
        .notify(Side::Provider, Notice::AppealSubmitted)
        .done()
}

fn upheld(
    claim: &Claim,
    event: &Event,
    earlier: Option<&Award>,
    amount: Worth,
    reason: &Reason,
    terms: &Terms,
) -> Step {
    claim.filing.due.allows(amount)?;
    if let Some(before) = earlier.map(|it| it.amount).filter(|before| amount.minor <= before.minor) {
        return Err(Refusal::AppealAwardNotHigher { amount, before });
    }
    let award = Award { amount, reason: reason.clone(), by: event.by.clone(), at: event.at };
    claim
        .moved(event.at, State::UpheldOnAppeal { award })
        .effect(posted(claim, amount, terms))
        .notify(Side::Customer, Notice::AppealUpheld { amount })
        .done()
}

fn rejected(claim: &Claim, event: &Event, earlier: Option<&Award>, reason: &Reason, terms: &Terms) -> Step {
    let state = State::RejectedOnAppeal { reason: reason.clone(), earlier: earlier.cloned() };
    let next = claim.moved(event.at, state);
    let next = match earlier {
        Some(award) => next.effect(posted(claim, award.amount, terms)),
        None => next,
    };
    next.notify(Side::Customer, Notice::AppealRejected { reason: reason.clone() }).done()
}
