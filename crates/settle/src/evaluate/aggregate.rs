//! Aggregates over rows and lists. Counting and summing events is asked of the evidence as one question, so that
//! billions of rows need never be listed.

use std::sync::Arc;

use language::contract::{Aggregate, Compare, Node, Op, Type};
use quantity::{Quantity, Ratio, Unit};

use super::scalar::{compare, ratio_absent};
use super::written::one_line;
use super::{Evaluator, lost};
use crate::absent::Absent;
use crate::open;
use crate::settlement::Outcome;
use crate::value::{Rows, Value};

impl<'a> Evaluator<'a> {
    pub(super) fn aggregate_op(&mut self, node: &'a Node) -> Outcome<Value> {
        match &node.op {
            Op::Aggregate { which, rows, slot, body, rank } => match self.asked(node)? {
                Some(answer) => Ok(answer),
                None => self.over_rows(*which, rows, *slot, body.as_deref(), rank.as_deref(), node),
            },
            Op::Fold(which, list) => {
                let items = self.elements(list)?;
                if *which == Aggregate::Count {
                    return count_truths(&items);
                }
                let values: Outcome<Vec<Value>> = items.into_iter().collect();
                fold(*which, values?, &node.ty)
            }
            _ => Err(lost()),
        }
    }

    fn over_rows(
        &mut self,
        which: Aggregate,
        rows: &'a Node,
        slot: usize,
        body: Option<&'a Node>,
        rank: Option<&'a Node>,
        node: &'a Node,
    ) -> Outcome<Value> {
        let source = rows;
        let rows = match which {
            Aggregate::First | Aggregate::Last => {
                super::call::cut(&self.rows_value(rows)?, 1, which == Aggregate::First)
            }
            _ => self.rows_value(rows)?,
        };
        self.note_read(&rows);
        let Some(body) = body else { return self.bare(which, &rows) };
        self.trace.pause();
        let values = self.each_row(which, &rows, slot, body);
        self.trace.resume();
        let values = values?;
        if which == Aggregate::Share {
            let matching = values.iter().filter(|it| matches!(it, Value::Truth(true))).count();
            self.note_share(source, body, (number(matching), number(values.len())));
        }
        match rank {
            Some(rank) => {
                let rank = self.quantity(rank)?.value;
                percentile(&rank, values)
            }
            None => fold(which, values, &node.ty),
        }
    }

    /// A count, or the first or last row itself.
    fn bare(&self, which: Aggregate, rows: &Rows) -> Outcome<Value> {
        match which {
            Aggregate::Count => Ok(number(rows.rows.len())),
            Aggregate::First => rows.rows.first().map(|it| Value::Row(*it)).ok_or_else(empty),
            Aggregate::Last => rows.rows.last().map(|it| Value::Row(*it)).ok_or_else(empty),
            _ => Err(lost()),
        }
    }

    /// The value of each row. A share counts rows whose predicate has no data as not matching.
    fn each_row(
        &mut self,
        which: Aggregate,
        rows: &Rows,
        slot: usize,
        body: &'a Node,
    ) -> Outcome<Vec<Value>> {
        let mut values = Vec::with_capacity(rows.rows.len());
        for row in rows.rows.iter() {
            match self.with_slot(slot, Value::Row(*row), |it| it.eval(body)) {
                Ok(value) => values.push(value),
                Err(absent) if which == Aggregate::Share && absent.replaceable => {
                    values.push(Value::Truth(false))
                }
                Err(absent) if which == Aggregate::Values && absent.replaceable => {}
                Err(absent) => return Err(absent),
            }
        }
        Ok(values)
    }
}

impl Evaluator<'_> {
    /// Writes down of how many records a share is, and how many of them match, as the counts that a reader would write.
    pub(super) fn note_share(&mut self, rows: &Node, body: &Node, (matching, all): (Value, Value)) {
        let text = |it: &Node| one_line(self.world.contract.source(it.span));
        let (rows_text, condition) = (text(rows), text(body));
        let is_name = matches!(rows.op, Op::Fact(_) | Op::Item(..));
        let of_rows = if is_name { rows_text.clone() } else { format!("({rows_text})") };
        self.trace.note(format!("count({rows_text})"), all);
        self.trace.note(format!("count({of_rows} where {condition})"), matching);
    }
}

fn empty() -> Absent {
    Absent::no_data("there are no records to take it from", "没有可供计算的记录")
}

fn number(count: usize) -> Value {
    Value::Quantity(Quantity::number(Ratio::int(i128::try_from(count).unwrap_or(i128::MAX))))
}

/// How many items are true; how many items there are, when they are no truths.
fn count_truths(items: &[Outcome<Value>]) -> Outcome<Value> {
    let mut count = 0usize;
    for item in items {
        match item {
            Ok(Value::Truth(it)) => count += usize::from(*it),
            Ok(_) => count += 1,
            Err(absent) if absent.replaceable => {}
            Err(absent) => return Err(absent.clone()),
        }
    }
    Ok(number(count))
}

/// The aggregate of values; `ty` gives the unit of an empty sum.
pub(super) fn fold(which: Aggregate, values: Vec<Value>, ty: &Type) -> Outcome<Value> {
    match which {
        Aggregate::Sum => sum(&values, ty),
        Aggregate::Mean => mean(&values, ty),
        Aggregate::Min => extreme(values, Compare::Less),
        Aggregate::Max => extreme(values, Compare::More),
        Aggregate::First => values.into_iter().next().ok_or_else(empty),
        Aggregate::Last => values.into_iter().next_back().ok_or_else(empty),
        Aggregate::Share => share(&values),
        Aggregate::Values => distinct(values),
        Aggregate::Count => Ok(number(values.len())),
        Aggregate::Percentile => Err(lost()),
    }
}

fn sum(values: &[Value], ty: &Type) -> Outcome<Value> {
    let unit = match ty {
        Type::Scalar(unit) => unit.clone(),
        _ => Unit::none(),
    };
    if values.iter().any(open::is_open) {
        return Ok(open::total(values, Quantity { value: Ratio::ZERO, unit }));
    }
    let mut total = Ratio::ZERO;
    for value in values {
        let Value::Quantity(it) = value else { return Err(lost()) };
        total = total.add(&it.value).map_err(|it| ratio_absent(it, "sum"))?;
    }
    Ok(Value::Quantity(Quantity { value: total, unit }))
}

fn mean(values: &[Value], ty: &Type) -> Outcome<Value> {
    if values.is_empty() {
        return Err(Absent::no_data("there is nothing to average", "没有可求平均的值"));
    }
    let count = Ratio::int(i128::try_from(values.len()).unwrap_or(i128::MAX));
    let total = match sum(values, ty)? {
        Value::Quantity(total) => total,
        Value::Open(total) => {
            let part = Ratio::ONE.div(&count).map_err(|it| ratio_absent(it, "mean"))?;
            return open::times(&total, &Quantity::number(part));
        }
        _ => return Err(lost()),
    };
    let value = total.value.div(&count).map_err(|it| ratio_absent(it, "mean"))?;
    Ok(Value::Quantity(Quantity { value, unit: total.unit }))
}

fn extreme(values: Vec<Value>, better: Compare) -> Outcome<Value> {
    if values.iter().any(open::is_open) {
        let place = if better == Compare::Less { 0 } else { values.len() - 1 };
        return open::ranked(&values, place).ok_or_else(empty);
    }
    let mut values = values.into_iter();
    let mut best = values.next().ok_or_else(empty)?;
    for value in values {
        if compare(better, &value, &best)? {
            best = value;
        }
    }
    Ok(best)
}

fn share(values: &[Value]) -> Outcome<Value> {
    let matching = values.iter().filter(|it| matches!(it, Value::Truth(true))).count();
    let part = i128::try_from(matching).unwrap_or(i128::MAX);
    let all = i128::try_from(values.len()).unwrap_or(i128::MAX);
    match Ratio::new(part, all) {
        Ok(value) => Ok(Value::Quantity(Quantity::number(value))),
        Err(_) => Err(Absent::no_data("there are no records to take a share of", "没有可计算比例的记录")),
    }
}

/// Distinct values, sorted.
fn distinct(values: Vec<Value>) -> Outcome<Value> {
    let mut sorted: Vec<Value> = Vec::new();
    for value in values.into_iter().filter(|it| !open::is_open(it)) {
        let at = position(&sorted, &value)?;
        if let Err(at) = at {
            sorted.insert(at, value);
        }
    }
    Ok(Value::List(Arc::new(sorted.into_iter().map(Ok).collect())))
}

fn position(sorted: &[Value], value: &Value) -> Outcome<Result<usize, usize>> {
    if let Some(first) = sorted.first() {
        super::scalar::order(first, value)?;
    }
    Ok(sorted.binary_search_by(|it| super::scalar::order(it, value).unwrap_or(std::cmp::Ordering::Equal)))
}

/// The nearest-rank percentile: the smallest value such that at least `rank` percent are no greater.
pub(super) fn percentile(rank: &Ratio, values: Vec<Value>) -> Outcome<Value> {
    let hundred = Ratio::int(100);
    if rank.is_negative() || *rank > hundred {
        return Err(Absent::not_computable(
            "a percentile lies between 0 and 100",
            "百分位必须在 0 到 100 之间",
        ));
    }
    let count = Ratio::int(i128::try_from(values.len()).unwrap_or(i128::MAX));
    let position =
        count.mul(rank).and_then(|it| it.div(&hundred)).ok().and_then(|it| it.ceil_i128()).unwrap_or(0);
    let index = usize::try_from(position.max(1) - 1).unwrap_or(usize::MAX);
    if values.iter().any(open::is_open) {
        return open::ranked(&values, index).ok_or_else(empty);
    }
    let mut numbers: Vec<Quantity> = Vec::with_capacity(values.len());
    for value in values {
        let Value::Quantity(it) = value else { return Err(lost()) };
        numbers.push(it);
    }
    numbers.sort_by(|a, b| a.value.cmp(&b.value));
    numbers.into_iter().nth(index).map(Value::Quantity).ok_or_else(empty)
}
