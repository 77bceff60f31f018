//! A sealed statement as people look at it: its page, what proves it, and whether all of it still agrees.

use std::collections::BTreeMap;

use diagnostic::Diagnostic;
use proof::{Checkpoint, KEY_FILE, LOG_PROOF_FILE, Note, TlogProof, Trust, WitnessKey, open_trusting};
use schemars::JsonSchema;
use serde::Serialize;
use store::{Fault, Scope, Tx};
use timeline::Instant;

use crate::audit::{self, ROOT};
use crate::objects;
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::Failure;
use crate::statements::{self, Replay, StatementView};
use crate::time::Moment;

/// The statement's page in its package.
const PAGE_FILE: &str = "statement.html";

/// A statement with its page and its proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// What is known of it.
    pub statement: StatementView,
    /// `statement.html`, as it was sealed.
    pub page: String,
    /// What proves it.
    pub proof: ProofState,
}

/// Where a statement stands in the log, and who has seen that log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ProofState {
    /// The public key of the seal, as a vkey.
    pub key: String,
    /// The log's public key, as a vkey.
    pub log_key: String,
    /// The entry's number in its log, from 0.
    pub entry: i64,
    /// How many entries the log had at the checkpoint that covers it; absent while none does.
    pub checkpoint: Option<u64>,
    /// How many entries the public root log has, in which that checkpoint is an entry.
    pub root: Option<u64>,
    /// The witnesses who saw the root log so, with when.
    pub witnesses: Vec<(String, Moment)>,
}

/// What a check of the whole package found.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Everything that does not agree; nothing when all does.
    pub findings: Vec<Diagnostic>,
    /// The files that were looked at.
    pub files: usize,
    /// The statement made again from what was known when it was sealed.
    pub replay: Replay,
}

/// A statement to look at.
pub fn page(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    id: &str,
) -> Result<Sealed, Failure> {
    let statement = statements::get(tx, who, tenant, id)?;
    let page = text(tx, &statement, PAGE_FILE)?;
    let key = text(tx, &statement, KEY_FILE)?.trim().to_owned();
    let proof = proof_state(platform, tx, &statement, key)?;
    Ok(Sealed { statement, page, proof })
}

/// Opens the package as `upheld verify` does, and makes the statement again as of then.
pub fn check(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    id: &str,
) -> Result<Checked, Failure> {
    let statement = statements::get(tx, who, tenant, id)?;
    let mut files = BTreeMap::new();
    for name in statement.files.keys() {
        files.insert(name.clone(), file(tx, &statement, name)?);
    }
    files.extend(audit::package_proof(platform, tx, tenant, statement.log_seq)?);
    let count = files.len();
    let trust = Trust { seal: Some(platform.key.verifying_key().clone()), ..Trust::default() };
    let findings = match open_trusting(files, &trust) {
        Ok(_) => Vec::new(),
        Err(findings) => findings.iter().map(proof::Finding::diagnostic).collect(),
    };
    let replay = statements::replay(platform, tx, who, tenant, id)?;
    Ok(Checked { findings, files: count, replay })
}

fn proof_state(
    platform: &Platform,
    tx: &mut Tx<'_>,
    statement: &StatementView,
    key: String,
) -> Result<ProofState, Failure> {
    let log = &statement.tenant;
    let files = audit::package_proof(platform, tx, log, statement.log_seq)?;
    let checkpoint = files
        .get(LOG_PROOF_FILE)
        .and_then(|it| TlogProof::parse(it).ok())
        .and_then(|it| size(platform, log, &it.checkpoint));
    // The root log belongs to no tenant, and everybody may see it.
    tx.enter(Scope::Provider)?;
    let root = Note::parse(audit::public_checkpoint(platform, tx)?.as_bytes()).ok();
    let known: Vec<WitnessKey> =
        platform.settings.witnesses.iter().filter_map(|it| it.parse().ok()).collect();
    let seen = root.as_ref().and_then(|it| it.cosignatures(&known).ok()).unwrap_or_default();
    Ok(ProofState {
        key,
        log_key: audit::verifying_key(platform, log)?.trim().to_owned(),
        entry: statement.log_seq,
        checkpoint,
        root: root.and_then(|it| size(platform, ROOT, &it)),
        witnesses: seen.into_iter().map(|it| (it.name, at(it.time_s))).collect(),
    })
}

fn size(platform: &Platform, log: &str, note: &Note) -> Option<u64> {
    let key = audit::key_of(platform, log).ok()?;
    Checkpoint::open(note, key.verifying_key()).ok().map(|it| it.size)
}

fn at(seconds: u64) -> Moment {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    Instant::from_nanos(seconds.saturating_mul(1_000_000_000)).into()
}

fn file(tx: &mut Tx<'_>, statement: &StatementView, name: &str) -> Result<Vec<u8>, Failure> {
    let missing = || Fault::broken(format!("statement {} has no {name}", statement.id));
    let sha256 = statement.files.get(name).ok_or_else(missing)?;
    Ok(objects::get(tx, sha256)?.ok_or_else(missing)?)
}

fn text(tx: &mut Tx<'_>, statement: &StatementView, name: &str) -> Result<String, Failure> {
    let bytes = file(tx, statement, name)?;
    Ok(String::from_utf8(bytes).map_err(|it| Fault::broken(it.to_string()))?)
}
