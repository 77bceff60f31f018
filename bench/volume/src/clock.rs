//! Time of the wall and time of the processors.

use rustix::time::{ClockId, clock_gettime};

/// What some work took, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Took {
    pub(crate) wall: u64,
    /// Of all threads of the process.
    pub(crate) cpu: u64,
}

impl Took {
    /// The result and what it took.
    pub(crate) fn by<T>(work: impl FnOnce() -> T) -> (T, Took) {
        let before = cpu_nanos();
        let (result, wall) = measured::clock::timed(work);
        (result, Took { wall, cpu: cpu_nanos().saturating_sub(before) })
    }
}

/// So many things in so many nanoseconds: how many a second.
pub(crate) fn per_second(things: u64, nanos: u64) -> u64 {
    let rate = u128::from(things) * 1_000_000_000 / u128::from(nanos.max(1));
    u64::try_from(rate).unwrap_or(u64::MAX)
}

/// Processor time of the whole process so far.
fn cpu_nanos() -> u64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    let nanos = i128::from(now.tv_sec) * 1_000_000_000 + i128::from(now.tv_nsec);
    u64::try_from(nanos).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_costs_processor_time() {
        let (sum, took) = Took::by(|| (0..2_000_000_u64).fold(0, |sum, it| std::hint::black_box(sum ^ it)));
        assert_eq!(sum, 0);
        assert!(took.cpu > 0 && took.wall > 0);
    }

    #[test]
    fn rates_are_cut() {
        assert_eq!(per_second(3, 2_000_000_000), 1);
        assert_eq!(per_second(50_000_000, 500_000_000), 100_000_000);
        assert_eq!(per_second(5, 0), 5_000_000_000);
    }
}
