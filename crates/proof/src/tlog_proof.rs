//! Proofs of logging (C2SP tlog-proof): everything needed to check offline that an entry is in a log.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diagnostic::Bilingual;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::cosignature::{Cosignature, CosignatureError};
use crate::decimal::parse_decimal;
use crate::digest::Digest;
use crate::key::{VerifyingKey, WitnessKey};
use crate::merkle::{ProofError, leaf_hash, verify_inclusion};
use crate::note::{Note, NoteError};
use crate::proof_text::{ProofTextError, ProofTextProblem, error, parse_hashes, text};

/// First line of a proof (tlog-proof, "Format").
pub const TLOG_PROOF_HEADER: &str = "c2sp.org/tlog-proof@v1";

/// A proof that some entry is in a log; its text is the file `*.tlog-proof`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// The index of the entry, from 0.
    pub index: u64,
    /// The siblings from the entry's own up to the root's child.
    pub hashes: Vec<Digest>,
    /// The checkpoint, with the log's signature and those of witnesses.
    pub checkpoint: Note,
    /// Whatever an application adds; nobody vouches for it.
    pub extra: Option<Vec<u8>>,
}

/// What a proof shows once it was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Included {
    /// The index of the entry, from 0.
    pub index: u64,
    /// The log at the moment of the proof.
    pub checkpoint: Checkpoint,
    /// The known witnesses that saw the checkpoint.
    pub cosignatures: Vec<Cosignature>,
}

/// Why an entry is not shown to be in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotIncluded {
    /// The checkpoint is not the log's.
    Checkpoint(CheckpointError),
    /// The hashes do not lead from the entry to the root.
    Proof(ProofError),
    /// A known witness's cosignature is wrong.
    Cosignature(CosignatureError),
}

impl TlogProof {
    /// Reads a proof without trusting it.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofTextError> {
        let text = text(bytes)?;
        let last = text.split('\n').count();
        let (head, rest) = text.split_once("\n\n").ok_or(error(last, ProofTextProblem::NoCheckpoint))?;
        let first = head.split('\n').count() + 2;
        let (extra, index, hashes) = parse_head(head)?;
        let checkpoint = Note::parse(rest.as_bytes())
            .map_err(|it: NoteError| error(first + it.line - 1, ProofTextProblem::Note(it.problem)))?;
        Ok(Self { index, hashes, checkpoint, extra })
    }

    /// Whether `entry` is in the log whose key is `log`, and which of the known witnesses saw the log so.
    /// Neither the index nor the extra data say anything of the entry by themselves.
    pub fn check(
        &self,
        entry: &[u8],
        log: &VerifyingKey,
        witnesses: &[WitnessKey],
    ) -> Result<Included, NotIncluded> {
        let checkpoint = Checkpoint::open(&self.checkpoint, log).map_err(NotIncluded::Checkpoint)?;
        let leaf = leaf_hash(entry);
        verify_inclusion(leaf, self.index, checkpoint.size, &self.hashes, checkpoint.root)
            .map_err(NotIncluded::Proof)?;
        let cosignatures = self.checkpoint.cosignatures(witnesses).map_err(NotIncluded::Cosignature)?;
        Ok(Included { index: self.index, checkpoint, cosignatures })
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{TLOG_PROOF_HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.hashes.iter().try_for_each(|it| writeln!(f, "{}", it.to_base64()))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl NotIncluded {
    /// The reason in both languages.
    pub fn reason(&self) -> Bilingual {
        match self {
            Self::Checkpoint(it) => it.reason(),
            Self::Proof(it) => it.reason(),
            Self::Cosignature(it) => it.reason(),
        }
    }
}

impl fmt::Display for NotIncluded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason().en)
    }
}

impl std::error::Error for NotIncluded {}

type Head = (Option<Vec<u8>>, u64, Vec<Digest>);

/// The lines before the checkpoint.
fn parse_head(head: &str) -> Result<Head, ProofTextError> {
    let mut lines = (1..).zip(head.split('\n')).peekable();
    if lines.next().is_none_or(|(_, it)| it != TLOG_PROOF_HEADER) {
        return Err(error(1, ProofTextProblem::Header));
    }
    let extra = match lines.next_if(|(_, it)| it.starts_with("extra ")) {
        None => None,
        Some((line, text)) => {
            let decoded = text.strip_prefix("extra ").and_then(|it| STANDARD.decode(it).ok());
            Some(decoded.ok_or(error(line, ProofTextProblem::Extra))?)
        }
    };
    let (line, text) = lines.next().unwrap_or((2, ""));
    let index = text.strip_prefix("index ").and_then(parse_decimal);
    let index = index.ok_or(error(line, ProofTextProblem::Index))?;
    Ok((extra, index, parse_hashes(lines)?))
}
