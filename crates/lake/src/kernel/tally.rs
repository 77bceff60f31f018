//! How often combinations of values occur in each cell.

use std::collections::BTreeMap;

use super::dim::Dim;
use super::error::Problem;
use super::groups::Part;
use super::value::Value;

/// Combinations that are counted in an array; more are kept in a map.
const DENSE_MAX: u64 = 1 << 20;
/// Combinations of one row group that are kept in a map; more are refused.
const SPARSE_MAX: usize = 16 << 20;

/// Counts of cells, or of cells and the values of some columns.
pub(super) enum Counts {
    Dense(Vec<u32>),
    Sparse(BTreeMap<u64, u64>),
}

impl Counts {
    pub(super) fn of(cells: u64) -> Counts {
        match usize::try_from(cells).ok().filter(|_| cells <= DENSE_MAX) {
            Some(cells) => Counts::Dense(vec![0; cells]),
            None => Counts::Sparse(BTreeMap::new()),
        }
    }

    #[inline]
    pub(super) fn add(&mut self, cell: u64, rows: u64) -> Result<(), Problem> {
        match self {
            Counts::Dense(all) => {
                if let Some(known) = usize::try_from(cell).ok().and_then(|it| all.get_mut(it)) {
                    // A row group has fewer rows than 32 bits hold.
                    *known = known.wrapping_add(u32::try_from(rows).unwrap_or(u32::MAX));
                }
            }
            Counts::Sparse(all) => {
                *all.entry(cell).or_default() += rows;
                if all.len() > SPARSE_MAX {
                    let (found, max) = (all.len() as u64, SPARSE_MAX as u64);
                    return Err(Problem::TooLarge { what: "the combinations of one row group", found, max });
                }
            }
        }
        Ok(())
    }

    /// What occurs, in order.
    pub(super) fn found(self) -> Vec<(u64, u64)> {
        match self {
            Counts::Dense(all) => {
                let found = all.into_iter().enumerate().filter(|(_, rows)| *rows > 0);
                found.map(|(cell, rows)| (cell as u64, u64::from(rows))).collect()
            }
            Counts::Sparse(all) => all.into_iter().collect(),
        }
    }
}

/// How often the combinations of some columns occur in each cell.
pub(super) struct Tally {
    dims: Vec<(Dim, Vec<Option<Value>>)>,
    combinations: u64,
    counts: Counts,
}

impl Tally {
    pub(super) fn of(dims: Vec<(Dim, Vec<Option<Value>>)>, cells: u64) -> Result<Tally, Problem> {
        let combinations = dims.iter().try_fold(1_u64, |all, (dim, _)| all.checked_mul(dim.size as u64));
        let all = combinations.and_then(|it| Some((it, it.checked_mul(cells)?)));
        let (combinations, all) = all.ok_or(Problem::TooLarge {
            what: "the combinations of one row group",
            found: u64::MAX,
            max: SPARSE_MAX as u64,
        })?;
        Ok(Tally { dims, combinations, counts: Counts::of(all) })
    }

    pub(super) fn skip(&mut self, rows: usize) -> Result<(), Problem> {
        self.dims.iter_mut().try_for_each(|(dim, _)| dim.skip(rows))
    }

    /// Takes the next `rows`; `each` hands over every row that counts and its cell.
    pub(super) fn add(
        &mut self,
        rows: usize,
        cells: impl Iterator<Item = (usize, u64)>,
    ) -> Result<(), Problem> {
        self.dims.iter_mut().try_for_each(|(dim, _)| dim.take(rows))?;
        for (row, cell) in cells {
            let code =
                self.dims.iter().fold(0, |code, (dim, _)| code * dim.size as u64 + u64::from(dim.code(row)));
            self.counts.add(cell * self.combinations + code, 1)?;
        }
        Ok(())
    }

    /// What occurs, in the order of cells.
    pub(super) fn finish(self) -> Tallied {
        let counts = self.counts.found();
        Tallied {
            values: self.dims.into_iter().map(|(_, it)| it).collect(),
            combinations: self.combinations,
            counts,
            at: 0,
        }
    }
}

/// A tally after the last row.
pub(super) struct Tallied {
    values: Vec<Vec<Option<Value>>>,
    combinations: u64,
    counts: Vec<(u64, u64)>,
    at: usize,
}

impl Tallied {
    /// Adds what one cell has to a measure; cells must be asked for in order.
    pub(super) fn add_to(&mut self, cell: u64, part: &mut Part) -> Result<(), Problem> {
        let from = cell.saturating_mul(self.combinations.max(1));
        let rest = self.counts.get(self.at..).unwrap_or_default();
        self.at += rest.partition_point(|(it, _)| *it < from);
        let rest = self.counts.get(self.at..).unwrap_or_default();
        let until = rest.partition_point(|(it, _)| *it - from < self.combinations);
        for (combination, rows) in rest.get(..until).unwrap_or_default() {
            part.add(self.one(combination - from, *rows, part))?;
        }
        Ok(())
    }

    fn one(&self, mut code: u64, rows: u64, part: &Part) -> Part {
        let mut values = Vec::new();
        for known in self.values.iter().rev() {
            let size = known.len().max(1) as u64;
            values.push(usize::try_from(code % size).ok().and_then(|it| known.get(it)).cloned().flatten());
            code /= size;
        }
        values.reverse();
        let all: Option<Vec<Value>> = values.into_iter().collect();
        match (part, all) {
            (Part::Distinct { .. }, Some(all)) => Part::Distinct { seen: [all].into(), alone: 0 },
            (Part::Distinct { .. }, None) => Part::Distinct { seen: [].into(), alone: rows },
            (_, all) => {
                let one = all.and_then(|it| it.into_iter().next());
                Part::Values(one.map(|it| (it, rows)).into_iter().collect())
            }
        }
    }
}
