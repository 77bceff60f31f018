//! Every row of a file once, as stretches of neighbours that say the same in the same span of time: for whoever counts
//! again, and so must not be told what somebody else counted.

use std::ops::RangeInclusive;
use std::rc::Rc;

use super::BLOCK;
use super::ahead::Ahead;
use super::chunk::Cursor;
use super::dim::Dim;
use super::error::{Problem, ReadError};
use super::footer::RowGroup;
use super::page::{GROUP_ROWS_MAX, Tools};
use super::plan::{Measure, Plan};
use super::run::Opened;
use super::scan::Opener;
use super::shape::{Asked, Shape, Source};
use super::value::{Value, wide};

/// More cells than have numbers.
pub(super) const TOO_MANY: Problem =
    Problem::TooLarge { what: "the combinations of one row group", found: u64::MAX, max: u64::MAX };

/// Neighbours that agree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alike<'a> {
    /// Which span of time, counted from the epoch.
    pub(crate) span: i64,
    /// For each key of the plan, the position of its value among those of the row group.
    pub(crate) codes: &'a [u32],
    /// How many rows.
    pub(crate) rows: u64,
    /// For each sum of the plan, its total at the plan's scale and over how many rows.
    pub(crate) sums: &'a [(i128, u64)],
}

/// Takes what is found.
pub(crate) trait Takes {
    /// A row group begins; for each key of the plan, the values its codes stand for.
    fn group(&mut self, values: Vec<Vec<Option<Value>>>);

    /// Some rows of it.
    fn alike(&mut self, rows: Alike<'_>) -> Result<(), Problem>;
}

/// Goes through all rows of a file by the plan's keys, the sums among its measures, and spans of `length` of its time; filters are
/// not looked at.
pub(crate) fn each_alike(
    plan: &Plan,
    length: i64,
    file: Opened<'_>,
    takes: &mut impl Takes,
) -> Result<(), ReadError> {
    let mut go = || {
        let tools = Tools::take();
        let shape = Shape::of(plan, file.footer)?;
        for group in file.footer.groups.iter().filter(|it| it.rows > 0) {
            too_large(group)?;
            let columns = shape.columns().chain(shape.time_column());
            let ahead = Ahead::chunks(file.source, columns.filter_map(|it| group.chunks.get(it)))?;
            let opener = Opener { source: &ahead, group, tools: &tools };
            Group::open(&opener, plan, &shape, length, takes)?.each(group, takes)?;
        }
        Tools::give(tools);
        Ok(())
    };
    go().map_err(|it: Problem| it.of(file.source.name()))
}

fn too_large(group: &RowGroup) -> Result<(), Problem> {
    if group.rows <= GROUP_ROWS_MAX {
        return Ok(());
    }
    Err(Problem::TooLarge { what: "one row group", found: group.rows, max: GROUP_ROWS_MAX })
}

/// A row group on its way.
struct Group {
    time: Cursor,
    length: i64,
    keys: Vec<Dim>,
    /// What the code of each key counts for in a row's number.
    strides: Vec<u64>,
    sums: Vec<Numbers>,
    at: Box<[i64; BLOCK]>,
    /// One number for each row, different where any code is.
    said: Box<[u64; BLOCK]>,
}

/// A column that is summed up.
struct Numbers {
    /// `None` where the file has it not.
    cursor: Option<Cursor>,
    unsigned: bool,
    factor: i128,
    values: Box<[i64; BLOCK]>,
    there: Box<[u8; BLOCK]>,
    /// Whether some of the block are absent.
    sparse: bool,
}

impl Group {
    fn open(
        opener: &Opener<'_>,
        plan: &Plan,
        shape: &Shape<'_>,
        length: i64,
        takes: &mut impl Takes,
    ) -> Result<Group, Problem> {
        let time = shape.time.as_ref().ok_or(Problem::Corrupt("a plan without a column of time"))?;
        let (mut keys, mut strides, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let mut stride = 1_u64;
        for key in &shape.keys {
            let source = shape.dims.get(*key).ok_or(Problem::Corrupt("a column is missing"))?;
            let (dim, dictionary) = opener.dim(source)?;
            values.push(super::scan::values(&Rc::clone(&dictionary), source)?);
            strides.push(stride);
            let size = (dim.size as u64).max(1);
            stride = stride.checked_mul(size).ok_or(TOO_MANY)?;
            keys.push(dim);
        }
        takes.group(values);
        let measures = plan.measures.iter().zip(&shape.measures);
        let asked = measures.filter_map(|(measured, asked)| match (&measured.measure, asked) {
            (Measure::Sum(_), Asked::Sum(columns)) => columns.first(),
            _ => None,
        });
        Ok(Group {
            time: opener.cursor(&time.1)?,
            length: length.max(1),
            keys,
            strides,
            sums: asked.map(|it| Numbers::open(opener, it)).collect::<Result<_, _>>()?,
            at: Box::new([0; BLOCK]),
            said: Box::new([0; BLOCK]),
        })
    }

    fn each(mut self, group: &RowGroup, takes: &mut impl Takes) -> Result<(), Problem> {
        let mut left = usize::try_from(group.rows).unwrap_or(usize::MAX);
        let (mut codes, mut sums) = (Vec::new(), Vec::new());
        while left > 0 {
            let rows = left.min(BLOCK);
            self.take(rows)?;
            let mut from = 0;
            while from < rows {
                let (span, until) = self.end(from, rows);
                codes.clear();
                codes.extend(self.keys.iter().map(|it| it.code(from)));
                sums.clear();
                for numbers in &self.sums {
                    sums.push(numbers.sum(from..until)?);
                }
                let rows = (until - from) as u64;
                takes.alike(Alike { span, codes: &codes, rows, sums: &sums })?;
                from = until;
            }
            left -= rows;
        }
        Ok(())
    }

    fn take(&mut self, rows: usize) -> Result<(), Problem> {
        let mut there = [0_u8; BLOCK];
        let at = self.at.get_mut(..rows).unwrap_or_default();
        if self.time.ints(at, &mut there)? {
            return Err(Problem::Corrupt("a row has no time"));
        }
        let said = self.said.get_mut(..rows).unwrap_or_default();
        said.fill(0);
        for (key, stride) in self.keys.iter_mut().zip(&self.strides) {
            key.take(rows)?;
            key.add_wide(*stride, said);
        }
        self.sums.iter_mut().try_for_each(|it| it.take(rows))
    }

    /// The span of time of a row, and the first behind it that says something else or lies in another.
    fn end(&self, from: usize, rows: usize) -> (i64, usize) {
        let first = self.at.get(from).copied().unwrap_or_default();
        let span = first.div_euclid(self.length);
        let here = within(span, self.length);
        let said = self.said.get(from..rows).unwrap_or_default();
        let at = self.at.get(from..rows).unwrap_or_default();
        let alike = |(it, at): &(&u64, &i64)| Some(*it) == said.first() && here.contains(*at);
        (span, from + said.iter().zip(at).take_while(alike).count().max(1))
    }
}

fn within(span: i64, length: i64) -> RangeInclusive<i64> {
    let from = i128::from(span) * i128::from(length);
    let narrow = |it: i128| i64::try_from(it).unwrap_or(if it < 0 { i64::MIN } else { i64::MAX });
    narrow(from)..=narrow(from + i128::from(length) - 1)
}

impl Numbers {
    fn open(opener: &Opener<'_>, source: &Source) -> Result<Numbers, Problem> {
        Ok(Numbers {
            cursor: source.column.map(|_| opener.cursor(source)).transpose()?,
            unsigned: source.is_unsigned(),
            factor: source.factor,
            values: Box::new([0; BLOCK]),
            there: Box::new([0; BLOCK]),
            sparse: true,
        })
    }

    fn take(&mut self, rows: usize) -> Result<(), Problem> {
        let Some(cursor) = &mut self.cursor else { return Ok(()) };
        let values = self.values.get_mut(..rows).unwrap_or_default();
        self.sparse = cursor.ints(values, self.there.as_mut_slice())?;
        Ok(())
    }

    fn sum(&self, rows: std::ops::Range<usize>) -> Result<(i128, u64), Problem> {
        let values = self.values.get(rows.clone()).unwrap_or_default();
        let wide = |it: &i64| wide(*it, self.unsigned);
        // A block has too few numbers for 128 bits to overflow.
        let (total, count) = if self.sparse {
            let there = self.there.get(rows).unwrap_or_default();
            let there = || values.iter().zip(there).filter(|(_, there)| **there == 1);
            (there().map(|(it, _)| wide(it)).sum::<i128>(), there().count() as u64)
        } else {
            (values.iter().map(wide).sum::<i128>(), values.len() as u64)
        };
        Ok((total.checked_mul(self.factor).ok_or(Problem::Overflow)?, count))
    }
}
