//! Declarations: plans, causes, units, facts, and the names of all items.

use std::collections::BTreeSet;
use std::sync::Arc;

use calendar::{CalendarUnit, CycleRule};
use evidence::{Attribute, AttributeKind, FactKind, FactSchema};
use quantity::Unit;

use super::Checker;
use super::item::ItemState;
use crate::contract::{Cause, ItemKind, Type};
use crate::syntax::ast::{AttributeSyntax, CycleSyntax, Name, StatementKind, TypeName};
use crate::syntax::token::Span;

/// Names with a meaning of their own, which nothing may take.
pub(crate) const RESERVED: [&str; 14] = [
    "cycle",
    "whole_cycle",
    "excluded",
    "plan",
    "since",
    "tenant",
    "history",
    "true",
    "false",
    "reading",
    "when",
    "otherwise",
    "then",
    "this",
];

impl Checker<'_> {
    /// Collects every declaration, so that rules may stand in any order.
    pub(crate) fn declare(&mut self) {
        let statements = std::mem::take(&mut self.statements);
        for statement in &statements {
            match &statement.kind {
                StatementKind::Plan(names) => self.declare_plans(names, statement.span),
                StatementKind::Unit(name) if self.units.contains(&name.text) => {
                    self.twice(&name.text, name.span)
                }
                StatementKind::Unit(name) => self.units.push(name.text.clone()),
                StatementKind::Cause { name, text, excluded, clause } => self.declare_cause(
                    Cause {
                        name: name.text.clone(),
                        text: text.clone(),
                        excluded: *excluded,
                        clause: clause.clone().unwrap_or_else(|| statement.clause.clone()),
                    },
                    name.span,
                ),
                _ => {}
            }
        }
        self.cause_names = self.causes.iter().map(|it| it.name.clone()).collect();
        for statement in &statements {
            if let StatementKind::Fact { name, kind, volume, attributes } = &statement.kind {
                self.declare_fact(name, kind, *volume, attributes);
            }
        }
        for statement in &statements {
            if let Some(item) = ItemState::from_statement(statement) {
                self.declare_item(item);
            }
        }
        self.statements = statements;
    }

    fn declare_plans(&mut self, names: &[Name], span: Span) {
        if !self.plans.is_empty() {
            self.twice("plan", span);
        }
        self.plans = self.distinct_words(names);
    }

    /// The words of a one-of; a word that stands twice is reported.
    fn distinct_words(&mut self, names: &[Name]) -> Arc<[String]> {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for name in names {
            if !seen.insert(&name.text) {
                self.twice(&name.text, name.span);
            }
        }
        names.iter().map(|it| it.text.clone()).collect()
    }

    fn declare_cause(&mut self, cause: Cause, span: Span) {
        if self.causes.iter().any(|it| it.name == cause.name) {
            self.twice(&cause.name, span);
        } else {
            self.causes.push(cause);
        }
    }

    pub(crate) fn twice(&mut self, name: &str, span: Span) {
        self.error(
            "E0102",
            span,
            format!("`{name}` is declared twice"),
            format!("`{name}` 被声明两次"),
            ("give one of them another name", "请为其中一个另取名称"),
        );
    }

    fn reserved(&mut self, name: &str, span: Span) {
        self.error(
            "E0103",
            span,
            format!("`{name}` has a meaning of its own in the language"),
            format!("`{name}` 是语言保留的名称"),
            ("choose another name", "请另取名称"),
        );
    }

    fn declare_item(&mut self, item: ItemState) {
        let name = &item.name.text;
        let span = item.name.span;
        if RESERVED.contains(&name.as_str()) {
            let name = name.clone();
            self.reserved(&name, span);
            return;
        }
        let taken = self.items.iter().any(|it| it.name.text == *name)
            || self.schema.facts.iter().any(|it| it.name == *name);
        if taken {
            let name = name.clone();
            self.twice(&name, span);
            return;
        }
        self.items.push(item);
    }

    fn declare_fact(
        &mut self,
        name: &Name,
        kind: &Name,
        volume: Option<Span>,
        attributes: &[AttributeSyntax],
    ) {
        let fact_kind = match kind.text.as_str() {
            "span" => FactKind::Span,
            "event" => FactKind::Event,
            "request" => FactKind::Request,
            _ => {
                self.error(
                    "E0104",
                    kind.span,
                    format!("expected `span`, `event` or `request`, found `{}`", kind.text),
                    format!("此处应为 `span`、`event` 或 `request`，却是 `{}`", kind.text),
                    (
                        "a span lasts, an event has one instant, a request goes from asked to answered",
                        "span 持续一段时间，event 只有一个时刻，request 从提出到答复",
                    ),
                );
                FactKind::Span
            }
        };
        if let Some(span) = volume.filter(|_| fact_kind != FactKind::Event) {
            self.error(
                "E0140",
                span,
                format!("only events come in volume, and `{}` is a {}", name.text, fact_kind.name()),
                format!("只有 event 可以大量到来，而 `{}` 是 {}", name.text, fact_kind.name()),
                ("leave out `in volume`, or declare an event", "请去掉 `in volume`，或声明为 event"),
            );
        }
        if RESERVED.contains(&name.text.as_str()) {
            self.reserved(&name.text, name.span);
            return;
        }
        if self.schema.facts.iter().any(|it| it.name == name.text) {
            self.twice(&name.text, name.span);
            return;
        }
        let fact = self.schema.facts.len();
        let mut declared: Vec<Attribute> = Vec::new();
        for attribute in attributes {
            let (kind, words) = self.attribute_kind(&attribute.kind);
            if let Some(words) = words {
                self.one_ofs.insert((fact, declared.len()), words);
            }
            if declared.iter().any(|it| it.name == attribute.name.text) {
                self.twice(&attribute.name.text, attribute.name.span);
            }
            declared.push(Attribute {
                name: attribute.name.text.clone(),
                kind,
                optional: attribute.kind.optional,
            });
        }
        self.schema.facts.push(FactSchema {
            name: name.text.clone(),
            kind: fact_kind,
            attributes: declared,
            volume: volume.is_some(),
        });
    }

    fn attribute_kind(&mut self, written: &TypeName) -> (AttributeKind, Option<Arc<[String]>>) {
        let is_cause = matches!(written.words.as_slice(), [word] if word.text == "cause");
        match self.type_of(written) {
            Type::OneOf(words) if is_cause => (AttributeKind::Cause(words.to_vec()), Some(words)),
            Type::OneOf(words) => (AttributeKind::OneOf(words.to_vec()), Some(words)),
            Type::Instant => (AttributeKind::Instant, None),
            Type::Date => (AttributeKind::Date, None),
            Type::Text => (AttributeKind::Text, None),
            Type::Truth => (AttributeKind::Truth, None),
            Type::Scalar(unit) if unit.is_none() => (AttributeKind::Number, None),
            Type::Scalar(unit) if unit.is_time() => (AttributeKind::Duration, None),
            Type::Scalar(unit) if unit.currency().is_some() => (AttributeKind::Money, None),
            Type::Scalar(unit) => (AttributeKind::Unit(unit), None),
            _ => (AttributeKind::Text, None),
        }
    }

    /// The type a declaration names.
    pub(crate) fn type_of(&mut self, written: &TypeName) -> Type {
        let Some(first) = written.words.first() else { return Type::Unknown };
        if written.words.len() > 1 {
            return Type::OneOf(self.distinct_words(&written.words));
        }
        match first.text.as_str() {
            "number" | "percent" => Type::Scalar(Unit::none()),
            "duration" => Type::Scalar(Unit::time()),
            "size" => Type::Scalar(Unit::data()),
            "money" => self.money(first.span),
            "instant" => Type::Instant,
            "date" => Type::Date,
            "text" => Type::Text,
            "truth" => Type::Truth,
            "cause" => Type::OneOf(self.cause_names.clone()),
            "plan" => Type::OneOf(self.plans.clone()),
            word if self.units.iter().any(|it| it == word) => Type::Scalar(Unit::named(word)),
            word => {
                let known = [
                    "number", "percent", "duration", "size", "money", "instant", "date", "text", "truth",
                    "cause", "plan",
                ];
                let near = super::scope::nearest(word, known).map(str::to_owned);
                let help = near.unwrap_or_else(|| known.join(", "));
                self.error(
                    "E0105",
                    first.span,
                    format!("unknown type `{word}`"),
                    format!("未知类型 `{word}`"),
                    (
                        &format!("known: {help}; or words separated by `|`; or declare `unit {word}`"),
                        &format!("可用：{help}；或用 `|` 分隔的词；或声明 `unit {word}`"),
                    ),
                );
                Type::Unknown
            }
        }
    }

    fn money(&mut self, span: Span) -> Type {
        match self.front.currency {
            Some(currency) => Type::Scalar(Unit::money(currency)),
            None => {
                self.no_currency(span);
                Type::Unknown
            }
        }
    }

    /// Reports money in a contract whose front matter names no currency.
    pub(crate) fn no_currency(&mut self, span: Span) {
        self.error(
            "E0018",
            span,
            "money is used, but the front matter names no currency",
            "使用了金额，但前置信息未写明币种",
            ("add a line such as `currency: CNY`", "请添加一行，例如 `currency: CNY`"),
        );
    }

    /// The cycle rule of the contract, and whether a start inside a cycle shortens it.
    pub(crate) fn cycle_rule(&mut self) -> (CycleRule, bool) {
        let found: Vec<(CycleSyntax, bool, Span)> = self
            .statements
            .iter()
            .filter_map(|it| match &it.kind {
                StatementKind::Cycle { rule, from_since } => Some((rule.clone(), *from_since, it.span)),
                _ => None,
            })
            .collect();
        if let Some((_, _, span)) = found.get(1) {
            self.twice("cycle", *span);
        }
        match found.first() {
            Some((rule, from_since, span)) => (self.cycle_of(rule, *span), *from_since),
            None => {
                let span = self.front.span;
                self.error(
                    "E0106",
                    span,
                    "the contract does not say how cycles are cut",
                    "合同没有说明服务周期如何划分",
                    ("add a rule such as `cycle calendar month`", "请添加规则，例如 `cycle calendar month`"),
                );
                (CycleRule::Calendar(CalendarUnit::Month), false)
            }
        }
    }

    fn cycle_of(&mut self, rule: &CycleSyntax, span: Span) -> CycleRule {
        let whole =
            |it: &quantity::Ratio| it.to_integer().and_then(|it| u32::try_from(it).ok()).filter(|it| *it > 0);
        let built = match rule {
            CycleSyntax::Calendar { unit, starting } => calendar_rule(unit, starting.as_ref()),
            CycleSyntax::Service { months } => whole(months)
                .map(|months| CycleRule::Service { months })
                .ok_or(("a whole number of months", "整数个月")),
            CycleSyntax::Fixed { length } => self
                .fixed_rule(length)
                .ok_or(("a length such as `30 days` or `720 h`", "长度，例如 `30 days` 或 `720 h`")),
        };
        built.unwrap_or_else(|wanted| {
            self.error(
                "E0107",
                span,
                format!("this cycle is not understood: expected {}", wanted.0),
                format!("无法理解此周期：应为{}", wanted.1),
                ("write `cycle calendar month`, `cycle service month from since` or `cycle 30 days from since`", "请写 `cycle calendar month`、`cycle service month from since` 或 `cycle 30 days from since`"),
            );
            CycleRule::Calendar(CalendarUnit::Month)
        })
    }

    fn fixed_rule(&mut self, length: &crate::syntax::ast::Expr) -> Option<CycleRule> {
        let node = self.lower(length, None);
        match node.op {
            crate::contract::Op::Literal(crate::contract::Literal::Period(period))
                if period.months == 0 && period.days > 0 =>
            {
                Some(CycleRule::Fixed { days: u32::try_from(period.days).ok()? })
            }
            crate::contract::Op::Literal(crate::contract::Literal::Quantity(it)) if it.unit.is_time() => {
                let nanos = it.value.mul(&quantity::Ratio::int(1_000_000_000)).ok()?.to_integer()?;
                Some(CycleRule::FixedNanos { nanos: i64::try_from(nanos).ok().filter(|it| *it > 0)? })
            }
            _ => None,
        }
    }
}

/// A cycle of the calendar, or what was expected instead.
fn calendar_rule(
    unit: &Name,
    starting: Option<&quantity::Ratio>,
) -> Result<CycleRule, (&'static str, &'static str)> {
    let given = starting
        .map(|it| it.to_integer().and_then(|it| u8::try_from(it).ok()).filter(|it| (1..=12).contains(it)));
    let year_starts = given.unwrap_or(Some(1)).ok_or(("a month from 1 to 12", "1 至 12 的月份"))?;
    let unit = match unit.text.as_str() {
        "quarter" => CalendarUnit::Quarter { year_starts },
        "half-year" => CalendarUnit::HalfYear { year_starts },
        "year" => CalendarUnit::Year { year_starts },
        "day" | "week" | "month" if starting.is_some() => {
            return Err((
                "`quarter`, `half-year` or `year` before `starting month`",
                "`starting month` 之前的 `quarter`、`half-year` 或 `year`",
            ));
        }
        "day" => CalendarUnit::Day,
        "week" => CalendarUnit::Week,
        "month" => CalendarUnit::Month,
        _ => {
            return Err((
                "`day`, `week`, `month`, `quarter`, `half-year` or `year`",
                "`day`、`week`、`month`、`quarter`、`half-year` 或 `year`",
            ));
        }
    };
    Ok(CycleRule::Calendar(unit))
}

/// The kind of an item a statement declares.
pub(crate) fn item_kind(kind: &StatementKind) -> Option<ItemKind> {
    Some(match kind {
        StatementKind::Definition(..) | StatementKind::Derived(..) => ItemKind::Definition,
        StatementKind::Param(..) => ItemKind::Param,
        StatementKind::Subject(..) => ItemKind::Subject,
        StatementKind::Level { .. } => ItemKind::Level,
        StatementKind::Promise { duty: false, .. } => ItemKind::Promise,
        StatementKind::Promise { duty: true, .. } => ItemKind::Duty,
        StatementKind::Remedy(..) => ItemKind::Remedy,
        StatementKind::Right(..) => ItemKind::Right,
        StatementKind::Exclusion(..) => ItemKind::Exclusion,
        _ => return None,
    })
}
