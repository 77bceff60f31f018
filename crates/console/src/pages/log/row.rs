//! An entry in words: who did what, to which thing, and what it was before and after.

use std::collections::BTreeMap;

use calendar::Zone;
use platform::Failure;
use platform::audit::LogEntry;
use platform::people;
use platform::principal::PROVIDER;
use platform::rights::Resource;
use serde_json::Value as Json;

use super::{path, words};
use crate::by_itself;
use crate::frame::role_word;
use crate::pages::settings::rights;
use crate::view::View;
use crate::words::Words;

/// Characters of changes told in a line.
const LINE_CHARS_MAX: usize = 110;

/// An entry as the page shows it.
pub(super) struct Row {
    pub(super) seq: i64,
    pub(super) href: String,
    pub(super) stamp: String,
    pub(super) when: String,
    pub(super) who: String,
    pub(super) who_href: String,
    pub(super) done: String,
    pub(super) subject: String,
    pub(super) subject_href: Option<String>,
    pub(super) reason: String,
    /// The changes in a line, where they are few and short.
    pub(super) told: String,
    pub(super) changes: Vec<Change>,
    /// The changes are too many for a line.
    pub(super) folded: bool,
}

/// A field before and after.
pub(super) struct Change {
    pub(super) field: String,
    pub(super) before: String,
    pub(super) after: String,
}

/// Names of those who acted.
pub(super) fn names(
    view: &mut View<'_, '_>,
    entries: &[LogEntry],
) -> Result<BTreeMap<String, String>, Failure> {
    let person = |it: &LogEntry| {
        let subject = it.subject.starts_with("psn_").then(|| it.subject.clone());
        let actor = it.actor.strip_prefix("person:").map(str::to_owned);
        [actor, subject].into_iter().flatten()
    };
    people::names(view.tx, view.who, entries.iter().flat_map(person))
}

pub(super) fn row(view: &View<'_, '_>, house: &str, it: &LogEntry, names: &BTreeMap<String, String>) -> Row {
    let show = view.show(&Zone::utc());
    let path = path(house);
    let query = serde_urlencoded::to_string([("actor", &it.actor)]).unwrap_or_default();
    let changes = changes(view.w, it);
    let told = told(&changes);
    Row {
        seq: it.seq,
        href: format!("{path}/{}", it.seq),
        stamp: show.stamp(it.at),
        when: show.minute(it.at),
        who: actor(view, &it.actor, names),
        who_href: format!("{path}?{query}"),
        done: words::done(view.w, &it.action),
        subject: match names.get(&it.subject) {
            Some(name) => show.half(name),
            None => it.subject.strip_prefix("agreement:").unwrap_or(&it.subject).to_owned(),
        },
        subject_href: subject_href(house, it),
        reason: it.reason.as_deref().map(|it| by_itself::reason(view.w, it)).unwrap_or_default(),
        folded: told.is_empty() && !changes.is_empty(),
        told,
        changes,
    }
}

/// `role: member → administrator · …`, where that is a line; empty where it is more.
fn told(changes: &[Change]) -> String {
    let one = |it: &Change| match (it.before.as_str(), it.after.as_str()) {
        ("", after) => format!("{}: {after}", it.field),
        (before, after) => format!("{}: {before} → {}", it.field, if after.is_empty() { "–" } else { after }),
    };
    let line = changes.iter().map(one).collect::<Vec<_>>().join(" · ");
    if line.chars().count() <= LINE_CHARS_MAX { line } else { String::new() }
}

/// Who acted, in words.
pub(super) fn actor(view: &View<'_, '_>, actor: &str, names: &BTreeMap<String, String>) -> String {
    let w = view.w;
    match actor.split_once(':') {
        Some(("person", id)) => match names.get(id) {
            Some(name) => statement::display::half(name, view.lang),
            None if view.is_provider() => w.log_by_person(short(id)),
            None => w.log_by_provider().to_owned(),
        },
        Some(("token", id)) => w.log_by_token(short(id)),
        Some(("system", job)) => w.log_by_platform(by_itself::work(w, job)),
        _ => w.log_by_nobody().to_owned(),
    }
}

/// The end of an id, which tells it apart.
fn short(id: &str) -> String {
    let skipped = id.chars().count().saturating_sub(6);
    format!("…{}", id.chars().skip(skipped).collect::<String>())
}

fn subject_href(house: &str, it: &LogEntry) -> Option<String> {
    let (kind, id) = (it.action.split('.').next().unwrap_or_default(), it.subject.as_str());
    if id.is_empty() {
        return None;
    }
    let ours = house == PROVIDER;
    if let Some(agreement) = id.strip_prefix("agreement:") {
        return Some(format!("/agreements/{agreement}"));
    }
    match kind {
        "agreement" => Some(format!("/agreements/{id}")),
        "status" if ours => Some("/status".to_owned()),
        "tenant" | "status" if !ours => Some(format!("/customers/{house}")),
        "person" | "token" | "link" if ours => Some("/people".to_owned()),
        "person" | "token" | "link" => Some(format!("/customers/{house}/people")),
        "claim" if !ours => Some(format!("/customers/{house}/claims/{id}")),
        "statement" if !ours => Some(format!("/customers/{house}/statements/{id}")),
        "subscription" | "cycle" if !ours => Some(format!("/customers/{house}/subscriptions/{id}")),
        "evidence" if !ours && !id.contains(':') => {
            Some(format!("/customers/{house}/subscriptions/{id}/evidence"))
        }
        _ => None,
    }
}

/// What differs between before and after, field by field.
pub(super) fn changes(w: Words, it: &LogEntry) -> Vec<Change> {
    let empty = serde_json::Map::new();
    let (old, new) = (it.old.as_object().unwrap_or(&empty), it.new.as_object().unwrap_or(&empty));
    let further = old.keys().filter(|key| !new.contains_key(*key));
    let change = |key: &String| Change {
        field: words::field(w, key),
        before: value(w, old.get(key)),
        after: value(w, new.get(key)),
    };
    let told = |it: &Change| !(it.before.is_empty() && it.after.is_empty());
    new.keys().chain(further).map(change).filter(told).collect()
}

/// A value in words; empty where there was none.
fn value(w: Words, value: Option<&Json>) -> String {
    match value {
        None | Some(Json::Null) => String::new(),
        Some(Json::Bool(it)) => if *it { w.log_yes() } else { w.log_no() }.to_owned(),
        Some(Json::Number(it)) => it.to_string(),
        Some(Json::String(it)) => text(w, it),
        Some(Json::Array(all)) if all.is_empty() => w.log_nothing().to_owned(),
        Some(Json::Array(all)) => {
            let all: Vec<String> = all.iter().map(|it| self::value(w, Some(it))).collect();
            all.join(", ")
        }
        Some(Json::Object(all)) => {
            let pair = |(key, it): (&String, &Json)| {
                format!("{}: {}", words::field(w, key), self::value(w, Some(it)))
            };
            all.iter().map(pair).collect::<Vec<_>>().join("; ")
        }
    }
}

fn text(w: Words, text: &str) -> String {
    if let Some(state) = words::state(w, text) {
        return state.to_owned();
    }
    match text.split_once(':') {
        Some(("system", job)) => return w.log_by_platform(by_itself::work(w, job)),
        Some(("person", id)) => return w.log_person(short(id)),
        Some(("token", id)) => return w.log_by_token(short(id)),
        _ => {}
    }
    if let Some((of, verb)) = text.split_once(':')
        && Resource::ALL.iter().any(|it| it.name() == of)
    {
        return rights::scope(w, of, verb);
    }
    if let Ok(role) = text.parse() {
        return role_word(w, role).to_owned();
    }
    if let Ok(at) = calendar::parse_instant(text) {
        return format!("{} UTC", crate::show::Show::new(w.lang, Zone::utc()).moment(at));
    }
    statement::display::half(text, w.lang)
}
