//! Many transactions of one tenant, posted wholly or not at all.

use ledger::Transaction;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::{Fault, Tx, Value};

use super::{Act, account_rows, enter, lines, row, tenant_of};
use crate::audit::{self, Entry};
use crate::principal::Principal;
use crate::refusal::Failure;

/// Transactions made ready to be posted, which needs no transaction of the store.
#[derive(Debug)]
pub struct Batch {
    transactions: Vec<Transaction>,
    rows: Vec<Vec<Value>>,
    accounts: Vec<Vec<Value>>,
    sha256: String,
}

impl Batch {
    /// Writes out what will be kept, beside the writing thread. All transactions must be of one tenant.
    pub fn new(transactions: Vec<Transaction>) -> Result<Self, Failure> {
        let mut rows = Vec::with_capacity(transactions.len());
        let mut all_lines = Vec::with_capacity(2 * transactions.len());
        let tenant = transactions.first().map_or(Ok(""), tenant_of)?;
        for it in &transactions {
            if tenant_of(it)? != tenant {
                return Err(Fault::broken("transactions of two tenants in one batch").into());
            }
            rows.push(row(tenant, Act { transaction: it, name: None, entitlement: None }));
            all_lines.extend(lines(it));
        }
        let accounts = account_rows(tenant, all_lines.iter());
        let mut digest = Sha256::new();
        rows.iter().flatten().for_each(|it| digest_value(&mut digest, it));
        Ok(Self { rows, accounts, sha256: settle::hex(&digest.finalize()), transactions })
    }
}

/// Posts a batch, with one audit entry that holds the number of transactions and the SHA-256 over all of them.
pub fn post_batch(tx: &mut Tx<'_>, who: &Principal, batch: &Batch) -> Result<(), Failure> {
    let Some(first) = batch.transactions.first() else { return Ok(()) };
    let tenant = tenant_of(first)?;
    let transactions: Vec<&Transaction> = batch.transactions.iter().collect();
    if !enter(tx, tenant, &transactions, &batch.rows, &batch.accounts)? {
        return Err(Fault::Duplicate("a transaction of the batch is in the books already".to_owned()).into());
    }
    let entry = Entry {
        action: "ledger.batch_posted",
        subject: first.id().to_string(),
        new: json!({ "transactions": transactions.len(), "sha256": batch.sha256 }),
        ..Entry::default()
    };
    audit::append(tx, who, tenant, entry)?;
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
