//! SHA-256 digests: written as 64 lowercase hexadecimal digits, and in the formats of logs as base64.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// The SHA-256 digest of some bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of `bytes`.
    ///
    /// ```
    /// let empty = proof::Digest::of(b"").to_string();
    /// assert_eq!(empty, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    /// ```
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest of `parts`, one after the other.
    pub(crate) fn of_parts(parts: &[&[u8]]) -> Self {
        Self(parts.iter().fold(Sha256::new(), |sum, part| sum.chain_update(part)).finalize().into())
    }

    /// The digest that was computed elsewhere.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads exactly 64 lowercase hexadecimal digits; upper case would give one digest two texts.
    pub fn parse(text: &str) -> Option<Self> {
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let bytes: Option<Vec<u8>> = pairs.iter().map(|[high, low]| byte(*high, *low)).collect();
        if rest.is_empty() { bytes?.try_into().ok().map(Self) } else { None }
    }

    /// Standard base64 with padding (RFC 4648, section 4), as checkpoints and proofs of logs write a hash.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// Reads [`Digest::to_base64`] back, and no other way to write the same bytes.
    pub fn from_base64(text: &str) -> Option<Self> {
        STANDARD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// The 32 bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

/// Lowercase hexadecimal digits of `bytes`.
pub(crate) fn write_hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|it| write!(f, "{it:02x}"))
}

fn byte(high: u8, low: u8) -> Option<u8> {
    Some(nibble(high)? << 4 | nibble(low)?)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_of_fips_180_examples_are_met() {
        let table: [(&[u8], &str); 2] = [
            (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            ),
        ];
        for (bytes, text) in table {
            assert_eq!(Digest::of(bytes).to_string(), text);
            assert_eq!(Digest::parse(text), Some(Digest::of(bytes)));
        }
    }

    #[test]
    fn a_digest_has_one_text_only() {
        let good = Digest::of(b"abc").to_string();
        let bad = [good.to_uppercase(), format!("{good}0"), format!("{good}00"), good.replace('b', "g")];
        for text in bad.iter().map(String::as_str).chain(["", &good[2..], "é"]) {
            assert_eq!(Digest::parse(text), None, "{text}");
        }
    }
}
