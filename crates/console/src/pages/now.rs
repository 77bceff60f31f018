//! The provider's first page: promises at risk, by money and by time left; and what waits for a person.

use std::sync::Arc;

use askama::Template;
use calendar::Zone;
use platform::board::{self, Standing};
use platform::live::Budget;
use platform::page::Page;
use platform::rights::{Resource, Verb};
use platform::{Failure, claims, decisions};
use quantity::Ratio;
use settle::settlement::{PromiseResult, Verdict};
use statement::display::{self, LevelFigure};
use web::Route;

use crate::chart::{Burn, Svg};
use crate::frame::{Frame, Place};
use crate::page::page;
use crate::tone::{Chip, Tone};
use crate::view::View;

#[derive(Template)]
#[template(path = "now.html")]
struct Now {
    frame: Frame,
    lead: String,
    waiting: Vec<Waiting>,
    at_risk: Vec<Row>,
    fine: Vec<Row>,
    is_empty: bool,
}

/// Something that waits for a person.
struct Waiting {
    href: String,
    tone: Tone,
    text: String,
    detail: String,
}

/// A promise of a subscription.
struct Row {
    customer: String,
    href: String,
    agreement: String,
    clause: String,
    promise: String,
    cycle: String,
    level: String,
    target: String,
    chip: Chip,
    burn: Option<Svg>,
    at_stake: String,
    left: String,
    order: Order,
}

/// Worst first: what is broken, then what is heading there; where money is owed before where none is; the more of its
/// budget a promise has used the higher.
type Order = (Tone, bool, std::cmp::Reverse<Ratio>, String);

pub(crate) fn routes() -> Vec<Route> {
    vec![page("/now", "now", |view| {
        let standings = board::standings(view.platform, view.tx, view.who)?;
        let mut rows: Vec<Row> = standings.iter().flat_map(|it| rows(view, it)).collect();
        rows.sort_by(|one, other| one.order.cmp(&other.order));
        let (at_risk, fine) =
            rows.into_iter().partition(|it| matches!(it.chip.tone, Tone::Bad | Tone::Pending | Tone::Open));
        let waiting = waiting(view)?;
        let title = view.w.now_title();
        let lead = view.w.now_lead(i64::try_from(standings.len()).unwrap_or(i64::MAX));
        let frame = Frame::new(view, title, Place::Now)?;
        view.html(&Now { frame, lead, waiting, at_risk, fine, is_empty: standings.is_empty() })
    })]
}

fn rows(view: &View<'_, '_>, standing: &Arc<Standing>) -> Vec<Row> {
    let Some(progress) = &standing.progress else { return Vec::new() };
    let settlement = &progress.nothing_more;
    let shown = |it: &&PromiseResult| !it.duty || it.verdict == Verdict::Breached;
    settlement
        .promises
        .iter()
        .filter(shown)
        .map(|promise| {
            let (w, show) = (view.w, view.show(&settlement.contract.zone));
            let budget = progress
                .budgets
                .iter()
                .find(|it| it.promise == promise.name && it.subject == promise.subject);
            let chip = chip(view, promise, progress.goes_on.promises.iter(), budget);
            let elapsed = progress.elapsed();
            let used = budget.and_then(|it| it.used.as_deref()).and_then(Ratio::parse_fraction);
            let forecast = budget.and_then(|it| it.forecast.as_deref()).and_then(Ratio::parse_fraction);
            let burn = used.as_ref().map(|used| {
                let title = w.now_budget_title(show.percent(used), show.percent(&elapsed));
                Burn { title, used: used.clone(), forecast, elapsed: elapsed.clone() }.draw()
            });
            let level = display::level_of(settlement, promise);
            let worst = if chip.tone == Tone::Pending { &progress.goes_on } else { settlement };
            let free = display::sums_owed(worst).is_empty() && display::discretionary(worst).is_empty();
            let order =
                (chip.tone, free, std::cmp::Reverse(used.unwrap_or(Ratio::ZERO)), standing.tenant.clone());
            Row {
                customer: show.half(&standing.tenant_name),
                href: format!("/customers/{}/subscriptions/{}", standing.tenant, standing.subscription),
                agreement: display::half_of_pair(&settlement.contract.title, view.lang),
                promise: name(promise),
                clause: show.half(&promise.clause),
                cycle: w.now_cycle(&settlement.cycle.label, show.percent(&elapsed)),
                level: level.map_or_else(String::new, |it| {
                    LevelFigure::new(settlement, it).outcome(&it.value, view.lang)
                }),
                target: display::target(settlement, promise, view.lang).unwrap_or_default(),
                chip,
                burn,
                at_stake: display::owed(worst, view.lang),
                left: w.now_ends_in(show.span(progress.now, settlement.cycle.counted.until())),
                order,
            }
        })
        .collect()
}

pub(crate) fn name(promise: &PromiseResult) -> String {
    let name = promise.name.replace('_', " ");
    promise.subject.as_ref().map_or(name.clone(), |it| format!("{name} · {it}"))
}

/// Broken already, heading for it, on course, or nothing known.
pub(crate) fn chip<'a>(
    view: &View<'_, '_>,
    promise: &PromiseResult,
    mut forecasts: impl Iterator<Item = &'a PromiseResult>,
    budget: Option<&Budget>,
) -> Chip {
    let w = view.w;
    let forecast = forecasts.find(|it| it.name == promise.name && it.subject == promise.subject);
    let has_burnt = budget.and_then(|it| it.used.as_deref()).is_some();
    match (promise.verdict, forecast.map(|it| it.verdict)) {
        (Verdict::Breached, _) => Chip::new(Tone::Bad, w.now_broken()),
        (Verdict::Met, Some(Verdict::Breached)) => Chip::new(Tone::Pending, w.now_heading()),
        (Verdict::Met, _) => Chip::new(Tone::Good, w.now_fine()),
        (Verdict::NoData, _) if !has_burnt => Chip::new(Tone::Nothing, w.now_no_data()),
        (verdict, _) => Chip::verdict(w, verdict),
    }
}

fn waiting(view: &mut View<'_, '_>) -> Result<Vec<Waiting>, Failure> {
    let (w, show) = (view.w, view.show(&Zone::utc()));
    let mut all = Vec::new();
    if view.may(Resource::Claim, Verb::Read) {
        let queue = claims::queue(view.tx, view.who, None, &Page::default())?;
        if !queue.items.is_empty() {
            let next = queue.items.iter().filter_map(|it| it.deadlines.values().min()).min();
            all.push(Waiting {
                href: "/claims".to_owned(),
                tone: Tone::Pending,
                text: w.now_claims(i64::try_from(queue.items.len()).unwrap_or(i64::MAX)),
                detail: next.map_or_else(String::new, |it| w.now_next_deadline(show.day(*it))),
            });
        }
    }
    if view.may(Resource::Decision, Verb::Read) {
        let open = decisions::list(view.tx, view.who, Some("open"), &Page::default())?;
        if !open.items.is_empty() {
            all.push(Waiting {
                href: "/decisions".to_owned(),
                tone: Tone::Open,
                text: w.now_decisions(i64::try_from(open.items.len()).unwrap_or(i64::MAX)),
                detail: String::new(),
            });
        }
    }
    Ok(all)
}
