//! From written text to a [`Datum`]: every number exact, every unit, currency and offset written out.

mod explain;
mod number;

use calendar::{Date, parse_instant};
use quantity::{Base, Currency, Ratio, Unit, unit_named};
use timeline::Instant;

use crate::nearest::nearest;
use crate::pool::Pool;
use crate::report::Problem;
use crate::row::{Cell, Span, Value};
use crate::{AttributeKind, Datum, Schema};

/// What the value of `cell` says as an attribute of that kind.
pub(crate) fn datum(
    kind: &AttributeKind,
    schema: &Schema,
    cell: &Cell<'_>,
    pool: &mut Pool,
) -> Result<Datum, Problem> {
    match kind {
        AttributeKind::Number => number(cell).map(Datum::Number),
        AttributeKind::Money => money(cell, schema.currency).map(Datum::Money),
        AttributeKind::Duration => quantity(cell, &Unit::time()).map(Datum::Duration),
        AttributeKind::Instant => instant(cell, schema).map(Datum::Instant),
        AttributeKind::Date => date(cell).map(Datum::Date),
        AttributeKind::Text | AttributeKind::Cause(_) => text(cell).map(|it| Datum::Text(pool.share(it))),
        AttributeKind::Truth => truth(cell).map(Datum::Truth),
        AttributeKind::OneOf(words) => word(cell, words).map(|it| Datum::Text(pool.share(it))),
        AttributeKind::Unit(unit) => quantity(cell, unit).map(Datum::Quantity),
    }
}

/// A text, such as an id or the name of a fact.
pub(crate) fn text<'a>(cell: &'a Cell<'_>) -> Result<&'a str, Problem> {
    match &cell.value {
        Value::Text(text) => Ok(text),
        _ => Err(explain::wrong_kind(cell, ("a text in double quotes", "双引号中的文本"))),
    }
}

/// `true` or `false`.
pub(crate) fn truth(cell: &Cell<'_>) -> Result<bool, Problem> {
    match &cell.value {
        Value::Truth(truth) => Ok(*truth),
        Value::Text(text) if text == "true" => Ok(true),
        Value::Text(text) if text == "false" => Ok(false),
        _ => Err(explain::wrong_kind(cell, ("`true` or `false`", " `true` 或 `false`"))),
    }
}

/// An instant with its offset.
pub(crate) fn instant(cell: &Cell<'_>, schema: &Schema) -> Result<Instant, Problem> {
    let example = ("a time like \"2026-10-01T00:00:00+08:00\"", "形如 \"2026-10-01T00:00:00+08:00\" 的时间");
    let Value::Text(text) = &cell.value else { return Err(explain::wrong_kind(cell, example)) };
    parse_instant(text).map_err(|error| explain::instant(cell.span, text, error, schema.zone.as_ref()))
}

fn number(cell: &Cell<'_>) -> Result<Ratio, Problem> {
    match &cell.value {
        Value::Number(text) => parse_number(cell.span, text),
        Value::Text(text) => parse_number(cell.span, text),
        _ => Err(explain::wrong_kind(cell, ("a number", "数字"))),
    }
}

fn parse_number(span: Span, text: &str) -> Result<Ratio, Problem> {
    number::parse(text).map_err(|error| explain::number(span, text, error))
}

fn date(cell: &Cell<'_>) -> Result<Date, Problem> {
    let Value::Text(text) = &cell.value else {
        return Err(explain::wrong_kind(cell, ("a date like \"2026-10-01\"", "形如 \"2026-10-01\" 的日期")));
    };
    Date::parse(text).ok_or_else(|| explain::date(cell.span, text))
}

fn word<'a>(cell: &'a Cell<'_>, words: &[String]) -> Result<&'a str, Problem> {
    let found = text(cell)?;
    if words.iter().any(|it| it == found) {
        return Ok(found);
    }
    let meant = nearest(found, words.iter().map(String::as_str));
    Err(explain::one_of(cell.span, found, words, meant))
}

/// The warning for a cause the contract does not name.
pub(crate) fn unnamed_cause(kind: &AttributeKind, cell: &Cell<'_>) -> Option<Problem> {
    let AttributeKind::Cause(words) = kind else { return None };
    let found = text(cell).ok()?;
    if words.iter().any(|it| it == found) {
        return None;
    }
    let meant = nearest(found, words.iter().map(String::as_str));
    Some(explain::unnamed_cause(cell.span, found, words, meant))
}

fn money(cell: &Cell<'_>, currency: Option<Currency>) -> Result<Ratio, Problem> {
    let code = currency.map_or("USD", Currency::code);
    let no_amount =
        || explain::wrong_kind(cell, ("an amount like \"200.00 USD\"", "形如 \"200.00 USD\" 的金额"));
    let amount: &str = match &cell.value {
        Value::Number(text) => text,
        Value::Text(text) => text,
        _ => return Err(no_amount()),
    };
    match amount.split_once(' ') {
        None if parse_number(cell.span, amount).is_ok() => Err(explain::no_currency(cell.span, amount, code)),
        None => Err(no_amount()),
        Some((_, word)) if currency.is_none() || Currency::parse(word) != currency => {
            Err(explain::other_currency(cell.span, word, currency))
        }
        Some((digits, _)) => parse_number(cell.span, digits),
    }
}

/// A number and a word for a unit with the same base as `unit`, as a number of base units. A unit of the
/// contract's own has one scale only, so its name may be left out.
fn quantity(cell: &Cell<'_>, unit: &Unit) -> Result<Ratio, Problem> {
    let written = match &cell.value {
        Value::Number(text) if is_own(unit) => return parse_number(cell.span, text),
        Value::Number(text) => return Err(explain::quantity(cell.span, text, unit)),
        Value::Text(text) => text,
        _ => {
            return Err(explain::wrong_kind(
                cell,
                ("a number with its unit in double quotes", "双引号中带单位的数字"),
            ));
        }
    };
    match written.split_once(' ') {
        None if is_own(unit) => parse_number(cell.span, written),
        None => Err(explain::quantity(cell.span, written, unit)),
        Some((digits, word)) => {
            let size = size_of(word, unit).ok_or_else(|| explain::quantity(cell.span, written, unit))?;
            let value = parse_number(cell.span, digits)?;
            number::scaled(&value, &size).map_err(|error| explain::number(cell.span, written, error))
        }
    }
}

fn is_own(unit: &Unit) -> bool {
    matches!(unit.powers(), [(Base::Named(_), 1)])
}

/// How many base units of `unit` one `word` is.
fn size_of(word: &str, unit: &Unit) -> Option<Ratio> {
    match unit_named(word) {
        Some((named, size)) if named == *unit => Some(size),
        _ => (word == unit.to_string()).then_some(Ratio::ONE),
    }
}

#[cfg(test)]
mod tests;
