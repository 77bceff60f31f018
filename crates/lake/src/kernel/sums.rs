//! Exact sums by cell: products of dictionary values are looked up, and a count rides in the high bits of each sum.

use foldhash::HashMap;

use super::BLOCK;
use super::chunk::Cursor;
use super::dim::Dim;
use super::error::Problem;
use super::page::{Shared, give_table, take_table};
use super::value::{Dictionary, wide};

/// Cells that have an array of their own; more are kept in a map.
pub(super) const DENSE_CELLS: usize = 1 << 16;

/// Which cell the rows of a block belong to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cells<'c> {
    /// So many rows, all of one cell.
    One(usize, usize),
    /// The cell of every row, all below [`DENSE_CELLS`], and how they come.
    Each(&'c [u16], &'c [Stretch]),
    /// Some rows, and the cell of each.
    Some(&'c [u16], &'c [u64]),
}

/// Neighbours whose cells are one, or may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) rows: usize,
    pub(super) is_one: bool,
}

/// The sum of one measure.
pub(super) struct Sum {
    factors: Factors,
    /// Counts and totals of each cell, at the plan's scale.
    totals: Totals,
    factor: i128,
}

enum Totals {
    Dense(Vec<(u64, i128)>),
    Sparse(HashMap<u64, (u64, i128)>),
}

enum Factors {
    Nothing,
    /// Products of every combination of codes, see [`Packed`].
    Looked {
        dims: Vec<Dim>,
        strides: Vec<u16>,
        packed: Box<Packed>,
    },
    /// Stored numbers.
    Stored {
        columns: Vec<Stored>,
    },
}

struct Stored {
    cursor: Cursor,
    unsigned: bool,
    values: Box<[i64; BLOCK]>,
    there: Box<[u8; BLOCK]>,
    sparse: bool,
}

/// Each entry is `1 << shift` plus the product less the least product in units, or zero where a factor is absent; so one addition
/// counts and adds.
struct Packed {
    tools: Shared,
    /// [`DENSE_CELLS`] entries, of which so many are used.
    table: Box<[u64]>,
    products: usize,
    /// [`DENSE_CELLS`], of which those of all copies of the cells are used.
    sums: Box<[u64]>,
    cells: usize,
    copies: usize,
    shift: u32,
    least: i128,
    /// What all differences from the least product are whole multiples of.
    unit: i128,
    /// Rows that can be added until the sums must be emptied.
    budget: usize,
    left: usize,
    index: Box<[u16; BLOCK]>,
}

impl Sum {
    /// Of columns that all have dictionaries, when their combinations are few and near each other; `cells` is the number
    /// of cells.
    pub(super) fn of(
        columns: Vec<(Cursor, bool, bool)>,
        cells: u64,
        rows: u64,
        factor: i128,
        tools: &Shared,
    ) -> Result<Sum, Problem> {
        let totals = match usize::try_from(cells).ok().filter(|it| *it <= DENSE_CELLS) {
            Some(cells) => Totals::Dense(vec![(0, 0); cells]),
            None => Totals::Sparse(HashMap::default()),
        };
        let factors = factors(columns, &totals, rows, tools)?;
        Ok(Sum { factors, totals, factor })
    }

    /// Of no column: nothing is ever there.
    pub(super) fn nothing() -> Sum {
        Sum { factors: Factors::Nothing, totals: Totals::Sparse(HashMap::default()), factor: 1 }
    }

    /// Passes over rows.
    pub(super) fn skip(&mut self, rows: usize) -> Result<(), Problem> {
        match &mut self.factors {
            Factors::Nothing => Ok(()),
            Factors::Looked { dims, .. } => dims.iter_mut().try_for_each(|it| it.skip(rows)),
            Factors::Stored { columns } => columns.iter_mut().try_for_each(|it| it.cursor.skip(rows)),
        }
    }

    /// Adds the next `rows` ≤ [`BLOCK`].
    pub(super) fn add(&mut self, rows: usize, cells: Cells<'_>) -> Result<(), Problem> {
        match &mut self.factors {
            Factors::Nothing => Ok(()),
            Factors::Looked { dims, strides, packed } => {
                dims.iter_mut().try_for_each(|it| it.take(rows))?;
                let index = packed.index.get_mut(..rows).unwrap_or_default();
                index.fill(0);
                for (dim, stride) in dims.iter().zip(strides) {
                    dim.add_to(*stride, index);
                }
                packed.add(rows, cells, &mut self.totals)
            }
            Factors::Stored { columns } => {
                for column in columns.iter_mut() {
                    let values = column.values.get_mut(..rows).unwrap_or_default();
                    column.sparse = column.cursor.ints(values, column.there.as_mut_slice())?;
                }
                each(cells, |row, cell| match product(columns, row) {
                    Some(value) => self.totals.add(cell, 1, value.ok_or(Problem::Overflow)?),
                    None => Ok(()),
                })
            }
        }
    }

    /// How many values a cell has, and their sum.
    pub(super) fn total(&mut self, cell: u64) -> Result<(u64, i128), Problem> {
        if let Factors::Looked { packed, .. } = &mut self.factors {
            packed.empty(&mut self.totals)?;
        }
        let (count, total) = match &self.totals {
            Totals::Dense(all) => usize::try_from(cell).ok().and_then(|it| all.get(it)).copied(),
            Totals::Sparse(all) => all.get(&cell).copied(),
        }
        .unwrap_or_default();
        Ok((count, total.checked_mul(self.factor).ok_or(Problem::Overflow)?))
    }
}

fn product(columns: &[Stored], row: usize) -> Option<Option<i128>> {
    let mut product = Some(1_i128);
    for column in columns {
        if column.sparse && column.there.get(row) != Some(&1) {
            return None;
        }
        let value = column.values.get(row).map_or(0, |it| wide(*it, column.unsigned));
        product = product.and_then(|it| it.checked_mul(value));
    }
    Some(product)
}

fn each(cells: Cells<'_>, mut one: impl FnMut(usize, u64) -> Result<(), Problem>) -> Result<(), Problem> {
    match cells {
        Cells::One(rows, cell) => (0..rows).try_for_each(|row| one(row, cell as u64)),
        Cells::Each(cells, _) => cells.iter().enumerate().try_for_each(|(row, it)| one(row, u64::from(*it))),
        Cells::Some(rows, cells) => {
            rows.iter().zip(cells).try_for_each(|(row, cell)| one(usize::from(*row), *cell))
        }
    }
}

impl Totals {
    fn add(&mut self, cell: u64, count: u64, value: i128) -> Result<(), Problem> {
        let mut spare = (0, 0);
        let known = match self {
            Totals::Dense(all) => {
                usize::try_from(cell).ok().and_then(|it| all.get_mut(it)).unwrap_or(&mut spare)
            }
            Totals::Sparse(all) => all.entry(cell).or_default(),
        };
        known.0 = known.0.saturating_add(count);
        known.1 = known.1.checked_add(value).ok_or(Problem::Overflow)?;
        Ok(())
    }
}

/// Dictionaries of all columns, or their stored numbers.
fn factors(
    columns: Vec<(Cursor, bool, bool)>,
    totals: &Totals,
    rows: u64,
    tools: &Shared,
) -> Result<Factors, Problem> {
    let coded = columns.iter().all(|(cursor, ..)| cursor.is_coded());
    let mut columns = columns;
    if let (true, Totals::Dense(all)) = (coded, totals) {
        let mut dictionaries = Vec::new();
        for (cursor, optional, _) in &mut columns {
            dictionaries.push((cursor.dictionary()?, *optional));
        }
        let products = products(&dictionaries)?;
        if let Some(packed) = products.as_deref().and_then(|it| Packed::of(it, all.len(), tools)) {
            return looked(columns, rows, packed);
        }
    }
    let columns = columns.into_iter().map(|(cursor, _, unsigned)| Stored {
        cursor,
        unsigned,
        values: Box::new([0; BLOCK]),
        there: Box::new([0; BLOCK]),
        sparse: false,
    });
    Ok(Factors::Stored { columns: columns.collect() })
}

fn looked(columns: Vec<(Cursor, bool, bool)>, rows: u64, packed: Packed) -> Result<Factors, Problem> {
    let (mut dims, mut strides, mut stride) = (Vec::new(), Vec::new(), 1_usize);
    for (cursor, optional, _) in columns {
        let (dim, _) = Dim::of(cursor, rows, optional)?;
        strides.push(u16::try_from(stride).unwrap_or(0));
        stride = stride.saturating_mul(dim.size);
        dims.push(dim);
    }
    Ok(Factors::Looked { dims, strides, packed: Box::new(packed) })
}

/// The products of every combination of codes, the first column's codes nearest to each other.
fn products(dictionaries: &[(std::rc::Rc<Dictionary>, bool)]) -> Result<Option<Vec<Option<i128>>>, Problem> {
    let mut all = vec![Some(1_i128)];
    for (dictionary, optional) in dictionaries {
        let size = dictionary.len() + usize::from(*optional);
        if size.saturating_mul(all.len()) > DENSE_CELLS {
            return Ok(None);
        }
        let mut next = Vec::with_capacity(size * all.len());
        for code in 0..size {
            let value = dictionary.value(code, 1)?.map(|it| match it {
                super::value::Value::Int(it) => it,
                super::value::Value::Text(_) => 0,
            });
            for known in &all {
                let product = match (known, value) {
                    (Some(known), Some(value)) => Some(known.checked_mul(value).ok_or(Problem::Overflow)?),
                    _ => None,
                };
                next.push(product);
            }
        }
        all = next;
    }
    Ok(Some(all))
}

fn zeroed<T: Copy + Default, const N: usize>() -> Option<Box<[T; N]>> {
    vec![T::default(); N].into_boxed_slice().try_into().ok()
}

impl Packed {
    fn of(products: &[Option<i128>], cells: usize, tools: &Shared) -> Option<Packed> {
        let least = products.iter().flatten().min().copied().unwrap_or(0);
        let most = products.iter().flatten().max().copied().unwrap_or(0);
        let unit = products
            .iter()
            .flatten()
            .try_fold(0, |unit, it| Some(divisor(unit, it.checked_sub(least)?)))?
            .max(1);
        let range = u64::try_from(most.checked_sub(least)? / unit).ok()?;
        let (shift, budget) = match range {
            0..=0xff_ffff => (44, (1 << 20) - 1),
            0x100_0000..=0xffff_ffff => (48, (1 << 16) - 1),
            _ => return None,
        };
        let index = zeroed::<u16, BLOCK>()?;
        let mut table = take_table(tools, DENSE_CELLS);
        for (entry, product) in table.iter_mut().zip(products) {
            let value = product.and_then(|it| u64::try_from(it.checked_sub(least)? / unit).ok());
            *entry = value.map_or(0, |it| (1 << shift) | it);
        }
        let copies = if cells * 2 <= DENSE_CELLS { 2 } else { 1 };
        let sums = take_table(tools, DENSE_CELLS);
        let (tools, products) = (Shared::clone(tools), products.len());
        let left = budget;
        Some(Packed { tools, table, products, sums, cells, copies, shift, least, unit, budget, left, index })
    }

    fn add(&mut self, rows: usize, cells: Cells<'_>, totals: &mut Totals) -> Result<(), Problem> {
        if self.left < rows {
            self.empty(totals)?;
        }
        self.left -= rows;
        let index = self.index.get(..rows).unwrap_or_default();
        let (Some(table), Some(sums)) = (self.table.first_chunk(), self.sums.first_chunk_mut()) else {
            return Err(Problem::Corrupt("a table was lost"));
        };
        match cells {
            Cells::One(_, cell) => add_to_one(table, sums, index, cell),
            Cells::Each(cells, stretches) => {
                let second = if self.copies == 2 { u16::try_from(self.cells).ok() } else { None };
                add_stretches(table, sums, (index, cells), stretches, second);
            }
            Cells::Some(rows, cells) => {
                for (row, cell) in rows.iter().zip(cells) {
                    let value = index.get(usize::from(*row)).map_or(0, |it| table[usize::from(*it)]);
                    let known = usize::try_from(*cell).ok().and_then(|it| sums.get_mut(it));
                    if let Some(known) = known {
                        *known = known.wrapping_add(value);
                    }
                }
            }
        }
        Ok(())
    }

    /// Empties the sums into the totals.
    fn empty(&mut self, totals: &mut Totals) -> Result<(), Problem> {
        if self.left == self.budget {
            return Ok(());
        }
        for sums in self.sums.chunks_mut(self.cells.max(1)).take(self.copies) {
            for (cell, sum) in (0..).zip(sums) {
                let packed = std::mem::take(sum);
                let count = packed >> self.shift;
                if count > 0 {
                    let low = i128::from(packed & ((1 << self.shift) - 1));
                    let value = low.checked_mul(self.unit).and_then(|low| {
                        self.least.checked_mul(i128::from(count)).and_then(|it| it.checked_add(low))
                    });
                    totals.add(cell, count, value.ok_or(Problem::Overflow)?)?;
                }
            }
        }
        self.left = self.budget;
        Ok(())
    }
}

impl Drop for Packed {
    fn drop(&mut self) {
        let used = self.cells * self.copies;
        give_table(&self.tools, std::mem::take(&mut self.table), self.products);
        give_table(&self.tools, std::mem::take(&mut self.sums), used);
    }
}

/// The greatest common divisor; neither is negative.
fn divisor(mut left: i128, mut right: i128) -> i128 {
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left
}

type Table = [u64; DENSE_CELLS];

/// Rows and the cell of each, stretch by stretch.
fn add_stretches(
    table: &Table,
    sums: &mut Table,
    (mut index, mut cells): (&[u16], &[u16]),
    stretches: &[Stretch],
    second: Option<u16>,
) {
    for Stretch { rows, is_one } in stretches.iter().copied() {
        let (here, after) = index.split_at_checked(rows).unwrap_or((index, &[]));
        let (here_cells, cells_after) = cells.split_at_checked(rows).unwrap_or((cells, &[]));
        match here_cells.first() {
            Some(cell) if is_one => add_to_one(table, sums, here, usize::from(*cell)),
            _ => add_each(table, sums, here, here_cells, second),
        }
        (index, cells) = (after, cells_after);
    }
}

/// Neighbours of one cell do not wait for each other's sum.
fn add_to_one(table: &Table, sums: &mut Table, index: &[u16], cell: usize) {
    let sum = index.iter().fold(0_u64, |sum, it| sum.wrapping_add(table[usize::from(*it)]));
    if let Some(known) = sums.get_mut(cell) {
        *known = known.wrapping_add(sum);
    }
}

/// Every second row is added to the second copy of the sums, when there is one.
fn add_each(table: &Table, sums: &mut Table, index: &[u16], cells: &[u16], second: Option<u16>) {
    let second = second.unwrap_or(0);
    let (pairs, rest) = index.as_chunks::<2>();
    let (cell_pairs, cell_rest) = cells.as_chunks::<2>();
    for ([a, b], [x, y]) in pairs.iter().zip(cell_pairs) {
        let (a, b) = (table[usize::from(*a)], table[usize::from(*b)]);
        let here = &mut sums[usize::from(*x)];
        *here = here.wrapping_add(a);
        let here = &mut sums[usize::from(y.wrapping_add(second))];
        *here = here.wrapping_add(b);
    }
    for (index, cell) in rest.iter().zip(cell_rest) {
        let here = &mut sums[usize::from(*cell)];
        *here = here.wrapping_add(table[usize::from(*index)]);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn neighbours_summed_together_are_the_same_as_one_by_one(
            stretches in prop::collection::vec((1_usize..50, any::<bool>()), 1..20),
            seeds in prop::collection::vec((0_u16..9, 0_u16..5), 1000),
            copies in 1_usize..=2,
        ) {
            const CELLS: usize = 5;
            let mut table = zeroed::<u64, DENSE_CELLS>().unwrap();
            table.iter_mut().zip(1..).for_each(|(it, at)| *it = at * at);
            let (mut index, mut cells, mut wanted) = (Vec::new(), Vec::new(), [0; CELLS]);
            for (rows, is_one) in &stretches {
                let from = index.len();
                for (code, cell) in &seeds[from..from + rows] {
                    let cell = if *is_one { seeds[from].1 } else { *cell };
                    index.push(*code);
                    cells.push(cell);
                    wanted[usize::from(cell)] += table[usize::from(*code)];
                }
            }
            let stretches: Vec<Stretch> = stretches.iter().map(|(rows, is_one)| Stretch { rows: *rows, is_one: *is_one }).collect();
            let mut sums = zeroed::<u64, DENSE_CELLS>().unwrap();
            let second = (copies == 2).then_some(CELLS as u16);
            add_stretches(&table, &mut sums, (&index, &cells), &stretches, second);
            let found: Vec<u64> = (0..CELLS).map(|it| sums[it] + sums[it + CELLS]).collect();
            prop_assert_eq!(found, wanted.to_vec());
        }
    }
}
