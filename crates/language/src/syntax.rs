//! From text to a syntax tree: the document, its tokens, its statements, its expressions.

pub mod ast;
pub mod document;
pub mod example;
pub mod expression;
mod hours;
pub mod parser;
mod primary;
pub mod prose;
mod quantifier;
mod slip;
pub mod statement;
mod table;
pub mod token;
