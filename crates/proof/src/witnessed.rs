//! Whether every witness that somebody asks for has cosigned a checkpoint.

use crate::cosignature::Cosignature;
use crate::key::WitnessKey;
use crate::log_finding::LogFinding;
use crate::note::Note;

/// The cosignatures of the witnesses asked for, and a finding on each that has none or a wrong one. `file` is
/// where the checkpoint stands.
pub(crate) fn witnessed(
    checkpoint: &Note,
    asked: &[WitnessKey],
    file: &str,
) -> (Vec<Cosignature>, Vec<LogFinding>) {
    let (mut seen, mut findings) = (Vec::new(), Vec::new());
    for witness in asked {
        match checkpoint.cosignatures(std::slice::from_ref(witness)) {
            Ok(none) if none.is_empty() => findings
                .push(LogFinding::NotCosigned { file: file.to_owned(), witness: Box::new(witness.clone()) }),
            Ok(valid) => seen.extend(valid),
            Err(why) => findings.push(LogFinding::BadCosignature { file: file.to_owned(), why }),
        }
    }
    (seen, findings)
}
