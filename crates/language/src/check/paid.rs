//! What a remedy came to: in this cycle, or in several of them together.

use quantity::Unit;

use super::Checker;
use super::item::Progress;
use super::lower::{broken, node};
use crate::contract::{Aggregate, Item, ItemId, ItemKind, Node, Op, PaidCycles, Type};
use crate::syntax::ast::{Argument, Expr, ExprKind, StatementKind, Window};
use crate::syntax::token::Span;

/// How many cycles, and which.
type Cycles = (Option<Node>, PaidCycles);

impl Checker<'_> {
    /// `paid(REMEDY)`, `paid(REMEDY of "s")`.
    pub(super) fn paid(&mut self, arguments: &[Argument], span: Span) -> Node {
        self.amount(arguments, span, None)
    }

    /// `paid(REMEDY) over last 12 cycles`: each cycle under its own terms, added up. Other windows are measured in as
    /// they are.
    pub(super) fn paid_over(&mut self, inner: &Expr, window: &Window, span: Span) -> Option<Node> {
        let ExprKind::Call(name, arguments) = &inner.kind else { return None };
        if name.text != "paid" {
            return None;
        }
        let cycles = match window {
            Window::LastCycles(count) => (Some(self.count_of_cycles(count)), PaidCycles::Last),
            Window::PreviousCycles(count) => (Some(self.count_of_cycles(count)), PaidCycles::Previous),
            Window::PreviousCycle => (Some(one(span)), PaidCycles::Previous),
            Window::History => (None, PaidCycles::Last),
            Window::Between(..) | Window::Bound(_) => return None,
        };
        Some(self.amount(arguments, span, Some(cycles)))
    }

    fn count_of_cycles(&mut self, count: &Expr) -> Node {
        self.lower_as(count, &Type::Scalar(Unit::none()))
    }

    fn amount(&mut self, arguments: &[Argument], span: Span, cycles: Option<Cycles>) -> Node {
        let (named, subject) = match arguments {
            [Argument { value: Expr { kind: ExprKind::Of(remedy, subject), .. }, of: None }] => {
                (&**remedy, Some(&**subject))
            }
            [Argument { value, of }] => (value, of.as_ref()),
            _ => return self.wrong_arguments(span, "paid(REMEDY)"),
        };
        let named = match &named.kind {
            ExprKind::Name(name) => self.find_item(name),
            _ => None,
        };
        let remedy = named.filter(|it| self.items.get(it.0).is_some_and(|it| it.kind == ItemKind::Remedy));
        let Some(id) = remedy else { return self.wrong_arguments(span, "paid(REMEDY)") };
        let reading = self.items.get(id.0).is_some_and(|it| matches!(it.progress, Progress::Reading));
        if cycles.is_some() && reading && self.terms_of == Some(id) {
            // Only the sort of what the remedy pays is sought here; its terms are understood later, and circles found.
            self.deferred = true;
            return broken(span);
        }
        let assumed = if cycles.is_some() && reading { self.assumed_type(id, span) } else { None };
        let (ty, per) = assumed.unwrap_or_else(|| self.item_type(id, span));
        let Some(subject) = subject else {
            let slot = self.subject_slot(id, per, span);
            return node(self.paid_op(id, slot, cycles), ty, span);
        };
        let subject = self.lower(subject, Some(&Type::Text));
        let window =
            subject.ty == Type::Window && per.is_some_and(|it| self.member_type(it, span) == Type::Window);
        let subject = if window { subject } else { self.coerce(subject, &Type::Text) };
        let slot = self.scope.len();
        let subjects = Type::List(Box::new(subject.ty.clone()));
        let list = node(Op::List(vec![subject]), subjects, span);
        let paid = node(self.paid_op(id, Some(slot), cycles), ty.clone(), span);
        let listed = Type::List(Box::new(ty.clone()));
        let each = node(Op::ForEach(slot, Box::new(list), Box::new(paid)), listed, span);
        node(Op::Fold(Aggregate::First, Box::new(each)), ty, span)
    }

    /// A definition that a remedy pays by may name what the remedy came to before. Its sort is not known yet: it is
    /// taken for money.
    fn assumed_type(&mut self, id: ItemId, span: Span) -> Option<(Type, Option<ItemId>)> {
        let money = Type::Scalar(Unit::money(self.front.currency?));
        let per = match &self.items.get(id.0)?.statement {
            StatementKind::Remedy(_, per, ..) => per.as_ref().and_then(|it| self.find_item(&it.text)),
            _ => None,
        };
        self.taken_for_money.push((id, span));
        Some((money, per))
    }

    /// Reports amounts that were taken for money and are none.
    pub(super) fn check_taken_for_money(&mut self, items: &[Item]) {
        for (id, span) in std::mem::take(&mut self.taken_for_money) {
            let Some(item) = items.get(id.0) else { continue };
            if !matches!(&item.ty, Type::Scalar(unit) if unit.currency().is_none()) {
                continue;
            }
            let shown = self.show_type(&item.ty);
            self.error(
                "E0108",
                span,
                format!(
                    "`{}` pays {} by what it came to before, which is not known here",
                    item.name, shown.0
                ),
                format!("`{}` 依其此前的金额支付{}，此处尚不可知", item.name, shown.1),
                ("write the limit into the remedy, as `at most …`", "请将上限写入该补救，作为 `at most …`"),
            );
        }
    }

    /// In a remedy's own terms this cycle's amount is not known yet.
    fn paid_op(&self, remedy: ItemId, slot: Option<usize>, cycles: Option<Cycles>) -> Op {
        let Some((cycles, which)) = cycles else { return Op::Paid(remedy, slot) };
        let own = self.terms_of == Some(remedy) && which == PaidCycles::Last;
        let which = if own { PaidCycles::LastSoFar } else { which };
        Op::PaidOver { remedy, slot, cycles: cycles.map(Box::new), which }
    }
}

fn one(span: Span) -> Node {
    super::lower::quantity(quantity::Quantity::number(quantity::Ratio::ONE), span)
}
