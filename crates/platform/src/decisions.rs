//! Discretionary remedies: the text leaves the amount to a person, so a person is asked, and the answer is on the record.

use diagnostic::Bilingual;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use settle::settlement::RemedyStatus;
use store::{Fault, Row, Tx, values};

use crate::audit::{self, Entry};
use crate::claims;
use crate::money::Money;
use crate::page::{Listed, Page};
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::{Resource, Verb};
use crate::statements::Sealed;
use crate::time::Moment;

/// A question to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DecisionView {
    /// Its id.
    pub id: String,
    /// The tenant.
    pub tenant: String,
    /// The statement it arises from.
    pub statement: String,
    /// The subscription.
    pub subscription: String,
    /// The cycle.
    pub label: String,
    /// The remedy.
    pub remedy: String,
    /// Of whom or what; empty for the whole.
    pub subject: String,
    /// What the text leaves open.
    pub question: String,
    /// open, decided, declined, or superseded with its statement before anybody answered.
    pub state: String,
    /// What was granted.
    pub amount: Option<Money>,
    /// Why.
    pub reason: Option<String>,
    /// When it arose.
    pub created_at: Moment,
    /// When it was answered.
    pub decided_at: Option<Moment>,
    /// Its revision.
    pub revision: i64,
}

/// The answer of a person.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// What is granted: `150.00 CNY`. Absent: nothing is.
    #[serde(default)]
    pub amount: Option<Money>,
    /// Why. It is shown to the customer.
    pub reason: String,
}

/// Opens a decision for each discretionary remedy of a statement whose condition came about. Those of the statement it
/// supersedes that nobody has answered are taken back.
pub fn open(tx: &mut Tx<'_>, sealed: &Sealed<'_>) -> Result<(), Failure> {
    let terms = &sealed.settled.terms;
    let label = &sealed.settled.settlement.cycle.label;
    tx.execute(
        "UPDATE decision SET state = 'superseded', revision = revision + 1
         WHERE tenant_id = $1 AND subscription_id = $2 AND label = $3 AND state = 'open'",
        values![sealed.tenant, &terms.subscription, label],
    )?;
    let currency = terms.published.contract.schema.currency.map(|it| it.to_string()).unwrap_or_default();
    for it in &sealed.settled.settlement.remedies {
        if it.status != RemedyStatus::Discretionary {
            continue;
        }
        let id = tx.new_id("dec")?;
        let question = it.reason.as_ref().map(both).unwrap_or_default();
        let answered = tx.row(
            "SELECT id FROM decision WHERE tenant_id = $1 AND subscription_id = $2 AND label = $3 AND remedy = $4
             AND subject = $5 AND state IN ('decided', 'declined')",
            values![sealed.tenant, &terms.subscription, label, &it.name, it.subject.clone().unwrap_or_default()],
        )?;
        if answered.is_some() {
            continue;
        }
        tx.execute(
            "INSERT INTO decision (tenant_id, id, statement_id, subscription_id, label, remedy, subject, question, state,
               currency, created_at, revision)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10, 1)",
            values![
                sealed.tenant, id, sealed.id, &terms.subscription, label, &it.name,
                it.subject.clone().unwrap_or_default(), question, &currency, tx.now()
            ],
        )?;
    }
    Ok(())
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, tenant_id, statement_id, subscription_id, label, remedy, subject, question, state, amount, currency, reason, ",
            "created_at, decided_at, revision FROM decision ",
            $rest
        )
    };
}

/// The decisions of all tenants that are in a state, oldest first.
pub fn list(
    tx: &mut Tx<'_>,
    who: &Principal,
    state: Option<&str>,
    page: &Page,
) -> Result<Listed<DecisionView>, Failure> {
    who.provider(tx, Resource::Decision, Verb::Read)?;
    let rows = tx.rows(
        select!("WHERE id > $1 AND ($2 = '' OR state = $2) ORDER BY id LIMIT $3"),
        values![page.after(), state.unwrap_or_default(), page.rows()?],
    )?;
    Ok(page.listed(&rows, view, |it| it.id.clone())?)
}

/// The decisions about one tenant, oldest first.
pub fn of_tenant(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    page: &Page,
) -> Result<Listed<DecisionView>, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Decision, Verb::Read)?;
    let rows = tx.rows(
        select!("WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3"),
        values![tenant.id(), page.after(), page.rows()?],
    )?;
    Ok(page.listed(&rows, view, |it| it.id.clone())?)
}

/// Answers a decision: grants an amount, or declines, with the reason.
pub fn decide(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    id: &str,
    input: Decide,
) -> Result<DecisionView, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Decision, Verb::Decide)?;
    let before = find(tx, tenant.id(), id)?;
    if before.state != "open" {
        return Err(Refusal::unfit(
            format!("it is {} already", before.state),
            format!("该事项已处理（{}）", before.state),
        )
        .into());
    }
    if input.reason.trim().is_empty() {
        return Err(Refusal::invalid(
            "reason: say why; the customer sees it",
            "reason：请说明理由，客户将看到",
        )
        .into());
    }
    if input.amount.is_some_and(|it| it.minor <= 0) {
        return Err(Refusal::new(
            RefusalKind::Invalid,
            "amount: more than nothing; leave it out to decline",
            "amount：须大于零；不予赔付请省略",
        )
        .into());
    }
    let state = if input.amount.is_some() { "decided" } else { "declined" };
    let currency = input.amount.map_or_else(String::new, |it| it.currency.to_string());
    tx.execute(
        "UPDATE decision SET state = $3, amount = $4, currency = CASE WHEN $5 = '' THEN currency ELSE $5 END, reason = $6,
           decided_at = $7, decided_by = $8, revision = revision + 1 WHERE tenant_id = $1 AND id = $2",
        values![tenant.id(), id, state, input.amount.map(|it| it.minor), currency, &input.reason, tx.now(), &who.actor],
    )?;
    let entry = Entry {
        action: if state == "decided" { "decision.decided" } else { "decision.declined" },
        subject: id.to_owned(),
        old: json!({ "state": "open" }),
        new: json!({ "state": state, "amount": input.amount }),
        reason: Some(input.reason.clone()),
        ..Entry::default()
    };
    audit::append(tx, who, tenant.id(), entry)?;
    let decided = find(tx, tenant.id(), id)?;
    claims::after_decision(platform, tx, who, &decided)?;
    Ok(decided)
}

/// A text in both languages, once where they are the same.
fn both(it: &Bilingual) -> String {
    if it.en == it.zh { it.en.clone() } else { format!("{} / {}", it.en, it.zh) }
}

fn find(tx: &mut Tx<'_>, tenant: &str, id: &str) -> Result<DecisionView, Failure> {
    let row = tx.row(select!("WHERE tenant_id = $1 AND id = $2"), values![tenant, id])?;
    Ok(view(&row.ok_or_else(Refusal::not_found)?)?)
}

fn view(row: &Row) -> Result<DecisionView, Fault> {
    let amount: Option<i64> = row.get(9)?;
    Ok(DecisionView {
        id: row.get(0)?,
        tenant: row.get(1)?,
        statement: row.get(2)?,
        subscription: row.get(3)?,
        label: row.get(4)?,
        remedy: row.get(5)?,
        subject: row.get(6)?,
        question: row.get(7)?,
        state: row.get(8)?,
        amount: amount.map(|_| Money::of_row(row, 9, 10)).transpose()?,
        reason: row.get(11)?,
        created_at: row.get(12)?,
        decided_at: row.get(13)?,
        revision: row.get(14)?,
    })
}
