//! A span: one thing that was done, from when and for how long.

use std::time::Duration;

use timeline::Instant;

use crate::parent::{SpanId, TraceId};

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The trace it belongs to.
    pub trace: TraceId,
    /// Its own id.
    pub id: SpanId,
    /// What it is part of.
    pub parent: Option<SpanId>,
    /// Of what kind.
    pub kind: Kind,
    /// What was done, in words that do not depend on whom it was done for.
    pub name: String,
    /// When it began.
    pub began: Instant,
    /// How long it took.
    pub took: Duration,
    /// Whether it failed.
    pub failed: bool,
    /// What else is known of it, by OpenTelemetry's names or ours.
    pub facts: Vec<(&'static str, Fact)>,
}

/// Who asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The process itself.
    Internal,
    /// A caller, who waits for the answer.
    Server,
}

/// Something known of a span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
}

impl From<&str> for Fact {
    fn from(it: &str) -> Self {
        Self::Text(it.to_owned())
    }
}

impl From<i64> for Fact {
    fn from(it: i64) -> Self {
        Self::Number(it)
    }
}
