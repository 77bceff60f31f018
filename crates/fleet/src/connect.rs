//! A session whose plans run on the scheduler's executors.

use std::sync::Arc;

use ballista::prelude::{SessionConfigExt, SessionContextExt};
use datafusion::common::Result;
use datafusion::execution::SessionStateBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::codec::TableCodec;

/// Connects to the scheduler at `host:port`. `parts` is how many parts a plan is cut into at most: as many as the
/// executors have threads together.
pub async fn connect(scheduler: &str, parts: usize) -> Result<SessionContext> {
    let config = SessionConfig::new_with_ballista()
        .with_information_schema(false)
        .with_target_partitions(parts)
        // The lake's reader takes files whole, and a lake has a file for every day at least.
        .with_repartition_file_scans(false)
        .with_ballista_logical_extension_codec(Arc::new(TableCodec::default()));
    let state = SessionStateBuilder::new_with_default_features()
        .with_config(config)
        .with_file_formats(Vec::new())
        .with_table_factories(Default::default())
        .with_table_functions(Default::default())
        .build();
    SessionContext::remote_with_state(&format!("df://{scheduler}"), state).await
}
