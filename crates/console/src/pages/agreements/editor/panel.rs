//! What the editor says about a text: errors at their lines, warnings to acknowledge, what it leaves open, worked cases.

use std::collections::BTreeSet;

use diagnostic::{Diagnostic, Severity};
use platform::drafts::{Draft, DraftFinding};
use settle::ExampleResult;

use super::super::count;
use super::super::marked::Marked;
use super::{ACKNOWLEDGE, Typed};
use crate::tone::{Chip, Tone};
use crate::view::View;

/// Everything said about a text.
pub(super) struct Panel {
    pub(super) name: Option<String>,
    pub(super) verdict: Chip,
    pub(super) errors: Vec<Said>,
    /// What is wrong in annexes; their lines are not the contract's.
    pub(super) annexes: Vec<Said>,
    pub(super) warnings: Vec<Warning>,
    pub(super) notes: Vec<Said>,
    pub(super) notes_title: String,
    pub(super) examples: Vec<Example>,
    pub(super) examples_title: String,
    /// The text by lines, where something points at one.
    pub(super) lines: Vec<Line>,
}

/// A diagnostic at its line.
pub(super) struct Said {
    pub(super) code: String,
    pub(super) line: usize,
    pub(super) excerpt: String,
    pub(super) message: Marked,
    pub(super) help: Marked,
    pub(super) notes: Vec<Marked>,
}

/// Warnings that are acknowledged under one name.
pub(super) struct Warning {
    pub(super) field: String,
    pub(super) name: String,
    pub(super) clause: String,
    pub(super) checked: bool,
    pub(super) said: Vec<Said>,
}

/// A worked case and whether it came out.
pub(super) struct Example {
    pub(super) title: String,
    pub(super) clause: String,
    pub(super) chip: Chip,
    pub(super) failures: Vec<Said>,
}

/// A line of the text.
pub(super) struct Line {
    pub(super) number: usize,
    pub(super) text: String,
    pub(super) marked: bool,
}

impl Panel {
    pub(super) fn new(view: &View<'_, '_>, draft: &Draft, typed: &Typed) -> Self {
        let w = view.w;
        let source: Vec<&str> = typed.text.lines().collect();
        let said = |it: &Diagnostic| said(view, it, &source);
        let is_example = |it: &Diagnostic| draft.examples.iter().any(|at| at.failures.contains(it));
        let errors: Vec<Said> = draft.errors.iter().filter(|it| !is_example(it)).map(said).collect();
        let annexes: Vec<Said> = draft.annexes.iter().map(|it| in_annex(view, it, &typed.annexes)).collect();
        let warnings = warnings(view, &draft.findings, typed, &source);
        let notes: Vec<Said> = draft
            .findings
            .iter()
            .map(|it| &it.diagnostic)
            .filter(|it| it.severity == Severity::Note)
            .map(said)
            .collect();
        let mut examples: Vec<Example> = draft.examples.iter().map(|it| example(view, it, &source)).collect();
        // What does not come out first.
        examples.sort_by_key(|it| it.failures.is_empty());
        let failed = draft.examples.iter().filter(|it| !it.passed() && !it.printed).count();
        let open = warnings.iter().filter(|it| !it.checked).count();
        let verdict = match (errors.len() + annexes.len(), failed, open) {
            (0, 0, 0) => Chip::new(Tone::Good, w.agreements_draft_ready()),
            (0, 0, open) => Chip::new(Tone::Pending, w.agreements_draft_open(count(open))),
            (0, failed, _) => Chip::new(Tone::Bad, w.agreements_draft_failed(count(failed))),
            (errors, _, _) => Chip::new(Tone::Bad, w.agreements_draft_errors(count(errors))),
        };
        let passed = draft.examples.len().saturating_sub(failed);
        Self {
            name: draft.name.as_ref().map(|it| {
                let title = statement::display::half_of_pair(&it.title, view.lang);
                w.agreements_draft_name(title, &it.id, &it.version)
            }),
            verdict,
            notes_title: w.agreements_draft_notes(count(notes.len())),
            examples_title: w.agreements_draft_examples(count(passed), count(draft.examples.len())),
            lines: lines(
                &source,
                errors
                    .iter()
                    .chain(&notes)
                    .chain(examples.iter().flat_map(|it| &it.failures))
                    .chain(warnings.iter().flat_map(|it| &it.said)),
            ),
            errors,
            annexes,
            warnings,
            notes,
            examples,
        }
    }
}

fn said(view: &View<'_, '_>, it: &Diagnostic, source: &[&str]) -> Said {
    let line = it.place.as_ref().map_or(0, |it| it.line);
    let half = |text: &diagnostic::Bilingual| Marked::new(&statement::display::half_of_pair(text, view.lang));
    Said {
        code: it.code.to_owned(),
        line,
        excerpt: line
            .checked_sub(1)
            .and_then(|at| source.get(at))
            .filter(|it| it.trim() != "---")
            .map_or_else(String::new, |it| it.trim().to_owned()),
        message: half(&it.message),
        help: half(&it.help),
        notes: it.notes.iter().map(half).collect(),
    }
}

/// A finding in an annex, with its line and without a link to one of the contract's.
fn in_annex(view: &View<'_, '_>, it: &Diagnostic, annexes: &[String]) -> Said {
    let at = it.place.as_ref().and_then(|it| {
        it.file.strip_prefix("annexes[")?.strip_suffix(']')?.parse::<usize>().ok().map(|at| (at, it.line))
    });
    let text = at.and_then(|it| annexes.get(it.0)).map_or("", String::as_str);
    let source: Vec<&str> = text.lines().collect();
    let said = said(view, it, &source);
    let place = at.map_or_else(String::new, |it| view.w.agreements_draft_annex(count(it.0 + 1), it.1));
    let excerpt = if said.excerpt.is_empty() { place } else { format!("{place}: {}", said.excerpt) };
    Said { line: 0, excerpt, ..said }
}

fn warnings(view: &View<'_, '_>, findings: &[DraftFinding], typed: &Typed, source: &[&str]) -> Vec<Warning> {
    let mut all = Vec::<Warning>::new();
    for it in findings {
        let Some(name) = &it.acknowledge else { continue };
        let said = said(view, &it.diagnostic, source);
        match all.iter_mut().find(|it| it.name == *name) {
            Some(found) => found.said.push(said),
            None => all.push(Warning {
                field: format!("{ACKNOWLEDGE}{name}"),
                checked: typed.acknowledged.contains(name),
                name: name.clone(),
                clause: statement::display::half(&it.clause, view.lang),
                said: vec![said],
            }),
        }
    }
    all
}

fn example(view: &View<'_, '_>, it: &ExampleResult, source: &[&str]) -> Example {
    let w = view.w;
    let chip = match (it.passed(), it.printed) {
        (true, _) => Chip::new(Tone::Good, w.agreements_example_passed()),
        (false, true) => Chip::new(Tone::Pending, w.agreements_example_printed()),
        (false, false) => Chip::new(Tone::Bad, w.agreements_example_failed()),
    };
    Example {
        title: statement::display::half(&it.title, view.lang),
        clause: statement::display::half(&it.clause, view.lang),
        chip,
        failures: it.failures.iter().map(|it| said(view, it, source)).collect(),
    }
}

fn lines<'a>(source: &[&str], said: impl Iterator<Item = &'a Said>) -> Vec<Line> {
    let marked: BTreeSet<usize> = said.map(|it| it.line).collect();
    if marked.iter().all(|it| *it == 0) {
        return Vec::new();
    }
    let line = |(at, text): (usize, &&str)| {
        let number = at + 1;
        Line { number, text: (*text).to_owned(), marked: marked.contains(&number) }
    };
    source.iter().enumerate().map(line).collect()
}
