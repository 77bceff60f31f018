//! What is in a journal after a crash: all groups that were flushed, and of the one being written then, nothing.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use crate::blobs::make_folders;

use super::JournalError;
use super::group::{self, HEADER_BYTES, Header, MARK};
use super::segment::{End, PREFIX_BYTES, Recovered, path, read_prefix};
use crate::lock::Lock;

/// Locks a journal's folder.
const LOCK_NAME: &str = "lock";
/// How much of a segment is whole.
struct Walked {
    end: End,
    length: usize,
    bodies: Vec<std::ops::Range<usize>>,
}

/// Reads all segments and cuts off what was never acknowledged.
pub(super) fn recover(folder: &Path) -> Result<Recovered, JournalError> {
    let lock = lock(folder)?;
    let numbers = segments(folder)?;
    let mut recovered = Recovered { _lock: lock, end: End::default(), closed: Vec::new(), next: 0 };
    for (index, number) in numbers.iter().enumerate() {
        let is_last = index + 1 == numbers.len();
        let path = path(folder, *number);
        let bytes = fs::read(&path).map_err(|error| failed(&path, &error))?;
        let before = (index > 0).then_some(recovered.end);
        let walked = walk(&bytes, before);
        check_end(&path, &bytes, walked.as_ref(), is_last)?;
        recovered.next = number + 1;
        match walked {
            // A segment without groups is kept as well: it may be the only one that remembers the chain.
            Some(walked) => {
                recovered.end = walked.end;
                cut(&path, &bytes, walked.length)?;
                recovered.closed.push(*number);
            }
            None => remove(folder, &path)?,
        }
    }
    Ok(recovered)
}

/// The batches of a segment that was closed.
pub(super) fn batches(path: &Path) -> Result<Vec<Vec<u8>>, JournalError> {
    let bytes = fs::read(path).map_err(|error| failed(path, &error))?;
    let walked = walk(&bytes, None).filter(|it| it.length == bytes.len()).ok_or_else(|| damaged(path, 0))?;
    let mut all = Vec::new();
    for body in walked.bodies {
        let offset = body.start;
        let batches = bytes.get(body).and_then(group::batches).ok_or_else(|| damaged(path, offset))?;
        all.extend(batches.into_iter().map(<[u8]>::to_vec));
    }
    Ok(all)
}

/// Follows the chain as far as it is whole; `None` when not even the prefix is, or it does not follow `before`.
fn walk(bytes: &[u8], before: Option<End>) -> Option<Walked> {
    let begin = read_prefix(bytes).filter(|it| before.is_none_or(|before| before == *it))?;
    let mut walked = Walked { end: begin, length: PREFIX_BYTES, bodies: Vec::new() };
    while let Some((header, body)) = next_group(bytes, &walked) {
        let from = walked.length + HEADER_BYTES;
        walked.length = from + body;
        walked.bodies.push(from..walked.length);
        walked.end = End { group: header.number, chain: header.chain };
    }
    Some(walked)
}

/// The group behind what was walked, and the length of its body.
fn next_group(bytes: &[u8], walked: &Walked) -> Option<(Header, usize)> {
    let rest = bytes.get(walked.length..)?;
    let header = Header::read(rest).filter(|it| it.number == walked.end.group + 1)?;
    let body = header.body(rest, &walked.end.chain)?;
    group::batches(body).map(|_| (header, body.len()))
}

/// Only one group was under way when a process ended: what is not whole lies in the last segment, and behind it is no
/// other group. Anything else is damage done to what had been flushed.
fn check_end(path: &Path, bytes: &[u8], walked: Option<&Walked>, is_last: bool) -> Result<(), JournalError> {
    let length = walked.map_or(0, |it| it.length);
    let rest = bytes.get(length..).unwrap_or_default();
    if !is_last && (walked.is_none() || !rest.is_empty()) {
        return Err(damaged(path, length));
    }
    let group = walked.map_or(0, |it| it.end.group + 1);
    let torn = Header::read(rest).filter(|it| it.number == group);
    // The group that is torn may hold anything, even what looks like a group.
    let own = torn.map_or(1, |it| HEADER_BYTES + usize::try_from(it.length).unwrap_or_default());
    let behind = if walked.is_none() { PREFIX_BYTES } else { own };
    if has_group(rest.get(behind..).unwrap_or_default(), group) { Err(damaged(path, length)) } else { Ok(()) }
}

/// Whether a group of a number above `than` begins somewhere in the bytes, or one of any number when `than` is zero.
fn has_group(bytes: &[u8], than: u64) -> bool {
    let candidate = |at: &usize| {
        let rest = bytes.get(*at..).unwrap_or_default();
        rest.starts_with(&MARK) && Header::read(rest).is_some_and(|it| it.number > than && fits(rest, &it))
    };
    (0..bytes.len().saturating_sub(HEADER_BYTES - 1)).any(|at| candidate(&at))
}

/// Whether the body has the length the header says and its batches are whole.
fn fits(bytes: &[u8], header: &Header) -> bool {
    let length = usize::try_from(header.length).unwrap_or(usize::MAX);
    let body = bytes.get(HEADER_BYTES..).and_then(|it| it.get(..length));
    body.is_some_and(|it| it.len() == length && group::batches(it).is_some())
}

fn lock(folder: &Path) -> Result<Lock, JournalError> {
    make_durable(folder).map_err(|error| failed(folder, &error))?;
    let path = folder.join(LOCK_NAME);
    let open = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
    let file = open.map_err(|error| failed(&path, &error))?;
    Lock::take(file).map_err(|_| failed(&path, &io::Error::other("another process has it open")))
}

/// Makes the folder unless it is there. That it is in the one above it has to be safe either way: whoever made it may have ended
/// before that was.
fn make_durable(folder: &Path) -> io::Result<()> {
    make_folders(folder)?;
    let above = folder.parent().filter(|it| !it.as_os_str().is_empty());
    above.map_or(Ok(()), |it| File::open(it)?.sync_all())
}

/// The numbers of the segments in a folder, ascending.
fn segments(folder: &Path) -> Result<Vec<u64>, JournalError> {
    let mut numbers: Vec<u64> = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| failed(folder, &error))? {
        let name = entry.map_err(|error| failed(folder, &error))?.file_name();
        let number =
            name.to_str().and_then(|it| it.strip_suffix(".journal")).and_then(|it| it.parse::<u64>().ok());
        numbers.extend(number);
    }
    numbers.sort_unstable();
    Ok(numbers)
}

fn cut(path: &Path, bytes: &[u8], length: usize) -> Result<(), JournalError> {
    if bytes.len() == length {
        return Ok(());
    }
    let cut = || {
        let file = OpenOptions::new().write(true).open(path)?;
        file.set_len(length as u64)?;
        file.sync_all()
    };
    cut().map_err(|error| failed(path, &error))
}

fn remove(folder: &Path, path: &Path) -> Result<(), JournalError> {
    fs::remove_file(path).and_then(|()| File::open(folder)?.sync_all()).map_err(|error| failed(path, &error))
}

fn damaged(path: &Path, offset: usize) -> JournalError {
    JournalError::Damaged { path: path.to_string_lossy().into_owned(), offset: offset as u64 }
}

fn failed(path: &Path, error: &io::Error) -> JournalError {
    JournalError::Io { path: path.to_string_lossy().into_owned(), why: error.to_string() }
}
