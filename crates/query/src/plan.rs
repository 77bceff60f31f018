//! A question as plans: one for what aggregates answer at once, and one for each count of different values and each
//! percentile, which group by the values too and so need no more memory than grouping does.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result as PlanResult;
use datafusion::dataframe::DataFrame;
use datafusion::functions_aggregate::expr_fn::{count, max, min, sum};
use datafusion::logical_expr::{Expr, cast, lit, when};
use datafusion::prelude::ident;
use evidence::{FactSchema, FactsError, Field, Measure, Question};
use timeline::Interval;

use crate::column::{self, AT, Kind};
use crate::predicate;

/// The column that counts the records of a group.
pub(crate) const ROWS: &str = "rows";
/// The answer's column in a plan that has only one.
pub(crate) const ANSWER: &str = "answer";

/// The column that says how often a value occurs.
pub(crate) const TIMES: &str = "times";

/// The plans of one question.
pub(crate) struct Plans {
    /// Every group that occurs, with `ROWS` and a column for every measure it answers.
    pub(crate) main: DataFrame,
    /// Further answers by position of the measure; a group that is missing has none.
    pub(crate) apart: Vec<(usize, DataFrame)>,
}

/// The name of the column of a measure in the main plan.
pub(crate) fn measured(at: usize) -> String {
    format!("measure_{at}")
}

/// Plans the question over all records of its fact.
pub(crate) fn plan(table: DataFrame, fact: &FactSchema, question: &Question) -> Result<Plans, FactsError> {
    let filter = predicate::filter(&question.filter, fact, question.within)?;
    let keys = keys(fact, question)?;
    let measures = question.measures.iter().map(|it| parts(it, fact)).collect::<Result<Vec<_>, _>>()?;
    assemble(table, filter, &keys, &measures).map_err(|error| FactsError::Unavailable(error.to_string()))
}

/// How a measure is answered.
enum Part {
    /// By an aggregate of the main plan.
    Here(Expr),
    /// The records that count alone are counted here, the different combinations apart.
    Distinct { alone: Expr, fields: Vec<Expr> },
    /// The values are counted here, and ranked apart.
    Percentile(Expr),
}

fn parts(measure: &Measure, fact: &FactSchema) -> Result<Part, FactsError> {
    let value = |field: Field| -> Result<(Expr, Kind), FactsError> {
        let (name, kind) = column::field(fact, field).ok_or(FactsError::UnknownField(field))?;
        Ok((ident(name), kind))
    };
    Ok(match measure {
        Measure::Count => Part::Here(count(lit(1))),
        Measure::Sum(field) => match value(*field)? {
            (value, kind) if kind.adds_up() => Part::Here(sum(value)),
            (value, _) => Part::Here(count(value)),
        },
        Measure::Min(field) => Part::Here(min(value(*field)?.0)),
        Measure::Max(field) => Part::Here(max(value(*field)?.0)),
        Measure::CountDistinct(fields) => {
            let fields = fields.iter().map(|it| Ok(value(*it)?.0)).collect::<Result<Vec<_>, FactsError>>()?;
            let absent =
                fields.iter().cloned().map(Expr::is_null).reduce(Expr::or).unwrap_or_else(|| lit(false));
            let alone = when(absent, lit(1)).end().map_err(|it| FactsError::Unavailable(it.to_string()))?;
            Part::Distinct { alone: count(alone), fields }
        }
        Measure::Percentile { per_mille, .. } if *per_mille > 1000 => {
            return Err(FactsError::NoSuchPercentile(*per_mille));
        }
        Measure::Percentile { field, .. } => Part::Percentile(value(*field)?.0),
    })
}

/// The slice, if asked for, and the fields grouped by, under names of their own.
fn keys(fact: &FactSchema, question: &Question) -> Result<Vec<Expr>, FactsError> {
    let slice = question.slice_nanos.map(|nanos| slice(question.within, nanos)).transpose()?;
    let fields = question.group_by.iter().map(|field| {
        column::field(fact, *field).map(|(name, _)| ident(name)).ok_or(FactsError::UnknownField(*field))
    });
    let keys = slice.into_iter().map(Ok).chain(fields).collect::<Result<Vec<_>, _>>()?;
    Ok(keys.into_iter().enumerate().map(|(at, key)| key.alias(key_name(at))).collect())
}

fn key_name(at: usize) -> String {
    format!("key_{at}")
}

/// Which slice `at` lies in, counted from zero.
fn slice(within: Interval, nanos: i64) -> Result<Expr, FactsError> {
    if nanos <= 0 || !within.from().is_bounded() {
        return Err(FactsError::NoSlices);
    }
    if i64::try_from(within.until().nanos_since(within.from())).is_err() {
        let why = "slices of more than 292 years are not counted here; ask about a shorter window";
        return Err(FactsError::Unavailable(why.to_owned()));
    }
    Ok((cast(ident(AT), DataType::Int64) - lit(within.from().nanos())) / lit(nanos))
}

fn assemble(table: DataFrame, filter: Expr, keys: &[Expr], measures: &[Part]) -> PlanResult<Plans> {
    let kept = table.filter(filter)?;
    let mut here = vec![count(lit(1)).alias(ROWS)];
    let mut apart = Vec::new();
    for (at, part) in measures.iter().enumerate() {
        match part {
            Part::Here(expression) => here.push(expression.clone().alias(measured(at))),
            Part::Distinct { alone, fields } => {
                here.push(alone.clone().alias(measured(at)));
                apart.push((at, distinct(kept.clone(), keys, fields)?));
            }
            Part::Percentile(value) => {
                here.push(count(value.clone()).alias(measured(at)));
                apart.push((at, occurring(kept.clone(), keys, value)?));
            }
        }
    }
    Ok(Plans { main: kept.aggregate(keys.to_vec(), here)?, apart })
}

/// How many different combinations of present values each group has.
fn distinct(kept: DataFrame, keys: &[Expr], fields: &[Expr]) -> PlanResult<DataFrame> {
    let present = fields.iter().cloned().map(Expr::is_not_null).fold(lit(true), Expr::and);
    let named = fields.iter().enumerate().map(|(at, it)| it.clone().alias(format!("field_{at}")));
    let combined = keys.iter().cloned().chain(named).collect::<Vec<_>>();
    let combined = if combined.is_empty() { vec![lit(1).alias("field_0")] } else { combined };
    let different = kept.filter(present)?.aggregate(combined, Vec::new())?;
    different.aggregate(names(keys), vec![count(lit(1)).alias(ANSWER)])
}

/// How often each present value occurs, in ascending order of the values.
fn occurring(kept: DataFrame, keys: &[Expr], value: &Expr) -> PlanResult<DataFrame> {
    let ranked = keys.iter().cloned().chain([value.clone().alias(ANSWER)]).collect();
    kept.filter(value.clone().is_not_null())?
        .aggregate(ranked, vec![count(lit(1)).alias(TIMES)])?
        .sort(vec![ident(ANSWER).sort(true, false)])
}

fn names(keys: &[Expr]) -> Vec<Expr> {
    (0..keys.len()).map(|at| ident(key_name(at))).collect()
}
