//! The cycles in progress under an agreement: every customer's for the provider, its own for a customer.

use std::sync::Arc;

use platform::board::{self, Standing};
use platform::live::{self, Budget, Progress};
use platform::page::{LIMIT_MAX, Page};
use platform::terms::SubscriptionState;
use platform::{Failure, heard, subscriptions, tenants};
use quantity::Ratio;
use settle::settlement::{PromiseResult, Verdict};

use crate::tone::{Chip, Tone};
use crate::view::View;

/// A subscription to an agreement, and how it stands.
pub(super) struct Held {
    pub(super) customer: String,
    pub(super) tenant: String,
    pub(super) subscription: String,
    pub(super) agreement: String,
    /// When evidence of it last came in.
    pub(super) heard: Option<platform::time::Moment>,
    source: Source,
}

enum Source {
    Board(Arc<Standing>),
    Own(Option<Box<Progress>>),
}

impl Held {
    pub(super) fn progress(&self) -> Option<&Progress> {
        match &self.source {
            Source::Board(it) => it.progress.as_ref(),
            Source::Own(it) => it.as_deref(),
        }
    }

    pub(super) fn href(&self) -> String {
        format!("/customers/{}/subscriptions/{}", self.tenant, self.subscription)
    }
}

/// Every subscription that is served and that the caller may see; under one agreement where it is named.
pub(super) fn of(view: &mut View<'_, '_>, agreement: Option<&str>) -> Result<Vec<Held>, Failure> {
    if view.is_provider() { of_all(view, agreement) } else { own(view, agreement) }
}

fn of_all(view: &mut View<'_, '_>, agreement: Option<&str>) -> Result<Vec<Held>, Failure> {
    let heard = heard::last(view.tx, view.who, None)?;
    let standings = board::standings(view.platform, view.tx, view.who)?;
    let under = standings.into_iter().filter(|it| agreement.is_none_or(|id| it.agreement == id));
    let held = |it: Arc<Standing>| Held {
        customer: statement::display::half(&it.tenant_name, view.lang),
        tenant: it.tenant.clone(),
        subscription: it.subscription.clone(),
        agreement: it.agreement.clone(),
        heard: heard.get(&(it.tenant.clone(), it.subscription.clone())).copied(),
        source: Source::Board(it),
    };
    Ok(under.map(held).collect())
}

fn own(view: &mut View<'_, '_>, agreement: Option<&str>) -> Result<Vec<Held>, Failure> {
    let houses: Vec<String> = view.who.tenants().unwrap_or_default().into_iter().map(str::to_owned).collect();
    let mut all = Vec::new();
    for tenant in houses {
        let name = tenants::get(view.platform, view.tx, view.who, &tenant)?.name;
        let heard = heard::last(view.tx, view.who, Some(&tenant))?;
        let page = Page { after: None, limit: LIMIT_MAX };
        let listed = subscriptions::list(view.platform, view.tx, view.who, &tenant, &page)?.items;
        let served = listed.into_iter().filter(|it| it.terms.state == SubscriptionState::Active);
        for it in served.filter(|it| agreement.is_none_or(|id| it.agreement == id)) {
            let progress = match live::progress(view.platform, view.tx, view.who, &tenant, &it.id) {
                Ok(progress) => Some(Box::new(progress)),
                Err(Failure::Refusal(_)) => None,
                Err(fault) => return Err(fault),
            };
            all.push(Held {
                customer: statement::display::half(&name, view.lang),
                heard: heard.get(&(tenant.clone(), it.id.clone())).copied(),
                tenant: tenant.clone(),
                subscription: it.id,
                agreement: it.agreement,
                source: Source::Own(progress),
            });
        }
    }
    Ok(all)
}

/// Broken already, heading for it, on course, or nothing known; and how much of its budget is used.
pub(super) fn state(view: &View<'_, '_>, progress: &Progress, promise: &PromiseResult) -> (Chip, Ratio) {
    let w = view.w;
    let same = |it: &&PromiseResult| it.name == promise.name && it.subject == promise.subject;
    let forecast = progress.goes_on.promises.iter().find(same).map(|it| it.verdict);
    let of_it = |it: &&Budget| it.promise == promise.name && it.subject == promise.subject;
    let used = progress.budgets.iter().find(of_it).and_then(|it| it.used.as_deref());
    let chip = match (promise.verdict, forecast) {
        (Verdict::Breached, _) => Chip::new(Tone::Bad, w.now_broken()),
        (Verdict::Met, Some(Verdict::Breached)) => Chip::new(Tone::Pending, w.now_heading()),
        (Verdict::Met, _) => Chip::new(Tone::Good, w.now_fine()),
        (Verdict::NoData, _) if used.is_none() => Chip::new(Tone::Nothing, w.now_no_data()),
        (verdict, _) => Chip::verdict(w, verdict),
    };
    (chip, used.and_then(Ratio::parse_fraction).unwrap_or(Ratio::ZERO))
}

/// Whether somebody should look.
pub(super) fn is_at_risk(tone: Tone) -> bool {
    matches!(tone, Tone::Bad | Tone::Pending)
}
