//! Names: fields of a record, variables, built-ins, items, facts, calendars, and words of a one-of.

use std::sync::Arc;

use quantity::Unit;

use super::Checker;
use super::lower::{broken, literal, node};
use super::wording::words_help;
use crate::contract::{ItemId, ItemKind, Literal, Node, Op, RowField, RowType, Type, WindowName};
use crate::syntax::ast::{Expr, ExprKind, Name};
use crate::syntax::token::Span;

impl Checker<'_> {
    /// A bare name: a field of the row, a variable, a built-in, an item, a fact, a calendar, or a symbol.
    pub(super) fn name(&mut self, name: &str, span: Span, hint: Option<&Type>) -> Node {
        if let Some(node) = self.variable(name, span) {
            return node;
        }
        if let Some(Type::OneOf(words)) = hint
            && words.iter().any(|it| it == name)
        {
            return literal(Literal::Text(Arc::from(name)), Type::OneOf(words.clone()), span);
        }
        if let Some(node) = self.built_in_name(name, span) {
            return node;
        }
        if let Some(id) = self.find_item(name) {
            return self.item_node(id, span);
        }
        if let Some((fact, _)) = self.schema.fact(name) {
            return node(Op::Fact(fact), Type::Rows(RowType::Fact(fact)), span);
        }
        if let Some(calendar) = calendar::HolidayCalendar::builtin(name) {
            return node(Op::Calendar(Arc::new(calendar)), Type::Calendar, span);
        }
        self.symbol_or_unknown(name, span, hint)
    }

    fn symbol_or_unknown(&mut self, name: &str, span: Span, hint: Option<&Type>) -> Node {
        if let Some(Type::OneOf(words)) = hint {
            let words = words.clone();
            let help = words_help(name, &words);
            self.error(
                "E0116",
                span,
                format!("`{name}` is not one of the words allowed here"),
                format!("`{name}` 不是此处允许的词"),
                (&help.0, &help.1),
            );
            return broken(span);
        }
        if self.is_symbol(name) {
            return literal(Literal::Text(Arc::from(name)), Type::Text, span);
        }
        let mut known: Vec<String> = Vec::new();
        if self.guesses() {
            known.extend(self.items.iter().map(|it| it.name.text.clone()));
            known.extend(self.schema.facts.iter().map(|it| it.name.clone()));
            known.extend(self.scope.iter().filter_map(|it| it.name.clone()));
            known.extend(self.fields_in_scope());
        }
        self.unknown_name(&Name { text: name.to_owned(), span }, &known);
        broken(span)
    }

    /// Whether some one-of of the contract has this word.
    fn is_symbol(&self, name: &str) -> bool {
        let params = self.items.iter().filter_map(|it| match &it.progress {
            super::item::Progress::Done(item) => Some(&item.ty),
            _ => None,
        });
        let of_params = params.filter_map(|it| match it {
            Type::OneOf(words) => Some(words),
            _ => None,
        });
        let sets = self.one_ofs.values().chain([&self.plans, &self.cause_names]);
        sets.chain(of_params).any(|words| words.iter().any(|it| it == name))
    }

    /// The record an expression is about: the outermost one.
    pub(super) fn this(&self, span: Span) -> Option<Node> {
        let slot = self.scope.iter().position(|it| it.name.is_none())?;
        self.scope.get(slot).map(|it| node(Op::Variable(slot), it.ty.clone(), span))
    }

    pub(super) fn variable(&mut self, name: &str, span: Span) -> Option<Node> {
        if name == "this" {
            return self.this(span);
        }
        for slot in (0..self.scope.len()).rev() {
            let variable = self.scope.get(slot)?.clone();
            match (&variable.name, &variable.ty) {
                (Some(it), _) if it == name => return Some(node(Op::Variable(slot), variable.ty, span)),
                (None, Type::Row(row)) => {
                    if let Some((field, ty)) = self.row_field(*row, name) {
                        return Some(node(Op::RowField(slot, field), ty, span));
                    }
                    if let Some((id, ty)) = self.derived(*row, name, span) {
                        return Some(node(Op::Item(id, Some(slot)), ty, span));
                    }
                }
                _ => {}
            }
        }
        None
    }

    fn fields_in_scope(&self) -> Vec<String> {
        let rows = self.scope.iter().filter_map(|it| match it.ty {
            Type::Row(RowType::Fact(fact)) => self.schema.facts.get(fact),
            _ => None,
        });
        rows.flat_map(|it| it.attributes.iter().map(|it| it.name.clone())).collect()
    }

    /// The field of a row with this name.
    pub(crate) fn row_field(&self, row: RowType, name: &str) -> Option<(RowField, Type)> {
        let common = match name {
            "from" | "at" => Some((RowField::From, Type::Instant)),
            "until" => Some((RowField::Until, Type::Instant)),
            "length" => Some((RowField::Length, Type::Scalar(Unit::time()))),
            "full_length" => Some((RowField::FullLength, Type::Scalar(Unit::time()))),
            _ => None,
        };
        let RowType::Fact(fact) = row else { return common };
        let schema = self.schema.facts.get(fact)?;
        if let Some(at) = schema.attributes.iter().position(|it| it.name == name) {
            let ty = self.attribute_type(fact, at);
            return Some((RowField::Attribute(at), ty));
        }
        let own = match name {
            "subject" => Some((RowField::Subject, Type::Text)),
            "id" => Some((RowField::Id, Type::Text)),
            "source" => Some((RowField::Source, Type::Text)),
            _ => None,
        };
        own.or(common)
    }

    fn attribute_type(&self, fact: usize, at: usize) -> Type {
        use evidence::AttributeKind as Kind;
        let kind = self.schema.facts.get(fact).and_then(|it| it.attributes.get(at)).map(|it| it.kind.clone());
        match kind {
            Some(Kind::Number) => Type::Scalar(Unit::none()),
            Some(Kind::Money) => {
                self.front.currency.map_or(Type::Unknown, |it| Type::Scalar(Unit::money(it)))
            }
            Some(Kind::Duration) => Type::Scalar(Unit::time()),
            Some(Kind::Unit(unit)) => Type::Scalar(unit),
            Some(Kind::Instant) => Type::Instant,
            Some(Kind::Date) => Type::Date,
            Some(Kind::Text) => Type::Text,
            Some(Kind::Truth) => Type::Truth,
            Some(Kind::OneOf(_) | Kind::Cause(_)) => {
                self.one_ofs.get(&(fact, at)).map_or(Type::Text, |it| Type::OneOf(it.clone()))
            }
            None => Type::Unknown,
        }
    }

    pub(super) fn built_in_name(&mut self, name: &str, span: Span) -> Option<Node> {
        let window = |it| node(Op::Window(it), Type::Window, span);
        Some(match name {
            "cycle" => window(WindowName::Cycle),
            "whole_cycle" => window(WindowName::WholeCycle),
            "history" => window(WindowName::History),
            "plan" => node(Op::Plan, Type::OneOf(self.plans.clone()), span),
            "since" => node(Op::Since, Type::Instant, span),
            "tenant" => node(Op::Tenant, Type::Text, span),
            "excluded" => node(Op::Excluded, Type::Timeline, span),
            _ => return None,
        })
    }

    /// The value of an item; a rule per subject needs the subject in scope.
    pub(crate) fn item_node(&mut self, id: ItemId, span: Span) -> Node {
        let (ty, per) = self.item_type(id, span);
        if let Some(fact) = self.fact_of(id) {
            let name = self.items.get(id.0).map(|it| it.name.text.clone()).unwrap_or_default();
            let fact = self.schema.facts.get(fact).map(|it| it.name.clone()).unwrap_or_default();
            self.error(
                "E0117",
                span,
                format!("`{name}` is computed for each record of `{fact}`; it has no single value here"),
                format!("`{name}` 按 `{fact}` 的每条记录计算，此处没有单一的值"),
                (
                    &format!("write `sum({name} of {fact})`, or `row.{name}` of one record"),
                    &format!("请写 `sum({name} of {fact})`，或某条记录的 `row.{name}`"),
                ),
            );
            return broken(span);
        }
        let slot = self.subject_slot(id, per, span);
        node(Op::Item(id, slot), ty, span)
    }

    /// The slot that holds the subject an item is computed for.
    pub(crate) fn subject_slot(&mut self, id: ItemId, per: Option<ItemId>, span: Span) -> Option<usize> {
        let per = per?;
        let slot = self.scope.iter().rposition(|it| it.subject == Some(per));
        if slot.is_none() {
            let name = self.items.get(id.0).map(|it| it.name.text.clone()).unwrap_or_default();
            let subject = self.items.get(per.0).map(|it| it.name.text.clone()).unwrap_or_default();
            let truth =
                matches!(self.items.get(id.0).map(|it| it.kind), Some(ItemKind::Promise | ItemKind::Duty));
            let all = if truth {
                format!("for all {subject}: {name}")
            } else {
                format!("sum(for each {subject}: {name})")
            };
            self.error(
                "E0117",
                span,
                format!("`{name}` is computed per `{subject}`; it has no single value here"),
                format!("`{name}` 按 `{subject}` 逐一计算，此处没有单一的值"),
                (
                    &format!("write `{all}`, `{name} of …`, or `per {subject}` in this rule"),
                    &format!("请写 `{all}`、`{name} of …`，或在本规则中写 `per {subject}`"),
                ),
            );
        }
        slot
    }

    pub(super) fn field(&mut self, base: &Expr, field: &Name, span: Span) -> Node {
        if let ExprKind::Name(name) = &base.kind
            && matches!(field.text.as_str(), "opens" | "closes")
            && let Some(id) = self.find_item(name)
            && self.items.get(id.0).is_some_and(|it| it.kind == ItemKind::Remedy)
        {
            return node(Op::ClaimEdge(id, field.text == "opens"), Type::Instant, span);
        }
        let base = self.lower(base, None);
        match (&base.ty, field.text.as_str()) {
            (Type::Unknown, _) => broken(span),
            (Type::Window, "from" | "until") => {
                node(Op::WindowEdge(Box::new(base), field.text == "from"), Type::Instant, span)
            }
            (Type::Window, _) => {
                self.unknown_name(field, &["from".to_owned(), "until".to_owned()]);
                broken(span)
            }
            (Type::Row(row), name) if let Some((id, ty)) = self.derived(*row, name, span) => {
                node(Op::ItemFor(id, Box::new(base)), ty, span)
            }
            (Type::Row(row), name) => match self.row_field(*row, name) {
                Some((field, ty)) => node(Op::Field(Box::new(base), field), ty, span),
                None => {
                    self.unknown_name(field, &self.field_names(*row));
                    broken(span)
                }
            },
            _ => {
                self.mismatch(&base, ("a window or a row before the dot", "点号之前应为窗口或记录"));
                broken(span)
            }
        }
    }
}
