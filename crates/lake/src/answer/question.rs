//! A question about records as a plan over columns, and the plan's answer as groups.

use std::collections::BTreeMap;
use std::sync::Arc;

use evidence::{Datum, FactSchema, FactsError, Field, Group, Measure as Ask, Predicate, Question};
use quantity::Ratio;
use timeline::Timeline;

use super::datum::Meaning;
use crate::kernel::{Answer, Filter, Measure, Measured, Part, Plan, Slice, Test, Time, Value};
use crate::layout::Kind;

/// Thousandths in a whole.
const PER_MILLE_MAX: u32 = 1000;

/// A question in terms of columns.
pub(super) struct Asking<'q> {
    pub(super) plan: Plan,
    question: &'q Question,
    schema: &'q FactSchema,
}

impl<'q> Asking<'q> {
    pub(super) fn of(question: &'q Question, schema: &'q FactSchema) -> Result<Asking<'q>, FactsError> {
        let mut asking = Asking { plan: Plan::default(), question, schema };
        let slice = slice(question)?;
        let (from, until) = (question.within.from().nanos(), question.within.until().nanos());
        let filter = asking.filter(&question.filter)?;
        let keys = question.group_by.iter().map(|it| asking.column(*it).map(|(name, _)| name));
        let keys = keys.collect::<Result<_, _>>()?;
        let measures = question.measures.iter().map(|it| asking.measure(it)).collect::<Result<_, _>>()?;
        asking.plan = Plan {
            time: Some(Time { column: "at".to_owned(), from, until, slice }),
            filter,
            keys,
            measures,
            scales: asking.scales(),
            optional: optional(schema),
        };
        Ok(asking)
    }

    fn column(&self, field: Field) -> Result<(String, Meaning), FactsError> {
        let fixed = |name: &str| (name.to_owned(), Meaning(Kind::Text));
        Ok(match field {
            Field::Subject => fixed("subject"),
            Field::Source => fixed("source"),
            Field::Id => fixed("id"),
            Field::Attribute(at) => {
                let attribute = self.schema.attributes.get(at).ok_or(FactsError::UnknownField(field))?;
                (attribute.name.clone(), Meaning::of(&attribute.kind))
            }
        })
    }

    fn scales(&self) -> BTreeMap<String, u8> {
        let each = self.schema.attributes.iter();
        each.filter_map(|it| Some((it.name.clone(), Meaning::of(&it.kind).scale()?))).collect()
    }

    fn filter(&self, predicate: &Predicate) -> Result<Filter, FactsError> {
        let all = |inner: &[Predicate]| inner.iter().map(|it| self.filter(it)).collect::<Result<Vec<_>, _>>();
        Ok(match predicate {
            Predicate::All => Filter::All,
            Predicate::Not(inner) => Filter::Not(Box::new(self.filter(inner)?)),
            Predicate::And(inner) => Filter::And(all(inner)?),
            Predicate::Or(inner) => Filter::Or(all(inner)?),
            Predicate::Equals(field, None) => Filter::Column(self.column(*field)?.0, Test::Absent),
            Predicate::Equals(field, Some(datum)) => self.one_of(*field, std::slice::from_ref(datum))?,
            Predicate::OneOf(field, data) => self.one_of(*field, data)?,
            Predicate::Less(field, datum) => self.compared(*field, datum, std::cmp::Ordering::is_lt)?,
            Predicate::LessOrEqual(field, datum) => {
                self.compared(*field, datum, std::cmp::Ordering::is_le)?
            }
            Predicate::Greater(field, datum) => self.compared(*field, datum, std::cmp::Ordering::is_gt)?,
            Predicate::GreaterOrEqual(field, datum) => {
                self.compared(*field, datum, std::cmp::Ordering::is_ge)?
            }
            Predicate::Inside(timeline) => Filter::During(spans(timeline)),
            Predicate::OutsideOf(timeline) => Filter::Not(Box::new(Filter::During(spans(timeline)))),
        })
    }

    /// Texts are named, so that they can be looked up and not every value has to be asked.
    fn one_of(&self, field: Field, data: &[Datum]) -> Result<Filter, FactsError> {
        let (name, meaning) = self.column(field)?;
        if !matches!(meaning, Meaning(Kind::Word | Kind::Text)) {
            let wanted = data.to_vec();
            return self.test(field, move |it| wanted.contains(it));
        }
        let text = |it: &Datum| match it {
            Datum::Text(text) => Some(Value::Text(text.clone())),
            _ => None,
        };
        Ok(Filter::Column(name, Test::OneOf(data.iter().filter_map(text).collect())))
    }

    fn compared(
        &self,
        field: Field,
        datum: &Datum,
        wanted: fn(std::cmp::Ordering) -> bool,
    ) -> Result<Filter, FactsError> {
        let other = datum.clone();
        self.test(field, move |it| it.compare(&other).is_some_and(wanted))
    }

    fn test(
        &self,
        field: Field,
        passes: impl Fn(&Datum) -> bool + Send + Sync + 'static,
    ) -> Result<Filter, FactsError> {
        let (name, meaning) = self.column(field)?;
        let check =
            move |value: Option<&Value>| value.and_then(|it| meaning.datum(it)).is_some_and(|it| passes(&it));
        Ok(Filter::Column(name, Test::Where(Arc::new(check))))
    }

    fn measure(&self, measure: &Ask) -> Result<Measured, FactsError> {
        Ok(Measured::all(match measure {
            Ask::Count => Measure::Count,
            Ask::Sum(field) => {
                let (name, meaning) = self.column(*field)?;
                if meaning.scale().is_none() {
                    return Err(FactsError::NotSummable(*field));
                }
                Measure::Sum(name)
            }
            Ask::Min(field) | Ask::Max(field) => Measure::Values(self.column(*field)?.0),
            Ask::Percentile { per_mille, .. } if *per_mille > PER_MILLE_MAX => {
                return Err(FactsError::NoSuchPercentile(*per_mille));
            }
            Ask::Percentile { field, .. } => Measure::Values(self.column(*field)?.0),
            Ask::CountDistinct(fields) => {
                let names = fields.iter().map(|it| self.column(*it).map(|(name, _)| name));
                Measure::Distinct(names.collect::<Result<_, _>>()?)
            }
        }))
    }

    /// The plan's answer as groups, in order.
    pub(super) fn groups(&self, mut answer: Answer) -> Result<Vec<Group>, FactsError> {
        if self.question.slice_nanos.is_none() && self.question.group_by.is_empty() {
            answer.groups.entry((None, Vec::new())).or_insert_with(|| Answer::nothing(&self.plan));
        }
        answer.groups.into_iter().map(|((slice, keys), parts)| self.group(slice, &keys, &parts)).collect()
    }

    fn group(&self, slice: Option<u64>, keys: &[Option<Value>], parts: &[Part]) -> Result<Group, FactsError> {
        let said = |(field, value): (&Field, &Option<Value>)| self.datum(*field, value.as_ref());
        let keys = self.question.group_by.iter().zip(keys).map(said).collect::<Result<_, _>>()?;
        let values = self.question.measures.iter().zip(parts).map(|(ask, part)| self.value(ask, part));
        Ok(Group { slice, keys, values: values.collect::<Result<_, _>>()? })
    }

    fn datum(&self, field: Field, value: Option<&Value>) -> Result<Option<Datum>, FactsError> {
        let Some(value) = value else { return Ok(None) };
        let (name, meaning) = self.column(field)?;
        let strange = || FactsError::Unavailable(format!("column `{name}` of a file holds strange values"));
        meaning.datum(value).map(Some).ok_or_else(strange)
    }

    fn value(&self, ask: &Ask, part: &Part) -> Result<Option<Datum>, FactsError> {
        match (ask, part) {
            (Ask::Count, Part::Count(count)) => Ok(Some(number(i128::from(*count)))),
            (Ask::Sum(_), Part::Sum { count: 0, .. }) => Ok(None),
            (Ask::Sum(field), Part::Sum { total, .. }) => {
                let (name, meaning) = self.column(*field)?;
                let too_long = || FactsError::Unavailable(format!("the sum of `{name}` has too many digits"));
                meaning.number(*total).map(Some).ok_or_else(too_long)
            }
            (Ask::Min(field), Part::Values(values)) => self.datum(*field, values.keys().next()),
            (Ask::Max(field), Part::Values(values)) => self.datum(*field, values.keys().next_back()),
            (Ask::Percentile { field, per_mille }, Part::Values(values)) => {
                self.datum(*field, ranked(values, *per_mille))
            }
            (Ask::CountDistinct(_), Part::Distinct { seen, alone }) => {
                Ok(Some(number(i128::from(*alone) + seen.len() as i128)))
            }
            _ => Err(FactsError::Unavailable("an answer does not fit its question".to_owned())),
        }
    }
}

fn number(count: i128) -> Datum {
    Datum::Number(Ratio::int(count))
}

fn slice(question: &Question) -> Result<Option<Slice>, FactsError> {
    let Some(length) = question.slice_nanos else { return Ok(None) };
    if length <= 0 || !question.within.from().is_bounded() {
        return Err(FactsError::NoSlices);
    }
    Ok(Some(Slice { origin: question.within.from().nanos(), length }))
}

/// Columns that files of an older contract may not have.
fn optional(schema: &FactSchema) -> std::collections::BTreeSet<String> {
    schema.attributes.iter().filter(|it| it.optional).map(|it| it.name.clone()).collect()
}

fn spans(timeline: &Timeline) -> Vec<(i64, i64)> {
    timeline.runs().iter().map(|it| (it.from().nanos(), it.until().nanos())).collect()
}

/// The value at rank ⌈n · per_mille / 1000⌉, at least the first.
fn ranked(values: &BTreeMap<Value, u64>, per_mille: u32) -> Option<&Value> {
    let n: u128 = values.values().map(|it| u128::from(*it)).sum();
    let mut rank = (n * u128::from(per_mille)).div_ceil(u128::from(PER_MILLE_MAX)).max(1);
    for (value, count) in values {
        match rank.checked_sub(u128::from(*count)) {
            None | Some(0) => return Some(value),
            Some(left) => rank = left,
        }
    }
    None
}
