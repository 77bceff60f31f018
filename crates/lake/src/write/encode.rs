//! Values as Parquet writes them: runs and bit-packed groups, deltas, plain.

/// Values of one block of deltas.
const BLOCK: usize = 128;
/// Parts of a block, each with a width of its own.
const PARTS: usize = 4;
/// Values of one part.
const PART: usize = BLOCK / PARTS;
/// Shortest run that is written as a run. Shorter ones save hardly a byte once pages are compressed, and each costs a reader a
/// step of its own.
const RUN_MIN: usize = 32;

/// Bits needed for codes below `count`.
pub(super) fn width_of(count: usize) -> u8 {
    let bits = usize::BITS - count.saturating_sub(1).leading_zeros();
    u8::try_from(bits).unwrap_or(u8::MAX)
}

/// Runs and bit-packed groups of eight (Parquet's RLE hybrid), without a length before them.
pub(super) fn push_hybrid(values: &[u32], width: u8, out: &mut Vec<u8>) {
    let mut rest = values;
    let mut literals = 0;
    while let Some((run, first)) = run_at(rest, literals) {
        // A group of literals is full: the run gives the values it lacks.
        let lacking = literals.next_multiple_of(8) - literals;
        if run < RUN_MIN + lacking {
            literals += run;
            continue;
        }
        let (packed, after) = rest.split_at_checked(literals + lacking).unwrap_or((rest, &[]));
        push_packed_run(packed, width, out);
        push_varint(((run - lacking) << 1) as u64, out);
        push_low_bytes(u64::from(first), usize::from(width).div_ceil(8), out);
        rest = after.get(run - lacking..).unwrap_or_default();
        literals = 0;
    }
    push_packed_run(rest, width, out);
}

/// Length and value of the run that begins at `at`.
fn run_at(values: &[u32], at: usize) -> Option<(usize, u32)> {
    let rest = values.get(at..)?;
    let first = *rest.first()?;
    Some((rest.iter().take_while(|it| **it == first).count(), first))
}

fn push_packed_run(values: &[u32], width: u8, out: &mut Vec<u8>) {
    if values.is_empty() {
        return;
    }
    let groups = values.len().div_ceil(8);
    push_varint((groups << 1 | 1) as u64, out);
    let padding = groups * 8 - values.len();
    push_packed(values.iter().map(|it| u64::from(*it)).chain(std::iter::repeat_n(0, padding)), width, out);
}

/// Values of `width` bits one after the other, the least bit first; the last byte is filled up with zeros.
fn push_packed(values: impl Iterator<Item = u64>, width: u8, out: &mut Vec<u8>) {
    let (mut bits, mut held) = (0_u128, 0_u32);
    for value in values {
        bits |= u128::from(value) << held;
        held += u32::from(width);
        while held >= 8 {
            out.push(low_byte(bits));
            bits >>= 8;
            held -= 8;
        }
    }
    if held > 0 {
        out.push(low_byte(bits));
    }
}

fn low_byte(bits: u128) -> u8 {
    let [byte, ..] = bits.to_le_bytes();
    byte
}

/// DELTA_BINARY_PACKED.
pub(super) fn push_deltas(values: &[i64], out: &mut Vec<u8>) {
    push_varint(BLOCK as u64, out);
    push_varint(PARTS as u64, out);
    push_varint(values.len() as u64, out);
    push_varint(zigzag(values.first().copied().unwrap_or_default()), out);
    let deltas: Vec<i64> = values.windows(2).map(delta).collect();
    deltas.chunks(BLOCK).for_each(|block| push_block(block, out));
}

fn delta(pair: &[i64]) -> i64 {
    match pair {
        [before, after] => after.wrapping_sub(*before),
        _ => 0,
    }
}

fn push_block(deltas: &[i64], out: &mut Vec<u8>) {
    let least = deltas.iter().copied().min().unwrap_or_default();
    let above = |it: &i64| it.wrapping_sub(least).cast_unsigned();
    push_varint(zigzag(least), out);
    let parts = || deltas.chunks(PART);
    let width = |part: &[i64]| {
        let all = part.iter().map(above).fold(0, |all, it| all | it);
        u8::try_from(u64::BITS - all.leading_zeros()).unwrap_or(64)
    };
    let widths: Vec<u8> = parts().map(width).chain(std::iter::repeat(0)).take(PARTS).collect();
    out.extend_from_slice(&widths);
    for (part, width) in parts().zip(widths) {
        let padding = PART - part.len();
        push_packed(part.iter().map(above).chain(std::iter::repeat_n(0, padding)), width, out);
    }
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// Seven bits to a byte, the least first.
pub(super) fn push_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(low_byte(u128::from(value)) | 0x80);
        value >>= 7;
    }
    out.push(low_byte(u128::from(value)));
}

fn push_low_bytes(value: u64, bytes: usize, out: &mut Vec<u8>) {
    out.extend(value.to_le_bytes().into_iter().take(bytes));
}

/// A text as PLAIN writes it: its length before it.
pub(super) fn push_plain_text(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(&u32::try_from(text.len()).unwrap_or_default().to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_hold_the_greatest_code() {
        for (count, width) in [(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (256, 8), (257, 9)] {
            assert_eq!(width_of(count), width, "{count}");
        }
    }

    #[test]
    fn a_run_is_a_run_and_the_rest_is_packed() {
        let mut out = Vec::new();
        push_hybrid(&[3; 100], 2, &mut out);
        assert_eq!(out, [200, 1, 3]);
        out.clear();
        // The example of the format's specification: 0 to 7 in three bits.
        push_hybrid(&[0, 1, 2, 3, 4, 5, 6, 7], 3, &mut out);
        assert_eq!(out, [3, 0b1000_1000, 0b1100_0110, 0b1111_1010]);
        out.clear();
        // One literal takes seven of the run to fill its group.
        push_hybrid(&[[1].as_slice(), &[0; 47]].concat(), 1, &mut out);
        assert_eq!(out, [3, 1, 80, 0]);
        out.clear();
        // A run that is not long enough for that stays packed.
        push_hybrid(&[[1].as_slice(), &[0; 31]].concat(), 1, &mut out);
        assert_eq!(out, [9, 1, 0, 0, 0]);
    }

    #[test]
    fn the_examples_of_the_specification_of_deltas() {
        let mut out = Vec::new();
        push_deltas(&[1, 2, 3, 4, 5], &mut out);
        assert_eq!(out, [128, 1, 4, 5, 2, 2, 0, 0, 0, 0]);
        out.clear();
        push_deltas(&[7, 5, 3, 1, 2, 3, 4, 5], &mut out);
        let packed = [0b1100_0000, 0b0011_1111, 0, 0, 0, 0, 0, 0];
        assert_eq!(out, [[128, 1, 4, 8, 14, 3, 2, 0, 0, 0].as_slice(), &packed].concat());
    }
}
