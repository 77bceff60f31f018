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

pub use diagnostic::Lang;
pub use html::html;
pub use json::json;
pub use level_display::level_display;
pub use text::text;
pub use words::Word;
