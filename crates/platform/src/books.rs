//! The ledger: transactions that are taken once and never changed, beside the balance of every account.
//!
//! Only typed operations post ([`crate::vouchers`], [`crate::claims`]); nobody posts by hand, and a mistake is undone by a
//! new transaction. What may not happen whoever asks is checked here against the balances after the posting.

mod kept;
mod rules;
mod views;

use std::collections::{BTreeMap, BTreeSet};

use ledger::{Account, AccountKind, Transaction};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::{Fault, Together, Tx, Value, values};

use crate::audit::{self, Entry};
use crate::money::Money;
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal, RefusalKind};

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

/// A transaction that waits to be posted, and who posts it.
pub type Posting = (Principal, Transaction);

/// Where transactions that nothing else goes with wait for each other.
pub type Desk = Together<Posting, (), Failure>;

/// Posts a transaction of one tenant, with its audit entry.
pub fn post_single(tx: &mut Tx<'_>, who: &Principal, transaction: &Transaction) -> Result<(), Failure> {
    post(tx, who, Act { transaction, name: None, entitlement: None }).map(|_| ())
}

/// Posts a transaction of one tenant, with its audit entry, in a write that it shares with all others that wait to be posted.
/// `done` is called when it is durable, or refused; from the writing thread, so it must be quick.
pub fn submit(
    platform: &Platform,
    who: Principal,
    transaction: Transaction,
    done: impl FnOnce(Result<(), Failure>) + Send + 'static,
) {
    platform.store.submit_together(&platform.desk, (who, transaction), done);
}

/// The work of [`Desk`]: what [`post_single`] would do with each.
pub(crate) fn post_waiting(tx: &mut Tx<'_>, waiting: &[Posting]) -> Result<Vec<()>, Failure> {
    let acts = waiting.iter().map(|it| (&it.0, Act { transaction: &it.1, name: None, entitlement: None }));
    let mut of_tenant: BTreeMap<&str, Vec<(&Principal, Act<'_>)>> = BTreeMap::new();
    for (who, act) in acts {
        of_tenant.entry(tenant_of(act.transaction)?).or_default().push((who, act));
    }
    for (tenant, acts) in of_tenant {
        no_rule_twice(&acts)?;
        if !enter_books(tx, tenant, &acts)? {
            match acts.as_slice() {
                // Posted before: nothing changes, and nobody is told otherwise.
                [_] => continue,
                _ => return Err(Fault::Duplicate("one of them is in the books already".to_owned()).into()),
            }
        }
        let entries = acts.iter().map(|(who, act)| (*who, entry(act.transaction))).collect();
        audit::append_of_many(tx, tenant, entries)?;
    }
    Ok(vec![(); waiting.len()])
}

/// Posts many transactions of one tenant, with one audit entry that holds their number and the SHA-256 over all of them.
pub fn post_many(tx: &mut Tx<'_>, who: &Principal, transactions: &[Transaction]) -> Result<(), Failure> {
    let Some(first) = transactions.first() else { return Ok(()) };
    let tenant = tenant_of(first)?;
    if transactions.iter().any(|it| it.tenant() != first.tenant()) {
        return Err(Fault::broken("transactions of two tenants in one batch").into());
    }
    let act = |transaction| (who, Act { transaction, name: None, entitlement: None });
    let acts: Vec<_> = transactions.iter().map(act).collect();
    let rows = transaction_rows(tenant, &acts);
    let mut digest = Sha256::new();
    rows.iter().flatten().for_each(|it| digest_value(&mut digest, it));
    if !enter_rows(tx, tenant, &acts, &rows)? {
        return Err(Fault::Duplicate("a transaction of the batch is in the books already".to_owned()).into());
    }
    let entry = Entry {
        action: "ledger.batch_posted",
        subject: first.id().to_string(),
        new: json!({ "transactions": transactions.len(), "sha256": settle::hex(&digest.finalize()) }),
        ..Entry::default()
    };
    audit::append(tx, who, tenant, entry)?;
    Ok(())
}

/// Posts a transaction, once for each act.
pub(crate) fn post(tx: &mut Tx<'_>, who: &Principal, act: Act<'_>) -> Result<Posted, Failure> {
    let tenant = tenant_of(act.transaction)?;
    if !enter_books(tx, tenant, &[(who, act)])? {
        return Ok(Posted::Already);
    }
    audit::append(tx, who, tenant, entry(act.transaction))?;
    Ok(Posted::New)
}

/// Rules look at what an account comes to after a transaction; two that touch one such account are posted one after the other.
fn no_rule_twice(acts: &[(&Principal, Act<'_>)]) -> Result<(), Fault> {
    let mut seen = BTreeSet::new();
    let accounts = acts.iter().flat_map(|it| it.1.transaction.postings()).map(|it| &it.account);
    for account in accounts.filter(|it| rules::has_rule(it.kind)) {
        if !seen.insert(account) {
            return Err(Fault::Duplicate("two that a rule looks at".to_owned()));
        }
    }
    Ok(())
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

/// Enters transactions of a tenant into the books; false when one of them is there already, and some may have been entered.
fn enter_books(tx: &mut Tx<'_>, tenant: &str, acts: &[(&Principal, Act<'_>)]) -> Result<bool, Failure> {
    enter_rows(tx, tenant, acts, &transaction_rows(tenant, acts))
}

fn enter_rows(
    tx: &mut Tx<'_>,
    tenant: &str,
    acts: &[(&Principal, Act<'_>)],
    rows: &[Vec<Value>],
) -> Result<bool, Failure> {
    if u64::try_from(rows.len()) != Ok(tx.insert_many("ledger_transaction", &TRANSACTION, rows)?) {
        return Ok(false);
    }
    let mut changes = Changes::new();
    acts.iter().for_each(|it| add_changes(&mut changes, it.1.transaction));
    let accounts: Vec<Vec<Value>> = changes.iter().map(|it| account_row(tenant, it)).collect();
    tx.merge_many("ledger_account", &ACCOUNT, &accounts, ADD)?;
    for (_, act) in acts {
        rules::check(tx, tenant, act.transaction)?;
    }
    Ok(true)
}

fn tenant_of(it: &Transaction) -> Result<&str, Fault> {
    it.tenant().map(ledger::Tenant::as_str).ok_or_else(|| Fault::broken("a transaction of nobody"))
}

/// Debits and credits by account and currency.
type Changes = BTreeMap<(String, &'static str), (i64, i64)>;

/// `kind:subject`, as accounts are kept.
pub(crate) fn account_text(kind: AccountKind, subject: &str) -> String {
    [kind.word(), ":", subject].concat()
}

fn transaction_rows(tenant: &str, acts: &[(&Principal, Act<'_>)]) -> Vec<Vec<Value>> {
    acts.iter().map(|it| transaction_row(tenant, it.1)).collect()
}

fn transaction_row(tenant: &str, act: Act<'_>) -> Vec<Value> {
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

fn account_row(tenant: &str, change: (&(String, &'static str), &(i64, i64))) -> Vec<Value> {
    let ((account, currency), (debits, credits)) = change;
    vec![tenant.into(), account.into(), (*currency).into(), debits.into(), credits.into()]
}

/// Amounts are bounded and a batch is too, so that sums fit.
fn add_changes(changes: &mut Changes, it: &Transaction) {
    for posting in it.postings() {
        let account = account_text(posting.account.kind, &posting.account.subject);
        let change = changes.entry((account, posting.account.currency.code())).or_default();
        change.0 = change.0.saturating_add(posting.amount_minor.max(0));
        change.1 = change.1.saturating_add(posting.amount_minor.min(0).saturating_neg());
    }
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
