//! What a statement's summary says, in words.

use std::collections::BTreeMap;

use diagnostic::Lang;
use platform::statements::StatementView;
use quantity::{Quantity, Ratio};
use serde_json::Value as Json;
use settle::settlement::{RemedyStatus, Verdict};
use statement::{Word, display};

use crate::tone::{Chip, Tone};
use crate::view::View;

const VERDICTS: [Verdict; 6] = [
    Verdict::Met,
    Verdict::Breached,
    Verdict::NotCovered,
    Verdict::NoData,
    Verdict::NotComputable,
    Verdict::Provisional,
];
const STATUSES: [RemedyStatus; 13] = [
    RemedyStatus::Due,
    RemedyStatus::NotDue,
    RemedyStatus::Negative,
    RemedyStatus::NoRow,
    RemedyStatus::Ambiguous,
    RemedyStatus::Discretionary,
    RemedyStatus::Suppressed,
    RemedyStatus::Displaced,
    RemedyStatus::Choice,
    RemedyStatus::NotCovered,
    RemedyStatus::NoData,
    RemedyStatus::NotComputable,
    RemedyStatus::Provisional,
];

/// A text field; empty when it is none.
pub(crate) fn text(it: &Json, name: &str) -> String {
    it.get(name).and_then(Json::as_str).unwrap_or_default().to_owned()
}

/// A list; empty when it is none.
pub(crate) fn list<'a>(it: &'a Json, name: &str) -> &'a [Json] {
    it.get(name).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

pub(crate) fn verdict(word: &str) -> Option<Verdict> {
    VERDICTS.into_iter().find(|it| it.word() == word)
}

pub(super) fn status(word: &str) -> Option<RemedyStatus> {
    STATUSES.into_iter().find(|it| it.word() == word)
}

/// The statement in one word: a breach before anything else, and nothing is kept while anything is undecided.
pub(super) fn headline(view: &View<'_, '_>, it: &StatementView) -> Chip {
    let found: Vec<Verdict> =
        list(&it.summary, "promises").iter().filter_map(|it| verdict(&text(it, "verdict"))).collect();
    let any = |verdict| found.contains(&verdict);
    let (tone, word) = if it.status == "no_data" {
        (Tone::Nothing, Word::HeadNoData)
    } else if any(Verdict::Breached) {
        (Tone::Bad, Word::HeadBreached)
    } else if any(Verdict::Provisional) {
        (Tone::Pending, Word::HeadProvisional)
    } else if any(Verdict::NotComputable) || (any(Verdict::NoData) && any(Verdict::Met)) {
        (Tone::Open, Word::HeadUndecided)
    } else if any(Verdict::NoData) {
        (Tone::Nothing, Word::HeadNoData)
    } else if any(Verdict::Met) {
        (Tone::Good, Word::HeadMet)
    } else {
        (Tone::Apart, Word::HeadNoPromise)
    };
    Chip::new(tone, word.in_lang(view.lang))
}

/// `1 breached; 2 met`.
pub(super) fn counts(view: &View<'_, '_>, it: &StatementView) -> String {
    let of = |wanted: &[Verdict]| {
        let verdicts = list(&it.summary, "promises").iter().filter_map(|it| verdict(&text(it, "verdict")));
        verdicts.filter(|it| wanted.contains(it)).count()
    };
    let all = [
        (Word::CountBreached, of(&[Verdict::Breached])),
        (Word::CountMet, of(&[Verdict::Met])),
        (Word::CountUndecided, of(&[Verdict::NoData, Verdict::NotComputable, Verdict::Provisional])),
    ];
    let said = all.iter().filter(|it| it.1 > 0).map(|it| it.0.fill(view.lang, &[&it.1.to_string()]));
    said.collect::<Vec<_>>().join(if view.lang == Lang::Zh { "；" } else { "; " })
}

/// What is due in sum, each unit apart; empty when nothing is.
pub(crate) fn owed(it: &StatementView, lang: Lang) -> String {
    let mut sums: BTreeMap<String, Quantity> = BTreeMap::new();
    for remedy in list(&it.summary, "remedies").iter().filter(|it| text(it, "status") == "due") {
        let Some(amount) = remedy.get("amount").and_then(amount) else { continue };
        let unit = amount.unit.to_string();
        let sum = sums.get(&unit).and_then(|it| it.add(&amount).ok()).unwrap_or(amount);
        sums.insert(unit, sum);
    }
    sums.values().map(|it| display::quantity(it, lang)).collect::<Vec<_>>().join(" + ")
}

/// An amount: the rounded one where there is one.
pub(super) fn amount(it: &Json) -> Option<Quantity> {
    let rounded = it.get("rounded").and_then(Json::as_str).and_then(Ratio::parse_decimal);
    let value = rounded.or_else(|| Ratio::parse_fraction(it.get("exact")?.as_str()?))?;
    let currency = it.get("currency").and_then(Json::as_str).and_then(quantity::Currency::parse);
    Some(match (currency, it.get("unit").and_then(Json::as_str)) {
        (Some(currency), _) => Quantity::money(value, currency),
        (None, Some("s")) => Quantity::seconds(value),
        _ => Quantity::number(value),
    })
}

/// How many remedies a person decides on.
pub(super) fn left_open(it: &StatementView) -> bool {
    list(&it.summary, "remedies").iter().any(|it| text(it, "status") == "discretionary")
}
