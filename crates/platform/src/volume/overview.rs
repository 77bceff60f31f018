//! A cycle's records in volume at a glance: from those submitted to those that count and those that succeed, as the contract's
//! rules count them, by subject, by attribute, by day and by hour.
//!
//! What is asked about is looked up in a transaction ([`look`]); the questions themselves are asked outside of it
//! ([`Look::answer`]), for they may read many files.

mod asking;
mod tally;
mod view;
mod waiting;

use std::sync::Arc;

use ::evidence::FactSchema;
use ::lake::{FileEntry, LakeFacts};
use language::Contract;
use settle::counted::{CountedBy, counted};
use settle::settlement::CycleSpan;
use store::{Fault, Scope, Tx, values};
use timeline::{Instant, Interval};

pub use view::{
    Breakdown, BreakdownKind, Day, ExcludedBy, Group, Hour, Others, Outcome, Overview, RuleView, Slice, Step,
    Tally, Waiting,
};

use asking::Questions;

use super::unreachable;
use crate::contracts::Published;
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal};
use crate::rights::{Resource, TenantHandle, Verb};
use crate::settling::{Given, InForce};

/// What somebody wants to see; what is left out is chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The cycle's label; the one in progress.
    pub cycle: Option<String>,
    /// The fact; the contract's first in volume.
    pub fact: Option<String>,
    /// The position of the rule by whose success is counted; the first that takes a share.
    pub rule: Option<usize>,
}

/// Everything that the answer rests on; nothing of it changes while the lake is asked.
pub struct Look {
    terms: InForce,
    cycle: CycleSpan,
    as_of: Instant,
    fact: usize,
    rule: Option<usize>,
    given: Given,
    /// Merged files, which share no record: new records of a day are among them once they are merged.
    files: Vec<FileEntry>,
    waiting: Waiting,
}

/// The facts of a contract whose records come in volume.
pub fn facts_in_volume(contract: &Contract) -> impl Iterator<Item = (usize, &FactSchema)> {
    contract.schema.facts.iter().enumerate().filter(|(_, it)| it.volume)
}

/// Looks up what is asked about. Refused when the contract has no such fact, or there is no such cycle.
pub fn look(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    (tenant, subscription): (&str, &str),
    wanted: &Wanted,
) -> Result<Look, Failure> {
    let handle = who.tenant(tx, tenant, Resource::Evidence, Verb::Read)?;
    let as_of = tx.now();
    let (terms, cycle) = governing(platform, tx, &handle, subscription, wanted.cycle.as_deref())?;
    let fact = chosen(&terms.published, wanted.fact.as_deref())?;
    let name = terms.published.contract.schema.facts.get(fact).map(|it| it.name.clone()).unwrap_or_default();
    let waiting = waiting::batches(tx, (tenant, subscription), cycle.counted)?;
    // The agreement's own stream belongs to no tenant; other tenants' records in it are left out.
    tx.enter(Scope::Provider)?;
    let known = terms.evidence(platform, tx, as_of)?;
    let given = terms.given(&known, &cycle, as_of)?;
    let waiting = waiting::files(waiting, &known.files, &name, cycle.counted);
    let files = known.files.into_iter().filter(|it| it.settled).collect();
    Ok(Look { terms, cycle, as_of, fact, rule: wanted.rule, given, files, waiting })
}

/// The terms that govern the cycle of that label, or the one in progress, and the cycle.
fn governing(
    platform: &Platform,
    tx: &mut Tx<'_>,
    tenant: &TenantHandle,
    subscription: &str,
    label: Option<&str>,
) -> Result<(InForce, CycleSpan), Failure> {
    let Some(label) = label else {
        let now = tx.now();
        let terms = InForce::at(platform, tx, tenant, subscription, (now, Instant::MAX))?;
        let last = terms.until.map_or(now, |it| now.min(Instant::from_nanos(it.nanos().saturating_sub(1))));
        let cycle = terms.cycle_at(last.max(terms.since))?;
        return Ok((terms, cycle));
    };
    let row = tx.row(
        "SELECT from_at FROM cycle WHERE tenant_id = $1 AND subscription_id = $2 AND label = $3",
        values![tenant.id(), subscription, label],
    )?;
    let from: Instant = row.ok_or_else(Refusal::not_found)?.get(0)?;
    let terms = InForce::at(platform, tx, tenant, subscription, (from, Instant::MAX))?;
    let cycle = terms.cycle_named(label)?;
    Ok((terms, cycle))
}

fn chosen(published: &Arc<Published>, name: Option<&str>) -> Result<usize, Failure> {
    let mut all = facts_in_volume(&published.contract);
    let found = all.find(|(_, it)| name.is_none_or(|name| it.name == name));
    Ok(found.ok_or_else(Refusal::not_found)?.0)
}

impl Look {
    /// The cycle.
    pub fn cycle(&self) -> &CycleSpan {
        &self.cycle
    }

    /// The contract that governs it.
    pub fn published(&self) -> &Arc<Published> {
        &self.terms.published
    }

    /// Asks the lake. Not to be done while a transaction is open.
    pub fn answer(self, platform: &Platform) -> Result<Overview, Failure> {
        let Look { terms, cycle, as_of, fact, rule, given, files, waiting } = self;
        let contract = &terms.published.contract;
        let window = Interval::new(Instant::MIN, cycle.counted.until()).unwrap_or(Interval::ALL);
        let blobs = platform.volume.open()?.lake.blobs.clone();
        let facts =
            LakeFacts::open(given.listed, blobs, files, &contract.schema, window).map_err(unreachable)?;
        let rules = counted(contract, &facts, &cycle, &given.inputs, &given.overrides);
        let rules: Vec<CountedBy> = rules.into_iter().filter(|it| it.fact == fact).collect();
        let rule = rule
            .filter(|it| *it < rules.len())
            .or_else(|| rules.iter().position(|it| it.success.is_some()))
            .or((!rules.is_empty()).then_some(0));
        let schema =
            contract.schema.facts.get(fact).ok_or_else(|| Fault::broken("a fact is not in its contract"))?;
        let by = rule.and_then(|it| rules.get(it));
        let asked = Questions::new(&facts, (fact, schema), (cycle.counted, &contract.zone), by);
        let outcome = asked.outcome().map(|it| it.name.clone());
        let (whole, steps, breakdowns, slices) =
            (asked.whole()?, asked.steps(contract)?, asked.breakdowns()?, asked.slices()?);
        Ok(Overview {
            tenant: terms.tenant.clone(),
            subscription: terms.subscription.clone(),
            agreement: contract.id.clone(),
            version: contract.version.clone(),
            cycle: cycle.label.clone(),
            from: cycle.counted.from().into(),
            until: cycle.counted.until().into(),
            as_of: as_of.into(),
            zone: contract.zone.name().to_owned(),
            fact: schema.name.clone(),
            facts: facts_in_volume(contract).map(|(_, it)| it.name.clone()).collect(),
            waiting,
            rules: rules.iter().map(|it| view::rule(it, contract)).collect(),
            rule,
            outcome,
            whole,
            steps,
            breakdowns,
            days: tally::days(&slices, &contract.zone),
            hours: tally::hours(&slices, &contract.zone),
            slices: slices.iter().map(|it| Slice { from: it.0.into(), tally: it.1.view() }).collect(),
        })
    }
}
