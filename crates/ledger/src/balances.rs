//! What every account comes to.

use std::collections::BTreeMap;

use quantity::Currency;

use crate::account::Account;
use crate::transaction::Transaction;

/// Sums of postings by account; accounts at zero are not kept, so equal books are equal values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Balances(BTreeMap<Account, i128>);

impl Balances {
    /// The balances after these transactions; their order does not matter.
    pub fn of<'t>(transactions: impl IntoIterator<Item = &'t Transaction>) -> Balances {
        let mut balances = Balances::default();
        transactions.into_iter().for_each(|it| balances.add(it));
        balances
    }

    /// Adds one more transaction. `i128` holds more postings than any disk.
    pub fn add(&mut self, transaction: &Transaction) {
        for posting in transaction.postings() {
            let sum = self.of_account(&posting.account).saturating_add(i128::from(posting.amount_minor));
            if sum == 0 {
                self.0.remove(&posting.account);
            } else {
                self.0.insert(posting.account.clone(), sum);
            }
        }
    }

    /// Minor units on one account: debit positive.
    pub fn of_account(&self, account: &Account) -> i128 {
        self.0.get(account).copied().unwrap_or_default()
    }

    /// Every account that is not at zero, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Account, i128)> {
        self.0.iter().map(|(account, sum)| (account, *sum))
    }
}

/// The sum of all accounts by currency: zero for each, or the books are broken.
pub fn trial_balance(balances: &Balances) -> BTreeMap<Currency, i128> {
    let mut sums = BTreeMap::new();
    for (account, sum) in balances.iter() {
        let total: &mut i128 = sums.entry(account.currency).or_default();
        *total = total.saturating_add(sum);
    }
    sums
}
