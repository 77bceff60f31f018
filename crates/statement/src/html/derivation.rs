//! How each value came about: the rule as written, the arithmetic, what it used and read.

use settle::Settlement;
use settle::settlement::{Derivation, EvidenceUse};

use super::level::{code, name};
use super::links::{Links, derivation_id};
use super::markup::{Markup, both, el, element, word};
use crate::arithmetic::{Step, came_out, steps};
use crate::time::Stamps;
use crate::words::Word;

pub(super) fn derivations(settlement: &Settlement, links: &Links) -> Markup {
    let stamps = Stamps::new(settlement);
    let each = settlement.derivation.iter().enumerate();
    Markup::all(each.map(|(index, it)| derivation(index, it, &stamps, links)))
}

fn derivation(index: usize, derivation: &Derivation, stamps: &Stamps, links: &Links) -> Markup {
    let reading = derivation.reading.as_deref().map(|it| el("span", "tag", [Markup::text(it)]));
    let summary = [
        el(
            "span",
            "title",
            [name(&derivation.name, derivation.subject.as_deref()), reading.unwrap_or_default()],
        ),
        el("span", "equals", [Markup::text("=")]),
        el("span", "value", [both(|lang| came_out(&derivation.value, stamps, lang))]),
    ];
    let window = derivation.window.map(|window| Markup::text(&stamps.span(window.from(), window.until())));
    let rule = Some(derivation.rule.trim()).filter(|rule| !rule.is_empty());
    let rule = rule.map(|rule| el("pre", "rule", [Markup::text(rule)]));
    let steps = steps(derivation);
    let parts = [
        (Word::Rule, rule),
        (Word::Steps, (!steps.is_empty()).then(|| arithmetic(&steps, stamps))),
        (Word::Window, window),
        (Word::Uses, (!derivation.uses.is_empty()).then(|| uses(&derivation.uses, links))),
        (Word::Evidence, (!derivation.evidence.is_empty()).then(|| evidence(&derivation.evidence))),
        (Word::Clause, Some(links.clause(&derivation.clause))),
    ];
    let parts = parts.into_iter().filter_map(|(label, part)| {
        Some(el("div", "", [el("dt", "", [word(label)]), el("dd", "", [part?])]))
    });
    let id = derivation_id(index);
    element(
        "details",
        &[("id", &id), ("class", "derivation")],
        [el("summary", "", summary), el("dl", "", parts)],
    )
}

/// The arithmetic, innermost first.
fn arithmetic(steps: &[Step<'_>], stamps: &Stamps) -> Markup {
    let step = |(written, value): &Step<'_>| {
        let value = both(|lang| came_out(value, stamps, lang));
        el("li", "", [code(written), el("span", "result", [Markup::text("= "), value])])
    };
    el("ol", "steps", steps.iter().map(step))
}

fn uses(uses: &[String], links: &Links) -> Markup {
    let each = uses.iter().map(|used| el("li", "", [links.derived(used, None, Markup::text(used))]));
    el("ul", "inline", each)
}

fn evidence(used: &[EvidenceUse]) -> Markup {
    el("ul", "read", used.iter().map(|used| el("li", "", [evidence_used(used)])))
}

fn evidence_used(used: &EvidenceUse) -> Markup {
    let count = both(|lang| Word::RecordsOf.fill(lang, &[&used.fact, &used.count.to_string()]));
    let records = used.records.iter().map(|record| el("code", "", [Markup::text(record)]));
    let shown = u64::try_from(used.records.len()).unwrap_or(u64::MAX);
    let more = if shown > 0 && shown < used.count { Markup::text("…") } else { Markup::default() };
    Markup::all([count, el("span", "records", records.chain([more]))])
}
