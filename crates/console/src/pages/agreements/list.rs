//! All agreements: what they are, who holds them, and how many promises under them are at risk.

use askama::Template;
use platform::Failure;
use platform::agreements::{self, Agreement, AgreementKind};
use platform::rights::{Resource, Verb};
use web::{Reply, Route};

use super::held::{self, Held};
use super::{count, title};
use crate::frame::{Frame, Place};
use crate::page::page;
use crate::tone::{Chip, Tone};
use crate::view::View;

#[derive(Template)]
#[template(path = "agreements/list.html")]
struct List {
    frame: Frame,
    lead: String,
    rows: Vec<Row>,
    may_publish: bool,
    next: Option<String>,
}

struct Row {
    href: String,
    title: String,
    id: String,
    promises: String,
    provider: String,
    latest: String,
    subscriptions: String,
    chips: Vec<Chip>,
}

pub(super) fn routes() -> Vec<Route> {
    vec![page("/agreements", "agreements", list)]
}

fn list(view: &mut View<'_, '_>) -> Result<Reply, Failure> {
    let listed = agreements::list(view.platform, view.tx, view.who, &view.parts.page()?)?;
    let held = held::of(view, None)?;
    let mut rows = Vec::new();
    for it in &listed.items {
        rows.push(row(view, it, &held)?);
    }
    let w = view.w;
    let frame = Frame::new(view, w.agreements_title(), place(view))?;
    let page = List {
        frame,
        lead: w.agreements_lead(count(rows.len())),
        rows,
        may_publish: view.may(Resource::Agreement, Verb::Create),
        next: listed.next,
    };
    view.html(&page)
}

/// Customers find their agreements under their notices.
pub(super) fn place(view: &View<'_, '_>) -> Place {
    if view.is_provider() { Place::Agreements } else { Place::Notices }
}

fn row(view: &mut View<'_, '_>, it: &Agreement, held: &[Held]) -> Result<Row, Failure> {
    let w = view.w;
    let latest = it.latest.clone().unwrap_or_default();
    let contract = view.platform.contracts.get(view.tx, &it.id, &latest)?;
    let provider = contract.contract.provider.clone().unwrap_or_default();
    let (mut broken, mut heading, mut held_by) = (0_usize, 0_usize, 0_usize);
    for held in held.iter().filter(|held| held.agreement == it.id) {
        held_by += 1;
        let Some(progress) = held.progress() else { continue };
        for promise in &progress.nothing_more.promises {
            match held::state(view, progress, promise).0.tone {
                Tone::Bad => broken += 1,
                Tone::Pending => heading += 1,
                _ => {}
            }
        }
    }
    let mut chips = Vec::new();
    if broken > 0 {
        chips.push(Chip::new(Tone::Bad, w.agreements_broken(count(broken))));
    }
    if heading > 0 {
        chips.push(Chip::new(Tone::Pending, w.agreements_heading(count(heading))));
    }
    if chips.is_empty() && held_by > 0 {
        chips.push(Chip::new(Tone::Good, w.agreements_none_at_risk()));
    }
    let upstream = it.kind == AgreementKind::Upstream;
    Ok(Row {
        href: format!("/agreements/{}", it.id),
        title: title(view, it),
        id: it.id.clone(),
        promises: if upstream { w.agreements_upstream().to_owned() } else { String::new() },
        provider: statement::display::half(&provider, view.lang),
        latest: w.agreements_version(&latest),
        subscriptions: w.agreements_subscriptions(count(held_by)),
        chips,
    })
}
