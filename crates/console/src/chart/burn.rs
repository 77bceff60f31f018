//! How much of what may fail has failed, beside how much of the cycle is over.

use quantity::{Ratio, Rounding};

use super::{Svg, WIDTH, block, drawing};

/// A budget.
#[derive(Debug, Clone)]
pub(crate) struct Burn {
    pub(crate) title: String,
    /// The part that is used; more than 1 is a breach.
    pub(crate) used: Ratio,
    /// The part that will be used at the end if it goes on so.
    pub(crate) forecast: Option<Ratio>,
    /// The part of the cycle that is over.
    pub(crate) elapsed: Ratio,
}

const HEIGHT: i64 = 20;
/// The budget ends here; what goes beyond it has the rest.
const FULL: i64 = 800;

fn at(share: &Ratio) -> i64 {
    let scaled = share.mul(&Ratio::int(FULL.into())).unwrap_or(Ratio::ZERO);
    let whole = scaled.round_to(&Ratio::ONE, Rounding::Floor).unwrap_or(Ratio::ZERO);
    whole.decimal(0, Rounding::Floor).parse().unwrap_or(WIDTH).clamp(0, WIDTH)
}

impl Burn {
    pub(crate) fn draw(&self) -> Svg {
        let used = at(&self.used);
        let over = used > FULL;
        let mut parts = block("track", (0, 6), (FULL, 8), "");
        if let Some(forecast) = &self.forecast {
            let forecast = at(forecast);
            let class = if forecast > FULL { "forecast bad" } else { "forecast" };
            parts.push_str(&block(class, (0, 8), (forecast, 4), ""));
        }
        if used > 0 {
            parts.push_str(&block(if over { "used bad" } else { "used" }, (0, 6), (used, 8), ""));
        }
        parts.push_str(&block("end", (FULL, 1), (3, 18), ""));
        parts.push_str(&block("elapsed", (at(&self.elapsed), 0), (3, HEIGHT), ""));
        drawing("burn", HEIGHT, &self.title, &parts)
    }
}
