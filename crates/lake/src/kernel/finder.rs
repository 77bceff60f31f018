//! One code found among packed ones without unpacking them.

use super::bits::{Lane, PADDING, SHORT, low, repeat, word};
use super::error::Problem;

/// The lowest bit of each of eight numbers of some width.
const LOWEST: [u64; 9] = [
    0,
    repeat(1, 1) & low(8),
    repeat(1, 2) & low(16),
    repeat(1, 3) & low(24),
    repeat(1, 4) & low(32),
    repeat(1, 5) & low(40),
    repeat(1, 6) & low(48),
    repeat(1, 7) & low(56),
    repeat(1, 8),
];

/// Finds one code among packed ones, eight at a time without unpacking: what equals it leaves no bit, and the bits of what
/// differs are folded onto the lowest of their field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Finder {
    width: u32,
    wanted: u64,
    lowest: u64,
    steps: [u32; 3],
}

impl Finder {
    /// For codes of `width` ≤ 8 bits; `None` for wider ones.
    pub(super) fn of(width: u32, code: u32) -> Option<Finder> {
        let lowest = *LOWEST.get(width as usize).filter(|it| **it > 0)?;
        let code = u64::from(code);
        // A code that does not fit occurs nowhere, and would spill into its neighbours.
        let fits = code <= low(width as usize);
        let steps = match width {
            1 => [0, 0, 0],
            2 => [1, 0, 0],
            3 => [1, 1, 0],
            4 => [1, 2, 0],
            5 => [1, 2, 1],
            6 => [1, 2, 2],
            7 => [1, 2, 3],
            _ => [1, 2, 4],
        };
        fits.then(|| Finder { width, wanted: code.wrapping_mul(lowest), lowest, steps })
    }

    /// The lowest bits of those of eight numbers that differ from the code.
    #[inline(always)]
    fn different(&self, eight: u64) -> u64 {
        let x = eight ^ self.wanted;
        let x = x | (x >> self.steps[0]);
        let x = x | (x >> self.steps[1]);
        (x | (x >> self.steps[2])) & self.lowest
    }

    /// How many of the `count` numbers from `index` on are the code.
    pub(super) fn count(&self, bytes: &[u8], index: usize, count: usize) -> Result<u64, Problem> {
        if self.width == u8::BITS {
            let codes = bytes_at(bytes, index, count)?;
            return Ok(codes.iter().map(|it| u64::from(*it == self.byte())).sum());
        }
        let mut found = 0;
        let (mut index, mut count) = (index, count);
        if self.width <= 4 && index % 8 == 0 {
            let (done, same) = self.sixteens(bytes, index, count);
            (index, count, found) = (index + done, count - done, found + same);
        }
        self.eights(bytes, index, count, |_, different, there| {
            found += u64::from(there) - u64::from(different.count_ones());
        })?;
        Ok(found)
    }

    /// Counts the code among as many of the numbers as come in sixteens of at most four bits each; tells how many that were.
    #[inline(always)]
    fn sixteens(&self, bytes: &[u8], index: usize, count: usize) -> (usize, u64) {
        let width = self.width as usize;
        let from = bytes.get(index / 8 * width..).unwrap_or_default();
        let [wanted, lowest] = [self.wanted, self.lowest].map(|it| it | (it << (8 * width)));
        let mut same = 0_u64;
        let mut done = 0;
        for sixteen in from.windows(8).step_by(2 * width).take(count / 16) {
            let Some(sixteen) = sixteen.first_chunk() else { break };
            let x = u64::from_le_bytes(*sixteen) ^ wanted;
            let x = x | (x >> self.steps[0]);
            let x = x | (x >> self.steps[1]);
            same += 16 - u64::from((x & lowest).count_ones());
            done += 16;
        }
        (done, same)
    }

    /// Adds the place of each of the `count` numbers from `index` on that is the code, `base` for the first.
    pub(super) fn places(
        &self,
        bytes: &[u8],
        index: usize,
        count: usize,
        base: usize,
        places: &mut Vec<u16>,
    ) -> Result<(), Problem> {
        if self.width == u8::BITS {
            let codes = bytes_at(bytes, index, count)?;
            self.places_of_bytes(codes, base, places);
            return Ok(());
        }
        let (width, lowest) = (self.width, self.lowest);
        self.eights(bytes, index, count, |at, different, _| {
            let mut same = different ^ lowest;
            while same != 0 {
                let place = (same.trailing_zeros() / width) as usize;
                if at + place >= index && at + place < index + count {
                    places.push(u16::narrow((base + at + place - index) as u64));
                }
                same &= same - 1;
            }
        })
    }

    /// Codes of a byte each: many are looked at together, and one by one only where one is there.
    fn places_of_bytes(&self, codes: &[u8], base: usize, places: &mut Vec<u16>) {
        const TOGETHER: usize = 64;
        let byte = self.byte();
        for (at, some) in (base..).step_by(TOGETHER).zip(codes.chunks(TOGETHER)) {
            // Not `any`, which would look at one after the other.
            if some.iter().fold(false, |any, it| any | (*it == byte)) {
                let same = some.iter().enumerate().filter(|(_, it)| **it == byte);
                places.extend(same.map(|(place, _)| u16::narrow((at + place) as u64)));
            }
        }
    }

    fn byte(&self) -> u8 {
        u8::narrow(self.wanted)
    }

    /// Hands over every eight numbers: the place of the first, which of those asked for differ, how many are asked for.
    /// Numbers not asked for count as different.
    #[inline(always)]
    fn eights(
        &self,
        bytes: &[u8],
        index: usize,
        count: usize,
        mut each: impl FnMut(usize, u64, u32),
    ) -> Result<(), Problem> {
        let width = self.width as usize;
        let end = index + count;
        if bytes.len() < (end * width).div_ceil(8) + PADDING {
            return Err(SHORT);
        }
        let mut at = index / 8 * 8;
        while at < end {
            let eight = word(bytes, at / 8 * width).ok_or(SHORT)?;
            let mut different = self.different(eight);
            let (from, until) = (index.max(at) - at, (end - at).min(8));
            if until - from < 8 {
                let asked = low(until * width) & !low(from * width);
                different |= self.lowest & !asked;
                let unasked = (self.lowest & !asked).count_ones();
                each(at, different, (until - from) as u32 + unasked);
            } else {
                each(at, different, 8);
            }
            at += 8;
        }
        Ok(())
    }
}

/// So many codes of a byte each.
fn bytes_at(bytes: &[u8], index: usize, count: usize) -> Result<&[u8], Problem> {
    bytes.get(index..).and_then(|it| it.get(..count)).ok_or(SHORT)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::bits::tests::packed;
    use super::*;

    proptest! {
        #[test]
        fn counting_in_packed_words_equals_counting_one_by_one(
            width in 1_u32..=9,
            seeds in prop::collection::vec(0_u64..5, 1..400),
            from in 0_usize..100,
            code in 0_u32..5,
        ) {
            let values: Vec<u64> = seeds.iter().map(|it| it & low(width as usize)).collect();
            let bytes = packed(&values, width);
            let from = from.min(values.len());
            let wanted = values[from..].iter().filter(|it| **it == u64::from(code)).count() as u64;
            let code_fits = u64::from(code) <= low(width as usize);
            let Some(finder) = Finder::of(width, code).filter(|_| code_fits) else {
                prop_assert!(!code_fits || width > 8);
                return Ok(());
            };
            let count = values.len() - from;
            prop_assert_eq!(finder.count(&bytes, from, count), Ok(wanted));
            let mut places = vec![7];
            finder.places(&bytes, from, count, 100, &mut places).unwrap();
            let each = values[from..].iter().enumerate().filter(|(_, it)| **it == u64::from(code));
            let wanted: Vec<u16> = std::iter::once(7).chain(each.map(|(at, _)| at as u16 + 100)).collect();
            prop_assert_eq!(places, wanted);
        }
    }

    #[test]
    fn a_page_that_is_too_short_is_refused() {
        assert_eq!(Finder::of(3, 0).unwrap().count(&[0; 31], 0, 64), Err(SHORT));
    }
}
