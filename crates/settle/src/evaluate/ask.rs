//! Events in volume are never listed: what a rule wants to know of them becomes one aggregate question.
//!
//! Which rules are questions, [`language::contract::shape`] says. Every other rule, and every fact small enough to be
//! listed, is read row by row; both ways give the same value.

use evidence::{Datum, Field, Measure, Predicate, Question};
use language::contract::shape::{Asked, Condition, per_mille};
use language::contract::{Aggregate, Node, Op, RowType, Type};
use quantity::{Quantity, Ratio, Unit};

use super::narrowed::{field_of, unlisted};
use super::{Evaluator, lost};
use crate::absent::Absent;
use crate::settlement::Outcome;
use crate::value::Value;

/// Records of one fact.
struct Filtered {
    fact: usize,
    filter: Predicate,
}

impl<'a> Evaluator<'a> {
    /// The answer, when the rule can be asked as a question and the fact is not listed.
    pub(super) fn asked(&mut self, node: &'a Node) -> Outcome<Option<Value>> {
        let Op::Aggregate { rows, .. } = &node.op else { return Ok(None) };
        let Type::Rows(RowType::Fact(fact)) = rows.ty else { return Ok(None) };
        if !self.in_volume(fact) && self.world.facts.lists(fact) {
            return Ok(None);
        }
        let Ok(asking) = self.rules().asking(node) else { return Ok(None) };
        let of = Filtered { fact, filter: self.narrowed(&asking.of)? };
        let ty = &node.ty;
        let value = match &asking.what {
            Asked::Count => {
                let count = self.ask(&of, Measure::Count, ty)?;
                match asking.of.key {
                    Some(key) => {
                        let key: Option<Vec<Field>> = key.iter().map(|it| field_of(*it)).collect();
                        self.ask(&of, Measure::CountDistinct(key.ok_or_else(lost)?), ty)
                    }
                    None => Ok(count),
                }
            }
            Asked::Share(condition) => self.asked_share(&of, rows, condition),
            Asked::Measure(which, field) => {
                let field = field_of(*field).ok_or_else(lost)?;
                self.asked_measure(*which, &of, field, ty)
            }
            Asked::Percentile(field, rank) => {
                let field = field_of(*field).ok_or_else(lost)?;
                let per_mille = per_mille(&self.quantity(rank)?.value).ok_or_else(unlisted)?;
                self.ask(&of, Measure::Percentile { field, per_mille }, ty)
            }
        };
        value.map(Some)
    }

    /// Whether the contract says that the records of the fact are never listed.
    pub(crate) fn in_volume(&self, fact: usize) -> bool {
        self.world.contract.schema.facts.get(fact).is_some_and(|it| it.volume)
    }

    /// Whether a record of a fact in volume happened in the window.
    pub(super) fn any_asked(&self, fact: usize, window: timeline::Interval) -> bool {
        let question = Question { measures: vec![Measure::Count], ..Question::about(fact, window) };
        !matches!(self.answer(&question), Err(_) | Ok(None | Some(Datum::Number(Ratio::ZERO))))
    }

    /// The answer to a question with one measure and no groups.
    pub(super) fn answer(&self, question: &Question) -> Outcome<Option<Datum>> {
        let groups = self.world.facts.aggregate(question).map_err(|it| unanswered(&it))?;
        Ok(groups.into_iter().next().and_then(|it| it.values.into_iter().next()).flatten())
    }

    /// One number; `None` when there is nothing to take it from.
    fn number(&mut self, of: &Filtered, measure: Measure) -> Outcome<Option<Ratio>> {
        let question = Question {
            filter: of.filter.clone(),
            measures: vec![measure],
            ..Question::about(of.fact, self.window)
        };
        Ok(match self.answer(&question)? {
            Some(Datum::Number(it) | Datum::Money(it) | Datum::Duration(it) | Datum::Quantity(it)) => {
                Some(it)
            }
            _ => None,
        })
    }

    fn ask(&mut self, of: &Filtered, measure: Measure, ty: &Type) -> Outcome<Value> {
        let value = self.number(of, measure.clone())?;
        if measure == Measure::Count {
            let count =
                value.as_ref().and_then(Ratio::to_integer).and_then(|it| u64::try_from(it).ok()).unwrap_or(0);
            let fact =
                self.world.contract.schema.facts.get(of.fact).map(|it| it.name.clone()).unwrap_or_default();
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

    fn asked_share(&mut self, of: &Filtered, rows: &'a Node, condition: &Condition<'a>) -> Outcome<Value> {
        let matching = self.holds(of.fact, condition)?;
        let all = self.number(of, Measure::Count)?.unwrap_or(Ratio::ZERO);
        let part = Filtered { fact: of.fact, filter: Predicate::And(vec![of.filter.clone(), matching]) };
        let part = self.number(&part, Measure::Count)?.unwrap_or(Ratio::ZERO);
        let number = |it: &Ratio| Value::Quantity(Quantity::number(it.clone()));
        self.note_share(rows, condition.node, (number(&part), number(&all)));
        match part.div(&all) {
            Ok(share) => Ok(Value::Quantity(Quantity::number(share))),
            Err(_) => Err(Absent::no_data("there are no records to take a share of", "没有可计算比例的记录")),
        }
    }

    /// Sums, extremes and means.
    fn asked_measure(&mut self, which: Aggregate, of: &Filtered, field: Field, ty: &Type) -> Outcome<Value> {
        match which {
            Aggregate::Sum => self.ask(of, Measure::Sum(field), ty),
            Aggregate::Min => self.ask(of, Measure::Min(field), ty),
            Aggregate::Max => self.ask(of, Measure::Max(field), ty),
            _ => self.asked_mean(of, field, ty),
        }
    }

    fn asked_mean(&mut self, of: &Filtered, field: Field, ty: &Type) -> Outcome<Value> {
        let count = self.number(of, Measure::Count)?.unwrap_or(Ratio::ZERO);
        let sum = self.number(of, Measure::Sum(field))?.unwrap_or(Ratio::ZERO);
        match sum.div(&count) {
            Ok(value) => Ok(Value::Quantity(Quantity { value, unit: unit_of(ty) })),
            Err(_) => Err(Absent::no_data("there is nothing to average", "没有可求平均的值")),
        }
    }
}

fn unit_of(ty: &Type) -> Unit {
    match ty {
        Type::Scalar(unit) => unit.clone(),
        _ => Unit::none(),
    }
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
