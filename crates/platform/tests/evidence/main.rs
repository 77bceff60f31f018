//! What holds for evidence: taking it in, seeing it, correcting it; maintenance windows and attestations.

#![expect(clippy::panic, clippy::unwrap_used, unreachable_pub, reason = "helpers of a test fail the test")]

mod attestations;
mod corrections;
mod formats;
mod intake;
mod maintenance;
mod order;
mod records;
mod revisions;
#[path = "../support/mod.rs"]
mod support;
mod views;
mod world;
