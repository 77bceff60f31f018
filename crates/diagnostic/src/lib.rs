//! What is wrong with a text somebody gave us: a code, a place, a message and a help, in two languages.
//!
//! A diagnostic is never a program fault and never a refusal: it is about the user's own words. Parsers
//! and checkers return `(T, Vec<Diagnostic>)`, so that everything wrong is told at once.

mod codes;
mod render;

pub use codes::{Code, code, codes};
pub use render::{render, width};

/// One sentence in both languages of the product.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bilingual {
    /// English text: lower-case start, no final period, code in backticks.
    pub en: String,
    /// Chinese text.
    pub zh: String,
}

impl Bilingual {
    /// Both texts at once, so that neither can be forgotten.
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { en: en.into(), zh: zh.into() }
    }

    /// The text in `lang`.
    pub fn in_lang(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }
}

/// A language people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

/// How much a diagnostic weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The text cannot be used.
    Error,
    /// The text can be used, but money or meaning is at risk.
    Warning,
    /// Worth knowing; printed on statements.
    Note,
}

/// A byte span in one named file, with the 1-based line and column people see
/// (columns count Unicode scalar values).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file's name as the user gave it.
    pub file: String,
    /// First byte of the span.
    pub from: usize,
    /// One past the last byte of the span.
    pub until: usize,
    /// 1-based line.
    pub line: usize,
    /// 1-based column.
    pub column: usize,
}

impl Place {
    /// The place of bytes `[from, until)` of `text`; positions past the end are moved to the end.
    pub fn in_text(file: &str, text: &str, from: usize, until: usize) -> Self {
        let from = floor_boundary(text, from.min(text.len()));
        let before = text.get(..from).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            file: file.to_owned(),
            from,
            until: until.max(from),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).map_or(1, |line| line.chars().count() + 1),
        }
    }
}

fn floor_boundary(text: &str, mut at: usize) -> usize {
    while at > 0 && !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// One thing wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code such as `E0101`; explained by [`code`].
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// Where, when a place can be named.
    pub place: Option<Place>,
    /// What is wrong: "expected X, found Y".
    pub message: Bilingual,
    /// How to mend it.
    pub help: Bilingual,
    /// Further facts: a counterexample, the other place.
    pub notes: Vec<Bilingual>,
}

impl Diagnostic {
    /// A diagnostic without a place or notes.
    pub fn new(code: &'static str, severity: Severity, message: Bilingual, help: Bilingual) -> Self {
        Self { code, severity, place: None, message, help, notes: Vec::new() }
    }

    /// The same at `place`.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The same with one more note.
    #[must_use]
    pub fn note(mut self, note: Bilingual) -> Self {
        self.notes.push(note);
        self
    }
}

/// Whether any diagnostic makes the text unusable.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|it| it.severity == Severity::Error)
}

/// Orders diagnostics as a reader meets them: by file, position, then code.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| {
        (&a.place, a.severity, a.code, &a.message).cmp(&(&b.place, b.severity, b.code, &b.message))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let place = Place::in_text("a.md", "第一行\n赔付 = x", "第一行\n赔付 = ".len(), 100);
        assert_eq!((place.line, place.column), (2, 6));
    }
}
