//! The record of everything done: an entry for each change of state, in the same transaction, in the log of the tenant
//! concerned or in the provider's own.
//!
//! A log is a Merkle tree after C2SP tlog-tiles. Its checkpoints are entries of the root log, whose own checkpoint and
//! tiles are public: whoever keeps one root checkpoint can tell later whether any log was rewritten since.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use store::{Fault, Tx, Value};

use crate::principal::Principal;

mod body;
mod check;
mod export;
mod kept;
mod names;
mod news;
mod personal;
mod proofs;
mod publish;
mod retention;
mod search;
mod tiles;
mod tree;
mod witness;

pub use check::{Checked, Wrong, check, check_log, checked};
pub use export::{ExportLog, export, exported};
pub use names::{ROOT, key_of, origin_of};
pub use news::{actions_since, mark, sizes};
pub use personal::{Erase, Erased, erase_personal};
pub use proofs::{consistency, entry_proof, package_proof};
pub use publish::{JOB, checkpoint, log_key, public_checkpoint, publish_all, run, verifying_key};
pub use retention::{Class, NewRetention, Retention, kept_until, retain, retention, retentions};
pub use search::{LogEntry, LogQuery, entries};
pub use tiles::{bundle, public_bundle, public_tile, tile};
pub use witness::{Cosigned, Witnessed, cosign};

use body::{Head, Kept};
use kept::{Coming, Keeper};
use tree::Tree;

/// What was done, to what, and why.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// A verb in the past tense with its thing: `claim.submitted`.
    pub action: &'static str,
    /// The thing's id.
    pub subject: String,
    /// The thing before, as far as it changed. `Json::Null` when it is new.
    pub old: Json,
    /// The thing after, as far as it changed.
    pub new: Json,
    /// The reason somebody gave.
    pub reason: Option<String>,
    /// Personal data of the entry by field name: kept beside the log, which holds only a salted commitment.
    pub personal: Vec<(&'static str, String)>,
}

/// Appends to the log of `house` (a tenant's id, or [`crate::principal::PROVIDER`]); the entry's number, from 0.
pub fn append(tx: &mut Tx<'_>, who: &Principal, house: &str, entry: Entry) -> Result<i64, Fault> {
    append_many(tx, who, house, vec![entry])
}

/// Appends many entries at once, in their order; the number of the first.
pub fn append_many(tx: &mut Tx<'_>, who: &Principal, house: &str, entries: Vec<Entry>) -> Result<i64, Fault> {
    let entries: Vec<_> = entries.iter().map(|it| (who, it)).collect();
    append_of_many(tx, house, &entries)
}

/// Appends what different people did, in its order; the number of the first.
pub(crate) fn append_of_many(
    tx: &mut Tx<'_>,
    house: &str,
    entries: &[(&Principal, &Entry)],
) -> Result<i64, Fault> {
    let mut tree = Tree::load(tx, house)?;
    let (first, at) = (tree.size()?, tx.now());
    let (mut leaves, mut personal) = (Vec::with_capacity(entries.len()), Vec::new());
    let mut keeper = Keeper::new(house, at);
    let mut head: Option<Head<'_>> = None;
    for (seq, (who, entry)) in (first..).zip(entries) {
        let same = head.take().filter(|it| it.is_of(who));
        let head = &*head.insert(same.unwrap_or_else(|| Head::new(who, house, at)));
        let made = body::make(tx, head, seq, entry)?;
        leaves.push(made.leaf);
        let has_personal = !made.personal.is_empty();
        personal.extend(personal_rows(house, seq, made.personal));
        let (action, subject) = (entry.action, entry.subject.clone());
        keeper.take(head.actor, has_personal, Coming { seq, action, subject, text: made.text })?;
    }
    keeper.keep(tx)?;
    insert(tx, "audit_personal", &["tenant_id", "log", "seq", "field", "salt", "value"], &personal)?;
    if tree.is_published() {
        publish::schedule(tx)?;
    }
    tree.grow(tx, &leaves)?;
    tx.mark_audited();
    Ok(first)
}

fn personal_rows(
    house: &str,
    seq: i64,
    personal: BTreeMap<&'static str, Kept>,
) -> impl Iterator<Item = Vec<Value>> {
    personal.into_iter().map(move |(field, it)| {
        vec![house.into(), house.into(), seq.into(), field.into(), it.salt.as_slice().into(), it.value.into()]
    })
}

/// A row that is there already would be a second history.
fn insert(
    tx: &mut Tx<'_>,
    table: &'static str,
    columns: &[&'static str],
    rows: &[Vec<Value>],
) -> Result<(), Fault> {
    let new = tx.housekeeping_many(table, columns, rows)?;
    if u64::try_from(rows.len()) == Ok(new) {
        Ok(())
    } else {
        Err(Fault::broken("an entry of the log was there before"))
    }
}
