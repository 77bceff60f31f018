//! `upheld verify --checkpoint`: whether a log only grew between two checkpoints somebody kept.

use std::path::Path;

use diagnostic::Lang;
use proof::{Growth, NamedBytes};
use serde_json::json;

use crate::arguments::{Format, VerifyArguments, lang};
use crate::failure::Failure;
use crate::{files, key, log, print};

/// Runs the command.
pub(crate) fn run(arguments: &VerifyArguments) -> Result<(), Failure> {
    let lang = lang(arguments.output.lang);
    let [old, new] = arguments.checkpoint.as_slice() else {
        return Err(Failure::Usage("give --checkpoint twice, the older one first".to_owned()));
    };
    let log_key = key::public("--log-key", arguments.log_key.as_deref())?
        .ok_or_else(|| Failure::Usage("name the log with --log-key VKEY".to_owned()))?;
    let witnesses = key::witnesses(&arguments.witness)?;
    let (old, new) = (File::read(old)?, File::read(new)?);
    let proof = arguments.proof.as_deref().map(File::read).transpose()?;
    let proof = proof.as_ref().map(File::named);
    let (grown, findings) = match proof::check_growth(old.named(), new.named(), proof, &log_key, &witnesses) {
        Ok(grown) => (Some(grown), Vec::new()),
        Err(findings) => (None, findings.iter().map(proof::LogFinding::diagnostic).collect()),
    };
    match (arguments.output.format, &grown) {
        (Format::Json, _) => print::json(&json!({
            "ok": findings.is_empty(),
            "old": grown.as_ref().map(|it| log::checkpoint_json(&it.old)),
            "new": grown.as_ref().map(|it| log::checkpoint_json(&it.new)),
            "cosignatures": log::cosignatures_json(grown.as_ref().map_or(&[], |it| &it.cosignatures)),
            "findings": findings.iter().map(print::diagnostic_json).collect::<Vec<_>>(),
        }))?,
        (Format::Text, Some(grown)) => print::out(&praise(grown, lang))?,
        (Format::Text, None) => print::diagnostics(&findings, None, lang),
    }
    if grown.is_some() { Ok(()) } else { Err(Failure::Text) }
}

/// A file's bytes under the name the user gave.
struct File {
    name: String,
    bytes: Vec<u8>,
}

impl File {
    fn read(path: &Path) -> Result<Self, Failure> {
        Ok(Self { name: path.display().to_string(), bytes: files::bytes(path)? })
    }

    fn named(&self) -> NamedBytes<'_> {
        NamedBytes { name: &self.name, bytes: &self.bytes }
    }
}

fn praise(grown: &Growth, lang: Lang) -> String {
    let (origin, old, new) = (&grown.new.origin, grown.old.size, grown.new.size);
    let head = match lang {
        Lang::En => format!(
            "verified: log {origin} grew from {old} to {new} entries\n          the first {old} are unchanged, each at its place\n"
        ),
        Lang::Zh => format!(
            "验证通过：日志 {origin} 由 {old} 条增至 {new} 条\n          前 {old} 条未被改动，次序不变\n"
        ),
    };
    head + &log::cosignatures(&grown.cosignatures, lang)
}
