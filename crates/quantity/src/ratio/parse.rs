//! Ratios from text: decimals as people write them, fractions as [`Ratio::fraction`] writes them.

use num_bigint::BigInt;

use super::Ratio;

/// The most digits a decimal may have; any such number fits `i128`.
const DECIMAL_DIGITS_MAX: u32 = 38;
/// The most digits a part of a fraction may have: 2^4096 has 1234.
const FRACTION_DIGITS_MAX: usize = 1234;

impl Ratio {
    /// Reads `-12`, `99.9`, `1_000.50`. Digits are required on both sides of the point, an underscore
    /// stands between two digits, at most 38 digits; no plus sign, no exponent, no spaces.
    ///
    /// ```
    /// use quantity::Ratio;
    ///
    /// assert_eq!(Ratio::parse_decimal("1_000.50"), Ratio::parse_fraction("2001/2"));
    /// assert_eq!(Ratio::parse_decimal("1e3"), None);
    /// ```
    pub fn parse_decimal(s: &str) -> Option<Ratio> {
        let (negative, body) = split_sign(s);
        let (whole, fraction) = match body.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (body, None),
        };
        let whole = Digits::default().extend(whole)?;
        let all = match fraction {
            Some(fraction) => whole.extend(fraction)?,
            None => whole,
        };
        let den = 10_i128.checked_pow(all.count.checked_sub(whole.count)?)?;
        Some(Ratio::reduced(if negative { -all.value } else { all.value }, den))
    }

    /// Reads `num/den` or `num`, each in plain decimal digits; only the numerator may carry a minus
    /// sign. `None` for a zero denominator or a number beyond the length limit.
    pub fn parse_fraction(s: &str) -> Option<Ratio> {
        let (num, den) = s.split_once('/').unwrap_or((s, "1"));
        let (negative, magnitude) = split_sign(num);
        if !(is_digits(magnitude) && is_digits(den)) {
            return None;
        }
        match (num.parse(), den.parse()) {
            (Ok(num), Ok(den)) => Ratio::new(num, den).ok(),
            _ => {
                let num: BigInt = magnitude.parse().ok()?;
                Ratio::from_big(if negative { -num } else { num }, den.parse().ok()?).ok()
            }
        }
    }
}

/// The decimal digits read so far.
#[derive(Clone, Copy, Default)]
struct Digits {
    value: i128,
    count: u32,
}

impl Digits {
    /// Appends a run of digits, single underscores allowed between two of them.
    fn extend(mut self, text: &str) -> Option<Digits> {
        let mut after_digit = false;
        for byte in text.bytes() {
            match byte {
                b'0'..=b'9' if self.count < DECIMAL_DIGITS_MAX => {
                    self.value = self.value * 10 + i128::from(byte - b'0');
                    self.count += 1;
                    after_digit = true;
                }
                b'_' if after_digit => after_digit = false,
                _ => return None,
            }
        }
        after_digit.then_some(self)
    }
}

fn split_sign(s: &str) -> (bool, &str) {
    s.strip_prefix('-').map_or((false, s), |rest| (true, rest))
}

fn is_digits(s: &str) -> bool {
    (1..=FRACTION_DIGITS_MAX).contains(&s.len()) && s.bytes().all(|byte| byte.is_ascii_digit())
}
