//! Files that stand no longer and that no statement rests on: folding and merging leave them by the second, so they go soon.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, TryLockError};

use store::{Fault, Scope, Tx, values};
use timeline::Instant;

use super::{Open, Volume, of_blob};
use crate::refusal::Failure;
use crate::time;

/// Whoever reads files that went, and whatever is being sealed on them, is through by then.
const READ_SECONDS: i64 = 600;
/// Files deleted at once: nobody folds meanwhile, and a store far away takes some 30 ms for each.
const AT_ONCE: usize = 8;
/// After so long, what is left is deleted next time.
const TURN_NANOS: i128 = 250_000_000;

/// A file as the store knew it.
struct Gone {
    tenant: String,
    path: String,
    added_at: Instant,
    /// How often the same file is or was in the lake.
    entries: i64,
}

impl Volume {
    /// Deletes such files for a short while, unless others are at work: putting a long journal into files takes minutes, and then
    /// these go next time.
    pub(super) fn sweep(&self, open: &Open) -> Result<(), Failure> {
        let begun = self.store.now();
        while self.sweep_some(open)? && self.store.now().nanos_since(begun) < TURN_NANOS {}
        Ok(())
    }

    /// Deletes some; whether there may be more.
    fn sweep_some(&self, open: &Open) -> Result<bool, Failure> {
        let (Some(_folding), Some(_merging)) = (free(&self.folding), free(&self.merging)) else {
            return Ok(false);
        };
        let before = time::after(self.store.now(), -READ_SECONDS);
        if self.store.read(Scope::Provider, |tx| gone(tx, before))?.is_empty() {
            return Ok(false);
        }
        // Another process may just put the same file anew: it is told before the file goes.
        let gone = self.store.write(Scope::Provider, move |tx| going(tx, before))?;
        let (mut failed, mut kept) = (Ok(()), BTreeSet::new());
        for it in gone.iter().filter(|it| it.is_last(&gone)) {
            // The file goes before its entry, so that it is tried again. One that cannot be deleted keeps no other from it.
            if let Err(error) = open.lake.blobs.delete(&it.path) {
                kept.insert(it.path.clone());
                failed = failed.and(Err(of_blob(&error)));
            }
        }
        let is_more = gone.len() == AT_ONCE;
        self.store.write(Scope::Provider, move |tx| {
            for it in gone.iter().filter(|it| !kept.contains(&it.path)) {
                tx.housekeeping(
                    "DELETE FROM lake_file WHERE tenant_id = $1 AND path = $2 AND added_at = $3 AND removed_at IS NOT NULL",
                    values![&it.tenant, &it.path, it.added_at],
                )?;
            }
            Ok::<_, Fault>(())
        })?;
        failed.map(|()| is_more)
    }
}

/// The turn of whoever takes it, where nobody has it.
fn free(turn: &Mutex<()>) -> Option<MutexGuard<'_, ()>> {
    match turn.try_lock() {
        Ok(it) => Some(it),
        Err(TryLockError::Poisoned(it)) => Some(it.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

impl Gone {
    /// Whether nothing needs the file any more: it neither stands again nor rests a statement on it.
    fn is_last(&self, gone: &[Gone]) -> bool {
        let going = gone.iter().filter(|it| it.path == self.path).count();
        i64::try_from(going).is_ok_and(|it| it >= self.entries)
    }
}

/// The same, and says of those that are deleted that they are.
fn going(tx: &mut Tx<'_>, before: Instant) -> Result<Vec<Gone>, Failure> {
    let gone = gone(tx, before)?;
    for it in gone.iter().filter(|it| it.is_last(&gone)) {
        tx.housekeeping("UPDATE lake_file SET going = 1 WHERE path = $1", values![&it.path])?;
    }
    Ok(gone)
}

/// Files that went before that moment, and that stood when no statement of their stream was made.
fn gone(tx: &mut Tx<'_>, before: Instant) -> Result<Vec<Gone>, Failure> {
    let rows = tx.rows(
        "SELECT f.tenant_id, f.path, f.added_at,
           (SELECT count(*) FROM lake_file o WHERE o.path = f.path)
         FROM lake_file f WHERE f.removed_at < $1 AND (f.going <> 0 OR NOT EXISTS (
           SELECT 1 FROM statement s WHERE s.tenant_id = f.tenant_id AND s.subscription_id = f.stream
             AND s.as_of >= f.added_at AND s.as_of < f.removed_at))
         ORDER BY f.removed_at LIMIT $2",
        values![before, i64::try_from(AT_ONCE).unwrap_or(i64::MAX)],
    )?;
    let gone = |row: &store::Row| {
        Ok(Gone { tenant: row.get(0)?, path: row.get(1)?, added_at: row.get(2)?, entries: row.get(3)? })
    };
    Ok(rows.iter().map(gone).collect::<Result<_, Fault>>()?)
}
