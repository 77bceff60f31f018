//! Canonical bytes, signed notes, and the statement package anyone can check offline.
//!
//! A package is a map of file names to bytes. [`seal`] adds the public key and a signed list of digests;
//! [`open`] checks the list and says, file by file, what does not agree. Nothing here reads a disk, a clock
//! or a source of chance: the caller brings files and the 32 bytes of a new key.
//!
//! ```
//! use std::collections::BTreeMap;
//! use proof::{Finding, SigningKey, canonical_bytes, open, seal};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let key = SigningKey::from_seed("cloud.example/statements", [7; 32])?;
//! let statement = canonical_bytes(&serde_json::json!({ "credit": "22.22", "cycle": "2026-10" }))?;
//! let package = seal(BTreeMap::from([("statement.json".to_owned(), statement)]), &key)?;
//!
//! let mut files = package.into_files();
//! assert!(open(files.clone()).is_ok());
//!
//! files.insert("statement.json".to_owned(), br#"{"credit":"0.00","cycle":"2026-10"}"#.to_vec());
//! let findings = open(files).err().unwrap_or_default();
//! assert!(matches!(findings.as_slice(), [Finding::ChangedFile { file, .. }] if file == "statement.json"));
//! # Ok(())
//! # }
//! ```

mod canonical;
mod digest;
mod finding;
mod key;
mod name;
mod note;
mod package;
mod seal;

pub use canonical::{CanonicalError, CanonicalProblem, DEPTH_MAX, INTEGER_MAX, canonical_bytes};
pub use digest::Digest;
pub use finding::Finding;
pub use key::{KeyError, KeyId, SigningKey, VerifyingKey};
pub use name::{NAME_BYTES_MAX, UnsafeName, evidence_file, safe_name};
pub use note::{NOTE_BYTES_MAX, Note, NoteError, NoteProblem, SIGNATURES_MAX, Verified, VerifyError};
pub use package::{Opened, Package, open, open_pinned, seal};
pub use seal::{FILES_MAX, KEY_FILE, SEAL_FILE, SEAL_ORIGIN, SealError};
