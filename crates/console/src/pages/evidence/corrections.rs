//! Corrections one party proposes and the other consents to.

use askama::Template;
use platform::corrections::{self, Answer, Correction, State};
use platform::page::{LIMIT_MAX, Page};
use platform::records::{self, Records};
use platform::rights::{Resource, Verb};
use platform::stream::Side;
use platform::{Failure, Refusal};
use serde_json::Value as Json;
use web::Route;

use super::{Head, Row, head, open, place, row};
use crate::frame::Frame;
use crate::page::{To, form, page};
use crate::show::Show;
use crate::tone::{Chip, Tone};
use crate::view::View;

const PATH: &str = "/customers/{tenant}/subscriptions/{subscription}/evidence/corrections";

#[derive(Template)]
#[template(path = "evidence/corrections.html")]
struct Shown {
    frame: Frame,
    head: Head,
    waiting: Vec<Item>,
    answered: Vec<Item>,
    reason: String,
    open: String,
}

struct Item {
    id: String,
    revision: i64,
    supersedes: String,
    href: String,
    before: Option<Row>,
    after: Option<Row>,
    reason: String,
    by: String,
    expires: String,
    chip: Chip,
    decision: String,
    may_answer: bool,
    may_withdraw: bool,
}

pub(super) fn routes() -> Vec<Route> {
    let show = page(PATH, "correctionsPage", |view| {
        let head = head(view, "corrections")?;
        let records = open(view)?;
        let (tenant, id) = (view.id("tenant"), view.id("subscription"));
        let page = Page { after: None, limit: LIMIT_MAX };
        let found = corrections::list(view.platform, view.tx, view.who, tenant, Some(id), &page)?.items;
        let mut items: Vec<(bool, Item)> =
            found.iter().map(|it| (it.state == State::Proposed, item(view, &head, &records, it))).collect();
        items.reverse();
        let (waiting, answered): (Vec<_>, Vec<_>) = items.into_iter().partition(|it| it.0);
        let title = view.w.evidence_corrections();
        let page = Shown {
            waiting: waiting.into_iter().map(|it| it.1).collect(),
            answered: answered.into_iter().map(|it| it.1).collect(),
            reason: view.filled("reason", ""),
            open: view.filled("correction", ""),
            head,
            frame: Frame::new(view, title, place(view))?,
        };
        view.html(&page)
    });
    let answer = form(PATH, "answerCorrectionForm", |view, fields| {
        let (tenant, id) = (view.id("tenant"), fields.text("correction"));
        let answer = Answer { reason: fields.given("reason").map(str::to_owned) };
        let expected = fields.text("revision").parse().ok();
        let (platform, who, of) = (view.platform, view.who, (tenant, id));
        match fields.text("act") {
            "consent" => corrections::consent(platform, view.tx, who, of, &answer, expected)?,
            "refuse" => corrections::refuse(platform, view.tx, who, of, &answer, expected)?,
            "withdraw" => corrections::withdraw(platform, view.tx, who, of, expected)?,
            _ => return Err(Refusal::invalid("choose an answer", "请选择答复").into()),
        };
        let to =
            format!("/customers/{tenant}/subscriptions/{}/evidence/corrections", view.id("subscription"));
        Ok(To::page(to).saying("saved"))
    });
    vec![show, answer]
}

fn item(view: &View<'_, '_>, head: &Head, records: &Records, it: &Correction) -> Item {
    let (w, show) = (view.w, view.show(&records.published.contract.zone));
    let tenant = view.id("tenant");
    let ours = if view.is_provider() { Side::Provider } else { Side::Customer };
    let open = it.state == State::Proposed;
    let side =
        if it.side == Side::Customer { w.evidence_side_customer() } else { w.evidence_side_provider() };
    let versions = records.versions(&it.supersedes);
    let before = versions.iter().find(|found| found.id.as_deref() == Some(it.supersedes.as_str()));
    let query = serde_urlencoded::to_string([("id", it.supersedes.as_str())]).unwrap_or_default();
    Item {
        href: format!("{}/record?{query}", head.here),
        before: before.map(|it| row(view, head, &show, it, false)),
        after: it.record.as_ref().and_then(|it| after(view, head, records, &show, it).ok()),
        reason: it.reason.clone(),
        by: w.evidence_proposed_by(side, show.minute(it.proposed_at)),
        expires: show.minute(it.expires_at),
        chip: chip(view, it.state),
        decision: it.decision.clone().unwrap_or_default(),
        may_answer: open && it.side != ours && view.may_in(tenant, Resource::Correction, Verb::Decide),
        may_withdraw: open && it.side == ours && view.may_in(tenant, Resource::Correction, Verb::Remove),
        id: it.id.clone(),
        revision: it.revision,
        supersedes: it.supersedes.clone(),
    }
}

/// The record as it should be.
fn after(
    view: &View<'_, '_>,
    head: &Head,
    records: &Records,
    show: &Show,
    it: &Json,
) -> Result<Row, Failure> {
    let read = records::read_line(&records.published.contract.schema, &it.to_string());
    Ok(row(view, head, show, &read, false))
}

fn chip(view: &View<'_, '_>, state: State) -> Chip {
    let w = view.w;
    match state {
        State::Proposed => Chip::new(Tone::Open, w.evidence_correction_proposed()),
        State::Consented => Chip::new(Tone::Good, w.evidence_correction_consented()),
        State::Refused => Chip::new(Tone::Bad, w.evidence_correction_refused()),
        State::Withdrawn => Chip::new(Tone::Apart, w.evidence_correction_withdrawn()),
        State::Expired => Chip::new(Tone::Apart, w.evidence_correction_expired()),
    }
}
