//! Making a claim: in its window, with what the contract requires, once.

use std::time::Duration;

use desk::claim::{Counts, Due, Filing, Terms, Window, WindowState};
use desk::{Actor, Side, Worth};
use serde_json::json;
use store::{Tx, values};

use super::input::NewClaim;
use super::stored::{self, Stored};
use super::view::{ClaimView, view};
use super::{act, stored::of_entitlement};
use crate::audit::{self, Entry};
use crate::entitlements::{self, Entitlement, Status};
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::{Resource, TenantHandle, Verb};
use crate::vouchers::{UPSTREAM, kind_of};

/// Longest note, in characters.
const NOTE_CHARS_MAX: usize = 4_000;

/// Makes a claim: by the customer, or by support on its behalf; by us against an upstream provider.
pub fn submit(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    input: NewClaim,
) -> Result<ClaimView, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Claim, Verb::Create)?;
    if input.note.chars().count() > NOTE_CHARS_MAX {
        return Err(Refusal::invalid("note: at most 4000 characters", "note：最多 4000 个字符").into());
    }
    let it = entitled(tx, &tenant, &input)?;
    not_chosen_otherwise(platform, tx, &it)?;
    let others = of_entitlement(tx, tenant.id(), &it.id)?;
    let window = window(&it, input.window, &others, tx)?;
    once(&others, &window)?;
    let due = left(&it, &others)?;
    let terms = terms(platform, tx, &it, window)?;
    let filing = Filing {
        id: tx.new_id("clm")?,
        subscription: it.subscription.clone(),
        cycle: it.label.clone(),
        remedy: it.remedy.clone(),
        subject: Some(it.subject.clone()).filter(|it| !it.is_empty()),
        statement: it.statement.clone(),
        ours: it.side,
        due,
        fields: input.fields,
        sent_at: None,
    };
    let by = Actor::person(Side::Customer, &who.actor);
    let (claim, effects) = desk::claim::submit(filing, &by, tx.now(), &terms)?;
    let made = Stored {
        tenant: tenant.id().to_owned(),
        entitlement: it.id.clone(),
        claim,
        terms,
        in_kind: it.in_kind.clone(),
        note: input.note,
        files: Vec::new(),
        submitted_by: who.actor.clone(),
        revision: 1,
    };
    stored::insert(tx, &made)?;
    let on_behalf = who.is_provider() && tenant.id() != UPSTREAM;
    let body = json!({ "state": made.claim.state().word(), "on_behalf": on_behalf, "fields": made.claim.filing().fields });
    stored::event(tx, who, &made, "submit", &body)?;
    audit(tx, who, &made, on_behalf)?;
    if it.status == Status::Discretionary {
        take_the_question(tx, &it)?;
    }
    act::carry_out(platform, tx, who, &made, &effects)?;
    Ok(view(&made))
}

/// Its words may hold personal data and stay out of the log.
fn audit(tx: &mut Tx<'_>, who: &Principal, made: &Stored, on_behalf: bool) -> Result<(), Failure> {
    let filing = made.claim.filing();
    let words = serde_json::to_string(&filing.fields).unwrap_or_default();
    let entry = Entry {
        action: "claim.submitted",
        subject: filing.id.clone(),
        new: json!({ "statement": filing.statement, "remedy": filing.remedy, "subject": filing.subject,
            "entitlement": made.entitlement, "on_behalf": on_behalf }),
        personal: vec![("fields", words), ("note", made.note.clone())],
        ..Entry::default()
    };
    audit::append(tx, who, &made.tenant, entry)?;
    Ok(())
}

/// The entitlement the statement speaks of, as the latest statement of the cycle has it.
fn entitled(tx: &mut Tx<'_>, tenant: &TenantHandle, input: &NewClaim) -> Result<Entitlement, Failure> {
    let row = tx.row(
        "SELECT subscription_id, label FROM statement WHERE tenant_id = $1 AND id = $2",
        values![tenant.id(), &input.statement],
    )?;
    let row = row.ok_or_else(Refusal::not_found)?;
    let (subscription, label): (String, String) = (row.get(0)?, row.get(1)?);
    let subject = input.subject.as_deref().unwrap_or_default();
    let found = entitlements::named(tx, tenant.id(), &subscription, &label, &input.remedy, subject)?;
    let Some(it) = found.filter(|it| it.status.stands()) else {
        return Err(Refusal::unfit(
            format!("the statement of {label} says of `{}` that nothing is due; if evidence is missing, send it or propose a correction, and the cycle is settled anew", input.remedy),
            format!("{label} 的结算单表明 `{}` 无应付；如缺少证据，请补交或提出更正，该周期将重新结算", input.remedy),
        )
        .into());
    };
    if it.needs_claim {
        return Ok(it);
    }
    Err(Refusal::unfit(
        format!("`{}` needs no claim: it is given by itself", it.remedy),
        format!("`{}` 无需申请，自动给予", it.remedy),
    )
    .into())
}

/// The window that is named, or the first open one that is free, or the first.
fn window(it: &Entitlement, number: Option<u32>, others: &[Stored], tx: &Tx<'_>) -> Result<Window, Failure> {
    let free = |window: &&Window| !others.iter().any(|it| it.is_live() && it.terms.window == **window);
    let now = tx.now();
    let found = match number {
        Some(number) => {
            usize::try_from(number).ok().and_then(|it| it.checked_sub(1)).and_then(|at| it.windows.get(at))
        }
        None => it
            .windows
            .iter()
            .filter(|it| it.at(now) == WindowState::Open)
            .find(free)
            .or_else(|| it.windows.first()),
    };
    let missing = || {
        Refusal::new(
            RefusalKind::WindowClosed,
            format!(
                "the settlement knows {} claim windows of `{}`, and not this one",
                it.windows.len(),
                it.remedy
            ),
            format!("结算所知 `{}` 的申请期有 {} 个，不含此项", it.remedy, it.windows.len()),
        )
    };
    Ok(found.ok_or_else(missing)?.clone())
}

fn once(others: &[Stored], window: &Window) -> Result<(), Failure> {
    match others.iter().find(|it| it.is_live() && it.terms.window == *window) {
        Some(other) => Err(Refusal::new(
            RefusalKind::Exists,
            format!("claim {} is about the same remedy and is {}", other.id(), other.claim.state().word()),
            format!("申请 {} 已针对同一补救提出，状态为 {}", other.id(), other.claim.state().word()),
        )
        .into()),
        None => Ok(()),
    }
}

/// What is due less what other claims about the same remedy have been awarded or may be.
pub(super) fn left(it: &Entitlement, others: &[Stored]) -> Result<Due, Refusal> {
    let due = it.due()?;
    let Due::Amount { amount } = due else { return Ok(due) };
    let committed = others.iter().map(Stored::committed_minor).fold(0_i64, i64::saturating_add);
    Ok(Due::Amount { amount: Worth::new(amount.minor.saturating_sub(committed).max(0), amount.of) })
}

/// The contract's terms and the platform's times, pinned when a claim is made.
fn terms(platform: &Platform, tx: &mut Tx<'_>, it: &Entitlement, window: Window) -> Result<Terms, Failure> {
    let settings = &platform.settings;
    let seconds = |it: i64| u64::try_from(it).ok().map(Duration::from_secs);
    Ok(Terms {
        window,
        counts: Counts::Receipt,
        requires: it.requires.clone(),
        automatic: false,
        kind: kind_of(tx, it)?,
        adjudicate_within: seconds(settings.adjudication_seconds),
        answer_within: seconds(settings.answer_seconds),
        appeal_within: seconds(settings.appeal_seconds),
        clause: it.clause.clone(),
    })
}

/// Of remedies the customer chooses from, one is given.
pub(super) fn not_chosen_otherwise(
    platform: &Platform,
    tx: &mut Tx<'_>,
    it: &Entitlement,
) -> Result<(), Failure> {
    match chosen_instead(platform, tx, it)? {
        None => Ok(()),
        Some(name) => Err(Refusal::new(
            RefusalKind::Exists,
            format!("`{name}` was chosen; withdraw that claim to choose `{}`", it.remedy),
            format!("已选择 `{name}`；如改选 `{}`，请先撤回该申请", it.remedy),
        )
        .into()),
    }
}

/// Another remedy of the same choice for which a claim is under way or has succeeded.
pub(crate) fn chosen_instead(
    platform: &Platform,
    tx: &mut Tx<'_>,
    it: &Entitlement,
) -> Result<Option<String>, Failure> {
    if it.status != Status::Choice {
        return Ok(None);
    }
    let row = tx.row(
        "SELECT agreement_id, version FROM statement WHERE tenant_id = $1 AND id = $2",
        values![&it.tenant, &it.statement],
    )?;
    let row = row.ok_or_else(Refusal::not_found)?;
    let (agreement, version): (String, String) = (row.get(0)?, row.get(1)?);
    let contract = &platform.contracts.get(tx, &agreement, &version)?.contract;
    let names = |choice: &language::contract::Choice| -> Vec<String> {
        choice.remedies.iter().filter_map(|it| contract.item(*it)).map(|it| it.name.clone()).collect()
    };
    for group in contract.choices.iter().map(names).filter(|names| names.contains(&it.remedy)) {
        for name in group.iter().filter(|name| **name != it.remedy) {
            let other = entitlements::named(tx, &it.tenant, &it.subscription, &it.label, name, &it.subject)?;
            let Some(other) = other else { continue };
            if of_entitlement(tx, &it.tenant, &other.id)?.iter().any(Stored::is_live) {
                return Ok(Some(name.clone()));
            }
        }
    }
    Ok(None)
}

/// The claim asks what the open decision asked: one answer is enough.
fn take_the_question(tx: &mut Tx<'_>, it: &Entitlement) -> Result<(), Failure> {
    tx.execute(
        "UPDATE decision SET state = 'superseded', revision = revision + 1
         WHERE tenant_id = $1 AND subscription_id = $2 AND label = $3 AND remedy = $4 AND subject = $5 AND state = 'open'",
        values![&it.tenant, &it.subscription, &it.label, &it.remedy, &it.subject],
    )?;
    Ok(())
}
