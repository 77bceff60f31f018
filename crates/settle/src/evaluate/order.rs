//! Rows in an order of their own, and rows without some of them.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use language::contract::{Compare, Node};
use timeline::Instant;

use super::scalar::{compare, order};
use super::{Evaluator, lost};
use crate::open::is_open;
use crate::settlement::Outcome;
use crate::value::{RowRef, Rows, Value};

/// A row with what it is compared by.
type Keyed = (Value, RowRef);

/// What decides between rows that compare equal.
type Tie = (Instant, Option<Arc<str>>, Option<Arc<str>>, RowRef);

impl<'a> Evaluator<'a> {
    /// Rows in the order of a key, the greatest first when `descending`. Equal ones stand in the order of `from`, then
    /// `subject`, then `id`. Where the key of a row is absent there is no order.
    pub(super) fn in_order(
        &mut self,
        rows: &Rows,
        slot: usize,
        key: &'a Node,
        descending: bool,
    ) -> Outcome<Rows> {
        self.burn(rows.rows.len())?;
        self.trace.pause();
        let keyed: Outcome<Vec<Keyed>> = rows
            .rows
            .iter()
            .map(|row| Ok((self.with_slot(slot, Value::Row(*row), |it| it.eval(key))?, *row)))
            .collect();
        self.trace.resume();
        let mut keyed = keyed?;
        keyed.sort_by_cached_key(|(_, row)| self.tie(*row));
        let (mut closed, open): (Vec<Keyed>, Vec<Keyed>) = keyed.into_iter().partition(|it| !is_open(&it.0));
        if let (Some((first, _)), Some((last, _))) = (closed.first(), closed.last()) {
            order(first, last)?;
        }
        closed.sort_by(|a, b| {
            let (a, b) = if descending { (b, a) } else { (a, b) };
            order(&a.0, &b.0).unwrap_or(Ordering::Equal)
        });
        let (before, after) = beside(&closed, open, descending)?;
        let all = before.into_iter().chain(closed).chain(after).map(|(_, row)| row);
        Ok(Rows { kind: rows.kind, rows: Arc::new(all.collect()) })
    }

    fn tie(&self, row: RowRef) -> Tie {
        let record = self.record(row);
        let from = record.map(|it| it.from).or(self.span_of(row).map(|it| it.from()));
        let (subject, id) = (record.and_then(|it| it.subject.clone()), record.and_then(|it| it.id.clone()));
        (from.unwrap_or(Instant::MIN), subject, id, row)
    }
}

/// Rows as they follow each other in time, whatever order they were put in.
pub(super) fn by_time(rows: &Rows) -> Vec<RowRef> {
    let mut sorted = rows.rows.to_vec();
    sorted.sort_unstable();
    sorted
}

/// Rows without those of `taken`, in their order.
pub(super) fn except(rows: &Rows, taken: &Rows) -> Rows {
    let taken: BTreeSet<RowRef> = taken.rows.iter().copied().collect();
    let left = rows.rows.iter().copied().filter(|it| !taken.contains(it)).collect();
    Rows { kind: rows.kind, rows: Arc::new(left) }
}

/// Rows whose key is open, as far as it is certain that they stand before or after all others.
fn beside(closed: &[Keyed], open: Vec<Keyed>, descending: bool) -> Outcome<(Vec<Keyed>, Vec<Keyed>)> {
    let ends = [closed.first(), closed.last()].map(|it| it.map(|it| &it.0));
    let (least, most) = if descending { (ends[1], ends[0]) } else { (ends[0], ends[1]) };
    let (mut less, mut more) = (Vec::new(), Vec::new());
    for keyed in open {
        let lies = |operator, end: Option<&Value>| {
            end.is_none_or(|end| compare(operator, &keyed.0, end) == Ok(true))
        };
        let certain = (lies(Compare::More, most), lies(Compare::Less, least));
        match certain {
            (true, _) => more.push(keyed),
            (false, true) => less.push(keyed),
            (false, false) => return Err(undecided(&keyed.0)),
        }
    }
    for group in [&less, &more] {
        let all_last = group.iter().all(|it| matches!(&it.0, Value::Open(it) if it.is_beyond_everything()));
        if let [(first, _), _, ..] = group.as_slice()
            && !all_last
        {
            return Err(undecided(first));
        }
    }
    Ok(if descending { (more, less) } else { (less, more) })
}

fn undecided(key: &Value) -> crate::absent::Absent {
    match key {
        Value::Open(it) => it.undecided(),
        _ => lost(),
    }
}
