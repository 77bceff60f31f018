//! The rules in effect under given circumstances: the rows of the plan held, the branch taken, the text in force.

use std::collections::BTreeSet;

use language::contract::{ItemId, Node, Op};
use settle::probe::Probe;
use settle::value::Value;

use crate::domain::body_of;
use crate::graph::{Graph, remedy_nodes};
use crate::scenario::SUBJECT;

/// An expression in effect, with the rule it belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InEffect<'c> {
    pub(crate) item: ItemId,
    pub(crate) node: &'c Node,
}

/// Walks from rules to everything in effect, without looking inside what is given.
pub(crate) struct Walk<'a, 'c> {
    graph: &'a Graph<'c>,
    probe: Probe<'a>,
    given: &'a BTreeSet<ItemId>,
    seen: BTreeSet<ItemId>,
    found: Vec<InEffect<'c>>,
}

/// Everything in effect below `rules`.
pub(crate) fn in_effect<'a, 'c>(
    graph: &'a Graph<'c>,
    probe: Probe<'a>,
    rules: impl IntoIterator<Item = ItemId>,
    given: &'a BTreeSet<ItemId>,
) -> Vec<InEffect<'c>> {
    let mut walk = Walk { graph, probe, given, seen: BTreeSet::new(), found: Vec::new() };
    for id in rules {
        walk.follow(id);
    }
    walk.found
}

/// The subject to ask an item for: the first its domain has, or the one records were invented for.
pub(crate) fn subject(probe: &Probe<'_>, id: ItemId) -> Option<Value> {
    let domain = probe.contract.item(id)?.per?;
    let first = match probe.item(domain, None) {
        Ok(Value::List(items)) => items.iter().find_map(|it| it.clone().ok()),
        _ => None,
    };
    Some(first.unwrap_or_else(|| Value::Text(SUBJECT.into())))
}

impl<'c> Walk<'_, 'c> {
    fn follow(&mut self, id: ItemId) {
        if self.given.contains(&id) || !self.seen.insert(id) {
            return;
        }
        let contract = self.graph.contract;
        for node in body_of(contract, id, self.probe.reading).into_iter().chain(remedy_nodes(contract, id)) {
            self.walk(id, node);
        }
    }

    fn walk(&mut self, item: ItemId, node: &'c Node) {
        self.found.push(InEffect { item, node });
        match &node.op {
            Op::Item(id, _)
            | Op::ItemFor(id, _)
            | Op::Paid(id, _)
            | Op::PaidOver { remedy: id, .. }
            | Op::Pattern { promise: id, .. } => self.follow(*id),
            _ => {}
        }
        for part in self.taken(item, node).unwrap_or_else(|| node.parts()) {
            self.walk(item, part);
        }
    }

    /// The parts that matter here; `None` for all of them.
    fn taken(&self, item: ItemId, node: &'c Node) -> Option<Vec<&'c Node>> {
        match &node.op {
            Op::If(condition, yes, no) => match self.value(item, condition)? {
                Value::Truth(true) => Some(vec![condition, yes]),
                Value::Truth(false) => Some(vec![condition, no]),
                _ => None,
            },
            Op::By(key, entries, otherwise) => {
                let value = self.value(item, key)?;
                let row =
                    entries.iter().find(|(keys, _)| keys.iter().any(|it| self.equals(item, it, &value)));
                Some(std::iter::once(&**key).chain(row.map(|(_, it)| it).or(otherwise.as_deref())).collect())
            }
            Op::AsOf(date, entries) => {
                let Value::Date(date_value) = self.value(item, date)? else { return None };
                let row = entries.iter().rev().find(|(from, _)| *from <= date_value);
                Some(std::iter::once(&**date).chain(row.map(|(_, it)| it)).collect())
            }
            _ => None,
        }
    }

    /// A value the circumstances settle; none when it depends on what is varied.
    fn value(&self, item: ItemId, node: &'c Node) -> Option<Value> {
        if self.given.iter().any(|it| self.graph.node_depends(node, *it)) {
            return None;
        }
        self.probe.node(node, subject(&self.probe, item)).ok()
    }

    fn equals(&self, item: ItemId, key: &'c Node, value: &Value) -> bool {
        self.value(item, key).is_some_and(|it| same(&it, value))
    }
}

/// Whether two plain values are the same.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Quantity(a), Value::Quantity(b)) => a == b,
        (Value::Truth(a), Value::Truth(b)) => a == b,
        (Value::Text(a), Value::Text(b)) => a == b,
        (Value::Date(a), Value::Date(b)) => a == b,
        (Value::Instant(a), Value::Instant(b)) => a == b,
        _ => false,
    }
}
