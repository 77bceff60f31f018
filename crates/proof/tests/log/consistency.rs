//! Proofs of consistency: every pair up to 130 entries, and everything near one.

use proof::{Digest, EMPTY_ROOT, ProofError, consistency_proof, node_hash, verify_consistency};
use proptest::prelude::*;
use tlog_tiles::tlog;

use crate::made::{flipped, growth, hashes, leaves, root};

const SIZE_MAX: u64 = 130;

fn roots(leaves: &[Digest]) -> Vec<Digest> {
    (0..=leaves.len()).map(|it| root(&leaves[..it])).collect()
}

/// RFC 9162, section 2.1.4.2, step by step; for `0 < old < new`.
fn verified_by_the_letter(old: u64, old_root: Digest, new: u64, new_root: Digest, proof: &[Digest]) -> bool {
    let mut path = proof.to_vec();
    if path.is_empty() {
        return false;
    }
    if old.is_power_of_two() {
        path.insert(0, old_root);
    }
    let (mut fnode, mut snode) = (old - 1, new - 1);
    while fnode & 1 == 1 {
        fnode >>= 1;
        snode >>= 1;
    }
    let (mut fr, mut sr) = (path[0], path[0]);
    for c in &path[1..] {
        if snode == 0 {
            return false;
        }
        if fnode & 1 == 1 || fnode == snode {
            fr = node_hash(c, &fr);
            sr = node_hash(c, &sr);
            while fnode & 1 == 0 && fnode != 0 {
                fnode >>= 1;
                snode >>= 1;
            }
        } else {
            sr = node_hash(&sr, c);
        }
        fnode >>= 1;
        snode >>= 1;
    }
    fr == old_root && sr == new_root && snode == 0
}

#[test]
fn every_proof_up_to_130_entries_is_that_of_the_definition_and_holds() {
    let leaves = leaves(SIZE_MAX);
    let (roots, hashes) = (roots(&leaves), hashes(&leaves));
    let root = |size: u64| roots[size as usize];
    let theirs = |it: Digest| tlog::Hash(*it.bytes());
    for new in 0..=SIZE_MAX {
        for old in 0..=new {
            let proof = consistency_proof(old, new, &hashes).unwrap();
            assert_eq!(proof, growth(old as usize, &leaves[..new as usize]), "{old} to {new}");
            assert_eq!(verify_consistency(old, root(old), new, root(new), &proof), Ok(()), "{old} to {new}");
            if 0 < old && old < new {
                assert!(verified_by_the_letter(old, root(old), new, root(new), &proof), "{old} to {new}");
                let their_proof: Vec<tlog::Hash> = proof.iter().copied().map(theirs).collect();
                tlog::check_tree(&their_proof, new, theirs(root(new)), old, theirs(root(old))).unwrap();
            }
        }
    }
}

#[test]
fn any_flipped_bit_of_proof_or_roots_is_refused() {
    let leaves = leaves(14);
    let roots = roots(&leaves);
    for new in 1..=14 {
        for old in 1..new {
            let (old_root, new_root, proof) = (roots[old], roots[new], growth(old, &leaves[..new]));
            let check = |a: Digest, b: Digest, proof: &[Digest]| {
                verify_consistency(old as u64, a, new as u64, b, proof)
            };
            for bit in 0..256 {
                assert!(check(flipped(old_root, bit), new_root, &proof).is_err());
                assert_eq!(check(old_root, flipped(new_root, bit), &proof), Err(ProofError::WrongRoot));
                for at in 0..proof.len() {
                    let mut proof = proof.clone();
                    proof[at] = flipped(proof[at], bit);
                    assert!(check(old_root, new_root, &proof).is_err(), "{at} of {old} to {new}");
                }
            }
        }
    }
}

#[test]
fn a_proof_holds_for_no_other_pair_of_sizes() {
    let leaves = leaves(20);
    let roots = roots(&leaves);
    for new in 1..=20_usize {
        for old in 1..new {
            let proof = growth(old, &leaves[..new]);
            for (a, b) in (0..=20).flat_map(|b| (0..=20).map(move |a| (a, b))) {
                // Roots say nothing of sizes, which are signed beside them; so each pair has its own roots.
                let same = a <= b && growth(a, &leaves[..b]) == proof;
                let check = verify_consistency(a as u64, roots[a], b as u64, roots[b], &proof);
                assert_eq!(check.is_ok(), same, "{old} to {new} as {a} to {b}");
            }
        }
    }
}

#[test]
fn a_proof_that_is_too_long_or_too_short_is_refused() {
    let leaves = leaves(21);
    let roots = roots(&leaves);
    for old in 1..21_usize {
        let proof = growth(old, &leaves);
        let check = |proof: &[Digest]| verify_consistency(old as u64, roots[old], 21, roots[21], proof);
        let wrong = |found: usize| Err(ProofError::WrongLength { expected: proof.len(), found });
        for length in (0..proof.len()).chain(proof.len() + 1..proof.len() * 2) {
            assert_eq!(check(&[proof.as_slice(), &proof].concat()[..length]), wrong(length));
        }
        assert_eq!(check(&vec![roots[21]; 100_000]), wrong(100_000));
    }
}

#[test]
fn what_needs_no_proof_has_an_empty_one() {
    let leaves = leaves(8);
    let roots = roots(&leaves);
    let (a, b) = (roots[8], roots[7]);
    let table = [
        ((0, EMPTY_ROOT, 0, EMPTY_ROOT, 0), Ok(())),
        ((0, EMPTY_ROOT, 8, a, 0), Ok(())),
        ((8, a, 8, a, 0), Ok(())),
        ((8, a, 8, b, 0), Err(ProofError::Forked { size: 8 })),
        ((8, a, 7, b, 0), Err(ProofError::Shrunk { old: 8, new: 7 })),
        ((0, a, 8, a, 0), Err(ProofError::WrongOldRoot)),
        ((0, EMPTY_ROOT, 0, a, 0), Err(ProofError::WrongRoot)),
        ((0, a, 0, a, 0), Err(ProofError::WrongRoot)),
        ((8, a, 8, a, 1), Err(ProofError::WrongLength { expected: 0, found: 1 })),
        ((0, EMPTY_ROOT, 8, a, 1), Err(ProofError::WrongLength { expected: 0, found: 1 })),
    ];
    for ((old, old_root, new, new_root, length), expected) in table {
        let found = verify_consistency(old, old_root, new, new_root, &vec![a; length]);
        assert_eq!(found, expected, "{old} to {new}");
    }
    assert_eq!(consistency_proof(8, 7, &hashes(&leaves)), Err(ProofError::Shrunk { old: 8, new: 7 }));
}

#[test]
fn the_largest_sizes_do_not_overflow() {
    let some = proof::leaf_hash(b"a");
    let mut answers = Vec::new();
    for new in [u64::MAX, 1 << 63, (1 << 63) + 1] {
        for old in [1, 2, 3, (1 << 62) + 1, new / 2, new - 1] {
            for length in 0..70 {
                answers.push(verify_consistency(old, some, new, some, &vec![some; length]));
            }
        }
    }
    assert!(answers.iter().all(Result::is_err));
    let hashed = |it: &Result<(), ProofError>| !matches!(it, Err(ProofError::WrongLength { .. }));
    assert_eq!(answers.iter().filter(|it| hashed(it)).count(), 18, "each pair has one right length");
}

proptest! {
    #[test]
    fn proofs_from_tiles_are_those_of_the_definition(new in 1_u64..1500, at: prop::sample::Index) {
        let leaves = leaves(new);
        let old = at.index(new as usize + 1);
        let proof = consistency_proof(old as u64, new, &hashes(&leaves)).unwrap();
        prop_assert_eq!(&proof, &growth(old, &leaves));
        let (old_root, new_root) = (root(&leaves[..old]), root(&leaves));
        prop_assert_eq!(verify_consistency(old as u64, old_root, new, new_root, &proof), Ok(()));
    }
}
