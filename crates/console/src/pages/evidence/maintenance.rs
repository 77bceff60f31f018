//! The calendar of maintenance: windows that were announced, and announcing another.

use ::evidence::{AttributeKind, FactKind, FactSchema};
use askama::Template;
use calendar::Zone;
use language::Contract;
use platform::maintenance::{self, CancelWindow, ChangeWindow, NewWindow, Window};
use platform::page::{LIMIT_MAX, Page};
use platform::rights::{Resource, Verb};
use platform::{Failure, Refusal};
use serde_json::Map;
use web::Route;

use super::attributes::{self, Field};
use super::{Head, Pick, head, open, place, recurrence, stream};
use crate::fields::Fields;
use crate::frame::Frame;
use crate::page::{To, form, page};
use crate::pages::customers::when;
use crate::tone::{Chip, Tone};
use crate::view::View;

const PATH: &str = "/customers/{tenant}/subscriptions/{subscription}/evidence/maintenance";
/// Attributes in which a fact says when a window was announced; the platform fills it in.
const ANNOUNCED: [&str; 2] = ["announced_at", "announced"];

#[derive(Template)]
#[template(path = "evidence/maintenance.html")]
struct Shown {
    frame: Frame,
    head: Head,
    ahead: Vec<Row>,
    over: Vec<Row>,
    shared: Vec<Row>,
    announce: Option<Announce>,
    no_fact: bool,
    open: String,
    reason: String,
}

/// A window, or a rule for many.
struct Row {
    id: String,
    revision: i64,
    title: String,
    from: String,
    until: String,
    long: String,
    recurs: String,
    announced: String,
    notice: String,
    subject: String,
    chip: Chip,
    may_change: bool,
    may_cancel: bool,
    local_from: String,
    local_until: String,
}

/// The form for another window.
struct Announce {
    facts: Vec<Pick>,
    title: String,
    from: String,
    until: String,
    subject: String,
    fields: Vec<Field>,
    repeat: String,
    repeat_until: String,
    rrule: String,
    days: Vec<Pick>,
    is_open: bool,
}

pub(super) fn routes() -> Vec<Route> {
    let show = page(PATH, "maintenancePage", |view| {
        let head = head(view, "maintenance")?;
        let contract = &open(view)?.published.clone();
        let contract = &contract.contract;
        let (own, shared) = (windows(view, false)?, windows(view, true)?);
        let now = view.tx.now();
        let is_ahead = |it: &Window| it.state == "announced" && (it.recurs.is_some() || it.until.0 > now);
        let (ahead, over): (Vec<Window>, Vec<Window>) = own.into_iter().partition(is_ahead);
        let rows = |all: Vec<Window>, changeable: bool| {
            all.iter().map(|it| row(view, contract, it, changeable)).collect::<Vec<Row>>()
        };
        let (ahead, over, shared) = (rows(ahead, true), rows(over, false), rows(shared, false));
        let may = view.may_in(view.id("tenant"), Resource::Maintenance, Verb::Create);
        let facts = facts(contract);
        let (title, no_fact) = (view.w.evidence_maintenance(), facts.is_empty());
        let page = Shown {
            announce: facts.first().filter(|_| may).map(|it| announce(view, contract, &facts, it)),
            ahead,
            over,
            shared,
            no_fact,
            open: view.filled("window", ""),
            reason: view.filled("reason", ""),
            head,
            frame: Frame::new(view, title, place(view))?,
        };
        view.html(&page)
    });
    let act = form(PATH, "maintenanceForm", |view, fields| {
        let records = open(view)?;
        let contract = &records.published.contract;
        let done = match fields.text("act") {
            "change" => change(view, fields, &contract.zone)?,
            "cancel" => cancel(view, fields, &contract.zone)?,
            _ => new(view, fields, contract)?,
        };
        let (tenant, id) = (view.id("tenant"), view.id("subscription"));
        Ok(To::page(format!("/customers/{tenant}/subscriptions/{id}/evidence/maintenance")).saying(done))
    });
    vec![show, act]
}

fn windows(view: &mut View<'_, '_>, shared: bool) -> Result<Vec<Window>, Failure> {
    let page = Page { after: None, limit: LIMIT_MAX };
    let stream = stream(view);
    let mut all = maintenance::list(view.platform, view.tx, view.who, &stream, shared, &page)?.items;
    all.sort_by_key(|it| it.from);
    Ok(all)
}

fn row(view: &View<'_, '_>, contract: &Contract, it: &Window, changeable: bool) -> Row {
    let (w, show, zone) = (view.w, view.show(&contract.zone), &contract.zone);
    let now = view.tx.now();
    let may = |verb| changeable && view.may_in(view.id("tenant"), Resource::Maintenance, verb);
    let chip = match () {
        () if it.state != "announced" => Chip::new(Tone::Apart, w.evidence_window_cancelled()),
        () if it.recurs.is_some() => Chip::new(Tone::Works, w.evidence_window_recurs()),
        () if it.until.0 <= now => Chip::new(Tone::Apart, w.evidence_window_over()),
        () if it.from.0 <= now => Chip::new(Tone::Works, w.evidence_window_now()),
        () => Chip::new(Tone::Works, w.evidence_window_ahead()),
    };
    let early = it.announced_at.0 < it.from.0;
    Row {
        title: show.half(&it.title),
        from: show.moment(it.from),
        until: show.moment(it.until),
        long: show.span(it.from, it.until),
        recurs: it.recurs.as_ref().map_or_else(String::new, |it| recurrence::words(view, it)),
        announced: show.minute(it.announced_at),
        notice: if early {
            w.evidence_notice(show.span(it.announced_at, it.from))
        } else {
            w.evidence_notice_late().to_owned()
        },
        subject: it.subject.clone().unwrap_or_default(),
        chip,
        may_change: may(Verb::Change),
        may_cancel: may(Verb::Remove),
        local_from: when::shown(zone, it.from.0),
        local_until: when::shown(zone, it.until.0),
        id: it.id.clone(),
        revision: it.revision,
    }
}

/// The facts that can hold windows: spans that say when they were announced.
fn facts(contract: &Contract) -> Vec<&FactSchema> {
    let says = |it: &FactSchema| {
        ANNOUNCED.iter().any(|name| it.attribute(name).is_some_and(|it| it.1.kind == AttributeKind::Instant))
    };
    contract.schema.facts.iter().filter(|it| it.kind == FactKind::Span && says(it)).collect()
}

fn announce(view: &View<'_, '_>, contract: &Contract, facts: &[&FactSchema], first: &FactSchema) -> Announce {
    let chosen = view.filled("fact", &first.name);
    let fact = facts.iter().find(|it| it.name == chosen).copied().unwrap_or(first);
    let pick = |it: &&FactSchema| Pick {
        id: it.name.clone(),
        word: it.name.replace('_', " "),
        chosen: it.name == chosen,
    };
    let day =
        |(at, id): (i64, &str)| Pick { id: id.to_owned(), word: view.w.evidence_weekday(at), chosen: false };
    Announce {
        facts: if facts.len() > 1 { facts.iter().map(pick).collect() } else { Vec::new() },
        title: view.filled("title", ""),
        from: view.filled("from", ""),
        until: view.filled("until", ""),
        subject: view.filled("subject", ""),
        fields: attributes::fields(view, contract, fact, &ANNOUNCED, |_| String::new()),
        repeat: view.filled("repeat", "none"),
        repeat_until: view.filled("repeat_until", ""),
        rrule: view.filled("rrule", ""),
        days: (1_i64..).zip(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]).map(day).collect(),
        is_open: view.parts.again.is_some() && view.filled("act", "") == "announce",
    }
}

fn new(view: &mut View<'_, '_>, fields: &Fields, contract: &Contract) -> Result<&'static str, Failure> {
    let zone = &contract.zone;
    let from = when::needed("from", fields.text("from"), zone)?;
    let all = facts(contract);
    let fact = all.iter().find(|it| it.name == fields.text("fact")).or(all.first());
    let attributes = fact.map_or_else(|| Ok(Map::new()), |it| attributes::read(it, fields, zone))?;
    let input = NewWindow {
        title: fields.text("title").to_owned(),
        fact: fact.map(|it| it.name.clone()),
        from,
        until: when::needed("until", fields.text("until"), zone)?,
        subject: fields.given("subject").map(str::to_owned),
        attributes,
        recurs: recurrence::chosen(fields, from, zone)?,
    };
    let stream = stream(view);
    maintenance::announce(view.platform, view.tx, view.who, &stream, &input)?;
    Ok("announced")
}

fn change(view: &mut View<'_, '_>, fields: &Fields, zone: &Zone) -> Result<&'static str, Failure> {
    let input = ChangeWindow {
        title: fields.given("title").map(str::to_owned),
        from: when::read("from", fields.text("from"), zone)?,
        until: when::read("until", fields.text("until"), zone)?,
        attributes: None,
        recurs: None,
        reason: fields.text("reason").to_owned(),
    };
    let (stream, expected) = (stream(view), fields.text("revision").parse().ok());
    let of = (&stream, fields.text("window"));
    maintenance::change(view.platform, view.tx, view.who, of, &input, expected)?;
    Ok("saved")
}

fn cancel(view: &mut View<'_, '_>, fields: &Fields, zone: &Zone) -> Result<&'static str, Failure> {
    let input = CancelWindow {
        only: when::read("only", fields.text("only"), zone)?,
        reason: fields.text("reason").to_owned(),
    };
    if fields.text("window").is_empty() {
        return Err(Refusal::not_found().into());
    }
    let (stream, expected) = (stream(view), fields.text("revision").parse().ok());
    let of = (&stream, fields.text("window"));
    maintenance::cancel(view.platform, view.tx, view.who, of, &input, expected)?;
    Ok("withdrawn")
}
