//! What is given that is no money: service time, data, pieces. Beside the ledger, for it has no currency; kept like it, in rows
//! that are never changed.

use desk::{Of, Worth};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use store::{Fault, Row, Tx, values};
use timeline::Instant;

use crate::audit::{self, Entry};
use crate::entitlements::{Entitlement, Status};
use crate::page::{Listed, Page};
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal};
use crate::rights::{Resource, Verb};
use crate::time::Moment;

/// Something given in kind, or taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InKind {
    /// Its id.
    pub id: String,
    /// The tenant.
    pub tenant: String,
    /// When.
    pub at: Moment,
    /// The subscription it is for.
    pub subscription: String,
    /// The cycle.
    pub label: String,
    /// The remedy.
    pub remedy: String,
    /// Of whom or what; absent for the whole.
    pub subject: Option<String>,
    /// What is given: `extension`, …
    pub kind: String,
    /// How much, for people: `2 d`. Below zero when it was taken back.
    pub amount: String,
    /// How many units: seconds, bytes, pieces, or 1 for all that the statement names.
    pub units: i64,
    /// Of what: `s`, `B`, `count` or `whole`.
    pub unit: String,
    /// The entitlement it is given for.
    pub entitlement: String,
    /// The claim or statement it follows from.
    pub source: String,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT tenant_id, id, at, subscription_id, label, remedy, subject, kind, amount, unit, entitlement_id, source FROM in_kind ",
            $rest
        )
    };
}

/// What was given to a tenant in kind, oldest first.
pub fn list(tx: &mut Tx<'_>, who: &Principal, tenant: &str, page: &Page) -> Result<Listed<InKind>, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Ledger, Verb::Read)?;
    let rows = tx.rows(
        select!("WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3"),
        values![tenant.id(), page.after(), page.rows()?],
    )?;
    Ok(page.listed(&rows, view, |it| it.id.clone())?)
}

/// What was given in kind in `[from, until)` to a tenant, or to all when it is empty; at most so much.
pub(crate) fn between(
    tx: &mut Tx<'_>,
    tenant: &str,
    (from, until): (Instant, Instant),
    limit: i64,
) -> Result<Vec<InKind>, Fault> {
    let rows = tx.rows(
        select!(
            "WHERE ($1 = '' OR tenant_id = $1) AND at >= $2 AND at < $3 ORDER BY tenant_id, at, id LIMIT $4"
        ),
        values![tenant, from, until, limit],
    )?;
    rows.iter().map(view).collect()
}

/// Gives something, once for each act, and never more than is due.
pub(crate) fn give(
    tx: &mut Tx<'_>,
    who: &Principal,
    it: &Entitlement,
    amount: Worth,
    (source, act): (&str, &str),
) -> Result<(), Failure> {
    let id = tx.new_id("ink")?;
    let new = tx.execute(
        "INSERT INTO in_kind (tenant_id, id, at, entitlement_id, subscription_id, label, remedy, subject, kind, amount, unit, source, act)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (tenant_id, act) DO NOTHING",
        values![
            &it.tenant, &id, tx.now(), &it.id, &it.subscription, &it.label, &it.remedy, &it.subject, &it.kind, amount.minor,
            amount.of.word(), source, act
        ],
    )?;
    if new == 0 {
        return Ok(());
    }
    let (due, all) = (it.due_in_kind(), given(tx, it, amount.of)?);
    if it.status != Status::Discretionary
        && due.is_none_or(|due| due.of != amount.of || all.minor > due.minor)
    {
        let due = due.map_or_else(|| "0".to_owned(), |it| it.to_string());
        return Err(Refusal::unfit(
            format!("{}: {due} is due, so {all} is not given", it.memo()),
            format!("{}：应付 {due}，不能给予 {all}", it.memo()),
        )
        .into());
    }
    let new = json!({ "amount": amount.to_string(), "units": amount.minor, "unit": amount.of.word(), "entitlement": it.id,
        "source": source });
    let entry = Entry { action: "in_kind.given", subject: id, new, ..Entry::default() };
    audit::append(tx, who, &it.tenant, entry)?;
    Ok(())
}

/// Brings what was given to what a statement now says: the difference is given, or taken back.
pub(crate) fn bring_to(
    tx: &mut Tx<'_>,
    who: &Principal,
    it: &Entitlement,
    after: Worth,
) -> Result<(), Failure> {
    let before = given(tx, it, after.of)?;
    let difference = Worth::new(after.minor.saturating_sub(before.minor), after.of);
    if difference.minor == 0 {
        return Ok(());
    }
    let act = format!("restate:{}:{}", it.statement, it.id);
    give(tx, who, it, difference, (&it.statement, &act))
}

/// What was given for an entitlement so far, what was taken back taken off.
pub(crate) fn given(tx: &mut Tx<'_>, it: &Entitlement, of: Of) -> Result<Worth, Fault> {
    let row = tx.row(
        "SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) FROM in_kind WHERE tenant_id = $1 AND entitlement_id = $2 AND unit = $3",
        values![&it.tenant, &it.id, of.word()],
    )?;
    Ok(Worth::new(row.map_or(Ok(0), |it| it.get(0))?, of))
}

fn view(row: &Row) -> Result<InKind, Fault> {
    let (units, unit): (i64, String) = (row.get(8)?, row.get(9)?);
    let of = Of::parse(&unit).ok_or_else(|| Fault::broken(format!("no unit {unit}")))?;
    let subject: String = row.get(6)?;
    Ok(InKind {
        tenant: row.get(0)?,
        id: row.get(1)?,
        at: row.get(2)?,
        subscription: row.get(3)?,
        label: row.get(4)?,
        remedy: row.get(5)?,
        subject: Some(subject).filter(|it| !it.is_empty()),
        kind: row.get(7)?,
        amount: Worth::new(units, of).to_string(),
        units,
        unit,
        entitlement: row.get(10)?,
        source: row.get(11)?,
    })
}
