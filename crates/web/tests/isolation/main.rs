//! Tenants' isolation over HTTP: every route of the table, by everybody, with another's names wherever a name can stand.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "helpers of tests stand outside the test functions")]

#[path = "../support/mod.rs"]
mod support;

mod attack;
mod controls;
mod keys;
mod plant;
mod rights;
mod sample;

use std::time::Instant;

use attack::{Report, attack};
use plant::{plant, unknown};
use support::House;

fn show(report: &Report) -> String {
    let first = |it: &[String]| it.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    format!(
        "{} leaks:\n{}\n{} faults:\n{}",
        report.leaks.len(),
        first(&report.leaks),
        report.faults.len(),
        first(&report.faults)
    )
}

#[test]
fn nobody_sees_or_can_tell_anything_of_another_tenant() {
    let mut house = House::new();
    plant(&mut house);
    assert!(unknown(&house).is_empty(), "no name of A's is known for {:?}", unknown(&house));
    let began = Instant::now();
    let report = attack(&house);
    println!(
        "{} attempts, {} leaks, {} faults in {} ms",
        report.attempts,
        report.leaks.len(),
        report.faults.len(),
        began.elapsed().as_millis()
    );
    assert!(report.leaks.is_empty() && report.faults.is_empty(), "{}", show(&report));
    assert!(house.lines.all().len() >= report.attempts, "each request is in the log");
    assert!(report.attempts >= 20_000, "{} attempts", report.attempts);
}
