//! What is to be done when evidence has landed: cycles it speaks of that are closed already are looked at again.

use serde_json::{Value as Json, json};
use store::{Fault, Tx, values};
use timeline::Instant;

use super::Reach;
use crate::cycles::LATE_JOB;
use crate::jobs;
use crate::stream::Opened;

/// Puts down that a stream has evidence of this time; widens what waits already.
pub(super) fn evidence_changed(tx: &mut Tx<'_>, opened: &Opened, reach: Reach) -> Result<(), Fault> {
    if !opened.is_shared() && !is_late(tx, opened, reach.from)? {
        return Ok(());
    }
    look_again(tx, (&opened.tenant, &opened.name), reach)
}

/// Puts the job down; what it was to look at already stays part of it.
pub(crate) fn look_again(tx: &mut Tx<'_>, (tenant, stream): (&str, &str), reach: Reach) -> Result<(), Fault> {
    let reach = reach.with(waiting(tx, stream)?);
    let payload = json!({
        "stream": stream, "first_at": reach.from.nanos(), "last_at": reach.until.nanos(),
    });
    jobs::enqueue(tx, LATE_JOB, stream, tenant, tx.now(), &payload)
}

/// Whether any cycle of the subscription that ends after `first` is closed.
fn is_late(tx: &mut Tx<'_>, opened: &Opened, first: Instant) -> Result<bool, Fault> {
    let row = tx.row(
        "SELECT label FROM cycle WHERE tenant_id = $1 AND subscription_id = $2 AND until_at > $3 AND state <> 'open' LIMIT 1",
        values![&opened.tenant, &opened.name, first],
    )?;
    Ok(row.is_some())
}

/// What a job that has not ended yet was to look at.
fn waiting(tx: &mut Tx<'_>, stream: &str) -> Result<Reach, Fault> {
    let row = tx.row(
        "SELECT payload FROM job WHERE kind = $1 AND key = $2 AND state <> 'done'",
        values![LATE_JOB, stream],
    )?;
    let Some(row) = row else { return Ok(Reach::NONE) };
    let payload: Json = serde_json::from_str(&row.get::<String>(0)?).unwrap_or_default();
    let at = |name: &str| payload.get(name).and_then(Json::as_i64).map(Instant::from_nanos);
    Ok(Reach { from: at("first_at").unwrap_or(Instant::MAX), until: at("last_at").unwrap_or(Instant::MIN) })
}
