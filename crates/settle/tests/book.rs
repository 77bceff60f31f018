//! The language book is true: every contract, fragment, worked case and record printed in it is run.
//!
//! What the words after a fence mean is written in the book itself, in `docs/language/index.md`.

use std::fs;
use std::path::{Path, PathBuf};

use diagnostic::{Diagnostic, Lang, Severity, has_errors, render};
use evidence::{Memory, SourceFile};
use language::contract::Contract;
use settle::Inputs;

/// What a fragment is put behind, so that it can be short.
const FRONT: &str =
    "---\nid: fragment\nversion: \"1\"\nzone: UTC\ncurrency: EUR\nrounding: half_up\n---\n\n# Fragment\n\n";

/// A fenced block of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fence {
    /// The words after the backticks.
    info: Vec<String>,
    /// 1-based line of the opening fence.
    line: usize,
    /// What stands inside.
    text: String,
    /// The code named in the comment that follows.
    code: Option<String>,
}

impl Fence {
    fn is(&self, word: &str) -> bool {
        self.info.first().is_some_and(|it| it == word)
    }

    fn has(&self, word: &str) -> bool {
        self.info.iter().skip(1).any(|it| it == word)
    }
}

#[test]
fn every_block_of_the_book_does_what_the_book_says() {
    let pages = pages("docs/language");
    let mut wrong = Vec::new();
    let mut run = 0;
    for (name, text) in &pages {
        let fences = fences(text);
        run += fences.len();
        wrong.extend(page_faults(&fences).into_iter().map(|it| format!("{name}:{it}")));
    }
    assert!(wrong.is_empty(), "{} blocks are wrong\n\n{}", wrong.len(), wrong.join("\n"));
    assert!(pages.len() >= 17 && run > 100, "only {run} blocks on {} pages were found", pages.len());
}

#[test]
fn a_wrong_block_is_found() {
    let page = |text: &str| page_faults(&fences(text)).len();
    let fact = "```sla\nfact outage : span {}\n";
    assert_eq!(page(&format!("{fact}down = length(outage)\n```\n")), 0);
    assert_eq!(page(&format!("{fact}down = length(outrage)\n```\n")), 1, "a misspelt name");
    assert_eq!(
        page(&format!("{fact}down = length(outrage)\n```\n").replace("```sla", "```sla error")),
        1,
        "no code"
    );
    let told = "```sla error\ndown = length(outrage)\n```\n<!-- E0101 -->\n";
    assert_eq!(page(told), 0);
    assert_eq!(page(&told.replace("E0101", "E0102")), 1, "another code");
    assert_eq!(page(&told.replace("length(outrage)", "1 h")), 1, "no error after all");
    let case = format!("{fact}down = length(outage)\n```\n```example\n\"none\"\nexpect down = 0 s\n```\n");
    assert_eq!(page(&case), 0);
    assert_eq!(page(&case.replace("0 s", "1 s")), 1, "a wrong expectation");
    assert_eq!(page(&case.replace("expect down = 0 s\n", "")), 1, "nothing expected");
    assert_eq!(page("```slaa\ncycle calendar month\n```\n"), 1, "an unknown kind of block");
    assert_eq!(page("````markdown\n# No front matter\n````\n"), 1, "no whole contract");
    let record =
        format!("{fact}```\n```ndjson\n{{\"fact\":\"outage\",\"from\":\"2026-10-01T10:00:00Z\"}}\n```\n");
    assert_eq!(page(&record), 0);
    assert_eq!(page(&record.replace("00Z", "00")), 1, "a time without a zone");
}

#[test]
fn the_tour_settles_to_the_figures_it_prints() {
    let page = read("docs/language/index.md");
    let fences = fences(&page);
    let whole = fences.iter().find(|it| it.is("markdown")).unwrap();
    let records = fences.iter().find(|it| it.is("ndjson")).unwrap();
    let printed = &fences.iter().rfind(|it| it.is("text")).unwrap().text;
    let contract = language::read("tour.md", &whole.text).0.unwrap();
    let evidence = evidence::read(&contract.schema, &[file(records)]).0;
    let inputs = Inputs { plan: Some("pilot".to_owned()), ..Inputs::default() };
    let cycle = settle::cycle_span(&contract, &inputs, "2026-10").unwrap();
    let given = settle::parameters(&contract, &inputs, &cycle).unwrap();
    let settled = settle::settle(&contract, &Memory::new(evidence.as_of(None)), &cycle, &inputs, &given);
    assert!(!settled.remedies.is_empty() && !settled.promises.is_empty() && !settled.claims.is_empty());
    for promise in &settled.promises {
        assert!(has_line(printed, &promise.name, promise.verdict.word()), "{promise:?}\n{printed}");
    }
    for remedy in &settled.remedies {
        let paid = remedy.rounded.as_ref().unwrap().show();
        assert!(has_line(printed, &remedy.name, &paid), "{paid} {remedy:?}\n{printed}");
    }
}

#[test]
fn the_chapter_on_limits_states_the_limits_of_the_code() {
    let chapter = read("docs/language/limits.md");
    let kib = |bytes: usize| format!("{} KiB", bytes / 1024);
    let stated = [
        kib(language::syntax::document::CONTRACT_BYTES_MAX),
        kib(evidence::LINE_BYTES_MAX),
        format!("{} bits", quantity::RATIO_BITS_MAX),
        format!("| Depth of an expression | {} |", language::syntax::parser::NESTING_MAX),
        format!("| Records of one example line | {} |", grouped(settle::example::RECORDS_MAX)),
        format!("| Problems told of one evidence file | {} |", evidence::DIAGNOSTICS_MAX),
    ];
    for limit in stated {
        assert!(chapter.contains(&limit), "limits.md does not say `{limit}`");
    }
}

#[test]
fn every_link_between_the_documents_leads_to_a_file() {
    let mut pages = pages("docs/language");
    pages.extend(self::pages("docs/decisions"));
    pages.extend(["ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(|it| (it.to_owned(), read(it))));
    assert!(pages.iter().all(|(_, text)| !text.is_empty()), "a document is missing");
    let mut lost = Vec::new();
    for (name, text) in &pages {
        let folder = Path::new(name).parent().unwrap();
        let files = links(text).into_iter().filter(|it| !it.contains("://"));
        let missing = files.filter(|it| !it.is_empty() && !root().join(folder).join(it).exists());
        lost.extend(missing.map(|it| format!("{name}: {it}")));
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

#[test]
fn every_test_the_map_names_exists() {
    let map = read("ARCHITECTURE.md");
    let named: Vec<(&str, &str)> = map
        .split('`')
        .filter_map(|it| it.split_once("::"))
        .filter(|(file, _)| file.ends_with(".rs"))
        .collect();
    assert!(named.len() >= 20, "the map names only {} tests", named.len());
    let missing: Vec<_> = named.into_iter().filter(|(file, test)| !has_test(file, test)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Whether a line begins with this name and says this of it.
fn has_line(text: &str, name: &str, says: &str) -> bool {
    text.lines().any(|it| it.split_whitespace().next() == Some(name) && it.contains(says))
}

fn has_test(file: &str, test: &str) -> bool {
    fs::read_to_string(root().join(file)).is_ok_and(|text| text.contains(&format!("fn {test}(")))
}

/// `1000000` as `1 000 000`, the way the book writes numbers.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(|it| String::from_utf8_lossy(it).into_owned());
    groups.collect::<Vec<_>>().join(" ")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A document; empty when there is none.
fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_default()
}

/// The pages of a folder with their names, in order; none when there is no such folder.
fn pages(folder: &str) -> Vec<(String, String)> {
    let entries = fs::read_dir(root().join(folder)).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|it| it.file_name().into_string().ok()).collect();
    names.retain(|it| it.ends_with(".md"));
    names.sort();
    names.into_iter().map(|it| format!("{folder}/{it}")).map(|it| (it.clone(), read(&it))).collect()
}

/// Targets of links, without what follows `#`; code is left out.
fn links(page: &str) -> Vec<&str> {
    let targets = page.split("](").skip(1).filter_map(|it| it.split_once(')'));
    targets.map(|(it, _)| it.split('#').next().unwrap_or("")).filter(|it| !it.contains(['`', ' '])).collect()
}

/// The fenced blocks of a page; an inner fence belongs to the outer one with more backticks.
fn fences(page: &str) -> Vec<Fence> {
    let mut found: Vec<Fence> = Vec::new();
    let mut open: Option<(usize, Fence)> = None;
    for (at, line) in page.lines().enumerate() {
        let ticks = line.chars().take_while(|it| *it == '`').count();
        match &mut open {
            Some((width, _)) if ticks >= *width && line.len() == ticks => {
                found.extend(open.take().map(|(_, it)| it))
            }
            Some((_, fence)) => fence.text.extend([line, "\n"]),
            None if ticks >= 3 => {
                let info = line[ticks..].split_whitespace().map(str::to_owned).collect();
                open = Some((ticks, Fence { info, line: at + 1, text: String::new(), code: None }));
            }
            None => name_code(line, &mut found),
        }
    }
    assert!(open.is_none(), "a fence is not closed");
    found
}

/// The comment after a block names the code it must give.
fn name_code(line: &str, found: &mut [Fence]) {
    let code = line.strip_prefix("<!-- ").and_then(|it| it.strip_suffix(" -->"));
    if let (Some(code), Some(last)) = (code, found.last_mut()) {
        last.code = Some(code.to_owned());
    }
}

/// What is wrong with the blocks of one page, each with its line.
fn page_faults(fences: &[Fence]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut contract = String::new();
    for fence in fences {
        let fault = match fence.info.first().map(String::as_str) {
            Some("markdown") => {
                contract.clone_from(&fence.text);
                checked(fence, &contract)
            }
            Some("sla") => {
                contract = if fence.has("more") {
                    format!("{contract}{}", rules(&fence.text))
                } else {
                    fragment(&fence.text)
                };
                checked(fence, &contract)
            }
            Some("example") => case(fence, &contract),
            Some("ndjson" | "csv") => records(fence, &contract),
            Some("text" | "sh") => Ok(()),
            _ => Err(format!("this kind of block is not known: {:?}", fence.info)),
        };
        faults.extend(fault.err().map(|it| format!("{}: {it}", fence.line)));
    }
    faults
}

fn rules(text: &str) -> String {
    format!("```sla\n{text}```\n\n")
}

fn fragment(text: &str) -> String {
    let says_cycle = text.lines().any(|it| it.starts_with("cycle "));
    let cycle = if says_cycle { String::new() } else { rules("cycle calendar month\n") };
    format!("{FRONT}{cycle}{}", rules(text))
}

/// A contract is free of findings and its cases pass, or it is wrong in the way the page says.
fn checked(fence: &Fence, text: &str) -> Result<(), String> {
    let (contract, found) = language::read("book.md", text);
    if fence.has("error") || fence.has("warning") {
        let severity = if fence.has("error") { Severity::Error } else { Severity::Warning };
        return names_code(fence, &found, severity, text);
    }
    match contract {
        Some(contract) if found.is_empty() => cases_pass(&contract, text),
        _ => Err(format!("should be free of findings\n{}", shown(&found, text))),
    }
}

fn names_code(fence: &Fence, found: &[Diagnostic], severity: Severity, text: &str) -> Result<(), String> {
    let Some(code) = &fence.code else { return Err("no comment `<!-- CODE -->` follows".to_owned()) };
    let said = found.iter().any(|it| it.severity == severity && it.code == code);
    if said { Ok(()) } else { Err(format!("should say {code}, says\n{}", shown(found, text))) }
}

fn cases_pass(contract: &Contract, text: &str) -> Result<(), String> {
    let results = settle::examples(contract);
    let failed: Vec<String> = results
        .iter()
        .filter(|it| !it.passed())
        .map(|it| format!("“{}”\n{}", it.title, shown(&it.failures, text)))
        .collect();
    if failed.is_empty() { Ok(()) } else { Err(failed.join("\n")) }
}

/// A worked case is run with the contract or the fragment that stands before it.
fn case(fence: &Fence, contract: &str) -> Result<(), String> {
    let text = format!("{contract}\n```example\n{}```\n", fence.text);
    let (contract, found) = language::read("book.md", &text);
    if fence.has("error") && has_errors(&found) {
        return names_code(fence, &found, Severity::Error, &text);
    }
    let Some(contract) = contract else { return Err(shown(&found, &text)) };
    let result = settle::examples(&contract).pop().ok_or("no case was read")?;
    if fence.has("error") {
        return names_code(fence, &result.failures, Severity::Error, &text);
    }
    match (result.passed(), result.expectations) {
        (true, 0) => Err("nothing is expected".to_owned()),
        (true, _) => Ok(()),
        (false, _) => Err(shown(&result.failures, &text)),
    }
}

/// Records are read with the facts of the contract or the fragment that stands before them.
fn records(fence: &Fence, contract: &str) -> Result<(), String> {
    let (contract, found) = language::read("book.md", contract);
    let Some(contract) = contract else { return Err(shown(&found, "")) };
    let (evidence, found) = evidence::read(&contract.schema, &[file(fence)]);
    if fence.has("error") {
        return names_code(fence, &found, Severity::Error, &fence.text);
    }
    let read = found.is_empty() && !evidence.records().is_empty();
    if read { Ok(()) } else { Err(format!("records are not read\n{}", shown(&found, &fence.text))) }
}

fn file(fence: &Fence) -> SourceFile {
    let extension = fence.info.first().map(String::as_str).unwrap_or_default();
    SourceFile { name: format!("book.{extension}"), bytes: fence.text.clone().into_bytes() }
}

fn shown(found: &[Diagnostic], text: &str) -> String {
    found.iter().map(|it| render(it, Some(text), Lang::En)).collect()
}
