//! Transactions that nothing else goes with: those that wait at the same time are posted in one write.

use std::collections::{BTreeMap, BTreeSet};

use ledger::Transaction;
use store::{Fault, Together, Tx, Value};

use super::{Act, Line, account_rows, enter, entry, lines, row, rules, tenant_of};
use crate::audit::{self, Entry};
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::Failure;

/// Where they wait for each other.
pub type Desk = Together<Waiting, (), Failure>;

/// A transaction made ready to be posted.
#[derive(Debug)]
pub struct Waiting {
    who: Principal,
    transaction: Transaction,
    row: Vec<Value>,
    lines: Vec<Line>,
    entry: Entry,
}

impl AsRef<[Value]> for &Waiting {
    fn as_ref(&self) -> &[Value] {
        &self.row
    }
}

/// Posts a transaction of one tenant, with its audit entry, in a write that it shares with all others that wait to be posted.
/// `done` is called when it is durable, or refused; from the writing thread, so it must be quick.
pub fn submit(
    platform: &Platform,
    who: Principal,
    transaction: Transaction,
    done: impl FnOnce(Result<(), Failure>) + Send + 'static,
) {
    match ready(who, transaction) {
        Ok(it) => platform.store.submit_together(&platform.desk, it, done),
        Err(fault) => done(Err(fault.into())),
    }
}

/// What will be kept is written out by who asks, beside the writing thread.
fn ready(who: Principal, transaction: Transaction) -> Result<Waiting, Fault> {
    let act = Act { transaction: &transaction, name: None, entitlement: None };
    let row = row(tenant_of(&transaction)?, act);
    let (lines, entry) = (lines(&transaction), entry(&transaction));
    Ok(Waiting { who, transaction, row, lines, entry })
}

/// The work of [`Desk`]: what [`super::post_single`] would do with each.
pub(crate) fn post_waiting(tx: &mut Tx<'_>, waiting: &[Waiting]) -> Result<Vec<()>, Failure> {
    let mut of_tenant: BTreeMap<&str, Vec<&Waiting>> = BTreeMap::new();
    for it in waiting {
        of_tenant.entry(tenant_of(&it.transaction)?).or_default().push(it);
    }
    for (tenant, all) in of_tenant {
        post_all(tx, tenant, &all)?;
    }
    Ok(vec![(); waiting.len()])
}

fn post_all(tx: &mut Tx<'_>, tenant: &str, all: &[&Waiting]) -> Result<(), Failure> {
    let transactions: Vec<&Transaction> = all.iter().map(|it| &it.transaction).collect();
    no_rule_twice(&transactions)?;
    let accounts = account_rows(tenant, all.iter().flat_map(|it| &it.lines));
    if enter(tx, tenant, &transactions, all, &accounts)? {
        let entries: Vec<_> = all.iter().map(|it| (&it.who, &it.entry)).collect();
        audit::append_of_many(tx, tenant, &entries)?;
        return Ok(());
    }
    match all {
        // Posted before: nothing changes, and nobody is told otherwise.
        [_] => Ok(()),
        _ => Err(Fault::Duplicate("one of them is in the books already".to_owned()).into()),
    }
}

/// Rules look at what an account comes to after a transaction; two that touch one such account are posted one after the other.
fn no_rule_twice(transactions: &[&Transaction]) -> Result<(), Fault> {
    let mut seen = BTreeSet::new();
    let accounts = transactions.iter().flat_map(|it| it.postings()).map(|it| &it.account);
    for account in accounts.filter(|it| rules::has_rule(it.kind)) {
        if !seen.insert(account) {
            return Err(Fault::Duplicate("two that a rule looks at".to_owned()));
        }
    }
    Ok(())
}
