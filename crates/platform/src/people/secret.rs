//! Secrets we hand out once and keep only the hash of: session tokens, API tokens, links.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use store::{Fault, Tx};

/// 256 random bits as text, and the SHA-256 to keep.
pub(crate) fn new(tx: &Tx<'_>) -> Result<(String, String), Fault> {
    let text = URL_SAFE_NO_PAD.encode(tx.random::<32>()?);
    let kept = hash(&text);
    Ok((text, kept))
}

/// What is kept of a secret. It has enough chance in it to need no salt.
pub(crate) fn hash(secret: &str) -> String {
    settle::hex(&Sha256::digest(secret.as_bytes()))
}

/// Six digits that tell a mistyped or cut token from one that never was, without asking the store.
pub(crate) fn checksum(text: &str) -> String {
    settle::hex(&Sha256::digest(text.as_bytes())).chars().take(6).collect()
}
