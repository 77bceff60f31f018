//! Entitlements in the store.

use desk::{Of, Side};
use quantity::Currency;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Fault, Row, Tx, values};

use super::{Entitlement, Route, Status};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT tenant_id, id, side, subscription_id, label, remedy, subject, statement_id, kind, status, due, currency, in_kind, ",
            "needs_claim, decided, windows, requires, filed_by, clause, cycle_until, route, revision FROM entitlement ",
            $rest
        )
    };
}

/// The entitlement of that id.
pub(crate) fn find(tx: &mut Tx<'_>, tenant: &str, id: &str) -> Result<Option<Entitlement>, Fault> {
    let row = tx.row(select!("WHERE tenant_id = $1 AND id = $2"), values![tenant, id])?;
    row.as_ref().map(entitlement).transpose()
}

/// The entitlement about a remedy of a cycle.
pub(crate) fn named(
    tx: &mut Tx<'_>,
    tenant: &str,
    subscription: &str,
    label: &str,
    remedy: &str,
    subject: &str,
) -> Result<Option<Entitlement>, Fault> {
    let row = tx.row(
        select!(
            "WHERE tenant_id = $1 AND subscription_id = $2 AND label = $3 AND remedy = $4 AND subject = $5"
        ),
        values![tenant, subscription, label, remedy, subject],
    )?;
    row.as_ref().map(entitlement).transpose()
}

/// All of one cycle.
pub(super) fn of_cycle(
    tx: &mut Tx<'_>,
    tenant: &str,
    subscription: &str,
    label: &str,
) -> Result<Vec<Entitlement>, Fault> {
    let rows = tx.rows(
        select!("WHERE tenant_id = $1 AND subscription_id = $2 AND label = $3 ORDER BY id"),
        values![tenant, subscription, label],
    )?;
    rows.iter().map(entitlement).collect()
}

/// Those somebody may have to claim.
pub(super) fn open(tx: &mut Tx<'_>, tenant: &str) -> Result<Vec<Entitlement>, Fault> {
    let rows = tx.rows(
        select!("WHERE tenant_id = $1 AND needs_claim = 1 AND status IN ('due', 'choice', 'discretionary') ORDER BY id"),
        values![tenant],
    )?;
    rows.iter().map(entitlement).collect()
}

pub(super) fn page(
    tx: &mut Tx<'_>,
    tenant: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<Entitlement>, Fault> {
    let rows = tx.rows(
        select!("WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3"),
        values![tenant, after, limit],
    )?;
    rows.iter().map(entitlement).collect()
}

/// Writes it, new or again; the caller has an audit entry.
pub(super) fn put(tx: &mut Tx<'_>, it: &Entitlement) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO entitlement (tenant_id, id, side, subscription_id, label, remedy, subject, statement_id, kind, status, due,
           currency, in_kind, needs_claim, decided, windows, requires, filed_by, clause, cycle_until, route, revision)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
         ON CONFLICT (tenant_id, id) DO UPDATE SET statement_id = $8, kind = $9, status = $10, due = $11, currency = $12,
           in_kind = $13, needs_claim = $14, decided = $15, windows = $16, requires = $17, filed_by = $18, clause = $19,
           cycle_until = $20, route = $21, revision = $22",
        values![
            &it.tenant, &it.id, it.side.word(), &it.subscription, &it.label, &it.remedy, &it.subject, &it.statement, &it.kind,
            it.status.word(), it.due_minor, it.of.map_or_else(|| it.currency.map_or("", |it| it.code()), Of::word), it.in_kind.clone(), it.needs_claim,
            it.decided, json(&it.windows)?, json(&it.requires)?, &it.by, &it.clause, it.cycle_until,
            it.route.word(), it.revision
        ],
    )?;
    Ok(())
}

/// Writes down what a person decided: an amount, or nothing.
pub(crate) fn decided(
    tx: &mut Tx<'_>,
    it: Entitlement,
    amount: Option<ledger::Money>,
) -> Result<Entitlement, Fault> {
    let it = Entitlement {
        status: if amount.is_some() { Status::Due } else { Status::Declined },
        due_minor: amount.map_or(0, |it| it.minor),
        currency: amount.map(|it| it.currency).or(it.currency),
        decided: true,
        revision: it.revision + 1,
        ..it
    };
    put(tx, &it)?;
    Ok(it)
}

fn entitlement(row: &Row) -> Result<Entitlement, Fault> {
    let (side, status, currency): (String, String, String) = (row.get(2)?, row.get(9)?, row.get(11)?);
    let route: String = row.get(20)?;
    let route = Route::ALL.into_iter().find(|it| it.word() == route);
    let status = Status::ALL.into_iter().find(|it| it.word() == status);
    Ok(Entitlement {
        tenant: row.get(0)?,
        id: row.get(1)?,
        side: if side == Side::Customer.word() { Side::Customer } else { Side::Provider },
        subscription: row.get(3)?,
        label: row.get(4)?,
        remedy: row.get(5)?,
        subject: row.get(6)?,
        statement: row.get(7)?,
        kind: row.get(8)?,
        status: status.ok_or_else(|| Fault::broken("an entitlement in no status"))?,
        due_minor: row.get(10)?,
        currency: Currency::parse(&currency),
        of: Of::parse(&currency).filter(|it| !matches!(it, Of::Money(_))),
        in_kind: row.get(12)?,
        needs_claim: row.get(13)?,
        decided: row.get(14)?,
        windows: read(&row.get::<String>(15)?)?,
        requires: read(&row.get::<String>(16)?)?,
        by: row.get(17)?,
        clause: row.get(18)?,
        cycle_until: row.get(19)?,
        route: route.ok_or_else(|| Fault::broken("an entitlement on no route"))?,
        revision: row.get(21)?,
    })
}

fn json(it: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(it).map_err(|it| Fault::broken(it.to_string()))
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|it| Fault::broken(it.to_string()))
}
