//! Proofs that a log only grew: every entry of the older tree is in the newer one, at its place (RFC 9162,
//! section 2.1.4).

use crate::digest::Digest;
use crate::merkle::hashes::{Hashes, Tree, split};
use crate::merkle::{EMPTY_ROOT, ProofError, climb, climb_right_edge, heights, node_hash};

/// The proof that the tree of the first `old` leaves is the beginning of that of the first `new` leaves
/// (RFC 9162, section 2.1.4.1). Nothing needs proof, and the proof is empty, when the sizes are equal or the
/// older tree is empty.
pub fn consistency_proof(old: u64, new: u64, hashes: &dyn Hashes) -> Result<Vec<Digest>, ProofError> {
    if old > new {
        return Err(ProofError::Shrunk { old, new });
    }
    if old == 0 {
        return Ok(Vec::new());
    }
    let mut tree = Tree::new(hashes, new);
    let (mut from, mut until) = (0, new);
    let mut proof = Vec::new();
    while old < until {
        let middle = from + split(until - from);
        if old <= middle {
            proof.push(tree.root(middle, until)?);
            until = middle;
        } else {
            proof.push(tree.root(from, middle)?);
            from = middle;
        }
    }
    // The verifier has the root of the older tree; of a smaller subtree it has to be told.
    if from > 0 {
        proof.push(tree.root(from, until)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Whether `proof` shows that the tree with `old_size` leaves and `old_root` is the beginning of the tree
/// with `new_size` leaves and `new_root` (RFC 9162, section 2.1.4.2). Every hash is used for both roots, so
/// that no part of the newer tree stays unchecked. A proof has one right length; any other is refused.
pub fn verify_consistency(
    old_size: u64,
    old_root: Digest,
    new_size: u64,
    new_root: Digest,
    proof: &[Digest],
) -> Result<(), ProofError> {
    if old_size > new_size {
        return Err(ProofError::Shrunk { old: old_size, new: new_size });
    }
    if new_size == 0 && new_root != EMPTY_ROOT {
        return Err(ProofError::WrongRoot);
    }
    if old_size == 0 && old_root != EMPTY_ROOT {
        return Err(ProofError::WrongOldRoot);
    }
    if old_size == new_size && old_root != new_root {
        return Err(ProofError::Forked { size: old_size });
    }
    if old_size == 0 || old_size == new_size {
        return length(0, proof);
    }
    verify_growth(old_size, old_root, new_size, new_root, proof)
}

/// The case that needs hashes: 0 < `old_size` < `new_size`.
fn verify_growth(
    old_size: u64,
    old_root: Digest,
    new_size: u64,
    new_root: Digest,
    proof: &[Digest],
) -> Result<(), ProofError> {
    let last = old_size - 1;
    let (height, border) = heights(last, new_size);
    // The largest full subtree at the right edge of the older tree stands unchanged in the newer one.
    let skipped = old_size.trailing_zeros();
    let inner = usize::try_from(height.saturating_sub(skipped)).unwrap_or(usize::MAX);
    let whole = old_size.is_power_of_two();
    let expected = inner.saturating_add(border).saturating_add(usize::from(!whole));
    length(expected, proof)?;

    let wrong = ProofError::WrongLength { expected, found: proof.len() };
    let (start, rest) = match proof.split_first() {
        _ if whole => (old_root, proof),
        Some((first, rest)) => (*first, rest),
        None => return Err(wrong),
    };
    let (inner, border) = rest.split_at_checked(inner).ok_or(wrong)?;
    let index = last.checked_shr(skipped).unwrap_or(0);
    let old = climb_right_edge(climb_left(start, index, inner), border);
    let new = climb_right_edge(climb(start, index, inner), border);
    match (old == old_root, new == new_root) {
        (false, _) => Err(ProofError::WrongOldRoot),
        (true, false) => Err(ProofError::WrongRoot),
        (true, true) => Ok(()),
    }
}

/// The root of the older tree: of the siblings beside a subtree, only those on its left were there.
fn climb_left(start: Digest, index: u64, inner: &[Digest]) -> Digest {
    inner.iter().zip(0..u64::BITS).fold(start, |below, (sibling, height)| {
        if index >> height & 1 == 0 { below } else { node_hash(sibling, &below) }
    })
}

fn length(expected: usize, proof: &[Digest]) -> Result<(), ProofError> {
    let found = proof.len();
    if found == expected { Ok(()) } else { Err(ProofError::WrongLength { expected, found }) }
}
