//! The process that takes plans, cuts them into tasks and hands these to executors.

use std::sync::Arc;

use ballista_core::error::{BallistaError, Result};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::{create_scheduler, start_grpc_service_with_listener};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::prelude::SessionConfig;
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use objects::Opened;
use tokio::net::TcpListener;

use crate::codec::TableCodec;

/// Serves on `listener` until it fails. Plans may read files of `lake`, and of no other store.
pub async fn scheduler(listener: TcpListener, lake: &Opened) -> Result<()> {
    let address = listener.local_addr().map_err(BallistaError::from)?;
    let registry = query::only(Arc::clone(&lake.store));
    let sessions = move |config: SessionConfig| -> datafusion::common::Result<SessionState> {
        let runtime =
            RuntimeEnvBuilder::new().with_object_store_registry(Arc::clone(&registry)).build_arc()?;
        let state = SessionStateBuilder::new_with_default_features();
        Ok(state.with_config(config).with_runtime_env(runtime).build())
    };
    let config = Arc::new(SchedulerConfig {
        bind_host: address.ip().to_string(),
        external_host: address.ip().to_string(),
        bind_port: address.port(),
        override_session_builder: Some(Arc::new(sessions)),
        override_logical_codec: Some(Arc::new(TableCodec::default())),
        ..SchedulerConfig::default()
    });
    let cluster = BallistaCluster::new_from_config(&config).await?;
    let scheduler = create_scheduler::<LogicalPlanNode, PhysicalPlanNode>(cluster, config).await?;
    start_grpc_service_with_listener(listener, scheduler).await
}
