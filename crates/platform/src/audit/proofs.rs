//! Proofs anyone can check offline: that an entry is in a log, and that a log only grew.

use std::collections::BTreeMap;

use proof::{
    ConsistencyProof, LOG_ENTRY_FILE, LOG_KEY_FILE, LOG_PROOF_FILE, TlogProof, consistency_proof,
    inclusion_proof,
};
use store::{Fault, Tx};

use super::kept;
use super::publish::{covering, verifying_key};
use super::search::enter;
use super::tree::{self, Tree, broken};
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal};
use crate::rights::{Resource, Verb};

/// The files that prove a statement's entry is in the log: `statement.log-entry`, `statement.tlog-proof`, `log.pub`.
/// None when the log does not have the entry.
pub fn package_proof(
    platform: &Platform,
    tx: &mut Tx<'_>,
    log: &str,
    seq: i64,
) -> Result<BTreeMap<String, Vec<u8>>, Fault> {
    let entry = kept::range(tx, log, seq, seq.saturating_add(1))?.pop().map(|it| it.text);
    let proof = inclusion(platform, tx, log, u64::try_from(seq).unwrap_or(u64::MAX))?;
    let (Some(entry), Some(proof)) = (entry, proof) else { return Ok(BTreeMap::new()) };
    Ok(BTreeMap::from([
        (LOG_ENTRY_FILE.to_owned(), entry.into_bytes()),
        (LOG_PROOF_FILE.to_owned(), proof.to_string().into_bytes()),
        (LOG_KEY_FILE.to_owned(), verifying_key(platform, log)?.into_bytes()),
    ]))
}

/// The proof (C2SP tlog-proof) that entry `seq` is in a house's log, with a checkpoint that covers it.
pub fn entry_proof(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    house: &str,
    seq: &str,
) -> Result<String, Failure> {
    enter(tx, who, house, Resource::AuditLog, Verb::Read)?;
    let seq = seq.parse().map_err(|_| Refusal::not_found())?;
    Ok(inclusion(platform, tx, house, seq)?.ok_or_else(Refusal::not_found)?.to_string())
}

fn inclusion(platform: &Platform, tx: &mut Tx<'_>, log: &str, seq: u64) -> Result<Option<TlogProof>, Fault> {
    let Some(signed) = covering(platform, tx, log, seq)? else { return Ok(None) };
    let hashes =
        tree::proof(tx, log, |tiles| inclusion_proof(seq, signed.size, tiles))?.map_err(|_| broken(log))?;
    Ok(Some(TlogProof { index: seq, hashes, checkpoint: signed.note, extra: None }))
}

/// The proof that a house's log with `new` entries (all of them when absent) continues that with `old` entries.
pub fn consistency(
    tx: &mut Tx<'_>,
    who: &Principal,
    house: &str,
    old: Option<&str>,
    new: Option<&str>,
) -> Result<String, Failure> {
    enter(tx, who, house, Resource::AuditLog, Verb::Read)?;
    let size = u64::try_from(Tree::load(tx, house)?.size()?).unwrap_or(0);
    let old_size = number("old", old, 0)?;
    let new_size = number("new", new, size)?;
    if !(old_size <= new_size && new_size <= size) {
        return Err(Refusal::invalid(
            format!("old {old_size}, new {new_size}: ask for sizes with old ≤ new ≤ {size}"),
            format!("old 为 {old_size}、new 为 {new_size}：须满足 old ≤ new ≤ {size}"),
        )
        .into());
    }
    let made = tree::proof(tx, house, |tiles| consistency_proof(old_size, new_size, tiles))?;
    let hashes = made.map_err(|_| broken(house))?;
    Ok(ConsistencyProof { old_size, hashes }.to_string())
}

fn number(name: &str, text: Option<&str>, default: u64) -> Result<u64, Refusal> {
    let Some(text) = text else { return Ok(default) };
    text.parse().map_err(|_| {
        Refusal::invalid(
            format!("{name}: `{text}` is no number of entries"),
            format!("{name}：`{text}` 不是条数"),
        )
    })
}
