//! How a change takes hold: by the customer's word, by use, by renewal, or because the notice suffices.

use serde_json::{Value as Json, json};
use store::{Fault, Scope, Tx, values};
use timeline::Instant;

use super::row::{delivery, found, record, select};
use super::{Delivery, DeliveryState, NOTICE_JOB};
use crate::agreements::Amendment;
use crate::jobs;
use crate::platform::Platform;
use crate::principal::{PROVIDER, Principal};
use crate::refusal::Failure;
use crate::rights::{Resource, TenantHandle, Verb};
use crate::subscriptions::{self, Subscription};
use crate::terms::{Change, SubscriptionState, served_from};

/// Deliveries handled in one transaction, so that nobody waits long for the writing thread.
pub(super) const AT_ONCE: i64 = 500;

/// Lets a change take hold where the rule does not ask the customer, once it is effective. Done again, it changes nothing.
pub fn run(platform: &Platform, job: &jobs::Job) -> Result<(), Failure> {
    let id = job.payload.get("notice").and_then(Json::as_str).unwrap_or("").to_owned();
    let mut after = Some((String::new(), String::new()));
    while let Some(from) = after {
        let id = id.clone();
        after = platform.write(move |_, tx| run_some(tx, &id, &from))?;
    }
    Ok(())
}

/// Handles some deliveries after (tenant, subscription); where to go on.
pub(super) fn run_some(
    tx: &mut Tx<'_>,
    id: &str,
    (tenant, subscription): &(String, String),
) -> Result<Option<(String, String)>, Failure> {
    let who = Principal::system(NOTICE_JOB);
    let it = found(tx, id)?;
    if !it.rule.takes_hold_by_itself() || it.effective_at.0 > tx.now() {
        return Ok(None);
    }
    let rows = tx.rows(
        select!(
            "WHERE d.notice_id = $1 AND d.state IN ('sent', 'delivered')
               AND (d.tenant_id > $2 OR (d.tenant_id = $2 AND d.subscription_id > $3))
             ORDER BY d.tenant_id, d.subscription_id LIMIT $4"
        ),
        values![id, tenant, subscription, AT_ONCE],
    )?;
    let open = rows.iter().map(delivery).collect::<Result<Vec<_>, _>>()?;
    for it in &open {
        let tenant = who.tenant(tx, &it.tenant, Resource::Subscription, Verb::Change)?;
        by_itself(tx, &who, &tenant, it)?;
    }
    tx.enter(Scope::Provider)?;
    Ok(open.last().map(|it| (it.tenant.clone(), it.subscription.clone())))
}

pub(super) fn by_itself(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &TenantHandle,
    it: &Delivery,
) -> Result<(), Failure> {
    let effective_at = it.notice.effective_at.0;
    let subscription = subscriptions::load(tx, tenant, &it.subscription)?;
    let ends_before = subscription.terms_at(effective_at, Instant::MAX)?.state == SubscriptionState::Ended;
    let (state, from) = match it.notice.rule {
        Amendment::ContinuedUse => {
            (DeliveryState::AcceptedByUse, served_from(&subscription.history, effective_at, tx.now()))
        }
        _ => (DeliveryState::Applied, Some(effective_at)),
    };
    if let Some(from) = from.filter(|_| !ends_before) {
        settle(tx, who, tenant, it, state, None)?;
        take_hold(tx, who, tenant, it, from)?;
    }
    Ok(())
}

/// Lets changes that wait for the use of a subscription be looked at again.
pub(crate) fn wake(tx: &mut Tx<'_>, tenant: &TenantHandle, subscription: &str) -> Result<(), Failure> {
    let rows = tx.rows(
        select!("WHERE d.tenant_id = $1 AND d.subscription_id = $2 AND d.state IN ('sent', 'delivered') AND n.rule = 'continued_use'"),
        values![tenant.id(), subscription],
    )?;
    for row in &rows {
        let it = delivery(row)?.notice;
        let due = it.effective_at.0.max(tx.now());
        jobs::enqueue(tx, NOTICE_JOB, &it.id, PROVIDER, due, &json!({ "notice": it.id }))?;
    }
    Ok(())
}

/// The notice and version that a renewal at `at` brings: the last announced of those pinned until then. They are settled.
pub(crate) fn at_renewal(
    tx: &mut Tx<'_>,
    tenant: &TenantHandle,
    subscription: &Subscription,
    at: Instant,
) -> Result<Option<(String, String)>, Failure> {
    let rows = tx.rows(
        select!(
            "WHERE d.tenant_id = $1 AND d.subscription_id = $2 AND d.state IN ('sent', 'delivered', 'accepted')
               AND n.rule = 'pinned_until_renewal' AND n.effective_at <= $3 ORDER BY n.effective_at, n.id"
        ),
        values![tenant.id(), &subscription.id, at],
    )?;
    let done = |id: &str| subscription.history.iter().any(|it| it.notice.as_deref() == Some(id));
    let mut last = None;
    for row in &rows {
        let it = delivery(row)?;
        if done(&it.notice.id) {
            continue;
        }
        if it.state != DeliveryState::Accepted {
            settle(tx, &Principal::system(NOTICE_JOB), tenant, &it, DeliveryState::Applied, None)?;
        }
        last = Some((it.notice.id, it.notice.to_version));
    }
    Ok(last)
}

/// Notes what became of a change, in the tenant's log.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &TenantHandle,
    it: &Delivery,
    to: DeliveryState,
    reason: Option<&str>,
) -> Result<(), Failure> {
    let changed = tx.execute(
        "UPDATE notice_delivery SET state = $1, decided_at = $2, decided_by = $3, revision = revision + 1
         WHERE tenant_id = $4 AND notice_id = $5 AND subscription_id = $6 AND revision = $7",
        values![to.name(), tx.now(), &who.actor, tenant.id(), &it.notice.id, &it.subscription, it.revision],
    )?;
    if changed == 0 {
        return Err(Fault::broken(format!("notice {} changed under way", it.notice.id)).into());
    }
    let action = match to {
        DeliveryState::Refused => "notice.refused",
        DeliveryState::AcceptedByUse => "notice.accepted_by_use",
        DeliveryState::Applied => "notice.applied",
        _ => "notice.accepted",
    };
    let (old, new) = (json!({ "state": it.state }), json!({ "state": to, "subscription": it.subscription }));
    let reason = reason.filter(|it| !it.is_empty()).map(str::to_owned);
    Ok(record(tx, who, tenant.id(), action, &it.notice.id, old, new, reason)?)
}

/// Puts the new version into the subscription's history; once for each notice.
pub(super) fn take_hold(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &TenantHandle,
    it: &Delivery,
    from: Instant,
) -> Result<(), Failure> {
    let subscription = subscriptions::load(tx, tenant, &it.subscription)?;
    if subscription.history.iter().any(|change| change.notice.as_ref() == Some(&it.notice.id)) {
        return Ok(());
    }
    let change = Change {
        version: Some(it.notice.to_version.clone()),
        notice: Some(it.notice.id.clone()),
        ..Change::new(from, tx.now(), &who.actor, "")
    };
    subscriptions::put(tx, who, tenant, subscription, "subscription.version_changed", change)?;
    Ok(())
}

impl Amendment {
    /// Whether a change takes hold when it becomes effective, without the customer's word.
    pub(super) fn takes_hold_by_itself(self) -> bool {
        matches!(self, Self::Notice | Self::ContinuedUse)
    }
}
