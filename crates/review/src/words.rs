//! What the text itself leaves open: silence, discretion, several readings, formulas that are not there.

use language::contract::{Contract, Gaps, Item, ItemId, ItemKind, Node, Op, Reading};
use quantity::Ratio;
use settle::value::Value;

use crate::graph::{Graph, parts_of, reach};
use crate::report::{Case, Finding, Report};
use crate::scenario::Scenario;
use crate::show::{both, show_quantity};
use crate::sweep::quantity;
use diagnostic::Bilingual;
use evidence::{FactKind, Memory};
use settle::probe::Probe;

/// Everything the text leaves open.
pub(crate) fn check(graph: &Graph<'_>, usual: Option<&Scenario>, report: &mut Report) {
    let contract = graph.contract;
    undetermined(contract, report);
    discretionary(contract, report);
    for (at, item) in contract.items.iter().enumerate().filter(|(_, it)| it.readings.len() > 1) {
        readings(graph, ItemId(at), item, usual, report);
    }
    gaps(graph, report);
}

/// Authors may write both languages in one text: "English ／ 中文".
pub(crate) fn halves(text: &str) -> Bilingual {
    let (en, zh) = text.split_once(" ／ ").unwrap_or((text, text));
    both(en, zh)
}

fn undetermined(contract: &Contract, report: &mut Report) {
    for it in &contract.undetermined {
        let text = halves(&it.text);
        let message =
            both(format!("the text does not settle: {}", text.en), format!("正文未予确定：{}", text.zh));
        let help = both("agree on it in the next version", "请在下一版本中约定");
        report.add(Finding::note("R0415", it.span, message, help), Vec::new());
    }
}

fn discretionary(contract: &Contract, report: &mut Report) {
    for terms in &contract.remedies {
        let (Some(text), Some(item)) = (&terms.discretionary, contract.item(terms.item)) else { continue };
        let (text, name) = (halves(text), &item.name);
        let message = both(
            format!("`{name}` is left to discretion, no amount can be computed: {}", text.en),
            format!("`{name}` 由人酌定，无法计算金额：{}", text.zh),
        );
        let help = both("state when it is due and how much it is", "请写明何时支付、支付多少");
        report.add(Finding::warning("R0413", item.span, message, help), Vec::new());
    }
}

fn readings(graph: &Graph<'_>, id: ItemId, item: &Item, usual: Option<&Scenario>, report: &mut Report) {
    let Some(chosen) = item.readings.get(item.in_force) else { return };
    let (name, count) = (&item.name, item.readings.len());
    let missing = item.readings.iter().any(|it| says_missing(&it.why));
    let why = |it: &Reading| {
        let why = halves(&it.why);
        let force = if it.name == chosen.name { both(" (in force)", "（采用）") } else { both("", "") };
        Case::always(both(
            format!("`{}`{}: {}", it.name, force.en, why.en),
            format!("`{}`{}：{}", it.name, force.zh, why.zh),
        ))
    };
    let mut cases: Vec<Case> = item.readings.iter().map(why).collect();
    let apart = usual.and_then(|it| apart(graph, id, item, it)).map(Case::always);
    let serious = apart.is_some();
    cases.extend(apart.or_else(|| usual.and_then(|it| hours_apart(graph, id, item, it)).map(Case::always)));
    let help = both("agree on one reading in the next version", "请在下一版本中约定一种解读");
    let finding = if missing {
        let message = both(
            format!(
                "the formula of `{name}` is missing in the text; the reading `{}` is in force, one of {count}",
                chosen.name
            ),
            format!("正文缺失 `{name}` 的公式；采用解读 `{}`（共 {count} 种）", chosen.name),
        );
        Finding::warning("R0416", item.span, message, help)
    } else {
        let message = both(
            format!("`{name}` can be read in {count} ways; `{}` is in force", chosen.name),
            format!("`{name}` 有 {count} 种解读；采用 `{}`", chosen.name),
        );
        Finding::warning("R0414", item.span, message, help).weighed(serious)
    };
    report.add(finding, cases);
}

/// The author says that a formula is not in the text.
fn says_missing(why: &str) -> bool {
    let lower = why.to_lowercase();
    (lower.contains("missing") && lower.contains("formula")) || (why.contains("公式") && why.contains("缺失"))
}

/// Values people think of, in the order tried.
const MINUTES: [i128; 12] = [1, 2, 5, 10, 15, 20, 30, 45, 60, 120, 240, 480];

/// A value of what lies beneath at which two readings disagree about a promise.
fn apart(graph: &Graph<'_>, id: ItemId, item: &Item, usual: &Scenario) -> Option<Bilingual> {
    let contract = graph.contract;
    let kinds = |kind| matches!(kind, ItemKind::Promise | ItemKind::Duty);
    let promises: Vec<ItemId> = (0..contract.items.len())
        .map(ItemId)
        .filter(|it| contract.item(*it).is_some_and(|it| kinds(it.kind)) && graph.depends(*it, id))
        .collect();
    let named = item.readings.iter().filter_map(|it| it.body.as_ref()).flat_map(Node::items);
    let beneath = named.into_iter().find(|it| graph.measured(*it) && is_time(contract, *it))?;
    let times = MINUTES.iter().map(|it| Ratio::int(it * 60));
    times.flat_map(|time| promises.iter().map(move |it| (time.clone(), *it))).find_map(|(time, promise)| {
        let told: Option<Vec<(bool, String)>> = item
            .readings
            .iter()
            .map(|it| told(graph, id, promise, beneath, &time, &it.name, usual))
            .collect();
        let told = told?;
        let differ = told.iter().any(|(met, _)| told.first().is_some_and(|(first, _)| first != met));
        differ.then(|| disagreement(contract, item, beneath, promise, &time, &told))
    })
}

/// The first time two readings of opening hours differ.
fn hours_apart(graph: &Graph<'_>, id: ItemId, item: &Item, usual: &Scenario) -> Option<Bilingual> {
    let facts = Memory::from_records(Vec::new());
    let hours = |reading: &Reading| {
        let probe = Probe {
            contract: graph.contract,
            facts: &facts,
            cycle: &usual.cycle,
            inputs: &usual.inputs,
            overrides: &usual.overrides,
            reading: Some(&reading.name),
        };
        match probe.item(id, None) {
            Ok(Value::Hours(it)) => Some(it),
            _ => None,
        }
    };
    let (first, other) = (item.readings.first()?, item.readings.get(1)?);
    let (time, second) = crate::restated::different_hours(graph.contract, &*hours(first)?, &*hours(other)?)?;
    let open = if second { &other.name } else { &first.name };
    Some(both(format!("{} is open only under `{open}`", time.en), format!("{}仅按 `{open}` 开放", time.zh)))
}

fn is_time(contract: &Contract, id: ItemId) -> bool {
    contract
        .item(id)
        .is_some_and(|it| matches!(&it.ty, language::contract::Type::Scalar(unit) if unit.is_time()))
}

/// Verdict and value under one reading.
fn told(
    graph: &Graph<'_>,
    id: ItemId,
    promise: ItemId,
    beneath: ItemId,
    time: &Ratio,
    reading: &str,
    usual: &Scenario,
) -> Option<(bool, String)> {
    let facts = Memory::from_records(Vec::new());
    let mut overrides = usual.overrides.clone();
    overrides.items.push((beneath, Ok(Value::Quantity(quantity::Quantity::seconds(time.clone())))));
    let probe = Probe {
        contract: graph.contract,
        facts: &facts,
        cycle: &usual.cycle,
        inputs: &usual.inputs,
        overrides: &overrides,
        reading: Some(reading),
    };
    let Ok(Value::Truth(met)) = probe.item(promise, crate::active::subject(&probe, promise)) else {
        return None;
    };
    let value = quantity(probe.item(id, crate::active::subject(&probe, id)))?;
    let share = value.unit.is_none() && !value.value.is_negative() && value.value <= Ratio::ONE;
    Some((met, if share { crate::show::percent(&value.value) } else { show_quantity(&value) }))
}

fn disagreement(
    contract: &Contract,
    item: &Item,
    beneath: ItemId,
    promise: ItemId,
    time: &Ratio,
    told: &[(bool, String)],
) -> Bilingual {
    let name = |id: ItemId| contract.item(id).map_or("", |it| &it.name);
    let time = quantity::show_duration(time);
    let parts = |met: &str, broken: &str, joint: &str| {
        let parts =
            item.readings.iter().zip(told).map(|(it, (kept, value))| {
                format!("`{}` {value}{}", it.name, if *kept { met } else { broken })
            });
        parts.collect::<Vec<_>>().join(joint)
    };
    both(
        format!(
            "at {} = {time} they disagree about `{}`: {}",
            name(beneath),
            name(promise),
            parts(" (met)", " (breached)", ", ")
        ),
        format!(
            "{} = {time} 时，对 `{}` 结论不同：{}",
            name(beneath),
            name(promise),
            parts("（达标）", "（未达标）", "，")
        ),
    )
}

/// Levels that rest on recorded spans, where nothing is said about time nobody watched.
fn gaps(graph: &Graph<'_>, report: &mut Report) {
    let contract = graph.contract;
    if contract.gaps != Gaps::Unsaid {
        return;
    }
    let spans = |id: ItemId| {
        let nodes = crate::graph::rule_nodes(contract, id);
        let facts = reach(contract, &nodes, &Default::default()).facts;
        facts.iter().any(|it| contract.schema.facts.get(*it).is_some_and(|it| it.kind == FactKind::Span))
    };
    let Some((_, item)) = contract.of_kind(ItemKind::Level).find(|(id, _)| spans(*id)) else { return };
    let name = &item.name;
    let message = both(
        format!(
            "the text does not say who bears time nobody watched; `{name}` counts it as without incident"
        ),
        format!("正文未写明没有监测的时间由谁承担；`{name}` 将其视为没有事件"),
    );
    let help = both(
        "write `gaps count as up`, `gaps count as no data`, or count uncovered time as outage",
        "请写 `gaps count as up`、`gaps count as no data`，或将未覆盖时间计为中断",
    );
    report.add(Finding::note("R0420", item.span, message, help), Vec::new());
}

/// Divisions by how much happened, where nothing is said for the time in which nothing does.
pub(crate) fn zero_traffic(graph: &Graph<'_>, report: &mut Report) {
    let contract = graph.contract;
    let kinds = |kind| matches!(kind, ItemKind::Level | ItemKind::Promise | ItemKind::Remedy);
    let roots: Vec<&Node> = (0..contract.items.len())
        .map(ItemId)
        .filter(|it| contract.item(*it).is_some_and(|it| kinds(it.kind)))
        .flat_map(|it| crate::graph::rule_nodes(contract, it))
        .collect();
    let reached = reach(contract, &roots, &Default::default()).items;
    let levels = contract.of_kind(ItemKind::Level).map(|(id, _)| id);
    for id in levels.chain(reached).collect::<std::collections::BTreeSet<_>>() {
        let Some(item) = contract.item(id) else { continue };
        for body in item.readings.iter().filter_map(|it| it.body.as_ref()) {
            let level = item.kind == ItemKind::Level;
            unguarded(contract, body, level).into_iter().for_each(|it| quiet(contract, item, it, report));
        }
    }
}

/// Divisions by a count or a sum of events outside any `or … when none`; shares too, where they make a level.
fn unguarded<'c>(contract: &Contract, node: &'c Node, level: bool) -> Vec<&'c Node> {
    use language::contract::{Aggregate, Function};
    match &node.op {
        Op::Default(_, fallback) => unguarded(contract, fallback, level),
        Op::Call(Function::Known, _) | Op::If(..) => Vec::new(),
        Op::And(condition, guarded) => {
            // `requests >= 20 and errors / requests > 10%` asks only where there is something to divide by.
            let asked = contract.source(condition.span);
            let divides =
                |it: &&Node| matches!(&it.op, Op::Divide(_, by) if asked.contains(contract.source(by.span)));
            let inner = unguarded(contract, guarded, level).into_iter().filter(|it| !divides(it));
            unguarded(contract, condition, level).into_iter().chain(inner).collect()
        }
        Op::Divide(_, divisor) if counts(contract, divisor) => vec![node],
        Op::Aggregate { which: Aggregate::Share, .. } if level => vec![node],
        _ => node.parts().into_iter().flat_map(|it| unguarded(contract, it, level)).collect(),
    }
}

fn counts(contract: &Contract, node: &Node) -> bool {
    use language::contract::Aggregate::{Count, Sum};
    let events = |rows: &Node| {
        parts_of(rows).iter().any(|it| match &it.op {
            Op::Fact(fact) => contract.schema.facts.get(*fact).is_some_and(|it| it.kind != FactKind::Span),
            Op::Item(..) | Op::ItemFor(..) => true,
            _ => false,
        })
    };
    match &node.op {
        Op::Aggregate { which: Count | Sum, rows, .. } => events(rows),
        Op::Item(id, _) => crate::domain::body_of(contract, *id, None).is_some_and(|it| counts(contract, it)),
        _ => false,
    }
}

fn quiet(contract: &Contract, item: &Item, node: &Node, report: &mut Report) {
    let source = short_source(contract.source(node.span));
    let name = &item.name;
    let message = both(
        format!("`{name}` has no value while nothing happens: `{source}` divides by nothing"),
        format!("没有任何记录时 `{name}` 没有值：`{source}` 的除数为零"),
    );
    let help =
        both("say what holds then: `… or 100% when none`", "请写明此时如何处理：`… or 100% when none`");
    report.add(Finding::note("R0419", node.span, message, help), Vec::new());
}

/// Source on one line, without comments.
pub(crate) fn short_source(source: &str) -> String {
    let code = source.lines().map(|it| it.split_once("-- ").map_or(it, |(code, _)| code));
    code.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}
