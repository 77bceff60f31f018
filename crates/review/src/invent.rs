//! Evidence that never was: one record of each fact a rule reads, so that its base is not empty.

use std::collections::BTreeSet;
use std::sync::Arc;

use evidence::{Attribute, AttributeKind, Datum, FactKind, Memory, Record, RecordPlace};
use language::contract::Contract;
use quantity::Ratio;
use settle::settlement::CycleSpan;
use timeline::Instant;

use crate::scenario::{CHARGE, SUBJECT};

/// A fact is invented in at most so many variants.
const VARIANTS_MAX: usize = 48;
const HOUR_NANOS: i64 = 3_600_000_000_000;

/// A record of every variant of each fact: events and requests at the beginning of the cycle, spans all through it.
pub(crate) fn evidence(contract: &Contract, facts: &BTreeSet<usize>, cycle: &CycleSpan) -> Memory {
    Memory::from_records(records(contract, facts, cycle))
}

/// The same as records.
pub(crate) fn records(contract: &Contract, facts: &BTreeSet<usize>, cycle: &CycleSpan) -> Vec<Record> {
    let mut records = Vec::new();
    for fact in facts {
        let Some(schema) = contract.schema.facts.get(*fact) else { continue };
        for attributes in variants(contract, &schema.attributes, cycle) {
            records.extend(record(*fact, schema.kind, attributes, cycle));
        }
    }
    records
}

/// One record of a fact, from an instant on for so long.
pub(crate) fn lasting(
    fact: usize,
    kind: FactKind,
    from: Instant,
    nanos: i64,
    attributes: Vec<Option<Datum>>,
) -> Option<Record> {
    let until = if kind == FactKind::Event { from } else { from.checked_add(nanos)? };
    Some(Record {
        fact,
        id: None,
        subject: Some(Arc::from(SUBJECT)),
        from,
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

fn record(fact: usize, kind: FactKind, attributes: Vec<Option<Datum>>, cycle: &CycleSpan) -> Option<Record> {
    let nanos = if kind == FactKind::Span { i64::try_from(cycle.counted.nanos()).ok()? } else { HOUR_NANOS };
    lasting(fact, kind, cycle.counted.from(), nanos, attributes)
}

/// Every combination of the words an attribute may be.
pub(crate) fn variants(
    contract: &Contract,
    attributes: &[Attribute],
    cycle: &CycleSpan,
) -> Vec<Vec<Option<Datum>>> {
    let mut all: Vec<Vec<Option<Datum>>> = vec![Vec::new()];
    for attribute in attributes {
        let values = match (&attribute.kind, attribute.optional) {
            // What need not be charged is not charged, lest it hide what must be.
            (AttributeKind::Money, true) => vec![Datum::Money(Ratio::ZERO)],
            (kind, _) => values(contract, kind, cycle),
        };
        let mut next = Vec::new();
        for known in &all {
            for value in &values {
                if next.len() < VARIANTS_MAX {
                    let mut longer = known.clone();
                    longer.push(Some(value.clone()));
                    next.push(longer);
                }
            }
        }
        all = next;
    }
    all
}

fn values(contract: &Contract, kind: &AttributeKind, cycle: &CycleSpan) -> Vec<Datum> {
    match kind {
        AttributeKind::Number => vec![Datum::Number(Ratio::ONE)],
        AttributeKind::Money => vec![Datum::Money(Ratio::int(CHARGE))],
        AttributeKind::Duration => vec![Datum::Duration(Ratio::int(3600))],
        AttributeKind::Unit(_) => vec![Datum::Quantity(Ratio::ONE)],
        AttributeKind::Instant => vec![Datum::Instant(cycle.counted.from())],
        AttributeKind::Date => vec![Datum::Date(contract.zone.date(cycle.counted.from()))],
        AttributeKind::Text => vec![Datum::Text(Arc::from(SUBJECT))],
        AttributeKind::Truth => vec![Datum::Truth(true), Datum::Truth(false)],
        AttributeKind::OneOf(words) | AttributeKind::Cause(words) => {
            words.iter().map(|it| Datum::Text(Arc::from(it.as_str()))).collect()
        }
    }
}
