//! Questions of facts in volume answered by a fleet, for whoever waits for the answers.

use std::sync::Arc;

use datafusion::prelude::SessionContext;
use evidence::{FactSchema, FactsError, Group, Question};
use lake::FileEntry;
use query::{File, Table};
use tokio::runtime::Runtime;

/// A fleet that is asked, with threads of its own to wait on.
pub struct Fleet {
    runtime: Runtime,
    session: SessionContext,
}

impl Fleet {
    /// Reaches the scheduler at `host:port`; plans are cut into `parts` at most.
    pub fn reach(scheduler: &str, parts: usize) -> Result<Fleet, FactsError> {
        let runtime = Runtime::new().map_err(|it| FactsError::Unavailable(it.to_string()))?;
        let session = runtime
            .block_on(crate::connect(scheduler, parts))
            .map_err(|it| FactsError::Unavailable(format!("the scheduler at {scheduler}: {it}")))?;
        Ok(Fleet { runtime, session })
    }

    /// Answers from the records of these files, which share no identity. May not be called on a thread of another runtime.
    pub fn aggregate<'f>(
        &self,
        files: impl Iterator<Item = &'f FileEntry>,
        fact: &FactSchema,
        question: &Question,
    ) -> Result<Vec<Group>, FactsError> {
        let unavailable = |it: datafusion::error::DataFusionError| FactsError::Unavailable(it.to_string());
        let store = query::store_url().map_err(unavailable)?;
        let table = Table::new(query::table_schema(fact), store, files.map(File::from).collect());
        let table = self.session.read_table(Arc::new(table)).map_err(unavailable)?;
        self.runtime.block_on(query::aggregate(table, fact, question))
    }
}

impl std::fmt::Debug for Fleet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fleet").finish_non_exhaustive()
    }
}
