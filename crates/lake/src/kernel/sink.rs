//! Where cells of row groups become groups: keys get codes that hold for all row groups of a thread.

use foldhash::HashMap;

use super::error::Problem;
use super::groups::{Answer, GROUPS_MAX, GroupKey, Part};
use super::plan::Plan;
use super::value::Value;

/// The groups one thread has found.
pub(crate) struct Sink {
    slices: bool,
    keys: Vec<Known>,
    groups: HashMap<Box<[u64]>, usize>,
    parts: Vec<Vec<Part>>,
    empty: Vec<Part>,
    scratch: Vec<u64>,
}

/// The values of one key so far, each with a code.
#[derive(Default)]
struct Known {
    codes: HashMap<Option<Value>, u64>,
    values: Vec<Option<Value>>,
}

impl Sink {
    pub(crate) fn of(plan: &Plan) -> Sink {
        Sink {
            slices: plan.time.as_ref().is_some_and(|it| it.slice.is_some()),
            keys: plan.keys.iter().map(|_| Known::default()).collect(),
            groups: HashMap::default(),
            parts: Vec::new(),
            empty: Answer::nothing(plan),
            scratch: Vec::new(),
        }
    }

    /// The code of a key's value.
    pub(crate) fn code(&mut self, key: usize, value: Option<Value>) -> u64 {
        let Some(known) = self.keys.get_mut(key) else { return 0 };
        if let Some(code) = known.codes.get(&value) {
            return *code;
        }
        let code = known.values.len() as u64;
        known.values.push(value.clone());
        known.codes.insert(value, code);
        code
    }

    /// The group with that slice and those codes.
    pub(crate) fn group(&mut self, slice: u64, codes: impl Iterator<Item = u64>) -> Result<usize, Problem> {
        self.scratch.clear();
        self.scratch.push(slice);
        self.scratch.extend(codes);
        if let Some(at) = self.groups.get(self.scratch.as_slice()) {
            return Ok(*at);
        }
        if self.parts.len() >= GROUPS_MAX {
            return Err(Problem::TooManyGroups { max: GROUPS_MAX });
        }
        self.groups.insert(self.scratch.as_slice().into(), self.parts.len());
        self.parts.push(self.empty.clone());
        Ok(self.parts.len() - 1)
    }

    /// The measures of a group.
    pub(crate) fn parts(&mut self, group: usize) -> Result<&mut [Part], Problem> {
        self.parts.get_mut(group).map(Vec::as_mut_slice).ok_or(Problem::Corrupt("a group was lost"))
    }

    pub(crate) fn finish(mut self) -> Result<Answer, Problem> {
        let mut answer = Answer::default();
        for (codes, at) in std::mem::take(&mut self.groups) {
            let key = self.key(&codes);
            let parts = self.parts.get_mut(at).map(std::mem::take).unwrap_or_default();
            answer.add(key, parts)?;
        }
        Ok(answer)
    }

    fn key(&self, codes: &[u64]) -> GroupKey {
        let mut codes = codes.iter();
        let slice = codes.next().copied().filter(|_| self.slices);
        let values = self.keys.iter().zip(codes).map(|(known, code)| {
            usize::try_from(*code).ok().and_then(|it| known.values.get(it)).cloned().flatten()
        });
        (slice, values.collect())
    }
}
