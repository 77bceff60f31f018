//! What holds for evidence: taking it in, seeing it, correcting it; maintenance windows and attestations.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of a test fail the test")]

mod attestations;
mod corrections;
mod formats;
mod intake;
mod maintenance;
mod order;
mod revisions;
#[path = "../support/mod.rs"]
mod support;
mod views;
mod world;
