//! Work that is due later, kept in the database: any process takes it under a lease, and does it at least once.

use serde_json::Value as Json;
use store::{Fault, Tx, values};
use timeline::Instant;

/// Puts a piece of work down, due at `due`. `kind` and `key` name it: the same work is not put down twice while it waits,
/// and work that was done is done again when it is put down again.
pub fn enqueue(
    tx: &mut Tx<'_>,
    kind: &'static str,
    key: &str,
    tenant: &str,
    due: Instant,
    payload: &Json,
) -> Result<(), Fault> {
    let id = tx.new_id("job")?;
    tx.housekeeping(
        "INSERT INTO job (id, kind, key, tenant_id, payload, state, due_at, attempts, done, total, created_at)
         VALUES ($1, $2, $3, $4, $5, 'waiting', $6, 0, 0, 0, $7)
         ON CONFLICT (kind, key) DO UPDATE SET payload = $5, due_at = $6, attempts = 0, error = NULL, ended_at = NULL,
           state = CASE WHEN job.state = 'running' THEN 'running' ELSE 'waiting' END",
        values![id, kind, key, tenant, payload.to_string(), due, tx.now()],
    )?;
    Ok(())
}
