//! How long a thread that does jobs pauses before it looks for more: a steady time, or the longer the more it has just done.

use std::time::Duration;

/// How often work is looked for that is wanted within a second.
const SOON: Duration = Duration::from_millis(100);
/// A thread rests so many times as long as it worked: two of them together take a fifth of a core when work never ends.
const RESTS: u32 = 9;
/// The longest rest.
const REST_MAX: Duration = Duration::from_secs(10);

/// How long a thread pauses.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    pause: Duration,
    rests: u32,
}

impl Pace {
    /// Always as long as usual.
    pub(super) fn steady(usual: Duration) -> Self {
        Self { pause: usual, rests: 0 }
    }

    /// As long as what was done took, several times; not long where nothing was.
    pub(super) fn resting(usual: Duration) -> Self {
        Self { pause: usual.min(SOON), rests: RESTS }
    }

    /// Where nothing was to be done.
    pub(super) fn idle(self) -> Duration {
        self.pause
    }

    /// After work that took so long.
    pub(super) fn after(self, took: Duration) -> Duration {
        took.saturating_mul(self.rests).min(REST_MAX).max(self.pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn what_is_done_without_end_leaves_nine_tenths_to_others() {
        let pace = Pace::resting(SECOND);
        for took in [20, 50, 300, 1_000].map(Duration::from_millis) {
            assert_eq!(pace.after(took), took * 9);
        }
    }

    #[test]
    fn a_rest_ends_and_a_look_is_never_far() {
        let pace = Pace::resting(SECOND);
        assert_eq!(pace.after(60 * SECOND), REST_MAX);
        assert_eq!((pace.after(Duration::ZERO), pace.idle()), (SOON, SOON));
        assert_eq!(Pace::resting(SOON / 10).idle(), SOON / 10, "no longer than others");
    }

    #[test]
    fn others_pause_as_usual_whatever_they_did() {
        let pace = Pace::steady(SECOND);
        assert_eq!((pace.after(60 * SECOND), pace.idle()), (SECOND, SECOND));
    }
}
