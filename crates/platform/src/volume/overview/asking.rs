//! The questions of an overview: each asked of all records, of those that count, and of those that succeed.

use std::collections::BTreeMap;

use ::evidence::{
    Attribute, AttributeKind, Datum, FactSchema, Facts, FactsError, Field, Group, Measure, Predicate,
    Question,
};
use calendar::Zone;
use language::Contract;
use language::contract::Span;
use quantity::Ratio;
use settle::counted::{CountedBy, Kept, Why};
use store::Fault;
use timeline::{Instant, Interval, Timeline};

use super::tally::{Counts, share};
use super::view::{self, Breakdown, BreakdownKind, ExcludedBy, Others, Step, Tally};
use crate::refusal::Failure;
use crate::volume::unreachable;

const SECOND_NANOS: i64 = 1_000_000_000;
const HOUR_NANOS: i64 = 3_600 * SECOND_NANOS;
/// Most groups of a breakdown that are listed.
const GROUPS_MAX: usize = 100;

/// A fact of a cycle, and the rule it is counted by.
pub(super) struct Questions<'a> {
    facts: &'a dyn Facts,
    fact: usize,
    schema: &'a FactSchema,
    window: Interval,
    zone: &'a Zone,
    rule: Option<&'a CountedBy>,
}

/// Which slice, and what is said.
type Key = (Option<u64>, Vec<Option<Datum>>);

impl<'a> Questions<'a> {
    pub(super) fn new(
        facts: &'a dyn Facts,
        (fact, schema): (usize, &'a FactSchema),
        (window, zone): (Interval, &'a Zone),
        rule: Option<&'a CountedBy>,
    ) -> Self {
        Self { facts, fact, schema, window, zone, rule }
    }

    /// The attribute that decides whether a record succeeds, or the first one of a few words.
    pub(super) fn outcome(&self) -> Option<&'a Attribute> {
        self.outcome_at().and_then(|it| self.schema.attributes.get(it))
    }

    fn outcome_at(&self) -> Option<usize> {
        let is_word = |at: &usize| {
            self.schema.attributes.get(*at).is_some_and(|it| matches!(it.kind, AttributeKind::OneOf(_)))
        };
        let success = self.rule.and_then(|it| it.success.as_ref());
        let decides = success.and_then(|it| attributes(&it.keeps).into_iter().find(is_word));
        decides.or_else(|| (0..self.schema.attributes.len()).find(is_word))
    }

    /// All records of the cycle.
    pub(super) fn whole(&self) -> Result<Tally, Failure> {
        let counts = self.counts(self.question(), |_| ())?;
        Ok(counts.get(&()).cloned().unwrap_or_else(|| self.nothing()).view())
    }

    /// From all records down to those that the rule counts.
    pub(super) fn steps(&self, contract: &Contract) -> Result<Vec<Step>, Failure> {
        let Some(rule) = self.rule else { return Ok(Vec::new()) };
        let mut kept = Vec::new();
        let mut before = self.count(&kept)?;
        let mut steps = Vec::new();
        for it in &rule.steps {
            kept.push(it.keeps.clone());
            let left = self.count(&kept)?;
            steps.push(step(it, contract, (before.saturating_sub(left), left)));
            before = left;
        }
        Ok(steps)
    }

    /// By subject, then by each attribute of few words.
    pub(super) fn breakdowns(&self) -> Result<Vec<Breakdown>, Failure> {
        let mut all = vec![self.breakdown("subject", BreakdownKind::Subject, (Field::Subject, &[]))?];
        for (at, it) in self.schema.attributes.iter().enumerate() {
            let truths = ["false".to_owned(), "true".to_owned()];
            let (kind, words): (_, &[String]) = match &it.kind {
                AttributeKind::OneOf(words) => (BreakdownKind::OneOf, words),
                AttributeKind::Cause(words) => (BreakdownKind::Cause, words),
                AttributeKind::Truth => (BreakdownKind::Truth, &truths),
                _ => continue,
            };
            all.push(self.breakdown(&it.name, kind, (Field::Attribute(at), words))?);
        }
        Ok(all)
    }

    /// Every hour in which there is a record, by the hours of the zone's clocks.
    pub(super) fn slices(&self) -> Result<Vec<(Instant, Counts)>, Failure> {
        let from = self.window.from();
        let local = from
            .nanos()
            .saturating_add(i64::from(self.zone.offset_seconds(from)).saturating_mul(SECOND_NANOS));
        let origin = Instant::from_nanos(from.nanos().saturating_sub(local.rem_euclid(HOUR_NANOS)));
        let within = Interval::new(origin, self.window.until()).unwrap_or(self.window);
        let mut question = Question { slice_nanos: Some(HOUR_NANOS), ..Question::about(self.fact, within) };
        if origin != from {
            question.filter = Predicate::Inside(Timeline::of(self.window));
        }
        let counts = self.counts(question, |key| key.0.unwrap_or_default())?;
        let begins = |slice: u64| {
            let nanos = i64::try_from(slice).unwrap_or(i64::MAX).saturating_mul(HOUR_NANOS);
            Instant::from_nanos(origin.nanos().saturating_add(nanos)).max(from)
        };
        Ok(counts.into_iter().map(|(slice, counts)| (begins(slice), counts)).collect())
    }

    fn breakdown(
        &self,
        name: &str,
        kind: BreakdownKind,
        (field, words): (Field, &[String]),
    ) -> Result<Breakdown, Failure> {
        let question = Question { group_by: vec![field], ..self.question() };
        let counts = self.counts(question, |key| key.1.first().cloned().flatten().map(|it| said(&it)))?;
        let failures = counts.values().filter_map(Counts::failed).fold(0, u64::saturating_add);
        let mut all: Vec<(Option<String>, Counts)> = counts.into_iter().collect();
        let place = |key: &Option<String>| {
            let word = key.as_ref().map(|key| words.iter().position(|it| it == key));
            word.flatten().unwrap_or(words.len())
        };
        match kind {
            BreakdownKind::OneOf | BreakdownKind::Truth => all.sort_by_key(|it| (place(&it.0), it.0.clone())),
            BreakdownKind::Subject => all.sort_by_key(|it| (u64::MAX - it.1.submitted, it.0.clone())),
            BreakdownKind::Cause => all.sort_by_key(|it| {
                (u64::MAX - it.1.failed().unwrap_or_default(), u64::MAX - it.1.submitted, it.0.clone())
            }),
        }
        let rest = all.split_off(all.len().min(GROUPS_MAX));
        let group = |(key, counts): (Option<String>, Counts)| view::Group {
            key,
            share_of_failures: counts.failed().and_then(|it| share(it, failures)),
            tally: counts.view(),
        };
        Ok(Breakdown {
            field: name.to_owned(),
            kind,
            groups: all.into_iter().map(group).collect(),
            others: together(&rest),
        })
    }

    fn question(&self) -> Question {
        Question::about(self.fact, self.window)
    }

    /// How many records of the cycle pass.
    fn count(&self, kept: &[Predicate]) -> Result<u64, Failure> {
        let groups = self.ask(&self.question(), kept, &[])?;
        Ok(groups.iter().map(records).fold(0, u64::saturating_add))
    }

    /// Asks of all records, of those that count, and of those that succeed; `key` says which groups are one.
    fn counts<K: Ord>(
        &self,
        question: Question,
        key: impl Fn(&Key) -> K,
    ) -> Result<BTreeMap<K, Counts>, Failure> {
        let mut found: BTreeMap<K, Counts> = BTreeMap::new();
        let outcome: Vec<Field> = self.outcome_at().map(Field::Attribute).into_iter().collect();
        for mut it in self.ask(&question, &[], &outcome)? {
            let count = records(&it);
            let word = if outcome.is_empty() { None } else { it.keys.pop() };
            let counts = found.entry(key(&(it.slice, it.keys))).or_insert_with(|| self.nothing());
            counts.submitted = counts.submitted.saturating_add(count);
            if let Some(word) = word.filter(|_| count > 0) {
                let known = counts.outcomes.entry(word.map(|it| said(&it))).or_default();
                *known = known.saturating_add(count);
            }
        }
        let Some(rule) = self.rule else { return Ok(found) };
        let mut kept: Vec<Predicate> = rule.steps.iter().map(|it| it.keeps.clone()).collect();
        for it in self.ask(&question, &kept, &[])? {
            let count = records(&it);
            let counts = found.entry(key(&(it.slice, it.keys))).or_insert_with(|| self.nothing());
            counts.counted = Some(counts.counted.unwrap_or_default().saturating_add(count));
        }
        let Some(success) = &rule.success else { return Ok(found) };
        kept.push(success.keeps.clone());
        for it in self.ask(&question, &kept, &[])? {
            let count = records(&it);
            let counts = found.entry(key(&(it.slice, it.keys))).or_insert_with(|| self.nothing());
            counts.succeeded = Some(counts.succeeded.unwrap_or_default().saturating_add(count));
        }
        Ok(found)
    }

    /// No record, with a zero wherever there will be a figure.
    fn nothing(&self) -> Counts {
        let share = self.rule.is_some_and(|it| it.success.is_some());
        Counts { counted: self.rule.map(|_| 0), succeeded: share.then_some(0), ..Counts::default() }
    }

    fn ask(&self, question: &Question, kept: &[Predicate], more: &[Field]) -> Result<Vec<Group>, Failure> {
        let mut question = Question { measures: vec![Measure::Count], ..question.clone() };
        question.group_by.extend_from_slice(more);
        if !kept.is_empty() {
            question.filter = Predicate::And([&[question.filter.clone()], kept].concat());
        }
        self.facts.aggregate(&question).map_err(|it| failed(&it))
    }
}

fn failed(error: &FactsError) -> Failure {
    match error {
        FactsError::Unavailable(why) => unreachable(why),
        other => Fault::broken(other.to_string()).into(),
    }
}

/// How many records a group has.
fn records(group: &Group) -> u64 {
    match group.values.first() {
        Some(Some(Datum::Number(it))) => {
            it.to_integer().and_then(|it| u64::try_from(it).ok()).unwrap_or_default()
        }
        _ => 0,
    }
}

/// A word, a truth or a subject as text.
fn said(datum: &Datum) -> String {
    match datum {
        Datum::Text(it) => it.to_string(),
        Datum::Truth(it) => it.to_string(),
        Datum::Number(it) | Datum::Money(it) | Datum::Duration(it) | Datum::Quantity(it) => Ratio::show(it),
        Datum::Instant(it) => crate::time::show(*it),
        Datum::Date(it) => it.to_string(),
    }
}

/// The attributes a filter reads, in its order.
fn attributes(filter: &Predicate) -> Vec<usize> {
    let of = |field: &Field| match field {
        Field::Attribute(at) => vec![*at],
        _ => Vec::new(),
    };
    match filter {
        Predicate::All | Predicate::OutsideOf(_) | Predicate::Inside(_) => Vec::new(),
        Predicate::Not(inner) => attributes(inner),
        Predicate::And(all) | Predicate::Or(all) => all.iter().flat_map(attributes).collect(),
        Predicate::Equals(field, _)
        | Predicate::Less(field, _)
        | Predicate::LessOrEqual(field, _)
        | Predicate::Greater(field, _)
        | Predicate::GreaterOrEqual(field, _)
        | Predicate::OneOf(field, _) => of(field),
    }
}

fn together(rest: &[(Option<String>, Counts)]) -> Option<Others> {
    let mut all = Counts::default();
    rest.iter().for_each(|it| all.add(&it.1));
    let groups = u64::try_from(rest.len()).unwrap_or(u64::MAX);
    (groups > 0).then(|| Others { groups, tally: all.view() })
}

fn step(it: &Kept, contract: &Contract, (taken, left): (u64, u64)) -> Step {
    match &it.why {
        Why::Condition(span) => Step {
            condition: Some(contract.source(*span).to_owned()),
            excluded: None,
            clause: clause(contract, *span),
            taken,
            left,
        },
        Why::Excluded { name, text, clause } => Step {
            condition: None,
            excluded: Some(ExcludedBy { name: name.clone(), text: text.clone() }),
            clause: clause.clone(),
            taken,
            left,
        },
    }
}

/// The clause under which an expression stands.
fn clause(contract: &Contract, at: Span) -> String {
    // An item's own place is its name, which stands before all it says.
    let begun = contract.items.iter().filter(|it| it.span.from <= at.from);
    let latest = begun.max_by_key(|it| it.span.from);
    latest.map(|it| it.clause.clone()).unwrap_or_default()
}
