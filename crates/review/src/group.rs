//! Which measured numbers move a remedy, and which promises and remedies move together.

use std::collections::{BTreeMap, BTreeSet};

use language::contract::{Contract, ItemId, ItemKind, Node, Op};

use crate::graph::{Graph, parts_of, reach, remedy_nodes, rule_nodes, value_nodes};

/// A measured number with the remedies and promises that depend on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Group {
    /// The number that is varied; none when remedies follow a bare verdict.
    pub(crate) driver: Option<ItemId>,
    pub(crate) remedies: Vec<ItemId>,
    pub(crate) promises: Vec<ItemId>,
    /// Other measured numbers of the same remedies, held at their best.
    pub(crate) others: BTreeSet<ItemId>,
    /// Remedies that the number only makes due; other numbers decide how much.
    pub(crate) when_only: BTreeSet<ItemId>,
    /// Promises of the same remedies that no measured number here decides; their verdict is given.
    pub(crate) bare: BTreeSet<ItemId>,
}

impl Group {
    /// Items not looked into, because their value is given.
    pub(crate) fn given(&self) -> BTreeSet<ItemId> {
        self.driver.into_iter().chain(self.others.iter().copied()).collect()
    }

    /// Every rule of the group.
    pub(crate) fn rules(&self) -> impl Iterator<Item = ItemId> {
        self.remedies.iter().chain(&self.promises).copied()
    }
}

/// Every group of a contract with remedies, in the order of what moves them.
pub(crate) fn groups(graph: &Graph<'_>) -> Vec<Group> {
    let contract = graph.contract;
    let mut groups: BTreeMap<ItemId, Group> = BTreeMap::new();
    let mut bare = Vec::new();
    for terms in contract.remedies.iter().filter(|it| it.discretionary.is_none()) {
        let drivers = drivers(graph, terms.item);
        if drivers.is_empty() {
            bare.push(Group {
                remedies: vec![terms.item],
                bare: promises_of(graph, terms.item),
                ..Group::default()
            });
        }
        for driver in &drivers {
            let group = of_driver(&mut groups, *driver);
            group.remedies.push(terms.item);
            if drivers.len() > 1 && !moves(graph, terms.item, *driver) {
                group.when_only.insert(terms.item);
            }
            group.others.extend(drivers.iter().filter(|it| *it != driver));
            group.bare.extend(promises_of(graph, terms.item));
        }
    }
    for group in groups.values_mut() {
        join_promises(graph, group);
    }
    groups.into_values().chain(bare).collect()
}

/// Groups of promises alone, for comparing versions.
pub(crate) fn promise_groups(graph: &Graph<'_>) -> Vec<Group> {
    let contract = graph.contract;
    let mut groups: BTreeMap<ItemId, Group> = BTreeMap::new();
    for (at, item) in contract.items.iter().enumerate() {
        if matches!(item.kind, ItemKind::Promise | ItemKind::Duty) {
            let id = ItemId(at);
            for driver in reached_drivers(graph, &rule_nodes(contract, id)) {
                of_driver(&mut groups, driver).promises.push(id);
            }
        }
    }
    groups.into_values().collect()
}

fn of_driver(groups: &mut BTreeMap<ItemId, Group>, driver: ItemId) -> &mut Group {
    groups.entry(driver).or_insert_with(|| Group { driver: Some(driver), ..Group::default() })
}

/// Promises that follow the driver: those the remedies name, or else all there are.
fn join_promises(graph: &Graph<'_>, group: &mut Group) {
    let Some(driver) = group.driver else { return };
    let follows = |id: &ItemId| graph.depends(*id, driver);
    let named: Vec<ItemId> = group.bare.iter().copied().filter(follows).collect();
    let all = || promises(graph).filter(follows).collect();
    group.promises = if named.is_empty() { all() } else { named };
    let given = group.given();
    group.bare.retain(|id| !given.iter().any(|it| graph.depends(*id, *it)));
}

fn promises<'g>(graph: &'g Graph<'_>) -> impl Iterator<Item = ItemId> + 'g {
    let kinds = |kind| matches!(kind, ItemKind::Promise | ItemKind::Duty);
    graph.contract.items.iter().enumerate().filter(move |(_, it)| kinds(it.kind)).map(|(at, _)| ItemId(at))
}

/// Promises a remedy depends on.
pub(crate) fn promises_of(graph: &Graph<'_>, remedy: ItemId) -> BTreeSet<ItemId> {
    promises(graph).filter(|it| graph.depends(remedy, *it)).collect()
}

/// The measured numbers that move a remedy.
pub(crate) fn drivers(graph: &Graph<'_>, remedy: ItemId) -> BTreeSet<ItemId> {
    let contract = graph.contract;
    let paid = reach(contract, &value_nodes(contract, remedy), &BTreeSet::new()).items;
    let paid: BTreeSet<ItemId> = paid.into_iter().filter(|it| graph.measured(*it)).collect();
    let mut chosen = BTreeSet::new();
    for id in reached_drivers(graph, &remedy_nodes(contract, remedy)) {
        let below: BTreeSet<ItemId> = paid.iter().copied().filter(|it| graph.depends(id, *it)).collect();
        if paid.contains(&id) || below.is_empty() {
            chosen.insert(id);
        } else {
            // The promise measures it, the amount measures something beneath it: vary what both rest on.
            chosen.extend(graph.topmost(&below));
        }
    }
    // Numbers of the amount that no promise measures.
    let pays: Vec<&Node> = contract.remedy(remedy).and_then(|it| it.pays.as_ref()).into_iter().collect();
    let apart = reach(contract, &pays, &chosen).items;
    let apart = apart.into_iter().filter(|it| graph.measured(*it) && !chosen.contains(it));
    let apart: BTreeSet<ItemId> =
        apart.filter(|it| !chosen.iter().any(|known| graph.depends(*it, *known))).collect();
    chosen.extend(graph.topmost(&apart));
    chosen
}

/// Whether a number moves the amount of a remedy.
fn moves(graph: &Graph<'_>, remedy: ItemId, driver: ItemId) -> bool {
    value_nodes(graph.contract, remedy).into_iter().any(|it| graph.node_depends(it, driver))
}

/// Levels and compared numbers that rules reach, none of them hidden behind another.
fn reached_drivers(graph: &Graph<'_>, roots: &[&Node]) -> BTreeSet<ItemId> {
    let contract = graph.contract;
    let all = reach(contract, roots, &BTreeSet::new());
    let compared: BTreeSet<ItemId> = nodes_of(contract, &all.items, roots).flat_map(compared).collect();
    let level = |id: &ItemId| contract.item(*id).is_some_and(|it| it.kind == ItemKind::Level);
    let mut chosen: BTreeSet<ItemId> = all
        .items
        .iter()
        .copied()
        .filter(|it| graph.measured(*it) && (level(it) || compared.contains(it)))
        .collect();
    let keyed: BTreeSet<ItemId> = nodes_of(contract, &all.items, roots).flat_map(key_of_ladder).collect();
    for id in chosen.clone() {
        let basic = |it: &ItemId| *it != id && graph.depends(id, *it) && (level(it) || keyed.contains(it));
        if !level(&id) && chosen.iter().any(basic) {
            // A table of a level is compared, such as `share > 0%`: the level is what varies.
            chosen.remove(&id);
            continue;
        }
        let outside = reach(contract, roots, &BTreeSet::from([id])).items;
        let beneath: Vec<ItemId> =
            chosen.iter().copied().filter(|it| *it != id && graph.depends(id, *it)).collect();
        if beneath.iter().any(|it| outside.contains(it)) {
            chosen.remove(&id);
        } else {
            chosen.retain(|it| !beneath.contains(it));
        }
    }
    chosen
}

fn nodes_of<'n>(
    contract: &'n Contract,
    items: &BTreeSet<ItemId>,
    roots: &[&'n Node],
) -> impl Iterator<Item = &'n Node> {
    let nodes: Vec<&Node> =
        items.iter().flat_map(|id| rule_nodes(contract, *id)).chain(roots.iter().copied()).collect();
    nodes.into_iter().flat_map(parts_of)
}

fn key_of_ladder(node: &Node) -> Option<ItemId> {
    match &node.op {
        Op::Ladder(key, ..) => match &key.op {
            Op::Item(id, _) | Op::ItemFor(id, _) => Some(*id),
            _ => None,
        },
        _ => None,
    }
}

/// Items that stand as one side of a comparison or as the key of a ladder.
fn compared(node: &Node) -> Vec<ItemId> {
    let named = |it: &Node| match &it.op {
        Op::Item(id, _) | Op::ItemFor(id, _) => Some(*id),
        _ => None,
    };
    match &node.op {
        Op::Compare(_, a, b) => [named(a), named(b)].into_iter().flatten().collect(),
        Op::InBand(a, _) | Op::Ladder(a, ..) => named(a).into_iter().collect(),
        _ => Vec::new(),
    }
}
