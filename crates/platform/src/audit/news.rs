//! What is new on the record: for pages that follow what they show. It names kinds of actions, and nothing they were about.

use std::collections::BTreeMap;

use store::{Fault, Tx, values};

use super::ROOT;

/// How many entries each house's log has.
pub fn sizes(tx: &mut Tx<'_>) -> Result<BTreeMap<String, i64>, Fault> {
    let rows = tx.rows("SELECT log, size FROM audit_log WHERE log <> $1", values![ROOT])?;
    rows.iter().map(|it| Ok((it.get(0)?, it.get(1)?))).collect()
}

/// How many entries all logs have together: another number than before says that something happened somewhere.
pub fn mark(sizes: &BTreeMap<String, i64>) -> i64 {
    sizes.values().fold(0, |all, it| all.saturating_add(*it))
}

/// The actions of a house's entries from `since` on, each once; `None` when many came at once, which are packed and are not
/// looked into for this.
pub fn actions_since(tx: &mut Tx<'_>, house: &str, since: i64) -> Result<Option<Vec<String>>, Fault> {
    let packed = tx.row(
        "SELECT seq FROM audit_run WHERE log = $1 AND seq + count > $2 LIMIT 1",
        values![house, since],
    )?;
    if packed.is_some() {
        return Ok(None);
    }
    let rows = tx.rows(
        "SELECT DISTINCT action FROM audit_entry WHERE log = $1 AND seq >= $2",
        values![house, since],
    )?;
    rows.iter().map(|it| it.get(0)).collect::<Result<_, _>>().map(Some)
}
