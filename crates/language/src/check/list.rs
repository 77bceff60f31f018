//! Windows, lists, and what runs over them.

use std::collections::BTreeSet;

use calendar::CalendarUnit;
use quantity::Unit;

use super::Checker;
use super::item::Progress;
use super::lower::node;
use super::scope::Variable;
use crate::contract::{Combine, ItemId, ItemKind, Node, Op, Type, WindowName};
use crate::syntax::ast::{Expr, ExprKind, Name, Quantifier, Window};
use crate::syntax::token::Span;

impl Checker<'_> {
    /// `E over WINDOW` where E is the same in every window: mostly an `over` that took too little to its left.
    pub(super) fn over_nothing(&mut self, inner: &Node) {
        let plain = matches!(
            inner.ty,
            Type::Scalar(_) | Type::Truth | Type::Instant | Type::Date | Type::Text | Type::OneOf(_)
        );
        if plain && self.is_absolute(inner) {
            self.warning(
                "W0203",
                inner.span,
                "this is the same in every window, so `over` changes nothing",
                "此值在任何窗口中都相同，`over` 不起作用",
                (
                    "`over` takes only what stands directly before it: put the rows or the sum in brackets",
                    "`over` 只作用于紧邻其前的部分：请把记录或求和放进括号",
                ),
            );
        }
    }

    /// A remedy's amount over several cycles as if they were one: its terms speak of a single one.
    pub(super) fn over_several(&mut self, inner: &Node, window: &Node) {
        let several = matches!(window.op, Op::LastCyclesWindow(_) | Op::PreviousCyclesWindow(_))
            || matches!(window.op, Op::Window(WindowName::History));
        if !several {
            return;
        }
        let Some(remedy) = self.amount_in(inner) else { return };
        let name = self.items.get(remedy.0).map(|it| it.name.text.clone()).unwrap_or_default();
        self.warning(
            "W0204",
            inner.span,
            format!("`{name}` is computed here as if these cycles were one"),
            format!("此处将这些周期视为一个周期来计算 `{name}`"),
            (
                &format!("for what single cycles came to, write `paid({name}) over last 12 cycles`"),
                &format!("若指各周期金额之和，请写 `paid({name}) over last 12 cycles`"),
            ),
        );
    }

    /// A remedy whose amount a node is made of, in the window the node is asked in.
    fn amount_in(&self, node: &Node) -> Option<ItemId> {
        let (mut waiting, mut seen) = (vec![node], BTreeSet::new());
        while let Some(node) = waiting.pop() {
            let named = match &node.op {
                Op::Paid(id, _) => return Some(*id),
                Op::Item(id, _) | Op::ItemFor(id, _) => Some(*id),
                _ => None,
            };
            if let Some(id) = named.filter(|it| seen.insert(*it))
                && let Some(Progress::Done(item)) = self.items.get(id.0).map(|it| &it.progress)
            {
                if item.kind == ItemKind::Remedy {
                    return Some(id);
                }
                waiting.extend(item.readings.iter().filter_map(|it| it.body.as_ref()));
            }
            match &node.op {
                Op::Over(_, window) => waiting.push(window),
                _ => waiting.extend(node.parts()),
            }
        }
        None
    }

    pub(super) fn window(&mut self, window: &Window, span: Span) -> Node {
        let named = |it| node(Op::Window(it), Type::Window, span);
        match window {
            Window::History => named(WindowName::History),
            Window::PreviousCycle => named(WindowName::PreviousCycle),
            Window::LastCycles(count) => {
                let count = self.lower_as(count, &Type::Scalar(Unit::none()));
                node(Op::LastCyclesWindow(Box::new(count)), Type::Window, span)
            }
            Window::PreviousCycles(count) => {
                let count = self.lower_as(count, &Type::Scalar(Unit::none()));
                node(Op::PreviousCyclesWindow(Box::new(count)), Type::Window, span)
            }
            Window::Between(from, until) => {
                let from = self.lower_as(from, &Type::Instant);
                let until = self.lower_as(until, &Type::Instant);
                node(Op::Between(Box::new(from), Box::new(until)), Type::Window, span)
            }
            Window::Bound(name) => {
                let found = self.lower(name, None);
                self.coerce(found, &Type::Window)
            }
        }
    }

    pub(super) fn window_value(&mut self, window: &Window, span: Span) -> Node {
        match window {
            Window::LastCycles(count) => {
                let count = self.lower_as(count, &Type::Scalar(Unit::none()));
                node(Op::LastCycles(Box::new(count)), Type::List(Box::new(Type::Window)), span)
            }
            Window::PreviousCycles(count) => {
                let count = self.lower_as(count, &Type::Scalar(Unit::none()));
                node(Op::PreviousCycles(Box::new(count)), Type::List(Box::new(Type::Window)), span)
            }
            other => self.window(other, span),
        }
    }

    /// `calendar weeks of WINDOW`: those that end in it.
    pub(super) fn calendar_parts(&mut self, unit: CalendarUnit, window: &Window, span: Span) -> Node {
        let window = self.window(window, span);
        node(Op::CalendarParts(unit, Box::new(window)), Type::List(Box::new(Type::Window)), span)
    }

    /// The elements of a list, and the subject they are when it is one. Those of a list are chosen under the name of
    /// the variable, those of rows under the names of their fields.
    fn elements(&mut self, name: &Name, list: &Expr) -> (Node, Type, Option<ItemId>) {
        let ExprKind::Where(inner, predicate) = &list.kind else {
            let list = self.lower(list, None);
            return self.elements_of(list);
        };
        let inner = self.lower(inner, None);
        if !matches!(inner.ty, Type::List(_)) {
            let rows = self.filtered(inner, predicate, list.span);
            return self.elements_of(rows);
        }
        let (inner, ty, subject) = self.elements_of(inner);
        let slot = self.scope.len();
        self.scope.push(Variable { name: Some(name.text.clone()), ty: ty.clone(), subject });
        let predicate = self.lower_as(predicate, &Type::Truth);
        self.scope.truncate(slot);
        let listed = inner.ty.clone();
        (node(Op::Filter(Box::new(inner), slot, Box::new(predicate)), listed, list.span), ty, subject)
    }

    fn elements_of(&mut self, list: Node) -> (Node, Type, Option<ItemId>) {
        let subject = match list.op {
            Op::Item(id, _) if self.items.get(id.0).is_some_and(|it| it.kind == ItemKind::Subject) => {
                Some(id)
            }
            _ => None,
        };
        let element = match &list.ty {
            Type::List(inner) => (**inner).clone(),
            Type::Rows(row) => Type::Row(*row),
            Type::Unknown => Type::Unknown,
            _ => {
                self.mismatch(&list, ("a list or rows", "列表或记录"));
                Type::Unknown
            }
        };
        (list, element, subject)
    }

    /// A value carried along a list: what it is at the end.
    pub(super) fn carry(
        &mut self,
        carried: &Name,
        start: Node,
        over: (&Name, &Expr),
        body: &Expr,
        span: Span,
    ) -> Node {
        let (list, element, subject) = self.elements(over.0, over.1);
        let (slot, ty) = (self.scope.len(), start.ty.clone());
        self.scope.push(Variable { name: Some(carried.text.clone()), ty: ty.clone(), subject: None });
        self.scope.push(Variable { name: Some(over.0.text.clone()), ty: element, subject });
        let body = self.lower_as(body, &ty);
        self.scope.truncate(slot);
        node(Op::Carry(slot, Box::new(start), Box::new(list), Box::new(body)), ty, span)
    }

    pub(super) fn for_each(&mut self, name: &Name, list: &Expr, body: &Expr, span: Span) -> Node {
        let (list, ty, subject) = self.elements(name, list);
        let slot = self.scope.len();
        self.scope.push(Variable { name: Some(name.text.clone()), ty, subject });
        let body = self.lower(body, None);
        self.scope.truncate(slot);
        let ty = Type::List(Box::new(body.ty.clone()));
        node(Op::ForEach(slot, Box::new(list), Box::new(body)), ty, span)
    }

    pub(super) fn quantified(
        &mut self,
        quantifier: &Quantifier,
        name: &Name,
        list: &Expr,
        body: &Expr,
        span: Span,
    ) -> Node {
        let combine = match quantifier {
            Quantifier::Any => Combine::Any,
            Quantifier::All => Combine::All,
            Quantifier::AtLeast(count) => {
                Combine::AtLeast(Box::new(self.lower_as(count, &Type::Scalar(Unit::none()))))
            }
        };
        let (list, ty, subject) = self.elements(name, list);
        let slot = self.scope.len();
        self.scope.push(Variable { name: Some(name.text.clone()), ty, subject });
        let body = self.lower(body, None);
        let body = if matches!(body.ty, Type::Truth | Type::Unknown) { body } else { self.as_timeline(body) };
        self.scope.truncate(slot);
        let ty = body.ty.clone();
        node(Op::Quantified(combine, slot, Box::new(list), Box::new(body)), ty, span)
    }

    pub(super) fn list(&mut self, items: &[Expr], hint: Option<&Type>, span: Span) -> Node {
        let inner_hint = match hint {
            Some(Type::List(inner)) => Some((**inner).clone()),
            other => other.cloned(),
        };
        let mut nodes: Vec<Node> = Vec::new();
        for item in items {
            let hint = nodes.first().map(|it| it.ty.clone()).or_else(|| inner_hint.clone());
            let node = self.lower(item, hint.as_ref());
            let node = match nodes.first() {
                Some(first) => {
                    let ty = first.ty.clone();
                    self.coerce(node, &ty)
                }
                None => node,
            };
            nodes.push(node);
        }
        let ty = Type::List(Box::new(nodes.first().map_or(Type::Unknown, |it| it.ty.clone())));
        node(Op::List(nodes), ty, span)
    }
}
