//! Which files the lake has, in the store: a change is one transaction, and its time is the transaction's.

use std::collections::{BTreeMap, BTreeSet};

use ::lake::{Change, Day, FileEntry, Manifest, ManifestError, Place};
use serde_json::{Value as Json, json};
use store::{Fault, Row, Scope, Store, Tx, Value, values};
use timeline::{Instant, Interval};

use crate::audit::{self, Entry};
use crate::principal::Principal;
use crate::time;

/// Where the files of this process are known.
const TABLE: &str = "lake_file";
/// Who deletes files.
const FORGETS: &str = "housekeeping";
/// Deleted files that one entry of a record names.
const FILES_OF_ENTRY: usize = 50;
const COLUMNS: [&str; 14] = [
    "tenant_id",
    "stream",
    "fact",
    "day",
    "path",
    "records",
    "bytes",
    "sha256",
    "content",
    "from_at",
    "until_at",
    "settled",
    "added_at",
    "footer",
];

macro_rules! select {
    ($rest:literal) => {
        select!("settled", $rest)
    };
    ($settled:literal, $rest:literal) => {
        concat!(
            "SELECT tenant_id, stream, fact, day, path, records, bytes, sha256, content, from_at, until_at, ",
            $settled,
            ", added_at, removed_at, footer FROM lake_file ",
            $rest
        )
    };
}

/// The manifest of the store.
pub(super) struct StoreManifest {
    store: Store,
}

impl StoreManifest {
    pub(super) fn new(store: Store) -> Self {
        Self { store }
    }

    fn rows(&self, sql: &'static str, params: &[Value]) -> Result<Vec<FileEntry>, ManifestError> {
        let read =
            |tx: &mut Tx<'_>| tx.rows(sql, params)?.iter().map(entry).collect::<Result<Vec<_>, Fault>>();
        self.store.read(Scope::Provider, read).map_err(failed)
    }
}

impl Manifest for StoreManifest {
    fn entries(
        &self,
        place: &Place,
        window: Interval,
        as_of: Option<Instant>,
    ) -> Result<Vec<FileEntry>, ManifestError> {
        let mut entries = self.rows(
            select!("WHERE tenant_id = $1 AND stream = $2 AND fact = $3 ORDER BY day, path, added_at"),
            values![&place.tenant, &place.stream, &place.fact],
        )?;
        entries.retain(|it| it.stands(as_of) && it.day.window().overlaps(&window));
        Ok(entries)
    }

    fn commit(&self, change: &Change) -> Result<(), ManifestError> {
        let change = change.clone();
        let conflict = self.store.write(Scope::Provider, move |tx| apply(tx, change)).map_err(failed)?;
        conflict.map_or(Ok(()), |path| Err(ManifestError::Conflict(path)))
    }

    fn places(&self) -> Result<Vec<Place>, ManifestError> {
        let places = self.rows(select!("ORDER BY tenant_id, stream, fact"), &[])?;
        let places: BTreeSet<Place> = places.into_iter().map(|it| it.place).collect();
        Ok(places.into_iter().collect())
    }

    fn superseded(&self) -> Result<Vec<FileEntry>, ManifestError> {
        self.rows(select!("WHERE removed_at IS NOT NULL ORDER BY path, added_at"), &[])
    }

    fn forget(&self, entries: &[FileEntry]) -> Result<(), ManifestError> {
        let entries = entries.to_vec();
        self.store.write(Scope::Provider, move |tx| forget(tx, &entries)).map_err(failed)
    }
}

/// Forgets files that are deleted, and puts on each tenant's record which.
fn forget(tx: &mut Tx<'_>, entries: &[FileEntry]) -> Result<(), Fault> {
    let mut deleted: BTreeMap<(&str, &str), Vec<&FileEntry>> = BTreeMap::new();
    for it in entries {
        let forgotten = tx.housekeeping(
            "DELETE FROM lake_file WHERE tenant_id = $1 AND path = $2 AND added_at = $3 AND removed_at IS NOT NULL",
            values![&it.place.tenant, &it.path, it.added_at],
        )?;
        if forgotten > 0 {
            deleted.entry((&it.place.tenant, &it.place.stream)).or_default().push(it);
        }
    }
    let who = Principal::system(FORGETS);
    for ((tenant, stream), files) in deleted {
        for files in files.chunks(FILES_OF_ENTRY) {
            let new: Vec<Json> = files.iter().map(|it| named(it)).collect();
            let new = json!({ "files": new });
            let entry =
                Entry { action: "evidence.deleted", subject: stream.to_owned(), new, ..Entry::default() };
            audit::append(tx, &who, tenant, entry)?;
        }
    }
    Ok(())
}

/// What a record says of a file that is gone.
fn named(it: &FileEntry) -> Json {
    json!({
        "path": it.path, "fact": it.place.fact, "day": it.day.to_string(), "records": it.rows,
        "content": settle::hex(&it.content), "added_at": time::show(it.added_at), "removed_at": it.removed_at.map(time::show),
    })
}

/// Makes the change, or names the file it cannot be made for.
fn apply(tx: &mut Tx<'_>, change: Change) -> Result<Option<String>, Fault> {
    let now = tx.now();
    for path in &change.remove {
        let row =
            tx.row("SELECT path FROM lake_file WHERE path = $1 AND removed_at IS NULL", values![path])?;
        if row.is_none() {
            return Ok(Some(path.clone()));
        }
    }
    for it in &change.add {
        if is_disputed(tx, it, &change.remove)? {
            return Ok(Some(it.path.clone()));
        }
    }
    for path in &change.remove {
        tx.housekeeping(
            "UPDATE lake_file SET removed_at = $2 WHERE path = $1 AND removed_at IS NULL",
            values![path, now],
        )?;
    }
    for it in change.add {
        // What went and came at one instant has stood all the time.
        tx.housekeeping(
            "DELETE FROM lake_file WHERE tenant_id = $1 AND path = $2 AND added_at = $3",
            values![&it.place.tenant, &it.path, now],
        )?;
        tx.housekeeping_many(TABLE, &COLUMNS, &[row(&it, now)?])?;
    }
    Ok(None)
}

/// Whether a file is just being deleted, or would stand beside itself, or two of which each says that it was merged with all
/// others. One that was not stands beside a merged one until both are merged, also when it came while that one was made.
fn is_disputed(tx: &mut Tx<'_>, added: &FileEntry, removed: &[String]) -> Result<bool, Fault> {
    let place = &added.place;
    let going = tx.row("SELECT path FROM lake_file WHERE path = $1 AND going <> 0", values![&added.path])?;
    if going.is_some() {
        return Ok(true);
    }
    let rows = tx.rows(
        "SELECT path, settled FROM lake_file WHERE tenant_id = $1 AND stream = $2 AND fact = $3 AND day = $4 AND removed_at IS NULL",
        values![&place.tenant, &place.stream, &place.fact, i64::from(added.day.0)],
    )?;
    for row in rows {
        let (path, settled): (String, i64) = (row.get(0)?, row.get(1)?);
        if !removed.contains(&path) && ((added.settled && settled != 0) || path == added.path) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn row(it: &FileEntry, now: Instant) -> Result<Vec<Value>, Fault> {
    let count =
        |it: u64| i64::try_from(it).map_err(|_| Fault::broken("a file of more rows or bytes than can be"));
    let place = &it.place;
    let values = values![
        &place.tenant,
        &place.stream,
        &place.fact,
        i64::from(it.day.0),
        &it.path,
        count(it.rows)?,
        count(it.bytes)?,
        it.sha256.as_slice(),
        it.content.as_slice(),
        it.from,
        it.until,
        it.settled,
        now,
        it.footer.as_ref().map(<[u8; 32]>::as_slice),
    ];
    Ok(values.to_vec())
}

fn entry(row: &Row) -> Result<FileEntry, Fault> {
    let count =
        |at: usize| -> Result<u64, Fault> { Ok(u64::try_from(row.get::<i64>(at)?).unwrap_or_default()) };
    let digest_of = |bytes: Vec<u8>| -> Result<[u8; 32], Fault> {
        bytes.try_into().map_err(|_| Fault::broken("a digest of another length"))
    };
    let digest = |at: usize| digest_of(row.get(at)?);
    let (tenant, stream, fact): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    Ok(FileEntry {
        place: Place { tenant, stream, fact },
        day: Day(i32::try_from(row.get::<i64>(3)?).map_err(|_| Fault::broken("a day out of range"))?),
        path: row.get(4)?,
        rows: count(5)?,
        bytes: count(6)?,
        sha256: digest(7)?,
        footer: row.get::<Option<Vec<u8>>>(14)?.map(digest_of).transpose()?,
        content: digest(8)?,
        from: row.get(9)?,
        until: row.get(10)?,
        settled: row.get::<i64>(11)? != 0,
        added_at: row.get(12)?,
        removed_at: row.get(13)?,
    })
}

pub(super) fn failed(fault: Fault) -> ManifestError {
    match fault {
        Fault::DiskFull => ManifestError::Full(TABLE.to_owned()),
        other => ManifestError::Failed { path: TABLE.to_owned(), why: other.to_string() },
    }
}

/// The files of a stream that stood at `as_of`, of whatever day; settled are here those that share no record with each other.
pub(crate) fn standing(
    tx: &mut Tx<'_>,
    tenant: &str,
    stream: &str,
    as_of: Instant,
) -> Result<Vec<FileEntry>, Fault> {
    let rows = tx.rows(
        select!(
            "CASE WHEN settled <> 0 OR apart <> 0 THEN 1 ELSE 0 END",
            "WHERE tenant_id = $1 AND stream = $2 AND added_at <= $3 AND (removed_at IS NULL OR removed_at > $3)
             ORDER BY fact, day, path, added_at"
        ),
        values![tenant, stream, as_of],
    )?;
    rows.iter().map(entry).collect()
}

/// Whether all that was acknowledged of times before `until` is in files that stood at `as_of`, and nothing came since.
pub(crate) fn is_in_order(
    tx: &mut Tx<'_>,
    tenant: &str,
    stream: &str,
    (until, as_of): (Instant, Instant),
) -> Result<bool, Fault> {
    let waiting = tx.row(
        "SELECT seq FROM lake_waiting WHERE tenant_id = $1 AND stream = $2 AND first_at < $3 LIMIT 1",
        values![tenant, stream, until],
    )?;
    // A day in UTC that holds records of this cycle and the next can be asked only when no two of its files may share a record.
    let changed = tx.row(
        "SELECT path FROM lake_file WHERE tenant_id = $1 AND stream = $2 AND fact NOT LIKE '%.superseded'
           AND ((from_at < $3 AND (added_at > $4 OR removed_at > $4 OR (settled = 0 AND removed_at IS NULL)))
             OR (day <= $5 AND settled = 0 AND apart = 0 AND removed_at IS NULL))
           LIMIT 1",
        values![tenant, stream, until, as_of, i64::from(Day::of_nanos(until.nanos()).0)],
    )?;
    Ok(waiting.is_none() && changed.is_none())
}

#[cfg(test)]
mod tests {
    use store::{Context, Location};

    use super::*;

    fn file() -> FileEntry {
        FileEntry {
            place: Place::new("acme", "sub_acme", "message"),
            day: Day(20_000),
            path: "acme/sub_acme/message/2024-10-04/x.parquet".to_owned(),
            rows: 1,
            bytes: 2,
            sha256: [3; 32],
            footer: None,
            content: [4; 32],
            from: Instant::from_nanos(5),
            until: Instant::from_nanos(6),
            settled: false,
            added_at: Instant::MIN,
            removed_at: None,
        }
    }

    /// Its bytes may be deleted after it was put anew and before it is named.
    #[test]
    fn a_file_that_is_being_deleted_is_named_again_only_when_it_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&Location::Directory(folder.path().to_owned()), Context::default()).unwrap();
        let manifest = StoreManifest::new(store.clone());
        let at = Instant::MIN;
        let add = Change { add: vec![file()], remove: Vec::new(), at };
        let remove = Change { add: Vec::new(), remove: vec![file().path], at };
        manifest.commit(&add).unwrap();
        manifest.commit(&remove).unwrap();
        let go = |tx: &mut Tx<'_>| tx.housekeeping("UPDATE lake_file SET going = 1", &[]);
        assert_eq!(store.write(Scope::Provider, go).unwrap(), 1);
        assert_eq!(manifest.commit(&add), Err(ManifestError::Conflict(file().path)));
        manifest.forget(&manifest.superseded().unwrap()).unwrap();
        manifest.commit(&add).unwrap();
        assert_eq!(manifest.entries(&file().place, Interval::ALL, None).unwrap().len(), 1);
    }
}
