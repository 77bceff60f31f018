//! Ladders no remedy moves, such as a target by size: holes and overlaps between their written edges.

use std::collections::BTreeSet;

use language::contract::{Contract, Item, ItemId, LadderMode, Node, Op, Type};
use quantity::{Quantity, Ratio, Unit};

use crate::graph::{parts_of, rule_nodes};
use crate::report::{Case, Finding, Report};
use crate::show::{both, percent, show_quantity};
use crate::tables::{Band, Seen};
use crate::words::short_source;

/// Every ladder with written edges that no scenario has tried.
pub(crate) fn check(contract: &Contract, seen: &Seen, report: &mut Report) {
    for (at, item) in contract.items.iter().enumerate() {
        for node in rule_nodes(contract, ItemId(at)).into_iter().flat_map(parts_of) {
            let Op::Ladder(key, LadderMode::Unique, rows, otherwise) = &node.op else { continue };
            let bands: Option<Vec<Band>> = rows.iter().map(|(band, _)| Band::written(band)).collect();
            let Some(bands) = bands.filter(|it| !it.iter().any(|it| seen.knows(it.span))) else { continue };
            let results: Vec<String> =
                rows.iter().map(|(_, it)| short_source(contract.source(it.span))).collect();
            let table = Table { contract, item, key, bands: &bands, results: &results };
            if otherwise.is_none() {
                table.hole(node, report);
            }
            table.overlap(node, report);
        }
    }
}

struct Table<'t> {
    contract: &'t Contract,
    item: &'t Item,
    key: &'t Node,
    bands: &'t [Band],
    results: &'t [String],
}

impl Table<'_> {
    /// Edges, and values between them; whole numbers only where every edge is one.
    fn values(&self) -> Vec<Ratio> {
        let edges: BTreeSet<Ratio> = self.bands.iter().flat_map(Band::edges).collect();
        let counted = self.unit().is_none() && edges.iter().all(Ratio::is_integer);
        let mut values = edges.clone();
        let sorted: Vec<&Ratio> = edges.iter().collect();
        for pair in sorted.windows(2) {
            let [low, high] = pair else { continue };
            let middle = low.add(high).and_then(|it| it.div(&Ratio::int(2)));
            let next = low.add(&Ratio::ONE).ok().filter(|it| it < high);
            values.extend(if counted { next } else { middle.ok() });
        }
        values.into_iter().collect()
    }

    fn unit(&self) -> Unit {
        match &self.key.ty {
            Type::Scalar(unit) => unit.clone(),
            _ => Unit::none(),
        }
    }

    fn matching(&self, value: &Ratio) -> Vec<usize> {
        (0..self.bands.len()).filter(|at| self.bands.get(*at).is_some_and(|it| it.holds(value))).collect()
    }

    fn shown(&self, value: &Ratio) -> String {
        let unit = self.unit();
        let share = unit.is_none() && self.bands.iter().flat_map(Band::edges).all(|it| it <= Ratio::ONE);
        if share { percent(value) } else { show_quantity(&Quantity { value: value.clone(), unit }) }
    }

    fn hole(&self, node: &Node, report: &mut Report) {
        let Some(value) = self.values().into_iter().find(|it| self.matching(it).is_empty()) else { return };
        let (key, shown) = (self.contract.source(self.key.span), self.shown(&value));
        let name = &self.item.name;
        let message = both(
            format!("no row of this table holds {key} = {shown}"),
            format!("{key} = {shown} 不属于表中任何一档"),
        );
        let note = both(format!("`{name}` has no value there"), format!("此时 `{name}` 没有值"));
        let help = both(
            "let one row begin where its neighbour ends, or add `otherwise:`",
            "请使相邻两档首尾相接，或添加 `otherwise:`",
        );
        report.add(Finding::warning("R0401", node.span, message, help), vec![Case::always(note)]);
    }

    fn overlap(&self, node: &Node, report: &mut Report) {
        let disagree = |rows: &[usize]| {
            let results: BTreeSet<&String> = rows.iter().filter_map(|it| self.results.get(*it)).collect();
            results.len() > 1
        };
        let Some(value) = self.values().into_iter().find(|it| disagree(&self.matching(it))) else { return };
        let (key, shown) = (self.contract.source(self.key.span), self.shown(&value));
        let message = both(
            format!("two rows of this table hold {key} = {shown} with different results"),
            format!("{key} = {shown} 时，表中两档同时适用而结果不同"),
        );
        let rows = self.matching(&value);
        let rows = rows
            .iter()
            .filter_map(|it| self.bands.get(*it))
            .map(|it| format!("`{}`", self.contract.source(it.span)));
        let rows = rows.collect::<Vec<_>>();
        let note = both(format!("{} match", rows.join(" and ")), format!("{} 同时符合", rows.join(" 与 ")));
        let help = both("let the rows exclude each other", "请使各档互斥");
        report.add(Finding::warning("R0402", node.span, message, help), vec![Case::always(note)]);
    }
}
