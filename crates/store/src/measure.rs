//! What the store counts about itself: how many writes wait, how many share a flush, and how long the database takes.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of times, in microseconds.
const TIME_BOUNDS_US: &[u64] = &[
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 2_500_000,
    10_000_000,
];
/// Upper bounds of the writes of one commit.
const GROUP_BOUNDS: &[u64] = &[1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/// Observations counted by size. Whole numbers; counting needs no lock.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [u64],
    /// One more than there are bounds: the last is for everything above.
    counts: Vec<AtomicU64>,
    sum: AtomicU64,
}

impl Histogram {
    /// With buckets up to these bounds, which ascend.
    pub fn new(bounds: &'static [u64]) -> Self {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Self { bounds, counts, sum: AtomicU64::new(0) }
    }

    /// Of times, in microseconds.
    pub fn of_times() -> Self {
        Self::new(TIME_BOUNDS_US)
    }

    /// Counts one.
    pub fn observe(&self, value: u64) {
        let bucket = self.bounds.iter().position(|it| value <= *it).unwrap_or(self.bounds.len());
        if let Some(count) = self.counts.get(bucket) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// Counts a time in microseconds.
    pub fn observe_time(&self, took: Duration) {
        self.observe(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    /// How many lie at each bound or below, the last of them all; beside the bound, `None` for no bound.
    pub fn below(&self) -> Vec<(Option<u64>, u64)> {
        let bounds = self.bounds.iter().copied().map(Some).chain([None]);
        let mut sum = 0;
        bounds
            .zip(&self.counts)
            .map(|(bound, count)| {
                sum += count.load(Ordering::Relaxed);
                (bound, sum)
            })
            .collect()
    }

    /// The sum of all that was observed.
    pub fn sum(&self) -> u64 {
        self.sum.load(Ordering::Relaxed)
    }
}

/// The store's own figures since the process began.
#[derive(Debug)]
pub struct Measures {
    /// Writes that wait for the writing thread.
    pub waiting: AtomicI64,
    /// Writes of one commit.
    pub group_writes: Histogram,
    /// What making a group durable takes.
    pub commit_us: Histogram,
    /// From the first work of a group to its end, the commit included.
    pub group_us: Histogram,
    /// A reading transaction with the work done in it, the wait for a connection included.
    pub read_us: Histogram,
}

impl Default for Measures {
    fn default() -> Self {
        Self {
            waiting: AtomicI64::new(0),
            group_writes: Histogram::new(GROUP_BOUNDS),
            commit_us: Histogram::of_times(),
            group_us: Histogram::of_times(),
            read_us: Histogram::of_times(),
        }
    }
}

impl Measures {
    pub(crate) fn came(&self) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn taken(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_observed_lies_at_its_bound_or_below_and_all_of_it_below_none() {
        let it = Histogram::new(&[1, 10]);
        for value in [0, 1, 2, 10, 11, 1_000] {
            it.observe(value);
        }
        assert_eq!(it.below(), [(Some(1), 2), (Some(10), 4), (None, 6)]);
        assert_eq!(it.sum(), 1_024);
    }
}
