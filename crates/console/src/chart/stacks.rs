//! One column for each part of the time: how many succeeded, failed, and did not count.

use super::strip::scaled;
use super::{Svg, WIDTH, block, drawing};

/// A part of the time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Column {
    /// What a pointer on it says.
    pub(crate) title: String,
    pub(crate) succeeded: u64,
    pub(crate) failed: u64,
    /// Not counted, or counted without a success.
    pub(crate) apart: u64,
}

/// Parts of the time, the earliest first.
#[derive(Debug, Clone)]
pub(crate) struct Stacks {
    pub(crate) title: String,
    pub(crate) columns: Vec<Column>,
}

const HEIGHT: i64 = 120;
/// What is not nothing is seen.
const LEAST: i64 = 2;

impl Stacks {
    /// From below: succeeded, failed, not counted. Where nothing was, there is a thin line and no column.
    pub(crate) fn draw(&self) -> Svg {
        let count = i64::try_from(self.columns.len()).unwrap_or(1).max(1);
        let total = |it: &Column| it.succeeded.saturating_add(it.failed).saturating_add(it.apart);
        let most = self.columns.iter().map(total).max().unwrap_or(1);
        let mut parts = String::new();
        for (it, at) in self.columns.iter().zip(0_i64..) {
            let (x, end) = (at * WIDTH / count, (at + 1) * WIDTH / count);
            let width = (end - x - 4).max(2);
            let mut y = HEIGHT;
            for (class, amount) in [("good", it.succeeded), ("bad", it.failed), ("apart", it.apart)] {
                if amount > 0 {
                    let height = (scaled(amount, most) * (HEIGHT - 6) / WIDTH).max(LEAST);
                    y -= height;
                    parts.push_str(&block(&format!("bit {class}"), (x, y), (width, height), &it.title));
                }
            }
            if y == HEIGHT {
                parts.push_str(&block("bit none", (x, HEIGHT - 1), (width, 1), &it.title));
            }
        }
        drawing("stacks", HEIGHT, &self.title, &parts)
    }
}
