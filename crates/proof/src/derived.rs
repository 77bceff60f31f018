//! Keys made from a key: HKDF with SHA-256 (RFC 5869) over its seed, one for each name, so that one secret is kept.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::key::{KeyError, SecretKey};

/// What the keys are for: a key made for another purpose from the same seed is another key.
const DOMAIN: &[u8] = b"upheld derived key v1";

impl<const TYPE: u8> SecretKey<TYPE> {
    /// The key called `name` that follows from this one: always the same, and nobody who has it learns this one or
    /// another that follows. HKDF-SHA256 with the salt `upheld derived key v1` and `type ‖ name` as info.
    ///
    /// ```
    /// use proof::SigningKey;
    /// let platform = SigningKey::from_seed("cloud.example", [7; 32])?;
    /// let log = platform.derive("cloud.example/provider")?;
    /// assert_eq!(log.verifying_key(), platform.derive("cloud.example/provider")?.verifying_key());
    /// assert_eq!(log.verifying_key().name(), "cloud.example/provider");
    /// # Ok::<(), proof::KeyError>(())
    /// ```
    pub fn derive(&self, name: &str) -> Result<Self, KeyError> {
        Self::from_seed(name, hkdf(self.seed(), DOMAIN, &[&[TYPE], name.as_bytes()]))
    }

    /// Sixteen hexadecimal digits that stand for `name` and tell nobody what it is who has not this key.
    pub fn pseudonym(&self, name: &str) -> String {
        let digits: [u8; 32] = hkdf(self.seed(), DOMAIN, &[b"pseudonym\0", name.as_bytes()]);
        digits.iter().take(8).map(|it| format!("{it:02x}")).collect()
    }

    /// 32 secret bytes for a purpose: always the same, and nobody who has them learns this key or what is for another purpose.
    pub fn secret(&self, purpose: &str) -> [u8; 32] {
        hkdf(self.seed(), DOMAIN, &[b"secret\0", purpose.as_bytes()])
    }
}

/// The first 32 bytes of HKDF-SHA256 (RFC 5869): extract (section 2.2), and the first block of expand (section 2.3). `info` is
/// what its parts are put together.
pub fn hkdf(secret: &[u8], salt: &[u8], info: &[&[u8]]) -> [u8; 32] {
    let key = mac(salt, &[secret]);
    let parts: Vec<&[u8]> = info.iter().copied().chain([[0x01].as_slice()]).collect();
    mac(&key, &parts)
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes a key of any length; the type cannot say so.
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    parts.iter().fold(mac, |mac, part| mac.chain_update(part)).finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{SigningKey, WitnessSigningKey};

    #[test]
    fn the_first_block_is_that_of_rfc_5869_test_1() {
        let okm = hkdf(&[0x0b; 22], &(0..=0x0c).collect::<Vec<u8>>(), &[&(0xf0..=0xf9).collect::<Vec<u8>>()]);
        let expected = *b"\x3c\xb2\x5f\x25\xfa\xac\xd5\x7a\x90\x43\x4f\x64\xd0\x36\x2f\x2a\
            \x2d\x2d\x0a\x90\xcf\x1a\x5a\x4c\x5d\xb0\x2d\x56\xec\xc4\xc5\xbf";
        assert_eq!(okm, expected);
    }

    #[test]
    fn each_name_and_each_seed_has_a_key_of_its_own() {
        let one = SigningKey::from_seed("a.example", [1; 32]).unwrap();
        let two = SigningKey::from_seed("a.example", [2; 32]).unwrap();
        let point = |key: &SigningKey, name: &str| {
            let text = key.derive(name).unwrap().verifying_key().to_string();
            text.rsplit_once('+').unwrap().1.to_owned()
        };
        let all = [point(&one, "x"), point(&one, "y"), point(&two, "x"), point(&one, "a.example")];
        let apart: std::collections::BTreeSet<&String> = all.iter().collect();
        assert_eq!(apart.len(), all.len());
        assert!(!all.contains(&one.verifying_key().to_string().rsplit_once('+').unwrap().1.to_owned()));
    }

    #[test]
    fn a_witness_key_that_follows_shares_no_seed_with_a_signing_key() {
        let signer = SigningKey::from_seed("a.example", [1; 32]).unwrap().derive("x").unwrap();
        let witness = WitnessSigningKey::from_seed("a.example", [1; 32]).unwrap().derive("x").unwrap();
        assert_ne!(signer.seed(), witness.seed());
    }

    #[test]
    fn a_secret_depends_on_the_key_and_the_purpose() {
        let one = SigningKey::from_seed("a.example", [1; 32]).unwrap();
        let two = SigningKey::from_seed("a.example", [2; 32]).unwrap();
        let all = [
            one.secret("x"),
            one.secret("y"),
            two.secret("x"),
            *one.seed(),
            *one.derive("x").unwrap().seed(),
        ];
        assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), all.len());
        assert_eq!(one.secret("x"), one.secret("x"));
    }

    #[test]
    fn a_pseudonym_is_sixteen_digits_and_depends_on_the_key() {
        let one = SigningKey::from_seed("a.example", [1; 32]).unwrap();
        let two = SigningKey::from_seed("a.example", [2; 32]).unwrap();
        assert_eq!(one.pseudonym("acme").len(), 16);
        assert_eq!(one.pseudonym("acme"), one.pseudonym("acme"));
        assert_ne!(one.pseudonym("acme"), two.pseudonym("acme"));
        assert_ne!(one.pseudonym("acme"), one.pseudonym("emca"));
    }
}
