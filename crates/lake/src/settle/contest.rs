//! Rows that share an identity, and which of them stands.

use std::collections::BTreeMap;

use super::said::{Said, push_hashes_of, said};
use crate::layout::Layout;
use crate::rows::{ABSENT, RowView, Rows, read_canonical};
use crate::standing::{Receipt, Standing};
use crate::write::hex;

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
    scratch: Vec<u64>,
}

type Identity = (Option<Box<str>>, Box<str>);

/// The row that stands so far, and those that do not stand against it.
struct Best {
    row: Row,
    canonical: Vec<u8>,
    /// Of each thing said the row that was recorded first.
    lost: BTreeMap<Said, When>,
    /// Further rows, which say nothing else.
    copies: Vec<u64>,
}

/// What a row says.
struct Row {
    said: Said,
    when: When,
}

/// Since when a row is known, and its position.
type When = (Option<i64>, u64);

/// A row that does not stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Loser {
    pub(super) position: u64,
    /// Whether nothing that stands says the same, and no other loser that is different.
    pub(super) is_different: bool,
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
        Contest { layout, standing, hashes, sieve, best: BTreeMap::new(), scratch: Vec::new() }
    }

    /// Sees rows with their positions.
    pub(super) fn add(&mut self, rows: &Rows, positions: &[u64]) {
        let mut hashes = std::mem::take(&mut self.scratch);
        hashes.clear();
        push_hashes_of(self.layout, self.standing, rows, &mut hashes);
        for ((row, hash), position) in hashes.iter().enumerate().zip(positions) {
            if self.wants(*hash) {
                self.meet(rows, row, *position);
            }
        }
        self.scratch = hashes;
    }

    /// The rows that do not stand.
    pub(super) fn losers(mut self) -> Vec<Loser> {
        let mut losers = Vec::new();
        let mut standing: Option<(Identity, Best)> = None;
        for ((identity, _), new) in std::mem::take(&mut self.best) {
            let old = match standing.take() {
                Some((of, old)) if of == identity && !self.standing.keeps_each() => Some(old),
                other => {
                    losers.extend(other.into_iter().flat_map(|(_, it)| it.losers()));
                    None
                }
            };
            let best = match old {
                Some(old) => self.better(new, old),
                None => new,
            };
            standing = Some((identity, best));
        }
        losers.extend(standing.into_iter().flat_map(|(_, it)| it.losers()));
        losers
    }

    /// The one that stands; the other is lost.
    fn better(&self, new: Best, old: Best) -> Best {
        let stands = prefers(self.layout, self.standing, &new.canonical, &old.canonical);
        let (mut stands, mut lost) = if stands { (new, old) } else { (old, new) };
        if stands.lost.len() < lost.lost.len() {
            std::mem::swap(&mut stands.lost, &mut lost.lost);
        }
        stands.lose(lost.row);
        lost.lost.into_iter().for_each(|(said, when)| stands.lose(Row { said, when }));
        stands.copies.append(&mut lost.copies);
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
        let said = said(self.layout, self.standing, &canonical);
        let receipt = match self.standing.keeps_each() {
            true => Some((None, Box::from(hex(&said)))),
            false => self.standing.receipt(recorded_at, rows.source.get(row)),
        };
        let row = Row { said, when: (recorded_at, position) };
        let new = Best { row, canonical, lost: BTreeMap::new(), copies: Vec::new() };
        let key = (identity, receipt);
        let best = match self.best.remove(&key) {
            Some(old) => self.better(new, old),
            None => new,
        };
        self.best.insert(key, best);
    }
}

impl Best {
    /// A row does not stand against it.
    fn lose(&mut self, row: Row) {
        let first = self.lost.entry(row.said).or_insert(row.when);
        if *first != row.when {
            self.copies.push(row.when.max(*first).1);
            *first = row.when.min(*first);
        }
    }

    /// Those that did not stand against it.
    fn losers(self) -> impl Iterator<Item = Loser> {
        let stands = self.row.said;
        let loser =
            move |(said, (_, position)): (Said, When)| Loser { position, is_different: said != stands };
        let copies = self.copies.into_iter().map(|position| Loser { position, is_different: false });
        self.lost.into_iter().map(loser).chain(copies)
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
