//! An object of batches that were made safe together, and its name: who put it, which number it has, which number the object
//! before it has, and the digest of its bytes.

use sha2::{Digest as _, Sha256};

/// Where objects lie, beside the folders of tenants, none of which begins with a point.
pub(super) const FOLDER: &str = ".waiting";
/// Begins every object.
const MAGIC: [u8; 8] = *b"upbatch\x01";
/// Ends every name.
const SUFFIX: &str = ".batches";

/// Batches in the order they came, each as [`::lake::journal::Batch`] encodes it.
pub(super) type Batches = Vec<Vec<u8>>;

/// What a name says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    /// Who put it.
    pub(super) journal: String,
    /// Its number, from 1 on. One that could not be put has spent its number.
    pub(super) number: i64,
    /// The number of the last one before it that certainly is there: nothing that was acknowledged lies in between.
    pub(super) before: i64,
    /// SHA-256 of its bytes, hexadecimal.
    sha256: String,
}

impl Name {
    /// The name of these bytes.
    pub(super) fn of(journal: &str, (number, before): (i64, i64), bytes: &[u8]) -> Self {
        Self { journal: journal.to_owned(), number, before, sha256: settle::hex(&Sha256::digest(bytes)) }
    }

    /// Where it lies.
    pub(super) fn path(&self) -> String {
        let Self { journal, number, before, sha256 } = self;
        format!("{FOLDER}/{journal}/{number:016}-{before:016}-{sha256}{SUFFIX}")
    }

    /// Reads a path; `None` when it is none of ours.
    pub(super) fn read(path: &str) -> Option<Self> {
        let (journal, name) = path.strip_prefix(FOLDER)?.strip_prefix('/')?.split_once('/')?;
        let mut parts = name.strip_suffix(SUFFIX)?.split('-');
        let (number, before, sha256) = (parts.next()?, parts.next()?, parts.next()?);
        let read = Self {
            journal: journal.to_owned(),
            number: number.parse().ok()?,
            before: before.parse().ok()?,
            sha256: sha256.to_owned(),
        };
        (read.path() == path).then_some(read)
    }

    /// The batches of its bytes; `None` when they are not the bytes it was given for.
    pub(super) fn batches(&self, bytes: &[u8]) -> Option<Batches> {
        if settle::hex(&Sha256::digest(bytes)) != self.sha256 {
            return None;
        }
        let mut rest = bytes.strip_prefix(&MAGIC)?;
        let mut batches = Vec::new();
        while let Some((length, behind)) = rest.split_first_chunk() {
            let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
            let (batch, behind) = behind.split_at_checked(length)?;
            batches.push(batch.to_vec());
            rest = behind;
        }
        rest.is_empty().then_some(batches)
    }
}

/// The bytes of an object.
pub(super) fn encode(batches: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    for it in batches {
        bytes.extend_from_slice(&u32::try_from(it.len()).unwrap_or_default().to_le_bytes());
        bytes.extend_from_slice(it);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> (Name, Vec<u8>) {
        let bytes = encode(&[b"one".to_vec(), Vec::new(), b"three".to_vec()]);
        (Name::of("jnl_1", (7, 5), &bytes), bytes)
    }

    #[test]
    fn what_was_put_is_read_and_a_name_reads_back() {
        let (name, bytes) = some();
        assert_eq!(name.batches(&bytes).unwrap(), [b"one".to_vec(), Vec::new(), b"three".to_vec()]);
        assert_eq!(Name::read(&name.path()), Some(name));
    }

    #[test]
    fn no_bit_can_be_another() {
        let (name, bytes) = some();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut other = bytes.clone();
                other[at] ^= 1 << bit;
                assert_eq!(name.batches(&other), None, "{at}");
            }
        }
        assert_eq!(name.batches(&bytes[..bytes.len() - 1]), None);
    }

    #[test]
    fn what_is_no_name_of_ours_is_not_read() {
        let path = some().0.path();
        for other in [
            path.replace(FOLDER, "acme"),
            path.replace(SUFFIX, ".parquet"),
            path.replace("0000000000000007", "7"),
            path.replace("0000000000000007", "+000000000000007"),
            path.replace(SUFFIX, "-more.batches"),
            String::new(),
        ] {
            assert_eq!(Name::read(&other), None, "{other}");
        }
    }
}
