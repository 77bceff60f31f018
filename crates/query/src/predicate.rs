//! Predicates as expressions. What is absent compares with nothing: a comparison with it does not hold, and its `Not`
//! does, where SQL would say that both are unknown. So `Not` is moved inwards to the comparisons, and only there asks
//! for "is not true"; everywhere else a filter drops the unknown with the false, and statistics can prune.

use datafusion::logical_expr::{BinaryExpr, Expr, Operator, in_list, lit};
use datafusion::prelude::ident;
use datafusion::scalar::ScalarValue;
use evidence::{Datum, FactSchema, FactsError, Field, Predicate};
use quantity::Ratio;
use timeline::{Interval, Timeline};

use crate::column::{self, AT, Kind, PRECISION, SCALE, UNITS_PER_ONE, UNSCALED_BOUND};

/// True exactly for the records of `within` for which `predicate` holds.
pub(crate) fn filter(predicate: &Predicate, fact: &FactSchema, within: Interval) -> Result<Expr, FactsError> {
    let holds = Translator { fact, within }.holds(predicate, true)?;
    Ok(inside(within).and(holds))
}

struct Translator<'f> {
    fact: &'f FactSchema,
    within: Interval,
}

impl Translator<'_> {
    /// An expression that is true exactly where the predicate's answer is `wanted`.
    fn holds(&self, predicate: &Predicate, wanted: bool) -> Result<Expr, FactsError> {
        let each = |them: &[Predicate]| -> Result<Vec<Expr>, FactsError> {
            them.iter().map(|it| self.holds(it, wanted)).collect()
        };
        Ok(match predicate {
            Predicate::All => lit(wanted),
            Predicate::Not(inner) => self.holds(inner, !wanted)?,
            Predicate::And(all) if wanted => joined(each(all)?, Operator::And),
            Predicate::And(all) => joined(each(all)?, Operator::Or),
            Predicate::Or(any) if wanted => joined(each(any)?, Operator::Or),
            Predicate::Or(any) => joined(each(any)?, Operator::And),
            Predicate::Equals(field, None) => {
                let (value, _) = self.value(*field)?;
                if wanted { value.is_null() } else { value.is_not_null() }
            }
            Predicate::Equals(field, Some(datum)) => self.compared(*field, Operator::Eq, datum, wanted)?,
            Predicate::Less(field, datum) => self.compared(*field, Operator::Lt, datum, wanted)?,
            Predicate::LessOrEqual(field, datum) => self.compared(*field, Operator::LtEq, datum, wanted)?,
            Predicate::Greater(field, datum) => self.compared(*field, Operator::Gt, datum, wanted)?,
            Predicate::GreaterOrEqual(field, datum) => {
                self.compared(*field, Operator::GtEq, datum, wanted)?
            }
            Predicate::OneOf(field, data) => self.one_of(*field, data, wanted)?,
            Predicate::Inside(timeline) => self.inside(timeline, wanted),
            Predicate::OutsideOf(timeline) => self.inside(timeline, !wanted),
        })
    }

    fn value(&self, field: Field) -> Result<(Expr, Kind), FactsError> {
        let (name, kind) = column::field(self.fact, field).ok_or(FactsError::UnknownField(field))?;
        Ok((ident(name), kind))
    }

    fn compared(
        &self,
        field: Field,
        operator: Operator,
        datum: &Datum,
        wanted: bool,
    ) -> Result<Expr, FactsError> {
        let (value, kind) = self.value(field)?;
        let right = match kind.ratio(datum) {
            Some(ratio) => bound(ratio, operator),
            None => kind.literal(datum),
        };
        Ok(match right {
            Some(right) => asserted(binary(value, operator, lit(right)), wanted),
            None => lit(!wanted),
        })
    }

    fn one_of(&self, field: Field, data: &[Datum], wanted: bool) -> Result<Expr, FactsError> {
        let (value, kind) = self.value(field)?;
        let listed: Vec<Expr> = data
            .iter()
            .filter_map(|datum| match kind.ratio(datum) {
                Some(ratio) => bound(ratio, Operator::Eq),
                None => kind.literal(datum),
            })
            .map(lit)
            .collect();
        Ok(if listed.is_empty() { lit(!wanted) } else { asserted(in_list(value, listed, false), wanted) })
    }

    fn inside(&self, timeline: &Timeline, wanted: bool) -> Expr {
        let runs = timeline.runs_in(self.within).iter().map(|run| inside(*run)).collect();
        asserted(joined(runs, Operator::Or), wanted)
    }
}

/// Whether `at` lies in the interval.
fn inside(interval: Interval) -> Expr {
    let from = ident(AT).gt_eq(lit(column::instant(interval.from())));
    from.and(ident(AT).lt(lit(column::instant(interval.until()))))
}

fn asserted(comparison: Expr, wanted: bool) -> Expr {
    if wanted { comparison } else { comparison.is_not_true() }
}

fn binary(left: Expr, operator: Operator, right: Expr) -> Expr {
    Expr::BinaryExpr(BinaryExpr::new(Box::new(left), operator, Box::new(right)))
}

/// Joins with a tree of logarithmic depth; of nothing, what `And` and `Or` say of nothing.
fn joined(mut them: Vec<Expr>, operator: Operator) -> Expr {
    while them.len() > 1 {
        let mut pairs = Vec::with_capacity(them.len().div_ceil(2));
        let mut rest = them.into_iter();
        while let Some(left) = rest.next() {
            pairs.push(match rest.next() {
                Some(right) => binary(left, operator, right),
                None => left,
            });
        }
        them = pairs;
    }
    them.pop().unwrap_or_else(|| lit(operator == Operator::And))
}

/// The number of the column's last digit that decides the comparison as the exact one would; `None` when nothing can be
/// equal. A bound beyond all numbers of a file is brought to the first beyond them.
fn bound(ratio: &Ratio, operator: Operator) -> Option<ScalarValue> {
    let far = if ratio.is_negative() { -UNSCALED_BOUND } else { UNSCALED_BOUND };
    let scaled = ratio.mul(&Ratio::int(UNITS_PER_ONE)).ok();
    let rounded = |it: &Ratio| match operator {
        Operator::Lt | Operator::GtEq => it.ceil_i128(),
        _ => it.floor_i128(),
    };
    if operator == Operator::Eq && scaled.as_ref().is_some_and(|it| !it.is_integer()) {
        return None;
    }
    let unscaled = scaled.as_ref().and_then(rounded).unwrap_or(far);
    let unscaled = unscaled.clamp(-UNSCALED_BOUND, UNSCALED_BOUND);
    Some(ScalarValue::Decimal128(Some(unscaled), PRECISION, SCALE))
}
