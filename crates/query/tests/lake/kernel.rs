//! Where the lake's own reader answers, it answers what the engine would have.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};
use evidence::{Attribute, AttributeKind, Datum, FactKind, FactSchema, Record};
use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt};
use quantity::Ratio;
use query::{Bounds, File, Kept, RunAggregation, Table};
use timeline::Instant;

fn fact(with_latency: bool) -> FactSchema {
    let attribute = |name: &str, kind, optional| Attribute { name: name.into(), kind, optional };
    let mut attributes = vec![
        attribute("outcome", AttributeKind::OneOf(vec!["delivered".into(), "failed".into()]), true),
        attribute("test", AttributeKind::Truth, true),
    ];
    if with_latency {
        attributes.push(attribute("latency", AttributeKind::Duration, true));
    }
    FactSchema { name: "message".into(), kind: FactKind::Event, attributes, volume: true }
}

fn messages(first: i64, count: i64, with_latency: bool) -> Vec<Record> {
    (first..first + count)
        .map(|at| {
            let outcome = ["delivered", "failed"].get(usize::try_from(at % 3).unwrap());
            let outcome = outcome.map(|it| Datum::Text((*it).into()));
            let test = (at % 5 != 0).then_some(Datum::Truth(at % 2 == 0));
            let mut attributes = vec![outcome, test];
            if with_latency {
                attributes
                    .push((at % 7 != 0).then(|| Datum::Duration(Ratio::new(i128::from(at), 4).unwrap())));
            }
            let subject = ["a", "b"].get(usize::try_from(at % 4).unwrap()).map(|it| Arc::from(*it));
            Record {
                id: Some(format!("r{at}").into()),
                subject,
                attributes,
                ..crate::support::event(Instant::from_nanos(at))
            }
        })
        .collect()
}

/// The same files, asked with the reader in several ways, and without it.
async fn sessions(with_latency: [bool; 2]) -> (Vec<SessionContext>, SessionContext) {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let mut files = Vec::new();
    for (at, with_latency) in (0_i64..).zip(with_latency) {
        let records = messages(at * 100, 100, with_latency);
        let bytes = crate::support::parquet(&fact(with_latency), &records);
        let path = format!("{at}.parquet");
        files.push(File {
            path: path.clone(),
            bytes: bytes.len() as u64,
            sha256: crate::support::sha256(&bytes),
            rows: 100,
            stream: "s".into(),
            first: at * 100,
            last: at * 100 + 99,
        });
        store.put(&path.into(), bytes.into()).await.unwrap();
    }
    let table = Arc::new(Table::new(query::table_schema(&fact(true)), query::store_url().unwrap(), files));
    let bare = |rule: Option<RunAggregation>| {
        let runtime = RuntimeEnvBuilder::new().with_object_store_registry(query::only(Arc::clone(&store)));
        let config = SessionConfig::new().with_target_partitions(2).with_repartition_file_scans(false);
        let state = SessionStateBuilder::new_with_default_features()
            .with_config(config)
            .with_runtime_env(runtime.build_arc().unwrap());
        let state = rule.into_iter().fold(state, |it, rule| it.with_physical_optimizer_rule(Arc::new(rule)));
        SessionContext::new_with_state(state.build())
    };
    let own = query::session(Arc::clone(&store), Bounds::default()).unwrap();
    // What is kept has room for some ranges, or for all.
    let ways = [(false, 0), (true, 0), (true, 500), (true, 1 << 20)].map(|(is_far, bytes)| {
        let kept = Some(Arc::new(Kept::new(bytes)));
        bare(Some(RunAggregation { is_far, in_parts: true, kept }))
    });
    let with: Vec<_> = std::iter::once(own).chain(ways).collect();
    let without = bare(None);
    for session in with.iter().chain([&without]) {
        session.register_table("message", Arc::clone(&table) as _).unwrap();
    }
    (with, without)
}

async fn answer(session: &SessionContext, statement: &str) -> Vec<RecordBatch> {
    session.sql(statement).await.unwrap().collect().await.unwrap()
}

fn text(batches: &[RecordBatch]) -> String {
    pretty_format_batches(batches).unwrap().to_string()
}

const READ_BY_THE_KERNEL: &[&str] = &[
    "SELECT outcome, count(*) AS n, sum(latency) AS s FROM message GROUP BY outcome ORDER BY 1",
    "SELECT subject, test, count(*) AS n FROM message WHERE at >= '1970-01-01T00:00:00.000000050Z' \
     AND at < '1970-01-01T00:00:00.000000150Z' GROUP BY subject, test ORDER BY 1, 2",
    "SELECT count(*) AS n, sum(latency) AS s FROM message WHERE outcome = 'failed' AND test IS NOT TRUE",
    "SELECT sum(latency) AS s FROM message WHERE outcome = 'nothing says this'",
    "SELECT outcome, sum(latency) AS s FROM message WHERE subject IN ('a', 'c') AND latency > 1.25 \
     AND at > '1970-01-01T00:00:00.000000003Z' AND at <= '1970-01-01T00:00:00.000000180Z' GROUP BY outcome ORDER BY 1",
    "SELECT outcome AS o, count(*) AS n FROM message WHERE outcome LIKE 'd%' GROUP BY o HAVING count(*) > 3 ORDER BY 1",
    "SELECT latency, count(*) AS n FROM message WHERE test GROUP BY latency ORDER BY 1",
    "SELECT count(DISTINCT outcome) AS n FROM message",
    "SELECT (CAST(at AS BIGINT) - 10) / 33 AS slice, outcome, count(*) AS n FROM message \
     WHERE at >= '1970-01-01T00:00:00.000000010Z' GROUP BY 1, 2 ORDER BY 1, 2",
];

const READ_BY_THE_ENGINE: &[&str] = &[
    "SELECT (CAST(at AS BIGINT) - 10) / 33 AS slice, count(*) AS n FROM message GROUP BY 1 ORDER BY 1",
    "SELECT count(DISTINCT outcome) AS n, count(DISTINCT test) AS m FROM message",
    "SELECT max(latency) AS n FROM message",
    "SELECT outcome, count(*) AS n FROM message WHERE outcome = subject GROUP BY outcome ORDER BY 1",
    "SELECT sum(latency) FILTER (WHERE test) AS s FROM message",
    "SELECT upper(outcome) AS o, count(*) AS n FROM message GROUP BY 1 ORDER BY 1",
    "SELECT outcome, count(*) AS n FROM message WHERE id <> 'r7' GROUP BY outcome ORDER BY 1",
    "SELECT sum(latency * 2) AS s FROM message",
];

#[tokio::test]
async fn the_reader_takes_its_shapes_and_answers_as_the_engine_does() {
    let (with, without) = sessions([true, true]).await;
    for (statements, taken) in [(READ_BY_THE_KERNEL, true), (READ_BY_THE_ENGINE, false)] {
        for statement in statements {
            let expected = text(&answer(&without, statement).await);
            for with in &with {
                let plan = text(&answer(with, &format!("EXPLAIN {statement}")).await);
                assert_eq!(plan.contains("RunAggregate"), taken, "{statement}\n{plan}");
                assert_eq!(text(&answer(with, statement).await), expected, "{statement}");
            }
        }
    }
}

#[tokio::test]
async fn what_the_reader_cannot_read_is_answered_by_the_plan_it_replaced() {
    let (with, without) = sessions([true, false]).await;
    for statement in READ_BY_THE_KERNEL {
        let expected = text(&answer(&without, statement).await);
        for with in &with {
            assert_eq!(text(&answer(with, statement).await), expected, "{statement}");
        }
    }
}
