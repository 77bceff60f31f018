//! A manifest kept in one file: a log of changes, each flushed before it counts.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use super::ManifestError;
use super::log::{Log, Step};
use super::logged::Logged;
use crate::lock::Lock;

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
    file: Lock,
    /// Bytes of whole lines.
    length: u64,
    log: Log,
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

    fn write(&self, state: &mut State, step: &Step) -> Result<(), ManifestError> {
        let unwritable =
            || ManifestError::Failed { path: self.shown(), why: "the change has no text".into() };
        let text = step.text().ok_or_else(unwritable)?;
        state.append(text.as_bytes()).map_err(|error| failed(&self.path, &error))?;
        state.log.apply(step).ok_or_else(unwritable)
    }
}

impl Logged for FileManifest {
    fn read<T>(&self, look: impl FnOnce(&Log) -> T) -> Result<T, ManifestError> {
        Ok(look(&self.state()?.log))
    }

    fn put(&self, step: impl Fn(&Log) -> Result<Option<Step>, ManifestError>) -> Result<(), ManifestError> {
        let mut state = self.state()?;
        if let Some(step) = step(&state.log)? { self.write(&mut state, &step) } else { Ok(()) }
    }
}

impl State {
    fn open(root: &Path, path: &Path) -> Result<State, ManifestError> {
        let io = |error: io::Error| failed(path, &error);
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(io)?;
        let lock = Lock::take(file).map_err(|error| match error {
            TryLockError::WouldBlock => ManifestError::Failed {
                path: path.to_string_lossy().into_owned(),
                why: "another process has it open".into(),
            },
            TryLockError::Error(error) => failed(path, &error),
        })?;
        let mut file = lock.file();
        File::open(root).and_then(|it| it.sync_all()).map_err(io)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(io)?;
        let mut log = Log::default();
        let whole = log
            .replay(&bytes)
            .map_err(|line| ManifestError::Damaged { path: path.to_string_lossy().into_owned(), line })?;
        let length = whole as u64;
        file.set_len(length).and_then(|()| file.sync_all()).map_err(io)?;
        Ok(State { file: lock, length, log, poisoned: None })
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let end = self.length;
        let mut file = self.file.file();
        let written = file.seek(SeekFrom::Start(end)).and_then(|_| file.write_all(bytes));
        if let Err(error) = written {
            // Nothing of it counts; a tail that cannot be cut off now is cut off at the next start.
            let cut = file.set_len(end);
            self.poisoned = cut.err().map(|it| it.to_string());
            return Err(error);
        }
        if let Err(error) = file.sync_data() {
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
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            ManifestError::Full(path)
        }
        _ => ManifestError::Failed { path, why: error.to_string() },
    }
}
