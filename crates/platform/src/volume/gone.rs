//! Files that stand no longer and that no statement rests on: folding and merging leave them by the second, so they go soon.

use store::{Fault, Scope, Tx, values};
use timeline::Instant;

use super::{Open, Volume, of_blob};
use crate::refusal::Failure;
use crate::time;

/// Whoever reads files that went, and whatever is being sealed on them, is through by then.
const READ_SECONDS: i64 = 600;
/// Files deleted in one turn.
const AT_ONCE: i64 = 500;

/// A file as the store knew it.
struct Gone {
    tenant: String,
    path: String,
    added_at: Instant,
    /// Whether its content stands again, or lies where another one needs it.
    is_needed: bool,
}

impl Volume {
    /// Deletes such files.
    pub(super) fn sweep(&self, open: &Open) -> Result<(), Failure> {
        let (_folding, _merging) = (self.turn(), self.merging());
        let before = time::after(self.store.now(), -READ_SECONDS);
        let gone = self.store.read(Scope::Provider, |tx| gone(tx, before))?;
        if gone.is_empty() {
            return Ok(());
        }
        for it in gone.iter().filter(|it| !it.is_needed) {
            // The file goes before its entry, so that it is tried again.
            open.lake.blobs.delete(&it.path).map_err(|it| of_blob(&it))?;
        }
        self.store.write(Scope::Provider, move |tx| {
            for it in &gone {
                tx.housekeeping(
                    "DELETE FROM lake_file WHERE tenant_id = $1 AND path = $2 AND added_at = $3 AND removed_at IS NOT NULL",
                    values![&it.tenant, &it.path, it.added_at],
                )?;
            }
            Ok(())
        })
    }
}

/// Files that went before that moment, and that stood when no statement of their stream was made.
fn gone(tx: &mut Tx<'_>, before: Instant) -> Result<Vec<Gone>, Failure> {
    let rows = tx.rows(
        "SELECT f.tenant_id, f.path, f.added_at,
           CASE WHEN EXISTS (SELECT 1 FROM lake_file o WHERE o.path = f.path AND o.added_at <> f.added_at) THEN 1 ELSE 0 END
         FROM lake_file f WHERE f.removed_at < $1 AND NOT EXISTS (
           SELECT 1 FROM statement s WHERE s.tenant_id = f.tenant_id AND s.subscription_id = f.stream
             AND s.as_of >= f.added_at AND s.as_of < f.removed_at)
         ORDER BY f.removed_at LIMIT $2",
        values![before, AT_ONCE],
    )?;
    let gone = |row: &store::Row| {
        let is_needed = row.get::<i64>(3)? != 0;
        Ok(Gone { tenant: row.get(0)?, path: row.get(1)?, added_at: row.get(2)?, is_needed })
    };
    Ok(rows.iter().map(gone).collect::<Result<_, Fault>>()?)
}
