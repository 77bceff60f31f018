//! Vouchers that are used, and vouchers that expire.

use timeline::Instant;

use crate::account::{Account, AccountKind};
use crate::id::{Tenant, TransactionId};
use crate::money::Money;
use crate::refusal::Refusal;
use crate::transaction::{Draft, Posting, Transaction, TransactionKind};
use crate::voucher::{Voucher, drawn};

/// A bill that vouchers may lower.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// Its name.
    pub id: String,
    /// Whose.
    pub tenant: Tenant,
    /// What is to be paid before vouchers; zero or more.
    pub amount: Money,
}

/// What vouchers did to an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// The transaction; none when no voucher could be used.
    pub transaction: Option<Transaction>,
    /// Vouchers used and how much of each, in the order of use.
    pub used: Vec<(Voucher, Money)>,
    /// How much the invoice is lowered.
    pub applied: Money,
    /// What is left to pay.
    pub to_pay: Money,
}

/// Uses vouchers on an invoice in their [order of use](crate::in_order_of_use), until nothing is left to pay or no voucher
/// is usable. Vouchers of another tenant or currency, not yet issued, expired or used up are passed over.
///
/// # Errors
/// A negative invoice.
pub fn apply_vouchers(
    id: TransactionId,
    at: Instant,
    invoice: &Invoice,
    open: &[Voucher],
) -> Result<Application, Refusal> {
    if invoice.amount.minor < 0 || !invoice.amount.is_in_range() {
        return Err(Refusal::Amount { amount: invoice.amount });
    }
    let used = drawn(at, &invoice.tenant, invoice.amount, open);
    let applied = Money::new(used.iter().map(|(_, part)| part.minor).sum(), invoice.amount.currency);
    let transaction =
        if used.is_empty() { None } else { Some(application(id, at, invoice, &used, applied)?) };
    Ok(Application { transaction, used, applied, to_pay: invoice.amount.less(applied)? })
}

/// What is left of a voucher is lost to breakage.
///
/// # Errors
/// A voucher that does not expire, has not expired at `at`, or has nothing left.
pub fn expire_voucher(id: TransactionId, at: Instant, voucher: &Voucher) -> Result<Transaction, Refusal> {
    if !voucher.has_expired(at) {
        return Err(Refusal::NotExpired { voucher: voucher.id.clone(), expires_at: voucher.expires_at });
    }
    let minor = voucher.remaining.positive()?.minor;
    let lost = Account::about(
        &voucher.tenant,
        AccountKind::VoucherExpired,
        voucher.original.currency,
        voucher.id.as_str(),
    );
    Transaction::new(Draft {
        id,
        at,
        kind: TransactionKind::ExpireVoucher { voucher: voucher.id.clone() },
        memo: String::new(),
        postings: vec![
            Posting { account: voucher.account(), amount_minor: minor },
            Posting { account: lost, amount_minor: -minor },
        ],
        reverses: None,
    })
}

fn application(
    id: TransactionId,
    at: Instant,
    invoice: &Invoice,
    used: &[(Voucher, Money)],
    applied: Money,
) -> Result<Transaction, Refusal> {
    let lowered = Account::about(&invoice.tenant, AccountKind::VoucherApplied, applied.currency, &invoice.id);
    let from =
        |(voucher, part): &(Voucher, Money)| Posting { account: voucher.account(), amount_minor: part.minor };
    let mut postings: Vec<Posting> = used.iter().map(from).collect();
    postings.push(Posting { account: lowered, amount_minor: -applied.minor });
    let kind = TransactionKind::ApplyVouchers { invoice: invoice.id.clone() };
    Transaction::new(Draft { id, at, kind, memo: String::new(), postings, reverses: None })
}
