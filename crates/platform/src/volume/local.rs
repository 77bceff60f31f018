//! Batches that wait in a journal of this process: its own disk makes them safe, and it alone folds them.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use ::lake::journal::{BATCH_BYTES_MAX, Journal, JournalError, JournalLimits};
use ::lake::{Known, Lake, Place, fold_knowing};
use store::{Fault, Row, Scope, Store, values};

use super::batches::Batches;
use super::waiting::{Safe, Waiting};
use super::{apart, fold, io, rule, unreachable};
use crate::refusal::Failure;

/// Bytes of a segment of the journal, set aside when it is begun.
const SEGMENT_BYTES: u64 = 32 << 20;
/// The folder in the data directory.
const FOLDER: &str = "journal";

/// A journal with its name.
pub(super) struct Local {
    journal: Journal,
    /// Several processes, each with a journal, may share a database.
    name: String,
}

/// Whether there ever was a journal in a data directory.
pub(super) fn is_in(folder: &Path) -> bool {
    folder.join(FOLDER).is_dir()
}

impl Local {
    /// The journal in a data directory, begun when there is none.
    pub(super) fn open(folder: &Path, store: &Store) -> Result<Self, Failure> {
        let path = folder.join(FOLDER);
        let limits = JournalLimits { segment_bytes: SEGMENT_BYTES };
        let journal = Journal::open(&path, limits).map_err(|it| of_journal(&it))?;
        Ok(Self { journal, name: name(&folder.join("journal.name"), store)? })
    }
}

impl Waiting for Local {
    fn append(&self, batches: Batches) -> Result<Safe, Failure> {
        self.journal.append_all(&batches).map_err(|it| of_journal(&it))?;
        Ok(Safe { journal: self.name.clone(), object: 0 })
    }

    fn fold(
        &self,
        (lake, known): (&Lake, &Known),
        store: &Store,
        name: &str,
        _: &dyn Fn() -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if name != self.name {
            return Err(unreachable("they are in the journal of another process"));
        }
        let waiting = store.read(Scope::Provider, |tx| {
            let sql = "SELECT tenant_id, stream, max(seq) FROM lake_waiting WHERE journal = $1 GROUP BY tenant_id, stream";
            tx.rows(sql, values![name])?.iter().map(batch).collect::<Result<Vec<_>, Fault>>()
        })?;
        self.journal.rotate().map_err(|it| of_journal(&it))?;
        let standing = |it: &Place| Ok(rule(store, it)?);
        let folded = fold_knowing(lake, &self.journal, &standing, (known, store.now()));
        let folded = folded.map_err(|it| fold::failed(&it))?;
        let journal = name.to_owned();
        store.write(Scope::Provider, move |tx| {
            for (tenant, stream, seq) in &waiting {
                // Batches of a stream are kept in the order of their numbers: none below came since.
                tx.housekeeping(
                    "DELETE FROM lake_waiting WHERE tenant_id = $1 AND stream = $2 AND journal = $3 AND seq <= $4",
                    values![tenant, stream, &journal, *seq],
                )?;
            }
            Ok::<_, Fault>(())
        })?;
        apart::tell((lake, known), store, folded.new)
    }

    fn names(&self) -> Result<Vec<String>, Failure> {
        Ok(vec![self.name.clone()])
    }
}

/// A stream and the number of its last batch.
fn batch(row: &Row) -> Result<(String, String, i64), Fault> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

/// The name a journal was given when it was begun.
fn name(file: &Path, store: &Store) -> Result<String, Failure> {
    match fs::read_to_string(file) {
        Ok(name) if !name.is_empty() => return Ok(name),
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(io(file, &error)),
        _ => {}
    }
    let name = store::new_id("jnl", store.now(), store.chance())?;
    let written = fs::File::create(file).and_then(|it| {
        Write::write_all(&mut &it, name.as_bytes())?;
        it.sync_all()?;
        // Also that the file is in its folder.
        file.parent().map_or(Ok(()), |it| fs::File::open(it)?.sync_all())
    });
    written.map_err(|error| io(file, &error))?;
    Ok(name)
}

pub(super) fn of_journal(error: &JournalError) -> Failure {
    match error {
        JournalError::Full(_) => Fault::DiskFull.into(),
        JournalError::Length(bytes) => {
            Fault::broken(format!("a batch of {bytes} bytes, of at most {BATCH_BYTES_MAX}")).into()
        }
        other => unreachable(other),
    }
}
