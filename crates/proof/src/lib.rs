//! Canonical bytes, signed notes, Merkle logs, and the statement package anyone can check offline.
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
//!
//! A log is a Merkle tree (RFC 6962) served as tiles (C2SP tlog-tiles). A [`Frontier`] appends to it, a
//! [`Checkpoint`] is what its key signs and witnesses cosign, [`inclusion_proof`] and [`consistency_proof`] are
//! made from its tiles ([`Hashes`]), and a [`TlogProof`] carries all of that to somebody who is offline:
//!
//! ```
//! use proof::{Checkpoint, Frontier, MemoryHashes, SigningKey, TlogProof, inclusion_proof, leaf_hash};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (mut log, mut tiles) = (Frontier::default(), MemoryHashes::default());
//! for entry in [b"first".as_slice(), b"second", b"third"] {
//!     log.push(leaf_hash(entry));
//!     tiles.push(leaf_hash(entry));
//! }
//! let key = SigningKey::from_seed("cloud.example/t/7/log", [7; 32])?;
//! let checkpoint = Checkpoint { origin: key.verifying_key().name().to_owned(), size: log.size(), root: log.root() };
//! let hashes = inclusion_proof(1, log.size(), &tiles)?;
//! let proof = TlogProof { index: 1, hashes, checkpoint: checkpoint.sign(&key)?, extra: None };
//!
//! let proof = TlogProof::parse(proof.to_string().as_bytes())?;
//! assert!(proof.check(b"second", key.verifying_key(), &[]).is_ok());
//! assert!(proof.check(b"third", key.verifying_key(), &[]).is_err());
//! # Ok(())
//! # }
//! ```

mod bundle;
mod canonical;
mod checkpoint;
mod commitment;
mod cosignature;
mod decimal;
mod derived;
mod digest;
mod finding;
mod growth;
mod key;
mod key_file;
mod log_finding;
mod logged;
mod merkle;
mod name;
mod note;
mod package;
mod proof_text;
mod seal;
mod tile;
mod tlog_proof;
mod witnessed;

pub use bundle::{BundleError, ENTRY_BYTES_MAX, read_bundle, write_bundle};
pub use canonical::{
    CanonicalError, CanonicalProblem, DEPTH_MAX, INTEGER_MAX, canonical_bytes, push_canonical,
};
pub use checkpoint::{Checkpoint, CheckpointError};
pub use commitment::{Salt, commitment, is_committed};
pub use cosignature::{Cosignature, CosignatureError, TIME_S_MAX};
pub use derived::hkdf;
pub use digest::Digest;
pub use finding::Finding;
pub use growth::{ConsistencyProof, Growth, NamedBytes, check_growth};
pub use key::{
    COSIGNATURE, ED25519, KeyError, KeyId, PublicKey, SecretKey, SigningKey, VerifyingKey, WitnessKey,
    WitnessSigningKey,
};
pub use log_finding::{EntryProblem, LogFinding};
pub use logged::{LOG_ENTRY_FILE, LOG_ENTRY_SEAL, LOG_FILES, LOG_KEY_FILE, LOG_PROOF_FILE, Logged};
pub use merkle::{
    EMPTY_ROOT, FRONTIER_BYTES_MAX, Frontier, Hashes, MemoryHashes, PROOF_HASHES_MAX, ProofError,
    consistency_proof, inclusion_proof, leaf_hash, node_hash, root_of, verify_consistency, verify_inclusion,
};
pub use name::{ANSWERS_FILE, NAME_BYTES_MAX, PARTITIONS_FILE, UnsafeName, evidence_file, safe_name};
pub use note::{NOTE_BYTES_MAX, Note, NoteError, NoteProblem, SIGNATURES_MAX, Verified, VerifyError};
pub use package::{Opened, Package, Trust, open, open_pinned, open_trusting, seal};
pub use proof_text::{PROOF_BYTES_MAX, ProofTextError, ProofTextProblem};
pub use seal::{FILES_MAX, KEY_FILE, SEAL_FILE, SEAL_ORIGIN, SealError};
pub use tile::{
    BundlePath, PathError, TILE_LEVEL_MAX, TILE_WIDTH_MAX, TilePath, new_bundles, new_tiles, tiles,
};
pub use tlog_proof::{Included, NotIncluded, TLOG_PROOF_HEADER, TlogProof};
