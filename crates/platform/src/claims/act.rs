//! What people and deadlines do to a claim.

use desk::claim::{Act, Due, Event, State, step};
use desk::{Actor, Deadline, Effect, Reason, Side, Worth};
use serde_json::{Value as Json, json};
use store::{Fault, Scope, Tx};

use super::DEADLINE_JOB;
use super::input::{Answer, Appeal, AppealVerdict, Decide, DecideAppeal, Question, Verdict};
use super::stored::{self, Stored};
use super::submit::not_chosen_otherwise;
use super::view::{ClaimView, view};
use crate::audit::{self, Entry};
use crate::files;
use crate::in_kind;
use crate::jobs::{self, Job};
use crate::money::Money;
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::{Resource, TenantHandle, Verb};
use crate::vouchers::{Give, UPSTREAM, give};
use crate::{entitlements, files::Prepared};

/// Most files of one claim.
const FILES_MAX: usize = 20;

/// Which claim, as the caller last saw it.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// The tenant.
    pub tenant: &'a str,
    /// The claim.
    pub id: &'a str,
    /// The revision the caller looked at; any when absent.
    pub expected: Option<i64>,
}

/// Begins to look at a claim.
pub fn take_up(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    named: Named<'_>,
) -> Result<ClaimView, Failure> {
    by_person(platform, tx, who, named, (Verb::Change, Side::Provider), |_| Ok(Act::TakeUp))
}

/// Asks the claimant for more.
pub fn request_information(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    named: Named<'_>,
    input: &Question,
) -> Result<ClaimView, Failure> {
    let act = |_: &Stored| Ok(Act::RequestInformation { question: Reason::new(&input.question)? });
    by_person(platform, tx, who, named, (Verb::Change, Side::Provider), act)
}

/// Answers what the claimant was asked.
pub fn supply(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    named: Named<'_>,
    input: Answer,
) -> Result<ClaimView, Failure> {
    let act = |_: &Stored| Ok(Act::SupplyInformation { fields: input.fields });
    by_person(platform, tx, who, named, (Verb::Create, Side::Customer), act)
}

/// Decides a claim: accepts it, accepts a part, or rejects it. Under an upstream agreement this records what the provider
/// of ours decided.
pub fn decide(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    named: Named<'_>,
    input: &Decide,
) -> Result<ClaimView, Failure> {
    by_person(platform, tx, who, named, (Verb::Decide, Side::Provider), |it| decision(it, input))
}

fn decision(it: &Stored, input: &Decide) -> Result<Act, Failure> {
    let reason = Reason::new(&input.reason)?;
    let amount = worth(it, input.amount, input.in_kind.as_deref())?;
    let named = amount.is_some();
    let left_open = matches!(it.claim.filing().due, Due::Discretionary { .. });
    match (input.verdict, amount) {
        (Verdict::Reject, None) => Ok(Act::Reject { reason }),
        (Verdict::Accept, None) => Ok(Act::Accept { reason }),
        (Verdict::Accept | Verdict::Part, Some(amount)) if left_open || input.verdict == Verdict::Part => {
            Ok(Act::Award { amount, reason })
        }
        _ => Err(Refusal::invalid(
            if named {
                "amount: only with `part`, or with `accept` where the text leaves the amount to a person"
            } else {
                "amount: name it with `part`; `in_kind` where no money is due"
            },
            if named {
                "amount：仅用于 part，或在合同将金额留给人决定时用于 accept"
            } else {
                "amount：part 须写明金额；非金钱补救用 in_kind"
            },
        )
        .into()),
    }
}

/// The amount that is named: money, or in the kind that is due.
fn worth(it: &Stored, amount: Option<Money>, in_kind: Option<&str>) -> Result<Option<Worth>, Failure> {
    let of = it.claim.filing().due.sort();
    match (amount, in_kind) {
        (None, None) => Ok(None),
        (Some(amount), None) => Ok(Some(ledger::Money::from(amount).into())),
        (None, Some(text)) => Worth::parse(text, of).map(Some).ok_or_else(|| {
            Refusal::invalid(
                format!("in_kind: `{text}` is no whole amount in {}", of.word()),
                format!("in_kind：`{text}` 不是以 {} 计的整数量", of.word()),
            )
            .into()
        }),
        (Some(_), Some(_)) => {
            Err(Refusal::invalid("amount or in_kind, not both", "amount 与 in_kind 只能取其一").into())
        }
    }
}

/// Is content with a partial award, and gives up an appeal.
pub fn accept_award(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    named: Named<'_>,
) -> Result<ClaimView, Failure> {
    by_person(platform, tx, who, named, (Verb::Change, Side::Customer), |it| {
        check_own(who, it)?;
        Ok(Act::AcceptAward)
    })
}

/// Contests a decision.
pub fn appeal(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    named: Named<'_>,
    input: &Appeal,
) -> Result<ClaimView, Failure> {
    let tenant = who.tenant(tx, named.tenant, Resource::Claim, Verb::Create)?;
    let it = found(tx, &tenant, named)?;
    let same =
        |other: &Stored| other.id() != named.id && other.is_live() && other.terms.window == it.terms.window;
    if let Some(other) = stored::of_entitlement(tx, tenant.id(), &it.entitlement)?.into_iter().find(same) {
        return Err(Refusal::unfit(
            format!("claim {} about the same remedy was made since", other.id()),
            format!("此后已就同一补救提出申请 {}", other.id()),
        )
        .into());
    }
    if let Some(entitlement) = entitlements::find(tx, tenant.id(), &it.entitlement)? {
        not_chosen_otherwise(platform, tx, &entitlement)?;
    }
    let act = |_: &Stored| Ok(Act::Appeal { grounds: Reason::new(&input.grounds)? });
    by_person(platform, tx, who, named, (Verb::Create, Side::Customer), act)
}

/// Decides an appeal.
pub fn decide_appeal(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    named: Named<'_>,
    input: &DecideAppeal,
) -> Result<ClaimView, Failure> {
    by_person(platform, tx, who, named, (Verb::Decide, Side::Provider), |it| {
        let reason = Reason::new(&input.reason)?;
        if input.verdict == AppealVerdict::Reject {
            return Ok(Act::RejectAppeal { reason });
        }
        let due = it.claim.filing().due.at_most();
        let amount = worth(it, input.amount, input.in_kind.as_deref())?.or(due);
        Ok(Act::UpholdAppeal { amount: amount.ok_or(desk::Refusal::AmountLeftToPerson)?, reason })
    })
}

/// Takes a claim back.
pub fn withdraw(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    named: Named<'_>,
) -> Result<ClaimView, Failure> {
    by_person(platform, tx, who, named, (Verb::Remove, Side::Customer), |it| {
        check_own(who, it)?;
        Ok(Act::Withdraw)
    })
}

/// Attaches a file that was made ready, to a claim that is not over.
pub fn attach(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    id: &str,
    file: Prepared,
) -> Result<ClaimView, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Claim, Verb::Create)?;
    let mut it = found(tx, &tenant, Named { tenant: tenant.id(), id, expected: None })?;
    if it.claim.is_final(tx.now()) {
        return Err(desk::Refusal::Final { state: it.claim.state().word() }.into());
    }
    if it.files.iter().any(|known| known.sha256 == file.file.sha256) {
        return Ok(view(&it));
    }
    if it.files.len() >= FILES_MAX {
        return Err(Refusal::invalid("a claim has at most 20 files", "一份申请最多 20 个附件").into());
    }
    let file = files::keep(tx, file)?;
    let body = json!({ "sha256": file.sha256, "length": file.length, "media": file.media });
    it.files.push(file.clone());
    stored::update(tx, &mut it)?;
    stored::event(tx, who, &it, "attach", &body)?;
    let entry = Entry {
        action: "claim.file_attached",
        subject: id.to_owned(),
        new: body,
        personal: vec![("name", file.name)],
        ..Entry::default()
    };
    audit::append(tx, who, tenant.id(), entry)?;
    Ok(view(&it))
}

/// Handles [`DEADLINE_JOB`]: tells a claim that a deadline has passed. One that waits for it no longer is left alone.
pub fn run(platform: &Platform, job: &Job) -> Result<(), Failure> {
    let text = |name: &str| job.payload.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let (tenant, id) = (text("tenant"), text("claim"));
    let deadline = job.payload.get("deadline").cloned().unwrap_or_default();
    let deadline: Deadline = serde_json::from_value(deadline).map_err(|it| Fault::broken(it.to_string()))?;
    platform.write(move |platform, tx| {
        tx.enter(Scope::Tenant(tenant.clone()))?;
        let Some(mut it) = stored::find(tx, &tenant, &id)? else { return Ok(()) };
        let passed = it.claim.deadlines().get(&deadline).is_some_and(|at| *at <= tx.now());
        if !passed || it.claim.is_final(tx.now()) {
            return Ok(());
        }
        let who = Principal::system(DEADLINE_JOB);
        taken(platform, tx, &who, &mut it, Actor::Platform, Act::DeadlinePassed { deadline })
    })
}

fn found(tx: &mut Tx<'_>, tenant: &TenantHandle, named: Named<'_>) -> Result<Stored, Failure> {
    let it = stored::find(tx, tenant.id(), named.id)?.ok_or_else(Refusal::not_found)?;
    match named.expected.filter(|it_was| *it_was != it.revision) {
        Some(was) => Err(Refusal::new(
            RefusalKind::Outdated,
            format!("the claim is at revision {}, not {was}; look at it again", it.revision),
            format!("申请现为第 {} 版，而非第 {was} 版；请重新查看", it.revision),
        )
        .into()),
        None => Ok(it),
    }
}

/// A claim is made on a customer's behalf, but not given up: whoever decides it must not end the appeal against it as well.
fn check_own(who: &Principal, it: &Stored) -> Result<(), Failure> {
    if !who.is_provider() || it.tenant == UPSTREAM {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalKind::Forbidden,
        "only the customer itself gives up a claim, or an appeal",
        "只有客户本人可以放弃申请或申诉",
    )
    .into())
}

fn by_person(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    named: Named<'_>,
    (verb, side): (Verb, Side),
    act: impl FnOnce(&Stored) -> Result<Act, Failure>,
) -> Result<ClaimView, Failure> {
    let tenant = who.tenant(tx, named.tenant, Resource::Claim, verb)?;
    if side == Side::Provider {
        // A customer's administrator may change claims too, but answers none: neither side acts for the other's desk.
        who.check_provider(Resource::Claim, verb)?;
    }
    let mut it = found(tx, &tenant, named)?;
    let act = act(&it)?;
    taken(platform, tx, who, &mut it, Actor::person(side, &who.actor), act)?;
    Ok(view(&it))
}

/// Takes a step, and the one after it where nothing is left to wait for: an award nobody can appeal is posted at once.
pub(super) fn taken(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    it: &mut Stored,
    by: Actor,
    act: Act,
) -> Result<(), Failure> {
    one(platform, tx, who, it, by, act)?;
    let awarded = matches!(it.claim.state(), State::Accepted { .. } | State::PartAccepted { .. });
    if awarded && !it.claim.deadlines().contains_key(&Deadline::Appeal) {
        one(platform, tx, who, it, Actor::Platform, Act::Settle)?;
    }
    Ok(())
}

fn one(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    it: &mut Stored,
    by: Actor,
    act: Act,
) -> Result<(), Failure> {
    let before = it.claim.state().word();
    let event = Event { at: tx.now(), by, act };
    let (claim, effects) = step(&it.claim, &event, &it.terms)?;
    it.claim = claim;
    stored::update(tx, it)?;
    let after = it.claim.state().word();
    let award = it
        .claim
        .award()
        .map(|it| it.amount.money().map_or_else(|| it.amount.to_string(), |it| Money::from(it).to_string()));
    let words = words_of(&event.act);
    let body = json!({ "from": before, "state": after, "award": award, "words": words });
    stored::event(tx, who, it, event.act.word(), &body)?;
    let entry = Entry {
        action: action(&event.act),
        subject: it.id().to_owned(),
        old: json!({ "state": before }),
        new: json!({ "state": after, "award": award }),
        reason: words,
        ..Entry::default()
    };
    audit::append(tx, who, &it.tenant, entry)?;
    carry_out(platform, tx, who, it, &effects)
}

/// Does what a step asks for, in the same transaction.
pub(super) fn carry_out(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    it: &Stored,
    effects: &[Effect],
) -> Result<(), Failure> {
    for effect in effects {
        match effect {
            Effect::PostCredit { amount, .. } => {
                let entitlement = entitlements::find(tx, &it.tenant, &it.entitlement)?;
                let entitlement = entitlement.ok_or_else(|| Fault::broken("a claim on nothing"))?;
                let act = format!("claim:{}", it.id());
                give(
                    platform,
                    tx,
                    who,
                    &Give { entitlement: &entitlement, amount: *amount, source: it.id(), act: &act },
                )?;
            }
            Effect::Schedule { deadline, at } => {
                let key = format!("{}/{}", it.id(), deadline.word());
                let payload = json!({ "tenant": it.tenant, "claim": it.id(), "deadline": deadline });
                jobs::enqueue(tx, DEADLINE_JOB, &key, &it.tenant, *at, &payload)?;
            }
            // What is given in kind is on record as the claim's outcome. A deadline nobody waits for is passed over when it
            // comes. Notices are in the claim's history.
            Effect::GiveInKind { amount, .. } => {
                let entitlement = entitlements::find(tx, &it.tenant, &it.entitlement)?;
                let entitlement = entitlement.ok_or_else(|| Fault::broken("a claim on nothing"))?;
                let act = format!("claim:{}", it.id());
                in_kind::give(tx, who, &entitlement, *amount, (it.id(), &act))?;
            }
            Effect::Cancel { .. } | Effect::Notify { .. } | Effect::ReviseEvidence => {}
        }
    }
    Ok(())
}

fn words_of(act: &Act) -> Option<String> {
    match act {
        Act::RequestInformation { question: words }
        | Act::Accept { reason: words }
        | Act::Award { reason: words, .. }
        | Act::Reject { reason: words }
        | Act::Appeal { grounds: words }
        | Act::UpholdAppeal { reason: words, .. }
        | Act::RejectAppeal { reason: words } => Some(words.to_string()),
        _ => None,
    }
}

fn action(act: &Act) -> &'static str {
    match act {
        Act::TakeUp => "claim.taken_up",
        Act::RequestInformation { .. } => "claim.information_requested",
        Act::SupplyInformation { .. } => "claim.information_supplied",
        Act::Accept { .. } => "claim.accepted",
        Act::Award { .. } => "claim.awarded",
        Act::Reject { .. } => "claim.rejected",
        Act::AcceptAward => "claim.award_accepted",
        Act::Appeal { .. } => "claim.appealed",
        Act::UpholdAppeal { .. } => "claim.appeal_upheld",
        Act::RejectAppeal { .. } => "claim.appeal_rejected",
        Act::Withdraw => "claim.withdrawn",
        Act::Settle => "claim.settled",
        Act::DeadlinePassed { .. } => "claim.deadline_passed",
        Act::Restate { .. } => "claim.restated",
    }
}
