//! How long a thread that does jobs pauses before it looks for more: a steady time, or the longer the more it has done.

use std::time::Duration;

/// How often work is looked for that is wanted within a second.
const SOON: Duration = Duration::from_millis(100);
/// A thread rests so many times as long as it works: two of them together take a fifth of a core when work never ends.
const RESTS: u32 = 9;
/// The longest rest at once, as long as no more of it is owed than may be: what comes meanwhile waits for its end.
const REST: Duration = Duration::from_millis(400);
/// So much rest may be owed. A single piece of work that took a second is made up for little by little.
const OWED_MAX: Duration = Duration::from_secs(10);
/// The longest rest of all.
const REST_MAX: Duration = Duration::from_secs(10);

/// How long a thread pauses.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    pause: Duration,
    rests: u32,
    /// Rest for what was done already that has not been taken.
    owed: Duration,
}

impl Pace {
    /// Always as long as usual.
    pub(super) fn steady(usual: Duration) -> Self {
        Self { pause: usual, rests: 0, owed: Duration::ZERO }
    }

    /// As long as what was done took, several times; not long where nothing was.
    pub(super) fn resting(usual: Duration) -> Self {
        Self { pause: usual.min(SOON), rests: RESTS, owed: Duration::ZERO }
    }

    /// Where nothing was to be done.
    pub(super) fn idle(&mut self) -> Duration {
        self.rest(self.pause)
    }

    /// After work that took so long.
    pub(super) fn after(&mut self, took: Duration) -> Duration {
        self.owed = self.owed.saturating_add(took.saturating_mul(self.rests));
        let overdue = self.owed.saturating_sub(OWED_MAX);
        self.rest(self.owed.min(REST).max(overdue).min(REST_MAX).max(self.pause))
    }

    fn rest(&mut self, pause: Duration) -> Duration {
        // The rest is forgiven: after a minute of work nobody is kept waiting for nine.
        self.owed = self.owed.saturating_sub(pause).min(OWED_MAX);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn what_is_done_without_end_leaves_nine_tenths_to_others() {
        for took in [20, 50, 300, 1_000].map(Duration::from_millis) {
            let mut pace = Pace::resting(SECOND);
            let rested: Duration = (0..1_000).map(|_| pace.after(took)).sum();
            assert!(rested + OWED_MAX >= took * 9_000, "{took:?}: {rested:?}");
            assert!(rested <= (took * 9_000).max(SOON * 1_000), "{took:?}: {rested:?}");
        }
    }

    #[test]
    fn one_long_piece_of_work_keeps_what_comes_next_waiting_for_no_second() {
        let mut pace = Pace::resting(SECOND);
        let rests = [SECOND, SOON / 10, SOON / 10].map(|it| pace.after(it));
        assert_eq!(rests, [REST; 3]);
        // Also where nothing is done time goes by.
        assert_eq!((0..90).map(|_| pace.idle()).sum::<Duration>(), SOON * 90);
        assert_eq!(pace.after(SOON / 10), SOON);
    }

    #[test]
    fn a_rest_ends_and_a_look_is_never_far() {
        let mut pace = Pace::resting(SECOND);
        assert_eq!(pace.after(60 * SECOND), REST_MAX);
        assert_eq!((0..100).map(|_| pace.idle()).sum::<Duration>(), OWED_MAX);
        assert_eq!((pace.after(Duration::ZERO), pace.idle()), (SOON, SOON));
        assert_eq!(Pace::resting(SOON / 10).idle(), SOON / 10, "no longer than others");
    }

    #[test]
    fn others_pause_as_usual_whatever_they_did() {
        let mut pace = Pace::steady(SECOND);
        assert_eq!((pace.after(60 * SECOND), pace.idle()), (SECOND, SECOND));
    }
}
