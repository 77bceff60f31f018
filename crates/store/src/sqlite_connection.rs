//! SQLite: one file in WAL mode, flushed at each commit.

use std::io::Write;
use std::path::Path;

use rusqlite::hooks::Wal;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{ErrorCode, OpenFlags, ToSql, ffi, params_from_iter};

use crate::fault::Fault;
use crate::value::{Row, Value};

/// Statements kept ready on a connection.
const STATEMENTS_KEPT: usize = 256;
/// The journal is copied into the file when it has so many pages.
const JOURNAL_PAGES_MAX: i32 = 4000;

pub(crate) struct SqliteConnection(rusqlite::Connection);

impl SqliteConnection {
    /// The connection that writes.
    pub(crate) fn writer(file: &Path) -> Result<Self, Fault> {
        let mut connection = rusqlite::Connection::open(file).map_err(|it| fault(&it))?;
        connection
            .execute_batch(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-65536;
                 PRAGMA temp_store=MEMORY; PRAGMA busy_timeout=10000;",
            )
            .map_err(|it| fault(&it))?;
        connection.wal_hook(Some(copy_journal)).map_err(|it| fault(&it))?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        Ok(Self(connection))
    }

    /// A connection that reads.
    pub(crate) fn reader(file: &Path) -> Result<Self, Fault> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = rusqlite::Connection::open_with_flags(file, flags).map_err(|it| fault(&it))?;
        connection
            .execute_batch(
                "PRAGMA query_only=ON; PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY; PRAGMA busy_timeout=10000;
                 PRAGMA mmap_size=268435456;",
            )
            .map_err(|it| fault(&it))?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        Ok(Self(connection))
    }

    pub(crate) fn run(&mut self, sql: &str) -> Result<(), Fault> {
        self.0.execute_batch(sql).map_err(|it| fault(&it))
    }

    pub(crate) fn rollback(&mut self) {
        // A connection on which even this fails is replaced by its owner.
        let _ = self.run("ROLLBACK");
    }

    pub(crate) fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, Fault> {
        let mut statement = self.0.prepare_cached(&numbered(sql)).map_err(|it| fault(&it))?;
        statement.execute(params_from_iter(params)).map(|it| it as u64).map_err(|it| fault(&it))
    }

    pub(crate) fn rows(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, Fault> {
        let mut statement = self.0.prepare_cached(&numbered(sql)).map_err(|it| fault(&it))?;
        let columns = statement.column_count();
        let mut found = statement.query(params_from_iter(params)).map_err(|it| fault(&it))?;
        let mut rows = Vec::new();
        while let Some(row) = found.next().map_err(|it| fault(&it))? {
            let mut values = Vec::with_capacity(columns);
            for at in 0..columns {
                values.push(value(row.get_ref(at).map_err(|it| fault(&it))?)?);
            }
            rows.push(Row(values));
        }
        Ok(rows)
    }

    pub(crate) fn insert_many(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: &[impl AsRef<[Value]>],
        conflict: &str,
    ) -> Result<u64, Fault> {
        let places: Vec<String> = (1..=columns.len()).map(|it| format!("?{it}")).collect();
        let sql = format!(
            "INSERT INTO {table} ({}) VALUES ({}) ON CONFLICT {conflict}",
            columns.join(", "),
            places.join(", ")
        );
        let mut statement = self.0.prepare_cached(&sql).map_err(|it| fault(&it))?;
        let mut new = 0;
        for row in rows {
            new += statement.execute(params_from_iter(row.as_ref())).map_err(|it| fault(&it))? as u64;
        }
        Ok(new)
    }

    pub(crate) fn begin_write(&mut self) -> Result<(), Fault> {
        self.run("BEGIN IMMEDIATE")
    }

    pub(crate) fn begin_read(&mut self) -> Result<(), Fault> {
        self.run("BEGIN")
    }

    pub(crate) fn commit(&mut self) -> Result<(), Fault> {
        self.0.execute_batch("COMMIT").map_err(|it| {
            stop_when_the_disk_lies(&it);
            fault(&it)
        })
    }
}

/// Copies a long journal into the file after a commit, as SQLite does by itself; but SQLite would say nothing of a disk that
/// fails in it. When there is no space, or a reader is in the way, the journal grows until the next time.
fn copy_journal(journal: &mut Wal, pages: i32) -> rusqlite::Result<()> {
    if pages >= JOURNAL_PAGES_MAX {
        journal.checkpoint().unwrap_or_else(|it| stop_when_the_disk_lies(&it));
    }
    Ok(())
}

/// After a failed flush the file's state is unknown and a later flush may succeed without the data: the process stops and
/// recovers from the journal on its next start.
fn stop_when_the_disk_lies(error: &rusqlite::Error) {
    if has_failed(error) {
        // Whether anybody can be told makes no difference.
        let _ = writeln!(
            std::io::stderr(),
            "upheld stops: the disk failed while state was being made durable ({error}, SQLite's code {}); started again, it recovers from the journal",
            error.sqlite_error().map_or(0, |it| it.extended_code)
        );
        std::process::abort();
    }
}

/// Whether the disk itself failed, and not only for want of space.
fn has_failed(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure) && !lacks_space(error)
}

/// The journal's index could not be made longer.
fn lacks_space(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|it| it.extended_code == ffi::SQLITE_IOERR_SHMSIZE)
}

/// `$1` is SQLite's `?1`.
fn numbered(sql: &str) -> String {
    sql.replace('$', "?")
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(it) => ValueRef::Integer(*it),
            Self::Text(it) => ValueRef::Text(it.as_bytes()),
            Self::Bytes(it) => ValueRef::Blob(it),
        }))
    }
}

fn value(it: ValueRef<'_>) -> Result<Value, Fault> {
    match it {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(it) => Ok(Value::Int(it)),
        ValueRef::Text(it) => std::str::from_utf8(it)
            .map(|it| Value::Text(it.to_owned()))
            .map_err(|_| Fault::broken("a text that is not UTF-8")),
        ValueRef::Blob(it) => Ok(Value::Bytes(it.to_vec())),
        ValueRef::Real(_) => Err(Fault::broken("a floating-point number in the store")),
    }
}

fn fault(error: &rusqlite::Error) -> Fault {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Fault::DiskFull,
        Some(ErrorCode::SystemIoFailure) if lacks_space(error) => Fault::DiskFull,
        Some(ErrorCode::ConstraintViolation) => Fault::Duplicate(error.to_string()),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Fault::Unavailable(error.to_string()),
        _ => Fault::Broken(error.to_string()),
    }
}
