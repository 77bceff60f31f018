//! What a superseding statement does to a credit that was given: more is given, or less is taken back without a charge.

use std::collections::BTreeMap;

use ledger::{
    Account, AccountKind, Delta, Draft, Money, NewVoucher, Posting, Tenant, Transaction, TransactionId,
    TransactionKind, VoucherId, delta_credit,
};
use quantity::Currency;
use store::{Fault, Tx};

use super::{Give, give, views};
use crate::books::{self, Act};
use crate::entitlements::Entitlement;
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::Failure;

/// Brings what was given for an entitlement from `before` to `after`. What is owed and not paid yet is lowered, then unused
/// vouchers; the rest is waived.
pub(crate) fn restate(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    it: &Entitlement,
    (before, after): (Money, Money),
) -> Result<(), Failure> {
    let act = format!("restate:{}:{}", it.statement, it.id);
    let difference = after.less(before)?;
    match difference.minor {
        0 => Ok(()),
        1.. => give(
            platform,
            tx,
            who,
            &Give { entitlement: it, amount: difference, source: &it.statement, act: &act },
        ),
        _ => {
            let owed = owed(tx, it, before.currency)?;
            let transaction = if owed.is_empty() {
                fewer_vouchers(tx, it, before, after)?
            } else {
                Some(less_owed(tx, it, Money::new(difference.minor.saturating_neg(), before.currency), owed)?)
            };
            let Some(transaction) = transaction else { return Ok(()) };
            let act = Act { transaction: &transaction, name: Some(&act), entitlement: Some(&it.id) };
            books::post(tx, who, act).map(|_| ())
        }
    }
}

fn fewer_vouchers(
    tx: &mut Tx<'_>,
    it: &Entitlement,
    before: Money,
    after: Money,
) -> Result<Option<Transaction>, Failure> {
    let unused = views::of_entitlement(tx, &it.tenant, &it.id)?;
    let delta = Delta {
        id: TransactionId::new(tx.new_id("txn")?),
        at: tx.now(),
        tenant: Tenant::new(&it.tenant),
        statement: it.statement.clone(),
        before,
        after,
        memo: it.memo(),
    };
    let never_issued = NewVoucher { id: VoucherId::new(tx.new_id("vch")?), expires_at: None };
    Ok(delta_credit(delta, never_issued, &unused)?)
}

/// Accounts of cash owed, or of upstream credits awaited, with what stands on them.
fn owed(tx: &mut Tx<'_>, it: &Entitlement, currency: Currency) -> Result<Vec<(Account, i64)>, Fault> {
    let mut balances: BTreeMap<String, i64> = BTreeMap::new();
    for (name, code, minor) in books::lines_of(tx, &it.tenant, &it.id)? {
        if code == currency.code() {
            let balance = balances.entry(name).or_default();
            *balance =
                balance.checked_add(minor).ok_or_else(|| Fault::broken("a balance beyond all measure"))?;
        }
    }
    let mut owed = Vec::new();
    for (name, balance) in balances {
        let Some((kind, subject)) = books::account_parts(&name) else { continue };
        if matches!(kind, AccountKind::PayableCash | AccountKind::UpstreamReceivable) {
            owed.push((Account::about(&Tenant::new(&it.tenant), kind, currency, subject), balance));
        }
    }
    Ok(owed)
}

fn less_owed(
    tx: &Tx<'_>,
    it: &Entitlement,
    amount: Money,
    owed: Vec<(Account, i64)>,
) -> Result<Transaction, Failure> {
    let tenant = Tenant::new(&it.tenant);
    let upstream = owed.iter().any(|it| it.0.kind == AccountKind::UpstreamReceivable);
    let (cost, sign) =
        if upstream { (AccountKind::UpstreamCredit, -1) } else { (AccountKind::CreditExpense, 1) };
    let mut left = amount.minor;
    let mut postings = Vec::new();
    for (account, balance) in owed {
        let part = balance.saturating_abs().min(left);
        if part > 0 {
            postings.push(Posting { account, amount_minor: part.saturating_mul(sign) });
            left = left.saturating_sub(part);
        }
    }
    let about = |kind| Account::about(&tenant, kind, amount.currency, &it.statement);
    if left > 0 {
        postings.push(Posting {
            account: about(AccountKind::CreditWaived),
            amount_minor: left.saturating_mul(sign),
        });
    }
    postings.push(Posting { account: about(cost), amount_minor: amount.minor.saturating_mul(-sign) });
    Ok(Transaction::new(Draft {
        id: TransactionId::new(tx.new_id("txn")?),
        at: tx.now(),
        kind: TransactionKind::ReduceCredit { statement: it.statement.clone() },
        memo: it.memo(),
        postings,
        reverses: None,
    })?)
}
