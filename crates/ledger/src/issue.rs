//! Credits that come into being: vouchers, direct payments, and credits a provider of ours owes us.

use timeline::Instant;

use crate::account::{Account, AccountKind};
use crate::id::{Tenant, TransactionId, VoucherId};
use crate::money::Money;
use crate::refusal::Refusal;
use crate::transaction::{Draft, Posting, Transaction, TransactionKind};

/// What every act that moves one amount needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The transaction's name.
    pub id: TransactionId,
    /// When.
    pub at: Instant,
    /// Whose books.
    pub tenant: Tenant,
    /// How much, more than zero.
    pub amount: Money,
    /// Why: the claim or statement.
    pub source: String,
    /// Words for a person.
    pub memo: String,
}

/// A voucher for the customer: expense against the voucher's balance.
///
/// # Errors
/// An amount that is not more than zero, or an expiry that is not after the issue.
pub fn issue_voucher(
    grant: Grant,
    voucher: VoucherId,
    expires_at: Option<Instant>,
) -> Result<Transaction, Refusal> {
    if let Some(end) = expires_at.filter(|end| *end <= grant.at) {
        return Err(Refusal::ExpiryBeforeIssue { at: grant.at, expires_at: end });
    }
    let worth = Account::voucher(&grant.tenant, grant.amount.currency, &voucher);
    let kind = TransactionKind::IssueVoucher { voucher, source: grant.source.clone(), expires_at };
    moved(AccountKind::CreditExpense, worth, kind, grant)
}

/// Cash for the customer, where the contract pays directly: expense against cash owed.
///
/// # Errors
/// An amount that is not more than zero.
pub fn issue_payment(grant: Grant) -> Result<Transaction, Refusal> {
    let kind = TransactionKind::IssuePayment { source: grant.source.clone() };
    let owed = grant.account(AccountKind::PayableCash);
    moved(AccountKind::CreditExpense, owed, kind, grant)
}

/// Cash that was owed leaves: cash owed against clearing. The [ledger](crate::Ledger) refuses to pay out more than
/// is owed.
///
/// # Errors
/// An amount that is not more than zero.
pub fn pay_out(grant: Grant) -> Result<Transaction, Refusal> {
    let kind = TransactionKind::PayOut { source: grant.source.clone() };
    let clearing = grant.account(AccountKind::Clearing);
    moved(AccountKind::PayableCash, clearing, kind, grant)
}

/// A provider of ours owes us a credit: receivable against upstream credit.
///
/// # Errors
/// An amount that is not more than zero.
pub fn expect_upstream_credit(grant: Grant) -> Result<Transaction, Refusal> {
    let kind = TransactionKind::ExpectUpstream { source: grant.source.clone() };
    let gained = grant.account(AccountKind::UpstreamCredit);
    moved(AccountKind::UpstreamReceivable, gained, kind, grant)
}

/// A provider of ours has given the credit: clearing against receivable. The [ledger](crate::Ledger) refuses to
/// receive more than is owed.
///
/// # Errors
/// An amount that is not more than zero.
pub fn receive_upstream_credit(grant: Grant) -> Result<Transaction, Refusal> {
    let kind = TransactionKind::ReceiveUpstream { source: grant.source.clone() };
    let owed = grant.account(AccountKind::UpstreamReceivable);
    moved(AccountKind::Clearing, owed, kind, grant)
}

impl Grant {
    fn account(&self, kind: AccountKind) -> Account {
        Account::about(&self.tenant, kind, self.amount.currency, &self.source)
    }
}

/// Debits the account of `debited` about the grant's source, and credits `credited`.
fn moved(
    debited: AccountKind,
    credited: Account,
    kind: TransactionKind,
    grant: Grant,
) -> Result<Transaction, Refusal> {
    let minor = grant.amount.positive()?.minor;
    let postings = vec![
        Posting { account: grant.account(debited), amount_minor: minor },
        Posting { account: credited, amount_minor: -minor },
    ];
    Transaction::new(Draft { id: grant.id, at: grant.at, kind, memo: grant.memo, postings, reverses: None })
}
