//! The right edge of a growing tree: what is needed to append, in as many hashes as the size has ones.

use crate::digest::Digest;
use crate::merkle::{EMPTY_ROOT, node_hash};

/// Longest text of a frontier, in bytes: its size and 64 hashes.
pub const FRONTIER_BYTES_MAX: usize = 8 + 64 * 32;

/// The roots of the full subtrees that a tree consists of, the largest first: one for each 1 in the binary
/// form of its size. An append costs O(log n) hashes and needs no other part of the tree.
///
/// ```
/// use proof::{Frontier, leaf_hash};
/// let mut log = Frontier::default();
/// log.push(leaf_hash(b"a"));
/// log.push(leaf_hash(b"b"));
/// assert_eq!(log.root().to_string(), "b137985ff484fb600db93107c77b0365c80d78f5b429ded0fd97361d077999eb");
/// assert_eq!(Frontier::from_bytes(&log.to_bytes()), Some(log));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Digest>,
}

impl Frontier {
    /// Appends a leaf by its hash.
    pub fn push(&mut self, leaf: Digest) {
        let merged = self.size.trailing_ones();
        let peak = (0..merged).fold(leaf, |right, _| match self.peaks.pop() {
            Some(left) => node_hash(&left, &right),
            None => right,
        });
        self.peaks.push(peak);
        // Sizes that are read are less than 2⁶³, and nobody appends as many again.
        self.size += 1;
    }

    /// Appends a full subtree of 2^`height` leaves by its root, where one can begin: at a multiple of its size. False, and
    /// nothing appended, anywhere else.
    pub fn push_subtree(&mut self, height: u32, root: Digest) -> bool {
        let Some(leaves) = 1_u64.checked_shl(height) else { return false };
        if !self.size.is_multiple_of(leaves) {
            return false;
        }
        let merged = (self.size >> height).trailing_ones();
        let peak = (0..merged).fold(root, |right, _| match self.peaks.pop() {
            Some(left) => node_hash(&left, &right),
            None => right,
        });
        self.peaks.push(peak);
        // As with single leaves.
        self.size += leaves;
        true
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree.
    pub fn root(&self) -> Digest {
        let joined = self.peaks.iter().rev().copied().reduce(|right, left| node_hash(&left, &right));
        joined.unwrap_or(EMPTY_ROOT)
    }

    /// The size, eight bytes with the most significant first, and the hashes, the largest subtree first.
    pub fn to_bytes(&self) -> Vec<u8> {
        let hashes = self.peaks.iter().flat_map(|it| it.bytes().iter().copied());
        self.size.to_be_bytes().into_iter().chain(hashes).collect()
    }

    /// Reads [`Frontier::to_bytes`] back; none when the number of hashes does not belong to the size, or the
    /// size is 2⁶³ or more.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (size, rest) = bytes.split_first_chunk::<8>()?;
        let size = u64::from_be_bytes(*size);
        let (hashes, odd) = rest.as_chunks::<32>();
        let count = usize::try_from(size.count_ones()).ok()?;
        let sound = odd.is_empty() && hashes.len() == count && size < 1 << 63;
        sound.then(|| Self { size, peaks: hashes.iter().copied().map(Digest::from_bytes).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::{leaf_hash, root_of};

    #[test]
    fn full_subtrees_and_single_leaves_make_the_same_tree() {
        let leaves: Vec<Digest> = (0_u32..40).map(|it| leaf_hash(&it.to_be_bytes())).collect();
        for height in 0..4 {
            let width = 1 << height;
            for begin in 0..20 {
                let (mut one, mut other) = (Frontier::default(), Frontier::default());
                leaves[..begin].iter().for_each(|it| one.push(*it));
                other.clone_from(&one);
                let subtree = &leaves[begin..begin + width];
                let pushed = other.push_subtree(height, root_of(subtree));
                assert_eq!(pushed, begin.is_multiple_of(width), "{begin} {height}");
                if pushed {
                    subtree.iter().for_each(|it| one.push(*it));
                }
                assert_eq!(one, other, "{begin} {height}");
            }
        }
        assert!(!Frontier::default().push_subtree(64, leaves[0]), "no tree is so high");
    }
}
