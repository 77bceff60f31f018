//! Making a claim: what is due and until when is known already; what the contract asks for is filled in and can be changed.

use askama::Template;
use platform::claims::{self, NewClaim};
use platform::entitlements::{self, Claimable};
use platform::rights::{Resource, Verb};
use platform::{Failure, Refusal, RefusalKind, files};
use statement::display;
use web::Route;

use super::about;
use crate::frame::{Frame, Place};
use crate::page::{Rest, To, page, with_file};
use crate::pages::statements::{Crumb, crumbs, everything};
use crate::tone::Chip;
use crate::view::View;

#[derive(Template)]
#[template(path = "claims/make.html")]
struct Make {
    frame: Frame,
    crumbs: Vec<Crumb>,
    tenant: String,
    on_behalf: bool,
    claim: Option<Claim>,
    /// What became of it when it cannot be claimed.
    made: Vec<(String, Chip)>,
    title: String,
}

struct Claim {
    entitlement: String,
    window: u32,
    amount: String,
    reckoned: String,
    kind: String,
    clause: String,
    label: String,
    statement: String,
    until: String,
    by: String,
    choice: bool,
    fields: Vec<Field>,
    note: String,
}

/// Something the contract asks for.
struct Field {
    name: String,
    label: String,
    value: String,
}

pub(super) fn routes() -> Vec<Route> {
    let show = page("/customers/{tenant}/claim", "claimPage", |view| {
        let tenant = view.id("tenant");
        let entitlement = view.filled("entitlement", view.query("entitlement").unwrap_or_default());
        let window = view.filled("window", view.query("window").unwrap_or_default());
        let found = find(view, tenant, &entitlement, &window)?;
        let made = match found {
            Some(_) => Vec::new(),
            None => made(view, tenant, &entitlement)?,
        };
        let claim = found.map(|it| claim(view, tenant, &it)).transpose()?;
        let crumbs = crumbs(view, tenant, &[("/claims", view.w.claims_title())])?;
        let place = if view.is_provider() { Place::Customers } else { Place::Claims };
        let title = claim
            .as_ref()
            .map_or_else(|| view.w.claims_make_title().to_owned(), |it| view.w.claims_make(&it.label));
        let frame = Frame::new(view, title.clone(), place)?;
        let on_behalf = view.is_provider();
        view.html(&Make { frame, crumbs, tenant: tenant.to_owned(), on_behalf, claim, made, title })
    });
    let make = with_file("/customers/{tenant}/claim", "claimForm", |_, _, _, fields| {
        let file =
            fields.file("file").map(|it| files::prepare(&it.name, &it.media, &it.bytes)).transpose()?;
        let rest: Rest = Box::new(move |view| {
            let tenant = view.id("tenant");
            let found = find(view, tenant, fields.text("entitlement"), fields.text("window"))?;
            let found = found.ok_or_else(not_open)?;
            let input = NewClaim {
                statement: found.statement,
                remedy: found.remedy,
                subject: found.subject,
                window: Some(found.window),
                fields: fields.beginning("field-"),
                note: fields.text("note").to_owned(),
            };
            let made = claims::submit(view.platform, view.tx, view.who, tenant, input)?;
            if let Some(file) = file {
                claims::attach(view.tx, view.who, tenant, &made.id, file)?;
            }
            Ok(To::page(format!("/customers/{tenant}/claims/{}", made.id)).saying("claimed"))
        });
        Ok(rest)
    });
    vec![show, make]
}

fn not_open() -> Refusal {
    Refusal::new(
        RefusalKind::WindowClosed,
        "this cannot be claimed now: its window is not open, or it was claimed already",
        "此项目前不能申请：不在申请期内，或已提出申请",
    )
}

fn find(
    view: &mut View<'_, '_>,
    tenant: &str,
    entitlement: &str,
    window: &str,
) -> Result<Option<Claimable>, Failure> {
    let all = entitlements::claimable(view.platform, view.tx, view.who, tenant)?.items;
    let same = |it: &Claimable| {
        it.entitlement == entitlement && (window.is_empty() || it.window.to_string() == window)
    };
    Ok(all.into_iter().find(same))
}

/// Claims about it that were made before.
fn made(view: &mut View<'_, '_>, tenant: &str, entitlement: &str) -> Result<Vec<(String, Chip)>, Failure> {
    let all = everything(|page| claims::list(view.tx, view.who, tenant, None, page))?;
    let of_it = all.iter().filter(|it| it.entitlement == entitlement);
    Ok(of_it.map(|it| (format!("/customers/{tenant}/claims/{}", it.id), Chip::claim(view.w, it))).collect())
}

fn claim(view: &mut View<'_, '_>, tenant: &str, it: &Claimable) -> Result<Claim, Failure> {
    view.who.tenant(view.tx, tenant, Resource::Claim, Verb::Create)?;
    let about = about(view, tenant, &it.statement, (&it.remedy, it.subject.as_deref()))?;
    let (w, show) = (view.w, view.show(&about.zone));
    let field = |name: &String| Field {
        value: view.filled(&format!("field-{name}"), &w.claims_as_sealed(&it.label, &it.statement)),
        label: display::half(name, view.lang),
        name: name.clone(),
    };
    Ok(Claim {
        entitlement: it.entitlement.clone(),
        window: it.window,
        amount: match (&it.amount, &it.in_kind) {
            (Some(it), _) => it.to_string(),
            (None, Some(it)) => display::half(it, view.lang),
            (None, None) => w.claims_left_open().to_owned(),
        },
        reckoned: about.reckoned,
        kind: about.kind,
        clause: about.clause,
        label: it.label.clone(),
        statement: format!("/customers/{tenant}/statements/{}", it.statement),
        until: match it.closes_at {
            Some(at) => w.claims_before(show.moment(at), show.span(view.tx.now(), at)),
            None => w.claims_no_end().to_owned(),
        },
        by: display::half(&it.by, view.lang),
        choice: it.choice,
        fields: it.requires.iter().map(field).collect(),
        note: view.filled("note", ""),
    })
}
