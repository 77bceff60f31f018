//! The rows of one file beside its counters: rows add to the place of the group that counts them, and at the end each place must
//! hold what its group says.

use std::collections::BTreeMap;

use foldhash::HashMap;

use super::Differs;
use crate::counters::{CounterWord, Counters, CountersError, PackedCounters};
use crate::kernel::{Alike, Problem, Takes, Value};
use crate::layout::{Kind, Layout};

/// With more combinations of hours and words than this, places are looked up in a map.
const DENSE_MAX: usize = 4 << 20;
/// Stands for no place, and for a word that the counters do not have.
const NONE: u32 = u32::MAX;

type Sums = Vec<(i128, u64)>;
/// An hour, and what is said in it.
type Key = (i64, Vec<Option<Value>>);

/// Counts again.
pub(super) struct Again<'c> {
    counters: &'c Counters,
    said: Said,
    /// For each dimension of the counters, its words by what columns say.
    words: Vec<HashMap<Option<Value>, u32>>,
    places: Places,
    /// By group of the counters: how many rows were found.
    rows: Vec<u64>,
    /// By group, then sum.
    sums: Sums,
    /// For each dimension, the code of the counters by code of the row group.
    here: Vec<Vec<u32>>,
    values: Vec<Vec<Option<Value>>>,
    codes: Vec<u32>,
    /// What no group counts.
    strange: BTreeMap<Key, (u64, Sums)>,
}

/// What the groups of the counters say, one after the other.
#[derive(Default)]
struct Said {
    hours: Vec<i64>,
    /// As many for each group as there are dimensions.
    codes: Vec<u32>,
    rows: Vec<u64>,
    /// As many for each group as there are sums.
    sums: Sums,
}

/// Where the rows of an hour that say certain words are counted.
enum Places {
    Dense { first_hour: i64, hours: usize, strides: Vec<usize>, places: Vec<u32> },
    Sparse(HashMap<(i64, Box<[u32]>), u32>),
}

impl Said {
    fn of(counters: &PackedCounters) -> Result<Said, CountersError> {
        let mut said = Said::default();
        counters.each_group(|group| {
            said.hours.push(group.hour);
            said.codes.push(group.subject);
            said.codes.extend(&group.keys);
            said.rows.push(group.n);
            said.sums.extend(&group.sums);
        })?;
        Ok(said)
    }
}

impl<'c> Again<'c> {
    pub(super) fn of(packed: &'c PackedCounters, layout: &Layout) -> Result<Again<'c>, CountersError> {
        let counters = &packed.head;
        let said = Said::of(packed)?;
        let kind = |column: usize| layout.columns.get(column).map(|it| it.kind);
        let keys = counters.keys.iter().map(|it| by_value(&it.words, kind(it.column)));
        let words = std::iter::once(by_value(&counters.subjects, None)).chain(keys).collect();
        Ok(Again {
            places: Places::of(&said, &sizes(counters)),
            rows: vec![0; said.rows.len()],
            sums: vec![(0, 0); said.sums.len()],
            here: Vec::new(),
            values: Vec::new(),
            codes: Vec::new(),
            strange: BTreeMap::new(),
            counters,
            said,
            words,
        })
    }

    /// All rows that were found.
    pub(super) fn rows(&self) -> u64 {
        self.rows.iter().chain(self.strange.values().map(|(rows, _)| rows)).sum()
    }

    /// What does not agree, by hour and words.
    pub(super) fn differ(&self, names: &[String]) -> Vec<Differs> {
        let mut differ: Vec<(i64, Vec<CounterWord>, u64, u64)> = Vec::new();
        let sums = self.counters.sums.len();
        let of = |all: &Sums, at: usize| all.get(at * sums..(at + 1) * sums).map(<[_]>::to_vec);
        let each = self.said.hours.iter().zip(&self.said.rows).zip(&self.rows);
        for (at, ((hour, said), found)) in each.enumerate() {
            if said != found || of(&self.said.sums, at) != of(&self.sums, at) {
                differ.push((*hour, self.words_of(at), *said, *found));
            }
        }
        for ((hour, values), (rows, _)) in &self.strange {
            differ.push((*hour, values.iter().map(text).collect(), 0, *rows));
        }
        differ.sort_unstable();
        let counter = |(hour, words, said, found)| {
            let keys = names.iter().cloned().zip(words).collect();
            Differs::Counter { hour, keys, said, found }
        };
        differ.into_iter().map(counter).collect()
    }

    /// What a group of the counters counts by.
    fn words_of(&self, group: usize) -> Vec<CounterWord> {
        let keys = self.counters.keys.iter().map(|it| &it.words);
        let words = std::iter::once(&self.counters.subjects).chain(keys);
        let from = group * self.words.len();
        let codes = self.said.codes.get(from..from + self.words.len()).unwrap_or_default();
        words.zip(codes).map(|(words, code)| words.get(index(*code)).cloned().flatten()).collect()
    }

    fn add_to(&mut self, place: usize, found: &Alike<'_>) -> Option<()> {
        let rows = self.rows.get_mut(place)?;
        *rows = rows.checked_add(found.rows)?;
        let sums = self.sums.get_mut(place * found.sums.len()..)?;
        add(sums, found.sums)
    }

    fn add_strange(&mut self, found: &Alike<'_>) -> Option<()> {
        let value = |(values, code): (&Vec<Option<Value>>, &u32)| values.get(index(*code)).cloned().flatten();
        let said = self.values.iter().zip(found.codes).map(value).collect();
        let none = || (0, vec![(0, 0); found.sums.len()]);
        let (rows, sums) = self.strange.entry((found.span, said)).or_insert_with(none);
        *rows = rows.checked_add(found.rows)?;
        add(sums, found.sums)
    }
}

impl Takes for Again<'_> {
    fn group(&mut self, values: Vec<Vec<Option<Value>>>) {
        let code = |words: &HashMap<Option<Value>, u32>, value| words.get(value).copied().unwrap_or(NONE);
        let each = self.words.iter().zip(&values);
        self.here = each.map(|(words, values)| values.iter().map(|it| code(words, it)).collect()).collect();
        self.values = values;
    }

    fn alike(&mut self, found: Alike<'_>) -> Result<(), Problem> {
        self.codes.clear();
        let here = self.here.iter().zip(found.codes);
        self.codes.extend(here.map(|(codes, code)| codes.get(index(*code)).copied().unwrap_or(NONE)));
        let added = match self.places.get(found.span, &self.codes) {
            Some(place) => self.add_to(place, &found),
            None => self.add_strange(&found),
        };
        added.ok_or(Problem::Overflow)
    }
}

fn add(sums: &mut [(i128, u64)], more: &[(i128, u64)]) -> Option<()> {
    for (sum, (total, count)) in sums.iter_mut().zip(more) {
        *sum = (sum.0.checked_add(*total)?, sum.1.checked_add(*count)?);
    }
    Some(())
}

impl Places {
    fn of(said: &Said, sizes: &[usize]) -> Places {
        let first_hour = said.hours.iter().min().copied().unwrap_or_default();
        let last_hour = said.hours.iter().max().copied().unwrap_or_default();
        let hours = usize::try_from(last_hour.abs_diff(first_hour)).unwrap_or(usize::MAX).saturating_add(1);
        let mut strides = Vec::new();
        let mut all = hours;
        for size in sizes {
            strides.push(all);
            all = all.saturating_mul(*size);
        }
        let mut places = if all <= DENSE_MAX {
            Places::Dense { first_hour, hours, strides, places: vec![NONE; all] }
        } else {
            Places::Sparse(HashMap::default())
        };
        let codes = said.codes.chunks_exact(sizes.len().max(1));
        for ((place, hour), codes) in (0..).zip(&said.hours).zip(codes) {
            places.put(*hour, codes, place);
        }
        places
    }

    fn put(&mut self, hour: i64, codes: &[u32], place: u32) {
        let at = self.dense(hour, codes);
        match self {
            Places::Dense { places, .. } => {
                at.and_then(|it| places.get_mut(it)).into_iter().for_each(|it| *it = place);
            }
            Places::Sparse(places) => drop(places.insert((hour, codes.into()), place)),
        }
    }

    fn get(&self, hour: i64, codes: &[u32]) -> Option<usize> {
        let place = match self {
            Places::Dense { places, .. } => *places.get(self.dense(hour, codes)?)?,
            Places::Sparse(places) => *places.get(&(hour, codes.into()))?,
        };
        (place != NONE).then(|| index(place))
    }

    /// `None` for hours and words that the counters do not have.
    fn dense(&self, hour: i64, codes: &[u32]) -> Option<usize> {
        let Places::Dense { first_hour, hours, strides, .. } = self else { return None };
        let mut at = usize::try_from(hour.checked_sub(*first_hour)?).ok().filter(|it| it < hours)?;
        for (code, stride) in codes.iter().zip(strides) {
            at += if *code == NONE { return None } else { stride * index(*code) };
        }
        Some(at)
    }
}

/// Of each dimension of the counters, how many words.
fn sizes(counters: &Counters) -> Vec<usize> {
    std::iter::once(counters.subjects.len()).chain(counters.keys.iter().map(|it| it.words.len())).collect()
}

fn by_value(words: &[CounterWord], kind: Option<Kind>) -> HashMap<Option<Value>, u32> {
    let value = |word: &CounterWord| match (word.as_deref(), kind) {
        (None, _) => None,
        (Some(truth), Some(Kind::Truth)) => Some(Value::Int(i128::from(truth == "true"))),
        (Some(text), _) => Some(Value::Text(text.into())),
    };
    words.iter().zip(0..).map(|(word, code)| (value(word), code)).collect()
}

fn text(value: &Option<Value>) -> CounterWord {
    match value.as_ref()? {
        Value::Int(number) => Some(number.to_string()),
        Value::Text(text) => Some(text.to_string()),
    }
}

fn index(code: u32) -> usize {
    usize::try_from(code).unwrap_or(usize::MAX)
}
