//! Wrong numbers that other systems printed, as cases this engine must get right.
//!
//! `peers` follows section 7 of the survey of peers, `known` section 9 of the survey of reliability, `faults` its faults
//! F8 to F12; each test names where the trap was seen. Not here, because they do not concern a settlement:
//!
//! - peers 9, Zammad's stale "longest update": nothing is stored between settlements that could grow stale.
//! - peers 12, Governify's `eval`: contract text is never executed; the language has neither loops nor recursion, and
//!   `limits.rs` holds the bounds. That a deleted override leaves no trace is tested as a withdrawal.
//! - reliability 5, a lost "up" event: the engine cannot know that an outage ended. It does not guess; whoever observes
//!   declares `coverage`, and that is tested. A state *stale evidence* of a source does not exist yet.
//! - reliability 10, retention shorter than the window: the same; evidence does not say how far back it reaches.
//! - reliability 13 (the job queue itself) and 14 (acknowledged but lost): matters of the store, which does not exist
//!   yet. What of them reaches a settlement, records that come twice, is tested.
//! - F8, records stamped in the future: nothing here reads a clock, so reading evidence cannot refuse them.
//! - F11, the statement sealed before the zone rules changed: the settlement names the version; the restatement is not
//!   written yet.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

mod faults;
mod known;
mod peers;
#[path = "../support/mod.rs"]
mod support;

use settle::Settlement;
use support::Case;

/// A month in UTC.
fn settle(rules: &str, evidence: &str) -> Settlement {
    settle_in("UTC", rules, evidence)
}

fn settle_in(zone: &'static str, rules: &str, evidence: &str) -> Settlement {
    Case { zone, rules: rules.to_owned(), evidence: evidence.to_owned(), ..Case::default() }.settle()
}

/// As it was known at a moment.
fn settle_as_of(rules: &str, evidence: &str, as_of: &str) -> Settlement {
    let inputs = settle::Inputs { as_of: calendar::parse_instant(as_of).ok(), ..settle::Inputs::default() };
    assert!(inputs.as_of.is_some());
    Case { rules: rules.to_owned(), evidence: evidence.to_owned(), inputs, ..Case::default() }.settle()
}

/// One span as a line of evidence; `rest` is empty or begins with a comma.
fn span(fact: &str, from: &str, until: &str, rest: &str) -> String {
    format!("{{\"fact\":\"{fact}\",\"from\":\"{from}\",\"until\":\"{until}\"{rest}}}\n")
}

/// One event as a line of evidence.
fn event(fact: &str, at: &str, rest: &str) -> String {
    format!("{{\"fact\":\"{fact}\",\"at\":\"{at}\"{rest}}}\n")
}
