//! Claims as people see them.

use std::collections::BTreeMap;

use desk::claim::{Due, State};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;
use store::{Fault, Tx, values};

use super::stored::{self, Stored};
use crate::files::{self, File};
use crate::money::Money;
use crate::page::{Listed, Page};
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal};
use crate::rights::{Resource, Verb};
use crate::time::Moment;

/// A claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClaimView {
    /// Its id.
    pub id: String,
    /// The tenant.
    pub tenant: String,
    /// Which side of the agreement we are: `provider` answers the claim, `customer` makes it.
    pub ours: String,
    /// The subscription.
    pub subscription: String,
    /// The cycle.
    pub label: String,
    /// The remedy.
    pub remedy: String,
    /// Of whom or what; absent for the whole.
    pub subject: Option<String>,
    /// The statement that says what is due.
    pub statement: String,
    /// What it claims.
    pub entitlement: String,
    /// submitted, needs_information, under_review, accepted, part_accepted, rejected, appealed, upheld_on_appeal,
    /// rejected_on_appeal, withdrawn, expired or settled.
    pub state: String,
    /// The most that may be awarded; absent where the text leaves it to a person or something else than money is given.
    pub due: Option<Money>,
    /// What is given instead of money.
    pub in_kind: Option<String>,
    /// What is awarded in money.
    pub awarded: Option<Money>,
    /// What is awarded in kind: `1 d`, `500 MB`, `3`, `all of it`.
    pub awarded_in_kind: Option<String>,
    /// Why it was decided so, or on what grounds it is contested.
    pub reason: Option<String>,
    /// What the claimant was asked for.
    pub question: Option<String>,
    /// What was supplied, by name.
    pub fields: BTreeMap<String, String>,
    /// Further words.
    pub note: String,
    /// Files that were attached.
    pub files: Vec<File>,
    /// When claims opened.
    pub opens_at: Moment,
    /// The first instant too late; absent where the text sets no end.
    pub closes_at: Option<Moment>,
    /// When it was received.
    pub submitted_at: Moment,
    /// Who sent it.
    pub submitted_by: String,
    /// When it last changed.
    pub changed_at: Moment,
    /// What it waits for, and until when: adjudication, information, appeal, appeal_adjudication.
    pub deadlines: BTreeMap<String, Moment>,
    /// The clause its window rests on.
    pub clause: String,
    /// Its revision.
    pub revision: i64,
}

/// Something that happened to a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EventView {
    /// Its number, from 1.
    pub seq: i64,
    /// When.
    pub at: Moment,
    /// Who.
    pub actor: String,
    /// What: submit, take_up, request_information, supply_information, accept, award, reject, accept_award, appeal,
    /// uphold_appeal, reject_appeal, withdraw, settle, deadline_passed, restate or attach.
    pub kind: String,
    /// The state it came to, the award, and the words given.
    pub body: Json,
}

/// The claims of a tenant, oldest first; only those in a state when one is named.
pub fn list(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    state: Option<&str>,
    page: &Page,
) -> Result<Listed<ClaimView>, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Claim, Verb::Read)?;
    let found = stored::page(tx, tenant.id(), state.unwrap_or_default(), page.after(), page.rows()?)?;
    Ok(page.cut(found.iter().map(view).collect(), |it: &ClaimView| it.id.clone()))
}

/// One claim.
pub fn get(tx: &mut Tx<'_>, who: &Principal, tenant: &str, id: &str) -> Result<ClaimView, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Claim, Verb::Read)?;
    Ok(view(&stored::find(tx, tenant.id(), id)?.ok_or_else(Refusal::not_found)?))
}

/// What happened to a claim, oldest first.
pub fn events(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    id: &str,
) -> Result<Listed<EventView>, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Claim, Verb::Read)?;
    let rows = tx.rows(
        "SELECT seq, at, actor, kind, body FROM claim_event WHERE tenant_id = $1 AND claim_id = $2 ORDER BY seq",
        values![tenant.id(), id],
    )?;
    let event = |row: &store::Row| {
        let body =
            serde_json::from_str(&row.get::<String>(4)?).map_err(|it| Fault::broken(it.to_string()))?;
        Ok(EventView { seq: row.get(0)?, at: row.get(1)?, actor: row.get(2)?, kind: row.get(3)?, body })
    };
    let items = rows.iter().map(event).collect::<Result<Vec<_>, Fault>>()?;
    if items.is_empty() { Err(Refusal::not_found().into()) } else { Ok(Listed { items, next: None }) }
}

/// One of a claim's files with its bytes.
pub fn file(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    id: &str,
    sha256: &str,
) -> Result<(File, Vec<u8>), Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Claim, Verb::Read)?;
    let it = stored::find(tx, tenant.id(), id)?.ok_or_else(Refusal::not_found)?;
    let file = it.files.into_iter().find(|it| it.sha256 == sha256).ok_or_else(Refusal::not_found)?;
    let bytes = files::bytes(tx, &file)?;
    Ok((file, bytes))
}

/// The claims of every tenant, the next deadline first: those that wait for us, or those in the state that is named.
pub fn queue(
    tx: &mut Tx<'_>,
    who: &Principal,
    state: Option<&str>,
    page: &Page,
) -> Result<Listed<ClaimView>, Failure> {
    who.provider(tx, Resource::Claim, Verb::Read)?;
    let after = match page.after() {
        "" => (i64::MIN, ""),
        text => {
            let cursor = text.split_once('~').and_then(|(at, id)| Some((at.parse().ok()?, id)));
            cursor.ok_or_else(|| {
                Refusal::invalid("after: not a cursor of this list", "after：不是此列表的游标")
            })?
        }
    };
    let found = stored::queue(tx, state.unwrap_or_default(), after, page.rows()?)?;
    let listed = page.cut(found, |(at, it)| format!("{at}~{}", it.id()));
    Ok(Listed { items: listed.items.iter().map(|it| view(&it.1)).collect(), next: listed.next })
}

pub(super) fn view(it: &Stored) -> ClaimView {
    let filing = it.claim.filing();
    let due = match filing.due {
        Due::Amount { amount } => amount.money().map(Money::from),
        Due::Discretionary { .. } => None,
    };
    let awarded = it.claim.award().map(|it| it.amount);
    let (reason, question) = words(it.claim.state());
    ClaimView {
        id: filing.id.clone(),
        tenant: it.tenant.clone(),
        ours: filing.ours.word().to_owned(),
        subscription: filing.subscription.clone(),
        label: filing.cycle.clone(),
        remedy: filing.remedy.clone(),
        subject: filing.subject.clone(),
        statement: filing.statement.clone(),
        entitlement: it.entitlement.clone(),
        state: it.claim.state().word().to_owned(),
        due,
        in_kind: it.in_kind.clone(),
        awarded: awarded.and_then(desk::Worth::money).map(Money::from),
        awarded_in_kind: awarded.filter(|it| it.money().is_none()).map(|it| it.to_string()),
        reason,
        question,
        fields: filing.fields.clone(),
        note: it.note.clone(),
        files: it.files.clone(),
        opens_at: it.terms.window.opens.into(),
        closes_at: it.terms.window.closes.map(Moment),
        submitted_at: it.claim.submitted_at().into(),
        submitted_by: it.submitted_by.clone(),
        changed_at: it.claim.changed_at().into(),
        deadlines: it
            .claim
            .deadlines()
            .iter()
            .map(|(name, at)| (name.word().to_owned(), Moment(*at)))
            .collect(),
        clause: it.terms.clause.clone(),
        revision: it.revision,
    }
}

/// The reason of a decision or appeal, and the open question.
fn words(state: &State) -> (Option<String>, Option<String>) {
    match state {
        State::NeedsInformation { question, .. } => (None, Some(question.to_string())),
        State::Rejected { reason } | State::RejectedOnAppeal { reason, .. } => {
            (Some(reason.to_string()), None)
        }
        State::Appealed { grounds, .. } => (Some(grounds.to_string()), None),
        State::Accepted { award }
        | State::PartAccepted { award }
        | State::UpheldOnAppeal { award }
        | State::Settled { award } => (Some(award.reason.to_string()), None),
        State::Submitted | State::UnderReview | State::Withdrawn | State::Expired => (None, None),
    }
}
