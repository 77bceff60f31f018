//! Ed25519 keys with a name, in the text forms of C2SP signed-note and of Go's `sumdb/note`.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _};

use crate::digest::{Digest, write_hex};

/// Signature type byte of plain Ed25519 (signed-note, "Signature types").
pub const ED25519: u8 = 0x01;

/// Signature type byte of a witness's timestamped Ed25519 cosignature (signed-note, "Signature types").
pub const COSIGNATURE: u8 = 0x04;

const SECRET_PREFIX: &str = "PRIVATE+KEY+";

/// The first four bytes of `SHA-256(name ‖ 0x0A ‖ type ‖ public key)`: tells keys of one name apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub(crate) [u8; 4]);

/// Why a text is not a key. Never holds any part of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyError {
    /// The name is empty or holds white space, a control character or `+`.
    BadName,
    /// Not of the form `name+hex+base64` (with `PRIVATE+KEY+` before it for a secret key), or not
    /// written the one way it can be written.
    BadForm,
    /// Another signature type than the one asked for, or a key that is not 32 bytes long.
    UnknownType,
    /// Not a point of the curve, or one so weak that any text has a valid signature.
    BadPoint,
    /// The key id written down is not the key's own.
    BadId,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BadName => "key name is empty or holds white space, a control character or `+`",
            Self::BadForm => "key is not of the form `name+keyid+base64`",
            Self::UnknownType => {
                "key is not an Ed25519 key of the type needed here (0x01 to sign, 0x04 for a witness)"
            }
            Self::BadPoint => "key is not a safe point of the curve",
            Self::BadId => "key id does not belong to the name and the key",
        })
    }
}

impl std::error::Error for KeyError {}

/// A public key with its name; its text is the vkey `name+hex(id)+base64(type ‖ key)`. Keys of different types
/// are different types, so that a witness's key never vouches for a seal.
///
/// ```
/// use proof::VerifyingKey;
/// let vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
/// let key: VerifyingKey = vkey.parse()?;
/// assert_eq!((key.name(), key.id().to_string()), ("example.com/foo", "530d903a".to_owned()));
/// assert_eq!(key.to_string(), vkey);
/// # Ok::<(), proof::KeyError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey<const TYPE: u8> {
    name: String,
    id: KeyId,
    /// Boxed because findings carry keys, and errors should stay small.
    point: Box<ed25519_dalek::VerifyingKey>,
}

/// The key that signs seals, statements and checkpoints.
pub type VerifyingKey = PublicKey<ED25519>;

/// The key of a witness, which cosigns checkpoints.
pub type WitnessKey = PublicKey<COSIGNATURE>;

impl<const TYPE: u8> PublicKey<TYPE> {
    /// The key's name, such as `cloud.example/statements`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key's id.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Whether `signature` is this key's over `text` (RFC 8032, strict: one text has one signature).
    pub(crate) fn accepts(&self, text: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|it| self.point.verify_strict(text, &it).is_ok())
    }

    fn new(name: &str, point: ed25519_dalek::VerifyingKey) -> Result<Self, KeyError> {
        if !is_key_name(name) {
            return Err(KeyError::BadName);
        }
        if point.is_weak() {
            return Err(KeyError::BadPoint);
        }
        Ok(Self { name: name.to_owned(), id: key_id(name, TYPE, point.as_bytes()), point: Box::new(point) })
    }
}

impl<const TYPE: u8> FromStr for PublicKey<TYPE> {
    type Err = KeyError;

    fn from_str(vkey: &str) -> Result<Self, KeyError> {
        let (name, id, bytes) = split(vkey, TYPE)?;
        let point = ed25519_dalek::VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError::BadPoint)?;
        let key = Self::new(name, point)?;
        if key.id.to_string() == id { Ok(key) } else { Err(KeyError::BadId) }
    }
}

impl<const TYPE: u8> fmt::Display for PublicKey<TYPE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}+{}", self.name, self.id, encode(TYPE, self.point.as_bytes()))
    }
}

impl<const TYPE: u8> fmt::Debug for PublicKey<TYPE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A secret key with its name. Its `Debug` shows the public half only.
#[derive(Clone)]
pub struct SecretKey<const TYPE: u8> {
    secret: ed25519_dalek::SigningKey,
    public: PublicKey<TYPE>,
}

/// The key that signs seals, statements and checkpoints.
pub type SigningKey = SecretKey<ED25519>;

/// The key a witness cosigns with.
pub type WitnessSigningKey = SecretKey<COSIGNATURE>;

impl<const TYPE: u8> SecretKey<TYPE> {
    /// The key of `seed`, 32 bytes that the caller has drawn from the system's source of chance.
    pub fn from_seed(name: &str, seed: [u8; 32]) -> Result<Self, KeyError> {
        let secret = ed25519_dalek::SigningKey::from_bytes(&seed);
        let public = PublicKey::new(name, secret.verifying_key())?;
        Ok(Self { secret, public })
    }

    /// The public half.
    pub fn verifying_key(&self) -> &PublicKey<TYPE> {
        &self.public
    }

    /// The secret text `PRIVATE+KEY+name+hex(id)+base64(type ‖ seed)`; reads back with `parse`.
    pub fn secret_text(&self) -> String {
        let (name, id) = (&self.public.name, self.public.id);
        format!("{SECRET_PREFIX}{name}+{id}+{}", encode(TYPE, self.secret.as_bytes()))
    }

    /// The 64 bytes of the signature over `text`.
    pub(crate) fn sign(&self, text: &[u8]) -> Vec<u8> {
        self.secret.sign(text).to_bytes().to_vec()
    }
}

impl<const TYPE: u8> FromStr for SecretKey<TYPE> {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, id, seed) = split(text.strip_prefix(SECRET_PREFIX).ok_or(KeyError::BadForm)?, TYPE)?;
        let key = Self::from_seed(name, seed)?;
        if key.public.id.to_string() == id { Ok(key) } else { Err(KeyError::BadId) }
    }
}

impl<const TYPE: u8> fmt::Debug for SecretKey<TYPE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

/// "Key names MUST be non-empty and MUST NOT contain any Unicode spaces or plus" (signed-note, "Format").
pub(crate) fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|it| it == '+' || it.is_whitespace() || it.is_control())
}

fn key_id(name: &str, signature_type: u8, public: &[u8; 32]) -> KeyId {
    let digest = Digest::of_parts(&[name.as_bytes(), &[b'\n', signature_type], public]);
    let [a, b, c, d, ..] = *digest.bytes();
    KeyId([a, b, c, d])
}

/// Name, id as written, and the 32 bytes after the type byte, which must be `wanted`.
fn split(text: &str, wanted: u8) -> Result<(&str, &str, [u8; 32]), KeyError> {
    let (name, rest) = text.split_once('+').ok_or(KeyError::BadForm)?;
    let (id, encoded) = rest.split_once('+').ok_or(KeyError::BadForm)?;
    let typed = STANDARD.decode(encoded).map_err(|_| KeyError::BadForm)?;
    match typed.split_first() {
        Some((found, bytes)) if *found == wanted => {
            Ok((name, id, bytes.try_into().map_err(|_| KeyError::UnknownType)?))
        }
        Some(_) => Err(KeyError::UnknownType),
        None => Err(KeyError::BadForm),
    }
}

fn encode(signature_type: u8, bytes: &[u8; 32]) -> String {
    STANDARD.encode([[signature_type].as_slice(), bytes].concat())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The specification's key, and keys of the tests of Go's `sumdb/note` and of transparency-dev.
    const VKEYS: [&str; 4] = [
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop",
        "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6",
    ];

    #[test]
    fn verifier_keys_of_other_implementations_read_and_write_unchanged() {
        for vkey in VKEYS {
            assert_eq!(vkey.parse::<VerifyingKey>().map(|it| it.to_string()).as_deref(), Ok(vkey));
        }
    }

    #[test]
    fn the_secret_key_of_the_go_tests_has_its_public_key() {
        let secret = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
        let key: SigningKey = secret.parse().unwrap();
        assert_eq!(key.verifying_key().to_string(), VKEYS[1]);
        assert_eq!(key.secret_text(), secret);
    }

    #[test]
    fn the_public_key_is_that_of_rfc_8032_test_1() {
        let seed = *b"\x9d\x61\xb1\x9d\xef\xfd\x5a\x60\xba\x84\x4a\xf4\x92\xec\x2c\xc4\
            \x44\x49\xc5\x69\x7b\x32\x69\x19\x70\x3b\xac\x03\x1c\xae\x7f\x60";
        let key = SigningKey::from_seed("rfc8032", seed).unwrap();
        let public = key.verifying_key().to_string();
        assert!(public.ends_with("+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"), "{public}");
    }

    #[test]
    fn what_is_not_a_key_is_refused_with_its_reason() {
        let weak = "x+00000000+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let table = [
            ("", KeyError::BadForm),
            ("example.com/foo", KeyError::BadForm),
            ("example.com/foo+530d903a", KeyError::BadForm),
            ("example.com/foo+530d903a+", KeyError::BadForm),
            ("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k=", KeyError::BadForm),
            ("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n", KeyError::BadForm),
            ("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3Q==", KeyError::UnknownType),
            ("example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", KeyError::UnknownType),
            ("example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", KeyError::BadId),
            ("example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", KeyError::BadId),
            ("+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", KeyError::BadName),
            ("a b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", KeyError::BadName),
            ("a\u{3000}b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", KeyError::BadName),
            (weak, KeyError::BadPoint),
        ];
        for (text, expected) in table {
            assert_eq!(text.parse::<VerifyingKey>(), Err(expected), "{text:?}");
        }
        assert_eq!(VKEYS[0].parse::<SigningKey>().err(), Some(KeyError::BadForm));
    }

    #[test]
    fn a_key_of_one_type_is_not_read_as_one_of_another() {
        let signer = SigningKey::from_seed("a.example", [9; 32]).unwrap();
        let witness = WitnessSigningKey::from_seed("a.example", [9; 32]).unwrap();
        assert_ne!(signer.verifying_key().id(), witness.verifying_key().id());
        let (signer, witness) = (signer.verifying_key().to_string(), witness.verifying_key().to_string());
        assert_eq!(signer.parse::<WitnessKey>(), Err(KeyError::UnknownType));
        assert_eq!(witness.parse::<VerifyingKey>(), Err(KeyError::UnknownType));
        assert_eq!(witness.parse::<WitnessKey>().unwrap().to_string(), witness);
    }

    #[test]
    fn debug_output_never_shows_the_secret() {
        let key = SigningKey::from_seed("a.example", [9; 32]).unwrap();
        let secret = encode(ED25519, key.secret.as_bytes());
        assert!(key.secret_text().contains(&secret));
        assert!(!format!("{key:?}").contains(&secret));
    }

    proptest! {
        #[test]
        fn every_key_reads_back_from_both_texts(name in "[^\\s+\\pC]{1,12}", seed: [u8; 32]) {
            let key = SigningKey::from_seed(&name, seed).unwrap();
            let again: SigningKey = key.secret_text().parse().unwrap();
            prop_assert_eq!(again.verifying_key(), key.verifying_key());
            prop_assert_eq!(&key.verifying_key().to_string().parse::<VerifyingKey>().unwrap(), key.verifying_key());
        }
    }
}
