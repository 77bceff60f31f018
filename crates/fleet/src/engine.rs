//! How an executor runs its tasks: aggregates over files by the lake's own reader, everything else as Ballista does.

use std::sync::Arc;

use ballista_core::JobId;
use ballista_executor::execution_engine::{DefaultExecutionEngine, ExecutionEngine, QueryStageExecutor};
use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::SessionConfig;
use query::{Kept, RunAggregation};

/// Runs tasks over a lake.
pub(crate) struct LakeEngine {
    ballista: DefaultExecutionEngine,
    aggregation: RunAggregation,
}

impl LakeEngine {
    /// `is_far`: whether the lake is in a store of objects, of whose files so many bytes are kept then.
    pub(crate) fn new(is_far: bool, kept_bytes: usize) -> LakeEngine {
        let ballista = DefaultExecutionEngine::new();
        LakeEngine {
            ballista,
            aggregation: RunAggregation {
                is_far,
                in_parts: true,
                kept: Some(Arc::new(Kept::new(kept_bytes))),
            },
        }
    }
}

impl ExecutionEngine for LakeEngine {
    /// A task has its own share of the files already, so the reader answers for just these; which tasks there are is the
    /// scheduler's to know, and the plans that travel are Ballista's own.
    fn create_query_stage_exec(
        &self,
        job: JobId,
        stage: usize,
        task: usize,
        parts: Vec<usize>,
        plan: Arc<dyn ExecutionPlan>,
        work_dir: &str,
        config: &SessionConfig,
    ) -> Result<Arc<dyn QueryStageExecutor>> {
        let plan = self.aggregation.optimize(plan, &ConfigOptions::default())?;
        self.ballista.create_query_stage_exec(job, stage, task, parts, plan, work_dir, config)
    }
}

#[cfg(test)]
mod tests {
    use ballista_core::serde::BallistaPhysicalExtensionCodec;
    use datafusion::arrow::datatypes::{DataType, Field, Schema};
    use datafusion::execution::SessionStateBuilder;
    use datafusion::execution::runtime_env::RuntimeEnvBuilder;
    use datafusion::physical_plan::displayable;
    use datafusion::prelude::SessionContext;
    use datafusion_proto::physical_plan::AsExecutionPlan;
    use datafusion_proto::protobuf::PhysicalPlanNode;
    use object_store::memory::InMemory;
    use query::{File, Table};

    use super::*;

    /// A session as a scheduler has it, over three files.
    fn session() -> SessionContext {
        let registry = query::only(Arc::new(InMemory::new()));
        let runtime = RuntimeEnvBuilder::new().with_object_store_registry(registry).build_arc().unwrap();
        let config = SessionConfig::new().with_target_partitions(2).with_repartition_file_scans(false);
        let state = SessionStateBuilder::new_with_default_features().with_config(config);
        let session = SessionContext::new_with_state(state.with_runtime_env(runtime).build());
        let file = |day: i64| File {
            path: format!("acme/short/message/{day}.parquet"),
            bytes: 40 << 20,
            sha256: [7; 32],
            rows: 2_000_000,
            stream: "short".into(),
            first: day * 1_000,
            last: day * 1_000 + 999,
        };
        let columns = vec![
            Field::new(
                "at",
                DataType::Timestamp(datafusion::arrow::datatypes::TimeUnit::Nanosecond, Some("UTC".into())),
                false,
            ),
            Field::new("outcome", DataType::Utf8View, true),
            Field::new("latency", DataType::Decimal128(38, query::SCALE), true),
        ];
        let store = query::store_url().unwrap();
        let table = Table::new(Arc::new(Schema::new(columns)), store, (0..3).map(file).collect());
        session.register_table("message", Arc::new(table)).unwrap();
        session
    }

    #[tokio::test]
    async fn the_reader_takes_aggregates_of_plans_that_have_travelled() {
        let session = session();
        let statement = "SELECT outcome, count(*), sum(latency) FROM message \
                         WHERE at >= TIMESTAMP '1970-01-01T00:00:00.000000500Z' AND outcome <> 'pending' GROUP BY outcome";
        let plan = session.sql(statement).await.unwrap().create_physical_plan().await.unwrap();
        let codec = BallistaPhysicalExtensionCodec::default();
        let mut bytes = Vec::new();
        PhysicalPlanNode::try_from_physical_plan(plan, &codec).unwrap().try_encode(&mut bytes).unwrap();
        let arrived = PhysicalPlanNode::try_decode(&bytes).unwrap();
        let arrived = arrived.try_into_physical_plan(&session.task_ctx(), &codec).unwrap();
        let taken =
            LakeEngine::new(true, 0).aggregation.optimize(arrived, &ConfigOptions::default()).unwrap();
        let shown = displayable(taken.as_ref()).indent(false).to_string();
        assert!(shown.contains("RunAggregate: files=3, keys=[outcome], measures=2"), "{shown}");
        assert!(!shown.contains("DataSourceExec"), "{shown}");
    }
}
