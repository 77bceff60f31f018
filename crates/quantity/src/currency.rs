//! Currencies of ISO 4217 with their minor digits.

mod table;

use std::fmt;

use table::TABLE;

/// A currency of ISO 4217; ordered by code.
///
/// ```
/// use quantity::Currency;
///
/// let yen = Currency::parse("JPY").unwrap();
/// assert_eq!((yen.code(), yen.minor_digits()), ("JPY", 0));
/// assert_eq!(Currency::parse("usd"), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: &'static str,
    minor_digits: u32,
}

impl Currency {
    /// The currency of that three-letter upper-case code.
    pub fn parse(code: &str) -> Option<Currency> {
        let index = TABLE.binary_search_by_key(&code, |row| row.0).ok()?;
        let &(code, minor_digits) = TABLE.get(index)?;
        Some(Currency { code, minor_digits })
    }

    /// The three-letter code.
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// How many decimal places the smallest payable amount has: 2 for a cent, 0 for a yen.
    pub const fn minor_digits(self) -> u32 {
        self.minor_digits
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Currency({})", self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_code_is_three_capital_letters() {
        assert!(TABLE.is_sorted_by(|left, right| left.0 < right.0));
        for (code, _) in TABLE {
            assert!(code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()), "{code}");
            assert_eq!(Currency::parse(code).map(Currency::code), Some(*code));
        }
    }

    #[test]
    fn minor_digits_follow_iso_4217() {
        for (code, digits) in [
            ("CNY", 2),
            ("USD", 2),
            ("EUR", 2),
            ("HKD", 2),
            ("JPY", 0),
            ("KRW", 0),
            ("VND", 0),
            ("CLP", 0),
            ("ISK", 0),
            ("XAF", 0),
            ("KWD", 3),
            ("BHD", 3),
            ("TND", 3),
            ("CLF", 4),
            ("UYW", 4),
        ] {
            assert_eq!(Currency::parse(code).map(Currency::minor_digits), Some(digits), "{code}");
        }
    }

    #[test]
    fn only_listed_codes_in_capital_letters_are_currencies() {
        for text in ["", "US", "usd", "USDX", "ABC", "XAU", "XXX", "XTS", "元", "US\u{0}"] {
            assert_eq!(Currency::parse(text), None, "{text:?}");
        }
    }
}
