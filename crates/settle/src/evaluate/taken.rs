//! What exclusions took of records that are asked about and never listed: which, so that each is counted once however many
//! rules it was taken from.

use std::collections::{BTreeMap, BTreeSet};

use evidence::{Datum, Measure, Predicate, Question};
use timeline::{Interval, Timeline};

use super::Evaluator;
use super::narrowed::{Subject, apart, together};
use crate::settlement::Outcome;

/// Records of one fact that one source took, by the conditions under which it did.
#[derive(Debug, Default)]
pub(super) struct Taken {
    groups: Vec<Group>,
}

/// Records for which the conditions hold, in time and number, of each subject or of all.
#[derive(Debug)]
struct Group {
    conditions: Vec<Predicate>,
    of: BTreeMap<Subject, Part>,
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
        let parts = || self.groups.iter().flat_map(|it| &it.of);
        let subjects: BTreeSet<&Subject> = parts().map(|it| it.0).collect();
        let apart = subjects.len() == parts().count() && (subjects.len() < 2 || !subjects.contains(&None));
        let sum = || parts().try_fold(0_u64, |sum, (_, it)| Some(sum.saturating_add(it.count?)));
        apart.then(sum).flatten()
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
        let whole: Vec<Subject> = whole.into_iter().map(|(subject, _)| subject.clone()).collect();
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

#[cfg(test)]
mod tests {
    use evidence::Field;
    use quantity::Ratio;

    use super::*;

    fn cycle() -> Interval {
        day(0, 100)
    }

    fn day(from: i64, until: i64) -> Interval {
        let at = |it| timeline::Instant::from_seconds(it).unwrap();
        Interval::new(at(from), at(until)).unwrap()
    }

    /// Messages with at most so many parts, of a subject or of all.
    fn small(most: i128, subject: &str) -> Predicate {
        let small = Predicate::LessOrEqual(Field::Attribute(0), Datum::Number(Ratio::int(most)));
        match subject {
            "" => Predicate::And(vec![small]),
            _ => Predicate::And(vec![
                Predicate::Equals(Field::Subject, Some(Datum::Text(subject.into()))),
                small,
            ]),
        }
    }

    fn taken(parts: &[(Predicate, Interval, Option<u64>)]) -> Taken {
        let mut taken = Taken::default();
        for (filter, during, count) in parts {
            taken.add(filter, *during, *count);
        }
        taken.without_parts()
    }

    #[test]
    fn what_was_asked_for_is_not_asked_again() {
        let whole = |most, subject: &str, count| (small(most, subject), cycle(), Some(count));
        for (parts, known) in [
            (vec![], 0),
            (vec![whole(1, "", 5), whole(1, "", 5)], 5),
            (vec![whole(1, "a", 5), whole(1, "b", 2)], 7),
            // Each subject with a limit of its own.
            (vec![whole(1, "a", 5), whole(2, "b", 2)], 7),
            // All of them, and those of one among them.
            (vec![whole(1, "a", 5), whole(1, "", 9)], 9),
            (vec![whole(1, "", 9), whole(1, "a", 5)], 9),
            (vec![whole(1, "", 9), whole(2, "", 0)], 9),
        ] {
            assert_eq!(taken(&parts).known(), Some(known), "{parts:?}");
        }
    }

    #[test]
    fn what_may_overlap_is_counted_together() {
        let whole = |most, subject: &str, count| (small(most, subject), cycle(), Some(count));
        let both = taken(&[whole(1, "", 5), whole(2, "", 7)]);
        assert_eq!((both.known(), both.least()), (None, 7));
        assert_eq!(both.filter(), Predicate::Or(vec![small(1, ""), small(2, "")]));
        assert_eq!(taken(&[whole(1, "a", 5), whole(2, "a", 7)]).known(), None);
        assert_eq!(taken(&[whole(1, "a", 5), whole(2, "", 7)]).known(), None);
        // Slices were not counted one by one.
        let slices = taken(&[(small(1, ""), day(0, 10), None), (small(1, ""), day(10, 20), None)]);
        assert_eq!(slices.known(), None);
        let during = Predicate::Inside(Timeline::of(day(0, 20)));
        let Predicate::And(conditions) = small(1, "") else { panic!("a conjunction") };
        let all = Predicate::And([conditions, vec![during]].concat());
        assert_eq!(slices.filter(), Predicate::Or(vec![all]));
    }
}
