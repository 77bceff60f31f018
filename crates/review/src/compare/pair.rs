//! Two versions side by side: rules of the same name, circumstances that agree.

use std::collections::BTreeSet;

use calendar::Date;
use diagnostic::Bilingual;
use language::contract::{Contract, Item, ItemId, ItemKind, Node};

use super::{Aspect, Change, Effect, Witness};
use crate::graph::{Graph, reach, rule_nodes};
use crate::scenario::{Scenario, scenarios_on, usual_date};
use crate::show::both;

/// At most so many pairs of circumstances are tried.
const SCENARIOS_MAX: usize = 48;

/// Both versions.
pub(crate) struct Pair<'c> {
    pub(crate) old: Graph<'c>,
    pub(crate) new: Graph<'c>,
    /// The day on which both are tried.
    pub(crate) date: Date,
}

/// A rule that both versions have.
#[derive(Clone, Copy)]
pub(crate) struct Twins<'c> {
    pub(crate) old: ItemId,
    pub(crate) new: ItemId,
    pub(crate) old_item: &'c Item,
    pub(crate) new_item: &'c Item,
}

impl<'c> Pair<'c> {
    pub(crate) fn new(old: &'c Contract, new: &'c Contract) -> Self {
        Self { old: Graph::new(old), new: Graph::new(new), date: usual_date(old).max(usual_date(new)) }
    }

    /// Rules of these kinds that both have, by name.
    pub(crate) fn twins(&self, kinds: &[ItemKind]) -> Vec<Twins<'c>> {
        let (old, new) = (self.old.contract, self.new.contract);
        let of_old = old.items.iter().enumerate().filter(|(_, it)| kinds.contains(&it.kind));
        let twins = of_old.filter_map(|(at, old_item)| {
            let (new, new_item) = new.named(&old_item.name).filter(|(_, it)| kinds.contains(&it.kind))?;
            Some(Twins { old: ItemId(at), new, old_item, new_item })
        });
        twins.collect()
    }

    /// Circumstances of both that do not contradict each other.
    pub(crate) fn scenarios(&self, old: &[ItemId], new: &[ItemId]) -> Vec<(Scenario, Scenario)> {
        let (old, new) =
            (mentioned(self.old.contract, self.date, old), mentioned(self.new.contract, self.date, new));
        let pairs = old.iter().flat_map(|old| new.iter().map(move |new| (old.clone(), new.clone())));
        pairs.filter(|(old, new)| agree(old, new)).take(SCENARIOS_MAX).collect()
    }
}

fn mentioned(contract: &Contract, date: Date, rules: &[ItemId]) -> Vec<Scenario> {
    let nodes: Vec<&Node> = rules.iter().flat_map(|it| rule_nodes(contract, *it)).collect();
    let reached = reach(contract, &nodes, &BTreeSet::new()).items;
    let inner: Vec<&Node> = reached.iter().flat_map(|it| rule_nodes(contract, *it)).chain(nodes).collect();
    scenarios_on(contract, date, &inner, &reached)
}

fn agree(old: &Scenario, new: &Scenario) -> bool {
    old.chosen
        .iter()
        .all(|(name, value)| new.chosen.iter().all(|(other, chosen)| name != other || value == chosen))
}

/// What distinguishes both circumstances.
pub(crate) fn given(old: &Scenario, new: &Scenario) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> =
        old.chosen.iter().map(|(name, value)| (name.en.clone(), value.clone())).collect();
    all.extend(new.chosen.iter().map(|(name, value)| (name.en.clone(), value.clone())));
    let mut seen = BTreeSet::new();
    all.retain(|it| seen.insert(it.clone()));
    all
}

/// A change of a rule both versions have.
pub(crate) fn change(
    twins: Twins<'_>,
    effect: Effect,
    aspect: Aspect,
    what: &Bilingual,
    witness: Witness,
) -> Change {
    let name = &twins.old_item.name;
    let circumstances =
        witness.given.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join(", ");
    let aside = if circumstances.is_empty() {
        both("", "")
    } else {
        both(format!(" ({circumstances})"), format!("（{circumstances}）"))
    };
    let (variable, value) = (&witness.variable, &witness.value);
    let message = both(
        format!(
            "`{name}` {}: {variable} = {value}, {} before, {} now{}",
            what.en, witness.old.en, witness.new.en, aside.en
        ),
        format!(
            "`{name}` {}：{variable} = {value} 时，原为 {}，现为 {}{}",
            what.zh, witness.old.zh, witness.new.zh, aside.zh
        ),
    );
    Change {
        effect,
        aspect,
        name: name.clone(),
        message,
        witness: Some(witness),
        old_clause: Some(twins.old_item.clause.clone()),
        new_clause: Some(twins.new_item.clause.clone()),
    }
}

/// "pays less", "pays more", "promises less", "promises more".
pub(crate) fn what(effect: Effect, aspect: Aspect) -> Bilingual {
    match (aspect, effect) {
        (Aspect::Pays, Effect::Worse) => both("pays less", "赔付减少"),
        (Aspect::Pays, _) => both("pays more", "赔付增加"),
        (_, Effect::Worse) => both("promises less", "承诺降低"),
        (_, _) => both("promises more", "承诺提高"),
    }
}

/// "kept" or "broken".
pub(crate) fn verdict(kept: bool) -> Bilingual {
    if kept { both("kept", "达标") } else { both("broken", "未达标") }
}
