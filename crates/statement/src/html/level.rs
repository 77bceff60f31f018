//! Levels beside their targets, and the promises and duties.

use settle::Settlement;
use settle::settlement::{LevelResult, PromiseResult, Verdict};

use super::bar::Bar;
use super::links::Links;
use super::markup::{Markup, both, el, prose, word};
use super::state::{State, of_verdict, verdict_chip};
use crate::bilingual::{half, half_of_pair};
use crate::claim_window::reason;
use crate::figure::{LevelFigure, promises_on, target};
use crate::words::Word;

pub(super) fn levels(settlement: &Settlement, links: &Links) -> Markup {
    let cards = settlement.levels.iter().map(|level| card(settlement, level, links));
    if settlement.levels.is_empty() { Markup::default() } else { el("div", "levels", cards) }
}

pub(super) fn promises(settlement: &Settlement, links: &Links) -> Markup {
    let rows = settlement.promises.iter().map(|promise| promise_row(settlement, promise, links));
    if settlement.promises.is_empty() { Markup::default() } else { el("ul", "rows promises", rows) }
}

/// A name with its subject.
pub(super) fn name(name: &str, subject: Option<&str>) -> Markup {
    let subject = subject.map(|subject| el("span", "subject", [Markup::text(subject)]));
    Markup::all([Markup::text(name), subject.unwrap_or_default()])
}

fn card(settlement: &Settlement, level: &LevelResult, links: &Links) -> Markup {
    let figure = LevelFigure::new(settlement, level);
    let compared: Vec<&PromiseResult> = promises_on(settlement, level).collect();
    let state = worst(&compared, level);
    let title =
        links.derived(&level.name, level.subject.as_deref(), name(&level.name, level.subject.as_deref()));
    let value_class = if level.value.is_ok() { "value" } else { "value absent" };
    let value = el("p", value_class, [both(|lang| figure.outcome(&level.value, lang))]);
    let targets = compared.iter().map(|promise| {
        let promised = both(|lang| target(settlement, promise, lang).unwrap_or_default());
        el(
            "p",
            "target",
            [el("span", "label", [word(Word::Target)]), promised, verdict_chip(promise.verdict)],
        )
    });
    let why = level.value.as_ref().err().map(|absent| el("p", "reason", [both(|lang| reason(absent, lang))]));
    let without = level.without_exclusions.as_ref().map(|without| {
        let verdict = compared.first().and_then(|promise| promise.without_exclusions);
        let value = both(|lang| figure.outcome(without, lang));
        let label = el("span", "label", [word(Word::WithoutExclusions)]);
        el("p", "without", [label, value, verdict.map(verdict_chip).unwrap_or_default()])
    });
    let parts = [
        el("h3", "", [title]),
        value,
        Markup::all(targets),
        bar(level, &compared).unwrap_or_default(),
        why.unwrap_or_default(),
        without.unwrap_or_default(),
        el("p", "source", [links.clause(&level.clause)]),
    ];
    el("article", &format!("level {}", state.class()), parts)
}

fn bar(level: &LevelResult, compared: &[&PromiseResult]) -> Option<Markup> {
    let (compare, target) = compared.iter().find_map(|promise| promise.target.as_ref())?;
    let without_exclusions = level.without_exclusions.as_ref().and_then(|without| without.as_ref().ok());
    let value = level.value.as_ref().ok();
    Bar { value, compare: *compare, target, without_exclusions, percent: level.percent }.draw()
}

/// The state a card is coloured by: a breach before anything else.
fn worst(compared: &[&PromiseResult], level: &LevelResult) -> State {
    let breached = compared.iter().find(|promise| promise.verdict == Verdict::Breached);
    match breached.or(compared.first()) {
        Some(promise) => of_verdict(promise.verdict),
        None if level.value.is_err() => State::Nothing,
        None => State::Apart,
    }
}

fn promise_row(settlement: &Settlement, promise: &PromiseResult, links: &Links) -> Markup {
    let subject = promise.subject.as_deref();
    let title = links.derived(&promise.name, subject, name(&promise.name, subject));
    let duty = if promise.duty { el("span", "tag", [word(Word::Duty)]) } else { Markup::default() };
    // A bare number says little; without a level the rule itself is one link away.
    let promised = promise.level.as_deref().filter(|_| promise.target.is_some()).map(|level| {
        let promised = both(|lang| target(settlement, promise, lang).unwrap_or_default());
        Markup::all([Markup::text(level), Markup::text(" "), promised])
    });
    let why = promise
        .reason
        .as_ref()
        .map(|absent| el("p", "reason", [both(|lang| half_of_pair(&absent.reason, lang))]));
    let without = promise.without_exclusions.map(|verdict| {
        el("p", "without", [el("span", "label", [word(Word::WithoutExclusions)]), verdict_chip(verdict)])
    });
    let parts = [
        el("p", "title", [title, duty]),
        el("p", "promised", promised),
        el("p", "state", [verdict_chip(promise.verdict)]),
        el("p", "source", [links.clause(&promise.clause)]),
        why.unwrap_or_default(),
        without.unwrap_or_default(),
    ];
    el("li", of_verdict(promise.verdict).class(), parts)
}

/// Text of a contract author in both languages.
pub(super) fn written(text: &str) -> Markup {
    both(|lang| half(text, lang))
}

/// Code as written.
pub(super) fn code(text: &str) -> Markup {
    el("code", "", [prose(&text.replace('`', "'"))])
}
