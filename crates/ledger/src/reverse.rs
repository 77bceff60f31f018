//! Undoing a transaction by a new one.

use timeline::Instant;

use crate::id::TransactionId;
use crate::refusal::Refusal;
use crate::transaction::{Draft, Posting, Transaction, TransactionKind};

/// The transaction that undoes `original`: the same accounts, every amount with the other sign. Posting it twice,
/// or two of them for one original, is refused by the [ledger](crate::Ledger).
///
/// # Errors
/// A reversal is not reversed: the act is done again instead, so that a chain of undoing never has to be read.
pub fn reverse(
    id: TransactionId,
    at: Instant,
    memo: String,
    original: &Transaction,
) -> Result<Transaction, Refusal> {
    if original.reverses().is_some() {
        return Err(Refusal::ReversalOfReversal { id: original.id().clone() });
    }
    let postings = original.postings().iter().map(mirrored).collect();
    let reverses = Some(original.id().clone());
    Transaction::new(Draft { id, at, kind: TransactionKind::Reversal, memo, postings, reverses })
}

/// Amounts are bounded well inside `i64`, so the sign can always be turned.
pub(crate) fn mirrored(posting: &Posting) -> Posting {
    Posting { account: posting.account.clone(), amount_minor: posting.amount_minor.saturating_neg() }
}
