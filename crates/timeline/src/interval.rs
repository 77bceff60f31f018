//! One non-empty half-open interval of time.

use crate::Instant;

/// All instants from `from` on and before `until`; never empty. Ordered by `from`, then `until`.
///
/// ```
/// use timeline::{Instant, Interval};
/// let at = Instant::from_nanos;
/// let outage = Interval::new(at(10), at(20)).unwrap();
/// assert!(outage.contains(at(10)) && !outage.contains(at(20)));
/// assert_eq!(outage.nanos(), 10);
/// assert_eq!(Interval::new(at(20), at(20)), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    from: Instant,
    until: Instant,
}

impl Interval {
    /// All of time.
    pub const ALL: Interval = Interval { from: Instant::MIN, until: Instant::MAX };

    /// The interval `[from, until)`; `None` when it would be empty.
    pub fn new(from: Instant, until: Instant) -> Option<Interval> {
        (from < until).then_some(Interval { from, until })
    }

    /// The first instant inside; [`Instant::MIN`] when there is no beginning.
    pub const fn from(&self) -> Instant {
        self.from
    }

    /// The first instant after; [`Instant::MAX`] when there is no end.
    pub const fn until(&self) -> Instant {
        self.until
    }

    /// Length in nanoseconds. An unbounded end is counted as the last instant there is: ask
    /// [`is_bounded`](Self::is_bounded) before trusting the number as a length.
    pub fn nanos(&self) -> i128 {
        i128::from(self.width())
    }

    /// Whether both ends are points in time.
    pub const fn is_bounded(&self) -> bool {
        self.from.is_bounded() && self.until.is_bounded()
    }

    /// Whether the instant lies inside.
    pub fn contains(&self, instant: Instant) -> bool {
        self.from <= instant && instant < self.until
    }

    /// Whether every instant of `other` lies inside.
    pub fn covers(&self, other: &Interval) -> bool {
        self.from <= other.from && other.until <= self.until
    }

    /// The instants in both; `None` when there are none.
    pub fn intersect(&self, other: &Interval) -> Option<Interval> {
        Interval::new(self.from.max(other.from), self.until.min(other.until))
    }

    /// Whether the two share an instant.
    pub fn overlaps(&self, other: &Interval) -> bool {
        self.from < other.until && other.from < self.until
    }

    /// Whether the two share an instant or an edge, so that together they are one interval.
    pub fn touches(&self, other: &Interval) -> bool {
        self.from <= other.until && other.from <= self.until
    }

    /// The smallest interval that covers both.
    pub fn hull(&self, other: &Interval) -> Interval {
        Interval { from: self.from.min(other.from), until: self.until.max(other.until) }
    }

    /// Length as the unsigned difference of the ends, which always fits.
    pub(crate) fn width(&self) -> u64 {
        self.until.nanos().abs_diff(self.from.nanos())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(from: i64, until: i64) -> Interval {
        Interval::new(Instant::from_nanos(from), Instant::from_nanos(until)).unwrap()
    }

    #[test]
    fn an_empty_or_backward_interval_does_not_exist() {
        assert_eq!(Interval::new(Instant::EPOCH, Instant::EPOCH), None);
        assert_eq!(Interval::new(Instant::from_nanos(1), Instant::EPOCH), None);
        assert_eq!(Interval::new(Instant::MAX, Instant::MAX), None);
    }

    #[test]
    fn edges_are_half_open() {
        let (left, right) = (interval(0, 5), interval(5, 9));
        assert!(!left.overlaps(&right) && left.touches(&right) && right.touches(&left));
        assert_eq!(left.intersect(&right), None);
        assert_eq!(left.hull(&right), interval(0, 9));
        assert!(!interval(0, 4).touches(&right));
        assert_eq!(interval(0, 6).intersect(&right), Some(interval(5, 6)));
    }

    #[test]
    fn the_longest_length_does_not_overflow() {
        assert_eq!(Interval::ALL.nanos(), i128::from(u64::MAX));
        assert!(!Interval::ALL.is_bounded() && interval(0, 1).is_bounded());
        assert!(Interval::ALL.covers(&interval(0, 1)) && !interval(0, 1).covers(&Interval::ALL));
    }
}
