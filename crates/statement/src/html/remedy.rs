//! What is owed and how it was reckoned, when it may be claimed, and which rights have arisen.

use settle::Settlement;
use settle::settlement::{ClaimResult, RemedyResult, RightResult};

use super::level::{name, right_chip, written};
use super::links::Links;
use super::markup::{Markup, both, el, word};
use super::state::{chip, of_remedy};
use crate::bilingual::half_of_pair;
use crate::calculation::{amount_shown, calculation, kind};
use crate::claim_window::{claim_window, right_sentence};
use crate::figure;
use crate::words::Word;

pub(super) fn remedies(settlement: &Settlement, links: &Links) -> Markup {
    let rows = settlement.remedies.iter().map(|remedy| remedy_row(remedy, links));
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

fn remedy_row(remedy: &RemedyResult, links: &Links) -> Markup {
    let state = of_remedy(remedy.status);
    let subject = remedy.subject.as_deref();
    let title = links.derived(&remedy.name, subject, name(&remedy.name, subject));
    let given = el("span", "tag", [both(|lang| kind(remedy, lang))]);
    let amount = both(|lang| amount_shown(remedy, lang).unwrap_or_else(|| "–".to_owned()));
    let reckoned = calculation(remedy, diagnostic::Lang::En).map(|_| {
        el("p", "reckoning", [both(|lang| calculation(remedy, lang).unwrap_or_default())])
    });
    let why = remedy.reason.as_ref().map(|reason| el("p", "reason", [both(|lang| half_of_pair(reason, lang))]));
    let without = remedy.without_exclusions.as_ref().map(|amount| {
        let amount = both(|lang| figure::quantity(amount, lang));
        el("p", "without", [el("span", "label", [word(Word::WithoutExclusions)]), amount])
    });
    let parts = [
        el("p", "title", [title, given]),
        el("p", "sum", [amount]),
        el("p", "state", [chip(state, Word::remedy(remedy.status))]),
        el("p", "source", [links.clause(&remedy.clause)]),
        reckoned.unwrap_or_default(),
        why.unwrap_or_default(),
        without.unwrap_or_default(),
    ];
    el("li", state.class(), parts)
}

fn claim_row(settlement: &Settlement, claim: &ClaimResult, links: &Links) -> Markup {
    let window = both(|lang| claim_window(claim, &settlement.contract.zone, lang));
    let by = claim.by.as_deref().map(|by| labelled(Word::ClaimBy, written(by)));
    let requires = claim.requires.iter().map(|required| labelled(Word::ClaimRequires, written(required)));
    let parts = [
        el("p", "title", [name(&claim.remedy, claim.subject.as_deref())]),
        el("p", "source", [links.clause(&claim.clause)]),
        el("p", "window", [window]),
        el("dl", "needs", by.into_iter().chain(requires)),
    ];
    el("li", "", parts)
}

fn right_row(settlement: &Settlement, right: &RightResult, links: &Links) -> Markup {
    let zone = &settlement.contract.zone;
    let title = links.derived(&right.name, None, name(&right.name, None));
    let sentence = both(|lang| right_sentence(right, zone, lang));
    let parts = [
        el("p", "title", [title]),
        el("p", "state", [right_chip(right.arisen.as_ref().ok().copied())]),
        el("p", "source", [links.clause(&right.clause)]),
        el("p", "window", [sentence]),
    ];
    el("li", "", parts)
}

fn labelled(label: Word, text: Markup) -> Markup {
    el("div", "", [el("dt", "", [word(label)]), el("dd", "", [text])])
}
