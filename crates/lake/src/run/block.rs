//! Columns of one block as bytes: each value little-endian, one column after the other. Words are codes of the run's words.

use crate::rows::{Rows, Texts, Values};

impl Rows {
    /// Appends all columns.
    pub(super) fn push_block(&self, out: &mut Vec<u8>) {
        push_i64(&self.at, out);
        push_i64(&self.recorded_at, out);
        push_u32(&self.subject.codes, out);
        push_u32(&self.source.codes, out);
        push_texts(&self.id, out);
        for values in &self.columns {
            match values {
                Values::Words(words) => push_u32(&words.codes, out),
                Values::Texts(texts) => push_texts(texts, out),
                Values::Truths(truths) => out.extend_from_slice(truths),
                Values::Numbers(values) | Values::Instants(values) => push_i64(values, out),
                Values::Dates(dates) => dates.iter().for_each(|it| out.extend_from_slice(&it.to_le_bytes())),
            }
        }
    }

    /// Reads `count` rows; `None` when the bytes are none.
    pub(super) fn read_block(&mut self, bytes: &[u8], count: usize) -> Option<()> {
        let mut bytes = Bytes { bytes, count };
        self.at = bytes.i64s()?;
        self.recorded_at = bytes.i64s()?;
        self.subject.codes = bytes.u32s()?;
        self.source.codes = bytes.u32s()?;
        self.id = bytes.texts()?;
        for values in &mut self.columns {
            match values {
                Values::Words(words) => words.codes = bytes.u32s()?,
                Values::Texts(texts) => *texts = bytes.texts()?,
                Values::Truths(truths) => *truths = bytes.take(1)?.to_vec(),
                Values::Numbers(values) | Values::Instants(values) => *values = bytes.i64s()?,
                Values::Dates(dates) => {
                    let taken = bytes.take(4)?.as_chunks().0;
                    *dates = taken.iter().map(|it| i32::from_le_bytes(*it)).collect();
                }
            }
        }
        bytes.bytes.is_empty().then_some(())
    }
}

fn push_i64(values: &[i64], out: &mut Vec<u8>) {
    values.iter().for_each(|it| out.extend_from_slice(&it.to_le_bytes()));
}

fn push_u32(values: &[u32], out: &mut Vec<u8>) {
    values.iter().for_each(|it| out.extend_from_slice(&it.to_le_bytes()));
}

fn push_texts(texts: &Texts, out: &mut Vec<u8>) {
    let lengths = (0..texts.len())
        .map(|row| texts.get(row).map_or(u32::MAX, |it| u32::try_from(it.len()).unwrap_or_default()));
    lengths.for_each(|it| out.extend_from_slice(&it.to_le_bytes()));
    out.extend_from_slice(texts.bytes());
}

struct Bytes<'a> {
    bytes: &'a [u8],
    count: usize,
}

impl<'a> Bytes<'a> {
    /// As many values of that width as there are rows.
    fn take(&mut self, width: usize) -> Option<&'a [u8]> {
        self.split(self.count.checked_mul(width)?)
    }

    fn split(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }

    fn i64s(&mut self) -> Option<Vec<i64>> {
        Some(self.take(8)?.as_chunks().0.iter().map(|it| i64::from_le_bytes(*it)).collect())
    }

    fn u32s(&mut self) -> Option<Vec<u32>> {
        Some(self.take(4)?.as_chunks().0.iter().map(|it| u32::from_le_bytes(*it)).collect())
    }

    fn texts(&mut self) -> Option<Texts> {
        let mut texts = Texts::default();
        for length in self.u32s()? {
            match length {
                u32::MAX => texts.push_absent(),
                _ => {
                    let text = self.split(usize::try_from(length).ok()?)?;
                    texts.push(Some(std::str::from_utf8(text).ok()?)).ok()?;
                }
            }
        }
        Some(texts)
    }
}
