//! What one version has and the other lacks: remedies, promises, exclusions, plans, rights, rounding, cycle.

use std::collections::BTreeSet;

use diagnostic::Bilingual;
use language::contract::{Contract, Item, ItemId, ItemKind};
use quantity::{Ratio, Rounding};

use super::pair::{Pair, Twins};
use super::{Aspect, Change, Effect, Witness};
use crate::domain::body_of;
use crate::graph::Graph;
use crate::show::both;
use crate::words::short_source;

/// Everything that is there or not, whatever happens.
pub(crate) fn changes(old: &Contract, new: &Contract) -> Vec<Change> {
    let mut changes = Vec::new();
    for kind in [ItemKind::Remedy, ItemKind::Promise, ItemKind::Duty, ItemKind::Right, ItemKind::Exclusion] {
        changes.extend(gone(old, new, kind, false));
        changes.extend(gone(new, old, kind, true));
    }
    changes.extend(causes(old, new));
    changes.extend(plans(old, new));
    changes.extend(discretion(old, new));
    changes.extend(choices(old, new));
    changes.extend(rounding(old, new));
    changes.extend(cycle(old, new));
    changes.extend(amendment(old, new));
    changes
}

fn bare(effect: Effect, aspect: Aspect, name: &str, message: Bilingual) -> Change {
    Change {
        effect,
        aspect,
        name: name.to_owned(),
        message,
        witness: None,
        old_clause: None,
        new_clause: None,
    }
}

/// Rules of a kind that `one` has and `other` lacks; `new` when `one` is the new version.
fn gone(one: &Contract, other: &Contract, kind: ItemKind, new: bool) -> Vec<Change> {
    let lost = one
        .of_kind(kind)
        .filter(|(_, it)| !other.items.iter().any(|known| known.kind == kind && known.name == it.name));
    lost.map(|(_, it)| gone_item(it, kind, new)).collect()
}

fn gone_item(item: &Item, kind: ItemKind, new: bool) -> Change {
    let (aspect, en, zh) = match kind {
        ItemKind::Remedy => (Aspect::Pays, "remedy", "赔付"),
        ItemKind::Right => (Aspect::Terms, "right", "权利"),
        ItemKind::Exclusion => (Aspect::Excludes, "exclusion", "除外"),
        _ => (Aspect::Promises, "promise", "承诺"),
    };
    let good_for_customer = kind != ItemKind::Exclusion;
    let effect = if good_for_customer == new { Effect::Better } else { Effect::Worse };
    let name = &item.name;
    let message = if new {
        both(format!("the {en} `{name}` is new"), format!("新增{zh} `{name}`"))
    } else {
        both(format!("the {en} `{name}` is gone"), format!("{zh} `{name}` 已取消"))
    };
    let clause = Some(item.clause.clone());
    let (old_clause, new_clause) = if new { (None, clause) } else { (clause, None) };
    Change { old_clause, new_clause, ..bare(effect, aspect, name, message) }
}

/// Causes that excuse in one version only.
fn causes(old: &Contract, new: &Contract) -> Vec<Change> {
    let excuses =
        |contract: &Contract, name: &str| contract.causes.iter().any(|it| it.excluded && it.name == name);
    let mut changes = Vec::new();
    for cause in new.causes.iter().filter(|it| it.excluded && !excuses(old, &it.name)) {
        let name = &cause.name;
        let message =
            both(format!("what `{name}` causes no longer counts"), format!("由 `{name}` 造成的不再计入"));
        changes.push(Change {
            new_clause: Some(cause.clause.clone()),
            ..bare(Effect::Worse, Aspect::Excludes, name, message)
        });
    }
    for cause in old.causes.iter().filter(|it| it.excluded && !excuses(new, &it.name)) {
        let name = &cause.name;
        let message = both(
            format!("what `{name}` causes is no longer excluded"),
            format!("由 `{name}` 造成的不再除外"),
        );
        changes.push(Change {
            old_clause: Some(cause.clause.clone()),
            ..bare(Effect::Better, Aspect::Excludes, name, message)
        });
    }
    changes
}

fn plans(old: &Contract, new: &Contract) -> Vec<Change> {
    let gone = old.plans.iter().filter(|it| !new.plans.contains(it));
    let added = new.plans.iter().filter(|it| !old.plans.contains(it));
    let gone = gone.map(|it| {
        bare(
            Effect::Worse,
            Aspect::Plans,
            it,
            both(format!("the plan `{it}` is no longer covered"), format!("不再涵盖套餐 `{it}`")),
        )
    });
    let added = added.map(|it| {
        bare(
            Effect::Better,
            Aspect::Plans,
            it,
            both(format!("the plan `{it}` is new"), format!("新增套餐 `{it}`")),
        )
    });
    gone.chain(added).collect()
}

/// Remedies that a person decides in one version and the text in the other; what is given changes kind or way.
fn discretion(old: &Contract, new: &Contract) -> Vec<Change> {
    let mut changes = Vec::new();
    for before in &old.remedies {
        let Some(item) = old.item(before.item) else { continue };
        let name = &item.name;
        let Some(now) = new.named(name).and_then(|(id, _)| new.remedy(id)) else { continue };
        match (&before.discretionary, &now.discretionary) {
            (None, Some(_)) => {
                let message =
                    both(format!("`{name}` is left to discretion now"), format!("`{name}` 改为酌定"));
                changes.push(bare(Effect::Worse, Aspect::Pays, name, message));
            }
            (Some(_), None) => {
                let message = both(
                    format!("`{name}` is computed now, no longer left to discretion"),
                    format!("`{name}` 不再酌定，改为可计算"),
                );
                changes.push(bare(Effect::Better, Aspect::Pays, name, message));
            }
            _ => {}
        }
        let directly = match (&before.directly, &now.directly) {
            (None, Some(_)) => Some((Effect::Better, "may be paid directly now", "现可直接支付")),
            (Some(_), None) => Some((Effect::Worse, "is no longer paid directly", "不再直接支付")),
            _ => None,
        };
        if let Some((effect, en, zh)) = directly {
            changes.push(bare(
                effect,
                Aspect::Pays,
                name,
                both(format!("`{name}` {en}"), format!("`{name}` {zh}")),
            ));
        }
        if before.kind != now.kind {
            let (old, new) = (&before.kind, &now.kind);
            let message = both(
                format!("`{name}` is given as {new} instead of {old}"),
                format!("`{name}` 的形式由 {old} 改为 {new}"),
            );
            changes.push(bare(Effect::Different, Aspect::Pays, name, message));
        }
    }
    changes
}

/// Remedies that exclude each other in the new version only.
fn choices(old: &Contract, new: &Contract) -> Vec<Change> {
    let named = |contract: &Contract| -> Vec<Vec<String>> {
        let choices = contract.choices.iter();
        choices
            .map(|it| {
                it.remedies.iter().filter_map(|id| contract.item(*id)).map(|it| it.name.clone()).collect()
            })
            .collect()
    };
    let (before, now) = (named(old), named(new));
    let told = |names: &Vec<String>, effect, en: &str, zh: &str| {
        let list = names.join(", ");
        bare(effect, Aspect::Pays, &list, both(format!("{en}: {list}"), format!("{zh}：{list}")))
    };
    let tighter = now
        .iter()
        .filter(|it| !before.contains(it))
        .map(|it| told(it, Effect::Worse, "only one of these is paid now", "以下赔付现只能取其一"));
    let looser = before
        .iter()
        .filter(|it| !now.contains(it))
        .map(|it| told(it, Effect::Better, "these no longer exclude each other", "以下赔付不再互斥"));
    tighter.chain(looser).collect()
}

/// Amounts at which roundings part: below, at and above the tie.
fn rounding(old: &Contract, new: &Contract) -> Vec<Change> {
    let (before, now) = (old.rounding, new.rounding);
    let Some(currency) = new.currency.or(old.currency) else { return Vec::new() };
    let step = 10i128.checked_pow(currency.minor_digits()).and_then(|it| Ratio::new(1, it).ok());
    let tenths = [4i128, 5, 6, 15, 25].into_iter().filter_map(|it| {
        let tenth = step.as_ref()?.mul(&Ratio::new(it, 10).ok()?).ok()?;
        Ratio::int(10).add(&tenth).ok()
    });
    let rounded = |amount: &Ratio, how: Rounding| quantity::round_money(amount, currency, how);
    let Some(amount) = tenths.into_iter().find(|it| rounded(it, before) != rounded(it, now)) else {
        return Vec::new();
    };
    let (first, second) = (rounded(&amount, before), rounded(&amount, now));
    let effect = if second < first { Effect::Worse } else { Effect::Better };
    let show = |it: &Ratio| format!("{} {currency}", quantity::show_money(it, currency));
    let (value, first, second) = (show(&amount), show(&first), show(&second));
    let message = both(
        format!(
            "amounts round {} instead of {}: {value} became {first}, becomes {second}",
            now.name(),
            before.name()
        ),
        format!("金额取整由 {} 改为 {}：{value} 原得 {first}，现得 {second}", before.name(), now.name()),
    );
    let witness = Witness {
        given: Vec::new(),
        variable: "amount".to_owned(),
        value,
        old: both(&first, &first),
        new: both(&second, &second),
    };
    vec![Change { witness: Some(witness), ..bare(effect, Aspect::Rounds, "rounding", message) }]
}

fn cycle(old: &Contract, new: &Contract) -> Vec<Change> {
    let mut changes = Vec::new();
    if old.cycle != new.cycle {
        let message = both("the service cycle is cut differently", "服务周期的划分不同");
        changes.push(bare(Effect::Different, Aspect::Cycle, "cycle", message));
    }
    if old.cycle_from_since != new.cycle_from_since {
        let message = if new.cycle_from_since {
            both(
                "a subscription that starts inside a cycle shortens it now",
                "在周期中开始的订阅现缩短首个周期",
            )
        } else {
            both(
                "a subscription that starts inside a cycle no longer shortens it",
                "在周期中开始的订阅不再缩短首个周期",
            )
        };
        changes.push(bare(Effect::Different, Aspect::Cycle, "cycle", message));
    }
    if old.zone != new.zone {
        let (before, now) = (old.zone.name(), new.zone.name());
        let message = both(
            format!("times are read in {now} instead of {before}"),
            format!("时区由 {before} 改为 {now}"),
        );
        changes.push(bare(Effect::Different, Aspect::Cycle, "zone", message));
    }
    changes
}

fn amendment(old: &Contract, new: &Contract) -> Vec<Change> {
    if old.amendment == new.amendment {
        return Vec::new();
    }
    let word = |it: &Option<String>| it.clone().unwrap_or_else(|| "—".to_owned());
    let (before, now) = (word(&old.amendment), word(&new.amendment));
    let message = both(
        format!("the text may change by {now} instead of {before}"),
        format!("文本修改方式由 {before} 改为 {now}"),
    );
    vec![bare(Effect::Different, Aspect::Terms, "amendment", message)]
}

/// Rules both versions have in other words, where no value showed what it does.
pub(crate) fn rewritten(pair: &Pair<'_>, known: &[Change]) -> Vec<Change> {
    let kinds = [
        ItemKind::Definition,
        ItemKind::Level,
        ItemKind::Exclusion,
        ItemKind::Subject,
        ItemKind::Promise,
        ItemKind::Duty,
        ItemKind::Remedy,
    ];
    let twins = pair.twins(&kinds).into_iter();
    let explains = |change: &Change, it: &Twins<'_>| {
        let named = pair.old.contract.named(&change.name).map(|(id, _)| id);
        named.is_some_and(|id| id == it.old || pair.old.depends(id, it.old))
    };
    let told = |it: &Twins<'_>| known.iter().any(|change| change.witness.is_some() && explains(change, it));
    twins.filter(|it| !told(it)).filter_map(|it| rewritten_item(pair, it)).collect()
}

fn rewritten_item(pair: &Pair<'_>, twins: Twins<'_>) -> Option<Change> {
    let (old, new) = (pair.old.contract, pair.new.contract);
    let (before, now) = (wording(old, twins.old), wording(new, twins.new));
    if bare_words(&before) == bare_words(&now) {
        return None;
    }
    let name = &twins.old_item.name;
    let message = both(
        format!(
            "`{name}` reads differently; no value tried shows whether that is worse: `{before}` before, `{now}` now"
        ),
        format!("`{name}` 表述不同；所试数值未显示是否更差：原为 `{before}`，现为 `{now}`"),
    );
    let change = bare(Effect::Different, Aspect::Measures, name, message);
    Some(Change {
        old_clause: Some(twins.old_item.clause.clone()),
        new_clause: Some(twins.new_item.clause.clone()),
        ..change
    })
}

/// Whether both versions say the same about a rule, everything it rests on, what is excluded and how cycles are cut.
pub(crate) fn unchanged(pair: &Pair<'_>, twins: Twins<'_>) -> bool {
    let all = |graph: &Graph<'_>, id: ItemId| {
        let contract = graph.contract;
        let exclusions = contract.of_kind(ItemKind::Exclusion).map(|(id, _)| id);
        let rules: BTreeSet<ItemId> = graph.below(id).chain(exclusions).chain([id]).collect();
        let said = rules
            .into_iter()
            .filter_map(|it| Some((contract.item(it)?.name.clone(), bare_words(&wording(contract, it)))));
        let excused =
            contract.causes.iter().filter(|it| it.excluded).map(|it| (it.name.clone(), String::new()));
        let all: BTreeSet<(String, String)> = said.chain(excused).collect();
        (all, contract.cycle, contract.cycle_from_since, contract.plans.clone(), contract.zone.clone())
    };
    all(&pair.old, twins.old) == all(&pair.new, twins.new)
}

/// The rule in force as written, on one line.
fn wording(contract: &Contract, id: ItemId) -> String {
    let body = body_of(contract, id, None).map(|it| contract.source(it.span));
    let terms = crate::graph::remedy_nodes(contract, id).into_iter().map(|it| contract.source(it.span));
    let all: Vec<String> = body.into_iter().chain(terms).map(short_source).collect();
    all.join("; ")
}

/// Layout is no change.
fn bare_words(wording: &str) -> String {
    wording.split_whitespace().collect()
}
