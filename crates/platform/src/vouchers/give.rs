//! Giving what is due: a voucher, a payment, or a credit an upstream provider owes us.

use desk::CreditKind;
use ledger::{
    AccountKind, Grant, Money, Tenant, TransactionId, VoucherId, expect_upstream_credit, issue_payment,
    issue_voucher,
};
use quantity::Currency;
use serde_json::json;
use store::{Fault, Tx, values};

use super::EXPIRY_JOB;
use crate::books::{self, Act, Posted};
use crate::entitlements::{Entitlement, Route, Side, Status};
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::Failure;
use crate::{jobs, time};

/// A credit to be given, once for each act.
#[derive(Debug)]
pub(crate) struct Give<'a> {
    /// What it is given for.
    pub(crate) entitlement: &'a Entitlement,
    /// How much, more than zero.
    pub(crate) amount: Money,
    /// The claim, entitlement, decision or statement.
    pub(crate) source: &'a str,
    /// What it does: `claim:clm_…`.
    pub(crate) act: &'a str,
}

/// Posts a credit in the way the remedy and the subscription ask for.
pub(crate) fn give(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    it: &Give<'_>,
) -> Result<(), Failure> {
    let grant = grant(tx, it)?;
    match (it.entitlement.side, kind_of(tx, it.entitlement)?) {
        (Side::Customer, _) => post(tx, who, it, &expect_upstream_credit(grant)?).map(|_| ()),
        (Side::Provider, CreditKind::Payment) => post(tx, who, it, &issue_payment(grant)?).map(|_| ()),
        (Side::Provider, CreditKind::Voucher) => {
            let voucher = VoucherId::new(tx.new_id("vch")?);
            let expires_at = platform.settings.voucher_seconds.map(|it| time::after(grant.at, it));
            let transaction = issue_voucher(grant, voucher.clone(), expires_at)?;
            if post(tx, who, it, &transaction)? == Posted::New {
                keep(tx, it.entitlement, &voucher, it.amount, it.source, expires_at)?;
            }
            Ok(())
        }
    }
}

/// What is given: money where the remedy is money or the contract pays it directly, a voucher otherwise. Where the contract
/// knows both ways and the subscription is over, no invoice follows, and it is paid directly.
pub(crate) fn kind_of(tx: &mut Tx<'_>, it: &Entitlement) -> Result<CreditKind, Fault> {
    if ["cash", "direct_payment", "payment", "refund"].contains(&it.kind.as_str()) {
        return Ok(CreditKind::Payment);
    }
    match it.route {
        Route::Direct => return Ok(CreditKind::Payment),
        Route::Unsaid => return Ok(CreditKind::Voucher),
        Route::Invoice => {}
    }
    let ended = tx.row(
        "SELECT id FROM subscription WHERE tenant_id = $1 AND id = $2 AND (state = 'ended' OR until_at <= $3)",
        values![&it.tenant, &it.subscription, tx.now()],
    )?;
    Ok(if ended.is_some() { CreditKind::Payment } else { CreditKind::Voucher })
}

/// What was given for an entitlement so far, reductions and reversals taken off.
pub(crate) fn granted(tx: &mut Tx<'_>, it: &Entitlement, currency: Currency) -> Result<Money, Fault> {
    let (account, sign) = match it.side {
        Side::Provider => (AccountKind::CreditExpense, 1),
        Side::Customer => (AccountKind::UpstreamCredit, -1),
    };
    let minor: i128 = books::lines_of(tx, &it.tenant, &it.id)?
        .iter()
        .filter(|(name, code, _)| books::kind_of(name) == Some(account) && code == currency.code())
        .map(|line| i128::from(line.2))
        .sum();
    let minor = i64::try_from(minor).map_err(|_| Fault::broken("a sum beyond all measure"))?;
    Ok(Money::new(minor.saturating_mul(sign), currency))
}

pub(super) fn keep(
    tx: &mut Tx<'_>,
    it: &Entitlement,
    voucher: &VoucherId,
    amount: Money,
    source: &str,
    expires_at: Option<timeline::Instant>,
) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO voucher (tenant_id, id, subscription_id, entitlement_id, source, currency, amount, issued_at, expires_at, cycle_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        values![
            &it.tenant, voucher.as_str(), &it.subscription, &it.id, source, amount.currency.code(), amount.minor, tx.now(),
            expires_at, it.cycle_until
        ],
    )?;
    match expires_at {
        Some(at) => {
            let payload = json!({ "tenant": it.tenant, "voucher": voucher.as_str() });
            jobs::enqueue(tx, EXPIRY_JOB, voucher.as_str(), &it.tenant, at, &payload)
        }
        None => Ok(()),
    }
}

fn grant(tx: &Tx<'_>, it: &Give<'_>) -> Result<Grant, Fault> {
    Ok(Grant {
        id: TransactionId::new(tx.new_id("txn")?),
        at: tx.now(),
        tenant: Tenant::new(&it.entitlement.tenant),
        amount: it.amount,
        source: it.source.to_owned(),
        memo: it.entitlement.memo(),
    })
}

fn post(
    tx: &mut Tx<'_>,
    who: &Principal,
    it: &Give<'_>,
    transaction: &ledger::Transaction,
) -> Result<Posted, Failure> {
    let act = Act { transaction, name: Some(it.act), entitlement: Some(&it.entitlement.id) };
    let posted = books::post(tx, who, act)?;
    if posted == Posted::New {
        check_due(tx, it)?;
    }
    Ok(posted)
}

/// No more is given for an entitlement than the latest statement says is due, whatever led to it: claims, appeals and
/// decisions see to that themselves, and this is the second lock. What a person decides has no such bound.
fn check_due(tx: &mut Tx<'_>, it: &Give<'_>) -> Result<(), Failure> {
    if it.entitlement.status == Status::Discretionary {
        return Ok(());
    }
    let currency = it.amount.currency;
    let before = granted(tx, it.entitlement, currency)?.less(it.amount)?;
    let before = Money::new(before.minor.max(0), currency);
    let due = Money::new(it.entitlement.due_minor, currency);
    Ok(ledger::within_due(it.amount, before, due)?)
}
