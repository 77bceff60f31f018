//! The Merkle tree of a log (RFC 6962 and RFC 9162, section 2.1): its hashes, and why a proof does not hold.

mod consistency;
mod frontier;
mod hashes;
mod inclusion;

use std::fmt;

use diagnostic::Bilingual;

use crate::digest::Digest;

pub use consistency::{consistency_proof, verify_consistency};
pub use frontier::{FRONTIER_BYTES_MAX, Frontier};
pub use hashes::{Hashes, MemoryHashes};
pub use inclusion::{inclusion_proof, verify_inclusion};

/// The root of the tree without leaves: the digest of nothing (RFC 9162, section 2.1.1).
pub const EMPTY_ROOT: Digest = Digest::from_bytes([
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
    0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]);

/// Most hashes of a proof: the height of a tree whose size is a `u64`, and one more for consistency.
pub const PROOF_HASHES_MAX: usize = 65;

/// Why a proof cannot be made, or does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofError {
    /// There is no leaf of this index in a tree of this size.
    NoSuchLeaf {
        /// The index, from 0.
        index: u64,
        /// The number of leaves.
        size: u64,
    },
    /// The tree that should be the older one is the larger.
    Shrunk {
        /// Leaves of the tree that should be the older.
        old: u64,
        /// Leaves of the tree that should be the newer.
        new: u64,
    },
    /// A proof for such a tree has another number of hashes.
    WrongLength {
        /// The one right number of hashes.
        expected: usize,
        /// The number found.
        found: usize,
    },
    /// The hashes lead to another root than that of the tree with the leaf.
    WrongRoot,
    /// The hashes lead to another root than that of the older tree: its past was rewritten.
    WrongOldRoot,
    /// Two trees of one size have two roots: each was shown another history.
    Forked {
        /// The size of both.
        size: u64,
    },
    /// A tile that the proof is made from is not at hand, or too short.
    MissingTile {
        /// The tile's level.
        level: u8,
        /// The tile's index within its level.
        n: u64,
    },
}

impl ProofError {
    /// The reason in both languages.
    pub fn reason(self) -> Bilingual {
        match self {
            Self::NoSuchLeaf { index, size } => Bilingual::new(
                format!("there is no entry {index} in a log of {size}"),
                format!("日志共 {size} 条，没有第 {index} 条（从 0 起）"),
            ),
            Self::Shrunk { old, new } => Bilingual::new(
                format!("the older log has {old} entries, more than the newer with {new}"),
                format!("旧日志有 {old} 条，多于新日志的 {new} 条"),
            ),
            Self::WrongLength { expected, found } => Bilingual::new(
                format!("expected {expected} hashes, found {found}"),
                format!("应有 {expected} 个哈希，实为 {found} 个"),
            ),
            Self::WrongRoot => Bilingual::new(
                "the hashes do not lead to the root that the log signed",
                "由这些哈希推不出日志所签的根",
            ),
            Self::WrongOldRoot => Bilingual::new(
                "the hashes do not lead to the root that the log signed before: its past was rewritten",
                "由这些哈希推不出日志此前所签的根：历史被改写",
            ),
            Self::Forked { size } => Bilingual::new(
                format!("the log signed two roots for {size} entries: it shows two histories"),
                format!("日志对同样的 {size} 条签了两个根：它示人以两种历史"),
            ),
            Self::MissingTile { level, n } => Bilingual::new(
                format!("tile {n} of level {level} is not at hand"),
                format!("缺少第 {level} 层第 {n} 块"),
            ),
        }
    }
}

impl fmt::Display for ProofError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason().en)
    }
}

impl std::error::Error for ProofError {}

/// The hash of a leaf: SHA-256 of `0x00 ‖ entry` (RFC 9162, section 2.1.1).
///
/// ```
/// let empty = proof::leaf_hash(b"").to_string();
/// assert_eq!(empty, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
/// ```
pub fn leaf_hash(entry: &[u8]) -> Digest {
    Digest::of_parts(&[&[0x00], entry])
}

/// The hash of a node: SHA-256 of `0x01 ‖ left ‖ right` (RFC 9162, section 2.1.1). The first byte keeps a
/// node from being passed off as a leaf.
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut bytes = [0x01; 65];
    for (to, from) in bytes.iter_mut().skip(1).zip(left.bytes().iter().chain(right.bytes())) {
        *to = *from;
    }
    Digest::of(&bytes)
}

/// The root of the tree over `leaves` (their hashes); of a full tile, the hash that stands in the tile above.
pub fn root_of(leaves: &[Digest]) -> Digest {
    let mut frontier = Frontier::default();
    leaves.iter().for_each(|it| frontier.push(*it));
    frontier.root()
}

/// A node's number of hashes to the root, in two parts: while the node's subtree may have a sibling on
/// either side, and above that, where every sibling stands on the left.
fn heights(index: u64, size: u64) -> (u32, usize) {
    let inner = u64::BITS - (index ^ size.saturating_sub(1)).leading_zeros();
    let border = index.checked_shr(inner).unwrap_or(0).count_ones();
    (inner, usize::try_from(border).unwrap_or(usize::MAX))
}

/// The root of a subtree that has `inner` hashes beside it, at `index` among subtrees of its size.
fn climb(start: Digest, index: u64, inner: &[Digest]) -> Digest {
    inner.iter().zip(0..u64::BITS).fold(start, |below, (sibling, height)| {
        if index >> height & 1 == 0 { node_hash(&below, sibling) } else { node_hash(sibling, &below) }
    })
}

/// The root above a subtree on the right edge, all of whose siblings stand on the left.
fn climb_right_edge(start: Digest, border: &[Digest]) -> Digest {
    border.iter().fold(start, |below, sibling| node_hash(sibling, &below))
}
