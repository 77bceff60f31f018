//! Lists: one value per element, per record, per slice.

use std::sync::Arc;

use language::contract::{Node, Op};

use super::{Evaluator, lost};
use crate::settlement::Outcome;
use crate::value::Value;

impl<'a> Evaluator<'a> {
    pub(super) fn list_op(&mut self, node: &'a Node) -> Outcome<Value> {
        let items = match &node.op {
            Op::List(items) => items.iter().map(|it| self.eval(it)).collect(),
            Op::ForEach(slot, list, body) => {
                let items = self.elements(list)?;
                self.trace.pause();
                let values = items
                    .into_iter()
                    .map(|item| item.and_then(|item| self.with_slot(*slot, item, |it| it.eval(body))))
                    .collect();
                self.trace.resume();
                values
            }
            Op::Filter(list, slot, predicate) => {
                let items = self.elements(list)?;
                self.trace.pause();
                let kept = self.chosen(items, *slot, predicate);
                self.trace.resume();
                kept?
            }
            Op::ForGrid(step, body) => {
                let grid = self.grid(step)?;
                grid.into_iter().map(|slice| self.in_slice(slice, |it| it.eval(body))).collect()
            }
            _ => return Err(lost()),
        };
        Ok(Value::List(Arc::new(items)))
    }

    /// A value carried from one element to the next.
    pub(super) fn carry(
        &mut self,
        slot: usize,
        start: &'a Node,
        list: &'a Node,
        body: &'a Node,
    ) -> Outcome<Value> {
        let mut carried = self.eval(start)?;
        for item in self.elements(list)? {
            let item = item?;
            self.trace.pause();
            let next = self.with_slot(slot, carried, |it| it.with_slot(slot + 1, item, |it| it.eval(body)));
            self.trace.resume();
            carried = next?;
        }
        Ok(carried)
    }

    /// The items for which a truth holds; where it has no data, it does not hold.
    fn chosen(
        &mut self,
        items: Vec<Outcome<Value>>,
        slot: usize,
        predicate: &'a Node,
    ) -> Outcome<Vec<Outcome<Value>>> {
        let mut kept = Vec::new();
        for item in items {
            match self.with_slot(slot, item.clone()?, |it| it.truth(predicate)) {
                Ok(true) => kept.push(item),
                Ok(false) => {}
                Err(absent) if absent.replaceable => {}
                Err(absent) => return Err(absent),
            }
        }
        Ok(kept)
    }

    /// The elements of a list; the records of rows.
    pub(crate) fn elements(&mut self, list: &'a Node) -> Outcome<Vec<Outcome<Value>>> {
        match self.eval(list)? {
            Value::List(items) => Ok(items.to_vec()),
            Value::Rows(rows) => {
                self.note_read(&rows);
                Ok(rows.rows.iter().map(|it| Ok(Value::Row(*it))).collect())
            }
            _ => Err(lost()),
        }
    }
}
