//! Functions of plain values.

use std::sync::Arc;

use calendar::{Date, HolidayCalendar, add_date, nth_working_day, working_days_between};
use language::contract::{Compare, Function, Node, RowType, Type};
use quantity::{Quantity, Ratio, Unit};
use timeline::{Instant, Interval, Timeline};

use super::scalar::{compare, out_of_range, ratio_absent};
use super::{Evaluator, lost, unpublished};
use crate::absent::Absent;
use crate::open;
use crate::settlement::Outcome;
use crate::value::{RowRef, Rows, Value, seconds};

impl<'a> Evaluator<'a> {
    pub(super) fn call(
        &mut self,
        function: Function,
        arguments: &'a [Node],
        node: &'a Node,
    ) -> Outcome<Value> {
        match (function, arguments) {
            (Function::Min | Function::Max, [first, ..]) if matches!(first.ty, Type::Series(_)) => {
                self.series_extreme(function, arguments)
            }
            (Function::Min, all) => self.extreme(all, Compare::Less),
            (Function::Max, all) => self.extreme(all, Compare::More),
            (Function::Abs, [a]) => {
                let value = self.eval(a)?;
                let it = match &value {
                    // A length has no sign to lose.
                    Value::Open(it) if it.is_positive() => return Ok(value),
                    Value::Open(it) => return Err(it.absent()),
                    Value::Quantity(it) => it,
                    _ => return Err(lost()),
                };
                Ok(Value::Quantity(Quantity { value: it.value.abs(), unit: it.unit.clone() }))
            }
            (Function::Round(how), [a, step]) => {
                let (it, step) = (self.eval(a)?, self.quantity(step)?.value);
                let source = || super::written::one_line(self.world.contract.source(node.span));
                let rounded = |it| match it {
                    Value::Quantity(Quantity { value, unit }) => {
                        let value = value.round_to(&step, how).map_err(|it| ratio_absent(it, &source()))?;
                        Ok(Value::Quantity(Quantity { value, unit }))
                    }
                    _ => Err(lost()),
                };
                match it {
                    Value::Open(it) => Ok(Value::Open(Arc::new(it.mapped(false, rounded)))),
                    it => rounded(it),
                }
            }
            (Function::Length, [a]) => self.length(a),
            (Function::Runs, [a]) => {
                let clipped = self.clipped_timeline(a)?;
                Ok(runs_of(&clipped))
            }
            (Function::Gaps, [a]) => self.gaps(a),
            (Function::FirstRows | Function::LastRows, [count, rows]) => {
                let count = usize::try_from(self.whole(count)?).unwrap_or(usize::MAX);
                let rows = self.rows_value(rows)?;
                Ok(Value::Rows(cut(&rows, count, function == Function::FirstRows)))
            }
            (Function::SeriesMean | Function::Integral, [a]) => self.integral(function, a),
            (Function::Known, [a]) => {
                let items = self.elements(a)?;
                let is_known = |it: &Outcome<Value>| match it {
                    Ok(value) => !open::is_open(value),
                    Err(absent) => absent.status == language::contract::Status::Provisional,
                };
                Ok(Value::List(Arc::new(items.into_iter().filter(is_known).collect())))
            }
            (Function::LongestRun, [a]) => self.longest_run(a),
            (Function::Subjects, [a]) => self.subjects(a),
            (Function::Elapsed, [from, until, timeline]) => self.elapsed(from, until, timeline),
            (Function::Split, [window, step]) => self.split(window, step),
            (Function::FirstTime, [limit, timeline]) => {
                let limit = self.nanos(limit)?;
                let timeline = self.clipped_timeline(timeline)?;
                Ok(Value::Timeline(Arc::new(first_time(timeline, limit))))
            }
            (Function::Percentile, [rank, list]) => {
                let rank = self.quantity(rank)?.value;
                let values: Outcome<Vec<Value>> = self.elements(list)?.into_iter().collect();
                super::aggregate::percentile(&rank, values?)
            }
            _ => self.dates(function, arguments),
        }
    }

    fn extreme(&mut self, all: &'a [Node], better: Compare) -> Outcome<Value> {
        let mut values = Vec::with_capacity(all.len());
        for node in all {
            values.push(self.eval(node)?);
        }
        if values.iter().any(open::is_open) {
            let place = if better == Compare::Less { 0 } else { values.len() - 1 };
            return open::ranked(&values, place).ok_or_else(lost);
        }
        let mut best: Option<Value> = None;
        for value in values {
            let wins = match &best {
                None => true,
                Some(best) => compare(better, &value, best)?,
            };
            if wins {
                best = Some(value);
            }
        }
        best.ok_or_else(lost)
    }

    fn length(&mut self, timeline: &'a Node) -> Outcome<Value> {
        let timeline = self.timeline_value(timeline)?;
        let nanos = timeline.clip_nanos(self.horizon_of(&timeline));
        Ok(Value::Quantity(Quantity::seconds(seconds(nanos))))
    }

    /// The window a timeline is measured in; an unbounded window is cut to what is known.
    fn horizon_of(&self, timeline: &Timeline) -> Interval {
        if self.window.is_bounded() {
            return self.window;
        }
        if timeline.is_bounded() { self.window } else { self.horizon() }
    }

    fn clipped_timeline(&mut self, node: &'a Node) -> Outcome<Timeline> {
        let timeline = self.timeline_value(node)?;
        let window = self.horizon_of(&timeline);
        Ok(timeline.clip(window))
    }

    /// Interior gaps; fewer than two runs have none, which is "not enough events", neither zero nor infinite.
    fn gaps(&mut self, node: &'a Node) -> Outcome<Value> {
        let clipped = self.clipped_timeline(node)?;
        let runs = clipped.runs().len();
        if runs < 2 {
            return Err(Absent::not_enough(
                format!("a gap needs two runs; there {}", if runs == 0 { "is none" } else { "is one" }),
                format!("至少两段才有间隔；仅有 {runs} 段"),
            ));
        }
        Ok(runs_of(&clipped.gaps()))
    }

    fn integral(&mut self, function: Function, series: &'a Node) -> Outcome<Value> {
        let Value::Series(series, unit) = self.eval(series)? else { return Err(lost()) };
        let window = self.horizon();
        let total = series.integral(window).map_err(|it| ratio_absent(it, "integral"))?;
        if function == Function::Integral {
            return Ok(Value::Quantity(Quantity { value: total, unit: unit.mul(&Unit::time()) }));
        }
        let mean = total.div(&seconds(window.nanos())).map_err(|it| ratio_absent(it, "mean"))?;
        Ok(Value::Quantity(Quantity { value: mean, unit }))
    }

    fn longest_run(&mut self, list: &'a Node) -> Outcome<Value> {
        let items = self.elements(list)?;
        let (mut longest, mut run) = (0i128, 0i128);
        for item in items {
            run = if matches!(item, Ok(Value::Truth(true))) { run + 1 } else { 0 };
            longest = longest.max(run);
        }
        Ok(Value::Quantity(Quantity::number(Ratio::int(longest))))
    }

    fn subjects(&mut self, rows: &'a Node) -> Outcome<Value> {
        let rows = self.rows_value(rows)?;
        let named: std::collections::BTreeSet<Arc<str>> =
            rows.rows.iter().filter_map(|it| self.record(*it).and_then(|it| it.subject.clone())).collect();
        Ok(Value::List(Arc::new(named.into_iter().map(|it| Ok(Value::Text(it))).collect())))
    }

    fn dates(&mut self, function: Function, arguments: &'a [Node]) -> Outcome<Value> {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.eval(argument)?);
        }
        match values.iter().find_map(|it| if let Value::Open(it) = it { Some(it.clone()) } else { None }) {
            // These never fall: the later the instant, the later the date.
            Some(open) if values.len() == 1 && of_one_date(function) => {
                let of = |edge| self.date_function(function, &[edge]);
                Ok(Value::Open(Arc::new(open.mapped(false, of))))
            }
            Some(open) => Err(open.absent()),
            None => self.date_function(function, &values),
        }
    }

    fn date_function(&self, function: Function, values: &[Value]) -> Outcome<Value> {
        let zone = &self.world.contract.zone;
        match (function, values) {
            (Function::WorkingDaysBetween, [Value::Date(a), Value::Date(b), Value::Calendar(calendar)]) => {
                let days = working_days_between(calendar, *a, *b).map_err(|it| unpublished(&it))?;
                Ok(whole_number(i128::from(days)))
            }
            (Function::NthWorkingDay, [Value::Quantity(n), Value::Date(date), Value::Calendar(calendar)]) => {
                nth(n, *date, calendar)
            }
            (Function::WorkingDay, [Value::Date(date), Value::Calendar(calendar)]) => {
                calendar.working(*date).map(Value::Truth).map_err(|it| unpublished(&it))
            }
            (Function::DateOf, [Value::Instant(at)]) => Ok(Value::Date(zone.date(*at))),
            (Function::At(time), [Value::Date(date)]) => instant(zone.first_at_or_after(*date, time)),
            (Function::StartOfDay, [Value::Date(date)]) => instant(zone.start_of_day(*date)),
            (Function::EndOfDay, [Value::Date(date)]) => {
                instant(date.next_day().and_then(|it| zone.start_of_day(it)))
            }
            (Function::EndOfMonth, [Value::Date(date)]) => {
                instant(add_date(date.first_of_month(), 1, 0).and_then(|it| zone.start_of_day(it)))
            }
            (Function::LastDay, [Value::Instant(at)]) => {
                let before = at.nanos().checked_sub(1).map(Instant::from_nanos).ok_or_else(out_of_range)?;
                Ok(Value::Date(zone.date(before)))
            }
            (Function::MonthOf, [Value::Date(date)]) => Ok(whole_number(i128::from(date.month()))),
            (Function::YearOf, [Value::Date(date)]) => Ok(whole_number(i128::from(date.year()))),
            (Function::DaysIn, [Value::Window(span)]) => {
                let days = zone.date(span.counted.from()).days_until(zone.date(span.counted.until()));
                Ok(whole_number(i128::from(days)))
            }
            _ => Err(lost()),
        }
    }
}

/// The part of a timeline up to the instant at which so much of it has passed.
fn first_time(timeline: Timeline, nanos: i128) -> Timeline {
    let Some(hull) = timeline.hull().filter(|_| nanos > 0) else { return Timeline::empty() };
    match super::clock::passed(&timeline, hull, nanos) {
        Some(until) => Interval::new(hull.from(), until).map_or_else(Timeline::empty, |it| timeline.clip(it)),
        None => timeline,
    }
}

fn of_one_date(function: Function) -> bool {
    use Function::{At, DateOf, EndOfDay, EndOfMonth, LastDay, StartOfDay, YearOf};
    matches!(function, At(_) | DateOf | EndOfDay | EndOfMonth | LastDay | StartOfDay | YearOf)
}

fn whole_number(it: i128) -> Value {
    Value::Quantity(Quantity::number(Ratio::int(it)))
}

fn instant(found: Option<Instant>) -> Outcome<Value> {
    found.map(Value::Instant).ok_or_else(out_of_range)
}

fn nth(n: &Quantity, date: Date, calendar: &HolidayCalendar) -> Outcome<Value> {
    let n = n.value.to_integer().and_then(|it| u32::try_from(it).ok()).ok_or_else(lost)?;
    let found = nth_working_day(calendar, date.year(), date.month(), n).map_err(|it| unpublished(&it))?;
    found.map(Value::Date).ok_or_else(|| {
        Absent::not_computable(
            format!("the month has fewer than {n} working days"),
            format!("该月不足 {n} 个工作日"),
        )
    })
}

fn runs_of(timeline: &Timeline) -> Value {
    let rows = timeline.runs().iter().map(|it| RowRef::Run(*it)).collect();
    Value::Rows(Rows { kind: RowType::Run, rows: Arc::new(rows) })
}

/// The first, or last, so many rows.
pub(super) fn cut(rows: &Rows, count: usize, first: bool) -> Rows {
    let length = rows.rows.len();
    let kept = if first {
        rows.rows.get(..count.min(length))
    } else {
        rows.rows.get(length.saturating_sub(count)..)
    };
    Rows { kind: rows.kind, rows: Arc::new(kept.unwrap_or(&[]).to_vec()) }
}
