//! Values the tests share.

use std::collections::BTreeMap;
use std::time::Duration;

use calendar::Zone;
use desk::claim::{Act, Claim, Counts, Due, Event, Filing, Step, Terms, Window, step, submit};
use desk::{Actor, CreditKind, Effect, Reason, Side};
use ledger::Money;
use quantity::Currency;
use timeline::Instant;

pub(crate) const DAY: Duration = Duration::from_hours(24);

pub(crate) fn cny() -> Currency {
    Currency::parse("CNY").unwrap()
}

pub(crate) fn money(minor: i64) -> Money {
    Money::new(minor, cny())
}

pub(crate) fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::parse("USD").unwrap())
}

pub(crate) fn day(day: i64) -> Instant {
    Instant::from_seconds(day * 86_400).unwrap()
}

pub(crate) fn why(text: &str) -> Reason {
    Reason::new(text).unwrap()
}

pub(crate) fn provider() -> Actor {
    Actor::person(Side::Provider, "finance")
}

pub(crate) fn customer() -> Actor {
    Actor::person(Side::Customer, "buyer")
}

pub(crate) fn fields(given: &[(&str, &str)]) -> BTreeMap<String, String> {
    given.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// Claims from day 10 until day 40; decided within 7 days, answered within 5, appealed within 10.
pub(crate) fn terms() -> Terms {
    Terms {
        window: Window { opens: day(10), closes: Some(day(40)), zone: Zone::named("Asia/Shanghai").unwrap() },
        counts: Counts::Receipt,
        requires: vec!["dates and times".to_owned()],
        automatic: false,
        kind: CreditKind::Voucher,
        adjudicate_within: Some(DAY * 7),
        answer_within: Some(DAY * 5),
        appeal_within: Some(DAY * 10),
        clause: "4.2 Claims".to_owned(),
    }
}

pub(crate) fn amount(minor: i64) -> Due {
    Due::Amount { amount: money(minor).into() }
}

pub(crate) fn discretionary(at_most: Option<i64>) -> Due {
    Due::Discretionary { currency: cny(), at_most: at_most.map(money) }
}

pub(crate) fn filing(due: Due) -> Filing {
    Filing {
        id: "claim 7".to_owned(),
        subscription: "acme".to_owned(),
        cycle: "2026-10".to_owned(),
        remedy: "credit".to_owned(),
        subject: None,
        statement: "ab".repeat(32),
        ours: Side::Provider,
        due,
        fields: fields(&[("dates and times", "3 October, 10:00 to 11:00")]),
        sent_at: None,
    }
}

/// A claim submitted on day 12 with that much due.
pub(crate) fn submitted(due: Due, terms: &Terms) -> Claim {
    submit(filing(due), &customer(), day(12), terms).unwrap().0
}

pub(crate) fn act(claim: &Claim, on: i64, by: Actor, act: Act, terms: &Terms) -> Step {
    step(claim, &Event { at: day(on), by, act }, terms)
}

pub(crate) fn accept() -> Act {
    Act::Accept { reason: why("as the statement says") }
}

pub(crate) fn award(minor: i64) -> Act {
    Act::Award { amount: money(minor).into(), reason: why("a part of it") }
}

pub(crate) fn reject() -> Act {
    Act::Reject { reason: why("planned work, announced") }
}

pub(crate) fn appeal() -> Act {
    Act::Appeal { grounds: why("the announcement came late") }
}

pub(crate) fn uphold(minor: i64) -> Act {
    Act::UpholdAppeal { amount: money(minor).into(), reason: why("it did") }
}

pub(crate) fn reject_appeal() -> Act {
    Act::RejectAppeal { reason: why("it did not") }
}

/// What effects post, in minor units.
pub(crate) fn posted(effects: &[Effect]) -> Vec<i64> {
    let amount = |it: &Effect| match it {
        Effect::PostCredit { amount, .. } => Some(amount.minor),
        _ => None,
    };
    effects.iter().filter_map(amount).collect()
}

/// Follows acts that must all be taken; gives the claim and everything posted.
pub(crate) fn follow(due: Due, terms: &Terms, story: &[(i64, Actor, Act)]) -> (Claim, Vec<i64>) {
    let mut claim = submitted(due, terms);
    let mut paid = Vec::new();
    for (on, by, what) in story {
        let (next, effects) = act(&claim, *on, by.clone(), what.clone(), terms)
            .unwrap_or_else(|refusal| panic!("{} on {on}: {refusal}", what.word()));
        paid.extend(posted(&effects));
        claim = next;
    }
    (claim, paid)
}

/// The code an act is refused with after acts that are taken.
pub(crate) fn refused(
    due: Due,
    terms: &Terms,
    story: &[(i64, Actor, Act)],
    last: (i64, Actor, Act),
) -> &'static str {
    let (claim, _) = follow(due, terms, story);
    act(&claim, last.0, last.1, last.2, terms).unwrap_err().code()
}
