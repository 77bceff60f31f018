//! Numbers, dates, truths: exact arithmetic with units; what is absent stays absent.

use std::cmp::Ordering;
use std::sync::Arc;

use calendar::{Period, add_working_days};
use language::contract::{BandNode, Compare, Node, Op, Status};
use quantity::{Quantity, QuantityError, Ratio, RatioError};

use super::clock::advance;
use super::{Evaluator, lost, unpublished};
use crate::absent::Absent;
use crate::open;
use crate::settlement::Outcome;
use crate::value::Value;

/// Bytes that joined texts may have.
const TEXT_MAX: usize = 4096;

impl<'a> Evaluator<'a> {
    pub(super) fn scalar_op(&mut self, node: &'a Node) -> Outcome<Value> {
        match &node.op {
            Op::Negate(a) => match self.eval(a)? {
                Value::Open(it) => open::times(&it, &Quantity::number(Ratio::int(-1))),
                Value::Quantity(it) => Ok(Value::Quantity(it.neg())),
                _ => Err(lost()),
            },
            Op::Not(a) => Ok(Value::Truth(!self.truth(a)?)),
            Op::Add(a, b) => self.sum_or_difference(node, a, b, true),
            Op::Subtract(a, b) => self.sum_or_difference(node, a, b, false),
            Op::Multiply(a, b) => match (self.eval(a)?, self.eval(b)?) {
                (Value::Quantity(a), Value::Quantity(b)) => self.checked(node, a.mul(&b)),
                (Value::Open(it), Value::Quantity(by)) | (Value::Quantity(by), Value::Open(it)) => {
                    open::times(&it, &by)
                }
                (Value::Open(it), _) => Err(it.absent()),
                _ => Err(lost()),
            },
            Op::Divide(a, b) => {
                let (a, b) = (self.eval(a)?, self.quantity(b)?);
                match a {
                    Value::Quantity(a) => self.checked(node, a.div(&b)),
                    Value::Open(it) => match self.checked(node, Quantity::number(Ratio::ONE).div(&b))? {
                        Value::Quantity(by) => open::times(&it, &by),
                        _ => Err(lost()),
                    },
                    _ => Err(lost()),
                }
            }
            Op::Shift(base, by, back) => self.shift(base, by, *back),
            Op::Elapsed(a, b) => match (self.eval(a)?, self.eval(b)?) {
                (Value::Instant(a), Value::Instant(b)) => {
                    Ok(Value::Quantity(Quantity::seconds(crate::value::seconds(a.nanos_since(b)))))
                }
                (a, b) if open::is_open(&a) || open::is_open(&b) => Ok(open::sum(&a, &b, false)),
                _ => Err(lost()),
            },
            Op::Compare(operator, a, b) => {
                let (a, b) = (self.eval(a)?, self.eval(b)?);
                compare(*operator, &a, &b).map(Value::Truth)
            }
            Op::And(a, b) => self.both(a, b),
            Op::Or(a, b) => self.either(a, b),
            Op::InBand(value, band) => {
                let value = self.eval(value)?;
                self.inside_band(&value, band).map(Value::Truth)
            }
            Op::InList(value, list) => self.in_list(value, list),
            Op::Inside(instant, set) => {
                let inside = match self.eval(instant)? {
                    Value::Instant(at) => self.inside(at, set),
                    Value::Open(it) => self.ends_inside(&it, set),
                    _ => Err(lost()),
                };
                inside.map(Value::Truth)
            }
            Op::Default(value, fallback) => match self.eval(value) {
                Err(absent) if absent.replaceable => self.eval(fallback),
                Ok(Value::Open(_)) => self.eval(fallback),
                other => other,
            },
            Op::Is(value, status) => {
                let found = match self.eval(value) {
                    Ok(Value::Open(it)) => Some(it.absent().status),
                    Ok(_) => None,
                    Err(absent) => Some(absent.status),
                };
                Ok(Value::Truth(found == Some(*status)))
            }
            Op::If(condition, yes, no) => {
                if self.truth(condition)? {
                    self.eval(yes)
                } else {
                    self.eval(no)
                }
            }
            _ => Err(lost()),
        }
    }

    fn sum_or_difference(&mut self, node: &'a Node, a: &'a Node, b: &'a Node, add: bool) -> Outcome<Value> {
        match (self.eval(a)?, self.eval(b)?) {
            (Value::Quantity(a), Value::Quantity(b)) => {
                self.checked(node, if add { a.add(&b) } else { a.sub(&b) })
            }
            (a, b) if open::is_open(&a) || open::is_open(&b) => Ok(open::sum(&a, &b, add)),
            (Value::Text(a), Value::Text(b)) if a.len() + b.len() <= TEXT_MAX => {
                Ok(Value::Text(Arc::from(format!("{a}{b}"))))
            }
            (Value::Text(_), Value::Text(_)) => Err(Absent::not_computable(
                format!("a text is longer than {TEXT_MAX} bytes"),
                format!("文字超过 {TEXT_MAX} 字节"),
            )),
            (Value::Series(a, unit), Value::Series(b, _)) => {
                let result = if add { a.add(&b) } else { a.sub(&b) };
                let source = || super::written::one_line(self.world.contract.source(node.span));
                result.map(|it| Value::Series(Arc::new(it), unit)).map_err(|it| ratio_absent(it, &source()))
            }
            _ => Err(lost()),
        }
    }

    fn checked(&self, node: &Node, result: Result<Quantity, QuantityError>) -> Outcome<Value> {
        let source = || super::written::one_line(self.world.contract.source(node.span));
        match result {
            Ok(value) => Ok(Value::Quantity(value)),
            Err(QuantityError::Ratio(error)) => Err(ratio_absent(error, &source())),
            Err(_) => Err(lost()),
        }
    }

    /// False wins over absence, as in a truth table with three values.
    fn both(&mut self, a: &'a Node, b: &'a Node) -> Outcome<Value> {
        match self.truth(a) {
            Ok(false) => Ok(Value::Truth(false)),
            Ok(true) => self.eval(b),
            Err(absent) => match self.truth(b) {
                Ok(false) => Ok(Value::Truth(false)),
                other => Err(of_both(absent, other.err())),
            },
        }
    }

    fn either(&mut self, a: &'a Node, b: &'a Node) -> Outcome<Value> {
        match self.truth(a) {
            Ok(true) => Ok(Value::Truth(true)),
            Ok(false) => self.eval(b),
            Err(absent) => match self.truth(b) {
                Ok(true) => Ok(Value::Truth(true)),
                other => Err(of_both(absent, other.err())),
            },
        }
    }

    fn in_list(&mut self, value: &'a Node, list: &'a Node) -> Outcome<Value> {
        let value = self.eval(value)?;
        let Value::List(items) = self.eval(list)? else { return Err(lost()) };
        for item in items.iter() {
            if compare(Compare::Equal, &value, item.as_ref().map_err(Clone::clone)?)? {
                return Ok(Value::Truth(true));
            }
        }
        Ok(Value::Truth(false))
    }

    pub(super) fn inside_band(&mut self, value: &Value, band: &'a BandNode) -> Outcome<bool> {
        if let Some((low, inclusive)) = &band.low {
            let low = self.eval(low)?;
            if !compare(if *inclusive { Compare::AtLeast } else { Compare::More }, value, &low)? {
                return Ok(false);
            }
        }
        if let Some((high, inclusive)) = &band.high {
            let high = self.eval(high)?;
            return compare(if *inclusive { Compare::AtMost } else { Compare::Less }, value, &high);
        }
        Ok(true)
    }

    fn shift(&mut self, base: &'a Node, by: &'a Node, back: bool) -> Outcome<Value> {
        match (self.eval(base)?, self.eval(by)?) {
            (_, Value::Open(it)) => Err(it.absent()),
            (Value::Open(it), by) => {
                let exact = matches!(by, Value::Quantity(_));
                Ok(Value::Open(Arc::new(it.mapped(exact, |edge| self.shifted(edge, by.clone(), back)))))
            }
            (base, by) => self.shifted(base, by, back),
        }
    }

    fn shifted(&mut self, base: Value, by: Value, back: bool) -> Outcome<Value> {
        let zone = &self.world.contract.zone;
        let sign = if back { -1 } else { 1 };
        match (base, by) {
            (Value::Instant(at), Value::Quantity(it)) => {
                let nanos =
                    it.value.mul(&Ratio::int(1_000_000_000 * sign)).ok().and_then(|it| it.to_integer());
                let nanos = nanos.and_then(|it| i64::try_from(it).ok());
                nanos.and_then(|it| at.checked_add(it)).map(Value::Instant).ok_or_else(out_of_range)
            }
            (Value::Instant(at), Value::Period(period)) => {
                Period::add(zone, at, signed(period, back)).map(Value::Instant).ok_or_else(out_of_range)
            }
            (Value::Date(date), Value::Period(period)) => {
                let period = signed(period, back);
                calendar::add_date(date, period.months, period.days).map(Value::Date).ok_or_else(out_of_range)
            }
            (Value::Instant(at), Value::Clock(nanos, hours)) => {
                advance(&hours, at, nanos).map(Value::Instant)
            }
            (Value::Instant(at), Value::Ticking(nanos, clock)) => {
                self.tick(at, nanos, clock).map(Value::Instant)
            }
            (base @ (Value::Date(_) | Value::Instant(_)), Value::WorkingDays(days, Some(calendar))) => {
                let date = match base {
                    Value::Date(date) => date,
                    Value::Instant(at) => zone.date(at),
                    _ => return Err(lost()),
                };
                let days = if back { -days } else { days };
                add_working_days(&calendar, date, days).map(Value::Date).map_err(|it| unpublished(&it))
            }
            _ => Err(lost()),
        }
    }
}

/// Why two truths together have no value: what is not known yet may still decide.
fn of_both(a: Absent, b: Option<Absent>) -> Absent {
    b.filter(|it| a.replaceable && it.status == Status::Provisional).unwrap_or(a)
}

fn signed(period: Period, back: bool) -> Period {
    if back { Period { months: -period.months, days: -period.days, nanos: -period.nanos } } else { period }
}

pub(super) fn out_of_range() -> Absent {
    Absent::not_computable("a date lies outside the years that can be computed", "日期超出可计算的年份范围")
}

/// Why exact arithmetic gave no value.
pub(crate) fn ratio_absent(error: RatioError, source: &str) -> Absent {
    match error {
        RatioError::DivisionByZero => Absent::division_by_zero(source),
        RatioError::TooLarge => Absent::not_computable(
            format!("`{source}` needs more than {} bits", quantity::RATIO_BITS_MAX),
            format!("`{source}` 超过 {} 位", quantity::RATIO_BITS_MAX),
        ),
    }
}

/// Whether two values compare so.
pub(crate) fn compare(operator: Compare, a: &Value, b: &Value) -> Outcome<bool> {
    open::compare(operator, a, b)
}

/// The order of two values of one sort.
pub(crate) fn order(a: &Value, b: &Value) -> Outcome<Ordering> {
    match (a, b) {
        (Value::Quantity(a), Value::Quantity(b)) => a.cmp(b).map_err(|_| lost()),
        (Value::Instant(a), Value::Instant(b)) => Ok(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Ok(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Ok(a.cmp(b)),
        (Value::Truth(a), Value::Truth(b)) => Ok(a.cmp(b)),
        _ => Err(lost()),
    }
}
