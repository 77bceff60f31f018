//! What a sealed statement's summary says, for lists: levels, verdicts, sums.

use std::collections::BTreeMap;

use platform::statements::StatementView;
use quantity::{Quantity, Ratio};
use serde_json::Value as Json;
use settle::settlement::Verdict;
use statement::display;

use crate::tone::{Chip, Tone, tone_of};
use crate::view::View;

/// A promise as a statement has it.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) name: String,
    pub(crate) subject: String,
    pub(crate) clause: String,
    pub(crate) duty: bool,
    pub(crate) verdict: Verdict,
    /// The level in words; empty where the promise compares none.
    pub(crate) level: String,
    pub(crate) target: String,
}

/// The promises of a statement, in the order of the contract.
pub(crate) fn promises(view: &View<'_, '_>, it: &StatementView) -> Vec<Kept> {
    let kept = |found: &Json| Kept {
        name: text(found, "name"),
        subject: text(found, "subject"),
        clause: text(found, "clause"),
        duty: found["duty"] == Json::Bool(true),
        verdict: verdict(&text(found, "verdict")),
        level: level(view, it, found),
        target: text(&found["target"], "display"),
    };
    all(it, "promises").iter().map(kept).collect()
}

/// The worst of a statement in a word.
pub(crate) fn chip(view: &View<'_, '_>, it: &StatementView) -> Chip {
    let w = view.w;
    let verdicts: Vec<Verdict> = all(it, "promises").iter().map(|it| verdict(&text(it, "verdict"))).collect();
    let count = |wanted: Verdict| verdicts.iter().filter(|it| **it == wanted).count();
    let broken = i64::try_from(count(Verdict::Breached)).unwrap_or(i64::MAX);
    let open = verdicts
        .iter()
        .any(|it| matches!(it, Verdict::Provisional | Verdict::NotComputable | Verdict::NoData));
    match () {
        () if it.status == "no_data" => Chip::new(Tone::Nothing, w.customers_no_data()),
        () if broken > 0 => Chip::new(Tone::Bad, w.customers_broken(broken)),
        () if open => Chip::new(Tone::Open, w.customers_undecided()),
        () if count(Verdict::Met) > 0 => Chip::new(Tone::Good, w.customers_kept()),
        () => Chip::new(Tone::Apart, w.customers_nothing_promised()),
    }
}

/// What a statement says is due, summed by currency; empty when nothing is.
pub(crate) fn due(view: &View<'_, '_>, it: &StatementView) -> String {
    let mut sums: BTreeMap<String, Quantity> = BTreeMap::new();
    for found in all(it, "remedies").iter().filter(|it| it["status"] == "due") {
        let Some(amount) = amount(&found["amount"]) else { continue };
        let key = amount.unit.to_string();
        let sum = sums.remove(&key).and_then(|it| it.add(&amount).ok()).unwrap_or(amount);
        sums.insert(key, sum);
    }
    sums.values().map(|it| display::quantity(it, view.lang)).collect::<Vec<_>>().join(" + ")
}

fn amount(found: &Json) -> Option<Quantity> {
    let rounded = found["rounded"].as_str().and_then(Ratio::parse_decimal);
    let value = rounded.or_else(|| Ratio::parse_fraction(found["exact"].as_str()?))?;
    let currency = found["currency"].as_str().and_then(quantity::Currency::parse);
    match (currency, found["unit"].as_str()) {
        (Some(currency), _) => Some(Quantity::money(value, currency)),
        (None, Some("s")) => Some(Quantity::seconds(value)),
        _ => None,
    }
}

/// The level a promise compares, as it was sealed.
fn level(view: &View<'_, '_>, it: &StatementView, promise: &Json) -> String {
    let Some(name) = promise["level"].as_str() else { return String::new() };
    let levels = all(it, "levels");
    let named = || levels.iter().filter(|it| it["name"] == name);
    let Some(found) = named().find(|it| it["subject"] == promise["subject"]).or_else(|| named().next())
    else {
        return String::new();
    };
    let seconds = found["exact"].as_str().filter(|_| found["unit"] == "s").and_then(Ratio::parse_fraction);
    match (seconds, found["display"].as_str()) {
        (Some(it), _) => display::quantity(&Quantity::seconds(it), view.lang),
        (None, Some(it)) => it.to_owned(),
        (None, None) if found["status"] == "no_data" => view.w.customers_no_data().to_owned(),
        (None, None) => view.w.customers_no_value().to_owned(),
    }
}

fn all<'a>(it: &'a StatementView, name: &str) -> &'a [Json] {
    it.summary[name].as_array().map_or(&[], Vec::as_slice)
}

fn text(found: &Json, name: &str) -> String {
    found[name].as_str().unwrap_or_default().to_owned()
}

fn verdict(word: &str) -> Verdict {
    let all = [Verdict::Met, Verdict::Breached, Verdict::NotCovered, Verdict::NoData, Verdict::NotComputable];
    all.into_iter().find(|it| it.word() == word).unwrap_or(Verdict::Provisional)
}

impl Kept {
    /// The tone of its verdict.
    pub(crate) fn tone(&self) -> Tone {
        tone_of(self.verdict)
    }
}
