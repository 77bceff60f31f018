//! How the promises of a subscription stand in the cycle in progress.

use platform::live::{self, Budget, Progress};
use platform::subscriptions::Subscription;
use platform::terms::SubscriptionState;
use platform::{Failure, agreements};
use quantity::Ratio;
use settle::settlement::{PromiseResult, Verdict};
use statement::display::{self, LevelFigure};

use super::clause::Clause;
use crate::chart::{Burn, Svg};
use crate::pages::now;
use crate::tone::{Chip, Tone};
use crate::view::View;

/// A promise in the cycle in progress.
#[derive(Debug, Clone)]
pub(crate) struct Promise {
    pub(crate) name: String,
    pub(crate) clause: Clause,
    /// As it would be if nothing more happened.
    pub(crate) level: String,
    /// As it would be if it went on so; empty when that is the same.
    pub(crate) forecast: String,
    pub(crate) target: String,
    pub(crate) chip: Chip,
    pub(crate) burn: Option<Svg>,
    pub(crate) budget: String,
}

/// A subscription with its promises.
#[derive(Debug, Clone)]
pub(crate) struct Served {
    pub(crate) id: String,
    pub(crate) href: String,
    pub(crate) agreement: String,
    pub(crate) plan: String,
    pub(crate) state: Option<Chip>,
    pub(crate) cycle: String,
    pub(crate) left: String,
    pub(crate) owed: String,
    pub(crate) promises: Vec<Promise>,
}

/// The subscription with its cycle in progress; promises are absent while it has none.
pub(crate) fn served(view: &mut View<'_, '_>, it: &Subscription) -> Result<Served, Failure> {
    let progress = match live::progress(view.platform, view.tx, view.who, &it.tenant, &it.id) {
        Ok(progress) if it.terms.state != SubscriptionState::Ended => Some(progress),
        Ok(_) | Err(Failure::Refusal(_)) => None,
        Err(fault) => return Err(fault),
    };
    let title = agreements::get(view.platform, view.tx, view.who, &it.agreement)?.title;
    let mut served = Served {
        id: it.id.clone(),
        href: format!("/customers/{}/subscriptions/{}", it.tenant, it.id),
        agreement: text(view, &title),
        plan: it.terms.plan.clone().unwrap_or_default(),
        state: state_chip(view, it.terms.state),
        cycle: String::new(),
        left: String::new(),
        owed: String::new(),
        promises: Vec::new(),
    };
    if let Some(progress) = progress {
        let show = view.show(&progress.nothing_more.contract.zone);
        served.cycle = view.w.now_cycle(&progress.cycle.label, show.percent(&progress.elapsed()));
        served.left = view.w.now_ends_in(show.span(progress.now, progress.cycle.counted.until()));
        if owes(&progress) {
            served.owed = display::owed(&progress.nothing_more, view.lang);
        }
        served.promises = promises(view, &progress);
    }
    Ok(served)
}

fn owes(progress: &Progress) -> bool {
    let it = &progress.nothing_more;
    !(display::sums_owed(it).is_empty() && display::discretionary(it).is_empty())
}

/// A text in the reader's language.
pub(crate) fn text(view: &View<'_, '_>, it: &platform::text::Text) -> String {
    let half = if view.lang == diagnostic::Lang::Zh { &it.zh } else { &it.en };
    display::half(half, view.lang)
}

/// What is said of a subscription that is not served; nothing of one that is.
pub(crate) fn state_chip(view: &View<'_, '_>, state: SubscriptionState) -> Option<Chip> {
    match state {
        SubscriptionState::Active => None,
        SubscriptionState::Suspended => Some(Chip::new(Tone::Open, view.w.customers_suspended())),
        SubscriptionState::Ended => Some(Chip::new(Tone::Apart, view.w.customers_ended())),
    }
}

/// The promises, what needs looking at first; duties only where one is broken.
pub(crate) fn promises(view: &View<'_, '_>, progress: &Progress) -> Vec<Promise> {
    let shown = |it: &&PromiseResult| !it.duty || it.verdict == Verdict::Breached;
    let found = progress.nothing_more.promises.iter().filter(shown);
    let mut all: Vec<Promise> = found.map(|it| promise(view, progress, it)).collect();
    all.sort_by_key(|it| it.chip.tone);
    all
}

/// One promise.
pub(crate) fn promise(view: &View<'_, '_>, progress: &Progress, it: &PromiseResult) -> Promise {
    let settlement = &progress.nothing_more;
    let budget = budget(progress, it);
    let (level, forecast) = (level(view, progress, it, false), level(view, progress, it, true));
    let drawn = budget.and_then(|found| burn(view, progress, found));
    let (burn, words) = drawn.map_or((None, String::new()), |(svg, words)| (Some(svg), words));
    Promise {
        name: now::name(it),
        clause: Clause::of(view, &progress.terms.published.contract, &it.clause),
        forecast: if forecast == level { String::new() } else { forecast },
        level,
        target: display::target(settlement, it, view.lang).unwrap_or_default(),
        chip: now::chip(view, it, progress.goes_on.promises.iter(), budget),
        burn,
        budget: words,
    }
}

fn level(view: &View<'_, '_>, progress: &Progress, it: &PromiseResult, goes_on: bool) -> String {
    let settlement = if goes_on { &progress.goes_on } else { &progress.nothing_more };
    let level = display::level_of(settlement, it);
    level.map_or_else(String::new, |level| {
        LevelFigure::new(settlement, level).outcome(&level.value, view.lang)
    })
}

fn budget<'a>(progress: &'a Progress, it: &PromiseResult) -> Option<&'a Budget> {
    progress.budgets.iter().find(|found| found.promise == it.name && found.subject == it.subject)
}

/// The part of the budget that is used, drawn and in words.
fn burn(view: &View<'_, '_>, progress: &Progress, budget: &Budget) -> Option<(Svg, String)> {
    let show = view.show(&calendar::Zone::utc());
    let used = budget.used.as_deref().and_then(Ratio::parse_fraction)?;
    let forecast = budget.forecast.as_deref().and_then(Ratio::parse_fraction);
    let elapsed = progress.elapsed();
    let words = match &forecast {
        Some(it) if *it != used => view.w.customers_burn_forecast(show.percent(&used), show.percent(it)),
        _ => view.w.customers_burn(show.percent(&used)),
    };
    let title = view.w.now_budget_title(show.percent(&used), show.percent(&elapsed));
    Some((Burn { title, used, forecast, elapsed }.draw(), words))
}
