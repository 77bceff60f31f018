//! Evaluation: a value for every node, or why there is none. No clock, no order dependence, bounded work.

mod aggregate;
mod ask;
mod call;
mod caused;
mod clock;
mod counting;
mod cycles;
mod excluded;
mod item;
mod list;
mod narrowed;
mod order;
mod paid;
mod remedy;
mod rows;
mod scalar;
mod series;
mod table;
mod taken;
mod timelines;
mod trace;
mod written;

use std::collections::BTreeMap;
use std::sync::Arc;

use evidence::Facts;
use language::contract::{Contract, ItemId, Literal, Node, Op, Span as SourceSpan, WindowName};
use timeline::{Instant, Interval, Timeline};

pub(crate) use excluded::ExclusionLog;
pub(crate) use remedy::RemedyValue;
pub(crate) use scalar::order;
pub(crate) use trace::Trace;

use caused::Computed;
use paid::Past;

use crate::absent::Absent;
use crate::open::Open;
use crate::settlement::{CycleSpan, Inputs, Outcome};
use crate::value::{Rows, Span, Value};

/// Steps an evaluation may take before it is refused.
pub(crate) const FUEL_MAX: u64 = 200_000_000;

/// Values given instead of computed, in examples and what-if questions.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// Items given a value.
    pub items: Vec<(ItemId, Outcome<Value>)>,
    /// Verdicts of promises in given cycles (`None`: the one settled); `true` means met.
    pub verdicts: Vec<(ItemId, Option<Interval>, bool)>,
}

/// What stays the same during one evaluation.
#[derive(Clone)]
pub(crate) struct World<'a> {
    pub(crate) contract: &'a Contract,
    pub(crate) facts: &'a dyn Facts,
    pub(crate) inputs: &'a Inputs,
    pub(crate) cycle: &'a CycleSpan,
    pub(crate) overrides: &'a Overrides,
    /// The reading followed where it is offered; otherwise the one in force.
    pub(crate) reading: Option<&'a str>,
    /// Exclusions take effect.
    pub(crate) excluding: bool,
    /// The evidence states everything that happened, so none is a statement too.
    pub(crate) complete: bool,
}

/// Which value is remembered: item, period, window and reach when they matter, subject.
pub(crate) type MemoKey = (ItemId, Option<(Interval, Interval, Option<Interval>)>, Option<String>);

/// An evaluation in progress.
pub(crate) struct Evaluator<'a> {
    pub(crate) world: World<'a>,
    /// The cycle, or the window named by `over`.
    pub(crate) period: Span,
    /// Where measures are taken: the period, or a slice of it.
    pub(crate) window: Interval,
    /// Where opening hours are asked beyond the window, for a clock that runs there.
    pub(crate) reach: Option<Interval>,
    /// Variables by slot.
    pub(crate) slots: Vec<Option<Value>>,
    pub(crate) memo: BTreeMap<MemoKey, Outcome<Value>>,
    pub(crate) covers: BTreeMap<SourceSpan, Arc<Timeline>>,
    pub(crate) remedies: BTreeMap<(ItemId, Interval, Option<String>), RemedyValue>,
    pub(crate) log: ExclusionLog,
    pub(crate) trace: Trace,
    /// Spans with an excluded cause are passed over.
    passing_over: bool,
    /// What was computed with the other setting of `passing_over`.
    aside: Computed,
    /// Facts of spans some of which have an excluded cause, once they were looked for.
    caused_facts: Option<Vec<usize>>,
    /// Whom exclusions `per` a subject are taken for, where they are next asked.
    pub(crate) about: Vec<(ItemId, Value)>,
    /// Timelines that clocks run in, each with the variables it was met under.
    clocks: Vec<(&'a Node, Vec<Option<Value>>)>,
    past: Past,
    fuel: u64,
}

impl<'a> Evaluator<'a> {
    /// An evaluation of the world's own cycle.
    pub(crate) fn new(world: World<'a>, traced: bool) -> Self {
        let cycle = world.cycle;
        let period =
            Span { counted: cycle.counted, whole: cycle.whole, label: Some(Arc::from(cycle.label.as_str())) };
        Self {
            window: cycle.counted,
            period,
            reach: None,
            slots: Vec::new(),
            memo: BTreeMap::new(),
            covers: BTreeMap::new(),
            remedies: BTreeMap::new(),
            log: ExclusionLog::default(),
            trace: Trace::new(traced),
            passing_over: false,
            aside: Computed::default(),
            caused_facts: None,
            about: Vec::new(),
            clocks: Vec::new(),
            past: Past::default(),
            fuel: FUEL_MAX,
            world,
        }
    }

    /// Takes `steps` of fuel.
    pub(crate) fn burn(&mut self, steps: usize) -> Outcome<()> {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        match self.fuel.checked_sub(steps) {
            Some(left) => {
                self.fuel = left;
                Ok(())
            }
            None => {
                self.fuel = 0;
                Err(Absent::not_computable(
                    format!("the evaluation needs more than {FUEL_MAX} steps"),
                    format!("计算超过 {FUEL_MAX} 步的上限"),
                ))
            }
        }
    }

    /// The value of a node.
    pub(crate) fn eval(&mut self, node: &'a Node) -> Outcome<Value> {
        self.burn(1)?;
        let value = self.eval_op(node);
        self.trace.step(node, &value, &self.world);
        value
    }

    fn eval_op(&mut self, node: &'a Node) -> Outcome<Value> {
        match &node.op {
            Op::Literal(literal) => Ok(constant(literal)),
            Op::Item(id, slot) => {
                let subject = slot.and_then(|it| self.slot(it));
                self.item(*id, subject)
            }
            Op::ItemFor(id, subject) => {
                let subject = self.eval(subject)?;
                let subject = self.member(*id, Some(subject))?;
                self.item(*id, subject)
            }
            Op::Plan => self.plan(),
            Op::Since => self.since().map(Value::Instant),
            Op::Tenant => self.tenant(),
            Op::Window(name) => self.named_window(*name).map(Value::Window),
            Op::LastCycles(_)
            | Op::LastCyclesWindow(_)
            | Op::PreviousCycles(_)
            | Op::PreviousCyclesWindow(_)
            | Op::CalendarParts(..)
            | Op::Between(..)
            | Op::Over(..)
            | Op::Pattern { .. } => self.window_op(node),
            Op::Variable(slot) => self.slot(*slot).ok_or_else(lost),
            Op::RowField(..) | Op::Field(..) => self.field_op(node),
            Op::WindowEdge(window, from) => self.edge(window, *from),
            Op::ClaimEdge(id, opens) => self.claim_edge(*id, *opens).map(Value::Instant),
            Op::Paid(id, slot) => {
                let subject = slot.and_then(|it| self.slot(it));
                let subject = self.member(*id, subject)?;
                self.paid(*id, subject)
            }
            Op::PaidOver { remedy, slot, cycles, which } => {
                let subject = slot.and_then(|it| self.slot(it));
                let subject = self.member(*remedy, subject)?;
                self.paid_over(*remedy, subject, cycles.as_deref(), *which)
            }
            Op::Negate(_)
            | Op::Not(_)
            | Op::Add(..)
            | Op::Subtract(..)
            | Op::Multiply(..)
            | Op::Divide(..)
            | Op::Shift(..)
            | Op::Elapsed(..)
            | Op::Compare(..)
            | Op::And(..)
            | Op::Or(..)
            | Op::InBand(..)
            | Op::InList(..)
            | Op::Inside(..)
            | Op::Default(..)
            | Op::Is(..)
            | Op::If(..) => self.scalar_op(node),
            Op::Fact(_)
            | Op::Where(..)
            | Op::OfSubject(..)
            | Op::LastingRows(..)
            | Op::Distinct(..)
            | Op::Ordered { .. }
            | Op::Except(..)
            | Op::ExcludeRows(_) => self.rows_in_window(node).map(Value::Rows),
            Op::Lasting(..)
            | Op::Exclude(_)
            | Op::Excluded
            | Op::Cover(_)
            | Op::Open(_)
            | Op::WindowTimeline(_)
            | Op::Union(..)
            | Op::Intersect(..)
            | Op::Minus(..)
            | Op::Complement(_)
            | Op::Slices(..)
            | Op::SpansOf(..)
            | Op::Streak(..)
            | Op::Held(..)
            | Op::SeriesCompare(..) => self.timeline(node).map(Value::Timeline),
            Op::About(subject, slot, inner) => self.about(*subject, *slot, |it| it.eval(inner)),
            Op::By(..) | Op::Ladder(..) | Op::AsOf(..) => self.table(node),
            Op::Hours(hours) => Ok(Value::Hours(hours.clone())),
            Op::Calendar(calendar) => Ok(Value::Calendar(calendar.clone())),
            Op::Clock(..) | Op::Working(..) => self.clock_op(node),
            Op::ForEach(..) | Op::ForGrid(..) | Op::Filter(..) | Op::List(_) => self.list_op(node),
            Op::Carry(slot, start, list, body) => self.carry(*slot, start, list, body),
            Op::Quantified(..) => self.quantified(node),
            Op::Aggregate { .. } | Op::Fold(..) => self.aggregate_op(node),
            Op::Stack(..) | Op::Highest(..) => self.stack(node),
            Op::Within(..) => self.within(node),
            Op::Call(function, arguments) => self.call(*function, arguments, node),
            Op::Broken => Err(Absent::not_computable("the rule could not be read", "规则无法读取")),
        }
    }

    /// What a slot holds.
    pub(crate) fn slot(&self, slot: usize) -> Option<Value> {
        self.slots.get(slot).cloned().flatten()
    }

    /// Evaluates with a slot holding `value`.
    pub(crate) fn with_slot<T>(&mut self, slot: usize, value: Value, run: impl FnOnce(&mut Self) -> T) -> T {
        if self.slots.len() <= slot {
            self.slots.resize(slot + 1, None);
        }
        let saved = self.slots.get_mut(slot).and_then(|it| it.replace(value));
        let result = run(self);
        if let Some(place) = self.slots.get_mut(slot) {
            *place = saved;
        }
        result
    }

    fn plan(&self) -> Outcome<Value> {
        match &self.world.inputs.plan {
            Some(plan) => Ok(Value::Text(Arc::from(plan.as_str()))),
            None => Err(Absent::not_computable(
                format!("the plan is not given (one of {})", self.world.contract.plans.join(", ")),
                format!("未给出套餐（应为 {} 之一）", self.world.contract.plans.join("、")),
            )),
        }
    }

    /// The start of the subscription; without one, the start of the cycle.
    pub(crate) fn since(&self) -> Outcome<Instant> {
        Ok(self.world.inputs.since.unwrap_or(self.world.cycle.whole.from()))
    }

    fn tenant(&self) -> Outcome<Value> {
        match &self.world.inputs.tenant {
            Some(tenant) => Ok(Value::Text(Arc::from(tenant.as_str()))),
            None => Err(Absent::not_computable("the tenant is not given", "未给出租户")),
        }
    }

    fn named_window(&mut self, name: WindowName) -> Outcome<Span> {
        match name {
            WindowName::Cycle => Ok(self.period.clone()),
            WindowName::WholeCycle => Ok(Span { counted: self.period.whole, ..self.period.clone() }),
            WindowName::History => self.history(),
            WindowName::PreviousCycle => self.previous_cycle(1),
        }
    }

    fn edge(&mut self, window: &'a Node, from: bool) -> Outcome<Value> {
        match self.eval(window)? {
            Value::Window(it) => {
                let edge = if from { it.counted.from() } else { it.counted.until() };
                Ok(if edge.is_bounded() {
                    Value::Instant(edge)
                } else {
                    Value::Open(Arc::new(Open::endless(!from)))
                })
            }
            _ => Err(lost()),
        }
    }

    /// A timeline-valued node.
    pub(crate) fn timeline_value(&mut self, node: &'a Node) -> Outcome<Arc<Timeline>> {
        match self.eval(node)? {
            Value::Timeline(it) => Ok(it),
            Value::Rows(rows) => Ok(Arc::new(self.cover(&rows))),
            _ => Err(lost()),
        }
    }

    /// A rows-valued node, restricted to the window.
    pub(crate) fn rows_value(&mut self, node: &'a Node) -> Outcome<Rows> {
        match self.eval(node)? {
            Value::Rows(rows) => Ok(rows),
            _ => Err(lost()),
        }
    }

    /// A number-valued node.
    pub(crate) fn quantity(&mut self, node: &'a Node) -> Outcome<quantity::Quantity> {
        match self.eval(node)? {
            Value::Quantity(it) => Ok(it),
            Value::Open(it) => Err(it.absent()),
            _ => Err(lost()),
        }
    }

    /// A truth-valued node.
    pub(crate) fn truth(&mut self, node: &'a Node) -> Outcome<bool> {
        match self.eval(node)? {
            Value::Truth(it) => Ok(it),
            _ => Err(lost()),
        }
    }

    /// An instant-valued node.
    pub(crate) fn instant(&mut self, node: &'a Node) -> Outcome<Instant> {
        match self.eval(node)? {
            Value::Instant(it) => Ok(it),
            Value::Open(it) => Err(it.absent()),
            _ => Err(lost()),
        }
    }

    /// An instant at which an interval begins or ends; the end of an open record is none.
    pub(crate) fn limit(&mut self, node: &'a Node) -> Outcome<Instant> {
        match self.eval(node)? {
            Value::Instant(it) => Ok(it),
            Value::Open(it) => Ok(it.limit()),
            _ => Err(lost()),
        }
    }

    /// When is now: the moment settled as of, or else the end of the cycle.
    pub(crate) fn moment(&self) -> Instant {
        self.world.inputs.as_of.unwrap_or(self.world.cycle.counted.until())
    }

    /// A duration-valued node, in nanoseconds; fractions of a nanosecond are refused.
    pub(crate) fn nanos(&mut self, node: &'a Node) -> Outcome<i128> {
        let seconds = self.quantity(node)?.value;
        let nanos = seconds.mul(&quantity::Ratio::int(1_000_000_000)).ok().and_then(|it| it.to_integer());
        nanos.ok_or_else(|| {
            Absent::not_computable("a duration is finer than a nanosecond", "时长精度超过一纳秒")
        })
    }

    /// A whole number.
    pub(crate) fn whole(&mut self, node: &'a Node) -> Outcome<u32> {
        let value = self.quantity(node)?.value;
        value.to_integer().and_then(|it| u32::try_from(it).ok()).ok_or_else(|| {
            Absent::not_computable(
                format!("{} is not a whole number", value.show()),
                format!("{} 不是整数", value.show()),
            )
        })
    }
}

/// A value of a sort the checker ruled out; never seen in a checked contract.
pub(crate) fn lost() -> Absent {
    Absent::not_computable("a value has the wrong sort", "值的类别不符")
}

/// What a calendar that is not published yet leaves unknown.
pub(crate) fn unpublished(it: &calendar::NotPublished) -> Absent {
    Absent::provisional(
        format!("the holidays of `{}` for {} are not published yet", it.calendar, it.year),
        format!("`{}` {} 年的假日安排尚未公布", it.calendar, it.year),
    )
}

fn constant(literal: &Literal) -> Value {
    match literal {
        Literal::Quantity(it) => Value::Quantity(it.clone()),
        Literal::Truth(it) => Value::Truth(*it),
        Literal::Text(it) => Value::Text(it.clone()),
        Literal::Instant(it) => Value::Instant(*it),
        Literal::Date(it) => Value::Date(*it),
        Literal::Period(it) => Value::Period(*it),
        Literal::WorkingDays(it) => Value::WorkingDays(*it, None),
    }
}
