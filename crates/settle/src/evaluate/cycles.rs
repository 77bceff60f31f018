//! Windows: the cycle, cycles before it, history, and promises over past cycles.

use std::sync::Arc;

use calendar::{CalendarUnit, Cycle, CycleError, CycleRule, Period, cycle_at, next, previous};
use language::contract::{ItemId, Node, Op};
use quantity::{Quantity, Ratio};
use timeline::{Instant, Interval};

use super::{Evaluator, lost};
use crate::absent::Absent;
use crate::settlement::Outcome;
use crate::value::{Span, Value};

/// A contract may look back over at most so many cycles.
pub(super) const CYCLES_MAX: u32 = 1200;

impl<'a> Evaluator<'a> {
    pub(super) fn window_op(&mut self, node: &'a Node) -> Outcome<Value> {
        match &node.op {
            Op::LastCycles(count) => {
                let cycles = self.last_cycles(count)?;
                Ok(Value::List(Arc::new(cycles.into_iter().map(|it| Ok(Value::Window(it))).collect())))
            }
            Op::LastCyclesWindow(count) => {
                let cycles = self.last_cycles(count)?;
                let first = cycles.first().ok_or_else(lost)?.clone();
                let until = self.period.counted.until();
                let counted = Interval::new(first.counted.from(), until).ok_or_else(lost)?;
                let whole = Interval::new(first.whole.from(), self.period.whole.until()).ok_or_else(lost)?;
                Ok(Value::Window(Span { counted, whole, label: None }))
            }
            Op::PreviousCycles(count) => {
                let cycles = self.cycles_before(count, 0)?;
                Ok(Value::List(Arc::new(cycles.into_iter().map(|it| Ok(Value::Window(it))).collect())))
            }
            Op::PreviousCyclesWindow(count) => {
                let cycles = self.cycles_before(count, 1)?;
                let (first, last) = match (cycles.first(), cycles.last()) {
                    (Some(first), Some(last)) => (first, last),
                    _ => return Err(before_start(&CycleError::BeforeAnchor)),
                };
                let hull = |a: Interval, b: Interval| Interval::new(a.from(), b.until()).ok_or_else(lost);
                let (counted, whole) = (hull(first.counted, last.counted)?, hull(first.whole, last.whole)?);
                Ok(Value::Window(Span { counted, whole, label: None }))
            }
            Op::CalendarParts(unit, window) => self.calendar_parts(*unit, window),
            Op::Between(from, until) => {
                let (from, until) = (self.limit(from)?, self.limit(until)?);
                let counted = Interval::new(from, until).ok_or_else(|| {
                    Absent::not_computable("a window ends before it begins", "时间窗的结束早于开始")
                })?;
                Ok(Value::Window(Span { counted, whole: counted, label: None }))
            }
            Op::Over(inner, window) => match self.eval(window)? {
                Value::Window(span) => self.over(span, |it| it.eval(inner)),
                _ => Err(lost()),
            },
            Op::Pattern { promise, slot, breached, least, out_of } => {
                let subject = slot.and_then(|it| self.slot(it));
                self.pattern(*promise, subject, *breached, least, out_of)
            }
            _ => Err(lost()),
        }
    }

    /// The parts of a window, from its beginning; the last one may be shorter. Calendar steps are counted from the
    /// beginning, so that a month that starts on the 31st comes back to the 31st.
    pub(super) fn split(&mut self, window: &'a Node, step: &'a Node) -> Outcome<Value> {
        let Value::Window(span) = self.eval(window)? else { return Err(lost()) };
        let whole = self.bounded(span.counted);
        let step = match self.eval(step)? {
            Value::Period(it) => it,
            Value::Quantity(it) => Period::nanos(duration_nanos(&it)?),
            _ => return Err(lost()),
        };
        let zone = &self.world.contract.zone;
        let mut parts = Vec::new();
        let (mut from, mut steps) = (whole.from(), 0);
        while from < whole.until() {
            self.burn(1)?;
            steps += 1;
            let next = times(step, steps)
                .and_then(|it| Period::add(zone, whole.from(), it))
                .unwrap_or(whole.until());
            let part = Interval::new(from, next.min(whole.until())).ok_or_else(|| {
                Absent::not_computable(
                    "a window is split into parts of no length",
                    "时间窗被切分为没有长度的部分",
                )
            })?;
            parts.push(Ok(Value::Window(Span { counted: part, whole: part, label: None })));
            from = part.until();
        }
        Ok(Value::List(Arc::new(parts)))
    }

    /// Evaluates in another window.
    pub(super) fn over<T>(&mut self, span: Span, run: impl FnOnce(&mut Self) -> T) -> T {
        let window = std::mem::replace(&mut self.window, span.counted);
        let period = std::mem::replace(&mut self.period, span);
        let reach = self.reach.take();
        self.trace.pause();
        let result = run(self);
        self.trace.resume();
        self.window = window;
        self.period = period;
        self.reach = reach;
        result
    }

    /// Everything up to the end of the period.
    pub(super) fn history(&mut self) -> Outcome<Span> {
        let until = self.period.counted.until();
        let from = self.world.inputs.since.unwrap_or(Instant::MIN);
        let counted = Interval::new(from, until).ok_or_else(lost)?;
        Ok(Span { counted, whole: counted, label: None })
    }

    /// The cycle `back` before the period.
    pub(super) fn previous_cycle(&mut self, back: u32) -> Outcome<Span> {
        let contract = self.world.contract;
        let here = Cycle { whole: self.period.whole, label: String::new() };
        let found = previous(&contract.cycle, &contract.zone, self.world.inputs.since, &here, back);
        let cycle = found.map_err(|it| before_start(&it))?;
        let counted = self.clipped(cycle.whole).ok_or_else(|| before_start(&CycleError::BeforeAnchor))?;
        Ok(Span { counted, whole: cycle.whole, label: Some(Arc::from(cycle.label.as_str())) })
    }

    /// The part of a cycle after the subscription's start, where the contract clips.
    fn clipped(&self, whole: Interval) -> Option<Interval> {
        match self.world.inputs.since {
            Some(since) if since >= whole.until() => None,
            Some(since) if self.world.contract.cycle_from_since && since > whole.from() => {
                Interval::new(since, whole.until())
            }
            _ => Some(whole),
        }
    }

    /// The last n cycles, oldest first, this one included; cycles before the subscription are left out.
    fn last_cycles(&mut self, count: &'a Node) -> Outcome<Vec<Span>> {
        let count = self.cycle_count(count, 1)?;
        let mut cycles = self.back(count - 1);
        cycles.push(self.period.clone());
        Ok(cycles)
    }

    /// The n cycles before this one, oldest first; cycles before the subscription are left out.
    fn cycles_before(&mut self, count: &'a Node, least: u32) -> Outcome<Vec<Span>> {
        let count = self.cycle_count(count, least)?;
        Ok(self.back(count))
    }

    fn back(&mut self, count: u32) -> Vec<Span> {
        let mut cycles = Vec::new();
        for back in 1..=count {
            match self.previous_cycle(back) {
                Ok(span) => cycles.push(span),
                Err(_) => break,
            }
        }
        cycles.reverse();
        cycles
    }

    /// How many cycles are looked at.
    pub(super) fn cycle_count(&mut self, count: &'a Node, least: u32) -> Outcome<u32> {
        let count = self.whole(count)?;
        if count < least || count > CYCLES_MAX {
            return Err(Absent::not_computable(
                format!("{count} cycles: between {least} and {CYCLES_MAX} may be looked at"),
                format!("{count} 个周期：只能查看 {least} 到 {CYCLES_MAX} 个"),
            ));
        }
        Ok(count)
    }

    /// The calendar's days, weeks, months … that end in a window, each whole and with its name. One that began before
    /// the subscription is left out.
    fn calendar_parts(&mut self, unit: CalendarUnit, window: &'a Node) -> Outcome<Value> {
        let Value::Window(span) = self.eval(window)? else { return Err(lost()) };
        let window = self.bounded(span.counted);
        let (rule, zone) = (CycleRule::Calendar(unit), &self.world.contract.zone);
        let since = self.world.inputs.since.unwrap_or(Instant::MIN);
        let mut part = cycle_at(&rule, zone, None, window.from()).map_err(|it| before_start(&it))?;
        let mut parts = Vec::new();
        while part.whole.until() <= window.until() {
            self.burn(1)?;
            if part.whole.from() >= since {
                let label = Some(Arc::from(part.label.as_str()));
                parts.push(Ok(Value::Window(Span { counted: part.whole, whole: part.whole, label })));
            }
            match next(&rule, zone, None, &part, 1) {
                Ok(following) => part = following,
                Err(_) => break,
            }
        }
        Ok(Value::List(Arc::new(parts)))
    }

    /// Known breaches (or successes) only: a cycle without data counts as neither.
    fn pattern(
        &mut self,
        promise: ItemId,
        subject: Option<Value>,
        breached: bool,
        least: &'a Node,
        out_of: &'a Node,
    ) -> Outcome<Value> {
        let least = self.whole(least)?;
        let cycles = self.last_cycles(out_of)?;
        let mut hits = 0u32;
        for span in cycles {
            let verdict = self.over(span, |it| it.item(promise, subject.clone()));
            if let Ok(Value::Truth(met)) = verdict
                && met != breached
            {
                hits = hits.saturating_add(1);
            }
        }
        Ok(Value::Truth(hits >= least))
    }
}

/// A period so many times.
fn times(step: Period, count: i32) -> Option<Period> {
    let nanos = step.nanos.checked_mul(i64::from(count))?;
    Some(Period { months: step.months.checked_mul(count)?, days: step.days.checked_mul(count)?, nanos })
}

fn duration_nanos(it: &Quantity) -> Outcome<i64> {
    let nanos = it
        .value
        .mul(&Ratio::int(1_000_000_000))
        .ok()
        .and_then(|it| it.to_integer())
        .and_then(|it| i64::try_from(it).ok());
    nanos.ok_or_else(super::scalar::out_of_range)
}

fn before_start(error: &CycleError) -> Absent {
    let zh = crate::cycle_error::in_chinese(error);
    Absent::no_data(format!("there is no such cycle: {error}"), format!("没有这样的周期：{zh}"))
}
