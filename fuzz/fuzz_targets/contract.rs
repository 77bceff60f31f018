//! Any text read as a contract is a contract or problems with places, and laying it out keeps what it says.
#![no_main]

#[path = "../../crates/language/tests/support/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        invariants::check(text);
    }
});
