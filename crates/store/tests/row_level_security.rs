//! What PostgreSQL itself refuses: SQL under the application's role in the scope of tenant B, aimed at tenant A.
//!
//! Runs where `UPHELD_TEST_POSTGRES` holds the URL of a server's owner. The policies guard against a query that forgot its
//! tenant. They do not guard against whoever can send any SQL it likes over the application's own connection: `RESET ROLE`
//! and `set_config('upheld.scope', 'provider', …)` are that one's to send. A test below says so, lest it be forgotten.
#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

use postgres::{Client, NoTls, SimpleQueryMessage};
use store::{Context, Location, Store, TENANT_TABLES};

const SERVER: &str = "UPHELD_TEST_POSTGRES";
const ROLE: &str = "upheld_app";
const MARKER: &str = "TENANT-A-7f3c91d5";
/// Roles belong to the whole server: one store is opened at a time.
const OPENING_LOCK: i64 = 7_482;
/// Tables that name a tenant and belong to the provider all the same: the queue of work is only read under its rights.
const OF_THE_PROVIDER: [&str; 1] = ["job"];

/// A fresh database with a row of A's and one of B's in each table.
struct Database {
    server: Client,
    name: String,
    url: String,
}

impl Database {
    fn create() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let url = std::env::var(SERVER).ok()?;
        let name = format!("upheld_rls_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
        let mut server = Client::connect(&url, NoTls).unwrap();
        server.batch_execute(&format!("SELECT pg_advisory_lock({OPENING_LOCK})")).unwrap();
        server.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let url = format!("{}/{name}", url.rsplit_once('/').unwrap().0);
        drop(Store::open(&Location::Postgres(url.clone()), Context::default()).unwrap());
        server.batch_execute(&format!("SELECT pg_advisory_unlock({OPENING_LOCK})")).unwrap();
        let database = Self { server, name, url };
        database.fill();
        Some(database)
    }

    fn owner(&self) -> Client {
        Client::connect(&self.url, NoTls).unwrap()
    }

    /// As the store connects, in a transaction of a tenant's.
    fn tenant(&self, tenant: &str) -> Client {
        let mut client = self.owner();
        client.batch_execute(&format!("SET ROLE {ROLE}")).unwrap();
        client.batch_execute("BEGIN").unwrap();
        scope(&mut client, "tenant", tenant);
        client
    }

    fn fill(&self) {
        let mut client = self.owner();
        client.batch_execute(&format!("SET ROLE {ROLE}")).unwrap();
        client.batch_execute("BEGIN").unwrap();
        scope(&mut client, "provider", "");
        for (tenant, text) in [("a", MARKER), ("b", "plain")] {
            let person = insert(&mut client, "person", &[("id", tenant), ("email", tenant)], text);
            client.batch_execute(&person).unwrap();
            for table in TENANT_TABLES {
                let own: Vec<(&str, String)> =
                    ["id", "hash", "log", "owner", "key", "person_id", "stream", "account"]
                        .map(|it| {
                            (it, if it == "person_id" { tenant.to_owned() } else { format!("{tenant}-{it}") })
                        })
                        .to_vec();
                let mut own: Vec<(&str, &str)> = own.iter().map(|it| (it.0, it.1.as_str())).collect();
                own.push(("tenant_id", tenant));
                let sql = insert(&mut client, table, &own, text);
                client.batch_execute(&sql).unwrap_or_else(|it| panic!("{table}: {it}: {sql}"));
            }
        }
        client.batch_execute("COMMIT").unwrap();
    }

    /// Everything of A's, as its owner sees it.
    fn of_a(&self) -> String {
        let mut owner = self.owner();
        owner.batch_execute("SET row_security = on").unwrap();
        scope(&mut owner, "provider", "");
        let all = |table: &&str| {
            let rows = owner
                .query(&format!("SELECT {table}::text FROM {table} WHERE tenant_id = 'a'"), &[])
                .unwrap();
            rows.iter().map(|it| it.get::<_, String>(0)).collect::<Vec<_>>().join("\n")
        };
        TENANT_TABLES.iter().map(all).collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A test that failed leaves its database behind rather than hiding why.
        let _ = self.server.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

fn scope(client: &mut Client, scope: &str, tenant: &str) {
    let local = if scope == "tenant" { "true" } else { "false" };
    let sql = format!(
        "SELECT set_config('upheld.scope', '{scope}', {local}), set_config('upheld.tenant', '{tenant}', {local})"
    );
    client.batch_execute(&sql).unwrap();
}

/// A row whose texts are `text`, but for the columns given.
fn insert(client: &mut Client, table: &str, own: &[(&str, &str)], text: &str) -> String {
    let columns = client
        .query("SELECT column_name::text, data_type::text FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position", &[&table])
        .unwrap();
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for column in &columns {
        let (name, kind): (String, String) = (column.get(0), column.get(1));
        let given = own.iter().find(|it| it.0 == name && kind == "text").map(|it| it.1);
        values.push(match (kind.as_str(), given) {
            (_, Some(it)) => format!("'{it}'"),
            ("bigint", None) => "1".to_owned(),
            ("bytea", None) => format!("convert_to('{text}', 'UTF8')"),
            (_, None) => format!("'{text}'"),
        });
        names.push(name);
    }
    format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), values.join(", "))
}

/// What an attack must come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Must {
    /// An error.
    Fail,
    /// No row found or changed.
    FindNothing,
    /// Whatever it likes, without a trace of A's.
    SayNothing,
}
use Must::{Fail, FindNothing, SayNothing};

/// Attacks by hand, each in a transaction of its own in the scope of tenant B.
const ATTACKS: &[(&str, Must)] = &[
    // Without a scope, and with one that means nothing.
    ("SELECT set_config('upheld.scope', '', true); SELECT body FROM claim", FindNothing),
    ("SELECT set_config('upheld.scope', 'nobody', true); SELECT body FROM claim", FindNothing),
    ("SELECT set_config('upheld.tenant', '', true); SELECT body FROM claim", FindNothing),
    ("SELECT set_config('upheld.scope', NULL, true); SELECT body FROM claim", FindNothing),
    ("SELECT set_config('upheld.tenant', 'A', true); SELECT body FROM claim", FindNothing),
    ("SELECT set_config('upheld.tenant', 'a ', true); SELECT body FROM claim", FindNothing),
    ("SELECT set_config('upheld.tenant', '%', true); SELECT body FROM claim", FindNothing),
    ("SELECT set_config('upheld.tenant', 'b'' OR ''1''=''1', true); SELECT body FROM claim", FindNothing),
    ("RESET upheld.scope; SELECT body FROM claim", FindNothing),
    ("ROLLBACK; BEGIN; SELECT body FROM claim", FindNothing),
    ("COMMIT; SELECT body FROM claim", FindNothing),
    (
        "SAVEPOINT s; SELECT set_config('upheld.tenant', 'nobody', true); ROLLBACK TO s; SELECT body FROM claim WHERE tenant_id <> 'b'",
        FindNothing,
    ),
    ("SAVEPOINT s; RELEASE s; SELECT body FROM claim WHERE tenant_id <> 'b'", FindNothing),
    // Other roles, other rights.
    ("SET LOCAL row_security = off; SELECT body FROM claim", Fail),
    ("ALTER ROLE upheld_app BYPASSRLS", Fail),
    ("ALTER ROLE upheld_app SUPERUSER", Fail),
    ("ALTER TABLE claim DISABLE ROW LEVEL SECURITY", Fail),
    ("ALTER TABLE claim NO FORCE ROW LEVEL SECURITY", Fail),
    ("ALTER TABLE claim OWNER TO upheld_app", Fail),
    ("DROP POLICY tenant ON claim", Fail),
    ("CREATE POLICY open ON claim USING (true)", Fail),
    ("GRANT ALL ON claim TO PUBLIC", SayNothing),
    ("TRUNCATE claim", Fail),
    ("DROP TABLE claim", Fail),
    ("LOCK TABLE claim IN ACCESS EXCLUSIVE MODE", SayNothing),
    ("CREATE ROLE other", Fail),
    // Things that would run as somebody else.
    ("CREATE VIEW leak AS SELECT * FROM claim", Fail),
    ("CREATE MATERIALIZED VIEW leak AS SELECT * FROM claim", Fail),
    (
        "CREATE FUNCTION leak() RETURNS SETOF claim LANGUAGE sql SECURITY DEFINER AS 'SELECT * FROM claim'",
        Fail,
    ),
    ("CREATE FUNCTION leak() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'", Fail),
    ("CREATE TABLE public.leak AS SELECT * FROM claim", Fail),
    ("CREATE RULE leak AS ON SELECT TO claim DO INSTEAD SELECT 1", Fail),
    ("CREATE TEMP TABLE leak AS SELECT * FROM claim; SELECT * FROM leak WHERE tenant_id <> 'b'", FindNothing),
    ("CREATE TEMP VIEW leak AS SELECT * FROM claim; SELECT * FROM leak WHERE tenant_id <> 'b'", FindNothing),
    (
        "CREATE FUNCTION pg_temp.cheap(t text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001
           AS 'BEGIN RAISE EXCEPTION ''%'', t; RETURN true; END';
         SELECT body FROM claim WHERE pg_temp.cheap(body) AND tenant_id <> 'b'",
        SayNothing,
    ),
    (
        "DO 'DECLARE t text; BEGIN SELECT body INTO STRICT t FROM claim WHERE tenant_id = ''a''; RAISE EXCEPTION ''%'', t; END'",
        Fail,
    ),
    // Ways around a plain query.
    ("COPY claim TO STDOUT", SayNothing),
    ("COPY (SELECT * FROM claim WHERE tenant_id = 'a') TO STDOUT", FindNothing),
    ("COPY claim TO '/tmp/upheld-leak'", Fail),
    ("COPY claim TO PROGRAM 'cat'", Fail),
    ("EXPLAIN ANALYZE SELECT body FROM claim WHERE tenant_id = 'a'", SayNothing),
    ("EXPLAIN (ANALYZE, VERBOSE, FORMAT JSON) SELECT * FROM claim", SayNothing),
    ("SELECT CAST(body AS bigint) FROM claim WHERE tenant_id = 'a'", FindNothing),
    ("SELECT CAST(body AS bigint) FROM claim", SayNothing),
    (
        "SELECT 1 / (CASE WHEN body LIKE 'TENANT%' THEN 0 ELSE 1 END) FROM claim WHERE tenant_id = 'a'",
        FindNothing,
    ),
    (
        "SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats WHERE tablename = 'claim'",
        FindNothing,
    ),
    ("SELECT stavalues1::text FROM pg_statistic", Fail),
    ("SELECT c.body FROM claim c TABLESAMPLE SYSTEM (100) WHERE c.tenant_id = 'a'", FindNothing),
    ("SELECT x.body FROM tenant t, LATERAL (SELECT body FROM claim WHERE tenant_id = 'a') x", FindNothing),
    (
        "WITH t AS (UPDATE claim SET body = body WHERE tenant_id = 'a' RETURNING body) SELECT * FROM t",
        FindNothing,
    ),
    ("SELECT body FROM claim WHERE tenant_id = 'a' FOR UPDATE", FindNothing),
    ("DECLARE c CURSOR FOR SELECT body FROM claim WHERE tenant_id <> 'b'; FETCH ALL FROM c", FindNothing),
    ("SELECT query_to_xml('SELECT * FROM claim', false, false, '')::text", SayNothing),
    ("SELECT table_to_xml('claim', false, false, '')::text", SayNothing),
];

/// What is tried on each table: its name stands for `{t}`.
const ON_EACH_TABLE: [(&str, Must); 7] = [
    ("SELECT * FROM {t} WHERE tenant_id = 'a'", FindNothing),
    ("SELECT * FROM {t} WHERE tenant_id <> 'b'", FindNothing),
    ("SELECT * FROM ONLY {t} WHERE {t}::text LIKE '%TENANT-A%'", FindNothing),
    ("UPDATE {t} SET tenant_id = 'b' WHERE tenant_id = 'a'", FindNothing),
    ("DELETE FROM {t} WHERE tenant_id = 'a'", FindNothing),
    ("UPDATE {t} SET tenant_id = 'a'", Fail),
    ("SELECT max({t}::text) FROM {t} WHERE tenant_id = 'a' HAVING count(*) > 0", FindNothing),
];

/// Tables nobody may change once written, whoever's they are.
const WRITTEN_ONCE: [&str; 4] = ["audit_entry", "audit_run", "ledger_transaction", "in_kind"];

/// Runs statements; the number of rows found or changed with what they say, or the whole text of the error.
fn run(client: &mut Client, sql: &str) -> Result<(usize, String), String> {
    if sql.starts_with("COPY") && sql.ends_with("STDOUT") {
        let mut text = String::new();
        let mut reader = client.copy_out(sql).map_err(|it| whole(&it))?;
        std::io::Read::read_to_string(&mut reader, &mut text).map_err(|it| it.to_string())?;
        return Ok((text.lines().count(), text));
    }
    let changes = sql.starts_with("UPDATE") || sql.starts_with("DELETE");
    let (mut rows, mut text) = (0, String::new());
    for message in client.simple_query(sql).map_err(|it| whole(&it))? {
        match message {
            // The scope that was set is no row of a table.
            SimpleQueryMessage::Row(row) if row.columns()[0].name() != "set_config" => {
                let cells: Vec<&str> = (0..row.len()).filter_map(|at| row.get(at)).collect();
                rows += 1;
                text.push_str(&cells.join("|"));
            }
            SimpleQueryMessage::CommandComplete(count) if changes => rows += usize::try_from(count).unwrap(),
            _ => {}
        }
    }
    Ok((rows, text))
}

/// Everything the database says of an error: detail, hint and place too.
fn whole(error: &postgres::Error) -> String {
    error.as_db_error().map_or_else(|| format!("{error:?}"), |it| format!("{it:?}"))
}

/// All attacks, with what each must come to.
fn attacks(database: &Database) -> Vec<(String, Must)> {
    let mut all: Vec<(String, Must)> = ATTACKS.iter().map(|it| (it.0.to_owned(), it.1)).collect();
    let mut client = database.tenant("b");
    for table in TENANT_TABLES {
        let once = WRITTEN_ONCE.contains(&table);
        all.extend(ON_EACH_TABLE.iter().map(|(sql, must)| {
            let changes = sql.starts_with("UPDATE") || sql.starts_with("DELETE");
            (sql.replace("{t}", table), if once && changes { Fail } else { *must })
        }));
        let new = ["id", "hash", "log", "stream", "owner", "key", "account"].map(|it| (it, "new"));
        let theirs = [[("tenant_id", "a"), ("person_id", "b")].as_slice(), &new].concat();
        all.push((insert(&mut client, table, &theirs, "new"), Fail));
        let twice = [
            ("tenant_id", "b"),
            ("person_id", "a"),
            ("id", "a-id"),
            ("hash", "a-hash"),
            ("log", "a-log"),
            ("owner", "a-owner"),
            ("key", "a-key"),
        ];
        let twice = insert(&mut client, table, &twice, "new");
        all.push((format!("{twice} ON CONFLICT DO NOTHING"), SayNothing));
        all.push((twice, SayNothing));
    }
    all
}

/// The attacks that did not come to what they must, and how many were made.
fn attack(database: &Database) -> (usize, Vec<String>) {
    let before = database.of_a();
    let all = attacks(database);
    let mut wrong = Vec::new();
    for (sql, must) in &all {
        let came = run(&mut database.tenant("b"), sql);
        let (Ok((_, text)) | Err(text)) = &came;
        let fine = match must {
            Fail => came.is_err(),
            FindNothing => matches!(came, Ok((0, _))),
            SayNothing => true,
        };
        if !fine || text.contains(MARKER) {
            wrong.push(format!("{sql}: {came:?}, must {must:?}"));
        }
    }
    if database.of_a() != before {
        wrong.push("rows of A's are not what they were".to_owned());
    }
    (all.len(), wrong)
}

#[test]
fn no_sql_in_one_tenants_scope_reaches_another_tenants_rows() {
    let Some(database) = Database::create() else { return };
    assert!(
        database.of_a().matches(MARKER).count() >= TENANT_TABLES.len(),
        "A has something to be found in each table"
    );
    let (attempts, wrong) = attack(&database);
    println!("{attempts} attacks, {} wrong", wrong.len());
    assert!(wrong.is_empty(), "{} of {attempts}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(attempts >= 40);
}

#[test]
fn the_attacks_are_noticed_where_one_policy_lets_everybody_through() {
    let Some(database) = Database::create() else { return };
    database
        .owner()
        .batch_execute("DROP POLICY tenant ON claim; CREATE POLICY tenant ON claim USING (true)")
        .unwrap();
    let (_, wrong) = attack(&database);
    assert!(wrong.len() >= 10, "only {wrong:#?}");
    assert!(wrong.iter().any(|it| it.contains(MARKER)), "{wrong:#?}");
}

#[test]
fn the_attacks_are_noticed_where_one_table_is_not_guarded() {
    let Some(database) = Database::create() else { return };
    database.owner().batch_execute("ALTER TABLE voucher DISABLE ROW LEVEL SECURITY").unwrap();
    let (_, wrong) = attack(&database);
    assert!(wrong.iter().any(|it| it.contains("voucher") && it.contains(MARKER)), "{wrong:#?}");
}

#[test]
fn a_statement_prepared_in_one_scope_sees_the_next_one_only() {
    let Some(database) = Database::create() else { return };
    let mut client = database.tenant("b");
    let statement = client.prepare("SELECT body FROM claim").unwrap();
    let bodies = |client: &mut Client| -> Vec<String> {
        client.query(&statement, &[]).unwrap().iter().map(|it| it.get(0)).collect()
    };
    assert_eq!(bodies(&mut client), ["plain"]);
    client.batch_execute("ROLLBACK; BEGIN").unwrap();
    assert_eq!(bodies(&mut client), [""; 0], "the scope ended with its transaction");
    scope(&mut client, "tenant", "a");
    assert_eq!(bodies(&mut client), [MARKER]);
    client.batch_execute("ROLLBACK; BEGIN").unwrap();
    scope(&mut client, "tenant", "b");
    assert_eq!(bodies(&mut client), ["plain"]);
}

#[test]
fn every_table_that_names_a_tenant_is_guarded() {
    let Some(database) = Database::create() else { return };
    let mut owner = database.owner();
    let rows = owner
        .query(
            "SELECT c.relname::text, c.relrowsecurity, c.relforcerowsecurity,
               (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid AND p.polqual IS NOT NULL AND p.polwithcheck IS NOT NULL)
             FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
             WHERE c.relkind IN ('r', 'p') AND a.attname = 'tenant_id' AND c.relnamespace = 'public'::regnamespace ORDER BY 1",
            &[],
        )
        .unwrap();
    let named: BTreeSet<String> = rows.iter().map(|it| it.get(0)).collect();
    let listed: BTreeSet<String> =
        TENANT_TABLES.iter().chain(&OF_THE_PROVIDER).map(|it| (*it).to_owned()).collect();
    assert_eq!(named, listed, "TENANT_TABLES and the schema name the same tables");
    for row in rows.iter().filter(|it| !OF_THE_PROVIDER.contains(&it.get::<_, &str>(0))) {
        let guarded = (row.get::<_, bool>(1), row.get::<_, bool>(2), row.get::<_, i64>(3));
        assert_eq!(
            guarded,
            (true, true, 1),
            "{}: security on, forced, one policy both ways",
            row.get::<_, &str>(0)
        );
    }
}

#[test]
fn the_applications_role_can_do_no_more_than_its_work() {
    let Some(database) = Database::create() else { return };
    let mut owner = database.owner();
    let role = "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolcanlogin FROM pg_roles WHERE rolname = $1";
    let row = owner.query_one(role, &[&ROLE]).unwrap();
    assert_eq!((0..6).map(|at| row.get::<_, bool>(at)).collect::<Vec<_>>(), [false; 6]);
    let owned = "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = $1";
    assert_eq!(owner.query_one(owned, &[&ROLE]).unwrap().get::<_, i64>(0), 0);
    let definers = "SELECT count(*) FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace";
    assert_eq!(owner.query_one(definers, &[]).unwrap().get::<_, i64>(0), 0, "no function runs as its owner");
    let views =
        "SELECT count(*) FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace";
    assert_eq!(owner.query_one(views, &[]).unwrap().get::<_, i64>(0), 0, "no view passes over the policies");
}

#[test]
fn what_was_written_for_ever_is_changed_by_nobody() {
    let Some(database) = Database::create() else { return };
    for table in WRITTEN_ONCE {
        for sql in [
            format!("UPDATE {table} SET tenant_id = tenant_id"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table}"),
        ] {
            let mut client = database.tenant("b");
            scope(&mut client, "provider", "");
            let refused = run(&mut client, &sql).unwrap_err();
            assert!(refused.contains("permission denied"), "{sql}: {refused}");
        }
    }
}

/// The limit of the policies, stated where it can be seen.
#[test]
fn whoever_sends_any_sql_over_our_connection_is_not_held_by_the_policies() {
    let Some(database) = Database::create() else { return };
    let mut client = database.tenant("b");
    client.batch_execute("RESET ROLE").unwrap();
    let name: String = client.query_one("SELECT current_user::text", &[]).unwrap().get(0);
    assert_ne!(name, ROLE, "the connection's own user is the owner");
    let mut client = database.tenant("b");
    scope(&mut client, "provider", "");
    let count: i64 =
        client.query_one("SELECT count(*) FROM claim WHERE tenant_id = 'a'", &[]).unwrap().get(0);
    assert_eq!(count, 1, "the scope is the application's to set");
}
