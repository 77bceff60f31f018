//! Evidence that never was: one record of each fact a rule reads, so that its base is not empty.

use std::collections::BTreeSet;
use std::sync::Arc;

use evidence::{Attribute, AttributeKind, Datum, FactKind, Memory, Record, RecordPlace};
use language::contract::{Compare, Contract, ItemId, Literal, Op, Type};
use quantity::Ratio;
use settle::settlement::CycleSpan;
use timeline::Instant;

use crate::graph::{parts_of, rule_nodes};
use crate::scenario::{CHARGE, SUBJECT};

/// A fact is invented in at most so many variants.
const VARIANTS_MAX: usize = 48;
/// A text is invented in at most so many variants.
const TEXTS_MAX: usize = 4;
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
        for (at, attributes) in variants(contract, &schema.attributes, cycle).into_iter().enumerate() {
            let attributes = if at == 0 { attributes } else { attributes.into_iter().map(lesser).collect() };
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

/// Charges of further kinds are smaller, so that what is added and what is taken off never cancel.
fn lesser(value: Option<Datum>) -> Option<Datum> {
    match value {
        Some(Datum::Money(it)) => Some(Datum::Money(it.div(&Ratio::int(10)).unwrap_or(it))),
        other => other,
    }
}

/// Texts that rules compare something with.
fn texts(contract: &Contract) -> BTreeSet<Arc<str>> {
    let nodes = (0..contract.items.len()).flat_map(|it| rule_nodes(contract, ItemId(it))).flat_map(parts_of);
    let sides = nodes.flat_map(|it| match &it.op {
        Op::Compare(Compare::Equal | Compare::NotEqual, a, b) => vec![&**a, &**b],
        _ => Vec::new(),
    });
    let texts = sides.filter_map(|it| match &it.op {
        Op::Literal(Literal::Text(text)) if it.ty == Type::Text => Some(text.clone()),
        _ => None,
    });
    texts.take(TEXTS_MAX).collect()
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
        AttributeKind::Text => {
            let named = texts(contract);
            if named.is_empty() {
                vec![Datum::Text(Arc::from(SUBJECT))]
            } else {
                named.into_iter().map(Datum::Text).collect()
            }
        }
        AttributeKind::Truth => vec![Datum::Truth(true), Datum::Truth(false)],
        AttributeKind::OneOf(words) | AttributeKind::Cause(words) => {
            words.iter().map(|it| Datum::Text(Arc::from(it.as_str()))).collect()
        }
    }
}
