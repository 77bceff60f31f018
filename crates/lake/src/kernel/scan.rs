//! One row group: its columns opened, its rows counted by cell, its cells handed on as groups.

use std::rc::Rc;

use foldhash::HashMap;

use super::ahead::Ahead;
use super::chunk::Cursor;
use super::dim::Dim;
use super::error::Problem;
use super::footer::{Chunk, RowGroup};
use super::page::{GROUP_ROWS_MAX, Shared};
use super::shape::{Asked, Leaf, Looks, Node, Shape, Source};
use super::sink::Sink;
use super::source::ReadAt;
use super::sums::Sum;
use super::tally::Tally;
use super::time::{Stretches, counts, during, slice_of};
use super::value::{Dictionary, Value};
use super::walk::Walk;

/// What of a row group is known before its rows are walked.
pub(super) struct Opened<'s, 'p> {
    shape: &'s Shape<'p>,
    /// For each dimension of the shape, where it is among those walked, if it is.
    walked: Vec<Option<usize>>,
    time_walked: Option<usize>,
    /// The values by code, for each dimension of the shape.
    values: Vec<Vec<Option<Value>>>,
    /// An instant by code; `None` past the last.
    instants: Vec<i64>,
    /// For each leaf, whether it holds by code.
    leaves: Vec<Vec<bool>>,
}

/// Reads what the plan asks of one row group.
pub(super) fn scan(
    source: &dyn ReadAt,
    group: &RowGroup,
    shape: &Shape<'_>,
    tools: &Shared,
    sink: &mut Sink,
) -> Result<(), Problem> {
    if group.rows == 0 {
        return Ok(());
    }
    if group.rows > GROUP_ROWS_MAX {
        return Err(Problem::TooLarge { what: "one row group", found: group.rows, max: GROUP_ROWS_MAX });
    }
    let (mut opened, mut dims) = (Opened::of(shape), Vec::new());
    if !opened.open_time(&Opener { source, group, tools }, &mut dims)? {
        return Ok(());
    }
    let ahead = Ahead::chunks(source, shape.columns().filter_map(|it| group.chunks.get(it)))?;
    let opener = Opener { source: &ahead, group, tools };
    let Some(dims) = opened.open(&opener, dims)? else { return Ok(()) };
    let mut walk = Walk::over(dims)?;
    for asked in &shape.measures {
        match asked {
            Asked::Count => {}
            Asked::Sum(columns) => walk.sums.push(opener.sum(columns, walk.cells)?),
            Asked::Values(column) => {
                walk.tallies.push(opener.tally(std::slice::from_ref(column), walk.cells)?)
            }
            Asked::Distinct(columns) => walk.tallies.push(opener.tally(columns, walk.cells)?),
        }
    }
    walk.rows(usize::try_from(group.rows).unwrap_or(usize::MAX))?;
    opened.hand_on(walk, sink)
}

pub(super) struct Opener<'o> {
    pub(super) source: &'o dyn ReadAt,
    pub(super) group: &'o RowGroup,
    pub(super) tools: &'o Shared,
}

impl Opener<'_> {
    fn chunk(&self, source: &Source) -> Result<&Chunk, Problem> {
        let chunk = source.column.and_then(|it| self.group.chunks.get(it));
        chunk.ok_or(Problem::Corrupt("a column is missing"))
    }

    pub(super) fn cursor(&self, source: &Source) -> Result<Cursor, Problem> {
        let chunk = self.chunk(source)?;
        Cursor::open(self.source, chunk, source.kind, source.optional, self.group.rows, self.tools)
    }

    pub(super) fn dim(&self, source: &Source) -> Result<(Dim, Rc<Dictionary>), Problem> {
        if source.column.is_none() {
            return Ok((Dim::absent(), Rc::new(Dictionary::empty(source.kind)?)));
        }
        Dim::of(self.cursor(source)?, self.group.rows, source.optional)
    }

    fn sum(&self, columns: &[Source], cells: u64) -> Result<Sum, Problem> {
        if columns.iter().any(|it| it.column.is_none()) {
            return Ok(Sum::nothing());
        }
        let mut factor = 1_i128;
        let mut opened = Vec::new();
        for source in columns {
            factor = factor.checked_mul(source.factor).ok_or(Problem::Overflow)?;
            opened.push((self.cursor(source)?, source.optional, source.is_unsigned()));
        }
        Sum::of(opened, cells, self.group.rows, factor, self.tools)
    }

    fn tally(&self, columns: &[Source], cells: u64) -> Result<Tally, Problem> {
        let mut dims = Vec::new();
        for source in columns {
            let (dim, dictionary) = self.dim(source)?;
            dims.push((dim, values(&dictionary, source)?));
        }
        Tally::of(dims, cells)
    }
}

/// The values by code, `None` for what is absent.
pub(super) fn values(dictionary: &Dictionary, source: &Source) -> Result<Vec<Option<Value>>, Problem> {
    let size = dictionary.len() + usize::from(source.optional);
    (0..size).map(|it| dictionary.value(it, source.factor)).collect()
}

impl<'s, 'p> Opened<'s, 'p> {
    fn of(shape: &'s Shape<'p>) -> Opened<'s, 'p> {
        Opened {
            shape,
            walked: vec![None; shape.dims.len()],
            time_walked: None,
            values: vec![Vec::new(); shape.dims.len()],
            instants: Vec::new(),
            leaves: shape.leaves.iter().map(|_| Vec::new()).collect(),
        }
    }
}

impl Opened<'_, '_> {
    /// Opens the dimensions that the rows must be walked by, beside time; `None` when no row can count.
    fn open(&mut self, opener: &Opener<'_>, mut dims: Vec<Dim>) -> Result<Option<Vec<Dim>>, Problem> {
        for at in self.order() {
            let source = self.shape.dims.get(at).ok_or(Problem::Corrupt("a column is missing"))?;
            let (mut dim, dictionary) = opener.dim(source)?;
            let known = values(&dictionary, source)?;
            self.test(Looks::At(at), &known);
            if let Some(place) = self.values.get_mut(at) {
                *place = known;
            }
            self.reject(Looks::At(at), &mut dim);
            if dim.rejected.iter().all(|it| *it) {
                return Ok(None);
            }
            if self.must_walk(at) || dim.rejected.iter().any(|it| *it) {
                if let Some(walked) = self.walked.get_mut(at) {
                    *walked = Some(dims.len());
                }
                dims.push(dim);
            }
        }
        self.coarsen(&mut dims);
        Ok(Some(dims))
    }

    /// Dimensions that can reject rows alone come first, and of these the ones without a key.
    fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.shape.dims.len()).collect();
        let conjuncts = self.shape.filter.conjuncts();
        let alone = |at: usize| conjuncts.iter().any(|it| self.shape.looks(it) == [Looks::At(at)]);
        order.sort_by_key(|at| (!alone(*at), self.shape.keys.contains(at)));
        order
    }

    /// Whether the codes of a dimension must be known apart from its own rejections.
    fn must_walk(&self, at: usize) -> bool {
        let looks = |node: &Node| self.shape.looks(node).contains(&Looks::At(at));
        let together = |node: &&Node| self.shape.looks(node).len() > 1;
        self.shape.keys.contains(&at)
            || self.shape.only.iter().any(looks)
            || self.shape.filter.conjuncts().iter().filter(|it| together(it)).any(|it| looks(it))
    }

    fn open_time(&mut self, opener: &Opener<'_>, dims: &mut Vec<Dim>) -> Result<bool, Problem> {
        let Some((time, source)) = &self.shape.time else { return Ok(true) };
        let (min, max) = opener.bounds(source)?;
        if max < time.from || min >= time.until {
            return Ok(false);
        }
        let spans = self.shape.leaves.iter().filter_map(|it| match it {
            Leaf::During(spans) => Some(*spans),
            Leaf::Value { .. } => None,
        });
        match Stretches::between(time, spans, min, max) {
            Some(stretches) if stretches.len() == 1 && !source.optional => {
                self.instants = stretches.instants();
                self.test_time();
            }
            Some(stretches) if stretches.len() == 1 && opener.none_absent(source)? => {
                self.instants = stretches.instants();
                self.test_time();
            }
            Some(stretches) => {
                self.instants = stretches.instants();
                let rows = usize::try_from(opener.group.rows).unwrap_or(usize::MAX);
                let dim = Dim::of_time(opener.cursor(source)?, stretches, rows);
                self.walk_time(dim, dims);
            }
            None => {
                let (codes, dictionary) = opener.cursor(source)?.intern(opener.group.rows)?;
                self.instants = dictionary.ints().to_vec();
                let size = self.instants.len() + usize::from(source.optional);
                self.walk_time(Dim::interned(codes, size), dims);
            }
        }
        Ok(if self.time_walked.is_some() { self.some_time_counts(dims) } else { self.time_holds() })
    }

    fn walk_time(&mut self, mut dim: Dim, dims: &mut Vec<Dim>) {
        self.test_time();
        self.reject(Looks::AtTime, &mut dim);
        if let Some((time, _)) = &self.shape.time {
            for (code, rejected) in dim.rejected.iter_mut().enumerate() {
                *rejected |= !self.instants.get(code).is_some_and(|it| counts(time, *it));
            }
        }
        self.time_walked = Some(dims.len());
        dims.push(dim);
    }

    fn some_time_counts(&self, dims: &[Dim]) -> bool {
        self.time_walked.and_then(|it| dims.get(it)).is_some_and(|it| it.rejected.iter().any(|it| !it))
    }

    /// Whether the one stretch that all rows lie in can count.
    fn time_holds(&self) -> bool {
        let Some((time, _)) = &self.shape.time else { return true };
        self.instants.first().is_some_and(|it| counts(time, *it))
            && !self.is_rejected(&self.alone(Looks::AtTime), 0)
    }

    fn test_time(&mut self) {
        for (leaf, table) in self.shape.leaves.iter().zip(&mut self.leaves) {
            if let Leaf::During(spans) = leaf {
                *table = self.instants.iter().map(|it| during(spans, *it)).collect();
            }
        }
    }

    fn test(&mut self, looks: Looks, values: &[Option<Value>]) {
        for (leaf, table) in self.shape.leaves.iter().zip(&mut self.leaves) {
            match leaf {
                Leaf::Value { dim, test } if looks == Looks::At(*dim) => {
                    *table = values.iter().map(|it| test.passes(it.as_ref())).collect();
                }
                _ => {}
            }
        }
    }

    fn reject(&self, looks: Looks, dim: &mut Dim) {
        let alone = self.alone(looks);
        for (code, rejected) in dim.rejected.iter_mut().enumerate() {
            *rejected |= self.is_rejected(&alone, code);
        }
    }

    /// The parts of the filter that look at this dimension and no other.
    fn alone(&self, looks: Looks) -> Vec<&Node> {
        let mut conjuncts = self.shape.filter.conjuncts();
        conjuncts.retain(|it| self.shape.looks(it) == [looks]);
        conjuncts
    }

    /// Whether one of these parts does not hold for the code.
    fn is_rejected(&self, alone: &[&Node], code: usize) -> bool {
        alone.iter().any(|it| !it.holds(&|leaf| self.leaf(leaf, code)))
    }

    fn leaf(&self, leaf: usize, code: usize) -> bool {
        self.leaves.get(leaf).and_then(|it| it.get(code)).copied().unwrap_or_default()
    }

    /// Tells codes apart only as far as filters do, in dimensions that are no keys, when there are many cells.
    fn coarsen(&self, dims: &mut [Dim]) {
        let cells = dims.iter().fold(1_usize, |cells, it| cells.saturating_mul(it.size));
        if cells <= super::CELLS_FEW || dims.iter().any(Dim::is_selective) {
            return;
        }
        for (at, walked) in self.walked.iter().enumerate() {
            let Some(dim) = walked.and_then(|it| dims.get_mut(it)) else { continue };
            if !self.shape.keys.contains(&at) {
                self.coarsen_one(at, dim);
            }
        }
    }

    fn coarsen_one(&self, at: usize, dim: &mut Dim) {
        let tables: Vec<&Vec<bool>> = self
            .shape
            .leaves
            .iter()
            .zip(&self.leaves)
            .filter_map(|(leaf, table)| {
                matches!(leaf, Leaf::Value { dim, .. } if *dim == at).then_some(table)
            })
            .collect();
        let mut seen: Vec<Vec<bool>> = Vec::new();
        let (mut class, mut representatives) = (Vec::new(), Vec::new());
        for code in 0..dim.size {
            let says: Vec<bool> = tables.iter().map(|it| it.get(code).copied().unwrap_or_default()).collect();
            let known = seen.iter().position(|it| *it == says).unwrap_or_else(|| {
                seen.push(says);
                representatives.push(code);
                seen.len() - 1
            });
            class.push(u16::try_from(known).unwrap_or(u16::MAX));
        }
        if representatives.len() < dim.size && representatives.len() < usize::from(u16::MAX) {
            dim.classify(class, representatives);
        }
    }

    /// Adds every cell that occurs and passes to its group.
    fn hand_on(&self, mut walk: Walk, sink: &mut Sink) -> Result<(), Problem> {
        let mut known = Groups::of(self);
        let mut tallied = walk.tallied();
        let mut codes = Vec::new();
        for (cell, rows) in walk.counted() {
            walk.codes(cell, &mut codes);
            let holds = |leaf: usize| self.leaf_holds(leaf, &codes);
            let at = self.time_walked.map_or(Some(0), |it| codes.get(it).copied());
            let instant = at.and_then(|it| self.instants.get(it)).copied();
            if !self.time_counts(instant) || !self.shape.filter.holds(&holds) {
                continue;
            }
            let group = known.group(self, &codes, instant, sink)?;
            let passes = self.shape.only.iter().map(|it| it.holds(&holds));
            walk.measure(cell, rows, &self.shape.measures, passes, &mut tallied, sink.parts(group)?)?;
        }
        Ok(())
    }

    /// The code of a key among those of its column.
    fn key_code(&self, dim: usize, codes: &[usize]) -> usize {
        self.walked.get(dim).copied().flatten().and_then(|it| codes.get(it)).copied().unwrap_or(0)
    }

    fn time_counts(&self, instant: Option<i64>) -> bool {
        let Some((time, _)) = &self.shape.time else { return true };
        instant.is_some_and(|it| counts(time, it))
    }

    fn leaf_holds(&self, leaf: usize, codes: &[usize]) -> bool {
        let walked = match self.shape.leaves.get(leaf) {
            Some(Leaf::Value { dim, .. }) => self.walked.get(*dim).copied().flatten(),
            Some(Leaf::During(_)) => self.time_walked,
            None => None,
        };
        match walked {
            Some(walked) => codes.get(walked).is_some_and(|it| self.leaf(leaf, *it)),
            // All rows are in one stretch, or the leaf holds for every code.
            None => self.leaf(leaf, 0),
        }
    }
}

/// Groups kept by slice and codes, so that they need not be looked up.
const KNOWN_MAX: usize = 4 << 20;

/// Groups of the sink by the keys' codes in this row group, as far as they are few.
struct Groups {
    sizes: Vec<usize>,
    /// By slice, then combination of codes.
    known: HashMap<u64, Vec<Option<usize>>>,
    combinations: Option<usize>,
    codes: Vec<Vec<Option<u64>>>,
}

impl Groups {
    fn of(opened: &Opened<'_, '_>) -> Groups {
        let sizes: Vec<usize> =
            opened.shape.keys.iter().map(|it| opened.values.get(*it).map_or(0, Vec::len)).collect();
        let combinations = sizes.iter().try_fold(1_usize, |all, it| all.checked_mul(*it));
        Groups {
            codes: sizes.iter().map(|it| vec![None; *it]).collect(),
            combinations: combinations.filter(|it| *it <= super::CELLS_FEW),
            sizes,
            known: HashMap::default(),
        }
    }

    fn group(
        &mut self,
        opened: &Opened<'_, '_>,
        codes: &[usize],
        instant: Option<i64>,
        sink: &mut Sink,
    ) -> Result<usize, Problem> {
        let time = opened.shape.time.as_ref();
        let slice = time.and_then(|(time, _)| slice_of(time, instant?)).unwrap_or(0);
        let Some(combinations) = self.combinations else { return self.ask(opened, codes, slice, sink) };
        let keys = opened.shape.keys.iter().zip(&self.sizes);
        let at = keys.fold(0, |at, (dim, size)| at * size + opened.key_code(*dim, codes));
        // Many slices are not looked at again for long.
        if self.known.len().saturating_mul(combinations) > KNOWN_MAX {
            self.known.clear();
        }
        let known = self.known.entry(slice).or_insert_with(|| vec![None; combinations]);
        if let Some(Some(group)) = known.get(at) {
            return Ok(*group);
        }
        let group = self.ask(opened, codes, slice, sink)?;
        if let Some(place) = self.known.get_mut(&slice).and_then(|it| it.get_mut(at)) {
            *place = Some(group);
        }
        Ok(group)
    }

    fn ask(
        &mut self,
        opened: &Opened<'_, '_>,
        codes: &[usize],
        slice: u64,
        sink: &mut Sink,
    ) -> Result<usize, Problem> {
        for (key, dim) in opened.shape.keys.iter().enumerate() {
            let code = opened.key_code(*dim, codes);
            if let Some(known @ None) = self.codes.get_mut(key).and_then(|it| it.get_mut(code)) {
                let value = opened.values.get(*dim).and_then(|it| it.get(code)).cloned().flatten();
                *known = Some(sink.code(key, value));
            }
        }
        let keys = opened
            .shape
            .keys
            .iter()
            .zip(&self.codes)
            .map(|(dim, known)| known.get(opened.key_code(*dim, codes)).copied().flatten().unwrap_or(0));
        sink.group(slice, keys)
    }
}

impl Opener<'_> {
    /// The least and the greatest instant of the row group: as its statistics say, or by looking.
    fn bounds(&self, source: &Source) -> Result<(i64, i64), Problem> {
        let chunk = self.chunk(source)?;
        if let (Some(min), Some(max)) = (chunk.min, chunk.max) {
            return Ok((min, max));
        }
        let mut cursor = self.cursor(source)?;
        let (mut min, mut max, mut left) = (i64::MAX, i64::MIN, self.group.rows);
        let (mut values, mut there) = ([0_i64; 512], [0_u8; 512]);
        while left > 0 {
            let taken = usize::try_from(left.min(512)).unwrap_or(0);
            let values = values.get_mut(..taken).unwrap_or_default();
            let sparse = cursor.ints(values, &mut there)?;
            for (value, there) in values.iter().zip(there) {
                if !sparse || there == 1 {
                    (min, max) = (min.min(*value), max.max(*value));
                }
            }
            left -= taken as u64;
        }
        Ok((min, max))
    }

    /// Whether every row has an instant.
    fn none_absent(&self, source: &Source) -> Result<bool, Problem> {
        let chunk = self.chunk(source)?;
        Ok(chunk.absent == Some(0))
    }
}
