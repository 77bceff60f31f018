//! What the text says twice: whether it says the same both times.

use calendar::{Date, Hours, TimeOfDay};
use diagnostic::{Bilingual, Lang};
use evidence::Memory;
use language::contract::{Contract, Restated};
use settle::probe::Probe;
use settle::shown::duration_words;
use settle::value::Value;
use timeline::{Interval, Timeline};

use crate::active::{same, subject};
use crate::graph::{Graph, reach, rule_nodes};
use crate::report::{Case, Finding, Report};
use crate::scenario::{Scenario, scenarios};
use crate::show::{both, show_quantity};
use crate::words::short_source;

/// Fortnights with holidays and make-up days in China, in winter and in summer.
const FORTNIGHTS: [(i32, u8, u8); 4] = [(2026, 9, 28), (2026, 1, 5), (2025, 9, 29), (2026, 7, 6)];
const DAYS: i32 = 14;

/// Second statements that differ from the first.
pub(crate) fn check(graph: &Graph<'_>, report: &mut Report) {
    for restated in &graph.contract.restated {
        let contract = graph.contract;
        let mut nodes = rule_nodes(contract, restated.item);
        nodes.push(&restated.body);
        let reached = reach(contract, &nodes, &Default::default()).items;
        let inner: Vec<_> = reached.iter().flat_map(|it| rule_nodes(contract, *it)).chain(nodes).collect();
        for scenario in scenarios(contract, &inner, &reached) {
            compare(graph, restated, &scenario, report);
        }
    }
}

fn compare(graph: &Graph<'_>, restated: &Restated, scenario: &Scenario, report: &mut Report) {
    let contract = graph.contract;
    let facts = Memory::from_records(Vec::new());
    let probe = Probe {
        contract,
        facts: &facts,
        cycle: &scenario.cycle,
        inputs: &scenario.inputs,
        overrides: &scenario.overrides,
        reading: None,
    };
    let who = subject(&probe, restated.item);
    let (first, second) = (probe.item(restated.item, who.clone()), probe.node(&restated.body, who));
    let (Ok(first), Ok(second)) = (first, second) else { return unlike(contract, restated, report) };
    let case = match (&first, &second) {
        (Value::Hours(a), Value::Hours(b)) => different_hours(contract, a, b).map(|(time, here)| {
            if here {
                both(
                    format!("{} is open here, closed there", time.en),
                    format!("{}此处开放，彼处关闭", time.zh),
                )
            } else {
                both(
                    format!("{} is open there, closed here", time.en),
                    format!("{}彼处开放，此处关闭", time.zh),
                )
            }
        }),
        (a, b) if same(a, b) => None,
        (Value::Timeline(a), Value::Timeline(b)) if a == b => None,
        (a, b) => {
            let said = |lang| (shown(a, contract, lang), shown(b, contract, lang));
            let ((en_a, en_b), (zh_a, zh_b)) = (said(Lang::En), said(Lang::Zh));
            Some(both(format!("{en_a} there, {en_b} here"), format!("彼处为 {zh_a}，此处为 {zh_b}")))
        }
    };
    let Some(case) = case else { return };
    let item = contract.item(restated.item);
    let (name, clause) = item.map_or(("", ""), |it| (it.name.as_str(), it.clause.as_str()));
    let message = both(
        format!(
            "`{name}` is stated again in clause {}, and differently: {}{}",
            restated.clause,
            case.en,
            scenario.aside().en
        ),
        format!("`{name}` 在“{}”中再次写明，但内容不同：{}{}", restated.clause, case.zh, scenario.aside().zh),
    );
    let help = both(
        format!("the rule in clause {clause} is followed; let both say the same"),
        format!("现按“{clause}”执行；请使两处一致"),
    );
    report.add(Finding::warning("R0411", restated.span, message, help), vec![scenario.case(case)]);
}

/// Statements that need evidence are compared by their words.
fn unlike(contract: &Contract, restated: &Restated, report: &mut Report) {
    let body = crate::domain::body_of(contract, restated.item, None);
    let first = body.map(|it| short_source(contract.source(it.span))).unwrap_or_default();
    let second = short_source(contract.source(restated.body.span));
    if first == second {
        return;
    }
    let name = contract.item(restated.item).map_or("", |it| &it.name);
    let message =
        both(format!("`{name}` is stated again in other words"), format!("`{name}` 以不同文字再次写明"));
    let note =
        both(format!("`{first}` there, `{second}` here"), format!("彼处为 `{first}`，此处为 `{second}`"));
    let help = both("check that both mean the same", "请确认两处含义一致");
    report.add(Finding::note("R0411", restated.span, message, help), vec![Case::always(note)]);
}

fn shown(value: &Value, contract: &Contract, lang: Lang) -> String {
    match value {
        Value::Quantity(it) if it.unit.is_time() => duration_words(show_quantity(it), lang),
        Value::Quantity(it) => show_quantity(it),
        other => other.show(&contract.zone, lang),
    }
}

/// The first time in a sample fortnight that only one is open; whether that is the second.
pub(crate) fn different_hours(contract: &Contract, a: &Hours, b: &Hours) -> Option<(Bilingual, bool)> {
    FORTNIGHTS.iter().find_map(|(year, month, day)| {
        let first = Date::new(*year, *month, *day)?;
        let from = contract.zone.start_of_day(first)?;
        let within = Interval::new(from, contract.zone.start_of_day(first.add_days(DAYS)?)?)?;
        let (a, b) = (a.timeline(within).ok()?, b.timeline(within).ok()?);
        difference(&a, &b).map(|(run, second)| (times(contract, run), second))
    })
}

fn difference(a: &Timeline, b: &Timeline) -> Option<(Interval, bool)> {
    let only = |one: &Timeline, other: &Timeline| one.difference(other).runs().first().copied();
    match (only(a, b), only(b, a)) {
        (Some(first), Some(second)) if second.from() < first.from() => Some((second, true)),
        (Some(first), _) => Some((first, false)),
        (None, second) => second.map(|it| (it, true)),
    }
}

fn times(contract: &Contract, run: Interval) -> Bilingual {
    const WEEKDAYS: [(&str, &str); 7] = [
        ("Mon", "周一"),
        ("Tue", "周二"),
        ("Wed", "周三"),
        ("Thu", "周四"),
        ("Fri", "周五"),
        ("Sat", "周六"),
        ("Sun", "周日"),
    ];
    let zone = &contract.zone;
    let date = zone.date(run.from());
    let clock = |it: TimeOfDay| it.to_string();
    let (from, until) = (clock(zone.time(run.from())), clock(zone.time(run.until())));
    let (en, zh) = WEEKDAYS.get(usize::from(date.weekday().index())).copied().unwrap_or_default();
    both(format!("{en} {date} {from}–{until}"), format!("{date}（{zh}）{from}–{until} "))
}
