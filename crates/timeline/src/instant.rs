//! One point in time: whole nanoseconds since the Unix epoch, or one of the two unbounded ends.

const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// Nanoseconds since 1970-01-01T00:00:00Z, from the year 1677 to 2262.
///
/// [`Instant::MIN`] and [`Instant::MAX`] are not points in time: as the end of an interval they say that it has
/// no beginning or no end.
///
/// ```
/// use timeline::Instant;
/// let noon = Instant::from_seconds(43_200).unwrap();
/// assert_eq!(noon.nanos(), 43_200_000_000_000);
/// assert_eq!(noon.checked_add(1), Some(Instant::from_nanos(43_200_000_000_001)));
/// assert_eq!(Instant::MAX.checked_sub(1), Some(Instant::MAX));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// The unbounded past.
    pub const MIN: Instant = Instant(i64::MIN);
    /// The unbounded future.
    pub const MAX: Instant = Instant(i64::MAX);
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Instant = Instant(0);

    /// The instant so many nanoseconds after the epoch; `i64::MIN` and `i64::MAX` give the unbounded ends.
    pub const fn from_nanos(nanos: i64) -> Instant {
        Instant(nanos)
    }

    /// The instant so many seconds after the epoch; `None` outside the years 1677 to 2262.
    pub const fn from_seconds(seconds: i64) -> Option<Instant> {
        match seconds.checked_mul(NANOS_PER_SECOND) {
            Some(nanos) => Some(Instant(nanos)),
            None => None,
        }
    }

    /// Nanoseconds since the epoch.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Whether this is a point in time and not one of the unbounded ends.
    pub const fn is_bounded(self) -> bool {
        self.0 != i64::MIN && self.0 != i64::MAX
    }

    /// The instant `nanos` later. An unbounded end stays where it is; `None` when a point in time would leave
    /// the range.
    pub fn checked_add(self, nanos: i64) -> Option<Instant> {
        self.moved(self.0.checked_add(nanos))
    }

    /// The instant `nanos` earlier. An unbounded end stays where it is; `None` when a point in time would leave
    /// the range.
    pub fn checked_sub(self, nanos: i64) -> Option<Instant> {
        self.moved(self.0.checked_sub(nanos))
    }

    /// Nanoseconds from `earlier` to here, negative when it is later. Both must be points in time for the number
    /// to mean a length.
    pub fn nanos_since(self, earlier: Instant) -> i128 {
        i128::from(self.0) - i128::from(earlier.0)
    }

    /// A point in time must not become an unbounded end by arithmetic.
    fn moved(self, nanos: Option<i64>) -> Option<Instant> {
        if self.is_bounded() { nanos.map(Instant).filter(|instant| instant.is_bounded()) } else { Some(self) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unbounded_ends_do_not_move() {
        for end in [Instant::MIN, Instant::MAX] {
            assert_eq!(end.checked_add(i64::MAX), Some(end));
            assert_eq!(end.checked_sub(i64::MAX), Some(end));
            assert!(!end.is_bounded());
        }
    }

    #[test]
    fn a_point_in_time_never_becomes_an_unbounded_end() {
        assert_eq!(Instant(i64::MAX - 1).checked_add(1), None);
        assert_eq!(Instant(i64::MIN + 1).checked_sub(1), None);
        assert_eq!(Instant(i64::MAX - 1).checked_add(2), None);
        assert_eq!(Instant(-5).checked_sub(-7), Some(Instant(2)));
        assert_eq!(Instant(0).checked_sub(i64::MIN), None);
    }

    #[test]
    fn seconds_out_of_range_are_refused() {
        assert_eq!(Instant::from_seconds(1), Some(Instant(1_000_000_000)));
        assert_eq!(Instant::from_seconds(9_223_372_036), Some(Instant(9_223_372_036_000_000_000)));
        assert_eq!(Instant::from_seconds(9_223_372_037), None);
        assert_eq!(Instant::from_seconds(i64::MIN), None);
    }

    #[test]
    fn distance_has_a_sign_and_never_overflows() {
        assert_eq!(Instant(3).nanos_since(Instant(10)), -7);
        assert_eq!(Instant::MAX.nanos_since(Instant::MIN), i128::from(u64::MAX));
    }
}
