//! Ladders: values no row holds, values two rows hold with different results, rows nothing reaches.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use language::contract::{BandNode, ItemId, LadderMode, Node, Op, Span};
use quantity::Ratio;

use crate::active::InEffect;
use crate::report::{Finding, Report};
use crate::show::both;
use crate::sweep::{Bench, Try, quantity};
use crate::witness::{lead, order, place, shown_at, witness};

/// A ladder in effect whose key moves with the varied number.
pub(crate) struct Table<'c> {
    within: InEffect<'c>,
    key: &'c Node,
    mode: LadderMode,
    rows: Vec<Row<'c>>,
    otherwise: bool,
    /// The key is the varied number itself.
    direct: bool,
}

struct Row<'c> {
    band: Band,
    result: &'c Node,
}

/// The edges of a row: value and whether it is inside.
#[derive(Debug, Clone)]
pub(crate) struct Band {
    low: Option<(Ratio, bool)>,
    high: Option<(Ratio, bool)>,
    pub(crate) span: Span,
}

/// Rows seen over all scenarios.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    rows: BTreeMap<Span, SeenRow>,
}

#[derive(Debug, Default)]
struct SeenRow {
    item: Option<ItemId>,
    reached: bool,
    pays: bool,
    in_force: bool,
    /// Something else than the remedies tried asks the table.
    shared: bool,
}

/// Holes and overlaps; which rows are reached goes into `seen`.
pub(crate) fn check(bench: &Bench<'_, '_>, tries: &[Try], report: &mut Report, seen: &mut Seen) {
    for table in &bench.tables {
        table.holes(bench, tries, report);
        table.overlaps(bench, tries, report);
        table.reached(bench, tries, seen);
    }
}

/// The ladders in effect whose edges are fixed and whose key is varied.
pub(crate) fn tables<'c>(bench: &Bench<'_, 'c>, driver: ItemId) -> Vec<Table<'c>> {
    bench.in_effect().into_iter().filter_map(|it| Table::new(bench, it, driver)).collect()
}

impl<'c> Table<'c> {
    fn new(bench: &Bench<'_, 'c>, within: InEffect<'c>, driver: ItemId) -> Option<Self> {
        let Op::Ladder(key, mode, rows, otherwise) = &within.node.op else { return None };
        let varied = |node: &Node| bench.graph.node_depends(node, driver);
        if !varied(key) || rows.iter().any(|(band, _)| band.edges().any(varied)) {
            return None;
        }
        let direct = matches!(&key.op, Op::Item(id, _) | Op::ItemFor(id, _) if *id == driver);
        let value = |node: &'c Node| quantity(bench.node(within, node, &Ratio::ZERO)).map(|it| it.value);
        let rows = rows.iter().map(|(band, result)| Some(Row { band: Band::new(band, value)?, result }));
        Some(Self {
            within,
            key,
            mode: *mode,
            rows: rows.collect::<Option<_>>()?,
            otherwise: otherwise.is_some(),
            direct,
        })
    }

    fn key(&self, bench: &Bench<'_, 'c>, at: &Ratio) -> Option<Ratio> {
        if self.direct {
            return Some(at.clone());
        }
        quantity(bench.node(self.within, self.key, at)).map(|it| it.value)
    }

    fn matching(&self, bench: &Bench<'_, 'c>, at: &Ratio) -> Option<Vec<usize>> {
        let key = self.key(bench, at)?;
        Some(
            (0..self.rows.len())
                .filter(|row| self.rows.get(*row).is_some_and(|it| it.band.holds(&key)))
                .collect(),
        )
    }

    /// No row holds this value, and nothing is said otherwise.
    pub(crate) fn unmatched(&self, bench: &Bench<'_, 'c>, at: &Ratio) -> bool {
        !self.otherwise && self.matching(bench, at).is_some_and(|it| it.is_empty())
    }

    fn result(&self, bench: &Bench<'_, 'c>, row: usize, at: &Ratio) -> Option<Ratio> {
        quantity(bench.node(self.within, self.rows.get(row)?.result, at)).map(|it| it.value)
    }

    fn holes(&self, bench: &Bench<'_, 'c>, tries: &[Try], report: &mut Report) {
        if self.otherwise {
            return;
        }
        let failing = |it: &Try| it.live() && self.unmatched(bench, &it.at);
        let holes = stretches(bench, tries, &failing);
        let Some(domain) = &bench.domain else { return };
        if holes.is_empty() {
            return;
        }
        let values: Vec<String> = holes.iter().map(|it| shown_at(domain, it)).collect();
        let key = bench.graph.contract.source(self.key.span);
        let message = both(
            format!("no row of this table holds {key} = {}{}", values.join(", "), bench.scenario.aside().en),
            format!("{key} = {} 不属于表中任何一档{}", values.join("、"), bench.scenario.aside().zh),
        );
        let broken = |it: &Try| {
            if it.broken() { both("the promise is broken, ", "承诺未达标，却") } else { both("", "") }
        };
        let notes = holes.iter().map(|it| {
            let (lead, broken) = (lead(bench, it), broken(it));
            both(
                format!("{}{}no row matches and nothing is paid", lead.en, broken.en),
                format!("{}{}没有对应的档位，不予支付", lead.zh, broken.zh),
            )
        });
        let help = both(
            "let one row begin where its neighbour ends: `[97%, 99%)`",
            "请让相邻两档首尾相接：`[97%, 99%)`",
        );
        let finding = Finding::warning("R0401", self.within.node.span, message, help)
            .weighed(bench.scenario.reading.is_none());
        report.add(finding, notes.map(|it| bench.scenario.case(it)).collect());
    }

    /// Rows that hold a value together and disagree.
    fn disagreeing(&self, bench: &Bench<'_, 'c>, it: &Try) -> Option<(usize, usize)> {
        let rows = self.matching(bench, &it.at)?;
        let results: Vec<(usize, Ratio)> =
            rows.into_iter().filter_map(|row| Some((row, self.result(bench, row, &it.at)?))).collect();
        let (first, result) = results.first()?;
        let other = results.iter().find(|(_, it)| it != result)?;
        Some((*first, other.0))
    }

    fn overlaps(&self, bench: &Bench<'_, 'c>, tries: &[Try], report: &mut Report) {
        if self.mode != LadderMode::Unique {
            return;
        }
        let failing = |it: &Try| it.live() && self.disagreeing(bench, it).is_some();
        let overlaps = stretches(bench, tries, &failing);
        let Some(first) = overlaps.first() else { return };
        let (key, contract) = (bench.graph.contract.source(self.key.span), bench.graph.contract);
        let at = place(bench, first);
        let message = both(
            format!(
                "two rows of this table hold the same {key} with different results {}{}",
                at.en,
                bench.scenario.aside().en
            ),
            format!("{}，表中两档同时适用而结果不同{}", at.zh, bench.scenario.aside().zh),
        );
        let row = |row: usize| self.rows.get(row).map_or("", |it| contract.source(it.band.span));
        let notes = overlaps.iter().filter_map(|it| {
            let (a, b) = self.disagreeing(bench, it)?;
            let lead = lead(bench, it);
            let (a, b) = (row(a), row(b));
            Some(both(
                format!("{}both `{a}` and `{b}` match", lead.en),
                format!("{}`{a}` 与 `{b}` 同时符合", lead.zh),
            ))
        });
        let help = both(
            "let the rows exclude each other, or say which wins: `ladder … first`, `ladder … greatest`",
            "请使各档互斥，或写明何者优先：`ladder … first`、`ladder … greatest`",
        );
        let finding = Finding::warning("R0402", self.within.node.span, message, help)
            .weighed(bench.scenario.reading.is_none());
        report.add(finding, notes.map(|it| bench.scenario.case(it)).collect());
    }

    fn reached(&self, bench: &Bench<'_, 'c>, tries: &[Try], seen: &mut Seen) {
        if !tries.iter().any(Try::live) {
            return;
        }
        let mut taken: Vec<usize> = Vec::new();
        for it in tries.iter().filter(|it| it.live()) {
            taken.extend(self.taken(bench, &it.at));
        }
        for (at, row) in self.rows.iter().enumerate() {
            let known = seen.rows.entry(row.band.span).or_default();
            known.item = Some(self.within.item);
            known.shared |= shared(bench, self.within.item);
            known.reached |= taken.contains(&at);
            known.in_force |= bench.scenario.reading.is_none();
            known.pays |=
                tries.iter().any(|it| self.result(bench, at, &it.at).is_some_and(|it| !it.is_zero()));
        }
    }

    /// The rows that decide at a value.
    fn taken(&self, bench: &Bench<'_, 'c>, at: &Ratio) -> Vec<usize> {
        let rows = self.matching(bench, at).unwrap_or_default();
        match self.mode {
            LadderMode::Unique => rows,
            LadderMode::First => rows.into_iter().take(1).collect(),
            LadderMode::Greatest => {
                let results: Vec<(usize, Option<Ratio>)> =
                    rows.into_iter().map(|it| (it, self.result(bench, it, at))).collect();
                let best = results.iter().filter_map(|(_, it)| it.clone()).max();
                results.into_iter().filter(|(_, it)| *it == best).map(|(it, _)| it).collect()
            }
        }
    }
}

impl Band {
    /// The band, its edges valued by `value`; none when one has no value.
    fn new<'n>(band: &'n BandNode, value: impl Fn(&'n Node) -> Option<Ratio>) -> Option<Self> {
        let edge = |it: &'n Option<(Node, bool)>| match it {
            Some((node, inside)) => value(node).map(|it| Some((it, *inside))),
            None => Some(None),
        };
        Some(Self { low: edge(&band.low)?, high: edge(&band.high)?, span: band.span })
    }

    /// A band whose edges are written out.
    pub(crate) fn written(band: &BandNode) -> Option<Self> {
        Self::new(band, crate::domain::written)
    }

    pub(crate) fn edges(&self) -> impl Iterator<Item = Ratio> {
        self.low.iter().chain(&self.high).map(|(it, _)| it.clone())
    }

    pub(crate) fn holds(&self, value: &Ratio) -> bool {
        let beyond = |edge: &Option<(Ratio, bool)>, side: Ordering| {
            edge.as_ref().is_none_or(|(edge, inside)| match value.cmp(edge) {
                Ordering::Equal => *inside,
                order => order == side,
            })
        };
        beyond(&self.low, Ordering::Greater) && beyond(&self.high, Ordering::Less)
    }
}

impl Seen {
    /// Whether some scenario has tried the table of this row.
    pub(crate) fn knows(&self, row: Span) -> bool {
        self.rows.contains_key(&row)
    }
}

/// One witness for each stretch of failing values, from the best service to the worst.
fn stretches(bench: &Bench<'_, '_>, tries: &[Try], failing: &impl Fn(&Try) -> bool) -> Vec<Try> {
    const SHOWN: usize = 4;
    let mut found = Vec::new();
    let mut inside = false;
    for at in order(bench, tries) {
        let fails = tries.get(at).is_some_and(failing);
        if fails && !inside && found.len() < SHOWN {
            found.extend(witness(bench, tries, at, failing));
        }
        inside = fails;
    }
    found
}

/// Whether rules beside the group ask an item: a right, another remedy, a level.
fn shared(bench: &Bench<'_, '_>, item: ItemId) -> bool {
    let (graph, group) = (bench.graph, bench.group);
    let apart = |id: ItemId| {
        !group.remedies.iter().any(|it| *it == id || graph.depends(*it, id) || graph.depends(id, *it))
    };
    (0..graph.contract.items.len()).map(ItemId).any(|id| graph.depends(id, item) && apart(id))
}

/// Rows no scenario reaches although they would pay.
pub(crate) fn unreached(contract: &language::Contract, seen: &Seen, report: &mut Report) {
    for (span, row) in seen.rows.iter().filter(|(_, it)| !it.reached && it.pays && !it.shared) {
        let (text, name) =
            (contract.source(*span), row.item.and_then(|it| contract.item(it)).map_or("", |it| &it.name));
        let message = both(
            format!("the row `{text}` of `{name}` is never reached"),
            format!("`{name}` 的 `{text}` 一档永远不会适用"),
        );
        let help = both(
            "remove it, or check its edges against the promise and the rows above it",
            "请删除该档，或对照承诺和上方各档检查其边界",
        );
        report.add(Finding::warning("R0406", *span, message, help).weighed(row.in_force), Vec::new());
    }
}
