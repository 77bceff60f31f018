//! The machines by their rules, and claims against a flat oracle under whatever anybody tries.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

mod claims;
mod decisions;
mod laws;
mod refusals;
mod revisions;
mod settled;
mod some;
mod stored;
mod subscriptions;
