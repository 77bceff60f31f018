//! The rows as text, for peers to load.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use calendar::Zone;
use timeline::Instant;

use crate::Fault;
use crate::rows::{RawRow, millis};

/// How an instant is written.
pub(crate) type Form = fn(Instant) -> String;

/// Milliseconds since 1970.
pub(crate) fn as_ms(at: Instant) -> String {
    millis(at.nanos().into()).to_string()
}

/// RFC 3339 in UTC.
pub(crate) fn as_text(at: Instant) -> String {
    Zone::utc().show(at)
}

/// `service,from,until`, a line each, in the order given.
pub(crate) fn write_rows(path: &Path, rows: &[RawRow], form: Form) -> Result<(), Fault> {
    let mut file = BufWriter::new(File::create(path)?);
    for RawRow { service, span } in rows {
        writeln!(file, "{service},{},{}", form(span.from()), form(span.until()))?;
    }
    Ok(file.flush()?)
}
