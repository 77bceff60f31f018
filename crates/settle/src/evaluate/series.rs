//! Series: numbers that change over time.

use std::sync::Arc;

use language::contract::{Compare, Function, Node, Op, Type};
use quantity::{Quantity, Ratio, RatioError, Unit};
use timeline::{Interval, Series};

use super::rows::Reach;
use super::scalar::ratio_absent;
use super::{Evaluator, lost};
use crate::settlement::Outcome;
use crate::value::{RowRef, Value};

impl<'a> Evaluator<'a> {
    pub(super) fn stack(&mut self, node: &'a Node) -> Outcome<Value> {
        let (rows, slot, body) = match &node.op {
            Op::Stack(rows, slot, body) => (rows, slot, body.as_deref()),
            Op::Highest(rows, slot, body) => (rows, slot, Some(&**body)),
            _ => return Err(lost()),
        };
        let rows = self.rows(rows, Reach::All)?;
        self.note_read(&rows);
        self.trace.pause();
        let weighted = self.weighted(&rows.rows, *slot, body);
        self.trace.resume();
        let series = match &node.op {
            Op::Highest(..) => Series::stack_max(weighted?),
            _ => Series::stack(weighted?).map_err(|it| ratio_absent(it, "stack"))?,
        };
        let unit = match &node.ty {
            Type::Series(unit) => unit.clone(),
            _ => Unit::none(),
        };
        Ok(Value::Series(Arc::new(series), unit))
    }

    fn weighted(
        &mut self,
        rows: &[RowRef],
        slot: usize,
        body: Option<&'a Node>,
    ) -> Outcome<Vec<(Interval, Ratio)>> {
        let mut weighted = Vec::with_capacity(rows.len());
        for row in rows {
            let weight = match body {
                Some(body) => self.with_slot(slot, Value::Row(*row), |it| it.quantity(body))?.value,
                None => Ratio::ONE,
            };
            weighted.extend(self.span_of(*row).map(|span| (span, weight)));
        }
        Ok(weighted)
    }

    /// A series where a timeline is; zero elsewhere.
    pub(super) fn within(&mut self, node: &'a Node) -> Outcome<Value> {
        let Op::Within(series, timeline) = &node.op else { return Err(lost()) };
        let Value::Series(series, unit) = self.eval(series)? else { return Err(lost()) };
        let timeline = self.timeline_value(timeline)?;
        let kept = series.mul(&Series::of_timeline(&timeline)).map_err(|it| ratio_absent(it, "and"))?;
        Ok(Value::Series(Arc::new(kept), unit))
    }

    /// `min(SERIES, a)` at each instant; `min(SERIES)` over the window. Likewise `max`.
    pub(super) fn series_extreme(&mut self, function: Function, arguments: &'a [Node]) -> Outcome<Value> {
        let least = function == Function::Min;
        match arguments {
            [series] => {
                let Value::Series(series, unit) = self.eval(series)? else { return Err(lost()) };
                let window = self.horizon();
                let value = if least { series.min_in(window) } else { series.max_in(window) };
                Ok(Value::Quantity(Quantity { value, unit }))
            }
            [series, limit] => {
                let Value::Series(series, unit) = self.eval(series)? else { return Err(lost()) };
                let limit = self.quantity(limit)?.value;
                let beyond = if least { Compare::More } else { Compare::Less };
                limited(&series, &limit, beyond)
                    .map(|it| Value::Series(Arc::new(it), unit))
                    .map_err(|it| ratio_absent(it, "min"))
            }
            _ => Err(lost()),
        }
    }

    pub(super) fn series(&mut self, node: &'a Node) -> Outcome<Arc<Series>> {
        match self.eval(node)? {
            Value::Series(series, _) => Ok(series),
            _ => Err(lost()),
        }
    }
}

/// The series with `limit` in place of every value beyond it.
fn limited(series: &Series, limit: &Ratio, beyond: Compare) -> Result<Series, RatioError> {
    let outside = series.where_(|order| beyond.holds(order), limit);
    let kept = series.mul(&Series::of_timeline(&outside.complement()))?;
    kept.add(&Series::of_timeline(&outside).scale(limit)?)
}
