//! How each value came about: the rule as written, the arithmetic, what it used and read.

use diagnostic::Lang;
use settle::Settlement;
use settle::settlement::{Derivation, EvidenceUse};

use super::level::{code, name};
use super::links::{Links, derivation_id};
use super::markup::{Markup, both, el, element, word};
use crate::time::Stamps;
use crate::words::Word;
use crate::worked::{Line, Worked, laid_out};

pub(super) fn derivations(settlement: &Settlement, links: &Links) -> Markup {
    let stamps = Stamps::new(settlement);
    let worked = Worked::new(settlement, &stamps);
    let each = settlement.derivation.iter().enumerate();
    Markup::all(each.map(|(index, it)| derivation(index, it, (&worked, &stamps), links)))
}

fn derivation(
    index: usize,
    derivation: &Derivation,
    (worked, stamps): (&Worked<'_>, &Stamps<'_>),
    links: &Links,
) -> Markup {
    let reading = derivation.reading.as_deref().map(|it| el("span", "tag", [Markup::text(it)]));
    let summary = [
        el(
            "span",
            "title",
            [name(&derivation.name, derivation.subject.as_deref()), reading.unwrap_or_default()],
        ),
        el("span", "equals", [Markup::text("=")]),
        el("span", "value", [both(|lang| worked.value(derivation, lang))]),
    ];
    let window = derivation.window.map(|window| Markup::text(&stamps.span(window.from(), window.until())));
    let rule = Some(derivation.rule.trim()).filter(|rule| !rule.is_empty());
    let rule = rule.map(|rule| el("pre", "rule", [Markup::text(&laid_out(rule))]));
    let exact = worked.exact(derivation).map(|it| code(&it));
    let parts = [
        (Word::Rule, rule),
        (Word::Window, window),
        (Word::Given, (!derivation.uses.is_empty()).then(|| uses(derivation, worked, links))),
        (Word::Evidence, (!derivation.evidence.is_empty()).then(|| evidence(&derivation.evidence))),
        (Word::Steps, arithmetic(derivation, worked)),
        (Word::Exactly, exact),
        (Word::Clause, Some(links.clause(&derivation.clause))),
    ];
    let parts = parts.into_iter().filter_map(|(label, part)| {
        Some(el("div", "", [el("dt", "", [word(label)]), el("dd", "", [part?])]))
    });
    // A link to what is folded away unfolds it.
    let id = derivation_id(index);
    let inside = element("dl", &[("id", &id)], parts);
    el("details", "derivation", [el("summary", "", summary), inside])
}

/// The calculation, innermost first; nothing when there is nothing to work out.
fn arithmetic(derivation: &Derivation, worked: &Worked<'_>) -> Option<Markup> {
    let (en, zh) = (worked.lines(derivation, Lang::En), worked.lines(derivation, Lang::Zh));
    let lines = en.iter().zip(&zh).map(|(en, zh)| line(|lang| if lang == Lang::En { en } else { zh }));
    let lines = Markup::all(lines);
    (!lines.is_empty()).then(|| el("ol", "steps", [lines]))
}

/// As written, with values, and what it comes to.
fn line<'a>(of: impl Fn(Lang) -> &'a Line) -> Markup {
    let written = code(&of(Lang::En).written);
    let row = of(Lang::En).row.as_deref().map(|row| {
        let row = el("code", "", [Markup::text(row)]);
        el("span", "row", [word(Word::RowApplies), Markup::text(" "), row])
    });
    let filled = of(Lang::En).filled.is_some().then(|| {
        let filled = both(|lang| of(lang).filled.clone().unwrap_or_default());
        el("span", "filled", [Markup::text("= "), filled])
    });
    let value = el("span", "outcome", [Markup::text("= "), both(|lang| of(lang).value.clone())]);
    let right = [row, filled].into_iter().flatten().chain([value]);
    el("li", "", [written, el("span", "worked", right)])
}

/// The rules it names, each with its value.
fn uses(derivation: &Derivation, worked: &Worked<'_>, links: &Links) -> Markup {
    let each = derivation.uses.iter().map(|name| {
        let subject = derivation.subject.as_deref();
        let name_of = links.derived(name, subject, Markup::text(name));
        let value = worked
            .found(name, subject)
            .map(|it| Markup::all([Markup::text(" = "), both(|lang| worked.value(it, lang))]));
        el("li", "", [name_of, value.unwrap_or_default()])
    });
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
