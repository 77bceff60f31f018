//! Claim windows over a year of cycles: do they open before they close, can they be known, do they outlast the cycle?

use std::collections::BTreeSet;

use calendar::{Date, DayRule, HolidayCalendar};
use diagnostic::Bilingual;
use language::contract::{Claim, Contract, Node, Op, Status};
use settle::probe::{ClaimWindow, Probe};
use settle::settlement::CycleSpan;
use settle::value::Value;
use timeline::Instant;

use crate::active::subject;
use crate::graph::{Graph, parts_of, reach, rule_nodes};
use crate::invent;
use crate::report::{Case, Finding, Report};
use crate::scenario::{Scenario, at_date, usual_date};
use crate::show::both;

/// Every claim of the contract.
pub(crate) fn check(graph: &Graph<'_>, report: &mut Report) {
    for (at, claim) in graph.contract.claims.iter().enumerate() {
        for scenario in year_of_cycles(graph.contract, claim) {
            for window in windows(graph, at, claim, &scenario) {
                judge(graph.contract, claim, &scenario.cycle, &window, report);
            }
        }
    }
}

/// Twelve months of cycles that end with the last year whose holidays are known.
pub(crate) fn year_of_cycles(contract: &Contract, claim: &Claim) -> Vec<Scenario> {
    let years = calendars(contract, claim).iter().map(|it| *it.years().end()).min();
    let year = years.unwrap_or_else(|| usual_date(contract).year());
    let months =
        (1..=12).filter_map(|month| Date::new(year, month, 1)).filter_map(|it| at_date(contract, it));
    let mut seen: BTreeSet<Instant> = BTreeSet::new();
    months.filter(|it| seen.insert(it.cycle.counted.from())).collect()
}

fn calendars(contract: &Contract, claim: &Claim) -> Vec<HolidayCalendar> {
    let nodes: Vec<&Node> = claim.opens.iter().chain(&claim.closes).collect();
    let items = reach(contract, &nodes, &BTreeSet::new()).items;
    let inner = items.iter().flat_map(|it| rule_nodes(contract, *it)).chain(nodes);
    let named = inner.flat_map(parts_of).filter_map(|it| match &it.op {
        Op::Calendar(it) => Some((**it).clone()),
        Op::Hours(hours) => match &hours.days {
            DayRule::WorkingDays(it) | DayRule::ExceptHolidays(it) => Some(it.clone()),
            DayRule::EveryListedDay => None,
        },
        _ => None,
    });
    named.collect()
}

pub(crate) fn windows(graph: &Graph<'_>, at: usize, claim: &Claim, scenario: &Scenario) -> Vec<ClaimWindow> {
    let contract = graph.contract;
    let nodes: Vec<&Node> = claim.opens.iter().chain(&claim.closes).chain(&claim.per).collect();
    let facts = invent::evidence(contract, &reach(contract, &nodes, &BTreeSet::new()).facts, &scenario.cycle);
    let probe = Probe {
        contract,
        facts: &facts,
        cycle: &scenario.cycle,
        inputs: &scenario.inputs,
        overrides: &scenario.overrides,
        reading: None,
    };
    let who: Option<Value> = subject(&probe, claim.remedy);
    probe.claim_windows(at, who)
}

fn judge(contract: &Contract, claim: &Claim, cycle: &CycleSpan, window: &ClaimWindow, report: &mut Report) {
    let Some(item) = contract.item(claim.remedy) else { return };
    let span = claim.closes.as_ref().or(claim.opens.as_ref()).map_or(item.span, |it| it.span);
    if report.has("R0417", span) || report.has("R0418", span) {
        return;
    }
    let (name, label) = (&item.name, &cycle.label);
    match window {
        (Ok(opens), Some(Ok(closes))) if closes <= opens => {
            let message = both(
                format!("the claim for `{name}` closes before it opens: cycle {label}"),
                format!("`{name}` 的申请期在开始之前已结束：周期 {label}"),
            );
            let help = both("let the window close after it opens", "请使申请期的截止晚于开始");
            report.add(
                Finding::warning("R0417", span, message, help),
                vec![Case::always(edges(contract, label, *opens, *closes))],
            );
        }
        (Ok(opens), Some(Ok(closes))) if *closes < cycle.counted.until() => {
            let message = both(
                format!(
                    "the claim for `{name}` can close before the cycle ends, so before the level is known: cycle {label}"
                ),
                format!("`{name}` 的申请期可能在周期结束、结果可知之前截止：周期 {label}"),
            );
            let help = both("let the window run from the end of the cycle", "请让申请期从周期结束时起算");
            report.add(
                Finding::warning("R0417", span, message, help),
                vec![Case::always(edges(contract, label, *opens, *closes))],
            );
        }
        (opens, closes) => {
            let unknown =
                [Some(opens), closes.as_ref()].into_iter().flatten().filter_map(|it| it.as_ref().err());
            let Some(absent) = unknown.into_iter().find(|it| it.status == Status::Provisional) else {
                return;
            };
            let message = both(
                format!("the claim window of `{name}` cannot be known yet for cycle {label}"),
                format!("周期 {label} 的 `{name}` 申请期尚无法确定"),
            );
            let help = both(
                "settle such cycles again once the holidays are published",
                "假日安排公布后请重新结算该周期",
            );
            report
                .add(Finding::note("R0418", span, message, help), vec![Case::always(absent.reason.clone())]);
        }
    }
}

fn edges(contract: &Contract, label: &str, opens: Instant, closes: Instant) -> Bilingual {
    let (opens, closes) = (contract.zone.show(opens), contract.zone.show(closes));
    both(
        format!("cycle {label}: opens {opens}, closes {closes}"),
        format!("周期 {label}：{opens} 开始，{closes} 截止"),
    )
}
