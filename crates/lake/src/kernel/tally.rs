//! How often combinations of values occur in each cell.

use foldhash::HashMap;

use super::dim::Dim;
use super::error::Problem;
use super::groups::{Part, few};
use super::value::Value;

/// Combinations that are counted in an array; more are kept in a map.
const DENSE_MAX: u64 = 1 << 20;
/// Combinations of one row group that are kept in a map; more are refused.
const SPARSE_MAX: usize = 16 << 20;

/// Counts of cells, or of cells and the values of some columns.
pub(super) enum Counts {
    Dense(Vec<u32>),
    Sparse(HashMap<u64, u64>),
}

impl Counts {
    pub(super) fn of(cells: u64) -> Counts {
        match usize::try_from(cells).ok().filter(|_| cells <= DENSE_MAX) {
            Some(cells) => Counts::Dense(vec![0; cells]),
            None => Counts::Sparse(HashMap::default()),
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
            Counts::Sparse(all) => {
                let mut found: Vec<(u64, u64)> = all.into_iter().collect();
                found.sort_unstable();
                found
            }
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
        let mut said = Vec::new();
        for (combination, rows) in rest.get(..until).unwrap_or_default() {
            self.spell(combination - from, &mut said);
            add(&said, *rows, part)?;
        }
        Ok(())
    }

    /// What a combination says.
    fn spell<'t>(&'t self, mut code: u64, said: &mut Vec<Option<&'t Value>>) {
        said.clear();
        for known in self.values.iter().rev() {
            let size = known.len().max(1) as u64;
            said.push(
                usize::try_from(code % size).ok().and_then(|it| known.get(it)).and_then(Option::as_ref),
            );
            code /= size;
        }
        said.reverse();
    }
}

/// Adds rows that all say the same to a measure.
fn add(said: &[Option<&Value>], rows: u64, part: &mut Part) -> Result<(), Problem> {
    match part {
        Part::Distinct { alone, .. } if said.iter().any(Option::is_none) => {
            *alone = alone.saturating_add(rows);
            Ok(())
        }
        Part::Distinct { seen, .. } => {
            seen.insert(said.iter().copied().flatten());
            few(seen.len())
        }
        Part::Values(values) => {
            if let Some(value) = said.first().copied().flatten() {
                let known = values.entry(value.clone()).or_default();
                *known = known.saturating_add(rows);
            }
            few(values.len())
        }
        _ => Err(Problem::Corrupt("two answers to different questions")),
    }
}
