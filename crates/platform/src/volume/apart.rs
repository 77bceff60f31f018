//! Files of records nobody sent before: they share none with what else stands for their day, so they are counted before they are
//! merged.

use std::collections::BTreeSet;

use ::lake::{FileEntry, Known, Lake};
use store::{Fault, Scope, Store, Tx, values};

use super::unreachable;
use crate::refusal::Failure;

/// How often is looked again because others changed the partition meanwhile. Whatever is not told then is counted when merged.
const ATTEMPTS_MAX: usize = 4;

/// Says of those files that share no record with any other that they do not.
pub(super) fn tell(
    (lake, known): (&Lake, &Known),
    store: &Store,
    new: Vec<FileEntry>,
) -> Result<(), Failure> {
    let mut untold = new;
    for _ in 0..ATTEMPTS_MAX {
        let mut apart = Vec::new();
        for file in untold {
            let mut others = lake.standing(&file.place, file.day).map_err(unreachable)?;
            others.retain(|it| it.path != file.path);
            if known.is_apart(lake, &file, &others).map_err(unreachable)? {
                let others: BTreeSet<String> = others.into_iter().map(|it| it.path).collect();
                apart.push((file, others));
            }
        }
        if apart.is_empty() {
            return Ok(());
        }
        untold = store.write(Scope::Provider, move |tx| {
            let mut untold = Vec::new();
            for (file, others) in apart {
                if !mark(tx, &file, &others)? {
                    untold.push(file);
                }
            }
            Ok::<_, Fault>(untold)
        })?;
    }
    Ok(())
}

/// Marks a file unless it stands beside others than those it was compared with. It stays apart from then on: whatever comes is
/// compared with it, and what others are merged into holds no record that none of them held.
fn mark(tx: &mut Tx<'_>, file: &FileEntry, others: &BTreeSet<String>) -> Result<bool, Fault> {
    let place = &file.place;
    let rows = tx.rows(
        "SELECT path FROM lake_file WHERE tenant_id = $1 AND stream = $2 AND fact = $3 AND day = $4 AND removed_at IS NULL",
        values![&place.tenant, &place.stream, &place.fact, i64::from(file.day.0)],
    )?;
    for row in rows {
        let path: String = row.get(0)?;
        if path != file.path && !others.contains(&path) {
            return Ok(false);
        }
    }
    tx.housekeeping(
        "UPDATE lake_file SET apart = 1 WHERE tenant_id = $1 AND path = $2 AND removed_at IS NULL",
        values![&place.tenant, &file.path],
    )?;
    Ok(true)
}
