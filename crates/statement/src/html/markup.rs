//! HTML that is escaped and balanced because there is no other way to make it.

use diagnostic::Lang;
use pulldown_cmark::Event;

use crate::words::Word;

/// Escaped, balanced HTML.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Markup(String);

impl Markup {
    /// Text as it stands.
    pub(super) fn text(text: &str) -> Markup {
        Markup(escaped(text))
    }

    /// One after the other.
    pub(super) fn all(parts: impl IntoIterator<Item = Markup>) -> Markup {
        Markup(parts.into_iter().map(|part| part.0).collect())
    }

    /// Markdown that holds no HTML of its own, rendered.
    pub(super) fn rendered<'a>(events: impl Iterator<Item = Event<'a>>) -> Markup {
        let mut out = String::new();
        let own = events.filter(|event| !matches!(event, Event::Html(_) | Event::InlineHtml(_)));
        pulldown_cmark::html::push_html(&mut out, own);
        Markup(out)
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// An element of a class; no class when it is empty.
pub(super) fn el(name: &str, class: &str, children: impl IntoIterator<Item = Markup>) -> Markup {
    element(name, &[("class", class)], children)
}

/// An element with attributes; those that are empty are left out.
pub(super) fn element(
    name: &str,
    attributes: &[(&str, &str)],
    children: impl IntoIterator<Item = Markup>,
) -> Markup {
    Markup(format!("{}{}</{name}>", opening(name, attributes), Markup::all(children).0))
}

/// An element that has no end, such as `meta` or `input`.
pub(super) fn void(name: &str, attributes: &[(&str, &str)]) -> Markup {
    Markup(opening(name, attributes))
}

/// A style sheet of our own; never text of anybody else.
pub(super) fn style(sheet: &'static str) -> Markup {
    Markup(format!("<style>\n{sheet}</style>"))
}

/// The document's first line.
pub(super) fn doctype() -> Markup {
    Markup("<!doctype html>\n".to_owned())
}

/// What is said in both languages, of which the reader sees one; said once when both are the same.
pub(super) fn both(say: impl Fn(Lang) -> String) -> Markup {
    both_markup(|lang| prose(&say(lang)))
}

/// The same of marked-up words.
pub(super) fn both_markup(say: impl Fn(Lang) -> Markup) -> Markup {
    let (en, zh) = (say(Lang::En), say(Lang::Zh));
    if en == zh {
        return en;
    }
    let en = element("span", &[("class", "en"), ("lang", "en")], [en]);
    let zh = element("span", &[("class", "zh"), ("lang", "zh-Hans")], [zh]);
    Markup::all([en, Markup::text(" "), zh])
}

/// A phrase in both languages.
pub(super) fn word(word: Word) -> Markup {
    both(|lang| word.in_lang(lang).to_owned())
}

/// Sentences and figures: `code` in backticks, a minus before negative numbers.
pub(super) fn prose(text: &str) -> Markup {
    let mut parts = Vec::new();
    for (at, part) in text.split('`').enumerate() {
        match at % 2 {
            0 => parts.push(Markup::text(&with_minus(part))),
            _ => parts.push(el("code", "", [Markup::text(part)])),
        }
    }
    if text.matches('`').count().is_multiple_of(2) {
        Markup::all(parts)
    } else {
        Markup::text(&with_minus(text))
    }
}

/// `-22.2%` as `−22.2%`, where a number begins with the hyphen and no other word ends before it.
fn with_minus(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let begins_number = rest.peek().is_some_and(char::is_ascii_digit);
        let stands_free = before == ' ' || before == '(' || before == '（';
        out.push(if c == '-' && begins_number && stands_free { '\u{2212}' } else { c });
        before = c;
    }
    out
}

fn opening(name: &str, attributes: &[(&str, &str)]) -> String {
    let given = attributes.iter().filter(|(_, value)| !value.is_empty());
    let attributes: String = given.map(|(name, value)| format!(" {name}=\"{}\"", escaped(value))).collect();
    format!("<{name}{attributes}>")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Characters HTML forbids, and those that reorder the text around them.
            '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}' => out.push('\u{fffd}'),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_attributes_are_escaped() {
        let made = element("p", &[("title", "\"><script>")], [Markup::text("<b>&'\"\u{0}\u{202e}")]);
        let expected = "<p title=\"&quot;&gt;&lt;script&gt;\">&lt;b&gt;&amp;&#39;&quot;\u{fffd}\u{fffd}</p>";
        assert_eq!(made.into_string(), expected);
    }

    #[test]
    fn what_is_the_same_in_both_languages_is_said_once() {
        assert_eq!(both(|_| "99.9%".to_owned()).into_string(), "99.9%");
        let two = word(Word::Met).into_string();
        assert_eq!(
            two,
            "<span class=\"en\" lang=\"en\">met</span> <span class=\"zh\" lang=\"zh-Hans\">达标</span>"
        );
    }

    #[test]
    fn backticks_make_code_when_they_come_in_pairs() {
        assert_eq!(prose("`a<b` is").into_string(), "<code>a&lt;b</code> is");
        assert_eq!(prose("a ` b").into_string(), "a ` b");
    }

    #[test]
    fn only_the_hyphen_of_a_negative_number_becomes_a_minus() {
        for (text, expected) in [
            ("-22.2% of", "−22.2% of"),
            ("(-1)", "(−1)"),
            ("2026-11-08", "2026-11-08"),
            ("a -b", "a -b"),
            ("outage-17", "outage-17"),
        ] {
            assert_eq!(with_minus(text), expected);
        }
    }
}
