//! Many rows at once, in any order: put aside in ordered runs while they come, merged into settled partitions at the end.

mod known;
mod spill;
mod state;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use evidence::Record;
use timeline::Instant;

pub use known::SeenIds;
pub use state::{ImportState, Progress};

use crate::error::LakeError;
use crate::gather::Pick;
use crate::inputs::Held;
use crate::lake::{Joining, Lake, Outcome, Target};
use crate::merge::Input;
use crate::order::sorted;
use crate::place::Day;
use crate::rows::{RowError, RowView, Rows};
use crate::run::{Run, by_day};
use spill::Spiller;

/// A batch that is full but for one part of so many waits for the next note.
const PARTS_TO_NOTE: usize = 8;

/// Bounds of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportLimits {
    /// Rows gathered before they are put aside; twice as many are held at once.
    pub batch_rows: usize,
    /// Bytes of ids and texts gathered before rows are put aside.
    pub batch_text_bytes: usize,
    /// Partitions settled at once.
    pub threads: usize,
}

impl Default for ImportLimits {
    fn default() -> ImportLimits {
        ImportLimits { batch_rows: 2 << 20, batch_text_bytes: 128 << 20, threads: 2 }
    }
}

/// An import under way.
pub struct Importer {
    lake: Lake,
    target: Target,
    limits: ImportLimits,
    rows: Rows,
    beside: Option<Beside>,
    reached: Vec<Progress>,
    began_anew: bool,
    spiller: Spiller,
    taken: u64,
}

/// Rows of another fact that come with those of an import.
struct Beside {
    target: Target,
    rows: Rows,
}

/// What an import came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Rows taken by this importer, since it was opened.
    pub rows: u64,
    /// Exact copies among them, or of rows that were there.
    pub copies: u64,
    /// Rows that did not stand against another of their identity.
    pub superseded: u64,
    /// What became of each day.
    pub days: Vec<(Day, Outcome)>,
}

impl Importer {
    /// Begins an import, or goes on with the one that was interrupted in that folder: [`Importer::reached`] then says how
    /// far its rows are safe. One import at a time may use a folder.
    pub fn open(
        lake: Lake,
        target: Target,
        folder: PathBuf,
        limits: ImportLimits,
    ) -> Result<Importer, LakeError> {
        Importer::open_under(lake, target, folder, limits, "")
    }

    /// The same under terms: everything but the sources that decides what rows they make. What was interrupted under other
    /// terms is not gone on with.
    pub fn open_under(
        lake: Lake,
        target: Target,
        folder: PathBuf,
        limits: ImportLimits,
        terms: &str,
    ) -> Result<Importer, LakeError> {
        let (state, began_anew) = ImportState::load(&folder, &target, terms)?;
        let reached = state.reached.clone();
        let rows = Rows::new(target.layout.clone());
        Ok(Importer {
            lake,
            target,
            limits,
            rows,
            beside: None,
            reached,
            began_anew,
            spiller: Spiller::start(folder, state),
            taken: 0,
        })
    }

    /// Takes rows of another fact as well, few beside many: they are safe when those are, and are settled first.
    pub fn beside(self, target: Target) -> Importer {
        let rows = Rows::new(target.layout.clone());
        Importer { beside: Some(Beside { target, rows }), ..self }
    }

    /// Whether an interrupted import was found and not gone on with, for it was of other terms.
    pub fn began_anew(&self) -> bool {
        self.began_anew
    }

    /// How far each source had been read when what was read of it was last made safe; later, what was noted last.
    pub fn reached(&self) -> &[Progress] {
        &self.reached
    }

    /// Notes that all rows of the source up to there were pushed. Rows are put aside here when they are many, so that what is
    /// safe ends where a note was made.
    pub fn note(&mut self, progress: Progress) -> Result<(), LakeError> {
        match self.reached.iter_mut().rev().find(|it| it.is_of(&progress)) {
            Some(known) => *known = progress,
            None => self.reached.push(progress),
        }
        if self.is_full(|limit| limit - limit / PARTS_TO_NOTE) { self.spill() } else { Ok(()) }
    }

    /// Takes a record of the fact.
    pub fn push(&mut self, record: &Record) -> Result<(), LakeError> {
        self.take(|rows| rows.push(record))
    }

    /// Takes a row. After a [`LakeError::Row`] the import goes on without it.
    pub fn push_row(&mut self, row: RowView<'_>) -> Result<(), LakeError> {
        self.take(|rows| rows.push_row(row))
    }

    fn take(&mut self, push: impl Fn(&mut Rows) -> Result<(), RowError>) -> Result<(), LakeError> {
        self.make_room()?;
        match push(&mut self.rows) {
            Err(RowError::Full) => {
                self.spill()?;
                push(&mut self.rows)?;
            }
            done => done?,
        }
        self.taken += 1;
        Ok(())
    }

    /// Takes a record of the fact beside; passed over when there is none.
    pub fn push_beside(&mut self, record: &Record) -> Result<(), LakeError> {
        self.make_room()?;
        let Some(beside) = &mut self.beside else { return Ok(()) };
        match beside.rows.push(record) {
            Err(RowError::Full) => {
                self.spill()?;
                self.beside.as_mut().map_or(Ok(()), |it| it.rows.push(record))?;
            }
            done => done?,
        }
        Ok(())
    }

    /// Makes all rows taken so far safe, so that an import opened later in the same folder goes on from here.
    pub fn checkpoint(&mut self) -> Result<(), LakeError> {
        self.spill()?;
        self.spiller.wait()
    }

    /// Settles all days there are rows of and forgets what was put aside.
    pub fn finish(self, at: Instant) -> Result<Imported, LakeError> {
        let Importer { lake, target, limits, rows, beside, taken, spiller, .. } = self;
        let (folder, state) = spiller.finish()?;
        if let Some(Beside { target, rows }) = beside {
            let runs = runs(&folder, &state.beside_runs, &target)?;
            settle(&lake, &target, &rows, &runs, limits, at)?;
        }
        let runs = runs(&folder, &state.runs, &target)?;
        let outcomes = settle(&lake, &target, &rows, &runs, limits, at)?;
        state.clear(&folder)?;
        Ok(Imported::of(taken, outcomes))
    }

    fn make_room(&mut self) -> Result<(), LakeError> {
        if self.is_full(|limit| limit) { self.spill() } else { Ok(()) }
    }

    fn is_full(&self, enough: impl Fn(usize) -> usize) -> bool {
        let ImportLimits { batch_rows, batch_text_bytes, .. } = self.limits;
        let is_full =
            |rows: &Rows| rows.len() >= enough(batch_rows) || rows.text_bytes() >= enough(batch_text_bytes);
        is_full(&self.rows) || self.beside.as_ref().is_some_and(|it| is_full(&it.rows))
    }

    fn spill(&mut self) -> Result<(), LakeError> {
        let beside = self.beside.as_mut().filter(|it| !it.rows.is_empty());
        let beside = beside.map(|it| std::mem::replace(&mut it.rows, Rows::new(it.target.layout.clone())));
        if self.rows.is_empty() && beside.is_none() {
            return Ok(());
        }
        // The batch put aside before this one is used again; a third would only cost memory.
        self.spiller.wait()?;
        let next = self.spiller.spare().unwrap_or_else(|| self.rows.empty());
        let full = std::mem::replace(&mut self.rows, next);
        self.spiller.spill(full, beside, self.reached.clone())
    }
}

fn runs(folder: &Path, names: &[String], target: &Target) -> Result<Vec<Run>, LakeError> {
    names.iter().map(|it| Run::open(&folder.join(it), &target.layout)).collect()
}

/// Settles every day there are rows of.
fn settle(
    lake: &Lake,
    target: &Target,
    rows: &Rows,
    runs: &[Run],
    limits: ImportLimits,
    at: Instant,
) -> Result<Vec<(Day, Outcome)>, LakeError> {
    let picks = sorted(rows);
    let held = by_day(rows, &picks);
    let mut days: Vec<Day> =
        runs.iter().flat_map(Run::days).chain(held.iter().map(|(day, _)| *day)).collect();
    days.sort_unstable();
    days.dedup();
    let settle = |day: Day| {
        let inputs = Inputs::of(day, rows, &held, runs);
        lake.take(target, day, &inputs.all(), Joining::Merged, at)
    };
    in_parallel(&days, limits.threads, settle)
}

/// The inputs of one day.
struct Inputs<'a> {
    held: Option<Held<'a>>,
    runs: Vec<crate::run::RunDay<'a>>,
}

impl<'a> Inputs<'a> {
    fn of(day: Day, rows: &'a Rows, held: &[(Day, &'a [Pick])], runs: &'a [Run]) -> Inputs<'a> {
        let picks = held.iter().find(|(it, _)| *it == day).map(|(_, picks)| *picks);
        Inputs {
            held: picks.map(|picks| Held { rows, picks }),
            runs: runs.iter().map(|it| it.of_day(day)).filter(|it| it.rows() > 0).collect(),
        }
    }

    fn all(&self) -> Vec<&dyn Input> {
        let held = self.held.iter().map(|it| it as &dyn Input);
        held.chain(self.runs.iter().map(|it| it as &dyn Input)).collect()
    }
}

impl Imported {
    fn of(rows: u64, days: Vec<(Day, Outcome)>) -> Imported {
        let sum = |of: fn(&Outcome) -> u64| days.iter().map(|(_, it)| of(it)).sum();
        Imported { rows, copies: sum(|it| it.copies), superseded: sum(|it| it.superseded), days }
    }
}

/// Does something with every day, several at once; the first error in the order of the days.
fn in_parallel(
    days: &[Day],
    threads: usize,
    settle: impl Fn(Day) -> Result<Outcome, LakeError> + Sync,
) -> Result<Vec<(Day, Outcome)>, LakeError> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                while let Some(day) = days.get(next.fetch_add(1, Ordering::Relaxed)).copied() {
                    let outcome = settle(day);
                    let failed = outcome.is_err();
                    done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((day, outcome));
                    if failed {
                        next.store(days.len(), Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_unstable_by_key(|(day, _)| *day);
    done.into_iter().map(|(day, outcome)| Ok((day, outcome?))).collect()
}
