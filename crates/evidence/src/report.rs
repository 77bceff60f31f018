//! What is wrong with the files: everything at once, at most a hundred things a file, each with line and column.

use diagnostic::{Bilingual, Diagnostic, Place, Severity};

use crate::SourceFile;
use crate::row::{Span, Start};

/// Diagnostics kept per file; further ones are only counted.
pub const DIAGNOSTICS_MAX: usize = 100;

/// Characters of a user's text repeated in a message.
const QUOTED_CHARS_MAX: usize = 40;

/// What is wrong at a span of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) code: &'static str,
    pub(crate) severity: Severity,
    pub(crate) span: Span,
    pub(crate) words: Box<Words>,
}

/// What is said about a problem; boxed, for most results carry none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) message: Bilingual,
    pub(crate) help: Bilingual,
    pub(crate) notes: Vec<Bilingual>,
}

impl Problem {
    /// Something that makes the evidence unusable.
    pub(crate) fn error(code: &'static str, span: Span, message: Bilingual, help: Bilingual) -> Problem {
        let words = Box::new(Words { message, help, notes: Vec::new() });
        Problem { code, severity: Severity::Error, span, words }
    }

    /// The same, weighing otherwise.
    pub(crate) fn weighing(mut self, severity: Severity) -> Problem {
        self.severity = severity;
        self
    }

    /// The same with one more note.
    pub(crate) fn note(mut self, note: Bilingual) -> Problem {
        self.words.notes.push(note);
        self
    }
}

/// Short for both languages at once.
pub(crate) fn both(en: impl Into<String>, zh: impl Into<String>) -> Bilingual {
    Bilingual::new(en, zh)
}

/// The user's text as repeated in a message: at most forty characters, control characters escaped.
pub(crate) fn quoted(text: &str) -> String {
    let shown: String = text.chars().take(QUOTED_CHARS_MAX).flat_map(shown_char).collect();
    if text.chars().nth(QUOTED_CHARS_MAX).is_some() { shown + "…" } else { shown }
}

fn shown_char(it: char) -> impl Iterator<Item = char> {
    let escaped = it.is_control().then(|| it.escape_default());
    let plain = escaped.is_none().then_some(it);
    escaped.into_iter().flatten().chain(plain)
}

/// Collects what is wrong with each file.
pub(crate) struct Report<'a> {
    files: &'a [SourceFile],
    found: Vec<Found>,
}

#[derive(Clone, Default)]
struct Found {
    diagnostics: Vec<Diagnostic>,
    more: usize,
    worst_of_more: Option<Severity>,
}

impl<'a> Report<'a> {
    pub(crate) fn new(files: &'a [SourceFile]) -> Report<'a> {
        Report { files, found: vec![Found::default(); files.len()] }
    }

    /// Adds a problem inside the row that begins at `start`.
    pub(crate) fn add(&mut self, start: Start, problem: Problem) {
        let index = start.file as usize;
        let (Some(found), Some(file)) = (self.found.get_mut(index), self.files.get(index)) else { return };
        if found.diagnostics.len() < DIAGNOSTICS_MAX {
            found.diagnostics.push(placed(file, start, problem));
        } else {
            found.more += 1;
            found.worst_of_more = found.worst_of_more.into_iter().chain([problem.severity]).min();
        }
    }

    /// Whether further problems of this file are only counted, so that nobody needs to look for their place.
    pub(crate) fn is_full(&self, file: u32) -> bool {
        self.found.get(file as usize).is_some_and(|it| it.diagnostics.len() >= DIAGNOSTICS_MAX)
    }

    /// Whether anything found so far makes the evidence unusable.
    pub(crate) fn has_errors(&self) -> bool {
        let errs =
            |it: &Found| it.worst_of_more == Some(Severity::Error) || diagnostic::has_errors(&it.diagnostics);
        self.found.iter().any(errs)
    }

    /// The file at that position.
    pub(crate) fn file(&self, file: u32) -> Option<&'a SourceFile> {
        self.files.get(file as usize)
    }

    /// Everything found, file by file, in the order of their lines.
    pub(crate) fn finish(self) -> Vec<Diagnostic> {
        let files = self.files.iter().zip(self.found);
        files.flat_map(|(file, found)| found.in_order(file)).collect()
    }
}

impl Found {
    fn in_order(mut self, file: &SourceFile) -> Vec<Diagnostic> {
        diagnostic::sort(&mut self.diagnostics);
        self.diagnostics.extend(self.worst_of_more.map(|severity| summary(file, self.more, severity)));
        self.diagnostics
    }
}

/// Weighs as much as the worst of what it stands for, so that no error is lost by counting.
fn summary(file: &SourceFile, more: usize, severity: Severity) -> Diagnostic {
    let message = both(
        format!("{more} more problems in `{}` are not shown", file.name),
        format!("`{}` 中另有 {more} 个问题未列出", file.name),
    );
    let help = both("mend those above and read the file again", "请先改正以上问题，再重新读取该文件");
    Diagnostic::new("V0199", severity, message, help).at(Place {
        file: file.name.clone(),
        from: file.bytes.len(),
        until: file.bytes.len(),
        line: file.bytes.iter().filter(|byte| **byte == b'\n').count() + 1,
        column: 1,
    })
}

fn placed(file: &SourceFile, start: Start, problem: Problem) -> Diagnostic {
    Diagnostic {
        code: problem.code,
        severity: problem.severity,
        place: Some(place(file, start, problem.span)),
        message: problem.words.message,
        help: problem.words.help,
        notes: problem.words.notes,
    }
}

/// Counts lines and columns from the row's start only, for files may be long and problems many.
fn place(file: &SourceFile, start: Start, span: Span) -> Place {
    let before = file.bytes.get(start.byte..span.from).unwrap_or_default();
    let lines = before.iter().filter(|byte| **byte == b'\n').count();
    let line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    Place {
        file: file.name.clone(),
        from: span.from,
        until: span.until.max(span.from),
        line: start.line + lines,
        column: line.iter().filter(|byte| begins_character(**byte)).count() + 1,
    }
}

/// Whether this byte of UTF-8 does not continue a character.
fn begins_character(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> SourceFile {
        SourceFile { name: "a".to_owned(), bytes: text.as_bytes().to_vec() }
    }

    fn problem(severity: Severity) -> Problem {
        Problem::error("V0104", Span { from: 7, until: 8 }, both("", ""), both("", "")).weighing(severity)
    }

    #[test]
    fn columns_count_characters_of_the_line() {
        let start = Start { file: 0, line: 4, byte: 0 };
        let at = place(&file("中文,\n文x"), start, Span { from: 11, until: 12 });
        assert_eq!((at.line, at.column), (5, 2));
    }

    #[test]
    fn an_error_beyond_the_hundredth_problem_still_weighs_as_an_error() {
        let files = [file("12345678")];
        let mut report = Report::new(&files);
        let start = Start { file: 0, line: 1, byte: 0 };
        for _ in 0..DIAGNOSTICS_MAX {
            report.add(start, problem(Severity::Note));
        }
        assert!(report.is_full(0));
        report.add(start, problem(Severity::Error));
        report.add(start, problem(Severity::Warning));
        let all = report.finish();
        assert_eq!(all.len(), DIAGNOSTICS_MAX + 1);
        assert!(diagnostic::has_errors(&all));
        assert_eq!(all[DIAGNOSTICS_MAX].message.en, "2 more problems in `a` are not shown");
    }

    #[test]
    fn long_and_odd_texts_are_shortened_and_escaped() {
        assert_eq!(quoted("a\u{0}b"), "a\\u{0}b");
        assert_eq!(quoted(&"字".repeat(41)), "字".repeat(40) + "…");
    }
}
