//! One bar of several pieces: a part of a whole beside its figure, or a step of a way down.

use super::{Svg, WIDTH, block, drawing};

/// A piece, from one amount to a greater one.
#[derive(Debug, Clone)]
pub(crate) struct Bit {
    pub(crate) class: &'static str,
    pub(crate) from: u64,
    pub(crate) length: u64,
}

/// Pieces on the scale of a whole.
#[derive(Debug, Clone)]
pub(crate) struct Strip {
    pub(crate) title: String,
    pub(crate) whole: u64,
    pub(crate) bits: Vec<Bit>,
}

const HEIGHT: i64 = 10;
/// What is not nothing is seen.
const LEAST: i64 = 3;

impl Strip {
    /// The track shows the whole, so that a bar of nothing is not taken for no bar.
    pub(crate) fn draw(&self) -> Svg {
        let mut parts = block("track", (0, 0), (WIDTH, HEIGHT), "");
        for it in self.bits.iter().filter(|it| it.length > 0) {
            let (x, end) =
                (scaled(it.from, self.whole), scaled(it.from.saturating_add(it.length), self.whole));
            let width = (end - x).max(LEAST);
            parts.push_str(&block(
                &format!("bit {}", it.class),
                (x.min(WIDTH - width), 0),
                (width, HEIGHT),
                "",
            ));
        }
        drawing("portion", HEIGHT, &self.title, &parts)
    }
}

/// In thousandths of a whole.
pub(super) fn scaled(amount: u64, whole: u64) -> i64 {
    let part = u128::from(amount.min(whole)) * u128::from(WIDTH.unsigned_abs()) / u128::from(whole.max(1));
    i64::try_from(part).unwrap_or(WIDTH)
}
