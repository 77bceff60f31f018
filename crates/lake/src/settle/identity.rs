//! Identities as hashes: equal identities have equal hashes, and whoever finds equal hashes compares the identities.

use super::said::push_hashes_of;
use crate::layout::Layout;
use crate::rows::Rows;
use crate::standing::Standing;

/// An odd number without pattern: the fraction of the golden ratio.
const SEED: u64 = 0x9E37_79B9_7F4A_7C15;
const MIX: u64 = 0xD6E8_FEB8_6659_FD93;

/// Hashes of one range out of several.
pub(super) struct Collected {
    range: u64,
    ranges: u64,
    hashes: Vec<u64>,
    scratch: Vec<u64>,
}

impl Collected {
    pub(super) fn new(range: u64, ranges: u64) -> Collected {
        Collected { range, ranges, hashes: Vec::new(), scratch: Vec::new() }
    }

    pub(super) fn add(&mut self, layout: &Layout, standing: &Standing, rows: &Rows) {
        if self.ranges == 1 {
            return push_hashes_of(layout, standing, rows, &mut self.hashes);
        }
        self.scratch.clear();
        push_hashes_of(layout, standing, rows, &mut self.scratch);
        let range = |hash: &u64| high(u128::from(*hash) * u128::from(self.ranges));
        self.hashes.extend(self.scratch.iter().filter(|it| range(it) == self.range));
    }

    /// Whether a hash was added more than once so far.
    pub(super) fn any_repeated(&mut self) -> bool {
        self.hashes.sort_unstable();
        self.hashes.array_windows().any(|[a, b]| a == b)
    }

    /// The hashes that were added more than once, ascending.
    pub(super) fn repeated(mut self) -> Vec<u64> {
        self.hashes.sort_unstable();
        let mut repeated: Vec<u64> =
            self.hashes.array_windows().filter(|[a, b]| a == b).map(|[a, _]| *a).collect();
        repeated.dedup();
        repeated
    }
}

/// Appends the hash of every row's subject and id.
pub(crate) fn push_hashes(rows: &Rows, out: &mut Vec<u64>) {
    let subjects: Vec<u64> =
        rows.subject.dictionary.words().iter().map(|it| hash(SEED, it.as_bytes())).collect();
    out.reserve(rows.len());
    for (row, code) in rows.subject.codes.iter().enumerate() {
        let subject = subjects.get(*code as usize).copied().unwrap_or(MIX);
        out.push(hash(subject, rows.id.get(row).unwrap_or_default().as_bytes()));
    }
}

/// The hash of a text.
pub(crate) fn hash_text(text: &str) -> u64 {
    hash(SEED, text.as_bytes())
}

fn hash(seed: u64, bytes: &[u8]) -> u64 {
    let (whole, rest) = bytes.as_chunks::<8>();
    let mut state = whole.iter().fold(seed, |state, it| mix(state ^ u64::from_le_bytes(*it), MIX));
    let mut last = [0; 8];
    for (slot, byte) in last.iter_mut().zip(rest) {
        *slot = *byte;
    }
    state = mix(state ^ u64::from_le_bytes(last), SEED);
    mix(state ^ bytes.len() as u64, MIX)
}

fn mix(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    high(product) ^ (product & u128::from(u64::MAX)) as u64
}

fn high(product: u128) -> u64 {
    (product >> 64) as u64
}
