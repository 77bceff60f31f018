//! Whole numbers of the log formats: ASCII digits without leading zeroes, so that each has one text.

/// Reads such a number; none when it is written another way or does not fit.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let shortest = text == "0" || !text.starts_with('0');
    if digits && shortest { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_text_only() {
        let table = [
            ("0", Some(0)),
            ("20852163", Some(20_852_163)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("", None),
            ("00", None),
            ("01", None),
            ("+1", None),
            ("-1", None),
            (" 1", None),
            ("1 ", None),
            ("1_0", None),
            ("٣", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse_decimal(text), expected, "{text:?}");
        }
    }
}
