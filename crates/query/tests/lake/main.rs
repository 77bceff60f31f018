//! The files of a lake, asked by question and by statement.

mod command;
mod kernel;
mod memory;
mod sql;
mod support;
