//! The one way to write a row as bytes: what digests are taken of and what the journal keeps.
//!
//! `at` as eight bytes, then `recorded_at`, `subject`, `source`, `id` and the attributes, each a zero when absent or else a
//! tag and the value: a text with its length before it, a number at the scale of its kind. Integers are big-endian.

use std::fmt;

use super::{Cell, RowView, Rows};
use crate::layout::{Kind, Layout};

const ABSENT_TAG: u8 = 0;
const TEXT_TAG: u8 = 1;
const NUMBER_TAG: u8 = 2;
const TRUTH_TAG: u8 = 3;
const INSTANT_TAG: u8 = 4;
const DATE_TAG: u8 = 5;

/// Bytes that are no row of the layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CanonicalError;

impl fmt::Display for CanonicalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bytes are no row of this fact")
    }
}

impl std::error::Error for CanonicalError {}

impl Rows {
    /// Appends the canonical bytes of a row.
    pub fn push_canonical(&self, row: usize, out: &mut Vec<u8>) {
        if let Some(view) = self.view_without_cells(row) {
            push_canonical(&view, out);
            (0..self.columns.len()).for_each(|column| push_cell(self.cell(row, column), out));
        }
    }
}

/// Appends the canonical bytes of a row whose numbers are at the scale of their kinds, as those of [`Rows::view`] are.
pub fn push_canonical(row: &RowView<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(&row.at.to_be_bytes());
    push_cell(row.recorded_at.map_or(Cell::Absent, Cell::Instant), out);
    push_cell(row.subject.map_or(Cell::Absent, Cell::Word), out);
    push_cell(row.source.map_or(Cell::Absent, Cell::Word), out);
    push_cell(Cell::Word(row.id), out);
    row.cells.iter().for_each(|cell| push_cell(*cell, out));
}

fn push_cell(cell: Cell<'_>, out: &mut Vec<u8>) {
    match cell {
        Cell::Absent => out.push(ABSENT_TAG),
        Cell::Word(text) => {
            out.push(TEXT_TAG);
            push_length(text.len(), out);
            out.extend_from_slice(text.as_bytes());
        }
        Cell::Number { unscaled, .. } => push_tagged(NUMBER_TAG, &unscaled.to_be_bytes(), out),
        Cell::Truth(truth) => push_tagged(TRUTH_TAG, &[u8::from(truth)], out),
        Cell::Instant(at) => push_tagged(INSTANT_TAG, &at.to_be_bytes(), out),
        Cell::Date(days) => push_tagged(DATE_TAG, &days.to_be_bytes(), out),
    }
}

fn push_tagged(tag: u8, bytes: &[u8], out: &mut Vec<u8>) {
    out.push(tag);
    out.extend_from_slice(bytes);
}

/// Seven bits to a byte, the least first; all but the last byte have the high bit set.
fn push_length(mut length: usize, out: &mut Vec<u8>) {
    while length >= 0x80 {
        out.push(low_bits(length) | 0x80);
        length >>= 7;
    }
    out.push(low_bits(length));
}

fn low_bits(length: usize) -> u8 {
    u8::try_from(length & 0x7F).unwrap_or_default()
}

/// Reads one row, its cells put into `cells`; the bytes behind it are left in `bytes`.
pub fn read_canonical<'a: 'c, 'c>(
    bytes: &mut &'a [u8],
    layout: &Layout,
    cells: &'c mut Vec<Cell<'a>>,
) -> Result<RowView<'c>, CanonicalError> {
    let at = i64::from_be_bytes(read_array(bytes)?);
    let recorded_at = match read_cell(bytes, Kind::Instant, 0)? {
        Cell::Instant(at) => Some(at),
        _ => None,
    };
    let mut text = || read_cell(bytes, Kind::Text, 0);
    let (subject, source, id) = (text()?.word_or_none(), text()?.word_or_none(), text()?.word_or_none());
    cells.clear();
    for column in &layout.columns {
        let scale = if let Kind::Number(kind) = column.kind { kind.scale() } else { 0 };
        cells.push(read_cell(bytes, column.kind, scale)?);
    }
    Ok(RowView { at, recorded_at, subject, source, id: id.ok_or(CanonicalError)?, cells })
}

impl<'a> Cell<'a> {
    fn word_or_none(self) -> Option<&'a str> {
        if let Cell::Word(word) = self { Some(word) } else { None }
    }
}

fn read_cell<'a>(bytes: &mut &'a [u8], kind: Kind, scale: u8) -> Result<Cell<'a>, CanonicalError> {
    let [tag] = read_array(bytes)?;
    Ok(match (tag, kind) {
        (ABSENT_TAG, _) => Cell::Absent,
        (TEXT_TAG, Kind::Word | Kind::Text) => Cell::Word(read_text(bytes)?),
        (NUMBER_TAG, Kind::Number(_)) => {
            Cell::Number { unscaled: i64::from_be_bytes(read_array(bytes)?), scale }
        }
        (TRUTH_TAG, Kind::Truth) => match read_array(bytes)? {
            [truth @ (0 | 1)] => Cell::Truth(truth == 1),
            _ => return Err(CanonicalError),
        },
        (INSTANT_TAG, Kind::Instant) => Cell::Instant(i64::from_be_bytes(read_array(bytes)?)),
        (DATE_TAG, Kind::Date) => Cell::Date(i32::from_be_bytes(read_array(bytes)?)),
        _ => return Err(CanonicalError),
    })
}

fn read_text<'a>(bytes: &mut &'a [u8]) -> Result<&'a str, CanonicalError> {
    let length = read_length(bytes)?;
    let (text, rest) = bytes.split_at_checked(length).ok_or(CanonicalError)?;
    *bytes = rest;
    std::str::from_utf8(text).map_err(|_| CanonicalError)
}

fn read_length(bytes: &mut &[u8]) -> Result<usize, CanonicalError> {
    let mut length = 0;
    for shift in [0, 7, 14, 21] {
        let [byte] = read_array(bytes)?;
        length |= usize::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Ok(length);
        }
    }
    Err(CanonicalError)
}

fn read_array<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N], CanonicalError> {
    let (array, rest) = bytes.split_first_chunk().ok_or(CanonicalError)?;
    *bytes = rest;
    Ok(*array)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_back() {
        for length in [0, 1, 127, 128, 16_383, 16_384, 65_536] {
            let mut bytes = Vec::new();
            push_length(length, &mut bytes);
            assert_eq!(read_length(&mut bytes.as_slice()), Ok(length));
        }
        assert_eq!(read_length(&mut [0xFF; 8].as_slice()), Err(CanonicalError));
    }
}
