//! Expressions: names resolved, sorts and units known, symbols found by what they are compared with.

use std::sync::Arc;

use calendar::{Date, Period, TimeOfDay, parse_instant};
use quantity::{Quantity, Ratio, Unit};

use super::Checker;
use super::scope::{Variable, nearest};
use crate::contract::{
    Combine, Function, ItemId, ItemKind, Literal, Node, Op, RowField, RowType, Type, WindowName,
};
use crate::syntax::ast::{Binary, Expr, ExprKind, Name, Quantifier, StatementKind, Window};
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
            ExprKind::Of(left, right) => self.of(left, right, span),
            ExprKind::Over(inner, window) => {
                let inner = self.lower(inner, hint);
                let window = self.window(window, span);
                let ty = inner.ty.clone();
                node(Op::Over(Box::new(inner), Box::new(window)), ty, span)
            }
            ExprKind::At(date, time) => self.at_time(date, time, span),
            ExprKind::If(condition, yes, no) => self.conditional(condition, yes, no, hint, span),
            ExprKind::By(..) | ExprKind::Ladder(..) | ExprKind::AsOf(..) => self.table(expr, hint),
            ExprKind::Hours(spec) => self.hours(spec, span),
            ExprKind::Holidays { name, years, days } => self.holidays(name, *years, days, span),
            ExprKind::ForEach(name, list, body) => self.for_each(name, list, body, span),
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

    fn measure(&mut self, parts: &[(Ratio, Name)], span: Span) -> Node {
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

    fn date(&mut self, text: &str, span: Span) -> Node {
        match Date::parse(text) {
            Some(date) => literal(Literal::Date(date), Type::Date, span),
            None => self.bad_moment(text, span),
        }
    }

    fn local_instant(&mut self, date: &str, time: &str, span: Span) -> Node {
        let found = Date::parse(date)
            .zip(TimeOfDay::parse(time))
            .and_then(|(date, time)| self.front.zone.instant(date, time));
        match found {
            Some(instant) => literal(Literal::Instant(instant), Type::Instant, span),
            None => self.bad_moment(&format!("{date} {time}"), span),
        }
    }

    fn instant(&mut self, text: &str, span: Span) -> Node {
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
    fn at_time(&mut self, date: &Expr, time: &str, span: Span) -> Node {
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

    /// A bare name: a field of the row, a variable, a built-in, an item, a fact, a calendar, or a symbol.
    fn name(&mut self, name: &str, span: Span, hint: Option<&Type>) -> Node {
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

    /// Reports a name that stands for something of another kind, or for nothing.
    pub(crate) fn wrong_kind(&mut self, name: &Name, wanted: ItemKind) {
        let known = self.item_names(&[wanted]);
        let Some(found) = self.find_item(&name.text).and_then(|it| self.items.get(it.0)).map(|it| it.kind) else {
            self.unknown_name(name, &known);
            return;
        };
        let (found, wanted) = (kind_words(found), kind_words(wanted));
        let list = |none: &str, sep: &str| if known.is_empty() { none.to_owned() } else { format!("`{}`", known.join(sep)) };
        self.error(
            "E0119",
            name.span,
            format!("expected a {}, found the {} `{}`", wanted.0, found.0, name.text),
            format!("此处应为{}，却是{} `{}`", wanted.1, found.1, name.text),
            (&format!("declared: {}", list("none", "`, `")), &format!("已声明：{}", list("无", "`、`"))),
        );
    }

    /// Reports a name nothing declares.
    pub(crate) fn unknown_name(&mut self, name: &Name, known: &[String]) {
        let near = nearest(&name.text, known.iter().map(String::as_str));
        let help = match near {
            _ if super::form::FORMS.iter().any(|it| it.0 == name.text) => (
                format!("a function is followed by its bracket without a space: `{}(…)`", name.text),
                format!("函数名后须紧跟括号：`{}(…)`", name.text),
            ),
            _ if self.fact_with(&name.text).is_some() => {
                let fact = self.fact_with(&name.text).unwrap_or_default();
                let form = format!("sum({} of {fact})", name.text);
                (
                    format!(
                        "it is an attribute of `{fact}`: write for example `{form}`, or put the whole condition of `where` in brackets"
                    ),
                    format!("它是 `{fact}` 的属性：请写例如 `{form}`，或将 `where` 的整个条件放在括号中"),
                )
            }
            Some(near) => (format!("did you mean `{near}`?"), format!("是否想写 `{near}`？")),
            None if ROW_FIELDS.contains(&name.text.as_str()) => (
                "it belongs to a record, and no record is at hand here: `from of …`, `ROWS where …`, or `per ROWS` in a claim".to_owned(),
                "它是记录的字段，此处没有记录：请写 `from of …`、`ROWS where …`，或在 claim 中写 `per ROWS`".to_owned(),
            ),
            None => (
                "declare it with `param`, `fact` or a definition `name = …`".to_owned(),
                "请用 `param`、`fact` 或定义 `名称 = …` 声明".to_owned(),
            ),
        };
        self.error(
            "E0101",
            name.span,
            format!("unknown name `{}`", name.text),
            format!("未知名称 `{}`", name.text),
            (&help.0, &help.1),
        );
    }

    /// The first fact that has an attribute of this name.
    fn fact_with(&self, attribute: &str) -> Option<&str> {
        let has = |it: &&evidence::FactSchema| it.attributes.iter().any(|it| it.name == attribute);
        self.schema.facts.iter().find(has).map(|it| it.name.as_str())
    }

    fn variable(&mut self, name: &str, span: Span) -> Option<Node> {
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

    fn built_in_name(&mut self, name: &str, span: Span) -> Option<Node> {
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
        if let Some(StatementKind::Derived(name, fact, _)) = self.items.get(id.0).map(|it| it.statement.clone()) {
            let (name, fact) = (name.text, fact.text);
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
            let truth = matches!(self.items.get(id.0).map(|it| it.kind), Some(ItemKind::Promise | ItemKind::Duty));
            let all = if truth { format!("for all {subject}: {name}") } else { format!("sum(for each {subject}: {name})") };
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

    fn field(&mut self, base: &Expr, field: &Name, span: Span) -> Node {
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

    fn window(&mut self, window: &Window, span: Span) -> Node {
        let named = |it| node(Op::Window(it), Type::Window, span);
        match window {
            Window::History => named(WindowName::History),
            Window::PreviousCycle => named(WindowName::PreviousCycle),
            Window::LastCycles(count) => {
                let count = self.lower_as(count, &Type::Scalar(Unit::none()));
                node(Op::LastCyclesWindow(Box::new(count)), Type::Window, span)
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

    fn window_value(&mut self, window: &Window, span: Span) -> Node {
        match window {
            Window::LastCycles(count) => {
                let count = self.lower_as(count, &Type::Scalar(Unit::none()));
                node(Op::LastCycles(Box::new(count)), Type::List(Box::new(Type::Window)), span)
            }
            other => self.window(other, span),
        }
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

    fn for_each(&mut self, name: &Name, list: &Expr, body: &Expr, span: Span) -> Node {
        let (list, ty, subject) = self.elements(name, list);
        let slot = self.scope.len();
        self.scope.push(Variable { name: Some(name.text.clone()), ty, subject });
        let body = self.lower(body, None);
        self.scope.truncate(slot);
        let ty = Type::List(Box::new(body.ty.clone()));
        node(Op::ForEach(slot, Box::new(list), Box::new(body)), ty, span)
    }

    fn quantified(
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

    fn list(&mut self, items: &[Expr], hint: Option<&Type>, span: Span) -> Node {
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

    /// Reports that `found` is not what is wanted.
    pub(crate) fn mismatch(&mut self, found: &Node, wanted: (&str, &str)) {
        if matches!(found.ty, Type::Unknown) {
            return;
        }
        let shown = self.show_type(&found.ty);
        let help = match found.ty {
            Type::Rows(_) | Type::Timeline => (
                "take a value from it: `length(…)`, `count(…)` or `sum(… of …)`",
                "请从中取值：`length(…)`、`count(…)` 或 `sum(… of …)`",
            ),
            _ => ("check the units and the sort of each part", "请检查各部分的单位和类别"),
        };
        self.error(
            "E0120",
            found.span,
            format!("expected {}, found {}", wanted.0, shown.0),
            format!("此处应为{}，却是{}", wanted.1, shown.1),
            help,
        );
    }

    /// A type in words, English and Chinese.
    pub(crate) fn show_type(&self, ty: &Type) -> (String, String) {
        let pair = |en: &str, zh: &str| (en.to_owned(), zh.to_owned());
        match ty {
            Type::Scalar(unit) if unit.is_none() => pair("a number", "数字"),
            Type::Scalar(unit) if unit.is_time() => pair("a duration", "时长"),
            Type::Scalar(unit) if *unit == Unit::data() => pair("a size", "数据量"),
            Type::Scalar(unit) => match unit.currency() {
                Some(it) => (format!("money ({})", it.code()), format!("金额（{}）", it.code())),
                None => (format!("a number in {unit}"), format!("以 {unit} 为单位的数值")),
            },
            Type::Truth => pair("a truth", "真值"),
            Type::Text => pair("a text", "文字"),
            Type::OneOf(words) => {
                (format!("one of {}", listed(words, ", ")), format!("{} 之一", listed(words, "、")))
            }
            Type::Instant => pair("an instant", "时刻"),
            Type::Date => pair("a date", "日期"),
            Type::Period => pair("a calendar period", "日历期间"),
            Type::Rows(RowType::Fact(fact)) => {
                let name = self.schema.facts.get(*fact).map(|it| it.name.clone()).unwrap_or_default();
                (format!("records of `{name}`"), format!("`{name}` 的记录"))
            }
            Type::Rows(RowType::Run) => pair("runs of a timeline", "时间线的区段"),
            Type::Row(_) => pair("one record", "一条记录"),
            Type::Timeline => pair("a timeline", "时间线"),
            Type::Series(_) => pair("a series", "时间序列"),
            Type::List(inner) => {
                let inner = self.show_type(inner);
                (format!("a list of {}", several(&inner.0)), format!("{}的列表", inner.1))
            }
            Type::Hours => pair("opening hours", "服务时段"),
            Type::Calendar => pair("a holiday calendar", "假日表"),
            Type::Window => pair("a window of time", "时间窗口"),
            Type::Clock => pair("a duration in opening hours", "服务时段内的时长"),
            Type::WorkingDays => pair("working days", "工作日"),
            Type::Unknown => pair("something unreadable", "无法识别的内容"),
        }
    }
}

/// Whether lists of these items may stand for each other.
pub(crate) fn same_items(found: &Type, wanted: &Type) -> bool {
    let words = |it: &Type| matches!(it, Type::Text | Type::OneOf(_));
    found == wanted || *found == Type::Unknown || *wanted == Type::Unknown || (words(found) && words(wanted))
}

/// Which words stand for a value here, the nearest first.
fn words_help(name: &str, words: &[String]) -> (String, String) {
    let all = listed(words, " | ");
    let near = if words.len() <= WORDS_SHOWN_MAX { nearest(name, words.iter().map(String::as_str)) } else { None };
    match near {
        Some(near) => {
            (format!("did you mean `{near}`? One of: {all}"), format!("是否想写 `{near}`？可用：{all}"))
        }
        None if words.is_empty() => {
            ("no word is declared for this value".to_owned(), "此值没有声明任何可用的词".to_owned())
        }
        None => (format!("one of: {all}"), format!("可用：{all}")),
    }
}

/// A message lists no more words than this.
const WORDS_SHOWN_MAX: usize = 40;

/// The words, or the first of them.
pub(crate) fn listed(words: &[String], separator: &str) -> String {
    let shown = words.get(..WORDS_SHOWN_MAX).unwrap_or(words).join(separator);
    if words.len() > WORDS_SHOWN_MAX { shown + separator + "…" } else { shown }
}

/// What every record has.
const ROW_FIELDS: [&str; 8] = ["subject", "id", "source", "from", "until", "at", "length", "full_length"];

/// A kind of item in words, English and Chinese.
fn kind_words(kind: ItemKind) -> (&'static str, &'static str) {
    match kind {
        ItemKind::Definition => ("definition", "定义"),
        ItemKind::Param => ("parameter", "参数"),
        ItemKind::Subject => ("subject", "对象"),
        ItemKind::Level => ("level", "指标"),
        ItemKind::Promise => ("promise", "承诺"),
        ItemKind::Duty => ("duty", "义务"),
        ItemKind::Remedy => ("remedy", "赔付"),
        ItemKind::Right => ("right", "权利"),
        ItemKind::Exclusion => ("exclusion", "除外项"),
    }
}

/// `a number` as `numbers`.
fn several(one: &str) -> String {
    if one == "a window of time" {
        return "windows of time".to_owned();
    }
    match one.strip_prefix("a ").or_else(|| one.strip_prefix("an ")) {
        Some(bare) if !bare.contains(' ') => format!("{bare}s"),
        _ => one.to_owned(),
    }
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
