//! What a superseding statement changes: more is granted as a new voucher, less is taken from unused vouchers only.

use timeline::Instant;

use crate::account::{Account, AccountKind};
use crate::id::{Tenant, TransactionId, VoucherId};
use crate::issue::{Grant, issue_voucher};
use crate::money::Money;
use crate::refusal::Refusal;
use crate::transaction::{Draft, Posting, Transaction, TransactionKind};
use crate::voucher::{Voucher, drawn};

/// Two statements of one cycle and what they grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delta {
    /// The transaction's name.
    pub id: TransactionId,
    /// When.
    pub at: Instant,
    /// Whose books.
    pub tenant: Tenant,
    /// The superseding statement.
    pub statement: String,
    /// What the superseded statement granted; zero or more.
    pub before: Money,
    /// What the superseding statement grants; zero or more.
    pub after: Money,
    /// Words for a person.
    pub memo: String,
}

/// The voucher to issue when the difference is in the customer's favour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVoucher {
    /// Its name.
    pub id: VoucherId,
    /// Until when, exclusive; for ever when absent.
    pub expires_at: Option<Instant>,
}

/// The transaction a superseding statement calls for; none when both grant the same.
///
/// The customer is never charged. A difference against the customer is taken from what is left of `unused` – the
/// usable vouchers given for the superseded statement – in their [order of use](crate::in_order_of_use); what they do not
/// hold is waived, and stands on [`AccountKind::CreditWaived`].
///
/// # Errors
/// Different currencies, or a negative amount.
pub fn delta_credit(
    delta: Delta,
    new: NewVoucher,
    unused: &[Voucher],
) -> Result<Option<Transaction>, Refusal> {
    for amount in [delta.before, delta.after] {
        if amount.minor < 0 {
            return Err(Refusal::Amount { amount });
        }
    }
    let difference = delta.after.less(delta.before)?;
    match difference.minor {
        0 => Ok(None),
        1.. => increased(delta, difference, new).map(Some),
        _ => reduced(delta, Money::new(difference.minor.saturating_neg(), difference.currency), unused)
            .map(Some),
    }
}

fn increased(delta: Delta, amount: Money, new: NewVoucher) -> Result<Transaction, Refusal> {
    let Delta { id, at, tenant, statement, memo, .. } = delta;
    issue_voucher(Grant { id, at, tenant, amount, source: statement, memo }, new.id, new.expires_at)
}

fn reduced(delta: Delta, amount: Money, unused: &[Voucher]) -> Result<Transaction, Refusal> {
    let taken =
        |(voucher, part): (Voucher, Money)| Posting { account: voucher.account(), amount_minor: part.minor };
    let mut postings: Vec<Posting> =
        drawn(delta.at, &delta.tenant, amount, unused).into_iter().map(taken).collect();
    let taken_minor: i64 = postings.iter().map(|posting| posting.amount_minor).sum();
    let account = |kind| Account::about(&delta.tenant, kind, amount.currency, &delta.statement);
    let waived_minor = amount.minor - taken_minor;
    if waived_minor > 0 {
        postings.push(Posting { account: account(AccountKind::CreditWaived), amount_minor: waived_minor });
    }
    postings.push(Posting { account: account(AccountKind::CreditExpense), amount_minor: -amount.minor });
    let kind = TransactionKind::ReduceCredit { statement: delta.statement };
    Transaction::new(Draft { id: delta.id, at: delta.at, kind, memo: delta.memo, postings, reverses: None })
}
