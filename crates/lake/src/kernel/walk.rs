//! The walk over the rows of a group: whole runs where all columns are in runs, else blocks of codes; each row or run is
//! counted in the cell that its codes lead to.

use super::BLOCK;
use super::alike::TOO_MANY;
use super::dim::Dim;
use super::error::Problem;
use super::groups::Part;
use super::hybrid::Ahead;
use super::shape::Asked;
use super::sums::{Cells, DENSE_CELLS, Stretch, Sum};
use super::tally::{Counts, Tallied, Tally};

/// Runs shorter than this are not worth a step of their own.
const RUN_MIN: usize = 16;
/// Runs that cannot count and are shorter than this are gone through with their neighbours.
const SKIP_MIN: usize = 64;
/// Cells are counted in so many copies, so that equal neighbours do not wait for each other.
const COPIES: usize = 4;

/// A row group on its way through the walk.
pub(super) struct Walk {
    dims: Vec<Dim>,
    strides: Vec<u64>,
    pub(super) cells: u64,
    counts: Few,
    pub(super) sums: Vec<Sum>,
    pub(super) tallies: Vec<Tally>,
    selective: Option<usize>,
    skip_min: usize,
    /// Cells of rows that were counted and are not yet summed up, see `pending`.
    index: Box<[u16; BLOCK]>,
    /// How many rows of `index` wait for their sums, and in what stretches.
    pending: usize,
    stretches: Vec<Stretch>,
    live: Vec<u16>,
    live_cells: Vec<u64>,
}

enum Few {
    /// All cells have a number below [`DENSE_CELLS`].
    Dense {
        counts: Box<[u32; DENSE_CELLS]>,
        runs: Vec<u64>,
        copies: usize,
    },
    Many(Counts),
}

enum Step {
    Skip(usize),
    Run(usize, u64),
    Block(usize),
}

impl Walk {
    pub(super) fn over(mut dims: Vec<Dim>) -> Result<Walk, Problem> {
        let mut cells = 1_u64;
        let mut strides = Vec::new();
        for dim in &dims {
            strides.push(cells);
            cells = cells.checked_mul(dim.size as u64).ok_or(TOO_MANY)?;
        }
        dims.iter_mut().for_each(Dim::settle);
        let selective = selective(&dims);
        Ok(Walk {
            skip_min: if selective.is_some() { BLOCK } else { SKIP_MIN },
            selective,
            dims,
            strides,
            cells,
            counts: Few::of(cells),
            sums: Vec::new(),
            tallies: Vec::new(),
            index: Box::new([0; BLOCK]),
            pending: 0,
            stretches: Vec::new(),
            live: Vec::new(),
            live_cells: Vec::new(),
        })
    }

    /// Walks all rows.
    pub(super) fn rows(&mut self, rows: usize) -> Result<(), Problem> {
        let mut left = rows;
        while left > 0 {
            if let Some(rows) = self.count_only(left)? {
                left -= rows;
                continue;
            }
            left -= match self.step(left)? {
                Step::Skip(rows) => {
                    self.skip(rows)?;
                    rows
                }
                Step::Run(rows, cell) => {
                    self.run(rows, cell)?;
                    rows
                }
                Step::Block(rows) => {
                    self.block(rows)?;
                    rows
                }
            };
        }
        self.settle()
    }

    /// Whether rows have to be handed on after they were counted.
    fn only_counts(&self) -> bool {
        self.sums.is_empty() && self.tallies.is_empty()
    }

    /// Sums up the rows that wait.
    fn settle(&mut self) -> Result<(), Problem> {
        let rows = std::mem::take(&mut self.pending);
        if rows == 0 {
            return Ok(());
        }
        let index = self.index.get(..rows).unwrap_or_default();
        let stretches = self.stretches.as_slice();
        self.sums.iter_mut().try_for_each(|it| it.add(rows, Cells::Each(index, stretches)))?;
        self.stretches.clear();
        let cells = || index.iter().enumerate().map(|(row, cell)| (row, u64::from(*cell)));
        self.tallies.iter_mut().try_for_each(|it| it.add(rows, cells()))
    }

    /// Lets the rows of a short run wait for their sums; false when the run is long, or its cell has too high a number.
    fn postpone(&mut self, rows: usize, cell: u64) -> Result<bool, Problem> {
        let Some(cell) =
            u16::try_from(cell).ok().filter(|_| rows < BLOCK && matches!(self.counts, Few::Dense { .. }))
        else {
            return Ok(false);
        };
        if self.pending + rows > BLOCK {
            self.settle()?;
        }
        self.index.get_mut(self.pending..self.pending + rows).unwrap_or_default().fill(cell);
        self.wait(rows, true);
        Ok(true)
    }

    /// Notes that the next rows of `index` wait for their sums.
    fn wait(&mut self, rows: usize, is_one: bool) {
        self.pending += rows;
        match self.stretches.last_mut() {
            Some(last) if !is_one && !last.is_one => last.rows += rows,
            _ => self.stretches.push(Stretch { rows, is_one }),
        }
    }

    /// Counts the only code of the only dimension without unpacking; how many rows that were, if it can be done.
    fn count_only(&mut self, left: usize) -> Result<Option<usize>, Problem> {
        let (true, [dim]) = (self.only_counts(), &mut self.dims[..]) else {
            return Ok(None);
        };
        let Some((code, found, rows)) = dim.count(left)? else { return Ok(None) };
        self.counts.add(u64::from(code), found)?;
        Ok(Some(rows))
    }

    /// What to do next.
    #[inline]
    fn step(&mut self, left: usize) -> Result<Step, Problem> {
        let (mut run, mut packed, mut cell) = (left, 0, 0_u64);
        for (dim, stride) in self.dims.iter_mut().zip(&self.strides) {
            match dim.ahead()? {
                Ahead::Run(code, count) => {
                    if count.min(left) >= self.skip_min.min(left) && dim.is_rejected(code) {
                        return Ok(Step::Skip(count.min(left)));
                    }
                    run = run.min(count);
                    cell = cell.saturating_add(stride.saturating_mul(u64::from(code)));
                }
                Ahead::Packed(count) => packed = packed.max(count),
            }
        }
        if packed == 0 && (run >= RUN_MIN || run == left) {
            return Ok(Step::Run(run, cell));
        }
        if self.selective.is_some() {
            return Ok(Step::Block(BLOCK.min(left)));
        }
        Ok(Step::Block(packed.clamp(RUN_MIN, BLOCK).min(left)))
    }

    fn skip(&mut self, rows: usize) -> Result<(), Problem> {
        self.settle()?;
        self.dims.iter_mut().try_for_each(|it| it.skip(rows))?;
        self.sums.iter_mut().try_for_each(|it| it.skip(rows))?;
        self.tallies.iter_mut().try_for_each(|it| it.skip(rows))
    }

    fn run(&mut self, rows: usize, cell: u64) -> Result<(), Problem> {
        self.counts.add(cell, rows as u64)?;
        self.dims.iter_mut().try_for_each(|it| it.skip(rows))?;
        if self.only_counts() || self.postpone(rows, cell)? {
            return Ok(());
        }
        self.settle()?;
        let dense = usize::try_from(cell).ok().filter(|it| *it < DENSE_CELLS);
        let mut left = rows;
        while left > 0 {
            let taken = left.min(BLOCK);
            match dense {
                Some(cell) => {
                    self.sums.iter_mut().try_for_each(|it| it.add(taken, Cells::One(taken, cell)))?
                }
                None => {
                    self.live.clear();
                    self.live.extend((0..taken).map(short));
                    self.live_cells.clear();
                    self.live_cells.resize(taken, cell);
                    let cells = Cells::Some(&self.live, &self.live_cells);
                    self.sums.iter_mut().try_for_each(|it| it.add(taken, cells))?;
                }
            }
            let cells = || (0..taken).map(|it| (it, cell));
            self.tallies.iter_mut().try_for_each(|it| it.add(taken, cells()))?;
            left -= taken;
        }
        Ok(())
    }

    fn block(&mut self, rows: usize) -> Result<(), Problem> {
        if self.pending + rows > BLOCK {
            self.settle()?;
        }
        if let Some(dim) = self.selective.and_then(|it| self.dims.get_mut(it)) {
            dim.take_live(rows, &mut self.live)?;
            return self.block_of_few(rows);
        }
        self.dims.iter_mut().try_for_each(|it| it.take(rows))?;
        match &mut self.counts {
            Few::Dense { counts, copies, .. } => {
                let index = self.index.get_mut(self.pending..self.pending + rows).unwrap_or_default();
                index.fill(0);
                for (dim, stride) in self.dims.iter().zip(&self.strides) {
                    dim.add_to(u16::try_from(*stride).unwrap_or(0), index);
                }
                count(counts, index, self.cells, *copies);
                if !self.only_counts() {
                    self.wait(rows, false);
                }
                Ok(())
            }
            Few::Many(_) => {
                self.live.clear();
                self.live.extend((0..rows).map(short));
                self.some(rows)
            }
        }
    }

    /// A block of which few rows pass the selective dimension, which was taken already.
    fn block_of_few(&mut self, rows: usize) -> Result<(), Problem> {
        self.settle()?;
        for (at, dim) in self.dims.iter_mut().enumerate() {
            if Some(at) == self.selective {
                continue;
            }
            if self.live.is_empty() {
                dim.skip(rows)?;
            } else if self.live.len() * 4 < rows {
                dim.pick(rows, &self.live)?;
            } else {
                dim.take(rows)?;
            }
        }
        if self.live.is_empty() {
            self.sums.iter_mut().try_for_each(|it| it.skip(rows))?;
            return self.tallies.iter_mut().try_for_each(|it| it.skip(rows));
        }
        self.some(rows)
    }

    /// Counts the live rows of a block, one by one.
    fn some(&mut self, rows: usize) -> Result<(), Problem> {
        self.live_cells.clear();
        for row in &self.live {
            let mut cell = 0_u64;
            for (dim, stride) in self.dims.iter().zip(&self.strides) {
                cell = cell.wrapping_add(stride.wrapping_mul(u64::from(dim.code(usize::from(*row)))));
            }
            self.counts.add(cell, 1)?;
            self.live_cells.push(cell);
        }
        let cells = Cells::Some(&self.live, &self.live_cells);
        self.sums.iter_mut().try_for_each(|it| it.add(rows, cells))?;
        let cells = || self.live.iter().map(|it| usize::from(*it)).zip(self.live_cells.iter().copied());
        self.tallies.iter_mut().try_for_each(|it| it.add(rows, cells()))
    }

    /// The codes of a cell in each dimension walked, by the columns' own dictionaries.
    pub(super) fn codes(&self, cell: u64, codes: &mut Vec<usize>) {
        codes.clear();
        let mut rest = cell;
        for dim in &self.dims {
            let size = (dim.size as u64).max(1);
            codes.push(dim.original(usize::try_from(rest % size).unwrap_or(usize::MAX)));
            rest /= size;
        }
    }

    /// The cells that occur and their rows, in order.
    pub(super) fn counted(&mut self) -> Vec<(u64, u64)> {
        std::mem::replace(&mut self.counts, Few::Many(Counts::of(0))).found(self.cells)
    }

    pub(super) fn tallied(&mut self) -> Vec<Tallied> {
        std::mem::take(&mut self.tallies).into_iter().map(Tally::finish).collect()
    }

    /// Adds the measures of one cell, those that `passes` says, to a group.
    pub(super) fn measure(
        &mut self,
        cell: u64,
        rows: u64,
        asked: &[Asked],
        passes: impl Iterator<Item = bool>,
        tallied: &mut [Tallied],
        parts: &mut [Part],
    ) -> Result<(), Problem> {
        let (mut sums, mut tallies) = (self.sums.iter_mut(), tallied.iter_mut());
        for ((asked, passes), part) in asked.iter().zip(passes).zip(parts) {
            match asked {
                Asked::Count if passes => part.add(Part::Count(rows))?,
                Asked::Count => {}
                Asked::Sum(_) => {
                    let sum = sums.next().filter(|_| passes);
                    if let Some(sum) = sum {
                        let (count, total) = sum.total(cell)?;
                        part.add(Part::Sum { count, total })?;
                    }
                }
                Asked::Values(_) | Asked::Distinct(_) => {
                    if let Some(tally) = tallies.next().filter(|_| passes) {
                        tally.add_to(cell, part)?;
                    }
                }
            }
        }
        Ok(())
    }
}

fn short(row: usize) -> u16 {
    u16::try_from(row).unwrap_or(0)
}

/// The dimension that lets the smallest share of its codes through, if that is small.
fn selective(dims: &[Dim]) -> Option<usize> {
    let few = dims.iter().enumerate().filter(|(_, it)| it.is_selective());
    few.min_by_key(|(_, it)| it.live_codes() * 1000 / it.size.max(1)).map(|(at, _)| at)
}

/// Counts every cell of a block.
fn count(counts: &mut [u32; DENSE_CELLS], index: &[u16], cells: u64, copies: usize) {
    let cells = u16::try_from(cells).unwrap_or(0);
    let (fours, rest) = index.as_chunks::<COPIES>();
    for four in fours {
        let mut copy = 0_u16;
        for cell in four {
            let here = &mut counts[usize::from(cell.wrapping_add(copy))];
            *here = here.wrapping_add(1);
            if copies == COPIES {
                copy = copy.wrapping_add(cells);
            }
        }
    }
    for cell in rest {
        let here = &mut counts[usize::from(*cell)];
        *here = here.wrapping_add(1);
    }
}

impl Few {
    fn of(cells: u64) -> Few {
        let zeroed = || vec![0_u32; DENSE_CELLS].into_boxed_slice().try_into().ok();
        match (usize::try_from(cells).ok().filter(|it| *it <= DENSE_CELLS), zeroed()) {
            (Some(cells), Some(counts)) => {
                let copies = if cells * COPIES <= DENSE_CELLS { COPIES } else { 1 };
                Few::Dense { counts, runs: vec![0; cells], copies }
            }
            _ => Few::Many(Counts::of(cells)),
        }
    }

    #[inline]
    fn add(&mut self, cell: u64, rows: u64) -> Result<(), Problem> {
        match self {
            Few::Dense { runs, .. } => {
                if let Some(known) = usize::try_from(cell).ok().and_then(|it| runs.get_mut(it)) {
                    *known += rows;
                }
                Ok(())
            }
            Few::Many(counts) => counts.add(cell, rows),
        }
    }

    fn found(self, cells: u64) -> Vec<(u64, u64)> {
        match self {
            Few::Dense { counts, mut runs, copies } => {
                let cells = usize::try_from(cells).unwrap_or(1).max(1);
                for (at, count) in counts.iter().take(cells * copies).enumerate() {
                    if let Some(known) = runs.get_mut(at % cells) {
                        *known += u64::from(*count);
                    }
                }
                let found = runs.into_iter().enumerate().filter(|(_, rows)| *rows > 0);
                found.map(|(cell, rows)| (cell as u64, rows)).collect()
            }
            Few::Many(counts) => counts.found(),
        }
    }
}
