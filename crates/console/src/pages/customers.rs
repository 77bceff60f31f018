//! Customers: the provider's list of them, making one, one of them, and everything there is about it.

use std::collections::BTreeMap;

use askama::Template;
use platform::board::{self, Standing};
use platform::page::{LIMIT_MAX, Page};
use platform::rights::{Resource, Verb};
use platform::tenants::{self, NewTenant, Tenant, TenantState};
use platform::{Failure, claims};
use settle::settlement::{PromiseResult, Verdict};
use statement::display;
use web::Route;

use super::now;
use crate::frame::{Frame, Place};
use crate::page::{To, form, page};
use crate::tone::{Chip, Tone};
use crate::view::View;

pub(crate) mod actor;
pub(crate) mod clause;
mod data;
pub(crate) mod manage;
pub(crate) mod overview;
pub(crate) mod promises;
pub(crate) mod sealed;
pub(crate) mod when;

/// Most pages of customers that are put together into one list.
const PAGES_MAX: usize = 20;

#[derive(Template)]
#[template(path = "customers/list.html")]
struct List {
    frame: Frame,
    lead: String,
    search: String,
    rows: Vec<Row>,
    is_empty: bool,
    may_create: bool,
    name: String,
    id: String,
}

struct Row {
    href: String,
    name: String,
    id: String,
    state: Option<Chip>,
    subscriptions: String,
    worst: Option<Worst>,
    claims: String,
    claims_href: String,
}

/// The promise of a customer that needs looking at first.
struct Worst {
    chip: Chip,
    clause: String,
    level: String,
    target: String,
}

pub(crate) fn routes() -> Vec<Route> {
    let list = page("/customers", "customersPage", |view| {
        let rows = rows(view)?;
        let title = view.w.customers_title();
        let lead = view.w.customers_lead(i64::try_from(rows.len()).unwrap_or(i64::MAX));
        let search = view.query("q").unwrap_or_default().to_owned();
        let is_empty = rows.is_empty();
        let rows = rows.into_iter().filter(|it| it.is_named(&search)).collect();
        let (name, id) = (view.filled("name", ""), view.filled("id", ""));
        let may_create = view.may(Resource::Tenant, Verb::Create);
        let frame = Frame::new(view, title, Place::Customers)?;
        view.html(&List { frame, lead, search, rows, is_empty, may_create, name, id })
    });
    let create = form("/customers", "createCustomerForm", |view, fields| {
        let input = NewTenant { id: fields.text("id").to_owned(), name: fields.text("name").to_owned() };
        let made = tenants::create(view.platform, view.tx, view.who, &input)?;
        Ok(To::page(format!("/customers/{}", made.id)).saying("saved"))
    });
    let mut all = vec![list, create];
    all.extend(overview::routes());
    all.extend(manage::routes());
    all.extend(data::routes());
    all
}

impl Row {
    fn is_named(&self, search: &str) -> bool {
        let search = search.to_lowercase();
        self.name.to_lowercase().contains(&search) || self.id.contains(&search)
    }
}

fn rows(view: &mut View<'_, '_>) -> Result<Vec<Row>, Failure> {
    view.provider_only()?;
    let tenants = tenants(view)?;
    let standings = board::standings(view.platform, view.tx, view.who)?;
    let waiting = claims_waiting(view)?;
    let row = |it: Tenant| {
        let own: Vec<&Standing> =
            standings.iter().map(AsRef::as_ref).filter(|found| found.tenant == it.id).collect();
        let claims = waiting.get(&it.id).copied().unwrap_or(0);
        let show = view.show(&calendar::Zone::utc());
        Row {
            href: format!("/customers/{}", it.id),
            name: show.half(&it.name),
            state: suspended(view, it.state),
            subscriptions: show.count(i64::try_from(own.len()).unwrap_or(i64::MAX)),
            worst: own.iter().filter_map(|it| worst(view, it)).min_by_key(|it| it.chip.tone),
            claims: if claims == 0 { String::new() } else { show.count(claims) },
            claims_href: format!("/customers/{}/claims", it.id),
            id: it.id,
        }
    };
    Ok(tenants.into_iter().map(row).collect())
}

fn tenants(view: &mut View<'_, '_>) -> Result<Vec<Tenant>, Failure> {
    let (mut all, mut page) = (Vec::new(), Page { after: None, limit: LIMIT_MAX });
    for _ in 0..PAGES_MAX {
        let listed = tenants::list(view.platform, view.tx, view.who, &page)?;
        all.extend(listed.items);
        page.after = listed.next;
        if page.after.is_none() {
            break;
        }
    }
    Ok(all)
}

/// How many claims wait for the provider, by customer.
fn claims_waiting(view: &mut View<'_, '_>) -> Result<BTreeMap<String, i64>, Failure> {
    let mut waiting = BTreeMap::new();
    if view.may(Resource::Claim, Verb::Read) {
        let page = Page { after: None, limit: LIMIT_MAX };
        for it in claims::queue(view.tx, view.who, None, &page)?.items {
            *waiting.entry(it.tenant).or_insert(0) += 1;
        }
    }
    Ok(waiting)
}

/// What is said of a customer that is not served.
pub(crate) fn suspended(view: &View<'_, '_>, state: TenantState) -> Option<Chip> {
    (state == TenantState::Suspended).then(|| Chip::new(Tone::Open, view.w.customers_suspended()))
}

fn worst(view: &View<'_, '_>, standing: &Standing) -> Option<Worst> {
    let progress = standing.progress.as_ref()?;
    let shown = |it: &&PromiseResult| !it.duty || it.verdict == Verdict::Breached;
    let worst = |it: &PromiseResult| {
        let budget =
            progress.budgets.iter().find(|found| found.promise == it.name && found.subject == it.subject);
        let level = display::level_of(&progress.nothing_more, it).map(|level| {
            display::LevelFigure::new(&progress.nothing_more, level).outcome(&level.value, view.lang)
        });
        Worst {
            chip: now::chip(view, it, progress.goes_on.promises.iter(), budget),
            clause: display::half(&it.clause, view.lang),
            level: level.unwrap_or_default(),
            target: display::target(&progress.nothing_more, it, view.lang).unwrap_or_default(),
        }
    };
    progress.nothing_more.promises.iter().filter(shown).map(worst).min_by_key(|it| it.chip.tone)
}
