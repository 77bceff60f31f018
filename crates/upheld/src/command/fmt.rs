//! `upheld fmt`: lays out the rules of contracts; the prose is left alone.

use serde_json::{Value, json};

use crate::arguments::{FmtArguments, Format, lang};
use crate::failure::Failure;
use crate::{files, print};

/// Runs the command.
pub(crate) fn run(arguments: &FmtArguments) -> Result<(), Failure> {
    let lang = lang(arguments.output.lang);
    let mut documents = Vec::new();
    let mut wrong = false;
    for file in &arguments.files {
        let text = files::text(file)?;
        let name = file.display().to_string();
        let (changed, found) = match language::format::format(&text) {
            Ok(formatted) => (formatted != text, Ok(formatted)),
            Err(problems) => {
                (false, Err(problems.into_iter().map(|it| it.in_file(&name, &text)).collect::<Vec<_>>()))
            }
        };
        match &found {
            Ok(formatted) if changed && !arguments.check => files::write(file, formatted.as_bytes())?,
            Ok(_) => wrong |= changed,
            Err(_) => wrong = true,
        }
        let problems = found.err().unwrap_or_default();
        match arguments.output.format {
            Format::Json => documents.push(json!({
                "file": name,
                "changed": changed,
                "diagnostics": problems.iter().map(print::diagnostic_json).collect::<Vec<_>>(),
            })),
            Format::Text => {
                print::diagnostics(&problems, Some(&text), lang);
                if changed {
                    print::out(&format!(
                        "{} {name}\n",
                        if arguments.check { "would change" } else { "formatted" }
                    ))?;
                }
            }
        }
    }
    if arguments.output.format == Format::Json {
        print::json(&Value::Array(documents))?;
    }
    if wrong { Err(Failure::Text) } else { Ok(()) }
}
