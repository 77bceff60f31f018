//! Printing: diagnostics for people and for programs.

use std::io::Write;

use diagnostic::{Diagnostic, Lang, Severity, render};
use serde_json::{Value, json};

use crate::failure::Failure;

/// Prints diagnostics for people; `text` is the file they speak of.
pub(crate) fn diagnostics(found: &[Diagnostic], text: Option<&str>, lang: Lang) {
    for it in found {
        let rendered = render(it, text, lang);
        if it.severity == Severity::Error {
            eprint!("{rendered}");
        } else {
            // What a full disk swallows here, the exit code still says.
            let _ = out(&rendered);
        }
    }
}

/// A diagnostic for programs.
pub(crate) fn diagnostic_json(it: &Diagnostic) -> Value {
    let place = it.place.as_ref();
    json!({
        "code": it.code,
        "severity": match it.severity { Severity::Error => "error", Severity::Warning => "warning", Severity::Note => "note" },
        "file": place.map(|it| it.file.clone()),
        "line": place.map(|it| it.line),
        "column": place.map(|it| it.column),
        "from": place.map(|it| it.from),
        "until": place.map(|it| it.until),
        "message": it.message.en,
        "message_zh": it.message.zh,
        "help": it.help.en,
        "help_zh": it.help.zh,
        "notes": it.notes.iter().map(|it| json!({"en": it.en, "zh": it.zh})).collect::<Vec<_>>(),
    })
}

/// Prints a JSON document and a line feed.
pub(crate) fn json(value: &Value) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|it| Failure::Fault(it.to_string()))?;
    out(&format!("{text}\n"))
}

/// Prints text; a reader that went away is no fault.
pub(crate) fn out(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::Fault(error.to_string()))
        }
        _ => Ok(()),
    }
}

/// One, or the plural.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
