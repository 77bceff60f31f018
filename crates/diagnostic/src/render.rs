//! A diagnostic as a person reads it on a terminal: message, place, the line, a mark under the span.

use std::fmt::Write;

use crate::{Diagnostic, Lang, Severity};

/// Renders one diagnostic; `text` is the whole file it speaks of, when at hand.
pub fn render(diagnostic: &Diagnostic, text: Option<&str>, lang: Lang) -> String {
    let mut out = String::new();
    let word = severity_word(diagnostic.severity, lang);
    let _ = writeln!(out, "{word}[{}]: {}", diagnostic.code, diagnostic.message.in_lang(lang));
    if let Some(place) = &diagnostic.place {
        let _ = writeln!(out, "  --> {}:{}:{}", place.file, place.line, place.column);
        if let Some(excerpt) = text.and_then(|text| text.lines().nth(place.line - 1)) {
            out.push_str(&marked_line(excerpt, place.line, place.column, place.until - place.from));
        }
    }
    for note in &diagnostic.notes {
        let _ = writeln!(out, "   = {}", note.in_lang(lang));
    }
    let help = match lang {
        Lang::En => "help",
        Lang::Zh => "建议",
    };
    if !diagnostic.help.in_lang(lang).is_empty() {
        let _ = writeln!(out, "   = {help}: {}", diagnostic.help.in_lang(lang));
    }
    out
}

fn severity_word(severity: Severity, lang: Lang) -> &'static str {
    match (severity, lang) {
        (Severity::Error, Lang::En) => "error",
        (Severity::Error, Lang::Zh) => "错误",
        (Severity::Warning, Lang::En) => "warning",
        (Severity::Warning, Lang::Zh) => "警告",
        (Severity::Note, Lang::En) => "note",
        (Severity::Note, Lang::Zh) => "提示",
    }
}

fn marked_line(line: &str, number: usize, column: usize, bytes: usize) -> String {
    let gutter = number.to_string();
    let pad = " ".repeat(gutter.len());
    let before: usize = line.chars().take(column - 1).map(width).sum();
    let marked: usize = marked_chars(line, column, bytes).map(width).sum();
    format!("{pad} |\n{gutter} | {line}\n{pad} | {}{}\n", " ".repeat(before), "^".repeat(marked.max(1)))
}

fn marked_chars(line: &str, column: usize, bytes: usize) -> impl Iterator<Item = char> {
    let mut left = bytes;
    line.chars().skip(column - 1).take_while(move |it| {
        let inside = left > 0;
        left = left.saturating_sub(it.len_utf8());
        inside
    })
}

/// Terminal columns of a character: two for Han and full-width forms, one for the rest.
pub fn width(it: char) -> usize {
    match u32::from(it) {
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bilingual, Place};

    #[test]
    fn the_mark_stands_under_the_word_after_han_text() {
        let text = "赔付 = uptme\n";
        let place = Place::in_text("a.md", text, 9, 14);
        let diagnostic = Diagnostic::new(
            "E0101",
            Severity::Error,
            Bilingual::new("unknown name `uptme`", "未知名称 `uptme`"),
            Bilingual::new("did you mean `uptime`?", "是否想写 `uptime`？"),
        )
        .at(place);
        assert_eq!(
            render(&diagnostic, Some(text), Lang::En),
            "error[E0101]: unknown name `uptme`\n  --> a.md:1:6\n  |\n1 | 赔付 = uptme\n  |        ^^^^^\n   = help: did you mean `uptime`?\n"
        );
    }
}
