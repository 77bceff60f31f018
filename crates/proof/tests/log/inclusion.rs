//! Proofs of inclusion: every one up to 200 entries, and everything near one.

use proof::{Digest, Hashes, ProofError, inclusion_proof, leaf_hash, node_hash, verify_inclusion};
use proptest::prelude::*;
use tlog_tiles::tlog;

use crate::made::{flipped, hashes, leaves, path, root};
use crate::tree::{PUBLISHED, PUBLISHED_ROOTS};

const SIZE_MAX: u64 = 200;

/// RFC 9162, section 2.1.3.2, step by step.
fn verified_by_the_letter(leaf: Digest, index: u64, size: u64, proof: &[Digest], root: Digest) -> bool {
    if index >= size {
        return false;
    }
    let (mut fnode, mut snode, mut r) = (index, size - 1, leaf);
    for p in proof {
        if snode == 0 {
            return false;
        }
        if fnode & 1 == 1 || fnode == snode {
            r = node_hash(p, &r);
            while fnode & 1 == 0 && fnode != 0 {
                fnode >>= 1;
                snode >>= 1;
            }
        } else {
            r = node_hash(&r, p);
        }
        fnode >>= 1;
        snode >>= 1;
    }
    snode == 0 && r == root
}

#[test]
fn every_proof_up_to_200_entries_is_that_of_the_definition_and_holds() {
    let leaves = leaves(SIZE_MAX);
    let hashes = hashes(&leaves);
    for size in 1..=SIZE_MAX {
        let known = &leaves[..size as usize];
        let root = root(known);
        for index in 0..size {
            let proof = inclusion_proof(index, size, &hashes).unwrap();
            assert_eq!(proof, path(index as usize, known), "{index} of {size}");
            let leaf = known[index as usize];
            assert_eq!(verify_inclusion(leaf, index, size, &proof, root), Ok(()), "{index} of {size}");
            assert!(verified_by_the_letter(leaf, index, size, &proof, root), "{index} of {size}");
            let theirs: Vec<tlog::Hash> = proof.iter().map(|it| tlog::Hash(*it.bytes())).collect();
            let hash = |it: Digest| tlog::Hash(*it.bytes());
            tlog::check_record(&theirs, size, hash(root), index, hash(leaf)).unwrap();
        }
    }
}

#[test]
fn published_proofs_are_met() {
    let leaves: Vec<Digest> = PUBLISHED.iter().map(|it| leaf_hash(it)).collect();
    let hashes = hashes(&leaves);
    let table: [(u64, u64, &[&str]); 5] = [
        (0, 1, &[]),
        (
            0,
            8,
            &[
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            5,
            8,
            &[
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (2, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
        (
            1,
            5,
            &[
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ];
    for (index, size, expected) in table {
        let proof = inclusion_proof(index, size, &hashes).unwrap();
        assert_eq!(proof.iter().map(Digest::to_string).collect::<Vec<_>>(), expected);
        let root = Digest::parse(PUBLISHED_ROOTS[size as usize - 1]).unwrap();
        assert_eq!(verify_inclusion(leaves[index as usize], index, size, &proof, root), Ok(()));
    }
}

#[test]
fn any_flipped_bit_of_leaf_proof_or_root_is_refused() {
    let leaves = leaves(23);
    let (size, root) = (23, root(&leaves));
    for index in 0..size {
        let (leaf, proof) = (leaves[index as usize], path(index as usize, &leaves));
        for bit in 0..256 {
            let wrong = Err(ProofError::WrongRoot);
            assert_eq!(verify_inclusion(flipped(leaf, bit), index, size, &proof, root), wrong);
            assert_eq!(verify_inclusion(leaf, index, size, &proof, flipped(root, bit)), wrong);
            for at in 0..proof.len() {
                let mut proof = proof.clone();
                proof[at] = flipped(proof[at], bit);
                assert_eq!(verify_inclusion(leaf, index, size, &proof, root), wrong, "{at} of {index}");
            }
        }
    }
}

#[test]
fn a_proof_holds_at_no_other_index() {
    let leaves = leaves(40);
    for size in 1..=40_u64 {
        let known = &leaves[..size as usize];
        let root = root(known);
        for index in 0..size {
            let (leaf, proof) = (known[index as usize], path(index as usize, known));
            for other in (0..size + 3).filter(|it| *it != index) {
                assert!(
                    verify_inclusion(leaf, other, size, &proof, root).is_err(),
                    "{index} as {other} of {size}"
                );
            }
        }
    }
}

#[test]
fn a_proof_against_another_size_holds_for_no_other_root() {
    let leaves = leaves(40);
    let roots: Vec<Digest> = (0..=40).map(|it| root(&leaves[..it])).collect();
    for size in 1..=40_u64 {
        for index in 0..size {
            let (leaf, proof) = (leaves[index as usize], path(index as usize, &leaves[..size as usize]));
            for other in (0..=40_u64).filter(|it| *it != size) {
                let found = verify_inclusion(leaf, index, other, &proof, roots[other as usize]);
                assert!(found.is_err(), "{index} of {size} as of {other}");
            }
        }
    }
}

#[test]
fn a_proof_that_is_too_long_or_too_short_is_refused_before_it_is_hashed() {
    let leaves = leaves(21);
    let root = root(&leaves);
    for index in 0..21 {
        let proof = path(index as usize, &leaves);
        let found = |proof: &[Digest]| verify_inclusion(leaves[index as usize], index, 21, proof, root);
        let wrong = |found: usize| Err(ProofError::WrongLength { expected: proof.len(), found });
        for length in 0..proof.len() {
            assert_eq!(found(&proof[..length]), wrong(length));
        }
        let longer = [proof.as_slice(), &proof].concat();
        for length in proof.len() + 1..longer.len() {
            assert_eq!(found(&longer[..length]), wrong(length));
        }
        assert_eq!(found(&vec![root; 100_000]), wrong(100_000));
    }
}

#[test]
fn the_largest_sizes_do_not_overflow() {
    let some = leaf_hash(b"a");
    let mut answers = Vec::new();
    for size in [u64::MAX, u64::MAX - 1, 1 << 63, (1 << 63) + 1] {
        for index in [0, 1, 1 << 62, size / 2, size - 1, size, u64::MAX] {
            for length in [0, 1, 63, 64, 65] {
                answers.push(verify_inclusion(some, index, size, &vec![some; length], some));
            }
        }
    }
    assert!(answers.iter().all(Result::is_err));
    assert!(answers.contains(&Err(ProofError::WrongRoot)), "some proof has the right length");
}

#[test]
fn there_is_no_proof_of_what_is_not_there_and_none_without_its_tiles() {
    let hashes = hashes(&leaves(300));
    for (index, size) in [(0, 0), (300, 300), (7, 7)] {
        assert_eq!(inclusion_proof(index, size, &hashes), Err(ProofError::NoSuchLeaf { index, size }));
    }
    let missing = Err(ProofError::MissingTile { level: 0, n: 1 });
    assert_eq!(inclusion_proof(0, 301, &hashes), missing, "the log is not that long");
}

/// Tiles as a store has them: only those of one size, full ones wider than asked.
struct Stored<'a>(&'a dyn Hashes, u64);

impl Hashes for Stored<'_> {
    fn tile(&self, level: u8, n: u64, width: u16) -> Option<Vec<Digest>> {
        let there = proof::tiles(self.1).find(|it| (it.level(), it.n()) == (level, n))?;
        assert!((1..=there.width()).contains(&width), "asked for more than there is");
        self.0.tile(level, n, there.width())
    }
}

proptest! {
    #[test]
    fn proofs_from_the_tiles_of_a_longer_log_are_those_of_the_definition(
        size in 1_u64..1500,
        grown in 0_u64..600,
        at: prop::sample::Index,
    ) {
        let leaves = leaves(size + grown);
        let tiles = hashes(&leaves);
        let stored = Stored(&tiles, size + grown);
        let index = at.index(size as usize);
        let known = &leaves[..size as usize];
        let proof = inclusion_proof(index as u64, size, &stored).unwrap();
        prop_assert_eq!(&proof, &path(index, known));
        prop_assert_eq!(verify_inclusion(leaves[index], index as u64, size, &proof, root(known)), Ok(()));
    }
}
