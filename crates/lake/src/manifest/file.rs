//! A manifest kept in one file: a log of changes, each flushed before it counts.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use timeline::{Instant, Interval};

use super::line::Line;
use super::{Change, FileEntry, Manifest, ManifestError};
use crate::place::Place;

/// The file's name in the root of a lake.
pub const MANIFEST_NAME: &str = "manifest.ndjson";

/// A manifest kept in one file. One process at a time may have it open: it is locked.
#[derive(Debug)]
pub struct FileManifest {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: File,
    /// Bytes of whole lines.
    length: u64,
    entries: Vec<FileEntry>,
    /// A flush failed: what the file holds is no longer known.
    poisoned: Option<String>,
}

impl FileManifest {
    /// Opens `manifest.ndjson` in that folder, an empty one if there is none. What a power failure left half written at
    /// its end never counted and is cut off.
    pub fn open(root: &Path) -> Result<FileManifest, ManifestError> {
        let path = root.join(MANIFEST_NAME);
        let state = State::open(root, &path)?;
        Ok(FileManifest { path, state: Mutex::new(state) })
    }

    fn state(&self) -> Result<MutexGuard<'_, State>, ManifestError> {
        let failed = |why: &str| ManifestError::Failed { path: self.shown(), why: why.to_owned() };
        let state = self.state.lock().map_err(|_| failed("a thread broke off in the middle"))?;
        match &state.poisoned {
            Some(why) => Err(failed(why)),
            None => Ok(state),
        }
    }

    fn shown(&self) -> String {
        self.path.to_string_lossy().into_owned()
    }

    fn write(&self, state: &mut State, line: &Line) -> Result<(), ManifestError> {
        let unwritable =
            || ManifestError::Failed { path: self.shown(), why: "the change has no text".into() };
        let text = line.text().ok_or_else(unwritable)?;
        state.append(text.as_bytes()).map_err(|error| failed(&self.path, &error))?;
        state.apply(line).ok_or_else(unwritable)
    }
}

impl Manifest for FileManifest {
    fn entries(
        &self,
        place: &Place,
        window: Interval,
        as_of: Option<Instant>,
    ) -> Result<Vec<FileEntry>, ManifestError> {
        let state = self.state()?;
        let asked =
            |it: &&FileEntry| it.place == *place && it.stands(as_of) && it.day.window().overlaps(&window);
        let mut entries: Vec<FileEntry> = state.entries.iter().filter(asked).cloned().collect();
        entries.sort_unstable_by(|left, right| (left.day, &left.path).cmp(&(right.day, &right.path)));
        Ok(entries)
    }

    fn commit(&self, change: &Change) -> Result<(), ManifestError> {
        let mut state = self.state()?;
        state.check(change)?;
        self.write(&mut state, &Line::of_change(change))
    }

    fn places(&self) -> Result<Vec<Place>, ManifestError> {
        let places: BTreeSet<Place> = self.state()?.entries.iter().map(|it| it.place.clone()).collect();
        Ok(places.into_iter().collect())
    }

    fn superseded(&self) -> Result<Vec<FileEntry>, ManifestError> {
        Ok(self.state()?.entries.iter().filter(|it| it.removed_at.is_some()).cloned().collect())
    }

    fn forget(&self, entries: &[FileEntry]) -> Result<(), ManifestError> {
        let mut state = self.state()?;
        let gone: Vec<FileEntry> = entries.iter().filter(|it| it.removed_at.is_some()).cloned().collect();
        if gone.is_empty() { Ok(()) } else { self.write(&mut state, &Line::of_forgotten(&gone)) }
    }
}

impl State {
    fn open(root: &Path, path: &Path) -> Result<State, ManifestError> {
        let io = |error: io::Error| failed(path, &error);
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(io)?;
        file.try_lock().map_err(|_| ManifestError::Failed {
            path: path.to_string_lossy().into_owned(),
            why: "another process has it open".into(),
        })?;
        File::open(root).and_then(|it| it.sync_all()).map_err(io)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(io)?;
        let mut state = State { file, length: 0, entries: Vec::new(), poisoned: None };
        state
            .replay(&bytes)
            .map_err(|line| ManifestError::Damaged { path: path.to_string_lossy().into_owned(), line })?;
        state.file.set_len(state.length).and_then(|()| state.file.sync_all()).map_err(io)?;
        Ok(state)
    }

    /// Applies all whole lines; the error is the number of a line that is damaged. A last line without its line feed is
    /// one whose commit never returned.
    fn replay(&mut self, bytes: &[u8]) -> Result<(), usize> {
        let whole = bytes.iter().rposition(|it| *it == b'\n').map_or(0, |it| it + 1);
        let whole = bytes.get(..whole).unwrap_or_default();
        for (number, line) in (1_usize..).zip(whole.split_inclusive(|it| *it == b'\n')) {
            let line = std::str::from_utf8(line).ok().and_then(|it| Line::parse(it.trim_end_matches('\n')));
            line.and_then(|it| self.apply(&it)).ok_or(number)?;
        }
        self.length = whole.len() as u64;
        Ok(())
    }

    fn apply(&mut self, line: &Line) -> Option<()> {
        let at = Instant::from_nanos(line.at);
        for path in &line.remove {
            let standing = self.entries.iter_mut().find(|it| it.path == *path && it.removed_at.is_none());
            standing?.removed_at = Some(at);
        }
        self.entries.extend(line.added()?);
        let forgotten: BTreeSet<(&str, i64)> =
            line.forget.iter().map(|(path, at)| (path.as_str(), *at)).collect();
        self.entries.retain(|it| {
            it.removed_at.is_none() || !forgotten.contains(&(it.path.as_str(), it.added_at.nanos()))
        });
        Some(())
    }

    fn check(&self, change: &Change) -> Result<(), ManifestError> {
        let conflict = |path: &str| Err(ManifestError::Conflict(path.to_owned()));
        let removed: BTreeSet<&str> = change.remove.iter().map(String::as_str).collect();
        let standing: Vec<&FileEntry> = self.entries.iter().filter(|it| it.removed_at.is_none()).collect();
        let paths: BTreeSet<&str> = standing.iter().map(|it| it.path.as_str()).collect();
        if let Some(path) = removed.iter().find(|it| !paths.contains(*it)) {
            return conflict(path);
        }
        for added in &change.add {
            let stays = |it: &&&FileEntry| it.is_in_partition(added) && !removed.contains(it.path.as_str());
            if standing.iter().filter(stays).any(|it| added.settled || it.path == added.path) {
                return conflict(&added.path);
            }
        }
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let end = self.length;
        let written = self.file.seek(SeekFrom::Start(end)).and_then(|_| self.file.write_all(bytes));
        if let Err(error) = written {
            // Nothing of it counts; a tail that cannot be cut off now is cut off at the next start.
            let cut = self.file.set_len(end);
            self.poisoned = cut.err().map(|it| it.to_string());
            return Err(error);
        }
        if let Err(error) = self.file.sync_data() {
            self.poisoned = Some(error.to_string());
            return Err(error);
        }
        self.length = end + bytes.len() as u64;
        Ok(())
    }
}

fn failed(path: &Path, error: &io::Error) -> ManifestError {
    let path = path.to_string_lossy().into_owned();
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ManifestError::Full(path),
        _ => ManifestError::Failed { path, why: error.to_string() },
    }
}
