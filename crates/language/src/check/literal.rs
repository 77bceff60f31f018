//! Literals: numbers with units, calendar periods, dates and instants.

use calendar::{Date, Period, TimeOfDay, parse_instant};
use quantity::{Quantity, Ratio, Unit};

use super::Checker;
use super::lower::{broken, date_of, literal, node, quantity};
use super::scope::nearest;
use crate::contract::{Function, Literal, Node, Op, Type};
use crate::syntax::ast::{Expr, Name};
use crate::syntax::token::Span;

impl Checker<'_> {
    pub(super) fn measure(&mut self, parts: &[(Ratio, Name)], span: Span) -> Node {
        if let [(value, unit)] = parts {
            if let Some(node) = self.period(value, unit, span) {
                return node;
            }
            if let Some(found) = self.one_measure(value, unit) {
                return quantity(found, span);
            }
            return broken(span);
        }
        let mut total = Quantity::seconds(Ratio::ZERO);
        for (value, unit) in parts {
            let Some(part) = self.one_measure(value, unit) else { return broken(span) };
            match total.add(&part) {
                Ok(sum) => total = sum,
                Err(_) => {
                    self.error(
                        "E0113",
                        unit.span,
                        "only durations may be written in several parts",
                        "只有时长可以分段书写",
                        ("write one number with one unit", "请写一个数字和一个单位"),
                    );
                    return broken(span);
                }
            }
        }
        quantity(total, span)
    }

    /// Calendar periods are spelled out: days, weeks, months, quarters, years, working days.
    fn period(&mut self, value: &Ratio, unit: &Name, span: Span) -> Option<Node> {
        let count = value.to_integer().and_then(|it| i32::try_from(it).ok());
        let (months, days) = match unit.text.as_str() {
            "day" | "days" => (0, 1),
            "week" | "weeks" => (0, 7),
            "month" | "months" => (1, 0),
            "quarter" | "quarters" => (3, 0),
            "year" | "years" => (12, 0),
            "working days" => return Some(literal(Literal::WorkingDays(count?), Type::WorkingDays, span)),
            _ => return None,
        };
        let count = count?;
        let period = Period { months: count.checked_mul(months)?, days: count.checked_mul(days)?, nanos: 0 };
        Some(literal(Literal::Period(period), Type::Period, span))
    }

    fn one_measure(&mut self, value: &Ratio, unit: &Name) -> Option<Quantity> {
        if let Some(currency) = quantity::Currency::parse(&unit.text) {
            if self.front.currency.is_none() {
                self.no_currency(unit.span);
                return None;
            }
            return Some(Quantity::money(value.clone(), currency));
        }
        if self.units.contains(&unit.text) {
            return Some(Quantity { value: value.clone(), unit: Unit::named(&unit.text) });
        }
        if let Some((known, scale)) = quantity::unit_named(&unit.text) {
            return value.mul(&scale).ok().map(|value| Quantity { value, unit: known });
        }
        let own = self.units.clone();
        let words = ["ms", "s", "min", "h", "d", "days", "weeks", "months", "years", "working"];
        let near = nearest(&unit.text, words.into_iter().chain(own.iter().map(String::as_str)));
        let near = near.map_or_else(Default::default, |it| {
            (format!("did you mean `{it}`? "), format!("是否想写 `{it}`？"))
        });
        self.error(
            "E0114",
            unit.span,
            format!("unknown unit `{}`", unit.text),
            format!("未知单位 `{}`", unit.text),
            (
                &format!("{}a unit of your own is declared with `unit {}`", near.0, unit.text),
                &format!("{}自定义单位请用 `unit {}` 声明", near.1, unit.text),
            ),
        );
        None
    }

    pub(super) fn date(&mut self, text: &str, span: Span) -> Node {
        match Date::parse(text) {
            Some(date) => literal(Literal::Date(date), Type::Date, span),
            None => self.bad_moment(text, span),
        }
    }

    pub(super) fn local_instant(&mut self, date: &str, time: &str, span: Span) -> Node {
        let found = Date::parse(date)
            .zip(TimeOfDay::parse(time))
            .and_then(|(date, time)| self.front.zone.instant(date, time));
        match found {
            Some(instant) => literal(Literal::Instant(instant), Type::Instant, span),
            None => self.bad_moment(&format!("{date} {time}"), span),
        }
    }

    pub(super) fn instant(&mut self, text: &str, span: Span) -> Node {
        match parse_instant(text) {
            Ok(instant) => literal(Literal::Instant(instant), Type::Instant, span),
            Err(_) => self.bad_moment(text, span),
        }
    }

    /// A date; of an instant, the date on which it falls.
    pub(crate) fn lower_date(&mut self, expr: &Expr) -> Node {
        let found = self.lower(expr, Some(&Type::Date));
        if found.ty == Type::Instant { date_of(found) } else { self.coerce(found, &Type::Date) }
    }

    /// `DATE at 17:00`
    pub(super) fn at_time(&mut self, date: &Expr, time: &str, span: Span) -> Node {
        let date = self.lower_date(date);
        match TimeOfDay::parse(time) {
            Some(time) => node(Op::Call(Function::At(time), vec![date]), Type::Instant, span),
            None => self.bad_moment(time, span),
        }
    }

    fn bad_moment(&mut self, text: &str, span: Span) -> Node {
        self.error(
            "E0115",
            span,
            format!("`{text}` is no date or instant"),
            format!("`{text}` 不是有效的日期或时刻"),
            (
                "write `2026-01-31`, `2026-01-31 09:00`, or `2026-01-31T09:00:00+08:00`",
                "请写 `2026-01-31`、`2026-01-31 09:00` 或 `2026-01-31T09:00:00+08:00`",
            ),
        );
        broken(span)
    }
}
