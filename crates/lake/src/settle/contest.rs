//! Rows that share an identity, and which of them stands.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::identity::push_hashes;
use crate::layout::Layout;
use crate::rows::{ABSENT, RowView, Rows, read_canonical};
use crate::standing::{Receipt, Standing};

/// Decides among rows whose identities have certain hashes.
pub(super) struct Contest<'a> {
    layout: &'a Layout,
    standing: &'a Standing,
    /// Ascending.
    hashes: &'a [u64],
    /// By high bits of a hash: whether one of those is wanted.
    sieve: Vec<u64>,
    /// Of each receipt of an identity the row that stands so far.
    best: BTreeMap<(Identity, Option<Receipt>), Best>,
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
    pub(super) fn losers(mut self) -> Vec<u64> {
        let mut standing: Option<(Identity, Best)> = None;
        for ((identity, _), new) in std::mem::take(&mut self.best) {
            standing = match standing.take().filter(|it| it.0 == identity) {
                Some((_, old)) => Some((identity, self.better(new, old))),
                None => Some((identity, new)),
            };
        }
        self.losers
    }

    /// The one that stands; the other is lost.
    fn better(&mut self, new: Best, old: Best) -> Best {
        let stands = prefers(self.layout, self.standing, &new.canonical, &old.canonical);
        let (stands, lost) = if stands { (new, old) } else { (old, new) };
        self.losers.push(lost.position);
        stands
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
        let recorded_at = rows.recorded_at.get(row).copied().filter(|it| *it != ABSENT);
        let receipt = self.standing.receipt(recorded_at, rows.source.get(row));
        let new = Best { position, canonical };
        match self.best.entry((identity, receipt)) {
            Entry::Vacant(vacant) => drop(vacant.insert(new)),
            Entry::Occupied(mut standing) => {
                let stands = prefers(self.layout, self.standing, &new.canonical, &standing.get().canonical);
                let loser = if stands { standing.insert(new) } else { new };
                self.losers.push(loser.position);
            }
        }
    }
}

/// Whether the row of the first bytes stands rather than that of the second. Among rows of one receipt the edition decides first.
fn prefers(layout: &Layout, standing: &Standing, new: &[u8], old: &[u8]) -> bool {
    let (mut new_cells, mut old_cells) = (Vec::new(), Vec::new());
    let new_view = read_canonical(&mut &*new, layout, &mut new_cells);
    let old_view = read_canonical(&mut &*old, layout, &mut old_cells);
    let receipt = |it: &RowView<'_>| standing.receipt(it.recorded_at, it.source);
    let preferred = match (&new_view, &old_view) {
        (Ok(new), Ok(old)) if receipt(new) == receipt(old) => {
            standing.compare_editions(new, old).then_with(|| standing.compare(layout, new, old))
        }
        (Ok(new), Ok(old)) => standing.compare(layout, new, old),
        _ => std::cmp::Ordering::Equal,
    };
    preferred.then_with(|| new.cmp(old)).is_gt()
}

fn place(hash: u64) -> (usize, u64) {
    let high = hash >> (64 - SIEVE_BITS);
    (usize::try_from(high >> 6).unwrap_or_default(), 1 << (high & 63))
}
