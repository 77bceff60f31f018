//! What a server that shows two histories can do: nothing.

use proof::{Digest, leaf_hash, verify_consistency, verify_inclusion};

use crate::made::{Numbers, entry, growth, leaves, path, root};

#[test]
fn a_hundred_thousand_random_proofs_never_hold() {
    let leaves = leaves(200);
    let mut numbers = Numbers(1);
    let root = |size: u64| root(&leaves[..size as usize]);
    let roots: Vec<Digest> = (0..=200).map(root).collect();
    let mut accepted = 0;
    for round in 0..50_000 {
        let new = 2 + numbers.below(199);
        let old = 1 + numbers.below(new - 1);
        let index = numbers.below(new);
        let (known, old_known) = (roots[new as usize], roots[old as usize]);
        // Every other forger keeps the right length and all hashes but one, two or three.
        let near = round % 2 == 0;
        let mut included = forged(&mut numbers, path(index as usize, &leaves[..new as usize]), near);
        let mut grown = forged(&mut numbers, growth(old as usize, &leaves[..new as usize]), near);
        let leaf = leaf_hash(b"never logged");
        accepted += u32::from(verify_inclusion(leaf, index, new, &included, known).is_ok());
        if near && !included.is_empty() {
            accepted +=
                u32::from(verify_inclusion(leaves[index as usize], index, new, &included, known).is_ok());
        }
        accepted += u32::from(verify_consistency(old, old_known, new, known, &grown).is_ok());
        included.reverse();
        grown.reverse();
        accepted += u32::from(verify_inclusion(leaf, index, new, &included, known).is_ok());
        accepted += u32::from(verify_consistency(old, old_known, new, known, &grown).is_ok());
    }
    assert_eq!(accepted, 0);
}

fn forged(numbers: &mut Numbers, sound: Vec<Digest>, near: bool) -> Vec<Digest> {
    if !near || sound.is_empty() {
        let length = numbers.below(12);
        return (0..length.max(1)).map(|_| numbers.digest()).collect();
    }
    let mut forged = sound;
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(forged.len() as u64) as usize;
        forged[at] = numbers.digest();
    }
    forged
}

/// In 2022 a verified database checked only the ends of a proof, and a server could join two histories in its
/// middle. Here the server knows both in full and mixes their hashes in every way there is.
#[test]
fn no_mixture_of_two_histories_joins_them() {
    let honest = leaves(16);
    for new in 2..=16_usize {
        for changed in 0..new - 1 {
            let mut other = honest[..new].to_vec();
            other[changed] = leaf_hash(b"rewritten");
            let new_root = root(&other);
            for old in changed + 1..new {
                let old_root = root(&honest[..old]);
                let proofs = [growth(old, &honest[..new]), growth(old, &other)];
                let mixtures = 1_usize << proofs[0].len();
                for mixture in 0..mixtures {
                    let mixed = |at: usize| proofs[mixture >> at & 1][at];
                    let proof: Vec<Digest> = (0..proofs[0].len()).map(mixed).collect();
                    let found = verify_consistency(old as u64, old_root, new as u64, new_root, &proof);
                    assert!(found.is_err(), "{old} to {new}, entry {changed} rewritten, mixture {mixture}");
                }
            }
        }
    }
}

#[test]
fn edited_deleted_repeated_and_reordered_entries_are_all_found() {
    let size = 60;
    let honest = leaves(size);
    let mut numbers = Numbers(2);
    let mut found = 0;
    for round in 0..2_000 {
        let old = 2 + numbers.below(size - 3) as usize;
        let at = numbers.below(old as u64 - 1) as usize;
        let mut tampered = honest.clone();
        match round % 5 {
            0 => tampered[at] = leaf_hash(b"edited"),
            1 => drop(tampered.remove(at)),
            2 => tampered.insert(at, honest[at]),
            3 => tampered.swap(at, if at == 0 { 1 } else { at - 1 }),
            _ => tampered.truncate(old - 1),
        }
        let (before, after) = (root(&honest[..old]), root(&tampered));
        let sizes = (old as u64, tampered.len() as u64);
        let proof = if tampered.len() > old { growth(old, &tampered) } else { Vec::new() };
        let consistent = verify_consistency(sizes.0, before, sizes.1, after, &proof).is_ok();
        found += u32::from(!consistent);
    }
    assert_eq!(found, 2_000);
}

#[test]
fn an_entry_that_spells_out_two_hashes_is_not_taken_for_their_node() {
    let leaves = leaves(4);
    let inner = [leaves[0].bytes().as_slice(), leaves[1].bytes()].concat();
    let right = root(&leaves[2..]);
    assert!(verify_inclusion(leaf_hash(&inner), 0, 2, &[right], root(&leaves)).is_err());
    assert!(verify_inclusion(leaf_hash(&entry(0)), 0, 4, &[leaves[1], right], root(&leaves)).is_ok());
}
