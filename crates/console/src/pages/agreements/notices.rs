//! Notices of change: sending one to every customer a change concerns, and how far each customer is with it.

use askama::Template;
use calendar::{Date, TimeOfDay, Zone};
use platform::agreements;
use platform::notices::{self, Delivery, DeliveryState, NewNotice, Notice};
use platform::rights::{Resource, Verb};
use platform::{Failure, Refusal, tenants};
use timeline::Instant;
use web::{Reply, Route};

use super::compared::{self, Changes, Sides};
use super::list::place;
use super::{Head, Names, Tab, amendment_sentence, amendment_word, count};
use crate::fields::Fields;
use crate::frame::Frame;
use crate::page::{To, form, page};
use crate::pages::statements::everything;
use crate::part::Pages;
use crate::tone::{Chip, Tone};
use crate::view::View;
use crate::words::Words;

#[derive(Template)]
#[template(path = "agreements/notices.html")]
struct Notices {
    frame: Frame,
    head: Head,
    path: String,
    sent: Vec<Sent>,
    pages: Pages,
    form: Option<NoticeForm>,
}

/// The form to send one.
struct NoticeForm {
    versions: Vec<String>,
    from: String,
    to: String,
    effective: String,
    zone: String,
    text: String,
    rule: &'static str,
}

/// A notice that was sent.
struct Sent {
    id: String,
    revision: i64,
    title: String,
    rule: &'static str,
    effective: String,
    sent: String,
    by: String,
    text: String,
    chips: Vec<Chip>,
    /// How many it was sent to.
    customers: usize,
    deliveries: Vec<Row>,
    pages: Pages,
    changes: Changes,
    withdrawn: Option<String>,
    may_withdraw: bool,
}

impl Sent {
    fn customers(&self) -> i64 {
        count(self.customers)
    }
}

/// How far a customer is.
struct Row {
    customer: String,
    href: String,
    chip: Chip,
    when: String,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        page("/agreements/{agreement}/notices", "agreementNotices", show),
        form("/agreements/{agreement}/notices", "sendNoticeForm", send),
        form("/agreements/{agreement}/notices/{notice}/withdraw", "withdrawNoticeForm", |view, fields| {
            let expected = fields.text("revision").parse().ok();
            notices::withdraw(view.platform, view.tx, view.who, view.id("notice"), expected)?;
            Ok(To::page(format!("/agreements/{}/notices", view.id("agreement"))).saying("withdrawn"))
        }),
    ]
}

fn show(view: &mut View<'_, '_>) -> Result<Reply, Failure> {
    let id = view.id("agreement");
    let agreement = agreements::get(view.platform, view.tx, view.who, id)?;
    let mut listed = everything(|page| notices::list(view.platform, view.tx, view.who, Some(id), page))?;
    listed.sort_by_key(|it| std::cmp::Reverse(it.created_at));
    let pages = Pages::of(view, format!("/agreements/{id}/notices"), listed.len());
    let names = Names::of_provider(view)?;
    let mut sent = Vec::new();
    for it in pages.shown(&listed) {
        sent.push(sent_view(view, it, &names)?);
    }
    let form = if view.may(Resource::Notice, Verb::Create) { notice_form(view)? } else { None };
    let head = Head::new(view, &agreement, Tab::Notices);
    let frame =
        Frame::new(view, format!("{} · {}", view.w.agreements_tab_notices(), head.title), place(view))?;
    view.html(&Notices { frame, path: format!("/agreements/{id}/notices"), head, sent, pages, form })
}

/// Nothing to send while there is one version.
fn notice_form(view: &mut View<'_, '_>) -> Result<Option<NoticeForm>, Failure> {
    let id = view.id("agreement");
    let all = agreements::versions(view.platform, view.tx, view.who, id)?.items;
    let [newest, before, ..] = all.as_slice() else { return Ok(None) };
    let zone = view.platform.contracts.get(view.tx, id, &before.version)?.contract.zone.clone();
    let tomorrow = zone.date(view.tx.now()).next_day().map(|it| format!("{it}T00:00")).unwrap_or_default();
    Ok(Some(NoticeForm {
        from: view.filled("from", &before.version),
        to: view.filled("to", &newest.version),
        effective: view.filled("effective", &tomorrow),
        zone: zone.name().to_owned(),
        text: view.filled("text", ""),
        rule: amendment_sentence(view.w, before.amendment),
        versions: all.iter().map(|it| it.version.clone()).collect(),
    }))
}

fn send(view: &mut View<'_, '_>, fields: &Fields) -> Result<To, Failure> {
    let id = view.id("agreement");
    let from = fields.text("from");
    let zone = view.platform.contracts.get(view.tx, id, from)?.contract.zone.clone();
    let input = NewNotice {
        from_version: from.to_owned(),
        to_version: fields.text("to").to_owned(),
        effective_at: local(&zone, fields.text("effective"))?.into(),
        text: fields.lines("text").trim().to_owned(),
    };
    notices::create(view.platform, view.tx, view.who, id, &input)?;
    Ok(To::page(format!("/agreements/{id}/notices")).saying("sent"))
}

/// What a clock of the zone shows: `2026-12-01T00:00`.
fn local(zone: &Zone, text: &str) -> Result<Instant, Refusal> {
    let read = || {
        let (day, time) = text.split_once('T')?;
        zone.instant(Date::parse(day)?, TimeOfDay::parse(time)?)
    };
    read().ok_or_else(|| {
        Refusal::invalid(
            format!("effective: give day and time as 2026-12-01T00:00; found `{text}`"),
            format!("生效时间：须写作 2026-12-01T00:00；实为 `{text}`"),
        )
    })
}

fn sent_view(view: &mut View<'_, '_>, it: &Notice, names: &Names) -> Result<Sent, Failure> {
    let deliveries = everything(|page| notices::deliveries(view.platform, view.tx, view.who, &it.id, page))?;
    let pages =
        Pages::of_one(view, format!("/agreements/{}/notices", it.agreement), &it.id, deliveries.len());
    let zone = view.platform.contracts.get(view.tx, &it.agreement, &it.from_version)?.contract.zone.clone();
    let mut rows = Vec::new();
    for delivery in pages.shown(&deliveries) {
        rows.push(row(view, delivery, &zone)?);
    }
    let sides = Sides::of(view, &it.agreement, &it.from_version, &it.to_version)?;
    let (w, show) = (view.w, view.show(&zone));
    let mut chips = Vec::<(Chip, usize)>::new();
    for chip in deliveries.iter().map(|it| state(w, it.state)) {
        match chips.iter_mut().find(|it| it.0 == chip) {
            Some(found) => found.1 += 1,
            None => chips.push((chip, 1)),
        }
    }
    let undecided =
        deliveries.iter().any(|it| matches!(it.state, DeliveryState::Sent | DeliveryState::Delivered));
    Ok(Sent {
        id: it.id.clone(),
        revision: it.revision,
        title: w.agreements_notice_title(&it.from_version, &it.to_version),
        rule: amendment_word(w, it.rule),
        effective: show.minute(it.effective_at),
        sent: show.minute(it.created_at),
        by: names.show(w, &it.created_by),
        text: it.text.clone(),
        chips: chips
            .into_iter()
            .map(|(it, number)| Chip::new(it.tone, format!("{number} {}", it.word)))
            .collect(),
        customers: deliveries.len(),
        deliveries: rows,
        pages,
        changes: compared::changes(view, &sides, &it.comparison),
        withdrawn: it.withdrawn_at.map(|at| w.agreements_notice_withdrawn(show.minute(at))),
        may_withdraw: undecided && it.withdrawn_at.is_none() && view.may(Resource::Notice, Verb::Remove),
    })
}

fn row(view: &mut View<'_, '_>, it: &Delivery, zone: &Zone) -> Result<Row, Failure> {
    let name = tenants::get(view.platform, view.tx, view.who, &it.tenant)?.name;
    let (w, show) = (view.w, view.show(zone));
    let when = match (it.decided_at, it.delivered_at) {
        (Some(at), _) => show.minute(at),
        (None, Some(at)) => w.agreements_delivery_seen_at(show.minute(at)),
        (None, None) => w.agreements_delivery_sent_at(show.minute(it.sent_at)),
    };
    Ok(Row {
        customer: show.half(&name),
        href: format!("/customers/{}/subscriptions/{}", it.tenant, it.subscription),
        chip: state(w, it.state),
        when,
    })
}

/// How far a customer is, in words.
pub(super) fn state(w: Words, state: DeliveryState) -> Chip {
    let (tone, word) = match state {
        DeliveryState::Sent => (Tone::Pending, w.agreements_delivery_sent()),
        DeliveryState::Delivered => (Tone::Pending, w.agreements_delivery_seen()),
        DeliveryState::Accepted => (Tone::Good, w.agreements_delivery_accepted()),
        DeliveryState::Refused => (Tone::Bad, w.agreements_delivery_refused()),
        DeliveryState::AcceptedByUse => (Tone::Good, w.agreements_delivery_by_use()),
        DeliveryState::Applied => (Tone::Good, w.agreements_delivery_applied()),
        DeliveryState::Withdrawn => (Tone::Apart, w.agreements_delivery_withdrawn()),
    };
    Chip::new(tone, word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_time_is_read_in_the_zone_of_the_contract() {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let shown = |text: &str| local(&zone, text).map(platform::time::show).ok();
        assert_eq!(shown("2026-12-01T00:00").as_deref(), Some("2026-11-30T16:00:00Z"));
        assert_eq!(shown("2026-12-01"), None);
        assert_eq!(shown(""), None);
    }
}
