//! The journal as rows for billing: one row a posting.

use quantity::Currency;
use timeline::Instant;

use crate::account::AccountKind;
use crate::id::{Tenant, TransactionId};
use crate::transaction::Transaction;

/// One posting, with what its transaction says. Texts may come from outside: write them with
/// [`csv_cell`](crate::csv_cell).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillingRow {
    /// The transaction.
    pub transaction: TransactionId,
    /// Its posting, counted from 1.
    pub line: usize,
    /// When.
    pub at: Instant,
    /// What the transaction is for: [`TransactionKind::word`](crate::TransactionKind::word).
    pub kind: &'static str,
    /// What it is about: a voucher, a claim, an invoice, a statement.
    pub about: String,
    /// Whose books.
    pub tenant: Tenant,
    /// Which kind of account.
    pub account: AccountKind,
    /// The account's subject.
    pub subject: String,
    /// The currency of both amounts.
    pub currency: Currency,
    /// Minor units debited, or zero.
    pub debit_minor: i64,
    /// Minor units credited, or zero.
    pub credit_minor: i64,
    /// The transaction it undoes.
    pub reverses: Option<TransactionId>,
    /// Words for a person.
    pub memo: String,
}

impl BillingRow {
    /// The names of the columns, in the order of the fields.
    pub const COLUMNS: [&'static str; 13] = [
        "transaction",
        "line",
        "at",
        "kind",
        "about",
        "tenant",
        "account",
        "subject",
        "currency",
        "debit_minor",
        "credit_minor",
        "reverses",
        "memo",
    ];
}

/// The rows of these transactions, in their order.
pub fn billing_rows<'t>(transactions: impl IntoIterator<Item = &'t Transaction>) -> Vec<BillingRow> {
    transactions.into_iter().flat_map(rows_of).collect()
}

fn rows_of(transaction: &Transaction) -> impl Iterator<Item = BillingRow> {
    let row = |(index, posting): (usize, &crate::transaction::Posting)| BillingRow {
        transaction: transaction.id().clone(),
        line: index + 1,
        at: transaction.at(),
        kind: transaction.kind().word(),
        about: transaction.kind().about().to_owned(),
        tenant: posting.account.tenant.clone(),
        account: posting.account.kind,
        subject: posting.account.subject.clone(),
        currency: posting.account.currency,
        debit_minor: posting.amount_minor.max(0),
        credit_minor: posting.amount_minor.min(0).saturating_neg(),
        reverses: transaction.reverses().cloned(),
        memo: transaction.memo().to_owned(),
    };
    transaction.postings().iter().enumerate().map(row)
}
