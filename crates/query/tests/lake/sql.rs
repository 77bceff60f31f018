//! Statements read the tables of one tenant, within limits, and do nothing else.

use std::sync::Arc;
use std::time::Duration;

use datafusion::prelude::SessionContext;
use diagnostic::Lang;
use evidence::{Attribute, AttributeKind, Datum, FactKind, FactSchema, Record};
use lake::{Day, FileEntry, Place};
use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt};
use quantity::Ratio;
use query::{Answer, Bounds, Format, Limits, Refused, show, sql};
use timeline::Instant;

const DAY_NANOS: i64 = 86_400_000_000_000;

pub(crate) fn fact() -> FactSchema {
    let attribute = |name: &str, kind, optional| Attribute { name: name.into(), kind, optional };
    FactSchema {
        name: "message".into(),
        kind: FactKind::Event,
        attributes: vec![
            attribute("outcome", AttributeKind::OneOf(vec!["delivered".into(), "failed".into()]), false),
            attribute("latency", AttributeKind::Duration, true),
            attribute("cost", AttributeKind::Money, false),
            attribute("test", AttributeKind::Truth, true),
        ],
        volume: true,
    }
}

/// `count` messages of one day, of whom every tenth failed and said nothing of its latency.
pub(crate) fn messages(day: i64, count: i64) -> Vec<Record> {
    (0..count)
        .map(|at| {
            let failed = at % 10 == 0;
            let outcome = if failed { "failed" } else { "delivered" };
            let latency = (!failed).then(|| Datum::Duration(Ratio::new(i128::from(at), 2).unwrap()));
            let cost = Datum::Money(Ratio::new(125, 1_000).unwrap());
            let outcome = Some(Datum::Text(outcome.into()));
            Record {
                id: Some(format!("{day}-{at}").into()),
                subject: Some("网络, \"A\"".into()),
                attributes: vec![outcome, latency, Some(cost), None],
                ..crate::support::event(Instant::from_nanos(day * DAY_NANOS + at))
            }
        })
        .collect()
}

/// Puts the records into the lake, and says so as the manifest would.
async fn put(lake: &dyn ObjectStore, tenant: &str, stream: &str, records: &[Record]) -> FileEntry {
    let bytes = crate::support::parquet(&fact(), records);
    let place = Place::new(tenant, stream, "message");
    let instants = || records.iter().map(|it| it.from);
    let (from, until) = (instants().min().unwrap(), instants().max().unwrap());
    let day = Day::of_nanos(from.nanos());
    let path = place.path(day, &[7; 32], &[0; 32]);
    let location = object_store::path::Path::parse(&path).unwrap();
    let entry = FileEntry {
        place,
        day,
        path,
        rows: records.len() as u64,
        bytes: bytes.len() as u64,
        sha256: crate::support::sha256(&bytes),
        footer: None,
        content: [7; 32],
        from,
        until,
        settled: true,
        added_at: Instant::EPOCH,
        removed_at: None,
    };
    lake.put(&location, bytes.into()).await.unwrap();
    entry
}

/// A lake of two tenants, and what its manifest says.
async fn lake() -> (Arc<dyn ObjectStore>, Vec<FileEntry>) {
    let lake: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let mut entries = Vec::new();
    for day in 0..3 {
        entries.push(put(lake.as_ref(), "acme", "短信/1", &messages(day, 100)).await);
    }
    entries.push(put(lake.as_ref(), "rival", "secretstream", &messages(0, 7)).await);
    let mut superseded = put(lake.as_ref(), "acme", "old", &messages(5, 1)).await;
    superseded.removed_at = Some(Instant::from_nanos(1));
    entries.push(superseded);
    (lake, entries)
}

async fn session(bounds: Bounds) -> SessionContext {
    let (lake, entries) = lake().await;
    query::tenant_session(lake, "acme", &entries, bounds).await.unwrap()
}

async fn asked(statement: &str) -> Result<Answer, Refused> {
    sql(&session(Bounds::default()).await, statement, &Limits::default()).await
}

async fn shown(statement: &str, format: Format) -> String {
    show(&asked(statement).await.unwrap(), format).unwrap()
}

#[tokio::test]
async fn only_what_stands_of_the_tenant_is_read() {
    let counted = shown("SELECT stream, count(*) AS n FROM message GROUP BY stream", Format::Csv).await;
    assert_eq!(counted, "stream,n\n短信/1,300\n");
}

#[tokio::test]
async fn sums_are_exact_and_shown_without_idle_zeros() {
    let statement = "SELECT outcome, sum(cost) AS cost, sum(latency) AS latency, max(at) AS last, bool_or(test) AS test \
                     FROM message WHERE at < '1970-01-02T00:00:00Z' GROUP BY outcome ORDER BY outcome";
    assert_eq!(
        shown(statement, Format::Json).await,
        "[{\"outcome\":\"delivered\",\"cost\":\"11.25\",\"latency\":\"2250\",\"last\":\"1970-01-01T00:00:00.000000099Z\",\"test\":null},\
         {\"outcome\":\"failed\",\"cost\":\"1.25\",\"latency\":null,\"last\":\"1970-01-01T00:00:00.000000090Z\",\"test\":null}]\n"
    );
}

#[tokio::test]
async fn a_table_lines_up_and_csv_quotes() {
    let statement =
        "SELECT subject, id, latency FROM message WHERE at < '1970-01-02T00:00:00Z' ORDER BY at LIMIT 2";
    assert_eq!(
        shown(statement, Format::Csv).await,
        "subject,id,latency\n\"网络, \"\"A\"\"\",0-0,\n\"网络, \"\"A\"\"\",0-1,0.5\n"
    );
    let table = shown("SELECT outcome, id FROM message ORDER BY at LIMIT 2", Format::Table).await;
    assert_eq!(table, "outcome    id\n---------  ---\nfailed     0-0\ndelivered  0-1\n");
}

#[tokio::test]
async fn a_day_outside_the_question_is_not_opened() {
    let (lake, entries) = lake().await;
    let session =
        query::tenant_session(Arc::clone(&lake), "acme", &entries, Bounds::default()).await.unwrap();
    for entry in entries.iter().filter(|it| it.day != Day(2)) {
        lake.delete(&object_store::path::Path::parse(&entry.path).unwrap()).await.unwrap();
    }
    let narrow = "SELECT count(*) AS n FROM message WHERE at >= '1970-01-03T00:00:00Z' AND latency > 10";
    let answer = sql(&session, narrow, &Limits::default()).await.unwrap();
    assert_eq!(show(&answer, Format::Csv).unwrap(), "n\n72\n");
    let wide = sql(&session, "SELECT sum(latency) FROM message", &Limits::default()).await;
    assert!(matches!(wide, Err(Refused::Unreadable(_))), "{wide:?}");
}

const ATTACKS: &[&str] = &[
    "COPY message TO 'out.parquet'",
    "COPY (SELECT 1) TO 'lake://files/out.csv' STORED AS CSV",
    "CREATE EXTERNAL TABLE t STORED AS PARQUET LOCATION 'lake://files/'",
    "CREATE EXTERNAL TABLE t (a INT) STORED AS CSV LOCATION '/etc/passwd'",
    "CREATE EXTERNAL TABLE t STORED AS PARQUET LOCATION '../rival/'",
    "CREATE TABLE t AS SELECT * FROM message",
    "CREATE VIEW v AS SELECT * FROM message",
    "CREATE SCHEMA s",
    "CREATE DATABASE d",
    "CREATE FUNCTION f() RETURNS INT RETURN 1",
    "DROP TABLE message",
    "INSERT INTO message SELECT * FROM message",
    "DELETE FROM message",
    "UPDATE message SET cost = 0",
    "TRUNCATE TABLE message",
    "ALTER TABLE message RENAME TO m",
    "SET datafusion.catalog.information_schema = true",
    "RESET datafusion.catalog.information_schema",
    "SHOW ALL",
    "SHOW TABLES",
    "SHOW FUNCTIONS",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "DEALLOCATE p",
    "BEGIN",
    "COMMIT",
    "EXPLAIN COPY message TO 'out.parquet'",
    "EXPLAIN ANALYZE INSERT INTO message SELECT * FROM message",
    "SELECT 1; DROP TABLE message",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM information_schema.df_settings",
    "SELECT * FROM pg_catalog.pg_class",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM '../rival/secretstream/message/1970-01-01/0707070707070707-0000000000000000.parquet'",
    "SELECT * FROM \"rival/secretstream/message/1970-01-01/0707070707070707-0000000000000000.parquet\"",
    "SELECT * FROM \"lake://files/rival/secretstream/message/1970-01-01/0707070707070707-0000000000000000.parquet\"",
    "SELECT * FROM \"file:///etc/passwd\"",
    "SELECT * FROM rival.message",
    "SELECT * FROM read_parquet('../rival/**')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM parquet_scan('/')",
    "SELECT * FROM parquet_metadata('/')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM generate_series(1, 1000000000000)",
    "SELECT read_text('/etc/passwd')",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT getenv('PATH')",
    "SELECT load_extension('x')",
    "SELECT version()",
    "SELECT repeat('x', 2000000000)",
    "SELECT lpad('x', 2000000000, 'y')",
    "SELECT rpad('x', 2000000000, 'y')",
];

#[tokio::test]
async fn nothing_but_reading_the_tenants_tables_is_done() {
    let session = session(Bounds::default()).await;
    for attack in ATTACKS {
        let refused = match sql(&session, attack, &Limits::default()).await {
            Err(refused) => refused,
            Ok(answer) => panic!("{attack} was answered: {}", show(&answer, Format::Csv).unwrap()),
        };
        for text in [refused.text(Lang::En), refused.text(Lang::Zh)] {
            let beyond_the_question = text.replace(attack, "");
            for leak in
                ["secretstream", "/tmp", "/home", "0707070707070707-0000000000000000.parquet' not found in"]
            {
                assert!(
                    attack.contains(leak) || !beyond_the_question.contains(leak),
                    "{attack} told: {text}"
                );
            }
        }
    }
    let whole = sql(&session, "SELECT count(*) AS n FROM message", &Limits::default()).await.unwrap();
    assert_eq!(show(&whole, Format::Csv).unwrap(), "n\n300\n");
}

#[tokio::test]
async fn another_tenants_stream_is_in_no_plan_and_no_message() {
    for statement in
        ["EXPLAIN VERBOSE SELECT * FROM message", "DESCRIBE message", "SELECT * FROM message WHERE nope = 1"]
    {
        let told = match asked(statement).await {
            Ok(answer) => show(&answer, Format::Table).unwrap(),
            Err(refused) => refused.to_string(),
        };
        assert!(!told.contains("secretstream") && !told.contains("rival"), "{statement}: {told}");
    }
}

#[tokio::test]
async fn a_manifest_that_leads_out_of_the_tenants_folder_is_refused() {
    let (lake, mut entries) = lake().await;
    entries[0].path = entries[3].path.clone();
    let refused = query::tenant_session(lake, "acme", &entries, Bounds::default()).await;
    assert!(matches!(refused, Err(Refused::Place(_))));
}

#[tokio::test]
async fn a_tenants_name_never_leads_out_of_its_folder() {
    let (lake, entries) = lake().await;
    for tenant in ["", "..", "acme/../rival", "*", "RIVAL"] {
        let session =
            query::tenant_session(Arc::clone(&lake), tenant, &entries, Bounds::default()).await.unwrap();
        let refused = sql(&session, "SELECT * FROM message", &Limits::default()).await;
        assert!(matches!(refused, Err(Refused::Statement(_))), "{tenant}");
    }
}

#[tokio::test]
async fn rows_beyond_the_limit_are_cut_off_and_it_is_said() {
    let session = session(Bounds::default()).await;
    for (rows_max, rows, cut) in [(299, 299, true), (300, 300, false), (0, 0, true)] {
        let limits = Limits { rows_max, ..Limits::default() };
        let answer = sql(&session, "SELECT id FROM message", &limits).await.unwrap();
        assert_eq!((answer.batches.iter().map(|it| it.num_rows()).sum::<usize>(), answer.cut), (rows, cut));
    }
}

#[tokio::test]
async fn a_statement_that_runs_too_long_is_ended() {
    let session = session(Bounds::default()).await;
    let limits = Limits { timeout: Duration::from_millis(200), ..Limits::default() };
    let long =
        "SELECT count(*) FROM message a, message b, message c, message d WHERE a.at < b.at AND c.at < d.at";
    let refused = sql(&session, long, &limits).await;
    assert!(matches!(refused, Err(Refused::TooLong(_))), "{refused:?}");
}

#[tokio::test]
async fn a_statement_that_needs_too_much_memory_is_refused() {
    let bounds = Bounds { memory_bytes_max: 1 << 10, ..Bounds::default() };
    let limits = Limits { bounds, ..Limits::default() };
    let refused = sql(&session(bounds).await, "SELECT id, count(*) FROM message GROUP BY id", &limits).await;
    assert!(matches!(refused, Err(Refused::TooMuchMemory(_))), "{refused:?}");
}

#[tokio::test]
async fn a_statement_nested_beyond_reason_is_refused_and_nothing_falls_over() {
    let deep = format!("SELECT {}1{}", "(".repeat(20_000), ")".repeat(20_000));
    assert!(asked(&deep).await.is_err());
    let long = format!("SELECT {}1", "1+".repeat(40_000));
    assert!(asked(&long).await.is_err());
}
