//! The end of a term: the subscription goes on, or is over.

use serde_json::{Value as Json, json};
use store::{Tx, values};
use timeline::Instant;

use super::row::{enqueue, load, put, record};
use super::{Renewal, Subscription};
use crate::jobs;
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal};
use crate::rights::{Resource, TenantHandle, Verb};
use crate::subscription_check;
use crate::terms::Change;
use crate::time::Moment;

/// The job that renews or ends a subscription when its term is over: [`run`].
pub const TERM_JOB: &str = "term";

/// Renews or ends the subscription whose term is over. Does nothing when the end has moved.
pub fn run(platform: &Platform, job: &jobs::Job) -> Result<(), Failure> {
    let text = |name: &str| job.payload.get(name).and_then(Json::as_str).unwrap_or("").to_owned();
    let (tenant, id) = (text("tenant"), text("subscription"));
    platform.write(move |platform, tx| term_over(platform, tx, &tenant, &id))
}

pub(super) fn term_over(platform: &Platform, tx: &mut Tx<'_>, tenant: &str, id: &str) -> Result<(), Failure> {
    let who = Principal::system(TERM_JOB);
    let tenant = who.tenant(tx, tenant, Resource::Subscription, Verb::Change)?;
    let mut it = load(tx, &tenant, id)?;
    // A term may have passed more than once while no process ran.
    while let Some(until) = it.terms.until.filter(|until| until.0 <= tx.now()) {
        let Renewal::Automatic { months } = it.renewal else {
            return ended(tx, &who, &tenant, &it, until);
        };
        let next = next_end(platform, tx, &it, months)?;
        it = renewed(tx, &who, &tenant, it, next, "")?;
    }
    Ok(())
}

/// Notes that the term is over, for whoever looks for subscriptions by state.
pub(super) fn ended(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &TenantHandle,
    it: &Subscription,
    until: Moment,
) -> Result<(), Failure> {
    let changed = tx.execute(
        "UPDATE subscription SET state = 'ended', revision = revision + 1 WHERE tenant_id = $1 AND id = $2 AND state <> 'ended'",
        values![tenant.id(), &it.id],
    )?;
    if changed > 0 {
        record(tx, who, tenant, "subscription.over", &it.id, (Json::Null, json!({ "until": until })), "")?;
    }
    Ok(())
}

pub(super) fn renewed(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &TenantHandle,
    it: Subscription,
    until: Instant,
    reason: &str,
) -> Result<Subscription, Failure> {
    let Some(over) = it.terms.until.filter(|over| over.0 < until) else {
        return Err(Refusal::invalid(
            "until: the further term must end after the present one; a subscription without an end needs none",
            "until：新的截止时间须晚于当前截止时间；无截止时间的订阅无需续订",
        )
        .into());
    };
    let announced = crate::notices::at_renewal(tx, tenant, &it, over.0)?;
    let (notice, version) = announced.unzip();
    let change = Change {
        until: Some(until.into()),
        version,
        notice,
        ..Change::new(over.0, tx.now(), &who.actor, reason)
    };
    enqueue(tx, TERM_JOB, tenant, &it.id, until)?;
    put(tx, who, tenant, it, "subscription.renewed", change)
}

/// The end of the next term: counted from the end a person set, so that 31 January stays the last day of each month.
pub(super) fn next_end(
    platform: &Platform,
    tx: &mut Tx<'_>,
    it: &Subscription,
    months: u32,
) -> Result<Instant, Failure> {
    let terms = &it.terms;
    let zone = &platform.contracts.get(tx, &it.agreement, &terms.version)?.contract.zone;
    let system = Principal::system(TERM_JOB).actor;
    let set = it.history.iter().rev().filter(|it| it.by != system).find_map(|it| it.until);
    let (Some(anchor), Some(over)) = (set, terms.until) else {
        return Err(Refusal::unfit("the subscription has no end", "该订阅没有截止时间").into());
    };
    subscription_check::next_end(zone, anchor.0, over.0, months).ok_or_else(|| {
        Refusal::unfit("the further term ends after the year 2262", "续订期限超出可表示的范围").into()
    })
}
