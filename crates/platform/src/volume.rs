//! Evidence in volume: records go into a journal before they are acknowledged, from there into the files of a lake, and are only
//! ever asked questions. Which files there are stands in the store.

mod asked;
mod files;
mod fold;
mod manifest;
pub mod overview;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::lake::journal::{BATCH_BYTES_MAX, Journal, JournalError, JournalLimits};
use ::lake::{Lake, Limits, LocalBlobs, Preference, Standing};
use store::{Fault, Store};

use crate::refusal::Failure;

pub use asked::Told;
pub(crate) use asked::{digest, settle};
pub use files::{KeptFile, list};
pub use fold::{JOB, run, schedule};
pub(crate) use fold::{forget, gather, wait};
pub(crate) use manifest::{is_in_order, standing};

use manifest::StoreManifest;

/// Begins what is told of a lake or a journal that does not answer.
const UNREACHABLE: &str = "the records in volume cannot be reached: ";
/// Bytes of a segment of the journal, set aside when it is begun.
const SEGMENT_BYTES: u64 = 32 << 20;
/// Files under way, beside the folders of tenants, none of which begins with a point.
const UNDER_WAY: &str = ".under-way";

/// The journal and the lake of this process, opened when they are first needed. Nothing in it is state of the business: the
/// records are on disk, and which files count stands in the store.
pub struct Volume {
    store: Store,
    /// The data directory.
    folder: Option<PathBuf>,
    open: Mutex<Option<Arc<Open>>>,
    /// Only one thread of this process writes files of the lake.
    folding: Mutex<()>,
}

/// What is open.
struct Open {
    lake: Lake,
    journal: Journal,
    /// The journal's own name, for several processes may share a database.
    name: String,
}

/// Of records with one id the one recorded last stands: whoever sends a record again says what holds now.
fn rule() -> Standing {
    Standing { preferences: vec![Preference::Latest] }
}

impl fmt::Debug for Volume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Volume").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Volume {
    /// In a data directory: `lake` and `journal` in it. Without one no records in volume are taken.
    pub fn new(store: Store, folder: Option<&Path>) -> Self {
        Self { store, folder: folder.map(Path::to_owned), open: Mutex::default(), folding: Mutex::default() }
    }

    /// Makes batches safe, all or none of them acknowledged; the journal's name.
    pub(crate) fn append(&self, batches: &[Vec<u8>]) -> Result<String, Failure> {
        let open = self.open()?;
        for it in batches {
            open.journal.append(it).map_err(|it| of_journal(&it))?;
        }
        Ok(open.name.clone())
    }

    fn open(&self) -> Result<Arc<Open>, Failure> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(it) = &*open {
            return Ok(it.clone());
        }
        let folder =
            self.folder.as_deref().ok_or_else(|| unreachable("this process has no data directory"))?;
        let opened = Arc::new(Open::at(folder, &self.store)?);
        *open = Some(opened.clone());
        Ok(opened)
    }

    /// Whether there ever was a journal here.
    fn has_journal(&self) -> bool {
        self.folder.as_deref().is_some_and(|it| it.join("journal").is_dir())
    }

    /// Whoever writes files takes turns.
    fn turn(&self) -> MutexGuard<'_, ()> {
        self.folding.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn at(folder: &Path, store: &Store) -> Result<Self, Failure> {
        let (root, journal) = (folder.join("lake"), folder.join("journal"));
        let blobs = LocalBlobs::open(&root).map_err(unreachable)?;
        let scratch = root.join(UNDER_WAY);
        // What was under way when the process ended is in the journal or in other files still.
        if scratch.is_dir() {
            fs::remove_dir_all(&scratch).map_err(|it| io(&scratch, &it))?;
        }
        for it in [&scratch, &journal] {
            fs::create_dir_all(it).map_err(|error| io(it, &error))?;
        }
        let limits = JournalLimits { segment_bytes: SEGMENT_BYTES };
        let opened = Journal::open(&journal, limits).map_err(|it| of_journal(&it))?;
        Ok(Self {
            lake: Lake {
                blobs: Arc::new(blobs),
                manifest: Arc::new(StoreManifest::new(store.clone())),
                scratch,
                limits: Limits::default(),
            },
            journal: opened,
            name: name(&folder.join("journal.name"), store)?,
        })
    }
}

/// The name a journal was given when it was begun.
fn name(file: &Path, store: &Store) -> Result<String, Failure> {
    match fs::read_to_string(file) {
        Ok(name) if !name.is_empty() => return Ok(name),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(io(file, &error)),
        _ => {}
    }
    let name = store::new_id("jnl", store.now(), store.chance())?;
    let written = fs::File::create(file).and_then(|it| {
        std::io::Write::write_all(&mut &it, name.as_bytes())?;
        it.sync_all()
    });
    written.map_err(|error| io(file, &error))?;
    Ok(name)
}

fn io(path: &Path, error: &std::io::Error) -> Failure {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Fault::DiskFull.into(),
        _ => unreachable(format_args!("`{}`: {error}", path.display())),
    }
}

fn of_journal(error: &JournalError) -> Failure {
    match error {
        JournalError::Full(_) => Fault::DiskFull.into(),
        JournalError::Length(bytes) => {
            Fault::broken(format!("a batch of {bytes} bytes, of at most {BATCH_BYTES_MAX}")).into()
        }
        other => unreachable(other),
    }
}

/// It may be reached later: whoever waits for it tries again.
fn unreachable(why: impl fmt::Display) -> Failure {
    Fault::Unavailable(format!("{UNREACHABLE}{why}")).into()
}

/// Why the records in volume cannot be reached, if that is what failed.
pub(crate) fn why_unreachable(failure: &Failure) -> Option<&str> {
    match failure {
        Failure::Fault(Fault::Unavailable(why)) => why.strip_prefix(UNREACHABLE),
        _ => None,
    }
}
