//! The books: transactions taken once, never changed, and what may not happen whoever asks.

use std::collections::{BTreeMap, BTreeSet};

use crate::account::{Account, AccountKind};
use crate::apply::Invoice;
use crate::balances::Balances;
use crate::id::{Tenant, TransactionId, VoucherId};
use crate::money::Money;
use crate::refusal::Refusal;
use crate::reverse::mirrored;
use crate::transaction::{Posting, Transaction, TransactionKind};
use crate::voucher::{Voucher, issued_by, vouchers};

/// Transactions in the order they were taken, with what they come to.
///
/// Whatever is posted: books balance in every currency; a voucher is worth between zero and what it was issued
/// for; no more is paid out than is owed; nothing is reversed twice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger {
    transactions: Vec<Transaction>,
    places: BTreeMap<TransactionId, usize>,
    reversed_by: BTreeMap<TransactionId, TransactionId>,
    issued: BTreeMap<Account, Voucher>,
    names: BTreeSet<(Tenant, VoucherId)>,
    balances: Balances,
}

/// What posting did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    /// The transaction is in the books now.
    New,
    /// The very same one was there already; nothing changed.
    Already,
}

impl Ledger {
    /// The books of transactions stored earlier, in their order.
    ///
    /// # Errors
    /// The first transaction that [`post`](Self::post) refuses.
    pub fn replay(transactions: impl IntoIterator<Item = Transaction>) -> Result<Ledger, Refusal> {
        let mut ledger = Ledger::default();
        transactions.into_iter().try_for_each(|it| ledger.post(it).map(drop))?;
        Ok(ledger)
    }

    /// Takes a transaction; the same one again changes nothing.
    ///
    /// # Errors
    /// Another body under a name that was used; a reversal that is not the one mirror of its original; a voucher
    /// issued twice, used before its issue, used or overdrawn after its end, or expired before it; more paid than
    /// owed. Nothing is changed then.
    pub fn post(&mut self, transaction: Transaction) -> Result<Posted, Refusal> {
        if let Some(known) = self.transaction(transaction.id()) {
            let same = *known == transaction;
            return if same {
                Ok(Posted::Already)
            } else {
                Err(Refusal::OtherBody { id: transaction.id().clone() })
            };
        }
        self.check_reversal(&transaction)?;
        let issued = self.check_issue(&transaction)?;
        for (account, change) in Balances::of([&transaction]).iter() {
            let balance = self.balances.of_account(account).saturating_add(change);
            self.check_account(&transaction, account, balance, issued.as_ref())?;
        }
        self.take(transaction, issued);
        Ok(Posted::New)
    }

    /// Every transaction, in the order taken.
    pub fn transactions(&self) -> &[Transaction] {
        &self.transactions
    }

    /// The transaction of that name.
    pub fn transaction(&self, id: &TransactionId) -> Option<&Transaction> {
        self.places.get(id).and_then(|at| self.transactions.get(*at))
    }

    /// What reversed that transaction.
    pub fn reversed_by(&self, id: &TransactionId) -> Option<&TransactionId> {
        self.reversed_by.get(id)
    }

    /// What every account comes to.
    pub fn balances(&self) -> &Balances {
        &self.balances
    }

    /// Every voucher, by tenant and name, with what is left of it.
    pub fn vouchers(&self) -> Vec<Voucher> {
        vouchers(&self.transactions)
    }

    /// What vouchers took off an invoice.
    pub fn applied_to(&self, invoice: &Invoice) -> Money {
        let currency = invoice.amount.currency;
        let account = Account::about(&invoice.tenant, AccountKind::VoucherApplied, currency, &invoice.id);
        let minor = self.balances.of_account(&account).checked_neg().and_then(|it| i64::try_from(it).ok());
        Money::new(minor.unwrap_or_default(), currency)
    }

    fn take(&mut self, transaction: Transaction, issued: Option<Voucher>) {
        if let Some(original) = transaction.reverses() {
            self.reversed_by.insert(original.clone(), transaction.id().clone());
        }
        if let Some(voucher) = issued {
            self.names.insert((voucher.tenant.clone(), voucher.id.clone()));
            self.issued.insert(voucher.account(), voucher);
        }
        self.balances.add(&transaction);
        self.places.insert(transaction.id().clone(), self.transactions.len());
        self.transactions.push(transaction);
    }

    fn check_reversal(&self, transaction: &Transaction) -> Result<(), Refusal> {
        let Some(id) = transaction.reverses() else { return Ok(()) };
        let id = id.clone();
        let Some(original) = self.transaction(&id) else { return Err(Refusal::UnknownTransaction { id }) };
        if original.reverses().is_some() {
            return Err(Refusal::ReversalOfReversal { id });
        }
        if let Some(by) = self.reversed_by(&id) {
            return Err(Refusal::ReversedBefore { id, by: by.clone() });
        }
        let mirror: Vec<Posting> = original.postings().iter().map(mirrored).collect();
        if mirror == transaction.postings() { Ok(()) } else { Err(Refusal::NotMirrored { id }) }
    }

    /// The voucher a transaction issues, unless its name is taken.
    fn check_issue(&self, transaction: &Transaction) -> Result<Option<Voucher>, Refusal> {
        let TransactionKind::IssueVoucher { voucher, expires_at, .. } = transaction.kind() else {
            return Ok(None);
        };
        let at = transaction.at();
        if let Some(end) = expires_at.filter(|end| *end <= at) {
            return Err(Refusal::ExpiryBeforeIssue { at, expires_at: end });
        }
        let Some(issued) = issued_by(transaction) else {
            return Err(Refusal::UnknownVoucher { voucher: voucher.to_string() });
        };
        issued.original.positive()?;
        let taken = self.names.contains(&(issued.tenant.clone(), voucher.clone()));
        if taken { Err(Refusal::VoucherTaken { voucher: voucher.clone() }) } else { Ok(Some(issued)) }
    }

    /// Whether an account may come to that balance by this transaction.
    fn check_account(
        &self,
        transaction: &Transaction,
        account: &Account,
        balance: i128,
        issued: Option<&Voucher>,
    ) -> Result<(), Refusal> {
        let too_much = match account.kind {
            AccountKind::VoucherBalance => {
                let issued = issued.filter(|it| it.account() == *account);
                let Some(voucher) = issued.or_else(|| self.issued.get(account)) else {
                    return Err(Refusal::UnknownVoucher { voucher: account.subject.clone() });
                };
                check_worth(voucher, balance)?;
                return check_time(voucher, transaction);
            }
            AccountKind::PayableCash => balance > 0,
            AccountKind::UpstreamReceivable => balance < 0,
            _ => false,
        };
        if too_much { Err(Refusal::MoreThanOwed { account: account.clone() }) } else { Ok(()) }
    }
}

fn check_worth(voucher: &Voucher, balance: i128) -> Result<(), Refusal> {
    let (remaining_minor, original) = (balance.saturating_neg(), voucher.original);
    if (0..=i128::from(original.minor)).contains(&remaining_minor) {
        return Ok(());
    }
    Err(Refusal::VoucherOverdrawn { voucher: voucher.id.clone(), remaining_minor, original })
}

/// A voucher is used in `[issued_at, expires_at)` and expired from `expires_at` on. Undoing has no such limit.
fn check_time(voucher: &Voucher, transaction: &Transaction) -> Result<(), Refusal> {
    let at = transaction.at();
    let id = voucher.id.clone();
    match (transaction.kind(), voucher.expires_at) {
        (TransactionKind::Reversal, _) => Ok(()),
        _ if at < voucher.issued_at => {
            Err(Refusal::VoucherNotIssuedYet { voucher: id, issued_at: voucher.issued_at })
        }
        (TransactionKind::ExpireVoucher { .. }, expires_at) if !voucher.has_expired(at) => {
            Err(Refusal::NotExpired { voucher: id, expires_at })
        }
        (TransactionKind::ExpireVoucher { .. }, _) => Ok(()),
        (_, Some(expires_at)) if expires_at <= at => Err(Refusal::VoucherExpired { voucher: id, expires_at }),
        _ => Ok(()),
    }
}
