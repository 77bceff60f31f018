//! Events in volume are never listed: what a rule wants to know of them becomes one aggregate question.
//!
//! A rule is asked as a question when its rows are events of one fact, filtered by what each record says. Everything
//! else, and every fact small enough to be listed, is read row by row; both ways give the same value.

use evidence::{Datum, FactKind, Field, Measure, Predicate, Question};
use language::contract::{Aggregate, Compare, Node, Op, RowField, Type};
use quantity::{Quantity, Ratio, Unit};

use super::{Evaluator, lost};
use crate::absent::Absent;
use crate::settlement::Outcome;
use crate::value::Value;

/// Rows as a question: the fact, the filter, whether exclusions apply, and the key of which one row is taken each.
pub(super) struct Asked<'a> {
    pub(super) fact: usize,
    pub(super) filter: Vec<Condition<'a>>,
    pub(super) excluding: bool,
    pub(super) key: Option<Vec<Field>>,
}

/// A condition of a rule, and the expression it comes from.
pub(super) struct Condition<'a> {
    pub(super) keeps: Predicate,
    pub(super) node: &'a Node,
}

impl Asked<'_> {
    fn predicates(&self) -> Vec<Predicate> {
        self.filter.iter().map(|it| it.keeps.clone()).collect()
    }
}

impl<'a> Evaluator<'a> {
    /// The answer, when the rule can be asked as a question and the fact is not listed.
    pub(super) fn asked(
        &mut self,
        which: Aggregate,
        rows: &'a Node,
        slot: usize,
        body: Option<&'a Node>,
        rank: Option<&'a Node>,
        ty: &Type,
    ) -> Outcome<Option<Value>> {
        let Some(asked) = self.as_question(rows)? else { return Ok(None) };
        if !self.in_volume(asked.fact) && self.world.facts.lists(asked.fact) {
            return Ok(None);
        }
        let key = asked.key.clone();
        let Some(filter) = self.with_exclusions(asked)? else { return Ok(None) };
        match which {
            Aggregate::Count => {
                let count = self.ask(&filter, Measure::Count, ty)?;
                match key {
                    Some(key) => self.ask(&filter, Measure::CountDistinct(key), ty).map(Some),
                    None => Ok(Some(count)),
                }
            }
            // Which row of a key is the latest, and what it says, only a list shows.
            _ if key.is_some() => Ok(None),
            Aggregate::Share => self.asked_share(&filter, rows, (slot, body)),
            Aggregate::Sum | Aggregate::Min | Aggregate::Max | Aggregate::Mean | Aggregate::Percentile => {
                self.asked_field(which, &filter, slot, body, rank, ty)
            }
            _ => Ok(None),
        }
    }

    /// Whether the contract says that the records of the fact are never listed.
    pub(crate) fn in_volume(&self, fact: usize) -> bool {
        self.world.contract.schema.facts.get(fact).is_some_and(|it| it.volume)
    }

    /// Whether a record of a fact in volume happened in the window.
    pub(super) fn any_asked(&self, fact: usize, window: timeline::Interval) -> bool {
        let question = Question { measures: vec![Measure::Count], ..Question::about(fact, window) };
        let answer = self.world.facts.aggregate(&question).ok();
        let count = answer.and_then(|it| it.into_iter().next()).and_then(|it| it.values.into_iter().next());
        !matches!(count.flatten(), None | Some(Datum::Number(Ratio::ZERO)))
    }

    pub(super) fn as_question(&mut self, rows: &'a Node) -> Outcome<Option<Asked<'a>>> {
        match &rows.op {
            Op::Fact(fact) => {
                let event =
                    self.world.contract.schema.facts.get(*fact).is_some_and(|it| it.kind == FactKind::Event);
                Ok(event.then_some(Asked { fact: *fact, filter: Vec::new(), excluding: false, key: None }))
            }
            Op::Where(inner, slot, predicate) => {
                let Some(mut asked) = self.all_rows(inner)? else { return Ok(None) };
                let Some(filter) = self.as_filter(asked.fact, *slot, predicate)? else { return Ok(None) };
                asked.filter.push(Condition { keeps: filter, node: predicate });
                Ok(Some(asked))
            }
            Op::OfSubject(inner, subject) => {
                let Some(mut asked) = self.all_rows(inner)? else { return Ok(None) };
                let Value::Text(subject) = self.eval(subject)? else { return Err(lost()) };
                let keeps = Predicate::Equals(Field::Subject, Some(Datum::Text(subject)));
                asked.filter.push(Condition { keeps, node: rows });
                Ok(Some(asked))
            }
            Op::ExcludeRows(inner) => {
                let asked = self.all_rows(inner)?;
                Ok(asked.map(|it| Asked { excluding: true, ..it }))
            }
            Op::Distinct(inner, fields) => {
                let asked = self.all_rows(inner)?;
                let key: Option<Vec<Field>> = fields.iter().map(|it| as_field(*it)).collect();
                Ok(asked.zip(key).map(|(it, key)| Asked { key: Some(key), ..it }))
            }
            Op::Item(id, None) => {
                let contract = self.world.contract;
                let body = contract.item(*id).and_then(|it| self.reading(it)).and_then(|it| it.body.as_ref());
                match body {
                    Some(body) if matches!(body.ty, Type::Rows(_)) => self.as_question(body),
                    _ => Ok(None),
                }
            }
            _ => Ok(None),
        }
    }

    /// The rows an exclusion names, as a filter.
    pub(super) fn asked_of(&mut self, exclusion: language::contract::ItemId) -> Outcome<Option<Predicate>> {
        let item = self.world.contract.item(exclusion);
        let Some(body) = item.and_then(|it| self.reading(it)).and_then(|it| it.body.as_ref()) else {
            return Ok(None);
        };
        let asked = self.all_rows(body)?.filter(|it| !it.excluding);
        Ok(asked.map(|it| Predicate::And(it.predicates())))
    }

    /// Rows of which none was left out for another one.
    fn all_rows(&mut self, rows: &'a Node) -> Outcome<Option<Asked<'a>>> {
        Ok(self.as_question(rows)?.filter(|it| it.key.is_none()))
    }

    /// A predicate over one record as a filter. Only what a filter decides exactly as the rule would is taken: an
    /// attribute that may be absent must not stand under `not` or `!=`, where the two differ.
    pub(super) fn as_filter(
        &mut self,
        fact: usize,
        slot: usize,
        predicate: &'a Node,
    ) -> Outcome<Option<Predicate>> {
        match &predicate.op {
            Op::And(a, b) => self.joined(fact, slot, a, b, Predicate::And),
            Op::Or(a, b) => self.joined(fact, slot, a, b, Predicate::Or),
            Op::Not(inner) if self.always_decided(fact, inner) => {
                Ok(self.as_filter(fact, slot, inner)?.map(|it| Predicate::Not(Box::new(it))))
            }
            Op::RowField(at, RowField::Attribute(attribute))
                if *at == slot && predicate.ty == Type::Truth =>
            {
                Ok(Some(Predicate::Equals(Field::Attribute(*attribute), Some(Datum::Truth(true)))))
            }
            Op::Compare(operator, left, right) => self.compared(fact, slot, *operator, left, right),
            Op::InList(left, list) => self.listed(fact, slot, left, list),
            _ => Ok(None),
        }
    }

    fn joined(
        &mut self,
        fact: usize,
        slot: usize,
        a: &'a Node,
        b: &'a Node,
        join: fn(Vec<Predicate>) -> Predicate,
    ) -> Outcome<Option<Predicate>> {
        let (a, b) = (self.as_filter(fact, slot, a)?, self.as_filter(fact, slot, b)?);
        Ok(a.zip(b).map(|(a, b)| join(vec![a, b])))
    }

    /// Whether no attribute the predicate reads may be absent.
    fn always_decided(&self, fact: usize, node: &Node) -> bool {
        let own = match &node.op {
            Op::RowField(_, RowField::Attribute(at)) => self
                .world
                .contract
                .schema
                .facts
                .get(fact)
                .and_then(|it| it.attributes.get(*at))
                .is_some_and(|it| !it.optional),
            Op::RowField(_, RowField::Subject | RowField::Id | RowField::Source) => false,
            _ => true,
        };
        own && node.parts().into_iter().all(|it| self.always_decided(fact, it))
    }

    fn compared(
        &mut self,
        fact: usize,
        slot: usize,
        operator: Compare,
        left: &'a Node,
        right: &'a Node,
    ) -> Outcome<Option<Predicate>> {
        let Some(field) = field_of(slot, left).filter(|_| !reads_row(slot, right)) else { return Ok(None) };
        let value = self.eval(right)?;
        let Some(datum) = self.as_datum(fact, left, value) else { return Ok(None) };
        Ok(match operator {
            Compare::Equal => Some(Predicate::Equals(field, Some(datum))),
            Compare::NotEqual if self.always_decided(fact, left) => {
                Some(Predicate::Not(Box::new(Predicate::Equals(field, Some(datum)))))
            }
            Compare::NotEqual => None,
            Compare::Less => Some(Predicate::Less(field, datum)),
            Compare::AtMost => Some(Predicate::LessOrEqual(field, datum)),
            Compare::More => Some(Predicate::Greater(field, datum)),
            Compare::AtLeast => Some(Predicate::GreaterOrEqual(field, datum)),
        })
    }

    fn listed(
        &mut self,
        fact: usize,
        slot: usize,
        left: &'a Node,
        list: &'a Node,
    ) -> Outcome<Option<Predicate>> {
        let Some(field) = field_of(slot, left).filter(|_| !reads_row(slot, list)) else { return Ok(None) };
        let mut words = Vec::new();
        for item in self.elements(list)? {
            match self.as_datum(fact, left, item?) {
                Some(datum) => words.push(datum),
                None => return Ok(None),
            }
        }
        Ok(Some(Predicate::OneOf(field, words)))
    }

    /// A value as the records hold it.
    fn as_datum(&self, fact: usize, field: &Node, value: Value) -> Option<Datum> {
        use evidence::AttributeKind as Kind;
        let kind = match &field.op {
            Op::RowField(_, RowField::Attribute(at)) => {
                self.world.contract.schema.facts.get(fact)?.attributes.get(*at).map(|it| &it.kind)
            }
            _ => None,
        };
        Some(match (kind, value) {
            (Some(Kind::Number), Value::Quantity(it)) => Datum::Number(it.value),
            (Some(Kind::Money), Value::Quantity(it)) => Datum::Money(it.value),
            (Some(Kind::Duration), Value::Quantity(it)) => Datum::Duration(it.value),
            (Some(Kind::Unit(_)), Value::Quantity(it)) => Datum::Quantity(it.value),
            (_, Value::Instant(it)) => Datum::Instant(it),
            (_, Value::Date(it)) => Datum::Date(it),
            (_, Value::Text(it)) => Datum::Text(it),
            (_, Value::Truth(it)) => Datum::Truth(it),
            _ => return None,
        })
    }

    /// The filter with exclusions taken out; what each took is counted for the statement.
    fn with_exclusions(&mut self, asked: Asked<'a>) -> Outcome<Option<(usize, Predicate)>> {
        let mut filter = asked.predicates();
        if asked.excluding {
            let Some(sources) = self.exclusion_filters(asked.fact)? else { return Ok(None) };
            for (at, source) in sources.into_iter().enumerate() {
                let taken = (asked.fact, Predicate::And([filter.clone(), vec![source.clone()]].concat()));
                let count = self.number(&taken, Measure::Count)?.and_then(|it| it.to_integer()).unwrap_or(0);
                self.log_count(at, asked.fact, u64::try_from(count).unwrap_or(0));
                filter.push(Predicate::Not(Box::new(source)));
            }
        }
        Ok(Some((asked.fact, Predicate::And(filter))))
    }

    /// One number; `None` when there is nothing to take it from.
    fn number(&mut self, asked: &(usize, Predicate), measure: Measure) -> Outcome<Option<Ratio>> {
        let question = Question {
            filter: asked.1.clone(),
            measures: vec![measure],
            ..Question::about(asked.0, self.window)
        };
        let groups = self.world.facts.aggregate(&question).map_err(|it| unanswered(&it))?;
        let value = groups.into_iter().next().and_then(|it| it.values.into_iter().next()).flatten();
        Ok(match value {
            Some(Datum::Number(it) | Datum::Money(it) | Datum::Duration(it) | Datum::Quantity(it)) => {
                Some(it)
            }
            _ => None,
        })
    }

    fn ask(&mut self, asked: &(usize, Predicate), measure: Measure, ty: &Type) -> Outcome<Value> {
        let value = self.number(asked, measure.clone())?;
        if measure == Measure::Count {
            let count =
                value.as_ref().and_then(Ratio::to_integer).and_then(|it| u64::try_from(it).ok()).unwrap_or(0);
            let fact =
                self.world.contract.schema.facts.get(asked.0).map(|it| it.name.clone()).unwrap_or_default();
            self.trace.counted(&fact, count);
        }
        match value {
            Some(value) => Ok(Value::Quantity(Quantity { value, unit: unit_of(ty) })),
            None if matches!(measure, Measure::Sum(_)) => {
                Ok(Value::Quantity(Quantity { value: Ratio::ZERO, unit: unit_of(ty) }))
            }
            None => Err(Absent::no_data("there are no records to take it from", "没有可供计算的记录")),
        }
    }

    fn asked_share(
        &mut self,
        asked: &(usize, Predicate),
        rows: &'a Node,
        (slot, body): (usize, Option<&'a Node>),
    ) -> Outcome<Option<Value>> {
        let Some(body) = body else { return Ok(None) };
        let Some(matching) = self.as_filter(asked.0, slot, body)? else { return Ok(None) };
        let all = self.number(asked, Measure::Count)?.unwrap_or(Ratio::ZERO);
        let part = (asked.0, Predicate::And(vec![asked.1.clone(), matching]));
        let part = self.number(&part, Measure::Count)?.unwrap_or(Ratio::ZERO);
        let number = |it: &Ratio| Value::Quantity(Quantity::number(it.clone()));
        self.note_share(rows, body, (number(&part), number(&all)));
        match part.div(&all) {
            Ok(share) => Ok(Some(Value::Quantity(Quantity::number(share)))),
            Err(_) => Err(Absent::no_data("there are no records to take a share of", "没有可计算比例的记录")),
        }
    }

    /// Sums, extremes, means and percentiles of a plain attribute that every record has.
    fn asked_field(
        &mut self,
        which: Aggregate,
        asked: &(usize, Predicate),
        slot: usize,
        body: Option<&'a Node>,
        rank: Option<&'a Node>,
        ty: &Type,
    ) -> Outcome<Option<Value>> {
        let Some(body) =
            body.filter(|it| self.always_decided(asked.0, it) && matches!(it.ty, Type::Scalar(_)))
        else {
            return Ok(None);
        };
        let Some(field @ Field::Attribute(_)) = field_of(slot, body) else { return Ok(None) };
        let measure = match which {
            Aggregate::Sum => Measure::Sum(field),
            Aggregate::Min => Measure::Min(field),
            Aggregate::Max => Measure::Max(field),
            Aggregate::Percentile => match self.per_mille(rank)? {
                Some(per_mille) => Measure::Percentile { field, per_mille },
                None => return Ok(None),
            },
            _ => return self.asked_mean(asked, field, ty).map(Some),
        };
        self.ask(asked, measure, ty).map(Some)
    }

    fn asked_mean(&mut self, asked: &(usize, Predicate), field: Field, ty: &Type) -> Outcome<Value> {
        let count = self.number(asked, Measure::Count)?.unwrap_or(Ratio::ZERO);
        let sum = self.number(asked, Measure::Sum(field))?.unwrap_or(Ratio::ZERO);
        match sum.div(&count) {
            Ok(value) => Ok(Value::Quantity(Quantity { value, unit: unit_of(ty) })),
            Err(_) => Err(Absent::no_data("there is nothing to average", "没有可求平均的值")),
        }
    }

    fn per_mille(&mut self, rank: Option<&'a Node>) -> Outcome<Option<u32>> {
        let Some(rank) = rank else { return Ok(None) };
        let rank = self.quantity(rank)?.value;
        let per_mille = rank.mul(&Ratio::int(10)).ok().and_then(|it| it.to_integer());
        Ok(per_mille.and_then(|it| u32::try_from(it).ok()).filter(|it| *it <= 1000))
    }
}

fn unit_of(ty: &Type) -> Unit {
    match ty {
        Type::Scalar(unit) => unit.clone(),
        _ => Unit::none(),
    }
}

/// The field of the row in `slot` that a node is.
fn field_of(slot: usize, node: &Node) -> Option<Field> {
    match &node.op {
        Op::RowField(at, field) if *at == slot => as_field(*field),
        _ => None,
    }
}

/// A field that can be asked about.
fn as_field(field: RowField) -> Option<Field> {
    match field {
        RowField::Attribute(at) => Some(Field::Attribute(at)),
        RowField::Subject => Some(Field::Subject),
        RowField::Source => Some(Field::Source),
        RowField::Id => Some(Field::Id),
        _ => None,
    }
}

/// Whether a node reads the row in `slot`.
fn reads_row(slot: usize, node: &Node) -> bool {
    matches!(&node.op, Op::RowField(at, _) | Op::Variable(at) if *at == slot)
        || node.parts().into_iter().any(|it| reads_row(slot, it))
}

fn unanswered(error: &evidence::FactsError) -> Absent {
    match error {
        evidence::FactsError::Ratio(error) => super::scalar::ratio_absent(*error, "sum"),
        other => Absent::not_computable(
            format!("the evidence cannot be asked: {other}"),
            format!("无法查询证据：{other}"),
        ),
    }
}
