//! Values the tests share.

use ledger::{
    Account, AccountKind, Draft, Grant, Invoice, Money, Posting, Tenant, Transaction, TransactionId,
    TransactionKind, VoucherId, issue_voucher,
};
use quantity::Currency;
use timeline::Instant;

pub(crate) fn cny() -> Currency {
    Currency::parse("CNY").unwrap()
}

pub(crate) fn money(minor: i64) -> Money {
    Money::new(minor, cny())
}

pub(crate) fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::parse("USD").unwrap())
}

pub(crate) fn day(day: i64) -> Instant {
    Instant::from_seconds(day * 86_400).unwrap()
}

pub(crate) fn id(name: &str) -> TransactionId {
    TransactionId::new(name)
}

pub(crate) fn tenant() -> Tenant {
    Tenant::new("acme")
}

pub(crate) fn grant(name: &str, on: i64, amount: Money) -> Grant {
    Grant {
        id: id(name),
        at: day(on),
        tenant: tenant(),
        amount,
        source: "claim 7".to_owned(),
        memo: String::new(),
    }
}

/// A voucher `v` issued by the transaction `issue v`.
pub(crate) fn voucher(name: &str, on: i64, amount: Money, expires_on: Option<i64>) -> Transaction {
    issue_voucher(grant(&format!("issue {name}"), on, amount), VoucherId::new(name), expires_on.map(day))
        .unwrap()
}

pub(crate) fn invoice(name: &str, amount: Money) -> Invoice {
    Invoice { id: name.to_owned(), tenant: tenant(), amount }
}

pub(crate) fn account(kind: AccountKind, subject: &str) -> Account {
    Account::about(&tenant(), kind, cny(), subject)
}

pub(crate) fn posting(kind: AccountKind, subject: &str, amount_minor: i64) -> Posting {
    Posting { account: account(kind, subject), amount_minor }
}

pub(crate) fn draft(name: &str, postings: Vec<Posting>) -> Draft {
    let kind = TransactionKind::IssuePayment { source: "claim 7".to_owned() };
    Draft { id: id(name), at: day(1), kind, memo: String::new(), postings, reverses: None }
}
