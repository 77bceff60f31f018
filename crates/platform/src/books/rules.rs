//! What no posting may bring about: an overdrawn voucher, a voucher used outside its time, more paid than is owed.

use ledger::{
    Account, AccountKind, Money, Refusal, Tenant, Transaction, TransactionKind, Voucher, VoucherId,
};
use quantity::Currency;
use store::{Fault, Tx, values};

use super::balance;
use crate::refusal::Failure;

/// Whether a rule looks at what such an account comes to.
pub(super) fn has_rule(kind: AccountKind) -> bool {
    matches!(kind, AccountKind::VoucherBalance | AccountKind::PayableCash | AccountKind::UpstreamReceivable)
}

/// Refuses what the balances after a transaction show to be wrong; the write is undone then.
pub(super) fn check(tx: &mut Tx<'_>, tenant: &str, transaction: &Transaction) -> Result<(), Failure> {
    for posting in transaction.postings() {
        let account = &posting.account;
        match account.kind {
            AccountKind::VoucherBalance => {
                let balance = balance(tx, tenant, account)?;
                check_voucher(tx, tenant, transaction, account, balance)?;
            }
            AccountKind::PayableCash if balance(tx, tenant, account)? > 0 => {
                return Err(more_than_owed(account));
            }
            AccountKind::UpstreamReceivable if balance(tx, tenant, account)? < 0 => {
                return Err(more_than_owed(account));
            }
            _ => {}
        }
    }
    Ok(())
}

fn more_than_owed(account: &Account) -> Failure {
    Refusal::MoreThanOwed { account: account.clone() }.into()
}

fn check_voucher(
    tx: &mut Tx<'_>,
    tenant: &str,
    transaction: &Transaction,
    account: &Account,
    balance: i64,
) -> Result<(), Failure> {
    if let TransactionKind::IssueVoucher { voucher, .. } = transaction.kind()
        && voucher.as_str() == account.subject
    {
        return Ok(());
    }
    let remaining = Money::new(balance.saturating_neg(), account.currency);
    let voucher = issued(tx, tenant, account, remaining)?;
    if !(0..=voucher.original.minor).contains(&remaining.minor) {
        let remaining_minor = i128::from(remaining.minor);
        return Err(Refusal::VoucherOverdrawn {
            voucher: voucher.id,
            remaining_minor,
            original: voucher.original,
        }
        .into());
    }
    check_time(voucher, transaction)
}

fn issued(tx: &mut Tx<'_>, tenant: &str, account: &Account, remaining: Money) -> Result<Voucher, Failure> {
    let row = tx.row(
        "SELECT amount, issued_at, expires_at, source, currency FROM voucher WHERE tenant_id = $1 AND id = $2",
        values![tenant, &account.subject],
    )?;
    let row = row.ok_or_else(|| Refusal::UnknownVoucher { voucher: account.subject.clone() })?;
    let currency: String = row.get(4)?;
    let currency =
        Currency::parse(&currency).ok_or_else(|| Fault::broken(format!("no currency {currency}")))?;
    if currency != account.currency {
        return Err(Refusal::UnknownVoucher { voucher: account.subject.clone() }.into());
    }
    Ok(Voucher {
        id: VoucherId::new(&account.subject),
        tenant: Tenant::new(tenant),
        original: Money::new(row.get(0)?, currency),
        remaining,
        issued_at: row.get(1)?,
        expires_at: row.get(2)?,
        source: row.get(3)?,
    })
}

/// A voucher is used in `[issued_at, expires_at)` and expired from `expires_at` on. Undoing has no such limit.
fn check_time(voucher: Voucher, transaction: &Transaction) -> Result<(), Failure> {
    let at = transaction.at();
    let refusal = match (transaction.kind(), voucher.expires_at) {
        (TransactionKind::Reversal, _) => return Ok(()),
        _ if at < voucher.issued_at => {
            Refusal::VoucherNotIssuedYet { voucher: voucher.id, issued_at: voucher.issued_at }
        }
        (TransactionKind::ExpireVoucher { .. }, _) if voucher.has_expired(at) => return Ok(()),
        (TransactionKind::ExpireVoucher { .. }, expires_at) => {
            Refusal::NotExpired { voucher: voucher.id, expires_at }
        }
        (_, Some(expires_at)) if expires_at <= at => {
            Refusal::VoucherExpired { voucher: voucher.id, expires_at }
        }
        _ => return Ok(()),
    };
    Err(refusal.into())
}
