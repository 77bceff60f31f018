//! What counters decide: whole hours, subjects and words; the hours that a question cuts are left to a scan.

use foldhash::HashMap;

use crate::counters::{CounterWord, Counters};
use crate::kernel::{Answer, Filter, Measure, Part, Plan, ReadError, Sink, Value, counts, during, slice_of};
use crate::layout::{Kind, Layout};
use crate::place::HOUR_NANOS;

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

/// The names of the columns that the counters count by, the subject first.
pub(crate) fn names<'c>(counters: &'c Counters, layout: &'c Layout) -> Vec<&'c str> {
    let keys = counters.keys.iter().map(|it| layout.columns.get(it.column).map_or("", |it| it.name.as_str()));
    std::iter::once("subject").chain(keys).collect()
}

/// The answer from all hours but the cut ones; `None` when the counters do not tell it.
pub(super) fn decide(
    plan: &Plan,
    layout: &Layout,
    counters: &Counters,
    cut: &[(i64, i64)],
) -> Option<Result<Answer, ReadError>> {
    let time = plan.time.as_ref()?;
    let names = names(counters, layout);
    let words = values(counters, layout);
    let keys: Option<Vec<usize>> =
        plan.keys.iter().map(|it| names.iter().position(|name| name == it)).collect();
    let keys = keys?;
    let filter = Told::of(&plan.filter, &names, &words)?;
    let only: Option<Vec<Told<'_>>> =
        plan.measures.iter().map(|it| Told::of(&it.only, &names, &words)).collect();
    let only = only?;
    let sums: Option<Vec<Option<usize>>> =
        plan.measures.iter().map(|it| sum(&it.measure, plan, layout, counters)).collect();
    let sums = sums?;
    let mut sink = Sink::of(plan);
    let mut codes: Vec<HashMap<u32, u64>> = vec![HashMap::default(); keys.len()];
    let result = (|| {
        for group in &counters.groups {
            let at = group.hour.saturating_mul(HOUR_NANOS);
            let word = |dim: usize| match dim.checked_sub(1) {
                None => group.subject as usize,
                Some(key) => group.keys.get(key).map_or(usize::MAX, |it| *it as usize),
            };
            if !counts(time, at) || during(cut, at) || !filter.holds(at, &word) {
                continue;
            }
            for ((key, dim), known) in keys.iter().enumerate().zip(&mut codes) {
                let code = word(*dim);
                let value = || words.get(*dim).and_then(|it| it.get(code)).cloned().flatten();
                known
                    .entry(u32::try_from(code).unwrap_or(u32::MAX))
                    .or_insert_with(|| sink.code(key, value()));
            }
            let key = keys.iter().zip(&codes).map(|(dim, known)| {
                known.get(&u32::try_from(word(*dim)).unwrap_or(u32::MAX)).copied().unwrap_or(0)
            });
            let at_group = sink.group(slice_of(time, at).unwrap_or(0), key)?;
            for ((part, sum), only) in sink.parts(at_group)?.iter_mut().zip(&sums).zip(&only) {
                if !only.holds(at, &word) {
                    continue;
                }
                part.add(match sum.map(|it| group.sums.get(it).copied().unwrap_or_default()) {
                    Some((total, count)) => Part::Sum { count, total },
                    None => Part::Count(group.n),
                })?;
            }
        }
        sink.finish()
    })();
    Some(result.map_err(|problem| ReadError { file: "counters".to_owned(), problem }))
}

/// Which sum of the counters a measure is; the inner `None` for a count; the outer one when they do not tell.
fn sum(measure: &Measure, plan: &Plan, layout: &Layout, counters: &Counters) -> Option<Option<usize>> {
    match measure {
        Measure::Count => Some(None),
        Measure::Sum(name) => {
            let (column, _) = layout.column(name)?;
            let scale = *plan.scales.get(name)?;
            counters.sums.iter().position(|it| (it.column, it.scale) == (column, scale)).map(Some)
        }
        _ => None,
    }
}

fn values(counters: &Counters, layout: &Layout) -> Vec<Vec<Option<Value>>> {
    let text = |word: &CounterWord| word.as_deref().map(|it| Value::Text(it.into()));
    let truth = |word: &CounterWord| word.as_deref().map(|it| Value::Int(i128::from(it == "true")));
    let keys = counters.keys.iter().map(|key| match layout.columns.get(key.column).map(|it| it.kind) {
        Some(Kind::Truth) => key.words.iter().map(truth).collect(),
        _ => key.words.iter().map(text).collect(),
    });
    std::iter::once(counters.subjects.iter().map(text).collect()).chain(keys).collect()
}

/// A filter asked of every word once.
enum Told<'p> {
    All,
    Not(Box<Told<'p>>),
    And(Vec<Told<'p>>),
    Or(Vec<Told<'p>>),
    Words(usize, Vec<bool>),
    During(&'p [(i64, i64)]),
}

impl<'p> Told<'p> {
    /// `None` when it asks for what is not counted by.
    fn of(filter: &'p Filter, names: &[&str], words: &[Vec<Option<Value>>]) -> Option<Told<'p>> {
        let all = |inner: &'p [Filter]| {
            inner.iter().map(|it| Told::of(it, names, words)).collect::<Option<Vec<_>>>()
        };
        Some(match filter {
            Filter::All => Told::All,
            Filter::Not(inner) => Told::Not(Box::new(Told::of(inner, names, words)?)),
            Filter::And(inner) => Told::And(all(inner)?),
            Filter::Or(inner) => Told::Or(all(inner)?),
            Filter::Column(name, test) => {
                let dim = names.iter().position(|it| it == name)?;
                let said = words.get(dim)?.iter().map(|it| test.passes(it.as_ref()));
                Told::Words(dim, said.collect())
            }
            Filter::During(spans) => Told::During(spans),
        })
    }

    fn holds(&self, at: i64, word: &impl Fn(usize) -> usize) -> bool {
        match self {
            Told::All => true,
            Told::Not(inner) => !inner.holds(at, word),
            Told::And(all) => all.iter().all(|it| it.holds(at, word)),
            Told::Or(any) => any.iter().any(|it| it.holds(at, word)),
            Told::Words(dim, said) => said.get(word(*dim)).copied().unwrap_or_default(),
            Told::During(spans) => during(spans, at),
        }
    }
}
