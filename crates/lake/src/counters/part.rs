//! The counters of one file, taken together for what a question needs: fewer dimensions, only some sums.

use foldhash::HashMap;

use super::{CounterGroup, CounterSum, CounterWord, Counters, CountersError};

/// With more combinations of words than this, cells are looked up in a map.
const DENSE_MAX: usize = 1 << 20;
/// Stands for no cell and no step.
const NONE: u32 = u32::MAX;

/// What is counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum By {
    /// Whom a row is about.
    Subject,
    /// An attribute, by its position in the layout.
    Column(usize),
}

/// What a question needs to know of counters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The dimensions, ascending, each once.
    pub(crate) by: Vec<By>,
    /// The sums, each once.
    pub(crate) sums: Vec<CounterSum>,
}

impl Wanted {
    /// Those dimensions and sums, in whatever order they are named.
    pub(crate) fn new(mut by: Vec<By>, mut sums: Vec<CounterSum>) -> Wanted {
        by.sort_unstable();
        by.dedup();
        sums.sort_unstable();
        sums.dedup();
        Wanted { by, sums }
    }

    /// Whether whoever knows this knows all of the other.
    pub(crate) fn covers(&self, other: &Wanted) -> bool {
        other.by.iter().all(|it| self.by.contains(it)) && other.sums.iter().all(|it| self.sums.contains(it))
    }
}

/// What one file counts of what is wanted.
#[derive(Debug, Default)]
pub(crate) struct Part {
    /// For each dimension, what its codes say.
    pub(super) words: Vec<Vec<CounterWord>>,
    /// The codes of every cell, one for each dimension.
    pub(super) codes: Vec<u32>,
    /// What was counted, by hour and cell; no two of one file are alike when its hours ascend.
    pub(super) steps: Vec<Step>,
    /// For each step, as many as sums are wanted: the sum and over how many rows.
    pub(super) sums: Vec<(i128, u64)>,
    cells: u32,
}

/// The rows of one cell in one hour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) cell: u32,
    pub(super) hour: i32,
    pub(super) rows: u64,
}

/// Takes the groups of one file together.
pub(crate) struct Gathering {
    part: Part,
    /// Where a group has the code of each dimension: `None` for the subject.
    places: Vec<Option<usize>>,
    /// Where a group has each sum.
    sums: Vec<usize>,
    known: Known,
    /// By cell, the last step it has.
    last: Vec<u32>,
    scratch: Vec<u32>,
    is_damaged: bool,
}

enum Known {
    Dense { strides: Vec<usize>, cells: Vec<u32> },
    Sparse(HashMap<Box<[u32]>, u32>),
}

impl Gathering {
    /// For the groups of these counters; `None` when they do not tell all that is wanted.
    pub(crate) fn of(head: &Counters, wanted: &Wanted) -> Option<Gathering> {
        let key = |column: usize| head.keys.iter().position(|it| it.column == column);
        let place = |by: &By| match by {
            By::Subject => Some(None),
            By::Column(column) => key(*column).map(Some),
        };
        let places: Vec<Option<usize>> = wanted.by.iter().map(place).collect::<Option<_>>()?;
        let sum = |it: &CounterSum| head.sums.iter().position(|other| other == it);
        let sums = wanted.sums.iter().map(sum).collect::<Option<_>>()?;
        let said = |place: &Option<usize>| match place.map(|it| head.keys.get(it)) {
            None => head.subjects.clone(),
            Some(key) => key.map_or_else(Vec::new, |it| it.words.clone()),
        };
        let words: Vec<Vec<CounterWord>> = places.iter().map(said).collect();
        Some(Gathering {
            known: Known::of(&words),
            part: Part { words, ..Part::default() },
            places,
            sums,
            last: Vec::new(),
            scratch: Vec::new(),
            is_damaged: false,
        })
    }

    /// Takes a group.
    pub(crate) fn add(&mut self, group: &CounterGroup) {
        let code = |place: &Option<usize>| match place {
            None => group.subject,
            Some(key) => group.keys.get(*key).copied().unwrap_or_default(),
        };
        self.scratch.clear();
        self.scratch.extend(self.places.iter().map(code));
        let cell = self.known.cell(&self.scratch, &mut self.part, &mut self.last);
        let added = i32::try_from(group.hour).ok().and_then(|hour| self.add_to(cell, hour, group));
        self.is_damaged |= added.is_none();
    }

    /// `None` when no rows could have counted to that.
    fn add_to(&mut self, cell: u32, hour: i32, group: &CounterGroup) -> Option<()> {
        let last = self.last.get_mut(index(cell))?;
        let sums = self.sums.iter().map(|it| group.sums.get(*it).copied().unwrap_or_default());
        let known = self.part.steps.get_mut(index(*last)).filter(|it| it.hour == hour);
        let Some(step) = known else {
            *last = u32::try_from(self.part.steps.len()).ok()?;
            self.part.steps.push(Step { cell, hour, rows: group.n });
            self.part.sums.extend(sums);
            return Some(());
        };
        step.rows = step.rows.checked_add(group.n)?;
        let from = index(*last) * self.sums.len();
        for (known, (sum, rows)) in self.part.sums.get_mut(from..)?.iter_mut().zip(sums) {
            *known = (known.0.checked_add(sum)?, known.1.checked_add(rows)?);
        }
        Some(())
    }

    /// What the groups came to.
    pub(crate) fn finish(self) -> Result<Part, CountersError> {
        if self.is_damaged { Err(CountersError) } else { Ok(self.part) }
    }
}

impl Known {
    fn of(words: &[Vec<CounterWord>]) -> Known {
        let mut strides = Vec::new();
        let mut cells = 1_usize;
        for words in words {
            strides.push(cells);
            cells = cells.saturating_mul(words.len());
        }
        if cells <= DENSE_MAX {
            Known::Dense { strides, cells: vec![NONE; cells] }
        } else {
            Known::Sparse(HashMap::default())
        }
    }

    /// The cell of these codes, a new one when they were not met before.
    fn cell(&mut self, codes: &[u32], part: &mut Part, last: &mut Vec<u32>) -> u32 {
        match self {
            Known::Dense { strides, cells } => {
                let at = strides.iter().zip(codes).map(|(stride, code)| stride * index(*code)).sum::<usize>();
                let Some(known) = cells.get_mut(at) else { return NONE };
                if *known == NONE {
                    *known = part.new_cell(codes, last);
                }
                *known
            }
            Known::Sparse(known) => match known.get(codes) {
                Some(cell) => *cell,
                None => *known.entry(codes.into()).or_insert_with(|| part.new_cell(codes, last)),
            },
        }
    }
}

impl Part {
    /// The codes of each cell.
    pub(super) fn cells(&self) -> impl Iterator<Item = &[u32]> {
        let width = self.words.len();
        (0..index(self.cells)).map(move |it| self.codes.get(it * width..(it + 1) * width).unwrap_or_default())
    }

    fn new_cell(&mut self, codes: &[u32], last: &mut Vec<u32>) -> u32 {
        self.codes.extend_from_slice(codes);
        last.push(NONE);
        self.cells += 1;
        self.cells - 1
    }
}

/// A code as a position.
pub(super) fn index(code: u32) -> usize {
    usize::try_from(code).unwrap_or(usize::MAX)
}
