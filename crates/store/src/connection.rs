//! One connection to either database, and the few things done with it.

use crate::fault::Fault;
use crate::postgres_connection::PostgresConnection;
use crate::sqlite_connection::SqliteConnection;
use crate::value::{Row, Value};

/// A connection.
pub(crate) enum Connection {
    Sqlite(SqliteConnection),
    Postgres(Box<PostgresConnection>),
}

macro_rules! either {
    ($self:ident, $it:ident => $do:expr) => {
        match $self {
            Connection::Sqlite($it) => $do,
            Connection::Postgres($it) => $do,
        }
    };
}

impl Connection {
    /// Runs statements that take no parameters and answer nothing.
    pub(crate) fn run(&mut self, sql: &str) -> Result<(), Fault> {
        either!(self, it => it.run(sql))
    }

    /// Runs statements whose failure may be told later, by whatever is run next: then nothing more succeeds until the
    /// transaction is undone. On PostgreSQL they cost no round trip.
    pub(crate) fn run_later(&mut self, sql: &str) -> Result<(), Fault> {
        match self {
            Self::Sqlite(it) => it.run(sql),
            Self::Postgres(it) => {
                it.run_later(sql);
                Ok(())
            }
        }
    }

    /// Runs one statement; the number of rows it changed.
    pub(crate) fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, Fault> {
        either!(self, it => it.execute(sql, params))
    }

    /// Runs one query; all its rows.
    pub(crate) fn rows(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, Fault> {
        either!(self, it => it.rows(sql, params))
    }

    /// Inserts many rows into a table; the number that were new or changed. `conflict` stands behind `ON CONFLICT`.
    pub(crate) fn insert_many(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: &[impl AsRef<[Value]>],
        conflict: &str,
    ) -> Result<u64, Fault> {
        either!(self, it => it.insert_many(table, columns, rows, conflict))
    }

    /// Begins the transaction of a group of writes: no other writer, of this process or another, until it ends.
    pub(crate) fn begin_write(&mut self) -> Result<(), Fault> {
        either!(self, it => it.begin_write())
    }

    /// Begins a transaction that sees one snapshot and may not change anything.
    pub(crate) fn begin_read(&mut self) -> Result<(), Fault> {
        either!(self, it => it.begin_read())
    }

    /// Makes everything since [`Self::begin_write`] durable.
    pub(crate) fn commit(&mut self) -> Result<(), Fault> {
        either!(self, it => it.commit())
    }

    /// Undoes everything since the beginning.
    pub(crate) fn rollback(&mut self) {
        match self {
            Self::Sqlite(it) => it.rollback(),
            Self::Postgres(it) => it.rollback(),
        }
    }

    /// What rows are seen from now on, until the transaction ends; PostgreSQL's row-level security enforces it.
    pub(crate) fn set_scope(&mut self, scope: &str, tenant: &str) -> Result<(), Fault> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(it) => it.set_scope(scope, tenant),
        }
    }

    /// Whether the connection is still of use.
    pub(crate) fn alive(&self) -> bool {
        match self {
            Self::Sqlite(_) => true,
            Self::Postgres(it) => it.alive(),
        }
    }
}
