//! The statements of a customer, the newest cycle first; what a later one superseded is folded under it.

use std::collections::BTreeMap;

use askama::Template;
use platform::rights::{Resource, Verb};
use platform::statements::{self, StatementView};
use platform::{Failure, entitlements, tenants};
use statement::display;
use web::Route;

use super::change::{Change, changes};
use super::said::{counts, headline, left_open, owed};
use super::{Crumb, crumbs, everything, terms};
use crate::by_itself;
use crate::frame::{Frame, Place};
use crate::page::page;
use crate::tone::Chip;
use crate::view::View;

#[derive(Template)]
#[template(path = "statements/list.html")]
struct List {
    frame: Frame,
    crumbs: Vec<Crumb>,
    lead: String,
    rows: Vec<Row>,
}

/// A cycle with the statement that counts.
struct Row {
    label: String,
    href: String,
    title: String,
    span: String,
    chip: Chip,
    counts: String,
    owed: String,
    open: bool,
    sealed: String,
    claim: Option<String>,
    earlier_word: String,
    earlier: Vec<Earlier>,
}

/// A statement that was superseded, and by what.
struct Earlier {
    href: String,
    word: String,
    owed: String,
    reason: String,
    changes: Vec<Change>,
}

pub(crate) fn routes() -> Vec<Route> {
    vec![page("/customers/{tenant}/statements", "statements", |view| {
        let tenant = view.id("tenant");
        let all =
            everything(|page| statements::list(view.tx, view.who, tenant, view.query("subscription"), page))?;
        let mut claimable = BTreeMap::new();
        if view.may_in(tenant, Resource::Claim, Verb::Create) {
            for it in entitlements::claimable(view.platform, view.tx, view.who, tenant)?.items {
                claimable.insert(it.statement, it.entitlement);
            }
        }
        let mut cycles: BTreeMap<(String, String), Vec<StatementView>> = BTreeMap::new();
        for it in all {
            cycles.entry((it.from.to_string(), it.subscription.clone())).or_default().push(it);
        }
        let mut rows = Vec::new();
        for statements in cycles.into_values().rev() {
            rows.extend(row(view, statements, &claimable)?);
        }
        let name = tenants::get(view.platform, view.tx, view.who, tenant)?.name;
        let lead = view.w.statements_lead(display::half(&name, view.lang));
        let place = if view.is_provider() { Place::Customers } else { Place::Statements };
        let crumbs = crumbs(view, tenant, &[])?;
        let title = view.w.statements_title();
        let frame = Frame::new(view, title, place)?;
        view.html(&List { frame, crumbs, lead, rows })
    })]
}

fn row(
    view: &mut View<'_, '_>,
    mut statements: Vec<StatementView>,
    claimable: &BTreeMap<String, String>,
) -> Result<Option<Row>, Failure> {
    statements.sort_by_key(|it| it.number);
    let Some(latest) = statements.pop() else { return Ok(None) };
    let terms = terms(view, &latest.agreement, &latest.version)?;
    let show = view.show(&terms.contract.zone);
    let mut earlier = Vec::new();
    let mut later = &latest;
    for it in statements.iter().rev() {
        earlier.push(Earlier {
            href: href(it),
            word: view.w.statements_number(it.number),
            owed: owed_or_nothing(view, it),
            reason: reason(view, later),
            changes: changes(view, later),
        });
        later = it;
    }
    Ok(Some(Row {
        label: latest.label.clone(),
        href: href(&latest),
        title: display::half_of_pair(&terms.contract.title, view.lang),
        span: view.w.statements_span(show.day(latest.from), show.moment(latest.until)),
        chip: headline(view, &latest),
        counts: counts(view, &latest),
        owed: owed(&latest, view.lang),
        open: left_open(&latest),
        sealed: show.minute(latest.sealed_at),
        claim: claimable
            .get(&latest.id)
            .map(|it| format!("/customers/{}/claim?entitlement={it}", latest.tenant)),
        earlier_word: view.w.statements_earlier(i64::try_from(earlier.len()).unwrap_or(i64::MAX)),
        earlier,
    }))
}

fn href(it: &StatementView) -> String {
    format!("/customers/{}/statements/{}", it.tenant, it.id)
}

fn owed_or_nothing(view: &View<'_, '_>, it: &StatementView) -> String {
    match owed(it, view.lang) {
        sum if sum.is_empty() => view.w.statements_nothing_due().to_owned(),
        sum => sum,
    }
}

/// Why a statement was made; the platform's own reasons in the reader's language.
pub(super) fn reason(view: &View<'_, '_>, it: &StatementView) -> String {
    by_itself::reason(view.w, &it.reason)
}
