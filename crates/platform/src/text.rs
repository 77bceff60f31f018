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
