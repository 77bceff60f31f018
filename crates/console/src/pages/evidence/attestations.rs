//! Attestations: what the provider declares to hold, with files that show it, until it expires.

use askama::Template;
use calendar::Zone;
use platform::attestations::{self, Attestation, NewAttestation, State};
use platform::page::{LIMIT_MAX, Page};
use platform::rights::{Resource, Verb};
use platform::{Failure, Refusal, files, tenants};
use web::{Reply, Route};

use super::Pick;
use crate::frame::{Frame, Place};
use crate::page::{Rest, To, form, page, with_file};
use crate::pages::customers::actor::{self, People};
use crate::pages::customers::when;
use crate::show::Show;
use crate::tone::{Chip, Tone};
use crate::view::View;

const DAY_NANOS: i128 = 86_400_000_000_000;
/// Days before its end on which an attestation is said to end soon.
const SOON_DAYS: i128 = 30;

#[derive(Template)]
#[template(path = "evidence/attestations.html")]
struct Shown {
    frame: Frame,
    is_provider: bool,
    customers: Vec<Pick>,
    rows: Vec<Row>,
    may_create: bool,
    may_withdraw: bool,
    form: Form,
    open: String,
    reason: String,
}

struct Row {
    id: String,
    tenant: String,
    revision: i64,
    title: String,
    subject: String,
    statement: String,
    from: String,
    until: String,
    chip: Chip,
    left: String,
    files: Vec<File>,
    is_over: bool,
    by: String,
}

struct File {
    name: String,
    href: String,
    length: String,
    sha256: String,
}

/// What was filled in for another one.
struct Form {
    tenant: String,
    subject: String,
    title: String,
    statement: String,
    from: String,
    until: String,
    is_open: bool,
}

pub(super) fn routes() -> Vec<Route> {
    let show = page("/attestations", "attestationsPage", |view| {
        let tenant = view.query("tenant").map(str::to_owned);
        let customers = customers(view, tenant.as_deref().unwrap_or_default())?;
        let page = Page { after: None, limit: LIMIT_MAX };
        let mut found = attestations::list(view.platform, view.tx, view.who, tenant.as_deref(), &page)?.items;
        found.sort_by_key(|it| (it.state as u8 != State::InForce as u8, it.expires_at));
        let show = view.show(&Zone::utc());
        let people = actor::known(view, found.iter().map(|it| it.created_by.as_str()))?;
        let rows = found.iter().map(|it| row(view, &show, &people, it)).collect();
        let title = view.w.evidence_attestations();
        let page = Shown {
            is_provider: view.is_provider(),
            customers,
            rows,
            may_create: view.may(Resource::Attestation, Verb::Create),
            may_withdraw: view.may(Resource::Attestation, Verb::Remove),
            form: filled(view, tenant.as_deref().unwrap_or_default()),
            open: view.filled("attestation", ""),
            reason: view.filled("reason", ""),
            frame: Frame::new(view, title, Place::Attestations)?,
        };
        view.html(&page)
    });
    let act = form("/attestations", "attestationForm", |view, fields| {
        let tenant = fields.given("tenant").map(str::to_owned);
        let done = match fields.text("act") {
            "withdraw" => {
                let of = (tenant.as_deref(), fields.text("attestation"));
                let expected = fields.text("revision").parse().ok();
                attestations::withdraw(
                    view.platform,
                    view.tx,
                    view.who,
                    of,
                    fields.text("reason"),
                    expected,
                )?;
                "withdrawn"
            }
            _ => {
                let utc = Zone::utc();
                let input = NewAttestation {
                    subject: fields.text("subject").to_owned(),
                    title: fields.text("title").to_owned(),
                    statement: fields.lines("statement").trim().to_owned(),
                    from: when::needed("from", fields.text("from"), &utc)?,
                    expires_at: when::needed("until", fields.text("until"), &utc)?,
                    tenant: tenant.clone(),
                };
                attestations::create(view.platform, view.tx, view.who, &input)?;
                "saved"
            }
        };
        Ok(To::page(path(tenant.as_deref())).saying(done))
    });
    vec![show, act, attach(), file()]
}

fn path(tenant: Option<&str>) -> String {
    tenant.map_or_else(|| "/attestations".to_owned(), |it| format!("/attestations?tenant={it}"))
}

/// The file is named and packed beside the writing thread.
fn attach() -> Route {
    with_file("/attestations/{attestation}/files", "attachFileForm", |_, _, _, fields| {
        let file = fields.file("file").ok_or_else(|| Refusal::invalid("choose a file", "请选择文件"))?;
        let file = files::prepare(&file.name, &file.media, &file.bytes)?;
        let tenant = fields.given("tenant").map(str::to_owned);
        let rest: Rest = Box::new(move |view| {
            let of = (tenant.as_deref(), view.id("attestation"));
            attestations::attach(view.platform, view.tx, view.who, of, file, None)?;
            Ok(To::page(path(tenant.as_deref())).saying("saved"))
        });
        Ok(rest)
    })
}

fn file() -> Route {
    page("/attestations/{attestation}/files/{sha256}", "attestationFile", |view| {
        let of = (view.query("tenant"), view.id("attestation"));
        let (file, bytes) = attestations::file(view.platform, view.tx, view.who, of, view.id("sha256"))?;
        Ok(Reply::bytes(&file.media, bytes).file(&file.name))
    })
}

fn customers(view: &mut View<'_, '_>, chosen: &str) -> Result<Vec<Pick>, Failure> {
    if !view.is_provider() {
        return Ok(Vec::new());
    }
    let page = Page { after: None, limit: LIMIT_MAX };
    let found = tenants::list(view.platform, view.tx, view.who, &page)?.items;
    let pick = |it: tenants::Tenant| Pick {
        word: statement::display::half(&it.name, view.lang),
        chosen: it.id == chosen,
        id: it.id,
    };
    Ok(found.into_iter().map(pick).collect())
}

fn filled(view: &View<'_, '_>, tenant: &str) -> Form {
    Form {
        tenant: view.filled("tenant", tenant),
        subject: view.filled("subject", ""),
        title: view.filled("title", ""),
        statement: view.filled("statement", ""),
        from: view.filled("from", &Zone::utc().date(view.tx.now()).to_string()),
        until: view.filled("until", ""),
        is_open: view.parts.again.is_some() && view.filled("act", "") == "create",
    }
}

fn row(view: &View<'_, '_>, show: &Show, people: &People, it: &Attestation) -> Row {
    let (w, now) = (view.w, view.tx.now());
    let left = it.expires_at.0.nanos_since(now);
    let (chip, words) = match it.state {
        State::Withdrawn => (Chip::new(Tone::Apart, w.evidence_att_withdrawn()), String::new()),
        State::Expired => (Chip::new(Tone::Bad, w.evidence_att_expired()), String::new()),
        State::Ahead => {
            (Chip::new(Tone::Pending, w.evidence_att_ahead()), w.evidence_att_begins(show.span(now, it.from)))
        }
        State::InForce if left < SOON_DAYS * DAY_NANOS => (
            Chip::new(Tone::Pending, w.evidence_att_soon()),
            w.evidence_att_left(show.span(now, it.expires_at)),
        ),
        State::InForce => (
            Chip::new(Tone::Good, w.evidence_att_holds()),
            w.evidence_att_left(show.span(now, it.expires_at)),
        ),
    };
    let query = it.tenant.as_deref().map_or_else(String::new, |it| format!("?tenant={it}"));
    let file = |found: &files::File| File {
        name: found.name.clone(),
        href: format!("/attestations/{}/files/{}{query}", it.id, found.sha256),
        length: show.count(found.length),
        sha256: found.sha256.clone(),
    };
    Row {
        id: it.id.clone(),
        tenant: it.tenant.clone().unwrap_or_default(),
        revision: it.revision,
        title: show.half(&it.title),
        subject: show.half(&it.subject),
        statement: show.half(&it.statement),
        from: show.day(it.from),
        until: show.day(it.expires_at),
        chip,
        left: words,
        files: it.files.iter().map(file).collect(),
        is_over: matches!(it.state, State::Withdrawn),
        by: actor::named(view, people, &it.created_by),
    }
}
