//! Columns without codes: numbers expanded page by page, and dictionaries made for a row group.

use super::super::error::Problem;
use super::super::footer::Kind;
use super::super::hybrid::Hybrid;
use super::super::page::{Encoding, Page, Pages, Parts};
use super::super::value::{Dictionary, Interner, narrow, plain_ints, plain_texts};
use super::{Body, Cursor, OUTSIDE, SHORT, padded};
use crate::kernel::delta;

/// Values other than codes are expanded page by page; a group must not claim more of them.
const EXPANDED_MAX: u64 = 32 << 20;

impl Cursor {
    pub(super) fn expand(&self, page: &Page, parts: Parts) -> Result<Vec<i64>, Problem> {
        let count = self.present()?;
        expandable(count as u64)?;
        let bytes = padded(&self.buffer, self.bytes);
        let (from, end) = parts.values;
        let mut values = Vec::new();
        match page.encoding {
            Encoding::DELTA => drop(delta::ints(bytes, from, end, count, &mut values)?),
            Encoding::RLE if self.kind == Kind::Truth => {
                // After a length of four bytes, which only repeats what the page's size says.
                let mut stream = Hybrid::new(bytes, from.saturating_add(4), end, 1)?;
                let mut bits = vec![0_u8; count];
                stream.fill(bytes, &mut bits)?;
                values.extend(bits.into_iter().map(i64::from));
            }
            Encoding::PLAIN => {
                let bytes = bytes.get(from..end).ok_or(SHORT)?;
                plain_ints(self.kind, bytes, count, |it| values.push(it))?;
            }
            other => return Err(Problem::Unsupported(format!("encoding {} of numbers", other.0))),
        }
        if self.is_narrow() {
            values.iter_mut().for_each(|it| *it = self.cut(*it));
        }
        Ok(values)
    }

    fn is_narrow(&self) -> bool {
        matches!(self.kind, Kind::Int32 { .. })
    }

    /// Differences of numbers of four bytes wrap around at four bytes.
    fn cut(&self, value: i64) -> i64 {
        let [a, b, c, d, ..] = value.to_le_bytes();
        narrow([a, b, c, d], matches!(self.kind, Kind::Int32 { unsigned: true, .. }))
    }

    /// Gives every row of a chunk that is not coded a code of a dictionary made for it.
    pub(in crate::kernel) fn intern(&mut self, rows: u64) -> Result<(Vec<u32>, Dictionary), Problem> {
        expandable(rows)?;
        let mut interner = Interner::new(self.kind)?;
        let mut codes = Vec::new();
        while self.next_page < self.pages.data.len() || self.left > 0 {
            if self.kind == Kind::Text {
                self.intern_texts(&mut interner, &mut codes)?;
            } else {
                self.intern_ints(&mut interner, &mut codes)?;
            }
        }
        let dictionary = interner.finish();
        let absent = u32::try_from(dictionary.len()).unwrap_or(u32::MAX);
        codes.iter_mut().filter(|it| **it == u32::MAX).for_each(|it| *it = absent);
        Ok((codes, dictionary))
    }

    fn intern_ints(&mut self, interner: &mut Interner, codes: &mut Vec<u32>) -> Result<(), Problem> {
        let (mut values, mut there) = ([0_i64; 512], [1_u8; 512]);
        self.turn()?;
        let taken = self.left.min(values.len());
        let values = values.get_mut(..taken).unwrap_or_default();
        let there = there.get_mut(..taken).unwrap_or_default();
        self.ints(values, there)?;
        let each = values.iter().zip(there);
        codes.extend(each.map(|(value, there)| if *there == 1 { interner.int(*value) } else { u32::MAX }));
        Ok(())
    }

    fn intern_texts(&mut self, interner: &mut Interner, codes: &mut Vec<u32>) -> Result<(), Problem> {
        self.turn()?;
        let page = self.waiting.take().ok_or(SHORT)?;
        self.load(&page)?;
        let mut levels = vec![1_u8; self.left];
        let count = self.present()?;
        self.fill_levels(&mut levels)?;
        let found = self.page_texts(&page, count, interner)?;
        let mut found = found.into_iter();
        for level in levels {
            codes.push(if level == 1 { found.next().ok_or(SHORT)? } else { u32::MAX });
        }
        self.left = 0;
        Ok(())
    }

    fn page_texts(&mut self, page: &Page, count: usize, to: &mut Interner) -> Result<Vec<u32>, Problem> {
        let bytes = padded(&self.buffer, self.bytes);
        let (from, end) = Pages::parts(page, bytes, self.optional)?.values;
        let mut found = Vec::new();
        let each = |text: &[u8]| {
            found.push(to.text(text));
            Ok(())
        };
        match page.encoding {
            Encoding::PLAIN => plain_texts(bytes.get(from..end).ok_or(SHORT)?, count, each)?,
            Encoding::DELTA_LENGTHS => delta::by_length(bytes, from, end, count, each)?,
            Encoding::DELTA_STRINGS => delta::by_prefix(bytes, from, end, count, each)?,
            it if it.is_dictionary() => self.coded_texts(count, to, &mut found)?,
            other => return Err(Problem::Unsupported(format!("encoding {} of texts", other.0))),
        }
        Ok(found)
    }

    fn coded_texts(&mut self, count: usize, to: &mut Interner, found: &mut Vec<u32>) -> Result<(), Problem> {
        let bytes = padded(&self.buffer, self.bytes);
        let Body::Codes(codes) = &mut self.body else { return Err(OUTSIDE) };
        let dictionary = self.dictionary.as_deref().ok_or(OUTSIDE)?;
        let mut lane = vec![0_u32; count];
        codes.fill(bytes, &mut lane)?;
        for code in lane {
            found.push(to.text(dictionary.text(code as usize).ok_or(OUTSIDE)?));
        }
        Ok(())
    }
}

fn expandable(found: u64) -> Result<(), Problem> {
    if found <= EXPANDED_MAX {
        return Ok(());
    }
    Err(Problem::TooLarge { what: "the rows of one group", found, max: EXPANDED_MAX })
}
