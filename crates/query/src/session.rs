//! A session that sees one store and may use so much memory and disk, and whose language has nothing that reads or
//! writes elsewhere.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::common::{Result, plan_err};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::object_store::{ObjectStoreRegistry, ObjectStoreUrl};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};
use object_store::ObjectStore;
use url::Url;

use crate::kernel::RunAggregation;
use crate::verified::Verified;

/// Functions that make much of little before any bound is asked, or tell of the machine.
const WITHHELD: [&str; 4] = ["repeat", "lpad", "rpad", "version"];

/// What a session may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of memory for what grows: groups, sorted rows, joined tables.
    pub memory_bytes_max: usize,
    /// Bytes of temporary files for what does not fit into memory.
    pub spill_bytes_max: u64,
    /// How many parts of a plan run at once.
    pub threads: usize,
    /// Whether the store is so far away that much is to be asked for at once.
    pub is_far: bool,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { memory_bytes_max: 1 << 30, spill_bytes_max: 16 << 30, threads: 2, is_far: false }
    }
}

/// The name the files of the lake are known by in plans, wherever they lie.
pub fn store_url() -> Result<ObjectStoreUrl> {
    ObjectStoreUrl::parse(STORE)
}

/// A registry that knows [`store_url`], which is `store`, and no other. Files are read from it by their digest and place, as a
/// [`Table`](crate::Table) names them, and each once it was found to be what it is named by.
pub fn only(store: Arc<dyn ObjectStore>) -> Arc<dyn ObjectStoreRegistry> {
    Arc::new(Only(Arc::new(Verified::new(store))))
}

/// A session over `store` alone.
pub fn session(store: Arc<dyn ObjectStore>, bounds: Bounds) -> Result<SessionContext> {
    let runtime = RuntimeEnvBuilder::new()
        .with_object_store_registry(only(store))
        .with_memory_pool(Arc::new(FairSpillPool::new(bounds.memory_bytes_max)))
        .with_max_temp_directory_size(bounds.spill_bytes_max)
        .build_arc()?;
    let config = SessionConfig::new().with_information_schema(false).with_target_partitions(bounds.threads);
    let state = SessionStateBuilder::new_with_default_features()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_physical_optimizer_rule(Arc::new(RunAggregation {
            is_far: bounds.is_far,
            ..RunAggregation::default()
        }))
        .with_file_formats(Vec::new())
        .with_table_factories(HashMap::new())
        .with_table_functions(HashMap::new())
        .build();
    let session = SessionContext::new_with_state(state);
    WITHHELD.iter().for_each(|it| session.deregister_udf(it));
    Ok(session)
}

const STORE: &str = "lake://files/";

/// One store; asked for another it says that there is none.
#[derive(Debug)]
struct Only(Arc<dyn ObjectStore>);

impl ObjectStoreRegistry for Only {
    fn register_store(&self, _: &Url, _: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        None
    }

    fn get_store(&self, url: &Url) -> Result<Arc<dyn ObjectStore>> {
        if url.as_str().starts_with(STORE) {
            return Ok(Arc::clone(&self.0));
        }
        plan_err!("there is no other store")
    }
}
