//! DataFusion over files answers every question as memory does.

use std::sync::Arc;

use evidence::{FactSchema, Facts, FactsError, Group, Memory, Question, Record};
use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt};
use proptest::prelude::*;
use query::{Bounds, File, Table};

/// The records in files of a store in memory, as a table.
async fn table(store: &dyn ObjectStore, fact: &FactSchema, records: &[Record]) -> Table {
    let mut files = Vec::new();
    for (at, records) in crate::support::files(records).iter().enumerate() {
        let bytes = crate::support::parquet(fact, records);
        let path = format!("tenant/stream/message/{at}.parquet");
        let instants = || records.iter().map(|it| it.from.nanos());
        files.push(File {
            path: path.clone(),
            bytes: bytes.len() as u64,
            sha256: crate::support::sha256(&bytes),
            rows: records.len() as u64,
            stream: "stream".into(),
            first: instants().min().unwrap(),
            last: instants().max().unwrap(),
        });
        store.put(&path.into(), bytes.into()).await.unwrap();
    }
    Table::new(query::table_schema(fact), query::store_url().unwrap(), files)
}

fn asked(fact: &FactSchema, records: &[Record], question: &Question) -> Result<Vec<Group>, FactsError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Arc::new(InMemory::new());
        let table = table(store.as_ref(), fact, records).await;
        let session = query::session(store, Bounds::default()).unwrap();
        query::aggregate(session.read_table(Arc::new(table)).unwrap(), fact, question).await
    })
}

fn cases() -> impl Strategy<Value = (FactSchema, Vec<Record>, Vec<Question>)> {
    crate::support::fact().prop_flat_map(|fact| {
        let questions = proptest::collection::vec(crate::support::question(&fact), 1..6);
        let records = crate::support::records(&fact);
        (Just(fact), records, questions)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn files_answer_as_memory_does((fact, records, questions) in cases()) {
        let memory = Memory::from_records(records.clone());
        for question in questions {
            prop_assert_eq!(asked(&fact, &records, &question), memory.aggregate(&question), "{:#?}", question);
        }
    }
}
