//! Cutting the input into records without understanding them, so that a bad one ends where the next begins.

use crate::{Limits, Reason};

/// What stands at the beginning of the bytes at hand. All positions count from there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// A record `[from, until)`; the next begins at `next` or later.
    Record { from: usize, until: usize, next: usize },
    /// A record that begins at `from` and is no record; its end is looked for from `next` on.
    Broken { from: usize, next: usize, reason: Reason },
    /// No record within the first `done` bytes, and more bytes are needed to tell.
    More { done: usize },
}

/// How the records of a format are told apart.
#[derive(Debug)]
pub(crate) enum Cutter {
    /// JSON objects, in lists or on lines.
    Objects(crate::objects::Objects),
    /// Lines.
    Lines,
    /// Rows of a table, whose quoted fields may hold line breaks.
    Rows,
    /// SMPP's own lengths.
    Pdus,
}

impl Cutter {
    /// What stands at the beginning of `bytes`; after them nothing follows when the input has `ended`.
    pub(crate) fn cut(&mut self, bytes: &[u8], ended: bool, limits: &Limits) -> Cut {
        match self {
            Cutter::Objects(objects) => objects.cut(bytes, ended, limits),
            Cutter::Lines => line(bytes, ended, limits),
            Cutter::Rows => crate::csv::row(bytes, ended, limits),
            Cutter::Pdus => crate::smpp::cut(bytes, ended, limits),
        }
    }

    /// How many bytes of a broken record to pass over, and whether the next one begins there.
    pub(crate) fn resume(&mut self, bytes: &[u8]) -> (usize, bool) {
        match self {
            Cutter::Objects(objects) => objects.resume(bytes),
            Cutter::Lines | Cutter::Rows => match bytes.iter().position(|it| *it == b'\n') {
                Some(at) => (at + 1, true),
                None => (bytes.len(), false),
            },
            Cutter::Pdus => (bytes.len(), false),
        }
    }
}

/// A line that is not blank.
fn line(bytes: &[u8], ended: bool, limits: &Limits) -> Cut {
    let blank = bytes.iter().take_while(|it| it.is_ascii_whitespace()).count();
    let text = bytes.get(blank..).unwrap_or_default();
    let within = text.get(..limits.record_bytes_max + 1).unwrap_or(text);
    match within.iter().position(|it| *it == b'\n') {
        Some(end) => Cut::Record { from: blank, until: blank + end, next: blank + end + 1 },
        None if within.len() > limits.record_bytes_max => Cut::Broken {
            from: blank,
            next: blank + within.len(),
            reason: Reason::TooLong { bytes_max: limits.record_bytes_max },
        },
        None if ended && !text.is_empty() => {
            Cut::Record { from: blank, until: bytes.len(), next: bytes.len() }
        }
        None => Cut::More { done: blank },
    }
}
