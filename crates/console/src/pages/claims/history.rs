//! What happened to a claim, as sentences.

use std::collections::BTreeMap;

use platform::claims::EventView;
use platform::{Failure, people};
use serde_json::Value as Json;
use statement::display;

use crate::show::Show;
use crate::view::View;

/// Something that happened.
pub(super) struct Happening {
    pub(super) at: String,
    pub(super) stamp: String,
    pub(super) what: String,
    pub(super) who: String,
    pub(super) words: String,
}

pub(super) fn history(
    view: &mut View<'_, '_>,
    events: &[EventView],
    show: &Show,
) -> Result<Vec<Happening>, Failure> {
    let ids = events.iter().filter_map(|it| it.actor.strip_prefix("person:")).map(str::to_owned);
    let names = people::names(view.tx, view.who, ids)?;
    let happening = |it: &EventView| {
        let words = it.body.get("words").and_then(Json::as_str).unwrap_or_default();
        Happening {
            at: show.minute(it.at),
            stamp: show.stamp(it.at),
            what: what(view, it),
            who: actor(view, &it.actor, &names),
            words: display::half(words, view.lang),
        }
    };
    Ok(events.iter().map(happening).collect())
}

fn what(view: &View<'_, '_>, it: &EventView) -> String {
    let w = view.w;
    let award = it.body.get("award").and_then(Json::as_str);
    let given = |with: fn(crate::words::Words, &str) -> String, without: &'static str| {
        award.map_or_else(|| without.to_owned(), |it| with(w, it))
    };
    match it.kind.as_str() {
        "submit" if it.body.get("on_behalf") == Some(&Json::Bool(true)) => {
            w.claims_did_submit_for().to_owned()
        }
        "submit" => w.claims_did_submit().to_owned(),
        "take_up" => w.claims_did_take_up().to_owned(),
        "request_information" => w.claims_did_ask().to_owned(),
        "supply_information" => w.claims_did_supply().to_owned(),
        "accept" => given(|w, it| w.claims_did_accept(it), w.claims_did_accept_plain()),
        "award" => given(|w, it| w.claims_did_award(it), w.claims_did_accept_plain()),
        "reject" => w.claims_did_reject().to_owned(),
        "accept_award" => w.claims_did_accept_award().to_owned(),
        "appeal" => w.claims_did_appeal().to_owned(),
        "uphold_appeal" => given(|w, it| w.claims_did_uphold(it), w.claims_did_uphold_plain()),
        "reject_appeal" => w.claims_did_reject_appeal().to_owned(),
        "withdraw" => w.claims_did_withdraw().to_owned(),
        "settle" => given(|w, it| w.claims_did_settle(it), w.claims_did_settle_plain()),
        "deadline_passed" => w.claims_did_pass().to_owned(),
        "restate" => w.claims_did_restate().to_owned(),
        "attach" => w.claims_did_attach().to_owned(),
        _ => w.state_unknown().to_owned(),
    }
}

/// Who it was: a person by name where the caller may know it, a program, or the platform itself.
pub(super) fn actor(view: &View<'_, '_>, actor: &str, names: &BTreeMap<String, String>) -> String {
    let w = view.w;
    match actor.split_once(':') {
        Some(("person", id)) => match names.get(id) {
            Some(name) => display::half(name, view.lang),
            None => w.claims_somebody().to_owned(),
        },
        Some(("token", _)) => w.claims_program().to_owned(),
        _ => w.claims_by_itself().to_owned(),
    }
}
