//! From all the time something was down to the time that counts: what each clause took out.

use std::collections::BTreeSet;

use ::evidence::AttributeKind;
use language::contract::{ItemKind, Node, Op};
use platform::live::Progress;
use platform::records::Records;
use quantity::{Quantity, Ratio, Rounding};
use settle::Shown;
use settle::settlement::{Derivation, Excluded, ExcludedMeasure, LevelResult};
use statement::display;
use timeline::{Interval, Timeline};

use crate::chart::{Fall, Svg, Waterfall};
use crate::pages::customers::clause::{Clause, rule};
use crate::view::View;

/// How a level's counted time came about.
pub(super) struct Fallen {
    pub(super) level: String,
    pub(super) steps: Vec<Step>,
    pub(super) drawing: Svg,
}

/// A step.
pub(super) struct Step {
    pub(super) name: String,
    pub(super) long: String,
    pub(super) clause: Option<Clause>,
    pub(super) taken: bool,
    nanos: i128,
}

/// For each level that rests on a counted time: gross time, what was taken out, counted time. Levels of other things have
/// none.
pub(super) fn of(view: &View<'_, '_>, progress: &Progress, records: &Records) -> Vec<Fallen> {
    let levels = progress.nothing_more.levels.iter();
    levels.filter_map(|it| fallen(view, progress, records, it)).collect()
}

fn fallen(
    view: &View<'_, '_>,
    progress: &Progress,
    records: &Records,
    level: &LevelResult,
) -> Option<Fallen> {
    let (counted, facts) = counted(progress, level)?;
    let within =
        Interval::new(progress.cycle.counted.from(), progress.cycle.counted.until().min(progress.now))?;
    let subject = level.subject.as_deref();
    let spans = records
        .within(within)
        .filter(|it| facts.contains(it.fact) && (subject.is_none() || it.subject == subject))
        .filter_map(|it| Interval::new(it.from, it.until)?.intersect(&within));
    let gross = Timeline::from_intervals(spans);
    let mut left = gross.clone();
    let mut steps = vec![step(view, view.w.customers_gross().to_owned(), gross.nanos()?, None, false)];
    for (name, clause, taken) in taken(progress) {
        let out = left.intersect(&taken).nanos()?;
        if out > 0 {
            left = left.difference(&taken);
            let name = statement::display::half(&name, view.lang);
            let clause = Clause::of(view, &progress.terms.published.contract, &clause);
            steps.push(step(view, name, out, Some(clause), true));
        }
    }
    if gross.is_empty() {
        return None;
    }
    // Thresholds, rounding and whatever else the rule says about what counts.
    let rest = left.nanos()? - counted;
    if rest > 0 {
        steps.push(step(view, view.w.customers_other_rules().to_owned(), rest, None, true));
    }
    let clause = Clause::of(view, &progress.terms.published.contract, &level.clause);
    steps.push(step(view, view.w.customers_counted().to_owned(), counted, Some(clause), false));
    let name = rule(view.lang, &level.name, &level.clause);
    let level = subject.map_or(name.clone(), |it| format!("{name} · {it}"));
    Some(Fallen { drawing: draw(view, &level, &steps), level, steps })
}

fn step(view: &View<'_, '_>, name: String, nanos: i128, clause: Option<Clause>, taken: bool) -> Step {
    let seconds = Ratio::new(nanos, 1_000_000_000).unwrap_or(Ratio::ZERO);
    Step { name, long: display::quantity(&Quantity::seconds(seconds), view.lang), clause, taken, nanos }
}

fn draw(view: &View<'_, '_>, level: &str, steps: &[Step]) -> Svg {
    let fall = |it: &Step| Fall {
        title: format!("{}: {}", it.name, it.long),
        amount: i64::try_from(it.nanos / 1_000_000_000).unwrap_or(i64::MAX),
        taken: it.taken,
    };
    Waterfall { title: view.w.customers_waterfall_title(level), steps: steps.iter().map(fall).collect() }
        .draw()
}

/// The counted time a level was computed from, in nanoseconds, and the facts of spans that rule read, exclusions left out.
fn counted(progress: &Progress, level: &LevelResult) -> Option<(i128, BTreeSet<String>)> {
    let settlement = &progress.nothing_more;
    let contract = &progress.terms.published.contract;
    let excluding = excluding(contract);
    let named = |name: &str| {
        let all = || settlement.derivation.iter().filter(|it| it.name == name && it.window.is_none());
        all().find(|it| it.subject == level.subject).or_else(|| all().next())
    };
    let (mut waiting, mut seen) = (vec![level.name.clone()], BTreeSet::new());
    while let Some(name) = waiting.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let Some(found) = named(&name) else { continue };
        if let Some(nanos) = length(found).filter(|_| name != level.name) {
            let facts = facts_of(found, settlement.derivation.as_slice(), contract, &excluding);
            if !facts.is_empty() {
                return Some((nanos, facts));
            }
        }
        waiting.extend(found.uses.iter().cloned());
    }
    None
}

/// The facts that are exclusions themselves, such as windows of maintenance.
pub(crate) fn excluding(contract: &language::Contract) -> BTreeSet<usize> {
    let mut waiting: Vec<&Node> = contract
        .of_kind(ItemKind::Exclusion)
        .flat_map(|(_, it)| it.readings.iter().filter_map(|it| it.body.as_ref()))
        .collect();
    let mut facts = BTreeSet::new();
    while let Some(node) = waiting.pop() {
        if let Op::Fact(at) = node.op {
            facts.insert(at);
        }
        waiting.extend(node.parts());
    }
    // What says why it happened is what is excluded, not what excludes.
    let has_cause = |at: &usize| {
        let fact = contract.schema.facts.get(*at);
        fact.is_some_and(|it| it.attributes.iter().any(|it| matches!(it.kind, AttributeKind::Cause(_))))
    };
    facts.retain(|it| !has_cause(it));
    facts
}

/// The length a rule came to.
fn length(it: &Derivation) -> Option<i128> {
    match it.value.as_ref().ok()? {
        Shown::Quantity(it) if it.unit.is_time() => {
            let nanos = it.value.mul(&Ratio::int(1_000_000_000)).ok()?;
            nanos.round_to(&Ratio::ONE, Rounding::Floor).ok()?.to_integer()
        }
        Shown::Timeline(nanos, _) => *nanos,
        _ => None,
    }
}

/// The spans a rule rests on, its own and those of the rules it uses.
fn facts_of(
    it: &Derivation,
    all: &[Derivation],
    contract: &language::Contract,
    excluding: &BTreeSet<usize>,
) -> BTreeSet<String> {
    let used = all.iter().filter(|found| it.uses.contains(&found.name));
    let read = it.evidence.iter().chain(used.flat_map(|it| it.evidence.iter()));
    let is_span = |name: &str| {
        contract
            .schema
            .fact(name)
            .is_some_and(|(at, fact)| fact.kind == ::evidence::FactKind::Span && !excluding.contains(&at))
    };
    read.filter(|it| is_span(&it.fact)).map(|it| it.fact.clone()).collect()
}

/// What was taken out of account, by cause and clause, in the order of the contract.
fn taken(progress: &Progress) -> Vec<(String, String, Timeline)> {
    let mut all: Vec<(String, String, Vec<Interval>)> = Vec::new();
    let spans =
        progress.nothing_more.excluded.iter().filter(|it| matches!(it.measure, ExcludedMeasure::Seconds(_)));
    for it in spans {
        let Some(span) = Interval::new(it.from, it.until) else { continue };
        let name = name(it);
        match all.iter_mut().find(|found| found.0 == name && found.1 == it.clause) {
            Some(found) => found.2.push(span),
            None => all.push((name, it.clause.clone(), vec![span])),
        }
    }
    all.into_iter().map(|(name, clause, spans)| (name, clause, Timeline::from_intervals(spans))).collect()
}

fn name(it: &Excluded) -> String {
    it.text.clone().unwrap_or_else(|| it.cause.replace('_', " "))
}
