//! Worked cases of a contract, run like documentation tests: facts given, results expected.

use std::sync::Arc;

use diagnostic::{Bilingual, Diagnostic, Lang, Place, Severity};
use evidence::{AttributeKind, Datum, FactKind, FactSchema, Memory, Record, RecordPlace};
use language::contract::{Compare, Contract, Example, ItemKind, Node, Op, Span, Type};
use language::problem::Problem;
use language::syntax::ast::{ExampleLine, ExampleRecord, Expr};
use timeline::{Instant, Interval};

use crate::absent::status_word;
use crate::evaluate::{Evaluator, Overrides, World};
use crate::parameters::any_cycle;
use crate::settle::cycle_span;
use crate::settlement::{CycleSpan, Inputs, Outcome};
use crate::value::Value;

/// Records one example may state.
pub const RECORDS_MAX: u32 = 1_000_000;

/// What became of one worked case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleResult {
    /// What it shows.
    pub title: String,
    /// The provider's own printed example: a mismatch is a finding, not a failure.
    pub printed: bool,
    /// The clause it stands under.
    pub clause: String,
    /// How many expectations it states.
    pub expectations: usize,
    /// What did not come out as expected, or could not be run.
    pub failures: Vec<Diagnostic>,
}

impl ExampleResult {
    /// Whether everything came out as expected.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// Runs every worked case of a contract.
pub fn examples(contract: &Contract) -> Vec<ExampleResult> {
    contract.examples.iter().map(|it| example(contract, it)).collect()
}

/// Runs one worked case.
pub fn example(contract: &Contract, example: &Example) -> ExampleResult {
    let mut case = Case::new(contract);
    case.read(example);
    let expectations = case.expectations.len();
    if case.failures.is_empty() {
        case.check();
    }
    ExampleResult {
        title: example.title.clone(),
        printed: example.printed,
        clause: example.clause.clone(),
        expectations,
        failures: case.failures,
    }
}

type GivenVerdict = (language::contract::ItemId, Option<(String, Span)>, bool);

struct Case<'a> {
    contract: &'a Contract,
    inputs: Inputs,
    label: Option<(String, Span)>,
    overrides: Overrides,
    /// Promises given as met or not, each in a named cycle or the one settled.
    verdicts: Vec<GivenVerdict>,
    records: Vec<Record>,
    expectations: Vec<(Option<String>, Node, Span)>,
    failures: Vec<Diagnostic>,
}

impl<'a> Case<'a> {
    fn new(contract: &'a Contract) -> Self {
        Self {
            contract,
            inputs: Inputs::default(),
            label: None,
            overrides: Overrides::default(),
            verdicts: Vec::new(),
            records: Vec::new(),
            expectations: Vec::new(),
            failures: Vec::new(),
        }
    }

    fn fail(&mut self, span: Span, en: impl Into<String>, zh: impl Into<String>, help: (&str, &str)) {
        let place = Place::in_text(&self.contract.file, &self.contract.text, span.from, span.until);
        let it =
            Diagnostic::new("X0101", Severity::Error, Bilingual::new(en, zh), Bilingual::new(help.0, help.1));
        self.failures.push(it.at(place));
    }

    fn problems(&mut self, problems: Vec<Problem>) {
        let (file, text) = (&self.contract.file, &self.contract.text);
        self.failures.extend(problems.into_iter().map(|it| it.in_file(file, text)));
    }

    fn read(&mut self, example: &Example) {
        for (line, span) in &example.lines {
            match line {
                ExampleLine::Cycle(label, at) => self.label = Some((label.replace(" to ", "/"), *at)),
                ExampleLine::Value(name, value) => self.value(&name.text, name.span, value),
                ExampleLine::Verdict { promise, breached, cycle } => {
                    let found = self
                        .contract
                        .named(&promise.text)
                        .filter(|(_, it)| matches!(it.kind, ItemKind::Promise | ItemKind::Duty));
                    match found {
                        Some((id, _)) => {
                            self.verdicts.push((id, cycle.clone().map(|it| (it, *span)), !*breached))
                        }
                        None => self.unknown(&promise.text, promise.span),
                    }
                }
                ExampleLine::Record(record) => self.record(record),
                ExampleLine::Expect(reading, expr) => {
                    self.expectation(reading.as_ref().map(|it| it.text.clone()), expr, *span)
                }
            }
        }
    }

    fn unknown(&mut self, name: &str, span: Span) {
        self.fail(
            span,
            format!("the contract declares no `{name}` that an example could give"),
            format!("合同没有声明可在示例中给定的 `{name}`"),
            (
                "give a fact, a parameter, a level, a promise, or plan, since, tenant",
                "可给定事实、参数、指标、承诺，或 plan、since、tenant",
            ),
        );
    }

    /// `given NAME = E`
    fn value(&mut self, name: &str, span: Span, expr: &Expr) {
        match name {
            "plan" => {
                let ty = Type::OneOf(Arc::from(self.contract.plans.as_slice()));
                if let Some(Value::Text(plan)) = self.constant(expr, Some(&ty)) {
                    self.inputs.plan = Some(plan.to_string());
                }
            }
            "tenant" => {
                if let Some(Value::Text(tenant)) = self.constant(expr, Some(&Type::Text)) {
                    self.inputs.tenant = Some(tenant.to_string());
                }
            }
            "since" => {
                if let Some(Value::Instant(since)) = self.constant(expr, Some(&Type::Instant)) {
                    self.inputs.since = Some(since);
                }
            }
            _ => match self.contract.named(name) {
                Some((id, item)) => {
                    let ty = item.ty.clone();
                    if let Some(value) = self.constant(expr, Some(&ty)) {
                        self.overrides.items.push((id, Ok(value)));
                    }
                }
                None => self.unknown(name, span),
            },
        }
    }

    /// A value that depends on nothing the example states.
    fn constant(&mut self, expr: &Expr, wanted: Option<&Type>) -> Option<Value> {
        let node = match language::understand(self.contract, expr, wanted) {
            Ok(node) => node,
            Err(problems) => {
                self.problems(problems);
                return None;
            }
        };
        let facts = Memory::from_records(Vec::new());
        let (cycle, none) = (any_cycle(), Overrides::default());
        let inputs = Inputs::default();
        let world = world(self.contract, &facts, &inputs, &cycle, &none, None);
        let value = Evaluator::new(world, false).eval(&node);
        match value {
            Ok(value) => Some(value),
            Err(absent) => {
                self.fail(
                    expr.span,
                    absent.reason.en,
                    absent.reason.zh,
                    ("give a plain value", "请给出确定的值"),
                );
                None
            }
        }
    }

    fn expectation(&mut self, reading: Option<String>, expr: &Expr, span: Span) {
        match language::understand(self.contract, expr, Some(&Type::Truth)) {
            Ok(node) => self.expectations.push((reading, node, span)),
            Err(problems) => self.problems(problems),
        }
    }

    fn record(&mut self, record: &ExampleRecord) {
        let Some((fact, schema)) = self.contract.schema.fact(&record.fact.text) else {
            self.unknown(&record.fact.text, record.fact.span);
            return;
        };
        let before = self.failures.len();
        let from = self.moment(&record.from);
        let until = record.until.as_ref().and_then(|it| self.moment(it));
        let lasting = record.lasting.as_ref().and_then(|it| self.duration(it));
        let every = record.every.as_ref().and_then(|it| self.duration(it));
        let times = record.times.as_ref().map_or(Some(1), |it| self.count(it));
        let attributes = self.attributes(schema, record);
        let subject = record.subject.as_ref().and_then(|it| self.constant(it, Some(&Type::Text)));
        if self.failures.len() > before {
            return;
        }
        let (Some(from), Some(times)) = (from, times) else { return };
        let length = lasting.or_else(|| until.map(|it| it.nanos().saturating_sub(from.nanos())));
        let subject = match subject {
            Some(Value::Text(it)) => Some(it),
            _ => None,
        };
        let template = Template {
            fact,
            kind: schema.kind,
            from,
            length,
            every: every.unwrap_or(0),
            attributes,
            subject,
        };
        self.repeat(&template, times, record.span);
    }

    fn repeat(&mut self, template: &Template, times: u32, span: Span) {
        if times > RECORDS_MAX {
            self.fail(
                span,
                format!("an example may state {RECORDS_MAX} records"),
                format!("示例最多可列 {RECORDS_MAX} 条记录"),
                ("state counts as numbers of one record", "请将数量写成一条记录的数值"),
            );
            return;
        }
        for at in 0..times {
            match template.record(at) {
                Some(record) => self.records.push(record),
                None => {
                    self.fail(
                        span,
                        "the record ends before it begins",
                        "记录的结束早于开始",
                        (
                            "give `FROM to UNTIL` with UNTIL after FROM",
                            "请写 `FROM to UNTIL`，且 UNTIL 晚于 FROM",
                        ),
                    );
                    return;
                }
            }
        }
    }

    fn moment(&mut self, expr: &Expr) -> Option<Instant> {
        match self.constant(expr, Some(&Type::Instant))? {
            Value::Instant(it) => Some(it),
            _ => None,
        }
    }

    fn duration(&mut self, expr: &Expr) -> Option<i64> {
        match self.constant(expr, Some(&Type::Scalar(quantity::Unit::time())))? {
            Value::Quantity(it) => {
                let nanos = it.value.mul(&quantity::Ratio::int(1_000_000_000)).ok()?.to_integer()?;
                i64::try_from(nanos).ok()
            }
            _ => None,
        }
    }

    fn count(&mut self, expr: &Expr) -> Option<u32> {
        match self.constant(expr, Some(&Type::Scalar(quantity::Unit::none())))? {
            Value::Quantity(it) => it.value.to_integer().and_then(|it| u32::try_from(it).ok()),
            _ => None,
        }
    }

    fn attributes(&mut self, schema: &FactSchema, record: &ExampleRecord) -> Vec<Option<Datum>> {
        let mut values: Vec<Option<Datum>> = vec![None; schema.attributes.len()];
        for (name, expr) in &record.attributes {
            let Some((at, attribute)) = schema.attribute(&name.text) else {
                self.fail(
                    name.span,
                    format!("`{}` has no attribute `{}`", schema.name, name.text),
                    format!("`{}` 没有属性 `{}`", schema.name, name.text),
                    ("see its declaration", "请参阅其声明"),
                );
                continue;
            };
            let ty = self.attribute_type(&attribute.kind);
            let value = self.constant(expr, Some(&ty)).and_then(|it| datum(&attribute.kind, it));
            if let (Some(place), Some(value)) = (values.get_mut(at), value) {
                *place = Some(value);
            }
        }
        for (attribute, value) in schema.attributes.iter().zip(&values) {
            if value.is_none()
                && !attribute.optional
                && !record.attributes.iter().any(|(name, _)| name.text == attribute.name)
            {
                self.fail(
                    record.span,
                    format!("`{}` needs the attribute `{}`", schema.name, attribute.name),
                    format!("`{}` 缺少属性 `{}`", schema.name, attribute.name),
                    ("state it, or declare it with `?`", "请给出，或在声明中加 `?`"),
                );
            }
        }
        values
    }

    fn attribute_type(&self, kind: &AttributeKind) -> Type {
        match kind {
            AttributeKind::Number => Type::Scalar(quantity::Unit::none()),
            AttributeKind::Money => {
                self.contract.currency.map_or(Type::Unknown, |it| Type::Scalar(quantity::Unit::money(it)))
            }
            AttributeKind::Duration => Type::Scalar(quantity::Unit::time()),
            AttributeKind::Unit(unit) => Type::Scalar(unit.clone()),
            AttributeKind::Instant => Type::Instant,
            AttributeKind::Date => Type::Date,
            AttributeKind::Text => Type::Text,
            AttributeKind::Truth => Type::Truth,
            AttributeKind::OneOf(words) | AttributeKind::Cause(words) => {
                Type::OneOf(Arc::from(words.as_slice()))
            }
        }
    }

    /// Evaluates every expectation.
    fn check(&mut self) {
        let Some(cycle) = self.cycle() else { return };
        self.place_verdicts();
        if !self.failures.is_empty() {
            return;
        }
        let facts = Memory::from_records(std::mem::take(&mut self.records));
        let expectations = std::mem::take(&mut self.expectations);
        for (reading, node, span) in &expectations {
            let world =
                world(self.contract, &facts, &self.inputs, &cycle, &self.overrides, reading.as_deref());
            let known = reading.as_ref().is_none_or(|name| {
                self.contract.items.iter().any(|it| it.readings.iter().any(|it| it.name == *name))
            });
            if !known {
                let name = reading.clone().unwrap_or_default();
                self.fail(
                    *span,
                    format!("the contract has no reading `{name}`"),
                    format!("合同没有名为 `{name}` 的解读"),
                    ("see `reading NAME`", "请参阅 `reading 名称`"),
                );
                continue;
            }
            let mut evaluator = Evaluator::new(world, false);
            let outcome = evaluator.eval(node);
            if matches!(outcome, Ok(Value::Truth(true))) {
                continue;
            }
            let (en, zh) = describe(&mut evaluator, node, outcome);
            self.fail(
                *span,
                en,
                zh,
                ("check the rule, or the arithmetic of the case", "请检查规则，或核对该例的计算"),
            );
        }
    }

    fn cycle(&mut self) -> Option<CycleSpan> {
        let (label, span) = match &self.label {
            Some(given) => given.clone(),
            None => {
                let day = self.inputs.since.map(|it| self.contract.zone.date(it)).or(self.contract.effective);
                (day.map_or_else(|| "2026-01-01".to_owned(), |it| it.to_string()), Span::default())
            }
        };
        match cycle_span(self.contract, &self.inputs, &label) {
            Ok(cycle) => Some(cycle),
            Err(it) => {
                let help = (it.help.en.clone(), it.help.zh.clone());
                self.fail(span, it.message.en, it.message.zh, (&help.0, &help.1));
                None
            }
        }
    }

    fn place_verdicts(&mut self) {
        for (id, cycle, met) in std::mem::take(&mut self.verdicts) {
            let window: Option<Interval> = match cycle {
                None => None,
                Some((label, span)) => match cycle_span(self.contract, &self.inputs, label.trim()) {
                    Ok(it) => Some(it.whole),
                    Err(it) => {
                        self.fail(
                            span,
                            it.message.en,
                            it.message.zh,
                            ("name a cycle such as 2020-11", "请写周期，例如 2020-11"),
                        );
                        continue;
                    }
                },
            };
            self.overrides.verdicts.push((id, window, met));
        }
    }
}

fn world<'w>(
    contract: &'w Contract,
    facts: &'w Memory,
    inputs: &'w Inputs,
    cycle: &'w CycleSpan,
    overrides: &'w Overrides,
    reading: Option<&'w str>,
) -> World<'w> {
    World { contract, facts, inputs, cycle, overrides, reading, excluding: true, complete: true }
}

/// What was expected and what came out.
fn describe<'n>(evaluator: &mut Evaluator<'n>, node: &'n Node, outcome: Outcome<Value>) -> (String, String) {
    let zone = &evaluator.world.contract.zone;
    let show = |it: &Outcome<Value>, lang| came_out(it, zone, lang);
    if let Op::Compare(operator, left, right) = &node.op {
        let (left, right) = (evaluator.eval(left), evaluator.eval(right));
        let sign =
            if *operator == Compare::Equal { String::new() } else { format!("{} ", operator.symbol()) };
        return (
            format!("expected {sign}{}, found {}", show(&right, Lang::En), show(&left, Lang::En)),
            format!("预期 {sign}{}，实际 {}", show(&right, Lang::Zh), show(&left, Lang::Zh)),
        );
    }
    if let Op::Is(value, _) = &node.op {
        let found = evaluator.eval(value);
        let (en, zh) = (show(&found, Lang::En), show(&found, Lang::Zh));
        return (format!("found {en}"), format!("实际为 {zh}"));
    }
    match outcome {
        Err(_) => (
            format!("no verdict: {}", show(&outcome, Lang::En)),
            format!("没有结论：{}", show(&outcome, Lang::Zh)),
        ),
        _ => ("it is not so".to_owned(), "结果不符".to_owned()),
    }
}

/// A value with its exact fraction, or the word that a case may expect of it and why.
fn came_out(outcome: &Outcome<Value>, zone: &calendar::Zone, lang: Lang) -> String {
    let (shown, more) = match outcome {
        Ok(value) => (value.show(zone, lang), exact(value)),
        Err(absent) => (status_word(absent.status).to_owned(), Some(absent.reason.in_lang(lang).to_owned())),
    };
    match (more, lang) {
        (None, _) => shown,
        (Some(more), Lang::En) => format!("{shown} ({more})"),
        (Some(more), Lang::Zh) => format!("{shown}（{more}）"),
    }
}

fn exact(value: &Value) -> Option<String> {
    match value {
        Value::Quantity(it) if !it.value.is_integer() => Some(it.value.fraction()),
        _ => None,
    }
}

fn datum(kind: &AttributeKind, value: Value) -> Option<Datum> {
    Some(match (kind, value) {
        (AttributeKind::Number, Value::Quantity(it)) => Datum::Number(it.value),
        (AttributeKind::Money, Value::Quantity(it)) => Datum::Money(it.value),
        (AttributeKind::Duration, Value::Quantity(it)) => Datum::Duration(it.value),
        (AttributeKind::Unit(_), Value::Quantity(it)) => Datum::Quantity(it.value),
        (_, Value::Instant(it)) => Datum::Instant(it),
        (_, Value::Date(it)) => Datum::Date(it),
        (_, Value::Text(it)) => Datum::Text(it),
        (_, Value::Truth(it)) => Datum::Truth(it),
        _ => return None,
    })
}

/// A record to be repeated.
struct Template {
    fact: usize,
    kind: FactKind,
    from: Instant,
    length: Option<i64>,
    every: i64,
    attributes: Vec<Option<Datum>>,
    subject: Option<Arc<str>>,
}

impl Template {
    fn record(&self, at: u32) -> Option<Record> {
        let from = self.from.checked_add(self.every.checked_mul(i64::from(at))?)?;
        let until = match (self.kind, self.length) {
            (FactKind::Event, _) => from,
            (_, Some(length)) => from.checked_add(length)?,
            (_, None) => Instant::MAX,
        };
        let ordered = until > from || (until == from && self.kind != FactKind::Span);
        ordered.then(|| Record {
            fact: self.fact,
            id: None,
            subject: self.subject.clone(),
            from,
            until,
            attributes: self.attributes.clone(),
            source: None,
            recorded_at: None,
            supersedes: None,
            reason: None,
            place: RecordPlace { file: 0, line: at },
            withdrawn: false,
        })
    }
}
