//! Any bytes read as CSV are records or problems with a place, never a panic.
#![no_main]

#[path = "../../crates/evidence/tests/fixture/mod.rs"]
mod fixture;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    fixture::check("fuzz.csv", bytes);
});
