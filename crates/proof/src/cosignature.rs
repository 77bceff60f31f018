//! Cosignatures (C2SP tlog-cosignature): a witness says when it saw a log at a checkpoint, and that the log had
//! only grown since it last looked.

use std::fmt;

use diagnostic::Bilingual;

use crate::key::{WitnessKey, WitnessSigningKey};
use crate::note::{Note, NoteError, SignatureLine, signature_lines};

/// Latest time of a cosignature, in seconds since 1970 (tlog-cosignature, "Format").
pub const TIME_S_MAX: u64 = i64::MAX.cast_unsigned();

/// A cosignature that was checked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cosignature {
    /// The witness's name.
    pub name: String,
    /// When it saw the checkpoint, in seconds since 1970 UTC.
    pub time_s: u64,
}

/// Why cosignatures are not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CosignatureError {
    /// A signature that names this known witness is not its cosignature of the checkpoint.
    Bad(WitnessKey),
    /// A time later than [`TIME_S_MAX`].
    BadTime(u64),
    /// Not signature lines, or too many of them.
    Note(NoteError),
}

impl CosignatureError {
    /// The reason in both languages.
    pub fn reason(&self) -> Bilingual {
        match self {
            Self::Bad(key) => Bilingual::new(
                format!("the cosignature of witness `{}` is invalid", key.name()),
                format!("见证人 `{}` 的副署无效", key.name()),
            ),
            Self::BadTime(time_s) => Bilingual::new(
                format!("second {time_s} is later than any a cosignature can have"),
                format!("第 {time_s} 秒超出副署时间的范围"),
            ),
            Self::Note(it) => {
                let why = it.problem.reason();
                Bilingual::new(
                    format!("line {}: {}", it.line, why.en),
                    format!("第 {} 行：{}", it.line, why.zh),
                )
            }
        }
    }
}

impl fmt::Display for CosignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason().en)
    }
}

impl std::error::Error for CosignatureError {}

impl Note {
    /// Adds a witness's cosignature. The witness has to have checked that the log only grew since it last
    /// looked; see [`crate::verify_consistency`].
    pub fn cosign(&mut self, key: &WitnessSigningKey, time_s: u64) -> Result<(), CosignatureError> {
        if time_s > TIME_S_MAX {
            return Err(CosignatureError::BadTime(time_s));
        }
        let signature = key.sign(&message(time_s, self.unverified_text()));
        let timed = [time_s.to_be_bytes().as_slice(), &signature].concat();
        self.add(SignatureLine::of(key.verifying_key(), timed)).map_err(CosignatureError::Note)
    }

    /// The cosignatures of the known witnesses, in the order these are given. Signatures of others are passed
    /// over; one wrong signature that names a known witness refuses the whole note (signed-note,
    /// "Signatures").
    pub fn cosignatures(&self, known: &[WitnessKey]) -> Result<Vec<Cosignature>, CosignatureError> {
        let mut valid = Vec::new();
        for witness in known {
            for signature in self.signatures_of(witness) {
                let time_s = self.cosigned_at(witness, signature);
                let time_s = time_s.ok_or_else(|| CosignatureError::Bad(witness.clone()))?;
                valid.push(Cosignature { name: witness.name().to_owned(), time_s });
            }
        }
        Ok(valid)
    }

    /// Takes over what a witness answered to a checkpoint: signature lines (tlog-witness, "add-checkpoint").
    /// Lines of witnesses that are not known are passed over; one wrong line of a known one refuses all, and
    /// the note stays as it was.
    pub fn accept_cosignatures(
        &mut self,
        answer: &str,
        known: &[WitnessKey],
    ) -> Result<Vec<Cosignature>, CosignatureError> {
        let lines = signature_lines(answer.strip_suffix('\n').unwrap_or(answer), 1);
        let mut cosigned = self.clone();
        let mut accepted = Vec::new();
        for line in lines.map_err(CosignatureError::Note)? {
            let Some(witness) = known.iter().find(|it| line.names(it)) else { continue };
            let time_s = self.cosigned_at(witness, line.signature());
            let time_s = time_s.ok_or_else(|| CosignatureError::Bad(witness.clone()))?;
            accepted.push(Cosignature { name: witness.name().to_owned(), time_s });
            cosigned.add(line).map_err(CosignatureError::Note)?;
        }
        *self = cosigned;
        Ok(accepted)
    }

    /// When `witness` cosigned this note, if `signature` is its.
    fn cosigned_at(&self, witness: &WitnessKey, signature: &[u8]) -> Option<u64> {
        let (time, signature) = signature.split_first_chunk::<8>()?;
        let time_s = u64::from_be_bytes(*time);
        let valid =
            time_s <= TIME_S_MAX && witness.accepts(&message(time_s, self.unverified_text()), signature);
        valid.then_some(time_s)
    }
}

/// What a witness signs (tlog-cosignature, "Ed25519 signed message").
fn message(time_s: u64, text: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {time_s}\n{text}").into_bytes()
}
