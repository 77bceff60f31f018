//! The operator that reads aggregates off the files.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties};
use datafusion::scalar::ScalarValue;
use futures_util::{StreamExt, TryStreamExt, stream};
use lake::kernel::{Answer, GroupKey, Part, Plan, ReadAt, run_all};
use object_store::path::Path;
use tokio::runtime::Handle;

use super::condition::scalar;
use super::rule::RunAggregation;
use super::source::StoredFile;

/// The files of a scan, each whole and once, in the order of their paths.
#[derive(Clone, Debug)]
pub(super) struct Scanned {
    store: ObjectStoreUrl,
    files: BTreeMap<Path, u64>,
}

impl Scanned {
    pub(super) fn of<'f>(store: ObjectStoreUrl, files: impl Iterator<Item = &'f PartitionedFile>) -> Scanned {
        let files = files.map(|it| (it.object_meta.location.clone(), it.object_meta.size));
        Scanned { store, files: files.collect() }
    }
}

/// Answers an aggregate over a scan with the lake's reader.
#[derive(Debug)]
pub struct RunAggregate {
    plan: Arc<Plan>,
    /// The files of each part.
    parts: Vec<Scanned>,
    rule: RunAggregation,
    /// What it stands for, in as many parts, and what answers when the reader does not.
    replaced: Arc<dyn ExecutionPlan>,
    properties: Arc<PlanProperties>,
}

impl RunAggregate {
    /// Parts are those of `replaced`, unless it is one alone.
    pub(super) fn new(
        plan: Plan,
        parts: Vec<Scanned>,
        rule: RunAggregation,
        replaced: Arc<dyn ExecutionPlan>,
    ) -> RunAggregate {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(replaced.schema()),
            Partitioning::UnknownPartitioning(parts.len()),
            EmissionType::Final,
            Boundedness::Bounded,
        );
        let replaced =
            if parts.len() == 1 { Arc::new(CoalescePartitionsExec::new(replaced)) } else { replaced };
        RunAggregate { plan: Arc::new(plan), parts, rule, replaced, properties: Arc::new(properties) }
    }
}

impl DisplayAs for RunAggregate {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (files, keys) =
            (self.parts.iter().map(|it| it.files.len()).sum::<usize>(), self.plan.keys.join(", "));
        write!(f, "RunAggregate: files={files}, keys=[{keys}], measures={}", self.plan.measures.len())
    }
}

impl ExecutionPlan for RunAggregate {
    fn name(&self) -> &str {
        "RunAggregate"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, _: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn execute(&self, part: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let scanned = self.parts.get(part).ok_or_else(|| exec_datafusion_err!("there is no part {part}"))?;
        let store = context.runtime_env().object_store(&scanned.store)?;
        let runtime = Handle::current();
        let files: Vec<StoredFile> = scanned
            .files
            .iter()
            .map(|(location, bytes)| StoredFile {
                store: Arc::clone(&store),
                location: location.clone(),
                bytes: *bytes,
                is_far: self.rule.is_far,
                kept: self.rule.kept.clone(),
                runtime: runtime.clone(),
            })
            .collect();
        let (plan, schema, replaced) = (Arc::clone(&self.plan), self.schema(), Arc::clone(&self.replaced));
        let answered = async move {
            let columns = Arc::clone(&schema);
            let read = tokio::task::spawn_blocking(move || {
                let sources: Vec<&dyn ReadAt> = files.iter().map(|it| it as &dyn ReadAt).collect();
                run_all(&plan, &sources).ok().map(|answer| batch(&answer, &plan, &columns))
            });
            let read = read.await.map_err(|error| exec_datafusion_err!("the reader broke off: {error}"))?;
            match read {
                Some(batch) => Ok(stream::iter([batch]).boxed()),
                None => replaced.execute(part, context).map(|it| it.boxed()),
            }
        };
        let batches = stream::once(answered).try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), batches)))
    }
}

/// The groups as rows: keys, then measures; without keys always exactly one.
fn batch(answer: &Answer, plan: &Plan, columns: &SchemaRef) -> Result<RecordBatch> {
    let nothing = (&(None, Vec::new()), &Answer::nothing(plan));
    let sliced = plan.time.as_ref().is_some_and(|it| it.slice.is_some());
    let whole = plan.keys.is_empty() && !sliced;
    let rows: Vec<(&GroupKey, &Vec<Part>)> =
        if whole && answer.groups.is_empty() { vec![nothing] } else { answer.groups.iter().collect() };
    let first = usize::from(sliced);
    let arrays = columns.fields().iter().enumerate().map(|(at, field)| {
        let cell = |((slice, keys), parts): &(&GroupKey, &Vec<Part>)| match at.checked_sub(first) {
            None => slice.and_then(|it| i64::try_from(it).ok()).map(|it| ScalarValue::Int64(Some(it))),
            Some(at) => match keys.get(at) {
                Some(key) => scalar(field.data_type(), key.as_ref()),
                None => measured(field.data_type(), parts.get(at.checked_sub(keys.len())?)?),
            },
        };
        let cells = rows.iter().map(cell).collect::<Option<Vec<ScalarValue>>>();
        let cells = cells.ok_or_else(|| exec_datafusion_err!("the reader answered with another type"))?;
        array(field.data_type(), cells)
    });
    let arrays = arrays.collect::<Result<Vec<_>>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    Ok(RecordBatch::try_new_with_options(Arc::clone(columns), arrays, &options)?)
}

fn array(kind: &DataType, cells: Vec<ScalarValue>) -> Result<ArrayRef> {
    if cells.is_empty() {
        return Ok(datafusion::arrow::array::new_empty_array(kind));
    }
    ScalarValue::iter_to_array(cells)
}

fn measured(kind: &DataType, part: &Part) -> Option<ScalarValue> {
    match (kind, part) {
        (DataType::Int64, Part::Count(it)) => Some(ScalarValue::Int64(Some(i64::try_from(*it).ok()?))),
        (DataType::Decimal128(precision, scale), Part::Sum { count, total }) => {
            Some(ScalarValue::Decimal128((*count > 0).then_some(*total), *precision, *scale))
        }
        _ => None,
    }
}
