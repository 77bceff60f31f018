//! Rows of one fact as one batch of the journal: where they belong, their layout, then their canonical bytes.

use std::fmt;

use super::BATCH_BYTES_MAX;
use crate::layout::Layout;
use crate::place::Place;
use crate::rows::{Rows, read_canonical};

/// No more is put together in one batch.
const JOINED_BYTES_MAX: usize = BATCH_BYTES_MAX / 4;

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

/// The bytes of rows that belong to a place, before they are put together with others of theirs.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// Place and layout.
    head: Vec<u8>,
    count: u64,
    rows: Vec<u8>,
}

impl Part {
    /// The bytes of rows that belong to a place.
    pub fn of(place: &Place, rows: &Rows) -> Part {
        let mut head = Vec::new();
        for text in [&place.tenant, &place.stream, &place.fact, &rows.layout.text()] {
            head.extend_from_slice(&u32::try_from(text.len()).unwrap_or_default().to_le_bytes());
            head.extend_from_slice(text.as_bytes());
        }
        let mut bytes = Vec::with_capacity(64 * rows.len());
        (0..rows.len()).for_each(|row| rows.push_canonical(row, &mut bytes));
        Part { head, count: rows.len() as u64, rows: bytes }
    }

    /// Length of the rows.
    pub fn bytes(&self) -> usize {
        self.rows.len()
    }

    /// The batches of all parts: those that follow one another and belong to one place, in one layout, are one batch, as long as
    /// it is not too long.
    pub fn join(parts: impl IntoIterator<Item = Part>) -> Vec<Vec<u8>> {
        let mut joined: Vec<Part> = Vec::new();
        for part in parts {
            match joined.last_mut() {
                Some(last) if last.head == part.head && last.bytes() + part.bytes() <= JOINED_BYTES_MAX => {
                    last.count += part.count;
                    last.rows.extend_from_slice(&part.rows);
                }
                _ => joined.push(part),
            }
        }
        joined.into_iter().map(Part::batch).collect()
    }

    fn batch(mut self) -> Vec<u8> {
        self.head.extend_from_slice(&self.count.to_le_bytes());
        self.head.append(&mut self.rows);
        self.head
    }
}

impl Batch {
    /// The bytes of rows that belong to a place.
    pub fn encode(place: &Place, rows: &Rows) -> Vec<u8> {
        Part::of(place, rows).batch()
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
