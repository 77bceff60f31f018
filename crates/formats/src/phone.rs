//! A phone number that is never printed whole, and the pseudonym that stands for it in evidence.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// E.164 has fifteen digits at most; a few more are read so that vendors' prefixes fit.
const DIGITS_MAX: usize = 20;
const DIGITS_MIN: usize = 5;
const HEX_DIGITS: usize = 16;
/// Digits of a mobile number in mainland China.
const MOBILE_DIGITS: usize = 11;
/// Shorter numbers show nothing: the last four would be most of them.
const SHOWN_FROM: usize = 7;

/// A phone number as digits with its country code: `+86 138…`, `0086138…` and, at home, `138…` are one number.
/// It prints the last four digits and nothing else.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Phone {
    digits: [u8; DIGITS_MAX],
    length: usize,
}

impl Phone {
    /// A number as written in mainland China: eleven digits without a prefix are a mobile number there. `None` when the
    /// text is no phone number.
    pub fn domestic(text: &str) -> Option<Phone> {
        match mobile(text.trim().as_bytes()) {
            Some(digits) => Phone::joined(b"86", &digits),
            None => Phone::international(text),
        }
    }

    /// A number that begins with its country code, with or without `+` or `00`. `None` when the text is no phone number.
    pub fn international(text: &str) -> Option<Phone> {
        let bytes = text.trim().as_bytes();
        let bytes = bytes.strip_prefix(b"+").or_else(|| bytes.strip_prefix(b"00")).unwrap_or(bytes);
        Phone::joined(b"", bytes)
    }

    /// A number and its country code, told apart.
    pub fn with_country(country: &str, national: &str) -> Option<Phone> {
        let country = country.trim().as_bytes();
        let country = country.strip_prefix(b"+").unwrap_or(country);
        let national = national.trim();
        match national.starts_with('+') {
            true => Phone::international(national),
            false => Phone::joined(country, national.as_bytes()),
        }
    }

    fn joined(country: &[u8], national: &[u8]) -> Option<Phone> {
        let mut phone = Phone { digits: [0; DIGITS_MAX], length: 0 };
        for digit in country.iter().chain(national) {
            match digit {
                b'0'..=b'9' => {
                    *phone.digits.get_mut(phone.length)? = *digit;
                    phone.length += 1;
                }
                b' ' | b'-' => {}
                _ => return None,
            }
        }
        (phone.length >= DIGITS_MIN).then_some(phone)
    }

    fn digits(&self) -> &[u8] {
        self.digits.get(..self.length).unwrap_or_default()
    }

    /// The last four digits; none of a number so short that they would give it away.
    pub fn last_four(&self) -> &str {
        let from = if self.length < SHOWN_FROM { self.length } else { self.length - 4 };
        str::from_utf8(self.digits().get(from..).unwrap_or_default()).unwrap_or_default()
    }

    /// What stands for the number in evidence: the same number and key always give the same pseudonym, and without the
    /// key nothing leads back.
    pub fn pseudonym(&self, key: &Key) -> Pseudonym {
        let mut text = [0; HEX_DIGITS + 5];
        let digest = key.digest(self.digits());
        for (index, byte) in digest.iter().take(HEX_DIGITS / 2).enumerate() {
            text[2 * index] = HEX[usize::from(byte >> 4)];
            text[2 * index + 1] = HEX[usize::from(byte & 15)];
        }
        text[HEX_DIGITS] = b':';
        let last = self.last_four().as_bytes();
        text[HEX_DIGITS + 1..][..last.len()].copy_from_slice(last);
        Pseudonym { text, length: HEX_DIGITS + 1 + last.len() }
    }
}

/// The eleven digits of a Chinese mobile number, however they are set apart.
fn mobile(text: &[u8]) -> Option<[u8; MOBILE_DIGITS]> {
    let mut digits = [0; MOBILE_DIGITS];
    let mut length = 0;
    for byte in text.iter().filter(|it| !matches!(it, b' ' | b'-')) {
        *digits.get_mut(length).filter(|_| byte.is_ascii_digit())? = *byte;
        length += 1;
    }
    (length == MOBILE_DIGITS && matches!(digits, [b'1', b'3'..=b'9', ..])).then_some(digits)
}

const HEX: &[u8; 16] = b"0123456789abcdef";

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "…{}", self.last_four())
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone(…{})", self.last_four())
    }
}

/// Sixteen hexadecimal digits of HMAC-SHA256 over the number's digits, a colon, and its last four digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Pseudonym {
    text: [u8; HEX_DIGITS + 5],
    length: usize,
}

impl Pseudonym {
    /// `0f1e2d3c4b5a6978:8000`.
    pub fn as_str(&self) -> &str {
        str::from_utf8(self.text.get(..self.length).unwrap_or_default()).unwrap_or_default()
    }
}

impl fmt::Debug for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The secret that turns phone numbers into pseudonyms. Whoever holds it can find a number by trying; it belongs to the
/// tenant and is never printed.
#[derive(Clone)]
pub struct Key(Option<Hmac<Sha256>>);

impl Key {
    /// The key of those bytes, of any length; 32 random ones are good.
    pub fn new(bytes: &[u8]) -> Key {
        Key(Hmac::new_from_slice(bytes).ok())
    }

    /// The key's own blocks are hashed once, in [`Key::new`], and copied here.
    fn digest(&self, message: &[u8]) -> [u8; 32] {
        let Some(mut mac) = self.0.clone() else { return [0; 32] };
        mac.update(message);
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_written_differently_is_one_number() {
        let plain = Phone::domestic("13800138000");
        assert!(plain.is_some());
        for other in [
            "+8613800138000",
            "8613800138000",
            "008613800138000",
            "+86 138-0013-8000",
            "138-0013-8000",
            "138 0013 8000",
            " 13800138000",
            "13800138000\t",
            " +86 138 0013 8000",
        ] {
            assert_eq!(Phone::domestic(other), plain, "{other}");
        }
        assert_eq!(Phone::with_country("86", "13800138000"), plain);
        assert_eq!(Phone::with_country("+86", "13800138000"), plain);
        assert_eq!(Phone::with_country("86", " +86 138-0013-8000"), plain);
    }

    #[test]
    fn eleven_digits_from_abroad_are_not_taken_for_chinese_ones() {
        assert_eq!(Phone::international("13055550100"), Phone::international("+13055550100"));
        assert_ne!(Phone::domestic("13055550100"), Phone::domestic("+13055550100"));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "+", "138x0138000", "1234", "一三八", "123456789012345678901"] {
            assert_eq!(Phone::domestic(text), None, "{text}");
        }
    }

    #[test]
    fn only_the_last_four_digits_are_printed() -> Result<(), &'static str> {
        let phone = Phone::domestic("13800138000").ok_or("a number")?;
        assert_eq!((phone.to_string(), format!("{phone:?}")), ("…8000".into(), "Phone(…8000)".into()));
        assert_eq!(Phone::international("12345").ok_or("a number")?.to_string(), "…");
        assert_eq!(format!("{:?}", Key::new(b"secret")), "Key(…)");
        Ok(())
    }

    /// Checked with `printf 8613800138000 | openssl dgst -sha256 -hmac key`.
    #[test]
    fn the_pseudonym_is_keyed() -> Result<(), &'static str> {
        let phone = Phone::domestic("13800138000").ok_or("a number")?;
        assert_eq!(phone.pseudonym(&Key::new(b"key")).as_str(), "98f4e8ad2b768b78:8000");
        assert_ne!(phone.pseudonym(&Key::new(b"kez")), phone.pseudonym(&Key::new(b"key")));
        Ok(())
    }
}
