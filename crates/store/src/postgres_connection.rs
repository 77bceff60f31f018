//! PostgreSQL: a connection under a role that may not pass over row-level security.

use std::collections::HashMap;
use std::error::Error;
use std::mem;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use tokio_postgres::{Client, Config, NoTls, Statement};

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

/// How long a connection that is given up has to say so to the server.
const PARTING_MAX: Duration = Duration::from_secs(1);
/// From so many rows on, a column that is the same in all of them is sent once.
const SAME_FROM: usize = 16;

pub(crate) struct PostgresConnection {
    /// Taken when the connection ends.
    client: Option<Client>,
    connection: Option<JoinHandle<()>>,
    runtime: Runtime,
    statements: HashMap<String, Statement>,
    /// Statements whose answer nobody waits for: they go with the next one.
    later: String,
    /// Why one of those failed. Nothing is done any more until the transaction is given up: whoever sent it believes it done.
    failed: Option<Fault>,
}

impl PostgresConnection {
    /// As the owner: for migrations only.
    pub(crate) fn owner(url: &str) -> Result<Self, Fault> {
        let config = config(url).map_err(|it| fault(&it))?;
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|it| Fault::Unavailable(it.to_string()))?;
        let (client, connection) = runtime.block_on(config.connect(NoTls)).map_err(|it| fault(&it))?;
        let connection = runtime.spawn(async {
            // Its end is seen by the client.
            let _ = connection.await;
        });
        Ok(Self {
            client: Some(client),
            connection: Some(connection),
            runtime,
            statements: HashMap::new(),
            later: String::new(),
            failed: None,
        })
    }

    /// As the application's role.
    pub(crate) fn application(url: &str) -> Result<Self, Fault> {
        let mut connection = Self::owner(url)?;
        connection.run(&format!(
            "SET ROLE {ROLE}; SET standard_conforming_strings = on; SET synchronous_commit = on; SET lock_timeout = '30s'; SET statement_timeout = '300s'"
        ))?;
        Ok(connection)
    }

    pub(crate) fn alive(&self) -> bool {
        self.client.as_ref().is_some_and(|it| !it.is_closed())
    }

    /// Runs statements, after those that were left for later.
    pub(crate) fn run(&mut self, sql: &str) -> Result<(), Fault> {
        self.run_later(sql);
        let all = mem::take(&mut self.later);
        self.ask(async |client: &Client| client.batch_execute(&all).await)
    }

    /// Runs statements together with whatever is run next. When one of them fails, so does everything after it.
    pub(crate) fn run_later(&mut self, sql: &str) {
        if !self.later.is_empty() {
            self.later.push_str("; ");
        }
        self.later.push_str(sql);
    }

    /// Forgets what was left for later and undoes the transaction.
    pub(crate) fn rollback(&mut self) {
        self.later.clear();
        self.failed = None;
        // A connection on which even this fails is replaced by its owner.
        let _ = self.run("ROLLBACK");
    }

    /// Sends what was left for later and a question right behind it; the answer to the question.
    fn ask<T>(
        &mut self,
        question: impl AsyncFnOnce(&Client) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, Fault> {
        if let Some(fault) = &self.failed {
            return Err(fault.clone());
        }
        let client = self.client.as_ref().ok_or_else(|| Fault::Unavailable("no connection".to_owned()))?;
        let later = mem::take(&mut self.later);
        if later.is_empty() {
            return self.runtime.block_on(question(client)).map_err(|it| fault(&it));
        }
        let both = async { tokio::join!(biased; client.batch_execute(&later), question(client)) };
        let (before, answer) = self.runtime.block_on(both);
        if let Err(error) = before {
            self.failed = Some(fault(&error));
            return Err(fault(&error));
        }
        answer.map_err(|it| fault(&it))
    }

    fn statement(&mut self, sql: &str) -> Result<Statement, Fault> {
        if let Some(it) = self.statements.get(sql) {
            return Ok(it.clone());
        }
        let statement = self.ask(async |client: &Client| client.prepare(sql).await)?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    pub(crate) fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, Fault> {
        let statement = self.statement(sql)?;
        self.ask(async |client: &Client| client.execute(&statement, &references(params)).await)
    }

    pub(crate) fn rows(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, Fault> {
        let statement = self.statement(sql)?;
        let found = self.ask(async |client: &Client| client.query(&statement, &references(params)).await)?;
        found.iter().map(row).collect()
    }

    pub(crate) fn insert_many(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: &[impl AsRef<[Value]>],
        conflict: &str,
    ) -> Result<u64, Fault> {
        let rows: Vec<&[Value]> = rows.iter().map(AsRef::as_ref).collect();
        let Some(first) = rows.first() else { return Ok(0) };
        let columns_of = |at| rows.iter().filter_map(|it| it.get(at)).collect::<Vec<&Value>>();
        let (same, different): (Vec<usize>, Vec<usize>) = (0..first.len())
            .partition(|at| rows.len() >= SAME_FROM && rows.iter().all(|it| it.get(*at) == first.get(*at)));
        let (same, different) = if different.is_empty() { (different, same) } else { (same, different) };
        let arrays: Vec<Vec<&Value>> = different.iter().map(|at| columns_of(*at)).collect();
        let sql = insert(table, columns, (&same, &different), |at| array_type(&rows, at), conflict);
        let statement = self.statement(&sql)?;
        let same = same.iter().filter_map(|at| first.get(*at)).map(|it| it as &(dyn ToSql + Sync));
        let params: Vec<&(dyn ToSql + Sync)> =
            same.chain(arrays.iter().map(|it| it as &(dyn ToSql + Sync))).collect();
        self.ask(async |client: &Client| client.execute(&statement, &params).await)
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
        let (scope, tenant) = (literal(scope)?, literal(tenant)?);
        self.run_later(&format!(
            "SELECT set_config('upheld.scope', {scope}, true), set_config('upheld.tenant', {tenant}, true)"
        ));
        Ok(())
    }
}

impl Drop for PostgresConnection {
    fn drop(&mut self) {
        // Without a client the connection says good-bye and ends.
        self.client = None;
        if let Some(connection) = self.connection.take() {
            // A server that does not listen any more needs not be told.
            let _ = self.runtime.block_on(async { tokio::time::timeout(PARTING_MAX, connection).await });
        }
    }
}

/// A text as a statement has it (`standard_conforming_strings` is on).
fn literal(text: &str) -> Result<String, Fault> {
    if text.contains('\0') {
        return Err(Fault::broken("a text with a zero byte"));
    }
    Ok(format!("'{}'", text.replace('\'', "''")))
}

/// The statement that inserts many rows: the columns that are the same in all of them are parameters first, the others arrays.
fn insert(
    table: &str,
    columns: &[&str],
    (same, different): (&[usize], &[usize]),
    kind: impl Fn(usize) -> &'static str,
    conflict: &str,
) -> String {
    let number = |at| same.iter().chain(different).position(|it| *it == at).map_or(0, |it| it + 1);
    let selected: Vec<String> = (0..columns.len())
        .map(
            |at| if same.contains(&at) { format!("${}::{}", number(at), kind(at)) } else { format!("c{at}") },
        )
        .collect();
    let arrays: Vec<String> =
        different.iter().map(|at| format!("${}::{}[]", number(*at), kind(*at))).collect();
    let names: Vec<String> = different.iter().map(|at| format!("c{at}")).collect();
    format!(
        "INSERT INTO {table} ({}) SELECT {} FROM unnest({}) AS new ({}) ON CONFLICT {conflict}",
        columns.join(", "),
        selected.join(", "),
        arrays.join(", "),
        names.join(", ")
    )
}

/// Where to connect. A server that vanished without a word is given up within half a minute, unless the URL says otherwise.
fn config(url: &str) -> Result<Config, tokio_postgres::Error> {
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

fn array_type(rows: &[&[Value]], at: usize) -> &'static str {
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

fn row(row: &tokio_postgres::Row) -> Result<Row, Fault> {
    (0..row.len()).map(|at| value(row, at)).collect::<Result<Vec<_>, _>>().map(Row)
}

fn value(row: &tokio_postgres::Row, at: usize) -> Result<Value, Fault> {
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

fn read<'a, T: FromSql<'a>>(row: &'a tokio_postgres::Row, at: usize) -> Result<Option<T>, Fault> {
    row.try_get(at).map_err(|it| fault(&it))
}

fn fault(error: &tokio_postgres::Error) -> Fault {
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
fn describe(error: &tokio_postgres::Error) -> String {
    error.as_db_error().map_or_else(
        || error.to_string(),
        |it| format!("{} ({})", it.message(), it.constraint().unwrap_or(it.code().code())),
    )
}
