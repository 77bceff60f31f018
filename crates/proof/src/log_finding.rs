//! What the check of a log finds: which file does not show what it should, and how.

use diagnostic::{Bilingual, Diagnostic, Severity};

use crate::checkpoint::CheckpointError;
use crate::cosignature::CosignatureError;
use crate::digest::Digest;
use crate::key::{VerifyingKey, WitnessKey};
use crate::logged::{LOG_ENTRY_FILE, LOG_ENTRY_SEAL, LOG_KEY_FILE, LOG_PROOF_FILE};
use crate::merkle::ProofError;
use crate::proof_text::ProofTextError;

/// One thing wrong with a proof of logging or with two checkpoints. Any of it means: do not rely on the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogFinding {
    /// P0110: not a checkpoint that the log signed.
    BadCheckpoint {
        /// The file.
        file: String,
        /// Why not.
        why: CheckpointError,
    },
    /// P0111: a proof is not of the form it should have.
    MalformedProof {
        /// The file.
        file: String,
        /// Why not.
        why: ProofTextError,
    },
    /// P0112: the proof does not show that the entry is in the log.
    NotInLog {
        /// Why not.
        why: ProofError,
    },
    /// P0113: the entry does not speak of the package's seal.
    WrongEntry {
        /// Why not.
        why: EntryProblem,
    },
    /// P0114: the log's key is another than the one the caller trusts.
    WrongLogKey {
        /// The key the caller trusts.
        expected: VerifyingKey,
        /// The key of the package.
        found: VerifyingKey,
    },
    /// P0115: a witness that the caller asked for has not cosigned the checkpoint.
    NotCosigned {
        /// The file with the checkpoint.
        file: String,
        /// The witness.
        witness: Box<WitnessKey>,
    },
    /// P0116: a cosignature that names a witness is not that witness's.
    BadCosignature {
        /// The file with the checkpoint.
        file: String,
        /// Why not.
        why: CosignatureError,
    },
    /// P0117: the newer checkpoint is not shown to continue the older one.
    Inconsistent {
        /// The file with the proof.
        file: String,
        /// Why not.
        why: ProofError,
    },
    /// P0118: the proof starts from another size than that of the older checkpoint.
    WrongOldSize {
        /// The file with the proof.
        file: String,
        /// The size of the older checkpoint.
        expected: u64,
        /// The size the proof starts from.
        found: u64,
    },
}

/// Why an entry does not speak of a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryProblem {
    /// Not a JSON object with the digest of a seal under [`LOG_ENTRY_SEAL`].
    NoSeal,
    /// The digest of another seal.
    OtherSeal {
        /// The digest of the package's seal.
        expected: Digest,
        /// The digest in the entry.
        found: Digest,
    },
}

impl LogFinding {
    /// The stable code, explained in the registry.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadCheckpoint { .. } => "P0110",
            Self::MalformedProof { .. } => "P0111",
            Self::NotInLog { .. } => "P0112",
            Self::WrongEntry { .. } => "P0113",
            Self::WrongLogKey { .. } => "P0114",
            Self::NotCosigned { .. } => "P0115",
            Self::BadCosignature { .. } => "P0116",
            Self::Inconsistent { .. } => "P0117",
            Self::WrongOldSize { .. } => "P0118",
        }
    }

    /// The file it is about.
    pub fn file(&self) -> &str {
        match self {
            Self::BadCheckpoint { file, .. }
            | Self::MalformedProof { file, .. }
            | Self::NotCosigned { file, .. }
            | Self::BadCosignature { file, .. }
            | Self::Inconsistent { file, .. }
            | Self::WrongOldSize { file, .. } => file,
            Self::NotInLog { .. } => LOG_PROOF_FILE,
            Self::WrongEntry { .. } => LOG_ENTRY_FILE,
            Self::WrongLogKey { .. } => LOG_KEY_FILE,
        }
    }

    /// What is wrong, in both languages.
    pub fn message(&self) -> Bilingual {
        let file = self.file();
        let with = |en: &str, zh: &str, why: Bilingual| {
            Bilingual::new(format!("`{file}` {en}: {}", why.en), format!("`{file}` {zh}：{}", why.zh))
        };
        match self {
            Self::BadCheckpoint { why, .. } => {
                with("is not a checkpoint of the log", "不是该日志的检查点", why.reason())
            }
            Self::MalformedProof { why, .. } => with("is not a proof", "不是有效的证明", why.reason()),
            Self::NotInLog { why } => with(
                &format!("does not show that `{LOG_ENTRY_FILE}` is in the log"),
                &format!("不能证明 `{LOG_ENTRY_FILE}` 在日志之中"),
                why.reason(),
            ),
            Self::WrongEntry { why } => {
                with("does not speak of this package", "所载并非本结算包", why.reason())
            }
            Self::WrongLogKey { expected, found } => Bilingual::new(
                format!("expected the log of key `{expected}`, found `{found}` in `{file}`"),
                format!("应为密钥 `{expected}` 的日志，而 `{file}` 中为 `{found}`"),
            ),
            Self::NotCosigned { witness, .. } => Bilingual::new(
                format!("`{file}` has no cosignature of witness `{witness}`"),
                format!("`{file}` 中没有见证人 `{witness}` 的副署"),
            ),
            Self::BadCosignature { why, .. } => {
                with("has a wrong cosignature", "含有错误的副署", why.reason())
            }
            Self::Inconsistent { why, .. } => with(
                "does not show that the newer checkpoint continues the older one",
                "不能证明新检查点是旧检查点的延续",
                why.reason(),
            ),
            Self::WrongOldSize { expected, found, .. } => Bilingual::new(
                format!("`{file}` starts from {found} entries, the older checkpoint from {expected}"),
                format!("`{file}` 自第 {found} 条起，而旧检查点为 {expected} 条"),
            ),
        }
    }

    /// What the reader can do, in both languages.
    pub fn help(&self) -> Bilingual {
        match self {
            Self::BadCheckpoint { .. } | Self::WrongLogKey { .. } => Bilingual::new(
                "compare the log's key with the one its operator published, and verify with that key",
                "请与日志运营方公布的公钥核对，并以该公钥验证",
            ),
            Self::MalformedProof { .. } | Self::WrongOldSize { .. } => Bilingual::new(
                "ask the operator of the log for the proof again; it is made for these very checkpoints",
                "请向日志运营方重新索取证明；证明须针对这两个检查点制作",
            ),
            Self::NotInLog { .. } | Self::WrongEntry { .. } => Bilingual::new(
                "do not take this statement as logged; ask the party that sealed it for a proof that holds",
                "请勿视此结算单为已入日志；请向封签方索取成立的证明",
            ),
            Self::NotCosigned { .. } => Bilingual::new(
                "ask for a proof that this witness has cosigned, or verify without it",
                "请索取经该见证人副署的证明，或不以该见证人验证",
            ),
            Self::BadCosignature { .. } => Bilingual::new(
                "do not rely on this checkpoint; tell the witness whose name it misuses",
                "请勿依据此检查点；请告知被冒名的见证人",
            ),
            Self::Inconsistent { why: ProofError::Shrunk { .. }, .. } => {
                Bilingual::new("give the older checkpoint first", "请把较旧的检查点放在前面")
            }
            Self::Inconsistent { why: ProofError::WrongLength { .. }, .. } => Bilingual::new(
                "give the proof that belongs to these two checkpoints with --proof",
                "请以 --proof 给出属于这两个检查点的证明",
            ),
            Self::Inconsistent { .. } => Bilingual::new(
                "keep both checkpoints: if no proof holds, their signatures show that the log rewrote its past",
                "请保存两个检查点：若无证明成立，其签名即表明日志改写了历史",
            ),
        }
    }

    /// The finding as a diagnostic, for rendering beside others.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::new(self.code(), Severity::Error, self.message(), self.help())
    }
}

impl EntryProblem {
    /// The problem in both languages.
    pub fn reason(self) -> Bilingual {
        match self {
            Self::NoSeal => Bilingual::new(
                format!("expected a JSON object with the digest of the seal under `{LOG_ENTRY_SEAL}`"),
                format!("应为 JSON 对象，且 `{LOG_ENTRY_SEAL}` 为封签的摘要"),
            ),
            Self::OtherSeal { expected, found } => Bilingual::new(
                format!("the seal has digest {expected}, the entry says {found}"),
                format!("封签摘要为 {expected}，而日志条目为 {found}"),
            ),
        }
    }
}
