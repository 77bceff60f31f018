//! The measures of one group, exact.

use std::collections::BTreeSet;

use quantity::Ratio;

use crate::{Datum, FactsError, Field, Measure, Record};

/// Thousandths in a whole.
const PER_MILLE_MAX: u32 = 1000;

pub(super) fn measure(measure: &Measure, rows: &[&Record]) -> Result<Option<Datum>, FactsError> {
    match measure {
        Measure::Count => Ok(Some(count(rows.len()))),
        Measure::Sum(field) => sum(*field, rows),
        Measure::Min(field) => Ok(present(*field, rows)?.into_iter().min()),
        Measure::Max(field) => Ok(present(*field, rows)?.into_iter().max()),
        Measure::CountDistinct(fields) => count_distinct(fields, rows).map(Some),
        Measure::Percentile { field, per_mille } => percentile(*field, *per_mille, rows),
    }
}

fn count(count: usize) -> Datum {
    Datum::Number(Ratio::int(i128::try_from(count).unwrap_or(i128::MAX)))
}

fn value(field: Field, row: &Record) -> Result<Option<Datum>, FactsError> {
    field.of(row).ok_or(FactsError::UnknownField(field))
}

/// The values that are there.
fn present(field: Field, rows: &[&Record]) -> Result<Vec<Datum>, FactsError> {
    rows.iter().filter_map(|row| value(field, row).transpose()).collect()
}

fn sum(field: Field, rows: &[&Record]) -> Result<Option<Datum>, FactsError> {
    present(field, rows)?.into_iter().try_fold(None, |total: Option<Datum>, next| {
        let start = total.unwrap_or_else(|| zero_like(&next));
        add(&start, &next, field).map(Some)
    })
}

fn zero_like(datum: &Datum) -> Datum {
    match datum {
        Datum::Money(_) => Datum::Money(Ratio::ZERO),
        Datum::Duration(_) => Datum::Duration(Ratio::ZERO),
        Datum::Quantity(_) => Datum::Quantity(Ratio::ZERO),
        _ => Datum::Number(Ratio::ZERO),
    }
}

fn add(left: &Datum, right: &Datum, field: Field) -> Result<Datum, FactsError> {
    let (sum, kind): (_, fn(Ratio) -> Datum) = match (left, right) {
        (Datum::Number(a), Datum::Number(b)) => (a.add(b), Datum::Number),
        (Datum::Money(a), Datum::Money(b)) => (a.add(b), Datum::Money),
        (Datum::Duration(a), Datum::Duration(b)) => (a.add(b), Datum::Duration),
        (Datum::Quantity(a), Datum::Quantity(b)) => (a.add(b), Datum::Quantity),
        _ => return Err(FactsError::NotSummable(field)),
    };
    sum.map(kind).map_err(FactsError::Ratio)
}

fn count_distinct(fields: &[Field], rows: &[&Record]) -> Result<Datum, FactsError> {
    let mut seen: BTreeSet<Vec<Datum>> = BTreeSet::new();
    let mut alone = 0;
    for row in rows {
        let values = fields.iter().map(|field| value(*field, row)).collect::<Result<Option<Vec<_>>, _>>()?;
        match values {
            Some(values) => drop(seen.insert(values)),
            None => alone += 1,
        }
    }
    Ok(count(seen.len() + alone))
}

fn percentile(field: Field, per_mille: u32, rows: &[&Record]) -> Result<Option<Datum>, FactsError> {
    if per_mille > PER_MILLE_MAX {
        return Err(FactsError::NoSuchPercentile(per_mille));
    }
    let mut values = present(field, rows)?;
    let Some(index) = rank(values.len(), per_mille).checked_sub(1).filter(|it| *it < values.len()) else {
        return Ok(None);
    };
    let (_, ranked, _) = values.select_nth_unstable(index);
    Ok(Some(ranked.clone()))
}

/// ⌈n · per_mille / 1000⌉, at least one.
fn rank(n: usize, per_mille: u32) -> usize {
    let rank = (n as u128 * u128::from(per_mille)).div_ceil(u128::from(PER_MILLE_MAX));
    usize::try_from(rank.max(1)).unwrap_or(usize::MAX)
}
