//! Pseudo-random draws: SplitMix64 as a function of an index and a key, so that any row can be made alone.

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
const SEED: u64 = 0x5EED_0001;

/// Draw number `key` of item `index`.
pub(crate) fn draw(index: u64, key: u64) -> u64 {
    splitmix64(SEED ^ index.wrapping_mul(GOLDEN) ^ key)
}

/// Scales a draw to `[0, below)`, evenly.
pub(crate) fn within(draw: u64, below: u64) -> u64 {
    let scaled = (u128::from(draw) * u128::from(below)) >> 64;
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

/// One step of the generator from this state (Steele, Lea and Flood, 2014).
fn splitmix64(state: u64) -> u64 {
    let z = state.wrapping_add(GOLDEN);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Puts items in an order that depends only on how many there are (Fisher–Yates).
pub(crate) fn shuffle<T>(items: &mut [T], key: u64) {
    for last in (1..items.len()).rev() {
        let at = last as u64;
        let other = usize::try_from(within(draw(at, key), at + 1)).unwrap_or(0);
        items.swap(last, other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_gives_the_published_sequence() {
        // State 1234567 and its successors, as in the reference implementation's well-known test values.
        let states = [0, 1, 2].map(|step: u64| 1_234_567_u64.wrapping_add(step.wrapping_mul(GOLDEN)));
        let expected = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!(states.map(splitmix64), expected);
    }

    #[test]
    fn scaled_draws_stay_below_their_limit() {
        assert_eq!([0, u64::MAX / 2 + 1, u64::MAX].map(|draw| within(draw, 10)), [0, 5, 9]);
        assert_eq!(within(u64::MAX, 1), 0);
    }

    #[test]
    fn a_shuffle_keeps_every_item() {
        let mut items: Vec<u32> = (0..100).collect();
        shuffle(&mut items, 7);
        assert!(!items.is_sorted());
        items.sort_unstable();
        assert!(items.into_iter().eq(0..100));
    }
}
