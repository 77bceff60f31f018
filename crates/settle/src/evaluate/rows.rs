//! Rows: records of a fact, filtered; asked either in the window or of all evidence.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use evidence::{Datum, FactKind, Record};
use language::contract::{Node, Op, RowField, RowType, Type};
use quantity::{Quantity, Unit};
use timeline::{Instant, Interval, Timeline};

use super::scalar::compare;
use super::{Evaluator, lost};
use crate::absent::Absent;
use crate::open::{self, Open};
use crate::settlement::Outcome;
use crate::value::{RowRef, Rows, Value, seconds};

/// Which records are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Those of the window.
    Window,
    /// All.
    All,
}

impl<'a> Evaluator<'a> {
    /// The rows of a node that belong to the window.
    pub(super) fn rows_in_window(&mut self, node: &'a Node) -> Outcome<Rows> {
        self.rows(node, Reach::Window)
    }

    pub(super) fn rows(&mut self, node: &'a Node, reach: Reach) -> Outcome<Rows> {
        match &node.op {
            Op::Fact(fact) => self.fact(*fact, reach),
            Op::Where(rows, slot, predicate) => {
                let rows = self.rows(rows, reach)?;
                self.keep(rows, |it, row| it.satisfies(row, *slot, predicate))
            }
            Op::OfSubject(rows, subject) => {
                let rows = self.rows(rows, reach)?;
                let Value::Text(subject) = self.eval(subject)? else { return Err(lost()) };
                self.keep(rows, |it, row| {
                    Ok(it.record(row).is_some_and(|it| it.subject.as_deref() == Some(&*subject)))
                })
            }
            Op::LastingRows(rows, operator, length) => {
                let rows = self.rows(rows, reach)?;
                let least = self.nanos(length)?;
                let operator = *operator;
                let least = duration(least);
                self.keep(rows, |it, row| match it.span_of(row) {
                    Some(_) => compare(operator, &it.full_length(row), &least),
                    None => Ok(true),
                })
            }
            Op::Distinct(rows, fields) => {
                let rows = self.rows(rows, reach)?;
                Ok(self.distinct(&rows, fields))
            }
            // What follows time asks for all rows, whatever their order.
            Op::Ordered { rows, .. } if reach == Reach::All => self.rows(rows, reach),
            Op::Ordered { rows, slot, key, descending } => {
                let rows = self.rows(rows, reach)?;
                self.in_order(&rows, *slot, key, *descending)
            }
            Op::Except(rows, taken) => {
                let (rows, taken) = (self.rows(rows, reach)?, self.rows(taken, reach)?);
                Ok(super::order::except(&rows, &taken))
            }
            Op::About(subject, slot, inner) => self.about(*subject, *slot, |it| it.rows(inner, reach)),
            Op::ExcludeRows(rows) => {
                let about = std::mem::take(&mut self.about);
                let rows = self.rows(rows, reach)?;
                self.without_excluded(rows, &about)
            }
            Op::Call(..)
            | Op::Item(..)
            | Op::ItemFor(..)
            | Op::Over(..)
            | Op::If(..)
            | Op::By(..)
            | Op::Ladder(..)
            | Op::AsOf(..)
            | Op::Default(..)
            | Op::Variable(_) => self.indirect_rows(node, reach),
            _ => Err(lost()),
        }
    }

    /// Rows behind a name: an absolute name is followed to its own rows, so that `reach` still holds.
    fn indirect_rows(&mut self, node: &'a Node, reach: Reach) -> Outcome<Rows> {
        if let Op::Item(id, slot) = &node.op
            && let Some(item) = self.world.contract.item(*id)
            && let Some(body) = self.reading(item).and_then(|it| it.body.as_ref())
            && !self.world.overrides.items.iter().any(|(it, _)| it == id)
        {
            self.trace.uses(&item.name);
            let subject = slot.and_then(|it| self.slot(it));
            let outer = std::mem::take(&mut self.slots);
            self.slots.push(subject);
            let rows = self.rows(body, reach);
            self.slots = outer;
            return rows;
        }
        match self.eval(node)? {
            Value::Rows(rows) => Ok(rows),
            _ => Err(lost()),
        }
    }

    fn fact(&mut self, fact: usize, reach: Reach) -> Outcome<Rows> {
        if self.in_volume(fact) {
            // An empty list here would be a wrong number.
            return Err(super::narrowed::unlisted());
        }
        let all = self.world.facts.rows(fact);
        let kind = self.world.contract.schema.facts.get(fact).map_or(FactKind::Event, |it| it.kind);
        let chosen: Vec<RowRef> = match reach {
            Reach::All => (0..all.len()).map(|at| RowRef::Record(fact, at)).collect(),
            Reach::Window => in_window(all, kind, self.window).map(|at| RowRef::Record(fact, at)).collect(),
        };
        self.burn(chosen.len())?;
        let chosen = if kind == FactKind::Span { self.counted_spans(fact, chosen) } else { chosen };
        Ok(Rows { kind: RowType::Fact(fact), rows: Arc::new(chosen) })
    }

    /// Keeps the rows for which `test` holds; nothing inside is traced.
    pub(super) fn keep(
        &mut self,
        rows: Rows,
        mut test: impl FnMut(&mut Self, RowRef) -> Outcome<bool>,
    ) -> Outcome<Rows> {
        self.trace.pause();
        let kept = self.kept(&rows, &mut test);
        self.trace.resume();
        Ok(Rows { kind: rows.kind, rows: Arc::new(kept?) })
    }

    fn kept(
        &mut self,
        rows: &Rows,
        test: &mut impl FnMut(&mut Self, RowRef) -> Outcome<bool>,
    ) -> Outcome<Vec<RowRef>> {
        let mut kept = Vec::new();
        for row in rows.rows.iter() {
            if test(self, *row)? {
                kept.push(*row);
            }
        }
        Ok(kept)
    }

    /// A row whose predicate has no data does not match.
    pub(super) fn satisfies(&mut self, row: RowRef, slot: usize, predicate: &'a Node) -> Outcome<bool> {
        match self.with_slot(slot, Value::Row(row), |it| it.truth(predicate)) {
            Err(absent) if absent.replaceable => Ok(false),
            other => other,
        }
    }

    /// The latest row of each key. A row that lacks part of the key is one of its own: nothing shows that it is said twice.
    fn distinct(&self, rows: &Rows, fields: &[RowField]) -> Rows {
        let mut kept: BTreeSet<RowRef> = BTreeSet::new();
        let mut latest: BTreeMap<Vec<Datum>, RowRef> = BTreeMap::new();
        for row in &super::order::by_time(rows) {
            let key: Option<Vec<Datum>> = fields.iter().map(|it| self.key_part(*row, *it)).collect();
            match key {
                Some(key) => drop(latest.insert(key, *row)),
                None => drop(kept.insert(*row)),
            }
        }
        kept.extend(latest.into_values());
        let in_order = rows.rows.iter().copied().filter(|it| kept.contains(it)).collect();
        Rows { kind: rows.kind, rows: Arc::new(in_order) }
    }

    /// What a row says in one field of a key, if it says anything.
    fn key_part(&self, row: RowRef, field: RowField) -> Option<Datum> {
        match self.row_field(row, field).ok()? {
            Value::Quantity(it) => Some(Datum::Quantity(it.value)),
            Value::Instant(it) => Some(Datum::Instant(it)),
            Value::Date(it) => Some(Datum::Date(it)),
            Value::Text(it) => Some(Datum::Text(it)),
            Value::Truth(it) => Some(Datum::Truth(it)),
            _ => None,
        }
    }

    /// The record behind a row.
    pub(super) fn record(&self, row: RowRef) -> Option<&'a Record> {
        match row {
            RowRef::Record(fact, at) => self.world.facts.rows(fact).get(at),
            RowRef::Run(_) => None,
        }
    }

    /// The instants a row covers; none for events.
    pub(super) fn span_of(&self, row: RowRef) -> Option<Interval> {
        match row {
            RowRef::Run(run) => Some(run),
            RowRef::Record(..) => self.record(row).and_then(|it| Interval::new(it.from, it.until)),
        }
    }

    fn span_nanos(&self, row: RowRef) -> Option<i128> {
        self.span_of(row).map(|it| it.nanos())
    }

    /// The union of what rows cover.
    pub(super) fn cover(&self, rows: &Rows) -> Timeline {
        Timeline::from_intervals(rows.rows.iter().filter_map(|it| self.span_of(*it)))
    }

    pub(super) fn field_op(&mut self, node: &'a Node) -> Outcome<Value> {
        match &node.op {
            Op::RowField(slot, field) => match self.slot(*slot) {
                Some(Value::Row(row)) => self.row_field(row, *field),
                _ => Err(lost()),
            },
            Op::Field(base, field) => match self.eval(base)? {
                Value::Row(row) => self.row_field(row, *field),
                _ => Err(lost()),
            },
            _ => Err(lost()),
        }
    }

    pub(super) fn row_field(&self, row: RowRef, field: RowField) -> Outcome<Value> {
        match field {
            RowField::From => Ok(Value::Instant(self.bounds(row).0)),
            RowField::Until => Ok(self.until(row)),
            RowField::Length => Ok(self.measured(row)),
            RowField::FullLength => Ok(self.full_length(row)),
            RowField::Subject => self.text_field(row, "subject", |it| it.subject.clone()),
            RowField::Id => self.text_field(row, "id", |it| it.id.clone()),
            RowField::Source => self.text_field(row, "source", |it| it.source.clone()),
            RowField::Attribute(at) => self.attribute(row, at),
        }
    }

    /// When a row ended; of an open one it is known at most that it has not yet. What lasts is taken to last, and so is
    /// a request of a time after the moment asked about.
    fn until(&self, row: RowRef) -> Value {
        let (from, until) = self.bounds(row);
        if until.is_bounded() {
            return Value::Instant(until);
        }
        let kind = match row {
            RowRef::Record(fact, _) => self.world.contract.schema.facts.get(fact).map(|it| it.kind),
            RowRef::Run(_) => None,
        };
        let moment = Some(self.moment()).filter(|it| kind == Some(FactKind::Request) && from < *it);
        Value::Open(Arc::new(Open::end(kind.unwrap_or(FactKind::Span), moment)))
    }

    fn full_length(&self, row: RowRef) -> Value {
        match self.until(row) {
            Value::Instant(_) => duration(self.span_nanos(row).unwrap_or(0)),
            open => open::sum(&open, &Value::Instant(self.bounds(row).0), false),
        }
    }

    fn bounds(&self, row: RowRef) -> (Instant, Instant) {
        match row {
            RowRef::Run(run) => (run.from(), run.until()),
            RowRef::Record(..) => {
                self.record(row).map_or((Instant::MIN, Instant::MIN), |it| (it.from, it.until))
            }
        }
    }

    /// A span's part in the window; a request's whole length.
    fn measured(&self, row: RowRef) -> Value {
        let whole = self.span_of(row);
        let clips = match row {
            RowRef::Run(_) => true,
            RowRef::Record(fact, _) => {
                self.world.contract.schema.facts.get(fact).is_some_and(|it| it.kind == FactKind::Span)
            }
        };
        if !clips {
            return self.full_length(row);
        }
        match whole.and_then(|it| it.intersect(&self.window)) {
            Some(part) if !part.until().is_bounded() => self.full_length(row),
            part => duration(part.map_or(0, |it| it.nanos())),
        }
    }

    fn text_field(
        &self,
        row: RowRef,
        name: &str,
        get: impl Fn(&Record) -> Option<Arc<str>>,
    ) -> Outcome<Value> {
        let found = self.record(row).and_then(get);
        found
            .map(Value::Text)
            .ok_or_else(|| Absent::no_data(format!("a record has no `{name}`"), format!("记录没有 `{name}`")))
    }

    fn attribute(&self, row: RowRef, at: usize) -> Outcome<Value> {
        let record = self.record(row).ok_or_else(lost)?;
        match record.attributes.get(at).and_then(Option::as_ref) {
            Some(datum) => Ok(self.datum(record.fact, at, datum)),
            None => {
                let name =
                    self.world.contract.schema.facts.get(record.fact).and_then(|it| it.attributes.get(at));
                let name = name.map(|it| it.name.as_str()).unwrap_or_default();
                Err(Absent::no_data(format!("a record has no `{name}`"), format!("记录没有 `{name}`")))
            }
        }
    }

    pub(super) fn datum(&self, fact: usize, at: usize, datum: &Datum) -> Value {
        let contract = self.world.contract;
        match datum {
            Datum::Number(it) => Value::Quantity(Quantity::number(it.clone())),
            Datum::Money(it) => match contract.currency {
                Some(currency) => Value::Quantity(Quantity::money(it.clone(), currency)),
                None => Value::Quantity(Quantity::number(it.clone())),
            },
            Datum::Duration(it) => Value::Quantity(Quantity::seconds(it.clone())),
            Datum::Instant(it) => Value::Instant(*it),
            Datum::Date(it) => Value::Date(*it),
            Datum::Text(it) => Value::Text(it.clone()),
            Datum::Truth(it) => Value::Truth(*it),
            Datum::Quantity(it) => {
                let kind =
                    contract.schema.facts.get(fact).and_then(|it| it.attributes.get(at)).map(|it| &it.kind);
                let unit = match kind {
                    Some(evidence::AttributeKind::Unit(unit)) => unit.clone(),
                    _ => Unit::none(),
                };
                Value::Quantity(Quantity { value: it.clone(), unit })
            }
        }
    }

    /// Whether any record of any fact falls in the window.
    pub(super) fn any_evidence(&self) -> bool {
        let facts = self.world.contract.schema.facts.iter().enumerate();
        let window = self.period.counted;
        facts.into_iter().any(|(fact, it)| match it.volume {
            true => self.any_asked(fact, window),
            false => in_window(self.world.facts.rows(fact), it.kind, window).next().is_some(),
        })
    }

    /// Rows as a timeline, all evidence considered.
    pub(super) fn cover_node(&mut self, rows: &'a Node) -> Outcome<Arc<Timeline>> {
        let closed = !depends_on_variables(rows);
        if closed && let Some(known) = self.covers.get(&rows.span) {
            return Ok(known.clone());
        }
        let found = if matches!(rows.ty, Type::Rows(RowType::Run)) {
            self.rows_value(rows)?
        } else {
            self.rows(rows, Reach::All)?
        };
        self.note_read(&found);
        let cover = Arc::new(self.cover(&found));
        if closed && self.is_window_free(rows) {
            self.covers.insert(rows.span, cover.clone());
        }
        Ok(cover)
    }

    /// Writes down the rows that touch the period.
    pub(super) fn note_read(&mut self, rows: &Rows) {
        let window = self.period.counted;
        let touching = rows.rows.iter().copied().filter(|it| match self.span_of(*it) {
            Some(span) => span.intersect(&window).is_some(),
            None => self.record(*it).is_some_and(|it| window.contains(it.from)),
        });
        let touching = Rows { kind: rows.kind, rows: Arc::new(touching.collect()) };
        self.trace.read(&touching, &self.world);
    }

    fn is_window_free(&self, node: &Node) -> bool {
        let own = match &node.op {
            Op::Item(id, _) => {
                self.world.contract.item(*id).is_some_and(|it| it.absolute && it.per.is_none())
            }
            Op::RowField(_, field) | Op::Field(_, field) => *field != RowField::Length,
            Op::Fact(_)
            | Op::Where(..)
            | Op::LastingRows(..)
            | Op::Distinct(..)
            | Op::Literal(_)
            | Op::Compare(..)
            | Op::And(..)
            | Op::Or(..)
            | Op::Not(_)
            | Op::InList(..)
            | Op::InBand(..)
            | Op::List(_)
            | Op::Shift(..)
            | Op::Elapsed(..)
            | Op::Add(..)
            | Op::Subtract(..)
            | Op::Default(..)
            | Op::Plan
            | Op::Since => true,
            _ => false,
        };
        own && node.parts().into_iter().all(|it| self.is_window_free(it))
    }
}

/// Whether a node reads variables or rows bound outside itself (rows of its own filters do not count).
pub(super) fn depends_on_variables(node: &Node) -> bool {
    !variables(node).is_empty()
}

/// The slots of variables and rows bound outside a node that it reads.
pub(super) fn variables(node: &Node) -> Vec<usize> {
    fn slots(node: &Node, found: &mut Vec<usize>) {
        let own = match &node.op {
            Op::Variable(slot)
            | Op::RowField(slot, _)
            | Op::Item(_, Some(slot))
            | Op::Paid(_, Some(slot))
            | Op::PaidOver { slot: Some(slot), .. } => Some(*slot),
            Op::About(_, slot, _) => Some(*slot),
            Op::Pattern { slot, .. } => *slot,
            _ => None,
        };
        found.extend(own);
        node.parts().into_iter().for_each(|it| slots(it, found));
    }
    fn least_bound(node: &Node) -> Option<usize> {
        let own = match &node.op {
            Op::Where(_, slot, _)
            | Op::Ordered { slot, .. }
            | Op::Filter(_, slot, _)
            | Op::ForEach(slot, ..)
            | Op::Carry(slot, ..)
            | Op::Quantified(_, slot, ..)
            | Op::Aggregate { slot, .. }
            | Op::SpansOf(_, slot, ..)
            | Op::Streak(_, slot, ..)
            | Op::Held(_, slot, _)
            | Op::Stack(_, slot, _)
            | Op::Highest(_, slot, _) => Some(*slot),
            _ => None,
        };
        own.into_iter().chain(node.parts().into_iter().filter_map(least_bound)).min()
    }
    // Slots are numbered from the outside in, so whatever is bound outside has a smaller slot than all bound inside.
    let mut found = Vec::new();
    slots(node, &mut found);
    let bound = least_bound(node);
    found.retain(|read| bound.is_none_or(|bound| *read < bound));
    found
}

/// Positions of the records that belong to a window: spans that touch it, events and requests that begin in it.
fn in_window(records: &[Record], kind: FactKind, window: Interval) -> impl Iterator<Item = usize> {
    let end = records.partition_point(|it| it.from < window.until());
    let begin = match kind {
        FactKind::Span => 0,
        FactKind::Event | FactKind::Request => records.partition_point(|it| it.from < window.from()),
    };
    let until_after = move |it: &Record| kind != FactKind::Span || it.until > window.from();
    records
        .get(begin..end)
        .unwrap_or(&[])
        .iter()
        .enumerate()
        .filter(move |(_, it)| until_after(it))
        .map(move |(at, _)| begin + at)
}

fn duration(nanos: i128) -> Value {
    Value::Quantity(Quantity::seconds(seconds(nanos)))
}
