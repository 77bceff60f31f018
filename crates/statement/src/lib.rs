//! What a settlement looks like: JSON, text and HTML, in Chinese and English.
//!
//! Nothing is decided here: every form says what the [`settle::Settlement`] says, with the same numbers in the
//! same digits. [`level_display`] is the one place where digits are left out, and it never moves a level across
//! its target.

mod arithmetic;
mod bilingual;
mod calculation;
mod claim_window;
mod figure;
mod html;
mod json;
mod level_display;
mod reading_table;
mod summary;
mod text;
mod time;
mod words;
mod worked;

/// The contract cut into its clauses, for pages that set something beside each.
pub mod contract {
    pub use crate::html::{Clause, Part, Prose, clauses, is_heading_of};
}

/// Figures, times and summaries in the reader's words, for pages that show a settlement beside other things.
pub mod display {
    pub use crate::bilingual::{half, half_of_pair};
    pub use crate::claim_window::{claim_window, reason};
    pub use crate::figure::{LevelFigure, excluded, level_of, promises_on, quantity, share, target};
    pub use crate::summary::{Headline, counts, discretionary, headline, owed, sums_owed};
    pub use crate::time::{day, moment};
}

pub use diagnostic::Lang;
pub use html::{STYLE, embedded, html, shapes};
pub use json::json;
pub use level_display::level_display;
pub use text::text;
pub use words::Word;
