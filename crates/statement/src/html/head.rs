//! The top of the page: the verdict, what is owed, who and when.

use diagnostic::Lang;
use quantity::Quantity;
use settle::Settlement;
use settle::settlement::SettlementStatus;
use timeline::Instant;

use super::markup::{Markup, both, el, element, void, word};
use super::state::{icon, of_headline};
use crate::bilingual::{half, half_of_pair};
use crate::figure;
use crate::summary::{counts, discretionary, headline, sums_owed};
use crate::time::moment;
use crate::words::Word;

/// The two buttons that choose the language, before everything they govern.
pub(super) fn language_choice() -> Markup {
    let choice = |id: &str, checked: &[(&str, &str)]| {
        let attributes = [("type", "radio"), ("name", "language"), ("id", id), ("class", "choice")];
        void("input", &[&attributes, checked].concat())
    };
    Markup::all([choice("choose-en", &[("checked", "checked")]), choice("choose-zh", &[])])
}

/// The line above the verdict.
pub(super) fn masthead(settlement: &Settlement) -> Markup {
    let label = |id: &str, lang: &str, name: &str| {
        element("label", &[("for", id), ("lang", lang)], [Markup::text(name)])
    };
    let switch = [label("choose-en", "en", "English"), label("choose-zh", "zh-Hans", "中文")];
    let title = both(|lang| Word::StatementFor.fill(lang, &[&settlement.cycle.label]));
    el("header", "masthead", [el("p", "name", [title]), el("div", "switch", switch)])
}

/// The verdict in one word, the contract, and what is owed.
pub(super) fn verdict(settlement: &Settlement) -> Markup {
    let headline = headline(settlement);
    let state = of_headline(headline);
    let words = el("p", "headline", [word(headline.word())]);
    let title = el("h1", "", [both(|lang| half_of_pair(&settlement.contract.title, lang))]);
    let counted = el("p", "counts", [both(|lang| counts(settlement, lang))]);
    let said = el("div", "said", [words, title, counted]);
    el("section", &format!("verdict {}", state.class()), [icon(state), said, owed(settlement)])
}

/// Parties, cycle and inputs.
pub(super) fn facts(settlement: &Settlement) -> Markup {
    let (contract, inputs, cycle) = (&settlement.contract, &settlement.inputs, &settlement.cycle);
    let at = |at, lang| moment(&contract.zone, at, lang);
    // The moment of knowledge is exact in the JSON; a reader needs no more than its second.
    let known = |at: Instant, lang| moment(&contract.zone, whole_second(at), lang);
    let span = |span: timeline::Interval| {
        let ends = [span.from(), span.until()].map(|end| el("span", "date", [both(|lang| at(end, lang))]));
        let [from, until] = ends;
        Markup::all([from, Markup::text(" – "), until])
    };
    let provider = contract.provider.as_deref();
    let parameters: Vec<String> =
        inputs.parameters.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let facts = [
        (Word::Contract, Some(Markup::text(&format!("{} {}", contract.id, contract.version)))),
        (Word::Provider, provider.map(|provider| both(|lang| half(provider, lang)))),
        (Word::Tenant, inputs.tenant.as_deref().map(Markup::text)),
        (Word::Plan, inputs.plan.as_deref().map(Markup::text)),
        (Word::Cycle, Some(span(cycle.whole))),
        (Word::CountedPart, (cycle.counted != cycle.whole).then(|| span(cycle.counted))),
        (Word::Since, inputs.since.map(|since| both(|lang| at(since, lang)))),
        (Word::AsOf, inputs.as_of.map(|as_of| both(|lang| known(as_of, lang)))),
        (Word::Parameters, (!parameters.is_empty()).then(|| Markup::text(&parameters.join(", ")))),
        (Word::Zone, Some(Markup::text(contract.zone.name()))),
        (Word::Settlement, Some(word(Word::settlement(settlement.status)))),
    ];
    let given = facts.into_iter().filter_map(|(name, fact)| Some((name, fact?)));
    let facts = given.map(|(name, fact)| el("div", "", [el("dt", "", [word(name)]), el("dd", "", [fact])]));
    Markup::all([el("dl", "facts", facts), caveat(settlement.status)])
}

fn whole_second(at: Instant) -> Instant {
    const NANOS: i64 = 1_000_000_000;
    if at.is_bounded() { Instant::from_nanos(at.nanos() - at.nanos().rem_euclid(NANOS)) } else { at }
}

/// What it means that the figures are not final.
fn caveat(status: SettlementStatus) -> Markup {
    match status {
        SettlementStatus::Final => Markup::default(),
        SettlementStatus::Provisional => el("p", "caveat", [word(Word::ProvisionalMeans)]),
        SettlementStatus::NoData => el("p", "caveat", [word(Word::NoDataMeans)]),
    }
}

fn owed(settlement: &Settlement) -> Markup {
    let sum = |sum: &Quantity| el("p", "sum", [both(|lang| figure::quantity(sum, lang))]);
    let sums = sums_owed(settlement);
    let label = if sums.is_empty() { Word::NothingOwed } else { Word::Due };
    let mut parts = vec![el("p", "label", [word(label)])];
    parts.extend(sums.iter().map(sum));
    let open = discretionary(settlement);
    if !open.is_empty() {
        let say = |lang: Lang| Word::OwedOpen.fill(lang, &[&open.join(", ")]);
        parts.push(el("p", "open-amounts", [both(say)]));
    }
    el("div", "owed", parts)
}
