//! Commitments to personal data: what a log holds instead of the data, so that the data can be erased.

use std::fmt;

use crate::digest::Digest;

/// What the digest is of besides salt and data: one purpose's commitments are no other's.
const DOMAIN: &[u8] = b"upheld personal data v1";

/// 32 bytes that the caller has drawn from the system's source of chance, for one piece of data alone, and
/// keeps beside it. Whoever has commitment and salt can try names and numbers until one fits; once salt and
/// data are erased, nobody can. Its `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt([u8; 32]);

impl Salt {
    /// The salt of these bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes, to be kept beside the data.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(…)")
    }
}

/// The commitment to `data`: SHA-256 over purpose, salt and data, each with its length (eight bytes, the most
/// significant first) before it. It binds to the data and hides it.
///
/// ```
/// use proof::{Salt, commitment, is_committed};
/// let salt = Salt::from_bytes([7; 32]);
/// let logged = commitment(&salt, "张三".as_bytes());
/// assert!(is_committed(logged, &salt, "张三".as_bytes()));
/// assert!(!is_committed(logged, &salt, "张四".as_bytes()));
/// ```
pub fn commitment(salt: &Salt, data: &[u8]) -> Digest {
    let length = |it: &[u8]| u64::try_from(it.len()).unwrap_or(u64::MAX).to_be_bytes();
    Digest::of_parts(&[&length(DOMAIN), DOMAIN, &length(&salt.0), &salt.0, &length(data), data])
}

/// Whether `logged` is the commitment to `data` with this salt.
pub fn is_committed(logged: Digest, salt: &Salt, data: &[u8]) -> bool {
    commitment(salt, data) == logged
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_commitment_is_the_digest_of_purpose_salt_and_data_with_their_lengths() {
        let salt = Salt::from_bytes([0xa5; 32]);
        let plain = [
            b"\0\0\0\0\0\0\0\x17upheld personal data v1\0\0\0\0\0\0\0\x20".as_slice(),
            &[0xa5; 32],
            b"\0\0\0\0\0\0\0\x0b13800138000",
        ];
        assert_eq!(commitment(&salt, b"13800138000"), Digest::of(&plain.concat()));
    }

    #[test]
    fn a_salt_is_not_shown() {
        assert_eq!(format!("{:?}", Salt::from_bytes([1; 32])), "Salt(…)");
    }

    proptest! {
        #[test]
        fn any_other_salt_or_data_does_not_fit(
            salt: [u8; 32],
            data: Vec<u8>,
            other: Vec<u8>,
            at in 0_usize..32,
            bit in 0_u32..8,
        ) {
            let mut flipped = salt;
            flipped[at] ^= 1 << bit;
            let (salt, flipped) = (Salt::from_bytes(salt), Salt::from_bytes(flipped));
            let logged = commitment(&salt, &data);
            prop_assert!(is_committed(logged, &salt, &data));
            prop_assert!(!is_committed(logged, &flipped, &data));
            prop_assert_eq!(is_committed(logged, &salt, &other), other == data);
        }
    }
}
