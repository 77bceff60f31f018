//! Claims of both versions: windows over a year of cycles, what must be supplied, whether a claim is needed.

use language::contract::{Claim, ItemKind};
use settle::settlement::Outcome;
use timeline::Instant;

use super::pair::{Pair, Twins};
use super::{Aspect, Change, Effect, Witness};
use crate::claims::{windows, year_of_cycles};
use crate::graph::Graph;
use crate::show::both;
use diagnostic::Bilingual;

/// Claims that open later, close sooner, ask for more.
pub(crate) fn changes(pair: &Pair<'_>) -> Vec<Change> {
    let twins = pair.twins(&[ItemKind::Remedy]);
    twins.into_iter().flat_map(|it| of_remedy(pair, it)).collect()
}

fn claim<'c>(graph: &Graph<'c>, twins: Twins<'_>, old: bool) -> Option<(usize, &'c Claim)> {
    let id = if old { twins.old } else { twins.new };
    graph.contract.claims.iter().enumerate().find(|(_, it)| it.remedy == id)
}

fn of_remedy(pair: &Pair<'_>, twins: Twins<'_>) -> Vec<Change> {
    let (old, new) = (claim(&pair.old, twins, true), claim(&pair.new, twins, false));
    let needs = |it: &Option<(usize, &Claim)>| it.is_some_and(|(_, it)| !it.automatic);
    let mut changes = Vec::new();
    match (needs(&old), needs(&new)) {
        (false, true) => changes.push(plain(twins, Effect::Worse, both("must now be claimed", "现须申请"))),
        (true, false) => {
            changes.push(plain(twins, Effect::Better, both("need no longer be claimed", "现无须申请")))
        }
        _ => {}
    }
    let (Some(old), Some(new)) = (old, new) else { return changes };
    for demand in new.1.requires.iter().filter(|it| !old.1.requires.contains(it)) {
        changes.push(plain(
            twins,
            Effect::Worse,
            both(format!("now requires: {demand}"), format!("现另须提供：{demand}")),
        ));
    }
    for demand in old.1.requires.iter().filter(|it| !new.1.requires.contains(it)) {
        changes.push(plain(
            twins,
            Effect::Better,
            both(format!("no longer requires: {demand}"), format!("现无须提供：{demand}")),
        ));
    }
    changes.extend(edges(pair, twins, old, new));
    changes
}

fn plain(twins: Twins<'_>, effect: Effect, what: Bilingual) -> Change {
    let name = &twins.old_item.name;
    Change {
        effect,
        aspect: Aspect::Claims,
        name: name.clone(),
        message: both(format!("`{name}` {}", what.en), format!("`{name}` {}", what.zh)),
        witness: None,
        old_clause: Some(twins.old_item.clause.clone()),
        new_clause: Some(twins.new_item.clause.clone()),
    }
}

/// The first cycle of the year in which an edge of the window moves, each way.
fn edges(pair: &Pair<'_>, twins: Twins<'_>, old: (usize, &Claim), new: (usize, &Claim)) -> Vec<Change> {
    let mut found: Vec<Change> = Vec::new();
    let new_cycles = year_of_cycles(pair.new.contract, new.1);
    for before in year_of_cycles(pair.old.contract, old.1) {
        let label = before.cycle.label.clone();
        let Some(now) = new_cycles.iter().find(|it| it.cycle.label == label) else { continue };
        let first = windows(&pair.old, old.0, old.1, &before).into_iter().next();
        let second = windows(&pair.new, new.0, new.1, now).into_iter().next();
        let (Some((old_opens, old_closes)), Some((new_opens, new_closes))) = (first, second) else {
            continue;
        };
        let moved = [
            edge(pair, twins, &label, true, known(old_opens), known(new_opens)),
            edge(
                pair,
                twins,
                &label,
                false,
                old_closes.map_or(Some(Instant::MAX), known),
                new_closes.map_or(Some(Instant::MAX), known),
            ),
        ];
        for change in moved.into_iter().flatten() {
            if !found.iter().any(|it| it.effect == change.effect && it.aspect == change.aspect) {
                found.push(change);
            }
        }
    }
    found
}

fn known(it: Outcome<Instant>) -> Option<Instant> {
    it.ok()
}

fn edge(
    pair: &Pair<'_>,
    twins: Twins<'_>,
    label: &str,
    opens: bool,
    old: Option<Instant>,
    new: Option<Instant>,
) -> Option<Change> {
    let (old, new) = (old?, new?);
    if old == new {
        return None;
    }
    let worse = if opens { new > old } else { new < old };
    let (effect, what) = match (opens, worse) {
        (true, true) => (Effect::Worse, both("can be claimed only later", "更晚才可申请")),
        (true, false) => (Effect::Better, both("can be claimed earlier", "可更早申请")),
        (false, true) => (Effect::Worse, both("must be claimed sooner", "申请截止提前")),
        (false, false) => (Effect::Better, both("can be claimed for longer", "申请截止延后")),
    };
    let shown = |it: Instant, zone: &calendar::Zone| {
        if it.is_bounded() { both(zone.show(it), zone.show(it)) } else { both("never", "无期限") }
    };
    let (old, new) = (shown(old, &pair.old.contract.zone), shown(new, &pair.new.contract.zone));
    let witness = Witness {
        given: Vec::new(),
        variable: "cycle".to_owned(),
        value: label.to_owned(),
        old: old.clone(),
        new: new.clone(),
    };
    let mut change = plain(twins, effect, what);
    change.message = both(
        format!("{}: for cycle {label}, {} before, {} now", change.message.en, old.en, new.en),
        format!("{}：周期 {label}，原为 {}，现为 {}", change.message.zh, old.zh, new.zh),
    );
    change.witness = Some(witness);
    Some(change)
}
