//! What many settlements come to, in few bytes: the sum of their hashes, the same whoever settled which and when.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use settle::Settlement;

/// The sum of hashes over all that each settlement says, its derivation included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Total(u64);

impl Total {
    pub(super) fn of(settlement: &Settlement) -> Total {
        let mut hasher = DefaultHasher::new();
        settlement.hash(&mut hasher);
        Total(hasher.finish())
    }

    pub(super) fn and(self, other: Total) -> Total {
        Total(self.0.wrapping_add(other.0))
    }
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}
