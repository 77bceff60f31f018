//! What the check of a package finds: which file does not agree with the seal, and how.

use std::fmt;

use diagnostic::{Bilingual, Diagnostic, Severity};

use crate::digest::Digest;
use crate::key::{KeyError, VerifyingKey};
use crate::log_finding::LogFinding;
use crate::name::UnsafeName;
use crate::seal::{KEY_FILE, SEAL_FILE};

/// One thing wrong with a package. Any finding means: do not rely on the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// P0101: a file the seal lists, or the seal or key itself, is not there.
    MissingFile {
        /// The file.
        file: String,
    },
    /// P0102: a file the seal does not list.
    ExtraFile {
        /// The file.
        file: String,
    },
    /// P0103: a file's bytes are not those that were sealed.
    ChangedFile {
        /// The file.
        file: String,
        /// The digest the seal gives.
        expected: Digest,
        /// The digest of the bytes at hand.
        actual: Digest,
    },
    /// P0104: the seal's signature is not the key's over the seal's text.
    BadSignature {
        /// The key the signature names.
        key: VerifyingKey,
    },
    /// P0105: the seal has no signature of the key.
    NotSigned {
        /// The key that was looked for.
        key: VerifyingKey,
    },
    /// P0106: the seal is not a note, or its text is not a list of files.
    MalformedSeal {
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        reason: Bilingual,
    },
    /// P0107: a key file does not hold a public key.
    MalformedKey {
        /// The file.
        file: String,
        /// Why not.
        why: KeyError,
    },
    /// P0108: the package is sealed with another key than the one the caller trusts.
    WrongKey {
        /// The key the caller trusts.
        expected: VerifyingKey,
        /// The key of the package.
        found: VerifyingKey,
    },
    /// P0109: a file name that is not safe on every system.
    UnsafeFile {
        /// The name.
        file: String,
        /// What is wrong with it.
        why: UnsafeName,
    },
    /// P0110 and following: the package's proof of logging does not hold.
    Log(LogFinding),
}

impl Finding {
    /// The stable code, explained in the registry.
    pub fn code(&self) -> &'static str {
        match self {
            Self::MissingFile { .. } => "P0101",
            Self::ExtraFile { .. } => "P0102",
            Self::ChangedFile { .. } => "P0103",
            Self::BadSignature { .. } => "P0104",
            Self::NotSigned { .. } => "P0105",
            Self::MalformedSeal { .. } => "P0106",
            Self::MalformedKey { .. } => "P0107",
            Self::WrongKey { .. } => "P0108",
            Self::UnsafeFile { .. } => "P0109",
            Self::Log(it) => it.code(),
        }
    }

    /// The file it is about.
    pub fn file(&self) -> &str {
        match self {
            Self::MissingFile { file }
            | Self::ExtraFile { file }
            | Self::ChangedFile { file, .. }
            | Self::MalformedKey { file, .. }
            | Self::UnsafeFile { file, .. } => file,
            Self::BadSignature { .. } | Self::NotSigned { .. } | Self::MalformedSeal { .. } => SEAL_FILE,
            Self::WrongKey { .. } => KEY_FILE,
            Self::Log(it) => it.file(),
        }
    }

    /// What is wrong, in both languages.
    pub fn message(&self) -> Bilingual {
        let file = self.file();
        match self {
            Self::MissingFile { .. } => {
                Bilingual::new(format!("`{file}` is missing"), format!("缺少文件 `{file}`"))
            }
            Self::ExtraFile { .. } => Bilingual::new(
                format!("`{file}` is not part of what was sealed"),
                format!("`{file}` 不在封签清单之内"),
            ),
            Self::ChangedFile { expected, actual, .. } => Bilingual::new(
                format!("`{file}` was changed: sealed with digest {expected}, found {actual}"),
                format!("`{file}` 已被改动：封签摘要为 {expected}，实际为 {actual}"),
            ),
            Self::BadSignature { key } => Bilingual::new(
                format!("the signature of `{}` in `{file}` is invalid", key.name()),
                format!("`{file}` 中 `{}` 的签名无效", key.name()),
            ),
            Self::NotSigned { key } => Bilingual::new(
                format!("`{file}` has no signature of key `{key}`"),
                format!("`{file}` 中没有密钥 `{key}` 的签名"),
            ),
            Self::MalformedSeal { line, reason } => Bilingual::new(
                format!("`{file}` line {line}: {}", reason.en),
                format!("`{file}` 第 {line} 行：{}", reason.zh),
            ),
            Self::MalformedKey { why, .. } => {
                let why = key_reason(*why);
                Bilingual::new(
                    format!("`{file}` does not hold a public key: {}", why.en),
                    format!("`{file}` 中不是有效的公钥：{}", why.zh),
                )
            }
            Self::WrongKey { expected, found } => Bilingual::new(
                format!("expected a package sealed with key `{expected}`, found `{found}` in `{file}`"),
                format!("应由密钥 `{expected}` 封签，而 `{file}` 中为 `{found}`"),
            ),
            Self::UnsafeFile { why, .. } => {
                let why = why.reason();
                Bilingual::new(
                    format!("file name {file:?} is not safe: {}", why.en),
                    format!("文件名 {file:?} 不安全：{}", why.zh),
                )
            }
            Self::Log(it) => it.message(),
        }
    }

    /// What the reader can do, in both languages.
    pub fn help(&self) -> Bilingual {
        match self {
            Self::MissingFile { .. } => Bilingual::new(
                "ask the sender for the complete package; every file that was sealed has to be there",
                "请向发送方索取完整的结算包；封签时的每个文件都必须在场",
            ),
            Self::ExtraFile { .. } => Bilingual::new(
                "take the file out of the package; the seal does not vouch for it",
                "请把该文件移出结算包；封签不为它作证",
            ),
            Self::ChangedFile { .. } => Bilingual::new(
                "do not rely on this file; get the package again from the party that sealed it",
                "请勿依据此文件；请向封签方重新索取结算包",
            ),
            Self::BadSignature { .. } | Self::MalformedSeal { .. } => Bilingual::new(
                "do not rely on any file of this package; get it again from the party that sealed it",
                "请勿依据包中任何文件；请向封签方重新索取",
            ),
            Self::NotSigned { .. } | Self::MalformedKey { .. } | Self::WrongKey { .. } => Bilingual::new(
                "compare the key with the one the other party published, and verify with that key",
                "请与对方公布的密钥核对，并以该密钥验证",
            ),
            Self::UnsafeFile { .. } => Bilingual::new(
                "do not unpack this package; names must be relative, without `..`, `\\` or control characters",
                "请勿解包；文件名必须是相对路径，且不含 `..`、`\\` 和控制字符",
            ),
            Self::Log(it) => it.help(),
        }
    }

    /// The finding as a diagnostic, for rendering beside others.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::new(self.code(), Severity::Error, self.message(), self.help())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}", self.code(), self.message().en)
    }
}

fn key_reason(why: KeyError) -> Bilingual {
    let zh = match why {
        KeyError::BadName => "密钥名称为空，或含空白、控制字符或 `+`",
        KeyError::BadForm => "密钥不是 `名称+编号+base64` 的形式",
        KeyError::UnknownType => "不是此处所需类型的 Ed25519 密钥（签名用 0x01，见证用 0x04）",
        KeyError::BadPoint => "密钥不是曲线上的安全点",
        KeyError::BadId => "密钥编号与名称、密钥不符",
    };
    Bilingual::new(why.to_string(), zh)
}
