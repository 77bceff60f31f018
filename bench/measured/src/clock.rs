//! Times of repeated runs.

use std::time::Instant;

/// The result and how many nanoseconds it took.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let begun = Instant::now();
    let result = work();
    (result, u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX))
}

/// Whole microseconds, at least one begun counted as one.
pub fn micros(nanos: u64) -> u64 {
    nanos.div_ceil(1_000)
}

/// The times of one contestant, a number a run.
#[derive(Clone, Debug, Default)]
pub struct Times(Vec<u64>);

impl Times {
    /// Takes one more.
    pub fn push(&mut self, time: u64) {
        self.0.push(time);
    }

    /// The middle one; of two middle ones the lesser.
    pub fn median(&self) -> u64 {
        self.at_per_mille(500)
    }

    /// The least time that so many thousandths of the runs did not exceed (nearest rank); 0 without a run.
    pub fn at_per_mille(&self, per_mille: usize) -> u64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * per_mille).div_ceil(1_000).max(1);
        sorted.get(rank - 1).copied().unwrap_or(0)
    }

    /// `least to most`, to show how far runs lay apart.
    pub fn range(&self) -> String {
        format!("{} to {}", self.at_per_mille(0), self.at_per_mille(1_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let mut times = Times::default();
        assert_eq!(times.median(), 0);
        (1..=100).rev().for_each(|time| times.push(time));
        assert_eq!((times.median(), times.at_per_mille(990), times.at_per_mille(1_000)), (50, 99, 100));
        assert_eq!(times.range(), "1 to 100");
        let mut seven = Times::default();
        [9, 1, 5, 3, 7, 2, 8].into_iter().for_each(|time| seven.push(time));
        assert_eq!(seven.median(), 5);
    }

    #[test]
    fn a_begun_microsecond_counts() {
        assert_eq!([0, 1, 1_000, 1_001].map(micros), [0, 1, 1, 2]);
    }
}
