//! Finding customers, agreements, subscriptions, statements and claims by name or id: a page, and what the palette shows.

use askama::Template;
use calendar::Zone;
use platform::Failure;
use platform::search::{self, Hit, Kind};
use web::{Reply, Route};

use crate::frame::{Frame, Place};
use crate::page::page;
use crate::view::View;
use crate::words::Words;

#[derive(Template)]
#[template(path = "search/search.html")]
struct Search {
    frame: Frame,
    asked: String,
    groups: Vec<Group>,
}

/// What was found of one kind.
struct Group {
    heading: &'static str,
    hits: Vec<Found>,
}

struct Found {
    href: String,
    name: String,
    detail: String,
}

pub(crate) fn routes() -> Vec<Route> {
    vec![page("/search", "search", shown)]
}

fn shown(view: &mut View<'_, '_>) -> Result<Reply, Failure> {
    let asked = view.query("q").unwrap_or_default().trim().to_owned();
    let hits = search::find(view.tx, view.who, &asked)?;
    let mut groups: Vec<Group> = Vec::new();
    let mut of: Option<Kind> = None;
    for hit in &hits {
        if of != Some(hit.kind) {
            groups.push(Group { heading: heading(view.w, hit.kind), hits: Vec::new() });
            of = Some(hit.kind);
        }
        if let Some(group) = groups.last_mut() {
            group.hits.push(found(view, hit));
        }
    }
    let title = view.w.search_title();
    let page = Search { asked, groups, frame: Frame::new(view, title, Place::Elsewhere)? };
    view.html(&page)
}

fn heading(w: Words, kind: Kind) -> &'static str {
    match kind {
        Kind::Customer => w.rights_of_tenant(),
        Kind::Agreement => w.nav_agreements(),
        Kind::Subscription => w.rights_of_subscription(),
        Kind::Statement => w.nav_statements(),
        Kind::Claim => w.nav_claims(),
    }
}

fn found(view: &View<'_, '_>, hit: &Hit) -> Found {
    let Hit { kind, tenant, id, name, detail } = hit;
    let half = |text: &str| view.show(&Zone::utc()).half(text);
    match kind {
        Kind::Customer => Found { href: format!("/customers/{id}"), name: half(name), detail: id.clone() },
        Kind::Agreement => {
            let title = if view.lang_name() == "zh" { detail } else { name };
            Found { href: format!("/agreements/{id}"), name: half(title), detail: id.clone() }
        }
        Kind::Subscription => Found {
            href: format!("/customers/{tenant}/subscriptions/{id}"),
            name: half(name),
            detail: format!("{} · {id}", half(detail)),
        },
        Kind::Statement => Found {
            href: format!("/customers/{tenant}/statements/{id}"),
            name: format!("{} · {detail}", half(name)),
            detail: id.clone(),
        },
        Kind::Claim => Found {
            href: format!("/customers/{tenant}/claims/{id}"),
            name: format!("{} · {detail}", half(name)),
            detail: id.clone(),
        },
    }
}
