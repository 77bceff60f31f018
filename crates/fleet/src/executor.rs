//! The process that reads files and runs tasks.

use std::path::PathBuf;
use std::sync::Arc;

use ballista_core::error::Result;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::SessionConfig;
use objects::Opened;

use crate::engine::LakeEngine;

/// How an executor is set up.
#[derive(Clone, Debug)]
pub struct Executor {
    /// The address it binds to, and by which others reach it.
    pub host: String,
    /// The port others fetch results at.
    pub port: u16,
    /// The port the scheduler talks to it at.
    pub control_port: u16,
    /// Where the scheduler is.
    pub scheduler_host: String,
    /// And its port.
    pub scheduler_port: u16,
    /// The folder of what is handed between tasks; emptied by whoever made it.
    pub work_dir: PathBuf,
    /// How many tasks run at once.
    pub threads: usize,
    /// Bytes of memory for all tasks together; a quarter of it keeps what was read from a store of objects.
    pub memory_bytes_max: u64,
}

/// Seconds an executor waits for its scheduler to come up.
const CONNECT_S_MAX: u16 = 30;

/// Runs until it fails or is told to end. Tasks may read files of `lake`, and of no other store.
pub async fn executor(setup: Executor, lake: &Opened) -> Result<()> {
    let registry = query::only(Arc::clone(&lake.store));
    let work_dir = setup.work_dir.clone();
    let runtimes = move |_: &SessionConfig| {
        RuntimeEnvBuilder::new()
            .with_object_store_registry(Arc::clone(&registry))
            .with_temp_file_path(work_dir.clone())
            .build_arc()
    };
    let is_far = lake.bucket.is_some();
    let kept_bytes = if is_far { setup.memory_bytes_max / 4 } else { 0 };
    let engine = LakeEngine::new(is_far, usize::try_from(kept_bytes).unwrap_or(usize::MAX));
    let config = ExecutorProcessConfig {
        bind_host: setup.host.clone(),
        external_host: Some(setup.host),
        port: setup.port,
        grpc_port: setup.control_port,
        scheduler_host: setup.scheduler_host,
        scheduler_port: setup.scheduler_port,
        scheduler_connect_timeout_seconds: CONNECT_S_MAX,
        vcores: setup.threads,
        work_dir: Some(setup.work_dir.to_string_lossy().into_owned()),
        memory_pool_size: Some(setup.memory_bytes_max.saturating_sub(kept_bytes)),
        override_runtime_producer: Some(Arc::new(runtimes)),
        override_execution_engine: Some(Arc::new(engine)),
        override_logical_codec: Some(Arc::new(crate::TableCodec::default())),
        ..ExecutorProcessConfig::default()
    };
    start_executor_process(Arc::new(config)).await
}
