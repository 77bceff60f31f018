//! A partition settled: of rows that share an identity one is left, and what is left lies in files.

mod contest;
mod identity;
mod said;

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::LakeError;
use crate::layout::Layout;
use crate::merge::{Input, Keep, Merge, Positions};
use crate::place::Day;
use crate::rows::Rows;
use crate::standing::Standing;
use crate::write::{FileWriter, GROUP_BYTES, GROUP_ROWS, GROUP_ROWS_MIN, PART_ROWS, Written};

pub(crate) use identity::{hash_text, push_hashes};

/// Bounds of what settling holds in memory and puts into one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Hashes of identities held at once, eight bytes each.
    pub hashes: usize,
    /// Identities said more than once that are decided at once, some two hundred bytes each, and some forty for each of their
    /// rows that does not stand.
    pub contested: usize,
    /// Most rows of a file. It decides what bytes a file has, so it is the same everywhere but in tests.
    pub part_rows: u64,
    /// Most rows of a row group; the same everywhere but in tests.
    pub group_rows: usize,
    /// A row group of at least so many rows ends where its bucket does; the same everywhere but in tests.
    pub group_rows_min: usize,
    /// Most bytes of the ids and texts of a row group, and of the different words of each of its columns; the same everywhere but
    /// in tests.
    pub group_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            hashes: 16 << 20,
            contested: 512 << 10,
            part_rows: PART_ROWS,
            group_rows: GROUP_ROWS,
            group_rows_min: GROUP_ROWS_MIN,
            group_bytes: GROUP_BYTES,
        }
    }
}

/// A file of this machine under way, which goes when nobody has it any more: also when what it was for breaks off.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // It may be where it belongs already. One that stays goes when the process begins anew.
        let _ = fs::remove_file(&self.0);
    }
}

/// What settling a partition came to.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// Files of this machine, in the order of their rows.
    pub(crate) parts: Vec<(Scratch, Written)>,
    /// Exact copies of other rows.
    pub(crate) copies: u64,
    /// Rows that did not stand against another of their identity.
    pub(crate) superseded: u64,
    /// Which of them say what no other row does.
    pub(crate) different: Chosen,
}

/// Some rows of a merge, and how many.
#[derive(Debug, Default)]
pub(crate) struct Chosen {
    pub(crate) rows: Positions,
    pub(crate) count: u64,
}

impl Chosen {
    fn insert(&mut self, position: u64) {
        self.rows.insert(position);
        self.count += 1;
    }
}

/// Rows that do not stand.
#[derive(Debug, Default)]
struct Losers {
    all: Chosen,
    different: Chosen,
}

/// How a partition is settled.
#[derive(Clone, Copy)]
pub(crate) struct Settling<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) standing: &'a Standing,
    pub(crate) limits: Limits,
    /// A folder of this machine for files under way.
    pub(crate) scratch: &'a Path,
    /// Begins the names of those files.
    pub(crate) name: &'a str,
}

impl Settling<'_> {
    /// Settles the rows of a day.
    pub(crate) fn settle(&self, day: Day, inputs: &[&dyn Input]) -> Result<Settled, LakeError> {
        let ranges = self.ranges(inputs);
        let mut hashes = identity::Collected::new(0, ranges);
        let (mut settled, is_written) = self.write_unless_contradicted(day, inputs, &mut hashes)?;
        let mut contested = hashes.repeated();
        for range in 1..ranges {
            let mut hashes = identity::Collected::new(range, ranges);
            self.walk(day, inputs, |rows, _| hashes.add(self.layout, self.standing, rows))?;
            contested.extend(hashes.repeated());
        }
        let losers = self.losers(day, inputs, &contested)?;
        if losers.all.count > 0 || !is_written {
            // They go before others take their names.
            settled.parts.clear();
            settled = self.write(day, inputs, &losers.all.rows)?;
            (settled.superseded, settled.different) = (losers.all.count, losers.different);
        }
        Ok(settled)
    }

    /// Most partitions have either no rows that contradict each other, and then they are written while that is found out,
    /// or so many that the first row group shows it, and then they are not: they are written once it is known what stands.
    /// Says which it was.
    fn write_unless_contradicted(
        &self,
        day: Day,
        inputs: &[&dyn Input],
        hashes: &mut identity::Collected,
    ) -> Result<(Settled, bool), LakeError> {
        let mut merge = Merge::open(self.layout, day, inputs, self.limits)?;
        let mut parts = Parts { settling: self, writer: None, done: Vec::new() };
        let (mut positions, mut is_written) = (Vec::new(), None);
        while let Some(rows) = merge.next_group(Keep::All, &mut positions)? {
            hashes.add(self.layout, self.standing, rows);
            if *is_written.get_or_insert_with(|| !hashes.any_repeated()) {
                parts.write(rows)?;
            }
        }
        let settled = Settled { parts: parts.finish()?, copies: merge.copies(), ..Settled::default() };
        Ok((settled, is_written.unwrap_or(true)))
    }

    /// How many rows say what another says already, or do not stand against one of their identity.
    pub(crate) fn repeated(&self, day: Day, inputs: &[&dyn Input]) -> Result<u64, LakeError> {
        let ranges = self.ranges(inputs);
        let (mut contested, mut copies) = (Vec::new(), 0);
        for range in 0..ranges {
            let mut hashes = identity::Collected::new(range, ranges);
            copies = self.walk(day, inputs, |rows, _| hashes.add(self.layout, self.standing, rows))?;
            contested.extend(hashes.repeated());
        }
        Ok(copies.saturating_add(self.losers(day, inputs, &contested)?.all.count))
    }

    /// In how many ranges of hashes identities are looked at, so that no more are held at once than may be.
    fn ranges(&self, inputs: &[&dyn Input]) -> u64 {
        let rows: u64 = inputs.iter().map(|it| it.rows()).sum();
        rows.div_ceil(self.limits.hashes as u64).max(1)
    }

    /// The rows that do not stand.
    fn losers(&self, day: Day, inputs: &[&dyn Input], contested: &[u64]) -> Result<Losers, LakeError> {
        let mut contested = contested.to_vec();
        contested.sort_unstable();
        let mut losers = Losers::default();
        for hashes in contested.chunks(self.limits.contested.max(1)) {
            let mut contest = contest::Contest::new(self.layout, self.standing, hashes);
            self.walk(day, inputs, |rows, positions| contest.add(rows, positions))?;
            for loser in contest.losers() {
                losers.all.insert(loser.position);
                if loser.is_different {
                    losers.different.insert(loser.position);
                }
            }
        }
        Ok(losers)
    }

    /// Goes through all rows that are no exact copies, with their positions; says how many copies there are.
    fn walk(
        &self,
        day: Day,
        inputs: &[&dyn Input],
        mut see: impl FnMut(&Rows, &[u64]),
    ) -> Result<u64, LakeError> {
        let mut merge = Merge::open(self.layout, day, inputs, self.limits)?;
        let mut positions = Vec::new();
        while let Some(rows) = merge.next_group(Keep::All, &mut positions)? {
            see(rows, &positions);
        }
        Ok(merge.copies())
    }

    /// Writes all rows but the losers, and counts exact copies.
    fn write(&self, day: Day, inputs: &[&dyn Input], losers: &Positions) -> Result<Settled, LakeError> {
        let mut merge = Merge::open(self.layout, day, inputs, self.limits)?;
        let mut parts = Parts { settling: self, writer: None, done: Vec::new() };
        let mut positions = Vec::new();
        while let Some(rows) = merge.next_group(Keep::But(losers), &mut positions)? {
            parts.write(rows)?;
        }
        Ok(Settled { parts: parts.finish()?, copies: merge.copies(), ..Settled::default() })
    }
}

/// Files of at most so many rows, one after the other.
struct Parts<'a> {
    settling: &'a Settling<'a>,
    writer: Option<(Scratch, FileWriter)>,
    done: Vec<(Scratch, Written)>,
}

impl Parts<'_> {
    fn write(&mut self, rows: &Rows) -> Result<(), LakeError> {
        let full = self.settling.limits.part_rows;
        if self.writer.as_ref().is_some_and(|(_, it)| it.rows() + rows.len() as u64 > full) {
            self.end()?;
        }
        let (_, writer) = match &mut self.writer {
            Some(writer) => writer,
            none => none.insert(self.settling.begin(self.done.len())?),
        };
        writer.write_group(rows)
    }

    fn end(&mut self) -> Result<(), LakeError> {
        if let Some((path, writer)) = self.writer.take() {
            self.done.push((path, writer.finish()?));
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<(Scratch, Written)>, LakeError> {
        self.end()?;
        Ok(self.done)
    }
}

impl Settling<'_> {
    fn begin(&self, part: usize) -> Result<(Scratch, FileWriter), LakeError> {
        let scratch = Scratch(self.scratch.join(format!("{}-{part}.parquet", self.name)));
        let writer = FileWriter::create(scratch.path(), self.layout)?;
        Ok((scratch, writer))
    }
}

/// Removes a file of this machine that is no longer wanted.
pub(crate) fn remove(path: &Path) -> Result<(), LakeError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(LakeError::io(path, &error)),
        _ => Ok(()),
    }
}
