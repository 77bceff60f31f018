//! Evidence in volume: batches of records are made safe before they are acknowledged, from where they wait they go into the files
//! of a lake, and are only ever asked questions. Which files there are stands in the store.

mod apart;
mod asked;
mod batches;
mod files;
mod fold;
mod gone;
mod group;
mod local;
mod manifest;
mod merge;
pub mod overview;
mod shared;
mod waiting;

use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::lake::{
    BlobError, Blobs, Known, Lake, Limits, LocalBlobs, Lock, ManifestError, Place, Preference, Standing,
};
use store::{Fault, Scope, Store};

use crate::annexes;
use crate::refusal::Failure;

pub use asked::Told;
pub(crate) use asked::{digest, settle};
pub use files::{KeptFile, list};
pub(crate) use fold::forget;
pub use fold::{JOB, gather, run, schedule};
pub(crate) use manifest::{is_in_order, standing};
pub use merge::{MERGE_JOB, run as merge};
pub(crate) use waiting::{Safe, wait};

use local::Local;
use manifest::StoreManifest;
use merge::Rests;
use shared::Shared;
use waiting::Waiting;

/// Begins what is told of a lake or a journal that does not answer.
const UNREACHABLE: &str = "the records in volume cannot be reached: ";
/// Files under way, beside the folders of tenants, none of which begins with a point.
const UNDER_WAY: &str = ".under-way";

/// Where evidence in volume is kept.
#[derive(Clone)]
pub enum Kept {
    /// In a data directory of this process: `lake` and `journal` in it.
    Here(PathBuf),
    /// Files and accepted batches in a store that other processes share; in a data directory of this process nothing but files
    /// under way.
    Shared(Arc<dyn Blobs>, PathBuf),
}

/// The lake as this process sees it, opened when it is first needed. Nothing in it is state of the business: the records are
/// on disk, and which files count stands in the store.
pub struct Volume {
    store: Store,
    kept: Option<Kept>,
    open: Mutex<Option<Arc<Open>>>,
    /// Only one thread of this process puts batches into files …
    folding: Mutex<()>,
    /// … and only one merges files.
    merging: Mutex<()>,
    /// Which records files hold.
    known: Known,
    rests: Rests,
}

/// What is open.
struct Open {
    lake: Lake,
    waiting: Box<dyn Waiting>,
    /// Keeps the files under way of this process its own.
    _lock: Lock,
}

/// Which of the records with one id stands: what the contract's annex says. Without one it is the one recorded last, for whoever
/// sends a record again says what holds now.
fn rule(store: &Store, place: &Place) -> Result<Standing, ManifestError> {
    if ::evidence::unclassified::fact_of(&place.fact).is_some() {
        return Ok(Standing::of_unclassified());
    }
    if let Some(of) = place.supersedes() {
        return Ok(rule(store, &of)?.of_superseded());
    }
    let found = store.read(Scope::Provider, |tx| annexes::rule(tx, place)).map_err(manifest::failed)?;
    Ok(found.unwrap_or_else(|| Standing { preferences: vec![Preference::Latest] }))
}

impl fmt::Debug for Volume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Volume")
            .field("folder", &self.kept.as_ref().map(Kept::folder))
            .finish_non_exhaustive()
    }
}

impl Kept {
    /// The data directory of this process.
    fn folder(&self) -> &Path {
        match self {
            Self::Here(folder) | Self::Shared(_, folder) => folder,
        }
    }
}

impl Volume {
    /// Kept there; kept nowhere, no records in volume are taken.
    pub fn new(store: Store, kept: Option<Kept>) -> Self {
        Self {
            store,
            kept,
            open: Mutex::default(),
            folding: Mutex::default(),
            merging: Mutex::default(),
            known: Known::default(),
            rests: Rests::default(),
        }
    }

    /// Opens what this process has of its own, so that it is told at the start when another process has it. Asks no store that is
    /// shared.
    pub fn prepare(&self) -> Result<(), String> {
        let why = |it: Failure| why_unreachable(&it).map_or_else(|| it.to_string(), str::to_owned);
        self.open().map(drop).map_err(why)
    }

    /// Makes the batches of a request safe: none of them is acknowledged unless all are.
    pub(crate) fn append(&self, batches: Vec<Vec<u8>>) -> Result<Safe, Failure> {
        self.open()?.waiting.append(batches)
    }

    /// Puts what waits under that name into files. What is acknowledged meanwhile waits for the next time.
    fn fold(&self, name: &str, goes_on: &dyn Fn() -> Result<(), Failure>) -> Result<(), Failure> {
        let _turn = self.turn();
        let open = self.open()?;
        open.waiting.fold((&open.lake, &self.known), &self.store, name, goes_on)
    }

    fn open(&self) -> Result<Arc<Open>, Failure> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(it) = &*open {
            return Ok(it.clone());
        }
        let kept = self.kept.as_ref().ok_or_else(|| unreachable("this process has no data directory"))?;
        let opened = Arc::new(Open::at(kept, &self.store)?);
        *open = Some(opened.clone());
        Ok(opened)
    }

    /// Whether anything may wait or lie here.
    fn is_used(&self) -> bool {
        match &self.kept {
            Some(Kept::Here(folder)) => local::is_in(folder),
            Some(Kept::Shared(..)) => true,
            None => false,
        }
    }

    /// Whoever puts batches into files takes turns.
    fn turn(&self) -> MutexGuard<'_, ()> {
        self.folding.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whoever merges files takes turns; batches are put into others meanwhile.
    fn merging(&self) -> MutexGuard<'_, ()> {
        self.merging.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn at(kept: &Kept, store: &Store) -> Result<Self, Failure> {
        let (blobs, scratch): (Arc<dyn Blobs>, _) = match kept {
            Kept::Here(folder) => {
                let root = folder.join("lake");
                // On the disk of the files, so that they are moved and not copied.
                (Arc::new(LocalBlobs::open(&root).map_err(unreachable)?), root.join(UNDER_WAY))
            }
            Kept::Shared(blobs, folder) => (blobs.clone(), folder.join(UNDER_WAY)),
        };
        let lock = own(kept.folder())?;
        // What was under way when the process ended waits still, or is in other files.
        if scratch.is_dir() {
            fs::remove_dir_all(&scratch).map_err(|it| io(&scratch, &it))?;
        }
        fs::create_dir_all(&scratch).map_err(|it| io(&scratch, &it))?;
        let waiting: Box<dyn Waiting> = match kept {
            Kept::Here(folder) => Box::new(Local::open(folder, store)?),
            Kept::Shared(blobs, _) => Box::new(Shared::open(blobs.clone(), store)?),
        };
        let manifest = Arc::new(StoreManifest::new(store.clone()));
        let lake = Lake { blobs, manifest, scratch, limits: Limits::default() };
        Ok(Self { lake, waiting, _lock: lock })
    }
}

/// Makes a data directory this process's own for what concerns records in volume.
fn own(folder: &Path) -> Result<Lock, Failure> {
    let path = folder.join("volume.lock");
    let made = fs::create_dir_all(folder).and_then(|()| File::create(&path));
    let file = made.map_err(|it| io(&path, &it))?;
    let taken =
        |_| unreachable("another process uses this data directory: give each process a --data of its own");
    Lock::take(file).map_err(taken)
}

fn io(path: &Path, error: &std::io::Error) -> Failure {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Fault::DiskFull.into(),
        _ => unreachable(format_args!("`{}`: {error}", path.display())),
    }
}

fn of_blob(error: &BlobError) -> Failure {
    match error {
        BlobError::Full(_) => Fault::DiskFull.into(),
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
