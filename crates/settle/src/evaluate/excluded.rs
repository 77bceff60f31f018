//! What is excluded: causes and exclusions of the contract, and a record of what each took out of account.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use evidence::{Datum, Field, Predicate};
use language::contract::{Cause, Contract, ItemId, ItemKind, Node, RowType, Type};
use timeline::Timeline;

use super::caused::names;
use super::narrowed::none;
use super::taken::Taken;
use super::{Evaluator, lost};
use crate::settlement::{Excluded, ExcludedMeasure, Outcome};
use crate::value::{RowRef, Rows, Value, seconds};

/// What was taken out of account, by cause.
#[derive(Debug, Default)]
pub(crate) struct ExclusionLog {
    time: BTreeMap<usize, Timeline>,
    rows: BTreeMap<usize, BTreeSet<RowRef>>,
    /// Records excluded where they are kept, by cause and fact.
    pub(super) taken: BTreeMap<(usize, usize), Taken>,
}

impl ExclusionLog {
    /// How many records a source took, of facts that are listed and of those that are only counted: `counts`.
    fn count(&self, at: usize, counts: &BTreeMap<(usize, usize), u64>) -> u64 {
        let mut by_fact: BTreeMap<usize, u64> = BTreeMap::new();
        for row in self.rows.get(&at).into_iter().flatten() {
            if let RowRef::Record(fact, _) = row {
                *by_fact.entry(*fact).or_default() += 1;
            }
        }
        for ((_, fact), count) in counts.range((at, 0)..=(at, usize::MAX)) {
            let listed = by_fact.entry(*fact).or_default();
            *listed = (*listed).max(*count);
        }
        by_fact.into_values().sum()
    }
}

/// A source of exclusions, in the order they are listed.
enum Source<'a> {
    Exclusion(ItemId),
    Cause(&'a Cause),
}

impl Source<'_> {
    /// Its name, what it means, and the clause it stands under.
    fn named(&self, contract: &Contract) -> Option<(String, Option<String>, String)> {
        match self {
            Source::Exclusion(id) => {
                contract.item(*id).map(|item| (item.name.clone(), None, item.clause.clone()))
            }
            Source::Cause(cause) => Some((cause.name.clone(), cause.text.clone(), cause.clause.clone())),
        }
    }
}

impl<'a> Evaluator<'a> {
    /// What excludes, in the order of [`Evaluator::exclusion_filters`]: name, meaning and clause of each.
    pub(super) fn excluding_names(&self) -> Vec<(String, Option<String>, String)> {
        let contract = self.world.contract;
        self.sources().iter().map(|it| it.named(contract).unwrap_or_default()).collect()
    }

    fn sources(&self) -> Vec<Source<'a>> {
        let contract = self.world.contract;
        let exclusions = contract.of_kind(ItemKind::Exclusion).map(|(id, _)| Source::Exclusion(id));
        exclusions.chain(contract.causes.iter().filter(|it| it.excluded).map(Source::Cause)).collect()
    }

    /// A timeline without what is excluded; what was taken is logged. Of what spans cover, the spans with an excluded
    /// cause are passed over; of other time, the time that causes and exclusions cover is taken.
    pub(super) fn excluding(&mut self, rule: &'a Node) -> Outcome<Arc<Timeline>> {
        let about = std::mem::take(&mut self.about);
        let whole = self.timeline_value(rule)?;
        if !self.world.excluding {
            return Ok(whole);
        }
        let by_record = self.reads_caused_spans(rule);
        let counted = if by_record {
            self.passing_over(|it| it.timeline_value(rule))?.intersect(&whole)
        } else {
            (*whole).clone()
        };
        let mut left = counted.clone();
        for (at, source) in self.sources().iter().enumerate() {
            let Some(mut taken) = self.source_timeline(source, &about)? else { continue };
            if by_record && matches!(source, Source::Cause(_)) {
                taken = Arc::new(taken.difference(&counted));
            }
            self.log_time(at, &whole.intersect(&taken));
            left = left.difference(&taken);
        }
        Ok(Arc::new(left))
    }

    /// Everything excluded, as a timeline.
    pub(super) fn excluded_timeline(&mut self) -> Outcome<Arc<Timeline>> {
        let mut all = Timeline::empty();
        if self.world.excluding {
            for source in self.sources() {
                if let Some(taken) = self.source_timeline(&source, &[])? {
                    all = all.union(&taken);
                }
            }
        }
        Ok(Arc::new(all))
    }

    /// What an exclusion excludes: for the subject a rule is about, or for every subject when it is about none.
    fn exclusion(&mut self, id: ItemId, about: &[(ItemId, Value)]) -> Outcome<Vec<Value>> {
        self.excluded_for(id, about)?.into_iter().map(|it| self.item(id, it)).collect()
    }

    /// Whom an exclusion is taken for; nobody, once, when it is the same for all.
    pub(super) fn excluded_for(
        &mut self,
        id: ItemId,
        about: &[(ItemId, Value)],
    ) -> Outcome<Vec<Option<Value>>> {
        let Some(per) = self.world.contract.item(id).and_then(|it| it.per) else { return Ok(vec![None]) };
        match about.iter().find(|(it, _)| *it == per) {
            Some((_, subject)) => Ok(vec![Some(subject.clone())]),
            None => match self.item(per, None)? {
                Value::List(items) => items.iter().cloned().map(|it| it.map(Some)).collect(),
                _ => Err(lost()),
            },
        }
    }

    /// Evaluates a rule that takes exclusions for the subject in a slot.
    pub(super) fn about<T>(&mut self, subject: ItemId, slot: usize, run: impl FnOnce(&mut Self) -> T) -> T {
        self.about.extend(self.slot(slot).map(|it| (subject, it)));
        let result = run(self);
        self.about.clear();
        result
    }

    /// The instants a source excludes; an exclusion that consists of events covers none.
    fn source_timeline(
        &mut self,
        source: &Source<'a>,
        about: &[(ItemId, Value)],
    ) -> Outcome<Option<Arc<Timeline>>> {
        match source {
            Source::Exclusion(id) if self.excludes_volume(*id) => Ok(None),
            Source::Exclusion(id) => {
                let slice = std::mem::replace(&mut self.window, self.period.counted);
                let values = self.exclusion(*id, about);
                self.window = slice;
                let timelines = values?
                    .into_iter()
                    .filter_map(|it| if let Value::Timeline(it) = it { Some((*it).clone()) } else { None });
                let timelines: Vec<Timeline> = timelines.collect();
                Ok((!timelines.is_empty()).then(|| Arc::new(Timeline::union_all(&timelines))))
            }
            Source::Cause(cause) => Ok(Some(Arc::new(self.caused_by(cause)))),
        }
    }

    fn log_time(&mut self, at: usize, taken: &Timeline) {
        if self.period.counted != self.world.cycle.counted {
            return;
        }
        // Opening hours are known inside the window only; in slices, the slices together are the cycle.
        let clipped = taken.clip(self.window);
        if clipped.is_empty() {
            return;
        }
        let entry = self.log.time.entry(at).or_default();
        *entry = entry.union(&clipped);
    }

    /// Events and requests that are not excluded: neither by their own cause, nor as rows of an exclusion, nor by
    /// beginning within excluded time.
    pub(super) fn without_excluded(&mut self, rows: Rows, about: &[(ItemId, Value)]) -> Outcome<Rows> {
        if !self.world.excluding {
            return Ok(rows);
        }
        let RowType::Fact(fact) = rows.kind else { return Err(lost()) };
        let mut left: Vec<RowRef> = rows.rows.to_vec();
        for (at, source) in self.sources().iter().enumerate() {
            let taken = self.taken_rows(fact, source, &left, about)?;
            if taken.is_empty() {
                continue;
            }
            left.retain(|it| !taken.contains(it));
            self.log_rows(at, taken);
        }
        Ok(Rows { kind: rows.kind, rows: Arc::new(left) })
    }

    fn taken_rows(
        &mut self,
        fact: usize,
        source: &Source<'a>,
        rows: &[RowRef],
        about: &[(ItemId, Value)],
    ) -> Outcome<BTreeSet<RowRef>> {
        match source {
            Source::Cause(cause) => {
                let attribute = self.cause_attribute(fact);
                let own = |row: &RowRef| {
                    attribute.is_some_and(|at| {
                        self.record(*row).is_some_and(|it| names(it.attributes.get(at), cause))
                    })
                };
                Ok(rows.iter().copied().filter(own).collect())
            }
            Source::Exclusion(id) => {
                if self.excludes_rows_of(*id, fact) {
                    let mut excluded: BTreeSet<RowRef> = BTreeSet::new();
                    for value in self.exclusion(*id, about)? {
                        if let Value::Rows(it) = value {
                            excluded.extend(it.rows.iter());
                        }
                    }
                    return Ok(rows.iter().copied().filter(|it| excluded.contains(it)).collect());
                }
                let Some(time) = self.source_timeline(source, about)? else { return Ok(BTreeSet::new()) };
                let inside = |row: &RowRef| self.record(*row).is_some_and(|it| time.contains(it.from));
                Ok(rows.iter().copied().filter(inside).collect())
            }
        }
    }

    fn log_rows(&mut self, at: usize, taken: BTreeSet<RowRef>) {
        if self.period.counted == self.world.cycle.counted {
            let window = self.world.cycle.counted;
            let inside: Vec<RowRef> = taken
                .into_iter()
                .filter(|row| self.record(*row).is_some_and(|it| window.contains(it.from)))
                .collect();
            self.log.rows.entry(at).or_default().extend(inside);
        }
    }

    /// What each source excludes from a fact's events, as a filter.
    pub(super) fn exclusion_filters(
        &mut self,
        fact: usize,
        about: &[(ItemId, Value)],
    ) -> Outcome<Vec<Predicate>> {
        let mut filters = Vec::new();
        if !self.world.excluding {
            return Ok(filters);
        }
        let attribute = self.cause_attribute(fact);
        for source in &self.sources() {
            let taken = match source {
                Source::Cause(cause) => attribute.map(|at| {
                    Predicate::Equals(Field::Attribute(at), Some(Datum::Text(Arc::from(cause.name.as_str()))))
                }),
                Source::Exclusion(id) if self.excludes_rows_of(*id, fact) => {
                    Some(self.excluded_rows(*id, about)?)
                }
                Source::Exclusion(_) => {
                    self.source_timeline(source, about)?.map(|it| Predicate::Inside((*it).clone()))
                }
            };
            filters.push(taken.unwrap_or_else(none));
        }
        Ok(filters)
    }

    /// Whether an exclusion consists of events in volume, which cover no time.
    fn excludes_volume(&self, id: ItemId) -> bool {
        let rows = self.world.contract.item(id).map(|it| &it.ty);
        matches!(rows, Some(Type::Rows(RowType::Fact(fact))) if self.in_volume(*fact))
    }

    fn excludes_rows_of(&self, id: ItemId, fact: usize) -> bool {
        matches!(self.world.contract.item(id).map(|it| &it.ty), Some(Type::Rows(RowType::Fact(it))) if *it == fact)
    }

    /// The log as the statement lists it: by cause, then by time.
    pub(crate) fn excluded_list(&mut self) -> Vec<Excluded> {
        let counts = self.taken_counts();
        let contract = self.world.contract;
        let cycle = self.world.cycle.counted;
        let mut list = Vec::new();
        for (at, source) in self.sources().iter().enumerate() {
            let Some((cause, text, clause)) = source.named(contract) else { continue };
            let entry = |from, until, measure| Excluded {
                cause: cause.clone(),
                text: text.clone(),
                clause: clause.clone(),
                from,
                until,
                measure,
            };
            if let Some(time) = self.log.time.get(&at) {
                list.extend(
                    time.runs().iter().map(|it| {
                        entry(it.from(), it.until(), ExcludedMeasure::Seconds(seconds(it.nanos())))
                    }),
                );
            }
            let count = self.log.count(at, &counts);
            if count > 0 {
                list.push(entry(cycle.from(), cycle.until(), ExcludedMeasure::Count(count)));
            }
        }
        list
    }
}
