//! Segments of the journal: files of bounded length that are written one after the other and deleted whole.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::disk::{Disk, DiskFile};
use super::group::{Gathering, HEADER_BYTES, Header};
use super::{JournalError, JournalLimits, Receipt};
use crate::lock::Lock;

/// Begins every segment, before the number of its first group and the chain up to it.
const MAGIC: [u8; 8] = *b"upjrnl\0\x01";
/// Bytes before the first group.
pub(super) const PREFIX_BYTES: usize = 8 + 8 + 32 + 4;

/// The end of what was flushed: the last group's number and the chain up to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct End {
    pub(super) group: u64,
    pub(super) chain: [u8; 32],
}

/// What was found in a folder.
pub(super) struct Recovered {
    /// Keeps other processes out.
    pub(super) _lock: Lock,
    pub(super) end: End,
    /// Segments that hold groups, oldest first.
    pub(super) closed: Vec<u64>,
    /// The number of the next segment.
    pub(super) next: u64,
}

/// Writes groups.
pub(super) struct Writer {
    disk: Box<dyn Disk>,
    folder: PathBuf,
    limits: JournalLimits,
    recovered: Recovered,
    open: Option<Open>,
    scratch: Vec<u8>,
}

struct Open {
    number: u64,
    file: Box<dyn DiskFile>,
    length: u64,
    room: u64,
}

/// The file of a segment.
pub(super) fn path(folder: &Path, segment: u64) -> PathBuf {
    folder.join(format!("{segment:016}.journal"))
}

impl Writer {
    pub(super) fn new(
        disk: Box<dyn Disk>,
        folder: &Path,
        limits: JournalLimits,
        recovered: Recovered,
    ) -> Writer {
        Writer { disk, folder: folder.to_owned(), limits, recovered, open: None, scratch: Vec::new() }
    }

    /// Writes a group and flushes it.
    pub(super) fn write(&mut self, gathered: &Gathering) -> Result<Receipt, JournalError> {
        let needed = (HEADER_BYTES + gathered.len()) as u64;
        if self.open.as_ref().is_some_and(|it| it.length + needed > it.room) {
            self.close().map_err(|error| failed(&self.folder, &error))?;
        }
        let room = self.limits.segment_bytes.max(needed + PREFIX_BYTES as u64);
        match &mut self.open {
            None => self.open = Some(self.begin(room)?),
            // It was begun to remember the chain alone.
            Some(it) if it.length + needed > it.room => it.set_aside(room, &self.folder)?,
            Some(_) => {}
        }
        let number = self.recovered.end.group + 1;
        let header = Header::of(number, gathered.body(), &self.recovered.end.chain);
        self.scratch.clear();
        self.scratch.extend_from_slice(&header.bytes());
        self.scratch.extend_from_slice(gathered.body());
        let Some(open) = &mut self.open else { return Err(JournalError::Poisoned("no segment".into())) };
        let flushed = open.file.write_at(&self.scratch, open.length).and_then(|()| open.file.sync());
        flushed.map_err(|error| failed(&self.folder, &error))?;
        open.length += needed;
        self.recovered.end = End { group: number, chain: header.chain };
        Ok(Receipt { group: number, chain: header.chain })
    }

    /// Ends the segment that is written to, if there is one.
    pub(super) fn close(&mut self) -> io::Result<()> {
        // An empty segment stays: it is what remembers the chain when all others are gone.
        if let Some(mut open) = self.open.take_if(|it| it.length > PREFIX_BYTES as u64) {
            open.file.end_at(open.length)?;
            self.recovered.closed.push(open.number);
        }
        Ok(())
    }

    pub(super) fn closed(&self) -> &[u64] {
        &self.recovered.closed
    }

    /// Deletes the oldest closed segment. Some segment always stays, because the chain goes on from it: if need be one that has no
    /// room set aside yet, for it may be for want of room that this one goes.
    pub(super) fn delete(&mut self, segment: u64) -> Result<(), JournalError> {
        let path = path(&self.folder, segment);
        let io = |why: String| JournalError::Io { path: path.to_string_lossy().into_owned(), why };
        if self.recovered.closed.first() != Some(&segment) {
            return Err(io("it is not the oldest closed segment".into()));
        }
        if self.open.is_none() && self.recovered.closed.len() == 1 {
            self.open = Some(self.begin(PREFIX_BYTES as u64)?);
        }
        self.disk.remove(&path).map_err(|error| io(error.to_string()))?;
        self.recovered.closed.remove(0);
        Ok(())
    }

    /// A new segment of that length. Nothing was acknowledged in it yet, so a failure here costs nothing but the group that
    /// wanted it.
    fn begin(&mut self, room: u64) -> Result<Open, JournalError> {
        let number = self.recovered.next;
        let path = path(&self.folder, number);
        let mut file = self.disk.create(&path, room).map_err(|error| refused(&path, &error))?;
        let prefix = prefix(self.recovered.end);
        if let Err(error) = file.write_at(&prefix, 0).and_then(|()| file.sync()) {
            // A segment without its beginning is only understood where no other follows.
            self.disk.remove(&path).map_err(|error| failed(&path, &error))?;
            return Err(refused(&path, &error));
        }
        self.recovered.next += 1;
        Ok(Open { number, file, length: PREFIX_BYTES as u64, room })
    }
}

impl Open {
    /// Makes room for groups; there are none in it yet.
    fn set_aside(&mut self, room: u64, folder: &Path) -> Result<(), JournalError> {
        self.file.set_aside(room).map_err(|error| refused(&path(folder, self.number), &error))?;
        self.room = room;
        Ok(())
    }
}

/// What stands before the groups that follow `end`.
fn prefix(end: End) -> Vec<u8> {
    let mut prefix = MAGIC.to_vec();
    prefix.extend_from_slice(&end.group.to_le_bytes());
    prefix.extend_from_slice(&end.chain);
    prefix.extend_from_slice(&crc32c::crc32c(&prefix).to_le_bytes());
    prefix
}

/// Reads what stands before the groups of a segment.
pub(super) fn read_prefix(bytes: &[u8]) -> Option<End> {
    let bytes: &[u8; PREFIX_BYTES] = bytes.first_chunk()?;
    let (said, crc) = bytes.split_last_chunk::<4>()?;
    let (magic, rest) = said.split_first_chunk::<8>()?;
    let (group, chain) = rest.split_first_chunk()?;
    let agrees = *magic == MAGIC && u32::from_le_bytes(*crc) == crc32c::crc32c(said);
    let end = End { group: u64::from_le_bytes(*group), chain: chain.try_into().ok()? };
    agrees.then_some(end)
}

/// Why nothing was begun: later there may be room.
fn refused(path: &Path, error: &io::Error) -> JournalError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            JournalError::Full(path.to_string_lossy().into_owned())
        }
        _ => failed(path, error),
    }
}

/// A failure after which nobody knows what the disk holds.
pub(super) fn failed(path: &Path, error: &io::Error) -> JournalError {
    JournalError::Poisoned(format!("{}: {error}", path.to_string_lossy()))
}
