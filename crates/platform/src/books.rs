//! The ledger: transactions that are taken once and never changed, beside the balance of every account.
//!
//! Only typed operations post ([`crate::vouchers`], [`crate::claims`]); nobody posts by hand, and a mistake is undone by a
//! new transaction. What may not happen whoever asks is checked here against the balances after the posting.

mod kept;
mod rules;
mod views;

use std::collections::BTreeMap;

use ledger::{AccountKind, Transaction};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::{Fault, Row, Tx, Value, values};

use crate::audit::{self, Entry};
use crate::money::Money;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal, RefusalKind};

pub(crate) use kept::{between, find};
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

const TRANSACTION: [&str; 9] =
    ["tenant_id", "id", "at", "kind", "memo", "reverses", "entitlement_id", "act", "body"];
const POSTING: [&str; 6] = ["tenant_id", "transaction_id", "line", "account", "currency", "amount"];
const ADD_ONE: &str =
    "INSERT INTO ledger_account (tenant_id, account, currency, debits, credits) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (tenant_id, account, currency) DO UPDATE SET
    debits = ledger_account.debits + excluded.debits, credits = ledger_account.credits + excluded.credits
  RETURNING account, currency, debits, credits";
const ADD_TWO: &str = "INSERT INTO ledger_account (tenant_id, account, currency, debits, credits)
  VALUES ($1, $2, $3, $4, $5), ($1, $6, $7, $8, $9)
  ON CONFLICT (tenant_id, account, currency) DO UPDATE SET
    debits = ledger_account.debits + excluded.debits, credits = ledger_account.credits + excluded.credits
  RETURNING account, currency, debits, credits";

/// Posts a transaction of one tenant with its audit entry, in six statements when it has two postings and no voucher is used.
pub fn post_single(tx: &mut Tx<'_>, who: &Principal, transaction: &Transaction) -> Result<(), Failure> {
    post(tx, who, Act { transaction, name: None, entitlement: None }).map(|_| ())
}

/// Posts many transactions of one tenant, with one audit entry that holds their number and the SHA-256 over all of them.
pub fn post_many(tx: &mut Tx<'_>, who: &Principal, transactions: &[Transaction]) -> Result<(), Failure> {
    let Some(tenant) = transactions.first().and_then(Transaction::tenant).cloned() else { return Ok(()) };
    let mut digest = Sha256::new();
    let (mut rows, mut postings, mut changes) = (Vec::new(), Vec::new(), Changes::new());
    for it in transactions {
        if it.tenant() != Some(&tenant) {
            return Err(Fault::broken("transactions of two tenants in one batch").into());
        }
        let row = transaction_row(tenant.as_str(), Act { transaction: it, name: None, entitlement: None });
        let lines = posting_rows(tenant.as_str(), it);
        row.iter().chain(lines.iter().flatten()).for_each(|it| digest_value(&mut digest, it));
        rows.push(row);
        postings.extend(lines);
        add_changes(&mut changes, it);
    }
    let count = u64::try_from(transactions.len()).unwrap_or(u64::MAX);
    if tx.insert_many("ledger_transaction", &TRANSACTION, &rows)? != count {
        return Err(Fault::Duplicate("a transaction of the batch is in the books already".to_owned()).into());
    }
    tx.insert_many("ledger_posting", &POSTING, &postings)?;
    let balances = add(tx, tenant.as_str(), &changes)?;
    rules::check(tx, tenant.as_str(), transactions, &balances)?;
    let entry = Entry {
        action: "ledger.batch_posted",
        subject: transactions.first().map(|it| it.id().to_string()).unwrap_or_default(),
        new: json!({ "transactions": count, "sha256": settle::hex(&digest.finalize()) }),
        ..Entry::default()
    };
    audit::append(tx, who, tenant.as_str(), entry)?;
    Ok(())
}

/// Posts a transaction, once for each act.
pub(crate) fn post(tx: &mut Tx<'_>, who: &Principal, act: Act<'_>) -> Result<Posted, Failure> {
    let it = act.transaction;
    let Some(tenant) = it.tenant().cloned() else {
        return Err(Fault::broken("a transaction of nobody").into());
    };
    let tenant = tenant.as_str();
    if tx.insert_many("ledger_transaction", &TRANSACTION, &[transaction_row(tenant, act)])? == 0 {
        return Ok(Posted::Already);
    }
    tx.insert_many("ledger_posting", &POSTING, &posting_rows(tenant, it))?;
    let mut changes = Changes::new();
    add_changes(&mut changes, it);
    let balances = add(tx, tenant, &changes)?;
    rules::check(tx, tenant, std::slice::from_ref(it), &balances)?;
    let lines: Vec<_> = it
        .postings()
        .iter()
        .map(|line| {
            let amount = Money::new(line.amount_minor, line.account.currency);
            json!({ "account": account_text(line.account.kind, &line.account.subject), "amount": amount })
        })
        .collect();
    let new = json!({ "kind": it.kind().word(), "about": it.kind().about(), "postings": lines,
        "reverses": it.reverses().map(ToString::to_string) });
    let reason = Some(it.memo().to_owned()).filter(|it| !it.is_empty());
    let entry =
        Entry { action: "ledger.posted", subject: it.id().to_string(), new, reason, ..Entry::default() };
    audit::append(tx, who, tenant, entry)?;
    Ok(Posted::New)
}

/// Debits and credits by account and currency.
type Changes = BTreeMap<(String, String), (i64, i64)>;

/// What accounts come to: minor units, debit positive.
pub(crate) type Balances = BTreeMap<(String, String), i64>;

/// `kind:subject`, as accounts are kept.
pub(crate) fn account_text(kind: AccountKind, subject: &str) -> String {
    format!("{}:{subject}", kind.word())
}

fn transaction_row(tenant: &str, act: Act<'_>) -> Vec<Value> {
    let it = act.transaction;
    values![
        tenant,
        it.id().as_str(),
        it.at(),
        it.kind().word(),
        it.memo(),
        it.reverses().map(|it| it.as_str().to_owned()),
        act.entitlement,
        act.name,
        kept::body(it.kind()),
    ]
    .to_vec()
}

fn posting_rows(tenant: &str, it: &Transaction) -> Vec<Vec<Value>> {
    let lines = it.postings().iter().zip(1_i64..);
    let row = |(posting, line): (&ledger::Posting, i64)| {
        let account = account_text(posting.account.kind, &posting.account.subject);
        values![
            tenant,
            it.id().as_str(),
            line,
            account,
            posting.account.currency.code(),
            posting.amount_minor
        ]
        .to_vec()
    };
    lines.map(row).collect()
}

/// Amounts are bounded and a batch is too, so that sums fit.
fn add_changes(changes: &mut Changes, it: &Transaction) {
    for posting in it.postings() {
        let account = account_text(posting.account.kind, &posting.account.subject);
        let key = (account, posting.account.currency.code().to_owned());
        let change = changes.entry(key).or_default();
        change.0 = change.0.saturating_add(posting.amount_minor.max(0));
        change.1 = change.1.saturating_add(posting.amount_minor.min(0).saturating_neg());
    }
}

/// Adds to the accounts; what they come to.
fn add(tx: &mut Tx<'_>, tenant: &str, changes: &Changes) -> Result<Balances, Fault> {
    let mut balances = Balances::new();
    let mut all = changes.iter();
    if changes.len() == 2
        && let (Some((a, x)), Some((b, y))) = (all.next(), all.next())
    {
        let rows = tx.rows(ADD_TWO, values![tenant, &a.0, &a.1, x.0, x.1, &b.0, &b.1, y.0, y.1])?;
        rows.iter().try_for_each(|it| balance(&mut balances, it))?;
        return Ok(balances);
    }
    for (account, change) in changes {
        let rows = tx.rows(ADD_ONE, values![tenant, &account.0, &account.1, change.0, change.1])?;
        rows.iter().try_for_each(|it| balance(&mut balances, it))?;
    }
    Ok(balances)
}

fn balance(balances: &mut Balances, row: &Row) -> Result<(), Fault> {
    let (debits, credits): (i64, i64) = (row.get(2)?, row.get(3)?);
    let balance = debits.checked_sub(credits).ok_or_else(|| Fault::broken("a balance beyond all measure"))?;
    balances.insert((row.get(0)?, row.get(1)?), balance);
    Ok(())
}

fn digest_value(digest: &mut Sha256, it: &Value) {
    match it {
        Value::Null => digest.update([0]),
        Value::Int(it) => digest.update(it.to_be_bytes()),
        Value::Text(it) => {
            digest.update(it.len().to_be_bytes());
            digest.update(it);
        }
        Value::Bytes(it) => {
            digest.update(it.len().to_be_bytes());
            digest.update(it);
        }
    }
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
