//! A group of rules tried at every value that matters, under one set of circumstances.

use std::collections::BTreeSet;

use evidence::{Datum, Facts, Memory};
use language::contract::{ItemId, ItemKind, Node, Op, Type};
use quantity::{Quantity, Ratio, Unit};
use settle::Overrides;
use settle::probe::{Owed, Probe};
use settle::settlement::{Outcome, RemedyStatus};
use settle::value::Value;

use crate::active::{InEffect, in_effect, subject};
use crate::domain::{Constants, Domain};
use crate::graph::{Graph, parts_of, reach, rule_nodes};
use crate::group::Group;
use crate::invent;
use crate::scenario::Scenario;
use crate::tables::{Table, tables};

/// Everything fixed while one group is tried under one scenario.
pub(crate) struct Bench<'b, 'c> {
    pub(crate) graph: &'b Graph<'c>,
    pub(crate) group: &'b Group,
    pub(crate) scenario: &'b Scenario,
    pub(crate) facts: Memory,
    pub(crate) given: BTreeSet<ItemId>,
    /// The varied number's domain; none when the group has no driver.
    pub(crate) domain: Option<Domain>,
    /// The values to try, ascending.
    pub(crate) points: Vec<Ratio>,
    /// Ladders whose key moves with the varied number.
    pub(crate) tables: Vec<Table<'c>>,
    /// The other numbers where things go well, and where they do not.
    held: [Vec<(ItemId, Quantity)>; 2],
    /// What is not varied goes well: other numbers, and promises no number decides.
    others_well: bool,
    bare_met: bool,
}

/// What the group says at one value.
#[derive(Debug, Clone)]
pub(crate) struct Try {
    pub(crate) at: Ratio,
    pub(crate) remedies: Vec<Paid>,
    /// Verdicts of the group's promises: kept or not, when there is one.
    pub(crate) verdicts: Vec<(ItemId, Option<bool>)>,
    /// No row of some table holds it.
    pub(crate) hole: bool,
}

/// What one remedy says at one value.
#[derive(Debug, Clone)]
pub(crate) struct Paid {
    pub(crate) id: ItemId,
    /// Its condition holds.
    pub(crate) due: Option<bool>,
    pub(crate) owed: Owed,
}

impl Try {
    /// Some promise is broken.
    pub(crate) fn broken(&self) -> bool {
        self.verdicts.iter().any(|(_, it)| *it == Some(false))
    }

    /// There are promises here and all are kept.
    pub(crate) fn kept(&self) -> bool {
        !self.verdicts.is_empty() && self.verdicts.iter().all(|(_, it)| *it == Some(true))
    }

    /// The tables are asked here: something is broken or due.
    pub(crate) fn live(&self) -> bool {
        self.broken() || self.remedies.iter().any(|it| it.due == Some(true))
    }

    pub(crate) fn of(&self, remedy: ItemId) -> Option<&Paid> {
        self.remedies.iter().find(|it| it.id == remedy)
    }
}

impl Paid {
    /// The share of the base that is paid, or the amount where there is no base; none in a hole.
    pub(crate) fn worth(&self) -> Option<Ratio> {
        match self.owed.status {
            RemedyStatus::NotDue if self.empty_base() => self.owed.share.clone(),
            RemedyStatus::NotDue | RemedyStatus::NotCovered | RemedyStatus::Negative => Some(Ratio::ZERO),
            RemedyStatus::Suppressed => self.literal(),
            RemedyStatus::Due => {
                let amount = self.owed.amount.as_ref()?;
                match &self.owed.base {
                    Some(base) => amount.value.div(&base.value).ok(),
                    None => Some(amount.value.clone()),
                }
            }
            _ => None,
        }
    }

    /// Nothing was charged to pay a share of.
    fn empty_base(&self) -> bool {
        self.owed.base.as_ref().is_some_and(|it| it.value.is_zero())
            && self.owed.share.as_ref().is_some_and(Ratio::is_positive)
    }

    /// Its table or formula gave something, if only an objection.
    fn is_asked(&self) -> bool {
        use RemedyStatus::{Ambiguous, Due, Negative, NoRow, Suppressed};
        matches!(self.owed.status, Ambiguous | Due | Negative | NoRow | Suppressed)
    }

    /// What the words literally compute: the share of the base, or the amount where there is no base.
    pub(crate) fn literal(&self) -> Option<Ratio> {
        match &self.owed.base {
            Some(_) => self.owed.share.clone(),
            None => self.owed.literal.as_ref().map(|it| it.value.clone()),
        }
    }
}

impl<'b, 'c> Bench<'b, 'c> {
    pub(crate) fn new(graph: &'b Graph<'c>, group: &'b Group, scenario: &'b Scenario) -> Self {
        let contract = graph.contract;
        let given = group.given();
        let nodes: Vec<&Node> = group.rules().flat_map(|it| rule_nodes(contract, it)).collect();
        let facts = invent::evidence(contract, &reach(contract, &nodes, &given).facts, &scenario.cycle);
        let mut bench = Self {
            graph,
            group,
            scenario,
            facts,
            given,
            domain: None,
            points: vec![Ratio::ZERO],
            tables: Vec::new(),
            held: [Vec::new(), Vec::new()],
            others_well: true,
            bare_met: !group.promises.is_empty(),
        };
        let ends: Vec<(ItemId, [Quantity; 2])> =
            group.others.iter().map(|it| (*it, bench.ends(*it))).collect();
        bench.held =
            [0, 1].map(|end| ends.iter().filter_map(|(id, it)| Some((*id, it.get(end)?.clone()))).collect());
        if let Some(driver) = group.driver {
            bench.find_points(driver);
            bench.tables = tables(&bench, driver);
        }
        bench
    }

    fn find_points(&mut self, driver: ItemId) {
        let contract = self.graph.contract;
        let Some(Type::Scalar(unit)) = contract.item(driver).map(|it| &it.ty) else { return };
        let active = self.in_effect();
        let mut constants = Constants::of(active.iter().map(|it| it.node), unit);
        let own = |it: Quantity| (it.unit == *unit).then_some(it.value);
        constants.compared =
            active.iter().flat_map(|it| self.edges(*it, Some(driver))).filter_map(own).collect();
        constants.add(active.iter().flat_map(|it| self.edges(*it, None)).filter_map(own));
        let cycle_s = self.scenario.cycle_s();
        let domain = Domain::of(contract, driver, self.scenario.reading.as_deref(), &constants, &cycle_s);
        self.points = domain.points(&constants, &cycle_s);
        self.domain = Some(domain);
    }

    /// The end of another number at which no promise is broken, then the opposite end.
    fn ends(&self, id: ItemId) -> [Quantity; 2] {
        let contract = self.graph.contract;
        let promises = (0..contract.items.len()).map(ItemId).filter(|it| self.graph.depends(*it, id));
        let kinds = |it: &ItemId| {
            contract.item(*it).is_some_and(|it| matches!(it.kind, ItemKind::Promise | ItemKind::Duty))
        };
        let promises: Vec<ItemId> = promises.filter(kinds).collect();
        let unit = match contract.item(id).map(|it| &it.ty) {
            Some(Type::Scalar(unit)) => unit.clone(),
            _ => Unit::none(),
        };
        let nodes = promises
            .iter()
            .chain(&self.group.remedies)
            .flat_map(|it| rule_nodes(contract, *it))
            .flat_map(parts_of);
        let domain = Domain::of(contract, id, None, &Constants::of(nodes, &unit), &self.scenario.cycle_s());
        let broken = |value: &Ratio| {
            let mut overrides = self.scenario.overrides.clone();
            overrides.items.push((id, Ok(Value::Quantity(domain.quantity(value)))));
            let probe = self.probe(&overrides);
            promises.iter().any(|it| truth(probe.item(*it, subject(&probe, *it))) == Some(false))
        };
        let [well, ill] = domain.ends();
        let (well, ill) = if broken(&well) && !broken(&ill) { (ill, well) } else { (well, ill) };
        [domain.quantity(&well), domain.quantity(&ill)]
    }

    /// The sum of all charges invented, in the major unit.
    pub(crate) fn charged(&self) -> Ratio {
        let facts = 0..self.graph.contract.schema.facts.len();
        let records = facts.flat_map(|it| self.facts.rows(it)).flat_map(|it| it.attributes.iter().flatten());
        let charges = records.filter_map(|it| match it {
            Datum::Money(it) => Some(it),
            _ => None,
        });
        charges.fold(Ratio::ZERO, |sum, it| sum.add(it).unwrap_or(sum))
    }

    /// Values that something (or just `only`) is compared with, where they do not depend on what is varied.
    fn edges(&self, it: InEffect<'c>, only: Option<ItemId>) -> Vec<Quantity> {
        let asked = |node: &Node| match (only, &node.op) {
            (Some(id), Op::Item(named, _) | Op::ItemFor(named, _)) => *named == id,
            (Some(_), _) => false,
            (None, _) => true,
        };
        let edges: Vec<&'c Node> = match &it.node.op {
            Op::Compare(_, a, b) => {
                [(a, b), (b, a)].into_iter().filter(|(it, _)| asked(it)).map(|(_, it)| &**it).collect()
            }
            Op::InBand(key, band) if asked(key) => band.edges().collect(),
            Op::Ladder(key, _, rows, _) if asked(key) => {
                rows.iter().flat_map(|(band, _)| band.edges()).collect()
            }
            _ => Vec::new(),
        };
        let overrides = self.overrides(None);
        let probe = self.probe(&overrides);
        let fixed = |node: &&Node| !self.given.iter().any(|id| self.graph.node_depends(node, *id));
        let edges = edges.into_iter().filter(|it| matches!(it.ty, Type::Scalar(_))).filter(fixed);
        edges.filter_map(|node| quantity(probe.node(node, subject(&probe, it.item)))).collect()
    }

    /// Every expression in effect below the group's rules.
    pub(crate) fn in_effect(&self) -> Vec<InEffect<'c>> {
        let overrides = self.overrides(None);
        in_effect(self.graph, self.probe(&overrides), self.group.rules(), &self.given)
    }

    fn probe<'p>(&'p self, overrides: &'p Overrides) -> Probe<'p> {
        Probe {
            contract: self.graph.contract,
            facts: &self.facts,
            cycle: &self.scenario.cycle,
            inputs: &self.scenario.inputs,
            overrides,
            reading: self.scenario.reading.as_deref(),
        }
    }

    /// The scenario's own values, the other numbers at their best, and the varied one.
    fn overrides(&self, at: Option<&Ratio>) -> Overrides {
        let mut overrides = self.scenario.overrides.clone();
        let [well, ill] = &self.held;
        let held = if self.others_well { well } else { ill };
        overrides.items.extend(held.iter().map(|(id, it)| (*id, Ok(Value::Quantity(it.clone())))));
        if let (Some(driver), Some(domain), Some(at)) = (self.group.driver, &self.domain, at) {
            overrides.items.push((driver, Ok(Value::Quantity(domain.quantity(at)))));
        }
        overrides.verdicts.extend(self.group.bare.iter().map(|it| (*it, None, self.bare_met)));
        overrides
    }

    /// The group tried at one value.
    pub(crate) fn attempt(&self, at: &Ratio) -> Try {
        let overrides = self.overrides(Some(at));
        let probe = self.probe(&overrides);
        let verdicts =
            self.group.promises.iter().map(|id| (*id, truth(probe.item(*id, subject(&probe, *id)))));
        let verdicts = verdicts.collect();
        let remedies = self.group.remedies.iter().filter_map(|id| {
            let who = subject(&probe, *id);
            let when = self.graph.contract.remedy(*id)?.when.as_ref();
            let due = when.map_or(Some(true), |it| truth(probe.node(it, who.clone())));
            Some(Paid { id: *id, due, owed: probe.remedy(*id, who)? })
        });
        let hole = self.tables.iter().any(|it| it.unmatched(self, at));
        Try { at: at.clone(), remedies: remedies.collect(), verdicts, hole }
    }

    /// The group tried at every value.
    pub(crate) fn tries(&mut self) -> Vec<Try> {
        self.settle_verdicts();
        self.points.iter().map(|it| self.attempt(it)).collect()
    }

    /// What is not varied goes well; where nothing is ever due then, it goes ill.
    pub(crate) fn settle_verdicts(&mut self) {
        let first = (self.bare_met, self.others_well);
        let broken = (false, self.others_well);
        let ill = (self.bare_met, false);
        for (bare_met, others_well) in [first, broken, ill, (false, false)] {
            (self.bare_met, self.others_well) = (bare_met, others_well);
            if self.points.iter().any(|it| self.attempt(it).remedies.iter().any(Paid::is_asked)) {
                return;
            }
        }
        (self.bare_met, self.others_well) = first;
    }

    /// The value of an expression of `item` when the varied number is `at`.
    pub(crate) fn node(&self, it: InEffect<'c>, node: &'c Node, at: &Ratio) -> Outcome<Value> {
        let overrides = self.overrides(Some(at));
        let probe = self.probe(&overrides);
        probe.node(node, subject(&probe, it.item))
    }
}

/// A number, if there is one.
pub(crate) fn quantity(value: Outcome<Value>) -> Option<Quantity> {
    match value {
        Ok(Value::Quantity(it)) => Some(it),
        _ => None,
    }
}

fn truth(value: Outcome<Value>) -> Option<bool> {
    match value {
        Ok(Value::Truth(it)) => Some(it),
        _ => None,
    }
}
