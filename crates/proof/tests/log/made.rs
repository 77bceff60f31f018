//! Logs that tests are about, and the definitions of the specification word for word: slow, and obviously so.

use proof::{Digest, EMPTY_ROOT, MemoryHashes, SigningKey, WitnessSigningKey, leaf_hash, node_hash};

/// Entry `index` of the logs in these tests.
pub(crate) fn entry(index: u64) -> Vec<u8> {
    format!("entry {index}").into_bytes()
}

pub(crate) fn leaves(size: u64) -> Vec<Digest> {
    (0..size).map(|it| leaf_hash(&entry(it))).collect()
}

pub(crate) fn hashes(leaves: &[Digest]) -> MemoryHashes {
    let mut hashes = MemoryHashes::default();
    leaves.iter().for_each(|it| hashes.push(*it));
    hashes
}

pub(crate) fn log_key() -> SigningKey {
    SigningKey::from_seed("cloud.example/t/7/log", [21; 32]).unwrap()
}

pub(crate) fn witness_key(number: u8) -> WitnessSigningKey {
    WitnessSigningKey::from_seed(&format!("witness.example/w{number}"), [100 + number; 32]).unwrap()
}

/// `MTH` of RFC 9162, section 2.1.1.
pub(crate) fn root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => EMPTY_ROOT,
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(middle(leaves.len()));
            node_hash(&root(left), &root(right))
        }
    }
}

/// `PATH` of RFC 9162, section 2.1.3.1.
pub(crate) fn path(index: usize, leaves: &[Digest]) -> Vec<Digest> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = middle(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut path, sibling) = match index.checked_sub(k) {
        None => (path(index, left), root(right)),
        Some(index) => (path(index, right), root(left)),
    };
    path.push(sibling);
    path
}

/// `PROOF` of RFC 9162, section 2.1.4.1.
pub(crate) fn growth(old: usize, leaves: &[Digest]) -> Vec<Digest> {
    if old == 0 { Vec::new() } else { subproof(old, leaves, true) }
}

/// `SUBPROOF` of RFC 9162, section 2.1.4.1.
fn subproof(old: usize, leaves: &[Digest], known: bool) -> Vec<Digest> {
    if old == leaves.len() {
        return if known { Vec::new() } else { vec![root(leaves)] };
    }
    let k = middle(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut proof, sibling) = match old.checked_sub(k) {
        None | Some(0) => (subproof(old, left, known), root(right)),
        Some(old) => (subproof(old, right, false), root(left)),
    };
    proof.push(sibling);
    proof
}

/// The largest power of two smaller than `count`.
fn middle(count: usize) -> usize {
    let mut k = 1;
    while k * 2 < count {
        k *= 2;
    }
    k
}

/// A digest with one bit turned.
pub(crate) fn flipped(digest: Digest, bit: usize) -> Digest {
    let mut bytes = *digest.bytes();
    bytes[bit / 8 % 32] ^= 1 << (bit % 8);
    Digest::from_bytes(bytes)
}

/// Numbers without order, the same in every run (SplitMix64).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let it = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        it ^ (it >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub(crate) fn digest(&mut self) -> Digest {
        let words = [self.next(), self.next(), self.next(), self.next()];
        Digest::from_bytes(words.map(u64::to_be_bytes).concat().try_into().unwrap())
    }
}
