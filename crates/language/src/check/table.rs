//! Tables: lookups by word, by band, by date.

use super::Checker;
use super::lower::{broken, is_zero, node};
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

    /// Every word of a one-of should stand once.
    fn check_words(&mut self, key: &Node, entries: &[(Vec<Node>, Node)], has_otherwise: bool, span: Span) {
        let Type::OneOf(words) = &key.ty else { return };
        let mut seen: Vec<String> = Vec::new();
        for node in entries.iter().flat_map(|(keys, _)| keys) {
            if let Op::Literal(Literal::Text(word)) = &node.op {
                if seen.iter().any(|it| **it == **word) {
                    self.error(
                        "E0125",
                        node.span,
                        format!("`{word}` stands twice in this table"),
                        format!("`{word}` 在表中出现两次"),
                        ("keep one row", "请只保留一行"),
                    );
                }
                seen.push(word.to_string());
            }
        }
        let missing: Vec<String> = words.iter().filter(|it| !seen.contains(it)).cloned().collect();
        if !missing.is_empty() && !has_otherwise {
            let list = missing.join(", ");
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

    fn as_of(&mut self, date: &Expr, entries: &[(Expr, Expr)], hint: Option<&Type>, span: Span) -> Node {
        let date = self.lower_date(date);
        let (values, ty) = self.results(entries.iter().map(|(_, it)| it), hint);
        let mut lowered = Vec::new();
        for ((key, _), value) in entries.iter().zip(values) {
            match self.lower(key, None).op {
                Op::Literal(Literal::Date(day)) => lowered.push((day, value)),
                _ => self.error(
                    "E0126",
                    key.span,
                    "expected a date",
                    "此处应为日期",
                    ("write `2026-04-15:`", "请写 `2026-04-15:`"),
                ),
            }
        }
        if lowered.windows(2).any(|it| matches!(it, [a, b] if a.0 >= b.0)) {
            self.error(
                "E0127",
                span,
                "the dates of this table do not ascend",
                "表中的日期没有递增",
                ("put the earliest text first", "请将最早的文本放在最前"),
            );
        }
        node(Op::AsOf(Box::new(date), lowered), ty, span)
    }
}
