//! The audit log of a house: searching it, an entry with its proof, checking all of it, and how long it is kept.

mod entry;
mod kept;
mod row;
mod whole;
mod words;

use std::collections::BTreeMap;

use askama::Template;
use calendar::{Date, Zone};
use platform::audit::{self, LogQuery};
use platform::page::{LIMIT_MAX, Page};
use platform::principal::PROVIDER;
use platform::rights::{Resource, Verb};
use platform::{Failure, people, tenants};
use web::{Reply, Route};

use crate::frame::{Frame, Place};
use crate::house::{house, may, path_in};
use crate::page::page;
use crate::view::View;
use row::Row;

/// Entries of a page.
const ENTRIES: u32 = 50;

#[derive(Template)]
#[template(path = "log/log.html")]
struct Log {
    frame: Frame,
    lead: String,
    /// `/log` or `/customers/…/log`.
    path: String,
    crumb: Option<(String, String)>,
    people: Vec<Choice>,
    kinds: Vec<Choice>,
    subject: String,
    from: String,
    until: String,
    rows: Vec<Row>,
    is_searched: bool,
    older: Option<String>,
    newest: Option<String>,
    check: whole::Last,
    signed: whole::Signed,
    kept: Vec<kept::Kept>,
    may_extend: bool,
    may_export: bool,
    classes: Vec<Choice>,
}

/// What can be chosen.
struct Choice {
    value: String,
    word: String,
    chosen: bool,
}

/// Paths of the provider's log and of a customer's.
macro_rules! both {
    ($path:literal) => {
        [concat!("/log", $path), concat!("/customers/{tenant}/log", $path)]
    };
}
pub(crate) use both;

pub(crate) fn routes() -> Vec<Route> {
    let [ours, theirs] = both!("");
    let mut routes = vec![page(ours, "log", shown), page(theirs, "customerLog", shown)];
    routes.extend(entry::routes());
    routes.extend(whole::routes());
    routes.extend(kept::routes());
    routes
}

/// Where the log of a house is.
fn path(house: &str) -> String {
    path_in(house, "/log")
}

/// A query as it was asked: the page's own parameters.
struct Asked {
    actor: String,
    action: String,
    subject: String,
    from: String,
    until: String,
}

impl Asked {
    fn read(view: &View<'_, '_>) -> Self {
        let text = |name: &str| view.query(name).unwrap_or_default().trim().to_owned();
        Self {
            actor: text("actor"),
            action: text("action"),
            subject: text("subject"),
            from: text("from"),
            until: text("until"),
        }
    }

    fn is_empty(&self) -> bool {
        [&self.actor, &self.action, &self.subject, &self.from, &self.until].iter().all(|it| it.is_empty())
    }

    /// The same query, further on.
    fn after(&self, path: &str, after: Option<&str>) -> String {
        let all = [
            ("actor", self.actor.as_str()),
            ("action", &self.action),
            ("subject", &self.subject),
            ("from", &self.from),
            ("until", &self.until),
            ("after", after.unwrap_or_default()),
        ];
        let given: Vec<_> = all.into_iter().filter(|it| !it.1.is_empty()).collect();
        let query = serde_urlencoded::to_string(given).unwrap_or_default();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

/// A day as the log reads instants; `days` later. What is no day is passed on, and refused there.
fn instant(text: &str, days: i32) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let at = Date::parse(text).and_then(|it| it.add_days(days)).and_then(|it| Zone::utc().start_of_day(it));
    Some(at.map_or_else(|| text.to_owned(), platform::time::show))
}

fn shown(view: &mut View<'_, '_>) -> Result<Reply, Failure> {
    let (house, asked) = (house(view), Asked::read(view));
    let (from, until) = (instant(&asked.from, 0), instant(&asked.until, 1));
    let some = |it: &'_ str| Some(it.to_owned()).filter(|it| !it.is_empty());
    let (actor, action, subject) = (some(&asked.actor), some(&asked.action), some(&asked.subject));
    let query = LogQuery {
        actor: actor.as_deref(),
        action: action.as_deref(),
        subject: subject.as_deref(),
        from: from.as_deref(),
        until: until.as_deref(),
    };
    let after = view.query("after").map(str::to_owned);
    let listed =
        audit::entries(view.tx, view.who, house, &query, &Page { after: after.clone(), limit: ENTRIES })?;
    let names = row::names(view, &listed.items)?;
    let path = path(house);
    let w = view.w;
    let (crumb, lead) = match customer(view, house)? {
        Some(name) => (Some((format!("/customers/{house}"), name.clone())), w.log_lead_customer(name)),
        None => (None, w.log_lead().to_owned()),
    };
    let choice = |value: &str, word: &str| Choice {
        value: value.to_owned(),
        word: word.to_owned(),
        chosen: asked.action == value,
    };
    let mut kinds: Vec<Choice> = words::kinds(w).into_iter().map(|it| choice(it.0, it.1)).collect();
    if !asked.action.is_empty() && !kinds.iter().any(|it| it.chosen) {
        kinds.insert(0, choice(&asked.action, &words::done(w, &asked.action)));
    }
    let page = Log {
        lead,
        crumb,
        people: people_of(view, house, &asked.actor, &names)?,
        kinds,
        rows: listed.items.iter().map(|it| row::row(view, house, it, &names)).collect(),
        is_searched: !asked.is_empty(),
        older: listed.next.as_deref().map(|it| asked.after(&path, Some(it))),
        newest: after.map(|_| asked.after(&path, None)),
        check: whole::last(view, house)?,
        signed: whole::signed(view, house)?,
        kept: kept::kept(view, house)?,
        may_extend: view.may(Resource::Settings, Verb::Change),
        may_export: may(view, house, Resource::AuditLog, Verb::Export),
        classes: kept::classes(w),
        subject: asked.subject,
        from: asked.from,
        until: asked.until,
        frame: Frame::new(view, w.log_title(), Place::Log)?,
        path,
    };
    view.html(&page)
}

/// The customer's name, where it is a customer's log.
fn customer(view: &mut View<'_, '_>, house: &str) -> Result<Option<String>, Failure> {
    if house == PROVIDER {
        return Ok(None);
    }
    let tenant = tenants::get(view.platform, view.tx, view.who, house)?;
    Ok(Some(statement::display::half(&tenant.name, view.lang)))
}

/// Whose entries can be asked for: the members of the house, and who is among the entries shown.
fn people_of(
    view: &mut View<'_, '_>,
    house: &str,
    chosen: &str,
    names: &BTreeMap<String, String>,
) -> Result<Vec<Choice>, Failure> {
    let mut all: BTreeMap<String, String> =
        names.iter().map(|(id, name)| (format!("person:{id}"), name.clone())).collect();
    if may(view, house, Resource::Person, Verb::Read) {
        let whole = Page { limit: LIMIT_MAX, ..Page::default() };
        for it in people::members(view.tx, view.who, house, &whole)?.items {
            all.insert(format!("person:{}", it.id), it.name);
        }
    }
    if !chosen.is_empty() {
        let shown = row::actor(view, chosen, names);
        all.entry(chosen.to_owned()).or_insert(shown);
    }
    let lang = view.lang;
    let choice = |(value, name): (String, String)| Choice {
        chosen: value == chosen,
        word: statement::display::half(&name, lang),
        value,
    };
    let mut all: Vec<Choice> = all.into_iter().map(choice).collect();
    all.sort_by(|one, other| one.word.cmp(&other.word));
    Ok(all)
}
