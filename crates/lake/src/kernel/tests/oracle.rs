//! The same question, asked row by row of rows in memory.

use std::collections::BTreeMap;

use super::files::Row;
use crate::kernel::{Answer, Combinations, Filter, GroupKey, Measure, Part, Plan, Problem, Value};

fn value(row: &Row, column: &str) -> Option<Value> {
    let text = |it: &str| Value::Text(it.into());
    match column {
        "at" => Some(Value::Int(row.at.into())),
        "word" => row.word.as_deref().map(text),
        "id" => Some(text(&row.id)),
        "source" => row.source.as_deref().map(text),
        "number" => row.number.map(|it| Value::Int(it.into())),
        "small" => Some(Value::Int(row.small.into())),
        "truth" => row.truth.map(|it| Value::Int(it.into())),
        _ => None,
    }
}

fn holds(filter: &Filter, row: &Row) -> bool {
    match filter {
        Filter::All => true,
        Filter::Not(inner) => !holds(inner, row),
        Filter::And(all) => all.iter().all(|it| holds(it, row)),
        Filter::Or(any) => any.iter().any(|it| holds(it, row)),
        Filter::Column(name, test) => test.passes(value(row, name).as_ref()),
        Filter::During(spans) => spans.iter().any(|(from, until)| *from <= row.at && row.at < *until),
    }
}

fn part(measure: &Measure, row: &Row) -> Part {
    let number = |name: &str| match value(row, name) {
        Some(Value::Int(it)) => Some(it),
        _ => None,
    };
    let sum = |it: Option<i128>| Part::Sum { count: it.is_some().into(), total: it.unwrap_or(0) };
    match measure {
        Measure::Count => Part::Count(1),
        Measure::Sum(name) => sum(number(name)),
        Measure::SumOfProducts(a, b) => sum(number(a).zip(number(b)).map(|(a, b)| a * b)),
        Measure::Values(name) => Part::Values(value(row, name).into_iter().map(|it| (it, 1)).collect()),
        Measure::Distinct(names) => {
            let all: Option<Vec<Value>> = names.iter().map(|it| value(row, it)).collect();
            let alone = u64::from(all.is_none());
            let mut seen = Combinations::default();
            all.into_iter().for_each(|it| seen.insert(&it));
            Part::Distinct { seen, alone }
        }
    }
}

pub(super) fn answer(plan: &Plan, rows: &[Row]) -> Result<Answer, Problem> {
    let time = plan.time.as_ref().unwrap();
    let mut groups: BTreeMap<GroupKey, Vec<Part>> = BTreeMap::new();
    for row in rows {
        if row.at < time.from || row.at >= time.until || !holds(&plan.filter, row) {
            continue;
        }
        let slice = time.slice.map(|it| u64::try_from((row.at - it.origin).div_euclid(it.length)).unwrap());
        let keys = plan.keys.iter().map(|it| value(row, it)).collect();
        let parts = groups.entry((slice, keys)).or_insert_with(|| Answer::nothing(plan));
        for (measured, known) in plan.measures.iter().zip(parts) {
            if holds(&measured.only, row) {
                known.add(part(&measured.measure, row))?;
            }
        }
    }
    Ok(Answer { groups })
}
