//! Batches that wait in a store several processes share: whoever is there folds them, also when who put them is gone.
//!
//! Objects of one name are folded in the order of their numbers, and `lake_folded` says how far they are. An object is taken only
//! when the one its name says comes before it was: so nothing that was acknowledged is passed over, even where a listing does
//! not yet show it.

use std::sync::Arc;

use ::lake::{BlobError, Blobs, Known, Lake, Place, fold_batches_knowing};
use store::{Scope, Store, Tx, values};

use super::batches::{Batches, FOLDER, Name};
use super::group::Group;
use super::waiting::{Safe, Waiting, folded};
use super::{apart, fold, of_blob, rule, unreachable};
use crate::refusal::Failure;

/// Bytes of objects that are folded at once.
const FOLDED_BYTES: usize = 64 << 20;

/// A shared store, and the name under which this process puts objects there. Each process has a new one.
pub(super) struct Shared {
    blobs: Arc<dyn Blobs>,
    journal: String,
    group: Group,
}

/// Objects on their way into files.
#[derive(Default)]
struct Taken {
    /// The batches of each, with its path.
    groups: Vec<(String, Batches)>,
    bytes: usize,
}

impl Shared {
    pub(super) fn open(blobs: Arc<dyn Blobs>, store: &Store) -> Result<Self, Failure> {
        let journal = store::new_id("jnl", store.now(), store.chance())?;
        let group = Group::start(blobs.clone(), &journal).map_err(unreachable)?;
        Ok(Self { blobs, journal, group })
    }

    /// The objects of a name, by number; those of all names where it is empty.
    fn objects(&self, journal: &str) -> Result<Vec<Name>, Failure> {
        let folder = if journal.is_empty() { FOLDER.to_owned() } else { format!("{FOLDER}/{journal}") };
        let paths = self.blobs.list(&folder).map_err(|it| of_blob(&it))?;
        let mut names: Vec<Name> = paths.iter().filter_map(|it| Name::read(it)).collect();
        names.sort();
        Ok(names)
    }

    /// The batches of an object, and how many bytes it has; `None` when another process has folded it meanwhile.
    fn read(&self, store: &Store, name: &Name) -> Result<Option<(Batches, usize)>, Failure> {
        let path = name.path();
        let read = self.blobs.size(&path).and_then(|it| self.blobs.get_range(&path, 0..it));
        match read {
            Ok(bytes) => match name.batches(&bytes) {
                Some(batches) => Ok(Some((batches, bytes.len()))),
                None => {
                    Err(unreachable(format_args!("the file `{path}` is damaged; restore it from a copy")))
                }
            },
            Err(BlobError::Missing(_)) if upto(store, &name.journal)? >= name.number => Ok(None),
            Err(error) => Err(of_blob(&error)),
        }
    }

    /// Puts objects into files, then says so, then deletes them.
    fn put_into_files(
        &self,
        ((lake, known), store): ((&Lake, &Known), &Store),
        journal: &str,
        (taken, until): (Taken, i64),
    ) -> Result<(), Failure> {
        if taken.groups.is_empty() {
            return Ok(());
        }
        let standing = |it: &Place| Ok(rule(store, it)?);
        let folded = fold_batches_knowing(lake, &taken.groups, &standing, (known, store.now()));
        let folded = folded.map_err(|it| fold::failed(&it))?;
        let journal = journal.to_owned();
        store.write(Scope::Provider, move |tx| say(tx, &journal, until))?;
        taken.groups.iter().try_for_each(|it| self.delete(&it.0))?;
        apart::tell((lake, known), store, folded.new)
    }

    fn delete(&self, path: &str) -> Result<(), Failure> {
        self.blobs.delete(path).map_err(|it| of_blob(&it))
    }
}

impl Waiting for Shared {
    fn append(&self, batches: Batches) -> Result<Safe, Failure> {
        let number = self.group.append(batches).map_err(|it| of_blob(&it))?;
        Ok(Safe { journal: self.journal.clone(), object: number })
    }

    fn fold(
        &self,
        lake: (&Lake, &Known),
        store: &Store,
        journal: &str,
        goes_on: &dyn Fn() -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let acknowledged = store.read(Scope::Provider, |tx| acknowledged(tx, journal))?;
        let mut until = upto(store, journal)?;
        let mut taken = Taken::default();
        for name in self.objects(journal)? {
            if name.number <= until {
                self.delete(&name.path())?;
                continue;
            }
            if name.before > until {
                // Another process may have folded the one before since this one looked.
                until = until.max(upto(store, journal)?);
            }
            if name.before > until {
                break;
            }
            match self.read(store, &name) {
                Ok(None) => {}
                Ok(Some((batches, bytes))) => {
                    taken.groups.push((name.path(), batches));
                    taken.bytes += bytes;
                }
                Err(failure) => {
                    self.put_into_files((lake, store), journal, (taken, until))?;
                    return Err(failure);
                }
            }
            until = name.number;
            if taken.bytes >= FOLDED_BYTES {
                self.put_into_files((lake, store), journal, (std::mem::take(&mut taken), until))?;
                goes_on()?;
            }
        }
        self.put_into_files((lake, store), journal, (taken, until))?;
        if until.max(upto(store, journal)?) < acknowledged {
            let path = format!("{FOLDER}/{journal}");
            return Err(unreachable(format_args!("a file after {until} in `{path}` is not there")));
        }
        Ok(())
    }

    fn names(&self) -> Result<Vec<String>, Failure> {
        let mut names: Vec<String> = self.objects("")?.into_iter().map(|it| it.journal).collect();
        names.dedup();
        Ok(names)
    }
}

fn upto(store: &Store, journal: &str) -> Result<i64, Failure> {
    Ok(store.read(Scope::Provider, |tx| folded(tx, journal))?)
}

/// The greatest number of an object in which something waits that was acknowledged.
fn acknowledged(tx: &mut Tx<'_>, journal: &str) -> Result<i64, Failure> {
    let row = tx.row("SELECT max(object) FROM lake_waiting WHERE journal = $1", values![journal])?;
    Ok(row.map_or(Ok(None), |it| it.get::<Option<i64>>(0))?.unwrap_or_default())
}

/// Writes down that the objects up to that number are in files: whatever waited in them waits no longer.
fn say(tx: &mut Tx<'_>, journal: &str, until: i64) -> Result<(), Failure> {
    tx.housekeeping(
        "INSERT INTO lake_folded (journal, object, at) VALUES ($1, $2, $3)
         ON CONFLICT (journal) DO UPDATE SET at = $3,
           object = CASE WHEN lake_folded.object > $2 THEN lake_folded.object ELSE $2 END",
        values![journal, until, tx.now()],
    )?;
    tx.housekeeping("DELETE FROM lake_waiting WHERE journal = $1 AND object <= $2", values![journal, until])?;
    Ok(())
}
