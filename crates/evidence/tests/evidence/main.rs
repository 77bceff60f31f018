//! What holds for evidence as a whole: bad input, laws, answers against an oracle.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of a test fail the test"
)]

mod answers;
mod asked;
mod bad_csv;
mod bad_lines;
mod bad_revisions;
mod canonical_lines;
#[path = "../fixture/mod.rs"]
mod fixture;
mod laws;
mod made;
mod windows;
