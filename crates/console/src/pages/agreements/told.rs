//! A customer's agreements, and the changes of them it was told about: what changes, and its word on it.

use askama::Template;
use platform::agreements;
use platform::notices::{self, Answer, Decide, Delivery, DeliveryState};
use platform::page::{LIMIT_MAX, Page};
use platform::rights::{Resource, Verb};
use platform::subscriptions;
use platform::terms::SubscriptionState;
use platform::{Failure, tenants};
use web::{Reply, Route};

use super::compared::{self, Changes, Sides};
use super::{amendment_sentence, count, notices::state, title};
use crate::fields::Fields;
use crate::frame::{Frame, Place};
use crate::page::{To, form, page};
use crate::pages::statements::everything;
use crate::part::Pages;
use crate::tone::{Chip, Tone};
use crate::view::View;

#[derive(Template)]
#[template(path = "agreements/told.html")]
struct Told {
    frame: Frame,
    customer: String,
    tenant: String,
    is_provider: bool,
    lead: String,
    agreements: Vec<Held>,
    waiting: Vec<Row>,
    decided: Vec<Row>,
    pages: Pages,
}

/// An agreement the customer has.
struct Held {
    href: String,
    subscription: String,
    title: String,
    version: String,
    plan: String,
    since: String,
    until: String,
    chip: Option<String>,
}

/// A notice in the customer's hands.
struct Row {
    href: String,
    title: String,
    agreement: String,
    effective: String,
    chip: Chip,
}

#[derive(Template)]
#[template(path = "agreements/notice.html")]
struct One {
    frame: Frame,
    customer: String,
    tenant: String,
    is_provider: bool,
    path: String,
    revision: i64,
    agreement: String,
    agreement_href: String,
    old: String,
    new: String,
    effective: String,
    sent: String,
    rule: &'static str,
    text: String,
    chip: Chip,
    seen: Option<String>,
    decided: Option<String>,
    changes: Changes,
    offers: Offers,
    reason: String,
}

/// What the customer can still say.
struct Offers {
    seen: bool,
    accept: bool,
    refuse: bool,
}

pub(super) fn routes() -> Vec<Route> {
    let one = "/customers/{tenant}/notices/{notice}/{subscription}";
    vec![
        page("/customers/{tenant}/notices", "customerNotices", list),
        page(one, "customerNotice", show),
        form(one, "decideNoticeForm", decide),
        form("/customers/{tenant}/notices/{notice}/{subscription}/seen", "noticeSeenForm", |view, _| {
            let (tenant, id, subscription) = named(view);
            notices::seen(view.platform, view.tx, view.who, tenant, id, subscription)?;
            Ok(To::page(path(view)).saying("saved"))
        }),
    ]
}

fn named<'a>(view: &View<'a, '_>) -> (&'a str, &'a str, &'a str) {
    (view.id("tenant"), view.id("notice"), view.id("subscription"))
}

fn path(view: &View<'_, '_>) -> String {
    let (tenant, id, subscription) = named(view);
    format!("/customers/{tenant}/notices/{id}/{subscription}")
}

fn decide(view: &mut View<'_, '_>, fields: &Fields) -> Result<To, Failure> {
    let (tenant, id, subscription) = named(view);
    let answer = if fields.text("answer") == "accept" { Answer::Accept } else { Answer::Refuse };
    let input = Decide { answer, reason: fields.text("reason").to_owned() };
    let expected = fields.text("revision").parse().ok();
    notices::decide(view.platform, view.tx, view.who, tenant, id, subscription, &input, expected)?;
    Ok(To::page(path(view)).saying("decided"))
}

fn list(view: &mut View<'_, '_>) -> Result<Reply, Failure> {
    let tenant = view.id("tenant");
    let page = Page { after: None, limit: LIMIT_MAX };
    let name = tenants::get(view.platform, view.tx, view.who, tenant)?.name;
    let listed = subscriptions::list(view.platform, view.tx, view.who, tenant, &page)?.items;
    let mut told = everything(|page| notices::list_of(view.platform, view.tx, view.who, tenant, page))?;
    told.sort_by_key(|it| std::cmp::Reverse(it.sent_at));
    let mut agreements = Vec::new();
    for it in &listed {
        agreements.push(held(view, it)?);
    }
    let (open, over): (Vec<Delivery>, Vec<Delivery>) = told.into_iter().partition(is_open);
    let pages = Pages::of(view, format!("/customers/{tenant}/notices"), over.len());
    let (mut waiting, mut decided) = (Vec::new(), Vec::new());
    for it in &open {
        waiting.push(row(view, it)?);
    }
    for it in pages.shown(&over) {
        decided.push(row(view, it)?);
    }
    let w = view.w;
    let customer = statement::display::half(&name, view.lang);
    let at = if view.is_provider() { Place::Customers } else { Place::Notices };
    let frame = Frame::new(view, w.agreements_told_title(), at)?;
    let page = Told {
        frame,
        customer,
        tenant: tenant.to_owned(),
        is_provider: view.is_provider(),
        lead: w.agreements_told_lead(count(waiting.len())),
        agreements,
        waiting,
        decided,
        pages,
    };
    view.html(&page)
}

fn held(view: &mut View<'_, '_>, it: &subscriptions::Subscription) -> Result<Held, Failure> {
    let published = view.platform.contracts.get(view.tx, &it.agreement, &it.terms.version)?;
    let (w, show) = (view.w, view.show(&published.contract.zone));
    let state = match it.terms.state {
        SubscriptionState::Active => None,
        SubscriptionState::Suspended => Some(w.agreements_suspended()),
        SubscriptionState::Ended => Some(w.agreements_ended()),
    };
    Ok(Held {
        href: format!("/agreements/{}?version={}", it.agreement, it.terms.version),
        subscription: format!("/customers/{}/subscriptions/{}", it.tenant, it.id),
        title: statement::display::half_of_pair(&published.contract.title, view.lang),
        version: w.agreements_version(&it.terms.version),
        plan: it.terms.plan.clone().unwrap_or_default(),
        since: show.day(it.since),
        until: it.terms.until.map_or_else(|| w.agreements_no_end().to_owned(), |at| show.day(at)),
        chip: state.map(str::to_owned),
    })
}

fn row(view: &mut View<'_, '_>, it: &Delivery) -> Result<Row, Failure> {
    let notice = &it.notice;
    let published = view.platform.contracts.get(view.tx, &notice.agreement, &notice.from_version)?;
    let show = view.show(&published.contract.zone);
    Ok(Row {
        href: format!("/customers/{}/notices/{}/{}", it.tenant, notice.id, it.subscription),
        title: view.w.agreements_notice_title(&notice.from_version, &notice.to_version),
        agreement: statement::display::half_of_pair(&published.contract.title, view.lang),
        effective: show.minute(notice.effective_at),
        chip: chip(view, it),
    })
}

/// What we call sent is new to whom it was sent.
fn chip(view: &View<'_, '_>, it: &Delivery) -> Chip {
    match it.state {
        DeliveryState::Sent if !view.is_provider() => {
            Chip::new(Tone::Pending, view.w.agreements_delivery_new())
        }
        other => state(view.w, other),
    }
}

fn is_open(it: &Delivery) -> bool {
    matches!(it.state, DeliveryState::Sent | DeliveryState::Delivered)
}

fn show(view: &mut View<'_, '_>) -> Result<Reply, Failure> {
    let (tenant, id, subscription) = named(view);
    let name = tenants::get(view.platform, view.tx, view.who, tenant)?.name;
    let it = notices::get_of(view.platform, view.tx, view.who, tenant, id, subscription)?;
    let agreement = agreements::get(view.platform, view.tx, view.who, &it.notice.agreement)?;
    let zone =
        view.platform.contracts.get(view.tx, &agreement.id, &it.notice.from_version)?.contract.zone.clone();
    let (w, shown) = (view.w, view.show(&zone));
    let notice = &it.notice;
    let sides = Sides::of(view, &notice.agreement, &notice.from_version, &notice.to_version)?;
    let offers = offers(view, &it);
    let place = if view.is_provider() { Place::Customers } else { Place::Notices };
    let title_of = w.agreements_notice_title(&it.notice.from_version, &it.notice.to_version);
    let page = One {
        frame: Frame::new(view, title_of, place)?,
        customer: shown.half(&name),
        tenant: tenant.to_owned(),
        is_provider: view.is_provider(),
        path: path(view),
        revision: it.revision,
        agreement: title(view, &agreement),
        agreement_href: format!("/agreements/{}", agreement.id),
        old: it.notice.from_version.clone(),
        new: it.notice.to_version.clone(),
        effective: shown.minute(it.notice.effective_at),
        sent: shown.minute(it.sent_at),
        rule: amendment_sentence(w, it.notice.rule),
        text: it.notice.text.clone(),
        chip: chip(view, &it),
        seen: it.delivered_at.map(|at| shown.minute(at)),
        decided: it.decided_at.map(|at| shown.minute(at)),
        changes: compared::changes(view, &sides, &it.notice.comparison),
        offers,
        reason: view.filled("reason", ""),
    };
    view.html(&page)
}

fn offers(view: &View<'_, '_>, it: &Delivery) -> Offers {
    use platform::agreements::Amendment;
    let may = view.may_in(&it.tenant, Resource::Notice, Verb::Decide) && !view.is_provider() && is_open(it);
    let in_time = it.notice.effective_at.0 > view.tx.now();
    Offers {
        seen: !view.is_provider() && it.delivered_at.is_none() && is_open(it),
        accept: may,
        refuse: may
            && match it.notice.rule {
                Amendment::Notice => false,
                Amendment::ContinuedUse => in_time,
                Amendment::Mutual | Amendment::PinnedUntilRenewal => true,
            },
    }
}
