//! Corrections: which records others supersede, what is wrong with the way they do, and what is left.
//!
//! `supersedes` names an id, and all versions of that id are out once a known record of another id supersedes it. A
//! record that supersedes its own id is a further version of it; the version recorded last stands. A withdrawal takes
//! out what it supersedes and never stands itself; withdrawing a withdrawal brings nothing back: what is true again is
//! recorded again. One record may be superseded by several (an outage that proves to have been two).

use std::collections::{BTreeMap, BTreeSet};

use timeline::Instant;

use crate::Record;

/// What is wrong with revisions; numbers are positions among the records.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// Two records of one id, neither a revision of the other.
    SameId { first: usize, second: usize },
    /// `supersedes` names no record.
    Unknown { record: usize },
    /// Following `supersedes` leads back to the start; the ids on the way.
    Circle { record: usize, ids: Vec<String> },
    /// Two versions of one id recorded at the same time (or both at no time).
    NoOrder { first: usize, second: usize },
    /// A version recorded before what it revises.
    Early { revision: usize, original: usize },
}

/// The positions of the records that stand at `as_of` (`None`: with all that is known), in their order.
pub(crate) fn standing(records: &[Record], as_of: Option<Instant>) -> Vec<usize> {
    let known = |record: &&Record| is_known(record, as_of);
    let mut revised: BTreeMap<&str, Revised> = BTreeMap::new();
    for (at, record) in records.iter().enumerate().filter(|(_, it)| known(it)) {
        if let Some(id) = record.supersedes.as_deref() {
            revised.entry(id).or_default().by(at, record, records);
        }
    }
    let stands = |(at, record): &(usize, &Record)| {
        let revised = record.id.as_deref().and_then(|id| revised.get(id));
        known(record) && !record.withdrawn && revised.is_none_or(|it| it.leaves(*at))
    };
    records.iter().enumerate().filter(stands).map(|(at, _)| at).collect()
}

/// Whether the record was known at `as_of`.
pub(crate) fn is_known(record: &Record, as_of: Option<Instant>) -> bool {
    as_of.is_none_or(|as_of| record.recorded_at.is_none_or(|at| at <= as_of))
}

/// What has become of one id.
#[derive(Default)]
struct Revised {
    by_another: bool,
    /// The version that was recorded last.
    latest: Option<usize>,
}

impl Revised {
    fn by(&mut self, at: usize, record: &Record, records: &[Record]) {
        if !record.revises_itself() {
            self.by_another = true;
            return;
        }
        let recorded = |it: usize| records.get(it).and_then(|it| it.recorded_at);
        if self.latest.is_none_or(|latest| recorded(latest) <= recorded(at)) {
            self.latest = Some(at);
        }
    }

    fn leaves(&self, at: usize) -> bool {
        !self.by_another && self.latest.is_none_or(|latest| latest == at)
    }
}

/// Everything wrong with how the records revise one another, in the order of the records.
pub(crate) fn faults(records: &[Record]) -> Vec<Fault> {
    let versions = versions(records);
    let mut faults: Vec<Fault> = versions.values().flat_map(|it| faults_of_versions(records, it)).collect();
    faults.extend(unknown(records, &versions));
    faults.extend(circles(records, &versions));
    faults.sort_unstable();
    faults
}

fn versions(records: &[Record]) -> BTreeMap<&str, Vec<usize>> {
    let mut versions: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, record) in records.iter().enumerate() {
        if let Some(id) = record.id.as_deref() {
            versions.entry(id).or_default().push(at);
        }
    }
    versions
}

/// What is wrong among the records of one id.
fn faults_of_versions(records: &[Record], versions: &[usize]) -> Vec<Fault> {
    if versions.len() < 2 {
        return Vec::new();
    }
    let mut versions: Vec<(usize, &Record)> =
        versions.iter().filter_map(|at| Some((*at, records.get(*at)?))).collect();
    versions.sort_by_key(|(at, it)| (it.revises_itself(), it.recorded_at, *at));
    let pairs = versions.windows(2).filter_map(|pair| match pair {
        [(first, before), (second, after)] => fault_of_pair((*first, before), (*second, after)),
        _ => None,
    });
    pairs.collect()
}

/// Two neighbours in the order original, then versions by the time they were recorded.
fn fault_of_pair((first, before): (usize, &Record), (second, after): (usize, &Record)) -> Option<Fault> {
    match (before.revises_itself(), after.revises_itself()) {
        (_, false) => Some(Fault::SameId { first, second }),
        (true, true) if before.recorded_at == after.recorded_at => Some(Fault::NoOrder { first, second }),
        (false, true) if is_early(after, before) => Some(Fault::Early { revision: second, original: first }),
        _ => None,
    }
}

fn is_early(revision: &Record, original: &Record) -> bool {
    revision.recorded_at.is_some() && revision.recorded_at < original.recorded_at
}

fn unknown(records: &[Record], versions: &BTreeMap<&str, Vec<usize>>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (at, record) in records.iter().enumerate().filter(|(_, it)| !it.revises_itself()) {
        let Some(superseded) = record.supersedes.as_deref() else { continue };
        match versions.get(superseded) {
            None => faults.push(Fault::Unknown { record: at }),
            Some(originals) => faults.extend(early(records, at, record, originals)),
        }
    }
    faults
}

/// A revision under an id of its own that was recorded before every version of what it revises.
fn early(records: &[Record], at: usize, record: &Record, originals: &[usize]) -> Option<Fault> {
    let is_early = |it: &&usize| records.get(**it).is_some_and(|original| is_early(record, original));
    let all_early = originals.iter().filter(is_early).count() == originals.len();
    let original = originals.first().filter(|_| all_early)?;
    Some(Fault::Early { revision: at, original: *original })
}

/// Every circle once, told at its first id: walks along `supersedes` and drops what was seen.
fn circles(records: &[Record], versions: &BTreeMap<&str, Vec<usize>>) -> Vec<Fault> {
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut faults = Vec::new();
    for id in versions.keys() {
        let mut walk = Walk { records, versions, done: &mut done, faults: &mut faults };
        walk.from(id);
    }
    faults
}

/// A depth-first walk without recursion, for chains may be as long as the evidence.
struct Walk<'w, 'r> {
    records: &'r [Record],
    versions: &'w BTreeMap<&'r str, Vec<usize>>,
    done: &'w mut BTreeSet<&'r str>,
    faults: &'w mut Vec<Fault>,
}

impl<'r> Walk<'_, 'r> {
    fn from(&mut self, id: &'r str) {
        if self.done.contains(id) {
            return;
        }
        let mut path: Vec<(&'r str, Vec<&'r str>)> = vec![(id, self.superseded_by(id))];
        let mut on_path: BTreeSet<&str> = BTreeSet::from([id]);
        while let Some((current, rest)) = path.last_mut() {
            match rest.pop() {
                Some(next) if on_path.contains(next) => {
                    let ids: Vec<String> = path.iter().map(|(id, _)| (*id).to_owned()).collect();
                    self.circle(next, &ids);
                }
                Some(next) if self.done.contains(next) => {}
                Some(next) => {
                    on_path.insert(next);
                    let further = self.superseded_by(next);
                    path.push((next, further));
                }
                None => {
                    on_path.remove(*current);
                    self.done.insert(current);
                    path.pop();
                }
            }
        }
    }

    /// The ids that records of `id` supersede, itself apart; last first.
    fn superseded_by(&self, id: &str) -> Vec<&'r str> {
        let versions = self.versions.get(id).into_iter().flatten();
        let records = versions.filter_map(|at| self.records.get(*at));
        let ids: BTreeSet<&str> =
            records.filter_map(|it| it.supersedes.as_deref()).filter(|it| *it != id).collect();
        ids.into_iter().rev().filter(|it| self.versions.contains_key(it)).collect()
    }

    fn circle(&mut self, start: &str, path: &[String]) {
        let ids: Vec<String> = path.iter().skip_while(|id| *id != start).cloned().collect();
        let first = ids.first().and_then(|id| self.versions.get(id.as_str()));
        let record = first.and_then(|versions| versions.first()).copied().unwrap_or(0);
        self.faults.push(Fault::Circle { record, ids });
    }
}

#[cfg(test)]
mod tests;
