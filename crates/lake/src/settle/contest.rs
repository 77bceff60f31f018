//! Rows that share an identity, and which of them stands.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::identity::push_hashes;
use crate::layout::Layout;
use crate::rows::{Rows, read_canonical};
use crate::standing::Standing;

/// Decides among rows whose identities have certain hashes.
pub(super) struct Contest<'a> {
    layout: &'a Layout,
    standing: &'a Standing,
    /// Ascending.
    hashes: &'a [u64],
    /// By high bits of a hash: whether one of those is wanted.
    sieve: Vec<u64>,
    best: BTreeMap<Identity, Best>,
    losers: Vec<u64>,
    scratch: Vec<u64>,
}

type Identity = (Option<Box<str>>, Box<str>);

/// The row that stands so far.
struct Best {
    position: u64,
    canonical: Vec<u8>,
}

/// Bits of a hash the sieve tells apart.
const SIEVE_BITS: u32 = 22;

impl<'a> Contest<'a> {
    pub(super) fn new(layout: &'a Layout, standing: &'a Standing, hashes: &'a [u64]) -> Contest<'a> {
        let mut sieve = vec![0; 1 << (SIEVE_BITS - 6)];
        for hash in hashes {
            let (word, bit) = place(*hash);
            if let Some(word) = sieve.get_mut(word) {
                *word |= bit;
            }
        }
        let (best, losers, scratch) = (BTreeMap::new(), Vec::new(), Vec::new());
        Contest { layout, standing, hashes, sieve, best, losers, scratch }
    }

    /// Sees rows with their positions.
    pub(super) fn add(&mut self, rows: &Rows, positions: &[u64]) {
        let mut hashes = std::mem::take(&mut self.scratch);
        hashes.clear();
        push_hashes(rows, &mut hashes);
        for ((row, hash), position) in hashes.iter().enumerate().zip(positions) {
            if self.wants(*hash) {
                self.meet(rows, row, *position);
            }
        }
        self.scratch = hashes;
    }

    /// The positions of the rows that do not stand.
    pub(super) fn losers(self) -> Vec<u64> {
        self.losers
    }

    fn wants(&self, hash: u64) -> bool {
        let (word, bit) = place(hash);
        self.sieve.get(word).is_some_and(|it| it & bit != 0) && self.hashes.binary_search(&hash).is_ok()
    }

    fn meet(&mut self, rows: &Rows, row: usize, position: u64) {
        let mut canonical = Vec::new();
        rows.push_canonical(row, &mut canonical);
        let identity =
            (rows.subject.get(row).map(Box::from), Box::from(rows.id.get(row).unwrap_or_default()));
        let new = Best { position, canonical };
        match self.best.entry(identity) {
            Entry::Vacant(vacant) => drop(vacant.insert(new)),
            Entry::Occupied(mut standing) => {
                let stands = prefers(self.layout, self.standing, &new.canonical, &standing.get().canonical);
                let loser = if stands { standing.insert(new) } else { new };
                self.losers.push(loser.position);
            }
        }
    }
}

/// Whether the row of the first bytes stands rather than that of the second.
fn prefers(layout: &Layout, standing: &Standing, new: &[u8], old: &[u8]) -> bool {
    let (mut new_cells, mut old_cells) = (Vec::new(), Vec::new());
    let new_view = read_canonical(&mut &*new, layout, &mut new_cells);
    let old_view = read_canonical(&mut &*old, layout, &mut old_cells);
    let preferred = match (&new_view, &old_view) {
        (Ok(new), Ok(old)) => standing.compare(layout, new, old),
        _ => std::cmp::Ordering::Equal,
    };
    preferred.then_with(|| new.cmp(old)).is_gt()
}

fn place(hash: u64) -> (usize, u64) {
    let high = hash >> (64 - SIEVE_BITS);
    (usize::try_from(high >> 6).unwrap_or_default(), 1 << (high & 63))
}
