//! A diagnostic while only the span in the contract is known; the file's name is added at the end.

use diagnostic::{Bilingual, Diagnostic, Place, Severity};

use crate::syntax::token::Span;

/// What is wrong, where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Registry code.
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// Where in the contract.
    pub span: Span,
    /// What is wrong.
    pub message: Bilingual,
    /// How to mend it.
    pub help: Bilingual,
    /// Further facts.
    pub notes: Vec<Bilingual>,
}

impl Problem {
    /// An error: the contract cannot be used.
    pub fn error(code: &'static str, span: Span, message: Bilingual, help: Bilingual) -> Self {
        Self { code, severity: Severity::Error, span, message, help, notes: Vec::new() }
    }

    /// A warning: money or meaning is at risk.
    pub fn warning(code: &'static str, span: Span, message: Bilingual, help: Bilingual) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message, help) }
    }

    /// A note: worth printing on statements.
    pub fn remark(code: &'static str, span: Span, message: Bilingual, help: Bilingual) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, span, message, help) }
    }

    /// The diagnostic in `file`, whose whole text is `text`.
    pub fn in_file(self, file: &str, text: &str) -> Diagnostic {
        Diagnostic {
            code: self.code,
            severity: self.severity,
            place: Some(Place::in_text(file, text, self.span.from, self.span.until)),
            message: self.message,
            help: self.help,
            notes: self.notes,
        }
    }
}

/// Short for both languages at once.
pub fn both(en: impl Into<String>, zh: impl Into<String>) -> Bilingual {
    Bilingual::new(en, zh)
}
