//! What exclusions took of records that are asked about and never listed: which, so that each is counted once however many
//! rules it was taken from.

use std::collections::BTreeMap;
use std::sync::Arc;

use evidence::{Datum, Measure, Predicate, Question};
use timeline::{Interval, Timeline};

use super::Evaluator;
use super::narrowed::{apart, together};
use crate::settlement::Outcome;

/// Records of one fact that one source took, by the conditions under which it did.
#[derive(Debug, Default)]
pub(super) struct Taken {
    groups: Vec<Group>,
}

/// Records for which the conditions hold, in time and number, of each subject or of all (`None`).
#[derive(Debug)]
struct Group {
    conditions: Vec<Predicate>,
    of: BTreeMap<Option<Arc<str>>, Part>,
}

#[derive(Debug, Default)]
struct Part {
    /// When they happened.
    during: Timeline,
    /// How many happened in the whole cycle, where that was asked.
    count: Option<u64>,
}

impl Taken {
    fn add(&mut self, taken: &Predicate, during: Interval, count: Option<u64>) {
        let (conditions, subject) = apart(taken);
        let part = Part { during: Timeline::of(during), count };
        match self.groups.iter_mut().find(|it| it.conditions == conditions) {
            Some(group) => group.of.entry(subject).or_default().join(part),
            None => self.groups.push(Group { conditions, of: BTreeMap::from([(subject, part)]) }),
        }
    }

    /// Leaves out what is nothing and what is part of something else.
    fn without_parts(mut self) -> Self {
        let everyone = |it: &Group| it.of.get(&None).is_some_and(|it| it.count.is_some());
        for group in &mut self.groups {
            if everyone(group) {
                group.of.retain(|subject, _| subject.is_none());
            }
            group.of.retain(|_, it| it.count != Some(0) && !it.during.is_empty());
        }
        let mut kept: Vec<Group> = Vec::new();
        for group in self.groups {
            let within = |other: &Group| {
                everyone(other) && other.conditions.iter().all(|it| group.conditions.contains(it))
            };
            if !group.of.is_empty() && !kept.iter().any(within) {
                kept.retain(|it| {
                    !(everyone(&group) && group.conditions.iter().all(|own| it.conditions.contains(own)))
                });
                kept.push(group);
            }
        }
        Self { groups: kept }
    }

    /// How many they are, where it is known: records of different subjects are different ones.
    fn known(&self) -> Option<u64> {
        match &self.groups[..] {
            [] => Some(0),
            [one] => {
                one.of.values().map(|it| it.count).try_fold(0_u64, |sum, it| Some(sum.saturating_add(it?)))
            }
            _ => None,
        }
    }

    /// The greatest number known of any of them.
    fn least(&self) -> u64 {
        self.groups.iter().flat_map(|it| it.of.values()).filter_map(|it| it.count).max().unwrap_or(0)
    }

    /// All of them in one filter.
    fn filter(&self) -> Predicate {
        Predicate::Or(self.groups.iter().flat_map(Group::filters).collect())
    }
}

impl Part {
    fn join(&mut self, other: Part) {
        self.during = self.during.union(&other.during);
        self.count = self.count.or(other.count);
    }
}

impl Group {
    fn filters(&self) -> Vec<Predicate> {
        let (whole, parts): (Vec<_>, Vec<_>) = self.of.iter().partition(|(_, it)| it.count.is_some());
        let whole: Vec<Option<Arc<str>>> = whole.into_iter().map(|(subject, _)| subject.clone()).collect();
        let whole = (!whole.is_empty()).then(|| together(self.conditions.clone(), whole));
        let parts = parts.into_iter().map(|(subject, it)| {
            let during = Predicate::Inside(it.during.clone());
            together([self.conditions.clone(), vec![during]].concat(), vec![subject.clone()])
        });
        whole.into_iter().chain(parts).collect()
    }
}

impl Evaluator<'_> {
    /// Logs which records a source took, and how many where the whole cycle was asked about. Slices are counted together
    /// in the end.
    pub(super) fn log_taken(&mut self, at: usize, fact: usize, taken: Predicate) -> Outcome<()> {
        let cycle = self.world.cycle.counted;
        let Some(during) = self.window.intersect(&cycle).filter(|_| self.period.counted == cycle) else {
            return Ok(());
        };
        let count = match self.window == cycle {
            true => Some(self.count(fact, taken.clone(), cycle)?),
            false => None,
        };
        self.log.taken.entry((at, fact)).or_default().add(&taken, during, count);
        Ok(())
    }

    /// Counts what each source took, with one more question where that is not known yet. Where it has no answer, at least
    /// as many as from any one rule; who asks is told of the failure.
    pub(super) fn taken_counts(&mut self) -> BTreeMap<(usize, usize), u64> {
        let cycle = self.world.cycle.counted;
        let taken = std::mem::take(&mut self.log.taken);
        let count = |((at, fact), taken): ((usize, usize), Taken)| {
            let taken = taken.without_parts();
            let asked = || self.count(fact, taken.filter(), cycle).unwrap_or_else(|_| taken.least());
            ((at, fact), taken.known().unwrap_or_else(asked))
        };
        taken.into_iter().map(count).collect()
    }

    fn count(&self, fact: usize, filter: Predicate, within: Interval) -> Outcome<u64> {
        let question = Question { filter, measures: vec![Measure::Count], ..Question::about(fact, within) };
        match self.answer(&question)? {
            Some(Datum::Number(it)) => Ok(it.to_integer().and_then(|it| u64::try_from(it).ok()).unwrap_or(0)),
            _ => Ok(0),
        }
    }
}
