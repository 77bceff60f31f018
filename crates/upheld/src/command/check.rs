//! `upheld check`: everything wrong or risky with contracts, told at once.

use std::path::Path;

use diagnostic::{Diagnostic, Lang, Severity, has_errors};
use serde_json::Value;

use crate::arguments::{FilesArguments, Format, lang};
use crate::failure::Failure;
use crate::{files, print};

/// Runs the command.
pub(crate) fn run(arguments: &FilesArguments) -> Result<(), Failure> {
    let lang = lang(arguments.output.lang);
    let mut all: Vec<Diagnostic> = Vec::new();
    for file in &arguments.files {
        let found = check(file, arguments.output.format, lang)?;
        all.extend(found);
    }
    match arguments.output.format {
        Format::Json => print::json(&Value::Array(all.iter().map(print::diagnostic_json).collect()))?,
        Format::Text => print::out(&summary(arguments.files.len(), &all, lang))?,
    }
    if has_errors(&all) { Err(Failure::Text) } else { Ok(()) }
}

fn check(file: &Path, format: Format, lang: Lang) -> Result<Vec<Diagnostic>, Failure> {
    let text = files::text(file)?;
    let found = findings(&file.display().to_string(), &text);
    if format == Format::Text {
        print::diagnostics(&found, Some(&text), lang);
    }
    Ok(found)
}

/// What the language and the economic checker say of a contract, in the order of the text.
pub(crate) fn findings(name: &str, text: &str) -> Vec<Diagnostic> {
    let (contract, mut found) = language::read(name, text);
    if let Some(contract) = contract {
        found.extend(review::review(&contract));
        diagnostic::sort(&mut found);
    }
    found
}

fn summary(files: usize, all: &[Diagnostic], lang: Lang) -> String {
    let count = |severity| all.iter().filter(|it| it.severity == severity).count();
    let (errors, warnings, notes) = (count(Severity::Error), count(Severity::Warning), count(Severity::Note));
    match lang {
        Lang::En => format!(
            "{}: {}, {}, {}\n",
            print::counted(files, "contract", "contracts"),
            print::counted(errors, "error", "errors"),
            print::counted(warnings, "warning", "warnings"),
            print::counted(notes, "note", "notes")
        ),
        Lang::Zh => format!("{files} 份合同：{errors} 个错误，{warnings} 个警告，{notes} 条提示\n"),
    }
}
