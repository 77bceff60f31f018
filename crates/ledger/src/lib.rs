//! Double-entry books of credits and vouchers: what is owed, what was used, what expired, what was taken back.
//!
//! Amounts are whole minor units. A [`Transaction`] balances in every currency or does not exist; the [`Ledger`]
//! accepts one once, and nothing in it is ever changed: a mistake is [reversed](reverse) by a new transaction.
//! What a voucher is still worth is derived from postings and stored nowhere.
//!
//! ```
//! use ledger::{Grant, Ledger, Money, Tenant, TransactionId, VoucherId, apply_vouchers, issue_voucher};
//! use quantity::Currency;
//! use timeline::Instant;
//!
//! let cny = Currency::parse("CNY").unwrap();
//! let grant = Grant {
//!     id: TransactionId::new("t1"),
//!     at: Instant::EPOCH,
//!     tenant: Tenant::new("acme"),
//!     amount: Money::new(30_000, cny),
//!     source: "claim 7".to_owned(),
//!     memo: "October".to_owned(),
//! };
//! let mut books = Ledger::default();
//! books.post(issue_voucher(grant, VoucherId::new("v1"), None).unwrap()).unwrap();
//! assert_eq!(books.vouchers()[0].remaining, Money::new(30_000, cny));
//! ```

mod account;
mod apply;
mod balances;
mod cap;
mod cell;
mod delta;
mod export;
mod id;
mod issue;
mod ledger;
mod money;
mod refusal;
mod reverse;
mod transaction;
mod voucher;

pub use account::{Account, AccountKind};
pub use apply::{Application, Invoice, apply_vouchers, expire_voucher};
pub use balances::{Balances, trial_balance};
pub use cap::within_due;
pub use cell::{csv_cell, csv_restored};
pub use delta::{Delta, NewVoucher, delta_credit};
pub use export::{BillingRow, billing_rows};
pub use id::{Tenant, TransactionId, VoucherId};
pub use issue::{
    Grant, expect_upstream_credit, issue_payment, issue_voucher, pay_out, receive_upstream_credit,
};
pub use ledger::{Ledger, Posted};
pub use money::{AMOUNT_MINOR_MAX, Money};
pub use refusal::Refusal;
pub use reverse::reverse;
pub use transaction::{Draft, POSTINGS_MAX, Posting, Transaction, TransactionKind};
pub use voucher::{Voucher, in_order_of_use, vouchers};
