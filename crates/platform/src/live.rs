//! The cycle in progress: levels so far, the error budget, the money at risk, and where it is heading.

use language::contract::Compare;
use quantity::{Quantity, Ratio};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;
use settle::Settlement;
use settle::settlement::{CycleSpan, PromiseResult};
use store::{Scope, Tx};
use timeline::{Instant, Interval};

use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::Failure;
use crate::rights::{Resource, Verb};
use crate::settling::{InForce, parts};
use crate::time::Moment;

/// A subscription's cycle in progress.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Live {
    /// The tenant.
    pub tenant: String,
    /// The subscription.
    pub subscription: String,
    /// The agreement.
    pub agreement: String,
    /// The version in force.
    pub version: String,
    /// The plan held.
    pub plan: Option<String>,
    /// The cycle.
    pub label: String,
    /// When it began.
    pub from: Moment,
    /// When it ends.
    pub until: Moment,
    /// The moment all of this is about.
    pub now: Moment,
    /// The part of the cycle that is over, `num/den`.
    pub elapsed: String,
    /// Levels and promises: as they would be if nothing more happened, and if it went on as so far.
    pub if_nothing_more: Json,
    /// The same if the rest of the cycle is like the part that is over.
    pub if_it_goes_on: Json,
    /// For each promise of a share: how much of what may fail has failed.
    pub budgets: Vec<Budget>,
}

/// How much of what a promise lets fail has failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Budget {
    /// The promise.
    pub promise: String,
    /// Of whom or what.
    pub subject: Option<String>,
    /// The level it is about.
    pub level: String,
    /// The part that is used, `num/den`; more than 1 is a breach. Absent when the target leaves no room at all.
    pub used: Option<String>,
    /// The part that is used if it goes on as so far.
    pub forecast: Option<String>,
}

/// The cycle in progress, settled twice.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The terms in force.
    pub terms: InForce,
    /// The cycle.
    pub cycle: CycleSpan,
    /// The moment all of this is about.
    pub now: Instant,
    /// As it would be if nothing more happened.
    pub nothing_more: Settlement,
    /// As it would be if the rest were like the part that is over.
    pub goes_on: Settlement,
    /// For each promise of a share: how much of what may fail has failed.
    pub budgets: Vec<Budget>,
}

/// The cycle in progress of one subscription, as the API shows it.
pub fn of(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    subscription: &str,
) -> Result<Live, Failure> {
    let it = progress(platform, tx, who, tenant, subscription)?;
    let contract = &it.terms.published.contract;
    Ok(Live {
        tenant: tenant.to_owned(),
        subscription: subscription.to_owned(),
        agreement: contract.id.clone(),
        version: contract.version.clone(),
        plan: it.terms.plan.clone(),
        label: it.cycle.label.clone(),
        from: it.cycle.counted.from().into(),
        until: it.cycle.counted.until().into(),
        now: it.now.into(),
        elapsed: it.elapsed().fraction(),
        if_nothing_more: shown(&it.nothing_more),
        if_it_goes_on: shown(&it.goes_on),
        budgets: it.budgets,
    })
}

/// The cycle in progress of one subscription.
pub fn progress(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    subscription: &str,
) -> Result<Progress, Failure> {
    let handle = who.tenant(tx, tenant, Resource::Cycle, Verb::Read)?;
    let now = tx.now();
    let terms = InForce::at(platform, tx, &handle, subscription, (now, Instant::MAX))?;
    let at = terms
        .until
        .map_or(now, |it| now.min(Instant::from_nanos(it.nanos().saturating_sub(1))))
        .max(terms.since);
    let cycle = terms.cycle_at(at)?;
    // The agreement's own stream belongs to no tenant; other tenants' records in it are left out.
    tx.enter(Scope::Provider)?;
    let known = terms.evidence(platform, tx, now)?.merged();
    let until = cycle.counted.until();
    let nothing_more = terms.settle(platform, &known, &cycle, until.max(now))?.0;
    let goes_on = match so_far(&cycle, now) {
        Some(part) => terms.settle(platform, &known, &part, now)?.0,
        None => nothing_more.clone(),
    };
    let budgets = budgets(&nothing_more, &goes_on);
    Ok(Progress { terms, cycle, now, nothing_more, goes_on, budgets })
}

impl Progress {
    /// The part of the cycle that is over, from 0 to 1.
    pub fn elapsed(&self) -> Ratio {
        let counted = self.cycle.counted;
        let part = |until: Instant| until.min(counted.until()).nanos_since(counted.from()).max(0);
        Ratio::new(part(self.now), part(counted.until())).unwrap_or(Ratio::ONE)
    }
}

/// The part of the cycle that is over.
fn so_far(cycle: &CycleSpan, now: Instant) -> Option<CycleSpan> {
    let until = now.min(cycle.counted.until());
    let counted = Interval::new(cycle.counted.from(), until).filter(|it| it.from() < it.until())?;
    Some(CycleSpan { label: cycle.label.clone(), counted, whole: counted })
}

/// What a live view shows of a settlement.
fn shown(settlement: &Settlement) -> Json {
    parts(settlement, &["status", "levels", "promises", "remedies", "rights", "lints"])
}

fn budgets(nothing_more: &Settlement, goes_on: &Settlement) -> Vec<Budget> {
    let budget = |it: &PromiseResult| {
        let (level, (compare, target)) = (it.level.clone()?, it.target.clone()?);
        let share = nothing_more.levels.iter().any(|found| found.name == level && found.percent);
        if !share || !matches!(compare, Compare::AtLeast | Compare::More) {
            return None;
        }
        Some(Budget {
            promise: it.name.clone(),
            subject: it.subject.clone(),
            used: used(nothing_more, &level, it.subject.as_deref(), &target),
            forecast: used(goes_on, &level, it.subject.as_deref(), &target),
            level,
        })
    };
    nothing_more.promises.iter().filter_map(budget).collect()
}

/// (1 − level) / (1 − target).
fn used(settlement: &Settlement, level: &str, subject: Option<&str>, target: &Quantity) -> Option<String> {
    let found = settlement.levels.iter().find(|it| it.name == level && it.subject.as_deref() == subject)?;
    let failed = Ratio::ONE.sub(&found.value.as_ref().ok()?.value).ok()?;
    let may_fail = Ratio::ONE.sub(&target.value).ok()?;
    failed.div(&may_fail).ok().map(|it| it.fraction())
}
