//! The files of a lake, asked by question and by statement.

#![expect(clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

mod command;
mod damaged;
mod kernel;
mod listed;
mod memory;
mod sql;
mod support;
