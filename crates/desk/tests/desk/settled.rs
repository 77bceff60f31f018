//! Terms of claims as settlements give them.

use calendar::Zone;
use desk::claim::{self, Window};
use desk::{Of, Worth};
use quantity::{Quantity, Ratio, Unit};
use settle::Absent;
use settle::settlement::{ClaimResult, Outcome, RemedyResult, RemedyStatus};
use timeline::Instant;

use super::some::{amount, cny, day, discretionary};

fn claim_rule(opens: Outcome<Instant>, closes: Option<Outcome<Instant>>) -> ClaimResult {
    ClaimResult {
        remedy: "credit".to_owned(),
        subject: None,
        opens,
        closes,
        automatic: false,
        by: None,
        requires: Vec::new(),
        clause: "4.2".to_owned(),
    }
}

fn remedy(status: RemedyStatus, rounded: Option<Quantity>) -> RemedyResult {
    RemedyResult {
        name: "credit".to_owned(),
        subject: None,
        kind: "voucher".to_owned(),
        status,
        reason: None,
        literal: None,
        amount: rounded.clone(),
        rounded,
        share: None,
        base: None,
        capped: false,
        directly: None,
        without_exclusions: None,
        readings: Vec::new(),
        clause: "4.1".to_owned(),
    }
}

fn yuan(text: &str) -> Option<Quantity> {
    Some(Quantity::money(Ratio::parse_decimal(text).unwrap(), cny()))
}

#[test]
fn a_window_that_is_not_known_is_not_guessed() {
    let unknown = || Absent::provisional("2027 is not published", "2027 年尚未公布");
    let table = [
        (claim_rule(Ok(day(1)), Some(Ok(day(2)))), Ok(Some(day(2)))),
        (claim_rule(Ok(day(1)), None), Ok(None)),
        (claim_rule(Err(unknown()), Some(Ok(day(2)))), Err("D0132")),
        (claim_rule(Ok(day(1)), Some(Err(unknown()))), Err("D0132")),
    ];
    for (claim, expected) in table {
        let window = Window::of(&claim, Zone::utc());
        if let Err(refusal) = &window {
            assert!(refusal.message().en.contains("2027 is not published"));
        }
        assert_eq!(window.map(|it| it.closes).map_err(|it| it.code()), expected);
    }
}

fn in_kind(minor: i64, of: Of) -> claim::Due {
    claim::Due::Amount { amount: Worth::new(minor, of) }
}

#[test]
fn what_is_due_is_the_rounded_amount_of_the_statement() {
    use RemedyStatus::*;
    let table = [
        (Due, yuan("300"), Ok(amount(30_000))),
        (Due, yuan("0.01"), Ok(amount(1))),
        (Choice, yuan("12.5"), Ok(amount(1_250))),
        (Due, yuan("0.005"), Err("D0133")),
        (Due, Some(Quantity::seconds(Ratio::int(172_800))), Ok(in_kind(172_800, Of::Time))),
        (Due, Some(Quantity::seconds(Ratio::new(1, 3).unwrap())), Ok(in_kind(1, Of::Whole))),
        (
            Due,
            Some(Quantity { value: Ratio::int(3), unit: Unit::named("points") }),
            Ok(in_kind(1, Of::Whole)),
        ),
        (Due, None, Err("D0133")),
        (Discretionary, None, Ok(discretionary(None))),
        (NotDue, yuan("0"), Ok(amount(0))),
        (Negative, yuan("0"), Ok(amount(0))),
        (Suppressed, None, Ok(amount(0))),
        (Displaced, yuan("5"), Ok(amount(0))),
        (NotCovered, None, Ok(amount(0))),
        (NoRow, None, Err("D0133")),
        (Ambiguous, None, Err("D0133")),
        (NoData, None, Err("D0133")),
        (NotComputable, None, Err("D0133")),
        (Provisional, None, Err("D0133")),
    ];
    for (status, rounded, expected) in table {
        let due = claim::Due::of(&remedy(status, rounded), cny()).map_err(|it| it.code());
        assert_eq!(due, expected, "{}", status.word());
    }
}
