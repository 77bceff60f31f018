//! Clocks: durations that pass only in opening hours, on working days, or while some timeline holds.

use calendar::Hours;
use language::contract::{Node, Op, Status, Type};
use quantity::Quantity;
use timeline::{Instant, Interval, Timeline};

use super::scalar::out_of_range;
use super::{Evaluator, lost, unpublished};
use crate::absent::Absent;
use crate::settlement::Outcome;
use crate::value::{Value, seconds};

const DAY_NANOS: i128 = 86_400_000_000_000;

/// A timeline that has not run long enough in so much time is taken never to.
const REACH_MAX_NANOS: i128 = 3660 * DAY_NANOS;

impl<'a> Evaluator<'a> {
    pub(super) fn clock_op(&mut self, node: &'a Node) -> Outcome<Value> {
        match &node.op {
            Op::Clock(duration, timeline) if timeline.ty == Type::Timeline => {
                let nanos = self.nanos(duration)?;
                Ok(Value::Ticking(nanos, self.clock_of(timeline)))
            }
            Op::Clock(duration, hours) => {
                let nanos = self.nanos(duration)?;
                match self.eval(hours)? {
                    Value::Hours(hours) => Ok(Value::Clock(nanos, hours)),
                    _ => Err(lost()),
                }
            }
            Op::Working(days, calendar) => match (self.eval(days)?, self.eval(calendar)?) {
                (Value::WorkingDays(days, _), Value::Calendar(calendar)) => {
                    Ok(Value::WorkingDays(days, Some(calendar)))
                }
                _ => Err(lost()),
            },
            _ => Err(lost()),
        }
    }

    /// Remembers a timeline, so that it can be asked about whatever time the clock turns out to need.
    fn clock_of(&mut self, timeline: &'a Node) -> usize {
        let known = |(it, slots): &(&Node, Vec<Option<Value>>)| it.span == timeline.span && slots.is_empty();
        let slots = if super::rows::depends_on_variables(timeline) { self.slots.clone() } else { Vec::new() };
        match self.clocks.iter().position(known).filter(|_| slots.is_empty()) {
            Some(at) => at,
            None => {
                self.clocks.push((timeline, slots));
                self.clocks.len() - 1
            }
        }
    }

    /// The earliest instant at which `nanos` of the clock's timeline have passed since `from`. Looks only as far as it
    /// must, so that a deadline before the year's end never asks about the next year's holidays.
    pub(super) fn tick(&mut self, from: Instant, nanos: i128, clock: usize) -> Outcome<Instant> {
        if nanos <= 0 {
            return if nanos == 0 {
                Ok(from)
            } else {
                Err(Absent::not_computable("a clock does not run backwards", "计时不会倒走"))
            };
        }
        let (timeline, slots) = self.clocks.get(clock).cloned().ok_or_else(lost)?;
        let outer = std::mem::replace(&mut self.slots, slots);
        let found = self.ticked(from, nanos, timeline);
        self.slots = outer;
        found
    }

    fn ticked(&mut self, from: Instant, nanos: i128, timeline: &'a Node) -> Outcome<Instant> {
        let (mut seen, mut step, mut careful) = (0, nanos.max(DAY_NANOS), false);
        while seen < REACH_MAX_NANOS {
            let reach = i64::try_from(seen + step)
                .ok()
                .and_then(|it| from.checked_add(it))
                .and_then(|it| Interval::new(from, it));
            let within = reach.ok_or_else(out_of_range)?;
            match self.reaching(within, timeline) {
                Ok(found) => match passed(&found, within, nanos) {
                    Some(at) => return Ok(at),
                    None => seen += step,
                },
                Err(absent) if absent.status == Status::Provisional && step > DAY_NANOS => careful = true,
                Err(absent) => return Err(absent),
            }
            step = if careful { DAY_NANOS } else { step * 2 };
        }
        Err(Absent::not_computable("this clock never runs so long", "该计时始终走不满所需时长"))
    }
}

impl<'a> Evaluator<'a> {
    /// A timeline whose opening hours are asked within an interval too.
    fn reaching(&mut self, within: Interval, timeline: &'a Node) -> Outcome<std::sync::Arc<Timeline>> {
        let outer = self.reach.replace(within);
        self.trace.pause();
        let found = self.timeline_value(timeline);
        self.trace.resume();
        self.reach = outer;
        found
    }

    /// How much of a timeline passes from one instant to another; none backwards. What has no end is measured so far.
    pub(super) fn elapsed(&mut self, from: &'a Node, until: &'a Node, timeline: &'a Node) -> Outcome<Value> {
        let (from, until) = (self.instant(from)?, self.limit(until)?);
        let until = if until.is_bounded() { until } else { self.period.counted.until().min(self.moment()) };
        let nanos = match Interval::new(from, until) {
            Some(within) => self.reaching(within, timeline)?.clip_nanos(within),
            None => 0,
        };
        Ok(Value::Quantity(Quantity::seconds(seconds(nanos))))
    }
}

/// The instant at which so much of a timeline has passed within an interval.
pub(super) fn passed(timeline: &Timeline, within: Interval, nanos: i128) -> Option<Instant> {
    let mut left = nanos;
    for run in timeline.clip(within).runs() {
        if left <= run.nanos() {
            return i64::try_from(left).ok().and_then(|left| run.from().checked_add(left));
        }
        left -= run.nanos();
    }
    None
}

/// The instant at which so much open time has passed since `at`.
pub(super) fn advance(hours: &Hours, at: Instant, nanos: i128) -> Outcome<Instant> {
    use calendar::AdvanceError;
    hours.advance(at, nanos).map_err(|error| match error {
        AdvanceError::NotPublished(it) => unpublished(&it),
        AdvanceError::NeverOpen => Absent::not_computable("these hours never open", "该时段从不开放"),
        _ => out_of_range(),
    })
}
