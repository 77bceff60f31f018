//! Vendors' payloads, the annex of the SMS contract, and the laws both keep.
#![expect(clippy::expect_used, reason = "helpers of tests stand outside the test functions")]

mod annex;
mod broken;
mod classified;
mod golden;
mod laws;
mod smpp;
mod some;
mod split;
mod streaming;
mod tables;
