//! What is owed and how it was reckoned, when it may be claimed, and which rights have arisen.

use diagnostic::Lang;
use quantity::Quantity;
use settle::Settlement;
use settle::settlement::{ClaimResult, RemedyResult, RightResult};

use super::level::{name, written};
use super::links::Links;
use super::markup::{Markup, both, el, word};
use super::state::{State, chip, of_remedy};
use crate::bilingual::half_of_pair;
use crate::calculation::{amount_shown, calculation, kind, route};
use crate::claim_window::{claim_window, right_sentence};
use crate::figure;
use crate::time::Stamps;
use crate::words::Word;
use crate::worked::{Worked, made_from};

pub(super) fn remedies(settlement: &Settlement, links: &Links) -> Markup {
    let rows = settlement.remedies.iter().map(|remedy| remedy_row(settlement, remedy, links));
    if settlement.remedies.is_empty() { Markup::default() } else { el("ul", "rows remedies", rows) }
}

pub(super) fn claims(settlement: &Settlement, links: &Links) -> Markup {
    let rows = settlement.claims.iter().map(|claim| claim_row(settlement, claim, links));
    if settlement.claims.is_empty() { Markup::default() } else { el("ul", "rows claims", rows) }
}

pub(super) fn rights(settlement: &Settlement, links: &Links) -> Markup {
    let rows = settlement.rights.iter().map(|right| right_row(settlement, right, links));
    if settlement.rights.is_empty() { Markup::default() } else { el("ul", "rows rights", rows) }
}

fn remedy_row(settlement: &Settlement, remedy: &RemedyResult, links: &Links) -> Markup {
    let state = of_remedy(remedy.status);
    let subject = remedy.subject.as_deref();
    let title = links.derived(&remedy.name, subject, name(&remedy.name, subject));
    let given = el("span", "tag", [both(|lang| kind(remedy, lang))]);
    let amount = both(|lang| amount_shown(remedy, lang).unwrap_or_else(|| "–".to_owned()));
    let sum_class = if amount_shown(remedy, Lang::En).is_some() { "sum" } else { "sum none" };
    let reckoned = calculation(remedy, Lang::En)
        .map(|_| el("p", "reckoning", [both(|lang| calculation(remedy, lang).unwrap_or_default())]));
    let why =
        remedy.reason.as_ref().map(|reason| el("p", "reason", [both(|lang| half_of_pair(reason, lang))]));
    let how = route(remedy, Lang::En)
        .map(|_| el("p", "route", [both(|lang| route(remedy, lang).unwrap_or_default())]));
    let without = remedy.without_exclusions.as_ref().map(|amount| {
        let amount = both(|lang| figure::quantity(amount, lang));
        el("p", "without", [el("span", "label", [word(Word::WithoutExclusions)]), amount])
    });
    let parts = [
        el("p", "title", [title, given]),
        el("p", sum_class, [amount]),
        el("p", "state", [chip(state, Word::remedy(remedy.status))]),
        el("p", "source", [links.clause(&remedy.clause)]),
        reckoned.unwrap_or_default(),
        sources(settlement, remedy, links).unwrap_or_default(),
        why.unwrap_or_default(),
        how.unwrap_or_default(),
        without.unwrap_or_default(),
    ];
    el("li", state.class(), parts)
}

/// Where the share and the base come from: each a link to how it was worked out.
fn sources(settlement: &Settlement, remedy: &RemedyResult, links: &Links) -> Option<Markup> {
    let stamps = Stamps::new(settlement);
    let worked = Worked::new(settlement, &stamps);
    let share = remedy.share.as_ref().map(|it| Quantity::number(it.clone()));
    let whole = if remedy.share.is_none() { remedy.literal.clone() } else { None };
    let found = [share, remedy.base.clone(), whole].into_iter().flatten().filter_map(|value| {
        let it = made_from(settlement, remedy.subject.as_deref(), &value)?;
        let text = both(|lang| format!("{} = {}", it.name, worked.value(it, lang)));
        Some(el("span", "made", [links.to(it, text)]))
    });
    let found = Markup::all(found);
    let label = el("span", "label", [word(Word::MadeFrom)]);
    (!found.is_empty()).then(|| el("p", "sources", [label, found]))
}

fn claim_row(settlement: &Settlement, claim: &ClaimResult, links: &Links) -> Markup {
    let window = both(|lang| claim_window(claim, &settlement.contract.zone, lang));
    let by = claim.by.as_deref().map(|by| labelled(Word::ClaimBy, [written(by)]));
    let requires = claim.requires.iter().map(|required| written(required));
    let requires = (!claim.requires.is_empty()).then(|| labelled(Word::ClaimRequires, requires));
    let parts = [
        el("p", "title", [name(&claim.remedy, claim.subject.as_deref())]),
        el("p", "source", [links.clause(&claim.clause)]),
        el("p", "window", [window]),
        el("dl", "needs", [by, requires].into_iter().flatten()),
    ];
    el("li", "", parts)
}

fn right_row(settlement: &Settlement, right: &RightResult, links: &Links) -> Markup {
    let zone = &settlement.contract.zone;
    let title = links.derived(&right.name, None, name(&right.name, None));
    let state = match &right.arisen {
        Ok(true) => chip(State::Owed, Word::RightArisen),
        Ok(false) => chip(State::Apart, Word::RightNotArisen),
        Err(absent) => chip(State::Nothing, Word::absent(absent.status)),
    };
    let says_more = right.arisen.is_err() || right.until.is_some();
    let sentence = says_more.then(|| el("p", "window", [both(|lang| right_sentence(right, zone, lang))]));
    let parts = [
        el("p", "title", [title]),
        el("p", "state", [state]),
        el("p", "source", [links.clause(&right.clause)]),
        sentence.unwrap_or_default(),
    ];
    el("li", "", parts)
}

fn labelled(label: Word, texts: impl IntoIterator<Item = Markup>) -> Markup {
    let texts = texts.into_iter().map(|text| el("dd", "", [text]));
    el("div", "", std::iter::once(el("dt", "", [word(label)])).chain(texts))
}
