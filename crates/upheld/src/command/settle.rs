//! `upheld settle`: one cycle of one subscription, as a statement, sealed when asked.

use std::collections::BTreeMap;
use std::path::Path;

use diagnostic::{Diagnostic, Lang, Severity};
use evidence::SourceFile;
use serde_json::{Value, json};

use crate::arguments::{SettleArguments, StatementFormat, lang};
use crate::failure::Failure;
use crate::settlement::{Kept, Request, Settled, TextInputs, settlement};
use crate::{files, key, print, volume};

/// Runs the command.
pub(crate) fn run(arguments: &SettleArguments) -> Result<(), Failure> {
    let lang = lang(arguments.lang);
    let text = files::text(&arguments.contract)?;
    let name = arguments.contract.display().to_string();
    let evidence = arguments.evidence.iter().map(|it| files::evidence(it)).collect::<Result<Vec<_>, _>>()?;
    let inputs = TextInputs {
        plan: arguments.plan.clone(),
        tenant: arguments.tenant.clone(),
        since: arguments.since.clone(),
        as_of: arguments.as_of.clone(),
        parameters: parameters(&arguments.param)?,
    };
    let lake = arguments.lake.place(arguments.tenant.as_deref())?;
    let kept = lake.as_ref().map_or(Kept::Listed, |it| Kept::Lake(it));
    let request =
        Request { contract: (&name, &text), evidence: &evidence, cycle: &arguments.cycle, inputs, kept };
    let settled = settlement(&request).map_err(|found| {
        refuse(&found, (&name, &text), &evidence, arguments.format, lang);
        Failure::Text
    })?;
    if let Some(dir) = &arguments.seal {
        seal(dir, &settled, &text, &evidence, arguments.key.as_deref())?;
    }
    match arguments.format {
        StatementFormat::Text => print::out(&statement::text(&settled.settlement, lang)),
        StatementFormat::Json => print::json(&statement::json(&settled.settlement)),
        StatementFormat::Html => print::out(&statement::html(&settled.settlement, Some(&text))),
    }
}

fn parameters(given: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let split = |it: &String| {
        it.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
    };
    let mut read = Vec::new();
    for it in given {
        read.push(
            split(it).ok_or_else(|| Failure::Usage(format!("--param {it}: write --param name=value")))?,
        );
    }
    Ok(read)
}

/// Prints what is wrong: with the contract, with the evidence, or with the inputs.
fn refuse(
    found: &[Diagnostic],
    contract: (&str, &str),
    evidence: &[SourceFile],
    format: StatementFormat,
    lang: Lang,
) {
    let errors: Vec<&Diagnostic> = found.iter().filter(|it| it.severity == Severity::Error).collect();
    if format == StatementFormat::Json {
        let list = Value::Array(errors.iter().map(|it| print::diagnostic_json(it)).collect());
        // The refusal is the answer; a reader that went away changes nothing.
        let _ = print::json(&json!({ "errors": list }));
        return;
    }
    for it in errors {
        let named = it.place.as_ref().map(|it| it.file.as_str());
        let text = if named == Some(contract.0) {
            Some(contract.1.to_owned())
        } else {
            evidence
                .iter()
                .find(|file| Some(file.name.as_str()) == named)
                .map(|it| String::from_utf8_lossy(&it.bytes).into_owned())
        };
        eprint!("{}", diagnostic::render(it, text.as_deref(), lang));
    }
}

/// Writes the sealed package into an empty or new directory.
pub(crate) fn seal(
    dir: &Path,
    settled: &Settled,
    contract: &str,
    evidence: &[SourceFile],
    key: Option<&Path>,
) -> Result<(), Failure> {
    let occupied = dir.exists() && std::fs::read_dir(dir).is_ok_and(|mut it| it.next().is_some());
    if occupied {
        return Err(Failure::Usage(format!(
            "{}: not empty; a sealed statement is never overwritten",
            dir.display()
        )));
    }
    let key = key::signing_key(key)?;
    let package = proof::seal(contents(settled, contract, evidence)?, &key)
        .map_err(|it| Failure::Fault(it.to_string()))?;
    for (name, bytes) in package.files() {
        files::write(&dir.join(name), bytes)?;
    }
    Ok(())
}

/// The files of a package, before the seal.
fn contents(
    settled: &Settled,
    contract: &str,
    evidence: &[SourceFile],
) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let mut contents = BTreeMap::new();
    let told = settled.told.as_ref().map(volume::files).unwrap_or_default();
    contents.extend(told);
    let settled = &settled.settlement;
    let canonical =
        proof::canonical_bytes(&statement::json(settled)).map_err(|it| Failure::Fault(it.to_string()))?;
    contents.insert("statement.json".to_owned(), canonical);
    contents.insert("statement.html".to_owned(), statement::html(settled, Some(contract)).into_bytes());
    contents.insert("contract.md".to_owned(), contract.as_bytes().to_vec());
    for (at, file) in evidence.iter().enumerate() {
        contents.insert(proof::evidence_file(at + 1, &file.name), file.bytes.clone());
    }
    Ok(contents)
}
