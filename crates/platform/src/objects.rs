//! Bytes kept under their SHA-256: contract texts, files of statement packages, attachments. Kept once however often named.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use sha2::{Digest as _, Sha256};
use store::{Fault, Tx, values};

/// Longest object, in bytes.
pub const OBJECT_BYTES_MAX: usize = 64 << 20;

/// Bytes made ready to be kept: named and deflated, which needs no transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Their SHA-256 in hexadecimal.
    pub sha256: String,
    /// How many bytes.
    pub length: i64,
    stored: Vec<u8>,
}

/// Names and deflates bytes, beside the writing thread.
pub fn pack(bytes: &[u8]) -> Result<Packed, Fault> {
    let sha256 = settle::hex(&Sha256::digest(bytes));
    let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    Ok(Packed { sha256, length, stored: deflate(bytes)? })
}

/// Keeps what was made ready. The caller's own audit entry names it.
pub fn put_packed(tx: &mut Tx<'_>, packed: Packed) -> Result<(), Fault> {
    tx.housekeeping(
        "INSERT INTO object (sha256, length, stored, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        values![packed.sha256, packed.length, packed.stored, tx.now()],
    )?;
    Ok(())
}

/// Keeps the bytes; their SHA-256 in hexadecimal.
pub fn put(tx: &mut Tx<'_>, bytes: &[u8]) -> Result<String, Fault> {
    let packed = pack(bytes)?;
    let sha256 = packed.sha256.clone();
    put_packed(tx, packed)?;
    Ok(sha256)
}

/// The bytes under a SHA-256, checked against it: a damaged object is a fault, never an answer.
pub fn get(tx: &mut Tx<'_>, sha256: &str) -> Result<Option<Vec<u8>>, Fault> {
    let Some(row) = tx.row("SELECT stored, length FROM object WHERE sha256 = $1", values![sha256])? else {
        return Ok(None);
    };
    let (stored, length): (Vec<u8>, i64) = (row.get(0)?, row.get(1)?);
    let mut bytes = Vec::new();
    let limit = u64::try_from(length).unwrap_or(0).saturating_add(1);
    DeflateDecoder::new(stored.as_slice())
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(|_| damaged(sha256))?;
    if settle::hex(&Sha256::digest(&bytes)) == sha256 { Ok(Some(bytes)) } else { Err(damaged(sha256)) }
}

fn damaged(sha256: &str) -> Fault {
    Fault::broken(format!("object {sha256} is damaged"))
}

fn deflate(bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).map_err(|it| Fault::broken(it.to_string()))
}
