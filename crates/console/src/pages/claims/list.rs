//! Claims in lists: those of all customers that wait for the provider, and a customer's own.

use std::collections::BTreeMap;

use askama::Template;
use platform::claims::{self, ClaimView};
use platform::entitlements::{self, Claimable};
use platform::rights::{Resource, Verb};
use platform::time::Moment;
use platform::{Failure, tenants};
use statement::display;
use web::Route;

use super::{about, amount};
use crate::frame::{Frame, Place};
use crate::page::page;
use crate::pages::statements::{Crumb, crumbs, everything};
use crate::tone::{Chip, Tone};
use crate::view::View;

/// States by which the queue can be looked at; the first is everything that waits for the provider.
const FILTERS: [&str; 8] =
    ["", "needs_information", "part_accepted", "accepted", "appealed", "rejected", "settled", "withdrawn"];

#[derive(Template)]
#[template(path = "claims/queue.html")]
struct Queue {
    frame: Frame,
    lead: String,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    next: Option<String>,
    waiting: bool,
}

struct Tab {
    href: String,
    word: String,
    here: bool,
}

#[derive(Template)]
#[template(path = "claims/list.html")]
struct List {
    frame: Frame,
    crumbs: Vec<Crumb>,
    lead: String,
    offers: Vec<Offer>,
    rows: Vec<Row>,
}

/// A claim in a list.
struct Row {
    href: String,
    customer: String,
    label: String,
    clause: String,
    kind: String,
    amount: String,
    chip: Chip,
    /// What it waits for and until when.
    until: Option<Until>,
    submitted: String,
}

struct Until {
    chip: Option<Chip>,
    what: &'static str,
    day: String,
    left: String,
}

/// Something that can be claimed now.
struct Offer {
    href: String,
    label: String,
    clause: String,
    kind: String,
    amount: String,
    until: String,
}

pub(super) fn routes() -> Vec<Route> {
    vec![page("/claims", "claims", queue), page("/customers/{tenant}/claims", "tenantClaims", of_tenant)]
}

fn queue(view: &mut View<'_, '_>) -> Result<web::Reply, Failure> {
    let state = view.query("state").filter(|it| FILTERS.contains(it));
    let listed = claims::queue(view.tx, view.who, state, &view.parts.page()?)?;
    let mut names = BTreeMap::new();
    let mut rows = Vec::new();
    for it in &listed.items {
        rows.push(row(view, it, &mut names)?);
    }
    let tabs = FILTERS.iter().map(|it| Tab {
        href: if it.is_empty() { "/claims".to_owned() } else { format!("/claims?state={it}") },
        word: if it.is_empty() { view.w.claims_waiting().to_owned() } else { state_word(view, it) },
        here: state.unwrap_or_default() == *it,
    });
    let tabs = tabs.collect();
    let next = listed.next.map(|it| {
        let query = [("state", state.unwrap_or_default()), ("after", it.as_str())];
        format!("/claims?{}", serde_urlencoded::to_string(query).unwrap_or_default())
    });
    let lead = match state {
        None => view.w.claims_lead(i64::try_from(rows.len()).unwrap_or(i64::MAX)),
        Some(_) => view.w.claims_lead_state().to_owned(),
    };
    let title = view.w.claims_title();
    let frame = Frame::new(view, title, Place::Claims)?;
    view.html(&Queue { frame, lead, tabs, rows, next, waiting: state.is_none() })
}

/// A state in words, as its chip has it.
fn state_word(view: &View<'_, '_>, state: &str) -> String {
    let w = view.w;
    match state {
        "needs_information" => w.claim_needs_information(),
        "part_accepted" => w.claim_part_accepted(),
        "accepted" => w.claim_accepted(),
        "appealed" => w.claim_appealed(),
        "rejected" => w.claim_rejected(),
        "settled" => w.claim_settled(),
        "withdrawn" => w.claim_withdrawn(),
        _ => w.state_unknown(),
    }
    .to_owned()
}

fn of_tenant(view: &mut View<'_, '_>) -> Result<web::Reply, Failure> {
    let tenant = view.id("tenant");
    let mut all = everything(|page| claims::list(view.tx, view.who, tenant, None, page))?;
    all.reverse();
    let mut names = BTreeMap::new();
    let mut rows = Vec::new();
    for it in &all {
        let found = row(view, it, &mut names)?;
        // All are of one customer: the cycle tells them apart.
        rows.push(Row { customer: found.label, label: String::new(), ..found });
    }
    let mut offers = Vec::new();
    if view.may_in(tenant, Resource::Claim, Verb::Create) {
        for it in entitlements::claimable(view.platform, view.tx, view.who, tenant)?.items {
            offers.push(offer(view, tenant, &it)?);
        }
    }
    let name = tenants::get(view.platform, view.tx, view.who, tenant)?.name;
    let lead = view.w.claims_lead_of(display::half(&name, view.lang));
    let crumbs = crumbs(view, tenant, &[])?;
    let place = if view.is_provider() { Place::Customers } else { Place::Claims };
    let title = view.w.claims_title();
    let frame = Frame::new(view, title, place)?;
    view.html(&List { frame, crumbs, lead, offers, rows })
}

fn offer(view: &mut View<'_, '_>, tenant: &str, it: &Claimable) -> Result<Offer, Failure> {
    let about = about(view, tenant, &it.statement, (&it.remedy, it.subject.as_deref()))?;
    let show = view.show(&about.zone);
    Ok(Offer {
        href: format!("/customers/{tenant}/claim?entitlement={}&window={}", it.entitlement, it.window),
        label: it.label.clone(),
        clause: about.clause,
        kind: about.kind,
        amount: match (&it.amount, &it.in_kind) {
            (Some(it), _) => it.to_string(),
            (None, Some(it)) => display::half(it, view.lang),
            (None, None) => view.w.claims_left_open().to_owned(),
        },
        until: match it.closes_at {
            Some(at) => view.w.claims_before(show.moment(at), show.span(view.tx.now(), at)),
            None => view.w.claims_no_end().to_owned(),
        },
    })
}

fn row(
    view: &mut View<'_, '_>,
    it: &ClaimView,
    names: &mut BTreeMap<String, String>,
) -> Result<Row, Failure> {
    if !names.contains_key(&it.tenant) {
        let name = tenants::get(view.platform, view.tx, view.who, &it.tenant)?.name;
        names.insert(it.tenant.clone(), display::half(&name, view.lang));
    }
    let about = about(view, &it.tenant, &it.statement, (&it.remedy, it.subject.as_deref()))?;
    let show = view.show(&about.zone);
    let now = Moment(view.tx.now());
    let next = it.deadlines.iter().min_by_key(|it| it.1);
    Ok(Row {
        href: format!("/customers/{}/claims/{}", it.tenant, it.id),
        customer: names.get(&it.tenant).cloned().unwrap_or_default(),
        label: it.label.clone(),
        clause: about.clause,
        kind: about.kind,
        amount: amount(view, it),
        chip: Chip::claim(view.w, it),
        until: match next {
            Some((what, at)) => Some(Until {
                chip: (*at <= now).then(|| Chip::new(Tone::Bad, view.w.claims_late())),
                what: deadline(view, what),
                day: show.minute(*at),
                left: if *at > now { show.span(now, *at) } else { String::new() },
            }),
            None => late(view, it),
        },
        submitted: show.day(it.submitted_at),
    })
}

/// What a deadline is for.
pub(super) fn deadline(view: &View<'_, '_>, what: &str) -> &'static str {
    let w = view.w;
    match what {
        "adjudication" => w.claims_deadline_adjudication(),
        "information" => w.claims_deadline_information(),
        "appeal" => w.claims_deadline_appeal(),
        _ => w.claims_deadline_appeal_adjudication(),
    }
}

/// A claim that still waits for us has lost its deadline by not being answered in time.
fn late(view: &View<'_, '_>, it: &ClaimView) -> Option<Until> {
    let what = match it.state.as_str() {
        "submitted" | "under_review" => "adjudication",
        "appealed" => "appeal_adjudication",
        _ => return None,
    };
    let chip = Some(Chip::new(Tone::Bad, view.w.claims_late()));
    Some(Until { chip, what: deadline(view, what), day: String::new(), left: String::new() })
}
