//! A transaction: what a use-case sees of the store.

use timeline::Instant;

use crate::clock::Chance;
use crate::connection::Connection;
use crate::fault::Fault;
use crate::value::{Row, Value};

/// What becomes of a row whose key is there already.
const PASS_OVER: &str = "DO NOTHING";

/// Whose rows are seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// The provider's: every row.
    Provider,
    /// One tenant's rows and what belongs to nobody in particular.
    Tenant(String),
}

/// A transaction in progress, within its scope.
pub struct Tx<'a> {
    pub(crate) connection: &'a mut Connection,
    pub(crate) chance: &'a dyn Chance,
    pub(crate) now: Instant,
    pub(crate) changes: u64,
    pub(crate) audited: bool,
    pub(crate) scope: Scope,
}

impl Tx<'_> {
    /// The time of this transaction. It never lies before that of an earlier one, even when the machine's clock was set
    /// back: a window that has closed stays closed.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Whose rows are seen.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Sees other rows from now on: after signing in, or when the work of one tenant is part of the provider's.
    pub fn enter(&mut self, scope: Scope) -> Result<(), Fault> {
        enter(self.connection, &scope)?;
        self.scope = scope;
        Ok(())
    }

    /// A new name: `prefix_` and 26 letters and digits.
    pub fn new_id(&self, prefix: &str) -> Result<String, Fault> {
        crate::id::new_id(prefix, self.now, self.chance)
    }

    /// Random bytes.
    pub fn random<const N: usize>(&self) -> Result<[u8; N], Fault> {
        let mut bytes = [0; N];
        self.chance.fill(&mut bytes).map_err(Fault::broken)?;
        Ok(bytes)
    }

    /// Changes state; the number of rows changed. The transaction is kept only if an audit entry is written too.
    pub fn execute(&mut self, sql: &'static str, params: &[Value]) -> Result<u64, Fault> {
        let changed = self.connection.execute(sql, params)?;
        self.changes += changed;
        Ok(changed)
    }

    /// Changes what is no state of the business: leases, last use of a token, the log itself.
    pub fn housekeeping(&mut self, sql: &'static str, params: &[Value]) -> Result<u64, Fault> {
        self.connection.execute(sql, params)
    }

    /// The rows of a query.
    pub fn rows(&mut self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, Fault> {
        self.connection.rows(sql, params)
    }

    /// The first row of a query, if there is one.
    pub fn row(&mut self, sql: &'static str, params: &[Value]) -> Result<Option<Row>, Fault> {
        Ok(self.rows(sql, params)?.into_iter().next())
    }

    /// Inserts many rows at once; those whose key is there already are passed over. The number of new rows.
    pub fn insert_many(
        &mut self,
        table: &'static str,
        columns: &[&'static str],
        rows: &[impl AsRef<[Value]>],
    ) -> Result<u64, Fault> {
        let new =
            if rows.is_empty() { 0 } else { self.connection.insert_many(table, columns, rows, PASS_OVER)? };
        self.changes += new;
        Ok(new)
    }

    /// Like [`Self::insert_many`], for what is no state of the business.
    pub fn housekeeping_many(
        &mut self,
        table: &'static str,
        columns: &[&'static str],
        rows: &[impl AsRef<[Value]>],
    ) -> Result<u64, Fault> {
        if rows.is_empty() { Ok(0) } else { self.connection.insert_many(table, columns, rows, PASS_OVER) }
    }

    /// Inserts many rows at once, each with a key of its own. What becomes of a row whose key is there already, `conflict` says.
    pub fn merge_many(
        &mut self,
        table: &'static str,
        columns: &[&'static str],
        rows: &[impl AsRef<[Value]>],
        conflict: &'static str,
    ) -> Result<u64, Fault> {
        if rows.is_empty() {
            return Ok(0);
        }
        let changed = self.connection.insert_many(table, columns, rows, conflict)?;
        self.changes += changed;
        Ok(changed)
    }

    /// Does a part of the work, of which nothing is kept when it fails; the rest may go on.
    pub fn attempt<T, E: From<Fault>>(
        &mut self,
        part: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let before = (self.changes, self.audited, self.scope.clone());
        self.connection.run_later("SAVEPOINT part")?;
        let done = part(self);
        if done.is_ok() {
            self.connection.run_later("RELEASE part")?;
        } else {
            self.connection.run("ROLLBACK TO part; RELEASE part")?;
            (self.changes, self.audited, self.scope) = before;
        }
        done
    }

    /// Says that the audit entry of this transaction has been written. Only the audit log calls this.
    pub fn mark_audited(&mut self) {
        self.audited = true;
    }

    /// Refuses changes without an audit entry.
    pub(crate) fn check_audited(&self) -> Result<(), Fault> {
        if self.changes > 0 && !self.audited { Err(Fault::Unaudited) } else { Ok(()) }
    }
}

pub(crate) fn enter(connection: &mut Connection, scope: &Scope) -> Result<(), Fault> {
    match scope {
        Scope::Provider => connection.set_scope("provider", ""),
        Scope::Tenant(it) => connection.set_scope("tenant", it),
    }
}
