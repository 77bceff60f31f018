//! One bar a day: how the last days were.

use super::{Svg, WIDTH, block, drawing};
use crate::tone::Tone;

/// A day and what it was like.
#[derive(Debug, Clone)]
pub(crate) struct Day {
    pub(crate) tone: Tone,
    /// What a pointer on it says: the date and what happened.
    pub(crate) title: String,
}

/// Days, the oldest first.
#[derive(Debug, Clone)]
pub(crate) struct Bars {
    pub(crate) title: String,
    pub(crate) days: Vec<Day>,
}

const HEIGHT: i64 = 40;

impl Bars {
    /// A bad day is a full bar, a troubled one two thirds, a good one a full bar of its own colour, and a day without data a
    /// thin line: they differ in shape, too.
    pub(crate) fn draw(&self) -> Svg {
        let count = i64::try_from(self.days.len()).unwrap_or(1).max(1);
        let bars: String = self
            .days
            .iter()
            .zip(0_i64..)
            .map(|(day, at)| {
                let (x, end) = (at * WIDTH / count, (at + 1) * WIDTH / count);
                let height = match day.tone {
                    Tone::Nothing | Tone::Apart => 6,
                    Tone::Pending | Tone::Open | Tone::Works => 26,
                    Tone::Bad | Tone::Good | Tone::Owing => HEIGHT,
                };
                let width = (end - x - 3).max(2);
                block(&format!("day {}", day.tone.class()), (x, HEIGHT - height), (width, height), &day.title)
            })
            .collect();
        drawing("bars", HEIGHT, &self.title, &bars)
    }
}
