//! Timelines and series against slow oracles, the laws of their algebra, and the edge cases by name.
#![expect(clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

mod bitmap;
mod edges;
mod laws;
mod oracle;
mod series;
