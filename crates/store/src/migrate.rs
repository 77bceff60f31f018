//! The schema, brought up to date when a store is opened. A migration only adds; what is no longer used is taken away in a
//! later version, so that the program before it still runs meanwhile.

use crate::connection::Connection;
use crate::fault::Fault;
use crate::postgres_connection::ROLE;
use crate::value::Value;

/// The schema this program writes.
pub const SCHEMA_VERSION: i64 = MIGRATIONS[MIGRATIONS.len() - 1].0;

/// Each version's statements, in the common subset of SQL.
const MIGRATIONS: [(i64, &str); 8] = [
    (1, include_str!("migrations/0001.sql")),
    (2, include_str!("migrations/0002.sql")),
    (3, include_str!("migrations/0003.sql")),
    (4, include_str!("migrations/0004.sql")),
    (5, include_str!("migrations/0005.sql")),
    (6, include_str!("migrations/0006.sql")),
    (7, include_str!("migrations/0007.sql")),
    (8, include_str!("migrations/0008.sql")),
];

/// Tables whose rows belong to a tenant (column `tenant_id`; '' belongs to the provider).
pub const TENANT_TABLES: [&str; 34] = [
    "subscription",
    "notice_delivery",
    "evidence_batch",
    "evidence_id",
    "evidence_stream",
    "lake_file",
    "lake_waiting",
    "receipt_unseen",
    "receipt_open",
    "correction",
    "maintenance",
    "attestation",
    "status_page",
    "cycle",
    "statement",
    "decision",
    "entitlement",
    "claim",
    "claim_event",
    "in_kind",
    "ledger_transaction",
    "ledger_account",
    "voucher",
    "membership",
    "token",
    "link",
    "audit_entry",
    "audit_run",
    "audit_log",
    "audit_tile",
    "audit_cosigned",
    "audit_personal",
    "audit_retention",
    "idempotency",
];

pub(crate) enum MigrateError {
    Newer { found: i64, known: i64 },
    Fault(Fault),
}

impl From<Fault> for MigrateError {
    fn from(it: Fault) -> Self {
        Self::Fault(it)
    }
}

/// Brings the schema to [`SCHEMA_VERSION`], each version in a transaction of its own.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), MigrateError> {
    connection.run("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY)")?;
    let found = connection.rows("SELECT coalesce(max(version), 0) FROM schema_version", &[])?;
    let found: i64 = found.first().map_or(Ok(0), |it| it.get(0))?;
    if found > SCHEMA_VERSION {
        return Err(MigrateError::Newer { found, known: SCHEMA_VERSION });
    }
    for (version, sql) in MIGRATIONS.iter().filter(|it| it.0 > found) {
        if let Err(fault) = apply(connection, *version, sql) {
            connection.rollback();
            return Err(fault.into());
        }
    }
    if let Connection::Postgres(_) = connection {
        connection.run(&row_level_security())?;
    }
    Ok(())
}

fn apply(connection: &mut Connection, version: i64, sql: &str) -> Result<(), Fault> {
    connection.begin_write()?;
    connection.run(&dialect(sql, connection))?;
    connection.execute("INSERT INTO schema_version (version) VALUES ($1)", &[Value::from(version)])?;
    connection.commit()
}

/// SQLite keeps small keyed tables without a separate row id.
fn dialect(sql: &str, connection: &Connection) -> String {
    let keyed = if matches!(connection, Connection::Sqlite(_)) { ") WITHOUT ROWID;" } else { ");" };
    sql.replace(") -- keyed\n;", keyed)
}

/// The application's role, what it may do, and the policies below it. Run at each start: it only states what holds.
fn row_level_security() -> String {
    let mut sql = format!(
        "DO $do$ BEGIN
           IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}') THEN
             CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
           END IF;
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $do$;
         GRANT USAGE ON SCHEMA public TO {ROLE};
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE};
         REVOKE INSERT, UPDATE, DELETE ON schema_version FROM {ROLE};
         REVOKE UPDATE, DELETE ON audit_entry, audit_run FROM {ROLE};
         REVOKE UPDATE, DELETE ON ledger_transaction, in_kind FROM {ROLE};
         DO $do$ BEGIN IF NOT pg_has_role(current_user, '{ROLE}', 'MEMBER') THEN GRANT {ROLE} TO CURRENT_USER; END IF; END $do$;\n"
    );
    for table in TENANT_TABLES {
        let ours = "current_setting('upheld.scope', true) = 'provider' \
                    OR (current_setting('upheld.scope', true) = 'tenant' AND tenant_id = current_setting('upheld.tenant', true))";
        let policy = format!(
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
             DROP POLICY IF EXISTS tenant ON {table};
             CREATE POLICY tenant ON {table} USING ({ours}) WITH CHECK ({ours});\n"
        );
        sql.push_str(&policy);
    }
    format!("BEGIN; SELECT pg_advisory_xact_lock(7481);\n{sql}COMMIT;")
}
