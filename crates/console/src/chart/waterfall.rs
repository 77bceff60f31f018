//! From a whole to what is left of it: gross downtime, what is taken out and why, counted downtime.

use super::{Svg, WIDTH, block, drawing};

/// A step.
#[derive(Debug, Clone)]
pub(crate) struct Fall {
    /// What stands beside it.
    pub(crate) title: String,
    /// How much, in one unit for all steps.
    pub(crate) amount: i64,
    /// Taken off what stands before; the first and the last are not.
    pub(crate) taken: bool,
}

/// Steps from the whole to the rest.
#[derive(Debug, Clone)]
pub(crate) struct Waterfall {
    pub(crate) title: String,
    pub(crate) steps: Vec<Fall>,
}

const STEP: i64 = 28;

impl Waterfall {
    /// Each step a row; its label stands beside the drawing, in the same order.
    pub(crate) fn draw(&self) -> Svg {
        let whole = self.steps.iter().map(|it| it.amount).max().unwrap_or(1).max(1);
        let scaled = |amount: i64| amount.saturating_mul(WIDTH) / whole;
        let mut left = self.steps.first().map_or(0, |it| it.amount);
        let mut parts = String::new();
        for (step, at) in self.steps.iter().zip(0_i64..) {
            let y = at * STEP + 5;
            let x = if step.taken {
                left = left.saturating_sub(step.amount).max(0);
                scaled(left)
            } else {
                0
            };
            let class = if step.taken { "fall taken" } else { "fall" };
            parts.push_str(&block(class, (x, y), (scaled(step.amount), STEP - 10), &step.title));
        }
        let height = STEP * i64::try_from(self.steps.len()).unwrap_or(1).max(1);
        drawing("waterfall", height, &self.title, &parts)
    }
}
