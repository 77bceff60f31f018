//! The delta encodings: numbers as small differences, texts as lengths or as shared beginnings.

use super::bits::{PADDING, one};
use super::error::Problem;

const SHORT: Problem = Problem::Corrupt("a page ends too early");
const STRANGE: Problem = Problem::Corrupt("a delta block has a strange shape");
/// Values of one block; writers use 128.
const BLOCK_MAX: u64 = 1 << 16;

/// Decodes `count` numbers from `page[from..until]` and tells where they end. `page` reaches past `until` by
/// [`PADDING`].
pub(super) fn ints(
    page: &[u8],
    from: usize,
    until: usize,
    count: usize,
    out: &mut Vec<i64>,
) -> Result<usize, Problem> {
    let mut reader = Reader { page, at: from, until };
    let block = reader.varint()?;
    let minis = reader.varint()?;
    let total = usize::try_from(reader.varint()?).map_err(|_| STRANGE)?;
    let mut last = reader.zigzag()?;
    if total != count {
        return Err(Problem::Corrupt("a delta page has not as many values as its header says"));
    }
    if minis == 0 || block == 0 || block > BLOCK_MAX || block % minis != 0 {
        return Err(STRANGE);
    }
    let per_mini = usize::try_from(block / minis).map_err(|_| STRANGE)?;
    if per_mini % 8 != 0 {
        return Err(STRANGE);
    }
    out.reserve(count);
    if count > 0 {
        out.push(last);
    }
    let mut left = count.saturating_sub(1);
    while left > 0 {
        let least = reader.zigzag()?;
        let widths = reader.bytes(usize::try_from(minis).map_err(|_| STRANGE)?)?;
        for width in widths {
            if left == 0 {
                break;
            }
            let taken = left.min(per_mini);
            let mini = reader.mini(u32::from(*width), per_mini)?;
            (0..taken).for_each(|index| {
                let delta = wide_one(mini, u32::from(*width), index).cast_signed();
                last = last.wrapping_add(least).wrapping_add(delta);
                out.push(last);
            });
            left -= taken;
        }
    }
    Ok(reader.at)
}

/// A packed number of up to 64 bits.
#[inline]
fn wide_one(bytes: &[u8], width: u32, index: usize) -> u64 {
    if width <= 56 {
        return one(bytes, width, index);
    }
    let bit = index * width as usize;
    let low = one_word(bytes, bit / 8);
    let high = bytes.get(bit / 8 + 8).copied().unwrap_or(0);
    let both = u128::from(low) | u128::from(high) << 64;
    let mask = (1_u128 << width) - 1;
    let [a, b, c, d, e, f, g, h, ..] = ((both >> (bit % 8)) & mask).to_le_bytes();
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

fn one_word(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |it| u64::from_le_bytes(*it))
}

/// Decodes `count` texts as their lengths followed by their bytes.
pub(super) fn by_length(
    page: &[u8],
    from: usize,
    until: usize,
    count: usize,
    mut each: impl FnMut(&[u8]) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let mut lengths = Vec::new();
    let at = ints(page, from, until, count, &mut lengths)?;
    let mut rest = page.get(at..until).ok_or(SHORT)?;
    for length in lengths {
        let length = usize::try_from(length).map_err(|_| STRANGE)?;
        let (text, after) = rest.split_at_checked(length).ok_or(SHORT)?;
        each(text)?;
        rest = after;
    }
    Ok(())
}

/// Decodes `count` texts of which each shares its beginning with the one before.
pub(super) fn by_prefix(
    page: &[u8],
    from: usize,
    until: usize,
    count: usize,
    mut each: impl FnMut(&[u8]) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let mut shared = Vec::new();
    let at = ints(page, from, until, count, &mut shared)?;
    let mut shared = shared.into_iter();
    let mut text: Vec<u8> = Vec::new();
    by_length(page, at, until, count, |rest| {
        let kept = shared.next().and_then(|it| usize::try_from(it).ok()).filter(|it| *it <= text.len());
        text.truncate(kept.ok_or(STRANGE)?);
        text.extend_from_slice(rest);
        each(&text)
    })
}

struct Reader<'p> {
    page: &'p [u8],
    at: usize,
    until: usize,
}

impl<'p> Reader<'p> {
    fn varint(&mut self) -> Result<u64, Problem> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = *self.bytes(1)? else { return Err(SHORT) };
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(STRANGE)
    }

    fn zigzag(&mut self) -> Result<i64, Problem> {
        let value = self.varint()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn bytes(&mut self, count: usize) -> Result<&'p [u8], Problem> {
        let end = self.at.checked_add(count).filter(|it| *it <= self.until).ok_or(SHORT)?;
        let found = self.page.get(self.at..end).ok_or(SHORT)?;
        self.at = end;
        Ok(found)
    }

    /// The bytes of one block of packed numbers, and some past them to load whole words; cut short only at the end.
    fn mini(&mut self, width: u32, count: usize) -> Result<&'p [u8], Problem> {
        if width > 64 {
            return Err(STRANGE);
        }
        let from = self.at;
        let wanted = count / 8 * width as usize;
        self.bytes(wanted)?;
        self.page.get(from..from + wanted + PADDING).ok_or(SHORT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn padded(bytes: &[u8]) -> (Vec<u8>, usize) {
        let mut page = bytes.to_vec();
        page.extend([0; PADDING]);
        (page, bytes.len())
    }

    #[test]
    fn the_example_of_the_specification_is_read() {
        // 7, 5, 3, 1, 2, 3, 4, 5: blocks of 8 in one part; least delta −2; packed in two bits 0 0 0 3 3 3 3.
        let (page, until) = padded(&[8, 1, 8, 14, 3, 2, 0b1100_0000, 0b0011_1111]);
        let mut out = Vec::new();
        assert_eq!(ints(&page, 0, until, 8, &mut out), Ok(until));
        assert_eq!(out, [7, 5, 3, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn numbers_of_all_bits_are_read() {
        for width in [57, 63, 64] {
            let mut bytes = vec![0xff; width];
            bytes.extend([0; PADDING]);
            let most = u64::MAX >> (64 - width);
            for index in 0..8 {
                assert_eq!(wide_one(&bytes, width as u32, index), most, "width {width} index {index}");
            }
        }
    }

    #[test]
    fn lying_headers_are_refused() {
        for bytes in [&[][..], &[8, 0, 8, 14], &[8, 3, 8, 14], &[8, 1, 8, 14, 3, 65, 1], &[8, 1, 200, 14]] {
            let (page, until) = padded(bytes);
            assert!(ints(&page, 0, until, 8, &mut Vec::new()).is_err(), "{bytes:?}");
        }
    }
}
