//! Series: numbers that change over time.

use std::sync::Arc;

use language::contract::{Node, Op, Type};
use quantity::{Ratio, Unit};
use timeline::{Interval, Series};

use super::rows::Reach;
use super::{Evaluator, lost};
use crate::settlement::Outcome;
use crate::value::{RowRef, Value};

impl<'a> Evaluator<'a> {
    pub(super) fn stack(&mut self, node: &'a Node) -> Outcome<Value> {
        let Op::Stack(rows, slot, body) = &node.op else { return Err(lost()) };
        let rows = self.rows(rows, Reach::All)?;
        self.note_read(&rows);
        self.trace.pause();
        let weighted = self.weighted(&rows.rows, *slot, body.as_deref());
        self.trace.resume();
        let series = Series::stack(weighted?).map_err(|it| super::scalar::ratio_absent(it, "stack"))?;
        let unit = match &node.ty {
            Type::Series(unit) => unit.clone(),
            _ => Unit::none(),
        };
        Ok(Value::Series(Arc::new(series), unit))
    }

    fn weighted(&mut self, rows: &[RowRef], slot: usize, body: Option<&'a Node>) -> Outcome<Vec<(Interval, Ratio)>> {
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

    pub(super) fn series(&mut self, node: &'a Node) -> Outcome<Arc<Series>> {
        match self.eval(node)? {
            Value::Series(series, _) => Ok(series),
            _ => Err(lost()),
        }
    }
}
