//! The counters of many files as one table of running totals, so that any stretch of hours is one subtraction.
//!
//! A *cell* is a combination of words that occurs. Its *steps* are the hours it occurs in, ascending, and each step knows
//! what had been counted before it. Cells of one subject lie together.

use std::ops::Range;

use foldhash::HashMap;

use super::part::{By, Part, Step, Wanted, index};
use super::{CounterWord, CountersError};
use crate::kernel::Value;
use crate::layout::{Kind, Layout};

/// What many files count of what a question needs.
#[derive(Debug)]
pub(crate) struct Table {
    wanted: Wanted,
    words: Vec<Words>,
    /// The codes of every cell, one for each dimension; cells ascend.
    codes: Vec<u32>,
    /// Where the steps of every cell begin, and behind the last where they end.
    begins: Vec<usize>,
    /// The hour of each step, since 1970-01-01T00:00Z.
    hours: Vec<i32>,
    reach: Range<i64>,
    /// Rows before each step, and behind the last all.
    rows: Vec<u64>,
    sums: Vec<Running>,
}

/// What the codes of a dimension say.
#[derive(Debug, Default)]
pub(crate) struct Words {
    /// By code.
    pub(crate) values: Vec<Option<Value>>,
    codes: HashMap<Option<Value>, u32>,
}

/// A sum before each step.
#[derive(Debug, Default)]
struct Running {
    totals: Vec<i128>,
    /// Over how many rows; none when every row has a number.
    counts: Option<Vec<u64>>,
}

impl Words {
    /// The code of a value that occurs.
    pub(crate) fn code(&self, value: &Option<Value>) -> Option<u32> {
        self.codes.get(value).copied()
    }

    fn intern(&mut self, value: Option<Value>) -> u32 {
        *self.codes.entry(value).or_insert_with_key(|it| {
            self.values.push(it.clone());
            u32::try_from(self.values.len() - 1).unwrap_or(u32::MAX)
        })
    }
}

impl Table {
    /// Of files that know all that is wanted; the layout says which attributes are truths.
    pub(crate) fn of(wanted: Wanted, parts: &[Part], layout: &Layout) -> Result<Table, CountersError> {
        let mut merging = Merging::default();
        merging.words.resize_with(wanted.by.len(), Words::default);
        let is_truth: Vec<bool> = wanted.by.iter().map(|it| is_truth(*it, layout)).collect();
        let placed: Vec<Vec<u32>> = parts.iter().map(|it| merging.place(it, &is_truth)).collect();
        let ranks = merging.rank();
        let order = Order::of(parts, &placed, &ranks)?;
        let mut table = Table {
            words: merging.words,
            codes: merging.cells.concat(),
            reach: order.reach(),
            begins: order.begins,
            hours: Vec::with_capacity(order.steps.len()),
            rows: Vec::with_capacity(order.steps.len() + 1),
            sums: Vec::new(),
            wanted,
        };
        table.rows.push(0);
        for found in &order.steps {
            let step = found.step(parts).ok_or(CountersError)?;
            table.hours.push(step.hour);
            let before = table.rows.last().copied().unwrap_or_default();
            table.rows.push(before.checked_add(step.rows).ok_or(CountersError)?);
        }
        for sum in 0..table.wanted.sums.len() {
            let running = Running::of(&order.steps, parts, sum, &table.rows)?;
            table.sums.push(running);
        }
        Ok(table)
    }

    /// What it knows.
    pub(crate) fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// How many cells there are.
    pub(crate) fn cells(&self) -> usize {
        self.begins.len().saturating_sub(1)
    }

    /// How many steps there are.
    pub(crate) fn len(&self) -> usize {
        self.hours.len()
    }

    /// Which of the dimensions that is, and what it says.
    pub(crate) fn dimension(&self, by: By) -> Option<(usize, &Words)> {
        let at = self.wanted.by.iter().position(|it| *it == by)?;
        self.words.get(at).map(|it| (at, it))
    }

    /// What a code of a dimension says.
    pub(crate) fn word(&self, dimension: usize, code: usize) -> Option<Value> {
        self.words.get(dimension).and_then(|it| it.values.get(code)).cloned().flatten()
    }

    /// The codes of a cell, one for each dimension.
    pub(crate) fn codes(&self, cell: usize) -> &[u32] {
        let width = self.words.len();
        self.codes.get(cell * width..(cell + 1) * width).unwrap_or_default()
    }

    /// The cells whose first dimension has that code.
    pub(crate) fn cells_of(&self, code: u32) -> Range<usize> {
        let first = |cell: usize| self.codes(cell).first().copied().unwrap_or_default();
        let from = partition(0..self.cells(), |it| first(it) < code);
        from..partition(from..self.cells(), |it| first(it) <= code)
    }

    /// The steps of a cell.
    pub(crate) fn steps(&self, cell: usize) -> Range<usize> {
        let begin = |it: usize| self.begins.get(it).copied().unwrap_or_default();
        begin(cell)..begin(cell + 1)
    }

    /// The first of some steps at that hour or later.
    pub(crate) fn first_from(&self, steps: Range<usize>, hour: i64) -> usize {
        let hours = self.hours.get(steps.clone()).unwrap_or_default();
        steps.start + hours.partition_point(|it| i64::from(*it) < hour)
    }

    /// The hour of a step; one past all others when there is none.
    pub(crate) fn hour(&self, step: usize) -> i64 {
        self.hours.get(step).copied().map_or(i64::MAX, i64::from)
    }

    /// From the first hour until behind the last.
    pub(crate) fn reach(&self) -> Range<i64> {
        self.reach.clone()
    }

    /// The rows of some steps.
    pub(crate) fn rows(&self, steps: &Range<usize>) -> u64 {
        between(&self.rows, steps, u64::wrapping_sub)
    }

    /// A sum over some steps, by its position among those wanted, and over how many rows.
    pub(crate) fn sum(&self, sum: usize, steps: &Range<usize>) -> (i128, u64) {
        let Some(running) = self.sums.get(sum) else { return (0, 0) };
        let count = running.counts.as_ref().unwrap_or(&self.rows);
        (between(&running.totals, steps, i128::wrapping_sub), between(count, steps, u64::wrapping_sub))
    }
}

/// What was counted between two steps. Running totals were checked when they were made, so the difference fits.
fn between<T: Copy + Default>(running: &[T], steps: &Range<usize>, minus: fn(T, T) -> T) -> T {
    let before = |step: usize| running.get(step).copied().unwrap_or_default();
    minus(before(steps.end), before(steps.start))
}

/// The first of a range that is not below.
fn partition(range: Range<usize>, below: impl Fn(usize) -> bool) -> usize {
    let (mut from, mut until) = (range.start, range.end);
    while from < until {
        let middle = from + (until - from) / 2;
        if below(middle) {
            from = middle + 1;
        } else {
            until = middle;
        }
    }
    from
}

fn is_truth(by: By, layout: &Layout) -> bool {
    match by {
        By::Subject => false,
        By::Column(column) => layout.columns.get(column).is_some_and(|it| it.kind == Kind::Truth),
    }
}

fn value(word: &CounterWord, is_truth: bool) -> Option<Value> {
    let word = word.as_deref()?;
    Some(if is_truth { Value::Int(i128::from(word == "true")) } else { Value::Text(word.into()) })
}

/// The words and cells of all files, while they are brought together.
#[derive(Default)]
struct Merging {
    words: Vec<Words>,
    cells: Vec<Box<[u32]>>,
    known: HashMap<Box<[u32]>, u32>,
}

impl Merging {
    /// By cell of the file: the cell here.
    fn place(&mut self, part: &Part, is_truth: &[bool]) -> Vec<u32> {
        let mut codes: Vec<Vec<u32>> = Vec::new();
        for ((words, said), is_truth) in self.words.iter_mut().zip(&part.words).zip(is_truth) {
            codes.push(said.iter().map(|it| words.intern(value(it, *is_truth))).collect());
        }
        let mut scratch = Vec::new();
        let mut place = |cell: &[u32]| {
            scratch.clear();
            let code = |(codes, code): (&Vec<u32>, &u32)| codes.get(index(*code)).copied();
            scratch.extend(codes.iter().zip(cell).map(|it| code(it).unwrap_or_default()));
            if let Some(known) = self.known.get(scratch.as_slice()) {
                return *known;
            }
            let new = u32::try_from(self.cells.len()).unwrap_or(u32::MAX);
            self.cells.push(scratch.as_slice().into());
            self.known.insert(scratch.as_slice().into(), new);
            new
        };
        part.cells().map(&mut place).collect()
    }

    /// Sorts the cells; by cell as it was, where it is now.
    fn rank(&mut self) -> Vec<u32> {
        self.cells.sort_unstable();
        let mut ranks = vec![0; self.cells.len()];
        for (rank, cell) in (0..).zip(&self.cells) {
            let known = self.known.get(cell).and_then(|it| ranks.get_mut(index(*it)));
            known.into_iter().for_each(|it| *it = rank);
        }
        ranks
    }
}

/// The steps of all files by cell and hour.
struct Order {
    begins: Vec<usize>,
    steps: Vec<Found>,
}

/// Where a step is.
#[derive(Clone, Copy, Default)]
struct Found {
    hour: i32,
    part: u32,
    step: u32,
}

impl Found {
    fn step(self, parts: &[Part]) -> Option<&Step> {
        parts.get(index(self.part))?.steps.get(index(self.step))
    }
}

impl Order {
    fn of(parts: &[Part], placed: &[Vec<u32>], ranks: &[u32]) -> Result<Order, CountersError> {
        let rank = |placed: &[u32], step: &Step| {
            let cell = placed.get(index(step.cell)).copied().map(index)?;
            ranks.get(cell).copied().map(index)
        };
        let mut begins = vec![0_usize; ranks.len() + 1];
        for (part, placed) in parts.iter().zip(placed) {
            for step in &part.steps {
                let at = rank(placed, step).and_then(|it| begins.get_mut(it + 1)).ok_or(CountersError)?;
                *at += 1;
            }
        }
        let mut all = 0;
        begins.iter_mut().for_each(|it| {
            all += *it;
            *it = all;
        });
        let mut next = begins.clone();
        let mut steps = vec![Found::default(); all];
        for ((number, part), placed) in (0..).zip(parts).zip(placed) {
            for (at, step) in (0..).zip(&part.steps) {
                let place = rank(placed, step).and_then(|it| next.get_mut(it)).ok_or(CountersError)?;
                let slot = steps.get_mut(*place).ok_or(CountersError)?;
                *slot = Found { hour: step.hour, part: number, step: at };
                *place += 1;
            }
        }
        for cell in begins.windows(2) {
            let [from, until] = *cell else { continue };
            let steps = steps.get_mut(from..until).unwrap_or_default();
            // Files come in the order of their days, so this is hardly ever to be done.
            if !steps.is_sorted_by_key(|it| it.hour) {
                steps.sort_by_key(|it| it.hour);
            }
        }
        Ok(Order { begins, steps })
    }

    fn reach(&self) -> Range<i64> {
        let hours = || self.steps.iter().map(|it| i64::from(it.hour));
        let from = hours().min().unwrap_or_default();
        from..hours().max().map_or(from, |it| it + 1)
    }
}

impl Running {
    fn of(order: &[Found], parts: &[Part], sum: usize, rows: &[u64]) -> Result<Running, CountersError> {
        let (mut totals, mut counts) = (vec![0_i128], vec![0_u64]);
        let (mut total, mut count) = (0_i128, 0_u64);
        for found in order {
            let part = parts.get(index(found.part)).ok_or(CountersError)?;
            let sums = part.sums.len() / part.steps.len().max(1);
            let (more, over) = part.sums.get(index(found.step) * sums + sum).ok_or(CountersError)?;
            total = total.checked_add(*more).ok_or(CountersError)?;
            count = count.checked_add(*over).ok_or(CountersError)?;
            totals.push(total);
            counts.push(count);
        }
        let is_everywhere = counts == rows;
        Ok(Running { totals, counts: (!is_everywhere).then_some(counts) })
    }
}
