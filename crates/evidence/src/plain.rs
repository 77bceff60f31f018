//! How far a text goes on without a character that JSON escapes: what reading and writing strings both ask.

const EIGHT: usize = 8;
/// A one in each of eight bytes.
const ONES: u64 = 0x0101_0101_0101_0101;
/// The high bit of each of eight bytes.
const HIGHS: u64 = ONES << 7;

/// Bytes before the first quote, backslash or control character; all of them when there is none.
pub(crate) fn plain_bytes(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(eight) = text.get(at..).and_then(<[u8]>::first_chunk::<EIGHT>) {
        if let Some(special) = first_special(u64::from_le_bytes(*eight)) {
            return at + special;
        }
        at += EIGHT;
    }
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().position(|it| is_special(*it)).unwrap_or(rest.len())
}

fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20)
}

/// Which of eight bytes, the lowest first, is the first special one.
fn first_special(eight: u64) -> Option<usize> {
    let is = |byte: u8| below(eight ^ (ONES * u64::from(byte)), 1);
    let special = is(b'"') | is(b'\\') | below(eight, 0x20);
    (special != 0).then(|| special.trailing_zeros() as usize / EIGHT)
}

/// The high bit of each byte that is below `bound`, which is at most 128. A borrow may also mark bytes above the lowest such one.
fn below(eight: u64, bound: u8) -> u64 {
    eight.wrapping_sub(ONES * u64::from(bound)) & !eight & HIGHS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one_by_one(text: &[u8]) -> usize {
        text.iter().take_while(|it| !is_special(**it)).count()
    }

    #[test]
    fn each_byte_is_told_at_each_place() {
        for byte in 0..=u8::MAX {
            for at in 0..20 {
                let mut text = [b'a'; 20];
                text[at] = byte;
                assert_eq!(plain_bytes(&text), one_by_one(&text), "{byte} at {at}");
            }
        }
    }

    proptest! {
        #[test]
        fn many_bytes_at_once_are_told_as_one_by_one(text in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(plain_bytes(&text), one_by_one(&text));
        }

        #[test]
        fn neighbours_of_special_bytes_are_not_taken_for_special(
            text in proptest::collection::vec(prop_oneof![Just(b' '), Just(b'!'), Just(b'#'), Just(b'['), Just(b']'), Just(0xa2), Just(0x80), Just(b'"'), Just(0x1f)], 0..40)
        ) {
            prop_assert_eq!(plain_bytes(&text), one_by_one(&text));
        }
    }
}
