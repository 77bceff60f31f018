//! Groups and their measures so far, which add up over row groups and files.

use std::collections::BTreeMap;

use super::combinations::Combinations;
use super::error::Problem;
use super::plan::{Measure, Plan};
use super::value::Value;

/// Answers with more groups are refused.
pub const GROUPS_MAX: usize = 4 << 20;
/// Different values of one group that are kept; more are refused.
pub const DISTINCT_MAX: usize = 32 << 20;

/// What a group is known by: its slice, when time was sliced, and its keys.
pub type GroupKey = (Option<u64>, Vec<Option<Value>>);

/// The groups of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Every group that occurs, each with one part for each measure. A group whose rows pass the plan's filter occurs
    /// even when no row passes a measure's own.
    pub groups: BTreeMap<GroupKey, Vec<Part>>,
}

/// One measure of one group so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Rows.
    Count(u64),
    /// A sum and over how many values.
    Sum {
        /// How many values.
        count: u64,
        /// Their sum at the plan's scale.
        total: i128,
    },
    /// How often each value occurs.
    Values(BTreeMap<Value, u64>),
    /// Combinations without an absent value, and how many rows have one.
    Distinct {
        /// The combinations.
        seen: Combinations,
        /// Rows with an absent value.
        alone: u64,
    },
}

impl Part {
    /// Of no rows.
    pub fn none(measure: &Measure) -> Part {
        match measure {
            Measure::Count => Part::Count(0),
            Measure::Sum(_) | Measure::SumOfProducts(..) => Part::Sum { count: 0, total: 0 },
            Measure::Values(_) => Part::Values(BTreeMap::new()),
            Measure::Distinct(_) => Part::Distinct { seen: Combinations::default(), alone: 0 },
        }
    }

    /// Adds the same measure of other rows.
    pub fn add(&mut self, other: Part) -> Result<(), Problem> {
        match (self, other) {
            (Part::Count(here), Part::Count(there)) => *here = here.saturating_add(there),
            (Part::Sum { count, total }, Part::Sum { count: more, total: other }) => {
                *count = count.saturating_add(more);
                *total = total.checked_add(other).ok_or(Problem::Overflow)?;
            }
            (Part::Values(here), Part::Values(there)) => {
                for (value, count) in there {
                    let known = here.entry(value).or_default();
                    *known = known.saturating_add(count);
                }
                few(here.len())?;
            }
            (Part::Distinct { seen, alone }, Part::Distinct { seen: more, alone: others }) => {
                seen.unite(more);
                *alone = alone.saturating_add(others);
                few(seen.len())?;
            }
            _ => return Err(Problem::Corrupt("two answers to different questions")),
        }
        Ok(())
    }
}

pub(super) fn few(values: usize) -> Result<(), Problem> {
    if values <= DISTINCT_MAX {
        return Ok(());
    }
    Err(Problem::TooLarge {
        what: "the different values of one group",
        found: values as u64,
        max: DISTINCT_MAX as u64,
    })
}

impl Answer {
    /// Adds the answer to the same plan over other rows.
    pub fn merge(&mut self, other: Answer) -> Result<(), Problem> {
        for (key, parts) in other.groups {
            self.add(key, parts)?;
        }
        Ok(())
    }

    /// Adds to one group.
    pub fn add(&mut self, key: GroupKey, parts: Vec<Part>) -> Result<(), Problem> {
        match self.groups.entry(key) {
            std::collections::btree_map::Entry::Vacant(empty) => drop(empty.insert(parts)),
            std::collections::btree_map::Entry::Occupied(mut known) => {
                for (here, there) in known.get_mut().iter_mut().zip(parts) {
                    here.add(there)?;
                }
            }
        }
        if self.groups.len() > GROUPS_MAX {
            return Err(Problem::TooManyGroups { max: GROUPS_MAX });
        }
        Ok(())
    }

    /// The parts of a group without any row.
    pub fn nothing(plan: &Plan) -> Vec<Part> {
        plan.measures.iter().map(|it| Part::none(&it.measure)).collect()
    }
}
