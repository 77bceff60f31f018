//! Answers already given: the same request under the same key is done once, however often it is sent.

use serde_json::Value as Json;
use store::{Fault, Tx, values};

use crate::principal::Principal;
use crate::refusal::{Failure, Refusal, RefusalKind};

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The media type of the body.
    pub media: String,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// The answer given before to this caller under this key; refused when the request was another one.
pub fn find(tx: &mut Tx<'_>, who: &Principal, key: &str, digest: &str) -> Result<Option<Answer>, Failure> {
    let found = tx.row(
        "SELECT request_sha256, status, headers, body FROM idempotency WHERE owner = $1 AND key = $2",
        values![&who.actor, key],
    )?;
    let Some(row) = found else { return Ok(None) };
    if row.get::<String>(0)? != digest {
        return Err(Refusal::new(
            RefusalKind::KeyReused,
            format!("the key `{key}` was used for another request; choose a new one"),
            format!("键 `{key}` 已用于另一请求，请换新键"),
        )
        .into());
    }
    let kept: Json =
        serde_json::from_str(&row.get::<String>(2)?).map_err(|it| Fault::broken(it.to_string()))?;
    let (media, headers) =
        serde_json::from_value(kept).map_err(|it| Fault::broken(format!("a kept answer: {it}")))?;
    let status = u16::try_from(row.get::<i64>(1)?).map_err(|it| Fault::broken(it.to_string()))?;
    Ok(Some(Answer { status, media, headers, body: row.get(3)? }))
}

/// Keeps the answer, in the transaction of its effect.
pub fn keep(
    tx: &mut Tx<'_>,
    who: &Principal,
    key: &str,
    digest: &str,
    answer: &Answer,
) -> Result<(), Failure> {
    tx.enter(store::Scope::Provider)?;
    let headers = serde_json::to_string(&(&answer.media, &answer.headers))
        .map_err(|it| Fault::broken(it.to_string()))?;
    tx.housekeeping(
        "INSERT INTO idempotency (tenant_id, owner, key, request_sha256, status, headers, body, at)
         VALUES ('', $1, $2, $3, $4, $5, $6, $7)",
        values![&who.actor, key, digest, u32::from(answer.status), headers, answer.body.clone(), tx.now()],
    )?;
    Ok(())
}

/// Forgets answers older than the setting says.
pub fn forget(tx: &mut Tx<'_>, seconds: i64) -> Result<u64, Fault> {
    let before = tx.now().nanos().saturating_sub(seconds.saturating_mul(1_000_000_000));
    tx.housekeeping("DELETE FROM idempotency WHERE at < $1", values![before])
}
