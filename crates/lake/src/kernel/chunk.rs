//! One column chunk walked row by row or run by run; pages are decompressed only when a row of theirs is wanted.

mod expand;

use std::rc::Rc;

use super::bits::Lane;
use super::error::Problem;
use super::footer::{Chunk, Kind};
use super::hybrid::{Ahead, Hybrid};
use super::page::{Encoding, Page, Pages, Parts, Shared, give, take};
use super::source::ReadAt;
use super::value::{Dictionary, narrow};

const SHORT: Problem = Problem::Corrupt("a page ends too early");
const OUTSIDE: Problem = Problem::Corrupt("a code lies outside of its dictionary");

/// A position in a column chunk.
pub(super) struct Cursor {
    pages: Pages,
    kind: Kind,
    optional: bool,
    next_page: usize,
    /// Rows left in the current page.
    left: usize,
    /// The current page, until its bytes are wanted.
    waiting: Option<Page>,
    buffer: Vec<u8>,
    bytes: usize,
    levels: Option<Hybrid>,
    body: Body,
    dictionary: Option<Rc<Dictionary>>,
}

/// The values of the current page.
#[derive(Debug)]
enum Body {
    Codes(Hybrid),
    Plain { at: usize, size: usize },
    Expanded { values: Vec<i64>, at: usize },
}

impl Cursor {
    /// Fetches the chunk; nothing is decompressed yet.
    pub(super) fn open(
        source: &dyn ReadAt,
        chunk: &Chunk,
        kind: Kind,
        optional: bool,
        rows: u64,
        tools: &Shared,
    ) -> Result<Cursor, Problem> {
        let pages = Pages::open(source, chunk, rows, tools)?;
        let buffer = take(tools);
        let body = Body::Plain { at: 0, size: 0 };
        Ok(Cursor {
            pages,
            kind,
            optional,
            next_page: 0,
            left: 0,
            waiting: None,
            buffer,
            bytes: 0,
            levels: None,
            body,
            dictionary: None,
        })
    }

    /// Whether all pages are codes of the chunk's dictionary.
    pub(super) fn is_coded(&self) -> bool {
        self.pages.dictionary.is_some() && self.pages.data.iter().all(|it| it.encoding.is_dictionary())
    }

    /// The dictionary of a chunk that has one.
    pub(super) fn dictionary(&mut self) -> Result<Rc<Dictionary>, Problem> {
        if let Some(found) = &self.dictionary {
            return Ok(Rc::clone(found));
        }
        let page = self.pages.dictionary.ok_or(Problem::Corrupt("a column has codes and no dictionary"))?;
        let size = self.pages.bytes_of(&page, &mut self.buffer)?;
        let bytes = padded(&self.buffer, size);
        let found = Rc::new(Dictionary::read(self.kind, bytes, page.values)?);
        self.dictionary = Some(Rc::clone(&found));
        Ok(found)
    }

    fn absent_code(&self) -> u32 {
        let codes = self.dictionary.as_ref().map_or(0, |it| it.len());
        u32::try_from(codes).unwrap_or(u32::MAX)
    }

    /// Turns to the page with the next row.
    fn turn(&mut self) -> Result<(), Problem> {
        while self.left == 0 {
            let page = *self.pages.data.get(self.next_page).ok_or(SHORT)?;
            self.next_page += 1;
            self.left = usize::try_from(page.values).map_err(|_| SHORT)?;
            self.waiting = Some(page);
        }
        Ok(())
    }

    /// Makes the current page's values ready.
    #[inline]
    fn ready(&mut self) -> Result<(), Problem> {
        if self.left == 0 {
            self.turn()?;
        }
        match self.waiting.take() {
            Some(page) => self.load(&page),
            None => Ok(()),
        }
    }

    fn load(&mut self, page: &Page) -> Result<(), Problem> {
        if page.encoding.is_dictionary() {
            self.dictionary()?;
        }
        self.bytes = self.pages.bytes_of(page, &mut self.buffer)?;
        let bytes = padded(&self.buffer, self.bytes);
        let parts = Pages::parts(page, bytes, self.optional)?;
        self.levels = None;
        if self.optional {
            let mut levels = Hybrid::new(bytes, parts.levels.0, parts.levels.1, 1)?;
            let all = levels.ahead(bytes)?;
            self.levels = Some(levels).filter(|_| !matches!(all, Ahead::Run(1, count) if count >= self.left));
        }
        self.body = self.body(page, parts)?;
        Ok(())
    }

    fn body(&self, page: &Page, parts: Parts) -> Result<Body, Problem> {
        let bytes = padded(&self.buffer, self.bytes);
        let (from, end) = parts.values;
        if page.encoding.is_dictionary() {
            let Some(width) = bytes.get(from).filter(|_| from < end) else {
                // A page without any value has no width either.
                return Ok(Body::Codes(Hybrid::default()));
            };
            return Hybrid::new(bytes, from + 1, end, u32::from(*width)).map(Body::Codes);
        }
        match (page.encoding, self.kind) {
            // Texts are read all at once, see `intern_texts`.
            (_, Kind::Text) => Ok(Body::Plain { at: from, size: 0 }),
            (Encoding::PLAIN, Kind::Int64 { .. }) => Ok(Body::Plain { at: from, size: 8 }),
            (Encoding::PLAIN, Kind::Int32 { .. }) => Ok(Body::Plain { at: from, size: 4 }),
            _ => Ok(Body::Expanded { values: self.expand(page, parts)?, at: 0 }),
        }
    }

    /// How many values of the current, untouched page are there.
    fn present(&self) -> Result<usize, Problem> {
        let Some(mut levels) = self.levels else { return Ok(self.left) };
        let bytes = padded(&self.buffer, self.bytes);
        let (mut left, mut present) = (self.left, 0);
        let mut lane = [0_u8; 512];
        while left > 0 {
            let taken = match levels.ahead(bytes)? {
                Ahead::Run(level, count) => {
                    let taken = count.min(left);
                    present += if level == 1 { taken } else { 0 };
                    levels.pass(taken);
                    taken
                }
                Ahead::Packed(count) => {
                    let taken = count.min(left).min(lane.len());
                    let lane = lane.get_mut(..taken).unwrap_or_default();
                    levels.fill(bytes, lane)?;
                    present += lane.iter().map(|it| usize::from(*it)).sum::<usize>();
                    taken
                }
            };
            left -= taken;
        }
        Ok(present)
    }

    /// Passes over rows; whole pages without looking at them.
    #[inline]
    pub(super) fn skip(&mut self, rows: usize) -> Result<(), Problem> {
        // Most often a run, or a part of it, within the current page.
        if let (Body::Codes(codes), None, None) = (&mut self.body, &self.waiting, &self.levels)
            && rows <= self.left
            && codes.pass_within(rows)
        {
            self.left -= rows;
            return Ok(());
        }
        self.skip_far(rows)
    }

    fn skip_far(&mut self, mut rows: usize) -> Result<(), Problem> {
        while rows > 0 {
            self.turn()?;
            let taken = rows.min(self.left);
            if taken < self.left {
                self.ready()?;
                self.skip_within(taken)?;
            }
            self.left -= taken;
            self.waiting = self.waiting.filter(|_| self.left > 0);
            rows -= taken;
        }
        Ok(())
    }

    fn skip_within(&mut self, rows: usize) -> Result<(), Problem> {
        let mut present = rows;
        if self.levels.is_some() {
            present = 0;
            let mut lane = [0_u8; 512];
            let mut left = rows;
            while left > 0 {
                let taken = left.min(lane.len());
                let lane = lane.get_mut(..taken).unwrap_or_default();
                self.fill_levels(lane)?;
                present += lane.iter().map(|it| usize::from(*it == 1)).sum::<usize>();
                left -= taken;
            }
        }
        let bytes = padded(&self.buffer, self.bytes);
        match &mut self.body {
            Body::Codes(codes) => codes.skip(bytes, present)?,
            Body::Plain { at, size } => *at = at.saturating_add(present.saturating_mul(*size)),
            Body::Expanded { at, .. } => *at += present,
        }
        Ok(())
    }

    fn fill_levels(&mut self, out: &mut [u8]) -> Result<(), Problem> {
        let bytes = padded(&self.buffer, self.bytes);
        match &mut self.levels {
            Some(levels) => levels.fill(bytes, out),
            None => {
                out.fill(1);
                Ok(())
            }
        }
    }

    /// What lies ahead, the code past the dictionary's last for what is absent; only of a coded chunk.
    #[inline]
    pub(super) fn ahead(&mut self) -> Result<Ahead, Problem> {
        self.ready()?;
        let bytes = padded(&self.buffer, self.bytes);
        let Body::Codes(codes) = &mut self.body else { return Ok(Ahead::Packed(self.left)) };
        let most = match &mut self.levels {
            None => self.left,
            Some(levels) => match levels.ahead(bytes)? {
                Ahead::Run(1, count) => count.min(self.left),
                Ahead::Run(_, count) => return Ok(Ahead::Run(self.absent_code(), count.min(self.left))),
                Ahead::Packed(count) => return Ok(Ahead::Packed(count.min(self.left))),
            },
        };
        Ok(match codes.ahead(bytes)? {
            Ahead::Run(code, count) if code < self.absent_code() => Ahead::Run(code, count.min(most)),
            Ahead::Run(..) => return Err(OUTSIDE),
            Ahead::Packed(count) => Ahead::Packed(count.min(most)),
        })
    }

    /// How many of the next rows, at most `rows` and as many as the page has, are `code`, and of how many rows that is;
    /// `None` when that takes unpacking.
    pub(super) fn count(&mut self, rows: usize, code: u32) -> Result<Option<(u64, usize)>, Problem> {
        self.ready()?;
        let rows = rows.min(self.left);
        let bytes = padded(&self.buffer, self.bytes);
        let (Body::Codes(codes), None) = (&mut self.body, &self.levels) else { return Ok(None) };
        let found = codes.count(bytes, rows, code)?.map(|it| (it, rows));
        self.left -= found.map_or(0, |it| it.1);
        Ok(found)
    }

    /// Where among the next `rows` the code is; false when that takes unpacking.
    pub(super) fn find(&mut self, rows: usize, code: u32, places: &mut Vec<u16>) -> Result<bool, Problem> {
        self.ready()?;
        let bytes = padded(&self.buffer, self.bytes);
        let (Body::Codes(codes), None) = (&mut self.body, &self.levels) else { return Ok(false) };
        if self.left < rows || !codes.find(bytes, rows, code, places)? {
            return Ok(false);
        }
        self.left -= rows;
        Ok(true)
    }

    /// The codes of the next rows, as many as `out` takes; only of a coded chunk.
    pub(super) fn codes<T: Lane>(&mut self, out: &mut [T]) -> Result<(), Problem> {
        let mut done = 0;
        while done < out.len() {
            self.ready()?;
            let taken = self.left.min(out.len() - done);
            let part = out.get_mut(done..done + taken).unwrap_or_default();
            if self.levels.is_some() {
                self.sparse_codes(part)?
            } else {
                self.dense_codes(part)?
            }
            self.left -= taken;
            done += taken;
        }
        Ok(())
    }

    /// The codes of the next rows, as many as `out` has, of which only those at `wanted` are written.
    pub(super) fn pick<T: Lane>(&mut self, out: &mut [T], wanted: &[u16]) -> Result<(), Problem> {
        self.ready()?;
        if self.levels.is_some() || self.left < out.len() {
            return self.codes(out);
        }
        let bytes = padded(&self.buffer, self.bytes);
        let absent = self.dictionary.as_ref().map_or(0, |it| it.len());
        let Body::Codes(codes) = &mut self.body else { return Err(OUTSIDE) };
        let mut passed = 0;
        for row in wanted.iter().map(|it| usize::from(*it)) {
            let code = loop {
                let (Ahead::Run(_, count) | Ahead::Packed(count)) = codes.ahead(bytes)?;
                if row < passed + count.min(self.left) {
                    break codes.peek(bytes, row - passed);
                }
                codes.pass(count);
                passed += count;
            };
            if code as usize >= absent {
                return Err(OUTSIDE);
            }
            if let Some(to) = out.get_mut(row) {
                *to = T::narrow(u64::from(code));
            }
        }
        codes.skip(bytes, out.len().saturating_sub(passed))?;
        self.left -= out.len();
        Ok(())
    }

    fn dense_codes<T: Lane>(&mut self, out: &mut [T]) -> Result<(), Problem> {
        let bytes = padded(&self.buffer, self.bytes);
        let absent = self.dictionary.as_ref().map_or(0, |it| it.len());
        let Body::Codes(codes) = &mut self.body else { return Err(OUTSIDE) };
        codes.fill(bytes, out)?;
        let most = out.iter().copied().max().unwrap_or_default();
        if out.is_empty() || (most.wide() as usize) < absent { Ok(()) } else { Err(OUTSIDE) }
    }

    fn sparse_codes<T: Lane>(&mut self, out: &mut [T]) -> Result<(), Problem> {
        let absent = T::narrow(u64::from(self.absent_code()));
        let (mut levels, mut present) = ([0_u8; 512], [T::default(); 512]);
        for out in out.chunks_mut(512) {
            let levels = levels.get_mut(..out.len()).unwrap_or_default();
            self.fill_levels(levels)?;
            let count = levels.iter().map(|it| usize::from(*it == 1)).sum::<usize>();
            let present = present.get_mut(..count).unwrap_or_default();
            self.dense_codes(present)?;
            let mut next = present.iter();
            for (out, level) in out.iter_mut().zip(levels) {
                *out = if *level == 1 { next.next().copied().unwrap_or(absent) } else { absent };
            }
        }
        Ok(())
    }

    /// The stored numbers of the next rows, zero where absent; `there` says which are, and is only written when some
    /// may be absent, which the result tells.
    pub(super) fn ints(&mut self, out: &mut [i64], there: &mut [u8]) -> Result<bool, Problem> {
        let (mut done, mut sparse) = (0, false);
        while done < out.len() {
            self.ready()?;
            let taken = self.left.min(out.len() - done);
            let part = out.get_mut(done..done + taken).unwrap_or_default();
            if self.levels.is_some() {
                if !sparse {
                    there.get_mut(..done).unwrap_or_default().fill(1);
                    sparse = true;
                }
                let there = there.get_mut(done..done + taken).unwrap_or_default();
                self.fill_levels(there)?;
                self.sparse_ints(part, there)?;
            } else {
                self.dense_ints(part)?;
                if sparse {
                    there.get_mut(done..done + taken).unwrap_or_default().fill(1);
                }
            }
            self.left -= taken;
            done += taken;
        }
        Ok(sparse)
    }

    fn sparse_ints(&mut self, out: &mut [i64], there: &[u8]) -> Result<(), Problem> {
        let mut present = [0_i64; 512];
        for (out, there) in out.chunks_mut(512).zip(there.chunks(512)) {
            let count = there.iter().map(|it| usize::from(*it == 1)).sum::<usize>();
            let present = present.get_mut(..count).unwrap_or_default();
            self.dense_ints(present)?;
            let mut next = present.iter();
            for (out, there) in out.iter_mut().zip(there) {
                *out = if *there == 1 { next.next().copied().unwrap_or(0) } else { 0 };
            }
        }
        Ok(())
    }

    fn dense_ints(&mut self, out: &mut [i64]) -> Result<(), Problem> {
        let bytes = padded(&self.buffer, self.bytes);
        match &mut self.body {
            Body::Codes(codes) => {
                let Some(Dictionary::Ints { values, .. }) = self.dictionary.as_deref() else {
                    return Err(OUTSIDE);
                };
                let mut lane = [0_u32; 512];
                for out in out.chunks_mut(512) {
                    let lane = lane.get_mut(..out.len()).unwrap_or_default();
                    codes.fill(bytes, lane)?;
                    for (out, code) in out.iter_mut().zip(lane) {
                        *out = *values.get(*code as usize).ok_or(OUTSIDE)?;
                    }
                }
            }
            Body::Plain { at, size } => {
                let wanted = out.len().checked_mul(*size).ok_or(SHORT)?;
                let end = at.checked_add(wanted).filter(|it| *it <= self.bytes).ok_or(SHORT)?;
                plain_into(self.kind, bytes.get(*at..end).ok_or(SHORT)?, out);
                *at = end;
            }
            Body::Expanded { values, at } => {
                let end = at.checked_add(out.len()).ok_or(SHORT)?;
                out.copy_from_slice(values.get(*at..end).ok_or(SHORT)?);
                *at = end;
            }
        }
        Ok(())
    }
}

impl Drop for Cursor {
    fn drop(&mut self) {
        give(self.pages.tools(), std::mem::take(&mut self.buffer));
    }
}

fn padded(buffer: &[u8], bytes: usize) -> &[u8] {
    buffer.get(..bytes + super::bits::PADDING).unwrap_or_default()
}

fn plain_into(kind: Kind, bytes: &[u8], out: &mut [i64]) {
    match kind {
        Kind::Int32 { unsigned, .. } => {
            let (all, _) = bytes.as_chunks::<4>();
            out.iter_mut().zip(all).for_each(|(to, it)| *to = narrow(*it, unsigned));
        }
        _ => {
            let (all, _) = bytes.as_chunks::<8>();
            out.iter_mut().zip(all).for_each(|(to, it)| *to = i64::from_le_bytes(*it));
        }
    }
}
