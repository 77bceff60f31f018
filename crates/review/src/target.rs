//! Whether promise and remedy agree: kept promises earn nothing, broken ones earn something.

use language::contract::{ItemId, ItemKind};
use quantity::Ratio;
use settle::settlement::RemedyStatus;

use crate::graph::Graph;
use crate::report::{Finding, Report};
use crate::show::both;
use crate::sweep::{Bench, Paid, Try};
use crate::witness::{lead, order, place, rewards, witness, worth};

/// Kept yet credited; broken without credit.
pub(crate) fn check(bench: &Bench<'_, '_>, tries: &[Try], report: &mut Report) {
    if bench.group.driver.is_none() {
        return;
    }
    for remedy in bench.group.remedies.iter().filter(|it| !rewards(tries, **it)) {
        credited(bench, tries, *remedy, report);
    }
    if alone(bench) && bench.group.when_only.is_empty() {
        unpaid(bench, tries, report);
    }
}

fn pays(it: &Paid) -> bool {
    it.worth().is_some_and(|it| it.is_positive())
}

fn credited(bench: &Bench<'_, '_>, tries: &[Try], remedy: ItemId, report: &mut Report) {
    let contract = bench.graph.contract;
    let failing = |it: &Try| it.kept() && it.of(remedy).is_some_and(pays);
    let worst = order(bench, tries).into_iter().rev().find(|at| tries.get(*at).is_some_and(failing));
    let Some(found) = worst.and_then(|at| witness(bench, tries, at, &failing)) else { return };
    let (Some(item), Some(value)) = (contract.item(remedy), found.of(remedy).and_then(Paid::worth)) else {
        return;
    };
    let (promises, name) = (promise_names(bench), &item.name);
    let (at, pays) = (place(bench, &found), worth(bench, remedy, &value));
    let message = both(
        format!(
            "{promises} is kept {} and `{name}` still pays {}{}",
            at.en,
            pays.en,
            bench.scenario.aside().en
        ),
        format!("{}，{promises} 已达标，而 `{name}` 仍支付 {}{}", at.zh, pays.zh, bench.scenario.aside().zh),
    );
    let note = both(
        format!("{}the promise is kept and {} is paid", lead(bench, &found).en, pays.en),
        format!("{}承诺达标，仍支付 {}", lead(bench, &found).zh, pays.zh),
    );
    let help = both(
        "make the target and the first row of the table meet: one of them includes the edge",
        "请使目标值与表的第一档衔接：边界只应属于其中之一",
    );
    let finding =
        Finding::warning("R0408", item.span, message, help).weighed(bench.scenario.reading.is_none());
    report.add(finding, vec![bench.scenario.case(note)]);
}

/// All remedies of its promises belong to this group, so that nothing paid is overlooked.
fn alone(bench: &Bench<'_, '_>) -> bool {
    let others = bench.graph.contract.remedies.iter().filter(|it| !bench.group.remedies.contains(&it.item));
    let mut promises =
        others.flat_map(|it| bench.group.promises.iter().map(move |promise| (it.item, *promise)));
    !promises.any(|(remedy, promise)| bench.graph.depends(remedy, promise))
}

fn unpaid(bench: &Bench<'_, '_>, tries: &[Try], report: &mut Report) {
    let nothing = |it: &Paid| it.owed.status == RemedyStatus::NotDue && it.worth() == Some(Ratio::ZERO);
    let failing = |it: &Try| it.broken() && !it.hole && it.remedies.iter().all(nothing);
    let broken: Vec<usize> =
        order(bench, tries).into_iter().filter(|at| tries.get(*at).is_some_and(failing)).collect();
    let Some(first) = broken.first() else { return };
    if !tries.iter().any(|it| it.remedies.iter().any(pays)) {
        never(bench, report);
        return;
    }
    let Some(found) = witness(bench, tries, *first, &failing) else { return };
    let Some(item) = bench.group.promises.first().and_then(|it| bench.graph.contract.item(*it)) else {
        return;
    };
    let (promises, at) = (promise_names(bench), place(bench, &found));
    let message = both(
        format!("{promises} is broken {} and nothing is paid{}", at.en, bench.scenario.aside().en),
        format!("{}，{promises} 未达标，却不支付任何赔付{}", at.zh, bench.scenario.aside().zh),
    );
    let note = both(
        format!("{}the promise is broken and no row of the remedy pays", lead(bench, &found).en),
        format!("{}承诺未达标，而没有任何一档赔付", lead(bench, &found).zh),
    );
    let help = both(
        "let the table begin where the promise ends, or confirm the dead band",
        "请让赔付表从承诺的边界开始，或确认该空档是有意的",
    );
    let finding =
        Finding::warning("R0409", item.span, message, help).weighed(bench.scenario.reading.is_none());
    report.add(finding, vec![bench.scenario.case(note)]);
}

/// No value of the level pays anything here.
fn never(bench: &Bench<'_, '_>, report: &mut Report) {
    let contract = bench.graph.contract;
    let Some(item) = bench.group.promises.first().and_then(|it| contract.item(*it)) else { return };
    let (promises, given) = (promise_names(bench), bench.scenario.circumstances());
    let message = both(
        format!("no remedy follows when {promises} is broken"),
        format!("{promises} 未达标时没有任何赔付"),
    );
    let note = both("no level pays anything", "任何水平都不支付赔付");
    let help =
        both("add a remedy, or confirm that the promise stands alone", "请添加赔付，或确认该承诺没有赔付");
    let notes = if given.en.is_empty() { Vec::new() } else { vec![bench.scenario.case(note)] };
    report.add(Finding::note("R0412", item.span, message, help), notes);
}

fn promise_names(bench: &Bench<'_, '_>) -> String {
    let items = bench.group.promises.iter().filter_map(|it| bench.graph.contract.item(*it));
    items.map(|it| format!("`{}`", it.name)).collect::<Vec<_>>().join(", ")
}

/// Promises no remedy and no right follows.
pub(crate) fn unused(graph: &Graph<'_>, report: &mut Report) {
    let contract = graph.contract;
    let users: Vec<ItemId> = contract
        .items
        .iter()
        .enumerate()
        .filter(|(_, it)| matches!(it.kind, ItemKind::Remedy | ItemKind::Right))
        .map(|(at, _)| ItemId(at))
        .collect();
    let groups = crate::group::groups(graph);
    let used = |id: ItemId| {
        users.iter().any(|it| graph.depends(*it, id)) || groups.iter().any(|it| it.promises.contains(&id))
    };
    let idle =
        |kind| contract.of_kind(kind).filter(|(id, _)| !used(*id)).map(|(_, it)| it).collect::<Vec<_>>();
    let help = both(
        "say what follows when it is broken, or confirm that nothing does",
        "请写明违反时的后果，或确认没有后果",
    );
    for item in idle(ItemKind::Promise) {
        let name = &item.name;
        let message = both(
            format!("no remedy follows when `{name}` is broken"),
            format!("`{name}` 未达标时没有任何赔付"),
        );
        report.add(Finding::note("R0412", item.span, message, help.clone()), Vec::new());
    }
    let duties = idle(ItemKind::Duty);
    if let Some(first) = duties.first() {
        let names = duties.iter().map(|it| format!("`{}`", it.name)).collect::<Vec<_>>();
        let message = both(
            format!("no remedy follows when a duty is broken: {}", names.join(", ")),
            format!("违反下列义务没有任何赔付：{}", names.join("、")),
        );
        report.add(Finding::note("R0412", first.span, message, help), Vec::new());
    }
}
