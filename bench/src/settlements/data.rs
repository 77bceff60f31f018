//! The evidence of one subscription in October 2026: a fee, outages, maintenance and tickets.

use std::sync::Arc;

use evidence::{AttributeKind, Datum, FactKind, Record, RecordPlace, Schema};
use quantity::Ratio;
use settle::Inputs;
use timeline::Instant;

use crate::w1::data::outage_ms;
use crate::w1::draw::{draw, within};

/// 2026-10-01T00:00:00-04:00, in seconds.
const OCTOBER_FROM_S: u64 = 1_790_827_200;
/// 31 days; New York keeps daylight saving time throughout.
const OCTOBER_S: u64 = 31 * DAY_S;
const DAY_S: u64 = 86_400;
const HOUR_S: u64 = 3_600;
const PLANS: [&str; 3] = ["basic", "professional", "enterprise"];
/// What is recorded, at least and at most how often.
const FACTS: [(&str, u64, u64); 4] =
    [("fee", 1, 1), ("outage", 0, 6), ("maintenance", 0, 2), ("ticket", 0, 3)];
/// Of so many requests one is never answered.
const REQUESTS_OF_ONE_OPEN: u64 = 20;
/// Of so many optional attributes one is left out.
const ATTRIBUTES_OF_ONE_ABSENT: u64 = 3;

/// What the subscription with this number holds.
pub(super) fn inputs(number: u32) -> Inputs {
    let plan = PLANS[number as usize % PLANS.len()];
    Inputs { plan: Some(plan.to_owned()), ..Inputs::default() }
}

/// All that is recorded of the subscription with this number.
pub(super) fn records(schema: &Schema, number: u32) -> Vec<Record> {
    let mut draws = Draws { number, drawn: 0 };
    let subject: Arc<str> = Arc::from(format!("customer-{number}"));
    let mut records = Vec::new();
    for (name, least, most) in FACTS {
        for nth in 1..=least + draws.below(most - least + 1) {
            let record = draws.record(schema, name).map(|it| Record {
                id: Some(Arc::from(format!("{subject}-{name}-{nth}"))),
                subject: Some(subject.clone()),
                ..it
            });
            records.extend(record);
        }
    }
    records
}

/// The draws of one subscription, one after another.
struct Draws {
    number: u32,
    drawn: u64,
}

impl Draws {
    /// The next draw, from `[0, limit)`.
    fn below(&mut self, limit: u64) -> u64 {
        self.drawn += 1;
        within(draw(self.number.into(), self.drawn), limit)
    }

    fn is_one_of(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    fn word(&mut self, words: &[String]) -> Option<Datum> {
        let at = usize::try_from(self.below(words.len() as u64)).ok()?;
        words.get(at).map(|word| Datum::Text(Arc::from(word.as_str())))
    }

    /// A record that begins in the month; `None` when the contract does not know the fact.
    fn record(&mut self, schema: &Schema, name: &str) -> Option<Record> {
        let (fact, declared) = schema.fact(name)?;
        let from_s = OCTOBER_FROM_S + self.below(OCTOBER_S);
        let until = match declared.kind {
            FactKind::Event => at_second(from_s)?,
            FactKind::Request if self.is_one_of(REQUESTS_OF_ONE_OPEN) => Instant::MAX,
            FactKind::Request => at_second(from_s + 60 + self.below(10 * HOUR_S))?,
            FactKind::Span if name == "maintenance" => {
                at_second(from_s + HOUR_S / 2 + self.below(4 * HOUR_S))?
            }
            FactKind::Span => at_second(from_s + outage_ms(self.below(100), self.below(u64::MAX)) / 1_000)?,
        };
        let mut attributes = Vec::with_capacity(declared.attributes.len());
        for it in &declared.attributes {
            let is_absent = it.optional && self.is_one_of(ATTRIBUTES_OF_ONE_ABSENT);
            attributes.push(if is_absent { None } else { self.datum(&it.kind, from_s) });
        }
        Some(Record {
            fact,
            id: None,
            subject: None,
            from: at_second(from_s)?,
            until,
            attributes,
            source: None,
            recorded_at: None,
            supersedes: None,
            reason: None,
            place: RecordPlace::default(),
            withdrawn: false,
        })
    }

    /// Something an attribute may say of what began at `from_s`; `None` for kinds these facts do not have.
    fn datum(&mut self, kind: &AttributeKind, from_s: u64) -> Option<Datum> {
        match kind {
            AttributeKind::OneOf(words) | AttributeKind::Cause(words) => self.word(words),
            AttributeKind::Money => {
                let cents = 10_000 + self.below(90_000);
                Ratio::new(cents.into(), 100).ok().map(Datum::Money)
            }
            AttributeKind::Instant => at_second(from_s - self.below(5 * DAY_S)).map(Datum::Instant),
            _ => None,
        }
    }
}

fn at_second(seconds: u64) -> Option<Instant> {
    Instant::from_seconds(i64::try_from(seconds).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(number: u32) -> Vec<Record> {
        records(&crate::settlements::contract().unwrap().schema, number)
    }

    #[test]
    fn each_subscription_has_its_own_evidence_always_the_same() {
        assert_eq!(of(7), of(7));
        assert_ne!(of(7), of(8));
    }

    #[test]
    fn there_are_as_many_records_as_may_be() {
        let schema = crate::settlements::contract().unwrap().schema;
        let all: Vec<Vec<Record>> = (0..500).map(|number| records(&schema, number)).collect();
        for (name, least, most) in FACTS {
            let (fact, declared) = schema.fact(name).unwrap();
            let counts = all.iter().map(|it| it.iter().filter(|it| it.fact == fact).count() as u64);
            let counts: std::collections::BTreeSet<u64> = counts.collect();
            assert!(counts.into_iter().eq(least..=most), "{name}");
            let of_fact = || all.iter().flatten().filter(|it| it.fact == fact);
            assert!(of_fact().all(|it| it.until > it.from || declared.kind == FactKind::Event));
            let missing = |it: &Record| {
                declared
                    .attributes
                    .iter()
                    .zip(&it.attributes)
                    .any(|(declared, it)| !declared.optional && it.is_none())
            };
            assert!(!of_fact().any(missing), "{name}");
        }
    }
}
