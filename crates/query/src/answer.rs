//! From the batches of a question's plans to groups.

use std::collections::BTreeMap;

use datafusion::arrow::array::RecordBatch;
use datafusion::scalar::ScalarValue;
use evidence::{Datum, FactSchema, FactsError, Field, Group, Measure, Question};
use quantity::Ratio;

use crate::column::{self, Kind};
use crate::plan::{ANSWER, TIMES, measured};

type Key = (Option<u64>, Vec<Option<Datum>>);

/// A percentile asked for.
struct Asked {
    /// Position among the measures.
    at: usize,
    field: Field,
    per_mille: u32,
}

/// What is known of each group so far, one value for every measure.
pub(crate) struct Answers(BTreeMap<Key, Vec<Option<Datum>>>);

/// Reads the plan that knows every group.
pub(crate) fn main(
    batches: &[RecordBatch],
    fact: &FactSchema,
    question: &Question,
) -> Result<Answers, FactsError> {
    let mut answers = Answers(BTreeMap::new());
    let mut failed: BTreeMap<Key, FactsError> = BTreeMap::new();
    for (batch, row) in rows(batches) {
        let values = question.measures.iter().enumerate().map(|(at, measure)| {
            let value = cell(batch, &measured(at), row)?.ok_or_else(|| odd("a measure"))?;
            value_of(measure, &value, fact)
        });
        let key = key(batch, row, fact, question)?;
        match values.collect::<Result<Vec<_>, _>>() {
            Ok(values) => drop(answers.0.insert(key, values)),
            Err(error) => drop(failed.insert(key, error)),
        }
    }
    // Of several failures the one of the first group, in whatever order the engine found them.
    match failed.into_values().next() {
        Some(error) => Err(error),
        None => Ok(answers),
    }
}

impl Answers {
    /// Reads the plan of the measure at `at`.
    pub(crate) fn put(
        &mut self,
        at: usize,
        batches: &[RecordBatch],
        fact: &FactSchema,
        question: &Question,
    ) -> Result<(), FactsError> {
        match question.measures.get(at) {
            Some(Measure::Percentile { field, per_mille }) => {
                let asked = Asked { at, field: *field, per_mille: *per_mille };
                self.rank(&asked, batches, fact, question)
            }
            Some(_) => self.add_different(at, batches, fact, question),
            None => Err(odd("a measure")),
        }
    }

    /// Adds the different combinations to the records that count alone.
    fn add_different(
        &mut self,
        at: usize,
        batches: &[RecordBatch],
        fact: &FactSchema,
        question: &Question,
    ) -> Result<(), FactsError> {
        for (batch, row) in rows(batches) {
            let different = whole(batch, ANSWER, row)?;
            let slot = self.slot(&key(batch, row, fact, question)?, at)?;
            let alone = ratio(slot.as_ref())?;
            let all = alone.add(&Ratio::int(i128::from(different))).map_err(FactsError::Ratio)?;
            *slot = Some(Datum::Number(all));
        }
        Ok(())
    }

    /// Takes the value at the nearest rank of those that ascend in `batches`, each with how often it occurs.
    fn rank(
        &mut self,
        asked: &Asked,
        batches: &[RecordBatch],
        fact: &FactSchema,
        question: &Question,
    ) -> Result<(), FactsError> {
        let mut left = self.ranks(asked)?;
        let (_, kind) = column::field(fact, asked.field).ok_or(FactsError::UnknownField(asked.field))?;
        for (batch, row) in rows(batches) {
            let key = key(batch, row, fact, question)?;
            let left = left.get_mut(&key).ok_or_else(|| odd("a group"))?;
            let times = i128::from(whole(batch, TIMES, row)?);
            if (1..=times).contains(left) {
                let value = cell(batch, ANSWER, row)?.ok_or_else(|| odd(ANSWER))?;
                *self.slot(&key, asked.at)? = kind.datum(&value).ok_or_else(|| odd("a value"))?;
            }
            *left = left.saturating_sub(times);
        }
        Ok(())
    }

    /// The rank wanted in each group, in place of how many values it has: ⌈n · per_mille / 1000⌉, at least one.
    fn ranks(&mut self, asked: &Asked) -> Result<BTreeMap<Key, i128>, FactsError> {
        let ranks = self.0.iter_mut().map(|(key, values)| {
            let slot = values.get_mut(asked.at).ok_or_else(|| odd("a measure"))?;
            let n = ratio(slot.take().as_ref())?.to_integer().ok_or_else(|| odd("a count"))?;
            let share =
                Ratio::new(n.saturating_mul(i128::from(asked.per_mille)), 1000).map_err(FactsError::Ratio)?;
            let rank = share.ceil_i128().ok_or_else(|| odd("a count"))?;
            Ok((key.clone(), rank.max(1)))
        });
        ranks.collect()
    }

    fn slot(&mut self, key: &Key, at: usize) -> Result<&mut Option<Datum>, FactsError> {
        self.0.get_mut(key).and_then(|it| it.get_mut(at)).ok_or_else(|| odd("a group"))
    }

    /// The groups in order.
    pub(crate) fn groups(self) -> Vec<Group> {
        self.0.into_iter().map(|((slice, keys), values)| Group { slice, keys, values }).collect()
    }
}

fn rows(batches: &[RecordBatch]) -> impl Iterator<Item = (&RecordBatch, usize)> {
    batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)))
}

/// The value in that column; `None` when the plan has no such column.
fn cell(batch: &RecordBatch, name: &str, row: usize) -> Result<Option<ScalarValue>, FactsError> {
    let column = batch.column_by_name(name);
    let value = column.map(|column| ScalarValue::try_from_array(column, row)).transpose();
    value.map_err(crate::aggregate::unavailable)
}

fn key(batch: &RecordBatch, row: usize, fact: &FactSchema, question: &Question) -> Result<Key, FactsError> {
    let value = |at: usize| cell(batch, &format!("key_{at}"), row)?.ok_or_else(|| odd("a key"));
    let first = usize::from(question.slice_nanos.is_some());
    let slice = question.slice_nanos.map(|_| value(0).and_then(|it| slice(&it))).transpose()?;
    let keys = question.group_by.iter().enumerate().map(|(at, field)| {
        let (_, kind) = column::field(fact, *field).ok_or(FactsError::UnknownField(*field))?;
        kind.datum(&value(first + at)?).ok_or_else(|| odd("a key"))
    });
    Ok((slice, keys.collect::<Result<_, _>>()?))
}

fn slice(value: &ScalarValue) -> Result<u64, FactsError> {
    match value {
        ScalarValue::Int64(Some(it)) => u64::try_from(*it).map_err(|_| odd("a slice")),
        _ => Err(odd("a slice")),
    }
}

fn value_of(measure: &Measure, value: &ScalarValue, fact: &FactSchema) -> Result<Option<Datum>, FactsError> {
    let kind = |field: Field| {
        column::field(fact, field).map(|(_, kind)| kind).ok_or(FactsError::UnknownField(field))
    };
    let kind = match measure {
        Measure::Count | Measure::CountDistinct(_) | Measure::Percentile { .. } => Kind::Number,
        Measure::Sum(field) if !kind(*field)?.adds_up() => return not_summed(*field, value),
        Measure::Sum(field) | Measure::Min(field) | Measure::Max(field) => kind(*field)?,
    };
    match value {
        ScalarValue::Int64(Some(it)) => Ok(Some(Datum::Number(Ratio::int(i128::from(*it))))),
        _ => kind.datum(value).ok_or_else(|| odd("a value")),
    }
}

/// What is no number was counted instead: without any value the sum is of nothing, with one there is none.
fn not_summed(field: Field, value: &ScalarValue) -> Result<Option<Datum>, FactsError> {
    match value {
        ScalarValue::Int64(Some(0)) => Ok(None),
        _ => Err(FactsError::NotSummable(field)),
    }
}

/// A count in that column.
fn whole(batch: &RecordBatch, name: &str, row: usize) -> Result<i64, FactsError> {
    match cell(batch, name, row)? {
        Some(ScalarValue::Int64(Some(it))) => Ok(it),
        _ => Err(odd("a count")),
    }
}

fn ratio(count: Option<&Datum>) -> Result<Ratio, FactsError> {
    match count {
        Some(Datum::Number(it)) => Ok(it.clone()),
        _ => Err(odd("a count")),
    }
}

fn odd(what: &str) -> FactsError {
    FactsError::Unavailable(format!("the engine answered with {what} that was not asked for"))
}
