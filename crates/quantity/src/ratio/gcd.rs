//! Greatest common divisors, products and quotients of 128-bit parts, with a 64-bit short way.
//!
//! Nearly every number in a contract fits 64 bits, where the processor multiplies and divides in one
//! instruction; 128-bit division is a library call ten times as slow.

/// The greatest common divisor of `num` and a positive `den`; at most `den`, and `den` when `num` is zero.
pub(super) fn shared(num: i128, den: i128) -> i128 {
    if den == 1 {
        return 1;
    }
    // At most `den`, so the sign bit stays clear.
    gcd(num.unsigned_abs(), den.unsigned_abs()).cast_signed()
}

/// `a * b`, or `None` when it does not fit.
pub(super) fn product(a: i128, b: i128) -> Option<i128> {
    match (i64::try_from(a), i64::try_from(b)) {
        (Ok(a), Ok(b)) => Some(i128::from(a) * i128::from(b)),
        _ => a.checked_mul(b),
    }
}

/// `num / den` toward zero, for a positive `den`.
pub(super) fn quotient(num: i128, den: i128) -> i128 {
    if den == 1 {
        return num;
    }
    match (i64::try_from(num), i64::try_from(den)) {
        (Ok(num), Ok(den)) => i128::from(num / den),
        _ => num / den,
    }
}

/// Floor and remainder of `num / den` for a positive `den`: `num = floor * den + rest`, `0 <= rest < den`.
pub(super) fn floor(num: i128, den: i128) -> (i128, i128) {
    if den == 1 {
        return (num, 0);
    }
    match (i64::try_from(num), i64::try_from(den)) {
        (Ok(num), Ok(den)) => (i128::from(num.div_euclid(den)), i128::from(num.rem_euclid(den))),
        _ => (num.div_euclid(den), num.rem_euclid(den)),
    }
}

fn gcd(a: u128, b: u128) -> u128 {
    if a == 1 || b == 1 {
        return 1;
    }
    match (u64::try_from(a), u64::try_from(b)) {
        (Ok(a), Ok(b)) => gcd_64(a, b).into(),
        (Ok(0), Err(_)) => b,
        (Err(_), Ok(0)) => a,
        (Ok(short), Err(_)) => gcd_with_short(b, short),
        (Err(_), Ok(short)) => gcd_with_short(a, short),
        (Err(_), Err(_)) => gcd_128(a, b),
    }
}

fn gcd_with_short(long: u128, short: u64) -> u128 {
    // The remainder is below `short`, so it fits.
    u64::try_from(long % u128::from(short)).map_or(1, |rest| gcd_64(rest, short).into())
}

/// Stein's binary algorithm: shifts and subtractions only.
fn gcd_64(mut a: u64, mut b: u64) -> u64 {
    if a == 0 || b == 0 {
        return a | b;
    }
    let twos = (a | b).trailing_zeros();
    a >>= a.trailing_zeros();
    while b != 0 {
        b >>= b.trailing_zeros();
        (a, b) = (a.min(b), a.abs_diff(b));
    }
    a << twos
}

/// The same for two long numbers, handing over once both are short.
fn gcd_128(mut a: u128, mut b: u128) -> u128 {
    let twos = (a | b).trailing_zeros();
    a >>= a.trailing_zeros();
    while b != 0 {
        b >>= b.trailing_zeros();
        if let (Ok(a), Ok(b)) = (u64::try_from(a), u64::try_from(b)) {
            return u128::from(gcd_64(a, b)) << twos;
        }
        (a, b) = (a.min(b), a.abs_diff(b));
    }
    a << twos
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn euclid(a: u128, b: u128) -> u128 {
        if b == 0 { a } else { euclid(b, a % b) }
    }

    #[test]
    fn gcd_at_the_borders_of_64_and_128_bits() {
        let long = 1_u128 << 127;
        for (a, b, expected) in [
            (0, 7, 7),
            (7, 0, 7),
            (0, long, long),
            (long, 0, long),
            (long, long - 1, 1),
            (long, 1 << 100, 1 << 100),
            (u128::from(u64::MAX), u128::from(u64::MAX) + 1, 1),
            (long / 2 * 3, long, long / 2),
        ] {
            assert_eq!(gcd(a, b), expected, "gcd({a}, {b})");
        }
    }

    proptest! {
        #[test]
        fn gcd_equals_euclid(a: u128, b: u128, left in 0_u32..128, right in 0_u32..128) {
            let (a, b) = (a >> left, b >> right);
            prop_assert_eq!(gcd(a, b), euclid(a, b));
        }

        #[test]
        fn a_common_factor_is_found(a: u64, b: u64, factor: u64) {
            let (a, b) = (u128::from(a) * u128::from(factor), u128::from(b) * u128::from(factor));
            prop_assert_eq!(gcd(a, b), euclid(a, b));
        }

        #[test]
        fn quotients_and_products_equal_the_plain_ones(a: i128, b in 1..=i128::MAX, shift in 0_u32..127) {
            let (num, den) = (a >> shift, (b >> shift).max(1));
            prop_assert_eq!(quotient(num, den), num / den);
            prop_assert_eq!(floor(num, den), (num.div_euclid(den), num.rem_euclid(den)));
            prop_assert_eq!(product(num, den), num.checked_mul(den));
        }
    }
}
