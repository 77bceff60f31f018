//! What a statement changed against the one it supersedes.

use platform::statements::StatementView;
use serde_json::Value as Json;
use statement::{Word, display};

use super::said::{amount, list, status, text, verdict};
use crate::view::View;

/// Something that is another one now.
pub(super) struct Change {
    pub(super) what: String,
    pub(super) clause: String,
    pub(super) before: String,
    pub(super) now: String,
}

/// Everything that changed, levels first.
pub(super) fn changes(view: &View<'_, '_>, it: &StatementView) -> Vec<Change> {
    let parts = ["levels", "promises", "remedies", "claims", "rights"];
    let of = |part: &'static str| list(&it.delta, part).iter().map(move |it| change(view, part, it));
    parts.into_iter().flat_map(of).collect()
}

fn change(view: &View<'_, '_>, part: &str, it: &Json) -> Change {
    let nothing = Json::Null;
    let side = |name: &str| it.get(name).unwrap_or(&nothing);
    let (old, new) = (side("old"), side("new"));
    let clause = [new, old].map(|it| text(it, "clause")).into_iter().find(|it| !it.is_empty());
    let name = text(it, "name").replace('_', " ");
    let subject = text(it, "subject");
    Change {
        what: if subject.is_empty() { name } else { format!("{name} · {subject}") },
        clause: display::half(&clause.unwrap_or_default(), view.lang),
        before: said(view, part, old),
        now: said(view, part, new),
    }
}

fn said(view: &View<'_, '_>, part: &str, it: &Json) -> String {
    let (w, lang) = (view.w, view.lang);
    if it.is_null() {
        return w.statements_not_there().to_owned();
    }
    match part {
        "levels" => match text(it, "display") {
            level if level.is_empty() => w.statements_no_value().to_owned(),
            level => level,
        },
        "promises" => verdict(&text(it, "verdict"))
            .map_or(String::new(), |it| Word::verdict(it).in_lang(lang).to_owned()),
        "remedies" => {
            let word = status(&text(it, "status")).map_or("", |it| Word::remedy(it).in_lang(lang));
            match it.get("amount").and_then(amount) {
                Some(amount) => format!("{} · {word}", display::quantity(&amount, lang)),
                None => word.to_owned(),
            }
        }
        "claims" => {
            let day = |name: &str| text(it, name).chars().take(10).collect::<String>();
            format!("{} – {}", day("opens_at"), day("closes_at"))
        }
        _ => match it.get("arisen").and_then(Json::as_bool) {
            Some(true) => Word::RightArisen.in_lang(lang).to_owned(),
            Some(false) => Word::RightNotArisen.in_lang(lang).to_owned(),
            None => w.statements_no_value().to_owned(),
        },
    }
}
