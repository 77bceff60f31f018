//! The ledger: transactions that are taken once and never changed, beside the balance of every account.
//!
//! Only typed operations post ([`crate::vouchers`], [`crate::claims`]); nobody posts by hand, and a mistake is undone by a
//! new transaction. What may not happen whoever asks is checked here against the balances after the posting.

mod batch;
mod desk;
mod kept;
mod rules;
mod views;

use std::collections::BTreeMap;

use ledger::{Account, AccountKind, Transaction};
use serde_json::json;
use store::{Fault, Tx, Value, values};

use crate::audit::{self, Entry};
use crate::money::Money;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal, RefusalKind};

pub use batch::{Batch, post_batch};
pub(crate) use desk::post_waiting;
pub use desk::{Desk, Waiting, submit};
pub(crate) use kept::{account_parts, between, find, kind_of, lines_of, on_account};
pub(crate) use views::view as shown;
pub use views::{
    AccountView, CurrencyTotal, PostingView, TransactionView, TrialBalance, accounts, get, list,
    trial_balance,
};

/// A transaction on its way into the books.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Act<'a> {
    /// What is posted.
    pub(crate) transaction: &'a Transaction,
    /// What it does, so that it is done once: `claim:clm_…`.
    pub(crate) name: Option<&'a str>,
    /// The entitlement it gives, or takes from.
    pub(crate) entitlement: Option<&'a str>,
}

/// Whether a posting was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Posted {
    /// It is in the books now.
    New,
    /// The same act was done before; nothing changed.
    Already,
}

const TRANSACTION: [&str; 10] =
    ["tenant_id", "id", "at", "kind", "memo", "reverses", "entitlement_id", "act", "body", "postings"];
const ACCOUNT: [&str; 5] = ["tenant_id", "account", "currency", "debits", "credits"];
const ADD: &str = "(tenant_id, account, currency) DO UPDATE SET
  debits = ledger_account.debits + excluded.debits, credits = ledger_account.credits + excluded.credits";

/// Posts a transaction of one tenant, with its audit entry.
pub fn post_single(tx: &mut Tx<'_>, who: &Principal, transaction: &Transaction) -> Result<(), Failure> {
    post(tx, who, Act { transaction, name: None, entitlement: None }).map(|_| ())
}

/// Posts a transaction, once for each act.
pub(crate) fn post(tx: &mut Tx<'_>, who: &Principal, act: Act<'_>) -> Result<Posted, Failure> {
    let it = act.transaction;
    let tenant = tenant_of(it)?;
    let lines = lines(it);
    if !enter(tx, tenant, &[it], &[row(tenant, act)], &account_rows(tenant, lines.iter()))? {
        return Ok(Posted::Already);
    }
    audit::append(tx, who, tenant, entry(it))?;
    Ok(Posted::New)
}

/// What the audit log says of a transaction.
fn entry(it: &Transaction) -> Entry {
    let lines = it.postings().iter().map(|line| {
        let amount = Money::new(line.amount_minor, line.account.currency);
        json!({ "account": account_text(line.account.kind, &line.account.subject), "amount": amount })
    });
    let new = json!({ "kind": it.kind().word(), "about": it.kind().about(), "postings": lines.collect::<Vec<_>>(),
        "reverses": it.reverses().map(ToString::to_string) });
    let reason = Some(it.memo().to_owned()).filter(|it| !it.is_empty());
    Entry { action: "ledger.posted", subject: it.id().to_string(), new, reason, ..Entry::default() }
}

/// Enters transactions of a tenant into the books, given their rows and those of the accounts with what is added to each; false
/// when one of them is there already, and some may have been entered.
fn enter<R: AsRef<[Value]>>(
    tx: &mut Tx<'_>,
    tenant: &str,
    transactions: &[&Transaction],
    rows: &[R],
    accounts: &[Vec<Value>],
) -> Result<bool, Failure> {
    if u64::try_from(rows.len()) != Ok(tx.insert_many("ledger_transaction", &TRANSACTION, rows)?) {
        return Ok(false);
    }
    tx.merge_many("ledger_account", &ACCOUNT, accounts, ADD)?;
    for it in transactions {
        rules::check(tx, tenant, it)?;
    }
    Ok(true)
}

fn tenant_of(it: &Transaction) -> Result<&str, Fault> {
    it.tenant().map(ledger::Tenant::as_str).ok_or_else(|| Fault::broken("a transaction of nobody"))
}

/// `kind:subject`, as accounts are kept.
pub(crate) fn account_text(kind: AccountKind, subject: &str) -> String {
    [kind.word(), ":", subject].concat()
}

fn row(tenant: &str, act: Act<'_>) -> Vec<Value> {
    let it = act.transaction;
    vec![
        tenant.into(),
        it.id().as_str().into(),
        it.at().into(),
        it.kind().word().into(),
        it.memo().into(),
        it.reverses().map(|it| it.as_str().to_owned()).into(),
        act.entitlement.into(),
        act.name.into(),
        kept::body(it.kind()).into(),
        kept::lines(it.postings()).into(),
    ]
}

/// A posting: its account, its currency, minor units with debit positive.
type Line = (String, &'static str, i64);

fn lines(it: &Transaction) -> Vec<Line> {
    let line = |it: &ledger::Posting| {
        let account = &it.account;
        (account_text(account.kind, &account.subject), account.currency.code(), it.amount_minor)
    };
    it.postings().iter().map(line).collect()
}

/// What is added to the accounts, each once. Amounts are bounded and a batch is too, so that sums fit.
fn account_rows<'a>(tenant: &str, lines: impl Iterator<Item = &'a Line>) -> Vec<Vec<Value>> {
    let mut changes: BTreeMap<(&str, &str), (i64, i64)> = BTreeMap::new();
    for (account, currency, amount) in lines {
        let change = changes.entry((account, currency)).or_default();
        change.0 = change.0.saturating_add((*amount).max(0));
        change.1 = change.1.saturating_add((*amount).min(0).saturating_neg());
    }
    let row = |((account, currency), (debits, credits)): ((&str, &str), (i64, i64))| {
        vec![tenant.into(), account.into(), currency.into(), debits.into(), credits.into()]
    };
    changes.into_iter().map(row).collect()
}

/// What an account comes to: minor units, debit positive.
pub(crate) fn balance(tx: &mut Tx<'_>, tenant: &str, account: &Account) -> Result<i64, Fault> {
    let name = account_text(account.kind, &account.subject);
    let row = tx.row(
        "SELECT debits, credits FROM ledger_account WHERE tenant_id = $1 AND account = $2 AND currency = $3",
        values![tenant, name, account.currency.code()],
    )?;
    let Some(row) = row else { return Ok(0) };
    let (debits, credits): (i64, i64) = (row.get(0)?, row.get(1)?);
    debits.checked_sub(credits).ok_or_else(|| Fault::broken("a balance beyond all measure"))
}

impl From<ledger::Refusal> for Failure {
    fn from(it: ledger::Refusal) -> Self {
        use ledger::Refusal as R;
        let kind = match &it {
            R::Amount { .. }
            | R::Currencies { .. }
            | R::ExpiryBeforeIssue { .. }
            | R::PostingCount { .. } => RefusalKind::Invalid,
            _ => RefusalKind::UnfitState,
        };
        let text = it.message();
        Refusal::new(kind, format!("{}: {}", it.code(), text.en), format!("{}：{}", it.code(), text.zh))
            .into()
    }
}

impl From<ledger::Money> for Money {
    fn from(it: ledger::Money) -> Self {
        Self::new(it.minor, it.currency)
    }
}

impl From<Money> for ledger::Money {
    fn from(it: Money) -> Self {
        Self::new(it.minor, it.currency)
    }
}
