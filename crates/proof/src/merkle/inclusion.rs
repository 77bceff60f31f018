//! Proofs that an entry is in a log (RFC 9162, section 2.1.3).

use crate::digest::Digest;
use crate::merkle::hashes::{Hashes, Tree, split};
use crate::merkle::{ProofError, climb, climb_right_edge, heights};

/// The proof that leaf `index` (from 0) is in the tree of the first `size` leaves: siblings from the leaf's
/// own up to the root's child (RFC 9162, section 2.1.3.1).
pub fn inclusion_proof(index: u64, size: u64, hashes: &dyn Hashes) -> Result<Vec<Digest>, ProofError> {
    if index >= size {
        return Err(ProofError::NoSuchLeaf { index, size });
    }
    let mut tree = Tree::new(hashes, size);
    let (mut from, mut until) = (0, size);
    let mut proof = Vec::new();
    while until - from > 1 {
        let middle = from + split(until - from);
        if index < middle {
            proof.push(tree.root(middle, until)?);
            until = middle;
        } else {
            proof.push(tree.root(from, middle)?);
            from = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// Whether `proof` shows that the leaf with hash `leaf` is at `index` (from 0) of the tree of `size` leaves
/// with this root (RFC 9162, section 2.1.3.2). A proof has one right length; any other is refused.
pub fn verify_inclusion(
    leaf: Digest,
    index: u64,
    size: u64,
    proof: &[Digest],
    root: Digest,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::NoSuchLeaf { index, size });
    }
    let (inner, border) = heights(index, size);
    let inner = usize::try_from(inner).unwrap_or(usize::MAX);
    let expected = inner.saturating_add(border);
    let wrong = ProofError::WrongLength { expected, found: proof.len() };
    let (inner, border) = proof.split_at_checked(inner).ok_or(wrong)?;
    if proof.len() != expected {
        return Err(wrong);
    }
    let found = climb_right_edge(climb(leaf, index, inner), border);
    if found == root { Ok(()) } else { Err(ProofError::WrongRoot) }
}
