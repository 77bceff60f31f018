//! Whatever anybody tries, in whatever order: a claim stays in a state that is named, and pays once, within bounds.

use std::collections::{BTreeMap, BTreeSet};

use desk::claim::{Act, Claim, Due, Event, Terms, step, submit};
use desk::{Actor, Deadline, Effect, Side};
use proptest::prelude::*;
use timeline::Instant;

use super::some::{
    DAY, amount, appeal, award, customer, day, discretionary, fields, filing, money, posted, provider,
    reject, reject_appeal, terms, uphold, why,
};

fn any_due() -> impl Strategy<Value = Due> {
    prop_oneof![
        4 => (0..60i64).prop_map(amount),
        1 => prop::option::of(0..60i64).prop_map(discretionary),
    ]
}

fn any_deadline() -> impl Strategy<Value = Deadline> {
    prop::sample::select(vec![
        Deadline::Adjudication,
        Deadline::Information,
        Deadline::Appeal,
        Deadline::AppealAdjudication,
        Deadline::Consent,
    ])
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        Just(Act::TakeUp),
        Just(Act::RequestInformation { question: why("which?") }),
        prop::sample::select(vec!["", "this one"])
            .prop_map(|text| Act::SupplyInformation { fields: fields(&[("more", text)]) }),
        Just(Act::Accept { reason: why("yes") }),
        (-2..70i64).prop_map(award),
        Just(reject()),
        Just(Act::AcceptAward),
        Just(appeal()),
        (-2..70i64).prop_map(uphold),
        Just(reject_appeal()),
        Just(Act::Withdraw),
        Just(Act::Settle),
        any_deadline().prop_map(|deadline| Act::DeadlinePassed { deadline }),
        any_due().prop_map(|due| Act::Restate { statement: "later".to_owned(), due }),
    ]
}

/// Mostly who may, sometimes anybody.
fn any_event() -> impl Strategy<Value = (i64, Act, Option<Actor>)> {
    let anybody = prop::sample::select(vec![provider(), customer(), Actor::Platform]);
    let days = prop_oneof![8 => 0..4i64, 1 => Just(-1), 2 => 4..12i64];
    (days, any_act(), prop::option::weighted(0.2, anybody))
}

fn any_terms() -> impl Strategy<Value = Terms> {
    let days = || prop::option::weighted(0.8, (0..9u32).prop_map(|days| DAY * days));
    (days(), days(), days()).prop_map(|(adjudicate_within, answer_within, appeal_within)| Terms {
        adjudicate_within,
        answer_within,
        appeal_within,
        ..terms()
    })
}

fn usual(act: &Act) -> Actor {
    match act {
        Act::SupplyInformation { .. } | Act::AcceptAward | Act::Appeal { .. } | Act::Withdraw => customer(),
        Act::DeadlinePassed { .. } | Act::Restate { .. } => Actor::Platform,
        _ => provider(),
    }
}

/// The oracle: flat facts and one long list of what leads where.
#[derive(Debug, Clone)]
struct Flat {
    state: &'static str,
    due: Due,
    now: i64,
    award: i64,
    decide_by: Option<i64>,
    left: Option<i64>,
    answer_by: Option<i64>,
    appeal_by: Option<i64>,
    paid: Vec<i64>,
}

impl Flat {
    fn days(within: Option<std::time::Duration>) -> Option<i64> {
        within.map(|it| i64::try_from(it.as_secs() / 86_400).unwrap())
    }

    fn begin(due: Due, on: i64, terms: &Terms) -> Flat {
        Flat {
            state: "submitted",
            due,
            now: on,
            award: 0,
            decide_by: Self::days(terms.adjudicate_within).map(|it| on + it),
            left: None,
            answer_by: None,
            appeal_by: None,
            paid: Vec::new(),
        }
    }

    fn is_final(&self, on: i64) -> bool {
        let over = ["upheld_on_appeal", "rejected_on_appeal", "withdrawn", "expired", "settled"];
        over.contains(&self.state) || self.state == "rejected" && self.appeal_by.is_none_or(|end| end <= on)
    }

    fn allows(&self, minor: i64) -> bool {
        minor > 0 && self.due.at_most().is_none_or(|most| minor <= most.minor)
    }

    /// A state that waits for nothing unless told below.
    fn go(&self, state: &'static str, on: i64) -> Flat {
        Flat { state, now: on, decide_by: None, left: None, answer_by: None, appeal_by: None, ..self.clone() }
    }

    fn pay(mut self, minor: i64) -> Flat {
        if minor > 0 {
            self.paid.push(minor);
        }
        self
    }

    /// Where an event leads; nothing when it is refused.
    fn after(&self, on: i64, by: &Actor, act: &Act, terms: &Terms) -> Option<Flat> {
        let appeal_by = Self::days(terms.appeal_within).map(|it| on + it);
        let decide_by = Self::days(terms.adjudicate_within).map(|it| on + it);
        let allowed = *by == usual(act) || *act == Act::Settle && *by == Actor::Platform;
        if on < self.now || self.is_final(on) || !allowed {
            return None;
        }
        let open = ["submitted", "under_review"].contains(&self.state);
        let awarded = ["accepted", "part_accepted"].contains(&self.state);
        match act {
            Act::TakeUp if self.state == "submitted" => {
                Some(Flat { decide_by: self.decide_by, ..self.go("under_review", on) })
            }
            Act::RequestInformation { .. } if open => Some(Flat {
                left: self.decide_by.map(|end| (end - on).max(0)),
                answer_by: Self::days(terms.answer_within).map(|it| on + it),
                ..self.go("needs_information", on)
            }),
            Act::SupplyInformation { fields } if self.state == "needs_information" => {
                let in_time = self.answer_by.is_none_or(|end| on < end) && !fields["more"].is_empty();
                let decide_by = self.left.map(|left| on + left);
                in_time.then(|| Flat { decide_by, ..self.go("under_review", on) })
            }
            Act::Accept { .. } if open => match self.due {
                Due::Amount { amount } if amount.minor > 0 => {
                    Some(Flat { award: amount.minor, ..self.go("accepted", on) })
                }
                _ => None,
            },
            Act::Award { amount, .. } if open && self.allows(amount.minor) => {
                let given = Flat { award: amount.minor, ..self.go("accepted", on) };
                Some(match self.due {
                    Due::Amount { amount: due } if due == *amount => given,
                    Due::Amount { .. } => Flat { state: "part_accepted", appeal_by, ..given },
                    Due::Discretionary { .. } => Flat { appeal_by, ..given },
                })
            }
            Act::Reject { .. } if open => Some(Flat { award: 0, appeal_by, ..self.go("rejected", on) }),
            Act::AcceptAward if awarded => Some(self.go("settled", on).pay(self.award)),
            Act::Appeal { .. } if awarded || self.state == "rejected" => {
                let in_time = self.appeal_by.is_some_and(|end| on < end);
                in_time.then(|| Flat { decide_by, ..self.go("appealed", on) })
            }
            Act::UpholdAppeal { amount, .. } if self.state == "appealed" => {
                let more = self.allows(amount.minor) && amount.minor > self.award;
                more.then(|| self.go("upheld_on_appeal", on).pay(amount.minor))
            }
            Act::RejectAppeal { .. } if self.state == "appealed" => {
                Some(self.go("rejected_on_appeal", on).pay(self.award))
            }
            Act::Withdraw => Some(self.go("withdrawn", on)),
            Act::Settle if awarded => {
                let closed = self.appeal_by.is_none_or(|end| end <= on);
                closed.then(|| self.go("settled", on).pay(self.award))
            }
            Act::DeadlinePassed { deadline } => self.passed(on, *deadline),
            Act::Restate { due, .. } if open || self.state == "needs_information" => {
                Some(Flat { due: *due, now: on, ..self.clone() })
            }
            Act::Restate { due, .. } => {
                Some(Flat { due: *due, award: 0, decide_by, ..self.go("under_review", on) })
            }
            _ => None,
        }
    }

    fn passed(&self, on: i64, deadline: Deadline) -> Option<Flat> {
        let over = |end: Option<i64>| end.is_some_and(|end| end <= on);
        let appealed = self.state == "appealed";
        match deadline {
            Deadline::Adjudication if !appealed && over(self.decide_by) => {
                Some(Flat { decide_by: None, now: on, ..self.clone() })
            }
            Deadline::AppealAdjudication if appealed && over(self.decide_by) => {
                Some(Flat { decide_by: None, now: on, ..self.clone() })
            }
            Deadline::Information if over(self.answer_by) => Some(self.go("expired", on)),
            Deadline::Appeal if over(self.appeal_by) => Some(self.go("settled", on).pay(self.award)),
            _ => None,
        }
    }

    fn deadlines(&self) -> BTreeMap<Deadline, Instant> {
        let decide =
            if self.state == "appealed" { Deadline::AppealAdjudication } else { Deadline::Adjudication };
        [
            (decide, self.decide_by),
            (Deadline::Information, self.answer_by),
            (Deadline::Appeal, self.appeal_by),
        ]
        .into_iter()
        .filter_map(|(deadline, on)| Some((deadline, day(on?))))
        .collect()
    }
}

/// What a scheduler knows that does as it is told.
fn obey(scheduled: &mut BTreeMap<Deadline, Instant>, effects: &[Effect], act: &Act) {
    if let Act::DeadlinePassed { deadline } = act {
        scheduled.remove(deadline);
    }
    for effect in effects {
        match effect {
            Effect::Schedule { deadline, at } => drop(scheduled.insert(*deadline, *at)),
            Effect::Cancel { deadline } => drop(scheduled.remove(deadline)),
            _ => {}
        }
    }
}

/// A deadline that is only moved is not cancelled as well, so that the order of effects does not matter.
fn moves_each_once(effects: &[Effect]) -> bool {
    let about = |it: &Effect| match it {
        Effect::Schedule { deadline, .. } | Effect::Cancel { deadline } => Some(*deadline),
        _ => None,
    };
    let all: Vec<_> = effects.iter().filter_map(about).collect();
    all.iter().collect::<BTreeSet<_>>().len() == all.len()
}

fn most(due: Due) -> i64 {
    due.at_most().map_or(i64::MAX, |most| most.minor)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_a_claim_pays_once_and_never_above_due(
        terms in any_terms(),
        due in any_due(),
        story in prop::collection::vec(any_event(), 0..25),
    ) {
        let (mut claim, effects) = submit(filing(due), &customer(), day(12), &terms).unwrap();
        let mut flat = Flat::begin(due, 12, &terms);
        let mut scheduled = BTreeMap::new();
        let mut paid: Vec<i64> = Vec::new();
        obey(&mut scheduled, &effects, &Act::TakeUp);
        let mut on = 12;
        for (days, what, who) in story {
            on += days;
            let by = who.unwrap_or_else(|| usual(&what));
            let stepped = step(&claim, &Event { at: day(on), by: by.clone(), act: what.clone() }, &terms);
            let expected = flat.after(on, &by, &what, &terms);
            prop_assert_eq!(stepped.is_ok(), expected.is_some(), "{} in {:?}: {:?}", what.word(), flat, stepped);
            let (Ok((next, effects)), Some(next_flat)) = (stepped, expected) else { continue };
            prop_assert!(!claim.is_final(day(on)), "nothing leaves a final state");
            let amounts = posted(&effects);
            prop_assert!(amounts.iter().all(|it| *it <= most(next.filing().due)), "never above due");
            prop_assert!(amounts.is_empty() || next.is_final(day(on)), "money moves into a final state only");
            paid.extend(amounts);
            prop_assert!(moves_each_once(&effects), "{effects:?}");
            obey(&mut scheduled, &effects, &what);
            (claim, flat) = (next, next_flat);
            prop_assert_eq!(claim.state().word(), flat.state);
            prop_assert_eq!(claim.deadlines(), &flat.deadlines());
            if claim.state().word() != "rejected" {
                prop_assert_eq!(&scheduled, claim.deadlines(), "a scheduler that obeys knows every deadline");
            }
        }
        prop_assert_eq!(&paid, &flat.paid);
        prop_assert!(paid.len() <= 1, "never twice");
        if let [paid] = paid[..] {
            prop_assert_eq!(claim.award().and_then(|it| it.amount.money()), Some(money(paid)), "what was posted is the award");
        }
        check_sides(&claim);
    }

    #[test]
    fn an_obedient_platform_ends_every_decided_claim(
        minor in 1..60i64,
        given in 1..60i64,
        waits in 0..40i64,
    ) {
        let terms = terms();
        let claim = submit(filing(amount(minor)), &customer(), day(12), &terms).unwrap().0;
        let decided = step(&claim, &Event { at: day(13), by: provider(), act: award(given) }, &terms);
        prop_assert_eq!(decided.is_ok(), given <= minor);
        let Ok((claim, _)) = decided else { return Ok(()) };
        let at = claim.deadlines().get(&Deadline::Appeal).copied().unwrap_or(day(13));
        let late = at.checked_add(waits * 86_400_000_000_000).unwrap();
        let settled = step(&claim, &Event { at: late, by: Actor::Platform, act: Act::Settle }, &terms).unwrap();
        prop_assert_eq!(posted(&settled.1), vec![given]);
    }
}

/// An award names a person of the provider.
fn check_sides(claim: &Claim) {
    if let Some(award) = claim.award() {
        assert_eq!(award.by.side(), Some(Side::Provider));
        assert!(award.amount.minor > 0);
    }
}
