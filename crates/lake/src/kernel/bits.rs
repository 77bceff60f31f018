//! Bit-packed numbers, eight or sixty-four at a time: words are split by shifts that a compiler turns into vectors.

use super::error::Problem;

/// Page buffers carry this many zero bytes past their end, so that whole words can be loaded anywhere in them.
pub(super) const PADDING: usize = 8;

pub(super) const SHORT: Problem = Problem::Corrupt("a page ends too early");

/// A lane that codes are unpacked into.
pub(super) trait Lane: Copy + Default + Ord {
    /// The widest packed number that fits.
    const BITS: u32;

    /// Cuts off what does not fit.
    fn narrow(value: u64) -> Self;

    fn wide(self) -> u32;

    /// Unpacks all of `out`, whose length is a multiple of eight, from the first bit of `bytes`; false when no
    /// specialised way exists.
    fn blocks(bytes: &[u8], width: u32, out: &mut [Self]) -> bool;

    /// Unpacks fewer than sixty-four numbers of at most eight bits from `index`, a multiple of eight, on, when the lane
    /// has a quick way.
    fn few(_bytes: &[u8], _width: u32, _index: usize, _out: &mut [Self]) -> bool {
        false
    }
}

impl Lane for u8 {
    const BITS: u32 = 8;

    fn narrow(value: u64) -> u8 {
        value.to_le_bytes()[0]
    }

    fn wide(self) -> u32 {
        u32::from(self)
    }

    fn blocks(bytes: &[u8], width: u32, out: &mut [u8]) -> bool {
        match width {
            1 => bytes_of::<1, 8>(bytes, out),
            2 => bytes_of::<2, 16>(bytes, out),
            3 => bytes_of::<3, 24>(bytes, out),
            4 => bytes_of::<4, 32>(bytes, out),
            5 => bytes_of::<5, 40>(bytes, out),
            6 => bytes_of::<6, 48>(bytes, out),
            7 => bytes_of::<7, 56>(bytes, out),
            8 => match bytes.get(..out.len()) {
                Some(bytes) => out.copy_from_slice(bytes),
                None => return false,
            },
            _ => return false,
        }
        true
    }

    #[inline]
    fn few(bytes: &[u8], width: u32, index: usize, out: &mut [u8]) -> bool {
        let width = width as usize;
        let mut at = index / 8 * width;
        for out in out.chunks_mut(8) {
            let Some(x) = word(bytes, at) else { return false };
            let x = part(part(part(x & low(8 * width), 4 * width, 64), 2 * width, 32), width, 16);
            match <&mut [u8; 8]>::try_from(&mut *out) {
                Ok(eight) => *eight = x.to_le_bytes(),
                Err(_) => out.iter_mut().zip(x.to_le_bytes()).for_each(|(to, it)| *to = it),
            }
            at += width;
        }
        true
    }
}

impl Lane for u16 {
    const BITS: u32 = 16;

    fn narrow(value: u64) -> u16 {
        let [a, b, ..] = value.to_le_bytes();
        u16::from_le_bytes([a, b])
    }

    fn wide(self) -> u32 {
        u32::from(self)
    }

    fn blocks(bytes: &[u8], width: u32, out: &mut [u16]) -> bool {
        match width {
            1 => pairs_of::<1, 8>(bytes, out),
            2 => pairs_of::<2, 16>(bytes, out),
            3 => pairs_of::<3, 24>(bytes, out),
            4 => pairs_of::<4, 32>(bytes, out),
            5 => pairs_of::<5, 40>(bytes, out),
            6 => pairs_of::<6, 48>(bytes, out),
            7 => pairs_of::<7, 56>(bytes, out),
            8 => pairs_of::<8, 64>(bytes, out),
            9 => pairs_of::<9, 72>(bytes, out),
            10 => pairs_of::<10, 80>(bytes, out),
            11 => pairs_of::<11, 88>(bytes, out),
            12 => pairs_of::<12, 96>(bytes, out),
            13 => pairs_of::<13, 104>(bytes, out),
            14 => pairs_of::<14, 112>(bytes, out),
            15 => pairs_of::<15, 120>(bytes, out),
            16 => pairs_of::<16, 128>(bytes, out),
            _ => return false,
        }
        true
    }
}

impl Lane for u32 {
    const BITS: u32 = 32;

    fn narrow(value: u64) -> u32 {
        let [a, b, c, d, ..] = value.to_le_bytes();
        u32::from_le_bytes([a, b, c, d])
    }

    fn wide(self) -> u32 {
        self
    }

    fn blocks(_: &[u8], _: u32, _: &mut [u32]) -> bool {
        false
    }
}

/// The eight bytes at `at`.
#[inline(always)]
pub(super) fn word(bytes: &[u8], at: usize) -> Option<u64> {
    let found: &[u8; 8] = bytes.get(at..)?.first_chunk()?;
    Some(u64::from_le_bytes(*found))
}

pub(super) const fn low(bits: usize) -> u64 {
    if bits >= 64 { u64::MAX } else { (1 << bits) - 1 }
}

pub(super) const fn repeat(pattern: u64, every: usize) -> u64 {
    let mut all = 0;
    let mut at = 0;
    while at < 64 {
        all |= pattern << at;
        at += every;
    }
    all
}

/// Moves the upper half of every `every` bits, of which 2·`bits` are used, to the middle.
#[inline(always)]
const fn part(x: u64, bits: usize, every: usize) -> u64 {
    let lower = low(bits);
    let lower = match every {
        64 => lower,
        32 => lower | (lower << 32),
        _ => (lower | (lower << 16)) | ((lower | (lower << 16)) << 32),
    };
    (x & lower) | ((x << (every / 2 - bits)) & (lower << (every / 2)))
}

/// Eight numbers of `W` ≤ 8 bits into eight bytes: halves, quarters and eighths move apart in three steps.
#[inline(always)]
const fn spread_bytes<const W: usize>(x: u64) -> u64 {
    part(part(part(x, 4 * W, 64), 2 * W, 32), W, 16)
}

/// Four numbers of `W` ≤ 16 bits into four pairs of bytes.
#[inline(always)]
const fn spread_pairs<const W: usize>(x: u64) -> u64 {
    part(part(x, 2 * W, 64), W, 32)
}

/// The bits of the group `group` of eight numbers within a block of `B` = 8·W bytes; bits above 8·W mean nothing.
#[inline(always)]
fn group_of<const W: usize, const B: usize>(block: &[u8; B], group: usize) -> u64 {
    let from = group * W;
    let at = from.min(B - 8);
    let mut eight = [0; 8];
    eight.copy_from_slice(&block[at..at + 8]);
    u64::from_le_bytes(eight) >> (8 * (from - at))
}

#[inline(always)]
fn bytes_of<const W: usize, const B: usize>(bytes: &[u8], out: &mut [u8]) {
    let (blocks, _) = bytes.as_chunks::<B>();
    let (outs, _) = out.as_chunks_mut::<64>();
    let done = blocks.len().min(outs.len());
    for (block, out) in blocks.iter().zip(outs) {
        let (out, _) = out.as_chunks_mut::<8>();
        for (group, out) in out.iter_mut().enumerate() {
            *out = spread_bytes::<W>(group_of::<W, B>(block, group)).to_le_bytes();
        }
    }
    let (rest, _) = out.get_mut(done * 64..).unwrap_or_default().as_chunks_mut::<8>();
    for (group, out) in rest.iter_mut().enumerate() {
        let x = word(bytes, done * B + group * W).unwrap_or(0);
        *out = spread_bytes::<W>(x).to_le_bytes();
    }
}

#[inline(always)]
fn pair(x: u64) -> [u16; 4] {
    let [a, b, c, d, e, f, g, h] = x.to_le_bytes();
    [[a, b], [c, d], [e, f], [g, h]].map(u16::from_le_bytes)
}

/// Both halves of a group of eight numbers of `W` ≤ 16 bits.
#[inline(always)]
fn halves<const W: usize>(first: u64, second: u64) -> [u16; 8] {
    let [a, b, c, d] = pair(spread_pairs::<W>(first));
    let [e, f, g, h] = pair(spread_pairs::<W>(second >> ((4 * W) % 8)));
    [a, b, c, d, e, f, g, h]
}

#[inline(always)]
fn pairs_of<const W: usize, const B: usize>(bytes: &[u8], out: &mut [u16]) {
    let (outs, _) = out.as_chunks_mut::<8>();
    for (group, out) in outs.iter_mut().enumerate() {
        let at = group * W;
        let (first, second) = (word(bytes, at).unwrap_or(0), word(bytes, at + W / 2).unwrap_or(0));
        *out = halves::<W>(first, second);
    }
}

/// The packed number at `index`; zero past the end of the padded bytes.
#[inline]
pub(super) fn one(bytes: &[u8], width: u32, index: usize) -> u64 {
    let bit = index * width as usize;
    let loaded = word(bytes, bit / 8).unwrap_or(0);
    (loaded >> (bit % 8)) & low(width as usize)
}

/// Unpacks numbers of `width` ≤ 32 bits from `index` on into all of `out`. `bytes` must reach [`PADDING`] past the last.
pub(super) fn unpack<T: Lane>(
    bytes: &[u8],
    width: u32,
    mut index: usize,
    mut out: &mut [T],
) -> Result<(), Problem> {
    let last_bit = (index + out.len()) * width as usize;
    if bytes.len() < last_bit.div_ceil(8) + PADDING {
        return Err(SHORT);
    }
    let head = (index.next_multiple_of(8) - index).min(out.len());
    let (slow, rest) = std::mem::take(&mut out).split_at_mut(head);
    singly(bytes, width, index, slow);
    index += head;
    if rest.len() < 64 && width <= 8 && T::few(bytes, width, index, rest) {
        return Ok(());
    }
    let (blocks, tail) = rest.split_at_mut(rest.len() / 8 * 8);
    let from = bytes.get(index / 8 * width as usize..).ok_or(SHORT)?;
    if width > T::BITS || !T::blocks(from, width, blocks) {
        singly(bytes, width, index, blocks);
    }
    singly(bytes, width, index + blocks.len(), tail);
    Ok(())
}

/// Wider numbers than the lane holds become its greatest, which no dictionary of that lane has.
fn singly<T: Lane>(bytes: &[u8], width: u32, index: usize, out: &mut [T]) {
    let most = low(T::BITS as usize);
    for (offset, out) in out.iter_mut().enumerate() {
        *out = T::narrow(one(bytes, width, index + offset).min(most));
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(in crate::kernel) fn packed(values: &[u64], width: u32) -> Vec<u8> {
        let mut bytes = vec![0; (values.len() * width as usize).div_ceil(8) + PADDING];
        for (index, value) in values.iter().enumerate() {
            for bit in 0..width as usize {
                let at = index * width as usize + bit;
                bytes[at / 8] |= ((value >> bit & 1) as u8) << (at % 8);
            }
        }
        bytes
    }

    fn unpacked<T: Lane>(bytes: &[u8], width: u32, index: usize, count: usize) -> Vec<u32> {
        let mut out = vec![T::default(); count];
        unpack(bytes, width, index, &mut out).unwrap();
        out.into_iter().map(Lane::wide).collect()
    }

    proptest! {
        #[test]
        fn unpacking_gives_what_was_packed(
            width in 1_u32..=32,
            seeds in prop::collection::vec(any::<u64>(), 1..300),
            from in 0_usize..100,
        ) {
            let values: Vec<u64> = seeds.iter().map(|it| it & low(width as usize)).collect();
            let bytes = packed(&values, width);
            let from = from.min(values.len());
            let wanted: Vec<u32> = values[from..].iter().map(|it| *it as u32).collect();
            prop_assert_eq!(unpacked::<u32>(&bytes, width, from, wanted.len()), wanted.clone());
            if width <= 16 {
                prop_assert_eq!(unpacked::<u16>(&bytes, width, from, wanted.len()), wanted.clone());
            }
            if width <= 8 {
                prop_assert_eq!(unpacked::<u8>(&bytes, width, from, wanted.len()), wanted);
            }
        }
    }

    #[test]
    fn a_page_that_is_too_short_is_refused() {
        let mut out = [0_u8; 64];
        assert_eq!(unpack(&[0; 31], 3, 0, &mut out), Err(SHORT));
    }
}
