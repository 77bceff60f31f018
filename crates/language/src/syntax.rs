//! From text to a syntax tree: the document, its tokens, its statements, its expressions.

pub mod ast;
pub mod document;
pub mod example;
pub mod expression;
pub mod parser;
mod slip;
pub mod statement;
pub mod token;
