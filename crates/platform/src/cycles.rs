//! The cycles of a subscription: opened by the calendar, closed after the grace for late evidence.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use store::{Fault, Row, Scope, Tx, values};
use timeline::Instant;

use crate::jobs::{self, Job};
use crate::page::{Listed, Page};
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal};
use crate::rights::{Resource, Verb};
use crate::settling::InForce;
use crate::statements;
use crate::time::{self, Moment};

/// The job that closes a cycle: [`close`].
pub const CLOSE_JOB: &str = "close";
/// The job that looks at closed cycles again when evidence has landed: [`late`].
pub const LATE_JOB: &str = "late";
/// Cycles opened in one go; the rest follow in the next.
const OPENED_AT_ONCE: usize = 200;

/// A cycle of a subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CycleView {
    /// Its label: `2026-10`.
    pub label: String,
    /// When it began.
    pub from: Moment,
    /// When it ends.
    pub until: Moment,
    /// When it is closed: its end and the grace for late evidence.
    pub close_at: Moment,
    /// open, blocked (evidence is missing) or sealed.
    pub state: String,
    /// Why it is blocked.
    pub reasons: serde_json::Value,
    /// Its revision.
    pub revision: i64,
}

/// Handles `cycle`: opens the cycles that have begun and comes back when the next one does.
pub fn open(platform: &Platform, job: &Job) -> Result<(), Failure> {
    let text =
        |name: &str| job.payload.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let (tenant, subscription) = (text("tenant"), text("subscription"));
    platform.write(move |platform, tx| open_begun(platform, tx, &tenant, &subscription))
}

/// Opens every cycle of the subscription that has begun, and puts down when each is to be closed.
pub fn open_begun(
    platform: &Platform,
    tx: &mut Tx<'_>,
    tenant: &str,
    subscription: &str,
) -> Result<(), Failure> {
    let handle = Principal::system("cycle").tenant(tx, tenant, Resource::Cycle, Verb::Decide)?;
    let latest = tx.row(
        "SELECT max(until_at) FROM cycle WHERE tenant_id = $1 AND subscription_id = $2",
        values![tenant, subscription],
    )?;
    let latest: Option<Instant> = latest.map_or(Ok(None), |it| it.get(0))?;
    let first =
        InForce::at(platform, tx, &handle, subscription, (latest.unwrap_or(Instant::MIN), Instant::MAX))?;
    let mut at = latest.unwrap_or(first.since);
    let end = first.until.unwrap_or(Instant::MAX);
    for _ in 0..OPENED_AT_ONCE {
        if at > tx.now() || at >= end {
            break;
        }
        let span = InForce::at(platform, tx, &handle, subscription, (at, Instant::MAX))?.cycle_at(at)?;
        let until = span.counted.until();
        let close_at = time::after(until, platform.settings.grace_seconds);
        tx.housekeeping(
            "INSERT INTO cycle (tenant_id, subscription_id, label, from_at, until_at, close_at, state, reasons, revision)
             VALUES ($1, $2, $3, $4, $5, $6, 'open', '[]', 1) ON CONFLICT DO NOTHING",
            values![tenant, subscription, &span.label, span.counted.from(), until, close_at],
        )?;
        close_later(tx, tenant, subscription, &span.label, close_at)?;
        at = until;
    }
    if at < end {
        let payload = json!({ "tenant": tenant, "subscription": subscription });
        jobs::enqueue(tx, "cycle", subscription, tenant, at.max(tx.now()), &payload)?;
    }
    Ok(())
}

fn close_later(
    tx: &mut Tx<'_>,
    tenant: &str,
    subscription: &str,
    label: &str,
    at: Instant,
) -> Result<(), Fault> {
    let payload = json!({ "tenant": tenant, "subscription": subscription, "label": label });
    jobs::enqueue(tx, CLOSE_JOB, &format!("{subscription}/{label}"), tenant, at, &payload)
}

/// Handles `close`: seals the statement, or says what is missing and waits for evidence.
pub fn close(platform: &Platform, job: &Job) -> Result<(), Failure> {
    let text = |name: &str| job.payload.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
    let who = Principal::system(CLOSE_JOB);
    match statements::close(platform, &who, text("tenant"), text("subscription"), text("label"), None) {
        Ok(_) => Ok(()),
        // Blocked, or closed by somebody else: both are written down. Anything else is told with the job.
        Err(Failure::Refusal(it)) if statements::speaks_for_itself(&it) => Ok(()),
        Err(failure) => Err(failure),
    }
}

/// The cycles of a subscription, oldest first.
pub fn list(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    subscription: &str,
    page: &Page,
) -> Result<Listed<CycleView>, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Cycle, Verb::Read)?;
    let rows = tx.rows(
        "SELECT label, from_at, until_at, close_at, state, reasons, revision FROM cycle
         WHERE tenant_id = $1 AND subscription_id = $2 AND label > $3 ORDER BY label LIMIT $4",
        values![tenant.id(), subscription, page.after(), page.rows()?],
    )?;
    Ok(page.listed(&rows, view, |it| it.label.clone())?)
}

pub(crate) fn view(row: &Row) -> Result<CycleView, Fault> {
    let reasons: String = row.get(5)?;
    Ok(CycleView {
        label: row.get(0)?,
        from: row.get(1)?,
        until: row.get(2)?,
        close_at: row.get(3)?,
        state: row.get(4)?,
        reasons: serde_json::from_str(&reasons).map_err(|it| Fault::broken(it.to_string()))?,
        revision: row.get(6)?,
    })
}

/// One cycle.
pub fn get(tx: &mut Tx<'_>, tenant: &str, subscription: &str, label: &str) -> Result<CycleView, Failure> {
    let row = tx.row(
        "SELECT label, from_at, until_at, close_at, state, reasons, revision FROM cycle
         WHERE tenant_id = $1 AND subscription_id = $2 AND label = $3",
        values![tenant, subscription, label],
    )?;
    Ok(view(&row.ok_or_else(Refusal::not_found)?)?)
}

/// Handles `late`: evidence arrived; blocked cycles are tried again, sealed ones are settled anew and superseded when the
/// result is another one.
pub fn late(platform: &Platform, job: &Job) -> Result<(), Failure> {
    let text = |name: &str| job.payload.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
    let first = job.payload.get("first_at").and_then(serde_json::Value::as_i64).unwrap_or(i64::MIN);
    let affected = platform.store.read(Scope::Provider, |tx| affected(tx, text("stream"), first))?;
    let total = i64::try_from(affected.len()).unwrap_or(i64::MAX);
    for (at, it) in affected.into_iter().enumerate() {
        let who = Principal::system(LATE_JOB);
        let done = if it.state == "sealed" {
            let reason = "evidence arrived after the statement was sealed";
            statements::restate(platform, &who, &it.tenant, &it.subscription, &it.label, reason).map(|_| ())
        } else {
            statements::close(platform, &who, &it.tenant, &it.subscription, &it.label, None).map(|_| ())
        };
        match done {
            Err(Failure::Refusal(it)) if statements::speaks_for_itself(&it) => {}
            other => other?,
        }
        if at % 50 == 49 {
            jobs::progress(platform, job, i64::try_from(at).unwrap_or(total), total)?;
        }
    }
    Ok(())
}

struct Affected {
    tenant: String,
    subscription: String,
    label: String,
    state: String,
}

/// The closed cycles that end after `first`: those the evidence speaks of, and later ones, whose rules may look back.
fn affected(tx: &mut Tx<'_>, stream: &str, first: i64) -> Result<Vec<Affected>, Failure> {
    let agreement = stream.strip_prefix("agreement:").unwrap_or_default();
    let rows = tx.rows(
        "SELECT c.tenant_id, c.subscription_id, c.label, c.state FROM cycle c
         JOIN subscription s ON s.tenant_id = c.tenant_id AND s.id = c.subscription_id
         WHERE (s.id = $1 OR s.agreement_id = $2) AND c.until_at > $3 AND c.state <> 'open'
         ORDER BY c.from_at, c.tenant_id, c.subscription_id",
        values![stream, agreement, first],
    )?;
    let affected = rows.iter().map(|row| {
        Ok(Affected {
            tenant: row.get(0)?,
            subscription: row.get(1)?,
            label: row.get(2)?,
            state: row.get(3)?,
        })
    });
    affected.collect()
}
