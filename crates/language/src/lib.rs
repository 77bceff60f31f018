//! A contract is a Markdown document with rules: parsing, checking, formatting.
//!
//! Read in this order: [`syntax`] (text → tree), [`contract`] (what a contract means),
//! [`check`] (tree → contract), [`mod@format`] (text → the same text, well laid out).

pub mod check;
pub mod contract;
pub mod format;
pub mod problem;
pub mod syntax;

pub use check::{read, understand, understand_text};
pub use contract::Contract;
