//! Tables: lookups by word, by band, by date.

use quantity::Unit;

use super::Checker;
use super::lower::{broken, is_zero, node};
use super::wording::listed;
use crate::contract::{BandNode, Literal, Node, Op, Type};
use crate::syntax::ast::{Band, Expr, ExprKind, LadderMode};
use crate::syntax::token::Span;

impl Checker<'_> {
    pub(crate) fn table(&mut self, expr: &Expr, hint: Option<&Type>) -> Node {
        match &expr.kind {
            ExprKind::By(key, entries, otherwise) => {
                self.by(key, entries, otherwise.as_deref(), hint, expr.span)
            }
            ExprKind::Ladder(key, mode, entries, otherwise) => {
                self.ladder(key, *mode, entries, otherwise.as_deref(), hint, expr.span)
            }
            ExprKind::AsOf(date, entries) => self.as_of(date, entries, hint, expr.span),
            _ => broken(expr.span),
        }
    }

    /// The results of a table, all of one type; a bare zero takes the type of the others.
    fn results<'e>(
        &mut self,
        results: impl Iterator<Item = &'e Expr>,
        hint: Option<&Type>,
    ) -> (Vec<Node>, Type) {
        let mut nodes: Vec<Node> = Vec::new();
        for expr in results {
            let found = nodes.first().map(|it: &Node| it.ty.clone());
            nodes.push(self.lower(expr, hint.or(found.as_ref())));
        }
        let ty = nodes
            .iter()
            .find(|it| !is_zero(it) && it.ty != Type::Unknown)
            .or(nodes.first())
            .map_or(Type::Unknown, |it| it.ty.clone());
        let rows = nodes.iter().any(|it| matches!(it.ty, Type::Timeline));
        let ty = if rows { Type::Timeline } else { ty };
        let nodes = nodes.into_iter().map(|it| self.coerce(it, &ty)).collect();
        (nodes, ty)
    }

    fn by(
        &mut self,
        key: &Expr,
        entries: &[(Vec<Expr>, Expr)],
        otherwise: Option<&Expr>,
        hint: Option<&Type>,
        span: Span,
    ) -> Node {
        let key = self.lower(key, None);
        let (values, ty) = self.results(entries.iter().map(|(_, it)| it).chain(otherwise), hint);
        let mut values = values.into_iter();
        let mut lowered: Vec<(Vec<Node>, Node)> = Vec::new();
        for (keys, _) in entries {
            let keys = keys.iter().map(|it| self.lower_as(it, &key.ty.clone())).collect();
            lowered.extend(values.next().map(|value| (keys, value)));
        }
        let otherwise = values.next().filter(|_| otherwise.is_some()).map(Box::new);
        self.check_words(&key, &lowered, otherwise.is_some(), span);
        node(Op::By(Box::new(key), lowered, otherwise), ty, span)
    }

    /// No key stands twice, and every word of a one-of should stand once.
    fn check_words(&mut self, key: &Node, entries: &[(Vec<Node>, Node)], has_otherwise: bool, span: Span) {
        let mut seen: Vec<&Literal> = Vec::new();
        for node in entries.iter().flat_map(|(keys, _)| keys) {
            let Op::Literal(literal) = &node.op else { continue };
            if seen.contains(&literal) {
                let word = self.excerpt(node.span);
                self.error(
                    "E0125",
                    node.span,
                    format!("`{word}` stands twice in this table"),
                    format!("`{word}` 在表中出现两次"),
                    ("keep one row", "请只保留一行"),
                );
            }
            seen.push(literal);
        }
        let Type::OneOf(words) = &key.ty else { return };
        let named = |word: &String| seen.iter().any(|it| matches!(it, Literal::Text(it) if **it == **word));
        let missing: Vec<String> = words.iter().filter(|it| !named(it)).cloned().collect();
        if !missing.is_empty() && !has_otherwise {
            let list = listed(&missing, ", ");
            self.warning(
                "W0201",
                span,
                format!("this table has no row for {list}"),
                format!("表中缺少 {list} 的行"),
                ("add a row, or `otherwise:`", "请添加一行，或 `otherwise:`"),
            );
        }
    }

    fn ladder(
        &mut self,
        key: &Expr,
        mode: LadderMode,
        entries: &[(Band, Expr)],
        otherwise: Option<&Expr>,
        hint: Option<&Type>,
        span: Span,
    ) -> Node {
        let key = self.lower(key, None);
        let key = self.ordered(key);
        let (values, ty) = self.results(entries.iter().map(|(_, it)| it).chain(otherwise), hint);
        let mut values = values.into_iter();
        let mut lowered: Vec<(BandNode, Node)> = Vec::new();
        for (band, _) in entries {
            let band = self.band(band, &key.ty.clone());
            lowered.extend(values.next().map(|value| (band, value)));
        }
        let otherwise = values.next().filter(|_| otherwise.is_some()).map(Box::new);
        node(Op::Ladder(Box::new(key), mode, lowered, otherwise), ty, span)
    }

    /// What bands are laid over has an order.
    pub(crate) fn ordered(&mut self, key: Node) -> Node {
        match key.ty {
            Type::Scalar(_) | Type::Date | Type::Instant | Type::Unknown => key,
            Type::Period => self.coerce(key, &Type::Scalar(Unit::time())),
            _ => {
                self.mismatch(
                    &key,
                    (
                        "something with an order: a number, a date or an instant",
                        "可比较大小的值：数字、日期或时刻",
                    ),
                );
                broken(key.span)
            }
        }
    }

    fn as_of(&mut self, date: &Expr, entries: &[(Expr, Expr)], hint: Option<&Type>, span: Span) -> Node {
        let date = self.lower_date(date);
        let (values, ty) = self.results(entries.iter().map(|(_, it)| it), hint);
        let mut lowered = Vec::new();
        for ((key, _), value) in entries.iter().zip(values) {
            let found = self.lower(key, None);
            let day = match found.op {
                Op::Literal(Literal::Date(day)) => day,
                _ if found.ty == Type::Unknown => continue,
                _ => {
                    let shown = self.show_type(&found.ty);
                    self.error(
                        "E0126",
                        key.span,
                        format!("expected a date written out, found {}", shown.0),
                        format!("此处应为写明的日期，却是{}", shown.1),
                        ("write `2026-04-15:`", "请写 `2026-04-15:`"),
                    );
                    continue;
                }
            };
            if lowered.last().is_some_and(|(before, _)| *before >= day) {
                self.error(
                    "E0127",
                    key.span,
                    "this date is not later than the one before",
                    "此日期不晚于前一个日期",
                    ("put the earliest text first", "请将最早的文本放在最前"),
                );
            }
            lowered.push((day, value));
        }
        node(Op::AsOf(Box::new(date), lowered), ty, span)
    }
}
