//! Claims: what follows from a sealed statement by itself, and what a claimant asks for, until it is settled once.
//!
//! A remedy without a claim rule, or with an `automatic` one, is given when the statement is sealed. Every other one is
//! claimed: the customer is the claimant of our agreements, we are the claimant of upstream ones, and the machine
//! ([`desk::claim`]) is the same. Money moves through [`crate::vouchers`] only.

mod act;
mod follow;
mod input;
mod stored;
mod submit;
mod view;

use store::Tx;

use crate::decisions::DecisionView;
use crate::entitlements::{self, Entitlement};
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::statements::Sealed;

pub use act::{
    Named, accept_award, appeal, attach, decide, decide_appeal, request_information, run, supply, take_up,
    withdraw,
};
pub use input::{Answer, Appeal, AppealVerdict, Decide, DecideAppeal, NewClaim, Question, Verdict};
pub(crate) use submit::chosen_instead;
pub use submit::submit;
pub use view::{ClaimView, EventView, events, file, get, list, queue};

/// The kind of job that tells a claim that a deadline has passed.
pub const DEADLINE_JOB: &str = "claim";

/// What a sealed statement brings about by itself: remedies that need no claim, and the difference to the statement it
/// supersedes.
pub fn after_seal(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    sealed: &Sealed<'_>,
) -> Result<(), Failure> {
    for change in entitlements::record(tx, sealed)? {
        if change.now.needs_claim {
            follow::claims(platform, tx, who, &change)?;
        } else {
            follow::automatic(platform, tx, who, &change.now)?;
        }
    }
    Ok(())
}

/// What a person's decision about a discretionary remedy brings about: it is given, or may be claimed, with that amount.
pub fn after_decision(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    decision: &DecisionView,
) -> Result<(), Failure> {
    let DecisionView { tenant, subscription, label, remedy, subject, .. } = decision;
    match entitlements::named(tx, tenant, subscription, label, remedy, subject)? {
        Some(it) => follow::decision(platform, tx, who, it, decision),
        None => Ok(()),
    }
}

/// The windows of an entitlement for which a claim is under way or has succeeded.
pub(crate) fn windows_taken(
    tx: &mut Tx<'_>,
    it: &Entitlement,
) -> Result<Vec<(timeline::Instant, Option<timeline::Instant>)>, Failure> {
    let all = stored::of_entitlement(tx, &it.tenant, &it.id)?;
    Ok(all
        .iter()
        .filter(|it| it.is_live())
        .map(|it| (it.terms.window.opens, it.terms.window.closes))
        .collect())
}

impl From<desk::Refusal> for Failure {
    fn from(it: desk::Refusal) -> Self {
        use desk::Refusal as R;
        let kind = match &it {
            R::WindowNotOpen { .. }
            | R::WindowClosed { .. }
            | R::WindowUnknown { .. }
            | R::AppealLate { .. }
            | R::AppealOpen { .. }
            | R::AnswerLate { .. } => RefusalKind::WindowClosed,
            R::FieldsMissing { .. }
            | R::FieldsTooLarge
            | R::SentAfterReceipt { .. }
            | R::ReasonMissing
            | R::AwardAboveDue { .. }
            | R::AwardNotPositive { .. }
            | R::AwardCurrency { .. }
            | R::AmountLeftToPerson
            | R::AppealAwardNotHigher { .. }
            | R::AnswerEmpty => RefusalKind::Invalid,
            _ => RefusalKind::UnfitState,
        };
        let text = it.message();
        Refusal::new(kind, format!("{}: {}", it.code(), text.en), format!("{}：{}", it.code(), text.zh))
            .into()
    }
}
