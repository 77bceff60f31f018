//! What a process does, as spans under a trace: recorded without waiting, and taken by whoever sends them on.
//!
//! Names and limits follow OpenTelemetry; trace ids and their header follow the W3C's Trace Context. A span holds ids and
//! words of the program, never personal data.

mod parent;
mod queue;
mod span;

pub use parent::{Parent, SpanId, TraceId};
pub use queue::{Counts, QUEUE_MAX, Spans, Tracer};
pub use span::{Fact, Kind, Span};
