//! Both versions tried at the same level, over the values that matter to either.

use std::collections::BTreeSet;

use diagnostic::Bilingual;
use language::contract::{ItemId, ItemKind};
use quantity::Ratio;
use settle::settlement::RemedyStatus;

use super::pair::{Pair, Twins, change, given, verdict, what};
use super::{Aspect, Change, Effect, Witness};
use crate::graph::Graph;
use crate::group::{Group, groups, promise_groups};
use crate::scenario::Scenario;
use crate::show::{both, nice_between, value_of};
use crate::sweep::{Bench, Paid, Try};
use crate::witness::{driver_name, worth};

/// Remedies that pay otherwise, promises that are kept otherwise, at the same level.
pub(crate) fn changes(pair: &Pair<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    let (old, new) = (groups(&pair.old), groups(&pair.new));
    for twins in pair.twins(&[ItemKind::Remedy]) {
        let (old, new) = (with_remedy(&old, twins.old), with_remedy(&new, twins.new));
        for (old, new) in joined(pair, &old, &new) {
            changes.extend(remedy(pair, twins, &old, &new));
        }
    }
    let (old, new) = (promise_groups(&pair.old), promise_groups(&pair.new));
    for twins in pair.twins(&[ItemKind::Promise, ItemKind::Duty]) {
        let (old, new) = (with_promise(&old, twins.old), with_promise(&new, twins.new));
        for (old, new) in joined(pair, &old, &new) {
            changes.extend(promise(pair, twins, &old, &new));
        }
    }
    changes
}

fn with_remedy(groups: &[Group], id: ItemId) -> Vec<Group> {
    let own = groups.iter().filter(|it| it.remedies.contains(&id));
    own.map(|it| Group { remedies: vec![id], ..it.clone() }).collect()
}

fn with_promise(groups: &[Group], id: ItemId) -> Vec<Group> {
    let own = groups.iter().filter(|it| it.promises.contains(&id));
    own.map(|it| Group { promises: vec![id], ..it.clone() }).collect()
}

/// Groups moved by the same number: the same name, or the only one on each side, of the same unit.
fn joined(pair: &Pair<'_>, old: &[Group], new: &[Group]) -> Vec<(Group, Group)> {
    let item = |graph: &Graph<'_>, group: &Group| {
        group.driver.and_then(|it| graph.contract.item(it)).map(|it| (it.name.clone(), it.ty.clone()))
    };
    let mut found = Vec::new();
    for left in old {
        for right in new {
            let (a, b) = (item(&pair.old, left), item(&pair.new, right));
            let alike = match (&a, &b) {
                (Some((a, of_a)), Some((b, of_b))) => {
                    of_a == of_b && (a == b || (old.len() == 1 && new.len() == 1))
                }
                (None, None) => true,
                _ => false,
            };
            if alike {
                found.push((left.clone(), right.clone()));
            }
        }
    }
    found
}

/// One version of a rule and the other, under circumstances that agree.
struct Duel<'d, 'c> {
    old: Bench<'d, 'c>,
    new: Bench<'d, 'c>,
    points: Vec<Ratio>,
    given: Vec<(String, String)>,
}

impl<'d, 'c> Duel<'d, 'c> {
    fn new(
        pair: &'d Pair<'c>,
        groups: (&'d Group, &'d Group),
        scenarios: &'d (Scenario, Scenario),
    ) -> Option<Self> {
        let mut old = Bench::new(&pair.old, groups.0, &scenarios.0);
        let mut new = Bench::new(&pair.new, groups.1, &scenarios.1);
        if old.domain.as_ref().map(|it| it.kind) != new.domain.as_ref().map(|it| it.kind) {
            return None;
        }
        old.settle_verdicts();
        new.settle_verdicts();
        let points: BTreeSet<Ratio> = old.points.iter().chain(&new.points).cloned().collect();
        Some(Self {
            old,
            new,
            points: points.into_iter().collect(),
            given: given(&scenarios.0, &scenarios.1),
        })
    }

    /// The value at which `loss` is greatest, moved to one with few digits where that loses as much.
    fn worst(&self, loss: impl Fn(&Try, &Try) -> Option<Ratio>) -> Option<(Try, Try)> {
        let at = |it: &Ratio| (self.old.attempt(it), self.new.attempt(it));
        let tried: Vec<(Try, Try)> = self.points.iter().map(at).collect();
        let losses: Vec<Option<Ratio>> =
            tried.iter().map(|(old, new)| loss(old, new).filter(Ratio::is_positive)).collect();
        let most = losses.iter().flatten().max()?.clone();
        let loses = |at: usize| losses.get(at).is_some_and(|it| it.as_ref() == Some(&most));
        let first = (0..losses.len()).find(|at| loses(*at))?;
        let last = (first..losses.len()).take_while(|at| loses(*at)).last().unwrap_or(first);
        let value = |at: usize| self.points.get(at).cloned();
        let from = first.checked_sub(1).and_then(value).or_else(|| value(first))?;
        let until = value(last + 1).or_else(|| value(last))?;
        let nice = self.old.domain.as_ref().and_then(|it| nice_between(it, &from, &until, true));
        let nice = nice.map(|it| at(&it)).filter(|(old, new)| loss(old, new) == Some(most));
        nice.or_else(|| tried.get(first).cloned())
    }

    fn witness(&self, at: &Ratio, old: Bilingual, new: Bilingual) -> Witness {
        let (variable, value) = match &self.new.domain {
            Some(domain) => (driver_name(&self.new), value_of(domain, at)),
            None => ("verdict".to_owned(), "broken".to_owned()),
        };
        Witness { given: self.given.clone(), variable, value, old, new }
    }
}

fn remedy(pair: &Pair<'_>, twins: Twins<'_>, old: &Group, new: &Group) -> Vec<Change> {
    let scenarios = pair.scenarios(&[twins.old], &[twins.new]);
    let mut found: Vec<Change> = Vec::new();
    for scenarios in &scenarios {
        let Some(duel) = Duel::new(pair, (old, new), scenarios) else { continue };
        for effect in [Effect::Worse, Effect::Better] {
            let loss = |a: &Try, b: &Try| {
                let (a, b) = (relative(&duel.old, a.of(twins.old)?)?, relative(&duel.new, b.of(twins.new)?)?);
                if effect == Effect::Worse { a.sub(&b).ok() } else { b.sub(&a).ok() }
            };
            let Some((a, b)) = duel.worst(loss) else { continue };
            let (Some(before), Some(now)) = (pays(&duel.old, twins.old, &a), pays(&duel.new, twins.new, &b))
            else {
                continue;
            };
            let witness = duel.witness(&a.at, before, now);
            merge(&mut found, change(twins, effect, Aspect::Pays, &what(effect, Aspect::Pays), witness));
        }
    }
    found
}

fn promise(pair: &Pair<'_>, twins: Twins<'_>, old: &Group, new: &Group) -> Vec<Change> {
    let scenarios = pair.scenarios(&[twins.old], &[twins.new]);
    let mut found: Vec<Change> = Vec::new();
    let kept = |it: &Try, id: ItemId| it.verdicts.iter().find(|(of, _)| *of == id).and_then(|(_, it)| *it);
    for scenarios in &scenarios {
        let Some(duel) = Duel::new(pair, (old, new), scenarios) else { continue };
        for effect in [Effect::Worse, Effect::Better] {
            let wanted = (effect == Effect::Better, effect == Effect::Worse);
            let loss = |a: &Try, b: &Try| {
                let differs = (kept(a, twins.old)?, kept(b, twins.new)?) == wanted;
                differs.then_some(Ratio::ONE)
            };
            let Some((a, _)) = duel.worst(loss) else { continue };
            let witness = duel.witness(&a.at, verdict(wanted.0), verdict(wanted.1));
            merge(
                &mut found,
                change(twins, effect, Aspect::Promises, &what(effect, Aspect::Promises), witness),
            );
        }
    }
    found
}

/// The same change under further circumstances is told once.
fn merge(found: &mut Vec<Change>, next: Change) {
    let alike = |it: &Change| {
        let same = |a: &Witness, b: &Witness| (&a.variable, &a.old, &a.new) == (&b.variable, &b.old, &b.new);
        it.effect == next.effect && it.witness.iter().zip(&next.witness).any(|(a, b)| same(a, b))
    };
    if !found.iter().any(alike) {
        found.push(next);
    }
}

/// What is paid for each unit of charge, so that versions with and without a base compare; holes pay nothing.
fn relative(bench: &Bench<'_, '_>, paid: &Paid) -> Option<Ratio> {
    if matches!(paid.owed.status, RemedyStatus::NoRow | RemedyStatus::Ambiguous) {
        return Some(Ratio::ZERO);
    }
    let worth = paid.worth()?;
    let charged = bench.charged();
    let in_money = paid.owed.amount.as_ref().is_some_and(|it| it.unit.currency().is_some());
    if paid.owed.base.is_some() || !in_money || charged.is_zero() {
        return Some(worth);
    }
    worth.div(&charged).ok()
}

fn pays(bench: &Bench<'_, '_>, id: ItemId, it: &Try) -> Option<Bilingual> {
    let paid = it.of(id)?;
    match paid.owed.status {
        RemedyStatus::NoRow => Some(both("nothing (no row matches)", "不支付（没有对应的档位）")),
        RemedyStatus::Ambiguous => Some(both("nothing (rows disagree)", "不支付（档位冲突）")),
        _ => paid
            .worth()
            .map(|it| if it.is_zero() { both("nothing", "不支付") } else { worth(bench, id, &it) }),
    }
}
