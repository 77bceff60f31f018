//! The records of evidence that windows become.

use serde_json::{Map, Value as Json, json};
use timeline::Instant;

use super::Window;
use crate::time;

/// One window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Occurrence {
    pub(super) id: String,
    pub(super) from: Instant,
    pub(super) until: Instant,
}

/// The record of one window, announced in `attribute`; with a reason it is a further version of itself.
pub(super) fn line(window: &Window, attribute: &str, it: &Occurrence, revises: Option<&str>) -> Json {
    let mut line: Map<String, Json> = window.attributes.clone();
    let mut say = |key: &str, text: &str| line.insert(key.to_owned(), Json::String(text.to_owned()));
    say("fact", &window.fact);
    say("id", &it.id);
    say("from", &time::show(it.from));
    say("until", &time::show(it.until));
    say(attribute, &time::show(window.announced_at.0));
    if let Some(subject) = &window.subject {
        say("subject", subject);
    }
    if let Some(reason) = revises {
        say("supersedes", &it.id);
        say("reason", reason);
    }
    Json::Object(line)
}

/// The record that takes a window back.
pub(super) fn withdrawal(fact: &str, id: &str, reason: &str) -> Json {
    json!({ "fact": fact, "supersedes": id, "withdrawn": true, "reason": reason })
}
