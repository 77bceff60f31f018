//! Answers already given: the same request under the same key is done once, however often it is sent.
//!
//! An answer may hold a secret that is shown once, a token or a link. So it is kept sealed: under a key that follows from the
//! platform's own, which is not in the database, and from the Idempotency-Key, which only the client has.

use chacha20poly1305::aead::Aead as _;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, Nonce};
use proof::hkdf;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::{Fault, Row, Tx, values};

use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal, RefusalKind};

/// What the platform's key is asked for.
const PURPOSE: &str = "kept answers";
/// Each answer has a key of its own, from a salt of its own: this is the only message under it.
const NONCE: Nonce = chacha20poly1305::aead::array::Array([0; 12]);

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The media type of the body.
    pub media: String,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// A request as far as it is the same as another: what the client calls it, and what it asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The Idempotency-Key.
    pub key: String,
    /// SHA-256 of all that makes it the same request.
    pub digest: String,
}

/// What stands before the body in a sealed answer.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    request_sha256: String,
    status: u16,
    media: String,
    headers: Vec<(String, String)>,
}

/// The answer given before to this caller under this key; refused when the request was another one.
pub fn find(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    asked: &Asked,
) -> Result<Option<Answer>, Failure> {
    let found = tx.row(
        "SELECT salt, sealed FROM idempotency WHERE owner = $1 AND key_sha256 = $2",
        values![&who.actor, key_sha256(who, &asked.key)],
    )?;
    found.map(|row| open(platform, who, asked, &row)).transpose()
}

fn open(platform: &Platform, who: &Principal, asked: &Asked, row: &Row) -> Result<Answer, Failure> {
    let (salt, sealed): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
    let cipher = cipher(platform, who, &asked.key, &salt);
    // Kept under a platform's key that is not the present one. To do the work again would be worse than to say so.
    let plain = cipher.decrypt(&NONCE, sealed.as_slice()).map_err(|_| unreadable(&asked.key))?;
    let (head, body) = unpack(&plain)?;
    if head.request_sha256 != asked.digest {
        return Err(other_request(&asked.key).into());
    }
    Ok(Answer { status: head.status, media: head.media, headers: head.headers, body: body.to_vec() })
}

/// Keeps the answer, in the transaction of its effect.
pub fn keep(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    asked: &Asked,
    answer: &Answer,
) -> Result<(), Failure> {
    tx.enter(store::Scope::Provider)?;
    let salt = tx.random::<32>()?;
    let sealed = cipher(platform, who, &asked.key, &salt)
        .encrypt(&NONCE, pack(&asked.digest, answer)?.as_slice())
        .map_err(|_| Fault::broken("an answer is too long to be kept"))?;
    tx.housekeeping(
        "INSERT INTO idempotency (tenant_id, owner, key_sha256, salt, sealed, at) VALUES ('', $1, $2, $3, $4, $5)",
        values![&who.actor, key_sha256(who, &asked.key), salt.to_vec(), sealed, tx.now()],
    )?;
    Ok(())
}

/// Forgets answers older than the setting says.
pub fn forget(tx: &mut Tx<'_>, seconds: i64) -> Result<u64, Fault> {
    let before = tx.now().nanos().saturating_sub(seconds.saturating_mul(1_000_000_000));
    tx.housekeeping("DELETE FROM idempotency WHERE at < $1", values![before])
}

/// What is kept of a key: enough to find it again.
fn key_sha256(who: &Principal, key: &str) -> String {
    settle::hex(&Sha256::digest(format!("{}\n{key}", who.actor)))
}

/// A key that needs the platform's, the client's, who the client is, and this answer's salt.
fn cipher(platform: &Platform, who: &Principal, key: &str, salt: &[u8]) -> ChaCha20Poly1305 {
    let secret = [platform.key.secret(PURPOSE).as_slice(), key.as_bytes()].concat();
    ChaCha20Poly1305::new(&hkdf(&secret, salt, &[who.actor.as_bytes()]).into())
}

/// The head as one line of JSON, then the body.
fn pack(request_sha256: &str, answer: &Answer) -> Result<Vec<u8>, Fault> {
    let head = Head {
        request_sha256: request_sha256.to_owned(),
        status: answer.status,
        media: answer.media.clone(),
        headers: answer.headers.clone(),
    };
    let mut plain = serde_json::to_vec(&head).map_err(|it| Fault::broken(it.to_string()))?;
    plain.push(b'\n');
    plain.extend_from_slice(&answer.body);
    Ok(plain)
}

fn unpack(plain: &[u8]) -> Result<(Head, &[u8]), Fault> {
    let end = plain.iter().position(|it| *it == b'\n').unwrap_or(plain.len());
    let (head, body) = plain.split_at(end);
    let head = serde_json::from_slice(head).map_err(|it| Fault::broken(format!("a kept answer: {it}")))?;
    Ok((head, body.get(1..).unwrap_or_default()))
}

fn other_request(key: &str) -> Refusal {
    Refusal::new(
        RefusalKind::KeyReused,
        format!("the key `{key}` was used for another request; choose a new one"),
        format!("键 `{key}` 已用于另一请求，请换新键"),
    )
}

fn unreadable(key: &str) -> Refusal {
    Refusal::new(
        RefusalKind::KeyReused,
        format!(
            "the key `{key}` was used under an earlier key of the platform and its answer cannot be read any more; look whether the request was done, then choose a new key"
        ),
        format!("键 `{key}` 已在平台更换密钥之前使用，原答复无法再读；请先核实该请求是否已执行，再换新键"),
    )
}
