//! Expressions: sorts and units understood, one kind of expression after another.

use std::sync::Arc;

use quantity::{Quantity, Ratio, Unit};

use super::Checker;
use super::wording::words_help;
use crate::contract::{Function, ItemKind, Literal, Node, Op, Type};
use crate::syntax::ast::{Binary, Expr, ExprKind};
use crate::syntax::token::Span;

impl Checker<'_> {
    /// Understands an expression; `hint` is the type it is compared with, so that symbols can be found.
    pub(crate) fn lower(&mut self, expr: &Expr, hint: Option<&Type>) -> Node {
        if !self.descend(expr.span) {
            return broken(expr.span);
        }
        let node = self.lower_kind(expr, hint);
        self.ascend();
        node
    }

    fn lower_kind(&mut self, expr: &Expr, hint: Option<&Type>) -> Node {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Number(value) => quantity(Quantity::number(value.clone()), span),
            ExprKind::Measure(parts) => self.measure(parts, span),
            ExprKind::Text(text) => literal(Literal::Text(Arc::from(text.as_str())), Type::Text, span),
            ExprKind::Truth(it) => literal(Literal::Truth(*it), Type::Truth, span),
            ExprKind::Date(text) => self.date(text, span),
            ExprKind::LocalInstant(date, time) => self.local_instant(date, time, span),
            ExprKind::Instant(text) => self.instant(text, span),
            ExprKind::Name(name) => self.name(name, span, hint),
            ExprKind::Field(base, field) => self.field(base, field, span),
            ExprKind::Negate(inner) => self.negate(inner, span),
            ExprKind::Not(inner) => self.negation(inner, span),
            ExprKind::Binary(Binary::And | Binary::Or, ..) | ExprKind::Binary(..) => self.binary(expr, hint),
            ExprKind::Compare(operator, left, right) => self.compare(*operator, left, right, span),
            ExprKind::InBand(value, band) => self.in_band(value, band, span),
            ExprKind::In(value, set) => self.in_set(value, set, span),
            ExprKind::Default(value, fallback) => self.default(value, fallback, hint, span),
            ExprKind::Is(value, status) => {
                let value = self.lower(value, None);
                node(Op::Is(Box::new(value), *status), Type::Truth, span)
            }
            ExprKind::Verdict { promise, breached, pattern } => {
                self.verdict(promise, *breached, pattern.as_ref(), span)
            }
            ExprKind::Where(..) | ExprKind::Lasting(..) | ExprKind::Distinct(..) => self.rows_postfix(expr),
            ExprKind::Ordered { rows, key, descending } => self.in_order(rows, key, *descending, span),
            ExprKind::Except(left, right) => self.except(left, right, span),
            ExprKind::Of(left, right) => self.of(left, right, span),
            ExprKind::Over(inner, window) if let Some(paid) = self.paid_over(inner, window, span) => paid,
            ExprKind::Over(inner, window) => {
                let inner = self.lower(inner, hint);
                let window = self.window(window, span);
                self.over_nothing(&inner);
                self.over_several(&inner, &window);
                let ty = inner.ty.clone();
                node(Op::Over(Box::new(inner), Box::new(window)), ty, span)
            }
            ExprKind::At(date, time) => self.at_time(date, time, span),
            ExprKind::If(condition, yes, no) => self.conditional(condition, yes, no, hint, span),
            ExprKind::By(..) | ExprKind::Ladder(..) | ExprKind::AsOf(..) => self.table(expr, hint),
            ExprKind::Hours(spec) => self.hours(spec, span),
            ExprKind::Holidays { name, years, days } => self.holidays(name, *years, days, span),
            ExprKind::ForEach(name, list, body) => self.for_each(name, list, body, span),
            ExprKind::Carry { carried, start, name, list, body } => {
                let start = self.lower(start, hint);
                self.carry(carried, start, (name, list), body, span)
            }
            ExprKind::ForGrid(step, body) => {
                let step = self.lower_as(step, &Type::Scalar(Unit::time()));
                let body = self.lower(body, None);
                let ty = Type::List(Box::new(body.ty.clone()));
                node(Op::ForGrid(Box::new(step), Box::new(body)), ty, span)
            }
            ExprKind::Quantified(quantifier, name, list, body) => {
                self.quantified(quantifier, name, list, body, span)
            }
            ExprKind::Slices(step, predicate) => {
                let step = self.lower_as(step, &Type::Scalar(Unit::time()));
                let predicate = self.lower_as(predicate, &Type::Truth);
                node(Op::Slices(Box::new(step), Box::new(predicate)), Type::Timeline, span)
            }
            ExprKind::Call(name, arguments) => self.call(name, arguments, span),
            ExprKind::List(items) => self.list(items, hint, span),
            ExprKind::Windows(window) => self.window_value(window, span),
            ExprKind::CalendarParts(unit, window) => self.calendar_parts(*unit, window, span),
            ExprKind::Broken => broken(span),
        }
    }

    /// Understands an expression that must have this type.
    pub(crate) fn lower_as(&mut self, expr: &Expr, wanted: &Type) -> Node {
        let node = self.lower(expr, Some(wanted));
        self.coerce(node, wanted)
    }

    /// The node as `wanted`, or an error.
    pub(crate) fn coerce(&mut self, node: Node, wanted: &Type) -> Node {
        if node.ty == *wanted || matches!(node.ty, Type::Unknown) || matches!(wanted, Type::Unknown) {
            return node;
        }
        match (&node.ty, wanted) {
            (Type::Scalar(_), Type::Scalar(unit)) if is_zero(&node) => {
                quantity(Quantity { value: Ratio::ZERO, unit: unit.clone() }, node.span)
            }
            (Type::Period, Type::Scalar(unit)) if unit.is_time() => self.period_as_duration(node),
            (_, Type::Timeline) => self.as_timeline(node),
            (Type::Date, Type::Instant) => start_of_day(node),
            (Type::Text, Type::OneOf(words)) => self.word(node, words),
            (Type::OneOf(_), Type::Text) => node,
            (Type::OneOf(left), Type::OneOf(right)) if left.iter().any(|it| right.contains(it)) => node,
            (Type::List(found), Type::List(wanted)) if same_items(found, wanted) => node,
            (_, Type::Truth) if matches!(node.ty, Type::Timeline | Type::Rows(_)) => {
                let found = self.show_type(&node.ty);
                self.error(
                    "E0120",
                    node.span,
                    format!("expected a truth, found {}", found.0),
                    format!("此处应为真值，却是{}", found.1),
                    (
                        "compare it: `count(…) > 0`, `length(…) > 0 s`, or `INSTANT in …`",
                        "请与某值比较：`count(…) > 0`、`length(…) > 0 s` 或 `时刻 in …`",
                    ),
                );
                broken(node.span)
            }
            _ => {
                let shown = self.show_type(wanted);
                self.mismatch(&node, (&shown.0, &shown.1));
                broken(node.span)
            }
        }
    }

    /// A text written out where a word is wanted must be one of the words.
    fn word(&mut self, node: Node, words: &Arc<[String]>) -> Node {
        match &node.op {
            Op::Literal(Literal::Text(text)) if !words.iter().any(|it| **it == **text) => {
                let help = words_help(text, words);
                self.error(
                    "E0116",
                    node.span,
                    format!("`{text}` is not one of the words allowed here"),
                    format!("`{text}` 不是此处允许的词"),
                    (&help.0, &help.1),
                );
                broken(node.span)
            }
            _ => node,
        }
    }

    fn period_as_duration(&mut self, node: Node) -> Node {
        match &node.op {
            Op::Literal(Literal::Period(period)) if period.months == 0 => {
                let seconds = Ratio::int(i128::from(period.days) * 86_400);
                quantity(Quantity::seconds(seconds), node.span)
            }
            _ => {
                self.error(
                    "E0112",
                    node.span,
                    "a month has no fixed length, so it is no duration",
                    "月没有固定长度，不能作为时长",
                    (
                        "write days or hours, or add the period to a date",
                        "请写天数或小时数，或将其加到日期上",
                    ),
                );
                broken(node.span)
            }
        }
    }

    fn negation(&mut self, inner: &Expr, span: Span) -> Node {
        let inner = self.lower(inner, None);
        if matches!(inner.ty, Type::Truth | Type::Unknown) {
            return node(Op::Not(Box::new(inner)), Type::Truth, span);
        }
        let inner = self.as_timeline(inner);
        node(Op::Complement(Box::new(inner)), Type::Timeline, span)
    }

    fn default(&mut self, value: &Expr, fallback: &Expr, hint: Option<&Type>, span: Span) -> Node {
        let value = self.lower(value, hint);
        let ty = value.ty.clone();
        let fallback = self.lower_as(fallback, &ty);
        node(Op::Default(Box::new(value), Box::new(fallback)), ty, span)
    }

    fn conditional(
        &mut self,
        condition: &Expr,
        yes: &Expr,
        no: &Expr,
        hint: Option<&Type>,
        span: Span,
    ) -> Node {
        let condition = self.lower_as(condition, &Type::Truth);
        let yes = self.lower(yes, hint);
        let no = self.lower(no, hint.or(Some(&yes.ty.clone())));
        let (yes, no) = self.same_type(yes, no);
        let ty = yes.ty.clone();
        node(Op::If(Box::new(condition), Box::new(yes), Box::new(no)), ty, span)
    }

    /// Two results made of one type, zeros taking the other's unit.
    pub(crate) fn same_type(&mut self, left: Node, right: Node) -> (Node, Node) {
        if is_zero(&left) && !is_zero(&right) {
            let ty = right.ty.clone();
            return (self.coerce(left, &ty), right);
        }
        let ty = left.ty.clone();
        let right = self.coerce(right, &ty);
        (left, right)
    }

    fn verdict(
        &mut self,
        promise: &Expr,
        breached: bool,
        pattern: Option<&(Box<Expr>, Box<Expr>)>,
        span: Span,
    ) -> Node {
        let promise = self.lower(promise, None);
        let Op::Item(id, slot) = promise.op else {
            let named = match &promise.op {
                Op::ItemFor(id, _) => self
                    .items
                    .get(id.0)
                    .is_some_and(|it| matches!(it.kind, ItemKind::Promise | ItemKind::Duty)),
                op => matches!(op, Op::Over(..)) && promise.ty == Type::Truth,
            };
            if named && pattern.is_none() {
                return if breached { node(Op::Not(Box::new(promise)), Type::Truth, span) } else { promise };
            }
            self.mismatch(&promise, ("the name of a promise", "承诺的名称"));
            return broken(span);
        };
        let is_promise =
            self.items.get(id.0).is_some_and(|it| matches!(it.kind, ItemKind::Promise | ItemKind::Duty));
        if !is_promise {
            self.mismatch(&promise, ("the name of a promise", "承诺的名称"));
            return broken(span);
        }
        match pattern {
            None if breached => node(Op::Not(Box::new(promise)), Type::Truth, span),
            None => promise,
            Some((least, out_of)) => {
                let least = Box::new(self.lower_as(least, &Type::Scalar(Unit::none())));
                let out_of = Box::new(self.lower_as(out_of, &Type::Scalar(Unit::none())));
                node(Op::Pattern { promise: id, slot, breached, least, out_of }, Type::Truth, span)
            }
        }
    }
}

/// Whether lists of these items may stand for each other.
pub(crate) fn same_items(found: &Type, wanted: &Type) -> bool {
    let words = |it: &Type| matches!(it, Type::Text | Type::OneOf(_));
    found == wanted || *found == Type::Unknown || *wanted == Type::Unknown || (words(found) && words(wanted))
}

/// A node.
pub(crate) fn node(op: Op, ty: Type, span: Span) -> Node {
    Node { op, ty, span }
}

/// A constant.
pub(crate) fn literal(value: Literal, ty: Type, span: Span) -> Node {
    node(Op::Literal(value), ty, span)
}

/// A constant number with its unit.
pub(crate) fn quantity(value: Quantity, span: Span) -> Node {
    let ty = Type::Scalar(value.unit.clone());
    literal(Literal::Quantity(value), ty, span)
}

/// A place where an error was reported.
pub(crate) fn broken(span: Span) -> Node {
    node(Op::Broken, Type::Unknown, span)
}

/// The first instant of a date.
pub(crate) fn start_of_day(date: Node) -> Node {
    let span = date.span;
    node(Op::Call(Function::StartOfDay, vec![date]), Type::Instant, span)
}

/// The date of an instant.
pub(crate) fn date_of(instant: Node) -> Node {
    let span = instant.span;
    node(Op::Call(Function::DateOf, vec![instant]), Type::Date, span)
}

/// A literal zero without a unit fits any unit.
pub(crate) fn is_zero(node: &Node) -> bool {
    matches!(&node.op, Op::Literal(Literal::Quantity(it)) if it.value.is_zero() && it.unit.is_none())
}
