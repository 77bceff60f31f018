//! Claims: the provider's queue, a customer's list, making a claim, and each claim with everything that may be done about it.

mod acts;
mod history;
mod list;
mod make;
mod one;

use calendar::Zone;
use platform::claims::ClaimView;
use platform::{Failure, statements};
use serde_json::Value as Json;
use statement::display;
use web::Route;

use crate::pages::statements::terms;
use crate::view::View;

pub(crate) use acts::amount as amount_of;

pub(crate) fn routes() -> Vec<Route> {
    [list::routes(), make::routes(), one::routes(), acts::routes()].into_iter().flatten().collect()
}

/// What a remedy is about, from the statement that says what is due.
pub(crate) struct About {
    /// The agreement's title.
    pub(crate) title: String,
    /// The remedy's clause.
    pub(crate) clause: String,
    /// What is given, in words.
    pub(crate) kind: String,
    pub(crate) zone: Zone,
    /// The contract's currency, `CNY`; empty when it has none.
    pub(crate) currency: String,
    /// What the amount was reckoned from: `24.2184…% of 300.00 USD`; empty when it was not so.
    pub(crate) reckoned: String,
}

/// What a remedy of a statement is about.
pub(crate) fn about(
    view: &mut View<'_, '_>,
    tenant: &str,
    statement: &str,
    (remedy, subject): (&str, Option<&str>),
) -> Result<About, Failure> {
    let lang = view.lang;
    let found = statements::get(view.tx, view.who, tenant, statement)?;
    let terms = terms(view, &found.agreement, &found.version)?;
    let text = |it: &Json, name: &str| it.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let nothing = Vec::new();
    let all = found.summary.get("remedies").and_then(Json::as_array).unwrap_or(&nothing);
    let same = |it: &&Json| text(it, "name") == remedy && it.get("subject").and_then(Json::as_str) == subject;
    let its = all.iter().find(same).or_else(|| all.iter().find(|it| text(it, "name") == remedy));
    let part = |name: &str| its.map(|it| text(it, name)).unwrap_or_default();
    Ok(About {
        title: display::half_of_pair(&terms.contract.title, lang),
        clause: display::half(&part("clause"), lang),
        kind: kind(view, &part("kind")),
        zone: terms.contract.zone.clone(),
        currency: terms.contract.schema.currency.map(|it| it.to_string()).unwrap_or_default(),
        reckoned: its.map(|it| reckoned(view, it)).unwrap_or_default(),
    })
}

/// `24.2184…% of 300.00 USD`.
fn reckoned(view: &View<'_, '_>, remedy: &Json) -> String {
    let share = remedy.get("share").and_then(Json::as_str).and_then(quantity::Ratio::parse_fraction);
    let base = remedy.get("base").and_then(|it| {
        let currency = quantity::Currency::parse(it.get("currency")?.as_str()?)?;
        let value = quantity::Ratio::parse_fraction(it.get("exact")?.as_str()?)?;
        Some(quantity::Quantity::money(value, currency))
    });
    match (share, base) {
        (Some(share), Some(base)) => {
            view.w.claims_share_of(display::share(&share), display::quantity(&base, view.lang))
        }
        _ => String::new(),
    }
}

/// What a remedy gives, in words.
pub(crate) fn kind(view: &View<'_, '_>, kind: &str) -> String {
    let w = view.w;
    match kind {
        "service_credit" => w.claims_kind_service_credit().to_owned(),
        "voucher" => w.claims_kind_voucher().to_owned(),
        "cash" | "direct_payment" | "payment" => w.claims_kind_cash().to_owned(),
        "extension" => w.claims_kind_extension().to_owned(),
        "compensation" => w.claims_kind_compensation().to_owned(),
        "refund" => w.claims_kind_refund().to_owned(),
        other => display::half(other, view.lang).replace('_', " "),
    }
}

/// What a claim is of: an amount, something in kind, or what a person will find right.
pub(crate) fn amount(view: &View<'_, '_>, claim: &ClaimView) -> String {
    let in_kind = claim.awarded_in_kind.as_ref().or(claim.in_kind.as_ref());
    match (claim.awarded.or(claim.due), in_kind) {
        (Some(it), _) => it.to_string(),
        (None, Some(it)) => display::half(it, view.lang),
        (None, None) => view.w.claims_left_open().to_owned(),
    }
}
