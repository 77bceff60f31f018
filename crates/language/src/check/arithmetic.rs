//! Operators: what may be added, compared, joined; units multiply and divide.

use std::cmp::Ordering;

use quantity::{Quantity, Ratio, Unit};

use super::Checker;
use super::lower::{broken, is_zero, node, same_items, start_of_day};
use crate::contract::{BandNode, Compare, Literal, Node, Op, RowType, Type};
use crate::syntax::ast::{Band, Binary, Edge, Expr, ExprKind};
use crate::syntax::token::Span;

impl Checker<'_> {
    pub(crate) fn negate(&mut self, inner: &Expr, span: Span) -> Node {
        let inner = self.lower(inner, None);
        match &inner.ty {
            Type::Scalar(_) => {
                let ty = inner.ty.clone();
                node(Op::Negate(Box::new(inner)), ty, span)
            }
            _ => {
                self.mismatch(&inner, ("a number", "数字"));
                broken(span)
            }
        }
    }

    pub(crate) fn binary(&mut self, expr: &Expr, hint: Option<&Type>) -> Node {
        let ExprKind::Binary(operator, left, right) = &expr.kind else { return broken(expr.span) };
        let left = self.lower(left, hint);
        let right =
            self.lower(right, hint.filter(|_| !matches!(operator, Binary::Multiply | Binary::Divide)));
        if matches!(left.ty, Type::Unknown) || matches!(right.ty, Type::Unknown) {
            return broken(expr.span);
        }
        match operator {
            Binary::And | Binary::Or => self.join(*operator, left, right, expr.span),
            Binary::Add => self.add(left, right, expr.span),
            Binary::Subtract => self.subtract(left, right, expr.span),
            Binary::Multiply | Binary::Divide => self.scale(*operator, left, right, expr.span),
        }
    }

    fn join(&mut self, operator: Binary, left: Node, right: Node, span: Span) -> Node {
        let and = operator == Binary::And;
        if left.ty == Type::Truth || right.ty == Type::Truth {
            let left = Box::new(self.coerce(left, &Type::Truth));
            let right = Box::new(self.coerce(right, &Type::Truth));
            return node(if and { Op::And(left, right) } else { Op::Or(left, right) }, Type::Truth, span);
        }
        if and && let Some(within) = self.series_within(&left, &right, span) {
            return within;
        }
        let left = Box::new(self.as_timeline(left));
        let right = Box::new(self.as_timeline(right));
        node(if and { Op::Intersect(left, right) } else { Op::Union(left, right) }, Type::Timeline, span)
    }

    /// `SERIES and TIMELINE`: the series there, zero elsewhere.
    fn series_within(&mut self, left: &Node, right: &Node, span: Span) -> Option<Node> {
        let (series, other) = match (&left.ty, &right.ty) {
            (Type::Series(_), _) => (left, right),
            (_, Type::Series(_)) => (right, left),
            _ => return None,
        };
        let timeline = self.as_timeline(other.clone());
        Some(node(Op::Within(Box::new(series.clone()), Box::new(timeline)), series.ty.clone(), span))
    }

    /// `SERIES - TIMELINE`: what is taken away is sought only where the series is not zero.
    fn series_without(&mut self, series: Node, taken: Node, span: Span) -> Node {
        let (Type::Series(unit), at) = (&series.ty, series.span) else { return broken(span) };
        let zero = super::lower::quantity(Quantity { value: Ratio::ZERO, unit: unit.clone() }, at);
        let present = node(
            Op::SeriesCompare(Compare::NotEqual, Box::new(series.clone()), Box::new(zero)),
            Type::Timeline,
            at,
        );
        let left = self.subtract(present, taken, span);
        let ty = series.ty.clone();
        node(Op::Within(Box::new(series), Box::new(left)), ty, span)
    }

    fn add(&mut self, left: Node, right: Node, span: Span) -> Node {
        if let Some(shifted) = self.shift(&left, &right, false, span) {
            return shifted;
        }
        match (&left.ty, &right.ty) {
            (Type::Scalar(_) | Type::Period, Type::Instant | Type::Date) => self.add(right, left, span),
            (Type::Text | Type::OneOf(_), Type::Text | Type::OneOf(_)) => {
                node(Op::Add(Box::new(left), Box::new(right)), Type::Text, span)
            }
            _ => self.same_unit(Op::Add, left, right, span),
        }
    }

    /// Instant or date plus or minus a duration, a period, a clock, or working days.
    fn shift(&mut self, left: &Node, right: &Node, back: bool, span: Span) -> Option<Node> {
        let ty = match (&left.ty, &right.ty) {
            (Type::Instant, Type::Scalar(unit)) if unit.is_time() => Type::Instant,
            (Type::Instant, Type::Period) => Type::Instant,
            (Type::Instant, Type::Clock) if !back => Type::Instant,
            (Type::Date, Type::Period) => Type::Date,
            (Type::Instant | Type::Date, Type::WorkingDays) if matches!(right.op, Op::Working(..)) => {
                Type::Date
            }
            (Type::Instant | Type::Date, Type::WorkingDays) => {
                self.error(
                    "E0121",
                    right.span,
                    "working days need a calendar",
                    "工作日需要指明日历",
                    ("write `5 working days of cn`", "请写 `5 working days of cn`"),
                );
                return Some(broken(span));
            }
            (Type::Date, Type::Scalar(unit)) if unit.is_time() => {
                self.error(
                    "E0122",
                    right.span,
                    "a date moves by calendar days, not by hours",
                    "日期只能按日历天数移动，不能按小时",
                    ("write `30 days`, or begin with an instant", "请写 `30 days`，或改用时刻"),
                );
                return Some(broken(span));
            }
            _ => return None,
        };
        Some(node(Op::Shift(Box::new(left.clone()), Box::new(right.clone()), back), ty, span))
    }

    fn subtract(&mut self, left: Node, right: Node, span: Span) -> Node {
        if let Some(shifted) = self.shift(&left, &right, true, span) {
            return shifted;
        }
        match (&left.ty, &right.ty) {
            (Type::Instant | Type::Date, Type::Instant | Type::Date) => {
                let left = if left.ty == Type::Date { start_of_day(left) } else { left };
                let right = if right.ty == Type::Date { start_of_day(right) } else { right };
                node(Op::Elapsed(Box::new(left), Box::new(right)), Type::Scalar(Unit::time()), span)
            }
            (Type::Rows(RowType::Fact(fact)), _)
                if matches!(right.op, Op::Excluded) && !self.is_span(*fact) =>
            {
                let ty = left.ty.clone();
                self.about_subjects(node(Op::ExcludeRows(Box::new(left)), ty, span))
            }
            (Type::Series(_), Type::Rows(_) | Type::Timeline | Type::Hours | Type::Window) => {
                self.series_without(left, right, span)
            }
            (Type::Rows(_) | Type::Timeline | Type::Hours | Type::Window, _) => {
                let left = Box::new(self.as_timeline(left));
                if matches!(right.op, Op::Excluded) {
                    return self.about_subjects(node(Op::Exclude(left), Type::Timeline, span));
                }
                let right = Box::new(self.as_timeline(right));
                node(Op::Minus(left, right), Type::Timeline, span)
            }
            _ => self.same_unit(Op::Subtract, left, right, span),
        }
    }

    /// Exclusions `per S` are those of the subject the rule is about.
    fn about_subjects(&self, mut excluding: Node) -> Node {
        for subject in self.exclusion_subjects() {
            if let Some(slot) = self.scope.iter().rposition(|it| it.subject == Some(subject)) {
                let (ty, span) = (excluding.ty.clone(), excluding.span);
                excluding = node(Op::About(subject, slot, Box::new(excluding)), ty, span);
            }
        }
        excluding
    }

    fn same_unit(
        &mut self,
        build: fn(Box<Node>, Box<Node>) -> Op,
        left: Node,
        right: Node,
        span: Span,
    ) -> Node {
        let left = self.period_to_duration_beside(left, &right);
        let right = self.period_to_duration_beside(right, &left);
        let (left, right) = if is_zero(&left) { self.same_type(left, right) } else { (left, right) };
        match (&left.ty, &right.ty) {
            (Type::Scalar(a), Type::Scalar(b)) if a == b || is_zero(&right) => {
                let ty = left.ty.clone();
                let right = self.coerce(right, &ty);
                node(build(Box::new(left), Box::new(right)), ty, span)
            }
            (Type::Scalar(_), Type::Scalar(_)) => {
                let (a, b) = (self.show_type(&left.ty), self.show_type(&right.ty));
                self.error(
                    "E0123",
                    span,
                    format!("{} and {} cannot be added or subtracted", a.0, b.0),
                    format!("{}与{}不能相加减", a.1, b.1),
                    ("both sides need the same unit", "两边的单位必须相同"),
                );
                broken(span)
            }
            (Type::Series(_), Type::Series(_)) => {
                let ty = left.ty.clone();
                node(build(Box::new(left), Box::new(right)), ty, span)
            }
            _ => {
                let (a, b) = (self.show_type(&left.ty), self.show_type(&right.ty));
                let help = match (&left.ty, &right.ty) {
                    (Type::Period, Type::Period) => (
                        "add one after the other to a date: `cycle.until + 1 month + 2 days`",
                        "请依次加到日期上：`cycle.until + 1 month + 2 days`",
                    ),
                    (Type::Instant, Type::Clock) => {
                        ("opening hours are counted forwards only", "服务时段只能向后计算")
                    }
                    (Type::Instant | Type::Date, _) => (
                        "an instant is moved by a duration, `+ 30 min`, or by a calendar period, `+ 30 days`",
                        "时刻可加减时长（`+ 30 min`）或日历期间（`+ 30 days`）",
                    ),
                    (Type::Rows(_), Type::Rows(_)) => (
                        "timelines are joined with `or`; records are added up with `sum(… of …)`",
                        "时间线用 `or` 合并；记录用 `sum(… of …)` 求和",
                    ),
                    _ => ("both sides need to be numbers of the same unit", "两边须为同一单位的数值"),
                };
                self.error(
                    "E0123",
                    span,
                    format!("{} and {} cannot be added or subtracted", a.0, b.0),
                    format!("{}与{}不能相加减", a.1, b.1),
                    help,
                );
                broken(span)
            }
        }
    }

    /// `30 days` beside a duration is thirty times 24 hours.
    pub(crate) fn period_to_duration_beside(&mut self, node: Node, other: &Node) -> Node {
        let beside_time = matches!(&other.ty, Type::Scalar(unit) if unit.is_time());
        if node.ty == Type::Period && beside_time {
            self.coerce(node, &Type::Scalar(Unit::time()))
        } else {
            node
        }
    }

    fn scale(&mut self, operator: Binary, left: Node, right: Node, span: Span) -> Node {
        let time = Type::Scalar(Unit::time());
        let left = if left.ty == Type::Period { self.coerce(left, &time) } else { left };
        let right = if right.ty == Type::Period { self.coerce(right, &time) } else { right };
        let unit = match (&left.ty, &right.ty, operator) {
            (Type::Scalar(a), Type::Scalar(b), Binary::Divide) => a.div(b),
            (Type::Scalar(a), Type::Scalar(b), _) => a.mul(b),
            (Type::Scalar(_), ..) => {
                self.mismatch(&right, ("a number", "数字"));
                return broken(span);
            }
            _ => {
                self.mismatch(&left, ("a number", "数字"));
                return broken(span);
            }
        };
        let (left, right) = (Box::new(left), Box::new(right));
        let op = if operator == Binary::Divide { Op::Divide(left, right) } else { Op::Multiply(left, right) };
        node(op, Type::Scalar(unit), span)
    }

    pub(crate) fn compare(&mut self, operator: Compare, left: &Expr, right: &Expr, span: Span) -> Node {
        let (left, right) = self.both_sides(left, right);
        let left = self.period_to_duration_beside(left, &right);
        let right = self.period_to_duration_beside(right, &left);
        let (left, right) = if is_zero(&left) { self.same_type(left, right) } else { (left, right) };
        if let (Type::Series(a), Type::Scalar(b)) = (&left.ty, &right.ty) {
            if a != b && !is_zero(&right) {
                return self.incomparable(&left, &right);
            }
            return node(Op::SeriesCompare(operator, Box::new(left), Box::new(right)), Type::Timeline, span);
        }
        if matches!(left.ty, Type::Unknown) || matches!(right.ty, Type::Unknown) {
            return broken(span);
        }
        let ordered =
            matches!(left.ty, Type::Scalar(_) | Type::Instant | Type::Date | Type::Unknown | Type::Text);
        let equality = matches!(operator, Compare::Equal | Compare::NotEqual);
        if !ordered && !equality {
            self.mismatch(
                &left,
                (
                    "something with an order: a number, a date or an instant",
                    "可比较大小的值：数字、日期或时刻",
                ),
            );
            return broken(span);
        }
        let (left, right) = self.comparable(left, right);
        node(Op::Compare(operator, Box::new(left), Box::new(right)), Type::Truth, span)
    }

    /// Each side may tell the other what its symbols mean.
    fn both_sides(&mut self, left: &Expr, right: &Expr) -> (Node, Node) {
        if matches!(left.kind, ExprKind::Name(_)) && !matches!(right.kind, ExprKind::Name(_)) {
            let right = self.lower(right, None);
            let left = self.lower(left, Some(&right.ty.clone()));
            return (left, right);
        }
        let left = self.lower(left, None);
        let right = self.lower(right, Some(&left.ty.clone()));
        (left, right)
    }

    fn comparable(&mut self, left: Node, right: Node) -> (Node, Node) {
        match (&left.ty, &right.ty) {
            (Type::Instant, Type::Date) => (left, start_of_day(right)),
            (Type::Date, Type::Instant) => (start_of_day(left), right),
            (Type::Scalar(a), Type::Scalar(b)) if a != b && !is_zero(&right) => {
                self.incomparable(&left, &right);
                (broken(left.span), broken(right.span))
            }
            _ => {
                let ty = left.ty.clone();
                let right = self.coerce(right, &ty);
                (left, right)
            }
        }
    }

    fn incomparable(&mut self, left: &Node, right: &Node) -> Node {
        let (a, b) = (self.show_type(&left.ty), self.show_type(&right.ty));
        let span = left.span.to(right.span);
        self.error(
            "E0124",
            span,
            format!("{} and {} cannot be compared", a.0, b.0),
            format!("{}与{}无法比较", a.1, b.1),
            ("both sides need the same unit", "两边的单位必须相同"),
        );
        broken(span)
    }

    pub(crate) fn in_band(&mut self, value: &Expr, band: &Band, span: Span) -> Node {
        let value = self.lower(value, None);
        let value = self.ordered(value);
        let ty = value.ty.clone();
        let band = self.band(band, &ty);
        node(Op::InBand(Box::new(value), Box::new(band)), Type::Truth, span)
    }

    pub(crate) fn band(&mut self, band: &Band, ty: &Type) -> BandNode {
        let mut edge =
            |edge: &Option<Edge>| edge.as_ref().map(|it| (self.lower_as(&it.value, ty), it.inclusive));
        let low = edge(&band.low);
        let high = edge(&band.high);
        let band = BandNode { low, high, span: band.span };
        if is_empty(&band) {
            self.error(
                "E0138",
                band.span,
                "nothing lies in this band",
                "此区间为空",
                ("write the lower edge first: `[95%, 99%)`", "请先写较小的边界：`[95%, 99%)`"),
            );
        }
        band
    }

    /// `X in (a, b)`, `X in LIST`, `INSTANT in TIMELINE`.
    pub(crate) fn in_set(&mut self, value: &Expr, set: &Expr, span: Span) -> Node {
        let value = self.lower(value, None);
        let set = self.lower(set, Some(&value.ty.clone()));
        let value = if value.ty == Type::Date && !matches!(set.ty, Type::List(_)) {
            start_of_day(value)
        } else {
            value
        };
        match (&value.ty, &set.ty) {
            (Type::Unknown, _) | (_, Type::Unknown) => broken(span),
            (_, Type::List(inner)) if same_items(inner, &value.ty) => {
                node(Op::InList(Box::new(value), Box::new(set)), Type::Truth, span)
            }
            (_, Type::List(_)) => {
                let (a, b) = (self.show_type(&value.ty), self.show_type(&set.ty));
                self.error(
                    "E0124",
                    span,
                    format!("{} cannot be in {}", a.0, b.0),
                    format!("{}不会在{}之中", a.1, b.1),
                    ("both need the same unit", "两者的单位必须相同"),
                );
                broken(span)
            }
            (Type::Instant, Type::Timeline | Type::Rows(_) | Type::Hours | Type::Window) => {
                let set = self.as_timeline(set);
                node(Op::Inside(Box::new(value), Box::new(set)), Type::Truth, span)
            }
            (Type::OneOf(_) | Type::Text, Type::OneOf(_) | Type::Text) => {
                let ty = Type::List(Box::new(value.ty.clone()));
                let set = node(Op::List(vec![set]), ty, span);
                node(Op::InList(Box::new(value), Box::new(set)), Type::Truth, span)
            }
            (_, Type::Timeline | Type::Rows(_) | Type::Hours | Type::Window) => {
                self.mismatch(&value, ("an instant before `in`", "`in` 之前应为时刻"));
                broken(span)
            }
            _ => {
                self.mismatch(&set, ("a list, a band or a timeline", "列表、区间或时间线"));
                broken(span)
            }
        }
    }

    /// The instants something covers.
    pub(crate) fn as_timeline(&mut self, from: Node) -> Node {
        let span = from.span;
        let boxed = |from: Node| Box::new(from);
        match &from.ty {
            Type::Timeline | Type::Unknown => from,
            Type::Rows(_) => node(Op::Cover(boxed(from)), Type::Timeline, span),
            Type::Hours => node(Op::Open(boxed(from)), Type::Timeline, span),
            Type::Window => node(Op::WindowTimeline(boxed(from)), Type::Timeline, span),
            _ => {
                self.mismatch(&from, ("a timeline, records or hours", "时间线、记录或时段"));
                broken(span)
            }
        }
    }
}

/// Whether the edges of a band, written out, leave nothing between them.
fn is_empty(band: &BandNode) -> bool {
    let (Some((low, low_inside)), Some((high, high_inside))) = (&band.low, &band.high) else { return false };
    let order = match (&low.op, &high.op) {
        (Op::Literal(Literal::Quantity(low)), Op::Literal(Literal::Quantity(high))) => low.cmp(high).ok(),
        (Op::Literal(Literal::Date(low)), Op::Literal(Literal::Date(high))) => Some(low.cmp(high)),
        (Op::Literal(Literal::Instant(low)), Op::Literal(Literal::Instant(high))) => Some(low.cmp(high)),
        _ => None,
    };
    match order {
        Some(Ordering::Greater) => true,
        Some(Ordering::Equal) => !(*low_inside && *high_inside),
        _ => false,
    }
}
