//! Ranges of files that were fetched, kept for the next question: files never change.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use object_store::path::Path;

/// Ranges of files, so many bytes at most; those not asked for the longest go first.
#[derive(Debug)]
pub struct Kept {
    bytes_max: usize,
    state: Mutex<State>,
}

type Key = (Path, u64, u64);

#[derive(Debug, Default)]
struct State {
    /// With the turn it was last asked for in.
    ranges: BTreeMap<Key, (u64, Bytes)>,
    /// By turn.
    turns: BTreeMap<u64, Key>,
    turn: u64,
    bytes: usize,
}

impl Kept {
    /// Keeps nothing yet.
    pub fn new(bytes_max: usize) -> Kept {
        Kept { bytes_max, state: Mutex::default() }
    }

    /// The bytes of a range, when exactly this one was kept.
    pub(super) fn get(&self, path: &Path, range: &Range<u64>) -> Option<Bytes> {
        let key = (path.clone(), range.start, range.end);
        let mut state = self.state();
        let (_, bytes) = state.take(&key)?;
        state.put(key, bytes.clone());
        Some(bytes)
    }

    /// Keeps a range, and lets others go for it.
    pub(super) fn keep(&self, path: &Path, range: &Range<u64>, bytes: &[u8]) {
        if bytes.len() > self.bytes_max {
            return;
        }
        let key = (path.clone(), range.start, range.end);
        let mut state = self.state();
        state.take(&key);
        // A copy of its own: what was fetched with it is not held.
        state.put(key, Bytes::copy_from_slice(bytes));
        while state.bytes > self.bytes_max {
            let Some(oldest) = state.turns.values().next().cloned() else { break };
            state.take(&oldest);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self, key: &Key) -> Option<(u64, Bytes)> {
        let (turn, bytes) = self.ranges.remove(key)?;
        self.turns.remove(&turn);
        self.bytes = self.bytes.saturating_sub(bytes.len());
        Some((turn, bytes))
    }

    fn put(&mut self, key: Key, bytes: Bytes) {
        self.turn = self.turn.saturating_add(1);
        self.bytes = self.bytes.saturating_add(bytes.len());
        self.turns.insert(self.turn, key.clone());
        self.ranges.insert(key, (self.turn, bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_asked_for_the_longest_goes_first_and_no_more_is_kept_than_said() {
        let kept = Kept::new(10);
        let path = Path::from("a");
        for start in [0, 4] {
            kept.keep(&path, &(start..start + 4), &[7; 4]);
        }
        assert_eq!(kept.get(&path, &(0..4)), Some(Bytes::from_static(&[7; 4])));
        kept.keep(&path, &(8..12), &[8; 4]);
        assert_eq!(kept.get(&path, &(4..8)), None);
        assert!(kept.get(&path, &(0..4)).is_some() && kept.get(&path, &(8..12)).is_some());
        kept.keep(&path, &(0..11), &[0; 11]);
        assert_eq!(kept.get(&path, &(0..11)), None);
        assert_eq!(kept.get(&Path::from("b"), &(0..4)), None);
        kept.keep(&path, &(0..4), &[9; 4]);
        assert_eq!(kept.get(&path, &(0..4)), Some(Bytes::from_static(&[9; 4])));
        let state = kept.state();
        assert_eq!((state.bytes, state.ranges.len(), state.turns.len()), (8, 2, 2));
    }
}
