//! A partition settled: of rows that share an identity one is left, and what is left lies in files.

mod contest;
mod identity;

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::LakeError;
use crate::layout::Layout;
use crate::merge::{Input, Merge, Positions};
use crate::place::Day;
use crate::rows::Rows;
use crate::standing::Standing;
use crate::write::{FileWriter, GROUP_ROWS, GROUP_ROWS_MIN, PART_ROWS, Written};

pub(crate) use identity::{hash_text, push_hashes};

/// Bounds of what settling holds in memory and puts into one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Hashes of identities held at once, eight bytes each.
    pub hashes: usize,
    /// Identities said more than once that are decided at once, some two hundred bytes each.
    pub contested: usize,
    /// Most rows of a file. It decides what bytes a file has, so it is the same everywhere but in tests.
    pub part_rows: u64,
    /// Most rows of a row group; the same everywhere but in tests.
    pub group_rows: usize,
    /// A row group of at least so many rows ends where its bucket does; the same everywhere but in tests.
    pub group_rows_min: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            hashes: 16 << 20,
            contested: 512 << 10,
            part_rows: PART_ROWS,
            group_rows: GROUP_ROWS,
            group_rows_min: GROUP_ROWS_MIN,
        }
    }
}

/// What settling a partition came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settled {
    /// Files of this machine, in the order of their rows.
    pub(crate) parts: Vec<(PathBuf, Written)>,
    /// Exact copies of other rows.
    pub(crate) copies: u64,
    /// Rows that did not stand against another of their identity.
    pub(crate) superseded: u64,
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
        let rows: u64 = inputs.iter().map(|it| it.rows()).sum();
        let ranges = rows.div_ceil(self.limits.hashes as u64).max(1);
        let mut settled = Settled::default();
        let nobody = Positions::default();
        // Hardly any partition has rows that contradict each other, so it is written while that is found out.
        let mut hashes = identity::Collected::new(0, ranges);
        let (parts, copies) = self.write(day, inputs, &nobody, |rows| hashes.add(rows))?;
        (settled.parts, settled.copies) = (parts, copies);
        let mut contested = hashes.repeated();
        for range in 1..ranges {
            let mut hashes = identity::Collected::new(range, ranges);
            self.walk(day, inputs, |rows, _| hashes.add(rows))?;
            contested.extend(hashes.repeated());
        }
        let (losers, superseded) = self.losers(day, inputs, &contested)?;
        if superseded > 0 {
            settled.parts.iter().try_for_each(|(path, _)| remove(path))?;
            (settled.parts, settled.copies) = self.write(day, inputs, &losers, |_| {})?;
            settled.superseded = superseded;
        }
        Ok(settled)
    }

    /// Removes what was written under this name, as far as it can be.
    pub(crate) fn clear(&self) {
        let begins = format!("{}-", self.name);
        for entry in fs::read_dir(self.scratch).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(&begins) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// The rows that do not stand, and how many they are.
    fn losers(
        &self,
        day: Day,
        inputs: &[&dyn Input],
        contested: &[u64],
    ) -> Result<(Positions, u64), LakeError> {
        let mut contested = contested.to_vec();
        contested.sort_unstable();
        let (mut losers, mut count) = (Positions::default(), 0);
        for hashes in contested.chunks(self.limits.contested.max(1)) {
            let mut contest = contest::Contest::new(self.layout, self.standing, hashes);
            self.walk(day, inputs, |rows, positions| contest.add(rows, positions))?;
            for loser in contest.losers() {
                losers.insert(loser);
                count += 1;
            }
        }
        Ok((losers, count))
    }

    /// Goes through all rows that are no exact copies, with their positions.
    fn walk(
        &self,
        day: Day,
        inputs: &[&dyn Input],
        mut see: impl FnMut(&Rows, &[u64]),
    ) -> Result<(), LakeError> {
        let mut merge = Merge::open(self.layout, day, inputs, self.limits)?;
        let mut positions = Vec::new();
        let nobody = Positions::default();
        while let Some(rows) = merge.next_group(&nobody, &mut positions)? {
            see(rows, &positions);
        }
        Ok(())
    }

    /// Writes all rows but the losers, and counts exact copies.
    fn write(
        &self,
        day: Day,
        inputs: &[&dyn Input],
        losers: &Positions,
        mut see: impl FnMut(&Rows),
    ) -> Result<(Vec<(PathBuf, Written)>, u64), LakeError> {
        let mut merge = Merge::open(self.layout, day, inputs, self.limits)?;
        let mut parts = Parts { settling: self, writer: None, done: Vec::new() };
        let mut positions = Vec::new();
        while let Some(rows) = merge.next_group(losers, &mut positions)? {
            see(rows);
            parts.write(rows)?;
        }
        let copies = merge.copies();
        Ok((parts.finish()?, copies))
    }
}

/// Files of at most so many rows, one after the other.
struct Parts<'a> {
    settling: &'a Settling<'a>,
    writer: Option<(PathBuf, FileWriter)>,
    done: Vec<(PathBuf, Written)>,
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

    fn finish(mut self) -> Result<Vec<(PathBuf, Written)>, LakeError> {
        self.end()?;
        Ok(self.done)
    }
}

impl Settling<'_> {
    fn begin(&self, part: usize) -> Result<(PathBuf, FileWriter), LakeError> {
        let path = self.scratch.join(format!("{}-{part}.parquet", self.name));
        let writer = FileWriter::create(&path, self.layout)?;
        Ok((path, writer))
    }
}

/// Removes a file of this machine that is no longer wanted.
pub(crate) fn remove(path: &Path) -> Result<(), LakeError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(LakeError::io(path, &error)),
        _ => Ok(()),
    }
}
