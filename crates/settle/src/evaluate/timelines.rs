//! Timelines: what rows cover, opening hours, and their algebra. Values are absolute; measures clip them.

use std::sync::Arc;

use language::contract::{Combine, Node, Op, Type};
use timeline::{Instant, Interval, Timeline};

use super::{Evaluator, lost, unpublished};
use crate::absent::Absent;
use crate::open::Open;
use crate::settlement::Outcome;
use crate::value::{RowRef, Value};

/// A grid may have at most so many slices.
pub(super) const SLICES_MAX: i128 = 5_000_000;

impl<'a> Evaluator<'a> {
    pub(super) fn timeline(&mut self, node: &'a Node) -> Outcome<Arc<Timeline>> {
        match &node.op {
            Op::Cover(rows) => self.cover_node(rows),
            Op::Open(hours) => {
                let within = self.opening();
                self.open(hours, within)
            }
            // Written out, an empty or reversed window holds no instant.
            Op::WindowTimeline(window) if let Op::Between(from, until) = &window.op => {
                let (from, until) = (self.limit(from)?, self.limit(until)?);
                Ok(Arc::new(Timeline::from_intervals(Interval::new(from, until))))
            }
            Op::WindowTimeline(window) => match self.eval(window)? {
                Value::Window(span) => Ok(Arc::new(Timeline::of(span.counted))),
                _ => Err(lost()),
            },
            Op::Lasting(inner, operator, length) => {
                let least = self.nanos(length)?;
                let inner = self.whole_runs(inner, least)?;
                let runs = inner.runs().iter().copied().filter(|it| operator.holds(it.nanos().cmp(&least)));
                Ok(Arc::new(Timeline::from_intervals(runs)))
            }
            Op::Exclude(inner) => self.excluding(inner),
            Op::Excluded => self.excluded_timeline(),
            Op::Union(a, b) => self.merge(a, b, Timeline::union),
            Op::Intersect(a, b) => self.intersect(a, b),
            Op::Minus(a, b) => self.merge(a, b, Timeline::difference),
            Op::Complement(a) => Ok(Arc::new(self.timeline_value(a)?.complement())),
            Op::Slices(step, predicate) => self.slices(step, predicate),
            Op::SpansOf(rows, slot, from, until) => self.spans_of(rows, *slot, from, until),
            Op::Streak(rows, slot, predicate, count) => {
                let count = self.whole(count)?;
                self.streaks(rows, *slot, predicate, count)
            }
            Op::Held(rows, slot, predicate) => self.streaks(rows, *slot, predicate, 1),
            Op::SeriesCompare(operator, series, value) => {
                let series = self.series(series)?;
                let value = self.quantity(value)?.value;
                let operator = *operator;
                Ok(Arc::new(series.where_(|order| operator.holds(order), &value)))
            }
            _ => Err(lost()),
        }
    }

    /// A timeline whose runs are not cut at the window's edges within `nanos` of them: a longer run is long enough, cut
    /// or not.
    fn whole_runs(&mut self, node: &'a Node, nanos: i128) -> Outcome<Arc<Timeline>> {
        let window = self.opening();
        let beyond = i64::try_from(nanos).unwrap_or(i64::MAX);
        let from = beyond.checked_neg().and_then(|it| window.from().checked_add(it)).unwrap_or(Instant::MIN);
        let until = window.until().checked_add(beyond).unwrap_or(Instant::MAX);
        let outer = std::mem::replace(&mut self.reach, Interval::new(from, until));
        let found = self.timeline_value(node);
        self.reach = outer;
        found
    }

    fn merge(
        &mut self,
        a: &'a Node,
        b: &'a Node,
        join: fn(&Timeline, &Timeline) -> Timeline,
    ) -> Outcome<Arc<Timeline>> {
        let (a, b) = (self.timeline_value(a)?, self.timeline_value(b)?);
        self.burn(a.runs().len() + b.runs().len())?;
        Ok(Arc::new(join(&a, &b)))
    }

    /// Opening hours are asked only where the other side is.
    fn intersect(&mut self, a: &'a Node, b: &'a Node) -> Outcome<Arc<Timeline>> {
        match (&a.op, &b.op) {
            (Op::Open(_), Op::Open(_)) => self.merge(a, b, Timeline::intersect),
            (Op::Open(hours), _) => self.within_hours(b, hours),
            (_, Op::Open(hours)) => self.within_hours(a, hours),
            _ => self.merge(a, b, Timeline::intersect),
        }
    }

    fn within_hours(&mut self, other: &'a Node, hours: &'a Node) -> Outcome<Arc<Timeline>> {
        let other = self.timeline_value(other)?;
        let within = self.opening();
        let Some(hull) = other.clip(within).hull() else { return Ok(Arc::new(Timeline::empty())) };
        let open = self.open(hours, hull)?;
        Ok(Arc::new(other.intersect(&open)))
    }

    fn open(&mut self, hours: &'a Node, within: Interval) -> Outcome<Arc<Timeline>> {
        let Value::Hours(hours) = self.eval(hours)? else { return Err(lost()) };
        hours.timeline(within).map(Arc::new).map_err(|it| unpublished(&it))
    }

    /// Whether an instant lies in a timeline; hours are asked around the instant only.
    pub(super) fn inside(&mut self, at: Instant, set: &'a Node) -> Outcome<bool> {
        let Op::Open(hours) = &set.op else {
            return Ok(self.timeline_value(set)?.contains(at));
        };
        let next = at.checked_add(1).and_then(|next| Interval::new(at, next));
        let moment = next.ok_or_else(super::scalar::out_of_range)?;
        Ok(self.open(hours, moment)?.contains(at))
    }

    /// Whether an open end will lie in a timeline: it does not, once nothing of the timeline is left for it.
    pub(super) fn ends_inside(&mut self, end: &Open, set: &'a Node) -> Outcome<bool> {
        if end.is_beyond_everything() {
            return Ok(false);
        }
        let left = end.after().and_then(|it| Interval::new(it, Instant::MAX));
        match left {
            Some(left) if !matches!(set.op, Op::Open(_)) => {
                let later = self.timeline_value(set)?.clip(left);
                if later.is_empty() { Ok(false) } else { Err(end.undecided()) }
            }
            _ => Err(end.undecided()),
        }
    }

    /// Where opening hours are asked: the window, and as far as a clock reaches beyond it.
    fn opening(&self) -> Interval {
        let window = self.horizon();
        let wider = self
            .reach
            .and_then(|it| Interval::new(it.from().min(window.from()), it.until().max(window.until())));
        wider.unwrap_or(window)
    }

    /// Where something unbounded must be cut: the window, or the evidence within it when it has no beginning.
    pub(super) fn horizon(&self) -> Interval {
        self.bounded(self.window)
    }

    /// A window cut so.
    pub(super) fn bounded(&self, window: Interval) -> Interval {
        if window.is_bounded() {
            return window;
        }
        let facts = 0..self.world.contract.schema.facts.len();
        let first = facts
            .filter_map(|it| self.world.facts.rows(it).first().map(|it| it.from))
            .filter(|it| *it > Instant::MIN)
            .min();
        let from = first.unwrap_or(self.world.cycle.counted.from());
        let until = window.until().min(self.world.cycle.counted.until());
        Interval::new(from, until).unwrap_or(self.world.cycle.counted)
    }

    /// The slices of the window, from its beginning; the last one may be shorter.
    pub(super) fn grid(&mut self, step: &'a Node) -> Outcome<Vec<Interval>> {
        let step = self.nanos(step)?;
        let window = self.horizon();
        let slices = if step > 0 { (window.nanos() + step - 1) / step } else { SLICES_MAX + 1 };
        if slices > SLICES_MAX {
            return Err(Absent::not_computable(
                format!("a grid has more than {SLICES_MAX} slices"),
                format!("网格超过 {SLICES_MAX} 个时间片"),
            ));
        }
        let mut grid = Vec::new();
        let step = i64::try_from(step).map_err(|_| super::scalar::out_of_range())?;
        let mut from = window.from();
        while from < window.until() {
            let until = from.checked_add(step).map_or(window.until(), |it| it.min(window.until()));
            grid.extend(Interval::new(from, until));
            from = until;
        }
        self.burn(grid.len())?;
        Ok(grid)
    }

    fn slices(&mut self, step: &'a Node, predicate: &'a Node) -> Outcome<Arc<Timeline>> {
        let grid = self.grid(step)?;
        let mut kept = Vec::new();
        for slice in grid {
            let holds = self.in_slice(slice, |it| it.truth(predicate));
            match holds {
                Ok(true) => kept.push(slice),
                Ok(false) => {}
                Err(absent) if absent.replaceable => {}
                Err(absent) => return Err(absent),
            }
        }
        Ok(Arc::new(Timeline::from_intervals(kept)))
    }

    /// Evaluates with measures clipped to a slice.
    pub(super) fn in_slice<T>(&mut self, slice: Interval, run: impl FnOnce(&mut Self) -> T) -> T {
        let window = std::mem::replace(&mut self.window, slice);
        let reach = self.reach.take();
        self.trace.pause();
        let result = run(self);
        self.trace.resume();
        self.window = window;
        self.reach = reach;
        result
    }

    fn spans_of(
        &mut self,
        rows: &'a Node,
        slot: usize,
        from: &'a Node,
        until: &'a Node,
    ) -> Outcome<Arc<Timeline>> {
        let rows = self.rows(rows, super::rows::Reach::All)?;
        self.note_read(&rows);
        self.trace.pause();
        let spans = self.row_spans(&rows.rows, slot, from, until);
        self.trace.resume();
        Ok(Arc::new(Timeline::from_intervals(spans?)))
    }

    fn row_spans(
        &mut self,
        rows: &[RowRef],
        slot: usize,
        from: &'a Node,
        until: &'a Node,
    ) -> Outcome<Vec<Interval>> {
        let mut spans = Vec::new();
        for row in rows {
            let ends = self.with_slot(slot, Value::Row(*row), |it| Ok((it.limit(from)?, it.limit(until)?)));
            match ends {
                Ok((from, until)) => spans.extend(Interval::new(from, until)),
                Err(Absent { replaceable: true, .. }) => {}
                Err(absent) => return Err(absent),
            }
        }
        Ok(spans)
    }

    /// From the first of `count` consecutive matching events to the next event that does not match.
    fn streaks(
        &mut self,
        rows: &'a Node,
        slot: usize,
        predicate: &'a Node,
        count: u32,
    ) -> Outcome<Arc<Timeline>> {
        let rows = self.rows(rows, super::rows::Reach::All)?;
        self.note_read(&rows);
        let until = self.world.cycle.counted.until();
        let mut spans = Vec::new();
        let mut begun: Option<(Instant, u32)> = None;
        for row in &super::order::by_time(&rows) {
            let at = self.record(*row).map_or(Instant::MIN, |it| it.from);
            self.trace.pause();
            let matches = self.satisfies(*row, slot, predicate);
            self.trace.resume();
            begun = match (matches?, begun) {
                (true, None) => Some((at, 1)),
                (true, Some((from, seen))) => Some((from, seen.saturating_add(1))),
                (false, Some((from, seen))) => {
                    if seen >= count {
                        spans.extend(Interval::new(from, at));
                    }
                    None
                }
                (false, None) => None,
            };
        }
        if let Some((from, seen)) = begun
            && seen >= count
        {
            spans.extend(Interval::new(from, until));
        }
        Ok(Arc::new(Timeline::from_intervals(spans)))
    }

    /// Timelines or truths combined over a list.
    pub(super) fn quantified(&mut self, node: &'a Node) -> Outcome<Value> {
        let Op::Quantified(combine, slot, list, body) = &node.op else { return Err(lost()) };
        let items = self.elements(list)?;
        if node.ty == Type::Truth {
            return self.quantified_truth(combine, *slot, items, body);
        }
        let mut timelines = Vec::new();
        for item in items {
            let item = item?;
            timelines.push((*self.with_slot(*slot, item, |it| it.timeline_value(body))?).clone());
        }
        let combined = match combine {
            Combine::Any => Timeline::union_all(&timelines),
            Combine::All => Timeline::intersect_all(&timelines),
            Combine::AtLeast(count) => {
                let count = self.whole(count)?;
                Timeline::at_least(usize::try_from(count).unwrap_or(usize::MAX), &timelines)
            }
        };
        Ok(Value::Timeline(Arc::new(combined)))
    }

    fn quantified_truth(
        &mut self,
        combine: &'a Combine,
        slot: usize,
        items: Vec<Outcome<Value>>,
        body: &'a Node,
    ) -> Outcome<Value> {
        let mut holding = 0usize;
        let total = items.len();
        for item in items {
            let item = item?;
            holding += usize::from(self.with_slot(slot, item, |it| it.truth(body))?);
        }
        Ok(Value::Truth(match combine {
            Combine::Any => holding > 0,
            Combine::All => holding == total,
            Combine::AtLeast(count) => holding >= usize::try_from(self.whole(count)?).unwrap_or(usize::MAX),
        }))
    }
}
