//! Where accepted batches wait until they are in files of the lake: a journal of this process, or a store that several share.

use ::lake::{Known, Lake};
use store::{Fault, Store, Tx, Value, values};
use timeline::Instant;

use super::batches::Batches;
use super::fold;
use crate::refusal::Failure;

/// Where batches wait.
pub(super) trait Waiting: Send + Sync {
    /// Makes the batches of a request safe: when this returns a power failure cannot take them back.
    fn append(&self, batches: Batches) -> Result<Safe, Failure>;

    /// Puts what waits under a name into files of the lake, then forgets it, and tells now and then that it goes on. A crash at
    /// any point leaves what is done again to the same end.
    fn fold(
        &self,
        lake: (&Lake, &Known),
        store: &Store,
        name: &str,
        goes_on: &dyn Fn() -> Result<(), Failure>,
    ) -> Result<(), Failure>;

    /// The names under which something waits that can be folded from here.
    fn names(&self) -> Result<Vec<String>, Failure>;
}

/// Batches that are safe.
#[derive(Debug, Clone)]
pub(crate) struct Safe {
    /// The name under which they wait.
    pub(super) journal: String,
    /// The number of the object of that name they are in; 0 in the journal of a process.
    pub(super) object: i64,
}

/// Puts down that the records in volume of batches wait, each with the time of its first, and the job that puts them into files.
pub(crate) fn wait(
    tx: &mut Tx<'_>,
    (tenant, stream): (&str, &str),
    batches: &[(i64, Instant)],
    safe: &Safe,
) -> Result<(), Fault> {
    // Another request of the same object may have been acknowledged and the object folded meanwhile.
    if safe.object > 0 && folded(tx, &safe.journal)? >= safe.object {
        return Ok(());
    }
    let row = |(seq, first): &(i64, Instant)| {
        [
            tenant.into(),
            stream.into(),
            (*seq).into(),
            safe.journal.as_str().into(),
            (*first).into(),
            safe.object.into(),
        ]
    };
    let rows: Vec<[Value; 6]> = batches.iter().map(row).collect();
    tx.insert_many("lake_waiting", &["tenant_id", "stream", "seq", "journal", "first_at", "object"], &rows)?;
    fold::put_down_soon(tx, &safe.journal)
}

/// The number up to which the objects of a name are in files; 0 while none is.
pub(super) fn folded(tx: &mut Tx<'_>, journal: &str) -> Result<i64, Fault> {
    let row = tx.row("SELECT object FROM lake_folded WHERE journal = $1", values![journal])?;
    row.map_or(Ok(0), |it| it.get(0))
}
