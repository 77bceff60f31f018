//! One cycle of one subscription, settled from what the store holds: terms in force, evidence, then the kernel.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::evidence::{Evidence, Facts, Memory, Record, partitions_text};
use calendar::{Cycle, cycle_at};
use language::Contract;
use serde_json::Value as Json;
use settle::settlement::{CycleSpan, Lint};
use settle::{Inputs, Overrides, Settlement};
use store::{Fault, Scope, Tx, values};
use timeline::{Instant, Interval};

use crate::contracts::Published;
use crate::evidence::{self as streams, Loaded};
use crate::platform::Platform;
use crate::refusal::{Failure, Refusal};
use crate::rights::TenantHandle;
use crate::statements::CONTRACT_FILE;
use crate::subscriptions;
use crate::volume::{self, Told};

/// What governs a subscription at one moment, and the contract's text.
#[derive(Debug, Clone)]
pub struct InForce {
    /// The tenant.
    pub tenant: String,
    /// The subscription.
    pub subscription: String,
    /// The agreement in the version in force.
    pub published: Arc<Published>,
    /// The plan held.
    pub plan: Option<String>,
    /// Parameters by name, as expressions of the language.
    pub parameters: Vec<(String, String)>,
    /// When the subscription began.
    pub since: Instant,
    /// When it ends, if it does.
    pub until: Option<Instant>,
}

/// A settlement with what it was made from.
#[derive(Debug, Clone)]
pub struct Settled {
    /// The terms it follows.
    pub terms: InForce,
    /// The result.
    pub settlement: Settlement,
    /// The evidence, other tenants' records left out.
    pub evidence: Arc<Evidence>,
    /// What was learned of records in volume, where the contract has any.
    pub told: Option<Told>,
    /// The latest batch of each stream that was seen.
    pub seen: BTreeMap<String, i64>,
    /// Records of facts the contract declares that mean nothing under this version of it, and are left out.
    pub misunderstood: usize,
}

/// What a settlement begins with, beside the contract and the cycle.
pub(crate) struct Given {
    pub(crate) inputs: Inputs,
    pub(crate) overrides: Overrides,
    /// The records that are listed, the tenant's own.
    pub(crate) listed: Memory,
    lint: Option<Lint>,
}

impl InForce {
    /// The terms in force at `at`, as they were known at `known_at`.
    pub fn at(
        platform: &Platform,
        tx: &mut Tx<'_>,
        tenant: &TenantHandle,
        subscription: &str,
        (at, known_at): (Instant, Instant),
    ) -> Result<Self, Failure> {
        let found = subscriptions::load(tx, tenant, subscription)?;
        let terms = found.terms_at(at, known_at)?;
        let published = platform.contracts.get(tx, &found.agreement, &terms.version)?;
        Ok(Self {
            tenant: tenant.id().to_owned(),
            subscription: subscription.to_owned(),
            published,
            plan: terms.plan,
            parameters: terms.parameters.into_iter().collect(),
            since: found.since.0,
            until: terms.until.map(|it| it.0),
        })
    }

    /// The cycle in which `at` lies.
    pub fn cycle_at(&self, at: Instant) -> Result<CycleSpan, Failure> {
        let contract = &self.published.contract;
        let cycle =
            cycle_at(&contract.cycle, &contract.zone, Some(self.since), at).map_err(|it| no_cycle(&it))?;
        self.span(cycle)
    }

    /// The cycle after `span`.
    pub fn cycle_after(&self, span: &CycleSpan) -> Result<CycleSpan, Failure> {
        self.cycle_at(span.whole.until())
    }

    /// The cycle with this label.
    pub fn cycle_named(&self, label: &str) -> Result<CycleSpan, Failure> {
        settle::cycle_span(&self.published.contract, &self.inputs(None), label)
            .map_err(|it| Refusal::findings(vec![it]).into())
    }

    fn span(&self, cycle: Cycle) -> Result<CycleSpan, Failure> {
        let from = if self.published.contract.cycle_from_since {
            cycle.whole.from().max(self.since)
        } else {
            cycle.whole.from()
        };
        let counted = Interval::new(from, cycle.whole.until())
            .ok_or_else(|| Refusal::invalid("the cycle is empty", "周期为空"))?;
        Ok(CycleSpan { label: cycle.label, counted, whole: cycle.whole })
    }

    fn inputs(&self, as_of: Option<Instant>) -> Inputs {
        Inputs {
            plan: self.plan.clone(),
            tenant: Some(self.tenant.clone()),
            since: Some(self.since),
            as_of,
            parameters: self.parameters.clone(),
        }
    }

    /// Loads the evidence of the subscription that was known at `as_of`; other tenants' records are not in it.
    pub fn evidence(&self, platform: &Platform, tx: &mut Tx<'_>, as_of: Instant) -> Result<Loaded, Failure> {
        let mut loaded =
            streams::load_under(platform, tx, &self.tenant, &self.subscription, &self.published)?;
        if self.published.contract.schema.facts.iter().any(|it| it.volume) {
            loaded.files = volume::standing(tx, &self.tenant, &self.subscription, as_of)?;
        }
        let known = |it: &Record| it.recorded_at.is_none_or(|at| at <= as_of);
        if loaded.evidence.records().iter().all(known) {
            return Ok(loaded);
        }
        let kept = loaded.evidence.records().iter().filter(|it| known(it)).cloned().collect();
        loaded.evidence = Arc::new(Evidence::of(&self.published.contract.schema, kept));
        Ok(loaded)
    }

    /// What a settlement as of then begins with.
    pub(crate) fn given(&self, known: &Loaded, cycle: &CycleSpan, as_of: Instant) -> Result<Given, Failure> {
        let contract = &self.published.contract;
        let inputs = self.inputs(Some(as_of));
        let overrides = settle::parameters(contract, &inputs, cycle).map_err(Refusal::findings)?;
        let (evidence, lint) =
            settle::of_tenant(contract, Evidence::clone(&known.evidence), Some(&self.tenant))
                .map_err(Refusal::findings)?;
        Ok(Given { inputs, overrides, listed: Memory::new(evidence.as_of(Some(as_of))), lint })
    }

    /// Settles a cycle over evidence. `as_of` is the moment of knowledge that the statement states. What was asked of records in
    /// volume is told beside it, where the contract has any.
    pub fn settle(
        &self,
        platform: &Platform,
        known: &Loaded,
        cycle: &CycleSpan,
        as_of: Instant,
    ) -> Result<(Settlement, Option<Told>), Failure> {
        let contract = &self.published.contract;
        let Given { inputs, overrides, listed, lint } = self.given(known, cycle, as_of)?;
        let settle = |contract: &Contract, facts: &dyn Facts| {
            settle::settle(contract, facts, cycle, &inputs, &overrides)
        };
        let (mut settlement, told) = if contract.schema.facts.iter().any(|it| it.volume) {
            let known = (listed, known.files.as_slice());
            let (settlement, told) = volume::settle(platform, contract, known, cycle.counted, settle)?;
            (settlement, Some(told))
        } else {
            (settle(contract, &listed), None)
        };
        settlement.lints.extend::<Option<Lint>>(lint);
        Ok((settlement, told))
    }
}

/// Settles the cycle called `label`, as known at `as_of`, under the terms in force when it began.
pub fn settle_cycle(
    platform: &Platform,
    tx: &mut Tx<'_>,
    tenant: &TenantHandle,
    subscription: &str,
    label: &str,
    as_of: Instant,
) -> Result<Settled, Failure> {
    let row = tx.row(
        "SELECT from_at FROM cycle WHERE tenant_id = $1 AND subscription_id = $2 AND label = $3",
        values![tenant.id(), subscription, label],
    )?;
    let from: Instant = row.ok_or_else(Refusal::not_found)?.get(0)?;
    let terms = InForce::at(platform, tx, tenant, subscription, (from, as_of))?;
    // The agreement's own stream belongs to no tenant; other tenants' records in it are left out.
    tx.enter(Scope::Provider)?;
    let cycle = terms.cycle_named(label)?;
    let known = terms.evidence(platform, tx, as_of)?;
    let (settlement, told) = terms.settle(platform, &known, &cycle, as_of)?;
    let Loaded { evidence, seen, misunderstood, .. } = known;
    Ok(Settled { terms, settlement, evidence, told, seen, misunderstood })
}

fn no_cycle(it: &calendar::CycleError) -> Failure {
    Fault::broken(format!("no cycle: {it}")).into()
}

/// These parts of a settlement's JSON form.
pub fn parts(settlement: &Settlement, names: &[&str]) -> Json {
    let mut whole = statement::json(settlement);
    let part = |name: &&str| ((*name).to_owned(), whole.get_mut(*name).map(Json::take).unwrap_or_default());
    Json::Object(names.iter().map(part).collect())
}

/// The files of a statement package before its seal, as `upheld verify` reads them.
pub fn package(settled: &Settled) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let json: Json = statement::json(&settled.settlement);
    let canonical = proof::canonical_bytes(&json).map_err(|it| Fault::broken(it.to_string()))?;
    let text = &settled.terms.published.text;
    let mut lines = settled.evidence.lines(None).join("\n");
    if !lines.is_empty() {
        lines.push('\n');
    }
    let mut files = BTreeMap::from([
        ("statement.json".to_owned(), canonical),
        ("statement.html".to_owned(), statement::html(&settled.settlement, Some(text)).into_bytes()),
        (CONTRACT_FILE.to_owned(), text.clone().into_bytes()),
        (proof::evidence_file(1, "evidence.ndjson"), lines.into_bytes()),
    ]);
    if let Some(told) = &settled.told {
        files.insert(proof::PARTITIONS_FILE.to_owned(), partitions_text(&told.partitions).into_bytes());
        files.insert(proof::ANSWERS_FILE.to_owned(), told.answers.text().into_bytes());
    }
    Ok(files)
}
