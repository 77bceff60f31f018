//! The language as text cases: a contract, and above each line what is said about it.
//!
//! A file of `tests/suite` holds sections `--- name ---`. A section is a whole contract (when it begins with front
//! matter or a title), the body of one (when it has fences), or the inside of one `sla` block. The section `--- prelude ---`
//! stands before every section of its file that is the inside of a block. Annotations speak of the line below them:
//! `-- Error: 5-10 E0101 unknown name` covers columns `[5, 10)`; `-- Hint:` is its help. Files whose name begins
//! with `zh-` show the Chinese words. `UPDATE_EXPECT=1` rewrites the annotations.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail the test")]

#[path = "support/invariants.rs"]
mod invariants;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use diagnostic::{Diagnostic, Lang, Severity};

const FRONT: &str = "---\nid: t\nversion: 1\nzone: Asia/Shanghai\ncurrency: CNY\nrounding: half_up\n---\n";
const CYCLE: &str = "```sla\ncycle calendar month\n```\n";
const MARKS: [&str; 5] = ["-- Error: ", "-- Warning: ", "-- Note: ", "-- Hint: ", "-- Also: "];

/// One section of a suite file.
struct Case {
    name: String,
    /// The section without annotations.
    source: String,
}

#[test]
fn every_case_says_what_it_should() {
    let mut failures = String::new();
    let mut names = Vec::new();
    for path in suite_files() {
        let text = fs::read_to_string(&path).unwrap();
        let cases = sections(&text);
        names.extend(cases.iter().map(|it| it.name.clone()).filter(|it| it != "prelude"));
        let found = rewritten(&cases, language_of(&path));
        if found == text {
            continue;
        }
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&path, found).unwrap();
        } else {
            writeln!(failures, "{}:\n{}", path.display(), differences(&text, &found)).unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}");
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count, "two cases have one name");
    assert!(count >= 250, "only {count} cases");
}

fn suite_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    paths.sort();
    paths
}

fn language_of(path: &Path) -> Lang {
    let chinese = path.file_name().is_some_and(|it| it.to_string_lossy().starts_with("zh-"));
    if chinese { Lang::Zh } else { Lang::En }
}

fn sections(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines() {
        let name = line.strip_prefix("--- ").and_then(|it| it.strip_suffix(" ---"));
        match (name, cases.last_mut()) {
            (Some(name), _) => cases.push(Case { name: name.to_owned(), source: String::new() }),
            (None, Some(case)) if !MARKS.iter().any(|it| line.trim_start().starts_with(it)) => {
                case.source.push_str(line);
                case.source.push('\n');
            }
            _ => {}
        }
    }
    for case in &mut cases {
        case.source.truncate(case.source.trim_end().len());
        case.source.push('\n');
    }
    cases
}

/// The file with the annotations that are true.
fn rewritten(cases: &[Case], lang: Lang) -> String {
    let prelude = cases.iter().find(|it| it.name == "prelude").map_or("", |it| it.source.as_str());
    let sections: Vec<String> = cases
        .iter()
        .map(|case| {
            let body = if case.name == "prelude" {
                case.source.clone()
            } else {
                annotated(prelude, &case.source, lang)
            };
            format!("--- {} ---\n{body}", case.name)
        })
        .collect();
    sections.join("\n")
}

fn annotated(prelude: &str, source: &str, lang: Lang) -> String {
    let (before, after) = around(prelude, source);
    let text = format!("{before}{source}{after}");
    invariants::check(&text);
    let (_, diagnostics) = language::read("case.md", &text);
    let first_line = before.lines().count() + 1;
    let line_of = |it: &Diagnostic| it.place.as_ref().unwrap().line;
    let mut out = String::new();
    for (at, line) in source.lines().enumerate() {
        let outside = |it: &&Diagnostic| {
            at == 0 && !(first_line..first_line + source.lines().count()).contains(&line_of(it))
        };
        for found in diagnostics.iter().filter(outside) {
            out.push_str(&annotation(&text, found, lang, true));
        }
        for found in diagnostics.iter().filter(|it| line_of(it) == first_line + at) {
            out.push_str(&annotation(&text, found, lang, false));
        }
        writeln!(out, "{line}").unwrap();
    }
    out
}

/// What stands before and after a section to make it a contract.
fn around(prelude: &str, source: &str) -> (String, &'static str) {
    if source.starts_with("---\n") || source.starts_with("# ") {
        return (String::new(), "");
    }
    if source.contains("```") {
        return (FRONT.to_owned(), "");
    }
    let cycle = if source.lines().any(|it| it.starts_with("cycle ")) { "" } else { CYCLE };
    let prelude = if prelude.is_empty() { String::new() } else { format!("```sla\n{prelude}```\n") };
    (format!("{FRONT}{cycle}{prelude}```sla\n"), "```\n")
}

fn annotation(text: &str, found: &Diagnostic, lang: Lang, outside: bool) -> String {
    let word = match found.severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Note => "Note",
    };
    let place = if outside { "outside".to_owned() } else { columns(text, found) };
    let mut out = format!("-- {word}: {place} {} {}\n", found.code, found.message.in_lang(lang));
    writeln!(out, "-- Hint: {}", found.help.in_lang(lang)).unwrap();
    for note in &found.notes {
        writeln!(out, "-- Also: {}", note.in_lang(lang)).unwrap();
    }
    out
}

/// `from-until` in characters of the line; `from-+lines:until` when it ends on a later line.
fn columns(text: &str, found: &Diagnostic) -> String {
    let place = found.place.as_ref().unwrap();
    let marked = &text[place.from..place.until];
    match marked.rsplit_once('\n') {
        None => format!("{}-{}", place.column, place.column + marked.chars().count()),
        Some((before, last)) => {
            format!("{}-+{}:{}", place.column, before.matches('\n').count() + 1, last.chars().count() + 1)
        }
    }
}

/// The lines that differ, with the names of their sections.
fn differences(want: &str, found: &str) -> String {
    let (want, found) = (by_name(want), by_name(found));
    let differing = want.iter().zip(&found).filter(|(a, b)| a != b);
    differing.map(|(a, b)| format!("want {a}\nfound {b}\n")).collect()
}

fn by_name(text: &str) -> Vec<&str> {
    text.split("\n--- ").collect()
}
