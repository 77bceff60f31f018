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

/// Short for both languages at once; Han text gets its spaces around code and Latin words.
pub fn both(en: impl Into<String>, zh: impl Into<String>) -> Bilingual {
    Bilingual::new(en, set_apart(&zh.into()))
}

/// A space wherever a Han character touches a back-quoted piece or a Latin letter or digit outside one.
fn set_apart(zh: &str) -> String {
    let mut out = String::with_capacity(zh.len());
    let mut in_code = false;
    let mut before = ' ';
    for it in zh.chars() {
        let latin = |it: char| it.is_ascii_alphanumeric() || it == '`';
        let touches = (is_han(before) && latin(it)) || (latin(before) && is_han(it));
        if touches && !in_code {
            out.push(' ');
        }
        in_code ^= it == '`';
        out.push(it);
        before = it;
    }
    out
}

fn is_han(it: char) -> bool {
    matches!(it, '\u{4e00}'..='\u{9fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn han_text_is_set_apart_from_code_and_latin_words_but_code_is_left_as_it_is() {
        assert_eq!(
            set_apart("此处应为`a量b`却是IANA名，`+ 30 min`"),
            "此处应为 `a量b` 却是 IANA 名，`+ 30 min`"
        );
    }
}
