//! Whether a log only grew between two checkpoints, from the files somebody kept.

use std::fmt;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::cosignature::Cosignature;
use crate::decimal::parse_decimal;
use crate::digest::Digest;
use crate::key::{VerifyingKey, WitnessKey};
use crate::log_finding::LogFinding;
use crate::merkle::verify_consistency;
use crate::note::Note;
use crate::proof_text::{ProofTextError, ProofTextProblem, error, parse_hashes, text};
use crate::witnessed::witnessed;

/// The proof that a log only grew since it had `old_size` entries. Its text is `old <size>` and the hashes in
/// base64, each on its line; with an empty line and the newer checkpoint after it, that is what a witness is
/// sent (C2SP tlog-witness, "add-checkpoint").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// The size of the older tree.
    pub old_size: u64,
    /// The hashes that lead to both roots.
    pub hashes: Vec<Digest>,
}

/// A file and the name the user knows it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedBytes<'a> {
    /// The name, for findings.
    pub name: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
}

/// A log that was shown to have only grown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Growth {
    /// The log as it was.
    pub old: Checkpoint,
    /// The log as it became.
    pub new: Checkpoint,
    /// The known witnesses that saw the newer checkpoint.
    pub cosignatures: Vec<Cosignature>,
}

impl ConsistencyProof {
    /// Reads a proof without trusting it.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofTextError> {
        let text = text(bytes)?;
        let last = text.split('\n').count();
        let lines = text.strip_suffix('\n').ok_or(error(last, ProofTextProblem::NoLineFeed))?;
        let mut lines = (1..).zip(lines.split('\n'));
        let old = lines.next().and_then(|(_, it)| parse_decimal(it.strip_prefix("old ")?));
        let old_size = old.ok_or(error(1, ProofTextProblem::OldSize))?;
        Ok(Self { old_size, hashes: parse_hashes(lines)? })
    }
}

impl fmt::Display for ConsistencyProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old_size)?;
        self.hashes.iter().try_for_each(|it| writeln!(f, "{}", it.to_base64()))
    }
}

/// Checks that `log` signed both checkpoints and that the newer one continues the older, and that every one of
/// `witnesses` saw the newer one. Without a proof, only checkpoints that need none agree: of one size, or the
/// older one empty.
pub fn check_growth(
    old: NamedBytes<'_>,
    new: NamedBytes<'_>,
    proof: Option<NamedBytes<'_>>,
    log: &VerifyingKey,
    witnesses: &[WitnessKey],
) -> Result<Growth, Vec<LogFinding>> {
    let mut findings = Vec::new();
    let older = open(old, log).map_err(|it| findings.push(it));
    let newer = open(new, log).map_err(|it| findings.push(it));
    let parsed = proof.map(|it| {
        let malformed = |why| LogFinding::MalformedProof { file: it.name.to_owned(), why };
        ConsistencyProof::parse(it.bytes).map_err(|why| findings.push(malformed(why)))
    });
    let (Ok((older, _)), Ok((newer, note)), Ok(parsed)) = (older, newer, parsed.transpose()) else {
        return Err(findings);
    };
    findings.extend(inconsistency(&older, &newer, parsed.as_ref(), proof.unwrap_or(new).name));
    let (cosignatures, unseen) = witnessed(&note, witnesses, new.name);
    findings.extend(unseen);
    if findings.is_empty() { Ok(Growth { old: older, new: newer, cosignatures }) } else { Err(findings) }
}

fn inconsistency(
    old: &Checkpoint,
    new: &Checkpoint,
    proof: Option<&ConsistencyProof>,
    file: &str,
) -> Option<LogFinding> {
    let file = || file.to_owned();
    let elsewhere = |it: &&ConsistencyProof| it.old_size != old.size && old.size <= new.size;
    if let Some(it) = proof.filter(elsewhere) {
        return Some(LogFinding::WrongOldSize { file: file(), expected: old.size, found: it.old_size });
    }
    let hashes = proof.map_or(&[][..], |it| &it.hashes);
    let checked = verify_consistency(old.size, old.root, new.size, new.root, hashes);
    checked.err().map(|why| LogFinding::Inconsistent { file: file(), why })
}

fn open(file: NamedBytes<'_>, log: &VerifyingKey) -> Result<(Checkpoint, Note), LogFinding> {
    let bad = |why| LogFinding::BadCheckpoint { file: file.name.to_owned(), why };
    let note = Note::parse(file.bytes).map_err(|it| bad(CheckpointError::Note(it)))?;
    let checkpoint = Checkpoint::open(&note, log).map_err(bad)?;
    Ok((checkpoint, note))
}
