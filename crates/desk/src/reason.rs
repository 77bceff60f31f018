//! Words a person gives for what they decide: never blank.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;

/// The most characters of a reason.
pub const REASON_CHARS_MAX: usize = 4_000;

/// A text that says something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reason(String);

impl Reason {
    /// The text without spaces around it.
    ///
    /// # Errors
    /// A blank text, or one of more than [`REASON_CHARS_MAX`] characters.
    pub fn new(text: &str) -> Result<Reason, Refusal> {
        let text = text.trim();
        let says = text.chars().any(char::is_alphanumeric);
        if says && text.chars().count() <= REASON_CHARS_MAX {
            Ok(Reason(text.to_owned()))
        } else {
            Err(Refusal::ReasonMissing)
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> String {
        reason.0
    }
}

impl TryFrom<String> for Reason {
    type Error = Refusal;

    fn try_from(text: String) -> Result<Reason, Refusal> {
        Reason::new(&text)
    }
}
