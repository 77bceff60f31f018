//! Everything counted again: every file against its SHA-256, every counter against the rows it counts.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::answer::{BlobSource, names};
use crate::blobs::Blobs;
use crate::counters::{CounterGroup, Counters};
use crate::error::LakeError;
use crate::facts::counters;
use crate::kernel::{self, Answer, Measure, Measured, Part, Plan, Slice, Time, Value};
use crate::layout::{Kind, Layout};
use crate::manifest::FileEntry;
use crate::place::HOUR_NANOS;
use crate::read::verify;

/// What was counted again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recount {
    /// Files looked at.
    pub files: usize,
    /// Rows counted.
    pub rows: u64,
    /// Files that keep no counters, and so had nothing to be compared with.
    pub without_counters: usize,
    /// What does not agree, by file.
    pub differences: Vec<Difference>,
}

/// Something that does not agree with the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which file.
    pub path: String,
    /// What.
    pub what: Differs,
}

/// What does not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Differs {
    /// The file's bytes are not those of the manifest, or cannot be read.
    File(String),
    /// The file has another number of rows than the manifest says.
    Rows {
        /// In the manifest.
        said: u64,
        /// In the file.
        found: u64,
    },
    /// A counter says something else than the rows.
    Counter {
        /// Hours since 1970-01-01T00:00Z.
        hour: i64,
        /// The subject and the words, by column.
        keys: Vec<(String, Option<String>)>,
        /// Rows the counter says.
        said: u64,
        /// Rows there are.
        found: u64,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.what {
            Differs::File(why) => f.write_str(why),
            Differs::Rows { said, found } => write!(f, "`{path}` has {found} rows, the manifest says {said}"),
            Differs::Counter { hour, keys, said, found } => {
                write!(f, "`{path}` counts {said} rows and has {found}, or other sums, in hour {hour}")?;
                keys.iter().try_for_each(|(name, word)| {
                    write!(f, ", {name} {}", word.as_deref().unwrap_or("absent"))
                })
            }
        }
    }
}

/// Counts every row of the files of one fact again. The error is a store that does not answer; a file that is damaged is a
/// difference.
pub fn recount(blobs: &Arc<dyn Blobs>, entries: &[FileEntry], layout: &Layout) -> Result<Recount, LakeError> {
    let mut recount = Recount::default();
    for entry in entries {
        recount.files += 1;
        let differ = |what| Difference { path: entry.path.clone(), what };
        match verify(blobs.as_ref(), entry) {
            Err(error @ LakeError::Corrupt { .. }) => {
                recount.differences.push(differ(Differs::File(error.to_string())));
                continue;
            }
            other => other?,
        }
        let source = BlobSource::new(Arc::clone(blobs), entry.path.clone(), entry.bytes);
        match recount.one(&source, entry, layout) {
            Ok(found) => recount.differences.extend(found.into_iter().map(differ)),
            Err(error) => recount.differences.push(differ(Differs::File(error))),
        }
    }
    Ok(recount)
}

impl Recount {
    fn one(
        &mut self,
        source: &BlobSource,
        entry: &FileEntry,
        layout: &Layout,
    ) -> Result<Vec<Differs>, String> {
        let footer = kernel::footer(source).map_err(|it| it.to_string())?;
        let kept = counters(&footer).map_err(|it| format!("`{}`: {it}", entry.path))?;
        self.without_counters += usize::from(kept.is_none());
        let kept = kept.unwrap_or_default();
        let plan = plan(&kept, layout);
        let answer = kernel::run(&plan, source).map_err(|it| it.to_string())?;
        let found: u64 = answer.groups.values().map(|it| rows(it)).sum();
        self.rows += found;
        let mut differ = Vec::new();
        if found != entry.rows {
            differ.push(Differs::Rows { said: entry.rows, found });
        }
        if !kept.groups.is_empty() || !kept.subjects.is_empty() {
            differ.extend(compared(&kept, layout, &answer));
        }
        Ok(differ)
    }
}

/// Asks the rows for what the counters say.
fn plan(counters: &Counters, layout: &Layout) -> Plan {
    let hours = Slice { origin: i64::MIN / HOUR_NANOS * HOUR_NANOS, length: HOUR_NANOS };
    let time = Time { column: "at".to_owned(), from: i64::MIN, until: i64::MAX, slice: Some(hours) };
    let name = |column: usize| layout.columns.get(column).map_or_else(String::new, |it| it.name.clone());
    let counted = !counters.subjects.is_empty();
    let sums = counters.sums.iter().map(|it| Measured::all(Measure::Sum(name(it.column))));
    Plan {
        time: Some(time).filter(|_| counted),
        keys: if counted {
            names(counters, layout).into_iter().map(str::to_owned).collect()
        } else {
            Vec::new()
        },
        measures: std::iter::once(Measured::all(Measure::Count)).chain(sums).collect(),
        scales: counters.sums.iter().map(|it| (name(it.column), it.scale)).collect(),
        optional: layout.columns.iter().filter(|it| it.optional).map(|it| it.name.clone()).collect(),
        ..Plan::default()
    }
}

fn rows(parts: &[Part]) -> u64 {
    match parts.first() {
        Some(Part::Count(rows)) => *rows,
        _ => 0,
    }
}

type Key = (i64, Vec<Option<String>>);
type Sums = (u64, Vec<(i128, u64)>);

fn compared(counters: &Counters, layout: &Layout, answer: &Answer) -> Vec<Differs> {
    let said: BTreeMap<Key, Sums> = counters.groups.iter().map(|it| said(it, counters)).collect();
    let found: BTreeMap<Key, Sums> = answer
        .groups
        .iter()
        .map(|(key, parts)| ((hour(key.0), words(&key.1, counters, layout)), (rows(parts), sums(parts))))
        .collect();
    let mut keys: Vec<&Key> = said.keys().chain(found.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    let names = names(counters, layout);
    let differ = keys.into_iter().filter(|it| said.get(*it) != found.get(*it)).map(|key| Differs::Counter {
        hour: key.0,
        keys: names.iter().map(|it| (*it).to_owned()).zip(key.1.iter().cloned()).collect(),
        said: said.get(key).map_or(0, |it| it.0),
        found: found.get(key).map_or(0, |it| it.0),
    });
    differ.collect()
}

fn said(group: &CounterGroup, counters: &Counters) -> (Key, Sums) {
    let word = |words: &[Option<String>], at: u32| words.get(at as usize).cloned().flatten();
    let subject = word(&counters.subjects, group.subject);
    let keys = counters.keys.iter().zip(&group.keys).map(|(key, at)| word(&key.words, *at));
    ((group.hour, std::iter::once(subject).chain(keys).collect()), (group.n, group.sums.clone()))
}

/// The hour since the epoch of a slice of [`plan`].
fn hour(slice: Option<u64>) -> i64 {
    let first = i64::MIN / HOUR_NANOS;
    slice.and_then(|it| i64::try_from(it).ok()).and_then(|it| first.checked_add(it)).unwrap_or(i64::MIN)
}

fn words(values: &[Option<Value>], counters: &Counters, layout: &Layout) -> Vec<Option<String>> {
    let kind = |at: usize| {
        let column = at.checked_sub(1).and_then(|it| counters.keys.get(it));
        column.and_then(|it| layout.columns.get(it.column)).map(|it| it.kind)
    };
    let word = |(at, value): (usize, &Option<Value>)| match (value.as_ref()?, kind(at)) {
        (Value::Int(truth), Some(Kind::Truth)) => Some(if *truth == 0 { "false" } else { "true" }.to_owned()),
        (Value::Int(number), _) => Some(number.to_string()),
        (Value::Text(text), _) => Some(text.to_string()),
    };
    values.iter().enumerate().map(word).collect()
}

fn sums(parts: &[Part]) -> Vec<(i128, u64)> {
    let each = parts.iter().skip(1).map(|it| match it {
        Part::Sum { count, total } => (*total, *count),
        _ => (0, 0),
    });
    each.collect()
}
