//! Findings while they are gathered: one for each distinct problem, with the circumstances it shows in.

use diagnostic::{Bilingual, Diagnostic, Severity};
use language::contract::Span;
use language::problem::Problem;

/// At most so many notes of one finding.
const NOTES_MAX: usize = 6;

/// Findings, each code at most once a place.
#[derive(Debug, Default)]
pub(crate) struct Report {
    problems: Vec<Problem>,
}

/// What is wrong, where, and how to mend it.
pub(crate) struct Finding {
    pub(crate) code: &'static str,
    pub(crate) severity: Severity,
    pub(crate) span: Span,
    pub(crate) message: Bilingual,
    pub(crate) help: Bilingual,
}

impl Finding {
    pub(crate) fn warning(code: &'static str, span: Span, message: Bilingual, help: Bilingual) -> Self {
        Self { code, severity: Severity::Warning, span, message, help }
    }

    pub(crate) fn note(code: &'static str, span: Span, message: Bilingual, help: Bilingual) -> Self {
        Self { severity: Severity::Note, ..Self::warning(code, span, message, help) }
    }

    /// As a note, unless `serious`.
    pub(crate) fn weighed(mut self, serious: bool) -> Self {
        if !serious {
            self.severity = Severity::Note;
        }
        self
    }
}

impl Report {
    /// Adds a finding; one already known at this place only gains the counterexamples.
    pub(crate) fn add(&mut self, finding: Finding, counterexamples: Vec<Bilingual>) {
        let known = self.problems.iter_mut().find(|it| it.code == finding.code && it.span == finding.span);
        if let Some(known) = known {
            known.severity = known.severity.min(finding.severity);
            for note in counterexamples {
                if known.notes.len() < NOTES_MAX && !known.notes.contains(&note) {
                    known.notes.push(note);
                }
            }
            return;
        }
        let Finding { code, severity, span, message, help } = finding;
        let mut notes = counterexamples;
        notes.truncate(NOTES_MAX);
        self.problems.push(Problem { code, severity, span, message, help, notes });
    }

    /// Whether a code stands at a place.
    pub(crate) fn has(&self, code: &str, span: Span) -> bool {
        self.problems.iter().any(|it| it.code == code && it.span == span)
    }

    /// The findings as diagnostics of the file, as a reader meets them.
    pub(crate) fn finish(self, file: &str, text: &str) -> Vec<Diagnostic> {
        let mut found: Vec<Diagnostic> = self.problems.into_iter().map(|it| it.in_file(file, text)).collect();
        diagnostic::sort(&mut found);
        found
    }
}
