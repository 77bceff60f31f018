//! PostgreSQL: a connection under a role that may not pass over row-level security.

use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

use postgres::error::SqlState;
use postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use postgres::{Client, Config, NoTls, Statement};

use crate::fault::Fault;
use crate::value::{Row, Value};

/// The role under which all work is done: owns nothing, `NOBYPASSRLS`.
pub(crate) const ROLE: &str = "upheld_app";

/// How long a server is given to take a connection.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// How long its network may be silent while something is on the way to it.
const SILENCE_MAX: Duration = Duration::from_secs(20);

/// The lock that lets one writer at a time through, whatever process it is in.
const WRITER_LOCK: i64 = 7480;

pub(crate) struct PostgresConnection {
    client: Client,
    statements: HashMap<String, Statement>,
}

impl PostgresConnection {
    /// As the owner: for migrations only.
    pub(crate) fn owner(url: &str) -> Result<Self, Fault> {
        let client = config(url).and_then(|it| it.connect(NoTls)).map_err(|it| fault(&it))?;
        Ok(Self { client, statements: HashMap::new() })
    }

    /// As the application's role.
    pub(crate) fn application(url: &str) -> Result<Self, Fault> {
        let mut connection = Self::owner(url)?;
        connection.run(&format!(
            "SET ROLE {ROLE}; SET synchronous_commit = on; SET lock_timeout = '30s'; SET statement_timeout = '300s'"
        ))?;
        Ok(connection)
    }

    pub(crate) fn alive(&self) -> bool {
        !self.client.is_closed()
    }

    pub(crate) fn run(&mut self, sql: &str) -> Result<(), Fault> {
        self.client.batch_execute(sql).map_err(|it| fault(&it))
    }

    fn statement(&mut self, sql: &str) -> Result<Statement, Fault> {
        if let Some(it) = self.statements.get(sql) {
            return Ok(it.clone());
        }
        let statement = self.client.prepare(sql).map_err(|it| fault(&it))?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    pub(crate) fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, Fault> {
        let statement = self.statement(sql)?;
        self.client.execute(&statement, &references(params)).map_err(|it| fault(&it))
    }

    pub(crate) fn rows(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, Fault> {
        let statement = self.statement(sql)?;
        let found = self.client.query(&statement, &references(params)).map_err(|it| fault(&it))?;
        found.iter().map(row).collect()
    }

    pub(crate) fn insert_many(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: &[Vec<Value>],
    ) -> Result<u64, Fault> {
        let Some(first) = rows.first() else { return Ok(0) };
        let kinds: Vec<&str> = (0..first.len()).map(|at| array_type(rows, at)).collect();
        let arrays: Vec<String> =
            kinds.iter().enumerate().map(|(at, kind)| format!("${}::{kind}[]", at + 1)).collect();
        let sql = format!(
            "INSERT INTO {table} ({}) SELECT * FROM unnest({}) ON CONFLICT DO NOTHING",
            columns.join(", "),
            arrays.join(", ")
        );
        let statement = self.statement(&sql)?;
        let columns: Vec<Vec<&Value>> =
            (0..first.len()).map(|at| rows.iter().filter_map(|it| it.get(at)).collect()).collect();
        let params: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|it| it as &(dyn ToSql + Sync)).collect();
        self.client.execute(&statement, &params).map_err(|it| fault(&it))
    }

    pub(crate) fn begin_write(&mut self) -> Result<(), Fault> {
        self.run(&format!("BEGIN; SELECT pg_advisory_xact_lock({WRITER_LOCK})"))
    }

    pub(crate) fn begin_read(&mut self) -> Result<(), Fault> {
        self.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    }

    pub(crate) fn commit(&mut self) -> Result<(), Fault> {
        self.run("COMMIT")
    }

    pub(crate) fn set_scope(&mut self, scope: &str, tenant: &str) -> Result<(), Fault> {
        let sql = "SELECT set_config('upheld.scope', $1, true), set_config('upheld.tenant', $2, true)";
        self.rows(sql, &[Value::from(scope), Value::from(tenant)]).map(|_| ())
    }
}

/// Where to connect. A server that vanished without a word is given up within half a minute, unless the URL says otherwise.
fn config(url: &str) -> Result<Config, postgres::Error> {
    let mut config: Config = url.parse()?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_MAX);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(SILENCE_MAX);
    }
    if !url.contains("keepalives") {
        config.keepalives_idle(SILENCE_MAX / 2).keepalives_interval(SILENCE_MAX / 8).keepalives_retries(4);
    }
    Ok(config)
}

fn references(params: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|it| it as &(dyn ToSql + Sync)).collect()
}

fn array_type(rows: &[Vec<Value>], at: usize) -> &'static str {
    match rows.iter().find_map(|it| it.get(at).filter(|it| **it != Value::Null)) {
        Some(Value::Int(_)) => "int8",
        Some(Value::Bytes(_)) => "bytea",
        _ => "text",
    }
}

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(it) if *kind == Type::INT4 => i32::try_from(*it)?.to_sql(kind, out),
            Self::Int(it) if *kind == Type::BOOL => (*it != 0).to_sql(kind, out),
            Self::Int(it) => it.to_sql(kind, out),
            Self::Text(it) => it.to_sql(kind, out),
            Self::Bytes(it) => it.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::TEXT, Type::VARCHAR, Type::NAME, Type::BYTEA, Type::BOOL]
            .contains(kind)
    }

    to_sql_checked!();
}

fn row(row: &postgres::Row) -> Result<Row, Fault> {
    (0..row.len()).map(|at| value(row, at)).collect::<Result<Vec<_>, _>>().map(Row)
}

fn value(row: &postgres::Row, at: usize) -> Result<Value, Fault> {
    let kind = row.columns()[at].type_();
    match *kind {
        Type::INT8 => read::<i64>(row, at).map(|it| it.map_or(Value::Null, Value::Int)),
        Type::INT4 => read::<i32>(row, at).map(|it| it.map_or(Value::Null, |it| Value::Int(it.into()))),
        Type::BOOL => read::<bool>(row, at).map(Value::from),
        Type::BYTEA => read::<Vec<u8>>(row, at).map(Value::from),
        Type::TEXT | Type::VARCHAR | Type::NAME => read::<String>(row, at).map(Value::from),
        Type::VOID => Ok(Value::Null),
        _ => Err(Fault::broken(format!("a column of type {kind}; cast it to bigint, text or bytea"))),
    }
}

fn read<'a, T: FromSql<'a>>(row: &'a postgres::Row, at: usize) -> Result<Option<T>, Fault> {
    row.try_get(at).map_err(|it| fault(&it))
}

fn fault(error: &postgres::Error) -> Fault {
    let Some(code) = error.code() else { return Fault::Unavailable(describe(error)) };
    match *code {
        SqlState::UNIQUE_VIOLATION | SqlState::FOREIGN_KEY_VIOLATION => Fault::Duplicate(describe(error)),
        SqlState::DISK_FULL => Fault::DiskFull,
        SqlState::ADMIN_SHUTDOWN
        | SqlState::CRASH_SHUTDOWN
        | SqlState::CANNOT_CONNECT_NOW
        | SqlState::TOO_MANY_CONNECTIONS
        | SqlState::LOCK_NOT_AVAILABLE
        | SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_DEADLOCK_DETECTED => Fault::Unavailable(describe(error)),
        _ => Fault::Broken(describe(error)),
    }
}

/// The message without values of rows: those may be another tenant's.
fn describe(error: &postgres::Error) -> String {
    error.as_db_error().map_or_else(
        || error.to_string(),
        |it| format!("{} ({})", it.message(), it.constraint().unwrap_or(it.code().code())),
    )
}
