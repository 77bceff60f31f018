//! What statements and decisions do to money and claims without anybody's asking.

use desk::claim::{Act, Due};
use desk::{Actor, Worth};
use ledger::Money;
use store::Tx;

use super::act::taken;
use super::stored;
use super::submit::left;
use crate::decisions::DecisionView;
use crate::entitlements::{self, Change, Entitlement, Status};
use crate::in_kind;
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::Failure;
use crate::vouchers::{Give, give, granted, restate};

/// A remedy that needs no claim is given; a superseding statement gives or takes the difference only. What is given in kind is
/// on record as the entitlement, and what a person decides waits for the decision.
pub(super) fn automatic(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    now: &Entitlement,
) -> Result<(), Failure> {
    if let Some(due) = now.due_in_kind() {
        return in_kind::bring_to(tx, who, now, due);
    }
    let waits = now.status == Status::Discretionary || now.decided;
    let Some(due) = now.amount().filter(|_| !waits) else { return Ok(()) };
    let before = granted(tx, now, due.currency)?;
    if before.minor == 0 && due.minor > 0 {
        let act = format!("entitlement:{}:{}", now.id, now.statement);
        return give(platform, tx, who, &Give { entitlement: now, amount: due, source: &now.id, act: &act });
    }
    restate(platform, tx, who, now, (before, due))
}

/// Claims that are not over are told what is due now; what was given already is brought to it.
pub(super) fn claims(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    change: &Change,
) -> Result<(), Failure> {
    let Some(before) = &change.before else { return Ok(()) };
    let now = &change.now;
    if before.due()? != now.due()? || before.of != now.of {
        restate_claims(platform, tx, who, now)?;
    }
    if now.status == Status::Discretionary || now.decided {
        return Ok(());
    }
    if let (Some(due), Some(was_due)) = (now.due_in_kind(), before.due_in_kind()) {
        let given = in_kind::given(tx, now, due.of)?;
        let after = if given.minor >= was_due.minor { due.minor } else { given.minor.min(due.minor) };
        let after = if given.minor <= 0 { given.minor } else { after };
        return in_kind::bring_to(tx, who, now, Worth::new(after, due.of));
    }
    let (Some(due), Some(was_due)) = (now.amount(), before.amount()) else { return Ok(()) };
    let given = granted(tx, now, due.currency)?;
    if given.minor <= 0 {
        return Ok(());
    }
    // All that was due was given, so all that is due is; a part that a person found right stays unless it is too much.
    let in_full = given.minor >= was_due.minor;
    let after = if in_full { due.minor } else { given.minor.min(due.minor) };
    restate(platform, tx, who, now, (given, Money::new(after, due.currency)))
}

fn restate_claims(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    now: &Entitlement,
) -> Result<(), Failure> {
    let mut all = stored::of_entitlement(tx, &now.tenant, &now.id)?;
    for at in 0..all.len() {
        let mut others = all.clone();
        let mut it = others.swap_remove(at);
        if it.claim.is_final(tx.now()) {
            continue;
        }
        it.in_kind.clone_from(&now.in_kind);
        let act = Act::Restate { statement: now.statement.clone(), due: left(now, &others)? };
        taken(platform, tx, who, &mut it, Actor::Platform, act)?;
        if let Some(place) = all.get_mut(at) {
            *place = it;
        }
    }
    Ok(())
}

/// A person's decision: given at once where no claim is needed, else claimable with that amount.
pub(super) fn decision(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    it: Entitlement,
    decision: &DecisionView,
) -> Result<(), Failure> {
    let now = entitlements::decided(tx, it, decision.amount.map(Money::from))?;
    let Some(amount) = now.amount().filter(|it| it.minor > 0) else {
        return restate_undecided(platform, tx, who, &now);
    };
    if now.needs_claim {
        return restate_undecided(platform, tx, who, &now);
    }
    let act = format!("decision:{}", decision.id);
    give(platform, tx, who, &Give { entitlement: &now, amount, source: &decision.id, act: &act })
}

/// Claims nobody has decided yet are told the amount.
fn restate_undecided(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    now: &Entitlement,
) -> Result<(), Failure> {
    for mut it in stored::of_entitlement(tx, &now.tenant, &now.id)? {
        let undecided = ["submitted", "under_review", "needs_information"].contains(&it.claim.state().word());
        if undecided && matches!(it.claim.filing().due, Due::Discretionary { .. }) {
            let act = Act::Restate { statement: now.statement.clone(), due: now.due()? };
            taken(platform, tx, who, &mut it, Actor::Platform, act)?;
        }
    }
    Ok(())
}
