//! The rules of the books, by name, and their laws against an oracle that moves one minor unit at a time.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

mod caps;
mod cells;
mod laws;
mod purse;
mod rules;
mod some;
