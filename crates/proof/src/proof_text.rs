//! What the text forms of proofs have in common: their limits, lines of hashes, and what can be wrong.

use std::fmt;

use diagnostic::Bilingual;

use crate::digest::Digest;
use crate::merkle::PROOF_HASHES_MAX;
use crate::note::NoteProblem;
use crate::tlog_proof::TLOG_PROOF_HEADER;

/// Longest text of a proof, in bytes.
pub const PROOF_BYTES_MAX: usize = 1 << 20;

/// Why bytes are not the text of a proof, and on which line (from 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProofTextError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: ProofTextProblem,
}

/// What can be wrong with a line of a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofTextProblem {
    /// More than [`PROOF_BYTES_MAX`] bytes.
    TooLong,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// Not [`TLOG_PROOF_HEADER`].
    Header,
    /// Not `extra` and base64.
    Extra,
    /// Extra data where every byte has to be vouched for.
    ExtraRefused,
    /// Not `index` and a number.
    Index,
    /// Not `old` and a number.
    OldSize,
    /// Not the base64 of 32 bytes.
    Hash,
    /// More than [`PROOF_HASHES_MAX`] hashes.
    TooManyHashes,
    /// The last line does not end with a line feed.
    NoLineFeed,
    /// No empty line and checkpoint after the hashes.
    NoCheckpoint,
    /// The checkpoint is not a note.
    Note(NoteProblem),
}

impl ProofTextProblem {
    /// The problem in both languages.
    pub fn reason(self) -> Bilingual {
        match self {
            Self::TooLong => Bilingual::new(
                format!("the proof is longer than {PROOF_BYTES_MAX} bytes"),
                format!("证明超过 {PROOF_BYTES_MAX} 字节"),
            ),
            Self::NotUtf8 => Bilingual::new("the bytes are not UTF-8", "字节不是 UTF-8"),
            Self::Header => Bilingual::new(
                format!("expected `{TLOG_PROOF_HEADER}`"),
                format!("应为 `{TLOG_PROOF_HEADER}`"),
            ),
            Self::Extra => Bilingual::new("expected `extra` and base64", "应为 `extra` 及 base64"),
            Self::ExtraRefused => {
                Bilingual::new("there are extra data, which nobody vouches for", "含有无人作证的附加数据")
            }
            Self::Index => Bilingual::new(
                "expected `index` and a number without leading zeroes",
                "应为 `index` 及不带前导零的数",
            ),
            Self::OldSize => Bilingual::new(
                "expected `old` and a number without leading zeroes",
                "应为 `old` 及不带前导零的数",
            ),
            Self::Hash => Bilingual::new("expected a hash: 32 bytes as base64", "应为哈希：32 字节的 base64"),
            Self::TooManyHashes => Bilingual::new(
                format!("there are more than {PROOF_HASHES_MAX} hashes"),
                format!("哈希多于 {PROOF_HASHES_MAX} 个"),
            ),
            Self::NoLineFeed => Bilingual::new("the line does not end with a line feed", "行末缺少换行符"),
            Self::NoCheckpoint => {
                Bilingual::new("no empty line followed by a checkpoint was found", "未找到空行及其后的检查点")
            }
            Self::Note(it) => it.reason(),
        }
    }
}

impl ProofTextError {
    /// Line and problem in both languages.
    pub fn reason(self) -> Bilingual {
        let why = self.problem.reason();
        Bilingual::new(format!("line {}: {}", self.line, why.en), format!("第 {} 行：{}", self.line, why.zh))
    }
}

impl fmt::Display for ProofTextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason().en)
    }
}

impl std::error::Error for ProofTextError {}

/// The bytes as a text that is not too long.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, ProofTextError> {
    if bytes.len() > PROOF_BYTES_MAX {
        return Err(error(1, ProofTextProblem::TooLong));
    }
    std::str::from_utf8(bytes).map_err(|it| {
        let before = bytes.iter().take(it.valid_up_to());
        error(1 + before.filter(|it| **it == b'\n').count(), ProofTextProblem::NotUtf8)
    })
}

/// Hashes in base64, one on each of the numbered lines.
pub(crate) fn parse_hashes<'a>(
    lines: impl Iterator<Item = (usize, &'a str)>,
) -> Result<Vec<Digest>, ProofTextError> {
    let mut hashes = Vec::new();
    for (line, text) in lines {
        if hashes.len() >= PROOF_HASHES_MAX {
            return Err(error(line, ProofTextProblem::TooManyHashes));
        }
        hashes.push(Digest::from_base64(text).ok_or(error(line, ProofTextProblem::Hash))?);
    }
    Ok(hashes)
}

pub(crate) fn error(line: usize, problem: ProofTextProblem) -> ProofTextError {
    ProofTextError { line, problem }
}
