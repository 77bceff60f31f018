//! A text in both languages, as the API writes it.

use diagnostic::Bilingual;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The same in English and in Chinese.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

impl Text {
    /// From both.
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { en: en.into(), zh: zh.into() }
    }
}

impl From<&Bilingual> for Text {
    fn from(it: &Bilingual) -> Self {
        Self::new(&it.en, &it.zh)
    }
}

impl From<Bilingual> for Text {
    fn from(it: Bilingual) -> Self {
        Self { en: it.en, zh: it.zh }
    }
}

/// Writes a JSON string with the shortest escapes, as RFC 8785 wants them. Most texts have nothing to escape.
pub(crate) fn push_quoted(out: &mut String, text: &str) {
    push_quoted_parts(out, &[text]);
}

/// Writes parts, one after the other, as one JSON string.
pub(crate) fn push_quoted_parts(out: &mut String, parts: &[&str]) {
    let is_special = |it: u8| it < b' ' || it == b'"' || it == b'\\';
    if parts.iter().any(|it| it.bytes().any(is_special)) {
        out.push_str(&serde_json::Value::from(parts.concat()).to_string());
    } else {
        out.push('"');
        parts.iter().for_each(|it| out.push_str(it));
        out.push('"');
    }
}
