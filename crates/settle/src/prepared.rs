//! What all settlements of one contract have in common, worked out once.

use std::collections::{BTreeMap, BTreeSet};

use calendar::HolidayCalendar;
use language::contract::{Contract, Item, ItemId, ItemKind, Node, Op, Reading, Type};
use sha2::{Digest, Sha256};

use crate::settle::hex;
use crate::settlement::ContractName;

/// A contract, ready to settle many subscriptions.
///
/// Holds what follows from the text alone, so that a settlement only pays for its own evidence.
#[derive(Debug, Clone)]
pub struct Prepared<'a> {
    pub(crate) contract: &'a Contract,
    pub(crate) name: ContractName,
    /// Readings that are not in force, in the order of the contract.
    pub(crate) others: Vec<OtherReading<'a>>,
    /// Of each item the reading in force that it follows.
    in_force: Vec<Option<&'a Reading>>,
    /// Levels written as percentages.
    pub(crate) percentages: BTreeSet<ItemId>,
    /// Holiday calendars the contract names, with where they come from.
    pub(crate) calendars: Vec<(String, String)>,
}

/// A reading that is not in force.
#[derive(Debug, Clone)]
pub(crate) struct OtherReading<'a> {
    pub(crate) name: &'a str,
    pub(crate) why: &'a str,
    /// Items whose value may differ under it.
    pub(crate) touched: BTreeSet<ItemId>,
}

impl<'a> Prepared<'a> {
    /// Works out what follows from the contract alone.
    pub fn new(contract: &'a Contract) -> Self {
        let dependencies: Vec<BTreeSet<ItemId>> =
            (0..contract.items.len()).map(|at| depends_on(contract, ItemId(at))).collect();
        let items = contract.items.iter().zip(&dependencies);
        Self {
            contract,
            name: name(contract),
            others: other_readings(contract, &dependencies),
            in_force: items.map(|(item, used)| reading_in_force(contract, item, used)).collect(),
            percentages: contract
                .of_kind(ItemKind::Level)
                .filter(|(id, it)| is_percent(contract, *id, it))
                .map(|(id, _)| id)
                .collect(),
            calendars: calendars(contract),
        }
    }

    /// The reading in force that an item follows: its own, or that of a rule it depends on.
    pub(crate) fn in_force(&self, id: ItemId) -> Option<&'a Reading> {
        self.in_force.get(id.0).copied().flatten()
    }
}

fn name(contract: &Contract) -> ContractName {
    ContractName {
        id: contract.id.clone(),
        version: contract.version.clone(),
        sha256: hex(&Sha256::digest(contract.text.as_bytes())),
        title: contract.title.clone(),
        provider: contract.provider.clone(),
        zone: contract.zone.clone(),
    }
}

fn other_readings<'a>(contract: &'a Contract, dependencies: &[BTreeSet<ItemId>]) -> Vec<OtherReading<'a>> {
    let other = |name: String| {
        let named = || contract.items.iter().flat_map(|it| &it.readings).filter(|it| it.name == name);
        Some(OtherReading {
            name: &named().next()?.name,
            why: named().map(|it| it.why.as_str()).find(|it| !it.is_empty()).unwrap_or_default(),
            touched: touched_by(contract, dependencies, &name),
        })
    };
    contract.other_readings().into_iter().filter_map(other).collect()
}

/// Items that a reading changes: those that offer it, and all that depend on them.
fn touched_by(contract: &Contract, dependencies: &[BTreeSet<ItemId>], reading: &str) -> BTreeSet<ItemId> {
    let offers = |id: &ItemId| {
        contract
            .item(*id)
            .is_some_and(|it| it.readings.len() > 1 && it.readings.iter().any(|it| it.name == reading))
    };
    let ids = (0..contract.items.len()).map(ItemId).zip(dependencies);
    ids.filter(|(id, used)| offers(id) || used.iter().any(offers)).map(|(id, _)| id).collect()
}

fn reading_in_force<'a>(
    contract: &'a Contract,
    item: &'a Item,
    used: &BTreeSet<ItemId>,
) -> Option<&'a Reading> {
    let mut followed = std::iter::once(item).chain(used.iter().filter_map(|it| contract.item(*it)));
    followed.find(|it| it.readings.len() > 1).and_then(|it| it.readings.get(it.in_force))
}

/// Whether a level is written as a percentage: a promise compares it with one, or, where none does, it is a share.
fn is_percent(contract: &Contract, id: ItemId, item: &Item) -> bool {
    if !matches!(&item.ty, Type::Scalar(unit) if unit.is_none()) {
        return false;
    }
    let bodies = contract.items.iter().filter(|it| matches!(it.kind, ItemKind::Promise | ItemKind::Duty));
    let bodies = bodies.flat_map(|it| &it.readings).filter_map(|it| it.body.as_ref());
    let comparing: Vec<&Node> = bodies.filter(|it| it.items().contains(&id)).collect();
    if comparing.is_empty() {
        return item.readings.iter().filter_map(|it| it.body.as_ref()).any(is_share);
    }
    comparing.iter().any(|it| contract.source(it.span).contains('%'))
}

/// A quotient, a share of rows, or one less such a figure.
fn is_share(body: &Node) -> bool {
    match &body.op {
        Op::Divide(..) | Op::Aggregate { which: language::contract::Aggregate::Share, .. } => true,
        Op::Subtract(_, taken) => is_share(taken),
        _ => false,
    }
}

/// All items an item depends on, directly or through others.
pub fn depends_on(contract: &Contract, id: ItemId) -> BTreeSet<ItemId> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![id];
    while let Some(next) = waiting.pop() {
        for used in uses(contract, next) {
            if found.insert(used) {
                waiting.push(used);
            }
        }
    }
    found
}

fn uses(contract: &Contract, id: ItemId) -> Vec<ItemId> {
    let Some(item) = contract.item(id) else { return Vec::new() };
    let mut nodes: Vec<&Node> = item.readings.iter().filter_map(|it| it.body.as_ref()).collect();
    nodes.extend(item.applies.as_ref());
    nodes.extend(item.until.as_ref());
    if let Some(remedy) = contract.remedy(id) {
        nodes.extend(remedy.when.as_ref());
        nodes.extend(remedy.pays.as_ref());
        nodes.extend(remedy.base.as_ref());
        nodes.extend(&remedy.at_most);
        nodes.extend(&remedy.at_least);
        nodes.extend(remedy.nothing_unless.as_ref().map(|(_, it)| it));
        nodes.extend(remedy.directly.as_ref());
    }
    let mut ids: Vec<ItemId> = nodes.iter().flat_map(|it| it.items()).collect();
    ids.extend(item.per);
    if nodes.iter().any(|it| uses_exclusions(it)) {
        ids.extend(contract.of_kind(ItemKind::Exclusion).map(|(id, _)| id));
    }
    ids
}

fn uses_exclusions(node: &Node) -> bool {
    matches!(node.op, Op::Exclude(_) | Op::ExcludeRows(_) | Op::Excluded)
        || node.parts().into_iter().any(uses_exclusions)
}

/// Holiday calendars the contract names, with where they come from.
fn calendars(contract: &Contract) -> Vec<(String, String)> {
    calendars_of(contract).iter().map(|it| (it.name().to_owned(), it.provenance().to_owned())).collect()
}

/// The holiday calendars a contract rests on, those of the program and its own, by name.
pub fn calendars_of(contract: &Contract) -> Vec<HolidayCalendar> {
    let mut found = BTreeMap::new();
    let mut nodes: Vec<&Node> =
        contract.items.iter().flat_map(|it| &it.readings).filter_map(|it| it.body.as_ref()).collect();
    nodes.extend(contract.claims.iter().flat_map(|it| it.opens.iter().chain(it.closes.iter())));
    for node in nodes {
        collect_calendars(node, &mut found);
    }
    found.into_values().collect()
}

fn collect_calendars(node: &Node, found: &mut BTreeMap<(String, String), HolidayCalendar>) {
    let mut add = |it: &HolidayCalendar| {
        found.insert((it.name().to_owned(), it.provenance().to_owned()), it.clone());
    };
    match &node.op {
        Op::Calendar(it) => add(it),
        Op::Hours(hours) => match &hours.days {
            calendar::DayRule::WorkingDays(it) | calendar::DayRule::ExceptHolidays(it) => add(it),
            calendar::DayRule::EveryListedDay => {}
        },
        _ => {}
    }
    for part in node.parts() {
        collect_calendars(part, found);
    }
}
