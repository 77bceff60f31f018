//! A number as people and programs write it, read exactly: sign, digits, point and a small exponent.

use quantity::Ratio;

/// Most decimal digits of a number once its exponent is written out, so that sums of millions stay fast.
pub(crate) const DIGITS_MAX: usize = 28;

/// Why a text is not a number we read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberError {
    /// Not digits with at most one point and one exponent.
    Malformed,
    /// Beyond [`DIGITS_MAX`].
    TooLong,
}

/// Reads `-12`, `99.9`, `1e-05`.
pub(crate) fn parse(text: &str) -> Result<Ratio, NumberError> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
        None => (text, 0),
    };
    let exponent_digits = usize::try_from(exponent.unsigned_abs()).unwrap_or(usize::MAX);
    if digits(mantissa).saturating_add(exponent_digits) > DIGITS_MAX {
        return Err(NumberError::TooLong);
    }
    let value = Ratio::parse_decimal(mantissa).ok_or(NumberError::Malformed)?;
    shifted(value, exponent)
}

/// `value * size`, unless the result is longer than a number may be.
pub(crate) fn scaled(value: &Ratio, size: &Ratio) -> Result<Ratio, NumberError> {
    if *size == Ratio::ONE {
        return Ok(value.clone());
    }
    let product = value.mul(size).map_err(|_| NumberError::TooLong)?;
    match product.exact_decimal() {
        Some(decimal) if digits(&decimal) <= DIGITS_MAX => Ok(product),
        _ => Err(NumberError::TooLong),
    }
}

fn digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

fn parse_exponent(text: &str) -> Result<i32, NumberError> {
    let magnitude = text.strip_prefix(['+', '-']).unwrap_or(text);
    if magnitude.is_empty() || !magnitude.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NumberError::Malformed);
    }
    text.parse().map_err(|_| NumberError::TooLong)
}

fn shifted(value: Ratio, exponent: i32) -> Result<Ratio, NumberError> {
    let power = 10_i128.checked_pow(exponent.unsigned_abs()).map(Ratio::int).ok_or(NumberError::TooLong)?;
    let moved = if exponent < 0 { value.div(&power) } else { value.mul(&power) };
    moved.map_err(|_| NumberError::TooLong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly_from_their_text() {
        for (text, fraction) in [
            ("0", "0/1"),
            ("-0", "0/1"),
            ("0.1", "1/10"),
            ("-99.90", "-999/10"),
            ("1e3", "1000/1"),
            ("1E+3", "1000/1"),
            ("1e-05", "1/100000"),
            ("2.5e-1", "1/4"),
            ("9007199254740993", "9007199254740993/1"),
            ("0.1000000000000000000000001", "1000000000000000000000001/10000000000000000000000000"),
        ] {
            assert_eq!(parse(text).map(|it| it.fraction()), Ok(fraction.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_or_too_long_a_one_is_told_apart() {
        use NumberError::{Malformed, TooLong};
        for (text, error) in [
            ("", Malformed),
            ("abc", Malformed),
            ("1e", Malformed),
            ("1e+-2", Malformed),
            ("1e1.5", Malformed),
            ("1,5", Malformed),
            ("+5", Malformed),
            (" 5", Malformed),
            ("NaN", Malformed),
            ("inf", Malformed),
            ("１２", Malformed),
            ("1e28", TooLong),
            ("1e-99999999999", TooLong),
            ("12345678901234567890123456789", TooLong),
        ] {
            assert_eq!(parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_scaled_number_stays_within_the_digits() {
        let week = Ratio::int(604_800);
        let long = parse("1234567890123456789012345678").unwrap();
        assert_eq!(scaled(&long, &week), Err(NumberError::TooLong));
        assert_eq!(scaled(&long, &Ratio::ONE), Ok(long));
        assert_eq!(scaled(&Ratio::int(2), &week), Ok(Ratio::int(1_209_600)));
    }
}
