//! The records a rule asks about, as a filter: the constants of its conditions evaluated, what is excluded taken out.

use std::sync::Arc;

use evidence::{AttributeKind, Datum, Field, Predicate};
use language::contract::shape::{Condition, Narrows, Rules, Scope, Shape, Test};
use language::contract::{Compare, ItemId, Node, RowField};

use super::{Evaluator, lost};
use crate::absent::Absent;
use crate::settlement::Outcome;
use crate::value::Value;

/// Whose records; all of them when it is nobody's.
pub(super) type Subject = Option<Arc<str>>;

/// What a condition keeps, and what it refuses where that is not all the rest: where a value it compares with is absent,
/// records are neither.
struct Decided {
    holds: Predicate,
    fails: Option<Predicate>,
}

impl Decided {
    fn by(holds: Predicate) -> Self {
        Self { holds, fails: None }
    }

    fn perhaps(holds: Predicate) -> Self {
        Self { holds, fails: Some(none()) }
    }

    fn opposite(self) -> Self {
        match self.fails {
            None => Self::by(Predicate::Not(Box::new(self.holds))),
            Some(fails) => Self { holds: fails, fails: Some(self.holds) },
        }
    }

    /// Both or either; what fails then is joined the other way round.
    fn joined(self, other: Self, holds: Join, fails: Join) -> Self {
        let refused = match (&self.fails, &other.fails) {
            (None, None) => None,
            _ => Some(fails(vec![self.refused(), other.refused()])),
        };
        Self { holds: holds(vec![self.holds, other.holds]), fails: refused }
    }

    fn refused(&self) -> Predicate {
        self.fails.clone().unwrap_or_else(|| Predicate::Not(Box::new(self.holds.clone())))
    }
}

type Join = fn(Vec<Predicate>) -> Predicate;

impl<'a> Evaluator<'a> {
    /// The rules that say what is asked, by the reading followed.
    pub(super) fn rules(&self) -> Rules<'a> {
        let contract = self.world.contract;
        Rules { facts: &contract.schema.facts, items: &contract.items, reading: self.world.reading }
    }

    /// The records of a shape that are left; what each exclusion took is logged for the statement.
    pub(super) fn narrowed(&mut self, shape: &Shape<'a>) -> Outcome<Predicate> {
        let mut filter = Vec::new();
        for step in &shape.steps {
            match &step.narrows {
                Narrows::Where(condition) => {
                    filter.push(self.in_scope(step.scope, |it| it.holds(shape.fact, condition))?);
                }
                Narrows::Of(_, subject) => filter.push(self.in_scope(step.scope, |it| it.is_about(subject))?),
                Narrows::Counted(about) => {
                    let about = self.about_whom(step.scope, about)?;
                    self.take_excluded(shape.fact, &about, &mut filter)?;
                }
            }
        }
        Ok(Predicate::And(filter))
    }

    fn take_excluded(
        &mut self,
        fact: usize,
        about: &[(ItemId, Value)],
        filter: &mut Vec<Predicate>,
    ) -> Outcome<()> {
        for (at, source) in self.exclusion_filters(fact, about)?.into_iter().enumerate() {
            let taken = Predicate::And([filter.clone(), vec![source.clone()]].concat());
            self.log_taken(at, fact, taken)?;
            filter.push(Predicate::Not(Box::new(source)));
        }
        Ok(())
    }

    /// Whom the exclusions of a step are taken for.
    fn about_whom(&mut self, scope: Scope<'a>, about: &[(ItemId, usize)]) -> Outcome<Vec<(ItemId, Value)>> {
        let held = |it: &Self, (subject, slot): &(ItemId, usize)| Some((*subject, it.slot(*slot)?));
        self.in_scope(scope, |it| Ok(about.iter().filter_map(|of| held(it, of)).collect()))
    }

    /// The rows an exclusion names, of whichever of these subjects it is taken for.
    pub(super) fn excluded_rows(
        &mut self,
        exclusion: ItemId,
        about: &[(ItemId, Value)],
    ) -> Outcome<Predicate> {
        let item = self.world.contract.item(exclusion);
        let Some(body) = item.and_then(|it| self.reading(it)).and_then(|it| it.body.as_ref()) else {
            return Ok(none());
        };
        let shape = self.rules().excluded(body).map_err(|_| unlisted())?;
        let mut taken = Vec::new();
        for subject in self.excluded_for(exclusion, about)? {
            let outer = std::mem::replace(&mut self.slots, vec![subject]);
            let filter = self.narrowed(&shape);
            self.slots = outer;
            taken.push(filter?);
        }
        Ok(any_of(taken))
    }

    /// Evaluates where the variables of a step stand.
    pub(super) fn in_scope<T>(
        &mut self,
        scope: Scope<'a>,
        run: impl FnOnce(&mut Self) -> Outcome<T>,
    ) -> Outcome<T> {
        let subject = match scope {
            Scope::Here => return run(self),
            Scope::Named(slot) => slot.and_then(|it| self.slot(it)),
            Scope::Given(id, subject) => {
                let subject = self.eval(subject)?;
                self.member(id, Some(subject))?
            }
        };
        let outer = std::mem::replace(&mut self.slots, vec![subject]);
        let result = run(self);
        self.slots = outer;
        result
    }

    /// The records of a subject.
    pub(super) fn is_about(&mut self, subject: &'a Node) -> Outcome<Predicate> {
        match self.eval(subject)? {
            Value::Text(it) => Ok(Predicate::Equals(Field::Subject, Some(Datum::Text(it)))),
            _ => Err(lost()),
        }
    }

    /// The records for which a condition holds.
    pub(super) fn holds(&mut self, fact: usize, condition: &Condition<'a>) -> Outcome<Predicate> {
        self.decided(fact, condition).map(|it| it.holds)
    }

    fn decided(&mut self, fact: usize, condition: &Condition<'a>) -> Outcome<Decided> {
        match &condition.test {
            Test::Both(a, b) => {
                Ok(self.decided(fact, a)?.joined(self.decided(fact, b)?, Predicate::And, Predicate::Or))
            }
            Test::Either(a, b) => {
                Ok(self.decided(fact, a)?.joined(self.decided(fact, b)?, Predicate::Or, Predicate::And))
            }
            Test::Not(inner) => self.decided(fact, inner).map(Decided::opposite),
            Test::Says(field) => Ok(match field_of(*field) {
                Some(field) => Decided::by(Predicate::Equals(field, Some(Datum::Truth(true)))),
                None => Decided::perhaps(none()),
            }),
            Test::Compares(field, operator, value) => self.compared(fact, *field, *operator, value),
            Test::In(field, list) => self.among(fact, *field, list),
        }
    }

    fn compared(
        &mut self,
        fact: usize,
        said: RowField,
        operator: Compare,
        value: &'a Node,
    ) -> Outcome<Decided> {
        let Some(field) = field_of(said) else { return Err(lost()) };
        let Some(value) = known(self.eval(value))? else { return Ok(Decided::perhaps(none())) };
        let datum = self.as_datum(fact, said, value)?;
        Ok(match operator {
            Compare::Equal => Decided::by(Predicate::Equals(field, Some(datum))),
            Compare::NotEqual => Decided::by(Predicate::Equals(field, Some(datum))).opposite(),
            Compare::Less => Decided::by(Predicate::Less(field, datum)),
            Compare::AtMost => Decided::by(Predicate::LessOrEqual(field, datum)),
            Compare::More => Decided::by(Predicate::Greater(field, datum)),
            Compare::AtLeast => Decided::by(Predicate::GreaterOrEqual(field, datum)),
        })
    }

    /// One of a list. Where an item of it is absent, records that say an earlier one are known to be in it, and no others.
    fn among(&mut self, fact: usize, said: RowField, list: &'a Node) -> Outcome<Decided> {
        let Some(field) = field_of(said) else { return Err(lost()) };
        let Some(items) = known(self.elements(list))? else { return Ok(Decided::perhaps(none())) };
        let mut words = Vec::new();
        for item in items {
            match known(item)? {
                Some(item) => words.push(self.as_datum(fact, said, item)?),
                None => return Ok(Decided::perhaps(Predicate::OneOf(field, words))),
            }
        }
        Ok(Decided::by(Predicate::OneOf(field, words)))
    }

    /// A value as the records hold it.
    fn as_datum(&self, fact: usize, field: RowField, value: Value) -> Outcome<Datum> {
        use AttributeKind as Kind;
        let kind = match field {
            RowField::Attribute(at) => {
                let fact = self.world.contract.schema.facts.get(fact).ok_or_else(lost)?;
                fact.attributes.get(at).map(|it| &it.kind)
            }
            _ => None,
        };
        Ok(match (kind, value) {
            (Some(Kind::Number), Value::Quantity(it)) => Datum::Number(it.value),
            (Some(Kind::Money), Value::Quantity(it)) => Datum::Money(it.value),
            (Some(Kind::Duration), Value::Quantity(it)) => Datum::Duration(it.value),
            (Some(Kind::Unit(_)), Value::Quantity(it)) => Datum::Quantity(it.value),
            (_, Value::Instant(it)) => Datum::Instant(it),
            (_, Value::Date(it)) => Datum::Date(it),
            (_, Value::Text(it)) => Datum::Text(it),
            (_, Value::Truth(it)) => Datum::Truth(it),
            (_, Value::Open(it)) => return Err(it.absent()),
            _ => return Err(lost()),
        })
    }
}

/// No record.
pub(super) fn none() -> Predicate {
    Predicate::Or(Vec::new())
}

/// Why records that come in volume give no value where a list is needed. The checker refuses such rules (E0141).
pub(super) fn unlisted() -> Absent {
    Absent::not_computable("records that come in volume cannot be listed", "大量到来的记录不能逐条列出")
}

/// A field that can be asked about.
pub(super) fn field_of(field: RowField) -> Option<Field> {
    match field {
        RowField::Attribute(at) => Some(Field::Attribute(at)),
        RowField::Subject => Some(Field::Subject),
        RowField::Source => Some(Field::Source),
        RowField::Id => Some(Field::Id),
        _ => None,
    }
}

/// A filter as conditions that all hold, without the subject whose records it keeps, and that subject.
pub(super) fn apart(filter: &Predicate) -> (Vec<Predicate>, Subject) {
    let mut all = Vec::new();
    flatten(filter, &mut all);
    let is_subject = |it: &Predicate| matches!(it, Predicate::Equals(Field::Subject, Some(Datum::Text(_))));
    let Some(at) = all.iter().position(is_subject) else { return (all, None) };
    match all.remove(at) {
        Predicate::Equals(_, Some(Datum::Text(subject))) => (all, Some(subject)),
        _ => (all, None),
    }
}

fn flatten(filter: &Predicate, all: &mut Vec<Predicate>) {
    match filter {
        Predicate::And(parts) => parts.iter().for_each(|it| flatten(it, all)),
        Predicate::All => {}
        one if all.contains(one) => {}
        one => all.push(one.clone()),
    }
}

/// The conditions, for any of these subjects; for every record where there is no subject.
pub(super) fn together(mut conditions: Vec<Predicate>, subjects: Vec<Subject>) -> Predicate {
    let subjects: Option<Vec<Datum>> = subjects.into_iter().map(|it| it.map(Datum::Text)).collect();
    conditions.extend(subjects.map(|it| Predicate::OneOf(Field::Subject, it)));
    Predicate::And(conditions)
}

/// Any of the filters. Those that differ in their subject alone become one, so that a question about ten thousand
/// subjects stays short.
fn any_of(mut filters: Vec<Predicate>) -> Predicate {
    if filters.len() == 1 {
        return filters.remove(0);
    }
    let mut groups: Vec<(Vec<Predicate>, Vec<Subject>)> = Vec::new();
    for filter in &filters {
        let (conditions, subject) = apart(filter);
        match groups.iter_mut().find(|it| it.0 == conditions) {
            Some(group) => group.1.push(subject),
            None => groups.push((conditions, vec![subject])),
        }
    }
    Predicate::Or(groups.into_iter().map(|(conditions, subjects)| together(conditions, subjects)).collect())
}

/// A value, unless there are no data for it.
fn known<T>(value: Outcome<T>) -> Outcome<Option<T>> {
    match value {
        Err(absent) if absent.replaceable => Ok(None),
        other => other.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use quantity::Ratio;

    use super::*;

    fn subject(name: &str) -> Predicate {
        Predicate::Equals(Field::Subject, Some(Datum::Text(name.into())))
    }

    fn small(most: i128) -> Predicate {
        Predicate::LessOrEqual(Field::Attribute(0), Datum::Number(Ratio::int(most)))
    }

    #[test]
    fn filters_that_differ_in_their_subject_become_one() {
        let one = |name: &str, most| Predicate::And(vec![subject(name), small(most)]);
        let any = any_of(vec![one("a", 1), one("b", 1), one("c", 2)]);
        let of = |most, names: &[&str]| {
            let names = names.iter().map(|it| Datum::Text((*it).into())).collect();
            Predicate::And(vec![small(most), Predicate::OneOf(Field::Subject, names)])
        };
        assert_eq!(any, Predicate::Or(vec![of(1, &["a", "b"]), of(2, &["c"])]));
        assert_eq!(any_of(vec![one("a", 1)]), one("a", 1));
        assert_eq!(any_of(Vec::new()), none());
    }

    #[test]
    fn every_record_is_more_than_those_of_a_subject() {
        let any = any_of(vec![subject("a"), Predicate::All]);
        assert_eq!(any, Predicate::Or(vec![Predicate::And(Vec::new())]));
    }
}
