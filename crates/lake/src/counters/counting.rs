//! Counting while a file is written: rows come in order, so the rows of a group come one after the other.

use std::sync::Arc;

use super::{COUNTED_WORDS_MAX, CounterGroup, CounterKey, CounterSum, CounterWord, Counters, GROUPS_MAX};
use crate::layout::{Kind, Layout};
use crate::place::HOUR_NANOS;
use crate::rows::{ABSENT, Dictionary, Rows, Values, Words};

/// Counts the rows of one file.
pub(crate) struct Counting {
    /// The subject, then the attributes counted by.
    dimensions: Vec<Dimension>,
    sums: Vec<CounterSum>,
    groups: Vec<CounterGroup>,
    /// Set when there are too many groups.
    given_up: bool,
}

struct Dimension {
    /// Position in the layout; `None` for the subject.
    column: Option<usize>,
    /// The words seen, code 0 for absent, code `n + 1` for the word of code `n`.
    words: Dictionary,
    /// By code of the rows' dictionary: the code here.
    codes: Vec<u32>,
    /// Too many words: rows are not counted by it.
    dropped: bool,
}

impl Counting {
    pub(crate) fn new(layout: &Layout) -> Counting {
        let dimension =
            |column| Dimension { column, words: Dictionary::default(), codes: Vec::new(), dropped: false };
        let sums = layout.columns.iter().enumerate().filter_map(|(column, it)| match it.kind {
            Kind::Number(kind) => Some(CounterSum { column, scale: kind.scale() }),
            _ => None,
        });
        let keys = layout.keys().into_iter().map(|it| dimension(Some(it)));
        Counting {
            dimensions: std::iter::once(dimension(None)).chain(keys).collect(),
            sums: sums.collect(),
            groups: Vec::new(),
            given_up: false,
        }
    }

    /// Counts rows in order.
    pub(crate) fn add(&mut self, rows: &Rows) {
        if self.given_up {
            return;
        }
        self.dimensions.iter_mut().for_each(|it| it.learn(rows));
        if self.drop_long() {
            self.unite();
        }
        let coded: Vec<Coded<'_>> =
            self.dimensions.iter().filter(|it| !it.dropped).filter_map(|it| it.coded(rows)).collect();
        let mut row = 0;
        while row < rows.len() && !self.given_up {
            let until = end_of_run(rows, &coded, row);
            self.count(rows, row..until);
            row = until;
            if self.groups.len() > GROUPS_MAX {
                self.unite();
                self.given_up = self.groups.len() > GROUPS_MAX;
            }
        }
    }

    /// The counters; `None` when there are too many groups.
    pub(crate) fn finish(mut self) -> Option<Counters> {
        if self.given_up {
            return None;
        }
        self.rank();
        self.unite();
        if self.groups.len() > GROUPS_MAX {
            return None;
        }
        let (mut subjects, mut keys) = (Vec::new(), Vec::new());
        for dimension in &self.dimensions {
            match dimension.column {
                None => subjects = dimension.said(),
                Some(column) if !dimension.dropped => {
                    keys.push(CounterKey { column, words: dimension.said() })
                }
                Some(_) => {}
            }
        }
        Some(Counters { subjects, keys, sums: self.sums, groups: self.groups })
    }

    /// Drops dimensions that have become too long; says whether there was one.
    fn drop_long(&mut self) -> bool {
        let mut dropped = false;
        let keys = self.dimensions.iter_mut().skip(1).filter(|it| !it.dropped).collect::<Vec<_>>();
        for (position, dimension) in keys.into_iter().enumerate().rev() {
            if dimension.words.len() > COUNTED_WORDS_MAX {
                (dimension.dropped, dropped) = (true, true);
                for group in &mut self.groups {
                    group.keys.remove(position);
                }
            }
        }
        dropped
    }

    fn count(&mut self, rows: &Rows, run: std::ops::Range<usize>) {
        let at = rows.at.get(run.start).copied().unwrap_or_default();
        let mut codes = self.dimensions.iter().filter(|it| !it.dropped).map(|it| it.code(rows, run.start));
        let group = CounterGroup {
            hour: at.div_euclid(HOUR_NANOS),
            subject: codes.next().unwrap_or_default(),
            keys: codes.collect(),
            n: run.len() as u64,
            sums: self.sums.iter().map(|it| sum(rows, it.column, run.clone())).collect(),
        };
        match self.groups.last_mut() {
            Some(last) if last.is_alike(&group) => last.add(&group),
            _ => self.groups.push(group),
        }
    }

    /// Sorts the groups and makes one of those that say the same.
    fn unite(&mut self) {
        self.groups.sort_unstable();
        self.groups.dedup_by(|next, kept| {
            let alike = kept.is_alike(next);
            if alike {
                kept.add(next);
            }
            alike
        });
    }

    /// Replaces codes by positions among the words in ascending order.
    fn rank(&mut self) {
        let ranks: Vec<Vec<u32>> =
            self.dimensions.iter().filter(|it| !it.dropped).map(Dimension::positions).collect();
        let position = |dimension: usize, code: u32| {
            let ranks = ranks.get(dimension).map(Vec::as_slice).unwrap_or_default();
            usize::try_from(code).ok().and_then(|it| ranks.get(it)).copied().unwrap_or_default()
        };
        for group in &mut self.groups {
            group.subject = position(0, group.subject);
            for (dimension, key) in (1..).zip(&mut group.keys) {
                *key = position(dimension, *key);
            }
        }
        for (dimension, ranks) in self.dimensions.iter_mut().filter(|it| !it.dropped).zip(ranks) {
            dimension.codes = ranks;
        }
    }
}

impl CounterGroup {
    fn is_alike(&self, other: &CounterGroup) -> bool {
        (self.hour, self.subject, &self.keys) == (other.hour, other.subject, &other.keys)
    }

    fn add(&mut self, other: &CounterGroup) {
        self.n += other.n;
        for (sum, more) in self.sums.iter_mut().zip(&other.sums) {
            *sum = (sum.0 + more.0, sum.1 + more.1);
        }
    }
}

impl Dimension {
    /// Learns the words of the rows' dictionary that occur.
    fn learn(&mut self, rows: &Rows) {
        if self.dropped {
            return;
        }
        self.codes.clear();
        match self.column.map(|it| rows.columns.get(it)) {
            None => self.learn_words(&rows.subject),
            Some(Some(Values::Words(words))) => self.learn_words(words),
            Some(Some(Values::Truths(_))) => {
                self.words.intern("false");
                self.words.intern("true");
            }
            Some(_) => {}
        }
    }

    fn learn_words(&mut self, words: &Words) {
        let mut occurs = vec![false; words.dictionary.len()];
        for code in &words.codes {
            if let Some(slot) = usize::try_from(*code).ok().and_then(|it| occurs.get_mut(it)) {
                *slot = true;
            }
        }
        let interned = words.dictionary.words().iter().zip(occurs);
        let codes = interned.map(|(word, occurs)| if occurs { self.words.intern(word) + 1 } else { 0 });
        self.codes = codes.collect();
    }

    fn code(&self, rows: &Rows, row: usize) -> u32 {
        let known = |words: &Words| {
            let code = words.codes.get(row).and_then(|it| usize::try_from(*it).ok());
            code.and_then(|it| self.codes.get(it)).copied().unwrap_or_default()
        };
        match self.column.map(|it| rows.columns.get(it)) {
            None => known(&rows.subject),
            Some(Some(Values::Words(words))) => known(words),
            Some(Some(Values::Truths(truths))) => match truths.get(row) {
                Some(0) => 1,
                Some(1) => 2,
                _ => 0,
            },
            Some(_) => 0,
        }
    }

    fn coded<'r>(&self, rows: &'r Rows) -> Option<Coded<'r>> {
        match self.column.map(|it| rows.columns.get(it)) {
            None => Some(Coded::Words(&rows.subject.codes)),
            Some(Some(Values::Words(words))) => Some(Coded::Words(&words.codes)),
            Some(Some(Values::Truths(truths))) => Some(Coded::Truths(truths)),
            Some(_) => None,
        }
    }

    /// What it says, in ascending order, absent first even when no row leaves it out.
    fn said(&self) -> Vec<CounterWord> {
        let mut words: Vec<&Arc<str>> = self.words.words().iter().collect();
        words.sort_unstable();
        std::iter::once(None).chain(words.into_iter().map(|it| Some(it.to_string()))).collect()
    }

    /// By code: the position in [`Dimension::said`].
    fn positions(&self) -> Vec<u32> {
        std::iter::once(0).chain(self.words.ranks()).collect()
    }
}

/// A column rows are counted by.
enum Coded<'r> {
    Words(&'r [u32]),
    Truths(&'r [u8]),
}

impl Coded<'_> {
    fn agree(&self, left: usize, right: usize) -> bool {
        match self {
            Coded::Words(codes) => codes.get(left) == codes.get(right),
            Coded::Truths(truths) => truths.get(left) == truths.get(right),
        }
    }
}

/// The first row behind `from` that is of another hour or says something else.
fn end_of_run(rows: &Rows, coded: &[Coded<'_>], from: usize) -> usize {
    let hour = |row: usize| rows.at.get(row).map(|it| it.div_euclid(HOUR_NANOS));
    let first = hour(from);
    let ends = |row: &usize| hour(*row) != first || !coded.iter().all(|it| it.agree(from, *row));
    (from + 1..rows.len()).find(ends).unwrap_or(rows.len())
}

fn sum(rows: &Rows, column: usize, run: std::ops::Range<usize>) -> (i128, u64) {
    let Some(Values::Numbers(numbers)) = rows.columns.get(column) else { return (0, 0) };
    let there = numbers.get(run).unwrap_or_default().iter().filter(|it| **it != ABSENT);
    there.fold((0, 0), |(sum, n), it| (sum + i128::from(*it), n + 1))
}
