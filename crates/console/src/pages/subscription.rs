//! A subscription: live levels beside their targets, the cycle on a timeline, the past cycles, its terms, and what can be
//! done with it.

use askama::Template;
use platform::live::{self, Progress};
use platform::page::{LIMIT_MAX, Page};
use platform::records::{self, Records};
use platform::rights::{Resource, Verb};
use platform::subscriptions::{self, Renewal, Subscription};
use platform::terms::SubscriptionState;
use platform::{Failure, cycles, tenants};
use settle::settlement::{PromiseResult, Verdict};
use statement::display::{self, LevelFigure};
use web::Route;

use super::customers::clause::{Clause, rule};
use super::customers::manage::{Choice, Parameter, parameters, plans};
use super::customers::promises::{Promise, promise, state_chip};
use super::customers::when;
use super::evidence::lanes::{Drawn, of_cycle};
use crate::frame::{Frame, Place};
use crate::page::page;
use crate::tone::{Chip, Tone};
use crate::view::View;

mod act;
mod past;
mod terms;
pub(crate) mod waterfall;

use past::Past;
use terms::{Changed, Document};
use waterfall::Fallen;

#[derive(Template)]
#[template(path = "customers/subscription.html")]
struct Shown {
    frame: Frame,
    is_provider: bool,
    tenant: String,
    tenant_name: String,
    id: String,
    plan: String,
    state: Option<Chip>,
    lead: String,
    here: String,
    live: Option<Live>,
    past: Option<Past>,
    cycles: Vec<Cycle>,
    terms: Vec<(&'static str, String)>,
    agreement_href: String,
    /// Where its records in volume are told; empty where there are none, or they are not for the reader.
    volume: String,
    /// Where the fees on record are; empty where the contract knows none.
    fees: String,
    history: Vec<Changed>,
    documents: Vec<Document>,
    acts: Acts,
}

/// The cycle in progress.
struct Live {
    label: String,
    left: String,
    elapsed: String,
    /// What keeps the cycle from being final, as its statement will name it.
    unclassified: Vec<String>,
    owed: String,
    owed_forecast: String,
    levels: Vec<Level>,
    others: Vec<Promise>,
    timeline: Option<Drawn>,
    fallen: Vec<Fallen>,
    excluded: Vec<Excluded>,
}

/// A level with the promises that compare it.
struct Level {
    name: String,
    subject: String,
    value: String,
    is_absent: bool,
    forecast: String,
    without: String,
    tone: &'static str,
    clause: Clause,
    promises: Vec<Promise>,
}

/// Time or events taken out of account.
struct Excluded {
    from: String,
    until: String,
    long: String,
    cause: String,
    clause: Clause,
}

/// A cycle of the subscription.
struct Cycle {
    label: String,
    period: String,
    close_at: String,
    chip: Chip,
    reasons: Vec<String>,
    may_close: bool,
    is_blocked: bool,
}

/// What may be done, with what forms begin with.
struct Acts {
    any: bool,
    plan: bool,
    suspend: bool,
    resume: bool,
    renew: bool,
    end: bool,
    open: String,
    reason: String,
    revision: i64,
    zone: String,
    plans: Vec<Choice>,
    parameters: Vec<Parameter>,
    from: String,
    until: String,
    at: String,
}

pub(crate) fn routes() -> Vec<Route> {
    let show = page("/customers/{tenant}/subscriptions/{subscription}", "subscriptionPage", |view| {
        let (tenant, id) = (view.id("tenant"), view.id("subscription"));
        let it = subscriptions::get(view.platform, view.tx, view.who, tenant, id)?;
        let tenant_name = tenants::get(view.platform, view.tx, view.who, tenant)?.name;
        let published = view.platform.contracts.get(view.tx, &it.agreement, &it.terms.version)?;
        let title = display::half_of_pair(&published.contract.title, view.lang);
        let tenant_name = display::half(&tenant_name, view.lang);
        let is_provider = view.is_provider();
        let show = view.show(&published.contract.zone);
        let page = Shown {
            is_provider,
            tenant: tenant.to_owned(),
            id: id.to_owned(),
            plan: it.terms.plan.clone().unwrap_or_default(),
            state: state_chip(view, it.terms.state),
            lead: view.w.customers_subscription_lead(&tenant_name, show.day(it.since)),
            here: format!("/customers/{tenant}/subscriptions/{id}"),
            live: in_progress(view, tenant, id)?,
            past: past::of(view, tenant, &it)?,
            cycles: cycles_of(view, tenant, id, &show)?,
            terms: terms::pairs(view, &it, &published.contract),
            agreement_href: format!("/agreements/{}", it.agreement),
            volume: volume(view, &published.contract, (tenant, id)),
            fees: fees(&published.contract, tenant, id),
            history: terms::history(view, &it, &show),
            documents: terms::documents(view, &it),
            acts: acts(view, &it, &published.contract),
            tenant_name,
            frame: Frame::new(view, title, if is_provider { Place::Customers } else { Place::Home })?,
        };
        view.html(&page)
    });
    vec![show, act::route()]
}

fn volume(view: &View<'_, '_>, contract: &language::Contract, (tenant, id): (&str, &str)) -> String {
    let seen = view.may_in(tenant, Resource::Evidence, Verb::Read);
    if seen { super::evidence::volume_path(contract, tenant, id) } else { String::new() }
}

fn fees(contract: &language::Contract, tenant: &str, id: &str) -> String {
    let known = contract.schema.fact("fee").is_some();
    if known { format!("/customers/{tenant}/subscriptions/{id}/evidence?fact=fee") } else { String::new() }
}

fn in_progress(view: &mut View<'_, '_>, tenant: &str, id: &str) -> Result<Option<Live>, Failure> {
    let progress = match live::progress(view.platform, view.tx, view.who, tenant, id) {
        Ok(it) => it,
        Err(Failure::Refusal(_)) => return Ok(None),
        Err(fault) => return Err(fault),
    };
    let seen = view.may_in(tenant, Resource::Evidence, Verb::Read);
    let records =
        if seen { Some(records::open(view.platform, view.tx, view.who, (tenant, id))?) } else { None };
    Ok(Some(live_of(view, &progress, records.as_ref())))
}

fn live_of(view: &View<'_, '_>, progress: &Progress, records: Option<&Records>) -> Live {
    let settlement = &progress.nothing_more;
    let show = view.show(&settlement.contract.zone);
    let shown = |it: &&PromiseResult| !it.duty || it.verdict == Verdict::Breached;
    let levelled = |it: &PromiseResult| display::level_of(settlement, it).is_some();
    let mut others: Vec<Promise> = settlement
        .promises
        .iter()
        .filter(shown)
        .filter(|it| !levelled(it))
        .map(|it| promise(view, progress, it))
        .collect();
    others.sort_by_key(|it| it.chip.tone);
    let owed =
        |it| if display::sums_owed(it).is_empty() { String::new() } else { display::owed(it, view.lang) };
    let (owed_now, owed_then) = (owed(settlement), owed(&progress.goes_on));
    Live {
        label: progress.cycle.label.clone(),
        left: view.w.now_ends_in(show.span(progress.now, progress.cycle.counted.until())),
        elapsed: show.percent(&progress.elapsed()),
        unclassified: unclassified(view, settlement),
        owed_forecast: if owed_then == owed_now { String::new() } else { owed_then },
        owed: owed_now,
        levels: levels(view, progress),
        others,
        timeline: records.and_then(|it| of_cycle(view, it, progress)),
        fallen: records.map_or_else(Vec::new, |it| waterfall::of(view, progress, it)),
        excluded: excluded(view, progress),
    }
}

/// Receipts in no class, which no figure counts.
fn unclassified(view: &View<'_, '_>, settlement: &settle::Settlement) -> Vec<String> {
    let found = settlement.lints.iter().filter(|it| it.code == settle::UNCLASSIFIED);
    found.map(|it| it.message.in_lang(view.lang).to_owned()).collect()
}

/// Every level, the broken ones first.
fn levels(view: &View<'_, '_>, progress: &Progress) -> Vec<Level> {
    let settlement = &progress.nothing_more;
    let contract = &progress.terms.published.contract;
    let mut all: Vec<(Tone, Level)> = Vec::new();
    for level in &settlement.levels {
        let figure = LevelFigure::new(settlement, level);
        let promises: Vec<Promise> =
            display::promises_on(settlement, level).map(|it| promise(view, progress, it)).collect();
        let then =
            progress.goes_on.levels.iter().find(|it| it.name == level.name && it.subject == level.subject);
        let value = figure.outcome(&level.value, view.lang);
        let forecast = then.map_or_else(String::new, |it| {
            LevelFigure::new(&progress.goes_on, it).outcome(&it.value, view.lang)
        });
        let none = if level.value.is_ok() { Tone::Apart } else { Tone::Nothing };
        let tone = promises.iter().map(|it| it.chip.tone).min().unwrap_or(none);
        let without = level.without_exclusions.as_ref().map(|it| figure.outcome(it, view.lang));
        all.push((
            tone,
            Level {
                name: rule(view.lang, &level.name, &level.clause),
                subject: level.subject.clone().unwrap_or_default(),
                is_absent: level.value.is_err(),
                forecast: if forecast == value { String::new() } else { forecast },
                value,
                without: without.unwrap_or_default(),
                tone: tone.class(),
                clause: Clause::of(view, contract, &level.clause),
                promises,
            },
        ));
    }
    all.sort_by_key(|it| it.0);
    all.into_iter().map(|it| it.1).collect()
}

/// Everything taken out of account so far, in time.
fn excluded(view: &View<'_, '_>, progress: &Progress) -> Vec<Excluded> {
    let settlement = &progress.nothing_more;
    let (contract, show) = (&progress.terms.published.contract, view.show(&settlement.contract.zone));
    let one = |it: &settle::settlement::Excluded| Excluded {
        from: show.minute(it.from),
        until: show.minute(it.until),
        long: display::excluded(&it.measure, view.lang),
        cause: it.text.as_deref().map_or_else(|| it.cause.replace('_', " "), |text| show.half(text)),
        clause: Clause::of(view, contract, &it.clause),
    };
    let mut found: Vec<_> = settlement.excluded.iter().collect();
    found.sort_by_key(|it| (it.from, it.until));
    found.into_iter().map(one).collect()
}

fn cycles_of(
    view: &mut View<'_, '_>,
    tenant: &str,
    id: &str,
    show: &crate::show::Show,
) -> Result<Vec<Cycle>, Failure> {
    let page = Page { after: None, limit: LIMIT_MAX };
    let mut found = cycles::list(view.tx, view.who, tenant, id, &page)?.items;
    found.sort_by_key(|it| std::cmp::Reverse(it.from));
    let (w, now) = (view.w, view.tx.now());
    let may = view.may_in(tenant, Resource::Cycle, Verb::Decide);
    let zh = view.lang == diagnostic::Lang::Zh;
    let reasons = |it: &serde_json::Value| {
        let texts = it.as_array().into_iter().flatten();
        texts.filter_map(|it| it[if zh { "zh" } else { "en" }].as_str()).map(str::to_owned).collect()
    };
    let chip = |state: &str, is_over: bool| match state {
        "sealed" => Chip::new(Tone::Good, w.customers_cycle_sealed()),
        "blocked" => Chip::new(Tone::Open, w.customers_cycle_blocked()),
        _ if is_over => Chip::new(Tone::Pending, w.customers_cycle_grace()),
        _ => Chip::new(Tone::Pending, w.customers_cycle_open()),
    };
    Ok(found
        .into_iter()
        .map(|it| {
            let is_over = it.until.0 <= now;
            Cycle {
                period: w.customers_period(show.day(it.from), show.day(it.until)),
                close_at: show.minute(it.close_at),
                chip: chip(&it.state, is_over),
                reasons: reasons(&it.reasons),
                may_close: may && is_over && it.state != "sealed",
                is_blocked: it.state == "blocked",
                label: it.label,
            }
        })
        .collect())
}

fn acts(view: &View<'_, '_>, it: &Subscription, contract: &language::Contract) -> Acts {
    let may = |verb| view.may(Resource::Subscription, verb) && it.terms.state != SubscriptionState::Ended;
    let (change, remove) = (may(Verb::Change), may(Verb::Remove));
    let suspended = it.terms.state == SubscriptionState::Suspended;
    let known = |name: &str| it.terms.parameters.get(name).cloned().unwrap_or_default();
    let held = view.filled("plan", it.terms.plan.as_deref().unwrap_or_default());
    let parameters = parameters(view, contract, known);
    Acts {
        any: change || remove,
        plan: change && !(contract.plans.is_empty() && parameters.is_empty()),
        suspend: change && !suspended,
        resume: change && suspended,
        renew: change && (it.terms.until.is_some() || it.renewal != Renewal::None),
        end: remove,
        open: view.filled("act", ""),
        reason: view.filled("reason", ""),
        revision: it.revision,
        zone: contract.zone.name().to_owned(),
        plans: plans(contract, &held),
        parameters,
        from: view.filled("from", ""),
        until: view.filled(
            "until",
            &it.terms.until.map_or_else(String::new, |at| when::shown(&contract.zone, at.0)),
        ),
        at: view.filled("at", ""),
    }
}
