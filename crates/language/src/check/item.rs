//! Items: everything with a name and a value, understood on demand so that rules may stand in any order.

use super::Checker;
use super::declare::item_kind;
use super::scope::Variable;
use crate::contract::{Item, ItemId, ItemKind, Node, Op, Reading, RowType, Type};
use crate::syntax::ast::{Body, Expr, Name, RemedyPart, Statement, StatementKind};
use crate::syntax::token::Span;
use quantity::Unit;

/// How far an item has been understood.
#[derive(Debug, Clone)]
pub(crate) enum Progress {
    /// Not yet.
    Waiting,
    /// Its own definition is being read; naming it again would be circular.
    Reading,
    /// Done.
    Done(Box<Item>),
}

/// An item while the contract is being understood.
#[derive(Debug, Clone)]
pub(crate) struct ItemState {
    pub(crate) name: Name,
    pub(crate) kind: ItemKind,
    pub(crate) statement: StatementKind,
    pub(crate) clause: String,
    pub(crate) progress: Progress,
    /// The longest walk from it down to a number.
    pub(crate) height: usize,
}

impl ItemState {
    /// The item a statement declares, if it declares one.
    pub(crate) fn from_statement(statement: &Statement) -> Option<Self> {
        let kind = item_kind(&statement.kind)?;
        let name = match &statement.kind {
            StatementKind::Definition(name, ..)
            | StatementKind::Derived(name, ..)
            | StatementKind::Param(name, ..)
            | StatementKind::Subject(name, _)
            | StatementKind::Level { name, .. }
            | StatementKind::Promise { name, .. }
            | StatementKind::Remedy(name, ..)
            | StatementKind::Right(name, ..)
            | StatementKind::Exclusion(name, ..) => name.clone(),
            _ => return None,
        };
        let clause = match &statement.kind {
            StatementKind::Exclusion(_, _, _, Some(clause)) => clause.clone(),
            StatementKind::Remedy(_, _, _, parts) => {
                remedy_clause(parts).unwrap_or_else(|| statement.clause.clone())
            }
            _ => statement.clause.clone(),
        };
        Some(Self {
            name,
            kind,
            statement: statement.kind.clone(),
            clause,
            progress: Progress::Waiting,
            height: 0,
        })
    }
}

fn remedy_clause(parts: &[(RemedyPart, Span)]) -> Option<String> {
    parts.iter().find_map(|(part, _)| match part {
        RemedyPart::Clause(clause) => Some(clause.clone()),
        _ => None,
    })
}

impl Checker<'_> {
    /// Understands every item: parameters first, because their words may stand bare anywhere; then remedies, because
    /// what they pay may rest on what they came to before, and so on what rests on them.
    pub(crate) fn lower_items(&mut self) {
        let mut order: Vec<usize> = (0..self.items.len()).collect();
        order.sort_by_key(|at| match self.items.get(*at).map(|it| it.kind) {
            Some(ItemKind::Param) => 0,
            Some(ItemKind::Remedy) => 1,
            _ => 2,
        });
        for at in order {
            self.item_type(ItemId(at), Span::default());
        }
    }

    /// The item with this name.
    pub(crate) fn find_item(&self, name: &str) -> Option<ItemId> {
        self.items.iter().position(|it| it.name.text == name).map(ItemId)
    }

    /// The type of an item, understanding it first if need be; `span` is where it is named.
    pub(crate) fn item_type(&mut self, id: ItemId, span: Span) -> (Type, Option<ItemId>) {
        let Some(state) = self.items.get_mut(id.0) else { return (Type::Unknown, None) };
        match &state.progress {
            Progress::Done(item) => {
                let found = (item.ty.clone(), item.per);
                self.uses(id);
                return found;
            }
            Progress::Reading => {
                let name = state.name.text.clone();
                self.error(
                    "E0108",
                    span,
                    format!("`{name}` is defined by itself"),
                    format!("`{name}` 的定义引用了自身"),
                    ("a definition may use only what does not use it", "定义只能使用不依赖它的名称"),
                );
                return (Type::Unknown, None);
            }
            Progress::Waiting => state.progress = Progress::Reading,
        }
        let item = self.lower_in_own_scope(id);
        let found = (item.ty.clone(), item.per);
        if let Some(state) = self.items.get_mut(id.0) {
            state.progress = Progress::Done(Box::new(item));
        }
        found
    }

    fn lower_in_own_scope(&mut self, id: ItemId) -> Item {
        let outer = (std::mem::take(&mut self.scope), self.terms_of.take());
        let span = self.items.get(id.0).map(|it| it.name.span).unwrap_or_default();
        let item = self.at_own_level(id, span, |it| it.lower_item(id));
        (self.scope, self.terms_of) = outer;
        item
    }

    fn empty_item(&self, id: ItemId) -> Item {
        let state = self.items.get(id.0);
        Item {
            name: state.map(|it| it.name.text.clone()).unwrap_or_default(),
            kind: state.map_or(ItemKind::Definition, |it| it.kind),
            per: None,
            of_fact: None,
            readings: vec![Reading { name: String::new(), why: String::new(), body: None }],
            in_force: 0,
            ty: Type::Unknown,
            applies: None,
            until: None,
            decimals: None,
            absolute: false,
            clause: state.map(|it| it.clause.clone()).unwrap_or_default(),
            span: state.map(|it| it.name.span).unwrap_or_default(),
        }
    }

    fn lower_item(&mut self, id: ItemId) -> Item {
        let mut item = self.empty_item(id);
        let Some(statement) = self.items.get(id.0).map(|it| it.statement.clone()) else { return item };
        match statement {
            StatementKind::Definition(_, per, body) => {
                self.enter_subject(&mut item, per.as_ref());
                self.lower_body(&mut item, &body, None);
            }
            StatementKind::Derived(_, fact, body) => {
                self.enter_row(&mut item, &fact);
                self.lower_body(&mut item, &body, None);
            }
            StatementKind::Level { per, decimals, body, .. } => {
                self.enter_subject(&mut item, per.as_ref());
                item.decimals = decimals.and_then(|it| it.to_integer()).and_then(|it| u32::try_from(it).ok());
                self.lower_body(&mut item, &body, None);
                self.want_scalar(&item);
            }
            StatementKind::Promise { per, body, applies, .. } => {
                self.enter_subject(&mut item, per.as_ref());
                self.lower_body(&mut item, &body, Some(&Type::Truth));
                item.applies = applies.map(|it| self.lower_as(&it, &Type::Truth));
                item.ty = Type::Truth;
            }
            StatementKind::Remedy(_, per, _, parts) => {
                self.enter_subject(&mut item, per.as_ref());
                self.terms_of = Some(id);
                item.ty = self.remedy_type(&parts);
                self.terms_of = None;
            }
            StatementKind::Right(_, per, condition, until) => {
                self.enter_subject(&mut item, per.as_ref());
                self.set_body(&mut item, &condition, Some(&Type::Truth));
                item.until = until.map(|it| self.moment(&it));
            }
            StatementKind::Exclusion(_, per, body, _) => {
                self.enter_subject(&mut item, per.as_ref());
                self.lower_exclusion(&mut item, &body);
            }
            StatementKind::Subject(_, list) => self.lower_subject(&mut item, &list),
            StatementKind::Param(_, kind, default) => {
                item.ty = self.type_of(&kind);
                let ty = item.ty.clone();
                let body = default.map(|it| self.lower_as(&it, &ty));
                item.readings = vec![Reading { name: String::new(), why: String::new(), body }];
                item.absolute = true;
            }
            _ => {}
        }
        item
    }

    /// In a rule `per S`, slot 0 holds the current subject, named S.
    pub(crate) fn enter_subject(&mut self, item: &mut Item, per: Option<&Name>) {
        let Some(per) = per else { return };
        match self
            .find_item(&per.text)
            .filter(|it| self.items.get(it.0).is_some_and(|it| it.kind == ItemKind::Subject))
        {
            Some(subject) => {
                let (list, _) = self.item_type(subject, per.span);
                let ty = match list {
                    Type::List(inner) => *inner,
                    _ => Type::Text,
                };
                item.per = Some(subject);
                self.scope.push(Variable { name: Some(per.text.clone()), ty, subject: Some(subject) });
            }
            None => self.wrong_kind(per, ItemKind::Subject),
        }
    }

    /// In an attribute of a fact, slot 0 holds the record, whose fields are named bare.
    fn enter_row(&mut self, item: &mut Item, fact: &Name) {
        let Some((at, schema)) = self.schema.fact(&fact.text) else {
            let known: Vec<String> = self.schema.facts.iter().map(|it| it.name.clone()).collect();
            self.unknown_name(fact, &known);
            return;
        };
        if schema.attribute(&item.name).is_some() {
            self.twice(&item.name, item.span);
        }
        item.of_fact = Some(at);
        self.scope.push(Variable { name: None, ty: Type::Row(RowType::Fact(at)), subject: None });
    }

    /// The attribute that a definition gives to records of a fact.
    pub(crate) fn derived(&mut self, row: RowType, name: &str, span: Span) -> Option<(ItemId, Type)> {
        let RowType::Fact(fact) = row else { return None };
        let id = self.find_item(name).filter(|it| self.fact_of(*it) == Some(fact))?;
        Some((id, self.item_type(id, span).0))
    }

    /// The fact for each record of which an item is computed.
    pub(crate) fn fact_of(&self, id: ItemId) -> Option<usize> {
        let state = self.items.get(id.0)?;
        match (&state.progress, &state.statement) {
            (Progress::Done(item), _) => item.of_fact,
            (_, StatementKind::Derived(_, of, _)) => self.schema.fact(&of.text).map(|(fact, _)| fact),
            _ => None,
        }
    }

    fn set_body(&mut self, item: &mut Item, body: &Expr, wanted: Option<&Type>) {
        self.lower_body(item, &Body::Plain(body.clone()), wanted);
    }

    fn lower_body(&mut self, item: &mut Item, body: &Body, wanted: Option<&Type>) {
        let written: Vec<(String, String, &Expr)> = match body {
            Body::Plain(expr) => vec![(String::new(), String::new(), expr)],
            Body::Readings(readings) => {
                self.check_in_force(item, readings);
                item.in_force = readings.iter().position(|it| it.in_force).unwrap_or(0);
                readings.iter().map(|it| (it.name.text.clone(), it.why.clone(), &it.body)).collect()
            }
        };
        let mut lowered: Vec<Reading> = Vec::new();
        for (name, why, expr) in written {
            let first = lowered.first().and_then(|it| it.body.as_ref()).map(|it| it.ty.clone());
            let node = match wanted.or(first.as_ref()) {
                Some(ty) => self.lower_as(expr, &ty.clone()),
                None => self.lower(expr, None),
            };
            lowered.push(Reading { name, why, body: Some(node) });
        }
        item.ty = lowered.first().and_then(|it| it.body.as_ref()).map_or(Type::Unknown, |it| it.ty.clone());
        item.absolute = lowered.iter().filter_map(|it| it.body.as_ref()).all(|it| self.is_absolute(it));
        item.readings = lowered;
    }

    fn want_scalar(&mut self, item: &Item) {
        if !matches!(item.ty, Type::Scalar(_) | Type::Unknown) {
            self.error(
                "E0111",
                item.span,
                format!("level `{}` must be a number, but it is {}", item.name, self.show_type(&item.ty).0),
                format!("指标 `{}` 必须是数值，却是{}", item.name, self.show_type(&item.ty).1),
                (
                    "a level is what is measured; say what is promised of it in a `promise`",
                    "指标是测得的数值；承诺请写在 `promise` 中",
                ),
            );
        }
    }

    /// The subjects that exclusions of the contract are taken for.
    pub(crate) fn exclusion_subjects(&self) -> Vec<ItemId> {
        let subject = |state: &ItemState| match (&state.progress, &state.statement) {
            (_, StatementKind::Exclusion(_, Some(per), ..)) => self.find_item(&per.text),
            (Progress::Done(item), _) if item.kind == ItemKind::Exclusion => item.per,
            _ => None,
        };
        self.items.iter().filter_map(subject).collect()
    }

    fn lower_exclusion(&mut self, item: &mut Item, body: &Expr) {
        let node = self.lower(body, None);
        let keep_rows =
            matches!(node.ty, Type::Rows(crate::contract::RowType::Fact(fact)) if !self.is_span(fact));
        let node = if keep_rows { node } else { self.as_timeline(node) };
        item.ty = node.ty.clone();
        item.absolute = self.is_absolute(&node);
        item.readings = vec![Reading { name: String::new(), why: String::new(), body: Some(node) }];
    }

    fn lower_subject(&mut self, item: &mut Item, list: &Expr) {
        let node = self.lower(list, None);
        item.ty = node.ty.clone();
        if !matches!(node.ty, Type::List(_) | Type::Unknown) {
            self.mismatch(&node, ("a list such as `subjects(outage)`", "列表，例如 `subjects(outage)`"));
        }
        item.absolute = self.is_absolute(&node);
        item.readings = vec![Reading { name: String::new(), why: String::new(), body: Some(node) }];
    }

    /// The type of what a remedy pays: money, or in kind a duration or a number.
    fn remedy_type(&mut self, parts: &[(RemedyPart, Span)]) -> Type {
        let paid = parts.iter().find_map(|(part, _)| match part {
            RemedyPart::Pays(_, Some(amount)) | RemedyPart::Pays(amount, None) => Some(amount),
            _ => None,
        });
        let Some(paid) = paid else {
            return self.front.currency.map_or(Type::Unknown, |it| Type::Scalar(Unit::money(it)));
        };
        let found = self.lower(paid, None);
        let deferred = std::mem::take(&mut self.deferred);
        match found.ty {
            Type::Unknown if deferred => {
                self.front.currency.map_or(Type::Unknown, |it| Type::Scalar(Unit::money(it)))
            }
            Type::Scalar(_) => found.ty,
            Type::Period => Type::Scalar(Unit::time()),
            _ => {
                self.mismatch(&found, ("an amount: money, a duration or a number", "金额、时长或数字"));
                Type::Unknown
            }
        }
    }

    /// An instant, or a date as a whole.
    fn moment(&mut self, written: &Expr) -> Node {
        let found = self.lower(written, None);
        if !matches!(found.ty, Type::Instant | Type::Date) {
            self.mismatch(&found, ("an instant or a date", "时刻或日期"));
        }
        found
    }

    /// Whether a value does not depend on the window it is asked in.
    pub(crate) fn is_absolute(&self, node: &Node) -> bool {
        let own = match &node.op {
            Op::Window(_)
            | Op::LastCycles(_)
            | Op::LastCyclesWindow(_)
            | Op::PreviousCycles(_)
            | Op::PreviousCyclesWindow(_)
            | Op::PaidOver { .. }
            | Op::Over(..)
            | Op::ForGrid(..)
            | Op::Slices(..)
            | Op::Aggregate { .. }
            | Op::Open(_)
            | Op::Pattern { .. }
            | Op::ClaimEdge(..)
            | Op::Paid(..)
            | Op::Excluded
            | Op::Exclude(_)
            | Op::ExcludeRows(_)
            | Op::About(..) => false,
            Op::RowField(_, field) | Op::Field(_, field) => *field != crate::contract::RowField::Length,
            Op::Call(function, _) => {
                use crate::contract::Function as F;
                let of_series = node.parts().first().is_some_and(|it| matches!(it.ty, Type::Series(_)));
                let measures = matches!(
                    function,
                    F::Length
                        | F::SeriesMean
                        | F::Integral
                        | F::Runs
                        | F::Gaps
                        | F::FirstRows
                        | F::LastRows
                        | F::Subjects
                        | F::FirstTime
                );
                !(measures || of_series && matches!(function, F::Min | F::Max))
            }
            Op::Item(id, _) | Op::ItemFor(id, _) => match self.items.get(id.0).map(|it| &it.progress) {
                Some(Progress::Done(item)) => item.absolute,
                _ => false,
            },
            Op::ForEach(_, list, _) => !matches!(list.ty, Type::Rows(_)),
            _ => true,
        };
        own && node.parts().into_iter().all(|it| self.is_absolute(it))
    }
}
