//! From files to evidence: every file, every line, everything wrong with them.

mod explain;

use diagnostic::Diagnostic;

use crate::build::Builder;
use crate::record::order_by_content_then_place;
use crate::report::Report;
use crate::row::{Span, Start};
use crate::{Evidence, Record, Schema, csv, ndjson, revision};

/// U+FEFF, which some programs put before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A file as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Its name; one that ends in `.csv` is CSV, any other NDJSON.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Reads records of `schema` from all files. Every problem is told, at most [`DIAGNOSTICS_MAX`] a file; a record with
/// an error is left out, so when any diagnostic is an error the evidence must not be settled on.
///
/// [`DIAGNOSTICS_MAX`]: crate::DIAGNOSTICS_MAX
pub fn read(schema: &Schema, files: &[SourceFile]) -> (Evidence, Vec<Diagnostic>) {
    let mut report = Report::new(files);
    let mut records = Vec::new();
    let mut kept = |it| records.push(it);
    let mut builder = Builder::new(schema, &mut kept);
    for (index, file) in files.iter().enumerate() {
        read_file(u32::try_from(index).unwrap_or(u32::MAX), file, &mut builder, &mut report);
    }
    records.sort_by(order_by_content_then_place);
    report_copies(&records, &mut report);
    let evidence = Evidence::of(schema, records);
    // A record that was refused may be the one another supersedes.
    let complete = !report.has_errors();
    for fault in revision::faults(evidence.records()) {
        if complete || !matches!(fault, revision::Fault::Unknown { .. }) {
            explain::fault(evidence.records(), &fault, &mut report);
        }
    }
    (evidence, report.finish())
}

fn read_file(index: u32, file: &SourceFile, builder: &mut Builder<'_>, report: &mut Report<'_>) {
    let base = past_mark(index, file, report);
    if file.name.to_ascii_lowercase().ends_with(".csv") {
        csv::read(index, &file.bytes, base, builder, report);
    } else {
        ndjson::read(index, &file.bytes, base, builder, report);
    }
}

/// The first byte after the byte order mark, which is told of when there is one.
pub(crate) fn past_mark(index: u32, file: &SourceFile, report: &mut Report<'_>) -> usize {
    let mut base = 0;
    while file.bytes.get(base..).is_some_and(|rest| rest.starts_with(BYTE_ORDER_MARK)) {
        base += BYTE_ORDER_MARK.len();
    }
    if base > 0 {
        let start = Start { file: index, line: 1, byte: 0 };
        report.add(start, explain::byte_order_mark(Span { from: 0, until: base }));
    }
    base
}

/// Tells of every file how many of its records another line already says word for word; `records` are sorted.
fn report_copies(records: &[Record], report: &mut Report<'_>) {
    let pairs = records.windows(2).filter(|pair| matches!(pair, [first, copy] if copy.says_the_same(first)));
    let mut copies: Vec<&Record> = pairs.filter_map(|pair| pair.last()).collect();
    copies.sort_by_key(|it| it.place);
    for of_file in copies.chunk_by(|left, right| left.place.file == right.place.file) {
        explain::copies(of_file, report);
    }
}
