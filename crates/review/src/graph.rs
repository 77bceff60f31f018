//! Which rule needs which: reachability over the items and facts of a contract.

use std::collections::BTreeSet;

use language::contract::{Contract, ItemId, ItemKind, Node, Op, Type};

/// What can be reached from some rules.
#[derive(Debug, Default, Clone)]
pub(crate) struct Reach {
    /// Items, the roots and the cut ones included.
    pub(crate) items: BTreeSet<ItemId>,
    /// Facts whose records are read.
    pub(crate) facts: BTreeSet<usize>,
}

/// The items of a contract with everything each depends on.
#[derive(Debug)]
pub(crate) struct Graph<'c> {
    pub(crate) contract: &'c Contract,
    below: Vec<Reach>,
}

impl<'c> Graph<'c> {
    pub(crate) fn new(contract: &'c Contract) -> Self {
        let none = BTreeSet::new();
        let below = (0..contract.items.len())
            .map(|at| reach(contract, &rule_nodes(contract, ItemId(at)), &none))
            .collect();
        Self { contract, below }
    }

    /// Whether `id` depends on `other`, directly or through others.
    pub(crate) fn depends(&self, id: ItemId, other: ItemId) -> bool {
        self.below.get(id.0).is_some_and(|it| it.items.contains(&other))
    }

    /// Everything below `id`.
    pub(crate) fn below(&self, id: ItemId) -> impl Iterator<Item = ItemId> {
        self.below.get(id.0).into_iter().flat_map(|it| it.items.iter().copied())
    }

    /// Whether records decide its value.
    pub(crate) fn rests_on_facts(&self, id: ItemId) -> bool {
        self.below.get(id.0).is_some_and(|it| !it.facts.is_empty())
    }

    /// Whether records of a fact decide its value, exclusions aside.
    pub(crate) fn reads(&self, id: ItemId, fact: usize) -> bool {
        self.below.get(id.0).is_some_and(|it| it.facts.contains(&fact))
    }

    /// A measured number: a level or definition that rests on records and is no money.
    pub(crate) fn measured(&self, id: ItemId) -> bool {
        let Some(item) = self.contract.item(id) else { return false };
        let number = matches!(&item.ty, Type::Scalar(unit) if unit.currency().is_none());
        number
            && matches!(item.kind, ItemKind::Level | ItemKind::Definition)
            && item.of_fact.is_none()
            && self.rests_on_facts(id)
    }

    /// Those of `ids` that no other of them depends on.
    pub(crate) fn topmost(&self, ids: &BTreeSet<ItemId>) -> BTreeSet<ItemId> {
        ids.iter()
            .copied()
            .filter(|it| !ids.iter().any(|other| other != it && self.depends(*other, *it)))
            .collect()
    }

    /// Whether a node names `id` or something that depends on it.
    pub(crate) fn node_depends(&self, node: &Node, id: ItemId) -> bool {
        node.items().into_iter().any(|it| it == id || self.depends(it, id))
    }
}

/// Everything reached from `roots` without looking inside the items of `cut`.
pub(crate) fn reach(contract: &Contract, roots: &[&Node], cut: &BTreeSet<ItemId>) -> Reach {
    let mut found = Reach::default();
    let mut waiting: Vec<ItemId> = Vec::new();
    for root in roots {
        note(root, &mut found, &mut waiting);
    }
    while let Some(id) = waiting.pop() {
        if !found.items.insert(id) || cut.contains(&id) {
            continue;
        }
        for node in rule_nodes(contract, id) {
            note(node, &mut found, &mut waiting);
        }
    }
    found
}

fn note(node: &Node, found: &mut Reach, waiting: &mut Vec<ItemId>) {
    match &node.op {
        Op::Fact(fact) => {
            found.facts.insert(*fact);
        }
        Op::Item(id, _)
        | Op::ItemFor(id, _)
        | Op::Paid(id, _)
        | Op::PaidOver { remedy: id, .. }
        | Op::Pattern { promise: id, .. } => waiting.push(*id),
        _ => {}
    }
    for part in node.parts() {
        note(part, found, waiting);
    }
}

/// All expressions of one rule, under every reading.
pub(crate) fn rule_nodes(contract: &Contract, id: ItemId) -> Vec<&Node> {
    let Some(item) = contract.item(id) else { return Vec::new() };
    let mut nodes: Vec<&Node> = item.readings.iter().filter_map(|it| it.body.as_ref()).collect();
    nodes.extend(item.applies.as_ref());
    nodes.extend(remedy_nodes(contract, id));
    if let Some(domain) = item.per.and_then(|it| contract.item(it)) {
        nodes.extend(domain.readings.iter().filter_map(|it| it.body.as_ref()));
    }
    nodes
}

/// The terms of a remedy.
pub(crate) fn remedy_nodes(contract: &Contract, id: ItemId) -> Vec<&Node> {
    let Some(terms) = contract.remedy(id) else { return Vec::new() };
    let mut nodes: Vec<&Node> = terms.when.iter().collect();
    nodes.extend(value_nodes(contract, id));
    nodes
}

/// The terms that make the amount.
pub(crate) fn value_nodes(contract: &Contract, id: ItemId) -> Vec<&Node> {
    let Some(terms) = contract.remedy(id) else { return Vec::new() };
    let mut nodes: Vec<&Node> = terms.pays.iter().chain(terms.base.as_ref()).collect();
    nodes.extend(terms.at_most.iter().chain(&terms.at_least));
    nodes.extend(terms.nothing_unless.as_ref().map(|(_, it)| it));
    nodes
}

/// Every part of an expression, itself first.
pub(crate) fn parts_of(node: &Node) -> Vec<&Node> {
    let mut all = vec![node];
    let mut at = 0;
    while let Some(next) = all.get(at).copied() {
        all.extend(next.parts());
        at += 1;
    }
    all
}
