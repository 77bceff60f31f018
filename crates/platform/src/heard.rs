//! When something was last heard in each stream of evidence.

use std::collections::BTreeMap;

use store::{Tx, values};

use crate::principal::Principal;
use crate::refusal::Failure;
use crate::rights::{Resource, Verb};
use crate::time::Moment;

/// When a body was last taken in, by house and stream: of all streams for the provider (`tenant` is `None`), of a tenant's
/// own for whoever may see its evidence.
pub fn last(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: Option<&str>,
) -> Result<BTreeMap<(String, String), Moment>, Failure> {
    let (all, house) = match tenant {
        None => {
            who.provider(tx, Resource::Evidence, Verb::Read)?;
            (true, String::new())
        }
        Some(tenant) => (false, who.tenant(tx, tenant, Resource::Evidence, Verb::Read)?.id().to_owned()),
    };
    let rows = tx.rows(
        "SELECT s.tenant_id, s.stream, b.at FROM evidence_stream s JOIN evidence_batch b
           ON b.tenant_id = s.tenant_id AND b.stream = s.stream AND b.seq = s.latest
         WHERE CAST($1 AS BIGINT) = 1 OR s.tenant_id = $2",
        values![all, house],
    )?;
    let mut last = BTreeMap::new();
    for row in &rows {
        last.insert((row.get(0)?, row.get(1)?), row.get(2)?);
    }
    Ok(last)
}
