//! Which aggregates over scans the lake's reader answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::datasource::listing::{FileRange, PartitionedFile};
use datafusion::datasource::physical_plan::{FileScanConfig, FileSource, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::aggregate::AggregateFunctionExpr;
use datafusion::physical_expr::expressions::{BinaryExpr, CastExpr, Column, Literal};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::scalar::ScalarValue;
use lake::kernel::{Measure, Measured, Plan, Slice, Time};

use super::condition::{Condition, condition};
use super::kept::Kept;
use super::operator::{RunAggregate, Scanned};
use crate::column::{AT, SCALE};

/// Puts [`RunAggregate`] in the place of aggregates over scans of the lake that count, sum and group by whole columns.
#[derive(Clone, Debug, Default)]
pub struct RunAggregation {
    /// Whether the files are so far away that much is to be asked for at once.
    pub is_far: bool,
    /// Whether every part of the scan is answered apart, and in one part otherwise.
    pub in_parts: bool,
    /// Where what was fetched from far away is kept for the next question.
    pub kept: Option<Arc<Kept>>,
}

impl PhysicalOptimizerRule for RunAggregation {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_down(|plan| {
            Ok(match self.replaced(&plan) {
                Some(reader) => Transformed::yes(Arc::new(reader) as Arc<dyn ExecutionPlan>),
                None => Transformed::no(plan),
            })
        })
        .data()
    }

    fn name(&self) -> &str {
        "run_aggregation"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

impl RunAggregation {
    /// The reader that answers what `plan` does; `None` when it is of another shape.
    fn replaced(&self, plan: &Arc<dyn ExecutionPlan>) -> Option<RunAggregate> {
        let aggregate = plan.downcast_ref::<AggregateExec>()?;
        let first = matches!(aggregate.mode(), AggregateMode::Partial | AggregateMode::Single);
        let groups = aggregate.group_expr();
        let plain = !groups.has_grouping_set()
            && aggregate.limit_options().is_none()
            && aggregate.filter_expr().iter().all(Option::is_none);
        if !first || !plain {
            return None;
        }
        let scan = aggregate.input().downcast_ref::<DataSourceExec>()?;
        let (config, source) = scan.downcast_to_file_source::<ParquetSource>()?;
        if config.limit.is_some() {
            return None;
        }
        let columns = Columns::of(config)?;
        let slice = groups.expr().first().and_then(|(first, _)| columns.slice(first));
        let plain = groups.expr().get(usize::from(slice.is_some())..)?;
        let keys = plain.iter().map(|(key, _)| columns.named(key)).collect::<Option<Vec<_>>>()?;
        let measures =
            aggregate.aggr_expr().iter().map(|it| measure(it, &columns)).collect::<Option<Vec<_>>>()?;
        let filter = source.filter();
        let Condition { time, filter } = condition(filter.as_ref(), &columns.schema)?;
        // Only from the origin on are slices counted as the engine's division counts them.
        if slice.is_some_and(|it| time.from < it.origin) {
            return None;
        }
        let asked = slice.is_some() || (time.from, time.until) != (i64::MIN, i64::MAX);
        let time = asked.then_some(Time { slice, ..time });
        let (scales, optional) = (columns.scales(), columns.optional());
        let plan_of_reader = Plan { time, filter, keys, measures, scales, optional };
        let parts = self.parts(config)?;
        Some(RunAggregate::new(plan_of_reader, parts, self.clone(), Arc::clone(plan)))
    }

    /// The files by part; `None` when parts share a file.
    fn parts(&self, config: &FileScanConfig) -> Option<Vec<Scanned>> {
        let url = &config.object_store_url;
        if !self.in_parts {
            let files = config.file_groups.iter().flat_map(|it| it.iter());
            return Some(vec![Scanned::of(url.clone(), files)]);
        }
        let whole = |it: &PartitionedFile| {
            let all =
                |range: &FileRange| (range.start, u64::try_from(range.end)) == (0, Ok(it.object_meta.size));
            it.range.as_ref().is_none_or(all)
        };
        let groups = config.file_groups.iter();
        groups.map(|it| it.iter().all(whole).then(|| Scanned::of(url.clone(), it.iter()))).collect()
    }
}

/// What the scan puts out, as columns of the files.
struct Columns {
    schema: SchemaRef,
    /// By position in the output.
    names: Vec<String>,
}

impl Columns {
    fn of(config: &FileScanConfig) -> Option<Columns> {
        let source = config.file_source();
        let schema = Arc::clone(config.file_schema());
        let names = match source.projection() {
            None => schema.fields().iter().map(|it| it.name().clone()).collect(),
            Some(projection) => projection
                .iter()
                .map(|it| it.expr.downcast_ref::<Column>().map(|it| it.name().to_owned()))
                .collect::<Option<Vec<_>>>()?,
        };
        Some(Columns { schema, names })
    }

    /// The column of the files that the expression is, and nothing but.
    fn named(&self, expression: &Arc<dyn PhysicalExpr>) -> Option<String> {
        let name = self.names.get(expression.downcast_ref::<Column>()?.index())?;
        self.schema.index_of(name).is_ok().then(|| name.clone())
    }

    /// The slices of time that the expression counts: `(CAST(at AS Int64) - origin) / length`.
    fn slice(&self, expression: &Arc<dyn PhysicalExpr>) -> Option<Slice> {
        let (since, length) = whole_operand(expression, Operator::Divide)?;
        let (nanos, origin) = whole_operand(since, Operator::Minus)?;
        let at = self.named(nanos.downcast_ref::<CastExpr>()?.expr())?;
        (at == AT && length > 0).then_some(Slice { origin, length })
    }

    /// Those that a file may lack.
    fn optional(&self) -> BTreeSet<String> {
        let optional = self.schema.fields().iter().filter(|it| it.is_nullable());
        optional.map(|it| it.name().clone()).collect()
    }

    /// Every number at the scale of the table.
    fn scales(&self) -> BTreeMap<String, u8> {
        let numbers = self.schema.fields().iter().filter(|it| is_number(it.data_type()));
        numbers.map(|it| (it.name().clone(), SCALE.unsigned_abs())).collect()
    }
}

/// What stands left of the operator, and the whole number to its right.
fn whole_operand(
    expression: &Arc<dyn PhysicalExpr>,
    operator: Operator,
) -> Option<(&Arc<dyn PhysicalExpr>, i64)> {
    let binary = expression.downcast_ref::<BinaryExpr>().filter(|it| *it.op() == operator)?;
    match binary.right().downcast_ref::<Literal>()?.value() {
        ScalarValue::Int64(Some(it)) => Some((binary.left(), *it)),
        _ => None,
    }
}

fn is_number(kind: &DataType) -> bool {
    matches!(kind, DataType::Decimal128(_, SCALE))
}

fn measure(aggregate: &Arc<AggregateFunctionExpr>, columns: &Columns) -> Option<Measured> {
    let arguments = aggregate.expressions();
    let [argument] = arguments.as_slice() else { return None };
    if aggregate.is_distinct() || !aggregate.order_bys().is_empty() {
        return None;
    }
    let measure = match (aggregate.fun().name(), argument.downcast_ref::<Literal>()) {
        ("count", Some(every)) if !every.value().is_null() => Measure::Count,
        ("sum", None) => {
            let name = columns.named(argument)?;
            is_number(columns.schema.field_with_name(&name).ok()?.data_type()).then_some(())?;
            Measure::Sum(name)
        }
        _ => return None,
    };
    Some(Measured::all(measure))
}
