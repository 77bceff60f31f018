//! Rows: filters, subjects, lengths, distinct keys.

use quantity::Unit;

use super::Checker;
use super::lower::{broken, node};
use super::scope::Variable;
use crate::contract::{ItemId, ItemKind, Node, Op, RowType, Type};
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::token::Span;

impl Checker<'_> {
    /// Whether a fact is a span.
    pub(crate) fn is_span(&self, fact: usize) -> bool {
        self.schema.facts.get(fact).is_some_and(|it| it.kind == evidence::FactKind::Span)
    }

    /// Reads `body` with the fields of a row in scope; gives the slot of the row.
    pub(crate) fn in_row<T>(&mut self, row: RowType, read: impl FnOnce(&mut Self) -> T) -> (usize, T) {
        let slot = self.scope.len();
        self.scope.push(Variable { name: None, ty: Type::Row(row), subject: None });
        let value = read(self);
        self.scope.truncate(slot);
        (slot, value)
    }

    /// The names of a row's attributes.
    pub(crate) fn field_names(&self, row: RowType) -> Vec<String> {
        let fact = match row {
            RowType::Fact(fact) => self.schema.facts.get(fact),
            RowType::Run => None,
        };
        fact.map_or_else(Vec::new, |it| it.attributes.iter().map(|it| it.name.clone()).collect())
    }

    pub(crate) fn rows_postfix(&mut self, expr: &Expr) -> Node {
        match &expr.kind {
            ExprKind::Where(rows, predicate) => {
                let rows = self.lower(rows, None);
                self.filtered(rows, predicate, expr.span)
            }
            ExprKind::Lasting(inner, operator, length) => {
                let inner = self.lower(inner, None);
                let length = self.lower_as(length, &Type::Scalar(Unit::time()));
                if matches!(inner.ty, Type::Rows(_)) {
                    let ty = inner.ty.clone();
                    return node(
                        Op::LastingRows(Box::new(inner), *operator, Box::new(length)),
                        ty,
                        expr.span,
                    );
                }
                let inner = self.as_timeline(inner);
                node(Op::Lasting(Box::new(inner), *operator, Box::new(length)), Type::Timeline, expr.span)
            }
            ExprKind::Distinct(rows, names) => {
                let rows = self.lower(rows, None);
                let Type::Rows(row) = rows.ty else {
                    self.mismatch(&rows, ("records", "记录"));
                    return broken(expr.span);
                };
                let mut fields = Vec::new();
                for name in names {
                    match self.row_field(row, &name.text) {
                        Some((field, _)) => fields.push(field),
                        None => self.unknown_name(name, &self.field_names(row)),
                    }
                }
                let ty = rows.ty.clone();
                node(Op::Distinct(Box::new(rows), fields), ty, expr.span)
            }
            _ => broken(expr.span),
        }
    }

    /// Rows that satisfy a predicate.
    pub(crate) fn filtered(&mut self, rows: Node, predicate: &Expr, span: Span) -> Node {
        let Type::Rows(row) = rows.ty else {
            let shown = self.show_type(&rows.ty);
            if rows.ty != Type::Unknown {
                self.error(
                    "E0120",
                    rows.span,
                    format!("expected records before `where`, found {}", shown.0),
                    format!("`where` 之前应为记录，却是{}", shown.1),
                    (
                        "two conditions are joined with `and`, not with a second `where`",
                        "两个条件用 `and` 连接，不能再写一个 `where`",
                    ),
                );
            }
            return broken(span);
        };
        let (slot, predicate) = self.in_row(row, |it| it.lower_as(predicate, &Type::Truth));
        let ty = rows.ty.clone();
        node(Op::Where(Box::new(rows), slot, Box::new(predicate)), ty, span)
    }

    /// `ROWS ordered by E`: E is something that comes before or after.
    pub(super) fn in_order(&mut self, rows: &Expr, key: &Expr, descending: bool, span: Span) -> Node {
        let rows = self.lower(rows, None);
        let Type::Rows(row) = rows.ty else {
            self.mismatch(&rows, ("records before `ordered by`", "`ordered by` 之前应为记录"));
            return broken(span);
        };
        let (slot, key) = self.in_row(row, |it| it.lower(key, None));
        let key = match &key.ty {
            Type::Text => key,
            Type::OneOf(words) => {
                self.no_order(&key, &words.clone());
                broken(key.span)
            }
            _ => self.ordered(key),
        };
        let ty = rows.ty.clone();
        node(Op::Ordered { rows: Box::new(rows), slot, key: Box::new(key), descending }, ty, span)
    }

    /// Words come in no order unless the contract gives them one.
    fn no_order(&mut self, key: &Node, words: &[String]) {
        let ranks = words.iter().take(2).zip(1..).map(|(word, rank)| format!("{word}: {rank}"));
        let ranks = ranks.collect::<Vec<_>>().join(", ");
        let form = format!("ordered by (by {} {{ {ranks} … }})", self.excerpt(key.span));
        self.error(
            "E0120",
            key.span,
            "expected something with an order, found words",
            "此处应为可比较大小的值，却是若干词",
            (&format!("say which comes first: `{form}`"), &format!("请写明先后：`{form}`")),
        );
    }

    /// `ROWS except ROWS`, of one kind.
    pub(super) fn except(&mut self, left: &Expr, right: &Expr, span: Span) -> Node {
        let (left, right) = (self.lower(left, None), self.lower(right, None));
        if matches!(left.ty, Type::Unknown) || matches!(right.ty, Type::Unknown) {
            return broken(span);
        }
        let odd = if matches!(left.ty, Type::Rows(_)) { &right } else { &left };
        if left.ty != right.ty || !matches!(left.ty, Type::Rows(_)) {
            let (found, at) = (self.show_type(&odd.ty), odd.span);
            let wanted = match left.ty {
                Type::Rows(_) => self.show_type(&left.ty),
                _ => ("records".to_owned(), "记录".to_owned()),
            };
            self.error(
                "E0120",
                at,
                format!("expected {}, found {}", wanted.0, found.0),
                format!("此处应为{}，却是{}", wanted.1, found.1),
                (
                    "`except` leaves out records of the same fact; time is taken away with `-`",
                    "`except` 去除同一事实的记录；去除时间请用 `-`",
                ),
            );
            return broken(span);
        }
        let ty = left.ty.clone();
        node(Op::Except(Box::new(left), Box::new(right)), ty, span)
    }

    /// `8 h of HOURS`, `5 working days of CAL`, `ROWS of SUBJECT`, `NAME of SUBJECT`.
    pub(crate) fn of(&mut self, left: &Expr, right: &Expr, span: Span) -> Node {
        let per_subject = self.named_per_subject(left, span);
        let right = self.lower(right, per_subject.as_ref().map(|_| &Type::Text));
        if let Some((id, ty, of)) = per_subject.filter(|(_, _, of)| *of == right.ty || !is_clock(&right.ty)) {
            let subject =
                if of == Type::Window && right.ty == of { right } else { self.coerce(right, &Type::Text) };
            return node(Op::ItemFor(id, Box::new(subject)), ty, span);
        }
        let left = self.lower(left, None);
        match (&left.ty, &right.ty) {
            (Type::Unknown, _) | (_, Type::Unknown) => broken(span),
            (Type::Scalar(unit), Type::Hours) if unit.is_time() => {
                node(Op::Clock(Box::new(left), Box::new(right)), Type::Clock, span)
            }
            (Type::Scalar(unit), Type::Timeline | Type::Rows(_) | Type::Window) if unit.is_time() => {
                let right = self.as_timeline(right);
                node(Op::Clock(Box::new(left), Box::new(right)), Type::Clock, span)
            }
            (Type::WorkingDays, Type::Calendar) => {
                node(Op::Working(Box::new(left), Box::new(right)), Type::WorkingDays, span)
            }
            (Type::Rows(_), Type::Text | Type::OneOf(_)) => {
                let ty = left.ty.clone();
                node(Op::OfSubject(Box::new(left), Box::new(right)), ty, span)
            }
            (Type::Scalar(a), Type::Scalar(b)) if a.is_none() => {
                let unit = a.mul(b);
                node(Op::Multiply(Box::new(left), Box::new(right)), Type::Scalar(unit), span)
            }
            _ => {
                self.mismatch(
                    &right,
                    ("hours, a calendar, or a subject after `of`", "`of` 之后应为时段、日历或对象"),
                );
                broken(span)
            }
        }
    }

    /// A rule per subject: `NAME of SUBJECT` is its value for a subject that is named. Its type, and that of the subject.
    fn named_per_subject(&mut self, left: &Expr, span: Span) -> Option<(ItemId, Type, Type)> {
        let ExprKind::Name(name) = &left.kind else { return None };
        let id = self.find_item(name)?;
        if self.items.get(id.0)?.kind == ItemKind::Subject
            || self.scope.iter().any(|it| it.name.as_deref() == Some(name))
        {
            return None;
        }
        let (ty, per) = self.item_type(id, span);
        let of = self.member_type(per?, span);
        Some((id, ty, of))
    }

    /// What the members of a subject are.
    pub(super) fn member_type(&mut self, subject: ItemId, span: Span) -> Type {
        match self.item_type(subject, span).0 {
            Type::List(member) => *member,
            _ => Type::Text,
        }
    }
}

/// Whether a duration `of` this is a clock, so that `target of office` names no subject.
fn is_clock(ty: &Type) -> bool {
    matches!(ty, Type::Hours | Type::Timeline | Type::Rows(_) | Type::Window | Type::Calendar)
}
