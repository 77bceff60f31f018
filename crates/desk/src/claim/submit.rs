//! How a claim begins.

use std::collections::BTreeMap;

use timeline::Instant;

use super::terms::{Counts, Terms, WindowState, later};
use super::{Award, Claim, Due, Filing, Next, State, Step};
use crate::effect::{Deadline, Notice};
use crate::party::{Actor, Side};
use crate::reason::Reason;
use crate::refusal::Refusal;
use crate::worth::Worth;

/// The most fields of a claim.
pub const FIELDS_MAX: usize = 64;
/// The most characters of one field.
pub const FIELD_CHARS_MAX: usize = 10_000;

/// A claim received at `at`.
///
/// # Errors
/// Someone else than the claimant; a claim outside its window, which the refusal states; something required that is
/// missing or blank – everything missing is told at once; a claim sent after it was received.
pub fn submit(filing: Filing, by: &Actor, at: Instant, terms: &Terms) -> Step {
    by.must_be(Side::Customer)?;
    filing.due.check()?;
    in_time(&filing, at, terms)?;
    check_fields(&filing.fields)?;
    complete(&filing, terms)?;
    begun(filing, at, State::Submitted)
        .wait(Deadline::Adjudication, later(at, terms.adjudicate_within))
        .notify(Side::Provider, Notice::ClaimSubmitted)
        .done()
}

/// A claim nobody has to make: exactly what is due is accepted, and what is left to a person goes to one.
///
/// # Errors
/// Someone else than the platform; a contract that wants a claim; a window that has not opened or has closed;
/// nothing due.
pub fn submit_automatic(filing: Filing, by: &Actor, at: Instant, terms: &Terms) -> Step {
    by.must_be_platform()?;
    filing.due.check()?;
    if !terms.automatic {
        return Err(Refusal::NotAutomatic);
    }
    in_time(&filing, at, terms)?;
    match filing.due {
        Due::Amount { amount } if amount.minor > 0 => {
            let award = automatic(amount, at, terms)?;
            begun(filing, at, State::Accepted { award })
                .notify(Side::Customer, Notice::ClaimAccepted { amount })
                .done()
        }
        Due::Amount { .. } => Err(Refusal::NothingDue),
        Due::Discretionary { .. } => begun(filing, at, State::UnderReview)
            .wait(Deadline::Adjudication, later(at, terms.adjudicate_within))
            .notify(Side::Provider, Notice::DecisionNeeded)
            .done(),
    }
}

/// What the platform awards where the contract wants no claim.
pub(super) fn automatic(amount: Worth, at: Instant, terms: &Terms) -> Result<Award, Refusal> {
    let reason = Reason::new(&format!("automatic: {}", terms.clause))?;
    Ok(Award { amount, reason, by: Actor::Platform, at })
}

fn begun(filing: Filing, at: Instant, state: State) -> Next {
    let claim = Claim { filing, submitted_at: at, changed_at: at, state, deadlines: BTreeMap::new() };
    Next { claim, effects: Vec::new() }
}

fn in_time(filing: &Filing, at: Instant, terms: &Terms) -> Result<(), Refusal> {
    if let Some(sent_at) = filing.sent_at.filter(|sent_at| *sent_at > at) {
        return Err(Refusal::SentAfterReceipt { sent_at, received_at: at });
    }
    let counted = match terms.counts {
        Counts::Receipt => at,
        Counts::Sending => filing.sent_at.unwrap_or(at),
    };
    let window = terms.window.clone();
    match window.at(counted) {
        WindowState::Open => Ok(()),
        WindowState::NotYet => Err(Refusal::WindowNotOpen { window: Box::new(window) }),
        WindowState::Closed => Err(Refusal::WindowClosed { window: Box::new(window) }),
    }
}

fn complete(filing: &Filing, terms: &Terms) -> Result<(), Refusal> {
    let given = |name: &str| filing.fields.get(name).is_some_and(|text| !text.trim().is_empty());
    let missing: Vec<String> = terms.requires.iter().filter(|name| !given(name)).cloned().collect();
    if missing.is_empty() { Ok(()) } else { Err(Refusal::FieldsMissing { missing }) }
}

pub(super) fn check_fields(fields: &BTreeMap<String, String>) -> Result<(), Refusal> {
    let long = |text: &str| text.chars().count() > FIELD_CHARS_MAX;
    let too_much = fields.len() > FIELDS_MAX || fields.iter().any(|(name, text)| long(name) || long(text));
    if too_much { Err(Refusal::FieldsTooLarge) } else { Ok(()) }
}
