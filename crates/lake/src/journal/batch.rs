//! Rows of one fact as one batch of the journal: where they belong, their layout, then their canonical bytes.

use std::fmt;

use crate::layout::Layout;
use crate::place::Place;
use crate::rows::{Rows, read_canonical};

/// Rows of one fact on their way through the journal.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Where they belong.
    pub place: Place,
    /// The rows.
    pub rows: Rows,
}

/// Bytes that are no batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchError;

impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bytes are no batch of rows")
    }
}

impl std::error::Error for BatchError {}

impl Batch {
    /// The bytes of rows that belong to a place.
    pub fn encode(place: &Place, rows: &Rows) -> Vec<u8> {
        let mut out = Vec::with_capacity(64 * (rows.len() + 2));
        for text in [&place.tenant, &place.stream, &place.fact, &rows.layout.text()] {
            out.extend_from_slice(&u32::try_from(text.len()).unwrap_or_default().to_le_bytes());
            out.extend_from_slice(text.as_bytes());
        }
        out.extend_from_slice(&(rows.len() as u64).to_le_bytes());
        (0..rows.len()).for_each(|row| rows.push_canonical(row, &mut out));
        out
    }

    /// Reads what [`Batch::encode`] wrote.
    pub fn decode(mut bytes: &[u8]) -> Result<Batch, BatchError> {
        let (place, layout) = Batch::head(&mut bytes)?;
        let mut batch = Batch { place, rows: Rows::new(layout) };
        Batch::rows(bytes, &mut batch.rows)?;
        Ok(batch)
    }

    /// Reads the place and the layout, and leaves the rows in `bytes`.
    pub(crate) fn head(bytes: &mut &[u8]) -> Result<(Place, Layout), BatchError> {
        let (tenant, stream, fact) = (text(bytes)?, text(bytes)?, text(bytes)?);
        let layout = Layout::parse(text(bytes)?).ok_or(BatchError)?;
        Ok((Place::new(tenant, stream, fact), layout))
    }

    /// Adds the rows behind a head to rows of that layout.
    pub(crate) fn rows(bytes: &[u8], rows: &mut Rows) -> Result<(), BatchError> {
        let (count, mut bytes) = bytes.split_first_chunk().ok_or(BatchError)?;
        let layout = rows.layout.clone();
        let mut cells = Vec::new();
        for _ in 0..u64::from_le_bytes(*count) {
            let row = read_canonical(&mut bytes, &layout, &mut cells).map_err(|_| BatchError)?;
            rows.push_row(row).map_err(|_| BatchError)?;
        }
        if bytes.is_empty() { Ok(()) } else { Err(BatchError) }
    }
}

fn text<'a>(bytes: &mut &'a [u8]) -> Result<&'a str, BatchError> {
    let (length, rest) = bytes.split_first_chunk().ok_or(BatchError)?;
    let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| BatchError)?;
    let (text, rest) = rest.split_at_checked(length).ok_or(BatchError)?;
    *bytes = rest;
    std::str::from_utf8(text).map_err(|_| BatchError)
}
