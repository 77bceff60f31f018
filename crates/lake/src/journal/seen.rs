//! Identities seen of late, so that whoever sends rows hears at once how many of them were known already.
//!
//! What is known here is only said, never decided upon: rows are told apart when partitions are settled.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use foldhash::quality::RandomState;

use crate::place::Place;
use crate::rows::Rows;
use crate::settle::push_hashes;

/// Fingerprints of a bounded number of identities: a generation that fills and the one before it.
pub struct Seen {
    capacity: usize,
    generations: Mutex<Generations>,
}

#[derive(Default)]
struct Generations {
    filling: HashSet<u64, RandomState>,
    before: HashSet<u64, RandomState>,
}

impl Seen {
    /// Remembers at least the last `capacity` identities and at most twice as many, some ten bytes each.
    pub fn new(capacity: usize) -> Seen {
        Seen { capacity, generations: Mutex::default() }
    }

    /// Remembers the identities of rows; says how many of them were remembered already.
    pub fn count(&self, place: &Place, rows: &Rows) -> usize {
        let mut hashes = Vec::with_capacity(rows.len());
        push_hashes(rows, &mut hashes);
        let of_place = crate::settle::hash_text(&place.folder());
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        hashes.iter().filter(|it| generations.remember(**it ^ of_place, self.capacity)).count()
    }
}

impl Generations {
    /// Whether the fingerprint was known.
    fn remember(&mut self, fingerprint: u64, capacity: usize) -> bool {
        let is_known = !self.filling.insert(fingerprint) || self.before.contains(&fingerprint);
        if self.filling.len() >= capacity {
            self.before = std::mem::take(&mut self.filling);
        }
        is_known
    }
}
