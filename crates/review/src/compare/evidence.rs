//! Both versions given the same event: one outage, one request, of every kind and of every length that matters.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{Cycle, previous};
use evidence::{AttributeKind, Datum, FactKind, FactSchema, Memory, Record};
use language::contract::{Contract, ItemId, ItemKind, Op, Type};
use quantity::{Ratio, Unit, show_duration};
use settle::probe::Probe;
use settle::settlement::{CycleSpan, Inputs, RemedyStatus};
use settle::value::Value;
use timeline::Instant;

use super::pair::{Pair, Twins, change, given, verdict, what};
use super::{Aspect, Change, Effect, Witness};
use crate::active::subject;
use crate::domain::Constants;
use crate::graph::{Graph, parts_of, rule_nodes};
use crate::invent;
use crate::scenario::Scenario;
use crate::show::{both, show_quantity};
use diagnostic::Bilingual;

const VARIANTS_MAX: usize = 12;
const LENGTHS_MAX: usize = 24;
const SCENARIOS_MAX: usize = 6;
/// Lengths everybody asks about, in seconds.
const USUAL_S: [i128; 7] = [60, 300, 1_800, 3_600, 14_400, 36_000, 86_400];
const NANOS: i64 = 1_000_000_000;
/// The morning of Tuesday, 13 October 2026: a working day in China and in the United States.
const BEGINS_NANOS: i64 = (12 * 24 + 10) * 3_600 * NANOS;
/// How often an event is repeated, for rules that only a crowd of them breaks.
const TIMES: [i64; 2] = [1, 40];
/// In how many cycles before the same event is told, for amounts that look back at earlier ones.
const CYCLES_BEFORE: [u32; 3] = [1, 3, 11];

/// Rules that one and the same event treats otherwise.
pub(crate) fn changes(pair: &Pair<'_>) -> Vec<Change> {
    if costly(pair.old.contract) || costly(pair.new.contract) {
        return Vec::new();
    }
    let mut rules = pair.twins(&[ItemKind::Remedy, ItemKind::Promise, ItemKind::Duty]);
    rules.retain(|it| !super::terms::unchanged(pair, *it));
    if rules.is_empty() {
        return Vec::new();
    }
    let olds: Vec<ItemId> = rules.iter().map(|it| it.old).collect();
    let news: Vec<ItemId> = rules.iter().map(|it| it.new).collect();
    let scenarios = pair.scenarios(&olds, &news);
    let mut found = BTreeMap::new();
    for (old, new) in scenarios.iter().take(SCENARIOS_MAX) {
        for event in events(pair, old, new) {
            let (first, second) =
                (Side::new(&pair.old, old, &event.old), Side::new(&pair.new, new, &event.new));
            let reads = |it: &&Twins<'_>| {
                pair.old.reads(it.old, event.facts.0) || pair.new.reads(it.new, event.facts.1)
            };
            for twins in rules.iter().filter(reads) {
                judge(*twins, &first, &second, &event, &mut found);
            }
        }
    }
    found.into_values().map(|(_, change)| change).collect()
}

/// Grids over a whole cycle are too much to try hundreds of times.
fn costly(contract: &Contract) -> bool {
    let nodes = (0..contract.items.len()).flat_map(|it| rule_nodes(contract, ItemId(it)));
    nodes.flat_map(parts_of).any(|it| matches!(it.op, Op::ForGrid(..) | Op::Slices(..)))
}

/// One event that also happened in cycles before.
fn carried(
    pair: &Pair<'_>,
    facts: (usize, usize),
    variants: (&[Option<Datum>], &[Option<Datum>]),
    (old, new): (&Scenario, &Scenario),
    lengths: &[Ratio],
) -> Vec<Event> {
    let (before, now) = (pair.old.contract, pair.new.contract);
    let Some(schema) = before.schema.facts.get(facts.0) else { return Vec::new() };
    let event = |count: u32, length: &Ratio| {
        let one = |fact, attributes, scenario| repeated(fact, schema.kind, attributes, scenario, length, 1);
        let told_old = again(before, old, one(facts.0, variants.0, old)?, count)?;
        let told_new = again(now, new, one(facts.1, variants.1, new)?, count)?;
        let cycles = match count {
            1 => "the cycle before".to_owned(),
            _ => format!("each of the {count} cycles before"),
        };
        let what = format!("length of {}, as in {cycles}", told(schema, variants.0));
        Some(Event { old: told_old, new: told_new, what, length: length.clone(), facts })
    };
    CYCLES_BEFORE.iter().flat_map(|count| lengths.iter().filter_map(move |it| event(*count, it))).collect()
}

/// Whether some amount is that of several cycles.
fn looks_back(contract: &Contract) -> bool {
    let nodes = (0..contract.items.len()).flat_map(|it| rule_nodes(contract, ItemId(it)));
    nodes.flat_map(parts_of).any(|it| matches!(it.op, Op::PaidOver { .. }))
}

/// What one version records, and the cycles before in which the same happened.
struct Told {
    records: Vec<Record>,
    before: Vec<CycleSpan>,
}

/// The same events as each version records them.
struct Event {
    old: Told,
    new: Told,
    what: String,
    length: Ratio,
    /// The fact in each version.
    facts: (usize, usize),
}

fn events(pair: &Pair<'_>, old: &Scenario, new: &Scenario) -> Vec<Event> {
    let (before, now) = (pair.old.contract, pair.new.contract);
    let lengths = lengths(before, now, &old.cycle_s().min(new.cycle_s()));
    let mut all = Vec::new();
    for (at, schema) in before.schema.facts.iter().enumerate().filter(|(_, it)| it.kind != FactKind::Event) {
        let Some((new_at, new_schema)) =
            now.schema.fact(&schema.name).filter(|(_, it)| it.kind == schema.kind)
        else {
            continue;
        };
        let variants = invent::variants(before, &schema.attributes, &old.cycle);
        for variant in variants.into_iter().take(VARIANTS_MAX) {
            let Some(translated) = translate(now, schema, new_schema, &variant, new) else { continue };
            for (times, length) in
                TIMES.iter().flat_map(|times| lengths.iter().map(move |length| (*times, length)))
            {
                let old = repeated(at, schema.kind, &variant, old, length, times);
                let new = repeated(new_at, schema.kind, &translated, new, length, times);
                let (Some(old), Some(new)) = (old, new) else { continue };
                let what = told(schema, &variant);
                let what = if times == 1 {
                    format!("length of {what}")
                } else {
                    format!("length of each of {times} × {what}")
                };
                let [old, new] = [old, new].map(|records| Told { records, before: Vec::new() });
                all.push(Event { old, new, what, length: length.clone(), facts: (at, new_at) });
            }
            if looks_back(before) || looks_back(now) {
                let variants = (variant.as_slice(), translated.as_slice());
                all.extend(carried(pair, (at, new_at), variants, (old, new), &lengths));
            }
        }
    }
    all
}

/// One event on a working day, or many spread over the cycle; none where they would overlap.
fn repeated(
    fact: usize,
    kind: FactKind,
    attributes: &[Option<Datum>],
    scenario: &Scenario,
    length: &Ratio,
    times: i64,
) -> Option<Vec<Record>> {
    let nanos = i64::try_from(length.mul(&Ratio::int(i128::from(NANOS))).ok()?.to_integer()?).ok()?;
    let whole = scenario.cycle.whole;
    let every = i64::try_from(whole.nanos()).ok()? / (times + 1);
    if times > 1 && nanos >= every {
        return None;
    }
    let begins = if times == 1 { BEGINS_NANOS } else { 0 };
    let record = |at: i64| {
        let from = whole.from().checked_add(begins.checked_add(every.checked_mul(at)?)?)?;
        invent::lasting(fact, kind, from, nanos, attributes.to_vec())
    };
    (0..times).map(record).collect()
}

/// The same records in so many cycles before, each as far from the cycle's beginning.
fn again(contract: &Contract, scenario: &Scenario, records: Vec<Record>, count: u32) -> Option<Told> {
    let here = scenario.cycle.whole;
    let cycle = Cycle { whole: here, label: String::new() };
    let mut told = Told { records: records.clone(), before: Vec::new() };
    for back in 1..=count {
        let whole =
            previous(&contract.cycle, &contract.zone, scenario.inputs.since, &cycle, back).ok()?.whole;
        let moved = |it: Instant| whole.from().checked_add(i64::try_from(it.nanos_since(here.from())).ok()?);
        for record in &records {
            let (from, until) = (moved(record.from)?, moved(record.until)?);
            told.records.push(Record { from, until, ..record.clone() });
        }
        told.before.push(CycleSpan { label: String::new(), counted: whole, whole });
    }
    Some(told)
}

/// Every length either version mentions, one second more and less, and the usual ones.
fn lengths(old: &Contract, new: &Contract, cycle_s: &Ratio) -> Vec<Ratio> {
    let mut all: BTreeSet<Ratio> = USUAL_S.into_iter().map(Ratio::int).collect();
    for contract in [old, new] {
        let nodes =
            (0..contract.items.len()).flat_map(|it| rule_nodes(contract, ItemId(it))).flat_map(parts_of);
        for it in Constants::of(nodes, &Unit::time()).own {
            let close = [it.sub(&Ratio::ONE), Ok(it.clone()), it.add(&Ratio::ONE)];
            all.extend(close.into_iter().flatten());
        }
    }
    let half = cycle_s.div(&Ratio::int(2)).unwrap_or(Ratio::ONE);
    all.into_iter().filter(|it| it.is_positive() && *it <= half).take(LENGTHS_MAX).collect()
}

/// The attributes as the new version names them; none when it cannot say the same.
fn translate(
    contract: &Contract,
    old: &FactSchema,
    new: &FactSchema,
    variant: &[Option<Datum>],
    scenario: &Scenario,
) -> Option<Vec<Option<Datum>>> {
    let fallback = invent::variants(contract, &new.attributes, &scenario.cycle).into_iter().next()?;
    let known = |name: &str| old.attribute(name).and_then(|(at, _)| variant.get(at).cloned().flatten());
    let mut all = Vec::new();
    for (attribute, other) in new.attributes.iter().zip(fallback) {
        let value = known(&attribute.name).or(other);
        if let (AttributeKind::OneOf(words) | AttributeKind::Cause(words), Some(Datum::Text(word))) =
            (&attribute.kind, &value)
            && !words.iter().any(|it| **it == **word)
        {
            return None;
        }
        all.push(value);
    }
    Some(all)
}

/// "outage { cause: dns }"
fn told(schema: &FactSchema, variant: &[Option<Datum>]) -> String {
    let words = schema.attributes.iter().zip(variant).filter_map(|(attribute, value)| match value {
        Some(Datum::Text(it)) if !matches!(attribute.kind, AttributeKind::Text) => {
            Some(format!("{}: {it}", attribute.name))
        }
        Some(Datum::Truth(it)) => Some(format!("{}: {it}", attribute.name)),
        _ => None,
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() { schema.name.clone() } else { format!("{} {{ {} }}", schema.name, words.join(", ")) }
}

/// One version with the event and the charges of the cycle.
struct Side<'s, 'c> {
    graph: &'s Graph<'c>,
    scenario: &'s Scenario,
    inputs: Inputs,
    facts: Memory,
    charged: Ratio,
}

impl<'s, 'c> Side<'s, 'c> {
    fn new(graph: &'s Graph<'c>, scenario: &'s Scenario, told: &Told) -> Self {
        let schema = &graph.contract.schema;
        let charges = |it: &FactSchema| it.attributes.iter().any(|it| it.kind == AttributeKind::Money);
        let charges: BTreeSet<usize> =
            (0..schema.facts.len()).filter(|it| schema.facts.get(*it).is_some_and(charges)).collect();
        let mut records = invent::records(graph.contract, &charges, &scenario.cycle);
        let money = records.iter().flat_map(|it| it.attributes.iter().flatten()).filter_map(|it| match it {
            Datum::Money(it) => Some(it),
            _ => None,
        });
        let charged = money.fold(Ratio::ZERO, |sum, it| sum.add(it).unwrap_or(sum));
        for cycle in &told.before {
            records.extend(invent::records(graph.contract, &charges, cycle));
        }
        records.extend(told.records.iter().cloned());
        let begins = told.before.last().map(|it| it.whole.from());
        let inputs = Inputs { since: scenario.inputs.since.or(begins), ..scenario.inputs.clone() };
        Self { graph, scenario, inputs, facts: Memory::from_records(records), charged }
    }

    fn probe(&self) -> Probe<'_> {
        Probe {
            contract: self.graph.contract,
            facts: &self.facts,
            cycle: &self.scenario.cycle,
            inputs: &self.inputs,
            overrides: &self.scenario.overrides,
            reading: None,
        }
    }

    /// Kept or broken.
    fn kept(&self, id: ItemId) -> Option<bool> {
        let probe = self.probe();
        match probe.item(id, subject(&probe, id)) {
            Ok(Value::Truth(it)) => Some(it),
            _ => None,
        }
    }

    /// What is paid for each unit of charge, and as people read it.
    fn pays(&self, id: ItemId) -> Option<(Ratio, Bilingual)> {
        let probe = self.probe();
        let owed = probe.remedy(id, subject(&probe, id))?;
        let nothing = || (Ratio::ZERO, both("nothing", "不支付"));
        match owed.status {
            RemedyStatus::Due => {
                let amount = owed.amount?;
                let shown = show_quantity(&amount);
                let money = matches!(self.graph.contract.item(id).map(|it| &it.ty), Some(Type::Scalar(unit)) if unit.currency().is_some());
                let value = if money && !self.charged.is_zero() {
                    amount.value.div(&self.charged).ok()?
                } else {
                    amount.value
                };
                Some((value, both(&shown, &shown)))
            }
            RemedyStatus::NotDue
            | RemedyStatus::Negative
            | RemedyStatus::NoRow
            | RemedyStatus::Suppressed => Some(nothing()),
            _ => None,
        }
    }
}

type Found = BTreeMap<(String, Effect), (Ratio, Change)>;

/// Keeps the greatest difference of each rule, each way.
fn judge(twins: Twins<'_>, old: &Side<'_, '_>, new: &Side<'_, '_>, event: &Event, found: &mut Found) {
    let (aspect, difference, before, now) = if twins.old_item.kind == ItemKind::Remedy {
        let (Some((a, before)), Some((b, now))) = (old.pays(twins.old), new.pays(twins.new)) else { return };
        let Ok(difference) = b.sub(&a) else { return };
        (Aspect::Pays, difference, before, now)
    } else {
        let (Some(a), Some(b)) = (old.kept(twins.old), new.kept(twins.new)) else { return };
        let difference = Ratio::int(i128::from(a) - i128::from(b));
        (Aspect::Promises, difference, verdict(a), verdict(b))
    };
    if difference.is_zero() {
        return;
    }
    let effect = if difference.is_negative() { Effect::Worse } else { Effect::Better };
    let size = difference.abs();
    let key = (twins.old_item.name.clone(), effect);
    if found.get(&key).is_some_and(|(known, _)| *known >= size) {
        return;
    }
    let given = given(old.scenario, new.scenario);
    let witness = Witness {
        given,
        variable: event.what.clone(),
        value: show_duration(&event.length),
        old: before,
        new: now,
    };
    found.insert(key, (size, change(twins, effect, aspect, &what(effect, aspect), witness)));
}
