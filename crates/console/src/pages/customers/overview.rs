//! A customer: for its own people the portal's first page, for the provider an overview.

use askama::Template;
use platform::claims;
use platform::entitlements::{self, Claimable};
use platform::notices::{self, DeliveryState};
use platform::page::{LIMIT_MAX, Page};
use platform::rights::{Resource, Verb};
use platform::statements::{self, StatementView};
use platform::subscriptions::{self, Subscription};
use platform::tenants::{self, TenantState};
use platform::{Failure, agreements};
use web::Route;

use super::promises::{Served, served, text};
use super::{sealed, suspended};
use crate::frame::{Frame, Place};
use crate::page::page;
use crate::pages::claims::kind;
use crate::pages::statements::said;
use crate::tone::Chip;
use crate::view::View;

/// Statements shown; the rest is one link away.
const STATEMENTS_SHOWN: usize = 6;
/// Most pages of statements looked through for the latest.
const PAGES_MAX: usize = 10;

#[derive(Template)]
#[template(path = "customers/overview.html")]
struct Overview {
    frame: Frame,
    is_provider: bool,
    tenant: String,
    name: String,
    lead: String,
    state: Option<Chip>,
    due: Vec<Due>,
    served: Vec<Served>,
    statements: Vec<Sealed>,
    notices: Vec<Notice>,
    claims_open: String,
    may_subscribe: bool,
    may_rename: bool,
    may_suspend: bool,
    is_suspended: bool,
    revision: i64,
    open: String,
    new_name: String,
    reason: String,
}

/// Something that can be claimed.
struct Due {
    amount: String,
    what: String,
    clause: String,
    cycle: String,
    until: String,
    left: String,
    is_choice: bool,
    statement: String,
    claim: Option<String>,
}

/// A statement in a list.
struct Sealed {
    href: String,
    label: String,
    agreement: String,
    chip: Chip,
    due: String,
    sealed: String,
    number: i64,
}

/// A change of terms that waits for the customer.
struct Notice {
    href: String,
    agreement: String,
    text: String,
    effective: String,
}

pub(crate) fn routes() -> Vec<Route> {
    vec![page("/customers/{tenant}", "customerPage", |view| {
        let id = view.id("tenant");
        let tenant = tenants::get(view.platform, view.tx, view.who, id)?;
        let subscriptions = subscriptions::list(view.platform, view.tx, view.who, id, &all())?.items;
        let mut served_all = Vec::new();
        for it in &subscriptions {
            served_all.push(served(view, it)?);
        }
        let (w, is_provider) = (view.w, view.is_provider());
        let name = statement::display::half(&tenant.name, view.lang);
        let title = if is_provider { name.clone() } else { w.customers_home_title().to_owned() };
        let lead =
            if is_provider { w.customers_since(utc(view).day(tenant.created_at)) } else { name.clone() };
        let page = Overview {
            is_provider,
            tenant: id.to_owned(),
            lead,
            state: suspended(view, tenant.state),
            due: due(view, id, &subscriptions)?,
            statements: latest(view, id)?,
            notices: waiting(view, id)?,
            claims_open: open_claims(view, id)?,
            served: served_all,
            may_subscribe: view.may(Resource::Subscription, Verb::Create)
                && tenant.state == TenantState::Active,
            may_rename: view.may_in(id, Resource::Tenant, Verb::Change),
            may_suspend: view.may(Resource::Tenant, Verb::Change),
            is_suspended: tenant.state == TenantState::Suspended,
            revision: tenant.revision,
            open: view.filled("act", ""),
            new_name: view.filled("name", &tenant.name),
            reason: view.filled("reason", ""),
            name,
            frame: Frame::new(view, title, if is_provider { Place::Customers } else { Place::Home })?,
        };
        view.html(&page)
    })]
}

fn all() -> Page {
    Page { after: None, limit: LIMIT_MAX }
}

fn utc(view: &View<'_, '_>) -> crate::show::Show {
    view.show(&calendar::Zone::utc())
}

fn due(view: &mut View<'_, '_>, tenant: &str, subscriptions: &[Subscription]) -> Result<Vec<Due>, Failure> {
    let found = entitlements::claimable(view.platform, view.tx, view.who, tenant)?.items;
    let may_claim = view.may_in(tenant, Resource::Claim, Verb::Create);
    let mut all = Vec::new();
    for it in found {
        let subscription = subscriptions.iter().find(|found| found.id == it.subscription);
        let zone = match subscription {
            Some(found) => zone(view, found)?,
            None => calendar::Zone::utc(),
        };
        all.push(one_due(view, tenant, &it, &zone, may_claim));
    }
    Ok(all)
}

/// The zone of a subscription's contract.
pub(crate) fn zone(view: &mut View<'_, '_>, it: &Subscription) -> Result<calendar::Zone, Failure> {
    let published = view.platform.contracts.get(view.tx, &it.agreement, &it.terms.version)?;
    Ok(published.contract.zone.clone())
}

fn one_due(view: &View<'_, '_>, tenant: &str, it: &Claimable, zone: &calendar::Zone, may_claim: bool) -> Due {
    let (w, show) = (view.w, view.show(zone));
    let now = view.tx.now();
    let amount = match (&it.amount, &it.in_kind) {
        (Some(money), _) => show.money(*money),
        (None, Some(what)) => show.half(what),
        (None, None) => w.customers_amount_open().to_owned(),
    };
    Due {
        amount,
        what: kind(view, &it.kind),
        clause: show.half(&it.clause),
        cycle: it.label.clone(),
        until: it.closes_at.map_or_else(String::new, |at| w.customers_claim_until(show.moment(at))),
        left: it.closes_at.map_or_else(String::new, |at| w.customers_claim_left(show.span(now, at))),
        is_choice: it.choice,
        statement: format!("/customers/{tenant}/statements/{}", it.statement),
        claim: may_claim.then(|| {
            let window = if it.window > 1 { format!("&window={}", it.window) } else { String::new() };
            format!("/customers/{tenant}/claim?entitlement={}{window}", it.entitlement)
        }),
    }
}

/// The latest statements, those that another supersedes left out.
fn latest(view: &mut View<'_, '_>, tenant: &str) -> Result<Vec<Sealed>, Failure> {
    let mut found = sealed_all(view, tenant, None)?;
    found.sort_by(|one, other| other.until.cmp(&one.until).then_with(|| one.id.cmp(&other.id)));
    let mut all = Vec::new();
    for it in found.iter().take(STATEMENTS_SHOWN) {
        all.push(sealed_row(view, it)?);
    }
    Ok(all)
}

/// All statements that none supersedes.
pub(crate) fn sealed_all(
    view: &mut View<'_, '_>,
    tenant: &str,
    subscription: Option<&str>,
) -> Result<Vec<StatementView>, Failure> {
    let (mut found, mut page) = (Vec::new(), all());
    for _ in 0..PAGES_MAX {
        let listed = statements::list(view.tx, view.who, tenant, subscription, &page)?;
        found.extend(listed.items);
        page.after = listed.next;
        if page.after.is_none() {
            break;
        }
    }
    found.retain(|it| it.superseded_by.is_none());
    Ok(found)
}

fn sealed_row(view: &mut View<'_, '_>, it: &StatementView) -> Result<Sealed, Failure> {
    let title = agreements::get(view.platform, view.tx, view.who, &it.agreement)?.title;
    Ok(Sealed {
        href: format!("/customers/{}/statements/{}", it.tenant, it.id),
        label: it.label.clone(),
        agreement: text(view, &title),
        chip: sealed::chip(view, it),
        due: said::owed(it, view.lang),
        sealed: utc(view).day(it.sealed_at),
        number: it.number,
    })
}

fn waiting(view: &mut View<'_, '_>, tenant: &str) -> Result<Vec<Notice>, Failure> {
    let mut all_waiting = Vec::new();
    for it in notices::list_of(view.platform, view.tx, view.who, tenant, &all())?.items {
        if !matches!(it.state, DeliveryState::Sent | DeliveryState::Delivered) {
            continue;
        }
        let title = agreements::get(view.platform, view.tx, view.who, &it.notice.agreement)?.title;
        all_waiting.push(Notice {
            href: format!("/customers/{tenant}/notices"),
            agreement: text(view, &title),
            text: view.w.customers_notice(&it.notice.from_version, &it.notice.to_version),
            effective: utc(view).day(it.notice.effective_at),
        });
    }
    Ok(all_waiting)
}

/// How many claims are under way; empty when none is.
fn open_claims(view: &mut View<'_, '_>, tenant: &str) -> Result<String, Failure> {
    let closed =
        ["accepted", "rejected", "upheld_on_appeal", "rejected_on_appeal", "withdrawn", "expired", "settled"];
    let found = claims::list(view.tx, view.who, tenant, None, &all())?.items;
    let count = found.iter().filter(|it| !closed.contains(&it.state.as_str())).count();
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    Ok(if count == 0 { String::new() } else { view.w.customers_claims_open(count) })
}
