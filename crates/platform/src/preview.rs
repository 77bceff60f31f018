//! What other terms would have come to: the latest settled cycle of a subscription, settled again under them.

use std::collections::BTreeMap;

use ledger::Money as Amount;
use schemars::JsonSchema;
use serde::Serialize;
use settle::Settlement;
use settle::settlement::{RemedyResult, RemedyStatus};
use store::{Fault, Scope, Tx, values};
use timeline::Instant;

use crate::money::Money;
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::Failure;
use crate::rights::{Resource, Verb};
use crate::settling::InForce;
use crate::subscription_check;
use crate::terms::Parameters;

/// One cycle under two terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Preview {
    /// The subscription.
    pub subscription: String,
    /// The cycle it was tried on.
    pub label: String,
    /// Whether a statement of that cycle is sealed; otherwise it is the cycle in progress, as far as it has come.
    pub sealed: bool,
    /// What each remedy comes to.
    pub remedies: Vec<PreviewedRemedy>,
    /// What would be due less what is due, by currency; nothing where no money is.
    pub difference: Vec<Money>,
}

/// A remedy under two terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PreviewedRemedy {
    /// Its name.
    pub remedy: String,
    /// Of whom or what; absent for the whole.
    pub subject: Option<String>,
    /// What it comes to under the present terms: an amount, or why there is none: `not_due`, `no_data`, …
    pub before: String,
    /// What it would come to.
    pub after: String,
}

/// Other terms; what is absent stays as it is.
#[derive(Debug, Clone, Default)]
pub struct OtherTerms {
    /// The plan.
    pub plan: Option<String>,
    /// The parameters, all of them.
    pub parameters: Option<Parameters>,
}

/// Settles the latest cycle that has a statement, or the one in progress, under the terms it was governed by and under
/// others. Nothing is kept.
pub fn of(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    (tenant, subscription): (&str, &str),
    other: OtherTerms,
) -> Result<Preview, Failure> {
    let handle = who.tenant(tx, tenant, Resource::Statement, Verb::Read)?;
    let now = tx.now();
    let sealed = tx.row(
        "SELECT label, from_at FROM statement WHERE tenant_id = $1 AND subscription_id = $2
         ORDER BY until_at DESC, revision DESC LIMIT 1",
        values![handle.id(), subscription],
    )?;
    let sealed: Option<(String, Instant)> =
        sealed.map(|it| Ok::<_, Fault>((it.get(0)?, it.get(1)?))).transpose()?;
    let at = sealed.as_ref().map_or(now, |it| it.1);
    let before = InForce::at(platform, tx, &handle, subscription, (at, Instant::MAX))?;
    let cycle = match &sealed {
        Some((label, _)) => before.cycle_named(label)?,
        None => before.cycle_at(now.max(before.since))?,
    };
    let parameters = other.parameters.map(|it| it.into_iter().collect());
    let after = InForce {
        plan: other.plan.or_else(|| before.plan.clone()),
        parameters: parameters.unwrap_or_else(|| before.parameters.clone()),
        ..before.clone()
    };
    let given: Parameters = after.parameters.iter().cloned().collect();
    subscription_check::terms(&after.published.contract, after.plan.as_deref(), &given, after.since)?;
    // The agreement's own stream belongs to no tenant; other tenants' records in it are left out.
    tx.enter(Scope::Provider)?;
    let known = before.evidence(platform, tx, now)?.merged();
    let as_of = cycle.counted.until().max(now);
    let was = before.settle(platform, &known, &cycle, as_of)?.0;
    let would_be = after.settle(platform, &known, &cycle, as_of)?.0;
    Ok(Preview {
        subscription: subscription.to_owned(),
        label: cycle.label,
        sealed: sealed.is_some(),
        remedies: remedies(&was, &would_be),
        difference: difference(&was, &would_be),
    })
}

fn remedies(was: &Settlement, would_be: &Settlement) -> Vec<PreviewedRemedy> {
    let name = |it: &RemedyResult| (it.name.clone(), it.subject.clone());
    let of = |settlement: &Settlement| -> Vec<((String, Option<String>), String)> {
        settlement.remedies.iter().map(|it| (name(it), shown(it))).collect()
    };
    let (before, after) = (of(was), of(would_be));
    let mut names: Vec<(String, Option<String>)> = before.iter().map(|it| it.0.clone()).collect();
    names.extend(after.iter().map(|it| it.0.clone()).filter(|it| !before.iter().any(|known| known.0 == *it)));
    let found = |all: &[((String, Option<String>), String)], name: &(String, Option<String>)| {
        all.iter().find(|it| it.0 == *name).map_or_else(|| "not_due".to_owned(), |it| it.1.clone())
    };
    let one = |it: (String, Option<String>)| PreviewedRemedy {
        before: found(&before, &it),
        after: found(&after, &it),
        remedy: it.0,
        subject: it.1,
    };
    names.into_iter().map(one).collect()
}

fn shown(it: &RemedyResult) -> String {
    match (it.status, &it.rounded) {
        (RemedyStatus::Due | RemedyStatus::Choice, Some(amount)) => amount.show(),
        (status, _) => status.word().to_owned(),
    }
}

fn difference(was: &Settlement, would_be: &Settlement) -> Vec<Money> {
    let mut sums = BTreeMap::new();
    for (settlement, sign) in [(was, -1), (would_be, 1)] {
        let due = settlement.remedies.iter().filter(|it| it.status == RemedyStatus::Due);
        for amount in due.filter_map(|it| Amount::of_quantity(it.rounded.as_ref()?)) {
            let sum: &mut i64 = sums.entry(amount.currency).or_default();
            *sum = sum.saturating_add(amount.minor.saturating_mul(sign));
        }
    }
    sums.into_iter().map(|(currency, minor)| Money::new(minor, currency)).collect()
}
