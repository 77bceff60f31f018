//! Parquet's hybrid of runs and bit-packed groups, walked without expanding it.

use super::bits::{self, Lane, PADDING};
use super::error::Problem;
use super::finder::Finder;

/// What lies ahead in a stream of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ahead {
    /// One code so many times.
    Run(u32, usize),
    /// So many packed codes.
    Packed(usize),
}

/// A position in a stream of codes within a page buffer. Everything is bounded by the page's claimed rows, which the
/// caller keeps.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hybrid {
    /// Where the next header lies.
    next: usize,
    /// Where the stream ends.
    end: usize,
    width: u32,
    /// How many codes of the current segment are left.
    left: usize,
    segment: Segment,
}

#[derive(Clone, Copy, Debug)]
enum Segment {
    Run(u32),
    Packed { from: usize, index: usize },
}

impl Default for Segment {
    fn default() -> Segment {
        Segment::Run(0)
    }
}

const SHORT: Problem = Problem::Corrupt("a page ends too early");

impl Hybrid {
    /// The stream in `page[from..end]`, where `page` reaches [`PADDING`] past `end`.
    pub(super) fn new(page: &[u8], from: usize, end: usize, width: u32) -> Result<Hybrid, Problem> {
        if width > 32 {
            return Err(Problem::Corrupt("codes are wider than 32 bits"));
        }
        if from > end || end.checked_add(PADDING).is_none_or(|it| it > page.len()) {
            return Err(SHORT);
        }
        let left = if width == 0 { usize::MAX } else { 0 };
        Ok(Hybrid { next: from, end, width, left, segment: Segment::Run(0) })
    }

    /// What lies ahead; at least one code.
    #[inline]
    pub(super) fn ahead(&mut self, page: &[u8]) -> Result<Ahead, Problem> {
        if self.left == 0 {
            self.advance(page)?;
        }
        Ok(match self.segment {
            Segment::Run(code) => Ahead::Run(code, self.left),
            Segment::Packed { .. } => Ahead::Packed(self.left),
        })
    }

    fn advance(&mut self, page: &[u8]) -> Result<(), Problem> {
        while self.left == 0 {
            let header = self.header(page)?;
            let count = usize::try_from(header >> 1).map_err(|_| SHORT)?;
            if header & 1 == 1 {
                self.packed(count)?;
            } else {
                self.run(page, count)?;
            }
        }
        Ok(())
    }

    #[inline]
    fn header(&mut self, page: &[u8]) -> Result<u64, Problem> {
        let mut value = 0_u64;
        for shift in [0, 7, 14, 21, 28] {
            let byte = *page.get(self.next).filter(|_| self.next < self.end).ok_or(SHORT)?;
            self.next += 1;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Problem::Corrupt("a run has a strange length"))
    }

    /// Writers may cut the last group short.
    fn packed(&mut self, groups: usize) -> Result<(), Problem> {
        let bytes = groups.checked_mul(self.width as usize).ok_or(SHORT)?;
        let there = bytes.min(self.end - self.next);
        self.left = if there == bytes { groups * 8 } else { there * 8 / self.width as usize };
        self.segment = Segment::Packed { from: self.next, index: 0 };
        self.next += there;
        Ok(())
    }

    fn run(&mut self, page: &[u8], count: usize) -> Result<(), Problem> {
        let bytes = self.width.div_ceil(8) as usize;
        let found = page.get(self.next..self.end).and_then(|it| it.get(..bytes)).ok_or(SHORT)?;
        let mut four = [0; 4];
        for (to, from) in four.iter_mut().zip(found) {
            *to = *from;
        }
        self.next += bytes;
        self.left = count;
        self.segment = Segment::Run(u32::from_le_bytes(four));
        Ok(())
    }

    /// Passes over `count` codes of the current segment, at most as many as lie ahead.
    #[inline]
    pub(super) fn pass(&mut self, count: usize) {
        self.left = self.left.saturating_sub(count);
        if let Segment::Packed { index, .. } = &mut self.segment {
            *index += count;
        }
    }

    /// Passes over `count` codes if they are all of the current segment.
    #[inline]
    pub(super) fn pass_within(&mut self, count: usize) -> bool {
        let within = count <= self.left;
        if within {
            self.pass(count);
        }
        within
    }

    /// Passes over `count` codes.
    pub(super) fn skip(&mut self, page: &[u8], mut count: usize) -> Result<(), Problem> {
        while count > 0 {
            let (Ahead::Run(_, there) | Ahead::Packed(there)) = self.ahead(page)?;
            let taken = there.min(count);
            self.pass(taken);
            count -= taken;
        }
        Ok(())
    }

    /// The next codes, as many as `out` takes.
    #[inline]
    pub(super) fn fill<T: Lane>(&mut self, page: &[u8], out: &mut [T]) -> Result<(), Problem> {
        let mut done = 0;
        while done < out.len() {
            let ahead = self.ahead(page)?;
            let rest = out.get_mut(done..).unwrap_or_default();
            let (Ahead::Run(_, there) | Ahead::Packed(there)) = ahead;
            let taken = there.min(rest.len());
            let rest = rest.get_mut(..taken).unwrap_or_default();
            match self.segment {
                Segment::Run(code) => rest.fill(run_code(code)),
                Segment::Packed { from, index } => {
                    bits::unpack(page.get(from..).ok_or(SHORT)?, self.width, index, rest)?;
                }
            }
            self.pass(taken);
            done += taken;
        }
        Ok(())
    }

    /// How many of the next `rows` codes are `code`; `None`, and nothing is passed over, when codes are too wide to find
    /// without unpacking.
    pub(super) fn count(&mut self, page: &[u8], rows: usize, code: u32) -> Result<Option<u64>, Problem> {
        let Some(finder) = Finder::of(self.width, code) else { return Ok(None) };
        let (mut left, mut found) = (rows, 0);
        while left > 0 {
            let (Ahead::Run(_, there) | Ahead::Packed(there)) = self.ahead(page)?;
            let taken = there.min(left);
            found += match self.segment {
                Segment::Run(run) => {
                    if run == code {
                        taken as u64
                    } else {
                        0
                    }
                }
                Segment::Packed { from, index } => {
                    finder.count(page.get(from..).ok_or(SHORT)?, index, taken)?
                }
            };
            self.pass(taken);
            left -= taken;
        }
        Ok(Some(found))
    }

    /// Where among the next `rows` codes `code` is; false, and nothing is passed over, when codes are too wide to find
    /// without unpacking.
    pub(super) fn find(
        &mut self,
        page: &[u8],
        rows: usize,
        code: u32,
        places: &mut Vec<u16>,
    ) -> Result<bool, Problem> {
        let Some(finder) = Finder::of(self.width, code) else { return Ok(false) };
        let mut done = 0;
        while done < rows {
            let (Ahead::Run(_, there) | Ahead::Packed(there)) = self.ahead(page)?;
            let taken = there.min(rows - done);
            match self.segment {
                Segment::Run(run) if run == code => {
                    places.extend((done..done + taken).map(|it| u16::narrow(it as u64)));
                }
                Segment::Run(_) => {}
                Segment::Packed { from, index } => {
                    finder.places(page.get(from..).ok_or(SHORT)?, index, taken, done, places)?;
                }
            }
            self.pass(taken);
            done += taken;
        }
        Ok(true)
    }

    /// The code `ahead` of here within the current packed segment, or of the current run.
    #[inline]
    pub(super) fn peek(&self, page: &[u8], ahead: usize) -> u32 {
        match self.segment {
            Segment::Run(code) => code,
            Segment::Packed { from, index } => {
                let bytes = page.get(from..).unwrap_or_default();
                u32::narrow(bits::one(bytes, self.width, index + ahead))
            }
        }
    }
}

/// A run of a code too wide for the lane becomes the lane's greatest.
fn run_code<T: Lane>(code: u32) -> T {
    T::narrow(u64::from(code).min((1_u64 << T::BITS) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(stream: &[u8]) -> (Vec<u8>, usize) {
        let mut page = stream.to_vec();
        page.extend([0; PADDING]);
        (page, stream.len())
    }

    #[test]
    fn runs_and_groups_follow_each_other() {
        // A run of 5 × 2, then one group of eight codes 0 to 7 in three bits, from the specification of the format.
        let (page, end) = page(&[10, 2, 3, 0b1000_1000, 0b1100_0110, 0b1111_1010]);
        let mut hybrid = Hybrid::new(&page, 0, end, 3).unwrap();
        assert_eq!(hybrid.ahead(&page), Ok(Ahead::Run(2, 5)));
        let mut out = [0_u8; 13];
        hybrid.fill(&page, &mut out).unwrap();
        assert_eq!(out, [2, 2, 2, 2, 2, 0, 1, 2, 3, 4, 5, 6, 7]);
        assert!(hybrid.ahead(&page).is_err());
    }

    #[test]
    fn codes_without_bits_are_all_the_first() {
        let (page, end) = page(&[]);
        let mut out = [9_u16; 40];
        Hybrid::new(&page, 0, end, 0).unwrap().fill(&page, &mut out).unwrap();
        assert_eq!(out, [0; 40]);
    }

    #[test]
    fn a_stream_that_promises_more_than_it_has_is_refused() {
        let (page, end) = page(&[3 << 1 | 1, 0xff]);
        let mut out = [0_u8; 24];
        assert!(Hybrid::new(&page, 0, end, 3).unwrap().fill(&page, &mut out).is_err());
        assert!(Hybrid::new(&page, 0, end, 33).is_err());
        assert!(Hybrid::new(&page, 0, end + 1, 3).is_err());
    }

    #[test]
    fn runs_of_no_length_end_with_the_stream() {
        let (page, end) = page(&[0, 0, 0, 0]);
        assert!(Hybrid::new(&page, 0, end, 3).unwrap().ahead(&page).is_err());
    }
}
