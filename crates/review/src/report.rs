//! Findings while they are gathered: one for each distinct problem, with the circumstances it shows in.

use diagnostic::{Bilingual, Diagnostic, Lang, Severity};
use language::contract::Span;
use language::problem::Problem;

/// At most so many counterexamples of one finding.
const CASES_MAX: usize = 6;
/// At most so many circumstances of one counterexample.
const GIVEN_MAX: usize = 4;

/// Findings, each code at most once a place.
#[derive(Debug, Default)]
pub(crate) struct Report {
    found: Vec<(Problem, Vec<Shown>)>,
}

/// A counterexample and the circumstances under which it holds; none given, it always holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) body: Bilingual,
    pub(crate) given: Bilingual,
}

/// One counterexample with all circumstances under which it was met.
#[derive(Debug)]
struct Shown {
    body: Bilingual,
    given: Vec<Bilingual>,
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

impl Case {
    /// A counterexample that holds whatever is chosen.
    pub(crate) fn always(body: Bilingual) -> Self {
        Self { body, given: Bilingual::new("", "") }
    }
}

impl Report {
    /// Adds a finding; one already known at this place only gains the counterexamples.
    pub(crate) fn add(&mut self, finding: Finding, cases: Vec<Case>) {
        let Finding { code, severity, span, message, help } = finding;
        let at = self
            .found
            .iter()
            .position(|(it, _)| it.code == code && it.span == span)
            .unwrap_or(self.found.len());
        if at == self.found.len() {
            self.found.push((Problem { code, severity, span, message, help, notes: Vec::new() }, Vec::new()));
        }
        if let Some((problem, shown)) = self.found.get_mut(at) {
            problem.severity = problem.severity.min(severity);
            cases.into_iter().for_each(|it| gather(shown, it));
        }
    }

    /// Whether a code stands at a place.
    pub(crate) fn has(&self, code: &str, span: Span) -> bool {
        self.found.iter().any(|(it, _)| it.code == code && it.span == span)
    }

    /// The findings as diagnostics of the file, as a reader meets them.
    pub(crate) fn finish(self, file: &str, text: &str) -> Vec<Diagnostic> {
        let told = self.found.into_iter().map(|(mut problem, shown)| {
            problem.notes = shown.iter().map(Shown::tell).collect();
            problem.in_file(file, text)
        });
        let mut found: Vec<Diagnostic> = told.collect();
        diagnostic::sort(&mut found);
        found
    }
}

fn gather(shown: &mut Vec<Shown>, case: Case) {
    if let Some(known) = shown.iter_mut().find(|it| it.body == case.body) {
        if !known.given.contains(&case.given) {
            known.given.push(case.given);
        }
    } else if shown.len() < CASES_MAX {
        shown.push(Shown { body: case.body, given: vec![case.given] });
    }
}

impl Shown {
    fn tell(&self) -> Bilingual {
        if self.given.iter().any(|it| it.en.is_empty()) {
            return self.body.clone();
        }
        let more = self.given.len().saturating_sub(GIVEN_MAX);
        let list = |lang, joint: &str| {
            let parts: Vec<&str> = self.given.iter().take(GIVEN_MAX).map(|it| it.in_lang(lang)).collect();
            parts.join(joint)
        };
        let (mut en, mut zh) = (list(Lang::En, "; "), list(Lang::Zh, "；"));
        if more > 0 {
            en.push_str(&format!("; and {more} more"));
            zh.push_str(&format!("；另有 {more} 种"));
        }
        Bilingual::new(format!("{} ({en})", self.body.en), format!("{}（{zh}）", self.body.zh))
    }
}
