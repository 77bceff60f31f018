//! Sentences of the checker as HTML: what stands in backticks is code.

use std::fmt;

/// A sentence, safe to stand in a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Marked(String);

impl fmt::Display for Marked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

// Every text in it went through `escaped`.
impl askama::filters::HtmlSafe for Marked {}

impl Marked {
    /// The sentence with a capital first letter.
    pub(super) fn new(text: &str) -> Self {
        let text = capital(text);
        if !text.matches('`').count().is_multiple_of(2) {
            return Self(escaped(&text));
        }
        let part = |(at, part): (usize, &str)| match at % 2 {
            0 => escaped(part),
            _ => format!("<code>{}</code>", escaped(part)),
        };
        Self(text.split('`').enumerate().map(part).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if first.is_ascii_lowercase() => {
            format!("{}{}", first.to_ascii_uppercase(), letters.as_str())
        }
        _ => text.to_owned(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_make_code_and_nothing_else_makes_html() {
        for (text, html) in [
            ("`a<b` is <i>", "<code>a&lt;b</code> is &lt;i&gt;"),
            ("one ` alone", "One ` alone"),
            ("条文没有写明", "条文没有写明"),
            ("", ""),
        ] {
            assert_eq!(Marked::new(text).to_string(), html);
        }
    }
}
