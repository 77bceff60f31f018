//! One record: everything that was ever said of it, and a correction proposed to the other party.

use ::evidence::{FactKind, FactSchema};
use askama::Template;
use calendar::Zone;
use language::Contract;
use platform::corrections::{self, NewCorrection};
use platform::records::{RecordView, Records};
use platform::rights::{Resource, Verb};
use platform::{Failure, Refusal};
use serde_json::{Map, Value as Json};
use web::Route;

use super::attributes::{self, Field};
use super::{Head, Row, head, open, place, row};
use crate::fields::Fields;
use crate::frame::Frame;
use crate::page::{To, form, page};
use crate::pages::customers::{actor, when};
use crate::view::View;

const PATH: &str = "/customers/{tenant}/subscriptions/{subscription}/evidence/record";

#[derive(Template)]
#[template(path = "evidence/record.html")]
struct Shown {
    frame: Frame,
    head: Head,
    id: String,
    rows: Vec<Row>,
    propose: Option<Propose>,
}

/// The record as it should be.
struct Propose {
    is_span: bool,
    is_event: bool,
    from: String,
    until: String,
    subject: String,
    fields: Vec<Field>,
    reason: String,
    withdraw: bool,
    is_open: bool,
}

pub(super) fn routes() -> Vec<Route> {
    let show = page(PATH, "recordPage", |view| {
        let id = view.query("id").unwrap_or_default().to_owned();
        let records = open(view)?;
        let names = records.names();
        let said = versions_said(&records, &id);
        let all = names.sources.iter().chain(&said).map(String::as_str);
        let people = actor::known(view, all)?;
        let head = Head { may_export: false, people, ..head(view, "records")? };
        let versions = records.versions(&id);
        if versions.is_empty() {
            return Err(Refusal::not_found().into());
        }
        let contract = &records.published.contract;
        let show = view.show(&contract.zone);
        let latest = versions.iter().rev().find(|it| it.stands && !it.withdrawn);
        let may = view.may_in(view.id("tenant"), Resource::Correction, Verb::Create);
        let propose = latest.filter(|_| may).map(|it| propose(view, contract, it));
        // A correction names the version it corrects, which need not be the one that was asked for.
        let current = latest.and_then(|it| it.id.clone()).unwrap_or(id);
        let rows = versions.iter().map(|it| row(view, &head, &show, it, false)).collect();
        let title = view.w.evidence_record();
        let page = Shown { rows, propose, head, id: current, frame: Frame::new(view, title, place(view))? };
        view.html(&page)
    });
    let propose = form(PATH, "proposeCorrectionForm", |view, fields| {
        let (tenant, subscription) = (view.id("tenant"), view.id("subscription"));
        let supersedes = fields.text("record").to_owned();
        let records = open(view)?;
        let contract = &records.published.contract;
        let versions = records.versions(&supersedes);
        let found = versions.iter().find(|it| it.id.as_deref() == Some(supersedes.as_str()));
        let found = found.ok_or_else(Refusal::not_found)?;
        let (_, fact) = contract.schema.fact(&found.fact).ok_or_else(Refusal::not_found)?;
        let record = match fields.given("withdraw") {
            Some(_) => None,
            None => Some(read(fact, fields, &contract.zone)?),
        };
        let input = NewCorrection { supersedes, record, reason: fields.text("reason").to_owned() };
        corrections::propose(view.platform, view.tx, view.who, (tenant, subscription), &input)?;
        let to = format!("/customers/{tenant}/subscriptions/{subscription}/evidence/corrections");
        Ok(To::page(to).saying("sent"))
    });
    vec![show, propose]
}

/// The reasons given for the versions of a record.
fn versions_said(records: &Records, id: &str) -> Vec<String> {
    records.versions(id).into_iter().filter_map(|it| it.reason).collect()
}

fn propose(view: &View<'_, '_>, contract: &Contract, it: &RecordView) -> Propose {
    let local = |at: Option<platform::time::Moment>| {
        at.map_or_else(String::new, |at| when::shown(&contract.zone, at.0))
    };
    let known = |name: &str| it.line.get(name).map_or_else(String::new, text);
    let fact = contract.schema.fact(&it.fact);
    Propose {
        is_span: it.kind == FactKind::Span || it.kind == FactKind::Request,
        is_event: it.kind == FactKind::Event,
        from: view.filled("from", &local(it.from)),
        until: view.filled("until", &local(it.until)),
        subject: view.filled("subject", it.subject.as_deref().unwrap_or_default()),
        fields: fact.map_or_else(Vec::new, |(_, fact)| attributes::fields(view, contract, fact, &[], known)),
        reason: view.filled("reason", ""),
        withdraw: !view.filled("withdraw", "").is_empty(),
        is_open: view.parts.again.is_some(),
    }
}

fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The record as it was filled in, without what the correction itself says.
fn read(fact: &FactSchema, fields: &Fields, zone: &Zone) -> Result<Map<String, Json>, Failure> {
    let mut record = attributes::read(fact, fields, zone)?;
    let mut put = |name: &str, text: String| record.insert(name.to_owned(), Json::String(text));
    put("fact", fact.name.clone());
    let begin = if fact.kind == FactKind::Event { "at" } else { "from" };
    put(begin, when::needed("from", fields.text("from"), zone)?.to_string());
    if let Some(until) = when::read("until", fields.text("until"), zone)? {
        put("until", until.to_string());
    }
    if let Some(subject) = fields.given("subject") {
        put("subject", subject.to_owned());
    }
    Ok(record)
}
