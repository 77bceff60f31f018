//! Which identities a fact holds, kept small: a few too many may seem to be there, and never one too few.

use std::sync::Arc;

use timeline::Interval;

use crate::error::LakeError;
use crate::lake::{Lake, Target};
use crate::read::FileRows;
use crate::rows::RowView;
use crate::settle::hash_text;

/// Bits for each identity, as long as there is room: one in so many that are not there seems to be.
const BITS_EACH: u64 = 16;
/// 16 MiB.
const BITS_MAX: u64 = 1 << 27;

/// Ids of rows, by a bit for the hash of each.
#[derive(Clone, Debug, Default)]
pub struct Known {
    bits: Vec<u64>,
}

impl Known {
    /// The ids of the rows of a fact that are to be known.
    pub fn of(
        lake: &Lake,
        target: &Target,
        is_meant: impl Fn(&RowView<'_>) -> bool,
    ) -> Result<Known, LakeError> {
        let entries = lake.manifest.entries(&target.place, Interval::ALL, None)?;
        let rows: u64 = entries.iter().map(|it| it.rows).sum();
        if rows == 0 {
            return Ok(Known::default());
        }
        let bits = rows.saturating_mul(BITS_EACH).clamp(64, BITS_MAX).next_power_of_two();
        let mut known = Known { bits: vec![0; usize::try_from(bits / 64).unwrap_or(1)] };
        for entry in &entries {
            let mut file = FileRows::open(Arc::clone(&lake.blobs), &entry.path, &target.layout)?;
            while let Some(rows) = file.next()? {
                let mut cells = Vec::new();
                for row in 0..rows.len() {
                    if let Some(view) = rows.view(row, &mut cells).filter(|it| is_meant(it)) {
                        known.insert(view.id);
                    }
                }
            }
        }
        Ok(known)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.bits.is_empty()
    }

    /// Whether the id may be there; when not, it is not.
    pub fn may_have(&self, id: &str) -> bool {
        let (word, bit) = self.place(id);
        self.bits.get(word).is_some_and(|it| it & bit != 0)
    }

    fn insert(&mut self, id: &str) {
        let (word, bit) = self.place(id);
        if let Some(it) = self.bits.get_mut(word) {
            *it |= bit;
        }
    }

    fn place(&self, id: &str) -> (usize, u64) {
        let hash = hash_text(id);
        let words = self.bits.len().max(1) as u64;
        (usize::try_from((hash >> 6) % words).unwrap_or_default(), 1 << (hash & 63))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_was_put_in_is_there_and_most_else_is_not() {
        let mut known = Known { bits: vec![0; 256] };
        (0..1_000).for_each(|it| known.insert(&format!("in{it}")));
        assert!((0..1_000).all(|it| known.may_have(&format!("in{it}"))));
        let seeming = (0..1_000).filter(|it| known.may_have(&format!("out{it}"))).count();
        assert!(seeming < 150, "{seeming}");
        assert!(!Known::default().may_have("in1"));
    }
}
