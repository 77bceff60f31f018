//! Roots: published ones, those of the definition, and those of another implementation.

use proof::{
    Digest, EMPTY_ROOT, FRONTIER_BYTES_MAX, Frontier, Hashes, consistency_proof, inclusion_proof, leaf_hash,
    node_hash, root_of, verify_inclusion,
};
use proptest::prelude::*;

use crate::made::{growth, hashes, leaves, path, root};

/// The entries of the test vectors of Certificate Transparency.
pub(crate) const PUBLISHED: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];

/// The roots over the first one, two, … eight of them.
pub(crate) const PUBLISHED_ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

#[test]
fn published_roots_are_met() {
    assert_eq!(EMPTY_ROOT, Digest::of(b""));
    assert_eq!(EMPTY_ROOT.to_base64(), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    let mut frontier = Frontier::default();
    assert_eq!(frontier.root(), EMPTY_ROOT);
    for (entry, expected) in PUBLISHED.iter().zip(PUBLISHED_ROOTS) {
        frontier.push(leaf_hash(entry));
        assert_eq!(frontier.root().to_string(), expected);
    }
}

#[test]
fn a_leaf_is_never_the_hash_of_a_node() {
    let (a, b) = (leaf_hash(b"a"), leaf_hash(b"b"));
    let as_entry = [a.bytes().as_slice(), b.bytes()].concat();
    assert_ne!(leaf_hash(&as_entry), node_hash(&a, &b));
    assert_ne!(node_hash(&a, &b), node_hash(&b, &a));
}

#[test]
fn the_frontier_has_the_root_of_the_definition_at_every_size() {
    let leaves = leaves(300);
    let mut frontier = Frontier::default();
    for (size, leaf) in leaves.iter().enumerate() {
        assert_eq!(frontier.size(), size as u64);
        assert_eq!(frontier.root(), root(&leaves[..size]), "{size}");
        frontier.push(*leaf);
    }
    assert_eq!(root_of(&leaves), root(&leaves));
}

#[test]
fn a_frontier_that_was_written_and_read_appends_as_before() {
    let leaves = leaves(70);
    let mut kept = Frontier::default();
    for leaf in leaves {
        let bytes = kept.to_bytes();
        assert!(bytes.len() <= FRONTIER_BYTES_MAX);
        assert_eq!(Frontier::from_bytes(&bytes).as_ref(), Some(&kept));
        let mut again = Frontier::from_bytes(&bytes).unwrap();
        again.push(leaf);
        kept.push(leaf);
        assert_eq!(again, kept);
    }
}

#[test]
fn bytes_whose_size_and_hashes_disagree_are_no_frontier() {
    let mut frontier = Frontier::default();
    leaves(5).into_iter().for_each(|it| frontier.push(it));
    let bytes = frontier.to_bytes();
    let with_size = |size: u64| [&size.to_be_bytes(), &bytes[8..]].concat();
    assert!(Frontier::from_bytes(&with_size(6)).is_some(), "six leaves have two hashes too");
    for size in [0, 4, 7, 1 << 63 | 1, u64::MAX] {
        assert_eq!(Frontier::from_bytes(&with_size(size)), None, "{size}");
    }
    for bytes in [&bytes[..bytes.len() - 1], &bytes[..40], &[bytes.as_slice(), &[0]].concat(), &[], &[0; 7]] {
        assert_eq!(Frontier::from_bytes(bytes), None);
    }
    assert_eq!(Frontier::from_bytes(&[0; 8]), Some(Frontier::default()));
}

#[test]
fn a_tile_above_holds_the_roots_of_the_full_tiles_below() {
    let leaves = leaves(256 * 3 + 5);
    let hashes = hashes(&leaves);
    assert_eq!(hashes.size(), 773);
    assert_eq!(hashes.tile(0, 3, 5), Some(leaves[768..].to_vec()));
    let roots: Vec<Digest> = leaves[..768].chunks(256).map(root).collect();
    assert_eq!(hashes.tile(1, 0, 3), Some(roots));
    assert_eq!((hashes.tile(0, 3, 6), hashes.tile(1, 0, 4), hashes.tile(2, 0, 1)), (None, None, None));
}

#[test]
fn three_levels_of_tiles_give_the_proofs_of_the_definition() {
    let (size, leaves) = (70_000, leaves(70_000));
    let (hashes, root) = (hashes(&leaves), root(&leaves));
    for index in [0, 255, 256, 65_535, 65_536, 69_999] {
        let proof = inclusion_proof(index, size, &hashes).unwrap();
        assert_eq!(proof, path(index as usize, &leaves), "{index}");
        assert_eq!(verify_inclusion(leaves[index as usize], index, size, &proof, root), Ok(()), "{index}");
    }
    for old in [1, 256, 65_535, 65_536, 65_537, 69_999] {
        let proof = consistency_proof(old, size, &hashes).unwrap();
        assert_eq!(proof, growth(old as usize, &leaves), "{old}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_one_frontier_or_none(size in 0_u64..70, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let bytes = [size.to_be_bytes().as_slice(), &bytes].concat();
        if let Some(frontier) = Frontier::from_bytes(&bytes) {
            prop_assert_eq!(frontier.to_bytes(), bytes);
        }
    }
}
