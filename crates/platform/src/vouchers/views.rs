//! Vouchers as people see them: what never changes of them, and what the books leave of them.

use ledger::{Tenant, Voucher, VoucherId};
use schemars::JsonSchema;
use serde::Serialize;
use store::{Fault, Row, Tx, values};
use timeline::Instant;

use crate::money::Money;
use crate::page::{Listed, Page};
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal};
use crate::rights::{Resource, Verb};
use crate::time::Moment;

/// A credit that lowers later invoices. It is no cash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct VoucherView {
    /// Its id.
    pub id: String,
    /// The tenant.
    pub tenant: String,
    /// The subscription it was given for.
    pub subscription: String,
    /// The entitlement it was given for.
    pub entitlement: String,
    /// The claim, entitlement, decision or statement it was given for.
    pub source: String,
    /// What it was worth.
    pub original: Money,
    /// What is left of it.
    pub remaining: Money,
    /// When it was issued.
    pub issued_at: Moment,
    /// The first instant at which it buys nothing any more; never when absent.
    pub expires_at: Option<Moment>,
    /// It lowers invoices of cycles that begin then or later.
    pub usable_from_cycle: Moment,
    /// usable, used or expired.
    pub state: String,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT v.tenant_id, v.id, v.subscription_id, v.entitlement_id, v.source, v.currency, v.amount, v.issued_at, ",
            "v.expires_at, v.cycle_until, coalesce(a.credits - a.debits, 0) FROM voucher v ",
            "LEFT JOIN ledger_account a ON a.tenant_id = v.tenant_id AND a.account = 'voucher_balance:' || v.id ",
            "AND a.currency = v.currency ",
            $rest
        )
    };
}

/// The vouchers of a tenant, oldest first.
pub fn list(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    page: &Page,
) -> Result<Listed<VoucherView>, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Ledger, Verb::Read)?;
    let rows = tx.rows(
        select!("WHERE v.tenant_id = $1 AND v.id > $2 ORDER BY v.id LIMIT $3"),
        values![tenant.id(), page.after(), page.rows()?],
    )?;
    let now = tx.now();
    let items = rows.iter().map(|it| view(it, now)).collect::<Result<Vec<_>, _>>()?;
    Ok(page.cut(items, |it| it.id.clone()))
}

/// One voucher.
pub fn get(tx: &mut Tx<'_>, who: &Principal, tenant: &str, id: &str) -> Result<VoucherView, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Ledger, Verb::Read)?;
    let row = tx.row(select!("WHERE v.tenant_id = $1 AND v.id = $2"), values![tenant.id(), id])?;
    Ok(view(&row.ok_or_else(Refusal::not_found)?, tx.now())?)
}

fn view(row: &Row, now: Instant) -> Result<VoucherView, Fault> {
    let remaining = Money::of_row(row, 10, 5)?;
    let expires_at: Option<Moment> = row.get(8)?;
    let state = if expires_at.is_some_and(|it| it.0 <= now) {
        "expired"
    } else if remaining.minor == 0 {
        "used"
    } else {
        "usable"
    };
    Ok(VoucherView {
        tenant: row.get(0)?,
        id: row.get(1)?,
        subscription: row.get(2)?,
        entitlement: row.get(3)?,
        source: row.get(4)?,
        original: Money::of_row(row, 6, 5)?,
        remaining,
        issued_at: row.get(7)?,
        expires_at,
        usable_from_cycle: row.get(9)?,
        state: state.to_owned(),
    })
}

/// The voucher as the books see it.
pub(super) fn find(tx: &mut Tx<'_>, tenant: &str, id: &str) -> Result<Option<Voucher>, Fault> {
    let row = tx.row(select!("WHERE v.tenant_id = $1 AND v.id = $2"), values![tenant, id])?;
    row.as_ref().map(voucher).transpose()
}

/// Vouchers of a tenant and currency with something left, given for cycles that ended at `cycle_from` or before.
pub(super) fn open(
    tx: &mut Tx<'_>,
    tenant: &str,
    currency: &str,
    cycle_from: Instant,
) -> Result<Vec<Voucher>, Fault> {
    let rows = tx.rows(
        select!("WHERE v.tenant_id = $1 AND v.currency = $2 AND v.cycle_until <= $3 AND a.credits > a.debits ORDER BY v.id"),
        values![tenant, currency, cycle_from],
    )?;
    rows.iter().map(voucher).collect()
}

/// Vouchers with something left that were given for one entitlement.
pub(super) fn of_entitlement(
    tx: &mut Tx<'_>,
    tenant: &str,
    entitlement: &str,
) -> Result<Vec<Voucher>, Fault> {
    let rows = tx.rows(
        select!("WHERE v.tenant_id = $1 AND v.entitlement_id = $2 AND a.credits > a.debits ORDER BY v.id"),
        values![tenant, entitlement],
    )?;
    rows.iter().map(voucher).collect()
}

fn voucher(row: &Row) -> Result<Voucher, Fault> {
    Ok(Voucher {
        tenant: Tenant::new(row.get::<String>(0)?),
        id: VoucherId::new(row.get::<String>(1)?),
        source: row.get(4)?,
        original: Money::of_row(row, 6, 5)?.into(),
        remaining: Money::of_row(row, 10, 5)?.into(),
        issued_at: row.get(7)?,
        expires_at: row.get(8)?,
    })
}
