//! Using vouchers on an invoice.

use ledger::{Invoice, Tenant, TransactionId, apply_vouchers};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{Tx, values};
use timeline::Instant;

use super::{reference, views};
use crate::books::{self, Act};
use crate::money::Money;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::{Resource, TenantHandle, Verb};

/// An invoice that vouchers may lower.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyVouchers {
    /// The invoice's number. Vouchers are used on it once.
    #[schemars(length(min = 1, max = 120))]
    pub invoice: String,
    /// What is to be paid before vouchers.
    pub amount: Money,
    /// The subscription it bills; needed when a cycle is named.
    #[serde(default)]
    pub subscription: Option<String>,
    /// The cycle it bills: vouchers given for this cycle or a later one are not used. Absent: every voucher may be.
    #[serde(default)]
    pub cycle: Option<String>,
}

/// What vouchers did to an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Applied {
    /// The invoice.
    pub invoice: String,
    /// What was to be paid.
    pub amount: Money,
    /// How much vouchers took off it.
    pub applied: Money,
    /// What is left to pay.
    pub to_pay: Money,
    /// The vouchers used, in the order of use: the earliest expiry first.
    pub used: Vec<Used>,
    /// The transaction; absent when no voucher could be used.
    pub transaction: Option<String>,
}

/// How much of a voucher was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Used {
    /// The voucher.
    pub voucher: String,
    /// How much of it.
    pub amount: Money,
}

/// Uses the tenant's vouchers on an invoice, in their order of use, until nothing is left to pay or no voucher is usable.
pub fn apply(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    input: &ApplyVouchers,
) -> Result<Applied, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Ledger, Verb::Create)?;
    let name = reference("invoice", &input.invoice)?;
    let turn = turn(tx, tenant.id(), name)?;
    let cycle_from = cycle_from(tx, &tenant, input)?;
    let invoice =
        Invoice { id: name.to_owned(), tenant: Tenant::new(tenant.id()), amount: input.amount.into() };
    let open = views::open(tx, tenant.id(), input.amount.currency.code(), cycle_from)?;
    let id = TransactionId::new(tx.new_id("txn")?);
    let done = apply_vouchers(id, tx.now(), &invoice, &open)?;
    if let Some(transaction) = &done.transaction {
        let act = format!("apply:{name}:{turn}");
        books::post(tx, who, Act { transaction, name: Some(&act), entitlement: None })?;
    }
    let used = |(voucher, amount): &(ledger::Voucher, ledger::Money)| Used {
        voucher: voucher.id.to_string(),
        amount: (*amount).into(),
    };
    Ok(Applied {
        invoice: invoice.id,
        amount: input.amount,
        applied: done.applied.into(),
        to_pay: done.to_pay.into(),
        used: done.used.iter().map(used).collect(),
        transaction: done.transaction.map(|it| it.id().to_string()),
    })
}

/// How often vouchers were used on this invoice and taken back; refused while a use of them stands.
fn turn(tx: &mut Tx<'_>, tenant: &str, invoice: &str) -> Result<usize, Failure> {
    let prefix = format!("apply:{invoice}:");
    let rows = tx.rows(
        "SELECT t.id, (SELECT count(*) FROM ledger_transaction r WHERE r.tenant_id = t.tenant_id AND r.act = 'reverse:' || t.id)
         FROM ledger_transaction t WHERE t.tenant_id = $1 AND t.kind = 'apply_vouchers' AND substr(t.act, 1, length($2)) = $2",
        values![tenant, &prefix],
    )?;
    for row in &rows {
        let (id, reversed): (String, i64) = (row.get(0)?, row.get(1)?);
        if reversed == 0 {
            return Err(Refusal::new(
                RefusalKind::Exists,
                format!(
                    "vouchers were used on invoice {invoice} already, by transaction {id}; reverse it first"
                ),
                format!("发票 {invoice} 已由交易 {id} 抵扣；如需重做请先冲销"),
            )
            .into());
        }
    }
    Ok(rows.len() + 1)
}

fn cycle_from(tx: &mut Tx<'_>, tenant: &TenantHandle, input: &ApplyVouchers) -> Result<Instant, Failure> {
    let Some(label) = &input.cycle else { return Ok(Instant::MAX) };
    let Some(subscription) = &input.subscription else {
        return Err(Refusal::invalid(
            "subscription: name it beside the cycle",
            "subscription：指定周期时须写明订阅",
        )
        .into());
    };
    let row = tx.row(
        "SELECT from_at FROM cycle WHERE tenant_id = $1 AND subscription_id = $2 AND label = $3",
        values![tenant.id(), subscription, label],
    )?;
    let row = row.ok_or_else(|| {
        Refusal::invalid(
            format!("cycle: the subscription {subscription} has no cycle {label}"),
            format!("cycle：订阅 {subscription} 没有周期 {label}"),
        )
    })?;
    Ok(row.get(0)?)
}
