//! One SQL statement that only reads, within limits.

use std::time::Duration;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::error::DataFusionError;
use datafusion::execution::context::SQLOptions;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;
use futures_util::StreamExt;

use crate::refused::Refused;
use crate::session::Bounds;

/// Bytes of a statement's text.
pub const STATEMENT_BYTES_MAX: usize = 64 << 10;

/// What one statement may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Memory, disk and threads.
    pub bounds: Bounds,
    /// Rows of the answer; what is more is cut off, and said to be.
    pub rows_max: usize,
    /// How long it may run.
    pub timeout: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { bounds: Bounds::default(), rows_max: 10_000, timeout: Duration::from_secs(60) }
    }
}

/// What a statement answers.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its columns.
    pub columns: SchemaRef,
    /// Its rows, in order.
    pub batches: Vec<RecordBatch>,
    /// Whether there are more rows than are given here.
    pub cut: bool,
}

/// Answers a statement about the tables of `session`, which must be made by [`session`](crate::session()).
pub async fn sql(session: &SessionContext, statement: &str, limits: &Limits) -> Result<Answer, Refused> {
    if statement.len() > STATEMENT_BYTES_MAX {
        return Err(Refused::Statement(format!("it is longer than {STATEMENT_BYTES_MAX} bytes")));
    }
    match tokio::time::timeout(limits.timeout, answered(session, statement, limits.rows_max)).await {
        Ok(answer) => answer.map_err(|error| error.told(limits)),
        Err(_) => Err(Refused::TooLong(limits.timeout)),
    }
}

enum Failed {
    Refused(Refused),
    Engine(DataFusionError),
}

impl From<DataFusionError> for Failed {
    fn from(error: DataFusionError) -> Failed {
        Failed::Engine(error)
    }
}

impl Failed {
    fn told(self, limits: &Limits) -> Refused {
        match self {
            Failed::Refused(refused) => refused,
            Failed::Engine(error) => Refused::from_engine(&error, limits.bounds.memory_bytes_max),
        }
    }
}

async fn answered(session: &SessionContext, statement: &str, rows_max: usize) -> Result<Answer, Failed> {
    let plan = session.state().create_logical_plan(statement).await?;
    if let Some(what) = other_than_reading(&plan) {
        return Err(Failed::Refused(Refused::NotReading(what)));
    }
    let frame = session.execute_logical_plan(plan).await?;
    let mut stream = frame.execute_stream().await?;
    let columns = stream.schema();
    let mut batches = Vec::new();
    let mut left = rows_max;
    while let Some(batch) = stream.next().await {
        let batch = batch?;
        let taken = batch.num_rows().min(left);
        let cut = taken < batch.num_rows();
        left = left.saturating_sub(taken);
        batches.push(batch.slice(0, taken));
        if cut {
            return Ok(Answer { columns, batches, cut });
        }
    }
    Ok(Answer { columns, batches, cut: false })
}

/// The first word of a plan that does something, anywhere in it.
fn other_than_reading(plan: &LogicalPlan) -> Option<String> {
    let reading = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    reading.verify_plan(plan).err()?;
    let shown = plan.display().to_string();
    Some(shown.split([' ', ':']).next().unwrap_or_default().to_owned())
}
