//! A level over the past cycles, one mark for each beside the target.

use super::{Svg, WIDTH, block, drawing};
use crate::tone::Tone;

/// Cycles, the oldest first.
#[derive(Debug, Clone)]
pub(crate) struct Spark {
    pub(crate) title: String,
    pub(crate) marks: Vec<(Tone, String)>,
}

const HEIGHT: i64 = 24;

impl Spark {
    /// A mark for each cycle: above the line when the promise was kept, below when it was broken.
    pub(crate) fn draw(&self) -> Svg {
        let count = i64::try_from(self.marks.len()).unwrap_or(1).max(6);
        let mut parts = block("line", (0, 11), (WIDTH, 2), "");
        for ((tone, title), at) in self.marks.iter().zip(0_i64..) {
            let (x, end) = (at * WIDTH / count, (at + 1) * WIDTH / count);
            let (y, height) = match tone {
                Tone::Good => (2, 9),
                Tone::Bad => (13, 9),
                Tone::Nothing | Tone::Apart | Tone::Works => (10, 4),
                Tone::Pending | Tone::Open | Tone::Owing => (7, 10),
            };
            parts.push_str(&block(
                &format!("day {}", tone.class()),
                (x + 4, y),
                (end - x - 8, height),
                title,
            ));
        }
        drawing("spark", HEIGHT, &self.title, &parts)
    }
}
