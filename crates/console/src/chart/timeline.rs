//! What happened when: a lane for each source or cause, pieces of time on it, and now.

use ::timeline::{Instant, Interval};

use super::{Svg, block, drawing, place};
use crate::tone::Tone;

/// A stretch of time on a lane.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) span: Interval,
    pub(crate) tone: Tone,
    pub(crate) title: String,
}

/// One lane. Its name stands beside the drawing.
#[derive(Debug, Clone)]
pub(crate) struct Lane {
    pub(crate) pieces: Vec<Piece>,
}

/// Lanes over the same stretch of time.
#[derive(Debug, Clone)]
pub(crate) struct Timeline {
    pub(crate) title: String,
    pub(crate) within: Interval,
    pub(crate) lanes: Vec<Lane>,
    /// Instants with a line through all lanes: beginnings of days or weeks.
    pub(crate) ticks: Vec<Instant>,
    pub(crate) now: Option<Instant>,
}

const LANE: i64 = 28;

impl Timeline {
    pub(crate) fn draw(&self) -> Svg {
        let height = LANE * i64::try_from(self.lanes.len()).unwrap_or(1).max(1);
        let line = |class: &str, at: &Instant| block(class, (place(*at, self.within), 0), (1, height), "");
        let mut parts: String = self.ticks.iter().map(|it| line("tick", it)).collect();
        for (lane, at) in self.lanes.iter().zip(0_i64..) {
            parts.push_str(&block("lane", (0, at * LANE + 4), (super::WIDTH, LANE - 8), ""));
            for piece in &lane.pieces {
                let (from, until) =
                    (place(piece.span.from(), self.within), place(piece.span.until(), self.within));
                let class = format!("piece {}", piece.tone.class());
                // A short outage is still seen.
                parts.push_str(&block(
                    &class,
                    (from, at * LANE + 4),
                    ((until - from).max(2), LANE - 8),
                    &piece.title,
                ));
            }
        }
        if let Some(now) = &self.now {
            parts.push_str(&line("now", now));
        }
        drawing("timeline", height, &self.title, &parts)
    }
}
