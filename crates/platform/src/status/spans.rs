//! Which records tell of outages and of maintenance, and what they say to the public.

use std::collections::BTreeMap;

use evidence::{AttributeKind, Datum, Evidence, FactKind, FactSchema, Record};
use language::Contract;
use proof::SigningKey;
use timeline::{Instant, Interval};

use super::{Cause, Outage, Planned};
use crate::stream::SHARED;
use crate::time;

/// Names of the attribute that says when a window was announced.
const ANNOUNCED: [&str; 2] = ["announced_at", "announced"];

/// Outages and windows of a stream.
#[derive(Debug, Clone, Default)]
pub(super) struct Spans {
    pub(super) outages: Vec<Outage>,
    pub(super) windows: Vec<Window>,
}

/// A window, with the id of its record, by which its title is found.
#[derive(Debug, Clone)]
pub(super) struct Window {
    pub(super) record: String,
    pub(super) planned: Planned,
}

/// What a fact tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tells {
    /// A span with a cause: something did not work. `at` is the cause's place.
    Outage { at: usize },
    /// A span that says when it was announced. `at` is where.
    Maintenance { at: usize },
}

fn tells(fact: &FactSchema) -> Option<Tells> {
    if fact.kind != FactKind::Span {
        return None;
    }
    let announced = fact
        .attributes
        .iter()
        .position(|it| ANNOUNCED.contains(&it.name.as_str()) && it.kind == AttributeKind::Instant);
    let cause = fact.attributes.iter().position(|it| matches!(it.kind, AttributeKind::Cause(_)));
    match (announced, cause) {
        (Some(at), _) => Some(Tells::Maintenance { at }),
        (None, Some(at)) => Some(Tells::Outage { at }),
        (None, None) => None,
    }
}

/// Whether the contract has a fact of outages: a span with a cause. Without one nothing could be said of its state.
pub(super) fn has_outages(contract: &Contract) -> bool {
    contract.schema.facts.iter().filter_map(tells).any(|it| matches!(it, Tells::Outage { .. }))
}

/// Whether a record is one of those that [`read`] looks at.
pub(super) fn concerns(contract: &Contract, record: &Record) -> bool {
    contract.schema.facts.get(record.fact).and_then(tells).is_some()
}

/// The spans of records that tell of outages or maintenance. `public`: a record that names a tenant is left out.
pub(super) fn read(contract: &Contract, key: &SigningKey, records: Vec<Record>, public: bool) -> Spans {
    let evidence = Evidence::of(&contract.schema, records);
    let mut spans = Spans::default();
    let mut outages = Vec::new();
    for record in evidence.as_of(None).records() {
        let Some(tells) = contract.schema.facts.get(record.fact).and_then(tells) else { continue };
        let Some(span) = Interval::new(record.from, record.until) else { continue };
        if public && contract.records_name_tenant && record.subject.is_some() {
            continue;
        }
        match tells {
            Tells::Outage { at } => outages.push(outage(contract, key, record, span, at)),
            Tells::Maintenance { at } => spans.windows.push(window(key, record, span, at)),
        }
    }
    outages.sort_by_key(|it| (it.span.from(), it.span.until()));
    spans.outages = joined(outages);
    spans.windows.sort_by_key(|it| (it.planned.span.from(), it.planned.span.until()));
    spans
}

fn outage(contract: &Contract, key: &SigningKey, record: &Record, span: Interval, at: usize) -> Outage {
    let named = record.attributes.get(at).and_then(Option::as_ref);
    let cause = named.and_then(|it| match it {
        Datum::Text(name) => contract.causes.iter().find(|it| it.name == **name),
        _ => None,
    });
    let cause = cause.map(|it| Cause {
        text: it.text.clone().unwrap_or_else(|| it.name.replace('_', " ")),
        clause: it.clause.clone(),
        excluded: it.excluded,
    });
    // A subject that is no tenant is a part: a line, a region.
    let whole = contract.records_name_tenant || record.subject.is_none();
    Outage {
        id: public_id(key, record),
        span,
        whole,
        causes: cause.into_iter().collect(),
        recorded_at: record.recorded_at,
    }
}

fn window(key: &SigningKey, record: &Record, span: Interval, at: usize) -> Window {
    let announced_at = match record.attributes.get(at).and_then(Option::as_ref) {
        Some(Datum::Instant(it)) => Some(*it),
        _ => record.recorded_at,
    };
    Window {
        record: record.id.as_deref().unwrap_or_default().to_owned(),
        planned: Planned { id: public_id(key, record), title: String::new(), span, announced_at },
    }
}

/// Says nothing of the record, and stays the same while its id or its beginning does.
fn public_id(key: &SigningKey, record: &Record) -> String {
    let named = record.id.as_deref().map_or_else(|| time::show(record.from), str::to_owned);
    key.pseudonym(&format!("status/{}/{named}", record.fact))
}

/// Outages that overlap or touch are one, with all their causes: two probes see the same.
fn joined(outages: Vec<Outage>) -> Vec<Outage> {
    let mut all: Vec<Outage> = Vec::new();
    for it in outages {
        match all.last_mut().filter(|last| last.span.touches(&it.span) || last.span.overlaps(&it.span)) {
            Some(last) => {
                last.span = last.span.hull(&it.span);
                last.whole |= it.whole;
                last.recorded_at = last.recorded_at.max(it.recorded_at);
                last.causes.extend(it.causes);
                last.causes.sort();
                last.causes.dedup();
            }
            None => all.push(it),
        }
    }
    all
}

/// The windows with the titles they were announced under.
pub(super) fn titled(windows: &[Window], titles: &BTreeMap<String, String>) -> Vec<Planned> {
    let title = |record: &str| {
        let id = record.strip_prefix(SHARED).unwrap_or(record);
        let window = id.split('.').next().unwrap_or(id);
        titles.get(window).cloned().unwrap_or_default()
    };
    windows.iter().map(|it| Planned { title: title(&it.record), ..it.planned.clone() }).collect()
}

/// The earliest instant any of the spans speaks of.
pub(super) fn earliest(spans: &Spans) -> Option<Instant> {
    let outages = spans.outages.iter().map(|it| it.span.from());
    outages.chain(spans.windows.iter().map(|it| it.planned.span.from())).min()
}
