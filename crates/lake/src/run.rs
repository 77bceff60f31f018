//! Ordered rows put aside in a file of this machine until they are merged.
//!
//! Blocks of columns one after the other, then a footer: the words of all columns, where each block lies, which day it is
//! of and its checksum.

mod block;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::LakeError;
use crate::gather::Pick;
use crate::inputs::BLOCK_ROWS;
use crate::layout::Layout;
use crate::merge::{Input, Source};
use crate::place::Day;
use crate::rows::{Rows, Values, Words};

/// Ends a run that was written whole.
const MAGIC: [u8; 8] = *b"uprun\0\0\x01";
/// Bytes of the length of the footer and its checksum, and the magic.
const TAIL_BYTES: u64 = 8 + 4 + 8;

/// A run that was written.
pub(crate) struct Run {
    path: PathBuf,
    file: File,
    blocks: Vec<Block>,
    /// No rows, with the words of all.
    words: Rows,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Block {
    day: Day,
    offset: u64,
    bytes: usize,
    rows: usize,
    crc: u32,
}

#[derive(Serialize, Deserialize)]
struct Footer {
    blocks: Vec<Block>,
    subject: Vec<String>,
    source: Vec<String>,
    columns: Vec<Vec<String>>,
}

impl Run {
    /// Writes rows in the order of `picks`, durably.
    pub(crate) fn write(path: &Path, rows: &Rows, picks: &[Pick]) -> Result<(), LakeError> {
        let io = |error: std::io::Error| LakeError::io(path, &error);
        let mut file = BufWriter::with_capacity(1 << 20, File::create(path).map_err(io)?);
        let (mut blocks, mut offset, mut bytes) = (Vec::new(), 0, Vec::new());
        for (day, of_day) in by_day(rows, picks) {
            for picks in of_day.chunks(BLOCK_ROWS) {
                bytes.clear();
                rows.picked(picks)?.push_block(&mut bytes);
                file.write_all(&bytes).map_err(io)?;
                let crc = crc32c::crc32c(&bytes);
                blocks.push(Block { day, offset, bytes: bytes.len(), rows: picks.len(), crc });
                offset += bytes.len() as u64;
            }
        }
        let footer = Footer::of(rows, blocks).bytes(path)?;
        file.write_all(&footer).map_err(io)?;
        let file = file.into_inner().map_err(|error| io(error.into_error()))?;
        file.sync_all().map_err(io)
    }

    /// Opens a run that was written whole.
    pub(crate) fn open(path: &Path, layout: &Layout) -> Result<Run, LakeError> {
        let file = File::open(path).map_err(|error| LakeError::io(path, &error))?;
        let footer = read_footer(&file, path)?;
        let damaged = || LakeError::corrupt(&path.to_string_lossy(), "it was written for another fact");
        let words = footer.words(layout).ok_or_else(damaged)?;
        Ok(Run { path: path.to_owned(), file, blocks: footer.blocks, words })
    }

    /// Its days, ascending.
    pub(crate) fn days(&self) -> Vec<Day> {
        let mut days: Vec<Day> = self.blocks.iter().map(|it| it.day).collect();
        days.dedup();
        days
    }

    /// Its rows of a day.
    pub(crate) fn of_day(&self, day: Day) -> RunDay<'_> {
        let from = self.blocks.partition_point(|it| it.day < day);
        let until = self.blocks.partition_point(|it| it.day <= day);
        RunDay { run: self, blocks: self.blocks.get(from..until).unwrap_or_default() }
    }

    fn read(&self, block: &Block) -> Result<Rows, LakeError> {
        let damaged = || LakeError::corrupt(&self.path.to_string_lossy(), "a block is not what was written");
        let mut bytes = vec![0; block.bytes];
        self.file
            .read_exact_at(&mut bytes, block.offset)
            .map_err(|error| LakeError::io(&self.path, &error))?;
        if crc32c::crc32c(&bytes) != block.crc {
            return Err(damaged());
        }
        let mut rows = self.words.empty();
        rows.read_block(&bytes, block.rows).ok_or_else(damaged)?;
        Ok(rows)
    }
}

/// The rows of one day of a run.
pub(crate) struct RunDay<'a> {
    run: &'a Run,
    blocks: &'a [Block],
}

struct RunSource<'a> {
    run: &'a Run,
    blocks: std::slice::Iter<'a, Block>,
}

impl Input for RunDay<'_> {
    fn open(&self) -> Result<Box<dyn Source + '_>, LakeError> {
        Ok(Box::new(RunSource { run: self.run, blocks: self.blocks.iter() }))
    }

    fn rows(&self) -> u64 {
        self.blocks.iter().map(|it| it.rows as u64).sum()
    }
}

impl Source for RunSource<'_> {
    fn next(&mut self) -> Result<Option<Rows>, LakeError> {
        self.blocks.next().map(|it| self.run.read(it)).transpose()
    }
}

/// Picks in order, cut where the day changes.
pub(crate) fn by_day<'p>(rows: &Rows, picks: &'p [Pick]) -> Vec<(Day, &'p [Pick])> {
    let day = |it: &Pick| Day::of_nanos(rows.at.get(it.row as usize).copied().unwrap_or_default());
    let chunks = picks.chunk_by(|left, right| day(left) == day(right));
    chunks.filter_map(|it| Some((day(it.first()?), it))).collect()
}

impl Footer {
    fn of(rows: &Rows, blocks: Vec<Block>) -> Footer {
        let words = |it: &Words| it.dictionary.words().iter().map(ToString::to_string).collect();
        let columns = rows.columns.iter().map(|it| match it {
            Values::Words(it) => words(it),
            _ => Vec::new(),
        });
        Footer {
            blocks,
            subject: words(&rows.subject),
            source: words(&rows.source),
            columns: columns.collect(),
        }
    }

    fn bytes(&self, path: &Path) -> Result<Vec<u8>, LakeError> {
        let unwritable = |error: serde_json::Error| LakeError::corrupt(&path.to_string_lossy(), error);
        let mut bytes = serde_json::to_vec(self).map_err(unwritable)?;
        let (length, crc) = (bytes.len() as u64, crc32c::crc32c(&bytes));
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&crc.to_le_bytes());
        bytes.extend_from_slice(&MAGIC);
        Ok(bytes)
    }

    fn words(&self, layout: &Layout) -> Option<Rows> {
        let mut rows = Rows::new(layout.clone());
        learn(&mut rows.subject, &self.subject);
        learn(&mut rows.source, &self.source);
        if self.columns.len() != rows.columns.len() {
            return None;
        }
        for (values, words) in rows.columns.iter_mut().zip(&self.columns) {
            if let Values::Words(it) = values {
                learn(it, words);
            }
        }
        Some(rows)
    }
}

fn learn(words: &mut Words, learned: &[String]) {
    learned.iter().for_each(|it| words.push(Some(it)));
    words.clear();
}

fn read_footer(file: &File, path: &Path) -> Result<Footer, LakeError> {
    let damaged = || LakeError::corrupt(&path.to_string_lossy(), "it was not written to its end");
    let io = |error: std::io::Error| LakeError::io(path, &error);
    let end = file.metadata().map_err(io)?.len().checked_sub(TAIL_BYTES).ok_or_else(damaged)?;
    let (mut length, mut crc, mut magic) = ([0; 8], [0; 4], [0; 8]);
    file.read_exact_at(&mut length, end).map_err(io)?;
    file.read_exact_at(&mut crc, end + 8).map_err(io)?;
    file.read_exact_at(&mut magic, end + 12).map_err(io)?;
    let from = end.checked_sub(u64::from_le_bytes(length)).filter(|_| magic == MAGIC).ok_or_else(damaged)?;
    let mut bytes = vec![0; usize::try_from(end - from).map_err(|_| damaged())?];
    file.read_exact_at(&mut bytes, from).map_err(io)?;
    if crc32c::crc32c(&bytes) != u32::from_le_bytes(crc) {
        return Err(damaged());
    }
    serde_json::from_slice(&bytes).map_err(|_| damaged())
}
