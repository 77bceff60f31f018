//! Checkpoints (C2SP tlog-checkpoint): the size and root of a log, as a note the log has signed.

use std::fmt;

use diagnostic::Bilingual;

use crate::decimal::parse_decimal;
use crate::digest::Digest;
use crate::key::{SigningKey, VerifyingKey};
use crate::note::{Note, NoteError, VerifyError};

/// What a log says of itself at one moment.
///
/// ```
/// use proof::{Checkpoint, EMPTY_ROOT, Note, SigningKey};
/// let key = SigningKey::from_seed("cloud.example/t/7/log", [7; 32])?;
/// let signed = Checkpoint { origin: "cloud.example/t/7/log".to_owned(), size: 0, root: EMPTY_ROOT }.sign(&key)?;
/// let note = Note::parse(signed.to_string().as_bytes())?;
/// assert_eq!(Checkpoint::open(&note, key.verifying_key())?.size, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log it is: a URL without its scheme, and the name of the log's key.
    pub origin: String,
    /// The number of entries.
    pub size: u64,
    /// The root of the Merkle tree over them.
    pub root: Digest,
}

/// Why a checkpoint is not one of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckpointError {
    /// Not a note.
    Note(NoteError),
    /// A signature that names the log's key is not its signature.
    BadSignature(VerifyingKey),
    /// No signature of the log's key.
    NotSigned(VerifyingKey),
    /// This line, from 1, is not what a checkpoint has there: origin, size, root, lines that are not empty.
    BadLine(usize),
    /// The log's key signs for one log, and this is another's checkpoint.
    WrongOrigin {
        /// The name of the key.
        expected: String,
        /// The origin found.
        found: String,
    },
}

impl CheckpointError {
    /// The reason in both languages.
    pub fn reason(&self) -> Bilingual {
        match self {
            Self::Note(NoteError { line, problem }) => {
                let why = problem.reason();
                Bilingual::new(format!("line {line}: {}", why.en), format!("第 {line} 行：{}", why.zh))
            }
            Self::BadSignature(key) => Bilingual::new(
                format!("the signature of `{}` is invalid", key.name()),
                format!("`{}` 的签名无效", key.name()),
            ),
            Self::NotSigned(key) => Bilingual::new(
                format!("it has no signature of the log's key `{key}`"),
                format!("没有日志密钥 `{key}` 的签名"),
            ),
            Self::BadLine(line) => Bilingual::new(
                format!("line {line}: expected origin, size and root of a log, each on its line"),
                format!("第 {line} 行：应依次为日志的名称、条数与根，各占一行"),
            ),
            Self::WrongOrigin { expected, found } => Bilingual::new(
                format!("it is of log {found:?}, and the key is that of `{expected}`"),
                format!("它属于日志 {found:?}，而密钥属于 `{expected}`"),
            ),
        }
    }
}

impl fmt::Display for CheckpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason().en)
    }
}

impl std::error::Error for CheckpointError {}

impl Checkpoint {
    /// The text that is signed, three lines (tlog-checkpoint, "Note text"). Also the entry by which a log of
    /// logs records it.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root.to_base64())
    }

    /// Signs it with the log's key, whose name must be the origin.
    pub fn sign(&self, key: &SigningKey) -> Result<Note, CheckpointError> {
        self.check_origin(key.verifying_key())?;
        Note::sign(&self.text(), key).map_err(CheckpointError::Note)
    }

    /// Reads a checkpoint that `log` has signed. Further signatures are passed over; lines after the third are
    /// too, as they say nothing of the tree.
    pub fn open(note: &Note, log: &VerifyingKey) -> Result<Self, CheckpointError> {
        let verified = note.verify(&[log]).map_err(|it| match it {
            VerifyError::BadSignature(key) => CheckpointError::BadSignature(key),
            VerifyError::NotSigned => CheckpointError::NotSigned(log.clone()),
        })?;
        let checkpoint = Self::parse(verified.text)?;
        checkpoint.check_origin(log)?;
        Ok(checkpoint)
    }

    /// Reads a text that nobody has vouched for, such as an entry of a log of logs.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let last = CheckpointError::BadLine(text.split('\n').count());
        let lines: Vec<&str> = text.strip_suffix('\n').ok_or(last)?.split('\n').collect();
        if let Some(empty) = lines.iter().position(|it| it.is_empty()) {
            return Err(CheckpointError::BadLine(empty + 1));
        }
        let line = |at: usize| lines.get(at).copied().ok_or(CheckpointError::BadLine(at + 1));
        let origin = line(0)?;
        let size = parse_decimal(line(1)?).ok_or(CheckpointError::BadLine(2))?;
        let root = Digest::from_base64(line(2)?).ok_or(CheckpointError::BadLine(3))?;
        Ok(Self { origin: origin.to_owned(), size, root })
    }

    /// "The log's key name in its signature line SHOULD match the origin line" (tlog-checkpoint,
    /// "Signatures"): here it must, so that one key cannot answer for two logs.
    fn check_origin(&self, key: &VerifyingKey) -> Result<(), CheckpointError> {
        if self.origin == key.name() {
            return Ok(());
        }
        Err(CheckpointError::WrongOrigin { expected: key.name().to_owned(), found: self.origin.clone() })
    }
}
