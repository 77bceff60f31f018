//! Statements of hand-made settlements: what they say in JSON, in text and as a page.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of a test fail the test")]

mod html;
mod json;
mod sample;
mod text;
