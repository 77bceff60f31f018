//! Vouchers, as the postings tell.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use timeline::Instant;

use crate::account::{Account, AccountKind};
use crate::balances::Balances;
use crate::id::{Tenant, VoucherId};
use crate::money::Money;
use crate::transaction::{Transaction, TransactionKind};

/// A credit that buys service. It is derived, never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voucher {
    /// Its name.
    pub id: VoucherId,
    /// Whose.
    pub tenant: Tenant,
    /// What it was worth when issued.
    pub original: Money,
    /// What it is worth now: between zero and the original.
    pub remaining: Money,
    /// Since when.
    pub issued_at: Instant,
    /// Until when, exclusive; for ever when absent.
    pub expires_at: Option<Instant>,
    /// The claim or statement it was given for.
    pub source: String,
}

impl Voucher {
    /// Whether it buys anything at that instant.
    pub fn is_usable(&self, at: Instant) -> bool {
        self.remaining.minor > 0 && self.issued_at <= at && !self.has_expired(at)
    }

    /// Whether its time is over.
    pub fn has_expired(&self, at: Instant) -> bool {
        self.expires_at.is_some_and(|end| end <= at)
    }

    /// The account that holds what it is worth.
    pub fn account(&self) -> Account {
        Account::voucher(&self.tenant, self.original.currency, &self.id)
    }
}

/// Every voucher issued by these transactions, by tenant and name, with what the same transactions left of it.
pub fn vouchers<'t>(transactions: impl IntoIterator<Item = &'t Transaction>) -> Vec<Voucher> {
    let mut balances = Balances::default();
    let mut issued = BTreeMap::new();
    for transaction in transactions {
        balances.add(transaction);
        if let Some(voucher) = issued_by(transaction) {
            issued.insert((voucher.tenant.clone(), voucher.id.clone()), voucher);
        }
    }
    issued.into_values().map(|voucher| with_remaining(voucher, &balances)).collect()
}

/// The order in which vouchers are used: the earliest expiry first, those without expiry last; among equals the
/// oldest first, then by name.
pub fn in_order_of_use(left: &Voucher, right: &Voucher) -> Ordering {
    let key = |it: &Voucher| (it.expires_at.unwrap_or(Instant::MAX), it.issued_at);
    key(left).cmp(&key(right)).then_with(|| left.id.cmp(&right.id))
}

/// Takes `amount` from the tenant's usable vouchers in their order of use: which, and how much of each, never zero.
/// A voucher listed twice is drawn on once.
pub(crate) fn drawn(
    at: Instant,
    tenant: &Tenant,
    amount: Money,
    vouchers: &[Voucher],
) -> Vec<(Voucher, Money)> {
    let fits =
        |it: &&Voucher| it.is_usable(at) && it.tenant == *tenant && it.remaining.currency == amount.currency;
    let usable: BTreeMap<&VoucherId, &Voucher> =
        vouchers.iter().filter(fits).map(|it| (&it.id, it)).collect();
    let mut usable: Vec<&Voucher> = usable.into_values().collect();
    usable.sort_by(|left, right| in_order_of_use(left, right));
    let mut left = amount.minor;
    let mut drawn = Vec::new();
    for voucher in usable {
        let part = voucher.remaining.minor.min(left);
        if part > 0 {
            drawn.push((voucher.clone(), Money::new(part, amount.currency)));
            left -= part;
        }
    }
    drawn
}

pub(crate) fn issued_by(transaction: &Transaction) -> Option<Voucher> {
    let TransactionKind::IssueVoucher { voucher, source, expires_at } = transaction.kind() else {
        return None;
    };
    let is_worth = |account: &Account| {
        account.kind == AccountKind::VoucherBalance && account.subject == voucher.as_str()
    };
    let posting = transaction.postings().iter().find(|posting| is_worth(&posting.account))?;
    let worth = Money::new(posting.amount_minor.checked_neg()?, posting.account.currency);
    Some(Voucher {
        id: voucher.clone(),
        tenant: posting.account.tenant.clone(),
        original: worth,
        remaining: worth,
        issued_at: transaction.at(),
        expires_at: *expires_at,
        source: source.clone(),
    })
}

fn with_remaining(voucher: Voucher, balances: &Balances) -> Voucher {
    let worth = balances.of_account(&voucher.account()).checked_neg();
    let minor = worth.and_then(|it| i64::try_from(it).ok()).unwrap_or_default();
    Voucher { remaining: Money::new(minor, voucher.original.currency), ..voucher }
}
