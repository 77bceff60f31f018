//! What a sealed statement's summary says, for lists: levels, verdicts, sums.

use platform::statements::StatementView;
use quantity::{Quantity, Ratio};
use serde_json::Value as Json;
use settle::settlement::Verdict;
use statement::display;

use crate::pages::statements::said::{self, list, text};
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
    list(&it.summary, "promises").iter().map(kept).collect()
}

/// The worst of a statement in a word.
pub(crate) fn chip(view: &View<'_, '_>, it: &StatementView) -> Chip {
    let w = view.w;
    let verdicts: Vec<Verdict> =
        list(&it.summary, "promises").iter().map(|it| verdict(&text(it, "verdict"))).collect();
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

/// The level a promise compares, as it was sealed.
fn level(view: &View<'_, '_>, it: &StatementView, promise: &Json) -> String {
    let Some(name) = promise["level"].as_str() else { return String::new() };
    let levels = list(&it.summary, "levels");
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

/// The verdict of that name; one nobody knows is not final.
fn verdict(word: &str) -> Verdict {
    said::verdict(word).unwrap_or(Verdict::Provisional)
}

impl Kept {
    /// The tone of its verdict.
    pub(crate) fn tone(&self) -> Tone {
        tone_of(self.verdict)
    }
}
