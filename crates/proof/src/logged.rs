//! The package's proof of logging: an entry that names its seal is in a log, and who saw that log.

use std::collections::BTreeMap;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::cosignature::Cosignature;
use crate::digest::Digest;
use crate::finding::Finding;
use crate::key::{KeyId, VerifyingKey};
use crate::key_file::key_in;
use crate::log_finding::{EntryProblem, LogFinding};
use crate::merkle::{leaf_hash, verify_inclusion};
use crate::package::Trust;
use crate::proof_text::{ProofTextError, ProofTextProblem, error};
use crate::seal::SEAL_FILE;
use crate::tlog_proof::TlogProof;
use crate::witnessed::witnessed;

/// The proof that the entry is in the log (C2SP tlog-proof).
pub const LOG_PROOF_FILE: &str = "statement.tlog-proof";

/// The bytes of the log's entry: a JSON object with the digest of [`SEAL_FILE`] under [`LOG_ENTRY_SEAL`].
pub const LOG_ENTRY_FILE: &str = "statement.log-entry";

/// The public key of the log, as a vkey and a line feed.
pub const LOG_KEY_FILE: &str = "log.pub";

/// The key under which an entry of a log names a seal: the SHA-256 of the file [`SEAL_FILE`], 64 lowercase
/// hexadecimal digits.
pub const LOG_ENTRY_SEAL: &str = "seal_sha256";

/// Files that come after the seal, and that it therefore does not list.
pub const LOG_FILES: [&str; 3] = [LOG_KEY_FILE, LOG_ENTRY_FILE, LOG_PROOF_FILE];

/// A package that was shown to be in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// The key of the log.
    pub key: VerifyingKey,
    /// The index of the entry, from 0.
    pub index: u64,
    /// The log at the moment of the proof.
    pub checkpoint: Checkpoint,
    /// When the witnesses that the caller knows saw that checkpoint.
    pub cosignatures: Vec<Cosignature>,
    /// Who else signed the checkpoint, by name and key id; nobody has checked these signatures.
    pub unchecked: Vec<(String, KeyId)>,
}

/// The proof of logging in `files`, if there is one or `trust` asks for one. `seal` is the digest of the seal
/// when its own signature holds.
pub(crate) fn logged(
    files: &BTreeMap<String, Vec<u8>>,
    trust: &Trust,
    seal: Option<Digest>,
) -> Result<Option<Logged>, Vec<Finding>> {
    let asked = trust.log.is_some() || !trust.witnesses.is_empty();
    if !asked && !LOG_FILES.iter().any(|it| files.contains_key(*it)) {
        return Ok(None);
    }
    let mut findings = Vec::new();
    let key = log_key(files, trust).map_err(|it| findings.push(it));
    let proof = proof(files).map_err(|it| findings.push(it));
    let entry = bytes(files, LOG_ENTRY_FILE).map_err(|it| findings.push(it));
    if let (Ok(entry), Some(seal)) = (entry, seal) {
        findings.extend(wrong_entry(entry, seal).map(|why| Finding::Log(LogFinding::WrongEntry { why })));
    }
    let (Ok(key), Ok(proof), Ok(entry)) = (key, proof, entry) else { return Err(findings) };
    match check(entry, &proof, key, trust) {
        Ok(logged) if findings.is_empty() => Ok(Some(logged)),
        Ok(_) => Err(findings),
        Err(wrong) => {
            findings.extend(wrong.into_iter().map(Finding::Log));
            Err(findings)
        }
    }
}

/// Everything that the log's key and the witnesses' vouch for.
fn check(
    entry: &[u8],
    proof: &TlogProof,
    key: VerifyingKey,
    trust: &Trust,
) -> Result<Logged, Vec<LogFinding>> {
    let bad = |why: CheckpointError| LogFinding::BadCheckpoint { file: LOG_PROOF_FILE.to_owned(), why };
    let checkpoint = Checkpoint::open(&proof.checkpoint, &key).map_err(|it| vec![bad(it)])?;
    let (size, root) = (checkpoint.size, checkpoint.root);
    let included = verify_inclusion(leaf_hash(entry), proof.index, size, &proof.hashes, root);
    let (cosignatures, unseen) = witnessed(&proof.checkpoint, &trust.witnesses, LOG_PROOF_FILE);
    let mut findings: Vec<LogFinding> =
        included.err().map(|why| LogFinding::NotInLog { why }).into_iter().collect();
    findings.extend(unseen);
    if !findings.is_empty() {
        return Err(findings);
    }
    let witnesses = trust.witnesses.iter().map(|it| (it.name(), it.id()));
    let known: Vec<(&str, KeyId)> = witnesses.chain([(key.name(), key.id())]).collect();
    let others = proof.checkpoint.signers().filter(|it| !known.contains(it));
    let unchecked = others.map(|(name, id)| (name.to_owned(), id)).collect();
    Ok(Logged { key, index: proof.index, checkpoint, cosignatures, unchecked })
}

/// The key the caller trusts, else the one in the package; if both are there, they must be the same.
fn log_key(files: &BTreeMap<String, Vec<u8>>, trust: &Trust) -> Result<VerifyingKey, Finding> {
    let Some(pin) = &trust.log else { return key_in(files, LOG_KEY_FILE) };
    if !files.contains_key(LOG_KEY_FILE) {
        return Ok(pin.clone());
    }
    let found = key_in(files, LOG_KEY_FILE)?;
    if found == *pin {
        return Ok(found);
    }
    Err(Finding::Log(LogFinding::WrongLogKey { expected: pin.clone(), found }))
}

/// The proof; extra data would be bytes of the package that nobody vouches for.
fn proof(files: &BTreeMap<String, Vec<u8>>) -> Result<TlogProof, Finding> {
    let malformed = |why: ProofTextError| {
        Finding::Log(LogFinding::MalformedProof { file: LOG_PROOF_FILE.to_owned(), why })
    };
    let proof = TlogProof::parse(bytes(files, LOG_PROOF_FILE)?).map_err(malformed)?;
    if proof.extra.is_some() { Err(malformed(error(2, ProofTextProblem::ExtraRefused))) } else { Ok(proof) }
}

fn wrong_entry(entry: &[u8], seal: Digest) -> Option<EntryProblem> {
    let entry: Option<serde_json::Value> = serde_json::from_slice(entry).ok();
    let named = entry.as_ref().and_then(|it| it.get(LOG_ENTRY_SEAL)?.as_str()).and_then(Digest::parse);
    match named {
        None => Some(EntryProblem::NoSeal),
        Some(found) if found == seal => None,
        Some(found) => Some(EntryProblem::OtherSeal { expected: seal, found }),
    }
}

fn bytes<'a>(files: &'a BTreeMap<String, Vec<u8>>, file: &str) -> Result<&'a [u8], Finding> {
    files.get(file).map(Vec::as_slice).ok_or(Finding::MissingFile { file: file.to_owned() })
}

/// The digest by which a log names the seal of `files`.
pub(crate) fn seal_digest(files: &BTreeMap<String, Vec<u8>>) -> Option<Digest> {
    files.get(SEAL_FILE).map(|it| Digest::of(it))
}
