//! Facts in volume: kept in files, asked by settlements, named in packages; nothing acknowledged is lost and nothing counts twice.

#![expect(clippy::panic, clippy::unwrap_used, unreachable_pub, reason = "helpers of a test fail the test")]

mod faulty;
mod kept;
mod receipts;
mod shared;
#[path = "../support/mod.rs"]
mod support;
mod together;
mod unclassified;
mod world;
