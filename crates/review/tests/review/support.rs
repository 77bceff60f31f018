//! Small contracts, and findings as a few lines of text.

use std::fmt::Write;

use diagnostic::{Diagnostic, Severity};
use language::Contract;

/// A contract with these rules; panics on errors, so that a test never passes over a typing mistake.
pub(crate) fn contract(body: &str) -> Contract {
    let text = format!(
        "---\nid: sample\nversion: \"1\"\nzone: Asia/Shanghai\ncurrency: CNY\nrounding: half_up\n---\n\n# Sample\n\n{body}\n"
    );
    named("sample.md", &text)
}

/// A contract from its whole text.
pub(crate) fn named(file: &str, text: &str) -> Contract {
    let (contract, found) = language::read(file, text);
    let errors: Vec<&Diagnostic> = found.iter().filter(|it| it.severity == Severity::Error).collect();
    contract.unwrap_or_else(|| panic!("{errors:#?}"))
}

/// A block of rules.
pub(crate) fn rules(text: &str) -> Contract {
    contract(&format!("```sla\ngaps count as up\n{text}\n```"))
}

/// Codes in order, without duplicates.
pub(crate) fn codes(contract: &Contract) -> Vec<&'static str> {
    let mut codes: Vec<&'static str> = review::review(contract).iter().map(|it| it.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Findings, one line each with indented notes; the codes named are left out.
pub(crate) fn told(contract: &Contract, without: &[&str]) -> String {
    let mut out = String::new();
    for it in review::review(contract).iter().filter(|it| !without.contains(&it.code)) {
        let word = if it.severity == Severity::Warning { "warning" } else { "note" };
        let line =
            it.place.as_ref().and_then(|it| contract.text.lines().nth(it.line - 1)).unwrap_or_default();
        let line: String = line.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(48).collect();
        let _ = writeln!(out, "`{line}`: {word} {} {}\n    {}", it.code, it.message.en, it.message.zh);
        for note in &it.notes {
            let _ = writeln!(out, "    = {}\n    = {}", note.en, note.zh);
        }
    }
    out
}
