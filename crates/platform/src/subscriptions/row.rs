//! Subscriptions as the store and the audit log keep them.

use serde_json::{Value as Json, json};
use store::{Fault, Row, Scope, Tx, Value, values};
use timeline::Instant;

use super::{NewSubscription, Subscription};
use crate::audit::{self, Entry};
use crate::jobs;
use crate::kept::{of_row, to_json, to_text};
use crate::page::{Listed, Page};
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::TenantHandle;
use crate::terms::{self, Change, SubscriptionState, Terms};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT tenant_id, id, agreement_id, since_at, renewal, history, documents, created_at, revision FROM subscription ",
            $rest
        )
    };
}
pub(crate) use select;

/// The subscription of a tenant, for other parts of the platform. Refused when this tenant has none with this id.
pub fn load(tx: &mut Tx<'_>, tenant: &TenantHandle, id: &str) -> Result<Subscription, Failure> {
    let row = tx.row(select!("WHERE tenant_id = $1 AND id = $2"), values![tenant.id(), id])?;
    Ok(subscription(&row.ok_or_else(Refusal::not_found)?, tx.now())?)
}

/// The terms that govern a subscription at an instant. For a cycle, ask for its first instant: what changes inside a
/// cycle holds from the next one on. As far as is known now; [`Subscription::terms_at`] also answers what was known then.
pub fn terms_at(
    tx: &mut Tx<'_>,
    tenant: &TenantHandle,
    id: &str,
    instant: Instant,
) -> Result<Terms, Failure> {
    let known_at = tx.now();
    load(tx, tenant, id)?.terms_at(instant, known_at).map_err(Failure::from)
}

impl Subscription {
    /// The terms at `instant`, as far as they were on record at `known_at`.
    pub fn terms_at(&self, instant: Instant, known_at: Instant) -> Result<Terms, Fault> {
        let found = terms::at(&self.history, instant, known_at);
        found.ok_or_else(|| Fault::broken(format!("subscription {} had no terms then", self.id)))
    }
}

/// Puts a change on record, in the history and in the audit log.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &TenantHandle,
    mut it: Subscription,
    action: &'static str,
    change: Change,
) -> Result<Subscription, Failure> {
    let (old, new) = (to_json(&it.terms)?, to_json(&change)?);
    it.history.push(change);
    let terms = it.terms_at(tx.now(), tx.now())?;
    let changed = tx.execute(
        "UPDATE subscription SET version = $1, plan = $2, parameters = $3, until_at = $4, state = $5, reason = $6,
           history = $7, revision = revision + 1
         WHERE tenant_id = $8 AND id = $9 AND revision = $10",
        values![
            &terms.version,
            terms.plan.clone(),
            to_text(&terms.parameters)?,
            terms.until,
            state_name(terms.state),
            &terms.reason,
            to_text(&it.history)?,
            tenant.id(),
            &it.id,
            it.revision,
        ],
    )?;
    if changed == 0 {
        return Err(Fault::broken(format!("subscription {} changed under way", it.id)).into());
    }
    record(tx, who, tenant, action, &it.id, (old, new), "")?;
    load(tx, tenant, &it.id)
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    tenant: &TenantHandle,
    id: &str,
    input: &NewSubscription,
    begun: &Change,
) -> Result<(), Failure> {
    let history = std::slice::from_ref(begun);
    let terms = terms::at(history, tx.now(), tx.now()).ok_or_else(|| Fault::broken("no terms"))?;
    let params: &[Value] = values![
        tenant.id(),
        id,
        &input.agreement,
        &terms.version,
        terms.plan,
        to_text(&input.parameters)?,
        begun.from,
        input.until,
        to_text(&input.renewal)?,
        state_name(terms.state),
        to_text(history)?,
        to_text(&input.documents)?,
        tx.now(),
    ];
    // Ids are unique over all tenants, and only the provider's rows are all to be seen.
    tx.enter(Scope::Provider)?;
    let made = tx.execute(
        "INSERT INTO subscription (tenant_id, id, agreement_id, version, plan, parameters, since_at, until_at, renewal, state,
           reason, history, documents, created_at, revision)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', $11, $12, $13, 1) ON CONFLICT DO NOTHING",
        params,
    )?;
    tx.enter(Scope::Tenant(tenant.id().to_owned()))?;
    if made == 0 {
        return Err(Refusal::new(
            RefusalKind::Exists,
            format!("there is a subscription `{id}` already; choose another id"),
            format!("订阅 `{id}` 已存在；请换一个 id"),
        )
        .into());
    }
    Ok(())
}

pub(super) fn listed(now: Instant, rows: &[Row], page: &Page) -> Result<Listed<Subscription>, Failure> {
    let items = rows.iter().map(|it| subscription(it, now)).collect::<Result<_, _>>()?;
    Ok(page.cut(items, |it: &Subscription| it.id.clone()))
}

/// Of the columns tenant_id, id, agreement_id, since_at, renewal, history, documents, created_at, revision.
pub(crate) fn subscription(row: &Row, now: Instant) -> Result<Subscription, Fault> {
    let history: Vec<Change> = of_row(row, 5)?;
    let terms = terms::at(&history, now, now).ok_or_else(|| Fault::broken("a subscription without terms"))?;
    Ok(Subscription {
        tenant: row.get(0)?,
        id: row.get(1)?,
        agreement: row.get(2)?,
        since: row.get(3)?,
        renewal: of_row(row, 4)?,
        documents: of_row(row, 6)?,
        created_at: row.get(7)?,
        revision: row.get(8)?,
        terms,
        history,
    })
}

pub(super) fn state_name(state: SubscriptionState) -> &'static str {
    match state {
        SubscriptionState::Active => "active",
        SubscriptionState::Suspended => "suspended",
        SubscriptionState::Ended => "ended",
    }
}

pub(super) fn enqueue(
    tx: &mut Tx<'_>,
    kind: &'static str,
    tenant: &TenantHandle,
    id: &str,
    due: Instant,
) -> Result<(), Fault> {
    jobs::enqueue(tx, kind, id, tenant.id(), due, &json!({ "tenant": tenant.id(), "subscription": id }))
}

pub(super) fn record(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &TenantHandle,
    action: &'static str,
    id: &str,
    (old, new): (Json, Json),
    reason: &str,
) -> Result<(), Fault> {
    let reason = Some(reason.to_owned()).filter(|it| !it.is_empty());
    let entry = Entry { action, subject: id.to_owned(), old, new, reason, personal: Vec::new() };
    audit::append(tx, who, tenant.id(), entry).map(drop)
}
