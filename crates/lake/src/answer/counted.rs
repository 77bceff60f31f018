//! What counters decide: whole hours, subjects and words; the hours that a question cuts are left to a scan.

use std::ops::Range;

use crate::counters::{By, CounterSum, Table, Wanted};
use crate::kernel::{Answer, Filter, Measure, Part, Plan, Problem, Sink, Time, slice_of};
use crate::layout::Layout;
use crate::place::HOUR_NANOS;

use super::stretches::{Stretch, Stretches};
use super::told::Told;

/// With more cut hours than this a scan is quicker.
const EDGE_HOURS_MAX: usize = 4096;

/// The hours, as half-open spans in order, that the plan cuts; `None` when it cuts too many.
pub(super) fn edge_hours(plan: &Plan) -> Option<Vec<(i64, i64)>> {
    let time = plan.time.as_ref()?;
    let mut cuts = vec![time.from, time.until];
    during_cuts(&plan.filter, &mut cuts);
    plan.measures.iter().for_each(|it| during_cuts(&it.only, &mut cuts));
    if let Some(slice) = time.slice
        && (slice.length % HOUR_NANOS != 0 || slice.origin % HOUR_NANOS != 0)
    {
        let count = (i128::from(time.until) - i128::from(time.from)) / i128::from(slice.length.max(1));
        if count > EDGE_HOURS_MAX as i128 {
            return None;
        }
        let cut = |it: i128| i64::try_from(i128::from(slice.origin) + it * i128::from(slice.length)).ok();
        cuts.extend((0..=count + 1).filter_map(cut));
    }
    cuts.retain(|it| it.rem_euclid(HOUR_NANOS) != 0 && *it != i64::MIN && *it != i64::MAX);
    let hour = |at: i64| at.div_euclid(HOUR_NANOS).saturating_mul(HOUR_NANOS);
    let mut hours: Vec<i64> = cuts.into_iter().map(hour).collect();
    hours.sort_unstable();
    hours.dedup();
    let spans = hours.into_iter().map(|it| (it, it.saturating_add(HOUR_NANOS))).collect::<Vec<_>>();
    (spans.len() <= EDGE_HOURS_MAX).then_some(spans)
}

fn during_cuts(filter: &Filter, cuts: &mut Vec<i64>) {
    match filter {
        Filter::Not(inner) => during_cuts(inner, cuts),
        Filter::And(all) | Filter::Or(all) => all.iter().for_each(|it| during_cuts(it, cuts)),
        Filter::During(spans) => cuts.extend(spans.iter().flat_map(|(from, until)| [*from, *until])),
        Filter::All | Filter::Column(..) => {}
    }
}

/// The same plan over these hours only.
pub(super) fn only_during(plan: &Plan, hours: &[(i64, i64)]) -> Plan {
    let filter = Filter::And(vec![Filter::During(hours.to_vec()), plan.filter.clone()]);
    Plan { filter, ..plan.clone() }
}

/// What the plan needs to know of counters; `None` when no counters tell it.
pub(super) fn wanted(plan: &Plan, layout: &Layout) -> Option<Wanted> {
    let mut by: Vec<By> = plan.keys.iter().map(|it| by_of(it, layout)).collect::<Option<_>>()?;
    by_of_filter(&plan.filter, layout, &mut by)?;
    let mut sums = Vec::new();
    for measured in &plan.measures {
        by_of_filter(&measured.only, layout, &mut by)?;
        match &measured.measure {
            Measure::Count => {}
            Measure::Sum(name) => sums.push(sum_of(name, plan, layout)?),
            _ => return None,
        }
    }
    Some(Wanted::new(by, sums))
}

/// The dimension of that name.
pub(super) fn by_of(name: &str, layout: &Layout) -> Option<By> {
    if name == "subject" {
        return Some(By::Subject);
    }
    let (column, _) = layout.column(name).filter(|(_, it)| it.kind.is_key())?;
    Some(By::Column(column))
}

fn by_of_filter(filter: &Filter, layout: &Layout, by: &mut Vec<By>) -> Option<()> {
    match filter {
        Filter::All | Filter::During(_) => {}
        Filter::Not(inner) => by_of_filter(inner, layout, by)?,
        Filter::And(all) | Filter::Or(all) => {
            all.iter().try_for_each(|it| by_of_filter(it, layout, by))?;
        }
        Filter::Column(name, _) => by.push(by_of(name, layout)?),
    }
    Some(())
}

fn sum_of(name: &str, plan: &Plan, layout: &Layout) -> Option<CounterSum> {
    let (column, _) = layout.column(name)?;
    Some(CounterSum { column, scale: *plan.scales.get(name)? })
}

/// The answer from all hours but the cut ones, of a table that knows what is [`wanted`].
pub(super) fn decide(
    plan: &Plan,
    layout: &Layout,
    table: &Table,
    cut: &[(i64, i64)],
) -> Result<Answer, Problem> {
    let deciding = plan.time.as_ref().and_then(|time| Deciding::of(plan, time, layout, table, cut));
    let deciding = deciding.ok_or(Problem::Corrupt("counters do not tell what was asked of them"))?;
    let mut sink = Sink::of(plan);
    let mut keys = deciding.keys.iter().map(|_| Vec::new()).collect::<Vec<_>>();
    for cell in deciding.candidates() {
        deciding.cell(cell, &mut keys, &mut sink)?;
    }
    sink.finish()
}

/// A plan in terms of a table.
struct Deciding<'p> {
    time: &'p Time,
    table: &'p Table,
    stretches: Stretches,
    /// Positions of the keys among the table's dimensions.
    keys: Vec<usize>,
    filter: Told,
    only: Vec<Told>,
    /// For each measure, its position among the table's sums; `None` for a count.
    sums: Vec<Option<usize>>,
}

/// Whether rows of a cell count, and for which measures.
struct Verdict {
    passes: bool,
    only: Vec<bool>,
}

impl<'p> Deciding<'p> {
    fn of(
        plan: &'p Plan,
        time: &'p Time,
        layout: &Layout,
        table: &'p Table,
        cut: &[(i64, i64)],
    ) -> Option<Deciding<'p>> {
        let mut spans = Vec::new();
        let mut told = |it: &'p Filter| Told::of(it, layout, table, &mut spans);
        let filter = told(&plan.filter)?;
        let only: Vec<Told> = plan.measures.iter().map(|it| told(&it.only)).collect::<Option<_>>()?;
        let dimension = |name: &String| table.dimension(by_of(name, layout)?).map(|(at, _)| at);
        let sum = |measure: &Measure| match measure {
            Measure::Sum(name) => {
                let sum = sum_of(name, plan, layout)?;
                table.wanted().sums.iter().position(|it| *it == sum).map(Some)
            }
            _ => Some(None),
        };
        Some(Deciding {
            time,
            table,
            stretches: Stretches::of(time, &spans, cut, table.reach()),
            keys: plan.keys.iter().map(dimension).collect::<Option<_>>()?,
            filter,
            only,
            sums: plan.measures.iter().map(|it| sum(&it.measure)).collect::<Option<_>>()?,
        })
    }

    /// The cells that may pass: when the filter names subjects, theirs.
    fn candidates(&self) -> Box<dyn Iterator<Item = usize> + '_> {
        let by_subject = self.table.dimension(By::Subject).map(|(at, _)| at);
        match by_subject.and_then(|at| self.filter.only_codes(at)) {
            Some(codes) => Box::new(codes.iter().flat_map(move |it| self.table.cells_of(*it))),
            None => Box::new(0..self.table.cells()),
        }
    }

    fn verdict(&self, codes: &[u32], class: &[bool]) -> Verdict {
        let passes = self.filter.holds(codes, class);
        Verdict { passes, only: self.only.iter().map(|it| passes && it.holds(codes, class)).collect() }
    }

    fn cell(&self, cell: usize, keys: &mut [Vec<Option<u64>>], sink: &mut Sink) -> Result<(), Problem> {
        let codes = self.table.codes(cell);
        let verdicts: Vec<Verdict> =
            self.stretches.classes.iter().map(|class| self.verdict(codes, class)).collect();
        if !verdicts.iter().any(|it| it.passes) {
            return Ok(());
        }
        let steps = self.table.steps(cell);
        let mut at = steps.start;
        while at < steps.end {
            let Some(stretch) = self.stretches.at_or_after(self.table.hour(at)) else { break };
            if stretch.from > self.table.hour(at) {
                at = self.table.first_from(at..steps.end, stretch.from);
                continue;
            }
            let (slice, until) = self.slice(self.table.hour(at), stretch);
            // A slice that reached nowhere would be asked for ever.
            let next = self.table.first_from(at..steps.end, until).max(at + 1);
            if let Some(verdict) = verdicts.get(stretch.class).filter(|it| it.passes) {
                self.add((slice, codes), &(at..next), verdict, keys, sink)?;
            }
            at = next;
        }
        Ok(())
    }

    /// The slice an hour of a stretch lies in, and the hour with which another begins.
    fn slice(&self, hour: i64, stretch: &Stretch) -> (u64, i64) {
        let at = hour.saturating_mul(HOUR_NANOS);
        let (Some(slice), Some(cut)) = (slice_of(self.time, at), self.time.slice) else {
            return (0, stretch.until);
        };
        let end = (i128::from(slice) + 1) * i128::from(cut.length) + i128::from(cut.origin);
        let hour = i64::try_from(end.div_euclid(i128::from(HOUR_NANOS))).unwrap_or(i64::MAX);
        (slice, hour.min(stretch.until))
    }

    fn add(
        &self,
        (slice, codes): (u64, &[u32]),
        steps: &Range<usize>,
        verdict: &Verdict,
        known: &mut [Vec<Option<u64>>],
        sink: &mut Sink,
    ) -> Result<(), Problem> {
        for ((key, dim), known) in self.keys.iter().enumerate().zip(known.iter_mut()) {
            self.learn(key, *dim, codes, known, sink);
        }
        let code = |(dim, known): (&usize, &Vec<Option<u64>>)| {
            let code = codes.get(*dim).copied().map(position);
            code.and_then(|it| known.get(it)).copied().flatten().unwrap_or_default()
        };
        let group = sink.group(slice, self.keys.iter().zip(known.iter()).map(code))?;
        for ((part, sum), only) in sink.parts(group)?.iter_mut().zip(&self.sums).zip(&verdict.only) {
            if !only {
                continue;
            }
            part.add(match sum {
                None => Part::Count(self.table.rows(steps)),
                Some(sum) => {
                    let (total, count) = self.table.sum(*sum, steps);
                    Part::Sum { count, total }
                }
            })?;
        }
        Ok(())
    }

    /// Sees to it that the sink's code of a key's word is known.
    fn learn(&self, key: usize, dim: usize, codes: &[u32], known: &mut Vec<Option<u64>>, sink: &mut Sink) {
        let Some(code) = codes.get(dim).copied().map(position) else { return };
        if known.len() <= code {
            known.resize(code + 1, None);
        }
        if let Some(slot @ None) = known.get_mut(code) {
            *slot = Some(sink.code(key, self.table.word(dim, code)));
        }
    }
}

fn position(code: u32) -> usize {
    usize::try_from(code).unwrap_or(usize::MAX)
}
