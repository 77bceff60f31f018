//! Transactions: postings that balance in every currency, or nothing at all.

use std::collections::{BTreeMap, BTreeSet};

use quantity::Currency;
use timeline::Instant;

use crate::account::Account;
use crate::id::{Tenant, TransactionId, VoucherId};
use crate::money::{AMOUNT_MINOR_MAX, Money};
use crate::refusal::Refusal;

/// The most postings of one transaction.
pub const POSTINGS_MAX: usize = 10_000;

/// One line of a transaction.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Posting {
    /// Which account.
    pub account: Account,
    /// Minor units: debit positive, credit negative, never zero.
    pub amount_minor: i64,
}

/// What a transaction is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TransactionKind {
    /// A voucher comes into being.
    IssueVoucher {
        /// The voucher.
        voucher: VoucherId,
        /// Why it is given: the claim or statement.
        source: String,
        /// The first instant at which it buys nothing any more; never when absent.
        expires_at: Option<Instant>,
    },
    /// Cash is owed directly.
    IssuePayment {
        /// Why: the claim or statement.
        source: String,
    },
    /// Cash that was owed leaves.
    PayOut {
        /// The claim or statement.
        source: String,
    },
    /// Vouchers are used on an invoice.
    ApplyVouchers {
        /// The invoice.
        invoice: String,
    },
    /// What is left of a voucher is lost.
    ExpireVoucher {
        /// The voucher.
        voucher: VoucherId,
    },
    /// A superseding statement found that less was due.
    ReduceCredit {
        /// The superseding statement.
        statement: String,
    },
    /// A provider of ours owes us a credit.
    ExpectUpstream {
        /// Our claim.
        source: String,
    },
    /// A provider of ours has given it.
    ReceiveUpstream {
        /// Our claim.
        source: String,
    },
    /// An earlier transaction is undone.
    Reversal,
}

impl TransactionKind {
    /// The stable word files and tables write.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::IssueVoucher { .. } => "issue_voucher",
            Self::IssuePayment { .. } => "issue_payment",
            Self::PayOut { .. } => "pay_out",
            Self::ApplyVouchers { .. } => "apply_vouchers",
            Self::ExpireVoucher { .. } => "expire_voucher",
            Self::ReduceCredit { .. } => "reduce_credit",
            Self::ExpectUpstream { .. } => "expect_upstream",
            Self::ReceiveUpstream { .. } => "receive_upstream",
            Self::Reversal => "reversal",
        }
    }

    /// What it is about, by name: a voucher, a claim, an invoice, a statement; empty for a reversal.
    pub fn about(&self) -> &str {
        match self {
            Self::IssueVoucher { voucher, .. } | Self::ExpireVoucher { voucher } => voucher.as_str(),
            Self::IssuePayment { source }
            | Self::PayOut { source }
            | Self::ExpectUpstream { source }
            | Self::ReceiveUpstream { source } => source,
            Self::ApplyVouchers { invoice } => invoice,
            Self::ReduceCredit { statement } => statement,
            Self::Reversal => "",
        }
    }
}

/// A transaction before it is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its name, chosen by the caller; the same act must have the same name when it is tried again.
    pub id: TransactionId,
    /// When.
    pub at: Instant,
    /// What for.
    pub kind: TransactionKind,
    /// Words for a person.
    pub memo: String,
    /// The lines.
    pub postings: Vec<Posting>,
    /// The transaction it undoes.
    pub reverses: Option<TransactionId>,
}

/// Postings of one tenant that sum to zero in every currency.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Transaction {
    id: TransactionId,
    at: Instant,
    kind: TransactionKind,
    memo: String,
    postings: Vec<Posting>,
    reverses: Option<TransactionId>,
}

impl Transaction {
    /// Checks a draft.
    ///
    /// # Errors
    /// Fewer than two postings or more than [`POSTINGS_MAX`]; a posting of zero or beyond the largest amount;
    /// postings of several tenants; an account that stands twice; a currency that does not sum to zero; a reversal that names nothing, or a
    /// name of something reversed on anything else.
    pub fn new(draft: Draft) -> Result<Transaction, Refusal> {
        let Draft { id, at, kind, memo, postings, reverses } = draft;
        if postings.len() < 2 || postings.len() > POSTINGS_MAX {
            return Err(Refusal::PostingCount { count: postings.len() });
        }
        if (kind == TransactionKind::Reversal) != reverses.is_some() {
            return Err(Refusal::ReversalUnnamed { id });
        }
        postings.iter().try_for_each(in_range)?;
        one_tenant(&postings)?;
        no_account_twice(&postings)?;
        balanced(&postings)?;
        Ok(Transaction { id, at, kind, memo, postings, reverses })
    }

    /// Its name.
    pub fn id(&self) -> &TransactionId {
        &self.id
    }

    /// When.
    pub fn at(&self) -> Instant {
        self.at
    }

    /// What for.
    pub fn kind(&self) -> &TransactionKind {
        &self.kind
    }

    /// Words for a person.
    pub fn memo(&self) -> &str {
        &self.memo
    }

    /// The lines, at least two.
    pub fn postings(&self) -> &[Posting] {
        &self.postings
    }

    /// The transaction it undoes.
    pub fn reverses(&self) -> Option<&TransactionId> {
        self.reverses.as_ref()
    }

    /// Whose books it belongs to.
    pub fn tenant(&self) -> Option<&Tenant> {
        self.postings.first().map(|posting| &posting.account.tenant)
    }
}

fn in_range(posting: &Posting) -> Result<(), Refusal> {
    let amount = Money::new(posting.amount_minor, posting.account.currency);
    let fits = (-AMOUNT_MINOR_MAX..=AMOUNT_MINOR_MAX).contains(&amount.minor) && amount.minor != 0;
    if fits { Ok(()) } else { Err(Refusal::Amount { amount }) }
}

fn one_tenant(postings: &[Posting]) -> Result<(), Refusal> {
    let mut tenants = postings.iter().map(|posting| &posting.account.tenant);
    let Some(first) = tenants.next() else { return Ok(()) };
    match tenants.find(|tenant| *tenant != first) {
        Some(other) => Err(Refusal::Tenants { left: first.clone(), right: other.clone() }),
        None => Ok(()),
    }
}

/// An account that stands twice could hide what a transaction does to it.
fn no_account_twice(postings: &[Posting]) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    match postings.iter().find(|posting| !seen.insert(&posting.account)) {
        Some(posting) => Err(Refusal::AccountTwice { account: posting.account.clone() }),
        None => Ok(()),
    }
}

/// Sums in `i128` cannot overflow: at most `POSTINGS_MAX` amounts of at most `AMOUNT_MINOR_MAX`.
fn balanced(postings: &[Posting]) -> Result<(), Refusal> {
    let mut sums: BTreeMap<Currency, i128> = BTreeMap::new();
    for posting in postings {
        *sums.entry(posting.account.currency).or_default() += i128::from(posting.amount_minor);
    }
    match sums.into_iter().find(|(_, sum)| *sum != 0) {
        Some((currency, off_minor)) => Err(Refusal::Unbalanced { currency, off_minor }),
        None => Ok(()),
    }
}
