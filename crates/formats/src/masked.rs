//! Text of others, printed without the phone numbers that may stand in it.

use std::fmt;

/// Runs of so many digits and more may be a phone number.
const DIGITS_MIN: usize = 7;
const DIGITS_SHOWN: usize = 4;

/// Prints a text with every long run of digits cut to its last four.
pub struct Masked<'a>(pub &'a str);

impl fmt::Display for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let plain = rest.bytes().skip(digits).take_while(|it| !it.is_ascii_digit()).count();
            let (run, after) = rest.split_at(digits);
            let (words, after) = after.split_at(plain);
            if digits < DIGITS_MIN {
                f.write_str(run)?;
            } else {
                write!(f, "…{}", &run[digits - DIGITS_SHOWN..])?;
            }
            f.write_str(words)?;
            rest = after;
        }
        Ok(())
    }
}

impl fmt::Debug for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_runs_of_digits_keep_their_last_four() {
        for (text, shown) in [
            ("", ""),
            ("MK:0001", "MK:0001"),
            ("13800138000", "…8000"),
            ("号码 13800138000 已停机 12", "号码 …8000 已停机 12"),
            ("1234567", "…4567"),
            ("123456", "123456"),
        ] {
            assert_eq!(Masked(text).to_string(), shown);
        }
        assert_eq!(format!("{:?}", Masked("a\"13800138000")), "\"a\\\"…8000\"");
    }
}
