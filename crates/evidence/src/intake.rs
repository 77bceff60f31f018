//! Taking in one body of records as somebody sent it: each is checked on its own and kept or refused on its own, in the
//! order they were written; and reading kept lines back under another version of their schema.

mod array;
mod cloud_event;
mod lines;

use std::slice;

use diagnostic::{Diagnostic, Severity};
use timeline::Instant;

use crate::build::Builder;
use crate::read::past_mark;
use crate::report::{Problem, Report, both};
use crate::row::{Row, Span};
use crate::{Record, Schema, SourceFile, csv, ndjson};

pub use lines::LineWriter;

/// How a body is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// NDJSON: one object a line.
    Lines,
    /// CSV with a header row.
    Csv,
    /// A JSON list of records, or a single one; objects may spread over lines.
    Json,
    /// A CloudEvent 1.0 in JSON, or a list of them: the type's last word names the fact, `data` holds the rest.
    CloudEvents,
}

/// What of a body can be kept, and what is wrong with the rest.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// The records without an error, in the order they were written.
    pub records: Vec<Record>,
    /// What is wrong, by line; at most [`DIAGNOSTICS_MAX`](crate::DIAGNOSTICS_MAX) and a summary.
    pub diagnostics: Vec<Diagnostic>,
    /// How many records were refused, also where the diagnostics only count them.
    pub refused: usize,
}

/// Reads one body. A record may not say when it was recorded, for whoever takes it in knows; ids and what they supersede are
/// not looked at.
pub fn take(schema: &Schema, file: &SourceFile, shape: Shape) -> Taken {
    let mut records = Vec::new();
    let taken = take_each(schema, file, shape, &mut |it| records.push(it));
    Taken { records, ..taken }
}

/// The same, but each record without an error goes to `kept` as soon as it was read, and none is in what is returned: of a body of
/// many thousands one is in memory.
pub fn take_each(schema: &Schema, file: &SourceFile, shape: Shape, kept: &mut dyn FnMut(Record)) -> Taken {
    let mut report = Report::new(slice::from_ref(file));
    let mut builder = Builder::incoming(schema, kept);
    let base = past_mark(0, file, &mut report);
    match shape {
        Shape::Lines => ndjson::read(0, &file.bytes, base, &mut builder, &mut report),
        Shape::Csv => csv::read(0, &file.bytes, base, &mut builder, &mut report),
        Shape::Json | Shape::CloudEvents => array::read(&file.bytes, base, shape, &mut builder, &mut report),
    }
    // What is wrong with the file as a whole, such as its header, is counted as one record.
    let refused = builder.refused().max(usize::from(report.has_errors()));
    Taken { records: Vec::new(), diagnostics: report.finish(), refused }
}

/// Reads lines back that a [`LineWriter`] wrote, under the same schema or another version of it. Records of facts this schema
/// does not declare are passed over, attributes it does not declare or understand are absent; a record whose times mean
/// nothing here is counted. `recorded_at` is when the lines were taken in.
pub fn reread(schema: &Schema, lines: &[u8], recorded_at: Instant) -> (Vec<Record>, usize) {
    let mut records = Vec::new();
    let mut kept = |it| records.push(Record { recorded_at: Some(recorded_at), ..it });
    let mut builder = Builder::lenient(schema, &mut kept);
    let file = SourceFile { name: String::new(), bytes: Vec::new() };
    let mut report = Report::new(slice::from_ref(&file));
    ndjson::read(0, lines, 0, &mut builder, &mut report);
    let refused = builder.refused();
    (records, refused)
}

/// What a record may not say when it is taken in.
pub(crate) fn own_time(row: &Row<'_>) -> Option<Problem> {
    let cell = row.cell("recorded_at")?;
    Some(Problem::error(
        "V0140",
        cell.key_span,
        both("`recorded_at` is written by whoever takes the record in", "`recorded_at` 由接收方写入"),
        both("leave the key out", "请删去该键"),
    ))
}

/// A correction without its reason.
pub(crate) fn unexplained(row: &Row<'_>) -> Option<Problem> {
    let cell = row.cell("supersedes")?;
    if row.cell("reason").is_some() {
        return None;
    }
    let span = Span { from: cell.key_span.from, until: cell.span.until };
    Some(Problem::error(
        "V0141",
        span,
        both("the correction does not say why", "更正没有写明原因"),
        both("add `reason` with a short text", "请用 `reason` 简要写明原因"),
    ))
}

/// Whether a problem keeps a record out.
pub(crate) fn is_error(problem: &Problem) -> bool {
    problem.severity == Severity::Error
}

#[cfg(test)]
mod tests;
